"""deploy/nginx before the real service: Debian's nginx, a certificate of a day, free ports."""

import http.client
import http.server
import itertools
import json
import queue
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import unittest
import urllib.request
from pathlib import Path

from tools import ROOT, Server, encrypted, free_port, run, service, temporary, tool, until

SOURCE = ROOT / "deploy/nginx"
HEADERS = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


# Each test asks from an address of its own, so that none uses up another's allowance. All but 127.0.0.1 are outside.
ADDRESSES = (f"127.0.1.{number}" for number in itertools.count(1))


class Edge:
    """nginx with the configuration as it stands, but for ports, instances and where it writes. With an authority, it reaches
    them as production does."""

    def __init__(self, folder: Path, instances: list[int], max_fails: int = 3, limited=True, authority: "Path | None" = None):
        self.client = next(ADDRESSES)
        self.folder, self.http, self.https, self.status = folder, free_port(), free_port(), free_port()
        shutil.copytree(SOURCE, folder)
        shutil.copy("/etc/nginx/mime.types", folder)
        (folder / "static").mkdir()
        (folder / "static/app.3f2a.js").write_text("export {};\n")
        text = (folder / "nginx.conf").read_text()
        ports = {"80": self.http, "443": self.https}
        for port, free in ports.items():
            text = re.sub(rf"listen {port}\b", f"listen 127.0.0.1:{free}", text)
        text = re.sub(r"\n +listen \[::\].*", "", text)
        # Other loopback addresses than 127.0.0.1 stand for outside.
        text = text.replace(f"listen 127.0.0.1:{self.https}", f"listen 0.0.0.0:{self.https}")
        text = text.replace("/var/log/nginx", str(folder)).replace("/run/nginx.pid", f"{folder}/nginx.pid")
        text = text.replace("/srv/hr-scheduling", str(folder)).replace("worker_processes auto", "worker_processes 1")
        if not limited:
            text = text.replace("rate=10r/s", "rate=100000r/s").replace("burst=20", "burst=100000")
        (folder / "nginx.conf").write_text(text)
        if authority:
            for name in ["instances", "counters"]:
                text = (folder / f"{name}.production.conf").read_text().replace("/run/secrets", str(authority.parent))
                (folder / f"snippets/{name}.conf").write_text(text)
        counters = folder / "snippets/counters.conf"
        counters.write_text(counters.read_text().replace("listen 8081", f"listen 127.0.0.1:{self.status}"))
        upstream = (folder / "upstream.conf").read_text()
        servers = "".join(f"    server 127.0.0.1:{port} max_fails={max_fails} fail_timeout=10s;\n" for port in instances)
        (folder / "upstream.conf").write_text(re.sub(r" +server .*\n", servers, upstream))
        certify(folder / "certificates")
        nginx = [*tool("nginx"), "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
        self.verdict = run([*nginx, "-t"])
        self.server = Server([*nginx, "-g", "daemon off;"], self.https, folder / "out.log")

    def ask(self, path: str, method="GET", source=None, **headers):
        connection = self.connect(source)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def connect(self, source=None):
        trusted = ssl.create_default_context(cafile=self.folder / "certificates/fullchain.pem")
        address = (source or self.client, 0)
        return http.client.HTTPSConnection("localhost", self.https, context=trusted, timeout=20, source_address=address)

    def log(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "access.log").read_text().splitlines()]


