"""Whether a declared kind of case can work: every status is reached and can be left, clocks stop, words are there."""

from __future__ import annotations

from collections.abc import Iterator

from shailoo.errors import Refused
from shailoo.model.case_kind import BUILT_IN, ActRule, CaseKind, Phase, Shown, asked_of, device_field


class BadKind(Refused):
    """A declared kind of case could not work. The program refuses to start."""

    code = "bad-kind"


def check_kind(kind: CaseKind) -> CaseKind:
    """Return the kind, or raise BadKind with the first fault."""
    for fault in faults_of(kind):
        raise BadKind(f"The kind {kind.name} cannot work: {fault}", kind=kind.name)
    return kind


def faults_of(kind: CaseKind) -> Iterator[str]:
    """Everything that is wrong with a declaration, as sentences."""
    names = [one.name for one in kind.statuses]
    if len(set(names)) != len(names):
        yield "a status is declared twice."
    if kind.first not in names:
        yield f"the first status {kind.first} is not declared."
    acts = [one.name for one in kind.acts]
    if len(set(acts)) != len(acts) or BUILT_IN & set(acts):
        yield "an act is declared twice, or has the name of one that every kind has."
    for act in kind.acts:
        yield from _act_faults(kind, act, set(names))
    yield from _ways(kind)
    for status in kind.statuses if kind.transfer else ():
        if status.phase is Phase.OPEN and not any(act.body and status.name in act.before for act in kind.acts):
            yield f"a commission to which a case is transferred in the status {status.name} could do nothing with it."
    yield from _clock_faults(kind, set(names), set(acts))
    for name, asked in asked_of(kind.form).items():
        if asked.by_device:
            yield f"the field {name} is filled in by a device, and a form that is filed has none."
        if asked.shown is not Shown.NEVER and not asked.source:
            yield f"the field {name} is told, and nothing says by which rule."


def _clock_faults(kind: CaseKind, names: set[str], acts: set[str]) -> Iterator[str]:
    for clock in kind.clocks:
        unknown = (clock.stops | clock.pauses) - names
        if unknown or clock.starts - acts:
            yield f"the clock {clock.name} names a status or act that is not declared."
        if not clock.article:
            yield f"the clock {clock.name} names no article."
        open_for_ever = {one.name for one in kind.statuses if one.phase is Phase.CLOSED} - clock.stops
        if open_for_ever:
            yield f"the clock {clock.name} goes on in closed statuses: {', '.join(sorted(open_for_ever))}."


def _act_faults(kind: CaseKind, act: ActRule, names: set[str]) -> Iterator[str]:
    if not act.before or act.before - names or (act.after is not None and act.after not in names):
        yield f"the act {act.name} leads from or to a status that is not declared."
    if not (act.levels or act.body or act.applicant):
        yield f"nobody may do the act {act.name}."
    if act.applicant and act.four_eyes:
        yield f"the act {act.name} is an applicant's, who has no second official."
    if act.four_eyes and act.after is None:
        yield f"the act {act.name} changes nothing that a second official could confirm."
    if not kind.needs_station and set(act.levels) - {"central"}:
        yield f"the act {act.name} is for a commission above a station, and the kind may have none."
    if act.form is not None and sum(asked.by_device for asked in asked_of(act.form).values()) > 1:
        yield f"the act {act.name} has two fields that a device fills in."
    if act.applicant and device_field(act.form) is not None:
        yield f"the act {act.name} wants a device at the commission, and is an applicant's."


def _ways(kind: CaseKind) -> Iterator[str]:
    leads: dict[str, set[str]] = {one.name: set() for one in kind.statuses}
    for act in kind.acts:
        for before in act.before & leads.keys():
            if act.after is not None and act.after in leads:
                leads[before].add(act.after)
    reached, todo = {kind.first}, [kind.first]
    while todo:
        for after in leads.get(todo.pop(), set()) - reached:
            reached.add(after)
            todo.append(after)
    for status in kind.statuses:
        if status.name not in reached:
            yield f"nothing leads to the status {status.name}."
        if status.phase is not Phase.CLOSED and not _ends(status.name, leads, kind):
            yield f"nothing leads from the status {status.name} to an end."


def _ends(start: str, leads: dict[str, set[str]], kind: CaseKind) -> bool:
    seen, todo = {start}, [start]
    closed = {one.name for one in kind.statuses if one.phase is Phase.CLOSED}
    while todo:
        here = todo.pop()
        if here in closed:
            return True
        for after in leads[here] - seen:
            seen.add(after)
            todo.append(after)
    return False
