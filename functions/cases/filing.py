"""The handlers of handing in: the pages of a form one after another, documents, drafts, and the whole at once.

A draft belongs to whoever holds its code; one that was begun signed in, to the same person only.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from functions.cases import walk
from functions.cases.door import CaseDoor
from functions.cases.frame import language_of
from functions.cases.papers import keep_paper, rule_of, with_paper, without_papers
from functions.cases.reach import given_reach, reach_faults, typed_reach
from functions.cases.receipts import receipt_page
from functions.cases.sent import NO_STORE, number_of, sent_by
from functions.cases.status import ask_page
from functions.cases.tell import filed_facts
from functions.cases.visitor import Visitor
from functions.staff.multipart import read_file_form
from functions.web import Caller, Request, Response, json_response
from shailoo.errors import NotFound, Refused
from shailoo.i18n import msgid
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.case_kind import CaseKind
from shailoo.records.case_code import RANDOM_BYTES, BadCode, case_of, read_code, write_code
from shailoo.usecases.case_desk import find_case
from shailoo.usecases.case_drafts import CaseDraft, NoSuchDraft, drop_draft, read_draft, save_draft
from shailoo.usecases.case_refusals import FormNotFilled, NoSuchCase, SignInWanted
from shailoo.usecases.file_case import Filed, Filing, check_open, file_case, place_of_case, receipt_for
from shailoo.usecases.own_drafts import drop_own, keep_own
from shailoo.usecases.staff_refusals import NoSuchStation

_NO_DRAFT: Final = msgid("Nothing is saved under this code: it was handed in, has expired, or the code is another one.")
_NO_STATION: Final = msgid("This election has no such station.")


class FormFromElsewhere(Refused):
    """The form was not made for this session."""

    code = "form-expired"


class Filer:
    """Takes what is handed in."""

    def __init__(self, door: CaseDoor) -> None:
        self._door = door

    def begin(self, request: Request, _: Caller) -> Response:
        """The first page: what the kind is for, election and station."""
        kind = self._door.desk.kind(request.parameters["kind"])
        station = request.query.get("station", "")[:6]
        visitor = self._door.visitor(request)
        return walk.begin_page(self._door, kind, language_of(request), visitor, station=station)

    def go(self, request: Request, _: Caller) -> Response:
        """One page of the form came; the answer is the next one, the same with its faults, or the receipt."""
        door, sent = self._door, request.form()
        kind, visitor = door.desk.kind(request.parameters["kind"]), self._visitor(request, sent)
        language = language_of(request, sent.get("lang", ""))
        if not sent.get("code"):
            return self._first(kind, language, visitor, sent, request)
        code = read_code(sent["code"])
        draft = self._draft(code, kind, visitor)
        if isinstance(draft, Filed):
            return receipt_page(door, draft, code, language)
        step = number_of(sent.get("step", ""), walk.last_step(kind))
        draft = walk.merged(draft, kind, sent, step, door.desk.places)
        if "remove" in sent:
            draft = without_papers(draft, sent["remove"])
        if step == walk.last_step(kind):
            draft = draft.model_copy(update={"reach": typed_reach(door.notices, sent, language)})
        draft = draft.model_copy(update={"saved": door.now()})
        save_draft(code, draft, door.items, door.desk.draw(12))
        here = walk.Here(kind, language, step, code, draft)
        return self._onward(here, sent.get("go", ""), visitor)

    def document(self, request: Request, _: Caller) -> Response:
        """A file came with a form."""
        door, form = self._door, read_file_form(request)
        sent = form.fields
        kind, visitor = door.desk.kind(request.parameters["kind"]), self._visitor(request, sent)
        language = language_of(request, sent.get("lang", ""))
        code = read_code(sent.get("code", ""))
        draft = self._draft(code, kind, visitor)
        if isinstance(draft, Filed):
            return receipt_page(door, draft, code, language)
        step = walk.documents_step(kind) or 1
        rule = rule_of(kind, sent.get("document", ""))
        door.count_paper(request)
        paper = keep_paper(door, rule, form.data)
        draft = with_paper(draft, rule, paper).model_copy(update={"saved": door.now()})
        save_draft(code, draft, door.items, door.desk.draw(12))
        return walk.step_page(door, walk.Here(kind, language, step, code, draft), visitor)

    def go_on_form(self, request: Request, _: Caller) -> Response:
        """The form that takes the code of a draft."""
        return ask_page(language_of(request), address="go-on")

    def go_on(self, request: Request, _: Caller) -> Response:
        """The draft of a code, from its first page."""
        door, sent = self._door, request.form()
        language = language_of(request, sent.get("lang", ""))
        door.count_code(request)
        try:
            code = read_code(sent.get("code", ""))
            draft = read_draft(code, door.items, now=door.now())
        except (BadCode, NotFound):
            return ask_page(language, address="go-on", fault=_NO_DRAFT)
        kind = door.desk.kind(draft.kind)
        visitor = self._visitor(request, sent, forgiving=True)
        self._draft(code, kind, visitor)
        return walk.step_page(door, walk.Here(kind, language, 1, code, draft), visitor)

    def file(self, request: Request, _: Caller) -> Response:
        """A program hands in the whole form at once."""
        door = self._door
        kind, visitor = door.desk.kind(request.parameters["kind"]), door.visitor(request)
        sent = sent_by(request)
        fields = sent.get("fields")
        code = str(sent.get("code") or "") or write_code(door.desk.draw(RANDOM_BYTES))
        code = read_code(code)
        if not isinstance(fields, Mapping):
            raise FormNotFilled("The body holds no `fields`.", {"fields": "This must be filled in."}, field="fields")
        given = sent.get("reach")
        reach = given_reach(door.notices, given if isinstance(given, Mapping) else {}, LANGUAGES[0])
        if faults := reach_faults(door.notices, reach):
            raise FormNotFilled("Nothing can be sent to an address in `reach`.", faults, field=next(iter(faults)))
        filing = Filing(
            kind=kind.name,
            election=str(sent.get("election", "")),
            station=str(sent["station"]) if sent.get("station") else None,
            fields={str(key): value for key, value in fields.items()},
            code=code,
            applicant=visitor.applicant,
            person=visitor.person,
            reach=reach,
        )
        door.count_filing(request, str(sent.get("task", "")), str(sent.get("work", "")))
        if not self._is_filed(code):
            door.check_person(visitor, kind, filing.election)
        filed = file_case(filing, door.desk, now=door.now())
        door.nudge()
        return json_response(filed_facts(filed, code), HTTPStatus.CREATED, NO_STORE)

    def _is_filed(self, code: str) -> bool:
        """Whether this very case was filed already: the answer was lost on the way."""
        return self._door.desk.store.get(f"case/{case_of(code)}") is not None

    def _visitor(self, request: Request, sent: Mapping[str, str], *, forgiving: bool = False) -> Visitor:
        """Who visits. A form of somebody signed in must bring back the session's token."""
        visitor = self._door.visitor(request)
        if visitor.applicant is not None and not forgiving and sent.get("token", "") != visitor.token:
            raise FormFromElsewhere("This form is from another session. Open the page again.")
        return visitor

    def _first(
        self, kind: CaseKind, language: Language, visitor: Visitor, sent: Mapping[str, str], request: Request
    ) -> Response:
        door = self._door
        if kind.signed_in and visitor.applicant is None:
            raise SignInWanted("Sign in to file this online, or go to the commission.", kind=kind.name)
        station = sent.get("station", "").strip() or None
        try:
            election, place = place_of_case(kind, sent.get("election", ""), station, door.desk)
        except NoSuchStation:
            return walk.begin_page(door, kind, language, visitor, station=(station or "")[:6], fault=_NO_STATION)
        check_open(kind, election, door.desk, now=door.now())
        door.check_person(visitor, kind, election.id)
        door.count_filing(request, sent.get("task", ""), sent.get("work", ""))
        code = write_code(door.desk.draw(RANDOM_BYTES))
        draft = CaseDraft(
            kind=kind.name, election=election.id, station=None if place is None else place.no,
            applicant=visitor.applicant, saved=door.now(),
        )  # fmt: skip
        save_draft(code, draft, door.items, door.desk.draw(12))
        if visitor.applicant is not None:
            keep_own(door.secret, visitor.applicant, code, door.items, door.desk.draw(12))
        return walk.step_page(door, walk.Here(kind, language, 1, code, draft, saved=True), visitor)

    def _draft(self, code: str, kind: CaseKind, visitor: Visitor) -> CaseDraft | Filed:
        """The draft of a code; what was handed in with it already, when the answer was lost on the way."""
        door = self._door
        try:
            draft = read_draft(code, door.items, now=door.now())
        except NoSuchDraft:
            try:
                return receipt_for(find_case(case_of(code), door.desk), door.desk)
            except NoSuchCase:
                pass
            raise
        if draft.kind != kind.name:
            raise NoSuchDraft("This draft is of another kind.")
        if draft.applicant is not None and draft.applicant != visitor.applicant:
            raise SignInWanted("This was begun signed in. Sign in as the same person to go on.", kind=kind.name)
        return draft

    def _onward(self, here: walk.Here, way: str, visitor: Visitor) -> Response:
        door, kind = self._door, here.kind
        assert here.draft is not None  # noqa: S101 -- whoever goes on has one
        match way:
            case "save":
                return walk.saved_page(here)
            case "back":
                return walk.step_page(door, walk.at(here, max(1, here.step - 1)), visitor)
            case "next" | "submit":
                pass
            case _:
                return walk.step_page(door, here, visitor)
        faults = walk.step_faults(door, kind, here.draft.fields, here.step)
        if here.step == walk.last_step(kind):
            faults = reach_faults(door.notices, here.draft.reach)
        if faults:
            return walk.step_page(
                door, walk.Here(kind, here.language, here.step, here.code, here.draft, faults), visitor
            )
        if way == "next" and here.step < walk.last_step(kind):
            return walk.step_page(door, walk.at(here, here.step + 1), visitor)
        return self._hand_in(here, visitor)

    def _hand_in(self, here: walk.Here, visitor: Visitor) -> Response:
        door, kind, draft = self._door, here.kind, here.draft
        assert draft is not None  # noqa: S101 -- whoever goes on has one
        for step in range(1, walk.last_step(kind)):
            faults = walk.step_faults(door, kind, draft.fields, step)
            if faults:
                return walk.step_page(door, walk.Here(kind, here.language, step, here.code, draft, faults), visitor)
        reach = draft.reach
        filing = Filing(
            kind=kind.name, election=draft.election, station=draft.station, fields=draft.fields, code=here.code,
            documents=draft.documents, applicant=visitor.applicant, person=visitor.person,
            reach={one: reach[one] for one in ("mail", "phone", "language") if one in reach},
        )  # fmt: skip
        if not self._is_filed(here.code):
            door.check_person(visitor, kind, draft.election)
        filed = file_case(filing, door.desk, now=door.now())
        drop_draft(here.code, door.items)
        if visitor.applicant is not None:
            drop_own(door.secret, visitor.applicant, here.code, door.items, door.desk.draw(12))
        door.nudge()
        return receipt_page(door, filed, here.code, here.language)
