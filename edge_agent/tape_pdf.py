"""The tape as PDF, 80 mm wide.

For a commission without the thermal printer, and for whoever wants the paper on a screen.

The font comes from the machine (Debian: fonts-dejavu-core or fonts-noto-mono) and is embedded; it must have the Kyrgyz
letters.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from fpdf import FPDF
from fpdf.errors import FPDFException

from edge_agent.errors import NoFont, PrinterFailed
from edge_agent.printer import Tape, write_whole
from edge_agent.qr import QUIET, qr_matrix
from shailoo.model.election import Mode
from shailoo.records.report_text import WIDTH

FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"),
    Path("/usr/share/fonts/truetype/noto/NotoSansMono-Regular.ttf"),
)
"""Monospaced fonts with Ң ң Ө ө Ү ү, where Debian puts them."""
_PAPER_MM = 80.0
_MARGIN_MM = 4.0
_LINE_MM = 3.5
_POINT_MM = 25.4 / 72
_ADVANCE = 0.602
"""Width of a character of DejaVu Sans Mono in units of the font size."""
_SIZE_PT = (_PAPER_MM - 2 * _MARGIN_MM) / (WIDTH * _ADVANCE * _POINT_MM)
_CODE_MM = 64.0


class PdfPrinter:
    """Writes `<folder>/final-1.pdf`: text, signature lines and code, on one page as long as the tape."""

    def __init__(self, folder: Path, fonts: tuple[Path, ...] = FONTS) -> None:
        self._folder = folder
        self._fonts = fonts

    def print(self, tape: Tape) -> None:
        """Write the file, durable on return. Raises NoFont or PrinterFailed."""
        write_whole(self._folder / f"{tape.name}.pdf", tape_pdf(tape, self._fonts))


def tape_pdf(tape: Tape, fonts: tuple[Path, ...] = FONTS) -> bytes:
    """Set a tape as PDF; the same tape gives the same bytes. Raises NoFont or PrinterFailed."""
    text, _, signatures = tape.note.decode().rpartition("\n\n")
    lines = [*text.split("\n"), ""]
    for line in signatures.splitlines():
        lines += textwrap.wrap(line, WIDTH, break_on_hyphens=False)
    height = _LINE_MM * len(lines) + _CODE_MM + 4 * _MARGIN_MM
    printed = tape.report.reprinted or tape.report.printed
    try:
        pdf = FPDF(unit="mm", format=(_PAPER_MM, height))
        pdf.set_creation_date(printed)
        pdf.set_title(_title(tape))
        pdf.set_author(f"{tape.report.election}/{tape.report.box}")
        pdf.set_lang(tape.report.language)
        pdf.set_margin(0)
        pdf.c_margin = 0  # a cell has an inner margin of its own
        pdf.set_auto_page_break(auto=False)
        pdf.add_font("tape", fname=_font(fonts))
        pdf.add_page()
        pdf.set_font("tape", size=_SIZE_PT)
        for number, line in enumerate(lines):
            pdf.set_xy(_MARGIN_MM, _MARGIN_MM + number * _LINE_MM)
            pdf.cell(w=0, h=_LINE_MM, text=line)
        _code(pdf, tape.address, _MARGIN_MM * 2 + len(lines) * _LINE_MM)
        return bytes(pdf.output())
    except (FPDFException, OSError) as error:
        raise PrinterFailed("The report could not be set as PDF.", tape=tape.name) from error


def _font(fonts: tuple[Path, ...]) -> Path:
    for path in fonts:
        if path.is_file():
            return path
    sentence = "No font with Kyrgyz letters was found. On Debian: apt-get install fonts-dejavu-core"
    raise NoFont(sentence, looked_for=", ".join(path.name for path in fonts))


def _title(tape: Tape) -> str:
    report = tape.report
    marked = " (REHEARSAL, synthetic)" if report.mode is Mode.REHEARSAL else ""
    return f"{report.kind.value} {report.copy_no}: {report.election}, {report.station}, {report.box}{marked}"


def _code(pdf: FPDF, address: str, top: float) -> None:
    """Draw the code as filled runs of modules.

    Bars that touch are drawn as one, so that no printer leaves hairlines.
    """
    matrix = qr_matrix(address)
    module = _CODE_MM / (len(matrix) + 2 * QUIET)
    left = (_PAPER_MM - _CODE_MM) / 2 + QUIET * module
    pdf.set_fill_color(0)
    for row, modules in enumerate(matrix):
        column = 0
        while column < len(modules):
            run = 0
            while column + run < len(modules) and modules[column + run]:
                run += 1
            if run:
                pdf.rect(left + column * module, top + (row + QUIET) * module, run * module, module, style="F")
            column += run or 1
