"""What docs/address-register.md says of the tables is what the loader asks."""

from __future__ import annotations

from shailoo.model.voter_tables import REGISTER_FILES
from tests.voters.register_page import PAGE, page


def test_the_page_says_what_the_loader_asks() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "docs/address-register.md is out of date: run python -m tests.voters.register_page"
    for name, columns in REGISTER_FILES.items():
        assert f"### {name}\n" in text
        assert all(f"| `{column.name}` |" in text for column in columns)
