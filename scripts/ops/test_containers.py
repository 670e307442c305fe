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


def address_of(secret: Path, place: str, database: str) -> str:
    """The address that a secret holds, at another place, whose name the certificate does not have."""
    text = secret.read_text().replace("@db:5432/hr_scheduling", f"@{place}/{database}")
    return text.replace("verify-full", "verify-ca").replace("/run/secrets", str(secret.parent))


class Image(unittest.TestCase):
    def test_hadolint_finds_nothing(self):
        self.assertEqual(run([*tool("hadolint"), str(DEPLOY / "Dockerfile")]), "")

    def test_the_health_check_has_the_required_times(self):
        text = (DEPLOY / "Dockerfile").read_text()
        self.assertIn("--interval=30s --timeout=10s --start-period=5s --retries=3", text)
        self.assertIn("\nUSER 1000:1000\n", text)

    def test_what_is_built_reaches_the_image_and_nothing_else_does(self):
        kept = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
        self.assertEqual(kept, ["Cargo.toml", "Cargo.lock", "crates", "scripts/trim-symbols", "migrations"])
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

    def test_whatever_leaves_a_container_of_the_service_is_encrypted(self):
        for environment in ["staging", "production"]:
            services = self.files[environment]["services"]
            for name in ["app", "worker"]:
                one = services[name]
                secrets = [secret["source"] for secret in one["secrets"]]
                for variable in ["HR_TLS_CERTIFICATE_FILE", "HR_TLS_KEY_FILE", "HR_TLS_CA_FILE"]:
                    self.assertIn(Path(one["environment"][variable]).name, secrets, f"{environment}: {name}")
                self.assertNotIn("HR_PLAINTEXT_HOSTS", one["environment"])
            for name in ["nginx", "nginx-exporter", "prometheus", "redis", "redis-exporter"]:
                self.assertIn("internal_ca", [secret["source"] for secret in services[name]["secrets"]], name)
            mounted = {volume["target"]: Path(volume["source"]) for volume in services["nginx"]["volumes"]}
            for snippet in ["instances", "counters"]:
                self.assertEqual(mounted[f"/etc/nginx/snippets/{snippet}.conf"].name, f"{snippet}.production.conf")
            redis = services["redis"]["command"]
            self.assertEqual(redis[redis.index("--port") + 1], "0")
            self.assertIn("sslmode=verify-full", services["postgres-exporter"]["environment"]["DATA_SOURCE_URI"])
            for name, one in services.items():
                self.assertNotIn("internal_ca_key", [secret["source"] for secret in one.get("secrets", [])], name)

    def test_no_secret_stands_in_a_file(self):
        for file in self.files.values():
            for name, one in file["services"].items():
                for variable, value in one.get("environment", {}).items():
                    if re.search("PASS|SECRET|KEY|_URL|DSN", variable) and value:
                        self.assertTrue(value.startswith("/run/secrets/"), f"{name}: {variable}={value}")

    def test_the_owner_of_the_tables_is_known_to_migrations_and_backups_alone(self):
        services = compose(DEPLOY / "compose.yml", DEPLOY / "compose.production.yml", HR_VERSION="0123abc",
                           COMPOSE_PROFILES="backup")["services"]
        knows = {name for name, one in services.items()
                 if "database_owner_url" in [secret["source"] for secret in one.get("secrets", [])]}
        self.assertEqual(knows, {"migrate", "backup"})
        for name in knows:
            self.assertEqual(services[name]["environment"]["DATABASE_URL_FILE"], "/run/secrets/database_owner_url")
            self.assertEqual(list(services[name]["networks"]), ["data"], name)

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

    def verify(self, authority: str, certificate: str, host: str):
        command = [*tool("openssl"), "verify", "-CAfile", str(self.folder / authority), "-purpose", "sslserver"]
        run([*command, "-verify_hostname", host, str(self.folder / certificate)])

    def test_the_certificates_are_for_those_who_show_them(self):
        self.verify("database_ca", "database_certificate", "db")
        for certificate, host in [("service", "app"), ("service", "worker"), ("redis", "redis"), ("nginx", "nginx"), ("loki", "loki")]:
            self.verify("internal_ca", f"{certificate}_certificate", host)
        with self.assertRaisesRegex(AssertionError, "hostname mismatch"):
            self.verify("internal_ca", "redis_certificate", "app")
        self.assertEqual(stat.S_IMODE((self.folder / "internal_ca_key").stat().st_mode), 0o400)

    def test_a_certificate_is_replaced_without_the_rest(self):
        before = (self.folder / "internal_ca").read_bytes()
        for name in ["service_certificate", "service_key"]:
            (self.folder / name).unlink()
        run([MAKE_SECRETS, str(self.folder)])
        self.assertEqual((self.folder / "internal_ca").read_bytes(), before)
        self.verify("internal_ca", "service_certificate", "app")

    def test_redis_answers_over_tls_alone_the_service_and_its_exporter(self):
        """The command of compose.yml, with other places."""
        port, holder = free_port(), temporary()
        self.addCleanup(holder.cleanup)
        folder = Path(holder.name)
        services = environment("production", HR_VERSION="0123abc")["services"]
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if not program:
            self.skipTest("needs scripts/with-services")
        there = [argument.replace("/run/secrets", str(self.folder)) for argument in services["redis"]["command"][1:]]
        there[there.index("--tls-port") + 1] = str(port)
        redis = Server([program, *there, "--dir", str(folder), "--bind", "127.0.0.1"], port, folder / "redis.log")
        self.addCleanup(redis.stop)

        here = lambda text: text.replace("@redis:6379", f"@127.0.0.1:{port}").replace("/run/secrets", str(self.folder))
        address = here((self.folder / "redis_url").read_text())
        running = service(folder, REDIS_URL=address, HR_LOG_FORMAT="json")
        self.addCleanup(running.stop)
        measured = lambda: urllib.request.urlopen(f"http://127.0.0.1:{running.port}/metrics").read().decode()
        until(lambda: re.search(r'cache_requests_total\{operation="\w+",outcome="(?!failed)\w+"\} [1-9]', measured()), "an answer")
        self.assertNotRegex(running.log.read_text(), "does not answer|Redis")
        clear = service(folder, "clear", REDIS_URL=address.replace("rediss://", "redis://").split("?")[0])
        self.addCleanup(clear.stop)
        until(lambda: "the cache does not answer" in clear.log.read_text(), "a refusal in the clear")

        exporter, env = free_port(), services["redis-exporter"]["environment"]
        passwords = (self.folder / "redis_exporter_passwords").read_text()
        self.assertIn(f'"{env["REDIS_ADDR"]}"', passwords)
        own = {"REDIS_ADDR": f"rediss://127.0.0.1:{port}", "REDIS_PASSWORD": (self.folder / "redis_password").read_text(),
               "REDIS_EXPORTER_TLS_CA_CERT_FILE": here(env["REDIS_EXPORTER_TLS_CA_CERT_FILE"])}
        looking = Server([*tool("prometheus-redis-exporter"), f"-web.listen-address=127.0.0.1:{exporter}"], exporter,
                         folder / "exporter.log", env=os.environ | own)
        self.addCleanup(looking.stop)
        told = urllib.request.urlopen(f"http://127.0.0.1:{exporter}/metrics").read().decode()
        self.assertRegex(told, r"(?m)^redis_up 1$")

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

        secrets = {"REDIS_URL": os.environ["TEST_REDIS_URL"], "JWT_SECRET_KEY": (self.folder / "jwt_secret_key").read_text()}
        settings = {"HR_ENV": "production"}
        for name, text in secrets.items():
            path = self.folder.parent / name
            path.write_text(text)
            settings[f"{name}_FILE"] = str(path)
        for name in ["database_owner_url", "database_url"]:
            (self.folder.parent / name).write_text(address_of(self.folder / name, place, "production"))
        clean = {name: value for name, value in os.environ.items() if not name.startswith("HR_")}
        owner = settings | {"DATABASE_URL_FILE": str(self.folder.parent / "database_owner_url")}
        run([str(BINARY), "migrate"], env=clean | owner)
        settings["DATABASE_URL_FILE"] = str(self.folder.parent / "database_url")
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


