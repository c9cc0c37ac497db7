"""Programs of commissions: a token of the identity provider instead of a session, verified before a function runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.lambda_shell import read_event
from functions.web import Response
from shailoo.assembly import IdentityProvider, Installation
from tests.functions.browser import give, router_of
from tests.functions.test_lambda import event
from tests.voting import SMALL

ISSUER = "https://id.example.org"


@pytest.fixture
def at_work(tmp_path: Path) -> Installation:
    identity = IdentityProvider(issuer=ISSUER, client_id="shailoo")
    return Installation.create(tmp_path / "i", [SMALL], identity=identity, client_secret="a secret")


def _ask(
    installation: Installation,
    method: str,
    path: str,
    *,
    issuer: str = ISSUER,
    subject: str = "aida",
    **changes: object,
) -> Response:
    body = changes.pop("body", None)
    made = event(method, path, body if isinstance(body, bytes) else None, **changes)
    made["requestContext"]["authorizer"] = {"jwt": {"claims": {"iss": issuer, "sub": subject, "aud": "shailoo"}}}
    return router_of(installation).handle(read_event(APIGatewayProxyEventV2(made)))


def test_a_program_of_an_appointed_member_is_let_in(at_work: Installation) -> None:
    give(at_work, ISSUER, "aida", "pec-1001", "precinct")
    answer = _ask(at_work, "GET", "/api/staff/turnout/small/1001")
    assert answer.status == 200
    assert b"1001" in answer.body


def test_what_a_program_sends_needs_no_token_of_a_session(at_work: Installation) -> None:
    give(at_work, ISSUER, "aida", "pec-1001", "precinct")
    paper = {"election": "small", "station": "1001", "paper": "zero-report", "bytes": 9, "sha256": "ab" * 32}
    answer = _ask(at_work, "POST", "/api/staff/uploads", body=json.dumps(paper).encode())
    assert json.loads(answer.body)["code"] == "no-such-paper"  # the session was not what it lacked
    paper["paper"] = "zero-report/abb-000001"
    answer = _ask(at_work, "POST", "/api/staff/uploads", body=json.dumps(paper).encode())
    assert (answer.status, json.loads(answer.body)["parts"]) == (200, [])


def test_whoever_is_not_appointed_is_told_so_as_programs_are_told(at_work: Installation) -> None:
    answer = _ask(at_work, "GET", "/api/staff/turnout/small/1001", subject="somebody")
    assert (answer.status, json.loads(answer.body)["code"]) == (403, "not-allowed")


def test_another_issuer_vouches_for_nobody(at_work: Installation) -> None:
    give(at_work, ISSUER, "aida", "pec-1001", "precinct")
    answer = _ask(at_work, "GET", "/api/staff/turnout/small/1001", issuer="https://elsewhere.example.org")
    assert json.loads(answer.body)["code"] == "not-signed-in"


@pytest.mark.parametrize("claims", [None, {}, {"iss": ISSUER}, {"iss": ISSUER, "sub": ""}, {"iss": 1, "sub": 2}])
def test_without_a_verified_token_nobody_is_vouched_for(claims: object, at_work: Installation) -> None:
    made = event("GET", "/api/staff/turnout/small/1001")
    made["headers"]["authorization"] = "Bearer whatever"
    if claims is not None:
        made["requestContext"]["authorizer"] = {"jwt": {"claims": claims}}
    request = read_event(APIGatewayProxyEventV2(made))
    assert (request.vouched, request.path) == (None, "/api/staff/turnout/small/1001")
    assert router_of(at_work).handle(request).status == 404
