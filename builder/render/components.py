"""The jinja2 environment of one language: templates, filters, and the links of one election.

Translations are put into a template when it is compiled (`{{ _("…") }}` becomes a constant), so a page pays for them
once and not every time. Figures are formatted once and remembered: Babel and string building would be a third of a full
build otherwise. Nothing here computes a figure; shares are drawn from the two integers of the view.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.ext import Extension
from jinja2.runtime import Context
from markupsafe import Markup, escape

from builder.change_views import ChangedLine
from builder.document_views import Owed
from builder.render import charts, words
from builder.render.compiled import Compiled
from builder.render.happenings import Happenings
from builder.views import (
    ContestCount,
    CountLine,
    Head,
    HeldRow,
    LayerRow,
    MapArea,
    OptionCount,
    Place,
    Seats,
    TurnoutTable,
)
from shailoo.i18n import NARROW_SPACE, NO_SHARE, Catalog, catalog, local_date, local_moment, number, share, signed
from shailoo.model.base import Language

THEME = Path(__file__).resolve().parents[1] / "theme"
SITES = Path(__file__).resolve().parents[2] / "sites"
DASH = Markup(NO_SHARE)  # noqa: S704 -- a constant of ours
_MAPPED = 3
_MOST = 300_000
"""Remembered shares; beyond it all are forgotten, so that a publisher that runs for days does not grow."""
_SHORT = 200
"""Longer texts are escaped anew each time: they seldom come again."""
_HTML = frozenset({"n", "share", "signed", "less", "width", "said", "fill", "owed"})
"""Filters whose answer is HTML already."""
_NAMED = 6
"""So many missing papers of a kind are named, more are counted."""
_SENTENCE = re.compile(r'(?<![\w.])_\("((?:[^"\\]|\\.)*)"\)')


def sentences(source: str) -> list[str]:
    """Return every sentence that a template or module marks for translation as `_("…")`, unescaped."""
    return [json.loads(f'"{found}"') for found in _SENTENCE.findall(source)]


class _Translated(Extension):
    """Replaces `_("sentence")` in a template's source by the translated literal."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Translate the source; called by jinja2 once, when the template is compiled."""
        del name, filename
        gettext = cast("Tongue", self.environment).words.gettext
        return _SENTENCE.sub(lambda found: json.dumps(gettext(json.loads(f'"{found[1]}"')), ensure_ascii=False), source)


def as_html(value: object) -> str:
    """What `markupsafe.escape` gives, without copying what is HTML already: a page prints two hundred such figures."""
    if type(value) is Markup:
        return value
    return _escaped(value) if type(value) is str and len(value) < _SHORT else escape(value)


@lru_cache(maxsize=8_192)
def _escaped(text: str) -> str:
    """Names, identifiers and times, which stand on a page in three languages and on many pages."""
    return str(escape(text))


class _Printer(CodeGenerator):
    """Compiles `{{ … }}` to a call of `as_html`, and `a.b` and `f(a)` to Python's own; all else as jinja2 does it.

    Views are dataclasses: what a template asks for is an attribute, or a mistake that the gate must hear of. And no
    function of ours asks jinja2 for its context, so calls need not go through it.
    """

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 -- jinja2's own name
        """Write the attribute of a value."""
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def visit_Call(  # noqa: N802 -- jinja2's own name
        self,
        node: nodes.Call,
        frame: Frame,
        forward_caller: bool = False,  # noqa: FBT001, FBT002 -- jinja2's own signature
    ) -> None:
        """Write the call of a function or macro."""
        if forward_caller or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:  # noqa: ANN401 -- jinja2's own signature
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
            return
        if isinstance(node, nodes.Filter) and node.name in _HTML:
            self.write("(")
        else:
            self.write("environment.as_html(")


