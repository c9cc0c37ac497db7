"""Papers, good and bad, made here from nothing. What must not survive in a copy is planted in them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

NUMBER = "21405198500123"
"""A personal number as nobody's paper bears it: planted where nobody sees it."""
AUTHOR = "Plantedova Sekretar"
SCRIPT = "app.alert('planted script')"
PLANTED = (NUMBER, AUTHOR, "planted")


def paper(width: int = 620, height: int = 877, mode: str = "RGB") -> Image.Image:
    """A page with lines of strokes, and a tint that leaves no large area of one colour."""
    image = Image.linear_gradient("L").resize((width, height)).point(lambda value: 200 + value // 5)
    draw = ImageDraw.Draw(image)
    for line in range(20, height - 20, 24):
        draw.line([(30, line), (width - 30 - line * 7 % 97, line)], fill=20, width=5)
    if mode != "RGB":
        return image.convert(mode)
    colour = Image.new("RGB", image.size)
    colour.paste(Image.merge("RGB", (image, image.point(lambda value: value * 9 // 10), image)))
    return colour


def saved(image: Image.Image, format_: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def raw_pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects as they are given; the first is the catalogue."""
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R %b >>\n" % (len(objects) + 1, trailer)
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), entries, data)


def one_page(content: bytes, resources: bytes = b"", *more: bytes, box: bytes = b"0 0 595 842") -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [%b] /Contents 4 0 R /Resources << %b >> >>" % (box, resources)
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return raw_pdf(b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, stream(content), *more)


@cache
def scan(pages: int = 2) -> bytes:
    return saved(paper(), "PDF", save_all=True, append_images=[paper()] * (pages - 1), resolution=75)


def _writer() -> PdfWriter:
    return PdfWriter(clone_from=PdfReader(io.BytesIO(scan())))


def javascript() -> bytes:
    writer = _writer()
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(SCRIPT)}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    return written(writer)


def launch() -> bytes:
    writer = _writer()
    action = {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("planted.exe")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    return written(writer)


def attachment() -> bytes:
    writer = _writer()
    writer.add_attachment("planted.txt", NUMBER.encode())
    return written(writer)


def form(*, xfa: bool = False) -> bytes:
    writer = _writer()
    field = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Tx"),
            NameObject("/T"): TextStringObject("planted field"),
            NameObject("/V"): TextStringObject(NUMBER),
            NameObject("/F"): NumberObject(2),
            NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (10, 10, 200, 40)]),
        }
    )
    reference = writer._add_object(field)
    writer.pages[0][NameObject("/Annots")] = ArrayObject([reference])
    entries = DictionaryObject({NameObject("/Fields"): ArrayObject([reference])})
    if xfa:
        packet = DecodedStreamObject()
        packet.set_data(f"<xdp><planted>{NUMBER}</planted></xdp>".encode())
        entries[NameObject("/XFA")] = writer._add_object(packet)
    entries[NameObject("/NeedAppearances")] = BooleanObject(value=False)
    writer.root_object[NameObject("/AcroForm")] = entries
    return written(writer)


def metadata() -> bytes:
    writer = _writer()
    writer.add_metadata({"/Author": AUTHOR, "/Title": NUMBER, "/Producer": "planted"})
    packet = DecodedStreamObject()
    packet.set_data(f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{AUTHOR}</x:xmpmeta>".encode())
    packet[NameObject("/Type")] = NameObject("/Metadata")
    packet[NameObject("/Subtype")] = NameObject("/XML")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(packet)
    return written(writer)


FONT = b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"


def hidden_text() -> bytes:
    return one_page(b"BT /F 20 Tf 3 Tr 50 500 Td (%b) Tj ET" % NUMBER.encode(), FONT)


def hidden_layer() -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %b %b >> >>"
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [5 0 R] /D << /OFF [5 0 R] /Order [5 0 R] >> >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page % (FONT, b"/Properties << /L 5 0 R >>"),
        stream(b"/OC /L BDC BT /F 60 Tf 20 500 Td (%b) Tj ET EMC" % NUMBER.encode()),
        b"<< /Type /OCG /Name (planted) >>",
    )


def filled(data: bytes = b"0 0 595 842 re f") -> bytes:
    return one_page(data)


def page_tree_loop() -> bytes:
    return raw_pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>")


def form_loop() -> bytes:
    itself = stream(
        b"/X Do /X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>"
    )
    return one_page(b"/X Do", b"/XObject << /X 5 0 R >>", itself)


def object_stream_loop() -> bytes:
    loop = stream(b"5 0 << >>", b"/Type /ObjStm /N 1 /First 4 /Extends 5 0 R")
    return one_page(b"", b"/XObject 5 0 R", loop).replace(b"/Contents 4 0 R", b"/Contents 5 0 R")


def length_loop() -> bytes:
    return one_page(b"q Q").replace(b"/Length 3", b"/Length 4 0 R")


def many_pages(pages: int = 61) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    return written(writer)


def lying_count() -> bytes:
    return one_page(b"").replace(b"/Count 1", b"/Count 2000000000")


def huge_page() -> bytes:
    return one_page(b"0 0 9 9 re f", box=b"0 0 900000 900000")


def huge_image() -> bytes:
    picture = stream(
        zlib.compress(bytes(1000)),
        b"/Type /XObject /Subtype /Image /Width 100000 /Height 100000 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Filter /FlateDecode",
    )
    return one_page(b"500 0 0 500 0 0 cm /I Do", b"/XObject << /I 5 0 R >>", picture)


@cache
def flate_bomb() -> bytes:
    inner = zlib.compress(zlib.compress(zlib.compress(b"0 0 9 9 re f " * 40_000_000, 9), 9), 9)
    bomb = stream(inner, b"/Filter [/FlateDecode /FlateDecode /FlateDecode]")
    return one_page(b"", b"", bomb).replace(b"/Contents 4 0 R", b"/Contents 5 0 R")


def endless_drawing() -> bytes:
    """Each form draws the next ten times, seven deep: ten million drawings of a shaded page."""
    depth, first = 8, 5
    forms = []
    for level in range(depth):
        inner = b"/X Do " * 10 if level + 1 < depth else b"0 0 595 842 re f"
        named = b"/Resources << /XObject << /X %d 0 R >> >>" % (first + level + 1) if level + 1 < depth else b""
        forms.append(stream(inner, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] " + named))
    return one_page(b"/X Do", b"/XObject << /X %d 0 R >>" % first, *forms)


def encrypted(user: str, owner: str) -> bytes:
    writer = _writer()
    writer.encrypt(user, owner, algorithm="RC4-128")
    return written(writer)


def jpeg(image: Image.Image | None = None, **options: object) -> bytes:
    return saved(image or paper(), "JPEG", quality=85, **options)


def exif_jpeg(orientation: int = 6) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = AUTHOR
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[29] = "N", (42.0, 52.0, 29.0), NUMBER
    thumbnail = jpeg(paper(60, 80))
    return jpeg(exif=exif.tobytes() + thumbnail, comment=b"planted comment " + NUMBER.encode())


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def deep_png(value: int = 0xC000) -> bytes:
    return png(40, 60, 16, 0, zlib.compress((b"\x00" + struct.pack(">H", value) * 40) * 60))


def png_bomb() -> bytes:
    return png(200_000, 200_000, 8, 2, zlib.compress(bytes(10_000_000), 9))


def text_png() -> bytes:
    whole = saved(paper(), "PNG")
    return whole[:33] + chunk(b"tEXt", b"Author\0" + AUTHOR.encode()) + chunk(b"eXIf", NUMBER.encode()) + whole[33:]


def palette_png() -> bytes:
    return saved(paper().convert("P", palette=Image.Palette.ADAPTIVE, colors=16), "PNG", transparency=0)


def clear_png() -> bytes:
    """Where nothing is seen, a number is drawn in colours that only their alpha hides."""
    image = Image.new("RGBA", (300, 100), (255, 255, 255, 255))
    hidden = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    image.paste(hidden, (10, 10))
    return saved(image, "PNG")


def animated_png() -> bytes:
    return saved(paper(200, 300), "PNG", save_all=True, append_images=[Image.new("RGB", (200, 300), "red")])


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "planted")
    return out.getvalue()


GOOD: dict[str, Callable[[], bytes]] = {
    "scan": scan,
    "javascript": javascript,
    "launch": launch,
    "attachment": attachment,
    "form": form,
    "xfa": lambda: form(xfa=True),
    "metadata": metadata,
    "hidden text": hidden_text,
    "hidden layer": hidden_layer,
    "owner password": lambda: encrypted("", "planted"),
    "printer's commands first": lambda: b"\x1b%-12345X@PJL\n" + scan(),
    "zip behind": lambda: scan() + packed("planted.txt")[:600],
    "jpeg": jpeg,
    "jpeg with exif": exif_jpeg,
    "jpeg in cmyk": lambda: jpeg(paper(mode="CMYK")),
    "jpeg that is a zip": lambda: jpeg() + packed(NUMBER),
    "png": lambda: saved(paper(mode="L"), "PNG"),
    "png with text": text_png,
    "png of 16 bits": deep_png,
    "png with palette and alpha": palette_png,
    "png with alpha": clear_png,
    "png that moves": animated_png,
    "png of one bit": lambda: saved(paper(mode="1"), "PNG"),
}
"""Of these a copy is made."""

BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "document-empty"),
    "much": (lambda: b"%PDF-1.4" + bytes(20 * 1024 * 1024), "document-too-large"),
    "garbage": (lambda: bytes(range(7, 250)) * 20, "document-unknown"),
    "word": (lambda: packed("[Content_Types].xml", "word/document.xml"), "document-is-office"),
    "excel": (lambda: packed("[Content_Types].xml", "xl/workbook.xml"), "document-is-office"),
    "old word": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "document-is-office"),
    "rtf": (lambda: b"{\\rtf1 planted}", "document-is-office"),
    "zip": (lambda: packed("scan.pdf"), "document-is-archive"),
    "rar": (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(99), "document-is-archive"),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(99), "document-is-archive"),
    "web page": (lambda: b"\xef\xbb\xbf\n<!DOCTYPE html><p>%PDF-1.4", "document-is-web-page"),
    "svg": (lambda: b"<?xml version='1.0'?><svg/>", "document-is-web-page"),
    "program": (lambda: b"MZ\x90" + bytes(99) + b"%PDF-1.4", "document-is-program"),
    "heic": (lambda: b"\0\0\0\x18ftypheic" + bytes(99), "document-is-other-picture"),
    "webp": (lambda: saved(paper(20, 30), "WEBP"), "document-is-other-picture"),
    "gif": (lambda: saved(paper(20, 30), "GIF"), "document-is-other-picture"),
    "tiff": (lambda: saved(paper(20, 30), "TIFF"), "document-is-other-picture"),
    "film": (lambda: b"\0\0\0\x18ftypmp42" + bytes(99), "document-is-video"),
    "user password": (lambda: encrypted("planted", "planted too"), "document-encrypted"),
    "cut pdf": (lambda: scan()[: len(scan()) // 2], "document-broken"),
    "only a header": (lambda: b"%PDF-1.7\n%%EOF\n", "document-broken"),
    "cut jpeg": (lambda: jpeg()[:9000], "document-broken"),
    "cut png": (lambda: saved(paper(), "PNG")[:-400], "document-broken"),
    "loop of the page tree": (page_tree_loop, "document-broken"),
    "many pages": (many_pages, "document-too-many-pages"),
    "huge page": (huge_page, "document-too-many-pixels"),
    "huge image": (huge_image, "document-too-many-pixels"),
    "png bomb": (png_bomb, "document-too-many-pixels"),
    "flate bomb": (flate_bomb, "document-bomb"),
    "endless drawing": (endless_drawing, "document-bomb"),
    "form that draws itself": (form_loop, "document-bomb"),
}
"""Of these none is made, and this is why."""

ODD: dict[str, Callable[[], bytes]] = {
    "object stream that extends itself": object_stream_loop,
    "length that is itself": length_loop,
    "count that lies": lying_count,
}
"""Of these a copy may be made or not: but in time, and with nothing of what lies beneath."""
