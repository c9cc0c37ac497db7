"""`python -m tests.town.write_town_page`: write the table of disk sizes in docs/town.md again."""

from __future__ import annotations

from pathlib import Path

from shailoo.rules.disk_need import disk_need

PAGE = Path(__file__).parents[2] / "docs" / "town.md"
BEGIN, END = "<!-- disk: generated -->\n", "<!-- end of disk -->"
ROWS = (
    ("a village council", 3, 3_000, 6),
    ("a town", 15, 20_000, 6),
    ("a town, its papers in full", 15, 20_000, 26),
    ("a city", 200, 250_000, 6),
    ("a region", 450, 700_000, 6),
    ("the country", 2_494, 4_300_000, 6),
    ("the country, its papers in full", 2_494, 4_300_000, 26),
)


def table() -> str:
    """Rows of the table, as the rule computes them."""
    lines = [
        "| | stations | voters | papers a station | disk, backup included | files |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, stations, voters, papers in ROWS:
        need = disk_need(stations=stations, papers=papers, voters=voters)
        size = f"{need.bytes / 10**9:,.1f} GB"
        lines.append(f"| {name} | {stations:,} | {voters:,} | {papers} | {size} | {need.files:,} |")
    return "\n".join(lines)


def renewed(text: str) -> str:
    """The document with its table as it must be now."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        message = "the document has no place for the table"
        raise LookupError(message)
    return f"{before}{begin}\n{table()}\n\n{end}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
