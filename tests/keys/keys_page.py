"""`python -m tests.keys.keys_page`: write the table of docs/keys.md again from the kinds of keys that there are."""

from __future__ import annotations

from shailoo.adapters.key_folder import KINDS, USES
from tests.law.source import ROOT

PAGE = ROOT / "docs" / "keys.md"
BEGIN, END = "<!-- keys: generated -->\n", "<!-- end of keys -->\n"


def page(text: str) -> str:
    """The page with its table as the code has it."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = ["", "| key | what it does | file | who reads it | in AWS | if lost | if leaked |", "| " + "--- | " * 7]
    for kind, about in KINDS.items():
        cells = (kind, USES[kind], about.file, about.reader, about.cloud, about.lost, about.leaked)
        lines.append(f"| {' | '.join(cells)} |")
    return before + BEGIN + "\n".join(line.rstrip() for line in lines) + "\n\n" + END + after


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
