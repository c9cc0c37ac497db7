"""Act upon a case: each act is one record with the next number, so of two at the same moment one wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shailoo.errors import Conflict
from shailoo.model.case import (
    CONFIRM,
    CORRECT,
    DECLINE,
    MOST_ACTS,
    TRANSFER,
    Attachment,
    CaseAct,
    CaseContent,
    Official,
    case_key,
)
from shailoo.model.case_kind import ActRule, CaseForm, CaseKind, device_field, told_of
from shailoo.model.election import Election
from shailoo.model.record import Appointment, record_bytes
from shailoo.rules.case_standing import ActDoesNotFit, CaseStanding, take
from shailoo.usecases.case_desk import CaseDesk, acting, find_case, may_see
from shailoo.usecases.case_refusals import (
    ActNotYours,
    AnotherOfficialWanted,
    CaseMovedOn,
    DeviceWanted,
    NoSuchCase,
    ReasonWanted,
)
from shailoo.usecases.file_case import check_documents, read_form

SHORTEST, LONGEST = 3, 1000
"""Letters of a reason (`shailoo.model.refs.Reason`)."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody wants done. `seen` is how many acts the case had when they looked at it."""

    act: str
    seen: int
    fields: Mapping[str, object] = field(default_factory=dict, repr=False)
    reason: str | None = None
    documents: tuple[Attachment, ...] = ()
    of: int | None = None
    commission: str | None = None
    device: str | None = field(default=None, repr=False)
    """What an identification device has told (`shailoo.usecases.identify`); never what somebody typed."""


def act_as_official(
    case: str, doing: Doing, desk: CaseDesk, who: tuple[str, Sequence[Appointment]], *, now: datetime
) -> CaseStanding:
    """Do an act for a commission; returns the case after it, durable. The same act again returns the case as it is.

    Raises NoSuchCase (also for a case that is none of theirs), ActNotYours, ActDoesNotFit, AnotherOfficialWanted,
    ReasonWanted, FormNotFilled, DeviceWanted, DocumentsWanted, CaseMovedOn, StorageFailed.
    """
    standing = find_case(case, desk)
    person, appointments = who
    election = desk.registry.elections[standing.filed.election]
    if doing.act in (CONFIRM, DECLINE, TRANSFER) and _again(doing, standing, person):
        return standing
    if not may_see(appointments, standing, election):
        raise NoSuchCase("No case has this number, or it is not for your commission.")
    rule = rule_of(doing, standing)
    under = acting(appointments, rule, standing, election)
    if under is None:
        raise ActNotYours("Your commission may not do this act on this case.", act=doing.act[:40])
    official = Official(person=person, commission=under.commission, role=under.role)
    proposer = None if standing.pending is None else standing.pending.by
    if doing.act == CONFIRM and proposer is not None and proposer.person == person:
        raise AnotherOfficialWanted("Another official confirms than who proposed it.")
    if doing.act == TRANSFER:
        _check_commission(doing.commission, standing, election)
    return _record(standing, doing, rule, desk, now=now, by=official)


def act_as_applicant(case: str, doing: Doing, desk: CaseDesk, *, now: datetime) -> CaseStanding:
    """Do an act as who filed the case: the caller has shown the code, or signed in as the applicant.

    Raises NoSuchCase, ActNotYours, ActDoesNotFit, FormNotFilled, DocumentsWanted, CaseMovedOn, StorageFailed.
    """
    standing = find_case(case, desk)
    rule = standing.kind.act(doing.act)
    if rule is None or not rule.applicant:
        raise ActNotYours("This is for the commission to do.", act=doing.act[:40])
    return _record(standing, doing, rule, desk, now=now, by=None)


def rule_of(doing: Doing, standing: CaseStanding) -> ActRule:
    """The rule of an act that an official wants; built-in acts have those of the act that they concern."""
    return built_in(standing.kind, standing, doing.act, doing.of) or _declared(standing.kind, doing.act)


def built_in(kind: CaseKind, standing: CaseStanding, act: str, of: int | None) -> ActRule | None:
    """The rule of a built-in act on a case, or None for an act that the kind declares. Raises ActDoesNotFit."""
    if act == TRANSFER:
        names = frozenset(one.name for one in kind.statuses)
        return ActRule(
            name=TRANSFER, label="Transfer", before=names, after=None, levels=kind.transfer, body=True, reason=True
        )
    if act not in (CONFIRM, DECLINE, CORRECT):
        return None
    about = standing.pending if act != CORRECT else None
    if act == CORRECT and of is not None and 1 <= of <= len(standing.acts):
        about = standing.acts[of - 1]
    if about is None or about.by is None:
        raise ActDoesNotFit("There is no such act to confirm, decline or correct.", number=standing.number, act=act)
    concerned = kind.act(about.act) or built_in(kind, standing, about.act, about.of)
    if concerned is None:
        raise ActDoesNotFit("There is no such act to correct.", number=standing.number, act=act)
    return concerned


