"""Writes the tables of docs/api.md from the routes and the sentences: `python -m tests.functions.api_reference`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from functions import watching
from functions.intake.refusal_counter import RefusalCounter
from functions.routers import make_router
from functions.sentences import SENTENCES
from functions.web import Access, status_of
from shailoo.assembly import Installation
from shailoo.errors import ShailooError
from shailoo.rules.scan_faults import BY_CODE
from tests.law.source import ROOT
from tests.voting import SMALL

DOCUMENT: Final = ROOT / "docs" / "api.md"
WHO: Final = {
    Access.ANYONE: "anyone",
    Access.BOX: "a registered box, by its signatures",
    Access.VOTER: "whoever is signed in as a voter",
    Access.SIGNED_IN: "whoever is signed in",
    Access.APPOINTED: "members of any commission",
    Access.SUPERIOR: "members of territorial, district and central commissions",
}


def routes_table() -> str:
    """Every route, who may call it, and what it is for."""
    lines = ["| method | address | who | what for |", "| --- | --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as folder, Installation.create(Path(folder) / "i", [SMALL]) as installation:
        (installation.folder / "voters" / "finder").mkdir(parents=True)  # the routes that only a voter list brings
        for route in make_router(installation, RefusalCounter()).routes:
            assert route.access is not None
            lines.append(f"| {route.method} | `{route.template}` | {WHO[route.access]} | {route.purpose} |")
    return "\n".join(lines)


def codes_table() -> str:
    """Every public code with its status, its sentence and the reason as its class tells it."""
    lines = ["| code | status | sentence |", "| --- | --- | --- |"]
    classes = {one.code: one for one in _family(ShailooError)}
    lines += [f"| `{code}` | {int(status_of(classes[code]('')))} | {SENTENCES[code]} |" for code in sorted(SENTENCES)]
    return "\n".join(lines)


def _family(parent: type[ShailooError]) -> Iterator[type[ShailooError]]:
    assert watching.Fault.code in SENTENCES  # its module is imported, so that its classes are known
    assert BY_CODE.keys() <= SENTENCES.keys()
    for child in parent.__subclasses__():
        yield child
        yield from _family(child)


def renewed(text: str) -> str:
    """The document with its tables as they must be now."""
    for name, table in (("routes", routes_table()), ("codes", codes_table())):
        before, begin, rest = text.partition(f"<!-- {name}: generated -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        assert begin
        assert end
        text = f"{before}{begin}\n{table}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
