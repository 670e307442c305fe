"""monitoring/: the rules, routes and dashboards by themselves."""

import json
import re
import unittest
from pathlib import Path

from tools import ROOT, compose, run, tool

MONITORING = ROOT / "monitoring"
RULES = MONITORING / "prometheus/rules"
TESTS = MONITORING / "prometheus/tests"
RUNBOOKS = ROOT / "docs/operations/runbooks"


def alerts() -> list[str]:
    return re.findall(r"- alert: (\w+)", (RULES / "alerts.yml").read_text())


def dashboards() -> dict[str, dict]:
    return {path.name: json.loads(path.read_text()) for path in sorted((MONITORING / "grafana/dashboards").glob("*.json"))}


def queries(dashboard: dict, kind: str) -> list[tuple[str, str]]:
    """The title of each panel with each of its queries to that kind of source."""
    return [
        (panel["title"], target["expr"])
        for panel in dashboard["panels"]
        for target in panel.get("targets", [])
        if target["datasource"]["type"] == kind
    ]


class Rules(unittest.TestCase):
    def test_prometheus_accepts_its_configuration_and_rules(self):
        for name in ["prometheus.yml", "prometheus.production.yml"]:
            run([*tool("promtool"), "check", "config", str(MONITORING / "prometheus" / name)])

    def test_production_differs_in_how_the_service_is_reached_alone(self):
        here, there = ((MONITORING / "prometheus" / name).read_text().split("global:", 1)[1]
                       for name in ["prometheus.yml", "prometheus.production.yml"])
        self.assertEqual(here.count("port: 8000"), 2)
        here = re.sub(r"(port: |# app:)8000", r"\g<1>9464", here)
        for name in ["app", "worker"]:
            encrypted = (f"    scheme: https\n    tls_config:\n      ca_file: /run/secrets/internal_ca\n"
                         f"      server_name: {name}\n")
            self.assertEqual(there.count(encrypted), 1, name)
            there = there.replace(encrypted, "")
        here = here.replace("The certificate that clients see, asked for once a minute from outside nginx.",
                            "The certificates that clients and nginx see, asked for once a minute.")
        here = here.replace('"https://nginx/health"', '"https://nginx/health", "https://app:8000/health/live"')
        self.assertEqual(here, there)

    def test_each_alert_fires_resolves_and_stays_silent_as_its_tests_say(self):
        run([*tool("promtool"), "test", "rules", *map(str, sorted(TESTS.glob("*.yml")))])

    def test_each_alert_has_both_tests(self):
        tests = "".join(path.read_text() for path in TESTS.glob("*.yml"))
        for alert in alerts():
            self.assertRegex(tests, rf"- name: {alert} fires .* resolves", alert)
            self.assertIn(f"- name: {alert} is silent ", tests, alert)

    def test_each_alert_leads_to_a_page(self):
        text = (RULES / "alerts.yml").read_text()
        pages = {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"}
        self.assertEqual(pages, set(alerts()))
        self.assertEqual(re.findall(r"docs/operations/runbooks/(\w+)\.md", text), alerts())

    def test_the_required_alerts_are_as_required(self):
        group = (RULES / "alerts.yml").read_text().split("- name: ")[1]
        self.assertTrue(group.startswith("hr-scheduling-alerts\n"))
        self.assertEqual(re.findall(r"alert: (\w+)", group), ["HighErrorRate", "HighResponseTime", "HighMemoryUsage"])
        self.assertEqual(re.findall(r"for: (\w+)", group), ["5m", "5m", "10m"])
        self.assertEqual(re.findall(r"severity: (\w+)", group), ["critical", "warning", "warning"])


class Alertmanager(unittest.TestCase):
    CONFIG = str(MONITORING / "alertmanager/alertmanager.yml")

    def test_alertmanager_accepts_its_configuration(self):
        run([*tool("amtool"), "check-config", self.CONFIG])

    def test_critical_alerts_wake_somebody_and_others_do_not(self):
        for severity, receiver in [("critical", "on-call"), ("warning", "team"), ("unknown", "team")]:
            command = [*tool("amtool"), "config", "routes", "test", f"--config.file={self.CONFIG}"]
            run([*command, f"--verify.receivers={receiver}", f"severity={severity}"])

    def test_what_is_inhibited_is_an_alert(self):
        text = Path(self.CONFIG).read_text()
        named = set("|".join(re.findall(r'alertname =~? "?([\w|]+)', text)).split("|"))
        self.assertLessEqual(named, set(alerts()))

    def test_no_secret_stands_in_it(self):
        self.assertNotRegex(Path(self.CONFIG).read_text(), r"(api_url|routing_key|password|token): ")


class Dashboards(unittest.TestCase):
    def test_panels_do_not_overlap_and_sources_are_provisioned(self):
        sources = (MONITORING / "grafana/provisioning/datasources/datasources.yml").read_text()
        known = set(re.findall(r"uid: (\w+)", sources))
        self.assertEqual(len({board["uid"] for board in dashboards().values()}), 3)
        for name, board in dashboards().items():
            taken, ids = set(), [panel["id"] for panel in board["panels"]]
            self.assertEqual(len(ids), len(set(ids)), name)
            for panel in board["panels"]:
                at = panel["gridPos"]
                cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
                self.assertFalse(taken & cells, f"{name}: {panel['title']}")
                self.assertLessEqual(at["x"] + at["w"], 24, f"{name}: {panel['title']}")
                taken |= cells
                if "datasource" in panel:
                    self.assertIn(panel["datasource"]["uid"], known)

    def test_each_has_log_lines_and_one_finds_a_request(self):
        for name, board in dashboards().items():
            self.assertTrue(queries(board, "loki"), name)
        self.assertIn("$request_id", str(queries(dashboards()["service.json"], "loki")))


class Compose(unittest.TestCase):
    def test_compose_accepts_the_file_by_itself(self):
        file = compose(MONITORING / "docker-compose.yml")
        self.assertLessEqual({"prometheus", "alertmanager", "grafana", "loki", "alloy"}, file["services"].keys())


class Logs(unittest.TestCase):
    """Alloy and Loki are not to be had as packages, so their configurations are looked at, not run."""

    def test_lines_travel_encrypted_to_a_loki_that_is_known(self):
        services = compose(MONITORING / "docker-compose.yml")["services"]
        has = lambda name: {secret["source"] for secret in services[name]["secrets"]}
        sources = (MONITORING / "grafana/provisioning/datasources/datasources.yml").read_text()
        carrier, store = (MONITORING / "alloy/config.alloy").read_text(), (MONITORING / "loki/loki.yml").read_text()
        for who, text in [("alloy", carrier), ("grafana", sources)]:
            self.assertEqual(re.findall(r"(\w+)://loki:3100", text), ["https"], who)
            self.assertIn("/run/secrets/internal_ca", text)
            self.assertIn("internal_ca", has(who))
        self.assertNotRegex(carrier + sources, r"insecure_skip_verify|tlsSkipVerify")
        shown = re.search(r"http_tls_config:\n +cert_file: /run/secrets/(\w+)\n +key_file: /run/secrets/(\w+)\n", store)
        self.assertEqual(set(shown.groups()), {"loki_certificate", "loki_key"})
        self.assertLessEqual(set(shown.groups()), has("loki"))

    def test_the_service_does_not_reach_what_it_wrote(self):
        services = compose(ROOT / "deploy/compose.yml", ROOT / "deploy/compose.production.yml", HR_VERSION="0123abc")["services"]
        there = {name for name, one in services.items() if "logs" in one["networks"]}
        self.assertEqual(there, {"loki", "alloy", "grafana"})
        self.assertEqual(list(services["loki"]["networks"]), ["logs"])
        reads_the_engine = {name for name, one in services.items()
                            if any("docker.sock" in volume.get("source", "") for volume in one.get("volumes", []))}
        self.assertEqual(reads_the_engine, {"alloy"})


class Catalogue(unittest.TestCase):
    """The service's own metrics; those of exporters are looked for in test_monitoring_live."""

    OTHERS = ("ALERTS", "go_", "nginx_", "node_", "pg_", "probe_", "process_", "redis_", "service:", "up")

    def test_what_rules_and_dashboards_name_is_in_the_catalogue(self):
        known = set(re.findall(r'&str = "(\w+)"', (ROOT / "crates/prometheus/src/name.rs").read_text()))
        rules = re.findall(r"expr: (?:>-\n)?((?:.|\n {10,})+)", "".join(path.read_text() for path in RULES.glob("*.yml")))
        named = set()
        for expression in rules + [query for board in dashboards().values() for _, query in queries(board, "prometheus")]:
            named |= metrics(expression)
        own = {re.sub("_(bucket|sum|count)$", "", name) for name in named if not name.startswith(self.OTHERS)}
        self.assertGreater(len(own), 8)
        self.assertLessEqual(own, known)


def metrics(expression: str) -> set[str]:
    """The names of metrics in a PromQL expression: words that are neither functions, labels, keywords nor text."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]', "", expression)
    bare = re.sub(r"\{[^}]*\}", "{}", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    words = re.findall(r"(?<![\w.])[a-zA-Z_][\w:]*\b(?!\s*\()", bare)
    return {word for word in words if word not in {"and", "or", "unless", "sum", "avg", "min", "max", "topk", "bool", "e"}}


if __name__ == "__main__":
    unittest.main()
