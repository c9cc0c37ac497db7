"""What must never be in a log: people, as they come to the doors, in every spelling in which they could slip in."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

PIN = "20101199900017"
SURNAME = "Омуралиева"
LATIN = "omuralieva-aizada"
CARD = "ID1234567"
PHONE = "996555123456"
ADDRESS = "198.51.100.77"
MAIL = "aizada@example.kg"
TOKEN = "eyJhbGciOiJSUzI1NiJ9"
PERSON = "5c0ffee" + "0badf00d" * 7 + "7"
"""As the digest of a person: 64 hexadecimal digits."""
PIECES = (PIN, SURNAME, LATIN, CARD, PHONE, ADDRESS, MAIL, TOKEN)
PLANTED = (
    *PIECES,
    f"00-{PIN.zfill(32)}-{PHONE.zfill(16)}-01",
    PIN.zfill(32),
    f"Root=1-{PIN[:8]}-{PHONE.zfill(24)}",
    f"{SURNAME} {PIN}\n",
    f"{LATIN}/{CARD}?pin={PIN}",
)


def in_it(text: str | bytes) -> list[str]:
    """Which of the pieces are in a text, in any of their spellings."""
    told = text.decode("utf-8", errors="replace") if isinstance(text, bytes) else text
    return [piece for piece in PIECES if any(spelling in told for spelling in spellings(piece))]


def spellings(piece: str) -> set[str]:
    """A piece as it is, escaped, in capitals, encoded."""
    plain = {piece, piece.upper(), piece.lower()}
    told = {quote(piece), json.dumps(piece)[1:-1], base64.b64encode(piece.encode()).decode().rstrip("=")}
    return plain | told | {piece.encode().hex()}
