"""The handlers of whoever holds a code: how the case stands, acts of the applicant, the receipt again, the feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from functions.cases.act_papers import keep_papers
from functions.cases.door import CaseDoor
from functions.cases.feed import case_feed, case_of_token
from functions.cases.forms import typed
from functions.cases.frame import language_of, wants_page
from functions.cases.receipts import PDF, receipt_page, receipt_pdf
from functions.cases.sent import NO_STORE, number_of, sent_by
from functions.cases.status import ask_page, status_page
from functions.cases.tell import standing_facts
from functions.staff.multipart import read_file_form
from functions.web import NOTE, Caller, Request, Response, json_response
from shailoo.i18n import msgid
from shailoo.model.case import Attachment
from shailoo.model.case_kind import ActRule
from shailoo.records.case_code import BadCode, case_of, read_code
from shailoo.usecases.act_on_case import Doing, act_as_applicant
from shailoo.usecases.case_desk import find_case
from shailoo.usecases.case_refusals import FormNotFilled, NoSuchCase
from shailoo.usecases.file_case import receipt_for

_NO_CASE: Final = msgid("No application has this code. Type it as it stands on the receipt.")


class Follower:
    """Answers whoever has the code of a case."""

    def __init__(self, door: CaseDoor) -> None:
        self._door = door

    def status_form(self, request: Request, _: Caller) -> Response:
        """The form that takes a code."""
        return ask_page(language_of(request))

    def status(self, request: Request, _: Caller) -> Response:
        """How the case of a code stands."""
        door, sent = self._door, sent_by(request)
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
        return json_response(standing_facts(door, standing, language), 200, NO_STORE)

    def act(self, request: Request, _: Caller) -> Response:
        """An act of the applicant."""
        door = self._door
        sent: Mapping[str, object]
        files: Sequence[tuple[str, bytes]] = ()
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form = read_file_form(request)
            sent, files = form.fields, form.files
        else:
            sent = sent_by(request)
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
        seen = number_of(str(sent.get("seen", "")), 99_999, least=0)
        try:
            doing = Doing(name, seen, given, documents=self._papers(request, rule, files))
            after = act_as_applicant(standing.filed.case, doing, door.desk, now=door.now())
        except FormNotFilled as error:
            if not wants_page(request):
                raise
            return status_page(door, standing, code, language, faults=error.faults, tried=name, values=given)
        door.nudge()
        if wants_page(request):
            return status_page(door, after, code, language)
        return json_response(standing_facts(door, after, language), 200, NO_STORE)

    def _papers(
        self, request: Request, rule: ActRule | None, files: Sequence[tuple[str, bytes]]
    ) -> tuple[Attachment, ...]:
        """Files that came with an act that the applicant may do, kept; of another act none is."""
        if rule is None or not rule.applicant:
            return ()
        return keep_papers(self._door.desk, rule.documents, files, lambda: self._door.count_paper(request))

    def receipt(self, request: Request, _: Caller) -> Response:
        """The receipt again: page, PDF or signed note."""
        door, sent = self._door, request.form()
        language = language_of(request, sent.get("lang", ""))
        door.count_code(request)
        code = read_code(sent.get("code", ""))
        filed = receipt_for(find_case(case_of(code), door.desk), door.desk)
        name = f"receipt-{filed.receipt.number}"
        match sent.get("as", ""):
            case "pdf":
                data = receipt_pdf(door, filed, code, language)
                return Response(200, (("content-type", PDF), NO_STORE, _file(f"{name}.pdf")), data)
            case "note":
                return Response(200, (("content-type", NOTE), NO_STORE, _file(f"{name}.txt")), filed.note)
            case _:
                return receipt_page(door, filed, code, language)

    def feed(self, request: Request, _: Caller) -> Response:
        """Atom of one case."""
        case = case_of_token(self._door.secret, request.parameters["token"])
        if case is None:
            raise NoSuchCase("There is no such feed.")
        return case_feed(find_case(case, self._door.desk), self._door.origin, request.path, language_of(request))


def _file(name: str) -> tuple[str, str]:
    return ("content-disposition", f'attachment; filename="{name}"')
