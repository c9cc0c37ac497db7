"""Whether what a device tells identifies the person of an application."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Final

from shailoo.errors import NotFound, Refused, StorageFailed
from shailoo.model.identification import Identification

LONGEST: Final = timedelta(hours=24)
"""How old an identification may be: whoever was identified this morning need not come again in the evening."""
AHEAD: Final = timedelta(minutes=5)
"""By how much the clock of a device may be fast."""


class NoSuchReceipt(NotFound):
    """The identification device of this station knows no such receipt."""

    code = "no-such-identification"


class DeviceSilent(StorageFailed):
    """The identification device does not answer, or answers what nobody can read."""

    code = "identification-device-silent"


class NoDevice(NotFound):
    """No identification device is set up in this installation."""

    code = "no-identification-device"


class OtherPerson(Refused):
    """The device recognised somebody else than the person of the application."""

    code = "identified-other-person"


class StaleReceipt(Refused):
    """The identification is older than 24 hours, or later than now. Fact `hours`."""

    code = "identification-too-old"


class PersonUnknown(Refused):
    """The application names no PIN that a device could confirm: the passport shows who it is."""

    code = "application-names-no-pin"


def check_identified(found: Identification, station: str, pin: str, *, now: datetime) -> None:
    """Whether a receipt is of this station, of this person and of today.

    Raises NoSuchReceipt, PersonUnknown, OtherPerson, StaleReceipt. No error tells a PIN.
    """
    if found.station != station:
        raise NoSuchReceipt("The identification device of this station knows no such receipt.", station=station)
    if not pin:
        raise PersonUnknown("The application names no PIN. Identify by passport, two officials.", station=station)
    if not hmac.compare_digest(found.pin.encode(), pin.encode()):
        raise OtherPerson("The device recognised another person than the applicant.", station=station)
    if not now - LONGEST <= found.at <= now + AHEAD:
        hours = int((now - found.at) / timedelta(hours=1))
        raise StaleReceipt("This identification is too old. Identify the voter again.", station=station, hours=hours)
