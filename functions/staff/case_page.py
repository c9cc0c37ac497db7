"""A case beside its documents: what was asked, what has happened, what can be done, and who has looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus

from functions.cases.forms import answers, fault_summary, form_fields
from functions.cases.receipts import commission_name
from functions.cases.status import act_label
from functions.staff.acts import ROLES
from functions.staff.case_notices import asked_for, notice_lines
from functions.staff.case_queue import SCRIPT
from functions.staff.case_room import PREFIX, CaseRoom, Choice
from functions.staff.pages import Frame, Html, join, table, tag
from functions.staff.precinct_door import PREFIX as TABLES
from functions.staff.precinct_slips import HOW
from functions.web import Caller, Response, status_of
from shailoo.errors import ShailooError
from shailoo.i18n import catalog, local_date, local_moment, msgid, number
from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER, Attachment, CaseAct, Official
from shailoo.model.case_kind import device_field
from shailoo.model.identification import read_slip
from shailoo.rules.case_standing import CaseStanding, corrections
from shailoo.usecases.case_desk import dues
from shailoo.usecases.case_looks import looks_at
from shailoo.usecases.case_queue import after_in_queue
from shailoo.usecases.case_refusals import FormNotFilled

CHANNELS: Mapping[str, str] = {
    "online": msgid("online"),
    "paper": msgid("on paper"),
    "telephone": msgid("by telephone"),
}
PERSON: Mapping[str, str] = {
    "surname": msgid("Surname"),
    "name": msgid("Name"),
    "patronymic": msgid("Patronymic"),
    "birth": msgid("Date of birth"),
    "pin": msgid("PIN"),
}
_SHORT = 8


@dataclass(frozen=True, slots=True)
class Tried:
    """Which act is chosen (`Choice.key`), what was typed, and why it was refused; or which act was done."""

    key: str = ""
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    error: ShailooError | None = None
    done: str = ""


def case_page(room: CaseRoom, frame: Frame, caller: Caller, standing: CaseStanding, tried: Tried) -> Response:
    """The page of a case. Whoever calls this has noted who looks."""
    _, word = frame.say.gettext, catalog("shailoo", frame.language).gettext
    choices = room.choices(standing, caller)
    zone = room.zone_of(standing)
    top: list[Html] = []
    if tried.done and (tried.done in {CONFIRM, DECLINE, CORRECT, TRANSFER} or standing.kind.act(tried.done)):
        top.append(tag("p", _("Done."), class_="done", role="status"))
    if tried.error is not None and not isinstance(tried.error, FormNotFilled):
        top.append(frame.trouble(tried.error))
    owner = room.owner(standing)
    following = after_in_queue(room.index, owner, standing.number)
    ways = [tag("a", _("To the queue"), href=f"{PREFIX}?of={owner}")]
    if following is not None and following.number != standing.number:
        ways.append(tag("a", _("Next case: No. {number}", number=following.number), href=f"{PREFIX}{following.number}",
                        rel="next"))  # fmt: skip
    facts = [
        *top,
        _facts(room, frame, standing, owner, zone),
        tag("h2", _("What was handed in")),
        _handed_in(room, frame, standing),
        *_acts(room, frame, standing, choices, tried),
        tag("h2", _("What has happened")),
        tag("ol", *_history(room, frame, standing, zone), class_="history"),
        _looks(room, frame, standing, zone),
    ]
    papers = list(_papers(frame, standing))
    body = [tag("div", *facts)]
    if papers:
        shown = tag("div", *papers, class_="photos", tabindex=0, role="region", aria_label=_("Documents"))
        body = [tag("div", shown, *body, class_="beside")]
    return frame.page(
        f"{word(standing.kind.title)} · № {standing.number}",
        tag("nav", *ways, class_="parts", aria_label=_("Queue")),
        *body,
        script=SCRIPT,
        status=HTTPStatus.OK if tried.error is None else status_of(tried.error),
    )


def _facts(room: CaseRoom, frame: Frame, standing: CaseStanding, owner: str, zone: str) -> Html:
    _, word = frame.say.gettext, catalog("shailoo", frame.language).gettext
    election = room.election_of(standing)
    rows: list[tuple[str, Html | str]] = [
        (_("Status"), tag("b", word(standing.status.label))),
        (_("Commission"), commission_name(election, owner, frame.language)),
        (_("Election"), election.name.text(frame.language)),
        (_("Station"), standing.filed.station or "—"),
        (_("Handed in"), local_moment(standing.filed.filed, zone, frame.language)),
        (_("How"), _(CHANNELS[standing.filed.channel])),
    ]
    for clock in dues(standing, election, room.desk.calendar(election.id), room.staff.clock.now()):
        said = local_moment(clock.due, zone, frame.language)
        if clock.met is not None:
            said = _("met on {moment}", moment=local_moment(clock.met, zone, frame.language))
        elif clock.paused:
            said = _("stands still until the next step")
        elif clock.overdue:
            said = _("{moment}, overdue", moment=said)
        rows.append((word(clock.label), join(said, tag("small", word(clock.article)))))
    if standing.pending is not None:
        rows.append((_("Waits for a second official"), act_label(standing, standing.pending, frame.language)))
    return _pairs(rows)


def _handed_in(room: CaseRoom, frame: Frame, standing: CaseStanding) -> Html:
    _ = frame.say.gettext
    content = room.desk.content(standing.filed.content)
    rows: list[tuple[str, Html | str]] = [
        (_(label), _day(content.person[name], frame) if name == "birth" else content.person[name])
        for name, label in PERSON.items()
        if content.person.get(name)
    ]
    rows += answers(standing.kind.form, content.fields, frame.language, room.desk.places)
    rows.append((_("Notices"), asked_for(frame, content)))
    return _pairs(rows)


def _day(text: str, frame: Frame) -> str:
    """A day as people read it, or as it stands."""
    try:
        return local_date(date.fromisoformat(text), frame.language)
    except ValueError:
        return text


def _papers(frame: Frame, standing: CaseStanding) -> Iterable[Html]:
    _, word = frame.say.gettext, catalog("shailoo", frame.language).gettext
    rules = (*standing.kind.documents, *(rule for act in standing.kind.acts for rule in act.documents))
    labels = {rule.kind: word(rule.label) for rule in rules}
    there: dict[str, Attachment] = {one.original: one for one in standing.filed.documents}
    there |= {one.original: one for act in standing.acts for one in act.documents}
    for at, one in enumerate(there.values(), 1):
        name = f"{at}. {labels.get(one.kind, one.kind)}"
        address = f"{PREFIX}{standing.number}/{one.original}"
        if one.media.startswith("image/"):
            yield tag("figure", tag("figcaption", name), tag("a", tag("img", src=address, alt=name), href=address))
        else:
            size = _("{n} KiB", n=number(max(1, one.bytes // 1024)))
            yield tag("p", tag("a", _("{name}: open the file", name=name), href=address), f" · {one.media} · {size}")


def _acts(room: CaseRoom, frame: Frame, standing: CaseStanding, choices: list[Choice], tried: Tried) -> Iterable[Html]:
    _ = frame.say.gettext
    yield tag("h2", _("What you can do"), id="act")
    if not choices:
        yield tag("p", _("Nothing now: the next step is another's."), class_="hint")
        return
    chosen = next((one for one in choices if one.key == tried.key and not _at_device(one)), None)
    links = (
        tag("a", _label(frame, standing, one), href=_address(standing, one), aria_current=one == chosen and "true")
        for one in choices
    )
    yield tag("nav", *links, class_="parts acts", aria_label=_("Acts"))
    if chosen is not None:
        yield _form(room, frame, standing, chosen, tried)


def _at_device(choice: Choice) -> bool:
    """Whether an act is done at the precinct's table, where the device stands."""
    return choice.act == choice.rule.name and device_field(choice.rule.form) is not None