# What each needs more rights for than rows.
FORBIDDEN = {
    "ALTER TABLE users ADD COLUMN more text": "must be owner",
    "DROP TABLE users": "must be owner",
    "ALTER TABLE users DISABLE ROW LEVEL SECURITY": "must be owner",
    "ALTER TABLE users NO FORCE ROW LEVEL SECURITY": "must be owner",
    "CREATE POLICY everything ON users USING (true)": "must be owner",
    "ALTER TABLE audit_events DISABLE TRIGGER ALL": "must be owner",
    "CREATE INDEX more ON users (email)": "must be owner",
    "TRUNCATE users": "permission denied",
    "CREATE TABLE more (id bigint)": "permission denied",
    "CREATE TEMPORARY TABLE more (id bigint)": "permission denied",
    "CREATE SCHEMA more": "permission denied",
    "CREATE EXTENSION dblink": "permission denied|is not available|could not open",
    "CREATE ROLE more": "permission denied",
    "CREATE DATABASE more": "permission denied",
    "ALTER ROLE hr_scheduling BYPASSRLS": "permission denied|must be superuser",
    "SET ROLE hr_scheduling_owner": "permission denied",
    "SET session_replication_role = replica": "permission denied",
    "COPY users TO PROGRAM 'true'": "permission denied|must be superuser",
    "SELECT pg_read_file('/etc/passwd')": "permission denied",
}


