"""docs/operations: links lead somewhere, and what is named exists."""

import re
import unittest
from pathlib import Path

from tools import ROOT

PAGES = sorted((ROOT / "docs/operations").rglob("*.md"))


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
        for page in [*PAGES, *(ROOT / "deploy").glob("compose*.yml")]:
            for name in re.findall(r"\b(HR_[A-Z_]+?)(?:_FILE)?\b", page.read_text()):
                self.assertIn(name, known, page.name)

    def test_secrets_that_are_named_are_made(self):
        made = set(re.findall(r"(?:random|derived|given|missing) (\w+)", (ROOT / "deploy/make-secrets").read_text()))
        for name in re.findall(r"secrets/(\w+)", "".join(page.read_text() for page in PAGES)):
            self.assertIn(name, made)


if __name__ == "__main__":
    unittest.main()
