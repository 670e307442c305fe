"""docs/operations: links lead somewhere, and what is named exists."""

import json
import re
import unittest
from pathlib import Path

from tools import ROOT, run, temporary, tool

PAGES = [*sorted((ROOT / "docs/operations").rglob("*.md")), ROOT / "docs/scaling.md"]
FAULTS, CHECKLIST = ROOT / "docs/operations/faults.md", ROOT / "docs/operations/checklist.md"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


class Documents(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for page in PAGES:
            for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
                if not target.startswith("http"):
                    path, _, anchor = target.partition("#")
                    other = (page.parent / path).resolve() if path else page
                    self.assertTrue(other.exists(), f"{page.name}: {target}")
                    if anchor:
                        self.assertIn(anchor, anchors(other), f"{page.name}: {target}")

    def test_settings_that_are_named_exist(self):
        known = set(re.findall(r'"(HR_\w+|\w+_URL|SENTRY_DSN|JWT_\w+)"', (ROOT / "crates/api/src/config/settings.rs").read_text()))
        compose = "".join(path.read_text() for path in (ROOT / "deploy").glob("compose*.yml"))
        known |= set(re.findall(r"\$\{(HR_\w+)", compose + (ROOT / "monitoring/docker-compose.yml").read_text()))
        known |= {"HR_BINARY", "HR_ADVISORIES"}  # of scripts
        for page in [*PAGES, *(ROOT / "deploy").glob("compose*.yml")]:
            for name in re.findall(r"\b(HR_[A-Z_]+?)(?:_FILE)?\b", page.read_text()):
                self.assertTrue({name, f"{name}_FILE"} & known, f"{page.name}: {name}")

    def test_secrets_that_are_named_are_made(self):
        folder = temporary()
        self.addCleanup(folder.cleanup)
        run([str(ROOT / "deploy/make-secrets"), folder.name])
        made = {path.name for path in Path(folder.name).iterdir()}
        for name in re.findall(r"secrets/(\w+)", "".join(page.read_text() for page in PAGES)):
            self.assertIn(name, made)


def proofs(page: Path, line: str) -> list[tuple[Path, str]]:
    """The tests that a line names: a link to a file, and behind it the name of a test in that file."""
    found = re.findall(r"\[[\w./-]+\]\(([^)#]+)\) `(\w+)`", line)
    return [((page.parent / target).resolve(), name) for target, name in found]


def is_test(path: Path, name: str) -> bool:
    """Whether a file has a test of that name."""
    if not path.is_file():
        return False
    definition = rf"^    def {name}\(self\)" if path.suffix == ".py" else rf"^\s*(?:async )?fn {name}\("
    return name.startswith("test_") == (path.suffix == ".py") and bool(re.search(definition, path.read_text(), re.MULTILINE))


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        parts = re.split(r"^### (.*)\n", FAULTS.read_text(), flags=re.MULTILINE)[1:]
        cls.faults = {title: dict(re.findall(r"^- (Symptom|Panel|Query|Cause|Cure|Provoked by):? (.*)$", text, re.MULTILINE))
                      for title, text in zip(parts[::2], parts[1::2])}

    def test_each_is_told_from_symptom_to_cure_and_provoked_by_a_test(self):
        self.assertGreaterEqual(len(self.faults), 15)
        for title, fault in self.faults.items():
            self.assertEqual(list(fault), ["Symptom", "Panel", "Query", "Cause", "Cure", "Provoked by"], title)
            self.assertTrue(proofs(FAULTS, fault["Provoked by"]), title)
            for path, name in proofs(FAULTS, fault["Provoked by"]):
                self.assertTrue(is_test(path, name), f"{title}: {path.name} has no test {name}")

    def test_panels_that_are_named_exist(self):
        dashboards = [json.loads(path.read_text()) for path in (ROOT / "monitoring/grafana/dashboards").glob("*.json")]
        panels = {panel["title"] for dashboard in dashboards for panel in dashboard["panels"]}
        for title, fault in self.faults.items():
            self.assertLessEqual(set(re.findall(r"\*(.+?)\*", fault["Panel"])), panels, title)

    def test_prometheus_understands_the_queries(self):
        folder = temporary()
        self.addCleanup(folder.cleanup)
        rules = Path(folder.name) / "rules.yml"
        queries = [fault["Query"].strip("`") for fault in self.faults.values()]
        queries = [query for query in queries if not query.startswith(("$C ", "hr-scheduling "))]
        rules.write_text("groups:\n  - name: queries\n    rules:\n" + "".join(
            f"      - record: query_{number}\n        expr: {json.dumps(query)}\n" for number, query in enumerate(queries)))
        self.assertIn(f"{len(queries)} rules found", run([*tool("promtool"), "check", "rules", str(rules)]))


class Checklist(unittest.TestCase):
    REQUIRED = ["HTTPS and certificates", "Environment and secret management", "API rate limits",
                "Encrypted database connections", "Log redaction", "Database indexes", "Cache strategy",
                "Static files behind a CDN", "Load balancing", "Alerts", "Health endpoint", "Graceful shutdown", "Backups",
                "Recovery procedure", "Rolling updates", "Start", "Ps", "Logs", "Scale", "Rolling update", "Stats",
                "Metrics", "Connection count", "Load test", "Security scan", "Faults"]

    def test_each_item_has_its_proof(self):
        rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| (.+) \|$", CHECKLIST.read_text(), re.MULTILINE)
        items = {item: proof for item, _, proof in rows if item not in ("item", "---")}
        self.assertEqual([item for item in self.REQUIRED if item not in items], [])
        for item, proof in items.items():
            self.assertTrue(proofs(CHECKLIST, proof), item)
            for path, name in proofs(CHECKLIST, proof):
                self.assertTrue(is_test(path, name), f"{item}: {path.name} has no test {name}")


if __name__ == "__main__":
    unittest.main()