def certify(folder: Path, days: int = 1):
    folder.mkdir()
    run([*tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days),
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")])


class BeforeTheService(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary()
        cls.addClassCleanup(folder.cleanup)
        instance = service(Path(folder.name))
        cls.addClassCleanup(instance.stop)
        # The second instance is dead: whatever reaches it first has to be asked again.
        cls.edge = Edge(Path(folder.name) / "nginx", [instance.port, free_port()])
        cls.addClassCleanup(cls.edge.server.stop)

    def setUp(self):
        self.edge.client = next(ADDRESSES)

    def test_the_configuration_is_accepted_and_gixy_finds_nothing(self):
        self.assertIn("test is successful", self.edge.verdict)
        self.assertNotIn("[warn]", self.edge.verdict)
        self.assertIn("No issues found", run([*tool("gixy"), str(self.edge.folder / "nginx.conf")]))

    def handshake(self, *options: str) -> str:
        command = [*tool("openssl"), "s_client", "-connect", f"127.0.0.1:{self.edge.https}", *options]
        return subprocess.run(command, input="", text=True, errors="replace", capture_output=True).stdout

    def test_tls_is_1_2_or_1_3_and_speaks_http_2(self):
        for old in ["-tls1", "-tls1_1"]:
            command = [*tool("openssl"), "s_client", "-connect", f"127.0.0.1:{self.edge.https}", old]
            command += ["-cipher", "ALL:@SECLEVEL=0"]
            done = subprocess.run(command, input="", text=True, errors="replace", capture_output=True)
            # The refusal has to be the server's: this is the alert that it sends.
            self.assertIn("alert protocol version", done.stderr, old)
        for version, name in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")]:
            said = self.handshake(version, "-alpn", "h2,http/1.1")
            self.assertRegex(said, rf"New, {re.escape(name)}, Cipher is (TLS_|ECDHE)")
            self.assertIn("ALPN protocol: h2", said)

    def test_http_goes_to_https(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.edge.http, timeout=20)
        connection.request("GET", "/api/users/?page=2", headers={"Host": "hr.example"})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["location"]), (301, "https://hr.example/api/users/?page=2"))
        connection.close()

    def test_every_answer_carries_every_header_once(self):
        for path in ["/api/auth/me", "/health", "/api/nothing", "/metrics", "/static/app.3f2a.js", "/static/none", "/"]:
            answer = self.edge.ask(path)
            for name, value in HEADERS.items():
                self.assertEqual(answer.headers.get_all(name), [value], f"{name} of {path}")
            self.assertIn("default-src 'none'", answer.headers["content-security-policy"], path)
            self.assertIn("camera=()", answer.headers["permissions-policy"], path)
            self.assertEqual(len(answer.headers.get_all("content-security-policy")), 1, path)
            self.assertNotRegex(answer.headers.get("server", ""), r"\d", path)

    def test_the_documentation_keeps_its_own_policy_and_is_for_those_inside(self):
        page = self.edge.ask("/api/docs/", source="127.0.0.1")
        self.assertEqual(page.status, 200)
        self.assertIn("script-src 'self'", page.headers["content-security-policy"])
        for path in ["/api/docs", "/api/docs/", "/api/docs/openapi.json", "/api//docs/", "/api/%64ocs/"]:
            self.assertEqual(self.edge.ask(path).status, 404, path)
        self.assertEqual(self.edge.ask("/problems/not_found").status, 200)

    def test_profiles_are_for_those_inside(self):
        path = "/api/instance/profile?seconds=1"
        self.assertEqual(self.edge.ask(path, method="POST", source="127.0.0.1").status, 401)
        self.assertEqual(self.edge.ask(path, method="POST").status, 404)

    def test_metrics_are_refused_however_they_are_asked_for(self):
        for path in ["/metrics", "/metrics/", "//metrics", "/%6detrics", "/%256detrics", "/x/../metrics", "/metrics?a=b"]:
            for source in ["127.0.0.1", self.edge.client]:
                answer = self.edge.ask(path, source=source)
                self.assertEqual(answer.status, 404, path)
                self.assertNotIn("http_requests_total", answer.text)

    def burst(self, count: int, language="en") -> list[http.client.HTTPResponse]:
        """The answers to requests sent one after the other, as fast as they go."""
        connection, answers = self.edge.connect(), []
        for _ in range(count):
            connection.request("GET", "/api/auth/me", headers={"Accept-Language": language})
            answers.append(connection.getresponse())
            answers[-1].text = answers[-1].read().decode()
        connection.close()
        return answers

    def test_a_burst_has_21_answers_and_the_31st_request_is_refused(self):
        """One request and a burst of 20 pass at once, and one more for each tenth of a second that the burst takes: the
        31st is refused unless the first 30 take 0.9 s."""
        for _ in range(5):
            began = time.monotonic()
            statuses = [answer.status for answer in self.burst(31)]
            took = time.monotonic() - began
            # Another address is not held back by this one.
            self.edge.client = next(ADDRESSES)
            self.assertEqual(self.edge.ask("/api/auth/me").status, 401)
            self.assertEqual(statuses[:21], [401] * 21)
            self.assertLessEqual(statuses.count(401), 21 + int(took * 10) + 1)
            if took < 0.9:
                self.assertEqual(statuses[30], 429)
                return
            self.edge.client = next(ADDRESSES)
        self.fail("this machine is too slow to send 31 requests in 0.9 s")

    def test_refusals_read_like_those_of_the_service(self):
        for language in ["zh-CN", "en"]:
            own = json.loads(self.edge.ask("/api/nothing", accept_language=language).text)
            refused = [answer for answer in self.burst(60, language) if answer.status == 429][0]
            self.assertEqual(refused.headers["retry-after"], "1")
            for code, answer in [
                ("not_found", self.edge.ask("/metrics?name=secret", accept_language=language)),
                ("too_many_requests", refused),
                ("body_too_large", self.large(language)),
            ]:
                document = json.loads(answer.text)
                self.assertEqual(answer.headers["content-type"], "application/problem+json")
                self.assertEqual(answer.headers["content-language"], language)
                self.assertEqual(document.keys(), own.keys())
                self.assertEqual((document["code"], document["status"]), (code, answer.status))
                self.assertEqual(document["type"], f"/problems/{code}")
                self.assertEqual(document["request_id"], answer.headers["x-request-id"])
                self.assertIs(document["success"], False)
                title, detail = words(code, language)
                self.assertEqual((document["title"], document["detail"], document["message"]), (title, detail, detail))
                self.assertNotIn("secret", answer.text)

    def large(self, language: str):
        """A body that nginx refuses by its announced length, before it comes."""
        connection = self.edge.connect(next(ADDRESSES))
        connection.putrequest("POST", "/api/auth/login")
        connection.putheader("Content-Length", str(2**20 + 1))
        connection.putheader("Accept-Language", language)
        connection.endheaders()
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def test_the_language_is_the_first_of_ours_that_is_named(self):
        for header, expected in [("", "zh-CN"), ("en-GB,en;q=0.9", "en"), ("de, zh-TW;q=0.9, en;q=0.4", "zh-CN"),
                                 ("fr", "zh-CN"), ("*", "zh-CN"), ("de,en;q=0.5", "en")]:
            answer = self.edge.ask("/metrics", accept_language=header)
            self.assertEqual(answer.headers["content-language"], expected, header)

    def test_a_request_id_is_passed_on_and_a_bad_one_replaced(self):
        for path in ["/api/auth/me", "/metrics"]:
            self.assertEqual(self.edge.ask(path, x_request_id="order-66").headers["x-request-id"], "order-66")
            made = self.edge.ask(path, x_request_id='not "good"').headers["x-request-id"]
            self.assertRegex(made, r"^[0-9a-f]{32}$")

    def test_the_access_log_joins_requests_and_keeps_no_query(self):
        self.edge.ask("/api/users/?search=wang", x_request_id="find-me", authorization="Bearer hidden")
        line = until(lambda: [one for one in self.edge.log() if one["request_id"] == "find-me"], "a log line")[0]
        self.assertEqual((line["method"], line["path"], line["status"]), ("GET", "/api/users/", 401))
        text = (self.edge.folder / "access.log").read_text()
        self.assertNotIn("wang", text)
        self.assertNotIn("hidden", text)
        self.assertEqual((self.edge.folder / "error.log").read_text(), "")

    def test_health_is_served_and_not_logged(self):
        for path in ["/health", "/health/live", "/health/ready"]:
            self.assertEqual(self.edge.ask(path).status, 200)
        self.edge.ask("/api/auth/me", x_request_id="after-health")
        until(lambda: any(line["request_id"] == "after-health" for line in self.edge.log()), "a log line")
        self.assertFalse([line for line in self.edge.log() if line["path"].startswith("/health")])

    def test_static_files_stay_for_a_year(self):
        answer = self.edge.ask("/static/app.3f2a.js")
        caching = ", ".join(answer.headers.get_all("cache-control"))
        self.assertEqual((answer.status, caching), (200, "max-age=31536000, public, immutable"))
        self.assertEqual(self.edge.ask("/static/none").status, 404)
        self.assertEqual(self.edge.ask("/static/none").headers["cache-control"], "no-store")

    def test_a_dead_instance_costs_no_request_and_is_left_alone(self):
        for number in range(16):
            method = ["GET", "POST"][number % 2]
            answer = self.edge.ask("/problems/", method=method, x_request_id=f"dead-{number}")
            self.assertLess(answer.status, 500)
        mine = lambda: [line for line in self.edge.log() if line["request_id"].startswith("dead-")]
        until(lambda: len(mine()) == 16, "sixteen log lines")
        # After three failures it rests for ten seconds, and is then tried once.
        self.assertLessEqual(sum("," in line["upstream"] for line in mine()), 4)

    def test_counters_are_there_for_the_exporter(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.edge.status, timeout=20)
        connection.request("GET", "/stub_status")
        self.assertIn(b"Active connections", connection.getresponse().read())
        connection.close()


