"""Documents of a case: checked by what they hold, kept in the private store, named in the draft.

A file comes whole with a form, or in parts over a weak link: begun, sent part by part, gone on with, completed. Its
name is never looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from functions.cases.door import PREFIX, CaseDoor
from functions.described import ANY_OBJECT, Body, Described, Schema
from functions.web import JSON, Access, Caller, Request, Response, Route, json_response
from shailoo.model.case import Attachment
from shailoo.model.case_kind import CaseKind, DocumentRule
from shailoo.model.refs import Sha256
from shailoo.ports import Upload
from shailoo.rules.scan_faults import DocumentTooLarge
from shailoo.rules.scan_kinds import look
from shailoo.rules.upload_parts import BadPart, part_count
from shailoo.usecases.case_desk import CaseDesk
from shailoo.usecases.case_drafts import CaseDraft, draft_owner, read_draft, save_draft
from shailoo.usecases.case_refusals import DocumentsWanted

_NO_STORE = ("cache-control", "no-store")
_MOST_DIGITS = 4
_CODE = "x-case-code"
"""The header in which a program tells the code: never in an address, which would stand in logs."""


def rule_of(kind: CaseKind, name: str) -> DocumentRule:
    """What a kind says of a document. Raises DocumentsWanted."""
    return wanted_of(kind.documents, name)


def wanted_of(rules: Iterable[DocumentRule], name: str) -> DocumentRule:
    """The rule of a kind of document among several. Raises DocumentsWanted."""
    rule = next((one for one in rules if one.kind == name), None)
    if rule is None:
        raise DocumentsWanted("This kind of document is not taken here.", kind=name[:40])
    return rule


def keep_paper(desk: CaseDesk, rule: DocumentRule, data: bytes) -> Attachment:
    """Keep a file in the private store, durable on return. Raises DocumentTooLarge, DocumentUnfit, DocumentsWanted."""
    if len(data) > rule.largest:
        raise DocumentTooLarge("The file is larger than may be.", bytes=len(data), most=rule.largest)
    media = look(data)
    if media not in rule.media:
        raise DocumentsWanted("A document of this kind does not come as such a file.", kind=rule.kind)
    desk.private.put(data)
    return Attachment(kind=rule.kind, original=hashlib.sha256(data).hexdigest(), media=media, bytes=len(data))


def with_paper(draft: CaseDraft, rule: DocumentRule, paper: Attachment) -> CaseDraft:
    """A draft with one document more; the same again changes nothing. Raises DocumentsWanted for one too many."""
    if paper in draft.documents:
        return draft
    if sum(one.kind == rule.kind for one in draft.documents) >= rule.most:
        raise DocumentsWanted("There are as many of these documents as may be. Remove one first.", kind=rule.kind)
    return draft.model_copy(update={"documents": (*draft.documents, paper)})


def without_papers(draft: CaseDraft, kind: str) -> CaseDraft:
    """A draft without the documents of a kind."""
    return draft.model_copy(update={"documents": tuple(one for one in draft.documents if one.kind != kind)})


def paper_routes(door: CaseDoor) -> Iterable[Route]:
    """Uploads in parts into a draft, for our script and for programs; the code comes in a header."""

    def begin(request: Request, _: Caller) -> Response:
        code, draft, rule = _asked(request)
        total, sha256 = _size(request, rule)
        if any(one.original == sha256 and one.kind == rule.kind for one in draft.documents):
            return json_response({"document": sha256}, 200, _NO_STORE)  # the answer was lost on the way
        door.count_paper(request)
        upload = door.uploads.begin(draft_owner(code), total, sha256, now=door.now())
        return json_response(_told(upload), 200, _NO_STORE)

    def state(request: Request, _: Caller) -> Response:
        code, _draft, _rule = _asked(request, needs_rule=False)
        upload = door.uploads.state(draft_owner(code), request.parameters["upload"], now=door.now())
        return json_response(_told(upload), 200, _NO_STORE)

    def put(request: Request, _: Caller) -> Response:
        code, _draft, _rule = _asked(request, needs_rule=False)
        number = request.parameters["part"]
        if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
            raise BadPart("Parts have numbers from 1.")
        name = request.parameters["upload"]
        door.uploads.put(draft_owner(code), name, int(number), request.body, now=door.now())
        return json_response({"part": int(number)}, 200, _NO_STORE)

    def complete(request: Request, _: Caller) -> Response:
        code, draft, rule = _asked(request)
        name = request.parameters["upload"]
        data = door.uploads.complete(draft_owner(code), name, now=door.now())
        paper = keep_paper(door.desk, rule, data)
        save_draft(code, with_paper(draft, rule, paper), door.items, door.desk.draw(12))
        # First the draft; if we stop here, beginning again finds the document in it, and the parts expire.
        door.uploads.drop(draft_owner(code), name)
        return json_response({"document": paper.original}, 200, _NO_STORE)

    def _asked(request: Request, *, needs_rule: bool = True) -> tuple[str, CaseDraft, DocumentRule]:
        code = request.headers.get(_CODE, "")
        draft = read_draft(code, door.items, now=door.now())
        kind = door.desk.kind(draft.kind)
        name = request.query.get("document", "")
        return code, draft, rule_of(kind, name) if needs_rule else kind.documents[0]

    def _told(upload: Upload) -> dict[str, object]:
        count = part_count(upload.bytes, upload.part_bytes)
        missing = [number for number in range(1, count + 1) if number not in upload.parts]
        addresses = {str(number): door.uploads.address(upload, number) for number in missing}
        return {
            "upload": upload.name,
            "bytes": upload.bytes,
            "part_bytes": upload.part_bytes,
            "parts": list(upload.parts),
            "addresses": {number: address for number, address in addresses.items() if address is not None},
        }

    answer = {200: (Body(JSON, ANY_OBJECT),)}
    query: dict[str, Schema] = {"document": {"type": "string"}}
    sizes: dict[str, Schema] = {
        "bytes": {"type": "integer", "minimum": 1},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    }
    told = Described(answers=answer, query={**query, **sizes})
    base = f"{PREFIX}uploads"
    return (
        Route("POST", base, Access.ANYONE,
              "Begin to send a document of a draft in parts: `document`, `bytes`, `sha256` in the query, the code in "
              "the header `x-case-code`.", begin, told),
        Route("GET", f"{base}/{{upload}}", Access.ANYONE, "Which parts are there.", state, Described(answers=answer)),
        Route("PUT", f"{base}/{{upload}}/{{part}}", Access.ANYONE, "Send a part; again is harmless.", put,
              Described((Body("application/octet-stream"),), answer)),
        Route("POST", f"{base}/{{upload}}/complete", Access.ANYONE, "All parts are there: keep the document.", complete,
              Described(answers=answer, query=query)),
    )  # fmt: skip


def _size(request: Request, rule: DocumentRule) -> tuple[int, Sha256]:
    total, sha256 = request.query.get("bytes", ""), request.query.get("sha256", "")
    known = total.isascii() and total.isdecimal() and len(total) <= 12 and int(total) > 0  # noqa: PLR2004 -- below 1 TB
    if not known or len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):  # noqa: PLR2004 -- SHA-256 in hexadecimal
        raise BadPart("Say how many bytes the file has and its SHA-256 in hexadecimal.")
    if int(total) > rule.largest:
        raise DocumentTooLarge("The file is larger than may be.", bytes=int(total), most=rule.largest)
    return int(total), sha256
