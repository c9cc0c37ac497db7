"""How a kind of case is declared. From a declaration come form, routes, desk, clock, status page and public register.

A kind is data: a form (pydantic), documents, statuses, acts, clocks, what the public sees, what the applicant is told.
Sentences are English keys of the catalogue `shailoo` (`msgid`). `check_kind` refuses what could not work: a
status that nobody reaches, one that nobody leaves, an act from nowhere, a clock that nothing stops.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER, ActName, KindName, StatusName
from shailoo.model.refs import Role

Portal = Literal["tizme", "talapker", "results"]
Level = Literal["precinct", "territorial", "district", "central"]
"""Which commission of those above a case's station; with no station, only `central`."""
Widget = Literal["line", "lines", "choice", "yes", "day", "phone", "mail", "place", "number", "hidden"]


class CaseForm(BaseModel):
    """Base of every kind's form: what is typed or sent. Immutable, without unknown fields; blanks around are cut."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Shown(StrEnum):
    """What becomes of a field in public. The default is the least."""

    NEVER = "never"
    """Stays in the private store."""
    ALWAYS = "always"
    """Is told as it stands: a category, a station. Never free text of an applicant."""
    REDACTED = "redacted"
    """Is told after an official has marked what must not be seen, by an act of its own."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a field is asked for: `Annotated[str, Asked(label=…)]` in a form."""

    label: str
    hint: str = ""
    fault: str = ""
    """What to say when the value cannot be used: what is expected. Empty: a general sentence by the kind of fault."""
    step: int = 1
    """On which page of the form, from 1."""
    widget: Widget = "line"
    choices: Mapping[str, str] = field(default_factory=dict)
    """Value -> sentence, for `choice`."""
    autocomplete: str = "off"
    """Token of the HTML standard (WCAG 1.3.5): `name`, `email`, `tel`, `street-address`."""
    shown: Shown = Shown.NEVER
    source: str = ""
    """Why it may be told: article, or the choice of ours."""
    by_device: bool = False
    """Nobody types it: an identification device has told it (`shailoo.usecases.identify`). Only in forms of acts."""
    house: bool = False
    """Part of the address of the house: who names the same values in these fields names the same house."""


def _no_control(text: str) -> str:
    if any(sign < " " and sign not in "\n\t" for sign in text) or "\x7f" in text or "\u202e" in text:
        message = "a text holds signs that cannot be typed"
        raise ValueError(message)
    return text


Line = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_no_control)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=8_000), AfterValidator(_no_control)]


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A kind of document that goes with a case."""

    kind: str
    label: str
    most: int = 5
    largest: int = 20 * 1024 * 1024
    media: tuple[str, ...] = ("application/pdf", "image/jpeg", "image/png")
    needed: bool = False
    public: bool = False
    """True where a copy re-made from pixels may be published, after a second official's approval."""


class Phase(StrEnum):
    """Every status is in exactly one of these, so that counts sum whatever the kind."""

    OPEN = "open"
    """A commission owes the next step."""
    WAITING = "waiting"
    """The applicant, or somebody outside, owes the next step; clocks may pause."""
    CLOSED = "closed"
    """Nobody owes a step."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a case can stand."""

    name: StatusName
    label: str
    phase: Phase
    owner: Level | None = None
    """Whose queue it is in; None: that of the commission to which the case is addressed or was transferred."""


@dataclass(frozen=True, slots=True)
class ActRule:
    """An act that leads from some statuses to one."""

    name: ActName
    label: str
    before: frozenset[StatusName]
    after: StatusName | None
    """None: the case stays where it is (a note, a hearing announced)."""
    levels: tuple[Level, ...] = ()
    """Members of which of the commissions above the case's station may do it."""
    body: bool = False
    """Members of the commission that the case is addressed or transferred to may do it."""
    applicant: bool = False
    """The applicant may do it, with the code or signed in."""
    form: type[CaseForm] | None = None
    """Facts of the act; fields shown ALWAYS are told, others stay private."""
    documents: tuple[DocumentRule, ...] = ()
    reason: bool = False
    """Why must be said."""
    four_eyes: bool = False
    """A second official of a commission that may do the act confirms it."""
    bulk: bool = False
    told: bool = False
    """The act, its reason and its ALWAYS fields are part of the public history."""
    notice: str = ""
    """What the applicant is told, without personal data. Empty: nothing is sent."""
    article: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the calendar, or working days; ends at the closing hour of the last one."""

    days: int
    working: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours from the moment itself."""

    hours: int


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Before anything else: due the moment it starts."""


Length = Days | Hours | AtOnce


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A legal clock."""

    name: str
    label: str
    length: Length
    article: str
    starts: frozenset[ActName] = frozenset()
    """Acts that start it; empty: the filing does."""
    stops: frozenset[StatusName] = frozenset()
    """Statuses in which it has been met."""
    pauses: frozenset[StatusName] = frozenset()
    """Statuses in which it stands still."""
    on_election_day: Length | None = None
    """Where it starts on election day or the day after."""
    never_after: str | None = None
    """A day of the election's calendar after whose closing hour it is too late in any case: `lists-close`."""
    closes_at: str = "18:00"
    """Local closing hour of a day."""


