"""File a case: first what stays private, then the one record, then the receipt."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from shailoo.errors import Conflict
from shailoo.model.case import Attachment, CaseContent, CaseFiled, Channel, Official, case_key
from shailoo.model.case_kind import CaseForm, CaseKind, DocumentRule, asked_of, told_of
from shailoo.model.election import Election, Station
from shailoo.model.record import Appointment, record_bytes
from shailoo.records.case_code import case_of, nonce_of
from shailoo.records.case_receipt import CaseReceipt
from shailoo.rules.case_clock import ClockRun, due_of
from shailoo.rules.case_standing import CaseStanding, opened
from shailoo.usecases.case_desk import CaseDesk, commission_above, find_case
from shailoo.usecases.case_refusals import (
    CaseExists,
    DocumentsWanted,
    FormNotFilled,
    KindClosed,
    NoSuchCase,
    SignInWanted,
)
from shailoo.usecases.intake_refusals import NoSuchElection
from shailoo.usecases.registry import oversees
from shailoo.usecases.staff_refusals import NoSuchStation, NotYours

ReachName = Literal["mail", "phone", "language"]


@dataclass(frozen=True, slots=True)
class Filing:
    """What is handed in."""

    kind: str
    election: str
    station: str | None
    fields: Mapping[str, object] = field(repr=False)
    """As typed or sent; checked here against the kind's form."""
    code: str = field(repr=False)
    documents: tuple[Attachment, ...] = ()
    """Their originals lie in the private store already."""
    channel: Channel = "online"
    applicant: str | None = None
    person: Mapping[str, str] = field(default_factory=dict, repr=False)
    reach: Mapping[ReachName, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Filed:
    """What the applicant gets."""

    standing: CaseStanding
    receipt: CaseReceipt
    note: bytes
    """The signed receipt."""


def file_case(
    filing: Filing, desk: CaseDesk, *, now: datetime, by: tuple[str, Sequence[Appointment]] | None = None
) -> Filed:
    """File a case and return its receipt; durable on return. The same filing again returns the same receipt.

    `by` is the official who types what came on paper or by telephone, with the appointments held now. Raises
    NoSuchKind, NoSuchElection, NoSuchStation, KindClosed, SignInWanted, FormNotFilled, DocumentsWanted, CaseExists,
    NotYours, StorageFailed.
    """
    kind = desk.kind(filing.kind)
    election, station = place_of_case(kind, filing.election, filing.station, desk)
    content = CaseContent(
        nonce=nonce_of(filing.code),
        fields=read_form(kind.form, filing.fields).model_dump(mode="json"),
        person=filing.person,
        reach=filing.reach,
    )
    try:
        before = find_case(case_of(filing.code), desk)
    except NoSuchCase:
        before = None
    if before is None:
        check_places(kind.form, filing.fields, desk)
        official = check_may_file(filing, kind, election, station, desk, now=now, by=by)
        check_documents(kind.documents, filing.documents)
        commission = commission_above(kind.filed_to, election, station)
        if commission is None:
            raise NoSuchStation("No commission of this level stands above this place.", station=filing.station)
        due, article = _promise(kind, election, station, desk, now=now)
        record = CaseFiled(
            case=case_of(filing.code),
            kind=kind.name,
            version=kind.version,
            election=election.id,
            station=None if station is None else station.no,
            commission=commission,
            filed=now,
            channel=filing.channel,
            applicant=filing.applicant,
            entered_by=official,
            content=content.digest(),
            documents=filing.documents,
            told=told_of(read_form(kind.form, filing.fields)),
            due=due,
            article=article,
        )
        # The private part first: a stop after it leaves bytes that nothing names, and the next attempt finds them.
        desk.private.put(content.canonical())
        try:
            entry = desk.store.append(case_key(record), record_bytes(record))
        except Conflict:
            before = find_case(record.case, desk)
        else:
            return receipt_for(opened(kind, record, entry.seq), desk)
    there = before.filed
    place = (there.election, there.station, there.kind)
    same = place == (election.id, None if station is None else station.no, kind.name)
    if not same or (there.content, there.documents) != (content.digest(), filing.documents):
        raise CaseExists("Something else was filed with this code. Begin a new one.")
    return receipt_for(before, desk)


def receipt_for(standing: CaseStanding, desk: CaseDesk) -> Filed:
    """The receipt of a case as it was filed, whatever has happened to it since."""
    receipt = CaseReceipt.of(standing.filed, standing.number)
    return Filed(standing, receipt, desk.signer.sign(receipt.text()))


def _promise(
    kind: CaseKind, election: Election, station: Station | None, desk: CaseDesk, *, now: datetime
) -> tuple[datetime | None, str]:
    """By when something is owed after a filing now, and by which article: the earliest clock that it starts."""
    zone = election.zone if station is None else station.zone
    calendar = desk.calendar(election.id)
    found = [
        (due_of(one, ClockRun(one.name, now), zone=zone, calendar=calendar, election_day=election.day, now=now), one)
        for one in kind.clocks
        if not one.starts
    ]
    if not found:
        return None, kind.article
    due, rule = min(found, key=lambda pair: (pair[0], pair[1].name))
    return due, rule.article


def place_of_case(
    kind: CaseKind, election: str, station: str | None, desk: CaseDesk
) -> tuple[Election, Station | None]:
    """Election and station of a filing. Raises NoSuchElection, NoSuchStation."""
    known = desk.registry.elections.get(election)
    if known is None:
        raise NoSuchElection("There is no such election in this installation.")
    if station is None and not kind.needs_station:
        return known, None
    place = known.station_by_no.get(station or "")
    if place is None:
        raise NoSuchStation("This election has no such station.", station=(station or "")[:10])
    return known, place


def read_form(form: type[CaseForm], fields: Mapping[str, object]) -> CaseForm:
    """A filled form. Raises FormNotFilled with a sentence for each field that cannot be used.

    Empty texts are the same as nothing, as browsers send both.
    """
    given = {name: value for name, value in fields.items() if value not in ("", None)}
    try:
        return form.model_validate(given)
    except ValidationError as error:
        asked = asked_of(form)
        faults: dict[str, str] = {}
        for one in error.errors():
            name = str(one["loc"][0]) if one["loc"] else "form"
            told = asked[name].fault if name in asked else ""
            faults.setdefault(name, told or _GENERAL.get(one["type"], "This cannot be used. Mend it."))
        first = next(iter(faults))
        raise FormNotFilled(
            "A field of the form cannot be used.", faults, field=first[:40], count=len(faults)
        ) from None


def check_places(form: type[CaseForm], fields: Mapping[str, object], desk: CaseDesk) -> None:
    """Whether every place is one of the address register, where there is one. Raises FormNotFilled."""
    names = [name for name, asked in asked_of(form).items() if asked.widget == "place" and fields.get(name)]
    places = desk.places if names else None
    if places is None:
        return
    faults = {name: NO_SUCH_PLACE for name in names if places.label(str(fields[name]), "ky") is None}
    if faults:
        raise FormNotFilled("A place is not in the address register.", faults, count=len(faults))


NO_SUCH_PLACE = "Choose it from the list, or write its name in full."
_GENERAL = {
    "missing": "This must be filled in.",
    "extra_forbidden": "The form has no such field.",
    "string_too_long": "This is too long.",
    "string_too_short": "This must be filled in.",
}


def check_may_file(
    filing: Filing,
    kind: CaseKind,
    election: Election,
    station: Station | None,
    desk: CaseDesk,
    *,
    now: datetime,
    by: tuple[str, Sequence[Appointment]] | None,
) -> Official | None:
    """Whether this may be filed now, this way; returns the official who enters it. Raises as `file_case`."""
    check_open(kind, election, desk, now=now)
    if by is None:
        if filing.channel != "online" or (kind.signed_in and filing.applicant is None):
            raise SignInWanted("Sign in to file this online, or go to the commission.", kind=kind.name)
        return None
    person, appointments = by
    for one in appointments:
        here = one.role == "central" if station is None else oversees(one, election, station)
        if here and one.role != "auditor":
            return Official(person=person, commission=one.commission, role=one.role)
    raise NotYours("Your commission does not enter cases of this station.", station=filing.station)


def check_open(kind: CaseKind, election: Election, desk: CaseDesk, *, now: datetime) -> None:
    """Whether a kind is filed today. Raises KindClosed."""
    if not kind.opened_by_calendar:
        return
    window = desk.calendar(election.id).windows.get(kind.name)
    today = now.astimezone(ZoneInfo(election.zone)).date()
    if window is None:
        raise KindClosed("This is not filed at this election.", kind=kind.name)
    if not window.first <= today <= window.last:
        raise KindClosed(
            "This is filed on other days.",
            kind=kind.name,
            first=window.first.isoformat(),
            last=window.last.isoformat(),
        )


def check_documents(rules: Collection[DocumentRule], documents: Sequence[Attachment]) -> None:
    """Whether documents are of kinds that are taken, no more than may be, none missing. Raises DocumentsWanted."""
    known = {rule.kind: rule for rule in rules}
    for one in documents:
        rule = known.get(one.kind)
        if rule is None or one.media not in rule.media or one.bytes > rule.largest:
            raise DocumentsWanted("A document is of a kind or size that is not taken here.", kind=one.kind)
    for rule in rules:
        count = sum(one.kind == rule.kind for one in documents)
        if count > rule.most or (rule.needed and count == 0):
            raise DocumentsWanted("A document is missing, or there are too many of a kind.", kind=rule.kind)
