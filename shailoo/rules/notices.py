"""What of a case is told to its applicant, to which addresses, when, and when to try again. No clock, no store."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from shailoo.errors import ShailooError
from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER, CaseAct
from shailoo.model.case_kind import CaseKind
from shailoo.model.notice import Quiet, Way

MOST_AGE: Final = timedelta(hours=72)
"""Since it happened; later a notice confuses more than it tells. A way that is new goes back no further."""
PAUSES: Final = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 180, 360, 720, 1440))
"""After the first, second, … time that an address did not take a notice; after the last it is given up."""
_WAY_PAUSES: Final = tuple(timedelta(minutes=one) for one in (1, 2, 4, 8, 15, 30))
_MAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_MOST_MAIL: Final = 200
_PHONE: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_HOME: Final = "+996"
_LOCAL_DIGITS: Final = 9


class NoticeRefused(ShailooError):
    """The other side will never take a notice for this address."""

    code = "notice-refused"


class NoticeDeferred(ShailooError):
    """The other side did not take a notice for this address now."""

    code = "notice-deferred"


class NoticesDown(ShailooError):
    """The whole way does not work now: server, gateway, network or password."""

    code = "notices-down"


@dataclass(frozen=True, slots=True)
class News:
    """What happened, as far as a notice may tell it."""

    case: str
    n: int
    """Number of the act that is told; 0 for the filing."""
    number: int
    """What people call the case by."""
    election: str
    station: str | None
    at: datetime
    sentence: str
    """Of the kind, in English: the key of its catalogue. Empty for a built-in act."""
    act: str = ""
    """`transfer` or `correct`."""


def sentence_of(kind: CaseKind, acts: Sequence[CaseAct], act: CaseAct) -> tuple[str, str]:
    """What the applicant is told of an act: the kind's sentence, or the name of a built-in act; two times "": nothing.

    `acts` are those up to and with this one that it may refer to, in any order. What waits for a second official is
    not told, nor that one declined it: nothing has happened to the case.
    """
    if act.proposed or act.act == DECLINE:
        return "", ""
    if act.act in {TRANSFER, CORRECT}:
        return "", act.act
    name = act.act
    if name == CONFIRM:
        name = next((one.act for one in acts if one.n == act.of), "")
        if name in {TRANSFER, CORRECT}:
            return "", name
    rule = kind.act(name)
    return ("" if rule is None else rule.notice), ""


def usable(way: Way, address: str, countries: Sequence[str] = ()) -> str | None:
    """An address as it is written on the wire; None for what nothing is sent to.

    A number without a code is one of the Kyrgyz Republic. `countries` are the codes to which messages go.
    """
    address = address.strip()
    if way == "mail":
        return address if len(address) <= _MOST_MAIL and _MAIL.fullmatch(address) else None
    digits = re.sub(r"[ ()\-]", "", address)
    if len(digits) == _LOCAL_DIGITS + 1 and digits.startswith("0"):
        digits = _HOME + digits[1:]
    elif not digits.startswith("+"):
        digits = f"+{digits}" if digits.startswith(_HOME[1:]) else ""
    if not _PHONE.fullmatch(digits) or not digits.startswith(tuple(countries)):
        return None
    if digits.startswith(_HOME) and len(digits) != len(_HOME) + _LOCAL_DIGITS:
        return None
    return digits


def quiet_until(quiet: Quiet | None, zone: str, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` lies; None outside of them."""
    if quiet is None or quiet.first == quiet.until:
        return None
    local = now.astimezone(ZoneInfo(zone))
    hour = local.time()
    over_midnight = quiet.first > quiet.until
    late = over_midnight and hour >= quiet.first
    if not (late or (hour < quiet.until and (over_midnight or hour >= quiet.first))):
        return None
    day = local.date() + timedelta(days=1) if late else local.date()
    return datetime.combine(day, quiet.until, local.tzinfo).astimezone(now.tzinfo)


def again_after(times: int) -> timedelta | None:
    """How long to wait after an address did not take a notice for the `times`th time; None: give it up."""
    return PAUSES[times - 1] if times <= len(PAUSES) else None


def way_pause(failures: int) -> timedelta:
    """How long a way is left alone after it did not work `failures` times in a row."""
    return _WAY_PAUSES[min(failures, len(_WAY_PAUSES)) - 1]


def notice_id(key: bytes, case: str, n: int, way: Way) -> str:
    """What a notice is called towards servers that are not ours: the same at every attempt, and of no case to them."""
    return hmac.digest(key, f"notice\n{case}\n{n}\n{way}".encode(), "sha256").hex()[:32]


def address_name(key: bytes, way: Way, address: str) -> str:
    """Under what an address is counted: a keyed digest, from which nobody can tell it."""
    return hmac.digest(key, f"notice-address\n{way}\n{address.lower()}".encode(), "sha256").hex()
