"""Slips and lists as PDF, on the printer's 80 mm roll or on A4, from the same blocks; each block is tagged.

Tags (ISO 32000-1, 14.8): headings, paragraphs, and what a code holds as the words of its figure, in reading order; cut
lines are artifacts. The language is set and the title shown, as PDF/UA wants. The same blocks give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import segno
from fpdf import FPDF, ViewerPreferences
from fpdf.enums import MethodReturnValue
from fpdf.errors import FPDFException

from functions.cases.receipts import FONTS, NoReceiptFont
from shailoo.model.base import Language

Format = Literal["80mm", "a4"]
FORMATS: Final[tuple[Format, ...]] = ("80mm", "a4")
_ROLL_MM = 80.0
_LONGEST_MM = 2000.0
_CODE_MM = 44.0


@dataclass(frozen=True, slots=True)
class Title:
    """The heading of a slip."""

    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; a large one is what somebody reads out."""

    text: str
    large: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code, with what it is for whoever does not see it."""

    data: bytes
    words: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A line on which somebody signs."""

    who: str


@dataclass(frozen=True, slots=True)
class Cut:
    """Here the coupon is torn off."""


Block = Title | Pair | Line | Code | Sign | Cut


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every paper of ours has beside its blocks."""

    title: str
    language: Language
    made: datetime


class _Tagged(FPDF):
    """A PDF whose contents all say what they are."""

    @contextmanager
    def tagged(self, kind: str, alt: str | None = None) -> Iterator[None]:
        """Everything drawn inside is one element of the document's structure."""
        number = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{kind}", mcid=number, alt_text=alt)
        self._out(f"/{kind} <</MCID {number}>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside says nothing."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")


def set_slip(blocks: Sequence[Block], sheet: Sheet, form: Format, fonts: Sequence[Path] = FONTS) -> bytes:
    """Set a slip. On the roll it is one page, as long as it must be. Raises NoReceiptFont."""
    font = _font(fonts)
    try:
        if form == "a4":
            return bytes(_slip(blocks, sheet, font, (210.0, 297.0)).output())
        measured = _slip(blocks, sheet, font, (_ROLL_MM, _LONGEST_MM))
        length = measured.get_y() + 8
        measured.output()  # closes the font's file
        return bytes(_slip(blocks, sheet, font, (_ROLL_MM, length)).output())
    except (FPDFException, OSError) as error:
        raise NoReceiptFont("The slip could not be set as PDF.", cause=type(error).__name__) from error


def set_list(
    lines: Iterable[str],
    columns: Mapping[str, float],
    rows: Iterable[Sequence[str]],
    sheet: Sheet,
    fonts: Sequence[Path] = FONTS,
) -> bytes:
    """Set a list on A4 across: a title, lines, and a table whose head stands on every page; each row is one paragraph.

    `columns` are heads with their shares of the page's width. Raises NoReceiptFont.
    """
    font = _font(fonts)
    try:
        pdf = _new(sheet, font, (297.0, 210.0), 12)
        pdf.set_auto_page_break(auto=False)
        pdf.add_page()
        _text(pdf, "H1", sheet.title, 15)
        for line in lines:
            _text(pdf, "P", line, 9)
        pdf.ln(2)
        head, total = list(columns), sum(columns.values())
        widths = [share * pdf.epw / total for share in columns.values()]
        _row(pdf, head, widths, head=True)
        for row in rows:
            if pdf.get_y() + _height(pdf, row, widths) > pdf.h - 12:
                pdf.add_page()
                _row(pdf, head, widths, head=True)
            _row(pdf, row, widths)
        return bytes(pdf.output())
    except (FPDFException, OSError) as error:
        raise NoReceiptFont("The list could not be set as PDF.", cause=type(error).__name__) from error


def _font(fonts: Sequence[Path]) -> Path:
    font = next((path for path in fonts if path.is_file()), None)
    if font is None:
        raise NoReceiptFont("No font with Kyrgyz letters is here. On Debian: apt-get install fonts-dejavu-core")
    return font


def _new(sheet: Sheet, font: Path, size: tuple[float, float], margin: float) -> _Tagged:
    pdf = _Tagged(unit="mm", format=size)
    pdf.set_creation_date(sheet.made)
    pdf.set_lang(sheet.language)
    pdf.set_title(sheet.title)
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
    pdf.set_margins(margin, margin)
    pdf.add_font("paper", fname=font)
    return pdf


def _slip(blocks: Sequence[Block], sheet: Sheet, font: Path, size: tuple[float, float]) -> _Tagged:
    margin, scale = (4.0, 0.85) if size[0] == _ROLL_MM else (20.0, 1.0)
    pdf = _new(sheet, font, size, margin)
    pdf.set_auto_page_break(auto=False)
    pdf.add_page()
    for block in blocks:
        match block:
            case Title():
                _text(pdf, "H1", block.text, 15 * scale)
                pdf.ln(1.5)
            case Pair():
                with pdf.tagged("P"):
                    _cell(pdf, block.name, 8.5 * scale)
                    _cell(pdf, block.value, 11.5 * scale)
                pdf.ln(0.8)
            case Line():
                _text(pdf, "P", block.text, 15 * scale if block.large else 9.5 * scale)
                pdf.ln(1)
            case Code():
                _code(pdf, block)
            case Sign():
                pdf.ln(9)
                with pdf.artifact():
                    pdf.line(pdf.l_margin, pdf.get_y(), pdf.l_margin + min(pdf.epw, 90), pdf.get_y())
                _text(pdf, "P", block.who, 8.5 * scale)
            case Cut():
                pdf.ln(4)
                with pdf.artifact():
                    pdf.set_dash_pattern(dash=2, gap=1.5)
                    pdf.line(0, pdf.get_y(), pdf.w, pdf.get_y())
                    pdf.set_dash_pattern()
                pdf.ln(4)
    return pdf


def _text(pdf: _Tagged, kind: str, text: str, size: float) -> None:
    with pdf.tagged(kind):
        _cell(pdf, text, size)


def _cell(pdf: FPDF, text: str, size: float) -> None:
    pdf.set_font("paper", size=size)
    pdf.multi_cell(0, size * 0.52, text, align="L", new_x="LMARGIN", new_y="NEXT")


def _code(pdf: _Tagged, block: Code) -> None:
    matrix = segno.make(block.data, error="m", micro=False).matrix
    side = _CODE_MM / len(matrix)
    left, top = pdf.l_margin, pdf.get_y() + 2
    with pdf.tagged("Figure", block.words):
        for row, line in enumerate(matrix):
            for column, dark in enumerate(line):
                if dark:
                    pdf.rect(left + column * side, top + row * side, side, side, style="F")
    pdf.set_y(top + _CODE_MM + 3)


def _height(pdf: FPDF, row: Sequence[str], columns: Sequence[float]) -> float:
    pdf.set_font("paper", size=8)
    tallest = 1
    for text, width in zip(row, columns, strict=True):
        lines = pdf.multi_cell(width, 4, text or " ", dry_run=True, output=MethodReturnValue.LINES)
        tallest = max(tallest, len(lines) if isinstance(lines, list) else 1)
    return 4.0 * tallest + 1.5


def _row(pdf: _Tagged, row: Sequence[str], columns: Sequence[float], *, head: bool = False) -> None:
    height = _height(pdf, row, columns)
    top = pdf.get_y()
    with pdf.tagged("H2" if head else "P"):
        left = pdf.l_margin
        for text, width in zip(row, columns, strict=True):
            pdf.set_xy(left, top)
            pdf.multi_cell(width, 4, text or " ", align="L")
            left += width
    pdf.set_xy(pdf.l_margin, top + height)
    with pdf.artifact():
        pdf.line(pdf.l_margin, top + height - 0.8, pdf.l_margin + sum(columns), top + height - 0.8)
