"""Voters sign in at another provider than the mock: by settings alone, as the standards say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.cabinet.sealed import SESSION
from shailoo.assembly import CitizenProvider, Installation
from tests.functions.browser import router_of
from tests.functions.cabinet_scene import AIDA, Voter, installation_with
from tests.functions.second_provider import CLIENT, SECRET, SecondProvider, second_provider

HERE = "/api/cabinet/"
CLAIMS = {"pin": "citizen.pin", "surname": "family_name", "name": "given_name", "birth": "citizen.born"}


@pytest.fixture(scope="module")
def provider() -> Iterator[SecondProvider]:
    with second_provider() as running:
        running.people["a-9"] = {**AIDA, "citizen": {"pin": AIDA["pin"], "born": "1990-01-01"}}
        running.people["b-7"] = {"family_name": "Бакытов"}
        yield running


@pytest.fixture
def home(tmp_path: Path, provider: SecondProvider) -> Iterator[Installation]:
    provider.tells_of = None
    named = CitizenProvider.model_validate(
        {"issuer": provider.issuer, "client_id": CLIENT, "scope": "openid profile citizen", "claims": CLAIMS}
    )
    with installation_with(tmp_path / "i", named, secret=SECRET) as opened:
        yield opened


@pytest.fixture
def voter(home: Installation) -> Voter:
    return Voter(router_of(home))


def way_back(voter: Voter, provider: SecondProvider, person: str = "a-9", *, deny: bool = False) -> str:
    began = voter.get(f"{HERE}login")
    parts = urlsplit(provider.authorize(began.header("location") or "", person, deny=deny))
    return f"{parts.path}?{parts.query}"


def test_who_signs_in_there_is_known_by_what_its_userinfo_tells(voter: Voter, provider: SecondProvider) -> None:
    began = voter.get(f"{HERE}login").header("location") or ""
    assert parse_qs(urlsplit(began).query)["tenant"] == ["kg"]
    assert voter.get(way_back(voter, provider)).status == 303
    voter.accept = "application/json"
    told = voter.get(HERE).body.decode()
    assert AIDA["pin"] in told
    assert "1990-01-01" in told
    assert "/realm/me" in provider.asked


def test_it_may_want_the_secret_in_the_form(voter: Voter, provider: SecondProvider) -> None:
    provider.by_form = True
    try:
        assert voter.get(way_back(voter, provider)).status == 303
    finally:
        provider.by_form = False


@pytest.mark.parametrize("elliptic", [True, False], ids=["ES256", "PS256"])
def test_its_keys_may_change_at_any_time(
    voter: Voter, provider: SecondProvider, monkeypatch: pytest.MonkeyPatch, *, elliptic: bool
) -> None:
    assert voter.get(way_back(voter, provider)).status == 303
    provider.turn_key(f"next-{elliptic}", elliptic=elliptic)
    monkeypatch.setattr("functions.openid._KEYS_AT_MOST_EVERY_S", 0)
    again = Voter(voter.router)
    assert again.get(way_back(again, provider)).status == 303
    assert SESSION in again.cookies


def test_a_key_that_it_never_published_signs_nobody_in(voter: Voter, provider: SecondProvider) -> None:
    address = way_back(voter, provider)
    honest = provider.published
    provider.turn_key(honest[0].kid)
    provider.published = honest
    assert voter.get(address).status == 403
    assert SESSION not in voter.cookies
    provider.keys = list(honest)
    assert voter.get(way_back(voter, provider)).status == 303


def test_an_answer_about_somebody_else_signs_nobody_in(voter: Voter, provider: SecondProvider) -> None:
    address = way_back(voter, provider)
    provider.tells_of = "b-7"
    assert voter.get(address).status == 403
    assert SESSION not in voter.cookies


def test_a_code_is_good_for_one_sign_in_and_for_who_began_it(voter: Voter, provider: SecondProvider) -> None:
    address = way_back(voter, provider)
    kept = dict(voter.cookies)
    assert voter.get(address).status == 303
    voter.cookies = kept
    assert voter.get(address).status == 403
    thief = Voter(voter.router)
    stolen = parse_qs(urlsplit(way_back(voter, provider)).query)["code"][0]
    own = urlsplit(way_back(thief, provider))
    mixed = {name: values[0] for name, values in parse_qs(own.query).items()} | {"code": stolen}
    assert thief.get(f"{own.path}?code={mixed['code']}&state={mixed['state']}").status == 403
    assert SESSION not in thief.cookies


def test_who_breaks_off_is_not_signed_in(voter: Voter, provider: SecondProvider) -> None:
    assert voter.get(way_back(voter, provider, deny=True)).status == 403
    assert SESSION not in voter.cookies


def test_signing_out_ends_the_session_there_too_and_leads_back(
    voter: Voter, provider: SecondProvider, home: Installation
) -> None:
    back = f"{home.settings.origin}{HERE}signed-out"
    provider.after_logout = (back,)
    voter.get(way_back(voter, provider))
    voter.get(HERE)
    left = voter.post(f"{HERE}logout", {})
    away = urlsplit((left.header("refresh") or "").removeprefix("0; url="))
    assert away.path == "/realm/out"
    query = {name: values[0] for name, values in parse_qs(away.query).items()}
    assert provider.end_session(query) == back
    assert not provider.signed_in
    assert voter.get(urlsplit(back).path).status == 200


def test_a_provider_that_fell_silent_keeps_nobody_signed_in(tmp_path: Path) -> None:
    with second_provider() as short:
        named = CitizenProvider(issuer=short.issuer, client_id=CLIENT)
        with installation_with(tmp_path / "i", named, secret=SECRET) as home:
            voter = Voter(router_of(home))
            voter.get(way_back(voter, short))
            voter.get(HERE)
            later = Voter(router_of(home), cookies=dict(voter.cookies), token=voter.token)
            short.issuer = "gone"
            assert later.get(f"{HERE}login").status == 502
            assert later.post(f"{HERE}logout", {}).status == 200
    assert SESSION not in later.cookies
