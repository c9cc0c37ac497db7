"""The form in which a paper is keyed: a field for each figure, and beside it the rule that it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from functions.staff.pages import Frame, Html, field, join, tag
from shailoo.i18n import msgid
from shailoo.model.election import Election, Equation, Protocol, Station
from shailoo.model.manual import IDENTIFICATION, LineFigure
from shailoo.rules.arithmetic import Breach
from shailoo.rules.equations import Lines, ProtocolEquation, evaluate, parse_equation
from shailoo.rules.errors import UnknownLine
from shailoo.rules.keying import as_lines
from shailoo.rules.manual_count import voted_for
from shailoo.usecases.key_protocol import lines_of, protocol_of
from shailoo.usecases.keying_refusals import LinesWanted

_MOST = 1_000_000
_DIGITS = 7
_SIGNS = {"=": "=", "<=": "≤", ">=": "≥"}
IDENTIFIED_NAME = msgid("voters identified")
_BROKEN = msgid("{line}: typed {typed}, must be {relation} {expected}. Rule: {rule}")


@dataclass(frozen=True, slots=True)
class Paper:
    """One sheet of one station, in one version."""

    election: Election
    station: Station
    sheet: str
    version: int

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"/staff/protocols/{self.election.id}/{self.station.no}/{self.sheet}"

    @property
    def protocol(self) -> Protocol | None:
        """Its lines and equations; None for the identification report."""
        return protocol_of(self.election, self.station, self.sheet)

    @property
    def widths(self) -> Mapping[str, int]:
        """How many figures each line has."""
        return lines_of(self.election, self.station, self.sheet)


def typed_lines(paper: Paper, form: Mapping[str, str]) -> tuple[LineFigure, ...]:
    """The figures of a form. Raises LinesWanted with the first that is no whole number up to a million."""
    found = []
    for line, width in paper.widths.items():
        figures = _figures(line, width, form)
        if figures is None:
            raise LinesWanted("Write a whole number.", line=line)
        found.append(LineFigure(line=line, figures=figures))
    return tuple(found)


def keying_form(frame: Frame, paper: Paper, form: Mapping[str, str], *, correction: bool) -> Html:
    """The form with what was typed so far, and every rule that it breaks already."""
    _ = frame.say.gettext
    lines = _typed_so_far(paper, form)
    slots = _slots(frame, paper, lines)
    broken = sum(1 for of_line in slots.values() for slot in of_line if slot.broken)
    why = []
    if correction:
        why = [
            field(
                _("Why the paper is keyed anew"),
                tag("textarea", form.get("correction", ""), name="correction", rows=2, maxlength=1000, required=True),
                hint=_("It is published word for word."),
            ),
            field(
                _("Number of the act"),
                tag("input", name="act", value=form.get("act", ""), maxlength=24),
                hint=_("A superior commission corrects agreed figures by an act only."),
            ),
        ]
    count = _("Rules that do not hold: {count}", count="{count}")
    entries = tag(
        "form",
        tag("input", type="hidden", name="token", value=frame.token or ""),
        tag("input", type="hidden", name="version", value=paper.version),
        *why,
        *(_line_block(frame, paper, line, form, slots.get(line, ())) for line in paper.widths),
        tag(
            "p",
            count.replace("{count}", str(broken)) if broken else "",
            role="status",
            class_="tally",
            data_said=count,
        ),
        *([_reason(frame, form)] if paper.protocol is not None else []),
        tag("p", role="status", class_="kept hint", data_kept=_("Kept."), data_lost=_("Not kept yet. Trying again.")),
        tag("button", _("Keep for later"), formaction=f"{paper.address}/draft", formnovalidate=True, class_="second"),
        tag("button", _("Hand over"), name="do", value="hand-over"),
        method="post",
        action=paper.address,
        class_="keying",
        autocomplete="off",
        data_draft=f"{paper.address}/draft",
    )
    return join(tag("p", _("Type what the paper says, line by line. Nobody else sees it until two agree.")), entries)


def line_name(frame: Frame, paper: Paper, line: str) -> str:
    """What a line counts, in the page's language."""
    if paper.protocol is None:
        return frame.say.gettext(IDENTIFIED_NAME)
    return next(one.name.text(frame.language) for one in paper.protocol.lines if one.id == line)


def option_names(frame: Frame, paper: Paper, line: str) -> tuple[str, ...]:
    """The options of a group line in ballot order; empty for a line with one figure."""
    protocol = paper.protocol
    if protocol is None or not any(one.group for one in protocol.lines if one.id == line):
        return ()
    options = voted_for(protocol, paper.election.contest_by_id[paper.sheet])
    return tuple(f"{one.no}. {one.name.text(frame.language)}" for one in options)


