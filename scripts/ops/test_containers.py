"""deploy/Dockerfile and the Compose files: what hadolint and Compose say of them, and, since there may be no engine, what
they promise shown without one: the secrets and roles on a real PostgreSQL. test_image builds and runs the image."""

import os
import re
import shutil
import stat
import subprocess
import unittest
import urllib.request
from pathlib import Path

from tools import BINARY, ROOT, Server, as_deployed, compose, free_port, run, service, temporary, tool, until

DEPLOY = ROOT / "deploy"
ENVIRONMENTS = ["development", "staging", "production"]
MAKE_SECRETS = str(DEPLOY / "make-secrets")


def environment(name: str, **env: str) -> dict:
    """What Compose makes of the files of an environment."""
    return compose(DEPLOY / "compose.yml", DEPLOY / f"compose.{name}.yml", **env)


class Image(unittest.TestCase):
    def test_hadolint_finds_nothing(self):
        self.assertEqual(run([*tool("hadolint"), str(DEPLOY / "Dockerfile")]), "")

    def test_the_health_check_has_the_required_times(self):
        text = (DEPLOY / "Dockerfile").read_text()
        self.assertIn("--interval=30s --timeout=10s --start-period=5s --retries=3", text)
        self.assertIn("\nUSER 1000:1000\n", text)

    def test_what_is_built_reaches_the_image_and_nothing_else_does(self):
        kept = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
        self.assertEqual(kept, ["Cargo.toml", "Cargo.lock", "crates", "migrations"])
        for name in kept:
            self.assertTrue((ROOT / name).exists(), name)

    def test_the_program_needs_no_more_than_the_base_has(self):
        needed = re.findall(r"NEEDED.*\[(.*)\]", run([*tool("readelf"), "-d", str(BINARY)]))
        self.assertLessEqual(set(needed), {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libc.so.6", "libgcc_s.so.1",
                                           "libm.so.6"})


