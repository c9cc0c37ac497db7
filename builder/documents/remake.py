"""A document made again from its pixels. The only module that knows pypdf, pypdfium2 and Pillow.

Runs in the copy room's process only: what is read here is hostile until proven otherwise. Nothing of the original but
what is seen on its pages goes into a copy. Same bytes in, same bytes out: no date, no program's name, no identifier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, Final

import pypdfium2
from PIL import Image, ImageChops, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject
from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY, FPDF_PAGEOBJ_IMAGE

from builder.documents.copies import MOST_PAGES, MOST_PIXELS, PDF_LONG_SIDE, PHONE_WIDTH, PageImage, PublicCopy
from shailoo.model.document import Blackout, Media
from shailoo.rules.scan_faults import (
    BlackoutOutside,
    DocumentBroken,
    DocumentEncrypted,
    DocumentTooManyPages,
    DocumentTooManyPixels,
)

WHOLE: Final = 10_000
"""Parts of a page's width and height in which areas are given."""
_POINTS_PER_INCH: Final = 72
_FINEST: Final = 300
"""Dots per inch beyond which a small slip of paper is not drawn."""
ORIENTATION: Final = 0x0112
"""Exif 2.32, table 4: the tag that says which side is up."""
_A4_LONG, _A3_LONG = 842, 1191
"""Points of the longer side: of a page that was a picture; and of the largest page whose size is kept."""
_END_WITHIN: Final = 1024
"""ISO 32000-2 §7.5.5 and every reader: `%%EOF` stands in the last bytes, or the file was cut short."""
_PDF_QUALITY, _PHONE_QUALITY = 75, 70

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def remake(original: bytes, media: Media, areas: Sequence[Blackout]) -> PublicCopy:
    """Draw every page, paint the areas black, and put the pictures into a new PDF.

    Raises DocumentUnfit. Anything else that a library raises here means that the file is broken.
    """
    writer = PdfWriter()
    writer.metadata = None
    images = []
    pages = _pdf_pages(original, areas) if media == "application/pdf" else _picture_page(original, media, areas)
    for number, (page, points) in enumerate(pages, start=1):
        here = [area for area in areas if area.page == number]
        _black_out(page, here)
        # Before it is made smaller, so that nothing of what was there bleeds out; and after, so that the edge is sharp.
        large = _smaller(page, PDF_LONG_SIDE / max(page.size))
        _black_out(large, here)
        small = _smaller(large, PHONE_WIDTH / large.width)
        _black_out(small, here)
        _add_page(writer, large, points)
        images.append(PageImage(_jpeg(small, _PHONE_QUALITY), *small.size))
    out = BytesIO()
    writer.write(out)
    return PublicCopy(out.getvalue(), tuple(images), media)


def warm_up() -> None:
    """Load all that reading any document may load later, while files can still be opened."""
    sheet = Image.new("RGB", (16, 16), "green")
    one, other = BytesIO(), BytesIO()
    turned = Image.Exif()
    turned[ORIENTATION] = 6
    sheet.save(one, "JPEG", exif=turned)
    sheet.save(other, "PNG")
    copy = remake(one.getvalue(), "image/jpeg", ())
    remake(other.getvalue(), "image/png", ())
    remake(copy.pdf, "application/pdf", ())


def _within(areas: Sequence[Blackout], pages: int) -> None:
    for area in areas:
        if area.page > pages or area.x + area.width > WHOLE or area.y + area.height > WHOLE:
            raise BlackoutOutside("An area to black out leaves the page. Mark it again.", page=area.page, pages=pages)


def _pdf_pages(data: bytes, areas: Sequence[Blackout]) -> Iterator[tuple[Image.Image, tuple[int, int]]]:
    """Pages as they are displayed, with their sizes in points. Drawing starts no script and no action."""
    if b"%%EOF" not in data.rstrip(b"\x00\t\r\n ")[-_END_WITHIN:]:
        raise DocumentBroken("The end of the PDF is missing. Send the file again, or scan the paper again.")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY}:
            raise DocumentEncrypted("The PDF wants a password. Send it without one.") from error
        raise DocumentBroken("The PDF cannot be read. Scan the paper again.") from error
    with document:
        count = len(document)
        if count > MOST_PAGES:
            raise DocumentTooManyPages("The PDF has too many pages. Send it in parts.", pages=count, most=MOST_PAGES)
        if count < 1:
            raise DocumentBroken("The PDF has no page. Scan the paper again.")
        _within(areas, count)
        for index in range(count):
            yield _drawn(document[index], index + 1)