def sheet_name(frame: Frame, election: Election, sheet: str) -> str:
    """A paper's name in the page's language."""
    if sheet == IDENTIFICATION:
        return frame.say.gettext("Final identification report")
    contest = election.contest_by_id[sheet].name.text(frame.language)
    return frame.say.gettext("Protocol: {contest}", contest=contest)


def told(frame: Frame, breach: Breach) -> str:
    """What a rule wants, and what it finds."""
    return _told(frame, breach.rule, breach.relation, (breach.line, str(breach.found), str(breach.expected)))


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a rule speaks up, under the first line of its left side."""

    html: Html
    name: str
    broken: bool


def _line_block(frame: Frame, paper: Paper, line: str, form: Mapping[str, str], slots: tuple[_Slot, ...]) -> Html:
    described = " ".join(slot.name for slot in slots) or None
    options = option_names(frame, paper, line)
    title = f"{line} · {line_name(frame, paper, line)}"
    controls = [
        tag(
            "label",
            tag("span", options[at] if options else title),
            tag(
                "input",
                name=name,
                value=form.get(name, ""),
                inputmode="numeric",
                required=True,
                maxlength=9,
                data_line=line,
                aria_describedby=described,
            ),
            class_="figure",
        )
        for at, name in enumerate(_names(line, paper.widths[line]))
    ]
    said = [slot.html for slot in slots]
    if options:
        return tag("fieldset", tag("legend", title), *controls, *said)
    return tag("div", *controls, *said)


def _reason(frame: Frame, form: Mapping[str, str]) -> Html:
    _ = frame.say.gettext
    return field(
        _("Why the figures break a rule"),
        tag("textarea", form.get("unreconciled", ""), name="unreconciled", rows=2, maxlength=1000),
        hint=_("Only where the paper itself says so. It is published word for word, and the protocol is held."),
    )


def _slots(frame: Frame, paper: Paper, lines: Lines) -> Mapping[str, tuple[_Slot, ...]]:
    found: dict[str, list[_Slot]] = {}
    for equation in paper.protocol.equations if paper.protocol is not None else ():
        parsed = parse_equation(equation.text)
        found.setdefault(parsed.left[0].line, []).append(_slot(frame, equation, parsed, lines))
    return {line: tuple(slots) for line, slots in found.items()}


def _slot(frame: Frame, equation: Equation, parsed: ProtocolEquation, lines: Lines) -> _Slot:
    """The place of a rule, with the rule itself as data: the script fills it while figures are typed."""
    left = str(parsed).partition(f" {parsed.relation} ")[0]
    breach = _verdict(parsed, lines)
    name = f"rule-{equation.id}"
    html = tag(
        "p",
        told(frame, breach) if breach is not None else "",
        id=name,
        class_="breach" if equation.hard else "breach soft",
        hidden=breach is None,
        data_left=" ".join(term.line for term in parsed.left),
        data_relation=parsed.relation,
        data_right=" ".join(term.line for term in parsed.right),
        data_said=_told(frame, equation.text, parsed.relation, (left, "{typed}", "{expected}")),
    )
    return _Slot(html, name, broken=breach is not None)


def _told(frame: Frame, rule: str, relation: str, sides: tuple[str, str, str]) -> str:
    """`sides` are the left side as written, its value, and the value of the right side."""
    line, typed, expected = sides
    return frame.say.gettext(_BROKEN, line=line, typed=typed, relation=_SIGNS[relation], expected=expected, rule=rule)


def _verdict(equation: ProtocolEquation, lines: Lines) -> Breach | None:
    """No verdict while a line of the rule is empty: absent is not zero."""
    try:
        return evaluate(equation, lines)
    except UnknownLine:
        return None


def _typed_so_far(paper: Paper, form: Mapping[str, str]) -> Lines:
    """The lines that are whole already."""
    found = []
    for line, width in paper.widths.items():
        figures = _figures(line, width, form)
        if figures is not None:
            found.append(LineFigure(line=line, figures=figures))
    return as_lines(found, paper.protocol)


def _figures(line: str, width: int, form: Mapping[str, str]) -> tuple[int, ...] | None:
    figures = [_figure(form.get(name, "")) for name in _names(line, width)]
    whole = tuple(figure for figure in figures if figure is not None)
    return whole if len(whole) == width else None


def _names(line: str, width: int) -> tuple[str, ...]:
    """Names of the fields of a line: `L1-0`, `L10-0`, `L10-1`."""
    return tuple(f"{line}-{at}" for at in range(width))


def _figure(text: str) -> int | None:
    """A whole number; spaces between its digits are passed over."""
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS):
        return None
    return int(digits) if int(digits) <= _MOST else None
