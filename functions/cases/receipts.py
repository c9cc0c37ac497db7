"""The receipt as a page, as PDF, and as a code that a telephone reads.

The code (QR, ISO/IEC 18004) holds the signed note itself: whoever has the commission's public key can check it without
asking anyone. The applicant's own code stands on page and PDF as text, and is in no address.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Final

import segno
from fpdf import FPDF
from fpdf.errors import FPDFException

from functions.cases.door import PREFIX, CaseDoor
from functions.cases.frame import kind_title, moment_text, page, pairs, says, words
from functions.staff.pages import Html, tag
from functions.web import Response
from shailoo.errors import StorageFailed
from shailoo.model.base import Language
from shailoo.model.election import Election
from shailoo.usecases.case_desk import station_of
from shailoo.usecases.file_case import Filed

FONTS: Final = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"),
    *(Path(folder) / "fontpkg_pt_sans" / "files" / "PT_Sans-Web-Regular.ttf" for folder in sys.path if folder),
)
"""Fonts with Kyrgyz letters: where Debian puts them (fonts-dejavu-core, fonts-noto-core), and beside the libraries, in
Lambda, which has none (`infra.contents.FONTS`)."""
CABINET: Final = "/api/cabinet/"
PDF: Final = "application/pdf"


class NoReceiptFont(StorageFailed):
    """No font with Kyrgyz letters is on this machine: the receipt is given as page and note only."""

    code = "no-receipt-font"


def commission_name(election: Election, commission: str, language: Language) -> str:
    """What people call a commission."""
    known = next((one.name.text(language) for one in election.commissions if one.id == commission), None)
    if known is not None:
        return known
    return says(language).gettext("Precinct commission No. {number}", number=commission.removeprefix("pec-"))


def receipt_page(door: CaseDoor, filed: Filed, code: str, language: Language) -> Response:
    """The page after handing in: the number, the code, by when, and the receipt to take along."""
    _ = says(language).gettext
    take = tag(
        "form",
        tag("input", type="hidden", name="lang", value=language),
        tag("input", type="hidden", name="code", value=code),
        tag("button", _("Receipt as PDF"), name="as", value="pdf"),
        tag("button", _("Signed receipt as a file"), name="as", value="note", class_="second"),
        method="post", action=f"{PREFIX}receipt", class_="ways",
    )  # fmt: skip
    ways = [tag("a", _("How my application stands"), href=f"{PREFIX}status?lang={language}")]
    if filed.standing.filed.applicant is not None:
        ways = [tag("a", _("Voter's cabinet"), href=CABINET), Html(" · "), *ways]
    follow = tag("p", *ways)
    return page(
        language,
        _("Your application was received"),
        tag("p", _("Keep this code. With it you see how your application stands and answer questions, without signing "
                   "in. Nobody can find it out for you again.")),
        tag("p", code, class_="code"),
        pairs(receipt_rows(door, filed, language)),
        _next(filed, language),
        take,
        tag("details", tag("summary", _("Code that holds the signed receipt")), qr_of(filed.note, _("QR code"))),
        follow,
        address="",
    )  # fmt: skip


def receipt_rows(door: CaseDoor, filed: Filed, language: Language) -> list[tuple[str, Html | str]]:
    """What the receipt says, in the reader's language."""
    _ = says(language).gettext
    receipt, standing = filed.receipt, filed.standing
    election = door.elections[receipt.election]
    station = station_of(standing, election)
    zone = election.zone if station is None else station.zone
    rows: list[tuple[str, Html | str]] = [
        (_("Number"), f"№ {receipt.number}"),
        (_("What it is"), kind_title(standing.kind, language)),
        (_("Commission"), commission_name(election, receipt.body, language)),
        (_("Received"), moment_text(receipt.filed, language, zone)),
    ]
    if receipt.due is not None:
        rows.append((_("Answer by"), moment_text(receipt.due, language, zone)))
    rows += [(_("By law"), words(language).gettext(receipt.article)), (_("Documents"), str(receipt.documents))]
    return rows


def qr_of(note: bytes, title: str) -> Html:
    """The signed note as a QR code, drawn in lines of the page itself."""
    out = io.BytesIO()
    segno.make(note, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, title=title, scale=3, light="#fff", nl=False
    )
    return Html(out.getvalue().decode())


def receipt_pdf(door: CaseDoor, filed: Filed, code: str, language: Language) -> bytes:
    """The receipt on a sheet of paper; the same filing gives the same bytes. Raises NoReceiptFont."""
    _ = says(language).gettext
    title = f"{_receipt_word(language)} № {filed.receipt.number}"
    font = next((path for path in FONTS if path.is_file()), None)
    if font is None:
        raise NoReceiptFont("No font with Kyrgyz letters is here. On Debian: apt-get install fonts-dejavu-core")
    try:
        pdf = FPDF(unit="mm", format="A4")
        pdf.set_creation_date(filed.receipt.filed)
        pdf.set_lang(language)
        pdf.set_title(title)
        pdf.set_margins(20, 18)
        pdf.add_font("receipt", fname=font)
        pdf.add_page()
        pdf.set_font("receipt", size=17)
        pdf.multi_cell(0, 9, title, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(3)
        for name, value in receipt_rows(door, filed, language):
            pdf.set_font("receipt", size=9)
            pdf.multi_cell(0, 5, name, new_x="LMARGIN", new_y="NEXT")
            pdf.set_font("receipt", size=12)
            pdf.multi_cell(0, 7, value if isinstance(value, str) else value.text, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(4)
        pdf.set_font("receipt", size=9)
        pdf.multi_cell(0, 5, _("Your code. Show it to nobody but the commission:"), new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("receipt", size=18)
        pdf.multi_cell(0, 11, code, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("receipt", size=9)
        pdf.multi_cell(0, 5, f"{door.origin}{PREFIX}status", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(4)
        pdf.multi_cell(0, 5, _("Signed by the commission; anyone can check it:"), new_x="LMARGIN", new_y="NEXT")
        _draw_code(pdf, filed.note)
        pdf.set_font("receipt", size=7)
        pdf.multi_cell(0, 3.6, filed.note.decode(), align="L", new_x="LMARGIN", new_y="NEXT")
        return bytes(pdf.output())
    except (FPDFException, OSError) as error:
        raise NoReceiptFont("The receipt could not be set as PDF.", cause=type(error).__name__) from error


def _receipt_word(language: Language) -> str:
    _ = says(language).gettext
    return _("Receipt")  # alone on its line: what stands inside an f-string is not found for translation


def _draw_code(pdf: FPDF, note: bytes) -> None:
    matrix = segno.make(note, error="m", micro=False).matrix
    size = 52 / len(matrix)
    left, top = pdf.get_x(), pdf.get_y() + 2
    for row, line in enumerate(matrix):
        for column, dark in enumerate(line):
            if dark:
                pdf.rect(left + column * size, top + row * size, size, size, style="F")
    pdf.set_y(top + 52 + 4)


def _next(filed: Filed, language: Language) -> Html:
    notice = filed.standing.kind.filed_notice
    return tag("p", words(language).gettext(notice), class_="due") if notice else Html("")
