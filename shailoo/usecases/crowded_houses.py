"""Houses that more than ten people name in their applications: an internal note, never a ground for refusal.

Which fields are a house's address, the kinds' forms say (`Asked.house`). Nothing here is published or recorded, and
nothing is decided by it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from shailoo.model.case_kind import CaseKind, asked_of
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_desk import CaseDesk

MOST: Final = 10
"""The government told the register to report when more than ten people register in one house (2020)."""


class HouseBook:
    """Remembers of each content only digests of the house and of the person, so that it is read once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, str]] = {}

    def crowded(self, cases: Iterable[CaseStanding], desk: CaseDesk) -> Mapping[str, int]:
        """Case -> how many people name its house, where they are more than ten. Raises NotFound, StorageFailed."""
        people: defaultdict[str, set[str]] = defaultdict(set)
        named: dict[str, str] = {}
        for standing in cases:
            if not _has_house(standing.kind):
                continue
            house, person = self._look(standing, desk)
            if house:
                people[house].add(person)
                named[standing.filed.case] = house
        return {case: len(people[house]) for case, house in named.items() if len(people[house]) > MOST}

    def _look(self, standing: CaseStanding, desk: CaseDesk) -> tuple[str, str]:
        case = standing.filed.case
        if case not in self._known:
            content = desk.content(standing.filed.content)
            values = [content.fields.get(name) for name, asked in asked_of(standing.kind.form).items() if asked.house]
            words = ["".join(str(value).casefold().split()) for value in values if value not in {None, ""}]
            house = _digest(desk, "\n".join([standing.filed.election, *words])) if len(words) == len(values) else ""
            person = content.person.get("pin") or standing.filed.applicant or case
            self._known[case] = (house, _digest(desk, person))
        return self._known[case]


def _has_house(kind: CaseKind) -> bool:
    return any(asked.house for asked in asked_of(kind.form).values())


def _digest(desk: CaseDesk, text: str) -> str:
    return hashlib.blake2b(text.encode(), key=desk.person_key[:64], digest_size=16).hexdigest()
