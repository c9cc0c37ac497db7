"""Bring what was granted to the next version of the voter list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shailoo.model.case import CaseContent
from shailoo.rules.case_standing import CaseStanding, corrections
from shailoo.rules.list_effects import Wish, in_force_since, together, wish_of
from shailoo.usecases.case_desk import CaseDesk


def wishes_now(cases: Iterable[CaseStanding], desk: CaseDesk) -> Sequence[Wish]:
    """Every wish of those of the cases that are in force, in the order in which they came into force.

    A `CaseIndex` of all cases must have followed the store. Raises NotFound, StorageFailed (content not to be read).
    """
    found: list[tuple[int, Wish]] = []
    for standing in cases:
        at = in_force_since(standing)
        if at is None:
            continue
        wish = wish_of(standing, desk.content(standing.filed.content), _deciding(standing, at, desk))
        if wish is not None:
            found.append((int(standing.acts[at].entered.timestamp()), wish))
    return together(found)


def _deciding(standing: CaseStanding, at: int, desk: CaseDesk) -> CaseContent | None:
    """What is private of the act that brought a case into force; of a confirmed act, that which was proposed.

    Where its words were corrected since, the last correction counts.
    """
    act = standing.acts[at]
    if act.of is not None:
        act = standing.acts[act.of - 1]
    act = corrections(standing).get(act.n, act)
    return None if act.content is None else desk.content(act.content)