class BeforeEncryptedInstances(unittest.TestCase):
    """As in production: with the certificates that make-secrets makes."""

    @classmethod
    def setUpClass(cls):
        folder = temporary()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.ours, cls.theirs = cls.folder / "ours", cls.folder / "theirs"
        for secrets in [cls.ours, cls.theirs]:
            run([str(ROOT / "deploy/make-secrets"), str(secrets)])

    def instance(self, name: str, **settings: str) -> Server:
        started = service(self.folder, name, HR_LOG_FORMAT="json", **settings)
        self.addCleanup(started.stop)
        return started

    def edge(self, name: str, instance: Server) -> Edge:
        started = Edge(self.folder / name, [instance.port], authority=self.ours / "internal_ca")
        self.addCleanup(started.server.stop)
        return started

    def test_requests_travel_encrypted_to_instances_that_are_known(self):
        instance = self.instance("known", **encrypted(self.ours))
        edge = self.edge("known-nginx", instance)
        self.assertIn("No issues found", run([*tool("gixy"), str(edge.folder / "nginx.conf")]))
        self.assertEqual(edge.ask("/health").status, 200)
        self.assertEqual(edge.ask("/api/auth/me").status, 401)
        answer = edge.ask("/api/auth/login", method="POST", content_type="application/json")
        self.assertEqual(answer.status, 400)
        for path, status in [("/api/docs/", 200), ("/problems/not_found", 200), ("/api/instance/profile", 405)]:
            self.assertEqual(edge.ask(path, source="127.0.0.1").status, status, path)
        # One place says how the instances are reached; whatever does without it reaches none that answers over TLS alone.
        self.assertNotIn("proxy_pass", (ROOT / "deploy/nginx/nginx.conf").read_text())
        # And nothing else is answered there.
        connection = http.client.HTTPConnection("127.0.0.1", instance.port, timeout=20)
        with self.assertRaises((http.client.HTTPException, OSError)):
            connection.request("GET", "/health")
            connection.getresponse()
        connection.close()

    def test_the_exporter_reads_the_counters_encrypted(self):
        edge, port = self.edge("counted-nginx", self.instance("counted", **encrypted(self.ours))), free_port()
        command = re.search(r"nginx-exporter:\n +command: \[(.*)\]", (ROOT / "deploy/compose.production.yml").read_text())[1]
        given = command.replace("nginx:8081", f"127.0.0.1:{edge.status}").replace("/run/secrets", str(self.ours)).split(", ")
        exporter = Server([*tool("prometheus-nginx-exporter"), *(one.replace("--", "-", 1) for one in given),
                           f"-web.listen-address=127.0.0.1:{port}"], port, self.folder / "exporter.log")
        self.addCleanup(exporter.stop)
        self.assertTrue(command.startswith("--nginx.scrape-uri=https://"))
        told = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20).read().decode()
        self.assertRegex(told, r"(?m)^nginx_up(\{.*\})? 1$")

    def test_an_instance_of_another_authority_or_in_the_clear_gets_no_request(self):
        for name, settings in [("stranger", encrypted(self.theirs)), ("clear", {})]:
            instance = self.instance(name, **settings)
            edge = self.edge(f"{name}-nginx", instance)
            answer = edge.ask("/api/auth/me", x_request_id="for-nobody", accept_language="en")
            self.assertEqual((answer.status, json.loads(answer.text)["code"]), (503, "unavailable"), name)
            self.assertNotIn("for-nobody", instance.log.read_text())


