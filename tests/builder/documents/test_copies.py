"""What the public sees of a paper is its pixels and nothing else."""

from __future__ import annotations

import io
import subprocess
import sys

import pypdfium2
import pytest
from PIL import Image
from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject, PdfObject, StreamObject

from builder.documents import Blackout, CopyRoom, DocumentUnfit, PublicCopy, make_copy
from shailoo.rules.scan_faults import BY_CODE, BlackoutOutside
from tests.builder.documents import corpus
from tests.law.source import ROOT


def pictures(copy: PublicCopy) -> list[Image.Image]:
    """The images of the PDF, then those for phones, decoded."""
    reader = PdfReader(io.BytesIO(copy.pdf))
    data = [image._data for page in reader.pages if isinstance(image := drawn(page), StreamObject)]
    return [Image.open(io.BytesIO(one)) for one in [*data, *(page.data for page in copy.pages)]]


def drawn(page: PageObject) -> PdfObject | None:
    """The one image of a page."""
    found: PdfObject | None = page
    for name in ("/Resources", "/XObject", "/P"):
        assert isinstance(found, DictionaryObject)
        found = found[name].get_object()
    return found


def shades(image: Image.Image) -> tuple[int, int]:
    """The darkest and the lightest pixel."""
    data = image.convert("L").tobytes()
    return min(data), max(data)


def all_bytes(copy: PublicCopy) -> bytes:
    """Every byte that is published, streams of the PDF unpacked too."""
    reader = PdfReader(io.BytesIO(copy.pdf))
    streams = [
        found.get_data() if "/DCTDecode" not in str(found.get("/Filter")) else found._data
        for number in range(1, len(reader.xref[0]) + 1)
        if isinstance(found := reader.get_object(number), StreamObject)
    ]
    return b"\0".join([copy.pdf, *streams, *(page.data for page in copy.pages)])


@pytest.mark.parametrize("name", corpus.GOOD)
def test_a_copy_holds_pages_as_images_and_nothing_that_was_planted(room: CopyRoom, name: str) -> None:
    original = corpus.GOOD[name]()
    copy = room.copy(original)
    reader = PdfReader(io.BytesIO(copy.pdf))
    assert (
        len(reader.pages) == len(copy.pages) == (2 if copy.media == "application/pdf" and "hidden" not in name else 1)
    )
    assert reader.metadata is None
    assert reader.xmp_metadata is None
    assert "/ID" not in reader.trailer
    assert set(reader.root_object) == {"/Type", "/Pages"}
    for page in reader.pages:
        assert set(page) == {"/Type", "/Resources", "/MediaBox", "/Parent", "/Contents"}
        assert page.extract_text() == ""
    published = all_bytes(copy)
    for planted in corpus.PLANTED:
        for encoding in ("ascii", "utf-16-be", "utf-16-le"):
            assert planted.encode(encoding) not in published
    for picture in pictures(copy):
        assert picture.format == "JPEG"
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not picture.getexif()


@pytest.mark.parametrize("name", corpus.BAD)
def test_what_is_no_fit_scan_is_refused_with_its_reason(room: CopyRoom, name: str) -> None:
    make, code = corpus.BAD[name]
    with pytest.raises(DocumentUnfit) as refused:
        room.copy(make())
    assert refused.value.code == code
    assert refused.value.sentence
    assert not any(planted in str(refused.value) for planted in corpus.PLANTED)


@pytest.mark.parametrize("name", corpus.ODD)
def test_what_is_odd_comes_to_an_end(room: CopyRoom, name: str) -> None:
    try:
        outcome = f"{len(room.copy(corpus.ODD[name]()).pages)} page"
    except DocumentUnfit as unfit:
        outcome = unfit.code
    assert outcome in {"1 page", *BY_CODE}


def test_a_hidden_layer_and_hidden_text_leave_a_white_page(room: CopyRoom) -> None:
    for original in (corpus.hidden_text(), corpus.hidden_layer()):
        assert shades(pictures(room.copy(original))[0]) == (255, 255)
    seen = room.copy(corpus.hidden_layer().replace(b"/OFF", b"/ON "))
    assert shades(pictures(seen)[0]) != (255, 255)


def test_sizes_are_those_of_a_page_to_read(room: CopyRoom) -> None:
    copy = room.copy(corpus.jpeg(corpus.paper(2480, 3508)))
    large, small = pictures(copy)
    assert large.size == (1131, 1600)
    assert small.size == (copy.pages[0].width, copy.pages[0].height) == (1000, 1415)
    assert [float(side) for side in PdfReader(io.BytesIO(copy.pdf)).pages[0].mediabox[2:]] == [595, 842]
    assert pictures(room.copy(corpus.jpeg(corpus.paper(300, 200))))[0].size == (300, 200)


