"""What granted applications do to the voter list: one wish for each case in force, in the order in which they came.

The list is a function of the extracts, of the address register and of these wishes; a case that is no longer in force
leaves nothing behind. A person is known to a case by the PIN (the sign-in's, or the passport's).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from shailoo.model.case import CaseContent
from shailoo.model.case_kind import ListEffect
from shailoo.rules.case_standing import CaseStanding

CORRECTED = ("surname", "name", "patronymic", "birth")
"""What an application may correct about a person whom the register names; everything else is the register's."""
ADDED = ("surname", "name", "patronymic", "birth", "settlement", "street", "house", "flat")


@dataclass(frozen=True, slots=True)
class Wish:
    """What one case in force wants of the list."""

    number: int
    """Of the case."""
    pin: str = field(repr=False)
    station: str | None = None
    data: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Column -> value, for a person on the list."""
    added: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The whole person, to be put on the list while no extract has the PIN; empty: only people on the list."""


def in_force_since(standing: CaseStanding) -> int | None:
    """Index of the act by which a case came into force, or None if it is not in force now."""
    rule = standing.kind.on_list
    if rule is None or standing.status.name not in rule.in_force:
        return None
    moving = [at for at, act in enumerate(standing.acts) if _moves(standing, act.act)]
    return moving[-1] if moving else None


def wish_of(standing: CaseStanding, content: CaseContent, deciding: CaseContent | None) -> Wish | None:
    """What a case wants of the list now; None when it is not in force or nobody's PIN is known.

    `content` is what was filed, `deciding` what is private of the act that brought it into force, if anything is.
    """
    rule = standing.kind.on_list
    pin = content.person.get("pin", "")
    if rule is None or in_force_since(standing) is None or not pin:
        return None
    number, station = standing.number, standing.filed.station
    match rule.effect:
        case ListEffect.STATION:
            return Wish(number, pin, station)
        case ListEffect.NAMED_STATION:
            return Wish(number, pin, str(content.fields.get(rule.field) or "") or None)
        case ListEffect.ADD:
            return Wish(number, pin, station, added=_person(content, pin))
        case ListEffect.DATA:
            given = {} if deciding is None else {name: str(value) for name, value in deciding.fields.items() if value}
            data = {name: given[name] for name in CORRECTED if name in given}
            return Wish(number, pin, given.get("station"), data)
        case ListEffect.DISABILITY:
            return Wish(number, pin, data={"disability": "yes"})


def together(wishes: Iterable[tuple[int, Wish]]) -> tuple[Wish, ...]:
    """Wishes in the order of the moments (Unix time) at which they came into force: the later of two counts."""
    return tuple(wish for _, wish in sorted(wishes, key=lambda pair: (pair[0], pair[1].number)))


def birth_of(pin: str) -> date | None:
    """The day that a PIN tells (DDMMYYYY after its first digit); None where it tells none."""
    try:
        return date(int(pin[5:9]), int(pin[3:5]), int(pin[1:3]))
    except ValueError:
        return None


def sex_of(pin: str) -> str:
    """`f` or `m`, by the first digit of a PIN: 1 is given to women, 2 to men."""
    return "f" if pin.startswith("1") else "m"


def _person(content: CaseContent, pin: str) -> Mapping[str, str]:
    """Who is to be put on the list; empty where a name or a day of birth is not known."""
    found = {name: str(content.person.get(name) or content.fields.get(name) or "") for name in ADDED}
    if not found["birth"]:
        born = birth_of(pin)
        found["birth"] = "" if born is None else born.isoformat()
    return found if found["surname"] and found["name"] and found["birth"] else {}


def _moves(standing: CaseStanding, act: str) -> bool:
    if act == "confirm":
        return True
    rule = standing.kind.act(act)
    return rule is not None and rule.after is not None and not rule.four_eyes