class Scripted(http.server.BaseHTTPRequestHandler):
    """An instance that the test directs: it notes what reaches it and sends events one at a time."""

    protocol_version = "HTTP/1.1"
    seen: queue.Queue = queue.Queue()
    next_event = threading.Event()

    def do_GET(self):
        self.seen.put((self.command, self.path, dict(self.headers), self.client_address[1]))
        if self.path == "/api/things/events":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b"data: first\n\n")
            self.wfile.flush()
            self.next_event.wait(20)
            self.wfile.write(b"data: second\n\n")
            self.close_connection = True
        elif self.path == "/api/breaks":
            # Ends without an answer, as a process that dies while it works.
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    do_POST = do_PATCH = do_PUT = do_GET

    def log_message(self, *_):
        pass


class BeforeAScriptedInstance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary()
        cls.addClassCleanup(folder.cleanup)
        instances = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scripted) for _ in range(2)]
        for instance in instances:
            threading.Thread(target=instance.serve_forever, daemon=True).start()
            cls.addClassCleanup(instance.server_close)
            cls.addClassCleanup(instance.shutdown)
        # They fail on purpose, and must not be given a rest for it.
        ports = [instance.server_port for instance in instances]
        cls.edge = Edge(Path(folder.name) / "nginx", ports, max_fails=0)
        cls.addClassCleanup(cls.edge.server.stop)

    def setUp(self):
        self.edge.client = next(ADDRESSES)

    def reached(self) -> list:
        requests = []
        while not Scripted.seen.empty():
            requests.append(Scripted.seen.get())
        return requests

    def test_events_arrive_as_they_happen(self):
        Scripted.next_event.clear()
        connection = self.edge.connect()
        connection.request("GET", "/api/things/events")
        answer = connection.getresponse()
        self.assertEqual(answer.readline(), b"data: first\n")
        Scripted.next_event.set()
        self.assertEqual(answer.read(), b"\ndata: second\n\n")
        connection.close()

    def test_the_instance_learns_who_asked_and_how(self):
        self.reached()
        self.edge.ask("/api/x", x_forwarded_for="192.0.2.1", traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
        [(_, _, headers, _)] = self.reached()
        self.assertEqual(headers["Host"], "localhost")
        self.assertEqual(headers["X-Real-IP"], self.edge.client)
        self.assertEqual(headers["X-Forwarded-For"], f"192.0.2.1, {self.edge.client}")
        self.assertEqual(headers["X-Forwarded-Proto"], "https")
        self.assertRegex(headers["X-Request-ID"], r"^[0-9a-f]{32}$")
        self.assertTrue(headers["traceparent"].startswith("00-aaaa"))

    def test_connections_to_instances_are_kept(self):
        self.reached()
        for _ in range(6):
            self.edge.ask("/api/x")
        ports = {port for (_, _, _, port) in self.reached()}
        self.assertLessEqual(len(ports), 2)

    def test_only_what_may_be_repeated_is_asked_again(self):
        for method, times in [("GET", 2), ("PUT", 2), ("POST", 1), ("PATCH", 1)]:
            self.reached()
            answer = self.edge.ask("/api/breaks", method=method, accept_language="en")
            self.assertEqual(len(self.reached()), times, method)
            self.assertEqual((answer.status, json.loads(answer.text)["code"]), (503, "unavailable"), method)
            self.assertEqual(json.loads(answer.text)["detail"], words("unavailable", "en")[1])
            self.assertEqual(answer.headers["retry-after"], "5")


def words(code: str, language: str) -> tuple[str, str]:
    """Title and text of a code in the service's own catalogue."""
    text = (ROOT / f"crates/api/locales/{language.split('-')[0]}.ftl").read_text()
    detail, title = re.search(rf"^{code} = (.*)\n    \.title = (.*)$", text, re.MULTILINE).groups()
    return title, detail.replace("{ $limit }", "1048576")


if __name__ == "__main__":
    unittest.main()
