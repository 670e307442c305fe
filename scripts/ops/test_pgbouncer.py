"""deploy/pgbouncer before a real PostgreSQL: the service works through a few sessions that are lent for a transaction."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import unittest
import urllib.request
from pathlib import Path

from load import connect
from tools import BINARY, ROOT, TOOLS, Server, as_deployed, compose, free_port, run, service, temporary, tool, until

DEPLOY = ROOT / "deploy"
# The first that takes prepared statements from session to session.
OLDEST = (1, 21)
# As few as make the instances take turns.
SESSIONS = 3


def pgbouncer() -> str:
    """The distribution's, or where that is too old, what Debian has as stable by now, built from its source."""
    [own] = tool("pgbouncer")
    if version(own) >= OLDEST:
        return own
    built = TOOLS / "pgbouncer/pgbouncer"
    if not built.exists():
        run([str(ROOT / "scripts/install-packages"), "dpkg-dev", "gcc", "make", "pkg-config", "libevent-dev", "libssl-dev"])
        built.parent.mkdir(parents=True, exist_ok=True)
        with temporary() as folder:
            shutil.move(build(Path(folder)), built)
    return str(built)


def version(program: str) -> tuple[int, ...]:
    said = re.search(r"PgBouncer (\d+)\.(\d+)", run([program, "--version"]))
    return tuple(int(number) for number in said.groups())


def build(folder: Path) -> Path:
    mirrors = run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]).split()
    mirror = next(one for one in mirrors if "security" not in one)
    (folder / "lists/partial").mkdir(parents=True)
    (folder / "sources").write_text(f"deb-src {mirror} stable main\n")
    apt = ["apt-get", "-qq", "-o", f"Dir::Etc::SourceList={folder}/sources", "-o", "Dir::Etc::SourceParts=-",
           "-o", f"Dir::State::Lists={folder}/lists"]
    run([*apt, "update"])
    run([*apt, "source", "pgbouncer"], cwd=folder)
    [source] = folder.glob("pgbouncer-*/")
    run(["./configure", "--disable-evdns", "--without-cares"], cwd=source)
    run(["make", "--jobs=2", "pgbouncer"], cwd=source)
    return source / "pgbouncer"


class Profile(unittest.TestCase):
    def test_the_profile_leads_the_instances_through_it_and_migrations_past_it(self):
        files = [DEPLOY / "compose.yml", DEPLOY / "compose.production.yml"]
        services = compose(*files, HR_VERSION="0123abc", HR_DATABASE_POOLING="transaction", COMPOSE_PROFILES="pgbouncer")["services"]
        for name, url, pooling in [("app", "pgbouncer_database_url", "transaction"), ("migrate", "database_owner_url", "session"),
                                   ("worker", "pgbouncer_database_url", "transaction")]:
            env = services[name]["environment"]
            self.assertEqual((env["DATABASE_URL_FILE"], env["HR_DATABASE_POOLING"]), (f"/run/secrets/{url}", pooling), name)
        pooler = services["pgbouncer"]
        self.assertEqual((pooler["read_only"], pooler["cap_drop"], list(pooler["networks"])), (True, ["ALL"], ["data"]))
        self.assertEqual({secret["source"] for secret in pooler["secrets"]},
                         {"pgbouncer_users", "database_ca", "database_certificate", "database_key"})
        without = compose(*files, HR_VERSION="0123abc")["services"]
        self.assertNotIn("pgbouncer", without)
        self.assertEqual(without["app"]["environment"]["DATABASE_URL_FILE"], "/run/secrets/database_url")


