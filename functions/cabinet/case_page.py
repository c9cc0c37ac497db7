"""One of my cases: how it stands, what happened to it, and what I may do with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

from functions.cabinet.cases_view import due_text
from functions.cabinet.desk import CabinetDesk
from functions.cabinet.frame import CabinetFrame, facts_list
from functions.cabinet.sign_in import HOME, redirect
from functions.cases.forms import answers, fault_summary, form_fields, typed
from functions.staff.pages import Html, tag
from functions.web import NOTE, Response
from shailoo.i18n import local_moment, msgid
from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER, CaseAct
from shailoo.model.case_kind import ActRule
from shailoo.model.election import Election
from shailoo.rules.case_standing import CaseStanding, open_acts
from shailoo.usecases.act_on_case import Doing, act_as_applicant
from shailoo.usecases.case_refusals import FormNotFilled
from shailoo.usecases.file_case import receipt_for

CASE: Final = f"{HOME}case/"
_BUILT_IN: Final[Mapping[str, str]] = {
    CONFIRM: msgid("Confirmed by a second official"),
    DECLINE: msgid("Declined by a second official"),
    CORRECT: msgid("Words of an earlier act were corrected"),
    TRANSFER: msgid("Transferred to another commission"),
}


def case_page(
    frame: CabinetFrame,
    desk: CabinetDesk,
    standing: CaseStanding,
    *,
    wrong: tuple[str, Mapping[str, str], Mapping[str, str]] | None = None,
) -> Response:
    """The page of a case. `wrong`: an act that could not be done, its fields as typed, and their faults."""
    _, word = frame.say, frame.declared
    election = desk.elections.get(standing.filed.election)
    zone = "UTC" if election is None else election.zone
    due = due_text(frame, desk, standing)
    rows: list[tuple[str, Html | str]] = [
        (_("Where it stands"), tag("b", word(standing.status.label))),
        (_("Number"), str(standing.number)),
        (_("Filed"), local_moment(standing.filed.filed, zone, frame.language)),
        (_("Commission"), _commission(frame, election, standing.body)),
        (_("By law"), word(standing.filed.article)),
    ]
    if due:
        rows.insert(1, (_("Answer"), due))
    if standing.filed.station is not None:
        rows.insert(-2, (_("Polling station"), _("No. {number}", number=standing.filed.station)))
    receipt = tag("a", _("Signed receipt"), href=f"{CASE}{standing.number}/receipt", download=_file_name(standing))
    return frame.page(
        word(standing.kind.title),
        facts_list(rows),
        *_acts(frame, standing, wrong),
        _filed(frame, desk, standing),
        _history(frame, standing, election, zone),
        tag("p", receipt),
        status=HTTPStatus.OK if wrong is None else HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def do_act(
    frame: CabinetFrame, desk: CabinetDesk, standing: CaseStanding, act: str, sent: Mapping[str, str]
) -> Response:
    """Do an act of the applicant's and come back to the page. Raises what `act_as_applicant` raises."""
    rule = standing.kind.act(act)
    fields = {} if rule is None or rule.form is None else typed(rule.form, sent)
    seen = sent.get("seen", "")
    doing = Doing(act, int(seen) if seen.isdecimal() and len(seen) < 6 else -1, fields)  # noqa: PLR2004 -- of 9999 acts
    try:
        act_as_applicant(standing.filed.case, doing, desk.cases, now=desk.now())
    except FormNotFilled as error:
        return case_page(frame, desk, standing, wrong=(act, fields, error.faults))
    return redirect(f"{CASE}{standing.number}")


def receipt_file(desk: CabinetDesk, standing: CaseStanding) -> Response:
    """The signed receipt, as it was given when the case was filed."""
    headers = (
        ("content-type", NOTE),
        ("content-disposition", f'attachment; filename="{_file_name(standing)}"'),
        ("cache-control", "no-store"),
    )
    return Response(HTTPStatus.OK, headers, receipt_for(standing, desk.cases).note)


def _acts(
    frame: CabinetFrame, standing: CaseStanding, wrong: tuple[str, Mapping[str, str], Mapping[str, str]] | None
) -> Iterable[Html]:
    """What the applicant may do now: forms that are to be filled in stand open, the others are folded."""
    for name in open_acts(standing):
        rule = standing.kind.act(name)
        if rule is None or not rule.applicant:
            continue
        values, faults = (wrong[1], wrong[2]) if wrong is not None and wrong[0] == name else ({}, {})
        yield _act(frame, standing, rule, values, faults)


def _act(
    frame: CabinetFrame, standing: CaseStanding, rule: ActRule, values: Mapping[str, str], faults: Mapping[str, str]
) -> Html:
    _, word = frame.say, frame.declared
    action = f"{CASE}{standing.number}/{rule.name}"
    seen = tag("input", type="hidden", name="seen", value=len(standing.acts))
    label = word(rule.label)
    if rule.form is not None:
        fields = form_fields(rule.form, values, faults, frame.language)
        form = frame.form(action, seen, *fields, tag("button", label), class_="case")
        return tag("section", tag("h2", label), fault_summary(rule.form, faults, frame.language), form)
    form = frame.form(action, seen, tag("p", _("This cannot be taken back.")), tag("button", label))
    return tag("details", tag("summary", label), form)


def _filed(frame: CabinetFrame, desk: CabinetDesk, standing: CaseStanding) -> Html:
    """What was handed in, to read again."""
    _ = frame.say
    content = desk.cases.content(standing.filed.content)
    rows: list[tuple[str, Html | str]] = list(
        answers(standing.kind.form, content.fields, frame.language, desk.cases.places)
    )
    if standing.filed.documents:
        rows.append((_("Documents"), str(len(standing.filed.documents))))
    return tag("section", tag("h2", _("What I handed in")), facts_list(rows)) if rows else Html("")


def _history(frame: CabinetFrame, standing: CaseStanding, election: Election | None, zone: str) -> Html:
    _ = frame.say
    lines = [_done(frame, standing, act, election, zone) for act in reversed(standing.acts)]
    lines.append(tag("li", _("Filed"), tag("small", local_moment(standing.filed.filed, zone, frame.language))))
    return tag("section", tag("h2", _("What happened")), tag("ol", *lines, class_="history"))


def _done(frame: CabinetFrame, standing: CaseStanding, act: CaseAct, election: Election | None, zone: str) -> Html:
    _, word = frame.say, frame.declared
    rule = standing.kind.act(act.act)
    told = word(rule.label) if rule is not None else _(_BUILT_IN[act.act])
    if act.proposed:
        told = _("{act}: waits for a second official", act=told)
    who = "" if act.by is None else _commission(frame, election, act.by.commission)
    at = local_moment(act.entered, zone, frame.language)
    reason = tag("blockquote", act.reason) if act.reason else Html("")
    return tag("li", told, tag("small", at, " · " if who else "", who), reason)


def _commission(frame: CabinetFrame, election: Election | None, commission: str) -> str:
    _ = frame.say
    if commission.startswith("pec-"):
        return _("Precinct commission No. {number}", number=commission.removeprefix("pec-"))
    known = () if election is None else election.commissions
    return next((one.name.text(frame.language) for one in known if one.id == commission), commission)


def _file_name(standing: CaseStanding) -> str:
    return f"shailoo-receipt-{standing.number}.txt"