def _declared(kind: CaseKind, act: str) -> ActRule:
    rule = kind.act(act)
    if rule is None:
        raise ActNotYours("The kind of case has no such act.", act=act[:40])
    return rule


def _check_commission(commission: str | None, standing: CaseStanding, election: Election) -> None:
    known = {one.id for one in election.commissions} | {f"pec-{one}" for one in election.station_by_no}
    if commission not in known or commission == standing.body:
        raise ActDoesNotFit("Name another commission of this election.", number=standing.number, act=TRANSFER)


def _record(
    standing: CaseStanding, doing: Doing, rule: ActRule, desk: CaseDesk, *, now: datetime, by: Official | None
) -> CaseStanding:
    reason = (doing.reason or "").strip()
    asked = (rule.reason and doing.act != CONFIRM) or doing.act in (DECLINE, CORRECT, TRANSFER)
    if asked and not reason:
        raise ReasonWanted("Say why: the reason is part of the act.", act=doing.act)
    if reason and not SHORTEST <= len(reason) <= LONGEST:
        raise ReasonWanted(f"Say why in {SHORTEST} to {LONGEST} letters.", act=doing.act)
    if not 0 <= doing.seen < MOST_ACTS:
        raise CaseMovedOn("A case has fewer acts than that. Look at it again.", acts=len(standing.acts))
    told: dict[str, str | int] = {}
    content = None
    if rule.form is not None and doing.act not in (CONFIRM, DECLINE, TRANSFER):
        form = read_form(rule.form, _with_device(rule.form, doing))
        told = told_of(form)
        private = {name: value for name, value in form.model_dump(mode="json").items() if name not in told}
        if any(value not in ("", None) for value in private.values()):
            content = CaseContent(nonce=desk.draw(32).hex(), fields=private)
    check_documents(rule.documents if doing.act == rule.name else (), doing.documents)
    act = CaseAct(
        case=standing.filed.case,
        n=doing.seen + 1,
        act=doing.act,
        of=_about(doing, standing),
        proposed=rule.four_eyes and doing.act == rule.name,
        by=by,
        entered=now,
        commission=doing.commission if doing.act == TRANSFER else None,
        reason=reason or None,
        told=told,
        content=None if content is None else content.digest(),
        documents=doing.documents,
    )
    if doing.seen != len(standing.acts):
        if _done(standing, act, content, desk):
            return standing
        raise CaseMovedOn("Somebody acted on this case meanwhile. Look at it again.", acts=len(standing.acts))
    after = take(standing, act)
    if content is not None:
        desk.private.put(content.canonical())
    try:
        desk.store.append(case_key(act), record_bytes(act))
    except Conflict as error:
        raise CaseMovedOn("Somebody acted on this case meanwhile. Look at it again.", acts=act.n) from error
    return after


def _with_device(form: type[CaseForm], doing: Doing) -> Mapping[str, object]:
    """The fields of an act, that of a device by the device alone. Raises DeviceWanted."""
    name = device_field(form)
    if name is None:
        return doing.fields
    if doing.device is None:
        raise DeviceWanted("The identification device confirms this; a number that was typed is not enough.")
    return {**doing.fields, name: doing.device}


def _about(doing: Doing, standing: CaseStanding) -> int | None:
    """Which act an act concerns: built-in ones alone concern another."""
    if doing.act in (CONFIRM, DECLINE):
        return None if standing.pending is None else standing.pending.n
    return doing.of if doing.act == CORRECT else None


def _again(doing: Doing, standing: CaseStanding, person: str) -> bool:
    """Whether somebody repeats what they have done already, and what could not be done a second time.

    Nothing waits for a second official now, or the case is another commission's.
    """
    there = standing.acts[doing.seen] if 0 <= doing.seen < len(standing.acts) else None
    if there is None or there.by is None:
        return False
    said = (doing.reason or "").strip() or None
    to = doing.commission if doing.act == TRANSFER else None
    return (there.act, there.by.person, there.reason, there.commission) == (doing.act, person, said, to)


def _done(standing: CaseStanding, act: CaseAct, content: CaseContent | None, desk: CaseDesk) -> bool:
    """Whether this very act stands there already: a link broke after it was recorded.

    What is private of it counts too: who answers twice in two windows must not lose the second answer unnoticed.
    """
    if act.n > len(standing.acts):
        return False
    there = standing.acts[act.n - 1]
    same = ("act", "by", "reason", "told", "documents", "commission")
    if any(getattr(there, name) != getattr(act, name) for name in same):
        return False
    if there.of != act.of:
        return False
    if there.content is None or content is None:
        return there.content is None and content is None
    return desk.content(there.content).fields == content.fields
