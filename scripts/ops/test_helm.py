"""deploy/helm: what Helm makes of the chart, what Kubernetes' schemas say of that, and what it promises."""

import json
import os
import re
import sys
import unittest
from pathlib import Path

from tools import BINARY, ROOT, run, temporary, tool

CHART = ROOT / "deploy/helm/hr-scheduling"
NEEDED = {"image.tag": "0123abc", "secret": "hr-scheduling", "ownerSecret": "hr-scheduling-owner",
          "ingress.host": "hr.example"}
BACKUP = {"backup.enabled": "true", "backup.claim": "archives"}
OLDEST, NEWEST = "1.30", "1.35"


def helm(command: str, version: str = NEWEST, **values: str) -> str:
    settings = [f"--set={name}={value}" for name, value in values.items()]
    return run([*tool("helm"), *command.split(), str(CHART), f"--kube-version={version}", *settings])


def objects(**values: str) -> dict[tuple[str, str], dict]:
    """What is rendered, by kind and the last word of the name."""
    text = helm("template hr", **NEEDED | values)
    # The validator brings a reader of YAML along.
    script = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))"
    reader = [*tool("kubernetes-validate")[:-1], sys.executable, "-c", script]
    rendered = [one for one in json.loads(run(reader, input=text)) if one]
    return {(one["kind"], one["metadata"]["name"].removeprefix("hr-hr-scheduling").strip("-")): one for one in rendered}


def pods(rendered: dict) -> dict[str, dict]:
    jobs = {name: one["spec"]["jobTemplate"] for (kind, name), one in rendered.items() if kind == "CronJob"}
    jobs |= {name: one for (kind, name), one in rendered.items() if kind in ("Deployment", "Job")}
    return {name: one["spec"]["template"]["spec"] for name, one in jobs.items()}


def settings(container: dict) -> dict[str, str]:
    return {one["name"]: one["value"] for one in container["env"]}