def _address(standing: CaseStanding, choice: Choice) -> str:
    """Where an act is done: on this page, or at the precinct's table."""
    if _at_device(choice) and standing.filed.station is not None:
        return f"{TABLES}{standing.filed.election}/{standing.filed.station}/cases/{standing.number}"
    return f"{PREFIX}{standing.number}?act={choice.key}#act"


def _form(room: CaseRoom, frame: Frame, standing: CaseStanding, chosen: Choice, tried: Tried) -> Html:
    _ = frame.say.gettext
    asks = None if chosen.act in {CONFIRM, DECLINE, TRANSFER} else chosen.rule.form
    blocks: list[Html] = []
    if asks is not None:
        faults = tried.error.faults if isinstance(tried.error, FormNotFilled) else {}
        values = tried.form or _before(room, standing, chosen)
        blocks += [fault_summary(asks, faults, frame.language), *form_fields(asks, values, faults, frame.language)]
    if chosen.act == TRANSFER:
        blocks.append(_commissions(room, frame, standing, tried))
    wanted = chosen.act in {DECLINE, CORRECT, TRANSFER} or (chosen.rule.reason and chosen.act != CONFIRM)
    if wanted:
        area = tag("textarea", tried.form.get("do-reason", ""), name="do-reason", id="do-reason", rows=3, required=True,
                   maxlength=500, aria_describedby="do-reason-hint")  # fmt: skip
        hint = tag("p", _("It becomes part of the case. Write no name and no number of a person."), class_="hint",
                   id="do-reason-hint")  # fmt: skip
        blocks.append(tag("div", tag("label", _("Reason"), for_="do-reason"), hint, area, class_="field"))
    if chosen.rule.four_eyes and chosen.act == chosen.rule.name:
        blocks.append(tag("p", _("It counts when a second official has confirmed it."), class_="hint"))
    return frame.form(
        f"{PREFIX}{standing.number}",
        tag("input", type="hidden", name="do-act", value=chosen.act),
        tag("input", type="hidden", name="do-seen", value=len(standing.acts)),
        *([tag("input", type="hidden", name="do-of", value=chosen.of)] if chosen.of is not None else []),
        *blocks,
        tag("button", _label(frame, standing, chosen)),
        class_="act",
    )


