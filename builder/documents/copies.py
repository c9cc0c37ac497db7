"""What a public copy consists of, its limits, and how it travels between two processes.

A message is a head in JSON and any number of pieces of bytes: eight bytes with the length of all that follows, four
with the length of the head, the head, the pieces. The head lists the lengths of the pieces.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, ValidationError

from shailoo.model.base import Frozen
from shailoo.model.document import Blackout, Media

MOST_PAGES: Final = 60
MOST_PIXELS: Final = 40_000_000
"""Of a page: a picture's own, a PDF page's at one to the point. A phone's picture of one sheet has 8 to 40 million."""
PDF_LONG_SIDE: Final = 1600
"""Pixels of the longer side of a page in the PDF: 137 dots per inch on A4, so that small print stays legible."""
PHONE_WIDTH: Final = 1000
"""Most pixels across a page image for phones."""
MOST_ANSWER: Final = 96 * 1024 * 1024
"""Bytes of a whole answer: sixty pages of noise are 70 million."""
LENGTH: Final = 8
_HEAD: Final = 4


@dataclass(frozen=True)
class PageImage:
    """A page as a JPEG for reading on a phone; sizes in pixels."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True)
class PublicCopy:
    """A document made again from its pixels: a PDF of images only, an image of each page, the original's type."""

    pdf: bytes
    pages: tuple[PageImage, ...]
    media: Media


@dataclass(frozen=True)
class Limits:
    """What one document may take: seconds of processor, seconds of waiting, bytes of address space."""

    cpu_s: int = 40
    wall_s: int = 120
    memory: int = 1 << 30


class Order(Frozen):
    """The head of a request: what the one piece is, and what to paint black."""

    media: Media
    areas: tuple[Blackout, ...]


class PageSize(Frozen):
    """Pixels of a page image."""

    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]


class Answer(Frozen):
    """The head of an answer: why not, or the sizes of the pages; then the pieces are the PDF and the images."""

    unfit: str | None = None
    facts: dict[str, str | int | None] = Field(default_factory=dict)
    sentence: str = ""
    pages: tuple[PageSize, ...] = ()


class _Envelope(Frozen):
    head: str
    pieces: tuple[Annotated[int, Field(ge=0)], ...]


class MessageBroken(ValueError):
    """These bytes are not a message; the process that wrote them is not to be believed."""


def pack(head: Frozen, pieces: Sequence[bytes] = ()) -> bytes:
    """Write a message."""
    envelope = {"head": head.model_dump_json(), "pieces": [len(piece) for piece in pieces]}
    written = json.dumps(envelope).encode()
    body = b"".join([len(written).to_bytes(_HEAD, "big"), written, *pieces])
    return len(body).to_bytes(LENGTH, "big") + body


def unpack(body: bytes) -> tuple[str, list[bytes]]:
    """Read what follows the length of a message: its head as JSON, and its pieces. Raises MessageBroken."""
    end = _HEAD + int.from_bytes(body[:_HEAD], "big")
    try:
        envelope = _Envelope.model_validate_json(body[_HEAD:end])
    except ValidationError as error:
        raise MessageBroken("a message without a head") from error
    if len(body) != end + sum(envelope.pieces):
        raise MessageBroken("a message of another length than it says")
    pieces = []
    for length in envelope.pieces:
        pieces.append(body[end : end + length])
        end += length
    return envelope.head, pieces