@unittest.skipUnless("TEST_DATABASE_URL" in os.environ, "needs scripts/with-services")
class Roles(unittest.TestCase):
    """The roles of deploy/postgres/roles.sh on a real server, and everything that they are there for."""

    @classmethod
    def setUpClass(cls):
        folder = temporary()
        cls.addClassCleanup(folder.cleanup)
        cls.folder, secrets = Path(folder.name), Path(folder.name) / "secrets"
        run([MAKE_SECRETS, str(secrets)])
        cls.place = re.search(r"@(.*)/", os.environ["TEST_DATABASE_URL"])[1]
        cls.ask = staticmethod(as_deployed("roles", secrets, cls.addClassCleanup))
        cls.owner, cls.role = (address_of(secrets / name, cls.place, "roles") for name in ["database_owner_url", "database_url"])
        cls.settings = {"DATABASE_URL": cls.role, "REDIS_URL": os.environ["TEST_REDIS_URL"], "HR_REQUESTS_PER_SECOND": "0",
                        "JWT_SECRET_KEY": (secrets / "jwt_secret_key").read_text()}
        cls.migrated = cls.command("migrate", DATABASE_URL=cls.owner)
        cls.command("seed", "demo")
        said = cls.command("admin", "create", "--username", "admin", "--email", "admin@example.com")
        cls.password = re.search(r"only this once\): (\S+)", said)[1]

    @classmethod
    def command(cls, *words: str, **env: str) -> str:
        return run([str(BINARY), *words], env=os.environ | cls.settings | env)

    def refused(self, what: str, by: str, why: str):
        with self.assertRaisesRegex(AssertionError, why, msg=what):
            self.ask(what, by)

    def test_the_service_does_all_its_work_with_rows_alone(self):
        """The quickstart as it stands: sign in, read, write, optimise, check, be refused, publish, read as an employee; then
        what goes on in the background, and what operators ask for."""
        instance = service(self.folder, seeded=False, HR_LOG_FORMAT="json", **self.settings)
        self.addCleanup(instance.stop)
        [jq, curl] = [*tool("jq"), *tool("curl")]
        page = (ROOT / "docs/quickstart.md").read_text()
        script = "set -euo pipefail\n" + "".join(re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
        env = os.environ | {"HR": f"http://127.0.0.1:{instance.port}", "ADMIN_PASSWORD": self.password,
                            "PATH": f"{os.environ['PATH']}:{Path(jq).parent}:{Path(curl).parent}"}
        said = run(["bash", "-c", script], env=env)
        for promised in ['"role": "admin"', "\ndone\n", '"publishable": true', '"code": "blocked_by_rules"', '"number": 1']:
            self.assertIn(promised, said)
        users = self.ask("SELECT string_agg(DISTINCT usename, ' ') FROM pg_stat_activity WHERE datname = 'roles'")
        self.assertEqual(users, "hr_scheduling")

        superuser = f"{os.environ['TEST_DATABASE_URL'].rsplit('/', 1)[0]}/roles"
        self.ask("UPDATE sessions SET expires_at = now() - interval '1 day'", superuser)
        other = service(self.folder, "other", seeded=False, HR_LOG_FORMAT="json", **self.settings)
        self.addCleanup(other.stop)
        until(lambda: "expired rows were removed" in other.log.read_text(), "the purge")
        self.assertEqual(self.ask("SELECT count(*) FROM sessions", superuser), "0")
        for log in [instance.log, other.log]:
            self.assertNotRegex(log.read_text(), r'"level":[56]0|permission denied|must be owner')
        self.assertIn(" events, sound;", self.command("audit", "verify"))

    def test_the_service_can_do_nothing_but_read_and_write_rows(self):
        for statement, why in FORBIDDEN.items():
            self.refused(statement, self.role, why)
        for database in ["postgres", "template1"]:
            self.refused("SELECT 1", self.role.replace("/roles?", f"/{database}?"), "permission denied for database")
        rights = ("SELECT string_agg(DISTINCT privilege_type, ' ' ORDER BY privilege_type) FROM information_schema.table_privileges "
                  "WHERE grantee = 'hr_scheduling'")
        self.assertEqual(self.ask(rights, self.owner), "DELETE INSERT SELECT UPDATE")
        self.assertEqual(self.ask("SELECT count(*) FROM pg_class WHERE relowner = 'hr_scheduling'::regrole", self.owner), "0")

    def test_the_owner_migrates_and_backs_up_and_later_tables_are_the_services_too(self):
        self.assertIn("applied 0001", self.migrated)
        self.ask("CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY, name text)", self.owner)
        self.addCleanup(self.ask, "DROP TABLE later", self.owner)
        for statement in ["INSERT INTO later (name) VALUES ('one')", "UPDATE later SET name = 'two'", "DELETE FROM later"]:
            self.ask(statement, self.role)
        self.refused("DROP TABLE later", self.role, "must be owner")
        # The owner is no superuser either.
        self.assertEqual(self.ask("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user", self.owner), "f")
        self.refused("CREATE ROLE more", self.owner, "permission denied")

    def test_backups_are_made_verified_and_restored_as_the_owner(self):
        env = {"DATABASE_URL": self.owner, "HR_BACKUP_DIR": str(self.folder / "backups")}
        self.command("backup", "create", **env)
        self.command("backup", "verify", **env)
        [archive] = (self.folder / "backups").glob("*.backup")
        self.command("backup", "restore", "--replace", str(archive), **env)
        # What was restored is the service's again.
        self.assertIn(" events, sound;", self.command("audit", "verify"))


if __name__ == "__main__":
    unittest.main()
