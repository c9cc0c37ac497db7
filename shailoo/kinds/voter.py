"""What a voter may apply for: to be put on the list, to have it corrected, to vote elsewhere or at home.

Constitutional law on elections, article 15: an application on an error or absence comes no later than 15 days before
election day, with identification by biometrics, and is answered within 7 calendar days. First and last days are the
election's calendar (docs/cases.md); nothing is granted after the list closes. The precinct identifies the voter before
the application counts; its territorial commission decides, except on voting outside the premises, which is the
precinct's own matter.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from shailoo.i18n import msgid
from shailoo.model.case_kind import (
    ActRule,
    Asked,
    CaseForm,
    CaseKind,
    ClockRule,
    Days,
    DocumentRule,
    Level,
    Line,
    ListEffect,
    ListRule,
    Phase,
    Shown,
    Status,
    Text,
)

ARTICLE: Final = msgid("Constitutional law on elections, art. 15")
LISTS_CLOSE: Final = "lists-close"
TO_IDENTIFY, RECEIVED, PROCESSING, TO_MEND = "to-identify", "received", "processing", "to-mend"
GRANTED, REJECTED, CANCELLED, LAPSED, WITHDRAWN = "granted", "rejected", "cancelled", "lapsed", "withdrawn"

StationNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()-]{6,24}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
House = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}[^\s<>]{0,8}$")]


class Address(CaseForm):
    """Where somebody lives, in words of the address register."""

    settlement: Annotated[
        Slug,
        Asked(
            msgid("Town or village"),
            msgid("Choose it from the address register."),
            msgid("Choose it from the address register."),
            widget="place",
            house=True,
        ),
    ]
    street: Annotated[Line, Asked(msgid("Street"), autocomplete="address-line1", house=True)]
    house: Annotated[
        House,
        Asked(
            msgid("House"),
            msgid("The number as in the passport, for example 12a."),
            msgid("A house begins with its number, for example 12a."),
            house=True,
        ),
    ]
    flat: Annotated[Line | None, Asked(msgid("Flat"), msgid("Leave it empty for a house."))] = None


class Missing(Address):
    """I am missing from the list."""

    note: Annotated[
        Text | None,
        Asked(msgid("What else should the commission know?"), widget="lines", step=2),
    ] = None


class Mistake(CaseForm):
    """Something is written wrongly about me."""

    what: Annotated[
        Literal["name", "birth", "address", "station", "other"],
        Asked(
            msgid("What must be corrected?"),
            msgid("Choose one. Another correction can be filed separately."),
            widget="choice",
            choices={
                "name": msgid("My surname, name or patronymic"),
                "birth": msgid("My date of birth"),
                "address": msgid("My address"),
                "station": msgid("I am on the list of another station than my neighbours"),
                "other": msgid("Something else"),
            },
        ),
    ]
    right: Annotated[
        Text,
        Asked(
            msgid("How is it right?"),
            msgid("Write it as it stands in your passport."),
            msgid("Write what is right, as in your passport."),
            step=2,
            widget="lines",
        ),
    ]


class ElectoralAddress(Address):
    """I shall vote where I stay, not where I am registered."""

    since: Annotated[
        Literal["work", "study", "family", "other"],
        Asked(
            msgid("Why do you stay there?"),
            step=2,
            widget="choice",
            choices={
                "work": msgid("Work"),
                "study": msgid("Study"),
                "family": msgid("Family"),
                "other": msgid("Another reason"),
            },
        ),
    ]


class OutsidePremises(CaseForm):
    """The commission comes to me with the portable box."""

    because: Annotated[
        Literal["health", "disability", "care", "custody", "remote"],
        Asked(
            msgid("Why can you not come?"),
            widget="choice",
            choices={
                "health": msgid("Illness"),
                "disability": msgid("A disability"),
                "care": msgid("I look after somebody who cannot be left alone"),
                "custody": msgid("I am in hospital, on duty or in custody"),
                "remote": msgid("I am far away, at a pasture or another remote place"),
            },
        ),
    ]
    where: Annotated[
        Line,
        Asked(msgid("Where shall the commission come?"), msgid("Address and how to find it."), step=2),
    ]
    phone: Annotated[
        Phone,
        Asked(
            msgid("Telephone"),
            msgid("The commission calls before it comes."),
            msgid("Write the number with its digits, for example +996 555 123456."),
            step=2,
            widget="phone",
            autocomplete="tel",
        ),
    ]


class RemoteStation(CaseForm):
    """I shall vote for my own district at a remote-voting station."""

    at: Annotated[
        StationNumber,
        Asked(
            msgid("At which remote-voting station?"),
            msgid("Its number has four digits. The list of these stations is on the page of stations."),
            msgid("The number of a station has four digits."),
            widget="number",
        ),
    ]
    phone: Annotated[Phone | None, Asked(msgid("Telephone"), step=2, widget="phone", autocomplete="tel")] = None


class Disability(CaseForm):
    """I need something at the station."""

    need: Annotated[
        Literal["step-free", "blind", "deaf", "help", "home", "other"],
        Asked(
            msgid("What do you need at the station?"),
            widget="choice",
            choices={
                "step-free": msgid("A way without steps"),
                "blind": msgid("A tactile frame or large print"),
                "deaf": msgid("Sign language or written help"),
                "help": msgid("Somebody who helps me"),
                "home": msgid("I can vote only at home"),
                "other": msgid("Something else"),
            },
        ),
    ]
    note: Annotated[Text | None, Asked(msgid("What else should the commission know?"), widget="lines", step=2)] = None


class Identified(CaseForm):
    """How the precinct has identified the voter."""

    device: Annotated[
        Line,
        Asked(
            msgid("Number of the identification receipt"),
            msgid("As the device prints it."),
            shown=Shown.NEVER,
            by_device=True,
        ),
    ]


class IdentifiedByPassport(CaseForm):
    """Without fingerprint or face: two officials compare voter and passport."""

    passport_seen: Annotated[
        Literal["yes"],
        Asked(
            msgid("The passport was compared with the voter and with the application"),
            widget="yes",
            fault=msgid("Compare the passport first."),
        ),
    ]
    cause: Annotated[
        Literal["no-fingerprint", "no-match", "device-down"],
        Asked(
            msgid("Why not by the device?"),
            widget="choice",
            choices={
                "no-fingerprint": msgid("The voter can give no fingerprint"),
                "no-match": msgid("The device does not recognise the voter"),
                "device-down": msgid("The device does not work"),
            },
        ),
    ]


Person = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f0-9@,;<>{}\"]+$")]
"""As in the extract (`shailoo.model.voter_tables`)."""


class Corrected(CaseForm):
    """What stands on the list from the next version on; what is right already is left empty."""

    surname: Annotated[Person | None, Asked(msgid("Surname, as it is right"))] = None
    name: Annotated[Person | None, Asked(msgid("Name, as it is right"))] = None
    patronymic: Annotated[Person | None, Asked(msgid("Patronymic, as it is right"))] = None
    birth: Annotated[
        date | None, Asked(msgid("Date of birth, as it is right"), fault=msgid("Give a day."), widget="day")
    ] = None
    station: Annotated[
        StationNumber | None,
        Asked(
            msgid("Station, as it is right"),
            msgid("Only if the voter belongs to another one."),
            msgid("The number of a station has four digits."),
            widget="number",
        ),
    ] = None


class Mended(CaseForm):
    """What the voter answers to a question of the commission."""

    answer: Annotated[Text, Asked(msgid("Your answer"), widget="lines", fault=msgid("Write your answer."))]


_PASSPORT = DocumentRule("passport", msgid("Passport, the page with the photograph"), most=2)
_PROOF = DocumentRule("proof", msgid("Another document that shows it"), most=5)


def _statuses(decider: Level) -> tuple[Status, ...]:
    return (
        Status(TO_IDENTIFY, msgid("Waits until you are identified at the precinct"), Phase.WAITING, "precinct"),
        Status(RECEIVED, msgid("Received"), Phase.OPEN, decider),
        Status(PROCESSING, msgid("Being processed"), Phase.OPEN, decider),
        Status(TO_MEND, msgid("The commission has a question to you"), Phase.WAITING, decider),
        Status(GRANTED, msgid("Granted"), Phase.CLOSED, decider),
        Status(REJECTED, msgid("Rejected"), Phase.CLOSED, decider),
        Status(CANCELLED, msgid("Cancelled by the citizen"), Phase.CLOSED, decider),
        Status(LAPSED, msgid("Lapsed: nobody was identified in time"), Phase.CLOSED, decider),
        Status(WITHDRAWN, msgid("Granted, and withdrawn by the citizen"), Phase.CLOSED, decider),
    )


def _acts(decider: Level, granting: type[CaseForm] | None) -> tuple[ActRule, ...]:
    waits, open_ = frozenset({TO_IDENTIFY}), frozenset({RECEIVED, PROCESSING})
    by: tuple[Level, ...] = (decider,)
    identified = msgid("You were identified; your application is being considered.")
    return (
        ActRule(
            "identify", msgid("Identify the voter"), waits, RECEIVED, ("precinct",), form=Identified, notice=identified,
            article=ARTICLE,
        ),
        ActRule(
            "identify-by-passport", msgid("Identify by passport, two officials"), waits, RECEIVED, ("precinct",),
            form=IdentifiedByPassport, four_eyes=True, notice=identified, article=ARTICLE,
        ),
        ActRule("take-up", msgid("Take up"), frozenset({RECEIVED}), PROCESSING, by, bulk=True),
        ActRule(
            "ask", msgid("Ask the voter"), open_, TO_MEND, by, reason=True,
            notice=msgid("The commission has a question to you. Open your application to answer it."),
        ),
        ActRule(
            "mend", msgid("Answer the commission"), frozenset({TO_MEND}), PROCESSING, applicant=True, form=Mended,
            documents=(_PASSPORT, _PROOF),
        ),
        ActRule(
            "grant", msgid("Grant"), open_, GRANTED, by, form=granting, bulk=granting is None, article=ARTICLE,
            notice=msgid("Your application was granted."),
        ),
        ActRule(
            "reject", msgid("Reject"), open_ | {TO_MEND}, REJECTED, by, reason=True, bulk=True, article=ARTICLE,
            notice=msgid("Your application was rejected. Its page says why, and where you may complain."),
        ),
        ActRule(
            "reopen", msgid("Open again, after a complaint or a court's decision"), frozenset({REJECTED}), PROCESSING,
            (*by, "central"), reason=True, four_eyes=True,
            notice=msgid("Your application is being considered again."),
        ),
        ActRule(
            "lapse", msgid("Close, because nobody came to be identified"), waits, LAPSED, ("precinct", decider),
            bulk=True, reason=True, notice=msgid("Your application lapsed: nobody was identified in time."),
        ),
        ActRule(
            "cancel", msgid("Cancel my application"), waits | open_ | {TO_MEND}, CANCELLED, applicant=True,
            notice=msgid("You cancelled your application."),
        ),
        ActRule(
            "withdraw", msgid("Withdraw what was granted"), frozenset({GRANTED}), WITHDRAWN, applicant=True,
            notice=msgid("You withdrew what was granted to you."),
        ),
    )  # fmt: skip


_ENDS = frozenset({GRANTED, REJECTED, CANCELLED, LAPSED, WITHDRAWN})
_CLOCKS = (
    ClockRule(
        name="answer",
        label=msgid("Answer to the voter"),
        length=Days(7),
        article=ARTICLE,
        stops=_ENDS,
        pauses=frozenset({TO_IDENTIFY, TO_MEND}),
        never_after=LISTS_CLOSE,
    ),
    # The first clock has been met by the answer that did not stand; by the same article the voter is answered anew.
    ClockRule(
        name="answer-again",
        label=msgid("Answer to the voter, after it was opened again"),
        length=Days(7),
        article=ARTICLE,
        starts=frozenset({"reopen"}),
        stops=_ENDS,
        pauses=frozenset({TO_MEND}),
        never_after=LISTS_CLOSE,
    ),
)


def _kind(  # noqa: PLR0917 -- a table, read line by line below
    name: str,
    title: str,
    purpose: str,
    form: type[CaseForm],
    documents: tuple[DocumentRule, ...],
    decider: Level = "territorial",
    effect: ListEffect | None = None,
    field: str = "",
    granting: type[CaseForm] | None = None,
) -> CaseKind:
    return CaseKind(
        name=name,
        version=1,
        title=title,
        purpose=purpose,
        article=ARTICLE,
        portal="tizme",
        form=form,
        first=TO_IDENTIFY,
        statuses=_statuses(decider),
        acts=_acts(decider, granting),
        clocks=_CLOCKS,
        filed_to=decider,
        documents=documents,
        on_list=None if effect is None else ListRule(effect, frozenset({GRANTED}), field),
        filed_notice=msgid("Your application came. Go to your precinct with your passport to be identified."),
    )


VOTER_KINDS: Final = (
    _kind(
        "voter-missing",
        msgid("I am missing from the list"),
        msgid("You live in the boundaries of a station and did not find yourself on its list."),
        Missing,
        (_PASSPORT, _PROOF),
        effect=ListEffect.ADD,
    ),
    _kind(
        "voter-mistake",
        msgid("There is an error in my data"),
        msgid("You are on a list, and something about you is written wrongly."),
        Mistake,
        (_PASSPORT, _PROOF),
        effect=ListEffect.DATA,
        granting=Corrected,
    ),
    _kind(
        "electoral-address",
        msgid("I shall vote where I stay"),
        msgid("You stay elsewhere than you are registered and want to be on the list there."),
        ElectoralAddress,
        (_PROOF,),
        effect=ListEffect.STATION,
    ),
    _kind(
        "outside-premises",
        msgid("I can vote only outside the premises"),
        msgid("You cannot come to the station; members of the commission come to you with a portable box."),
        OutsidePremises,
        (_PROOF,),
        "precinct",
    ),
    _kind(
        "remote-station",
        msgid("I shall vote at a remote-voting station"),
        msgid("You are away on election day and vote for your own district at a remote-voting station."),
        RemoteStation,
        (),
        effect=ListEffect.NAMED_STATION,
        field="at",
    ),
    _kind(
        "voter-disability",
        msgid("Registration as a voter with a disability"),
        msgid("You tell the commission what you need, so that you can vote by yourself."),
        Disability,
        (_PROOF,),
        effect=ListEffect.DISABILITY,
    ),
)
