"""How a case stands: a fold over what was filed and every act since, one status at a time.

Nothing here looks at a clock or a store. `take` accepts what the use cases have recorded; a record that could not have
been made is BadRecord's matter, told as `ActDoesNotFit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shailoo.errors import Refused
from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER, CaseAct, CaseFiled
from shailoo.model.case_kind import CaseKind, Phase, Status
from shailoo.rules.case_clock import ClockRun


class ActDoesNotFit(Refused):
    """The case stands where this act does not lead from, or waits for a second official."""

    code = "act-does-not-fit"


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """A case as it stands after the acts in `acts`."""

    kind: CaseKind
    filed: CaseFiled
    number: int
    """Of its filing in the feed: what people call the case by."""
    status: Status
    body: str
    """The commission that it is addressed or was transferred to."""
    transferred: bool
    pending: CaseAct | None
    """A proposed act that waits for a second official."""
    clocks: Mapping[str, ClockRun]
    changed: datetime
    acts: tuple[CaseAct, ...] = field(default=(), repr=False)

    @property
    def closed(self) -> bool:
        """Whether nobody owes a step."""
        return self.status.phase is Phase.CLOSED

    @property
    def next(self) -> int:
        """The number of the next act."""
        return len(self.acts) + 1


def opened(kind: CaseKind, filed: CaseFiled, number: int) -> CaseStanding:
    """How a case stands when it was filed."""
    status = kind.status(kind.first)
    clocks = {rule.name: ClockRun(rule.name, filed.filed) for rule in kind.clocks if not rule.starts}
    standing = CaseStanding(
        kind=kind,
        filed=filed,
        number=number,
        status=status,
        body=filed.commission,
        transferred=False,
        pending=None,
        clocks=clocks,
        changed=filed.filed,
    )
    return replace(standing, clocks=_at(standing, status, filed.filed, clocks))


def standing_of(kind: CaseKind, filed: CaseFiled, number: int, acts: Iterable[CaseAct]) -> CaseStanding:
    """How a case stands after acts in order of their numbers. Raises ActDoesNotFit."""
    standing = opened(kind, filed, number)
    for act in acts:
        standing = take(standing, act)
    return standing


def take(standing: CaseStanding, act: CaseAct) -> CaseStanding:
    """The case after one more act. Raises ActDoesNotFit."""
    check_fits(standing, act)
    after = replace(standing, acts=(*standing.acts, act), changed=act.entered)
    match act.act:
        case "confirm":
            assert standing.pending is not None  # noqa: S101 -- check_fits has seen to it
            return _moved(replace(after, pending=None), standing.pending, act.entered)
        case "decline":
            return replace(after, pending=None)
        case "correct":
            return after
        case "transfer":
            return replace(after, body=act.commission or standing.body, transferred=True)
        case _:
            return replace(after, pending=act) if act.proposed else _moved(after, act, act.entered)


def check_fits(standing: CaseStanding, act: CaseAct) -> None:
    """Whether an act can be the next one of a case. Raises ActDoesNotFit. Who may do it is another question."""
    if act.case != standing.filed.case or act.n != standing.next:
        raise ActDoesNotFit("Acts are numbered without gaps.", number=standing.number, act=act.act, n=act.n)
    rule = standing.kind.act(act.act)
    fits = True
    match act.act:
        case "confirm" | "decline":
            fits = standing.pending is not None and act.of == standing.pending.n
        case "correct":
            fits = act.of is not None and act.of < act.n and can_be_corrected(standing, act.of)
        case "transfer":
            fits = bool(standing.kind.transfer) and act.commission is not None and not standing.closed
            fits = fits and standing.pending is None
        case _:
            fits = rule is not None and standing.status.name in rule.before and standing.pending is None
            fits = fits and act.proposed == (rule is not None and rule.four_eyes)
    if not fits:
        raise ActDoesNotFit(
            "The case does not stand where this act leads from. Look at it again.",
            number=standing.number,
            act=act.act,
            status=standing.status.name,
        )


def open_acts(standing: CaseStanding) -> tuple[str, ...]:
    """Names of the acts that lead from where the case stands, whoever may do them; built-in ones last."""
    if standing.pending is not None:
        return (CONFIRM, DECLINE)
    found = [one.name for one in standing.kind.acts if standing.status.name in one.before]
    if standing.kind.transfer and not standing.closed:
        found.append(TRANSFER)
    if any(can_be_corrected(standing, act.n) for act in standing.acts):
        found.append(CORRECT)
    return tuple(found)


def can_be_corrected(standing: CaseStanding, n: int) -> bool:
    """Whether words of an act may be corrected: a commission's own, and none while a second official is awaited.

    Else who proposed an act could change it between the reading and the confirming.
    """
    about = standing.acts[n - 1]
    return standing.pending is None and about.by is not None and about.act not in {CORRECT, CONFIRM, DECLINE}


def corrections(standing: CaseStanding) -> Mapping[int, CaseAct]:
    """Number of an act -> the last act that corrects it."""
    return {act.of: act for act in standing.acts if act.act == CORRECT and act.of is not None}


def _moved(standing: CaseStanding, act: CaseAct, at: datetime) -> CaseStanding:
    rule = standing.kind.act(act.act)
    assert rule is not None  # noqa: S101 -- check_fits has seen to it
    clocks = dict(standing.clocks)
    for clock in standing.kind.clocks:
        if act.act in clock.starts:
            clocks[clock.name] = ClockRun(clock.name, at)
    status = standing.status if rule.after is None else standing.kind.status(rule.after)
    moved = replace(standing, status=status)
    return replace(moved, clocks=_at(moved, status, at, clocks))


def _at(standing: CaseStanding, status: Status, at: datetime, clocks: Mapping[str, ClockRun]) -> dict[str, ClockRun]:
    """Every clock as the status has it: met, standing still, or going on."""
    found = dict(clocks)
    for rule in standing.kind.clocks:
        run = found.get(rule.name)
        if run is None:
            continue
        if status.name in rule.stops:
            found[rule.name] = run.meet(at)
        elif status.name in rule.pauses:
            found[rule.name] = run.pause(at)
        else:
            found[rule.name] = run.go_on(at)
    return found


__all__ = [
    "CONFIRM",
    "CORRECT",
    "DECLINE",
    "TRANSFER",
    "ActDoesNotFit",
    "CaseStanding",
    "can_be_corrected",
    "check_fits",
    "corrections",
    "open_acts",
    "opened",
    "standing_of",
    "take",
]
