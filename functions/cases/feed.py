"""Atom (RFC 4287) of one case, for whoever has its code: that something has happened, and nothing of what it is about.

The address is told on the page of the case only. Whoever reads it in a log or a browser's history sees that something
has happened, and cannot open the case with it.
"""

from __future__ import annotations

import hmac
from html import escape

from functions.cases.door import PREFIX
from functions.cases.frame import says, words
from functions.web import Response
from shailoo.model.base import Language, stamp
from shailoo.rules.case_standing import CaseStanding

ATOM = "application/atom+xml; charset=utf-8"


def feed_token(secret: bytes, case: str) -> str:
    """What names a case in the address of its feed; nobody makes it up without the installation's secret."""
    return f"{case}-{hmac.digest(secret, f'case feed{chr(10)}{case}'.encode(), 'sha256').hex()[:32]}"


def case_of_token(secret: bytes, token: str) -> str | None:
    """The case of a feed's address, or None for an address that we did not make."""
    case = token.partition("-")[0]
    return case if hmac.compare_digest(feed_token(secret, case).encode(), token.encode()) else None


def feed_address(secret: bytes, case: str) -> str:
    """Where the feed of a case is."""
    return f"{PREFIX}feed/{feed_token(secret, case)}"


def case_feed(standing: CaseStanding, origin: str, path: str, language: Language) -> Response:
    """The feed: one entry for the filing and one for each act since, the newest first."""
    say, word = says(language).gettext, words(language).gettext
    title = f"{word(standing.kind.title)} · № {standing.number}"
    base = f"tag:{origin.partition('//')[2].partition(':')[0]},2026:case/{standing.number}"
    steps = [(0, standing.filed.filed), *((act.n, act.entered) for act in standing.acts)]
    said = say("Something has happened to your application. Open it with your code.")
    entries = "".join(
        f"<entry><id>{escape(base)}/{n}</id><title>{escape(title)}</title><updated>{stamp(at)}</updated>"
        f'<link href="{escape(origin)}{PREFIX}status"/>'
        f"<summary>{escape(said)}</summary></entry>"
        for n, at in reversed(steps)
    )
    text = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">'
        f"<id>{escape(base)}</id><title>{escape(title)}</title><updated>{stamp(standing.changed)}</updated>"
        f'<author><name>Shailoo</name></author><link rel="self" href="{escape(origin + path)}"/>{entries}</feed>\n'
    )
    return Response(200, (("content-type", ATOM), ("cache-control", "private, max-age=60")), text.encode())
