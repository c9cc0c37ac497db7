"""The list of a station as a PDF for the door of the precinct: A4, numbered names in two columns.

Kyrgyz and Russian on one paper. Of a person it shows what the disclosure rule shows, the name, and nothing else. The
same list gives the same bytes; the only date inside is the day of the list.

The fonts come from the machine (Debian: fonts-dejavu-core); of each only the letters that were used are embedded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from fpdf import FPDF

from shailoo.errors import ShailooError
from shailoo.i18n import catalog, local_date, msgid, number
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.voter_list import Centre, ListStage, PersonName

FONTS: Final = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"),
)
"""Regular and bold, with Ң ң Ө ө Ү ү, where Debian puts them."""
_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 12.0
_GAP = 6.0
_COLUMN = (_WIDTH - 2 * _MARGIN - _GAP) / 2
_NUMBER = 10.5
"""For five figures and a space."""
_NAME_PT, _LINE = 9.0, 4.1
_SMALL_PT, _SMALL = 8.0, 3.7
_FOOT = 4 * _SMALL + 5.0
_HEADINGS: Final = {
    ListStage.PERMANENT: msgid("Voter list of polling station No. {number}"),
    ListStage.PRELIMINARY: msgid("Preliminary voter list of polling station No. {number}"),
    ListStage.CONTROL: msgid("Control voter list of polling station No. {number}"),
    ListStage.FINAL: msgid("Final voter list of polling station No. {number}"),
    ListStage.TOOK_PART: msgid("Voters who took part at polling station No. {number}"),
}
_REMEDY: Final = msgid(
    "You are not on the list, or your name is wrong? Tell this commission, or call 1255 "
    "(constitutional law on elections, Art. 15)."
)
_REMEDY_AFTER: Final = msgid("You stand here and did not vote, or voted and do not stand here? Tell this commission.")
_SYNTHETIC: Final = msgid("Synthetic data: none of these people exists.")


class NoPosterFont(ShailooError):
    """No font on this machine has the Kyrgyz letters."""

    code = "no-poster-font"


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on a poster besides the names. `election`: its name (ky, ru, en), None between elections."""

    centre: Centre
    stage: ListStage
    election: tuple[str, str, str] | None
    as_of: date
    synthetic: bool
    languages: tuple[Language, ...] = ("ky", "ru")


Entry = tuple[int, list[str]]
"""The number of a person, and the lines of the name: one, unless the name is wider than the column."""
Column = list[Entry]


def poster(facts: Poster, people: Sequence[PersonName], fonts: tuple[Path, Path] = FONTS) -> bytes:
    """Set a poster. Names in the order in which they come, each once and never cut. Raises NoPosterFont."""
    missing = [path.name for path in fonts if not path.is_file()]
    if missing:
        raise NoPosterFont(
            "A font with Kyrgyz letters is missing. On Debian: apt-get install fonts-dejavu-core",
            missing=", ".join(missing),
        )
    pdf = FPDF(unit="mm", format="A4")
    pdf.set_creation_date(datetime.combine(facts.as_of, time(tzinfo=UTC)))
    pdf.set_lang(facts.languages[0])
    pdf.set_title(_heading(facts, facts.languages[0]))
    pdf.set_margin(0)
    pdf.c_margin = 0  # a cell has an inner margin of its own
    pdf.set_auto_page_break(auto=False)
    pdf.add_font("poster", fname=fonts[0])
    pdf.add_font("poster", "B", fname=fonts[1])
    pdf.set_font("poster", size=_NAME_PT)
    head, slim = _head(facts, len(people)), _slim(facts)
    entries = [(at, _broken(_shown(one), pdf.get_string_width)) for at, one in enumerate(people, start=1)]
    pages = list(_pages(entries, _lines(head), _lines(slim)))
    for at, columns in enumerate(pages, start=1):
        pdf.add_page()
        top = _write(pdf, head if at == 1 else slim, _MARGIN)
        pdf.set_font("poster", size=_NAME_PT)
        for place, column in enumerate(columns):
            _write_column(pdf, column, _MARGIN + place * (_COLUMN + _GAP), top)
        _write_foot(pdf, facts, at, len(pages))
    return bytes(pdf.output())


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float
    height: float
    style: str = ""


def _heading(facts: Poster, language: Language) -> str:
    return catalog("builder", language).gettext(_HEADINGS[facts.stage], number=facts.centre.station)


