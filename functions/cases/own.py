"""Drafts of whoever signed in, to go on with; also for the cabinet."""

from __future__ import annotations

from functions.cases.door import PREFIX, CaseDoor
from functions.cases.frame import kind_title, moment_text, says
from functions.cases.visitor import Visitor
from functions.staff.pages import Html, tag
from shailoo.model.base import Language
from shailoo.usecases.case_drafts import NoSuchDraft, read_draft
from shailoo.usecases.own_drafts import own_drafts


def drafts_block(door: CaseDoor, visitor: Visitor, language: Language) -> list[Html]:
    """What a person has begun and not handed in; nothing without a sign-in or a draft. Raises StorageFailed."""
    if visitor.applicant is None:
        return []
    _ = says(language).gettext
    rows = []
    for code in own_drafts(door.secret, visitor.applicant, door.items):
        try:
            draft = read_draft(code, door.items, now=door.now())
        except NoSuchDraft:
            continue  # it has expired, or was handed in and the answer was lost on the way
        kind = door.desk.kinds.get(draft.kind)
        if kind is None:
            continue
        hidden = {"lang": language, "code": code, "token": visitor.token}
        fields = [tag("input", type="hidden", name=name, value=value) for name, value in hidden.items()]
        button = tag("button", _("Go on"), class_="second")
        form = tag("form", *fields, button, method="post", action=f"{PREFIX}go-on")
        rows.append(tag("li", tag("b", kind_title(kind, language)), " · ", moment_text(draft.saved, language), form))
    return [tag("h2", _("Begun and not handed in")), tag("ul", *rows, class_="papers")] if rows else []
