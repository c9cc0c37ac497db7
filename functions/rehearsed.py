"""What every page for people says in a rehearsal: nobody here is real."""

from __future__ import annotations

from dataclasses import replace

from functions.staff.pages import tag
from functions.web import HTML, Response
from shailoo.i18n import catalog
from shailoo.model.base import LANGUAGES

_BEFORE = b"<main"


def say_rehearsal(response: Response) -> Response:
    """The same page with the note above its content, in its language; whatever is no page stays as it is."""
    if response.header("content-type") != HTML or _BEFORE not in response.body:
        return response
    language = next((one for one in LANGUAGES if one == response.header("content-language")), "ky")
    _ = catalog("functions", language).gettext
    said = _("This is a rehearsal: the people, what they ask for and what is decided here are made up.")
    note = tag("aside", tag("p", said, class_="wrap"), class_="rehearsal", aria_label=_("Rehearsal"))
    return replace(response, body=response.body.replace(_BEFORE, note.text.encode() + _BEFORE, 1))
