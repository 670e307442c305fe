"""The image of deploy/Dockerfile, built and run where no registry is reached: Podman builds its last stage from the program
that is there already, on a base made of this machine's own packages, and runs it as compose.production.yml does."""

import json
import os
import re
import shutil
import subprocess
import tarfile
import unittest
from pathlib import Path

from tools import BINARY, ROOT, TARGET, free_port, run, temporary, tool, until

DOCKERFILE = ROOT / "deploy/Dockerfile"
BASE = re.findall(r"^FROM (\S+)$", DOCKERFILE.read_text(), re.MULTILINE)[-1]
IMAGE = "localhost/mycompany/hr-scheduling:test"
PROGRAM = "/usr/local/bin/hr-scheduling"
# What the program needs of the packages that the base is made of.
PACKAGES = ["base-files", "ca-certificates", "libc6", "libgcc-s1", "tzdata"]
MEGABYTE = 1_000_000
RELEASE = TARGET / "release/hr-scheduling"


def podman(folder: Path, *words: str) -> list[str]:
    """A command of Podman with a store of its own. Whatever it mounts is seen by nobody else, and a machine that has both
    kinds of control groups shows it the older alone: crun knows no mixture. No health check is left to systemd's timers."""
    alone = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"'
    store = ["--root", f"{folder}/store", "--runroot", f"{folder}/running", "--tmpdir", f"{folder}/state"]
    manner = ["--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--events-backend=file", f"--runtime={tool('crun')[0]}"]
    return ["env", "DISABLE_HC_SYSTEMD=true", "unshare", "--mount", "sh", "-c", alone, "-", *tool("podman"), *store, *manner,
            *words]


def pack_base(file: Path):
    """Packs the files of the packages; links between folders lead to where they do on this machine."""
    if subprocess.run(["dpkg", "--status", *PACKAGES], capture_output=True).returncode != 0:
        run([str(ROOT / "scripts/install-packages"), *PACKAGES])
    listed = [Path(line) for line in run(["dpkg", "--listfiles", *PACKAGES]).splitlines() if line != "/."]
    listed.append(Path("/etc/ssl/certs/ca-certificates.crt"))
    with tarfile.open(file, "w") as packed:
        for path in sorted({path.parent.resolve() / path.name for path in listed}):
            if os.path.lexists(path):
                packed.add(path, recursive=False)


