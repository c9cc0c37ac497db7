"""docs/api.md says what the program does."""

from __future__ import annotations

from tests.functions.api_reference import DOCUMENT, renewed


def test_the_reference_of_routes_and_codes_is_current() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(text) == text, "python -m tests.functions.api_reference renews it"
