"""deploy/rollout over real instances behind nginx, with engine.py in the place of the engine, under requests."""

import collections
import http.client
import json
import os
import shutil
import subprocess
import threading
import time
import unittest
from pathlib import Path

from test_nginx import ADDRESSES, Edge
from tools import BINARY, ROOT, free_port, run, temporary, tool, until


@unittest.skipUnless("TEST_DATABASE_URL" in os.environ, "needs scripts/with-services")
class Rollout(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        server = os.environ["TEST_DATABASE_URL"]
        run([*tool("psql"), server, "--quiet", "--command", "CREATE DATABASE rollout"])
        cls.settings = {"DATABASE_URL": server.rsplit("/", 1)[0] + "/rollout", "JWT_SECRET_KEY": os.urandom(32).hex(),
                        "HR_DRAIN_SECONDS": "6", "HR_ANONYMOUS_REQUESTS_PER_SECOND": "0"}
        run([str(BINARY), "migrate"], env=os.environ | cls.settings)

        # The program and its Compose files, with .env beside them, as on the server; four ports for three instances.
        ports = [free_port() for _ in range(4)]
        (cls.folder / "deploy").mkdir()
        for name in ["rollout", "compose.yml", "compose.production.yml"]:
            shutil.copy(ROOT / "deploy" / name, cls.folder / "deploy")
        (cls.folder / "bin").mkdir()
        shutil.copy(ROOT / "scripts/ops/engine.py", cls.folder / "bin/docker")
        settings = {"binary": str(BINARY), "ports": ports, "env": cls.settings}
        (cls.folder / "settings.json").write_text(json.dumps(settings))
        cls.edge = Edge(cls.folder / "nginx", ports)
        cls.addClassCleanup(cls.edge.server.stop)
        cls.addClassCleanup(cls.stop_all)
        (cls.folder / "deploy/.env").write_text("HR_EDGE_SUBNET=172.31.240.0/24\nHR_VERSION=one\n")
        compose = ["compose", "-f", "compose.yml", "-f", "compose.production.yml"]
        cls.docker(*compose, "up", "--detach", "--no-deps", "--no-recreate", "--scale", "app=3", "app")
        for name in cls.containers():
            until(lambda: cls.docker("inspect", "--format", "", name).startswith("running healthy"), "health")

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

    def roll(self, version: str) -> tuple[int, str, collections.Counter]:
        """What a rollout says, and how requests fare meanwhile."""
        statuses, done = collections.Counter(), threading.Event()

        def ask(method: str):
            connection = self.edge.connect(next(ADDRESSES))
            while not done.is_set():
                try:
                    connection.request(method, "/problems/")
                    answer = connection.getresponse()
                    answer.read()
                    statuses[answer.status] += 1
                except (OSError, http.client.HTTPException) as error:
                    statuses[repr(error)] += 1
                    connection = self.edge.connect(next(ADDRESSES))
                time.sleep(0.02)

        clients = [threading.Thread(target=ask, args=(method,)) for method in ["GET", "GET", "POST", "POST"]]
        for client in clients:
            client.start()
        done_with = subprocess.run(["bash", str(self.folder / "deploy/rollout"), "production", version],
                                   env=self.env(version), text=True, capture_output=True)
        done.set()
        for client in clients:
            client.join()
        return done_with.returncode, done_with.stderr, statuses

    def failed(self) -> str:
        """What nginx logged of requests that failed."""
        return "\n".join(str(line) for line in self.edge.log() if line["status"] >= 500)

    def test_1_every_instance_is_replaced_and_no_request_fails(self):
        code, said, statuses = self.roll("two")
        self.assertEqual(code, 0, said)
        self.assertEqual([one["version"] for one in self.containers().values()], ["two"] * 3)
        self.assertEqual(set(statuses), {200, 405}, self.failed())
        self.assertGreater(statuses.total(), 200)
        env = (self.folder / "deploy/.env").read_text()
        self.assertEqual(env, "HR_EDGE_SUBNET=172.31.240.0/24\nHR_VERSION=two\n")
        order = [line.split()[6] for line in (self.folder / "said").read_text().splitlines() if line.startswith("two compose")]
        self.assertEqual(order[:2], ["pull", "run"])

    def test_2_a_version_that_does_not_start_changes_nothing(self):
        before = self.containers()
        code, said, statuses = self.roll("broken")
        self.assertEqual(code, 1, said)
        self.assertIn("http.workers", said)
        self.assertEqual(self.containers(), before)
        self.assertEqual(set(statuses), {200, 405}, statuses)
        self.assertIn("HR_VERSION=two", (self.folder / "deploy/.env").read_text())


if __name__ == "__main__":
    unittest.main()
