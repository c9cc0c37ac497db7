"""The same handlers behind Lambda: events of HTTP APIs (payload format 2.0) in, answers out."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions import lambda_shell
from functions.intake import lambda_handler as intake
from functions.lambda_shell import LambdaHandler, read_event, write_answer
from functions.staff import lambda_handler as staff
from functions.web import Response
from shailoo.assembly import Installation
from shailoo.usecases.refusal_counts import hour_of, refusals_counted
from tests.voting import SMALL, VotingBox


@dataclass
class Context:
    """What Lambda tells a function about its call."""

    aws_request_id: str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    function_name: str = "intake"


def event(method: str, path: str, body: bytes | None = None, **changes: object) -> dict[str, Any]:
    """An event as API Gateway sends it."""
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-length": "3", "x-forwarded-proto": "https", "accept-language": "ru"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": "id.execute-api.eu-central-1.amazonaws.com",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "x"},
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "28/Nov/2021:14:00:00 +0000",
            "timeEpoch": 1638108000000,
        },
        "isBase64Encoded": body is not None,
    }
    if body is not None:
        made["body"] = base64.b64encode(body).decode()
    made.update(changes)
    return made


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation.create(tmp_path_factory.mktemp("lambda") / "installation", [SMALL])


@pytest.fixture(autouse=True)
def _at_work(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(lambda_shell.FOLDER_SETTING, str(installation.folder))


def call(handler: LambdaHandler, made: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = handler(made, Context())  # type: ignore[arg-type]  # the part of a context that is read
    answer["body"] = base64.b64decode(answer["body"])
    json.dumps(answer["headers"])
    return answer


def test_a_report_in_an_event_is_confirmed(installation: Installation) -> None:
    box = VotingBox.at(installation.elections["small"], "1001")
    data = box.seal(box.final_bundle(), installation.sealing_public("small"))
    first = call(intake.lambda_handler, event("POST", "/api/intake/small", data))
    assert first["statusCode"] == 200
    assert b"outcome: accepted" in first["body"]
    as_text = event("POST", "/api/intake/small") | {"body": data.decode()}
    assert call(intake.lambda_handler, as_text)["body"] == first["body"]


def test_a_refusal_in_an_event_has_the_one_shape_and_is_counted(installation: Installation) -> None:
    answer = call(intake.lambda_handler, event("POST", "/api/intake/small", b"x"))
    assert answer["statusCode"] == 422
    assert json.loads(answer["body"])["code"] == "bad-envelope"
    assert answer["headers"]["content-language"] == "ru"
    assert refusals_counted(installation.store, hour_of(installation.clock.now()), "bad-envelope") == 1


def test_a_body_that_is_not_what_the_event_says_is_refused() -> None:
    broken = event("POST", "/api/intake/small", b"x") | {"body": "%%%"}
    assert json.loads(call(intake.lambda_handler, broken)["body"])["code"] == "bad-envelope"


def test_each_function_answers_its_own_addresses_only() -> None:
    assert call(intake.lambda_handler, event("GET", "/staff/"))["statusCode"] == 404
    assert call(staff.lambda_handler, event("GET", "/api/health"))["statusCode"] == 404
    assert call(intake.lambda_handler, event("GET", "/api/health"))["statusCode"] == 200
    away = call(staff.lambda_handler, event("GET", "/staff/"))
    assert (away["statusCode"], away["headers"]["location"]) == (303, "/staff/login?next=/staff/")


def test_threads_do_not_mix_up_their_events() -> None:
    def ask(at: int) -> bool:
        answer = call(intake.lambda_handler, event("GET", f"/api/{at}" if at % 2 else "/api/health"))
        return bool(answer["statusCode"] == (404 if at % 2 else 200))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(200)))


def test_cookies_travel_apart_in_both_directions() -> None:
    read = read_event(
        APIGatewayProxyEventV2(event("GET", "/staff/%D1%8F", cookies=["a=1", "b=2"], rawQueryString="lang=ru&x="))
    )
    assert (read.path, read.cookies, read.query) == ("/staff/я", {"a": "1", "b": "2"}, {"lang": "ru", "x": ""})
    written = write_answer(Response(303, (("location", "/"), ("set-cookie", "a=1"), ("set-cookie", "b=2"))))
    assert written["cookies"] == ["a=1", "b=2"]
    assert written["headers"] == {"location": "/"}


def test_no_log_line_holds_an_address_or_a_cookie(capsys: pytest.CaptureFixture[str]) -> None:
    call(staff.lambda_handler, event("GET", "/staff/", cookies=["shailoo-staff=secret"]))
    assert "secret" not in capsys.readouterr().out
    assert Path(lambda_shell.__file__).exists()
