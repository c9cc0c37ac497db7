"""Scanned papers of a rehearsal: sheets drawn from nothing, marked SYNTHETIC in three languages on every page.

A scan is a PDF page a little askew, as it lay on the glass; a photograph is the same sheet as a phone would send it.
The same sheet gives the same bytes. Nothing here reads a file of somebody else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF

from builder.documents import make_copy
from edge_agent.errors import NoFont
from edge_agent.tape_pdf import FONTS
from shailoo.model.document import Blackout

MARK = ("СИНТЕТИКАЛЫК, РЕПЕТИЦИЯ", "СИНТЕТИЧЕСКИЙ ДОКУМЕНТ, РЕПЕТИЦИЯ", "SYNTHETIC, A REHEARSAL")
"""Stands on top of every page and across it. The Kyrgyz wants a native reader's check."""
LINES = 62
"""Lines of a page below its mark."""
WHOLE = 10_000
_WIDTH_MM, _HEIGHT_MM = 210.0, 297.0
_MARGIN_MM, _TOP_MM, _LINE_MM = 16.0, 26.0, 4.2
_SIZE_PT, _MARK_PT, _STAMP_PT = 9.0, 10.0, 44.0
_ASKEW = 0.5
"""Degrees by which a sheet lies askew at most."""
_PAD_MM = 1.0
"""So much more than the lines is blacked out: the sheet lies askew."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a paper, line by line. Lines from `secret` on must not be seen by the public."""

    title: str
    lines: tuple[str, ...]
    moment: datetime
    secret: int | None = None

    @property
    def pages(self) -> int:
        """How many pages it fills."""
        return max(1, -(-len(self.lines) // LINES))


def scanned(sheet: Sheet) -> bytes:
    """Draw a sheet as a PDF. Raises NoFont where no font of the machine has the Kyrgyz letters."""
    pdf = FPDF(unit="mm", format="A4")
    pdf.set_creation_date(sheet.moment)
    pdf.set_title(f"{sheet.title} ({MARK[2]})")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.add_font("paper", fname=next((path for path in FONTS if path.is_file()), None) or _no_font())
    turned = (_drawn(sheet) - 0.5) * 2 * _ASKEW
    for page in range(sheet.pages):
        pdf.add_page()
        with pdf.rotation(turned, _WIDTH_MM / 2, _HEIGHT_MM / 2):
            _page(pdf, sheet, page)
    return bytes(pdf.output())


def photographed(sheet: Sheet) -> bytes:
    """The first page of a sheet as a JPEG. Raises what `scanned` and `make_copy` raise."""
    return make_copy(scanned(sheet)).pages[0].data


def secret_areas(sheet: Sheet) -> tuple[Blackout, ...]:
    """What an official marks before the public may see a sheet, in ten-thousandths of its pages; nothing mostly."""
    if sheet.secret is None:
        return ()
    areas = []
    for page in range(sheet.secret // LINES, sheet.pages):
        first = max(0, sheet.secret - page * LINES)
        last = min(LINES, len(sheet.lines) - page * LINES)
        top = int((_TOP_MM + first * _LINE_MM - _PAD_MM) * WHOLE / _HEIGHT_MM)
        bottom = int((_TOP_MM + last * _LINE_MM + _PAD_MM) * WHOLE / _HEIGHT_MM)
        areas.append(Blackout(page=page + 1, x=0, y=top, width=WHOLE, height=bottom - top))
    return tuple(areas)


def _page(pdf: FPDF, sheet: Sheet, page: int) -> None:
    pdf.set_draw_color(150)
    pdf.rect(_MARGIN_MM / 2, _MARGIN_MM / 2, _WIDTH_MM - _MARGIN_MM, _HEIGHT_MM - _MARGIN_MM)
    pdf.set_text_color(225)
    pdf.set_font("paper", size=_STAMP_PT)
    with pdf.rotation(52, _WIDTH_MM / 2, _HEIGHT_MM / 2):
        for at, word in enumerate(("СИНТЕТИКАЛЫК", "СИНТЕТИЧЕСКИЙ", "SYNTHETIC")):
            pdf.set_xy(0, _HEIGHT_MM / 2 + (at - 1.5) * 24)
            pdf.cell(w=_WIDTH_MM, h=20, text=word, align="C")
    pdf.set_text_color(120)
    pdf.set_font("paper", size=_MARK_PT * 0.7)
    pdf.set_xy(0, _MARGIN_MM / 2 + 2)
    pdf.cell(w=_WIDTH_MM, h=5, text=" · ".join(MARK), align="C")
    pdf.set_text_color(25)
    pdf.set_font("paper", size=_MARK_PT)
    pdf.set_xy(_MARGIN_MM, _MARGIN_MM / 2 + 8)
    number = f" ({page + 1}/{sheet.pages})" if sheet.pages > 1 else ""
    pdf.cell(w=0, h=6, text=sheet.title[:76] + number)
    pdf.set_font("paper", size=_SIZE_PT)
    for at, line in enumerate(sheet.lines[page * LINES : (page + 1) * LINES]):
        pdf.set_xy(_MARGIN_MM, _TOP_MM + at * _LINE_MM)
        pdf.cell(w=0, h=_LINE_MM, text=line)


def _drawn(sheet: Sheet) -> float:
    """A number between 0 and 1 that every sheet has of its own; what must not be seen does not move it."""
    said = "\n".join((sheet.title, *sheet.lines[: sheet.secret])).encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:4], "big") / (1 << 32)


def _no_font() -> str:
    sentence = "No font with Kyrgyz letters was found. On Debian: apt-get install fonts-dejavu-core"
    raise NoFont(sentence, looked_for=", ".join(path.name for path in FONTS))
