"""monitoring/ on one machine: three instances and a worker on PostgreSQL and Redis behind nginx, with every exporter,
Prometheus and Alertmanager. Names become ports and waiting times seconds; everything else is as it stands."""

import http.server
import json
import os
import re
import shutil
import threading
import time
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

from test_monitoring import MONITORING, RULES, dashboards, queries
from test_nginx import Edge
from tools import BINARY, ROOT, Server, encrypted, free_port, run, service, temporary, tool, until

DATABASE = "hr_scheduling"
# What nobody provokes here: failed requests, and locks that happen to be held.
MAY_BE_EMPTY = {"Failed requests by endpoint", "Locks"}


def get(url: str) -> dict:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return json.load(answer)


@unittest.skipUnless("TEST_DATABASE_URL" in os.environ, "needs scripts/with-services")
class Machine(unittest.TestCase):
    """All of it, at work. `settings` are further ones of the service."""

    settings: dict[str, str] = {}

    @classmethod
    def setUpClass(cls):
        folder = temporary()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.launched: dict[str, Server] = {}
        server, cache = cls.stores()
        run([*tool("psql"), server, "--quiet", "--command", f"DROP DATABASE IF EXISTS {DATABASE}"])
        run([*tool("psql"), server, "--quiet", "--command", f"CREATE DATABASE {DATABASE}"])
        cls.env = {"DATABASE_URL": server.rsplit("/", 1)[0] + f"/{DATABASE}", "REDIS_URL": cache,
                   "JWT_SECRET_KEY": os.urandom(32).hex(), "HR_ENV": "development"} | cls.settings
        run([str(BINARY), "migrate"], env=os.environ | cls.env)
        cls.instances = [cls.start(service(cls.folder, f"app-{number}", number == 0, HR_ROLE="api", **cls.env))
                         for number in range(3)]
        cls.worker = cls.start(service(cls.folder, "worker", False, HR_ROLE="worker", **cls.env))
        cls.edge = Edge(cls.folder / "nginx", [instance.port for instance in cls.instances])
        cls.addClassCleanup(cls.edge.server.stop)
        cls.start_exporters(server, cache)
        cls.start_alertmanager()
        cls.start_prometheus()
        cls.schedule_something()

    @classmethod
    def stores(cls) -> tuple[str, str]:
        """Where PostgreSQL and Redis are."""
        return os.environ["TEST_DATABASE_URL"], os.environ["TEST_REDIS_URL"]

    @classmethod
    def start(cls, server: Server) -> Server:
        cls.addClassCleanup(server.stop)
        return server

    @classmethod
    def launch(cls, name: str, *arguments: str, flag="--web.listen-address", **env: str) -> int:
        port = free_port()
        command = [*tool(name), f"{flag}=127.0.0.1:{port}", *arguments]
        cls.launched[name] = cls.start(Server(command, port, cls.folder / f"{name}.log", env=os.environ | env, cwd=cls.folder))
        return port

    @classmethod
    def start_exporters(cls, server: str, cache: str):
        blackbox = str(MONITORING / "blackbox/blackbox.yml")
        cls.exporters = {
            "node-exporter:9100": cls.launch("prometheus-node-exporter"),
            "postgres-exporter:9187": cls.launch("prometheus-postgres-exporter", DATA_SOURCE_NAME=server + "?sslmode=disable"),
            "redis-exporter:9121": cls.launch("prometheus-redis-exporter", f"-redis.addr={cache}", flag="-web.listen-address"),
            "nginx-exporter:9113": cls.launch("prometheus-nginx-exporter", flag="-web.listen-address",
                                              SCRAPE_URI=f"http://127.0.0.1:{cls.edge.status}/stub_status"),
            "blackbox-exporter:9115": cls.launch("prometheus-blackbox-exporter", f"--config.file={blackbox}"),
        }

    @classmethod
    def start_alertmanager(cls):
        """With both receivers on this machine."""
        receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        cls.addClassCleanup(receiver.server_close)
        cls.addClassCleanup(receiver.shutdown)
        address = f"http://127.0.0.1:{receiver.server_port}"
        (cls.folder / "alert_slack_url").write_text(f"{address}/slack")
        (cls.folder / "alert_pagerduty_key").write_text("k" * 32)
        text = (MONITORING / "alertmanager/alertmanager.yml").read_text().replace("/run/secrets", str(cls.folder))
        text = text.replace("      - routing_key_file", f"      - url: {address}/pagerduty\n        routing_key_file")
        text = re.sub(r"(group_wait|group_interval): \w+", r"\1: 1s", text)
        (cls.folder / "alertmanager.yml").write_text(text)
        cls.alertmanager = cls.launch("prometheus-alertmanager", f"--config.file={cls.folder}/alertmanager.yml",
                                      f"--storage.path={cls.folder}/alertmanager", "--cluster.listen-address=")

    @classmethod
    def start_prometheus(cls):
        cls.prometheus = free_port()
        text = (MONITORING / "prometheus/prometheus.yml").read_text()
        for name, servers in [("app", cls.instances), ("worker", [cls.worker])]:
            targets = ", ".join(f'"127.0.0.1:{server.port}"' for server in servers)
            found = rf"dns_sd_configs:\n      - names: \[{name}\]\n(?:        .*\n)+"
            text, times = re.subn(found, f"static_configs:\n      - targets: [{targets}]\n", text)
            assert times == 1
        places = cls.exporters | {"localhost:9090": cls.prometheus, "alertmanager:9093": cls.alertmanager}
        for name, port in places.items():
            text = text.replace(name, f"127.0.0.1:{port}")
        text = text.replace("https://nginx/", f"https://127.0.0.1:{cls.edge.https}/")
        text = re.sub(r"(scrape_interval|evaluation_interval): \w+", r"\1: 1s", text)
        folder = cls.folder / "prometheus"
        shutil.copytree(RULES, folder / "rules")
        rules = folder / "rules/alerts.yml"
        rules.write_text(re.sub(r"for: \w+", "for: 1s", rules.read_text()))
        (folder / "prometheus.yml").write_text(text)
        cls.run_prometheus(folder)

    @classmethod
    def run_prometheus(cls, folder: Path):
        cls.start(Server([*tool("prometheus"), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                          f"--web.listen-address=127.0.0.1:{cls.prometheus}"], cls.prometheus, cls.folder / "prometheus.log"))

    @classmethod
    def schedule_something(cls):
        """What the quickstart does: it makes a schedule, optimises, checks and publishes it. Then the same for another
        team, but nothing fills its schedule, so that the check finds something."""
        instance = cls.instances[0]
        password = until(lambda: re.search(r"Password +(\S+)", instance.log.read_text()), "the password")[1]
        blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/quickstart.md").read_text(), re.DOTALL)
        make, check = blocks[2], blocks[4]
        other = 'TEAM=$(curl -sS --fail-with-body "$HR/api/teams/" -H "$AUTH" | jq -r ".data[1].id")'
        script = "\n".join(["set -euo pipefail", *blocks, other, make, check])
        for name in ["curl", "jq"]:
            tool(name)
        env = {"HR": f"http://127.0.0.1:{instance.port}", "ADMIN_PASSWORD": password}
        run(["bash", "-c", script], env=os.environ | env)

    def query(self, expression: str) -> list:
        url = f"http://127.0.0.1:{self.prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        return get(url)["data"]["result"]