class Services(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = {name: environment(name, HR_VERSION="0123abc") for name in ENVIRONMENTS}

    def test_the_required_services_are_there(self):
        required = {"app", "db", "redis", "nginx", "prometheus", "grafana", "alertmanager", "node-exporter",
                    "redis-exporter", "postgres-exporter", "nginx-exporter"}
        for name, file in self.files.items():
            self.assertLessEqual(required, file["services"].keys(), name)

    def test_staging_and_production_know_which_commit_they_run(self):
        for name in ["staging", "production"]:
            with self.assertRaisesRegex(AssertionError, "set HR_VERSION"):
                environment(name)

    def test_only_nginx_is_reached_from_outside(self):
        for name in ["staging", "production"]:
            published = {
                (service, port["published"])
                for service, one in self.files[name]["services"].items()
                for port in one.get("ports", [])
                if port.get("host_ip") != "127.0.0.1"
            }
            self.assertEqual(published, {("nginx", "80"), ("nginx", "443")}, name)
            self.assertTrue(self.files[name]["networks"]["data"]["internal"])
            self.assertEqual(list(self.files[name]["services"]["db"]["networks"]), ["data"])

    def test_every_container_is_hardened_and_limited(self):
        for name, one in self.files["production"]["services"].items():
            self.assertTrue(one["read_only"], name)
            self.assertEqual(one["cap_drop"], ["ALL"], name)
            self.assertEqual(one["security_opt"], ["no-new-privileges:true"], name)
            self.assertEqual(one["restart"], "no" if name == "migrate" else "unless-stopped", name)
            self.assertTrue("mem_limit" in one or name == "migrate", name)

    def test_every_image_has_a_version(self):
        for name, one in self.files["production"]["services"].items():
            self.assertRegex(one["image"], r":[^:/]*\d[^:/]*$", name)

    def test_requests_in_flight_may_end(self):
        for name in ["app", "worker"]:
            one = self.files["production"]["services"][name]
            needed = sum(int(one["environment"][name]) for name in ["HR_DRAIN_SECONDS", "HR_SHUTDOWN_SECONDS"])
            self.assertGreater(int(one["stop_grace_period"].rstrip("s")), needed)

    def test_each_waits_for_the_health_of_what_it_needs(self):
        services = self.files["production"]["services"]
        for name in ["app", "worker"]:
            needs = {need: one["condition"] for need, one in services[name]["depends_on"].items()}
            self.assertEqual(needs, {"db": "service_healthy", "redis": "service_healthy",
                                     "migrate": "service_completed_successfully"})
        self.assertEqual(services["nginx"]["depends_on"]["app"]["condition"], "service_healthy")

    def test_it_scales(self):
        self.assertEqual(self.files["production"]["services"]["app"]["scale"], 3)
        for name in ["app", "worker"]:
            one = self.files["production"]["services"][name]
            self.assertFalse({"container_name", "ports"} & one.keys(), name)

    def test_prometheus_asks_where_metrics_answer(self):
        for name, file in self.files.items():
            services = file["services"]
            mounted = {volume["target"]: volume["source"] for volume in services["prometheus"]["volumes"]}
            scraped = set(re.findall(r"port: (\d+)", Path(mounted["/etc/prometheus/prometheus.yml"]).read_text()))
            for one in ["app", "worker"]:
                listen = services[one]["environment"].get("HR_METRICS_LISTEN", "0.0.0.0:8000")
                self.assertEqual({listen.split(":")[1]}, scraped, f"{name}: {one}")

    def test_no_secret_stands_in_a_file(self):
        for file in self.files.values():
            for name, one in file["services"].items():
                for variable, value in one.get("environment", {}).items():
                    if re.search("PASS|SECRET|KEY|_URL|DSN", variable) and value:
                        self.assertTrue(value.startswith("/run/secrets/"), f"{name}: {variable}={value}")

    def test_backups_and_recovery_come_on_top_when_asked_for(self):
        self.assertNotIn("backup", self.files["production"]["services"])
        files = [DEPLOY / f"compose{name}.yml" for name in ["", ".production", ".recovery"]]
        services = compose(*files, HR_VERSION="0123abc", COMPOSE_PROFILES="backup")["services"]
        one, app = services["backup"], services["app"]
        for key in ["image", "read_only", "cap_drop", "security_opt", "restart"]:
            self.assertEqual(one[key], app[key], key)
        self.assertEqual(one["command"], ["backup", "create", "--every", "24"])
        self.assertEqual(one["environment"]["HR_BACKUP_KEY_FILE"], "/run/secrets/backup_key")
        for name, path in one["environment"].items():
            if name.endswith("_FILE"):
                self.assertIn(Path(path).name, [secret["source"] for secret in one["secrets"]])
        # A command cannot be added to, so it is repeated; nothing else may differ.
        usual, archiving = self.files["production"]["services"]["db"]["command"], services["db"]["command"]
        self.assertEqual(archiving[:len(usual)], usual)
        self.assertEqual([option.partition("=")[0] for option in archiving[len(usual):]],
                         ["-carchive_mode", "-carchive_command", "-carchive_timeout"])

    def test_what_is_mounted_is_there(self):
        own = {"certificates", "acme", "backups"}
        for name, one in self.files["production"]["services"].items():
            for volume in one.get("volumes", []):
                source = Path(volume.get("source", ""))
                if volume["type"] == "bind" and source.is_relative_to(ROOT) and source.name not in own:
                    self.assertTrue(source.exists(), f"{name}: {source}")
                    self.assertTrue(volume["read_only"], f"{name}: {source}")


class Secrets(unittest.TestCase):
    def setUp(self):
        folder = temporary()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "secrets"
        run([MAKE_SECRETS, str(self.folder)])

    def test_every_secret_of_the_files_is_made_and_only_root_enters(self):
        file = environment("production", HR_VERSION="0123abc", HR_SECRETS_DIR=str(self.folder))
        for name, secret in file["secrets"].items():
            self.assertTrue(Path(secret["file"]).is_file(), name)
        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE((self.folder / "database_key").stat().st_mode), 0o640)

    def test_what_is_there_stays_and_what_was_removed_is_new(self):
        before = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        (self.folder / "jwt_secret_key").unlink()
        run([MAKE_SECRETS, str(self.folder)])
        after = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        self.assertEqual([name for name in before if before[name] != after[name]], ["jwt_secret_key"])

    def test_the_certificate_is_the_databases(self):
        command = [*tool("openssl"), "verify", "-CAfile", str(self.folder / "database_ca"), "-purpose", "sslserver"]
        run([*command, "-verify_hostname", "db", str(self.folder / "database_certificate")])

    def test_the_service_accepts_what_the_files_set(self):
        for name in ENVIRONMENTS:
            services = environment(name, HR_VERSION="0123abc")["services"]
            for one in ["migrate", "app", "worker"]:
                settings = {key: value.replace("/run/secrets", str(self.folder))
                            for key, value in services[one]["environment"].items()}
                run([str(BINARY), "config", "show"], env={"PATH": os.environ["PATH"]} | settings)

    @unittest.skipUnless("TEST_DATABASE_URL" in os.environ, "needs scripts/with-services")
    def test_production_runs_on_them_encrypted_as_a_role_that_rules_bind(self):
        place = re.search(r"@(.*)/", os.environ["TEST_DATABASE_URL"])[1]
        ask = as_deployed("production", self.folder, self.addCleanup)

        address = (self.folder / "database_url").read_text().replace("@db:5432/hr_scheduling", f"@{place}/production")
        address = address.replace("verify-full", "verify-ca").replace("/run/secrets", str(self.folder))
        files = {"DATABASE_URL": address, "REDIS_URL": os.environ["TEST_REDIS_URL"],
                 "JWT_SECRET_KEY": (self.folder / "jwt_secret_key").read_text()}
        settings = {"HR_ENV": "production"}
        for name, text in files.items():
            path = self.folder.parent / name
            path.write_text(text)
            settings[f"{name}_FILE"] = str(path)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HR_")}
        run([str(BINARY), "migrate"], env=clean | settings)
        running = service(self.folder.parent, seeded=False, **settings)
        self.addCleanup(running.stop)
        ready = lambda: urllib.request.urlopen(f"http://127.0.0.1:{running.port}/health/ready").status == 200
        until(ready, "readiness")
        self.assertNotIn("exempt from row-level security", running.log.read_text())
        used = "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'hr_scheduling'"
        self.assertEqual(ask(f"SELECT DISTINCT ssl {used}"), "t")

        monitor = f"postgres://monitor:{(self.folder / 'monitor_password').read_text()}@{place}/production"
        self.assertEqual(ask("SELECT count(*) > 0 FROM pg_stat_activity WHERE query <> ''", monitor), "t")
        with self.assertRaisesRegex(AssertionError, "permission denied"):
            ask("SELECT * FROM users", monitor)


if __name__ == "__main__":
    unittest.main()
