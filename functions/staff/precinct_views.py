"""Pages of the operator at the precinct: the register, a new application, an application beside its passport."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus

from functions.cases.forms import answers, fault_summary, form_fields
from functions.cases.frame import kind_title, moment_text, words
from functions.cases.place_field import PLACES_SCRIPT, asks_place
from functions.cases.receipts import commission_name
from functions.staff.pages import Frame, Html, join, select, table, tag
from functions.staff.pages import field as labelled
from functions.staff.precinct_door import PREFIX, PrecinctDoor
from functions.staff.precinct_rows import CHANNELS, RegisterRow, status_text, zone_of
from functions.staff.precinct_slips import HOW
from functions.web import Caller, Response, status_of
from shailoo.errors import ShailooError
from shailoo.i18n import local_date, msgid, number
from shailoo.kinds.person import PersonForm
from shailoo.model.case import CONFIRM, DECLINE, Attachment
from shailoo.model.case_kind import ActRule, CaseKind, Phase, device_field
from shailoo.model.election import Election, Station
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_refusals import FormNotFilled
from shailoo.usecases.file_case import Filed
from shailoo.usecases.identify import identified_by, identifying_act

PER_PAGE = 50
_PERSON = {
    "surname": msgid("Surname"),
    "name": msgid("Name"),
    "patronymic": msgid("Patronymic"),
    "birth": msgid("Date of birth"),
    "pin": msgid("PIN"),
}
_BUILT_IN = {CONFIRM: msgid("Confirm"), DECLINE: msgid("Decline")}
_IMAGES = frozenset({"image/jpeg", "image/png"})


def base_of(election: Election, station: Station) -> str:
    """Where a station's pages begin."""
    return f"{PREFIX}{election.id}/{station.no}"


@dataclass(frozen=True, slots=True)
class Spot:
    """Whose page it is: a station's, for whoever is signed in."""

    frame: Frame
    door: PrecinctDoor
    caller: Caller
    election: Election
    station: Station

    @property
    def base(self) -> str:
        """Where the station's pages begin."""
        return base_of(self.election, self.station)


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that came back: what stood in it and what is wrong."""

    values: Mapping[str, str] = field(default_factory=dict)
    error: ShailooError | None = None
    act: str = ""
    """To which act it belongs."""

    @property
    def faults(self) -> Mapping[str, str]:
        """Sentences by field."""
        return self.error.faults if isinstance(self.error, FormNotFilled) else {}

    @property
    def status(self) -> int:
        """Of the answer."""
        return HTTPStatus.OK if self.error is None else status_of(self.error)

    def trouble(self, frame: Frame) -> list[Html]:
        """What to say above the form, where no field says it."""
        return [] if self.error is None or self.faults else [frame.trouble(self.error)]


# --- the register ---


def register_page(spot: Spot, rows: Sequence[RegisterRow], *, page: int, total: int, crowded: int) -> Response:
    """The operator's register: number, name, date and time, status, print; the newest first."""
    frame, election, station, base = spot.frame, spot.election, spot.station, spot.base
    _ = frame.say.gettext
    head = (_("No."), _("Name"), _("Received"), _("What it is"), _("Status"), _("Print"))
    lines = [
        (
            tag("a", row.standing.number, href=f"{base}/cases/{row.standing.number}"),
            row.name or "—",
            join(
                moment_text(row.standing.filed.filed, frame.language, zone_of(row.standing, election)),
                tag("small", _(CHANNELS[row.standing.filed.channel])),
            ),
            kind_title(row.standing.kind, frame.language),
            status_text(row.standing, frame.language),
            _print(frame, base, row.standing),
        )
        for row in rows
    ]
    blocks = [
        tag("p", election.name.text(frame.language), tag("br"), station.name.text(frame.language), class_="hint"),
        tag("p", tag("a", _("Enter an application"), href=f"{base}/new", class_="action")),
        *_house_note(frame, crowded),
        tag("div", table(head, lines), class_="wide") if lines else tag("p", _("There is no application yet.")),
        *_turn(frame, base, page, total),
        tag("h2", _("For the administrator of the territorial commission")),
        registers(frame, election, f"pec-{station.no}"),
    ]
    return frame.page(_("Applications, station {number}", number=station.no), *blocks)


