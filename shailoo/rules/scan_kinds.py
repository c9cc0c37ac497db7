"""What an uploaded file is, by its content; what it is called says nothing.

Signatures: ISO 32000-2 §7.5.2 (PDF), ITU-T T.81 B.1.1.3 (JPEG), ISO/IEC 15948 §5.2 (PNG); of what is not taken, the
first bytes that each format's own specification demands. A file with two faces (a JPEG that is also a ZIP) is what it
begins with; only pixels of that reading survive in the copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shailoo.model.document import Media
from shailoo.rules.scan_faults import (
    DocumentDisguised,
    DocumentEmpty,
    DocumentTooLarge,
    DocumentUnknown,
    IsArchive,
    IsOffice,
    IsOtherPicture,
    IsProgram,
    IsVideo,
    IsWebPage,
)

MOST_BYTES: Final = 20 * 1024 * 1024
"""Of one file. A protocol of three pages photographed at twelve megapixels is about ten million."""
_HEADER_WITHIN: Final = 1024
"""Some printers put their own commands before the PDF; readers look so far for its beginning."""

_TAKEN: Final[Mapping[bytes, Media]] = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}

_NOT_TAKEN: Final[tuple[tuple[int, bytes, str, type[DocumentDisguised]], ...]] = (
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc", IsOffice),
    (0, b"{\\rtf", "rtf", IsOffice),
    (0, b"Rar!\x1a\x07", "rar", IsArchive),
    (0, b"7z\xbc\xaf\x27\x1c", "7z", IsArchive),
    (0, b"\x1f\x8b", "gz", IsArchive),
    (0, b"BZh", "bz2", IsArchive),
    (0, b"\xfd7zXZ\x00", "xz", IsArchive),
    (257, b"ustar", "tar", IsArchive),
    (0, b"MZ", "exe", IsProgram),
    (0, b"\x7fELF", "elf", IsProgram),
    (0, b"#!", "script", IsProgram),
    (0, b"\xca\xfe\xba\xbe", "class", IsProgram),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "lnk", IsProgram),
    (0, b"GIF8", "gif", IsOtherPicture),
    (0, b"BM", "bmp", IsOtherPicture),
    (0, b"II*\x00", "tiff", IsOtherPicture),
    (0, b"MM\x00*", "tiff", IsOtherPicture),
    (0, b"\x00\x00\x00\x0cjP  ", "jp2", IsOtherPicture),
    (0, b"\xff\x0a", "jxl", IsOtherPicture),
    (0, b"AT&TFORM", "djvu", IsOtherPicture),
    (8, b"WEBP", "webp", IsOtherPicture),
    (8, b"AVI ", "avi", IsVideo),
    (8, b"WAVE", "wav", IsVideo),
    (0, b"\x1aE\xdf\xa3", "mkv", IsVideo),
    (0, b"OggS", "ogg", IsVideo),
    (0, b"ID3", "mp3", IsVideo),
    (0, b"\x00\x00\x01\xba", "mpeg", IsVideo),
)
_STILL_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"hevc")
"""ISO/IEC 23008-12 and AV1: brands of pictures in the container that films use too."""
_PACKED_OFFICE: Final[Mapping[bytes, str]] = {
    b"word/": "docx",
    b"xl/": "xlsx",
    b"ppt/": "pptx",
    b"application/vnd.oasis.opendocument": "odf",
}
_MARKUP: Final = (
    b"<!doctype",
    b"<html",
    b"<head",
    b"<body",
    b"<script",
    b"<svg",
    b"<?xml",
    b"from: ",
    b"mime-version:",
)
_BLANK: Final = b"\xef\xbb\xbf\x00 \t\r\n"


def look(data: bytes) -> Media:
    """Say which of the three formats that are taken this is, without reading further than signatures.

    Raises DocumentEmpty, DocumentTooLarge, a DocumentDisguised that names the format, or DocumentUnknown.
    """
    if not data:
        raise DocumentEmpty("The file is empty. Scan the paper again and send the new file.")
    if len(data) > MOST_BYTES:
        raise DocumentTooLarge(
            "The file is larger than 20 MiB. Scan in grey at 150 to 200 dots per inch.",
            bytes=len(data),
            most=MOST_BYTES,
        )
    for signature, media in _TAKEN.items():
        if data.startswith(signature):
            return media
    found = _disguise(data)
    if found is not None:
        format_, kind = found
        raise kind("The file is no scan, whatever it is called. Send a PDF, JPEG or PNG of the paper.", format=format_)
    if b"%PDF-" in data[:_HEADER_WITHIN]:
        return "application/pdf"
    raise DocumentUnknown("The file is neither PDF, JPEG nor PNG. Scan the paper again and send the new file.")


def _disguise(data: bytes) -> tuple[str, type[DocumentDisguised]] | None:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        # Names of members stand uncompressed in the local headers and again in the directory at the end.
        for mark, name in _PACKED_OFFICE.items():
            if mark in data[:4096] or mark in data[-65536:]:
                return name, IsOffice
        return "zip", IsArchive
    if data[4:8] == b"ftyp":
        return ("heic", IsOtherPicture) if data[8:12] in _STILL_BRANDS else ("mp4", IsVideo)
    for at, signature, name, kind in _NOT_TAKEN:
        if data[at : at + len(signature)] == signature:
            return name, kind
    if data[:_HEADER_WITHIN].lstrip(_BLANK).lower().startswith(_MARKUP):
        return "html", IsWebPage
    return None
