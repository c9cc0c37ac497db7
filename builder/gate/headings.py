"""What columns and figures are called: a figure under another's name is as wrong as another figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gate.disagreement import PageDisagrees
from shailoo.i18n import catalog

if TYPE_CHECKING:
    from builder.gate.readback import Table
    from shailoo.model.base import Language

_LABELS: dict[str, dict[str, str]] = {
    "contest": {"share": "Share", "votes": "Votes"},
    "coverage": {
        "share": "Counted", "reported": "Boxes", "expected": "of", "waiting": "Voters not counted yet",
    },
    "parts": {
        "voters": "Voters", "participants": "Took part", "turnout": "Turnout", "reported": "Boxes", "expected": "of",
        "held": "Held",
    },
    "areas": {
        "voters": "Voters", "participants": "Took part", "turnout": "Turnout", "leader": "Ahead", "votes": "Votes",
        "share": "Share",
    },
    "sources": {"share": "Share", "votes": "Votes", "ballots": "of ballots"},
    "districts": {
        "leader": "Ahead", "votes": "Votes", "share": "Share", "lead": "Lead over the second", "reported": "Boxes",
        "expected": "of", "state": "Status",
    },
    "turnout:day": {"voted": "Had voted", "share": "Of the voters", "stations": "Stations reported"},
    "turnout": {"voters": "Voters"},
    "candidates": {"preferences": "Preferential votes"},
    "papers": {
        "expected": "Expected", "public": "Public", "share": "Share", "checking": "Being checked", "missing": "Missing",
    },
    "owed": {
        "expected": "Expected", "public": "Public", "share": "Share", "checking": "Being checked", "missing": "Missing",
    },
    "kinds": {
        "expected": "Expected", "public": "Public", "share": "Share", "checking": "Being checked", "missing": "Missing",
    },
    "files": {"pages": "Pages", "bytes": "Bytes"},
    "elections": {"voters": "Voters", "participants": "Took part", "turnout": "Turnout"},
    "held": {"expected": "Should be", "found": "Report says"},
    "counts": {"boxes": "By the boxes", "hand": "By hand", "difference": "Difference"},
    "layers": {
        "boxes": "By the boxes", "boxes.share": "Share", "boxes.seats": "Seats", "hand": "By hand",
        "hand.share": "Share", "hand.seats": "Seats", "final": "Final count", "final.share": "Share",
        "final.seats": "Seats",
    },
    "spread": {"share": "Share", "stations": "Stations"},
    "sheets": {
        "agreed": "Protocols agreed", "expected": "of", "held": "Held", "differs": "Keyed differently",
        "waiting": "Awaited", "both": "Both counts", "apart": "Not the same", "over": "Over the bound",
        "ballots": "Ballots, difference", "invalid": "Invalid, difference",
    },
    "differences": {
        "votes": "Votes that differ", "invalid": "Invalid, difference", "boxes": "Ballots by the boxes",
        "hand": "Ballots by hand", "state": "Protocol",
    },
    "acts": {"day": "Date", "body": "Decided by", "what": "What it excludes", "reason": "Reason given",
             "force": "In force"},
    "changes": {"before": "Before", "now": "Now", "change": "Difference"},
    "events": {"what": "What happened", "at": "When"},
}  # fmt: skip
"""Table -> column -> its heading, in the order in which the columns have to stand."""
_NAMES = {
    "contest": "option", "coverage": "place", "parts": "place", "areas": "place", "sources": "place",
    "districts": "district", "turnout:day": "hour", "turnout": "place", "candidates": "candidate", "elections": "name",
    "held": "station", "versions": "version", "refusals": "hour",
    "papers": "place", "owed": "place", "kinds": "kind", "files": "document",
    "witnesses": "name",
    "counts": "line", "layers": "line", "spread": "size", "sheets": "place", "differences": "place", "acts": "act",
    "changes": "line", "events": "place",
}  # fmt: skip
"""Table -> the column that names its rows."""
_FIGURES: dict[str, frozenset[str]] = {
    "voters": frozenset({"Voters on the lists", "Voters on the list"}),
    "participants": frozenset({"Took part"}),
    "reported": frozenset({"Ballot boxes reported", "Ballot boxes counted"}),
    "held": frozenset({"Held until checked"}),
    "conflicts": frozenset({"Conflicting reports"}),
    "votes": frozenset({"Votes"}),
    "ballots": frozenset({"Ballots in the boxes"}),
    "identified": frozenset({"Identified voters"}),
    "identified.stations": frozenset({"Stations that reported identification"}),
}

_TURNOUTS = {
    "boxes.share": frozenset({"Took part, by the boxes"}),
    "hand.share": frozenset({"Took part, by hand"}),
    "final.share": frozenset({"Took part, final count"}),
}
"""The turnout of each layer, `turnout:<contest>.<layer>.share`."""


def family_of(table: str) -> str:
    """The kind of a table: `contest` of `contest:pr`, `turnout` of `turnout.share`; `turnout:day` is its own kind."""
    return "turnout:day" if table == "turnout:day" else table.partition(":")[0].removesuffix(".share")


class Headings:
    """The headings of one language. Remembers what it has seen stand rightly: every page of a kind has the same."""

    def __init__(self, language: Language) -> None:
        self._catalog = catalog("builder", language)
        self._right: set[tuple[str, tuple[tuple[str, str], ...]]] = set()

    def check(self, table: Table, page: str) -> None:
        """Each column once, in its place and under its own name. Raises PageDisagrees."""
        family = family_of(table.id)
        seen = (family, tuple(table.columns))
        if seen in self._right:
            return
        if family not in _NAMES:
            raise PageDisagrees("A table that the gate does not know.", page=page, table=table.id)
        wrong = self._fault(family, table.columns)
        if wrong is not None:
            sentence, column = wrong
            raise PageDisagrees(sentence, page=page, table=table.id, column=column)
        self._right.add(seen)

    def check_figure(self, identity: str, label: str, page: str) -> None:
        """A single figure stands beside its own name. Raises PageDisagrees."""
        wanted = _FIGURES.get(identity) or _TURNOUTS.get(identity.rpartition(":")[2].partition(".")[2])
        if label and wanted is not None and label not in {self._catalog.gettext(word) for word in wanted}:
            raise PageDisagrees("A figure stands beside another figure's name.", page=page, figure=identity)

    def _fault(self, family: str, headings: list[tuple[str, str]]) -> tuple[str, str] | None:
        wanted = _LABELS.get(family, {})
        columns = [column for column, _ in headings]
        if len(set(columns)) < len(columns):
            return "A column stands twice.", ""
        if columns[:1] != [_NAMES[family]]:
            return "The names of the rows stand under another heading.", ""
        known = [column for column in columns if column in wanted]
        if known != [column for column in wanted if column in known]:
            return "Columns stand in another order.", ""
        for column, label in headings:
            if column in wanted and label != self._catalog.gettext(wanted[column]):
                return "A column stands under another column's name.", column
            if ":" in column and column[:2].isdecimal() and label != column:
                return "An hour stands under another hour's name.", column
        return None
