"""Uploads in parts: how a file is cut, and what makes a part or a whole acceptable.

A part has a fixed size, the last one what remains, so that a number alone says where it belongs and a link that breaks
costs one part. The digest of the whole, announced at the beginning, is checked at the end.
"""

from __future__ import annotations

import hashlib
from typing import Final

from shailoo.errors import Conflict, NotFound, Refused

LEAST_PART: Final = 1 << 20
MOST_PART: Final = 5 << 20
"""Bytes of a part: between what a weak link carries in a minute and what a function may be sent at once."""
OPEN_HOURS: Final = 24
"""How long an upload may stay unfinished before it is thrown away."""
MOST_OPEN: Final = 30
"""Uploads that one person may have open."""


class NoSuchUpload(NotFound):
    """No upload of this name is open for this person."""

    code = "no-such-upload"


class BadPart(Refused):
    """A part has another number, length or content than the upload wants."""

    code = "bad-part"


class UploadIncomplete(Conflict):
    """Parts of the file are not there yet."""

    code = "upload-incomplete"


class UploadDamaged(Refused):
    """The whole file does not have the digest that was announced."""

    code = "upload-damaged"


class TooManyUploadsOpen(Refused):
    """A person has more uploads open than anyone needs."""

    code = "too-many-uploads-open"


def part_count(total: int, part_bytes: int) -> int:
    """How many parts a file of `total` bytes has, at least one."""
    return max(1, -(-total // part_bytes))


def part_length(number: int, total: int, part_bytes: int) -> int:
    """How many bytes a part (numbers from 1) has. Raises BadPart when there is no such part."""
    count = part_count(total, part_bytes)
    if not 1 <= number <= count:
        raise BadPart("The file has no part of this number.", part=number, parts=count)
    return part_bytes if number < count else total - part_bytes * (count - 1)


def check_part(number: int, data: bytes, total: int, part_bytes: int) -> None:
    """Whether a part (numbers from 1) is as long as it must be. Raises BadPart."""
    wanted = part_length(number, total, part_bytes)
    if len(data) != wanted:
        raise BadPart("The part is not as long as it must be.", part=number, bytes=len(data), wanted=wanted)


def check_whole(data: bytes, total: int, sha256: str | None) -> None:
    """Whether all bytes are there and are those that were announced. Raises UploadDamaged."""
    if len(data) != total or (sha256 is not None and hashlib.sha256(data).hexdigest() != sha256):
        raise UploadDamaged("The file is not the one that was announced. Send it again.", bytes=len(data))
