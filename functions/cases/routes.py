"""Routes of the public door of cases: for people, pages that need no script; for programs, the same in JSON.

Nothing here names a kind: routes, forms, checks and words come from the declarations.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from functions.cases import walk
from functions.cases.door import PREFIX, CaseDoor
from functions.cases.feed import ATOM, case_feed, case_of_token
from functions.cases.forms import typed
from functions.cases.frame import STYLE, language_of, page, style, wants_page, words
from functions.cases.frame import says as sentences
from functions.cases.papers import keep_paper, paper_routes, rule_of, with_paper, without_papers
from functions.cases.receipts import PDF, receipt_page, receipt_pdf
from functions.cases.status import ask_page, status_page
from functions.cases.tell import filed_facts, filing_schema, kind_facts, standing_facts
from functions.cases.visitor import Visitor
from functions.described import ANY_OBJECT, PAGE, Body, Described
from functions.described import STYLE as STYLESHEET
from functions.staff.multipart import read_file_form
from functions.staff.pages import tag
from functions.web import JSON, NOTE, Access, Caller, Request, Response, Route, json_response
from shailoo.errors import NotFound, Refused
from shailoo.i18n import msgid
from shailoo.model.base import Language
from shailoo.model.case_kind import CaseKind
from shailoo.records.case_code import RANDOM_BYTES, BadCode, case_of, read_code, write_code
from shailoo.usecases.act_on_case import Doing, act_as_applicant
from shailoo.usecases.case_desk import find_case
from shailoo.usecases.case_drafts import CaseDraft, NoSuchDraft, drop_draft, read_draft, save_draft
from shailoo.usecases.case_refusals import FormNotFilled, NoSuchCase, SignInWanted
from shailoo.usecases.file_case import Filed, Filing, check_open, file_case, place_of_case, receipt_for
from shailoo.usecases.staff_refusals import NoSuchStation

_NO_STORE = ("cache-control", "no-store")
_FORM = "application/x-www-form-urlencoded"
_LONGEST = 200


class FormFromElsewhere(Refused):
    """The form was not made for this session."""

    code = "form-expired"


def case_routes(door: CaseDoor) -> Iterable[Route]:
    """Every route of the door. `door.desk.kinds` decides what is filed here."""
    forms = Described((Body(_FORM, ANY_OBJECT),), {200: (Body("text/html"),)})
    name = "{kind}"
    return (
        Route("GET", PREFIX, Access.ANYONE, "What can be filed here, and when.", _Door(door).kinds,
              Described(answers={200: (Body("text/html"), Body(JSON, {"type": "array"}))})),
        Route("GET", f"{PREFIX}new/{name}", Access.ANYONE, "Begin: what the kind is for, election and station.",
              _Door(door).begin, PAGE),
        Route("POST", f"{PREFIX}new/{name}", Access.ANYONE, "One page of the form, and on to the next; the last hands "
              "in.", _Door(door).go, forms),
        Route("POST", f"{PREFIX}documents/{name}", Access.ANYONE, "Add a file to a draft, with a form.",
              _Door(door).document, Described((Body("multipart/form-data", ANY_OBJECT),), {200: (Body("text/html"),)})),
        Route("GET", f"{PREFIX}go-on", Access.ANYONE, "Go on with a draft: the form for its code.",
              _Door(door).go_on_form, PAGE),
        Route("POST", f"{PREFIX}go-on", Access.ANYONE, "Go on with a draft.", _Door(door).go_on, forms),
        Route("GET", f"{PREFIX}status", Access.ANYONE, "How a case stands: the form for its code.",
              _Door(door).status_form, PAGE),
        Route("POST", f"{PREFIX}status", Access.ANYONE, "How a case stands, by its code.", _Door(door).status,
              Described((Body(_FORM, _CODE), Body(JSON, _CODE)),
                        {200: (Body("text/html"), Body(JSON, ANY_OBJECT))})),
        Route("POST", f"{PREFIX}act", Access.ANYONE, "An act of the applicant, by the code.", _Door(door).act,
              Described((Body(_FORM, ANY_OBJECT), Body(JSON, _ACT)),
                        {200: (Body("text/html"), Body(JSON, ANY_OBJECT))})),
        Route("POST", f"{PREFIX}receipt", Access.ANYONE, "The receipt again, by the code: `as` is `page`, `pdf` or "
              "`note`.", _Door(door).receipt,
              Described((Body(_FORM, _CODE),), {200: (Body("text/html"), Body(PDF), Body("text/plain"))})),
        Route("POST", f"{PREFIX}file/{name}", Access.ANYONE, "Hand in, for programs: the whole form at once.",
              _Door(door).file, Described((Body(JSON, filing_schema(door.desk.kinds.values())),),
                                          {201: (Body(JSON, ANY_OBJECT),)})),
        Route("GET", f"{PREFIX}feed/{{token}}", Access.ANYONE, "Atom of one case; its page tells the address.",
              _Door(door).feed, Described(answers={200: (Body(ATOM.partition(";")[0]),)})),
        *paper_routes(door),
        Route("GET", STYLE, Access.ANYONE, "The stylesheet of these pages.", _style, STYLESHEET),
    )  # fmt: skip


_CODE: Mapping[str, object] = {
    "type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"],
}  # fmt: skip
_ACT: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "code": {"type": "string"}, "act": {"type": "string"}, "seen": {"type": "integer"}, "fields": ANY_OBJECT,
    },
    "required": ["code", "act", "seen"],
}  # fmt: skip


class _Door:
    """The handlers."""

    def __init__(self, door: CaseDoor) -> None:
        self._door = door

    # --- for people ---

    def kinds(self, request: Request, _: Caller) -> Response:
        door, language = self._door, language_of(request)
        kinds = sorted(door.desk.kinds.values(), key=lambda one: one.name)
        if not wants_page(request):
            return json_response([kind_facts(door, one, language) for one in kinds], 200, _NO_STORE)
        say, word = sentences(language).gettext, words(language).gettext
        cards = [
            tag("li", tag("a", tag("b", word(one.title)), href=f"{PREFIX}new/{one.name}?lang={language}"),
                tag("span", word(one.purpose)),
                *([] if door.open_elections(one) else [tag("small", say("not today"))]))
            for one in door.desk.kinds.values()
        ]  # fmt: skip
        more = tag(
            "p", tag("a", say("How my application stands"), href=f"{PREFIX}status?lang={language}"), " · ",
            tag("a", say("Go on with a code"), href=f"{PREFIX}go-on?lang={language}"),
        )  # fmt: skip
        return page(language, say("Applications"), tag("ul", *cards, class_="kinds"), more, address=PREFIX)

    def begin(self, request: Request, _: Caller) -> Response:
        kind = self._door.desk.kind(request.parameters["kind"])
        station = request.query.get("station", "")[:6]
        visitor = self._door.visitor(request)
        return walk.begin_page(self._door, kind, language_of(request), visitor, station=station)

    def go(self, request: Request, _: Caller) -> Response:
        door, sent = self._door, request.form()
        kind, visitor = door.desk.kind(request.parameters["kind"]), self._visitor(request, sent)
        language = language_of(request, sent.get("lang", ""))
        if not sent.get("code"):
            return self._first(kind, language, visitor, sent, request)
        code = read_code(sent["code"])
        draft = self._draft(code, kind, visitor)
        if isinstance(draft, Filed):
            return receipt_page(door, draft, code, language)
        step = _number(sent.get("step", ""), walk.last_step(kind))
        draft = walk.merged(draft, kind, sent, step)
        if "remove" in sent:
            draft = without_papers(draft, sent["remove"])
        if step == walk.last_step(kind):
            reach = {one: sent.get(f"reach-{one}", "").strip()[:_LONGEST] for one in ("mail", "phone")}
            draft = draft.model_copy(update={"reach": {**{k: v for k, v in reach.items() if v}, "language": language}})
        draft = draft.model_copy(update={"saved": door.now()})
        save_draft(code, draft, door.items, door.desk.draw(12))
        here = walk.Here(kind, language, step, code, draft)
        return self._onward(here, sent.get("go", ""), visitor)

    def document(self, request: Request, _: Caller) -> Response:
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
        paper = keep_paper(door, rule, form.data)
        draft = with_paper(draft, rule, paper).model_copy(update={"saved": door.now()})
        save_draft(code, draft, door.items, door.desk.draw(12))
        return walk.step_page(door, walk.Here(kind, language, step, code, draft), visitor)

    def go_on_form(self, request: Request, _: Caller) -> Response:
        return ask_page(language_of(request), address="go-on")

    def go_on(self, request: Request, _: Caller) -> Response:
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

    def status_form(self, request: Request, _: Caller) -> Response:
        return ask_page(language_of(request))

    def status(self, request: Request, _: Caller) -> Response:
        door, sent = self._door, _sent(request)
        language = language_of(request, str(sent.get("lang", "")))
        door.count_code(request)
        try:
            code = read_code(str(sent.get("code", "")))
            standing = find_case(case_of(code), door.desk)
        except (BadCode, NoSuchCase):
            if wants_page(request):
                return ask_page(language, fault=_NO_CASE)
            raise
        if wants_page(request):
            return status_page(door, standing, code, language)
        return json_response(standing_facts(door, standing, language), 200, _NO_STORE)

    def act(self, request: Request, _: Caller) -> Response:
        door, sent = self._door, _sent(request)
        language = language_of(request, str(sent.get("lang", "")))
        door.count_code(request)
        code = read_code(str(sent.get("code", "")))
        fields = sent.get("fields", sent)
        name = str(sent.get("act", ""))
        standing = find_case(case_of(code), door.desk)
        rule = standing.kind.act(name)
        given: Mapping[str, str] = {}
        if rule is not None and rule.form is not None and isinstance(fields, Mapping):
            given = typed(rule.form, {str(key): str(value) for key, value in fields.items()})
        doing = Doing(name, _number(str(sent.get("seen", "")), 99_999, least=0), given)
        try:
            after = act_as_applicant(standing.filed.case, doing, door.desk, now=door.now())
        except FormNotFilled as error:
            if not wants_page(request):
                raise
            return status_page(door, standing, code, language, faults=error.faults, tried=name, values=given)
        door.nudge()
        if wants_page(request):
            return status_page(door, after, code, language)
        return json_response(standing_facts(door, after, language), 200, _NO_STORE)

    def receipt(self, request: Request, _: Caller) -> Response:
        door, sent = self._door, request.form()
        language = language_of(request, sent.get("lang", ""))
        door.count_code(request)
        code = read_code(sent.get("code", ""))
        filed = receipt_for(find_case(case_of(code), door.desk), door.desk)
        name = f"receipt-{filed.receipt.number}"
        match sent.get("as", ""):
            case "pdf":
                data = receipt_pdf(door, filed, code, language)
                return Response(200, (("content-type", PDF), _NO_STORE, _file(f"{name}.pdf")), data)
            case "note":
                return Response(200, (("content-type", NOTE), _NO_STORE, _file(f"{name}.txt")), filed.note)
            case _:
                return receipt_page(door, filed, code, language)

    def feed(self, request: Request, _: Caller) -> Response:
        case = case_of_token(self._door.secret, request.parameters["token"])
        if case is None:
            raise NoSuchCase("There is no such feed.")
        return case_feed(find_case(case, self._door.desk), self._door.origin, request.path, language_of(request))

    # --- for programs ---

    def file(self, request: Request, _: Caller) -> Response:
        door = self._door
        kind, visitor = door.desk.kind(request.parameters["kind"]), door.visitor(request)
        sent = _sent(request)
        fields = sent.get("fields")
        code = str(sent.get("code") or "") or write_code(door.desk.draw(RANDOM_BYTES))
        code = read_code(code)
        if not isinstance(fields, Mapping):
            raise FormNotFilled("The body holds no `fields`.", {"fields": "This must be filled in."}, field="fields")
        reach = sent.get("reach")
        filing = Filing(
            kind=kind.name,
            election=str(sent.get("election", "")),
            station=str(sent["station"]) if sent.get("station") else None,
            fields={str(key): value for key, value in fields.items()},
            code=code,
            applicant=visitor.applicant,
            person=visitor.person,
            reach={
                one: str(reach[one])[:_LONGEST] for one in ("mail", "phone", "language") if reach.get(one)
            } if isinstance(reach, Mapping) else {},
        )  # fmt: skip
        door.count_filing(request)
        filed = file_case(filing, door.desk, now=door.now())
        door.nudge()
        return json_response(filed_facts(filed, code), HTTPStatus.CREATED, _NO_STORE)

    # --- parts ---

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
        door.count_filing(request)
        code = write_code(door.desk.draw(RANDOM_BYTES))
        draft = CaseDraft(
            kind=kind.name, election=election.id, station=None if place is None else place.no,
            applicant=visitor.applicant, saved=door.now(),
        )  # fmt: skip
        save_draft(code, draft, door.items, door.desk.draw(12))
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
        faults = walk.step_faults(kind, here.draft.fields, here.step)
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
            faults = walk.step_faults(kind, draft.fields, step)
            if faults:
                return walk.step_page(door, walk.Here(kind, here.language, step, here.code, draft, faults), visitor)
        reach = draft.reach
        filing = Filing(
            kind=kind.name, election=draft.election, station=draft.station, fields=draft.fields, code=here.code,
            documents=draft.documents, applicant=visitor.applicant, person=visitor.person,
            reach={one: reach[one] for one in ("mail", "phone", "language") if one in reach},
        )  # fmt: skip
        filed = file_case(filing, door.desk, now=door.now())
        drop_draft(here.code, door.items)
        door.nudge()
        return receipt_page(door, filed, here.code, here.language)


_NO_CASE = msgid("No application has this code. Type it as it stands on the receipt.")
_NO_DRAFT = msgid("Nothing is saved under this code: it was handed in, has expired, or the code is another one.")
_NO_STATION = msgid("This election has no such station.")


def _style(_: Request, __: Caller) -> Response:
    headers = (("content-type", "text/css; charset=utf-8"), ("cache-control", "public, max-age=300"))
    return Response(200, headers, style())


def _sent(request: Request) -> Mapping[str, object]:
    """What was sent as a form or as a JSON object; anything else is empty."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        return request.form()
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _number(text: str, most: int, *, least: int = 1) -> int:
    return min(max(int(text), least), most) if text.isascii() and text.isdecimal() and len(text) <= 5 else least  # noqa: PLR2004 -- no page or act has more digits


def _file(name: str) -> tuple[str, str]:
    return ("content-disposition", f'attachment; filename="{name}"')