def registers(frame: Frame, election: Election, commission: str) -> Html:
    """Ways to take the consolidated register along."""
    _ = frame.say.gettext
    base = f"{PREFIX}{election.id}/registers/{commission}"
    ways = (("pdf", _("On paper (PDF)")), ("csv", _("As a table (CSV)")), ("note", _("Signed sums and digest")))
    links = (tag("li", tag("a", text, href=f"{base}/{name}")) for name, text in ways)
    return tag("ul", *links, class_="plain")


def commission_page(frame: Frame, election: Election, commission: str, counts: Mapping[str, int]) -> Response:
    """The consolidated register of a commission: how many stand where, and the files."""
    _ = frame.say.gettext
    total = sum(counts.values())
    rows = [(status, number(count)) for status, count in counts.items()]
    return frame.page(
        _("Register of applications: {commission}", commission=commission_name(election, commission, frame.language)),
        tag("p", election.name.text(frame.language)),
        table((_("Status"), _("Applications")), [*rows, (_("Together"), number(total))]),
        registers(frame, election, commission),
    )


def _print(frame: Frame, base: str, standing: CaseStanding) -> Html:
    _ = frame.say.gettext
    if identifying_act(standing) is None:
        return Html("—")
    address = f"{base}/cases/{standing.number}/slip"
    roll = _("Print receipt of application {number}, 80 mm", number=standing.number)
    return join(
        tag("a", "80 mm", href=f"{address}?paper=80mm", aria_label=roll),
        " · ",
        tag(
            "a",
            "A4",
            href=f"{address}?paper=a4",
            aria_label=_("Print receipt of application {number}, A4", number=standing.number),
        ),
    )


def _house_note(frame: Frame, people: int) -> list[Html]:
    """The internal note; 0 says nothing."""
    if not people:
        return []
    _ = frame.say.gettext
    said = _("Internal note: {count} people name one house in their applications.", count=people)
    rule = _("This is no ground for refusing any of them. Nobody outside the commissions sees this note.")
    return [tag("div", tag("p", said), tag("p", rule, class_="hint"), class_="done house", role="note")]


