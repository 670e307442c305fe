"""deploy/rollout over real instances behind nginx, with engine.py in the place of the engine, under a constant load.

ROLLOUT_ROUNDS (2) says how often every instance is replaced, ROLLOUT_RATE (300) how many requests a second come meanwhile.
"""

import asyncio
import itertools
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import unittest
import urllib.request
from pathlib import Path

from load import Load, connect
from test_nginx import ADDRESSES, Edge
from tools import BINARY, ROOT, encrypted, free_port, run, service, temporary, tool, until

ROUNDS, RATE = int(os.environ.get("ROLLOUT_ROUNDS", 2)), int(os.environ.get("ROLLOUT_RATE", 300))
NUMBERS = itertools.count()
JSON = {"Content-Type": "application/json"}


def database(name: str) -> dict[str, str]:
    """The settings of instances on a new database, with an administrator, whose password is in PASSWORD."""
    server = os.environ["TEST_DATABASE_URL"]
    run([*tool("psql"), server, "--quiet", "--command", f"CREATE DATABASE {name}"])
    settings = {"DATABASE_URL": server.rsplit("/", 1)[0] + f"/{name}", "REDIS_URL": os.environ["TEST_REDIS_URL"],
                "JWT_SECRET_KEY": os.urandom(32).hex(), "HR_ANONYMOUS_REQUESTS_PER_SECOND": "0",
                "HR_REQUESTS_PER_SECOND": "0"}
    env = os.environ | settings
    run([str(BINARY), "migrate"], env=env)
    said = run([str(BINARY), "admin", "create", "--username", "admin", "--email", "admin@example.com"], env=env)
    return settings | {"PASSWORD": re.search(r"only this once\): (\S+)", said)[1]}


def sign_in(port: int, password: str, trust: "ssl.SSLContext | None" = None) -> dict[str, str]:
    """The header of a signed-in administrator."""
    body = json.dumps({"identifier": "admin", "password": password}).encode()
    asked = urllib.request.Request(f"{'https' if trust else 'http'}://127.0.0.1:{port}/api/auth/login", body, JSON)
    with urllib.request.urlopen(asked, timeout=20, context=trust) as answer:
        return {"Authorization": f"Bearer {json.load(answer)['data']['access_token']}"}


def skills(port: int, headers: dict[str, str], trust: "ssl.SSLContext | None" = None) -> int:
    """How many skills are stored."""
    asked = urllib.request.Request(f"{'https' if trust else 'http'}://127.0.0.1:{port}/api/skills/?per_page=1", headers=headers)
    with urllib.request.urlopen(asked, timeout=20, context=trust) as answer:
        return json.load(answer)["pagination"]["total"]


def warnings(log: Path) -> str:
    """The lines of an instance's log that warn or worse."""
    return "\n".join(line for line in log.read_text().splitlines() if re.search(r'"level":[456]0', line))


def mixture(headers: dict[str, str]):
    """Reads, and from time to time a write, which nginx must never repeat."""
    for number in NUMBERS:
        if number % 25 == 24:
            yield "POST", "/api/skills/", headers | JSON, json.dumps({"name": f"skill {number}"}).encode()
        else:
            yield "GET", ["/api/auth/me", "/api/skills/?per_page=5", "/problems/"][number % 3], headers


