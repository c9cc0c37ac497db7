"""Sealed cookies: what we told a browser, which nobody else can have written and nobody can read.

    base64url(nonce || AES-256-GCM(key, nonce, JSON, purpose))      nonce: 12 random bytes

A voter's session holds what the provider told of a person, so it is not only signed as those of the commissions are.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SESSION: Final = "shailoo-cabinet"
SIGN_IN: Final = "shailoo-cabinet-signin"
SESSION_S: Final = 3600
"""A session ends after an hour: many voters share a telephone or sit at somebody else's computer."""
SIGN_IN_S: Final = 600
LONGEST: Final = 3800
"""Characters of a value; browsers keep at least 4096 bytes of a cookie with its name and attributes (RFC 6265, 6.1)."""
PATH: Final = "/api/"
_NONCE = 12


@dataclass(frozen=True, slots=True)
class CookieSealer:
    """Writes and reads sealed values. `key`: 32 bytes. `secure` is for addresses that begin with https."""

    key: bytes = field(repr=False)
    secure: bool

    def write(self, purpose: str, value: Mapping[str, str], *, expires: int) -> str:
        """Seal a value for one purpose until a Unix time. Raises ValueError for more than a cookie holds."""
        said = json.dumps({**value, "exp": str(expires)}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self.key).encrypt(nonce, said.encode(), purpose.encode())
        text = base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()
        if len(text) > LONGEST:
            message = f"a cookie holds {LONGEST} characters, not {len(text)}"
            raise ValueError(message)
        return text

    def read(self, purpose: str, text: str, *, now: int) -> Mapping[str, str] | None:
        """The value if we sealed it for this purpose and it has not expired, else None."""
        if len(text) > LONGEST:
            return None
        try:
            data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            said = AESGCM(self.key).decrypt(data[:_NONCE], data[_NONCE:], purpose.encode())
        except (binascii.Error, InvalidTag, ValueError):
            return None
        value: dict[str, str] = json.loads(said)
        return value if now < int(value["exp"]) else None

    def header(self, name: str, value: str, *, lasts: int) -> tuple[str, str]:
        """The `set-cookie` header; `lasts` 0 removes the cookie.

        Lax, so that the way back from the provider carries it.
        """
        tail = "; Secure" if self.secure else ""
        return ("set-cookie", f"{name}={value}; Path={PATH}; Max-Age={lasts}; HttpOnly; SameSite=Lax{tail}")
