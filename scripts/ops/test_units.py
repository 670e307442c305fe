"""deploy/systemd: what systemd says of the units, and how exposed it thinks that they are."""

import re
import shutil
import unittest
from pathlib import Path

from tools import BINARY, ROOT, run, temporary, tool

UNITS = ROOT / "deploy/systemd"


class Units(unittest.TestCase):
    def test_systemd_accepts_them(self):
        folder = temporary()
        self.addCleanup(folder.cleanup)
        for path in [*UNITS.glob("*.service"), *UNITS.glob("*.timer")]:
            # systemd looks whether the program is there.
            text = path.read_text().replace("/usr/local/bin/hr-scheduling", str(BINARY)).replace("/opt/hr-scheduling", str(ROOT))
            (Path(folder.name) / path.name).write_text(text)
        names = ["hr-scheduling@8000.service", "hr-scheduling-worker.service", "hr-scheduling-migrate.service",
                 "hr-scheduling-backup.service", "hr-scheduling-backup.timer", "hr-scheduling-base-backup.service",
                 "hr-scheduling-base-backup.timer"]
        self.assertEqual(len(names), len(list(UNITS.iterdir())))
        shutil.move(Path(folder.name) / "hr-scheduling@.service", Path(folder.name) / names[0])
        paths = [str(Path(folder.name) / name) for name in names]
        self.assertEqual(run([*tool("systemd-analyze"), "verify", "--man=no", *paths]), "")

    def test_they_are_little_exposed(self):
        for path in UNITS.glob("*.service"):
            said = run([*tool("systemd-analyze"), "security", "--offline=yes", "--no-pager", "--threshold=20", str(path)])
            self.assertRegex(said, r"exposure level .*: [01]\.\d OK", path.name)

    def test_a_stop_may_take_as_long_as_it_needs(self):
        for name in ["hr-scheduling@", "hr-scheduling-worker"]:
            text = (UNITS / f"{name}.service").read_text()
            needed = sum(int(re.search(rf"{name}=(\d+)", text)[1]) for name in ["HR_DRAIN_SECONDS", "HR_SHUTDOWN_SECONDS"])
            self.assertGreater(int(re.search(r"TimeoutStopSec=(\d+)", text)[1]), needed)


if __name__ == "__main__":
    unittest.main()