def _head(facts: Poster, people: int) -> list[_Line]:
    """The first page's heading, once in each language, and the space below it."""
    lines = []
    for language in facts.languages:
        say, at = catalog("builder", language), LANGUAGES.index(language)
        centre = facts.centre
        lines.append(_Line(_heading(facts, language), 13, 6.2, "B"))
        if facts.election is not None:
            lines.append(_Line(facts.election[at], 10, 4.8))
        lines.append(_Line(f"{centre.name[at]}, {centre.building[at]}, {centre.address[at]}", 9, 4.4))
        told = say.gettext(
            "As of {date}. Voters: {voters}", date=local_date(facts.as_of, language), voters=number(people)
        )
        lines.append(_Line(told, 9, 4.4))
        if facts.synthetic:
            lines.append(_Line(say.gettext(_SYNTHETIC), 9, 4.4, "B"))
        lines.append(_Line("", 9, 2.5))
    return lines


def _slim(facts: Poster) -> list[_Line]:
    """The heading of every further page: a sheet that falls off the wall still says what it is."""
    said = " · ".join(_heading(facts, language) for language in facts.languages)
    day = facts.as_of.strftime("%d.%m.%Y")
    mark = f" · {catalog('builder', facts.languages[0]).gettext(_SYNTHETIC)}" if facts.synthetic else ""
    return [_Line(said, _SMALL_PT, _SMALL), _Line(f"{day}{mark}", _SMALL_PT, _SMALL + 2)]


def _shown(person: PersonName) -> str:
    return " ".join(part for part in person if part)


def _broken(name: str, width: Callable[[str], float]) -> list[str]:
    """A name in lines that fit the column, broken between words, and inside one only if it alone is too wide."""
    most = _COLUMN - _NUMBER
    if width(name) <= most:
        return [name]
    lines = [""]
    for word in name.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if width(longer) <= most:
            lines[-1] = longer
            continue
        lines.append("")
        for sign in word:
            if width(lines[-1] + sign) > most:
                lines.append("")
            lines[-1] += sign
    return [line for line in lines if line]


def _lines(head: Sequence[_Line]) -> int:
    """How many lines of names fit between a heading and the foot."""
    return int((_HEIGHT - 2 * _MARGIN - _FOOT - sum(line.height for line in head)) / _LINE)


def _pages(entries: Sequence[Entry], first: int, further: int) -> Iterator[tuple[Column, Column]]:
    """Fill columns, two a page; a name that takes several lines stays together. At least one page."""
    columns: list[Column] = [[]]
    free = first
    for entry in entries:
        if len(entry[1]) > free:
            columns.append([])
            free = first if len(columns) <= 2 else further  # noqa: PLR2004 -- the two columns of the first page
        columns[-1].append(entry)
        free -= len(entry[1])
    columns += [[]] * (len(columns) % 2)
    yield from zip(columns[::2], columns[1::2], strict=True)


def _write(pdf: FPDF, lines: Sequence[_Line], top: float) -> float:
    """Write lines across the page, each made smaller if it is wider; returns where they end."""
    for line in lines:
        pdf.set_font("poster", line.style, line.size)
        wide = pdf.get_string_width(line.text)
        if wide > _WIDTH - 2 * _MARGIN:
            pdf.set_font_size(line.size * (_WIDTH - 2 * _MARGIN) / wide)
        pdf.set_xy(_MARGIN, top)
        pdf.cell(w=0, h=line.height, text=line.text)
        top += line.height
    return top


def _write_column(pdf: FPDF, column: Column, left: float, top: float) -> None:
    for at, lines in column:
        pdf.set_xy(left, top)
        pdf.cell(w=_NUMBER - 2, h=_LINE, text=str(at), align="R")
        for line in lines:
            pdf.set_xy(left + _NUMBER, top)
            pdf.cell(w=_COLUMN - _NUMBER, h=_LINE, text=line)
            top += _LINE


def _write_foot(pdf: FPDF, facts: Poster, page: int, pages: int) -> None:
    """How an error is corrected, in each language, and which page of how many this is."""
    top = _HEIGHT - _MARGIN - _FOOT + 3
    pdf.line(_MARGIN, top - 1.5, _WIDTH - _MARGIN, top - 1.5)
    remedy = _REMEDY_AFTER if facts.stage is ListStage.TOOK_PART else _REMEDY
    said = [catalog("builder", language).gettext(remedy) for language in facts.languages]
    top = _write(pdf, [_Line(text, _SMALL_PT, _SMALL) for text in said], top)
    pdf.set_font("poster", size=_SMALL_PT)
    pdf.set_xy(_MARGIN, top)
    pdf.cell(w=_WIDTH - 2 * _MARGIN, h=_SMALL, text=f"{page} / {pages}", align="R")
