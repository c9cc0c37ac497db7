"""A queue as a page: what is overdue first, with ticks for acts in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from functions.cases.receipts import commission_name
from functions.sentences import SENTENCES
from functions.staff.case_room import PREFIX, CaseRoom
from functions.staff.pages import Child, Frame, Html, field, join, select, table, tag
from functions.web import Caller, Response
from shailoo.i18n import catalog, local_moment, number
from shailoo.model.election import Election
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_desk import acting
from shailoo.usecases.case_index import Lane, Place
from shailoo.usecases.case_queue import Part, QueuePage, own_commissions, queue_page

SCRIPT = "/staff/cases.js"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of which queue, and what has just been done in bulk."""

    commission: str
    kind: str = ""
    part: Part = ""
    page: int = 1
    done: str = ""
    refused: str = ""
    """`<number>.<code>,…` of those that were refused."""

    def address(self) -> str:
        """Where this part is shown."""
        said = {"of": self.commission, "kind": self.kind, "part": self.part, "page": self.page if self.page > 1 else ""}
        return f"{PREFIX}?{urlencode({name: value for name, value in said.items() if value})}"


def queue_view(room: CaseRoom, frame: Frame, caller: Caller, asked: Asked) -> Response:
    """The page of a queue."""
    _ = frame.say.gettext
    now = room.staff.clock.now()
    found = queue_page(room.index, asked.commission, now=now, kind=asked.kind, part=asked.part, page=asked.page)
    here = replace(asked, page=found.page, done="", refused="")
    blocks = [
        tag("p", name_of(room, asked.commission, frame), class_="hint"),
        *_told(frame, asked),
        _parts(frame, found, here),
        _choose(room, frame, caller, found, here),
    ]
    if found.rows:
        blocks += [_rows(room, frame, caller, found, here), _pages(frame, found, here)]
    else:
        blocks.append(tag("p", _("Nothing waits here."), class_="done"))
    blocks.append(tag("h2", _("Figures")))
    blocks.append(
        tag("ul", *(tag("li", tag("a", one.name.text(frame.language), href=f"{PREFIX}figures/{one.id}"))
                    for one in room.elections.values()), class_="plain")
    )  # fmt: skip
    return frame.page(_("Cases of my commission"), *blocks, script=SCRIPT)


def name_of(room: CaseRoom, commission: str, frame: Frame) -> str:
    """What people call a commission of any election here."""
    for election in room.elections.values():
        if any(one.id == commission for one in election.commissions):
            return commission_name(election, commission, frame.language)
    return commission_name(next(iter(room.elections.values())), commission, frame.language)


def due_cell(frame: Frame, place: Place, zone: str, *, late: bool) -> Html:
    """By when something is owed, in words: colour alone says nothing."""
    _ = frame.say.gettext
    if place.lane is Lane.WAITS:
        return tag("span", _("waits for somebody else"), class_="hint")
    if place.lane is Lane.OPEN:
        return tag("span", "—")
    said = local_moment(place.due, zone, frame.language)
    return join(tag("b", _("overdue")), tag("div", said)) if late else tag("span", said)


def _parts(frame: Frame, found: QueuePage, here: Asked) -> Html:
    _ = frame.say.gettext
    names: tuple[tuple[Part, str, int], ...] = (
        ("", _("All"), found.open + found.waits),
        ("late", _("Overdue"), found.late),
        ("open", _("We owe the next step"), found.open),
        ("waits", _("Waits for somebody else"), found.waits),
    )
    links = (
        tag("a", f"{name}: {number(count)}", href=replace(here, part=part, page=1).address(),
            aria_current=part == here.part and "true")
        for part, name, count in names
    )  # fmt: skip
    return tag("nav", *links, class_="parts", aria_label=_("Parts of the queue"))


def _choose(room: CaseRoom, frame: Frame, caller: Caller, found: QueuePage, here: Asked) -> Html:
    _, word = frame.say.gettext, catalog("shailoo", frame.language).gettext
    kinds = [("", _("all kinds"))]
    kinds += [
        (name, f"{word(room.desk.kinds[name].title)} ({number(count)})") for name, count in sorted(found.kinds.items())
    ]
    own = dict.fromkeys((*own_commissions(caller.appointments), here.commission))
    queues = [(one, name_of(room, one, frame)) for one in own]
    which = tag("form",
        *([field(_("Commission"), select("of", queues, here.commission))] if len(queues) > 1
          else [tag("input", type="hidden", name="of", value=here.commission)]),
        field(_("Kind"), select("kind", kinds, here.kind)),
        *([tag("input", type="hidden", name="part", value=here.part)] if here.part else []),
        tag("button", _("Show"), class_="second"), method="get", action=PREFIX)  # fmt: skip
    find = tag("form", field(_("Number of the case"), tag("input", name="number", inputmode="numeric", required=True)),
               tag("button", _("Find"), class_="second"), method="get", action=PREFIX)  # fmt: skip
    return tag("div", which, find, class_="choose")


