"""`python -m tests.rules.write_rules_page`: write docs/rules.md again from the rule versions."""

from __future__ import annotations

from pathlib import Path

from shailoo.rules.catalogue import rules_page

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"

if __name__ == "__main__":
    PAGE.write_text(rules_page(), encoding="utf-8")
