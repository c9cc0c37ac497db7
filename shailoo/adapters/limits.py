"""What every home of records can keep, so that a record written to one can be carried to another.

DynamoDB holds items of at most 400 KB, attribute names and key included, and sort keys of at most 1,024 bytes. Records
stay well below, in every home, from the first day.
"""

from __future__ import annotations

import re

from shailoo.errors import Refused, StorageFailed

LARGEST_RECORD = 300_000
"""Bytes of a record or of an item's value."""
MOST_PER_PAGE = 1000
LARGEST_MESSAGE = 262_144
"""Bytes of a message: what every queue of the cloud has taken for years."""
MOST_MESSAGES = 10
"""That one call receives."""
LONGEST_WAIT_S = 20
"""That a receiver waits for a message."""
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9/:._-]{0,254}")
_GROUP = re.compile(r"[A-Za-z0-9][A-Za-z0-9/:._-]{0,127}")
_NO_TEXT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PREFIX = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9/:._-]{0,254})?")


class RecordTooLarge(Refused):
    """A record or value of more than 300,000 bytes; large bytes belong into the object store."""

    code = "record-too-large"


class BadKey(StorageFailed):
    """A key that not every home could keep: a fault of the program, never of a sender."""

    code = "bad-key"


class BadMessage(StorageFailed):
    """A message that not every queue could carry: a fault of the program."""

    code = "bad-message"


def check_record(key: str, body: bytes) -> None:
    """Refuse what some home could not keep. Raises BadKey or RecordTooLarge."""
    if not _KEY.fullmatch(key):
        raise BadKey("A key has 1 to 255 of A-Z a-z 0-9 / : . _ - and begins with a letter or digit.", key=key[:80])
    if len(body) > LARGEST_RECORD:
        raise RecordTooLarge("A record has at most 300,000 bytes.", key=key, bytes=len(body))


def check_page(prefix: str, limit: int) -> None:
    """Refuse a page that some home could not give. Raises BadKey."""
    if not _PREFIX.fullmatch(prefix) or not 1 <= limit <= MOST_PER_PAGE:
        raise BadKey(
            "A page is asked for by a prefix of a key and has 1 to 1000 entries.", key=prefix[:80], limit=limit
        )


def check_message(body: bytes, group: str) -> str:
    """The text of a message. Raises BadMessage for what some queue could not carry."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadMessage("A message is text in UTF-8.", group=group[:80]) from error
    if not 1 <= len(body) <= LARGEST_MESSAGE or _NO_TEXT.search(text) or not _GROUP.fullmatch(group):
        raise BadMessage(
            "A message has 1 to 262,144 bytes of plain text, and its group is spelled as a key.", group=group[:80]
        )
    return text


def check_receive(most: int, wait_s: int) -> None:
    """Refuse to receive what no queue gives at once. Raises BadMessage."""
    if not 1 <= most <= MOST_MESSAGES or not 0 <= wait_s <= LONGEST_WAIT_S:
        raise BadMessage("Up to 10 messages are received at once, and waited for up to 20 s.", most=most, wait_s=wait_s)