class Live(Machine):
    def test_every_target_is_up(self):
        def down():
            targets = get(f"http://127.0.0.1:{self.prometheus}/api/v1/targets")["data"]["activeTargets"]
            return [target["scrapeUrl"] for target in targets if target["health"] != "up"], len(targets)

        until(lambda: down() == ([], 11), "eleven targets")

    def test_every_query_of_a_dashboard_returns_data(self):
        for name, board in dashboards().items():
            for title, expression in queries(board, "prometheus"):
                expression = expression.replace("$__rate_interval", "1m").replace("$instance", ".*")
                with self.subTest(dashboard=name, panel=title, query=expression):
                    if title in MAY_BE_EMPTY:
                        self.query(expression)
                    else:
                        until(lambda: self.query(expression), "data")

    def test_an_alert_reaches_who_is_on_call_and_resolves(self):
        victim = self.instances[2]
        victim.stop()
        name = f"127.0.0.1:{victim.port}"
        told = lambda state: lambda: Receiver.heard("/pagerduty", "InstanceDown", name, state)
        until(told("trigger"), "the page", 30)
        until(lambda: Receiver.heard("/slack", "FIRING", name), "the message", 30)
        # Clients notice nothing: nginx leaves the dead instance out.
        self.assertEqual([self.edge.ask("/problems/").status for _ in range(6)], [200] * 6)
        victim.start()
        until(told("resolve"), "the end of the page", 60)
        until(lambda: Receiver.heard("/slack", "RESOLVED", name), "the message", 30)


