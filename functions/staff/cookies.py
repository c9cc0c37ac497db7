"""Signed cookies: what we told a browser, and nobody else could have. Nothing secret is in them, no name either."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SESSION: Final = "shailoo-staff"
SIGN_IN: Final = "shailoo-signin"
SESSION_S: Final = 8 * 3600
"""A session ends after a shift; an appointment that is revoked ends it at once."""
SIGN_IN_S: Final = 600


@dataclass(frozen=True, slots=True)
class CookieSigner:
    """Writes and reads signed values. `secure` is for addresses that begin with https."""

    secret: bytes
    secure: bool

    def write(self, purpose: str, value: Mapping[str, str], *, expires: int) -> str:
        """Sign a value for one purpose until a Unix time."""
        body = json.dumps({**value, "exp": str(expires)}, sort_keys=True, separators=(",", ":")).encode()
        return f"{_encode(body)}.{self.mark(purpose, body.decode())}"

    def read(self, purpose: str, text: str, *, now: int) -> Mapping[str, str] | None:
        """The value if we wrote it for this purpose and it has not expired, else None."""
        encoded, _, mark = text.partition(".")
        try:
            body = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        except (binascii.Error, ValueError):
            return None
        if not hmac.compare_digest(mark.encode(), self.mark(purpose, body).encode()):
            return None
        value: dict[str, str] = json.loads(body)
        return value if now < int(value["exp"]) else None

    def mark(self, purpose: str, text: str) -> str:
        """HMAC-SHA256 over purpose and text."""
        return _encode(hmac.new(self.secret, f"{purpose}\n{text}".encode(), hashlib.sha256).digest())

    def header(self, name: str, value: str, *, lasts: int) -> tuple[str, str]:
        """The `set-cookie` header; `lasts` 0 removes the cookie.

        Lax, so that the way back from the provider carries it.
        """
        tail = "; Secure" if self.secure else ""
        return ("set-cookie", f"{name}={value}; Path=/staff/; Max-Age={lasts}; HttpOnly; SameSite=Lax{tail}")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