@unittest.skipUnless("TEST_DATABASE_URL" in os.environ, "needs scripts/with-services")
class Rollout(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        # As production has it, the instances answer over TLS alone.
        run([str(ROOT / "deploy/make-secrets"), str(cls.folder / "secrets")])
        cls.settings = database("rollout") | {"HR_DRAIN_SECONDS": "6"} | encrypted(cls.folder / "secrets")
        password = cls.settings.pop("PASSWORD")

        # The program and its Compose files, with .env beside them, as on the server; four ports for three instances.
        ports = [free_port() for _ in range(4)]
        (cls.folder / "deploy").mkdir()
        for name in ["rollout", "compose.yml", "compose.production.yml"]:
            shutil.copy(ROOT / "deploy" / name, cls.folder / "deploy")
        (cls.folder / "bin").mkdir()
        shutil.copy(ROOT / "scripts/ops/engine.py", cls.folder / "bin/docker")
        settings = {"binary": str(BINARY), "ports": ports, "env": cls.settings}
        (cls.folder / "settings.json").write_text(json.dumps(settings))
        # The load comes from one address, which nginx would hold back.
        authority = cls.folder / "secrets/internal_ca"
        cls.edge = Edge(cls.folder / "nginx", ports, limited=False, authority=authority)
        cls.addClassCleanup(cls.edge.server.stop)
        cls.addClassCleanup(cls.stop_all)
        (cls.folder / "deploy/.env").write_text("HR_EDGE_SUBNET=172.31.240.0/24\nHR_VERSION=one\n")
        compose = ["compose", "-f", "compose.yml", "-f", "compose.production.yml"]
        cls.docker(*compose, "up", "--detach", "--no-deps", "--no-recreate", "--scale", "app=3", "app")
        for name in cls.containers():
            until(lambda: cls.docker("inspect", "--format", "", name).startswith("running healthy"), "health")
        cls.trust = ssl.create_default_context(cafile=str(authority))
        cls.headers = sign_in(ports[0], password, cls.trust)

    @classmethod
    def env(cls, version="one") -> dict[str, str]:
        path = f"{cls.folder / 'bin'}:{os.environ['PATH']}"
        return os.environ | {"PATH": path, "STAND_IN": str(cls.folder), "HR_VERSION": version,
                             "ROLLOUT_SETTLE": "1", "ROLLOUT_PATIENCE": "30"}

    @classmethod
    def docker(cls, *words: str) -> str:
        return run([str(cls.folder / "bin/docker"), *words], env=cls.env())

    @classmethod
    def stop_all(cls):
        for name in cls.containers():
            cls.docker("rm", "--force", name)

    @classmethod
    def containers(cls) -> dict:
        return json.loads((cls.folder / "containers.json").read_text())

    def roll(self, *versions: str) -> tuple[list[int], str, Load]:
        """How rollouts of one version after the other end, what they say, and how requests fare meanwhile."""
        place = self.edge.https, self.edge.folder / "certificates/fullchain.pem", next(ADDRESSES)
        codes, said = [], ""
        with Load(RATE, mixture(self.headers), *place) as load:
            for version in versions:
                done = subprocess.run(["bash", str(self.folder / "deploy/rollout"), "production", version],
                                      env=self.env(version), text=True, capture_output=True)
                codes.append(done.returncode)
                said += done.stderr
        return codes, said, load

    def port(self) -> int:
        """Of some instance that runs."""
        return next(iter(self.containers().values()))["port"]

    def failed(self) -> str:
        """What nginx logged of requests that failed, and the instances of what went wrong."""
        lines = [str(line) for line in self.edge.log() if line["status"] >= 500]
        return "\n".join([*lines, *(warnings(path) for path in sorted(self.folder.glob("*.log")))])

    def test_1_every_instance_is_replaced_and_no_request_fails(self):
        versions = [f"version-{number}" for number in range(1, ROUNDS + 1)]
        codes, said, load = self.roll(*versions)
        print(f"{ROUNDS} rounds: {load.summary()} ... ", end="", flush=True)
        self.assertEqual(codes, [0] * ROUNDS, said)
        self.assertEqual([one["version"] for one in self.containers().values()], [versions[-1]] * 3)
        self.assertEqual(said.count(" replaces "), 3 * ROUNDS)
        self.assertEqual(set(load.outcomes), {200, 201}, f"{load.outcomes}\n{self.failed()}")
        # What was confirmed is stored, once.
        self.assertEqual(skills(self.port(), self.headers, self.trust), len(load.made))
        self.assertGreater(len(load.made), 0)
        env = (self.folder / "deploy/.env").read_text()
        self.assertEqual(env, f"HR_EDGE_SUBNET=172.31.240.0/24\nHR_VERSION={versions[-1]}\n")
        order = [line.split()[6] for line in (self.folder / "said").read_text().splitlines()
                 if line.startswith(f"{versions[0]} compose")]
        self.assertEqual(order[:2], ["pull", "run"])

    def test_2_a_version_that_does_not_start_changes_nothing(self):
        before, env = self.containers(), (self.folder / "deploy/.env").read_text()
        codes, said, load = self.roll("broken")
        self.assertEqual(codes, [1], said)
        self.assertIn("http.workers", said)
        self.assertEqual(self.containers(), before)
        self.assertEqual(set(load.outcomes), {200, 201}, f"{load.outcomes}\n{self.failed()}")
        self.assertEqual((self.folder / "deploy/.env").read_text(), env)


@unittest.skipUnless("TEST_DATABASE_URL" in os.environ, "needs scripts/with-services")
class Stop(unittest.TestCase):
    SLOW = 200

    def test_200_slow_requests_in_flight_complete_at_sigterm(self):
        folder = temporary()
        self.addCleanup(folder.cleanup)
        settings = database("stop")
        password = settings.pop("PASSWORD")
        instance = service(Path(folder.name), seeded=False, HR_DRAIN_SECONDS="1", HR_SHUTDOWN_SECONDS="60", **settings)
        self.addCleanup(instance.stop)
        headers = sign_in(instance.port, password)
        statuses = asyncio.run(self.stop_amid(instance, headers))
        self.assertEqual(statuses, [201] * self.SLOW, warnings(instance.log))
        self.assertEqual(instance.process.wait(60), 0)
        self.assertIn("stopped", instance.log.read_text())
        other = service(Path(folder.name), "other", seeded=False, **settings)
        self.addCleanup(other.stop)
        self.assertEqual(skills(other.port, headers), self.SLOW)

    async def stop_amid(self, instance, headers: dict[str, str]) -> list[int]:
        """Bodies that come slowly: the first half before the signal, the rest once nobody else is let in."""
        bodies = [json.dumps({"name": f"slow {number}"}).encode() for number in range(self.SLOW)]
        slow = [await connect(instance.port) for _ in bodies]
        for connection, body in zip(slow, bodies):
            connection.send("POST", "/api/skills/", headers | JSON | {"Expect": "100-continue", "Content-Length": str(len(body))})
        for connection, body in zip(slow, bodies):
            # The instance is reading the body, so the request is in flight.
            status, _ = await asyncio.wait_for(connection.head(), 60)
            self.assertEqual(status, 100)
            connection.writer.write(body[:5])
        instance.process.send_signal(signal.SIGTERM)
        await self.refused(instance.port)
        for connection, body in zip(slow, bodies):
            connection.writer.write(body[5:])
        answers = [await asyncio.wait_for(connection.answer(), 60) for connection in slow]
        return [status for status, _ in answers]

    async def refused(self, port: int):
        """Waits until no new connection is taken."""
        async with asyncio.timeout(60):
            while True:
                try:
                    (await asyncio.wait_for(connect(port), 1)).close()
                except ConnectionRefusedError:
                    return
                except (OSError, asyncio.TimeoutError):
                    pass
                await asyncio.sleep(0.05)


if __name__ == "__main__":
    unittest.main()
