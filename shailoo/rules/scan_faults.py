"""Why an uploaded paper cannot be shown to the public: one class and one stable code for each reason.

DocumentUnfit
├── DocumentEmpty, DocumentTooLarge, DocumentUnknown
├── DocumentDisguised      something else under the name of a scan
│   └── IsOffice, IsArchive, IsWebPage, IsOtherPicture, IsVideo, IsProgram
├── DocumentEncrypted, DocumentBroken
├── DocumentTooManyPages, DocumentTooManyPixels, DocumentBomb
└── BlackoutOutside

Facts are numbers and names of formats, never anything that a file says of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shailoo.errors import Refused


class DocumentUnfit(Refused):
    """No public copy can be made of these bytes. The sender can send another scan."""

    code = "document-unfit"


class DocumentEmpty(DocumentUnfit):
    """The file holds no byte."""

    code = "document-empty"


class DocumentTooLarge(DocumentUnfit):
    """The file is larger than a scan may be. Facts: bytes, most."""

    code = "document-too-large"


class DocumentUnknown(DocumentUnfit):
    """The content is neither PDF, JPEG nor PNG, nor anything else that we know."""

    code = "document-unknown"


class DocumentDisguised(DocumentUnfit):
    """The content is a known format that is no scan, whatever the file is called. Fact: format."""

    code = "document-disguised"


class IsOffice(DocumentDisguised):
    """A text, a table or slides of an office program."""

    code = "document-is-office"


class IsArchive(DocumentDisguised):
    """A packed folder."""

    code = "document-is-archive"


class IsWebPage(DocumentDisguised):
    """A web page, a drawing in XML or a mail."""

    code = "document-is-web-page"


class IsOtherPicture(DocumentDisguised):
    """A picture in a format that not every browser shows, or that moves."""

    code = "document-is-other-picture"


class IsVideo(DocumentDisguised):
    """A video or a sound recording."""

    code = "document-is-video"


class IsProgram(DocumentDisguised):
    """Something that a computer would run."""

    code = "document-is-program"


class DocumentEncrypted(DocumentUnfit):
    """The PDF opens with a password only."""

    code = "document-encrypted"


class DocumentBroken(DocumentUnfit):
    """The file was cut short or damaged, or is not written as its format demands."""

    code = "document-broken"


class DocumentTooManyPages(DocumentUnfit):
    """More pages than a paper of an election has. Facts: pages, most."""

    code = "document-too-many-pages"


class DocumentTooManyPixels(DocumentUnfit):
    """A page or a picture in it is larger than any scan needs to be. Facts: page, pixels, most."""

    code = "document-too-many-pixels"


class DocumentBomb(DocumentUnfit):
    """Reading the file took more time or memory than any scan does, or brought the reader down."""

    code = "document-bomb"


class BlackoutOutside(DocumentUnfit):
    """An area to black out lies on no page, or leaves its page. Facts: page, pages."""

    code = "blackout-outside"


def _family(parent: type[DocumentUnfit]) -> list[type[DocumentUnfit]]:
    return [parent, *(one for child in parent.__subclasses__() for one in _family(child))]


BY_CODE: Final[Mapping[str, type[DocumentUnfit]]] = {one.code: one for one in _family(DocumentUnfit)}
"""The class of each code, for what comes back from the process that read the file."""
