"""Canonical bytes: the one way in which a value is written before it is hashed, signed or compared."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from shailoo.errors import Refused
from shailoo.ids import Digest


class NotCanonical(Refused):
    """The bytes say the same thing in another way than our own writer would."""

    code = "not-canonical"


def canonical_json(value: Any) -> bytes:  # noqa: ANN401  JSON has no narrower type; floats are refused below
    """Write JSON with sorted keys, no spaces, UTF-8, strings and integers only.

    Raises TypeError for a float: counts are integers, and a float has more than one spelling.
    """
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read_canonical_json(data: bytes) -> Any:  # noqa: ANN401  JSON has no narrower type; callers validate into a model
    """Read JSON that `canonical_json` wrote. Raises NotCanonical for anything else."""
    try:
        value = json.loads(data.decode())
        if canonical_json(value) == data:
            return value
    except (ValueError, TypeError, RecursionError) as error:
        raise NotCanonical("These bytes are not JSON as this system writes it.", bytes=len(data)) from error
    raise NotCanonical("This JSON is spelled differently from what this system writes.", bytes=len(data))


def digest(data: bytes) -> Digest:
    """SHA-256 in lower-case hexadecimal."""
    return Digest(hashlib.sha256(data).hexdigest())


def _refuse_floats(value: Any) -> None:  # noqa: ANN401  walks any JSON value
    if isinstance(value, float):
        message = f"a record holds strings and integers, not {value!r}"
        raise TypeError(message)
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
