"""How many cases stand where: by commission and kind. Every case is counted once; rows and columns sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from urllib.parse import quote

from functions.cases.receipts import commission_name
from functions.staff.case_room import PREFIX, CaseRoom
from functions.staff.pages import Child, Frame, Html, join, table, tag
from functions.web import Caller, Response
from shailoo.i18n import catalog, number
from shailoo.model.case_kind import Phase
from shailoo.model.election import Election
from shailoo.usecases.case_queue import Figures, figures, may_open


def figures_page(room: CaseRoom, frame: Frame, caller: Caller, election: Election) -> Response:
    """Figures of an election, of the commissions that the caller oversees."""
    _ = frame.say.gettext
    found = figures(room.index, election, room.desk.kinds, caller.appointments, now=room.staff.clock.now())
    blocks = [
        tag("p", election.name.text(frame.language), class_="hint"),
        tag("p", tag("a", _("Cases of my commission"), href=PREFIX)),
    ]
    if not found:
        blocks.append(tag("p", _("There is no case yet."), class_="done"))
        return frame.page(_("Figures of cases"), *blocks)
    blocks += [
        tag("p", _("Every case is counted once, with the commission to which it belongs now."), class_="hint wide"),
        tag("h2", _("By commission")),
        _by_commission(room, frame, caller, election, found),
        tag("h2", _("By kind and status")),
        *_by_status(room, frame, found),
    ]
    return frame.page(_("Figures of cases"), *blocks)


def _by_commission(
    room: CaseRoom, frame: Frame, caller: Caller, election: Election, found: tuple[Figures, ...]
) -> Html:
    _, word = frame.say.gettext, catalog("shailoo", frame.language).gettext
    head = (
        _("Commission"), _("Kind"), _("We owe the next step"), _("Waits for somebody else"), _("Closed"), _("Together"),
        _("Overdue"),
    )  # fmt: skip
    rows: list[tuple[Child, ...]] = []
    for one in found:
        name: Child = commission_name(election, one.commission, frame.language)
        if may_open(one.commission, caller.appointments, room.elections):
            name = tag("a", name, href=f"{PREFIX}?of={quote(one.commission)}&kind={quote(one.kind)}")
        rows.append((name, word(room.desk.kinds[one.kind].title), *_cells(one.by_phase, one.total, one.late)))
    phases = {phase: sum(one.by_phase[phase] for one in found) for phase in Phase}
    total = _cells(phases, sum(one.total for one in found), sum(one.late for one in found))
    rows.append((tag("b", _("Together")), "", *(tag("b", cell) for cell in total)))
    return table(head, rows, label=_("By commission"))


def _by_status(room: CaseRoom, frame: Frame, found: tuple[Figures, ...]) -> list[Html]:
    _, word = frame.say.gettext, catalog("shailoo", frame.language).gettext
    blocks = []
    for name in sorted({one.kind for one in found}):
        kind = room.desk.kinds[name]
        counts: Counter[str] = Counter()
        for one in found:
            if one.kind == name:
                counts.update(one.by_status)
        rows: list[tuple[Child, ...]] = [(word(status.label), number(counts[status.name])) for status in kind.statuses]
        rows.append((tag("b", _("Together")), tag("b", number(counts.total()))))
        blocks.append(join(tag("h3", word(kind.title)), table((_("Status"), _("Cases")), rows, label=word(kind.title))))
    return blocks


def _cells(phases: Mapping[Phase, int], total: int, late: int) -> tuple[str, ...]:
    return (*(number(phases[phase]) for phase in (Phase.OPEN, Phase.WAITING, Phase.CLOSED)), number(total),
            number(late))  # fmt: skip
