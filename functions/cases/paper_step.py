"""The page of a form's documents: without a script one file at a time, with it in parts over a weak link."""

from __future__ import annotations

from collections.abc import Mapping

from functions.cases.door import PREFIX
from functions.cases.frame import says, words
from functions.staff.pages import Html, select, tag
from shailoo.model.base import Language
from shailoo.model.case_kind import CaseKind
from shailoo.usecases.case_drafts import CaseDraft


def paper_blocks(
    kind: CaseKind, draft: CaseDraft, language: Language, hidden: Html, faults: Mapping[str, str]
) -> list[Html]:
    """What is there already, what is wanted, and the form that takes one file. `hidden` goes with each form."""
    _, word = says(language).gettext, words(language).gettext
    there = [one.kind for one in draft.documents]
    lists = []
    for rule in kind.documents:
        count = there.count(rule.kind)
        state = _("files: {n}", n=count) if count else _("needed") if rule.needed else _("not required")
        remove = []
        if count:
            remove = [
                tag("form", hidden,
                    tag("button", _("Remove"), name="remove", value=rule.kind, class_="second"),
                    method="post", action=f"{PREFIX}new/{kind.name}")
            ]  # fmt: skip
        lists.append(tag("li", tag("b", word(rule.label)), " · ", state, *remove))
    options = [(rule.kind, word(rule.label)) for rule in kind.documents]
    upload = tag(
        "form",
        hidden,
        tag("div", tag("label", _("What it is"), for_="document"), named(select("document", options), "document"),
            class_="field"),
        tag("div", tag("label", _("File"), for_="file"),
            tag("p", _("A scan or photograph: PDF, JPEG or PNG, at most 20 MB."), class_="hint", id="file-hint"),
            tag("input", id="file", name="file", type="file", required=True, aria_describedby="file-hint",
                accept=",".join(sorted({media for rule in kind.documents for media in rule.media}))),
            class_="field"),
        tag("button", _("Add this file"), class_="second"),
        tag("progress", max=100, value=0, hidden=True, aria_label=_("Progress of the upload")),
        tag("p", role="status", class_="hint"),
        method="post", action=f"{PREFIX}documents/{kind.name}", enctype="multipart/form-data", class_="case",
        data_most=max(rule.largest for rule in kind.documents),
        data_says_reading=_("The file is being read…"),
        data_says_sending=_("Sent: {done} of {all} KiB", done="%1", all="%2"),
        data_says_waiting=_("The link is weak. It goes on by itself; leave the page open."),
        data_says_checking=_("The file is whole and is being checked…"),
        data_says_too_large=_("The file is too large."),
        data_says_failed=_("The upload failed."),
    )  # fmt: skip
    trouble = [tag("p", _(fault), class_="error", role="alert") for fault in faults.values()]
    return [*trouble, tag("ul", *lists, class_="papers"), upload]


def named(control: Html, name: str) -> Html:
    """A choice with the id of its label."""
    return Html(control.text.replace("<select", f'<select id="{name}"', 1))
