"""Identify the applicant by the station's device: only then an application counts.

Which act it is, the kind says: the one whose form has a field that a device fills in. The other way, two officials and
the passport, is an act like any other with a second official's confirmation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shailoo.ids import StationNo
from shailoo.model.case import CORRECT, DECLINE, CaseAct
from shailoo.model.case_kind import ActRule, device_field
from shailoo.model.identification import IdentificationSlip, ReceiptNumber, read_slip
from shailoo.model.record import Appointment
from shailoo.ports import IdentificationDevice
from shailoo.rules.case_standing import ActDoesNotFit, CaseStanding
from shailoo.rules.identification import NoDevice, check_identified
from shailoo.usecases.act_on_case import Doing, act_as_official
from shailoo.usecases.case_desk import CaseDesk, find_case, may_see
from shailoo.usecases.case_refusals import NoSuchCase

__all__ = ["ReceiptNumber", "device_act", "identified_by", "identify", "identifying_act"]


def device_act(standing: CaseStanding) -> ActRule | None:
    """The act by which a device identifies, if the case stands where it leads from."""
    return next(
        (
            one
            for one in standing.kind.acts
            if standing.status.name in one.before and standing.pending is None and device_field(one.form) is not None
        ),
        None,
    )


def identify(
    case: str,
    seen: int,
    desk: CaseDesk,
    device: IdentificationDevice | None,
    who: tuple[str, Sequence[Appointment]],
    *,
    number: str | None,
    now: datetime,
) -> CaseStanding:
    """Ask the device of the case's station for a receipt, compare the person, and record the act.

    `number` is that of the receipt; None takes the newest one. Raises NoDevice, NoSuchReceipt, DeviceSilent,
    OtherPerson, StaleReceipt, PersonUnknown, ActDoesNotFit, and as `act_as_official`.
    """
    standing = find_case(case, desk)
    if not may_see(who[1], standing, desk.registry.elections[standing.filed.election]):
        raise NoSuchCase("No case has this number, or it is not for your commission.")
    rule = device_act(standing)
    if rule is None:
        raise ActDoesNotFit("Nobody needs to be identified for this case now.", number=standing.number)
    if device is None:
        raise NoDevice("No identification device is set up here. Identify by passport, two officials.")
    station = standing.filed.station or ""
    found = device.receipt(StationNo(station), number)
    pin = desk.content(standing.filed.content).person.get("pin", "")
    check_identified(found, station, pin, now=now)
    doing = Doing(rule.name, seen, device=found.slip().line())
    return act_as_official(case, doing, desk, who, now=now)


def identifying_act(standing: CaseStanding) -> CaseAct | None:
    """The last act that stands as the identification, whichever way; None while nobody was identified.

    Which acts identify: that of the device, and those that lead from where it leads from to where it leads.
    """
    devices = [one for one in standing.kind.acts if device_field(one.form) is not None]
    declined = {act.of for act in standing.acts if act.act == DECLINE}
    for act in reversed(standing.acts):
        rule = standing.kind.act(act.act)
        if rule is None or act is standing.pending or act.n in declined:
            continue
        if any(rule.after == one.after and rule.before & one.before for one in devices):
            return act
    return None


def identified_by(standing: CaseStanding, desk: CaseDesk) -> IdentificationSlip | None:
    """The device's slip by which the applicant was identified, or None. Raises NotFound, StorageFailed."""
    for act in reversed(standing.acts):
        rule = standing.kind.act(act.act)
        if act.act == CORRECT and act.of is not None:
            rule = standing.kind.act(standing.acts[act.of - 1].act)
        name = None if rule is None else device_field(rule.form)
        if name is not None and act.content is not None:
            return read_slip(str(desk.content(act.content).fields.get(name, "")))
    return None