def _rows(room: CaseRoom, frame: Frame, caller: Caller, found: QueuePage, here: Asked) -> Html:
    _, word = frame.say.gettext, catalog("shailoo", frame.language).gettext
    now = room.staff.clock.now()
    acts: dict[str, str] = {}
    rows: list[tuple[Child, ...]] = []
    for place, standing in found.rows:
        offered = dict(_bulk_acts(standing, room.election_of(standing), caller))
        acts |= {name: word(label) for name, label in offered.items()}
        title = word(standing.kind.title)
        link = tag("a", f"№ {standing.number}", href=f"{PREFIX}{standing.number}")
        tick: Child = ""
        if offered:
            label = _("Tick case {number}", number=standing.number)
            tick = tag("input", type="checkbox", name=f"case-{standing.number}", value=len(standing.acts),
                       aria_label=label)  # fmt: skip
        state = word(standing.status.label)
        if standing.pending is not None:
            state = _("{status} (waits for a second official)", status=state)
        due = due_cell(frame, place, room.zone_of(standing), late=place.late(now))
        rows.append((link, tick, title, standing.filed.station or "—", state, due))
    head = (_("No."), _("Tick"), _("Kind"), _("Station"), _("Status"), _("Due"))
    listed = table(head, rows)
    if not acts:
        return tag("div", listed, class_="queue")
    return frame.form(
        f"{PREFIX}bulk",
        *(tag("input", type="hidden", name=name, value=value)
          for name, value in (("of", here.commission), ("kind", here.kind), ("part", here.part)) if value),
        tag("p", _("Arrow keys move between the cases, x ticks the one you are at."), class_="hint", hidden=True,
            data_keys=True),
        listed,
        tag("fieldset", tag("legend", _("With the ticked cases")),
            field(_("Act"), select("do-act", list(acts.items()))),
            field(_("Reason"), tag("textarea", name="do-reason", rows=2, maxlength=500),
                  hint=_("Wanted for a refusal. It becomes part of each case.")),
            tag("button", _("Do it to the ticked cases"))),
        class_="queue",
    )  # fmt: skip


def _bulk_acts(standing: CaseStanding, election: Election, caller: Caller) -> Iterable[tuple[str, str]]:
    if standing.pending is not None:
        return
    for rule in standing.kind.acts:
        fits = rule.bulk and standing.status.name in rule.before
        if fits and acting(caller.appointments, rule, standing, election) is not None:
            yield rule.name, rule.label


def _pages(frame: Frame, found: QueuePage, here: Asked) -> Html:
    _ = frame.say.gettext
    if found.pages == 1:
        return Html("")
    back = [tag("a", _("Page before"), href=replace(here, page=found.page - 1).address(), rel="prev")]
    on = [tag("a", _("Next page"), href=replace(here, page=found.page + 1).address(), rel="next")]
    said = _("Page {page} of {pages}", page=number(found.page), pages=number(found.pages))
    return tag(
        "nav",
        *(back if found.page > 1 else []),
        tag("span", said),
        *(on if found.page < found.pages else []),
        class_="parts",
        aria_label=_("Pages"),
    )


def _told(frame: Frame, asked: Asked) -> Iterable[Html]:
    """What an act in bulk has done, and why it was refused where it was."""
    _ = frame.say.gettext
    if asked.done.isascii() and asked.done.isdecimal():
        yield tag("p", _("Done: {n}", n=number(int(asked.done[:6]))), class_="done", role="status")
    lines = []
    for one in asked.refused.split(",")[:100]:
        case, _dot, code = one.partition(".")
        if case.isascii() and case.isdecimal() and code in SENTENCES:
            link = tag("a", f"№ {case[:12]}", href=f"{PREFIX}{case[:12]}")
            lines.append(tag("li", link, ": ", _(SENTENCES[code])))
    if lines:
        yield tag("div", tag("p", _("Not done: {n}", n=number(len(lines)))), tag("ul", *lines), class_="error",
                  role="alert")  # fmt: skip
