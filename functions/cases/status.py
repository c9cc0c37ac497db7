"""How a case stands, for whoever has its code: every step, what is due, what one may do oneself."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from functions.cases.act_papers import paper_fields
from functions.cases.door import PREFIX, CaseDoor
from functions.cases.feed import feed_address
from functions.cases.forms import answers, fault_summary, form_fields
from functions.cases.frame import kind_title, moment_text, page, pairs, says, words
from functions.cases.receipts import commission_name
from functions.staff.pages import Html, join, tag
from functions.web import Response
from shailoo.model.base import Language
from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER, CaseAct
from shailoo.model.case_kind import ActRule
from shailoo.rules.case_standing import CaseStanding, corrections, open_acts
from shailoo.usecases.case_desk import dues, owner_of, station_of


def ask_page(language: Language, *, address: str = "status", fault: str = "") -> Response:
    """The form that takes a code."""
    _ = says(language).gettext
    trouble = [tag("p", _(fault), class_="msg", id="code-fault")] if fault else []
    field = tag(
        "div", tag("label", _("Your code"), for_="code"),
        tag("p", _("Twenty letters and digits, as on the receipt."), class_="hint", id="code-hint"), *trouble,
        tag("input", id="code", name="code", required=True, maxlength=60, autocomplete="off", spellcheck="false",
            autocapitalize="characters", aria_describedby="code-hint", aria_invalid="true" if fault else None),
        class_="field error" if fault else "field",
    )  # fmt: skip
    title = _("How my application stands") if address == "status" else _("Go on with a code")
    form = tag(
        "form", tag("input", type="hidden", name="lang", value=language), field, tag("button", _("Show")),
        method="post", action=f"{PREFIX}{address}", class_="case",
    )  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
    return page(language, title, form, address=f"{PREFIX}{address}", status=status)


def status_page(
    door: CaseDoor,
    standing: CaseStanding,
    code: str,
    language: Language,
    *,
    faults: Mapping[str, str] | None = None,
    tried: str = "",
    values: Mapping[str, str] | None = None,
) -> Response:
    """The case, step by step. `faults` and `values` are those of an act of the applicant that was tried."""
    _, word = says(language).gettext, words(language).gettext
    election = door.elections[standing.filed.election]
    station = station_of(standing, election)
    zone = election.zone if station is None else station.zone
    rows: list[tuple[str, Html | str]] = [
        (_("Status"), tag("b", word(standing.status.label))),
        (_("Commission"), commission_name(election, owner_of(standing, election), language)),
        (_("Received"), moment_text(standing.filed.filed, language, zone)),
    ]
    for clock in dues(standing, election, door.desk.calendar(election.id), door.now()):
        if clock.met is None:
            said = moment_text(clock.due, language, zone)
            if clock.paused:
                said = _("{moment}, if you do your step today", moment=said)
            rows.append((word(clock.label), _("{moment} (overdue)", moment=said) if clock.overdue else said))
    acts = [
        act_form(
            standing, rule, code, language, faults=faults if tried == rule.name else None, values=values, papers=True
        )
        for rule in own_acts(standing)
    ]
    return page(
        language,
        f"{kind_title(standing.kind, language)} · № {standing.number}",
        pairs(rows),
        *acts,
        tag("h2", _("What has happened")),
        tag("ol", *history(standing, language, zone), class_="history"),
        tag("p", tag("a", _("Follow by Atom feed"), href=feed_address(door.secret, standing.filed.case))),
        address="",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
    )


def own_acts(standing: CaseStanding) -> list[ActRule]:
    """What the applicant may do now."""
    rules = (standing.kind.act(name) for name in open_acts(standing))
    return [rule for rule in rules if rule is not None and rule.applicant]


def act_form(
    standing: CaseStanding,
    rule: ActRule,
    code: str,
    language: Language,
    *,
    faults: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    action: str = f"{PREFIX}act",
    hidden: tuple[Html, ...] = (),
    papers: bool = False,
) -> Html:
    """The form of one act of the applicant; with `papers` also for the act's documents, as `multipart/form-data`."""
    _, word = says(language).gettext, words(language).gettext
    fields: list[Html] = []
    if rule.form is not None:
        fields = [fault_summary(rule.form, faults or {}, language)]
        fields += form_fields(rule.form, values or {}, faults or {}, language)
    takes = rule.documents if papers else ()
    fields += paper_fields(takes, language)
    mark = "" if rule.form is not None else "second"
    return tag(
        "form",
        *hidden,
        tag("input", type="hidden", name="lang", value=language),
        *([tag("input", type="hidden", name="code", value=code)] if code else []),
        tag("input", type="hidden", name="seen", value=len(standing.acts)),
        *fields,
        tag("button", word(rule.label), name="act", value=rule.name, class_=mark or None),
        method="post", action=action, class_="case", enctype="multipart/form-data" if takes else None,
    )  # fmt: skip


def history(standing: CaseStanding, language: Language, zone: str) -> list[Html]:
    """Every step as the applicant may see it: when, what, and why; never who."""
    _ = says(language).gettext
    filed = tag("li", tag("b", _("Handed in")), " · ", moment_text(standing.filed.filed, language, zone))
    mended = corrections(standing)
    lines = [filed]
    for act in standing.acts:
        why = [tag("p", act.reason)] if act.reason else []
        told = _told(standing, act, language)
        why += [tag("p", _("files: {n}", n=len(act.documents)), class_="hint")] if act.documents else []
        wrong = [tag("p", _("Corrected by a later step"), class_="hint")] if act.n in mended else []
        lines.append(
            tag("li", tag("b", act_label(standing, act, language)), " · ", moment_text(act.entered, language, zone),
                *told, *why, *wrong)
        )  # fmt: skip
    return lines


def act_label(standing: CaseStanding, act: CaseAct, language: Language) -> str:
    """What an act is called; of a proposed one, that it waits."""
    _, word = says(language).gettext, words(language).gettext
    built_in = {
        CONFIRM: _("Confirmed by a second official"),
        DECLINE: _("Not confirmed by a second official"),
        CORRECT: _("Correction"),
        TRANSFER: _("Transferred to another commission"),
    }
    rule = standing.kind.act(act.act)
    name = built_in.get(act.act) or (word(rule.label) if rule is not None else act.act)
    return _("{act} (waits for a second official)", act=name) if act.proposed else name


def _told(standing: CaseStanding, act: CaseAct, language: Language) -> list[Html]:
    rule = standing.kind.act(act.act)
    if rule is None or rule.form is None or not act.told:
        return []
    found = answers(rule.form, act.told, language)
    return [tag("dl", *(join(tag("dt", name), tag("dd", value)) for name, value in found))] if found else []
