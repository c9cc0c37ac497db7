"""What was sent to the door of cases, by a form or by a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from functions.web import JSON, Request

NO_STORE: Final = ("cache-control", "no-store")
LONGEST: Final = 200
"""Signs of an address that notices go to."""


def sent_by(request: Request) -> Mapping[str, object]:
    """What was sent as a form or as a JSON object; anything else is empty."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        return request.form()
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def number_of(text: str, most: int, *, least: int = 1) -> int:
    """A number between two others; `least` for what is none."""
    return min(max(int(text), least), most) if text.isascii() and text.isdecimal() and len(text) <= 5 else least  # noqa: PLR2004 -- no page or act has more digits
