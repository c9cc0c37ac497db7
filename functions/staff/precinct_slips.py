"""What stands on the precinct's papers: the receipt of identification, and the coupon that the applicant tears off."""

from __future__ import annotations

from functions.cases.forms import answers
from functions.cases.frame import kind_title, moment_text, says, words
from functions.cases.receipts import commission_name
from functions.staff.precinct_paper import Block, Code, Cut, Line, Pair, Sign, Title
from functions.staff.precinct_rows import full_name, zone_of
from shailoo.i18n import msgid
from shailoo.model.base import Language
from shailoo.model.election import Election
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_desk import CaseDesk, station_of
from shailoo.usecases.file_case import Filed
from shailoo.usecases.identify import identified_by, identifying_act

_SHOWN = 4
HOW = {"fingerprint": msgid("by fingerprint"), "face": msgid("by face")}


def identification_blocks(
    standing: CaseStanding, election: Election, desk: CaseDesk, language: Language
) -> list[Block]:
    """The receipt of identification: it stays with the application. Of the PIN only the last four digits are on it."""
    _ = says(language).gettext
    zone = zone_of(standing, election)
    content = desk.content(standing.filed.content)
    slip = identified_by(standing, desk)
    pin = content.person.get("pin", "")
    blocks: list[Block] = [
        Title(_("Receipt of identification")),
        *_place(standing, election, language),
        Pair(_("Application"), f"№ {standing.number}, {kind_title(standing.kind, language)}"),
        Pair(_("Received"), moment_text(standing.filed.filed, language, zone)),
        Pair(_("Voter"), full_name(content) or "—"),
    ]
    if pin:
        blocks.append(Pair(_("PIN, its last digits"), f"…{pin[-_SHOWN:]}"))
    if slip is not None:
        blocks += [
            Pair(_("Identified"), f"{_(HOW[slip.how])}, {moment_text(slip.at, language, zone)}"),
            Pair(_("Device and its receipt"), f"{slip.device}, {slip.number}"),
            Sign(_("Voter")),
            Sign(_("Operator")),
        ]
    else:
        act = identifying_act(standing)
        rule = None if act is None else standing.kind.act(act.act)
        if act is not None and rule is not None:
            said = f"{words(language).gettext(rule.label)}, {moment_text(act.entered, language, zone)}"
            blocks.append(Pair(_("Identified"), said))
            if act.content is not None and rule.form is not None:
                told = answers(rule.form, desk.content(act.content).fields, language)
                blocks += [Pair(name, value) for name, value in told]
        blocks += [Sign(_("Voter")), Sign(_("First official")), Sign(_("Second official"))]
    return blocks


def coupon_blocks(filed: Filed, code: str, election: Election, origin: str, language: Language) -> list[Block]:
    """The coupon: the code opens the case and stands nowhere else, so that it is printed when the case is entered."""
    _ = says(language).gettext
    standing, receipt = filed.standing, filed.receipt
    zone = zone_of(standing, election)
    blocks: list[Block] = [
        Cut(),
        Title(_("Coupon of application № {number}", number=receipt.number)),
        Pair(_("What it is"), kind_title(standing.kind, language)),
        *_place(standing, election, language),
        Pair(_("Received"), moment_text(receipt.filed, language, zone)),
    ]
    if receipt.due is not None:
        blocks.append(Pair(_("Answer by"), moment_text(receipt.due, language, zone)))
    return [
        *blocks,
        Line(_("Your code. Show it to nobody but the commission:")),
        Line(code, large=True),
        Line(f"{origin}/api/cases/status"),
        Code(filed.note, _("The commission's signed receipt, as a code for a telephone")),
        Line(_("The code above holds the signed receipt: anyone can check it with the commission's public key.")),
    ]


def _place(standing: CaseStanding, election: Election, language: Language) -> list[Block]:
    _ = says(language).gettext
    found: list[Block] = [Pair(_("Election"), election.name.text(language))]
    station = station_of(standing, election)
    if station is not None:
        found.append(
            Pair(_("Station"), f"{station.no}, {station.name.text(language)}"),
        )
    found.append(Pair(_("Commission"), commission_name(election, standing.filed.commission, language)))
    return found
