"""Documents that come with an act, as files of its form: the applicant's and an official's alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from functions.cases.frame import says, words
from functions.cases.papers import keep_paper, wanted_of
from functions.staff.pages import Html, tag
from shailoo.model.base import Language
from shailoo.model.case import Attachment
from shailoo.model.case_kind import DocumentRule
from shailoo.usecases.case_desk import CaseDesk

PAPER: Final = "paper-"
"""What the names of file fields of an act begin with; the kind of document follows."""


def paper_fields(rules: Iterable[DocumentRule], language: Language) -> list[Html]:
    """A field for each kind of document that an act takes; their form is `multipart/form-data`."""
    _, word = says(language).gettext, words(language).gettext
    fields = []
    for one in rules:
        hint = tag(
            "p", _("A scan or photograph: PDF, JPEG or PNG, at most 20 MB."), class_="hint", id=f"{one.kind}-hint"
        )
        label = word(one.label) if one.needed else f"{word(one.label)} ({_('not required')})"
        control = tag(
            "input", id=f"paper-{one.kind}", name=f"{PAPER}{one.kind}", type="file", multiple=one.most > 1,
            required=one.needed, accept=",".join(one.media), aria_describedby=f"{one.kind}-hint",
        )  # fmt: skip
        fields.append(tag("div", tag("label", label, for_=f"paper-{one.kind}"), hint, control, class_="field"))
    return fields


def keep_papers(
    desk: CaseDesk,
    rules: Sequence[DocumentRule],
    files: Iterable[tuple[str, bytes]],
    before: Callable[[], None] = lambda: None,
) -> tuple[Attachment, ...]:
    """The files of an act's form, kept in the private store; the same file twice is one. `before`: asked for each.

    Raises DocumentTooLarge, DocumentUnfit, DocumentsWanted, StorageFailed, and what `before` raises.
    """
    kept: list[Attachment] = []
    for name, data in files:
        before()
        paper = keep_paper(desk, wanted_of(rules, name.removeprefix(PAPER)), data)
        if paper not in kept:
            kept.append(paper)
    return tuple(kept)