def test_a_phone_held_sideways_gives_an_upright_page(room: CopyRoom) -> None:
    upright = pictures(room.copy(corpus.exif_jpeg(orientation=6)))[0]
    assert upright.size == (877, 620)


def test_sixteen_bits_of_grey_keep_their_shade(room: CopyRoom) -> None:
    low, high = shades(pictures(room.copy(corpus.deep_png(0xC000)))[0])
    assert 0xBF <= low <= high <= 0xC1


def test_grey_pages_stay_grey_and_coloured_ones_coloured(room: CopyRoom) -> None:
    assert pictures(room.copy(corpus.saved(corpus.paper(mode="L"), "PNG")))[0].mode == "L"
    assert pictures(room.copy(corpus.jpeg()))[0].mode == "RGB"


AREA = Blackout(page=1, x=1_111, y=2_003, width=3_337, height=1_501)


def inside(area: Blackout, image: Image.Image, margin: int) -> tuple[int, int, int, int]:
    """Pixels of an area without its edge; a negative margin goes beyond it."""
    width, height = image.size
    left, top = area.x * width // 10_000, area.y * height // 10_000
    right, bottom = (area.x + area.width) * width // 10_000, (area.y + area.height) * height // 10_000
    return left + margin, top + margin, right - margin, bottom - margin


@pytest.mark.parametrize("original", [corpus.scan(), corpus.jpeg(corpus.paper(1500, 2100)), corpus.exif_jpeg()])
def test_nothing_is_left_under_a_blackout_and_nothing_else_is_changed(room: CopyRoom, original: bytes) -> None:
    plain, redacted = pictures(room.copy(original)), pictures(room.copy(original, [AREA]))
    for before, after in zip(plain, redacted, strict=True):
        first = before is plain[0] or (len(plain) == 2 or before is plain[len(plain) // 2])
        assert before.size == after.size
        if not first:
            assert before.tobytes() == after.tobytes()
            continue
        # The encoder's blocks of colour are sixteen wide: light may ring so far, and no further, on either side.
        darkest, lightest = shades(after.crop(inside(AREA, after, 16)))
        assert darkest == lightest <= 1  # the encoder rounds black
        assert shades(before.crop(inside(AREA, before, 16)))[1] > 100
        hole = inside(AREA, after, -18)
        before.paste(0 if before.mode == "L" else (0, 0, 0), hole)
        after.paste(0 if after.mode == "L" else (0, 0, 0), hole)
        assert before.tobytes() == after.tobytes()


def test_a_blackout_hides_whatever_stood_there(room: CopyRoom) -> None:
    """Two papers that differ only under the area give the same copy, byte for byte."""
    white = b"1 g 0 0 595 842 re f 0 g 50 50 9 400 re f "
    whole = Blackout(page=1, x=2_000, y=2_000, width=4_000, height=3_000)
    one, other = (
        room.copy(corpus.filled(white + b"150 450 200 100 re f")),
        room.copy(corpus.filled(white + b"200 500 30 70 re f")),
    )
    assert one.pdf != other.pdf
    one, other = (
        room.copy(corpus.filled(white + b"150 450 200 100 re f"), [whole]),
        room.copy(corpus.filled(white + b"200 500 30 70 re f"), [whole]),
    )
    assert one == other


@pytest.mark.parametrize(
    "area",
    [
        Blackout(page=3, x=0, y=0, width=1, height=1),
        Blackout(page=1, x=9_000, y=0, width=1_001, height=1),
        Blackout(page=1, x=0, y=9_999, width=1, height=2),
    ],
)
def test_an_area_beyond_the_paper_is_refused(room: CopyRoom, area: Blackout) -> None:
    with pytest.raises(BlackoutOutside):
        room.copy(corpus.scan(), [area])


def test_the_same_paper_gives_the_same_copy_in_every_process() -> None:
    code = (
        "import hashlib; from builder.documents import make_copy; from tests.builder.documents import corpus;"
        "print(*(hashlib.sha256(make_copy(one()).pdf).hexdigest() for one in (corpus.scan, corpus.exif_jpeg)))"
    )
    said = {
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    }
    assert len(said) == 1
    assert make_copy(corpus.scan()) == make_copy(corpus.scan())


def test_a_copy_is_a_pdf_that_readers_open(room: CopyRoom) -> None:
    with pypdfium2.PdfDocument(room.copy(corpus.scan()).pdf) as document:
        assert len(document) == 2
        darkest, lightest = shades(document[0].render(scale=1).to_pil())
    assert darkest < 60
    assert lightest > 190


def test_a_copy_of_a_copy_is_made_like_any_other(room: CopyRoom) -> None:
    assert len(room.copy(room.copy(corpus.scan()).pdf).pages) == 2
