"""How papers stand: a station's papers in a list, and one paper with its versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from functions.staff.keying_form import Paper, line_name, option_names, sheet_name, told
from functions.staff.pages import Child, Frame, Html, join, table, tag
from shailoo.i18n import local_time, number
from shailoo.model.election import Election, Station
from shailoo.model.manual import ProtocolKeyed
from shailoo.model.record import Act
from shailoo.rules.keying import Agreed, Differ, SheetStanding, Waiting, sheet_standing
from shailoo.usecases.key_protocol import protocol_of, sheets_at

_TWO = 2
Keyings = Mapping[str, tuple[ProtocolKeyed, ...]]


def standings(election: Election, station: Station, keyings: Keyings, acts: Iterable[Act]) -> dict[str, SheetStanding]:
    """Every paper of a station with its standing, in the order of the list."""
    known = tuple(acts)
    return {
        sheet: sheet_standing(keyings.get(sheet, ()), protocol_of(election, station, sheet), known)
        for sheet in sheets_at(election, station)
    }


def sheets_list(frame: Frame, election: Election, station: Station, found: Mapping[str, SheetStanding]) -> Html:
    """The papers of a station, each with what it waits for."""
    rows = (
        tag(
            "li",
            tag(
                "a",
                tag("b", sheet_name(frame, election, sheet)),
                tag("small", standing_words(frame, standing)),
                href=f"/staff/protocols/{election.id}/{station.no}/{sheet}",
            ),
        )
        for sheet, standing in found.items()
    )
    return tag("ul", *rows, class_="plain")


def standing_words(frame: Frame, standing: SheetStanding) -> str:
    """What a paper waits for, or that it counts."""
    _ = frame.say.gettext
    match standing.current:
        case Waiting(keyed=0):
            said = _("waits for its first keying")
        case Waiting():
            said = _("waits for its second keying, by another person")
        case Differ(keyings=keyings) if len(keyings) == _TWO:
            said = _("two keyings differ: waits for a third person")
        case Differ():
            said = _("the keyings differ: waits for a further person")
        case Agreed():
            said = _("held: two agree, but a rule does not hold") if standing.held else _("two agree: it counts")
    if len(standing.versions) > 1:
        return _("version {version}: {said}", version=len(standing.versions), said=said)
    return said


def differing(frame: Frame, paper: Paper, state: Differ) -> Html:
    """The lines to look at closely. Their figures stay hidden, so that the next keying is read off the paper."""
    names = []
    for one in state.lines:
        options = option_names(frame, paper, one.line)
        of = f": {options[one.option]}" if options and one.option is not None else ""
        names.append(tag("li", f"{one.line} · {line_name(frame, paper, one.line)}{of}"))
    return join(tag("p", frame.say.gettext("The keyings differ here. Read these lines closely:")), tag("ul", *names))


def versions(frame: Frame, paper: Paper, standing: SheetStanding) -> Html:
    """Every version that two persons agree on, the newest first; the earlier ones stay to be read."""
    _ = frame.say.gettext
    blocks: list[Html] = []
    for one in reversed(standing.versions):
        blocks.append(tag("h2", _("Version {version}", version=one.version)))
        told_why = [(_("Why the paper is keyed anew"), one.correction), (_("Number of the act"), one.act)]
        if isinstance(one.state, Agreed):
            told_why.append((_("Why the figures break a rule"), one.state.unreconciled))
        pairs = [join(tag("dt", name), tag("dd", value)) for name, value in told_why if value is not None]
        blocks += [tag("dl", *pairs)] if pairs else []
        if isinstance(one.state, Agreed):
            blocks += _agreed(frame, paper, one.state)
        else:
            blocks.append(tag("p", _("Its figures are shown when two persons agree."), class_="hint"))
    return join(*blocks)


def _agreed(frame: Frame, paper: Paper, state: Agreed) -> Iterable[Html]:
    _ = frame.say.gettext
    moment = local_time(state.moment, paper.station.zone)
    first, second = state.keyings
    yield tag("p", _("Keyings {first} and {second} agree, {time}.", first=first, second=second, time=moment))
    for breach in (*state.hard, *state.soft):
        yield tag("p", told(frame, breach), class_="breach")
    rows: list[tuple[Child, Child]] = []
    for one in state.lines:
        options = option_names(frame, paper, one.line)
        title = f"{one.line} · {line_name(frame, paper, one.line)}"
        if not options:
            rows.append((title, number(one.figures[0])))
            continue
        rows.append((title, ""))
        rows += [(name, number(votes)) for name, votes in zip(options, one.figures, strict=True)]
    yield table((_("Line"), _("Figure")), rows)