def _turn(frame: Frame, base: str, page: int, total: int) -> list[Html]:
    _ = frame.say.gettext
    last = max(1, -(-total // PER_PAGE))
    if last == 1:
        return []
    ways: list[Html | str] = [_("Page {page} of {last}", page=page, last=last)]
    if page > 1:
        ways = [tag("a", _("Newer"), href=f"{base}?page={page - 1}", rel="prev"), " · ", *ways]
    if page < last:
        ways += [" · ", tag("a", _("Older"), href=f"{base}?page={page + 1}", rel="next")]
    return [tag("nav", *ways, aria_label=_("Pages"))]


# --- a new application ---


def kinds_page(spot: Spot) -> Response:
    """What may be entered."""
    frame, base = spot.frame, spot.base
    _ = frame.say.gettext
    word = words(frame.language).gettext
    lines = [
        tag(
            "li",
            tag("a", tag("b", word(kind.title)), tag("small", word(kind.purpose)), href=f"{base}/new/{kind.name}"),
        )
        for kind in spot.door.kinds()
    ]
    back = tag("p", tag("a", _("To the register"), href=base))
    return frame.page(_("Enter an application"), tag("ul", *lines, class_="plain"), back)


def new_page(spot: Spot, kind: CaseKind, code: str, typed: Typed) -> Response:
    """The form on one page: how it came, who applies, what it says, its papers."""
    frame, station = spot.frame, spot.station
    _ = frame.say.gettext
    word = words(frame.language).gettext
    channels = tuple((name, _(CHANNELS[name])) for name in ("paper", "telephone"))
    papers = [
        labelled(
            word(rule.label),
            tag("input", type="file", name=rule.kind, accept=",".join(rule.media), multiple=rule.most > 1),
            hint=_("PDF, JPEG or PNG, at most {size} MiB. Choose it again after a mistake.", size=rule.largest >> 20),
        )
        for rule in kind.documents
    ]
    address = f"{spot.base}/new/{kind.name}"
    form = tag(
        "form",
        tag("input", type="hidden", name="token", value=frame.token or ""),
        tag("input", type="hidden", name="code", value=code),
        labelled(_("How did it come?"), select("channel", channels, typed.values.get("channel", "paper"))),
        tag("h2", _("Who applies")),
        *form_fields(PersonForm, typed.values, typed.faults, frame.language),
        tag("h2", _("What it says")),
        *form_fields(kind.form, typed.values, typed.faults, frame.language, places=spot.door.desk.places),
        *([tag("h2", _("Papers")), *papers] if papers else []),
        tag("button", _("Enter the application")),
        method="post",
        action=address,
        enctype="multipart/form-data",
        class_="case",
    )
    known = {name: fault for name, fault in typed.faults.items() if name in PersonForm.model_fields}
    others = {name: fault for name, fault in typed.faults.items() if name not in known}
    return frame.page(
        kind_title(kind, frame.language),
        tag("p", _("Station {number}, {place}", number=station.no, place=station.name.text(frame.language))),
        *typed.trouble(frame),
        fault_summary(PersonForm, known, frame.language),
        fault_summary(kind.form, others, frame.language),
        form,
        status=typed.status,
        script=PLACES_SCRIPT if asks_place(kind.form) else None,
    )


def entered_page(spot: Spot, filed: Filed, code: str) -> Response:
    """After entering: print the coupon now, for the code is kept nowhere."""
    frame, base = spot.frame, spot.base
    _ = frame.say.gettext
    case = f"{base}/cases/{filed.receipt.number}"
    coupon = frame.form(
        f"{base}/coupon",
        tag("input", type="hidden", name="code", value=code),
        tag("button", _("Coupon, 80 mm"), name="paper", value="80mm"),
        tag("button", _("Coupon, A4"), name="paper", value="a4", class_="second"),
    )
    return frame.page(
        _("Application № {number} is entered", number=filed.receipt.number),
        tag("p", _("Print the coupon now and give it to the applicant: the code is kept nowhere and cannot be found "
                   "out again.")),
        tag("p", code, class_="code"),
        coupon,
        tag("p", tag("a", _("Identify the applicant"), href=case, class_="action")),
        tag("p", tag("a", _("To the register"), href=base)),
    )  # fmt: skip


# --- an application at the table ---


def case_page(spot: Spot, standing: CaseStanding, *, crowded: int, typed: Typed) -> Response:
    """The application beside its papers, and what may be done with it here."""
    frame, election = spot.frame, spot.election
    _ = frame.say.gettext
    word = words(frame.language).gettext
    base = f"{spot.base}/cases/{standing.number}"
    content = spot.door.desk.content(standing.filed.content)
    zone = zone_of(standing, election)
    person = [
        (_(label), _day(content.person[name], frame) if name == "birth" else content.person[name])
        for name, label in _PERSON.items()
        if content.person.get(name)
    ]
    told = [
        (_("Received"), moment_text(standing.filed.filed, frame.language, zone)),
        (_("How"), _(CHANNELS[standing.filed.channel])),
        *person,
        *answers(standing.kind.form, content.fields, frame.language, spot.door.desk.places),
    ]  # fmt: skip
    papers = [_paper(frame, standing, base, one) for one in standing.filed.documents]
    missing = tag("p", _("No paper came with it. Compare with the passport in the voter's hand."), class_="hint")
    beside = tag(
        "div",
        tag("section", tag("h2", _("Application")), _pairs(told)),
        tag("section", tag("h2", _("Passport and other papers")), *(papers or [missing]), class_="papers"),
        class_="beside",
    )
    slip = identified_by(standing, spot.door.desk)
    identified = []
    if slip is not None:
        when = f"{_(HOW[slip.how])}, {moment_text(slip.at, frame.language, zone)}, № {slip.number}"
        identified = [tag("p", _("Identified {how}", how=when), class_="done")]
    return frame.page(
        _("Application № {number}", number=standing.number),
        tag("p", word(standing.kind.title)),
        tag("p", _("Status: {status}", status=status_text(standing, frame.language)), class_="hint"),
        *typed.trouble(frame),
        *identified,
        *_house_note(frame, crowded),
        beside,
        *_acts(spot, standing, typed),
        *([tag("p", _("Receipt of identification"), ": ", _print(frame, spot.base, standing))]
          if identifying_act(standing) is not None else []),
        tag("p", tag("a", _("To the register"), href=spot.base)),
        status=typed.status,
    )  # fmt: skip


def _day(text: str, frame: Frame) -> str:
    """A day as people read it, or as it stands."""
    try:
        return local_date(date.fromisoformat(text), frame.language)
    except ValueError:
        return text


def _acts(spot: Spot, standing: CaseStanding, typed: Typed) -> Iterable[Html]:
    frame, door, caller = spot.frame, spot.door, spot.caller
    _ = frame.say.gettext
    if standing.status.phase is Phase.CLOSED:
        return
    pending = standing.pending
    if pending is not None:
        rule = standing.kind.act(pending.act)
        label = "" if rule is None else words(frame.language).gettext(rule.label)
        yield tag("h2", _("Waits for a second official: {act}", act=label))
        if rule is not None and rule.form is not None and pending.content is not None:
            yield _pairs(answers(rule.form, door.desk.content(pending.content).fields, frame.language))
        if pending.by is not None and pending.by.person == caller.person:
            yield tag("p", _("You proposed it; another official of your commission confirms it."), class_="hint")
    for name, rule in door.acts(standing, caller, spot.election):
        mine = pending is not None and pending.by is not None and pending.by.person == caller.person
        if name == CONFIRM and mine:
            continue
        yield _act_form(spot, standing, name, rule, typed)


def _act_form(spot: Spot, standing: CaseStanding, name: str, rule: ActRule, typed: Typed) -> Html:
    frame, base = spot.frame, f"{spot.base}/cases/{standing.number}"
    _ = frame.say.gettext
    word = words(frame.language).gettext
    again = typed if typed.act == name else Typed()
    label = _(_BUILT_IN[name]) if name in _BUILT_IN else word(rule.label)
    inside: list[Html] = [
        tag("input", type="hidden", name="act", value=name),
        tag("input", type="hidden", name="seen", value=len(standing.acts)),
    ]
    if name not in _BUILT_IN and rule.form is not None:
        if device_field(rule.form) is not None:
            inside.append(
                labelled(
                    _("Number of the receipt"),
                    tag("input", name="receipt", autocomplete="off", value=again.values.get("receipt", "")),
                    hint=_("Leave it empty for the newest identification on the device of this station."),
                )
            )
        else:
            inside += form_fields(rule.form, again.values, again.faults, frame.language)
    if (rule.reason and name not in _BUILT_IN) or name == DECLINE:
        reason = again.values.get("reason", "")
        inside.append(
            labelled(_("Reason"), tag("textarea", reason, name="reason", rows=2, maxlength=1000, required=True))
        )
    if rule.four_eyes and name not in _BUILT_IN:
        inside.append(tag("p", _("A second official of your commission confirms it."), class_="hint"))
    button = tag("button", label, class_=None if device_field(rule.form) is not None or name == CONFIRM else "second")
    return tag("section", tag("h2", label), frame.form(base, *inside, button, class_="case"), class_="act")


def _paper(frame: Frame, standing: CaseStanding, base: str, paper: Attachment) -> Html:
    _ = frame.say.gettext
    rule = next((one for one in standing.kind.documents if one.kind == paper.kind), None)
    label = words(frame.language).gettext(rule.label) if rule is not None else paper.kind
    address = f"{base}/papers/{paper.original}"
    if paper.media in _IMAGES:
        shown = tag("a", tag("img", src=address, alt=label), href=address)
        return tag("figure", tag("figcaption", label), shown)
    return tag("p", tag("a", label, href=address), " ", tag("small", f"{paper.media}, {number(paper.bytes >> 10)} KiB"))


def _pairs(rows: Iterable[tuple[str, str]]) -> Html:
    return tag("dl", *(join(tag("dt", name), tag("dd", value)) for name, value in rows))
