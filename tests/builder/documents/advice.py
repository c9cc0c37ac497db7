"""Writes the table of reasons in docs/documents.md: `python -m tests.builder.documents.advice`."""

from __future__ import annotations

from typing import Final

from functions.sentences import SENTENCES
from shailoo.rules.scan_faults import BY_CODE
from tests.law.source import ROOT

DOCUMENT: Final = ROOT / "docs" / "documents.md"
BEGIN, END = "<!-- reasons: generated -->\n", "<!-- end of reasons -->"


def renewed(text: str) -> str:
    """The page with its table as it must be now."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin
    assert end
    table = "| code | what the sender is told |\n| --- | --- |\n"
    table += "".join(f"| `{code}` | {SENTENCES[code]} |\n" for code in BY_CODE)
    return before + begin + table + end + after


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
