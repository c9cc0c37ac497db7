"""Where one case stands, in as few words as figures need; the publisher's own fold of a case.

`shailoo.rules.case_standing` folds the same records for desks. The gate holds the two against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER, CaseAct, CaseFiled

if TYPE_CHECKING:
    from shailoo.model.case_kind import CaseKind

UNKNOWN = "unknown"
"""Status of a case whose kind this software does not have."""


class CaseRow(NamedTuple):
    """A case as it stands."""

    number: int
    election: str
    kind: str
    station: str | None
    status: str
    acts: int = 0
    pending: str = ""
    """A proposed act that waits for a second official."""
    named_acts: tuple[str, ...] = ()
    """Names of all its acts, in order: what a correction corrects is found by number."""

    @classmethod
    def of(cls, filed: CaseFiled, number: int, kind: CaseKind | None) -> Self:
        """A case that was just filed."""
        status = UNKNOWN if kind is None else kind.first
        return cls(number, filed.election, filed.kind, filed.station, status)

    def named(self, act: CaseAct, before: CaseRow) -> str:
        """The act of the kind that a record is about: a confirmation is about what it confirms."""
        return before.named_acts[act.of - 1] if act.of is not None and act.of <= len(before.named_acts) else act.act


def moved(row: CaseRow, act: CaseAct, kind: CaseKind | None) -> CaseRow | None:
    """The case after one more act; None where the act does not fit."""
    after = row._replace(acts=row.acts + 1, named_acts=(*row.named_acts, act.act))
    rule = None if kind is None else kind.act(act.act)
    match act.act:
        case _ if kind is None or act.act in {CORRECT, TRANSFER}:
            return after
        case name if name in {CONFIRM, DECLINE}:
            if not row.pending:
                return None
            after = after._replace(pending="")
            confirmed = kind.act(row.pending) if name == CONFIRM else None
            return after if confirmed is None or confirmed.after is None else after._replace(status=confirmed.after)
        case _ if rule is None or row.pending or row.status not in rule.before:
            return None
        case _ if act.proposed:
            return after._replace(pending=act.act)
        case _:
            return after if rule.after is None else after._replace(status=rule.after)
