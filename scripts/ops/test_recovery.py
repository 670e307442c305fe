"""deploy/postgres: a real PostgreSQL that archives its log is brought back to random moments and after its loss, and what
comes back is compared row for row. RECOVERY_ROWS and RECOVERY_ROUNDS make it longer; what ten rounds of 100,000 rows took
stands in docs/operations/recovery.md."""

import os
import random
import re
import shutil
import subprocess
import threading
import time
import unittest
from pathlib import Path

from tools import ROOT, Server, free_port, run, temporary, tool, until

DEPLOY = ROOT / "deploy/postgres"
ROWS = int(os.environ.get("RECOVERY_ROWS", "5000"))
ROUNDS = int(os.environ.get("RECOVERY_ROUNDS", "2"))
BATCH = 100
# Rows by the moment at which they were committed, which is also what a recovery goes by.
BEFORE = ("SELECT count(*) || ' ' || coalesce(md5(string_agg(written::text, ',' ORDER BY id)), '') FROM written "
          "WHERE pg_xact_commit_timestamp(xmin) <= '{}'")
ALL = "SELECT count(*) || ' ' || coalesce(md5(string_agg(written::text, ',' ORDER BY id)), '') FROM written"


def server_programs() -> Path:
    """The newest PostgreSQL; the packages are there, since scripts/with-services has installed them."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))[-1]


class Cluster(unittest.TestCase):
    """A server of one's own that archives its log."""

    @classmethod
    def setUpClass(cls):
        folder = temporary()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        # PostgreSQL refuses to run as root.
        cls.user = "postgres" if os.geteuid() == 0 else None
        for name in ["wal", "bases"]:
            (cls.folder / name).mkdir()
        for path in [cls.folder, cls.folder / "wal", cls.folder / "bases"]:
            if cls.user:
                shutil.chown(path, cls.user)
        cls.programs = server_programs()
        cls.env = {"PATH": f"{cls.programs}:{os.environ['PATH']}", "WAL_ARCHIVE": str(cls.folder / "wal"),
                   "PGHOST": "127.0.0.1", "PGUSER": "postgres", "LC_ALL": "C"}
        cls.primary = cls.folder / "primary"
        cls.as_user("initdb", "-D", str(cls.primary), "-U", "postgres", "--auth=trust", "--no-instructions")
        with (cls.primary / "postgresql.conf").open("a") as file:
            file.write("track_commit_timestamp = on\nfsync = off\narchive_mode = on\n"
                       f"archive_command = '{DEPLOY}/archive-wal %p %f'\narchive_timeout = 60\n")
        cls.server = cls.start(cls.primary)
        cls.addClassCleanup(cls.server.stop)
        cls.env["PGPORT"] = str(cls.server.port)
        cls.ask("CREATE TABLE written (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                "at timestamptz NOT NULL DEFAULT clock_timestamp(), content text NOT NULL)")

    @classmethod
    def as_user(cls, *command: str, **env: str) -> str:
        return run(list(command), env=cls.env | env, user=cls.user, group=cls.user, extra_groups=[] if cls.user else None,
                   cwd=cls.folder)

    @classmethod
    def start(cls, data: Path, port: int | None = None) -> Server:
        port = port or free_port()
        command = [str(cls.programs / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", str(cls.folder)]
        return Server(command, port, cls.folder / f"{data.name}.log", env=cls.env, user=cls.user, group=cls.user,
                      extra_groups=[] if cls.user else None, cwd=cls.folder)

    @classmethod
    def ask(cls, query: str, port: int | None = None) -> str:
        port = str(port or cls.server.port)
        return run([*tool("psql"), "-XAtqc", query], env=cls.env | {"PGPORT": port}).strip()

    @classmethod
    def write(cls, rows: int):
        """So many rows, in many transactions."""
        batches = "".join(f"INSERT INTO written (content) SELECT md5(random()::text) FROM generate_series(1, {BATCH});\n"
                          f"SELECT pg_sleep({random.uniform(0, 0.1)});\n" for _ in range(rows // BATCH))
        run([*tool("psql"), "-XAtqf", "-"], env=cls.env, input=batches)

    @classmethod
    def archived(cls):
        """Waits until all that was written so far is in the archive."""
        segment = cls.ask("SELECT pg_walfile_name(pg_switch_wal())")
        until(lambda: (cls.folder / "wal" / segment).exists(), f"archiving of {segment}", 60)

    def recover(self, moment: str, name: str) -> tuple[Server, float]:
        """A server that was brought to a moment, and how many seconds that took."""
        began = time.monotonic()
        data = self.folder / name
        self.as_user(str(DEPLOY / "recover"), str(self.folder / "bases"), moment, str(data))
        return self.started(data), time.monotonic() - began

    def started(self, data: Path) -> Server:
        """A server on that folder, once it takes writes; gone with the test."""
        server = self.start(data)
        self.addCleanup(shutil.rmtree, data)
        self.addCleanup(server.stop)

        def is_open():
            try:
                return self.ask("SELECT pg_is_in_recovery()", server.port) == "f"
            except AssertionError:
                return server.process.poll() is not None and self.fail(server.log.read_text(errors="replace"))

        until(is_open, "the end of recovery", 300)
        return server


@unittest.skipUnless("TEST_DATABASE_URL" in os.environ, "needs scripts/with-services")
class Moments(Cluster):
    def test_a_server_is_brought_back_to_any_moment(self):
        self.as_user(str(DEPLOY / "base-backup"), str(self.folder / "bases"))
        # The name of a base is its end, to the second.
        time.sleep(1.1)
        first = self.ask("SELECT clock_timestamp()")
        self.write(ROWS)
        last = self.ask("SELECT clock_timestamp()")
        # A recovery ends at a moment only where it sees that something came later.
        self.write(BATCH)
        self.archived()
        durations = []
        for number in range(ROUNDS):
            share = random.random()
            moment = self.ask(f"SELECT '{first}'::timestamptz + {share} * ('{last}'::timestamptz - '{first}'::timestamptz)")
            expected = self.ask(BEFORE.format(moment))
            server, seconds = self.recover(moment, f"round{number}")
            self.assertEqual(self.ask(ALL, server.port), expected, moment)
            # It takes writes again.
            self.ask("INSERT INTO written (content) VALUES ('after')", server.port)
            durations.append(seconds)
            print(f"\n  {moment}: {expected.split()[0]} rows in {seconds:.1f} s", end="", flush=True)
            self.doCleanups()
        print(f"\n  {ROUNDS} recoveries in {min(durations):.1f} to {max(durations):.1f} s", flush=True)

    def test_scripts_say_what_is_wrong(self):
        for command, said in [
            (["recover", str(self.folder / "wal"), "2020-01-01T00:00:00Z", str(self.folder / "new")], "no base backup"),
            (["recover", str(self.folder / "bases"), "yesternoon", str(self.folder / "new")], "is no time"),
            (["recover", str(self.folder / "bases"), "latest", str(self.folder)], "is there already"),
            (["archive-wal", "one"], "usage"),
            (["base-backup"], "usage"),
        ]:
            with self.assertRaisesRegex(AssertionError, said):
                self.as_user(str(DEPLOY / command[0]), *command[1:])

    def test_no_segment_is_replaced(self):
        path, archive = self.folder / "segment", self.folder / "wal/0000000000000000000000FF"
        archive.write_text("another server's")
        self.addCleanup(archive.unlink)
        path.write_text("ours")
        with self.assertRaisesRegex(AssertionError, "does another server write"):
            self.as_user(str(DEPLOY / "archive-wal"), str(path), archive.name)
        archive.write_text("ours")
        self.as_user(str(DEPLOY / "archive-wal"), str(path), archive.name)


@unittest.skipUnless("TEST_DATABASE_URL" in os.environ, "needs scripts/with-services")
class Loss(Cluster):
    def test_a_lost_server_loses_nothing_that_was_received(self):
        self.as_user(str(DEPLOY / "base-backup"), str(self.folder / "bases"))
        wal = self.folder / "received"
        wal.mkdir()
        if self.user:
            shutil.chown(wal, self.user)
        for segment in (self.folder / "wal").iterdir():
            shutil.copy2(segment, wal)
            if self.user:
                shutil.chown(wal / segment.name, self.user)
        log = (self.folder / "receive-wal.log").open("wb")
        self.addCleanup(log.close)
        receiver = subprocess.Popen([str(DEPLOY / "receive-wal")], env=self.env | {"WAL_ARCHIVE": str(wal)}, stdout=log,
                                    stderr=log, user=self.user, group=self.user, extra_groups=[] if self.user else None)
        self.addCleanup(receiver.kill)
        until(lambda: self.ask("SELECT count(*) FROM pg_stat_replication WHERE application_name = 'pg_receivewal'") == "1",
              "streaming", 30)
        # Whoever writes hears of each row once the receiver has it on its disk.
        self.ask("ALTER SYSTEM SET synchronous_standby_names = 'pg_receivewal'")
        self.ask("SELECT pg_reload_conf()")
        until(lambda: self.ask("SELECT sync_state FROM pg_stat_replication") == "sync", "synchronous streaming", 30)
        acknowledged, stopped = [], threading.Event()

        def write():
            while not stopped.is_set():
                try:
                    acknowledged.append(int(self.ask("INSERT INTO written (content) VALUES ('x') RETURNING id")))
                except AssertionError:
                    return

        writer = threading.Thread(target=write)
        writer.start()
        until(lambda: 20 < len(acknowledged), "writes", 60)
        self.server.process.kill()
        self.server.process.wait()
        stopped.set()
        writer.join()
        receiver.terminate()
        receiver.wait(30)
        shutil.rmtree(self.primary)
        type(self).env = self.env | {"WAL_ARCHIVE": str(wal)}
        server, seconds = self.recover("latest", "rescued")
        there = set(map(int, self.ask("SELECT id FROM written", server.port).split()))
        lost = [row for row in acknowledged if row not in there]
        print(f"\n  {len(acknowledged)} rows acknowledged until the loss, {len(lost)} lost, back in {seconds:.1f} s", flush=True)
        self.assertEqual(lost, [])


@unittest.skipUnless("TEST_DATABASE_URL" in os.environ, "needs scripts/with-services")
class PgBackRest(Cluster):
    def test_a_server_is_brought_back_with_the_configuration(self):
        text = (DEPLOY / "pgbackrest.conf").read_text()
        configuration, repository = self.folder / "pgbackrest.conf", self.folder / "repository"
        text = text.replace("/var/lib/pgbackrest", str(repository)).replace("/var/lib/postgresql/15/main", str(self.primary))
        configuration.write_text(f"{text}pg1-port={self.server.port}\npg1-socket-path={self.folder}\n"
                                 f"pg1-user=postgres\n[global]\nlock-path={self.folder}\n")
        repository.mkdir()
        if self.user:
            shutil.chown(repository, self.user)
        type(self).env = self.env | {"PGBACKREST_REPO1_CIPHER_PASS": "a passphrase of this test"}
        call = [*tool("pgbackrest"), f"--config={configuration}", "--stanza=hr-scheduling"]
        # The server has to hand its log over with the passphrase in its environment.
        self.server.stop()
        with (self.primary / "postgresql.conf").open("a") as file:
            file.write(f"port = {self.server.port}\narchive_command = '{' '.join(call)} archive-push %p'\n")
        type(self).server = self.start(self.primary, port=self.server.port)
        self.addClassCleanup(self.server.stop)

        self.as_user(*call, "stanza-create")
        self.as_user(*call, "check")
        self.as_user(*call, "backup")
        self.write(ROWS)
        moment = self.ask("SELECT clock_timestamp()")
        expected = self.ask(BEFORE.format(moment))
        self.write(BATCH)
        self.as_user(*call, "check")  # which waits until the log is in the repository
        data = self.folder / "restored"
        self.as_user(*call, f"--pg1-path={data}", "--type=time", f"--target={moment}", "--target-action=promote", "restore")
        server = self.started(data)
        self.assertEqual(self.ask(ALL, server.port), expected)


class Scripts(unittest.TestCase):
    def test_shellcheck_finds_nothing(self):
        scripts = [path for path in DEPLOY.iterdir() if path.read_bytes().startswith(b"#!")]
        self.assertEqual(run([*tool("shellcheck"), *map(str, scripts)]), "")

    def test_the_database_image_runs_none_of_them_at_its_first_start(self):
        # The folder is mounted where the image looks for what to run: files that end in .sh, .sql and so on.
        run_at_start = [path.name for path in DEPLOY.iterdir() if re.search(r"\.(sh|sql)(\.gz|\.xz|\.zst)?$", path.name)]
        self.assertEqual(run_at_start, ["roles.sh"])


if __name__ == "__main__":
    unittest.main()
