"""What papers and their states are called on the commissions' pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shailoo.i18n import Catalog, msgid
from shailoo.model.base import Language
from shailoo.model.document import DocumentKind
from shailoo.model.election import Election
from shailoo.rules.document_standing import State
from shailoo.rules.documents import part_of_box, part_of_list

KIND_WORDS: Final[Mapping[DocumentKind, str]] = {
    "zero-report": msgid("Zero report of the box"),
    "final-report": msgid("Final report of the box"),
    "identification-initial": msgid("Initial identification report"),
    "identification-final": msgid("Final identification report"),
    "protocol": msgid("Protocol"),
    "annex": msgid("Annex to the protocol"),
    "court-act": msgid("Act of a court"),
    "commission-act": msgid("Act of a commission"),
    "case-paper": msgid("Paper of a case"),
}
STATE_WORDS: Final[Mapping[State, str]] = {
    "copying": msgid("the copy is being made"),
    "waiting": msgid("waits for approval"),
    "approved": msgid("approved"),
    "unreadable": msgid("unreadable"),
    "withdrawn": msgid("withdrawn"),
}


def paper_name(say: Catalog, language: Language, election: Election, kind: DocumentKind, part: str | None) -> str:
    """What a paper is called: its kind, and which of several."""
    name = say.gettext(KIND_WORDS[kind])
    which = _part_name(language, election, kind, part)
    return name if which is None else f"{name}: {which}"


def _part_name(language: Language, election: Election, kind: DocumentKind, part: str | None) -> str | None:
    if part is None:
        return None
    match kind:
        case "zero-report" | "final-report":
            return next((box.id for box in election.boxes if part_of_box(box.id) == part), part)
        case "protocol" if part in election.contest_by_id:
            return election.contest_by_id[part].name.text(language)
        case "annex":
            names = (
                f"{option.no}. {option.name.text(language)}"
                for contest in election.contests
                for option in contest.options
                if part_of_list(contest.id, option.no) == part
            )
            return next(names, part)
        case _:
            return part
