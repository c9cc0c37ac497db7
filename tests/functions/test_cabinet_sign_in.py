"""A voter signs in: what the session knows, who else can use it, and when it ends."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.cabinet.sealed import LONGEST, SESSION, SIGN_IN, CookieSealer
from functions.cabinet.session import person_told
from functions.cases.visitor import NOBODY
from functions.routers import voter_sessions
from functions.staff.cookies import SESSION as STAFF_SESSION
from functions.web import Access, Caller, Request, Response, Route, Router
from shailoo.assembly import CitizenProvider, Installation
from shailoo.usecases.case_desk import applicant_of
from tests.functions.browser import router_of
from tests.functions.cabinet_scene import AIDA, Voter, installation_with, tell

CLAIMS = {
    "pin": "pin",
    "surname": "family_name",
    "name": "given_name",
    "patronymic": "middle_name",
    "birth": "birthdate",
}


@pytest.fixture
def home(tmp_path: Path, issuer: str) -> Iterator[Installation]:
    tell(issuer, "aida", AIDA)
    with installation_with(tmp_path / "i", CitizenProvider(issuer=issuer, client_id="cabinet"), secret="s") as opened:
        yield opened


@pytest.fixture
def voter(home: Installation) -> Voter:
    return Voter(router_of(home))


def asked(voter: Voter) -> Request:
    return Request("GET", "/", headers={"cookie": f"{SESSION}={voter.cookies.get(SESSION, '')}"})


def test_who_signs_in_is_known_by_a_keyed_digest_and_by_what_the_provider_told(
    voter: Voter, home: Installation, issuer: str
) -> None:
    back = voter.sign_in("aida")
    assert (back.status, back.header("location")) == (303, "/api/cabinet/")
    assert SIGN_IN not in voter.cookies
    visitor = voter_sessions(home).visitor(asked(voter))
    assert visitor.applicant == applicant_of(home.person_key, issuer, "aida")
    assert visitor.person == {
        "pin": "10101199000001",
        "surname": "Асанова",
        "name": "Аида",
        "patronymic": "Бакытовна",
        "birth": "1990-01-01",
    }
    assert "Асанова Аида" in voter.text("/api/cabinet/")


def test_nothing_of_a_person_stands_readable_in_a_cookie_an_address_or_a_record(
    voter: Voter, home: Installation
) -> None:
    back = voter.sign_in("aida")
    said = " ".join(value for _, value in back.headers) + json.dumps(voter.cookies)
    decoded = base64.urlsafe_b64decode(voter.cookies[SESSION] + "===")
    for part in AIDA.values():
        assert part not in said
        assert part.encode() not in decoded
    assert home.store.last() == 0


def test_the_cookie_is_kept_from_scripts_and_other_sites(voter: Voter) -> None:
    back = voter.sign_in("aida")
    [cookie] = [value for _, value in back.headers if value.startswith(f"{SESSION}=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/api/", "Max-Age=3600"} <= set(cookie.split("; "))
    assert "Secure" in CookieSealer(bytes(32), secure=True).header("a", "b", lasts=1)[1]


def test_nobody_has_signed_in_without_a_cookie_of_ours(voter: Voter, home: Installation) -> None:
    sessions = voter_sessions(home)
    assert sessions.visitor(Request("GET", "/")) == NOBODY
    voter.sign_in("aida")
    good = voter.cookies[SESSION]
    for forged in ("", "x", "%", good[:-2], good[2:], "A" * (LONGEST + 1), "é"):
        voter.cookies[SESSION] = forged
        assert sessions.visitor(asked(voter)) == NOBODY
    other = CookieSealer(bytes(32), secure=False)
    told = {"applicant": "0" * 64, "id": "0" * 32}
    voter.cookies[SESSION] = other.write(SESSION, told, expires=2**40)
    assert sessions.visitor(asked(voter)) == NOBODY
    mine = CookieSealer(home.cabinet_key, secure=False)
    voter.cookies[SESSION] = mine.write(SIGN_IN, told, expires=2**40)
    assert sessions.visitor(asked(voter)) == NOBODY
    voter.cookies[SESSION] = mine.write(SESSION, told, expires=1)
    assert sessions.visitor(asked(voter)) == NOBODY
    voter.cookies[SESSION] = good
    assert sessions.visitor(asked(voter)) != NOBODY


def test_a_voters_session_opens_nothing_of_the_commissions(voter: Voter) -> None:
    voter.sign_in("aida")
    voter.cookies[STAFF_SESSION] = voter.cookies[SESSION]
    assert voter.get("/staff/").status == 303


def test_signing_out_ends_the_session_here_and_for_whoever_copied_its_cookie(
    voter: Voter, home: Installation, issuer: str
) -> None:
    voter.sign_in("aida")
    voter.text("/api/cabinet/")
    copied = dict(voter.cookies)
    assert voter.post("/api/cabinet/logout", {}, token="forged").status == 403
    assert SESSION in voter.cookies
    left = voter.post("/api/cabinet/logout", {})
    assert left.status == 200
    assert SESSION not in voter.cookies
    away = left.header("refresh") or ""
    assert away.startswith(f"0; url={issuer}/oauth2/end_session?client_id=cabinet&post_logout_redirect_uri=")
    assert "id_token" not in away
    thief = Voter(router_of(home), cookies=copied)
    assert "Асанова" not in thief.text("/api/cabinet/")
    assert "You are signed out" in voter.text("/api/cabinet/signed-out")


def test_an_answer_that_was_used_before_opens_no_second_session(voter: Voter) -> None:
    address = voter.way_back("aida")
    kept = dict(voter.cookies)
    assert voter.get(address).status == 303
    voter.cookies = kept
    assert voter.get(address).status == 403
    assert SESSION not in voter.cookies


def test_an_answer_to_another_browser_or_of_another_provider_opens_no_session(voter: Voter, home: Installation) -> None:
    address = voter.way_back("aida")
    victim = Voter(router_of(home))
    assert victim.get(address).status == 403
    victim.get("/api/cabinet/login")
    assert victim.get(address).status == 403
    assert voter.get(f"{address}&iss=https://evil.example").status == 403
    assert SESSION not in voter.cookies | victim.cookies


@pytest.mark.parametrize(
    "to",
    ["https://evil.example/", "//evil.example", "/api/cabinet//x", "/staff/", "/api/cabinet/../x", "/api/cases/\\x"],
)
def test_the_way_back_never_leaves_the_doors_of_voters(voter: Voter, to: str) -> None:
    assert voter.sign_in("aida", to=to).header("location") == "/api/cabinet/"


def test_the_way_back_leads_to_the_page_that_was_asked_for(voter: Voter) -> None:
    to = "/api/cases/small/voter-missing"
    assert voter.sign_in("aida", to=to).header("location") == to


def test_without_a_provider_voters_are_told_of_the_paper_way(tmp_path: Path) -> None:
    with installation_with(tmp_path / "none", None) as home:
        voter = Voter(router_of(home))
        assert voter.get("/api/cabinet/login").status == 404
        assert "on paper" in voter.get("/api/cabinet/login").body.decode()


def test_a_route_for_voters_asks_who_is_signed_in(home: Installation, voter: Voter) -> None:
    def secret(_: Request, __: Caller) -> Response:
        return Response(200)

    sessions = voter_sessions(home)
    route = Route("GET", "/api/cabinet/secret", Access.VOTER, "A test.", secret)
    router = Router((route,), lambda _: Caller("staff"), voter=sessions.signed_in)
    assert router.handle(Request("GET", "/api/cabinet/secret")).status == 401
    assert Router((route,), lambda _: Caller("staff")).handle(Request("GET", "/api/cabinet/secret")).status == 401
    voter.sign_in("aida")
    cookie = {"cookie": f"{SESSION}={voter.cookies[SESSION]}"}
    assert router.handle(Request("GET", "/api/cabinet/secret", headers=cookie)).status == 200


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ({"pin": "1010119900000"}, {}),
        ({"pin": 10101199000001}, {}),
        ({"pin": "10101199000001"}, {"pin": "10101199000001"}),
        ({"birthdate": "01.01.1990"}, {}),
        ({"birthdate": "1990-01-01"}, {"birth": "1990-01-01"}),
        ({"family_name": "  Асанова \n Уулу "}, {"surname": "Асанова Уулу"}),
        ({"family_name": "x" * 101}, {}),
        ({"family_name": "a\u202eb"}, {}),
        ({"family_name": ["x"]}, {}),
    ],
    ids=str,
)
def test_what_a_provider_tells_is_taken_only_as_it_must_be(told: dict[str, object], known: dict[str, str]) -> None:
    assert person_told(told, CLAIMS) == known


def test_a_claim_may_lie_within_an_object() -> None:
    told = {"citizen": {"pin": "10101199000001"}, "a.b": "Асанова"}
    assert person_told(told, {"pin": "citizen.pin", "surname": "a.b"}) == {
        "pin": "10101199000001",
        "surname": "Асанова",
    }
    assert person_told(told, {"pin": "citizen.pin.x", "surname": "b.a"}) == {}
