"""Describes the entries of the log for docs/log.md: which kinds there are, and what each holds.

`python -m builder.log.document` writes the generated part; a test notices when it drifts.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from shailoo.records.log_entry import LogEntry

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "log.md"
_BEGIN, _END = "<!-- entries: generated -->\n", "<!-- end of entries -->"


def kinds_table() -> str:
    """Every kind of entry with its fields in the order of their bytes."""
    lines = [
        "| type | what it is | fields; in brackets: left out where there is nothing to tell |",
        "| --- | --- | --- |",
    ]
    for kind in get_args(get_args(LogEntry)[0]):
        fields = ", ".join(
            f"`{name}`" if field.is_required() or name == "type" else f"[`{name}`]"
            for name, field in sorted(kind.model_fields.items())
        )
        told = " ".join((kind.__doc__ or "").split())
        lines.append(f"| `{kind.model_fields['type'].default}` | {told} | {fields} |")
    return "\n".join(lines)


def renewed(text: str) -> str:
    """The document with its table as it must be now."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        message = "the document has no place for the table of entries"
        raise LookupError(message)
    return f"{before}{begin}\n{kinds_table()}\n\n{end}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
