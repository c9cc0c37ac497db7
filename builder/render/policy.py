"""What a browser may load on our pages: from our own host, in files of its own, and nothing else.

The policy stands in every page, so that a copy of the site on a plain file server keeps it; what only a header can say
is in `HEADERS`, written as `csp.json` into each portal's folder for the CDN and the local server.
"""

from __future__ import annotations

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'"
)
"""No hash and no exception: there is no inline script, style sheet or style attribute on any page.

`data:` images are the small masks in Material's style sheet.
"""

HEADERS = {
    "content-security-policy": f"{CONTENT_SECURITY_POLICY}; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Header → value for every file of a portal whose pages show no frame."""

_FRAMED = ("tizme",)
"""Portals whose pages show a strip of their own in a frame."""


def of_portal(portal: str) -> str:
    """The policy in the pages of a portal: frames only where the portal has one, and only from our own host."""
    return f"{CONTENT_SECURITY_POLICY}; frame-src 'self'" if portal in _FRAMED else CONTENT_SECURITY_POLICY


def headers(portal: str) -> dict[str, str]:
    """Header → value for every file of a portal."""
    return HEADERS | {"content-security-policy": f"{of_portal(portal)}; frame-ancestors 'self'"}