def _commissions(room: CaseRoom, frame: Frame, standing: CaseStanding, tried: Tried) -> Html:
    _ = frame.say.gettext
    election = room.election_of(standing)
    options = (tag("option", one.name.text(frame.language), value=one.id) for one in election.commissions)
    box = tag("input", name="do-commission", id="do-commission", list="commissions", required=True, maxlength=40,
              value=tried.form.get("do-commission", ""), autocomplete="off",
              aria_describedby="do-commission-hint")  # fmt: skip
    hint = tag("p", _("Choose it from the list; a precinct commission is pec- and its number."), class_="hint",
               id="do-commission-hint")  # fmt: skip
    label = tag("label", _("To which commission"), for_="do-commission")
    return tag("div", label, hint, box, tag("datalist", *options, id="commissions"), class_="field")


def _before(room: CaseRoom, standing: CaseStanding, chosen: Choice) -> Mapping[str, str]:
    """What stands in an act that is corrected, to begin from."""
    if chosen.of is None:
        return {}
    act = standing.acts[chosen.of - 1]
    kept = {} if act.content is None else room.desk.content(act.content).fields
    return {name: str(value) for name, value in {**kept, **act.told}.items() if value not in (None, "")}


def _label(frame: Frame, standing: CaseStanding, choice: Choice) -> str:
    _, word = frame.say.gettext, catalog("shailoo", frame.language).gettext
    if choice.act == CORRECT and choice.of is not None:
        name = act_label(standing, standing.acts[choice.of - 1], frame.language)
        return _("Correct step {n}: {act}", n=choice.of, act=name)
    built_in = {CONFIRM: _("Confirm"), DECLINE: _("Decline"), TRANSFER: _("Transfer")}
    return built_in.get(choice.act) or word(choice.rule.label)


def _history(room: CaseRoom, frame: Frame, standing: CaseStanding, zone: str) -> Iterable[Html]:
    _ = frame.say.gettext
    by = standing.filed.entered_by
    notices = notice_lines(frame, standing.filed.case, room.staff.items, zone)
    yield tag("li", tag("b", _("Handed in")), " · ", local_moment(standing.filed.filed, zone, frame.language),
              *([tag("small", _who(room, frame, standing, by))] if by is not None else []),
              *notices.get(0, ()))  # fmt: skip
    mended = corrections(standing)
    for act in standing.acts:
        parts: list[Html] = [tag("small", _who(room, frame, standing, act.by))]
        parts += [_pairs(rows)] if (rows := _act_rows(room, frame, standing, act)) else []
        parts += [tag("p", act.reason)] if act.reason else []
        parts += notices.get(act.n, ())
        if act.commission is not None:
            name = commission_name(room.election_of(standing), act.commission, frame.language)
            parts.append(tag("p", _("To: {commission}", commission=name)))
        if act.n in mended:
            parts.append(tag("p", _("Corrected by a later step"), class_="hint"))
        said = act_label(standing, act, frame.language)
        if act.act == CORRECT:
            said = _("{act} of step {n}", act=said, n=act.of or 0)
        yield tag("li", tag("b", said), " · ", local_moment(act.entered, zone, frame.language), *parts)


def _act_rows(room: CaseRoom, frame: Frame, standing: CaseStanding, act: CaseAct) -> list[tuple[str, Html | str]]:
    """What an act's form has, told or not: whoever sees the case sees it."""
    about = standing.acts[act.of - 1] if act.act == CORRECT and act.of is not None else act
    rule = standing.kind.act(about.act)
    if rule is None or rule.form is None:
        return []
    kept = {} if act.content is None else room.desk.content(act.content).fields
    told = {**kept, **act.told}
    device = device_field(rule.form)
    slip = read_slip(str(told.get(device, ""))) if device is not None else None
    if device is not None and slip is not None:
        moment = local_moment(slip.at, room.zone_of(standing), frame.language)
        told[device] = f"№ {slip.number}, {frame.say.gettext(HOW[slip.how])}, {moment}"
    return list(answers(rule.form, told, frame.language, room.desk.places))


def _who(room: CaseRoom, frame: Frame, standing: CaseStanding, by: Official | None) -> str:
    _ = frame.say.gettext
    if by is None:
        return _("the applicant")
    name = commission_name(room.election_of(standing), by.commission, frame.language)
    return f"{name}, {_(ROLES[by.role])}, {by.person[:_SHORT]}"


def _looks(room: CaseRoom, frame: Frame, standing: CaseStanding, zone: str) -> Html:
    _ = frame.say.gettext
    rows = [
        (_who(room, frame, standing, one.official), local_moment(one.first, zone, frame.language),
         local_moment(one.last, zone, frame.language), number(one.times))
        for one in looks_at(standing.filed.case, room.staff.items)
    ]  # fmt: skip
    head = (_("Who"), _("First"), _("Last"), _("Times"))
    title = _("Who has looked at this case")
    return tag("details", tag("summary", title), table(head, rows, label=title))


def _pairs(rows: Iterable[tuple[str, Html | str]]) -> Html:
    return tag("dl", *(join(tag("dt", name), tag("dd", value)) for name, value in rows))