class ListEffect(StrEnum):
    """What a case in force does to the voter list."""

    STATION = "station"
    """The person votes at the station of the case."""
    NAMED_STATION = "named-station"
    """The person votes at the station that `ListRule.field` of the form names."""
    ADD = "add"
    """As STATION; and whom no extract names is put on the list until one does."""
    DATA = "data"
    """What the deciding act's form corrects (`surname`, `name`, `patronymic`, `birth`, `station`)."""
    DISABILITY = "disability"
    """The person is registered as a voter with a disability."""


@dataclass(frozen=True, slots=True)
class ListRule:
    """How cases of a kind reach the voter list."""

    effect: ListEffect
    in_force: frozenset[StatusName]
    """Statuses in which it holds; once a case leaves them, it no longer does."""
    field: str = ""


@dataclass(frozen=True, slots=True)
class CaseKind:
    """A kind of case."""

    name: KindName
    version: int
    title: str
    purpose: str
    """One sentence for whoever thinks about filing."""
    article: str
    portal: Portal
    form: type[CaseForm]
    first: StatusName
    statuses: tuple[Status, ...]
    acts: tuple[ActRule, ...]
    clocks: tuple[ClockRule, ...]
    filed_to: Level
    """Which commission above the station it is addressed to."""
    needs_station: bool = True
    signed_in: bool = True
    """Whether filing online wants a sign-in."""
    documents: tuple[DocumentRule, ...] = ()
    register: bool = False
    """True: every case has a page in the public register. False: the public sees counts only."""
    filed_notice: str = ""
    transfer: tuple[Level, ...] = ()
    """Members of which commissions may transfer it; empty: it is not transferred."""
    on_list: ListRule | None = None
    """What becomes of the voter list."""
    opened_by_calendar: bool = True
    """On only from the first to the last day that the election's calendar gives for it."""

    def status(self, name: StatusName) -> Status:
        """The status of a name. Raises KeyError for one that the kind does not have."""
        return {one.name: one for one in self.statuses}[name]

    def act(self, name: ActName) -> ActRule | None:
        """The act of a name, or None."""
        return next((one for one in self.acts if one.name == name), None)

    def labels(self) -> Mapping[StatusName, str]:
        """Status -> label, in the order of the declaration."""
        return {one.name: one.label for one in self.statuses}


BUILT_IN: frozenset[ActName] = frozenset({CONFIRM, DECLINE, CORRECT, TRANSFER})


def asked_of(form: type[CaseForm]) -> Mapping[str, Asked]:
    """Field -> how it is asked for, in the order of the form. Raises TypeError for a field that does not say."""
    found: dict[str, Asked] = {}
    for name, info in form.model_fields.items():
        asked = next((one for one in info.metadata if isinstance(one, Asked)), None)
        if asked is None:
            message = f"{form.__name__}.{name} does not say how it is asked for"
            raise TypeError(message)
        found[name] = asked
    return found


def device_field(form: type[CaseForm] | None) -> str | None:
    """The field of an act's form that only an identification device fills in, or None."""
    if form is None:
        return None
    return next((name for name, asked in asked_of(form).items() if asked.by_device), None)


def told_of(form: CaseForm) -> dict[str, str | int]:
    """The fields of a form that are told as they stand, with their values; nothing where there is none."""
    values = form.model_dump(mode="json")
    return {
        name: value
        for name, asked in asked_of(type(form)).items()
        if asked.shown is Shown.ALWAYS and isinstance(value := values[name], str | int) and value != ""
    }


ROLE_OF_LEVEL: Mapping[Level, Role] = {
    "precinct": "precinct",
    "territorial": "territorial",
    "district": "district",
    "central": "central",
}
