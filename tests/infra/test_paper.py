"""Paper that functions print where no machine brings a font: set from what is in the package, and nothing else."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from infra.contents import FONTS
from tests.infra.host_packages import build

TEXT = "Ң ң Ө ө Ү ү Ё ё Ъ Ы Э № 7 — « » Токтогулова Айгүл"
SET = f"""
import sys
from pathlib import Path
sys.path[:] = [sys.argv[1], *(one for one in sys.path if "site-packages" not in one)]
from functions.cases.receipts import FONTS
from fpdf import FPDF
(font,) = [one for one in FONTS if one.is_file() and one.is_relative_to(sys.argv[1])]
pdf = FPDF()
pdf.add_font("paper", fname=font)
pdf.add_page()
pdf.set_font("paper", size=12)
pdf.cell(text="{TEXT}")
sys.stdout.buffer.write(pdf.output())
"""


@pytest.mark.parametrize("function", FONTS)
def test_paper_is_set_in_kyrgyz_with_the_font_of_the_package(function: str, tmp_path: Path) -> None:
    package = build((function,), tmp_path)[function]
    folder = tmp_path / "unpacked"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(package), str(folder)], check=True)
    done = subprocess.run([sys.executable, "-I", "-c", SET, str(folder)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    (page,) = PdfReader(io.BytesIO(done.stdout)).pages
    assert page.extract_text().strip() == TEXT
    assert (folder / "fontpkg_pt_sans" / "LICENSE").is_file()
    assert len(list((folder / "fontpkg_pt_sans").rglob("*.ttf"))) == 1