def _drawn(page: Any, number: int) -> tuple[Image.Image, tuple[int, int]]:  # noqa: ANN401 -- pypdfium2 has no types
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise DocumentBroken("A page of the PDF has no size. Scan the paper again.", page=number)
    # Programs of phones give a picture one point a pixel, so a page of two metres may be a plain photograph.
    _bounded(int(width * height), number)
    for picture in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE]):
        across, down = picture.get_px_size()
        _bounded(across * down, number)
    # Half a pixel less: the library rounds up.
    scale = min((PDF_LONG_SIDE - 0.5) / max(width, height), _FINEST / _POINTS_PER_INCH)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    image: Image.Image = bitmap.to_pil().copy()
    bitmap.close()
    page.close()
    return _grey_if_it_is(image.convert("RGB")), _points(width, height)


def _bounded(pixels: int, page: int) -> None:
    if pixels > MOST_PIXELS:
        raise DocumentTooManyPixels(
            "A page is too large. Scan it at 150 to 200 dots per inch.", page=page, pixels=pixels, most=MOST_PIXELS
        )


def _picture_page(
    data: bytes, media: Media, areas: Sequence[Blackout]
) -> Iterator[tuple[Image.Image, tuple[int, int]]]:
    """Decode the one page of a picture, turned as its EXIF says; of several frames the first."""
    # The classes by name: Pillow's own guess would follow the content into formats that we do not take.
    picture: Image.Image = JpegImageFile(BytesIO(data)) if media == "image/jpeg" else PngImageFile(BytesIO(data))
    _bounded(picture.width * picture.height, 1)
    _within(areas, 1)
    picture.load()
    page = _plain(_turned(picture))
    yield page, _points(page.width * _A3_LONG, page.height * _A3_LONG)


def _turned(picture: Image.Image) -> Image.Image:
    """The right way up, when the picture says which; what it says badly counts as nothing said."""
    try:
        return ImageOps.exif_transpose(picture)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 -- Pillow meets damaged EXIF, which phones do write, with errors of many kinds
        return picture


def _points(width: float, height: float) -> tuple[int, int]:
    """Size of a page in the copy: whole points, as A4 what exceeds A3: then they were pixels."""
    longer = max(width, height)
    factor = _A4_LONG / longer if longer > _A3_LONG else 1.0
    return max(1, round(width * factor)), max(1, round(height * factor))


def _plain(picture: Image.Image) -> Image.Image:
    """As 8-bit grey or colour on white paper, in an image of its own that remembers nothing of the file."""
    mode = picture.mode
    if mode.startswith("I"):  # sixteen bits of grey: the upper eight are what is seen
        seen = picture.convert("I").point(lambda value: value * (1 / 256) + 0).convert("L")
    elif "A" in mode or "transparency" in picture.info:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        seen = paper.convert("RGB")
    else:
        seen = picture.convert("L" if mode in {"1", "L"} else "RGB")
    fresh = Image.new(seen.mode, seen.size)
    fresh.paste(seen)
    return _grey_if_it_is(fresh) if fresh.mode == "RGB" else fresh


def _grey_if_it_is(image: Image.Image) -> Image.Image:
    """One channel when all three are the same: a third of the bytes."""
    red, green, blue = image.split()
    same = not ImageChops.difference(red, green).getbbox() and not ImageChops.difference(red, blue).getbbox()
    return red if same else image


def _smaller(image: Image.Image, factor: float) -> Image.Image:
    """Scaled down, never up; an image of its own in either case."""
    if factor >= 1:
        return image.copy()
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _black_out(image: Image.Image, areas: Sequence[Blackout]) -> None:
    """Paint in place, every pixel that an area touches."""
    for area in areas:
        left, top = area.x * image.width // WHOLE, area.y * image.height // WHOLE
        right = -(-(area.x + area.width) * image.width // WHOLE)
        bottom = -(-(area.y + area.height) * image.height // WHOLE)
        image.paste("black", (left, top, right, bottom))


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _add_page(writer: PdfWriter, image: Image.Image, points: tuple[int, int]) -> None:
    """Add a page that is one image and nothing else."""
    width, height = points
    page = writer.add_blank_page(width, height)
    picture = StreamObject()
    picture.set_data(_jpeg(image, _PDF_QUALITY))
    picture.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(image.width),
            NameObject("/Height"): NumberObject(image.height),
            NameObject("/ColorSpace"): NameObject("/DeviceGray" if image.mode == "L" else "/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    drawing = StreamObject()
    drawing.set_data(f"q {width} 0 0 {height} 0 0 cm /P Do Q".encode())
    named = DictionaryObject({NameObject("/P"): writer._add_object(picture)})  # noqa: SLF001 -- pypdf's documented way
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): named})
    page[NameObject("/Contents")] = writer._add_object(drawing)  # noqa: SLF001 -- as above
