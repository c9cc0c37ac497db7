"""A case that is not handed in yet: kept where only whoever holds its code can read it.

A draft is no record: nobody else sees it, it is in no feed. It lies in an item whose name is a digest of the code,
encrypted with a key that is another digest of it (AES-256-GCM, RFC 5116): the commission keeps bytes that it cannot
read. After the hand-over, or when the applicant throws it away, an empty value remains.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import Field, StringConstraints, ValidationError

from shailoo.errors import Conflict, NotFound, Refused
from shailoo.model.base import Frozen, Moment
from shailoo.model.case import Attachment, KindName
from shailoo.model.refs import ElectionRef, StationRef
from shailoo.ports import ItemStore
from shailoo.records.case_code import read_code

LARGEST: Final = 64 * 1024
LASTS: Final = timedelta(days=30)
_NONCE = 12


class NoSuchDraft(NotFound):
    """No draft has this code: it was handed in, thrown away, or never begun; or it has expired."""

    code = "no-such-draft"


class DraftOfCaseTooLarge(Refused):
    """The draft is longer than is kept."""

    code = "case-draft-too-large"


class CaseDraft(Frozen):
    """What has been typed so far."""

    kind: KindName
    election: ElectionRef
    station: StationRef | None
    fields: Mapping[str, Annotated[str, StringConstraints(max_length=8_000)]] = Field(default_factory=dict)
    documents: tuple[Attachment, ...] = ()
    reach: Mapping[str, Annotated[str, StringConstraints(max_length=200)]] = Field(default_factory=dict)
    applicant: str | None = None
    """Whoever signed in and began it: a draft that was begun signed in is handed in by the same person only."""
    saved: Moment


def save_draft(code: str, draft: CaseDraft, items: ItemStore, random: bytes) -> None:
    """Keep a draft; the last one wins. `random` are 12 fresh bytes. Raises DraftOfCaseTooLarge, StorageFailed."""
    data = draft.model_dump_json().encode()
    if len(data) > LARGEST:
        raise DraftOfCaseTooLarge("The draft is too long to be kept. Shorten the longest answer.", bytes=len(data))
    name = _name(code)
    sealed = random[:_NONCE] + AESGCM(_key(code)).encrypt(random[:_NONCE], data, name.encode())
    _put(name, sealed, items)


def read_draft(code: str, items: ItemStore, *, now: datetime) -> CaseDraft:
    """The draft of a code. Raises NoSuchDraft, BadCode, StorageFailed."""
    name = _name(code)
    item = items.read(name)
    if item is None or not item.value:
        raise NoSuchDraft("No draft has this code.")
    try:
        data = AESGCM(_key(code)).decrypt(item.value[:_NONCE], item.value[_NONCE:], name.encode())
        draft = CaseDraft.model_validate_json(data)
    except (InvalidTag, ValidationError) as error:
        raise NoSuchDraft("The draft cannot be read any more. Begin a new one.") from error
    if now - draft.saved > LASTS:
        raise NoSuchDraft("The draft has expired. Begin a new one.")
    return draft


def drop_draft(code: str, items: ItemStore) -> None:
    """Throw a draft away; of one that is not there nothing remains to be done. Raises StorageFailed."""
    name = _name(code)
    item = items.read(name)
    if item is not None and item.value:
        _put(name, b"", items)


def draft_owner(code: str) -> str:
    """Under which name a draft's files are kept while they come in parts."""
    return hashlib.sha256(f"shailoo case uploads\n{read_code(code)}".encode()).hexdigest()


def _put(name: str, value: bytes, items: ItemStore) -> None:
    while True:
        item = items.read(name)
        try:
            items.swap(name, value, expected=None if item is None else item.version)
        except Conflict:
            continue
        return


def _name(code: str) -> str:
    return f"case-draft/{hashlib.sha256(f'shailoo case draft{chr(10)}{read_code(code)}'.encode()).hexdigest()[:32]}"


def _key(code: str) -> bytes:
    return hashlib.sha256(f"shailoo case draft key\n{read_code(code)}".encode()).digest()
