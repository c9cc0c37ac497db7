"""Writes the tables of docs/events.md from the catalogue: `python -m tests.operating.events_page`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shailoo.events import DECLARED, METRICS
from shailoo.model.event import KINDS, Declaration, Slot
from shailoo.rules.metric_names import on_one_machine
from tests.law.source import ROOT

DOCUMENT: Final = ROOT / "docs" / "events.md"


def events_table() -> str:
    """Every event: what it means and says, and what an operator does."""
    return "\n".join(line for one in DECLARED.values() for line in _one(one))


def _one(declared: Declaration) -> Iterator[str]:
    extent = ", a figure only: no line on one machine" if declared.quiet else ""
    extent += ", at most twenty lines in ten seconds" if declared.strangers else ""
    yield f"### `{declared.name}`"
    yield ""
    yield f"{declared.meaning} ({declared.level}; {', '.join(declared.programs)}{extent})"
    yield ""
    if declared.slots:
        yield "Fields: " + "; ".join(_slot(slot) for slot in declared.slots) + "."
        yield ""
    if declared.metrics:
        yield "Figures: " + ", ".join(f"`{metric.name}`" for metric in declared.metrics) + "."
        yield ""
    yield f"To do: {declared.act}"
    yield ""


def _slot(slot: Slot) -> str:
    kind = slot.kind.meaning if slot.kind.name == "word" else slot.kind.name
    return f"`{slot.name}` ({kind}{', may be missing' if slot.optional else ''})" + (
        f", {slot.note}" if slot.note else ""
    )


def metrics_table() -> str:
    """Every figure in both spellings."""
    lines = [
        "| in CloudWatch | on one machine | kind | unit | labels on one machine | what |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for metric in sorted(METRICS.values(), key=lambda one: one.name):
        labels = ", ".join(("program", *metric.by))
        cells = (f"`{metric.name}`", f"`{on_one_machine(metric)}`", metric.kind, metric.unit, labels, metric.meaning)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def kinds_table() -> str:
    """The kinds of fields: there is no other, so nothing else can be said."""
    lines = ["| kind | what |", "| --- | --- |"]
    lines += [f"| {kind.name} | {kind.meaning} |" for kind in KINDS.values()]
    return "\n".join([*lines, "| a word | one of a few that stand in the program |"])


def renewed(text: str) -> str:
    """The document with its tables as they must be now."""
    for name, table in (("kinds", kinds_table()), ("metrics", metrics_table()), ("events", events_table())):
        before, begin, rest = text.partition(f"<!-- {name}: generated -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        assert begin
        assert end
        text = f"{before}{begin}\n{table.rstrip()}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
