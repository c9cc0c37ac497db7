"""`python -m tests.voters.register_page`: write the tables of docs/address-register.md again from the columns."""

from __future__ import annotations

from pathlib import Path

from shailoo.model.voter_tables import NEEDED, REGISTER_FILES

PAGE = Path(__file__).parents[2] / "docs" / "address-register.md"
BEGIN, END = "<!-- tables -->\n", "<!-- /tables -->\n"


def page(text: str) -> str:
    """The page with the tables between its marks written again."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "".join(_tables()) + END + after


def _tables() -> list[str]:
    lines: list[str] = []
    for name, columns in REGISTER_FILES.items():
        lines += [f"\n### {name}\n\n", "| column | cell | form | what it is |\n", "| --- | --- | --- | --- |\n"]
        for column in columns:
            form = column.pattern.replace("|", "\\|")
            cell = "needed" if column.presence == NEEDED else "may be empty"
            lines.append(f"| `{column.name}` | {cell} | `{form}` | {column.meaning} |\n")
    return [*lines, "\n"]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
