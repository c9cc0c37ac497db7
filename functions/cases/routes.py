"""Routes of the public door of cases: for people, pages that need no script; for programs, the same in JSON.

Nothing here names a kind: routes, forms, checks and words come from the declarations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from functions.cases.door import PREFIX, CaseDoor
from functions.cases.feed import ATOM
from functions.cases.filing import Filer
from functions.cases.following import Follower
from functions.cases.frame import SCRIPT, STYLE, language_of, page, script, style, wants_page, words
from functions.cases.frame import says as sentences
from functions.cases.own import drafts_block
from functions.cases.papers import paper_routes
from functions.cases.place_field import place_routes
from functions.cases.receipts import CABINET, PDF
from functions.cases.sent import NO_STORE
from functions.cases.tell import filing_schema, kind_facts
from functions.cases.work import BITS
from functions.described import ANY_OBJECT, PAGE, Body, Described
from functions.described import SCRIPT as SCRIPTED
from functions.described import STYLE as STYLESHEET
from functions.staff.pages import tag
from functions.web import JSON, Access, Caller, Request, Response, Route, json_response

_FORM = "application/x-www-form-urlencoded"


def case_routes(door: CaseDoor) -> Iterable[Route]:
    """Every route of the door. `door.desk.kinds` decides what is filed here."""
    forms = Described((Body(_FORM, ANY_OBJECT),), {200: (Body("text/html"),)})
    name = "{kind}"
    filer, follower = Filer(door), Follower(door)

    def kinds(request: Request, _: Caller) -> Response:
        return _kinds(door, request)

    def task(_: Request, __: Caller) -> Response:
        return json_response({"task": door.task(), "bits": BITS}, 200, NO_STORE)

    return (
        Route("GET", PREFIX, Access.ANYONE, "What can be filed here, and when.", kinds,
              Described(answers={200: (Body("text/html"), Body(JSON, {"type": "array"}))})),
        Route("GET", f"{PREFIX}new/{name}", Access.ANYONE, "Begin: what the kind is for, election and station.",
              filer.begin, PAGE),
        Route("POST", f"{PREFIX}new/{name}", Access.ANYONE, "One page of the form, and on to the next; the last hands "
              "in. A program that begins a draft (`election`, `station`) is told its code.", filer.go,
              Described((Body(_FORM, ANY_OBJECT),), {200: (Body("text/html"),), 201: (Body(JSON, ANY_OBJECT),)})),
        Route("POST", f"{PREFIX}documents/{name}", Access.ANYONE, "Add a file to a draft, with a form.",
              filer.document, Described((Body("multipart/form-data", ANY_OBJECT),), {200: (Body("text/html"),)})),
        Route("GET", f"{PREFIX}go-on", Access.ANYONE, "Go on with a draft: the form for its code.",
              filer.go_on_form, PAGE),
        Route("POST", f"{PREFIX}go-on", Access.ANYONE, "Go on with a draft.", filer.go_on, forms),
        Route("GET", f"{PREFIX}status", Access.ANYONE, "How a case stands: the form for its code.",
              follower.status_form, PAGE),
        Route("POST", f"{PREFIX}status", Access.ANYONE, "How a case stands, by its code.", follower.status,
              Described((Body(_FORM, _CODE), Body(JSON, _CODE)),
                        {200: (Body("text/html"), Body(JSON, ANY_OBJECT))})),
        Route("POST", f"{PREFIX}act", Access.ANYONE, "An act of the applicant, by the code.", follower.act,
              Described((Body(_FORM, ANY_OBJECT), Body("multipart/form-data", ANY_OBJECT), Body(JSON, _ACT)),
                        {200: (Body("text/html"), Body(JSON, ANY_OBJECT))})),
        Route("POST", f"{PREFIX}receipt", Access.ANYONE, "The receipt again, by the code: `as` is `page`, `pdf` or "
              "`note`.", follower.receipt,
              Described((Body(_FORM, _CODE),), {200: (Body("text/html"), Body(PDF), Body("text/plain"))})),
        Route("POST", f"{PREFIX}file/{name}", Access.ANYONE, "Hand in, for programs: the whole form at once.",
              filer.file, Described((Body(JSON, filing_schema(door.desk.kinds.values())),),
                                          {201: (Body(JSON, ANY_OBJECT),)})),
        Route("GET", f"{PREFIX}feed/{{token}}", Access.ANYONE, "Atom of one case; its page tells the address.",
              follower.feed, Described(answers={200: (Body(ATOM.partition(";")[0]),)})),
        Route("GET", f"{PREFIX}task", Access.ANYONE, "A task for the proof of work: SHA-256 over `task:number` must "
              "begin with `bits` zero bits; `task` and `work`, the number, go with the filing.", task,
              Described(answers={200: (Body(JSON, ANY_OBJECT),)})),
        *paper_routes(door),
        *place_routes(door.desk),
        Route("GET", STYLE, Access.ANYONE, "The stylesheet of these pages.", _style, STYLESHEET),
        Route("GET", SCRIPT, Access.ANYONE, "The script of these pages, which work without.", _script, SCRIPTED),
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


def _kinds(door: CaseDoor, request: Request) -> Response:
    language = language_of(request)
    kinds = sorted(door.desk.kinds.values(), key=lambda one: one.name)
    if not wants_page(request):
        return json_response([kind_facts(door, one, language) for one in kinds], 200, NO_STORE)
    _, word = sentences(language).gettext, words(language).gettext
    cards = [
        tag("li", tag("a", tag("b", word(one.title)), href=f"{PREFIX}new/{one.name}?lang={language}"),
            tag("span", word(one.purpose)),
            *([] if door.open_elections(one) else [tag("small", _("not today"))]))
        for one in door.desk.kinds.values()
    ]  # fmt: skip
    more = tag(
        "p", tag("a", _("Voter's cabinet"), href=CABINET), " · ",
        tag("a", _("How my application stands"), href=f"{PREFIX}status?lang={language}"), " · ",
        tag("a", _("Go on with a code"), href=f"{PREFIX}go-on?lang={language}"),
    )  # fmt: skip
    listed = tag("ul", *cards, class_="kinds")
    return page(language, _("Applications"), *drafts_block(door, door.visitor(request), language), listed, more,
                address=PREFIX)  # fmt: skip


def _style(_: Request, __: Caller) -> Response:
    headers = (("content-type", "text/css; charset=utf-8"), ("cache-control", "public, max-age=300"))
    return Response(200, headers, style())


def _script(_: Request, __: Caller) -> Response:
    headers = (("content-type", "text/javascript; charset=utf-8"), ("cache-control", "public, max-age=300"))
    return Response(200, headers, script())
