"""How lines of the log are tied together: nothing has to be carried from the door to the page.

The trace of a report is made of the digest of its sealed bytes, which stands on its receipt, in its record and in the
public log; the trace of a version of its number. What came from outside (`traceparent`, `x-amzn-trace-id`) is hashed: a
header is anybody's to write, and a line takes nothing that a stranger wrote.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from shailoo.ids import Digest

_W3C = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*", re.DOTALL)
_XRAY = re.compile(r"(?:.*;)?\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;.*)?", re.DOTALL)
_NOBODY = "0" * 32


def trace_of_report(sealed: Digest | str) -> str:
    """The trace of the report with this digest."""
    return sealed[:32]


def trace_of_version(number: int) -> str:
    """The trace of a published version."""
    return _hashed(f"version {number}")[:32]


def trace_of_request(outside: str) -> str:
    """The trace of a request, from what whoever stands before us calls it (32 hexadecimal digits)."""
    return _hashed(f"request {outside}")[:32]


def outside_trace(headers: Mapping[str, str], amazon: str = "") -> str | None:
    """What whoever stands before us calls this request (W3C Trace Context, X-Ray), or None.

    `headers` have names in lower case; `amazon` is what Lambda says in its environment.
    """
    for given in (amazon, headers.get("x-amzn-trace-id", "")):
        if found := _XRAY.fullmatch(given):
            return found[1] + found[2]
    told = _W3C.fullmatch(headers.get("traceparent", ""))
    return told[1] if told and told[1] != _NOBODY else None


def span_of(trace: str, step: str) -> str:
    """The name of a step within a trace."""
    return _hashed(f"{trace} {step}")[:16]


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()
