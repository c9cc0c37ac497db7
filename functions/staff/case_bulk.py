"""One act on several cases at once: each case is asked for itself, and one that is refused stops no other."""

from __future__ import annotations

from collections.abc import Mapping

from functions.staff.case_room import CaseRoom
from functions.web import Caller
from shailoo.errors import Conflict, NotFound, Refused
from shailoo.usecases.act_on_case import Doing, act_as_official
from shailoo.usecases.case_queue import PER_PAGE
from shailoo.usecases.case_refusals import ActNotYours

_DIGITS = 12


def act_in_bulk(room: CaseRoom, caller: Caller, form: Mapping[str, str]) -> tuple[int, list[tuple[int, str]]]:
    """Act on every case that a form has ticked; returns how many were done, and number and code of those refused.

    A ticked case is `case-<number>`, its value how many acts it had on the page. Raises StorageFailed; what was done
    until then stays done, and doing it again changes nothing.
    """
    done, refused = 0, []
    for number, seen in _ticked(form):
        try:
            _one(room, caller, number, Doing(form.get("do-act", ""), seen, reason=form.get("do-reason", "")))
            done += 1
        except (Refused, Conflict, NotFound) as error:
            refused.append((number, error.code))
    return done, refused


def _one(room: CaseRoom, caller: Caller, number: int, doing: Doing) -> None:
    standing = room.case(str(number), caller)
    rule = standing.kind.act(doing.act)
    if rule is None or not rule.bulk:
        raise ActNotYours("This act is done one by one.", act=doing.act[:40])
    who = (caller.person or "", caller.appointments)
    act_as_official(standing.filed.case, doing, room.desk, now=room.staff.clock.now(), who=who)


def _ticked(form: Mapping[str, str]) -> list[tuple[int, int]]:
    found = []
    for name, seen in form.items():
        number = name.removeprefix("case-")
        digits = all(one.isascii() and one.isdecimal() and len(one) <= _DIGITS for one in (number, seen))
        if number != name and digits:
            found.append((int(number), int(seen)))
    return found[:PER_PAGE]