class Encrypted(unittest.TestCase):
    """prometheus.production.yml with the certificates that make-secrets makes."""

    def test_prometheus_scrapes_over_tls_and_only_whom_it_knows(self):
        holder = temporary()
        self.addCleanup(holder.cleanup)
        folder, places = Path(holder.name), {}
        # The worker shows a certificate of another authority.
        for name in ["app", "worker"]:
            run([str(ROOT / "deploy/make-secrets"), str(folder / name)])
            places[name] = free_port()
            instance = service(folder, f"{name}-data", HR_METRICS_LISTEN=f"127.0.0.1:{places[name]}", **encrypted(folder / name))
            self.addCleanup(instance.stop)
        text = (MONITORING / "prometheus/prometheus.production.yml").read_text()
        for name, port in places.items():
            found = rf"dns_sd_configs:\n      - names: \[{name}\]\n(?:        .*\n)+"
            text, times = re.subn(found, f'static_configs:\n      - targets: ["127.0.0.1:{port}"]\n', text)
            self.assertEqual(times, 1)
        text = text.replace("/run/secrets", str(folder / "app"))
        text = re.sub(r"(scrape_interval|evaluation_interval): \w+", r"\1: 1s", text)
        shutil.copytree(RULES, folder / "prometheus/rules")
        (folder / "prometheus/prometheus.yml").write_text(text)
        port = free_port()
        prometheus = Server([*tool("prometheus"), f"--config.file={folder}/prometheus/prometheus.yml",
                             f"--storage.tsdb.path={folder}/prometheus/data", f"--web.listen-address=127.0.0.1:{port}"],
                            port, folder / "prometheus.log")
        self.addCleanup(prometheus.stop)

        def target(job: str) -> dict:
            targets = get(f"http://127.0.0.1:{port}/api/v1/targets")["data"]["activeTargets"]
            return next((one for one in targets if one["labels"]["job"] == job), {"health": "unknown"})

        until(lambda: target("hr-scheduling-api")["health"] == "up", "a scrape")
        self.assertEqual(target("hr-scheduling-api")["scrapeUrl"], f"https://127.0.0.1:{places['app']}/metrics")
        until(lambda: target("hr-scheduling-worker")["health"] == "down", "a refusal")
        self.assertIn("unknown authority", target("hr-scheduling-worker")["lastError"])

    def test_the_end_of_every_certificate_is_watched(self):
        """Of the one that nginx sees, as of the one that clients see."""
        holder = temporary()
        self.addCleanup(holder.cleanup)
        folder = Path(holder.name)
        run([str(ROOT / "deploy/make-secrets"), str(folder / "secrets")])
        instance = service(folder, **encrypted(folder / "secrets"))
        self.addCleanup(instance.stop)
        port = free_port()
        exporter = Server([*tool("prometheus-blackbox-exporter"), f"--config.file={MONITORING}/blackbox/blackbox.yml",
                           f"--web.listen-address=127.0.0.1:{port}"], port, folder / "blackbox.log")
        self.addCleanup(exporter.stop)
        text = (MONITORING / "prometheus/prometheus.production.yml").read_text()
        target = re.search(r'"(https://app:8000/\S*)"', text)[1].replace("app:8000", f"127.0.0.1:{instance.port}")
        query = urllib.parse.urlencode({"module": "https", "target": target})
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/probe?{query}", timeout=20) as answer:
            measured = answer.read().decode()
        self.assertRegex(measured, r"(?m)^probe_success 1$")
        ends = float(re.search(r"(?m)^probe_ssl_earliest_cert_expiry (\S+)$", measured)[1])
        self.assertGreater(ends, time.time() + 3000 * 24 * 3600)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Stands for Slack and PagerDuty."""

    messages: list[tuple[str, str]] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.messages.append((self.path, body))
        answer = b'{"status":"success"}' if self.path == "/pagerduty" else b"ok"
        self.send_response(202 if self.path == "/pagerduty" else 200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    @classmethod
    def heard(cls, path: str, *words: str) -> bool:
        return any(at.startswith(path) and all(word in body for word in words) for at, body in cls.messages)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    unittest.main()
