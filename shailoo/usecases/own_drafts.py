"""Which drafts somebody who signs in has begun, so that they go on without typing the code.

The codes of a person's drafts lie in one item, encrypted with a key of the person and the installation (AES-256-GCM):
a copy of the store alone opens none of them. Without a sign-in nothing of this kind is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shailoo.errors import Conflict
from shailoo.ports import Item, ItemStore

MOST: Final = 12
"""Of more drafts the oldest are reached by their codes only."""
_NONCE = 12
_Change = Callable[[Sequence[str]], list[str]]


def own_drafts(secret: bytes, applicant: str, items: ItemStore) -> Sequence[str]:
    """Codes of a person's drafts, the newest first. Raises StorageFailed."""
    return _opened(secret, applicant, items.read(_name(secret, applicant)))


def keep_own(secret: bytes, applicant: str, code: str, items: ItemStore, random: bytes) -> None:
    """Add a draft to a person's. `random` are 12 fresh bytes. Raises StorageFailed."""
    _change(secret, applicant, items, random, lambda codes: [code, *(one for one in codes if one != code)][:MOST])


def drop_own(secret: bytes, applicant: str, code: str, items: ItemStore, random: bytes) -> None:
    """Forget a draft that was handed in or thrown away. Raises StorageFailed."""
    _change(secret, applicant, items, random, lambda codes: [one for one in codes if one != code])


def _change(secret: bytes, applicant: str, items: ItemStore, random: bytes, change: _Change) -> None:
    name = _name(secret, applicant)
    while True:
        item = items.read(name)
        before = _opened(secret, applicant, item)
        after = change(before)
        if after == list(before):
            return
        data = json.dumps(after).encode()
        sealed = random[:_NONCE] + AESGCM(_key(secret, applicant)).encrypt(random[:_NONCE], data, name.encode())
        try:
            items.swap(name, sealed, expected=None if item is None else item.version)
        except Conflict:
            random = hashlib.sha256(random).digest()  # never one nonce for two texts
            continue
        return


def _opened(secret: bytes, applicant: str, item: Item | None) -> list[str]:
    if item is None or not item.value:
        return []
    name = _name(secret, applicant).encode()
    try:
        codes = json.loads(AESGCM(_key(secret, applicant)).decrypt(item.value[:_NONCE], item.value[_NONCE:], name))
    except (InvalidTag, ValueError):
        return []  # the installation's secret was changed: the drafts are reached by their codes
    return [str(one) for one in codes]


def _name(secret: bytes, applicant: str) -> str:
    return f"case-drafts/{hmac.digest(secret, f'drafts of{chr(10)}{applicant}'.encode(), 'sha256').hex()[:32]}"


def _key(secret: bytes, applicant: str) -> bytes:
    return hmac.digest(secret, f"key of drafts of\n{applicant}".encode(), "sha256")
