"""The receipt of a case: a signed note that nobody can fake and the commission cannot deny.

    SHAILOO CASE RECEIPT 1
    case: 0f3c…            digest of the applicant's code
    number: 15873          of the filing in the feed of records
    kind: voter-missing
    election: jk-2021-11-28
    body: tec-12           the commission that owes the answer
    filed: 2021-11-05T09:12:44Z
    due: 2021-11-12T12:00:00Z
    article: …
    sha256: …              of the content that was handed in, documents among it
    documents: 2

The SHA-256 of the text (without signatures) is an entry of the transparency log. The text depends on the stored record
and its number only, and Ed25519 is deterministic: the same filing always gets the same receipt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from shailoo.errors import Refused
from shailoo.model.base import Frozen, Moment, read_stamp, stamp
from shailoo.model.case import CaseFiled, CaseId, KindName
from shailoo.model.election import Slug
from shailoo.model.refs import ElectionRef, Sha256
from shailoo.records.canonical import canonical_json, digest

_HEADER = "SHAILOO CASE RECEIPT 1"
_FIELDS = (
    "case", "number", "kind", "election", "body", "filed", "due", "article", "sha256", "documents",
)  # fmt: skip


class BadCaseReceipt(Refused):
    """The text is not a receipt of a case as this software writes it."""

    code = "bad-case-receipt"


class CaseReceipt(Frozen):
    """What the commission confirms."""

    case: CaseId
    number: Annotated[int, Field(ge=1)]
    kind: KindName
    election: ElectionRef
    body: Slug
    filed: Moment
    due: Moment | None
    """None where the kind has no clock that starts with the filing."""
    article: Annotated[str, StringConstraints(pattern=r"^[^\n]{1,200}$")]
    sha256: Sha256
    documents: Annotated[int, Field(ge=0, le=999)]

    @classmethod
    def of(cls, filed: CaseFiled, number: int) -> CaseReceipt:
        """The receipt that a filing earns; `number` is that of its record in the feed."""
        return cls(
            case=filed.case,
            number=number,
            kind=filed.kind,
            election=filed.election,
            body=filed.commission,
            filed=filed.filed,
            due=filed.due,
            article=filed.article,
            sha256=handed_in(filed),
            documents=len(filed.documents),
        )

    def text(self) -> str:
        """The text that is signed."""
        due = "-" if self.due is None else stamp(self.due)
        return (
            f"{_HEADER}\ncase: {self.case}\nnumber: {self.number}\nkind: {self.kind}\nelection: {self.election}\n"
            f"body: {self.body}\nfiled: {stamp(self.filed)}\ndue: {due}\narticle: {self.article}\n"
            f"sha256: {self.sha256}\ndocuments: {self.documents}\n"
        )


def handed_in(filed: CaseFiled) -> str:
    """SHA-256 over everything that was handed in: the content's digest and those of the documents, in order."""
    return digest(canonical_json({"content": filed.content, "documents": [one.original for one in filed.documents]}))


def read_case_receipt(text: str) -> CaseReceipt:
    """Read what `CaseReceipt.text` writes. Raises BadCaseReceipt."""
    lines = text.split("\n")
    try:
        values: dict[str, str | int | datetime | None] = {}
        for name, line in zip(_FIELDS, lines[1:-1], strict=True):
            values[name] = line.removeprefix(f"{name}: ")
        due = str(values["due"])
        values |= {
            "number": int(str(values["number"])),
            "documents": int(str(values["documents"])),
            "filed": read_stamp(str(values["filed"])),
            "due": None if due == "-" else read_stamp(due),
        }
        receipt = CaseReceipt.model_validate(values)
    except (ValueError, ValidationError) as error:
        raise BadCaseReceipt("This is not a receipt of a case as this software writes it.") from error
    if receipt.text() != text:
        raise BadCaseReceipt("This receipt is spelled differently from what this software writes.")
    return receipt