class Chart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rendered = objects(**BACKUP)
        cls.pods = pods(cls.rendered)

    def test_helm_finds_nothing(self):
        self.assertIn("1 chart(s) linted, 0 chart(s) failed", helm("lint --strict", **NEEDED))

    def test_kubernetes_accepts_every_object_old_and_new_and_with_everything_switched(self):
        folder = temporary()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "rendered.yaml"
        switched = {"autoscaling.enabled": "false", "networkPolicy.further[0].ports[0].port": "587",
                    "image.pullSecrets[0]": "registry", "settings.HR_LOG": "debug", "nodeSelector.disk": "ssd",
                    "previousSecretKey": "true", "tls.secret": "hr-tls"} | BACKUP
        for version in [OLDEST, NEWEST]:
            for values in [{}, switched, {"ingress.enabled": "false", "networkPolicy.enabled": "false"}]:
                path.write_text(helm("template hr", version, **NEEDED | values))
                said = run([*tool("kubernetes-validate"), "--strict", "-k", version, str(path)])
                self.assertEqual(said.count(" passed "), path.read_text().count("\nkind: "), said)

    def test_an_older_kubernetes_and_a_value_that_is_not_known_are_refused(self):
        for version, values, said in [("1.29", {}, "incompatible with Kubernetes"),
                                      (NEWEST, {"image.tag": "latest"}, "/image/tag"),
                                      (NEWEST, {"replicas": "3"}, "additional properties 'replicas' not allowed"),
                                      (NEWEST, {"settings.DATABASE_URL": "postgres://u:p@db/hr"}, "DATABASE_URL"),
                                      (NEWEST, {"settings.HR_SMTP_PASSWORD": "hidden"}, "HR_SMTP_PASSWORD")]:
            with self.assertRaisesRegex(AssertionError, said):
                helm("template hr", version, **NEEDED | values)

    def test_what_is_needed_is_asked_for(self):
        for name in NEEDED:
            with self.assertRaisesRegex(AssertionError, f"{name}: "):
                helm("template hr", **{other: value for other, value in NEEDED.items() if other != name})
        with self.assertRaisesRegex(AssertionError, "backup.claim: "):
            helm("template hr", **NEEDED, **{"backup.enabled": "true"})

    def test_every_pod_is_hardened_and_limited(self):
        self.assertEqual(sorted(self.pods), ["api", "backup", "migrate", "worker"])
        for name, pod in self.pods.items():
            of_pod, [container] = pod["securityContext"], pod["containers"]
            self.assertEqual((of_pod["runAsNonRoot"], of_pod["runAsUser"], of_pod["runAsGroup"]), (True, 1000, 1000), name)
            self.assertEqual(of_pod["seccompProfile"], {"type": "RuntimeDefault"}, name)
            self.assertIs(pod["automountServiceAccountToken"], False, name)
            self.assertEqual(container["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                            "capabilities": {"drop": ["ALL"]}}, name)
            self.assertIn("memory", container["resources"]["limits"], name)
            self.assertLessEqual({"cpu", "memory"}, container["resources"]["requests"].keys(), name)

    def test_secrets_stand_in_no_object(self):
        self.assertNotIn("Secret", {kind for kind, _ in self.rendered})
        for name, pod in self.pods.items():
            for variable in pod["containers"][0]["env"]:
                if re.search("PASS|SECRET|KEY|_URL|DSN", variable["name"]):
                    self.assertRegex(variable["value"], "^/run/(secrets|owner)/", f"{name}: {variable}")

    def test_requests_in_flight_may_end(self):
        for name in ["api", "worker"]:
            pod = self.pods[name]
            env = settings(pod["containers"][0])
            needed = sum(int(env[name]) for name in ["HR_DRAIN_SECONDS", "HR_SHUTDOWN_SECONDS"])
            needed += pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
            self.assertGreater(pod["terminationGracePeriodSeconds"], needed, name)
        strategy = self.rendered["Deployment", "api"]["spec"]["strategy"]["rollingUpdate"]
        self.assertEqual(strategy, {"maxSurge": 1, "maxUnavailable": 0})

    def test_health_is_asked_for_where_the_service_answers_it(self):
        for name in ["api", "worker"]:
            [container] = self.pods[name]["containers"]
            self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/health/live")
            self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/health/ready")
            # A stop serves on for longer than it takes to notice that the pod is not ready.
            probe = container["readinessProbe"]
            self.assertGreater(int(settings(container)["HR_DRAIN_SECONDS"]), probe["periodSeconds"] * probe["failureThreshold"])

    def test_migrations_run_before_anything_else(self):
        annotations = self.rendered["Job", "migrate"]["metadata"]["annotations"]
        self.assertEqual(annotations["helm.sh/hook"], "pre-install,pre-upgrade")
        self.assertNotIn("serviceAccountName", self.pods["migrate"])

    def test_selectors_find_their_pods_and_no_others(self):
        labels = {name: self.rendered["Deployment", name]["spec"]["template"]["metadata"]["labels"] for name in ["api", "worker"]}
        finds = lambda selector: [name for name, has in labels.items() if selector.items() <= has.items()]
        for name in labels:
            self.assertEqual(finds(self.rendered["Deployment", name]["spec"]["selector"]["matchLabels"]), [name])
        self.assertEqual(finds(self.rendered["Service", ""]["spec"]["selector"]), ["api"])
        self.assertEqual(finds(self.rendered["PodDisruptionBudget", "api"]["spec"]["selector"]["matchLabels"]), ["api"])
        self.assertEqual(finds(self.rendered["NetworkPolicy", ""]["spec"]["podSelector"]["matchLabels"]), ["api", "worker"])
        self.assertEqual(self.rendered["HorizontalPodAutoscaler", "api"]["spec"]["scaleTargetRef"]["name"], "hr-hr-scheduling-api")

    def test_only_what_is_public_is_reached_from_outside(self):
        paths = {name: [path["path"] for path in self.rendered["Ingress", name]["spec"]["rules"][0]["http"]["paths"]]
                 for name in ["public", "inside"]}
        self.assertEqual(paths, {"public": ["/api", "/health", "/problems"], "inside": ["/api/docs", "/api/instance"]})
        annotations = self.rendered["Ingress", "inside"]["metadata"]["annotations"]
        self.assertEqual(annotations["nginx.ingress.kubernetes.io/whitelist-source-range"], "127.0.0.1/32")
        edge = (ROOT / "deploy/nginx/nginx.conf").read_text()
        rate, burst = re.search(r"rate=(\d+)r/s", edge)[1], re.search(r"burst=(\d+)", edge)[1]
        limit, times = (annotations[f"nginx.ingress.kubernetes.io/{name}"] for name in ["limit-rps", "limit-burst-multiplier"])
        self.assertEqual((limit, int(limit) * int(times)), (rate, int(burst)))

    def test_the_owner_of_the_tables_is_known_to_migrations_and_backups_alone(self):
        for name, pod in self.pods.items():
            secrets = {volume["name"]: volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
            is_owner = name in ("migrate", "backup")
            owner = {"owner": "hr-scheduling-owner"} if is_owner else {}
            self.assertEqual(secrets, {"secrets": "hr-scheduling"} | owner, name)
            self.assertEqual("/run/owner/" in str(pod["containers"][0]["env"]), is_owner)

    def test_with_a_certificate_everything_between_the_pods_is_encrypted(self):
        rendered = objects(**{"tls.secret": "hr-tls"})
        for name, pod in pods(rendered).items():
            [container] = pod["containers"]
            serves = name != "migrate"
            self.assertEqual("hr-tls" in str(pod["volumes"]), serves, name)
            self.assertEqual(settings(container).get("HR_TLS_CERTIFICATE_FILE"), "/run/tls/tls.crt" if serves else None)
            probes = {container[probe]["httpGet"]["scheme"] for probe in ["startupProbe", "livenessProbe", "readinessProbe"] if serves}
            self.assertEqual(probes, {"HTTPS"} if serves else set(), name)
        for part in ["public", "inside"]:
            told = {name.removeprefix("nginx.ingress.kubernetes.io/"): value
                    for name, value in rendered["Ingress", part]["metadata"]["annotations"].items()}
            self.assertEqual((told["backend-protocol"], told["proxy-ssl-verify"]), ("HTTPS", "on"))
            self.assertEqual(told["proxy-ssl-secret"], "default/hr-tls")
            self.assertEqual(told["proxy-ssl-name"], rendered["Service", ""]["metadata"]["name"])

    def test_migrations_and_backups_go_past_pgbouncer(self):
        for pooling, prefix in [("session", ""), ("transaction", "pgbouncer_")]:
            made = pods(objects(databasePooling=pooling, **BACKUP))
            env = {name: settings(pod["containers"][0]) for name, pod in made.items()}
            for name in ["api", "worker"]:
                self.assertEqual(env[name]["DATABASE_URL_FILE"], f"/run/secrets/{prefix}database_url")
                self.assertEqual(env[name]["HR_DATABASE_POOLING"], pooling)
            for name in ["migrate", "backup"]:
                self.assertEqual(env[name]["DATABASE_URL_FILE"], "/run/owner/database_owner_url")
                self.assertNotIn("HR_DATABASE_POOLING", env[name])

    def test_metrics_have_a_port_of_their_own_that_prometheus_alone_reaches(self):
        port = re.search(r"port: (\d+)", (ROOT / "monitoring/prometheus/prometheus.production.yml").read_text())[1]
        for name in ["api", "worker"]:
            [container] = self.pods[name]["containers"]
            self.assertEqual(settings(container)["HR_METRICS_LISTEN"], f"0.0.0.0:{port}", name)
            self.assertIn({"name": "metrics", "containerPort": int(port)}, container["ports"], name)
            annotations = self.rendered["Deployment", name]["spec"]["template"]["metadata"]["annotations"]
            self.assertEqual(annotations, {"prometheus.io/scrape": "true", "prometheus.io/port": port,
                                           "prometheus.io/path": "/metrics", "prometheus.io/scheme": "http"}, name)
        reached = {rule["from"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]: rule["ports"][0]["port"]
                   for rule in self.rendered["NetworkPolicy", ""]["spec"]["ingress"]}
        self.assertEqual(reached, {"ingress-nginx": "http", "monitoring": "metrics"})
        self.assertEqual([one["targetPort"] for one in self.rendered["Service", ""]["spec"]["ports"]], ["http"])

    def test_backups_are_made_every_night_and_their_age_is_watched(self):
        self.assertNotIn(("CronJob", "backup"), objects())
        spec = self.rendered["CronJob", "backup"]["spec"]
        self.assertEqual((spec["schedule"], spec["concurrencyPolicy"]), ("0 2 * * *", "Forbid"))
        [container] = self.pods["backup"]["containers"]
        env = settings(container)
        self.assertEqual(container["args"], ["backup", "create"])
        self.assertEqual((env["HR_BACKUP_KEY_FILE"], env["HR_BACKUP_KEEP"]), ("/run/secrets/backup_key", "14"))
        for name, mount in [("backup", {"name": "archives", "mountPath": "/backups"}),
                            ("worker", {"name": "archives", "mountPath": "/backups", "readOnly": True})]:
            [container] = self.pods[name]["containers"]
            self.assertEqual(settings(container)["HR_BACKUP_DIR"], "/backups", name)
            self.assertIn(mount, container["volumeMounts"], name)
            self.assertIn({"name": "archives", "persistentVolumeClaim": {"claimName": "archives"}}, self.pods[name]["volumes"])

    def test_replicas_belong_to_the_autoscaler_where_there_is_one(self):
        self.assertNotIn("replicas", self.rendered["Deployment", "api"]["spec"])
        fixed = objects(**{"autoscaling.enabled": "false"})
        self.assertEqual(fixed["Deployment", "api"]["spec"]["replicas"], 3)
        self.assertNotIn(("HorizontalPodAutoscaler", "api"), fixed)

    def test_the_service_accepts_what_is_set(self):
        folder = temporary()
        self.addCleanup(folder.cleanup)
        secrets = Path(folder.name) / "secrets"
        run([str(ROOT / "deploy/make-secrets"), str(secrets)])
        for pod in self.pods.values():
            env = {name: re.sub("^/run/(secrets|owner)", str(secrets), value) for name, value in settings(pod["containers"][0]).items()}
            run([str(BINARY), "config", "show"], env={"PATH": os.environ["PATH"]} | env)


if __name__ == "__main__":
    unittest.main()
