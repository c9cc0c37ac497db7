"""Notices to those who filed a case: how they are sent, what has become of each, and what waits to be tried again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shailoo.model.alerts import MailAddress
from shailoo.model.base import Frozen, Language, Moment
from shailoo.model.case import CaseId

Way = Literal["mail", "sms"]
WAYS: tuple[Way, ...] = ("mail", "sms")
REACH: dict[Way, Literal["mail", "phone"]] = {"mail": "mail", "sms": "phone"}
"""Under which name the private content of a case has the address of a way."""
FILED = 0
"""In place of the number of an act: the filing itself."""

Became = Literal["sent", "waits", "refused", "given-up", "limited", "unusable"]
"""What became of a notice. `waits`: tried, and tried again later. `refused`: the other side will never take it.
`given-up`: tried as often, or as long, as is of use. `limited`: this address has had as many today as may be.
`unusable`: what was given is no address to which anything is sent."""


# --- what the operator decides ---


class MailNotices(Frozen):
    """By mail, through a server."""

    sender: MailAddress
    host: Annotated[str, StringConstraints(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    secure: Literal["starttls", "tls", "loopback"] = "starttls"
    """`tls` from the first byte (port 465). `loopback`: open, for a server on this machine alone."""
    user: str | None = None
    secret_file: str | None = None
    """The user's password; relative to the installation's folder. In the cloud any word: a resource has it."""

    @model_validator(mode="after")
    def _closed(self) -> Self:
        if self.secure == "loopback" and self.host not in {"127.0.0.1", "::1", "localhost"}:
            message = "addresses of people go over no open line: starttls or tls"
            raise ValueError(message)
        return self


class Quiet(Frozen):
    """Hours in which no telephone rings, on the clocks of the case's station."""

    first: time = time(21)
    until: time = time(8)


class SmsNotices(Frozen):
    """By text message, through a gateway that is asked over HTTP (docs/notices.md says how)."""

    url: Annotated[
        str, StringConstraints(pattern=r"^https://[^\s?#]+$|^http://(127\.0\.0\.1|localhost)(:[0-9]+)?/[^\s?#]*$")
    ]
    sender: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 .-]{1,20}$")]
    secret_file: str | None = None
    """What the gateway knows us by; as above."""
    countries: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,3}$")], ...], Field(min_length=1)
    ] = ("+996",)
    """To which codes messages go: a message abroad costs many times as much, and strangers type what they like."""
    quiet: Quiet | None = Quiet()


class NoticeSettings(Frozen):
    """By which ways notices go; none: nothing is sent."""

    files: bool = False
    """Into the folder `notices/` instead of to anybody: a rehearsal only."""
    mail: MailNotices | None = None
    sms: SmsNotices | None = None
    a_day: Annotated[int, Field(ge=1, le=1000)] = 20
    """How many go to one address in a day."""

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways that are set up."""
        return tuple(way for way in WAYS if self.files or getattr(self, way) is not None)


# --- what is sent, and what became of it ---


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one address."""

    id: str
    """The same whenever the same notice is tried again; 32 hexadecimal digits that tell nothing of the case."""
    to: str = field(repr=False)
    language: Language
    subject: str
    """One line; a text message has no use for it."""
    text: str
    at: datetime
    """When it is sent."""


class NoticeMark(Frozen):
    """What became of the notice of one step of a case by one way."""

    n: Annotated[int, Field(ge=0)]
    """Number of the act; 0 is the filing."""
    way: Way
    became: Became
    at: Moment
    times: Annotated[int, Field(ge=0)]
    """How often it was tried."""


class Waiting(Frozen):
    """A notice that is tried again."""

    case: CaseId
    n: Annotated[int, Field(ge=0)]
    next: Moment
    times: Annotated[int, Field(ge=0)]


class WayState(Frozen):
    """How far a way has come: one item, replaced whole, so that nothing falls between its parts."""

    cursor: Annotated[int, Field(ge=0)] = 0
    """Number of the newest record that needs no more looking at."""
    waiting: tuple[Waiting, ...] = ()
    failures: Annotated[int, Field(ge=0)] = 0
    """How often in a row the whole way did not work."""
    paused: Moment | None = None
    """Until when it is left alone."""
    holder: str = ""
    held: Moment | None = None
    """Who is at work, and until when nobody else is."""