class _Plain(Context):
    """Calls what a template calls, as it is: no function of ours asks jinja2 for its context, so none is looked for."""

    def call(self, obj: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- jinja2's own signature
        """Call a function or macro."""
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return obj(*args, **kwargs)


class _Shared(Template):
    """What a page imports is made once: all templates of an environment have the same globals."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        del ctx
        return super()._get_default_module()


class Tongue(Environment):
    """A jinja2 environment that speaks one language: `words` are its sentences."""

    template_class = _Shared
    code_generator_class = _Printer
    context_class = _Plain
    as_html = staticmethod(as_html)
    language: Language
    words: Catalog


def environment(
    language: Language, templates: Sequence[Path] = (), *, strict: bool = False, compiled: Path | None = None
) -> Tongue:
    """Make the environment of one language; its templates stay compiled as long as it lives.

    `templates` are searched before the theme's components; without them it is the results portal's. `strict` makes a
    missing translation an error (for tests). What is compiled is kept in the folder `compiled`, if there is one.
    """
    folders = [*(templates or [SITES / "results" / "templates"]), THEME / "components"]
    env = Tongue(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=Compiled(compiled, language) if compiled is not None and not strict else None,
    )
    env.language = language
    env.words = catalog("builder", language, strict=strict)
    env.globals["language"] = language
    env.add_extension(_Translated)
    env.filters.update(figures(language))
    env.filters.update(sayings(language, env.words.gettext))
    env.filters["happened"] = Happenings(language, env.words).said
    return env


# --- figures ---


def figures(language: Language) -> dict[str, Callable[..., Any]]:
    """Filters that write numbers, shares, widths and times."""
    numbers: dict[int, Markup] = {}
    shares: dict[tuple[int, int], Markup] = {}

    def n(value: int | None) -> Markup:
        """A whole number; a dash for what is not known."""
        if value is None:
            return DASH
        known = numbers.get(value)
        if known is None:
            known = numbers[value] = Markup(number(value))  # noqa: S704 -- digits and spaces only
        return known

    def plus(value: int | None) -> Markup:
        """A difference with its sign; a dash for what is not known."""
        return DASH if value is None else Markup(signed(value))  # noqa: S704 -- digits, spaces and a sign

    def part_of(part: int | None, base: int | None) -> Markup:
        """A share; a dash where one of its integers is unknown or it would leave 0 to 100 (the gate then speaks)."""
        if part is None or base is None or not 0 <= part <= base:
            return DASH
        known = shares.get((part, base))
        if known is None:
            if len(shares) > _MOST:
                shares.clear()
            known = shares[(part, base)] = Markup(share(part, base, language))  # noqa: S704 -- digits only
        return known

    return {
        "n": n,
        "signed": plus,
        "less": lambda value, other: plus(None if value is None or other is None else value - other),
        "share": part_of,
        "width": width,
        "said": lambda value: Markup("<span data-text>{}</span>").format(number(value)),
        "t": attrgetter(language),
        "day": lambda day: local_date(date.fromisoformat(day), language),
        "moment": lambda stamp, zone: local_moment(datetime.fromisoformat(stamp), zone, language) if stamp else "",
        "clock": clock,
        "bare": lambda head: bare(head, language),
        "fill": lambda sentence, **values: Markup(escape(sentence)).format(**values),  # noqa: S704 -- escaped here
    }


def width(part: int | None, base: int | None, scale: int) -> Markup:
    """The width of a bar; nothing known is no width."""
    return Markup(charts.bar_width(part or 0, base or 0, scale))  # noqa: S704 -- digits only


@lru_cache(maxsize=1024)
def clock(stamp: str, zone: str) -> str:
    """Hours, minutes and seconds of a UTC stamp on the clocks of a zone: `20:11:46`."""
    return datetime.fromisoformat(stamp).astimezone(ZoneInfo(zone)).strftime("%H:%M:%S") if stamp else ""


# --- sentences ---


def sayings(language: Language, gettext: Callable[..., str]) -> dict[str, Callable[..., Any]]:
    """Filters that say codes in words."""

    def table(known: Mapping[str, str]) -> Callable[[str], str]:
        told = {code: gettext(sentence) for code, sentence in known.items()}
        return lambda code: told.get(code, code)

    status, line_word = table(words.STATUS), table(words.LINE)
    status_line, kind, option = table(words.STATUS_LINE), table(words.ELECTION), table(words.OPTION)
    rule = table(words.RULE)

    def span(seconds: int) -> str:
        hours, rest = divmod(abs(seconds), 3600)
        minutes, left = divmod(rest, 60)
        if hours:
            return gettext("{hours} h {minutes} min", hours=hours, minutes=minutes)
        if minutes:
            return gettext("{minutes} min {seconds} s", minutes=minutes, seconds=left)
        return gettext("{seconds} s", seconds=left)

    def delay(seconds: int) -> str:
        if seconds < 0:
            return gettext("{span} before closing", span=span(seconds))
        return gettext("{span} after closing", span=span(seconds))

    def clock_note(seconds: int) -> str:
        if seconds > 0:
            return gettext("the clock of the box was {span} fast", span=span(seconds))
        return gettext("the clock of the box was {span} slow", span=span(seconds))

    paper = table(words.DOCUMENT_KIND)

    def percent(hundredths: int) -> str:
        whole, rest = divmod(hundredths, 100)
        mark = "." if language == "en" else ","
        return f"{whole}{NARROW_SPACE}%" if rest == 0 else f"{whole}{mark}{rest:02d}{NARROW_SPACE}%"

    return {
        "status": lambda head: status(head.status),
        "status_line": lambda head: status_line(head.status),
        "status_title": table(words.STATUS_TITLE),
        "kind": lambda head: kind(head.kind),
        "option_word": lambda contest: option(contest.kind),
        "standing_sentence": table(words.STANDING),
        "mark": table(words.MARK),
        "seats_reason": table(words.SEATS_REASON),
        "district_state": table(words.DISTRICT_STATE),
        "district_reason": table(words.DISTRICT_REASON),
        "release": table(words.RELEASE),
        "box_state": table(words.BOX_STATE),
        "station_kind": table(words.STATION_KIND),
        "report_kind": table(words.REPORT),
        "cause": table(words.CAUSE),
        "changed_line": table(words.CHANGED),
        "document_kind": paper,
        "owed": lru_cache(maxsize=4_096)(lambda found: escape("; ".join(_owed(paper(one.kind), one) for one in found))),
        "document_state": table(words.DOCUMENT_STATE),
        "sheet_state": table(words.SHEET_STATE),
        "count_line": table(words.COUNT_LINE),
        "sheet_word": table(words.SHEET_WORD),
        "annulled": table(words.ANNULLED),
        "role": table(words.ROLE),
        "layer_turnout": table(words.LAYER_TURNOUT),
        "refusal": table(words.REFUSAL),
        "rule_sentence": lambda row: _rule(row, rule, language),
        "line_words": lambda line: " ".join(line_word(word) for word in line.split(" ")),
        "threshold": lambda hundredths: gettext("threshold {share}", share=percent(hundredths)),
        "percent": percent,
        "span": span,
        "delay": delay,
        "clock_note": clock_note,
    }


def _owed(paper: str, one: Owed) -> str:
    """Papers of a kind that are missing: named, or counted where they are many or all."""
    if 0 < len(one.parts) <= _NAMED:
        return f"{paper}: {', '.join(one.parts)}"
    return f"{paper}: {one.missing}" if one.missing > 1 else paper


def _rule(row: HeldRow, rule: Callable[[str], str], language: Language) -> str:
    return row.what.text(language) if row.what is not None else rule(row.rule)


def bare(head: Head, language: Language) -> str:
    """The election's name without its day, for places where the day stands beside it."""
    name, day = head.name.text(language), local_date(date.fromisoformat(head.day), language)
    return re.sub(r"[\s,]{2,}", ", ", name.replace(day, "")).strip(" ,")


def _numbered(name: str, number: str) -> bool:
    return re.search(rf"(?<!\d){re.escape(number)}(?!\d)", name) is not None


# --- one election ---


class Links:
    """What pages of one election point to and repeat: addresses, row headers, bars, charts. Remembers what it made."""

    def __init__(self, env: Tongue, head: Head, shapes: charts.Shapes | None, outline: str) -> None:
        self.head = head
        self.root = f"/results/{env.language}/"
        self.home = f"{self.root}{head.election}/"
        self.shapes = shapes
        self.outline = outline
        self._language: Language = env.language
        self._words = env.words
        self._filters: Mapping[str, Callable[..., Any]] = env.filters
        self._rows: dict[tuple[str, str, str], Markup] = {}
        self._places: dict[tuple[str, str], Markup] = {}
        self._lines: dict[tuple[int, int], str] = {}

    def href(self, place: Place) -> str:
        """The address of a place's page."""
        return self.home if place.kind == "country" else f"{self.home}{place.kind}/{place.id}/"

    def name(self, place: Place) -> str:
        """A place as it is spoken of in a sentence or a heading."""
        if place.kind == "station":
            return self._words.gettext("Polling station № {number}", number=place.number)
        name = place.name.text(self._language)
        return f"№ {place.number}, {name}" if place.number and not _numbered(name, place.number) else name

    def feed(self, place: Place) -> str:
        """Where the feeds of a station lie, without their endings."""
        return f"/results/data/{self.head.election}/changes/{place.kind}/{place.id}"

    def place(self, place: Place) -> Markup:
        """The header cell of a place's row: number and name, linked."""
        known = self._places.get((place.kind, place.id))
        if known is None:
            name = place.name.text(self._language)
            apart = place.number and not (place.kind == "district" and _numbered(name, place.number))
            no = Markup('<span class="no">{}</span>').format(place.number) if apart else ""
            if place.kind == "country":
                shown: Markup | str = self._words.gettext("Whole country")
            elif place.kind == "rayon":
                shown = name
            else:
                shown = Markup('<a href="{}">{}</a>').format(self.href(place), name)
            row = place.id or "total"
            known = Markup('<th scope="row" data-row="{}" data-text>{}{}</th>').format(row, no, shown)
            self._places[(place.kind, place.id)] = known
        return known

    def row(self, count: OptionCount) -> Markup:
        """The opening of an option's row with its header cell."""
        option = count.option
        known = self._rows.get((option.contest, option.key, count.standing))
        if known is None:
            known = self._rows[(option.contest, option.key, count.standing)] = self._row(count)
        return known

    def _row(self, count: OptionCount) -> Markup:
        option, name = count.option, count.option.name.text(self._language)
        if option.page:
            name = Markup('<a href="{}option/{}/{}/">{}</a>').format(self.home, option.contest, option.key, name)
        mark: Markup | str = ""
        if count.standing in words.MARK:
            unseen = " unseen" if count.standing == "below" else ""
            mark = Markup(' <small class="tag{}">{}</small>').format(unseen, self._filters["mark"](count.standing))
        shade = Markup(' class="{}"').format(count.standing) if count.standing else ""
        return Markup(
            '<tr data-key="{}"{}><th scope="row" data-row="{}" data-text><span class="no">{}</span>{}{}</th>'
        ).format(option.key, shade, option.key, option.number, name, mark)

    def line(self, line: CountLine | LayerRow | ChangedLine) -> Markup:
        """The header cell of a line of a comparison."""
        if line.option is None:
            known = self._filters["count_line"](line.key)
            return Markup('<th scope="row" data-row="{}">{}</th>').format(line.key, known)
        row = self.row(OptionCount(line.option, None))
        return Markup(row[row.index("<th") :])  # noqa: S704 -- made by us

    def counts_place(self, place: Place) -> Markup:
        """The header cell of a region or district that links to its own three counts."""
        known = self._places.get(("counts", place.id))
        if known is None:
            name = place.name.text(self._language)
            apart = place.number and not _numbered(name, place.number)
            no = Markup('<span class="no">{}</span>').format(place.number) if apart else ""
            kind = "" if place.kind == "region" else f"{place.kind}/"
            link = Markup('<a href="{}counts/{}{}/">{}</a>').format(self.home, kind, place.id, name)
            known = Markup('<th scope="row" data-row="{}" data-text>{}{}</th>').format(place.id, no, link)
            self._places["counts", place.id] = known
        return known

    def bar(self, count: OptionCount, contest: ContestCount) -> Markup:
        """The bar of an option with the threshold line, on the contest's scale."""
        line = ""
        if contest.threshold:
            line = self._lines.get((contest.threshold, contest.scale), "")
            if not line:
                x = charts.bar_width(contest.threshold, charts.FULL, contest.scale)
                line = f'<line x1="{x}" x2="{x}" y1="-62%" y2="162%"/>'
                self._lines[(contest.threshold, contest.scale)] = line
        tone = 0 if count.standing == "below" else count.option.tone
        wide = charts.bar_width(count.votes or 0, contest.ballots or 0, contest.scale)
        return Markup(  # noqa: S704 -- numbers of ours only
            f'<svg class="bar t{tone}" aria-hidden="true"><rect width="{wide}" height="100%"/>{line}</svg>'
        )

    def _titled(self, title: str) -> str:
        """A chart's title says that its figures are made up: a picture travels alone."""
        return f"{title} ({self._words.gettext('synthetic figures')})" if self.head.synthetic else title

    def hemicycle(self, seats: Seats) -> Markup:
        """The seats."""
        title = self._words.gettext("Seats") if seats.decided else self._words.gettext("Seats, if counted now")
        title = self._titled(title)
        told = [f"{row.option.name.text(self._language)}: {row.seats}" for row in seats.rows]
        if seats.open:
            told.append(f"{self._words.gettext('Undetermined')}: {seats.open}")
        if seats.districts:
            told.append(f"{self._words.gettext('Elected in districts')}: {seats.districts}")
        return Markup(charts.hemicycle(seats, title, "; ".join(told)))  # noqa: S704 -- escaped there

    def steps(self, table: TurnoutTable) -> Markup:
        """Turnout through the day."""
        title = self._titled(self._words.gettext("Turnout through the day, share of the voters"))
        return Markup(charts.turnout_steps(table, title, self._whole))  # noqa: S704 -- escaped there

    def map(self, areas: Sequence[MapArea]) -> Markup:
        """Turnout by region, with its legend. Nothing without shapes."""
        if self.shapes is None:
            return Markup()
        title = self._titled(self._words.gettext("Turnout by region"))
        drawn = charts.choropleth(self.shapes, areas, title, lambda area: self.href(area.place), self._label)
        told = charts.legend(self.shapes, areas, self._whole, self._words.gettext("no data"))
        return Markup(drawn + told)  # noqa: S704 -- escaped there

    def mapped(self, areas: Sequence[MapArea]) -> bool:
        """Whether a map would tell more than the table: at least three of the areas have a shape."""
        return self.shapes is not None and sum(area.place.id in self.shapes.paths for area in areas) >= _MAPPED

    def beyond(self, areas: Sequence[MapArea]) -> Markup:
        """Links to the parts that the map does not show, such as the stations abroad."""
        shown = self.shapes.paths if self.shapes is not None else {}
        links = [
            Markup('<a href="{}">{}</a> · ').format(self.href(area.place), self.name(area.place))
            for area in areas
            if area.place.id not in shown
        ]
        return Markup("").join(links)

    def locate(self, at: tuple[int, int] | None) -> Markup:
        """Where a station stands. Nothing without shapes or outside the country."""
        if self.shapes is None or at is None:
            return Markup()
        label = self._words.gettext("Where the station is")
        return Markup(charts.locator(self.shapes, at, self.outline, label))  # noqa: S704 -- escaped there

    def _label(self, area: MapArea) -> str:
        turnout = self._filters["share"](area.participants, area.voters)
        return f"{area.place.name.text(self._language)}: {turnout}"

    @staticmethod
    def _whole(percent: int) -> str:
        return f"{percent}{NARROW_SPACE}%"
