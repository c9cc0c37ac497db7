"""Cases in JSON: what programs are told, by the same rules as pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from functions.cases.door import CaseDoor
from functions.cases.frame import words
from shailoo.model.base import Language, stamp
from shailoo.model.case_kind import CaseKind
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_desk import dues, owner_of
from shailoo.usecases.file_case import Filed


def kind_facts(door: CaseDoor, kind: CaseKind, language: Language) -> dict[str, object]:
    """A kind: its name, what it is for, where it is open, its form as JSON Schema, its documents."""
    word = words(language).gettext
    return {
        "kind": kind.name,
        "title": word(kind.title),
        "purpose": word(kind.purpose),
        "article": kind.article,
        "signed_in": kind.signed_in,
        "open": [one.id for one in door.open_elections(kind)],
        "form": kind.form.model_json_schema(),
        "documents": [
            {"kind": one.kind, "label": word(one.label), "most": one.most, "largest": one.largest, "needed": one.needed,
             "media": list(one.media)}
            for one in kind.documents
        ],
        "statuses": {one.name: word(one.label) for one in kind.statuses},
    }  # fmt: skip


def filed_facts(filed: Filed, code: str) -> dict[str, object]:
    """What a program gets that has filed: the code, once, and the signed receipt."""
    receipt = filed.receipt
    return {
        "code": code,
        "number": receipt.number,
        "body": receipt.body,
        "filed": stamp(receipt.filed),
        "due": None if receipt.due is None else stamp(receipt.due),
        "article": receipt.article,
        "sha256": receipt.sha256,
        "receipt": filed.note.decode(),
    }


def standing_facts(door: CaseDoor, standing: CaseStanding, language: Language) -> dict[str, object]:
    """How a case stands, for whoever has its code: never who acted."""
    word = words(language).gettext
    election = door.elections[standing.filed.election]
    clocks = dues(standing, election, door.desk.calendar(election.id), door.now())
    return {
        "number": standing.number,
        "kind": standing.kind.name,
        "status": standing.status.name,
        "label": word(standing.status.label),
        "phase": standing.status.phase.value,
        "commission": owner_of(standing, election),
        "filed": stamp(standing.filed.filed),
        "clocks": [
            {"name": one.name, "due": stamp(one.due), "article": one.article, "paused": one.paused,
             "overdue": one.overdue, "met": None if one.met is None else stamp(one.met)}
            for one in clocks
        ],
        "seen": len(standing.acts),
        "acts": [
            {"n": act.n, "act": act.act, "entered": stamp(act.entered), "reason": act.reason, "proposed": act.proposed,
             "of": act.of, "told": dict(act.told)}
            for act in standing.acts
        ],
    }  # fmt: skip


def filing_schema(kinds: Iterable[CaseKind]) -> dict[str, Any]:
    """The JSON Schema of what a program hands in."""
    forms = [one.form.model_json_schema() for one in kinds]
    return {
        "type": "object",
        "required": ["election", "fields"],
        "properties": {
            "election": {"type": "string"},
            "station": {"type": ["string", "null"]},
            "code": {"type": "string", "description": "Drawn by the program itself, for an exactly-once filing."},
            "fields": {"anyOf": forms} if forms else {"type": "object"},
            "documents": {
                "type": "array",
                "items": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                "description": "Digests of documents that were sent into the draft of `code`.",
            },
            "reach": {
                "type": "object",
                "properties": {"mail": {"type": "string"}, "phone": {"type": "string"}, "language": {"type": "string"}},
            },
        },
    }
