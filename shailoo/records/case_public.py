"""What everybody may know of an act upon a case, and its digest in the transparency log.

The id of the case is part of what is hashed: 128 bits that only the holder of the receipt knows, unless the kind has a
public register. Nobody guesses an act from its digest; the applicant, who sees the act, can compute it.
"""

from __future__ import annotations

from typing import Any

from shailoo.model.base import stamp
from shailoo.model.case import CaseAct
from shailoo.records.canonical import canonical_json, digest


def public_part(act: CaseAct, *, told: bool) -> dict[str, Any]:
    """An act without the person of the official; reason and facts only where its kind publishes the act (`told`)."""
    part: dict[str, Any] = {
        "case": act.case,
        "n": act.n,
        "act": act.act,
        "of": act.of,
        "proposed": act.proposed,
        "by": None if act.by is None else {"commission": act.by.commission, "role": act.by.role},
        "entered": stamp(act.entered),
        "commission": act.commission,
        "content": act.content,
        "documents": [one.original for one in act.documents],
    }
    if told:
        part |= {"reason": act.reason, "told": dict(act.told)}
    return part


def act_digest(act: CaseAct, *, told: bool) -> str:
    """SHA-256 of the canonical bytes of the public part."""
    return digest(canonical_json(public_part(act, told=told)))