@unittest.skipUnless(os.geteuid() == 0, "needs root to run containers")
class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        pack_base(cls.folder / "base.tar")
        run(cls.podman("import", f"{cls.folder}/base.tar", BASE))
        built = cls.folder / "built"
        (built / "build/target/release").mkdir(parents=True)
        shutil.copy(BINARY, built / "build/target/release/hr-scheduling")
        (built / "data").mkdir()
        (cls.folder / "empty").mkdir()
        # In place of the stages that compile: what the last one takes from them.
        run(cls.podman("build", "--pull-never", "--layers=false", "--isolation=chroot", "--format=docker",
                       f"--build-context=build={built}", "--build-arg=VERSION=1.2.3", "--build-arg=REVISION=0123abc",
                       f"--file={DOCKERFILE}", f"--tag={IMAGE}", f"{cls.folder}/empty"))
        cls.image = json.loads(run(cls.podman("image", "inspect", IMAGE)))[0]
        cls.start("hr")
        cls.process = Path("/proc") / str(cls.state("hr")["Pid"])

    @classmethod
    def podman(cls, *words: str) -> list[str]:
        return podman(cls.folder, *words)

    @classmethod
    def start(cls, name: str):
        """A container, limited as Compose limits it. Ports are the machine's: no network is made for it."""
        address = f"127.0.0.1:{free_port()}"
        limits = ["--read-only", "--read-only-tmpfs=false", "--mount=type=tmpfs,destination=/tmp", "--cap-drop=ALL",
                  "--security-opt=no-new-privileges", "--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"]
        place = ["--network=host", "--cgroups=disabled", f"--volume={name}:/data", f"--env=HR_LISTEN={address}"]
        run(cls.podman("run", "--detach", f"--name={name}", *limits, *place, "--env=HR_DRAIN_SECONDS=0", IMAGE))
        cls.addClassCleanup(run, cls.podman("rm", "--force", name))
        check = cls.podman("healthcheck", "run", name)
        until(lambda: subprocess.run(check, capture_output=True).returncode == 0, f"health of {name}")

    @classmethod
    def state(cls, name: str) -> dict:
        return json.loads(run(cls.podman("inspect", "--format={{json .State}}", name)))

    def test_its_configuration_is_as_required(self):
        config = self.image["Config"]
        self.assertEqual(config["User"], "1000:1000")
        self.assertEqual(config["Entrypoint"], [PROGRAM])
        self.assertEqual(config["Cmd"], ["serve"])
        self.assertEqual(list(config["ExposedPorts"]), ["8000/tcp"])
        self.assertEqual(config["WorkingDir"], "/data")
        self.assertIn("HR_LISTEN=0.0.0.0:8000", config["Env"])
        self.assertFalse([one for one in config["Env"] if re.search("SECRET|PASSWORD|TOKEN|KEY", one)])
        labels = {name.removeprefix("org.opencontainers.image."): text for name, text in config["Labels"].items()}
        self.assertEqual((labels["title"], labels["version"], labels["revision"]), ("hr-scheduling", "1.2.3", "0123abc"))
        second = 1_000_000_000
        self.assertEqual(self.image["Healthcheck"], {
            "Test": ["CMD", PROGRAM, "healthcheck"], "Interval": 30 * second, "Timeout": 10 * second,
            "StartPeriod": 5 * second, "Retries": 3})

    def test_it_is_healthy(self):
        self.assertEqual(self.state("hr")["Health"]["Status"], "healthy")

    def test_it_runs_as_uid_1000_without_rights(self):
        status = dict(re.findall(r"^(\w+):\s+(.*)$", (self.process / "status").read_text(), re.MULTILINE))
        self.assertEqual(status["Uid"].split() + status["Gid"].split(), ["1000"] * 8)
        self.assertEqual({status[name] for name in ["CapPrm", "CapEff", "CapBnd", "CapAmb"]}, {"0" * 16})
        self.assertEqual(status["NoNewPrivs"], "1")

    def test_its_root_is_read_only_and_its_data_is_its_own(self):
        mounts = dict(re.findall(r"^\S+ (\S+) \S+ (\w+)", (self.process / "mounts").read_text(), re.MULTILINE))
        self.assertEqual((mounts["/"], mounts["/data"], mounts["/tmp"]), ("ro", "rw", "rw"))
        data = self.process / "root/data"
        self.assertEqual({path.stat().st_uid for path in [data, data / "hr-scheduling.db"]}, {1000})

    def test_it_has_no_shell(self):
        for shell in ["sh", "bash", "dash", "busybox"]:
            with self.assertRaisesRegex(AssertionError, "not found"):
                run(self.podman("exec", "hr", shell, "-c", "true"))

    def test_it_is_at_most_60_megabytes_above_its_base(self):
        base = json.loads(run(self.podman("image", "inspect", BASE)))[0]
        above, program = self.image["Size"] - base["Size"], BINARY.stat().st_size
        # What is shipped is the release, which is compiled elsewhere: all the rest may be next to nothing.
        self.assertLess(above - program, MEGABYTE)
        if RELEASE.exists():
            release = self.folder / "release"
            shutil.copy(RELEASE, release)
            run([ROOT / "scripts/trim-symbols", release])
            self.assertLessEqual(above - program + release.stat().st_size, 60 * MEGABYTE)

    def test_it_ends_by_itself_when_it_is_told_to(self):
        self.start("ending")
        run(self.podman("stop", "--time=10", "ending"))
        state = self.state("ending")
        self.assertEqual((state["Status"], state["ExitCode"]), ("exited", 0))


if __name__ == "__main__":
    unittest.main()