@unittest.skipUnless("TEST_DATABASE_URL" in os.environ, "needs scripts/with-services")
class ThroughIt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary()
        cls.addClassCleanup(folder.cleanup)
        cls.folder, cls.secrets = Path(folder.name), Path(folder.name) / "secrets"
        run([str(DEPLOY / "make-secrets"), str(cls.secrets)])
        cls.host, cls.database_port = re.search(r"@(.*)/", os.environ["TEST_DATABASE_URL"])[1].split(":")
        cls.ask = staticmethod(as_deployed("pooled", cls.secrets, cls.addClassCleanup))
        cls.pooler = cls.start_pooler()
        cls.addClassCleanup(cls.pooler.stop)

        # Migrations go past it, everything else through it.
        cls.migrated = run([str(BINARY), "migrate"], env=os.environ | cls.settings("database_owner_url"))
        cls.pooled = cls.settings("pgbouncer_database_url") | {"HR_DATABASE_POOLING": "transaction"}
        env = os.environ | cls.pooled
        run([str(BINARY), "seed", "demo"], env=env)
        cls.password = cls.administrator(env)
        cls.other_password = cls.administrator(env, "--organization", "other")
        cls.instances = [service(cls.folder, f"instance-{number}", seeded=False, HR_REQUESTS_PER_SECOND="0", **cls.pooled)
                         for number in range(2)]
        for instance in cls.instances:
            cls.addClassCleanup(instance.stop)

    @classmethod
    def settings(cls, secret: str) -> dict[str, str]:
        """What production has, with other places. Its names are not this machine's, so that they are not looked at."""
        text = (cls.secrets / secret).read_text().replace("verify-full", "verify-ca").replace("/run/secrets", str(cls.secrets))
        places = {"db:5432/hr_scheduling": f"{cls.host}:{cls.database_port}/pooled", "pgbouncer:6432": f"127.0.0.1:{cls.pooler.port}"}
        for place, here in places.items():
            text = text.replace(f"@{place}", f"@{here}")
        return {"DATABASE_URL": text, "REDIS_URL": os.environ["TEST_REDIS_URL"],
                "JWT_SECRET_KEY": (cls.secrets / "jwt_secret_key").read_text()}

    @classmethod
    def start_pooler(cls) -> Server:
        """The configuration as it stands, but for places and the number of sessions, as a user that is not root."""
        own, port = cls.folder / "pgbouncer", free_port()
        own.mkdir()
        for name in ["pgbouncer_users", "database_ca", "database_certificate", "database_key"]:
            shutil.copy(cls.secrets / name, own)
        text = (DEPLOY / "pgbouncer/pgbouncer.ini").read_text()
        for there, here in [("host=db port=5432 dbname=hr_scheduling", f"host={cls.host} port={cls.database_port} dbname=pooled"),
                            ("listen_addr = *", "listen_addr = 127.0.0.1"), ("listen_port = 6432", f"listen_port = {port}"),
                            ("default_pool_size = 40", f"default_pool_size = {SESSIONS}"),
                            ("server_tls_sslmode = verify-full", "server_tls_sslmode = verify-ca"), ("/run/secrets", str(own))]:
            assert there in text, there
            text = text.replace(there, here)
        (own / "pgbouncer.ini").write_text(text)
        command = [pgbouncer(), str(own / "pgbouncer.ini")]
        if os.geteuid() == 0:
            for path in own.iterdir():
                shutil.chown(path, "nobody")
            command[1:1] = ["--user", "nobody"]
        return Server(command, port, cls.folder / "pgbouncer.log")

    @classmethod
    def administrator(cls, env: dict[str, str], *words: str) -> str:
        said = run([str(BINARY), "admin", "create", "--username", "admin", "--email", "admin@example.com", *words], env=env)
        return re.search(r"only this once\): (\S+)", said)[1]

    def test_1_migrations_are_refused_where_they_would_leave_their_lock_behind(self):
        self.assertIn("applied 0001", self.migrated)
        done = subprocess.run([str(BINARY), "migrate"], env=os.environ | self.pooled, text=True, capture_output=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("migrations need a session of their own", done.stdout + done.stderr)

    def test_2_a_roster_is_made_and_published(self):
        """The quickstart as it stands: sign in, read, write, optimise, check, be refused, publish, read as an employee."""
        [jq, curl] = [*tool("jq"), *tool("curl")]
        page = (ROOT / "docs/quickstart.md").read_text()
        script = "set -euo pipefail\n" + "".join(re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
        env = os.environ | {"HR": f"http://127.0.0.1:{self.instances[0].port}", "ADMIN_PASSWORD": self.password,
                            "PATH": f"{os.environ['PATH']}:{Path(jq).parent}:{Path(curl).parent}"}
        said = run(["bash", "-c", script], env=env)
        for promised in ['"role": "admin"', "\ndone\n", '"publishable": true', '"code": "blocked_by_rules"', '"number": 1']:
            self.assertIn(promised, said)

    def sign_in(self, port: int, password: str, organization: str) -> dict[str, str]:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/auth/login", json.dumps({"identifier": "admin", "password": password}).encode(),
            {"Content-Type": "application/json", "X-Organization": organization})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return {"Authorization": f"Bearer {json.load(answer)['data']['access_token']}"}

    def test_3_each_organization_sees_its_own_whoever_had_the_session_before(self):
        port = self.instances[0].port
        ours, theirs = self.sign_in(port, self.password, "default"), self.sign_in(port, self.other_password, "other")
        seen = asyncio.run(self.read_at_once([(ours, 2), (theirs, 0)] * 8))
        self.assertEqual(seen, {(2, 2), (0, 0)})

    async def read_at_once(self, readers: list) -> set:
        """Pairs of how many sites there are and how many are answered, of readers who all ask at once, ten times each. The
        query differs from time to time, so that none is answered from the cache."""
        async def read(number: int, headers: dict[str, str], sites: int):
            connection = await connect(self.instances[number % 2].port)
            pairs = set()
            for time in range(10):
                connection.send("GET", f"/api/sites/?per_page={10 + time}", headers)
                status, body = await asyncio.wait_for(connection.answer(), 60)
                pairs.add((sites, json.loads(body)["pagination"]["total"] if status == 200 else status))
            connection.close()
            return pairs
        return set().union(*await asyncio.gather(*(read(number, *one) for number, one in enumerate(readers))))

    def test_4_a_few_sessions_serve_everybody_and_nothing_is_left_in_them(self):
        sessions = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'hr_scheduling'"
        self.assertLessEqual(int(self.ask(sessions)), SESSIONS)
        # The background has transactions of its own now and then; none may stay.
        until(lambda: self.ask(f"{sessions} AND state LIKE 'idle in transaction%'") == "0", "the end of every transaction")
        encrypted = "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'hr_scheduling'"
        self.assertEqual(self.ask(encrypted), "t")
        until(lambda: self.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0", "the release of every lock")
        # Programs that ended without a good-bye are warnings.
        self.assertNotRegex(self.pooler.log.read_text(), r" (ERROR|FATAL) ")


if __name__ == "__main__":
    unittest.main()
