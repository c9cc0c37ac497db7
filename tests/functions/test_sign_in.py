"""Sign-in against a real provider's answers, and against forged ones."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from functions.openid import OpenIdClient, ProviderDown, SignInAttempt, SignInFailed
from functions.staff.cookies import SESSION, SIGN_IN, CookieSigner
from shailoo.assembly import Installation
from shailoo.usecases.appoint import person_of, revoke_appointment
from tests.functions.browser import Browser, give, router_of

NOW = 1_750_000_000
ISSUER = "https://id.example"
ATTEMPT = SignInAttempt("state", "nonce", "verifier")


def test_who_is_appointed_signs_in_and_sees_the_own_station(
    visitor: Browser, installation: Installation, issuer: str
) -> None:
    give(installation, issuer, "aida", "pec-1001", "precinct")
    assert visitor.get("/staff/").header("location") == "/staff/login?next=/staff/"
    back = visitor.sign_in("aida")
    assert (back.status, back.header("location")) == (303, "/staff/")
    assert SIGN_IN not in visitor.cookies
    page = visitor.get("/staff/").body.decode()
    assert "/staff/turnout/small/1001" in page
    assert "/staff/turnout/small/1002" not in page


def test_a_revoked_appointment_ends_at_the_next_request(
    visitor: Browser, installation: Installation, issuer: str
) -> None:
    give(installation, issuer, "aida", "pec-1001", "precinct")
    visitor.sign_in("aida")
    assert visitor.get("/staff/").status == 200
    revoke_appointment(
        person_of(issuer, "aida"),
        "pec-1001",
        registry=installation.registry,
        store=installation.store,
        now=installation.clock.now(),
        by=None,
    )
    assert visitor.get("/staff/").status == 403
    assert visitor.get("/staff/turnout/small/1001").status == 403


def test_an_appointment_revoked_by_another_process_ends_at_once_too(
    visitor: Browser, installation: Installation, issuer: str
) -> None:
    give(installation, issuer, "aida", "pec-1001", "precinct")
    visitor.sign_in("aida")
    with Installation.open(installation.folder) as other:
        revoke_appointment(
            person_of(issuer, "aida"),
            "pec-1001",
            registry=other.registry,
            store=other.store,
            now=installation.clock.now(),
            by=None,
        )
    assert visitor.get("/staff/").status == 403


def test_who_is_not_appointed_sees_a_number_to_tell_and_no_name(visitor: Browser, issuer: str) -> None:
    visitor.sign_in("bakyt@example.org")
    page = visitor.get("/staff/")
    assert page.status == 403
    assert person_of(issuer, "bakyt@example.org") in page.body.decode()
    assert b"bakyt" not in page.body


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(visitor: Browser) -> None:
    back = visitor.sign_in("aida")
    [cookie] = [value for name, value in back.headers if value.startswith(SESSION)]
    assert {"HttpOnly", "SameSite=Lax", "Path=/staff/"} <= set(cookie.split("; "))
    assert "Secure" in CookieSigner(b"k", secure=True).header("a", "b", lasts=1)[1]


def test_an_answer_that_was_used_before_opens_no_second_session(visitor: Browser) -> None:
    address = visitor.way_back("aida")
    kept = dict(visitor.cookies)
    assert visitor.get(address).status == 303
    visitor.cookies = kept
    assert visitor.get(address).status == 403
    assert SESSION not in visitor.cookies


def test_a_fresh_code_with_a_used_state_opens_no_second_session(visitor: Browser, installation: Installation) -> None:
    began = visitor.get("/staff/login")
    kept = dict(visitor.cookies)
    for status in (303, 403):
        visitor.cookies = dict(kept)
        answer = httpx.post(began.header("location") or "", data={"sub": "aida"})
        back = answer.headers["location"].partition("/staff/")[2]
        assert visitor.get(f"/staff/{back}").status == status
    assert SESSION not in visitor.cookies
    assert installation.store.last() == 0


def test_an_answer_to_another_browser_opens_no_session(visitor: Browser, installation: Installation) -> None:
    address = visitor.way_back("aida")
    victim = Browser(router_of(installation))
    assert victim.get(address).status == 403
    victim.get("/staff/login")
    assert victim.get(address).status == 403
    assert SESSION not in victim.cookies


def test_a_sign_in_that_was_broken_off_opens_no_session(visitor: Browser) -> None:
    began = visitor.get("/staff/login")
    answer = httpx.post(began.header("location") or "", data={"action": "deny"})
    address = "/staff/callback?" + answer.headers["location"].partition("?")[2]
    assert visitor.get(address).status == 403
    assert SESSION not in visitor.cookies


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/staff//evil.example", "/results/", "/staff\\x"]
)
def test_the_way_back_never_leaves_this_door(visitor: Browser, to: str) -> None:
    assert visitor.sign_in("aida", to=to).header("location") == "/staff/"


def test_the_way_back_leads_to_the_page_that_was_asked_for(visitor: Browser) -> None:
    assert visitor.sign_in("aida", to="/staff/acts/small").header("location") == "/staff/acts/small"


@pytest.mark.parametrize("change", ["person", "expired", "purpose", "garbage", "other key"])
def test_a_session_that_we_did_not_write_is_none(
    visitor: Browser, installation: Installation, issuer: str, change: str
) -> None:
    give(installation, issuer, "aida", "pec-1001", "precinct")
    cookies = CookieSigner(installation.session_secret, secure=False)
    person = {"person": person_of(issuer, "aida")}
    later = int(time.time()) + 100
    good = cookies.write(SESSION, person, expires=later)
    forged = json.dumps({**person, "exp": str(later + 10**6)}, sort_keys=True, separators=(",", ":")).encode()
    visitor.cookies[SESSION] = {
        "person": base64.urlsafe_b64encode(forged).decode().rstrip("=") + "." + good.partition(".")[2],
        "expired": cookies.write(SESSION, person, expires=1),
        "purpose": cookies.write(SIGN_IN, person, expires=later),
        "garbage": "%%%.x",
        "other key": CookieSigner(b"other", secure=False).write(SESSION, person, expires=later),
    }[change]
    assert visitor.get("/staff/").status == 303
    visitor.cookies[SESSION] = good
    assert visitor.get("/staff/").status == 200


def test_signing_out_ends_the_session_in_this_browser(
    visitor: Browser, installation: Installation, issuer: str
) -> None:
    give(installation, issuer, "aida", "pec-1001", "precinct")
    visitor.sign_in("aida")
    visitor.get("/staff/")
    assert visitor.post("/staff/logout", {}, token="forged").status == 403
    assert visitor.post("/staff/logout", {}).status == 303
    assert SESSION not in visitor.cookies


class Provider:
    """A provider whose every answer a test decides."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})
        self.published: list[OctKey | RSAKey | ECKey | OKPKey] = [self.key]
        self.asked: list[str] = []
        self.token: object = ""
        self.discovery: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }
        self.now = NOW

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        match request.url.path:
            case "/.well-known/openid-configuration":
                return httpx.Response(200, json=self.discovery)
            case "/keys":
                return httpx.Response(200, json=KeySet(self.published).as_dict(private=False))
            case _:
                return httpx.Response(200, json={"id_token": self.token})

    def client(self, secret: str | None = None) -> OpenIdClient:
        http = httpx.Client(transport=httpx.MockTransport(self.answer))
        return OpenIdClient(ISSUER, "shailoo", secret, http, lambda: self.now)

    def sign(self, key: RSAKey | ECKey | None = None, header: dict[str, str] | None = None, **claims: object) -> str:
        said: dict[str, Any] = {
            "iss": ISSUER, "aud": "shailoo", "sub": "aida", "nonce": "nonce", "iat": NOW - 1, "exp": NOW + 300,
        }  # fmt: skip
        said.update(claims)
        said = {name: value for name, value in said.items() if value is not None}
        head = header or {"alg": "RS256", "kid": "one"}
        return jwt.encode(head, said, key or self.key, algorithms=[head["alg"]])


@pytest.fixture(scope="module")
def stranger() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def provider() -> Provider:
    return Provider()


def subject(provider: Provider, client: OpenIdClient | None = None) -> str:
    return (client or provider.client()).subject("code", ATTEMPT, "http://127.0.0.1/staff/callback")


def test_a_token_as_it_must_be_names_who_signed_in(provider: Provider) -> None:
    provider.token = provider.sign()
    assert subject(provider) == "aida"
    provider.token = provider.sign(aud=["shailoo", "other"], azp="shailoo")
    assert subject(provider) == "aida"


FORGED: dict[str, Callable[[Provider], object]] = {
    "another issuer": lambda one: one.sign(iss="https://evil.example"),
    "another audience": lambda one: one.sign(aud="other"),
    "an audience of several, without a party": lambda one: one.sign(aud=["shailoo", "other"]),
    "made for another party": lambda one: one.sign(aud=["shailoo", "other"], azp="other"),
    "expired": lambda one: one.sign(exp=NOW - 61),
    "from the future": lambda one: one.sign(iat=NOW + 61),
    "without end": lambda one: one.sign(exp=None),
    "without beginning": lambda one: one.sign(iat=None),
    "another sign-in's": lambda one: one.sign(nonce="other"),
    "without nonce": lambda one: one.sign(nonce=None),
    "naming nobody": lambda one: one.sign(sub=None),
    "naming an empty one": lambda one: one.sign(sub=""),
    "none at all": lambda _: None,
    "not a text": lambda _: 7,
    "not a token": lambda _: "a.b.c",
    "without signature": lambda one: one.sign().rpartition(".")[0] + ".",
    "far too long": lambda _: "a" * 20_000,
}


@pytest.mark.parametrize("what", FORGED)
def test_a_token_that_is_not_as_it_must_be_signs_nobody_in(provider: Provider, what: str) -> None:
    provider.token = FORGED[what](provider)
    with pytest.raises(SignInFailed):
        subject(provider)


def test_a_token_signed_by_a_stranger_signs_nobody_in(provider: Provider, stranger: RSAKey) -> None:
    provider.token = provider.sign(stranger)
    with pytest.raises(SignInFailed):
        subject(provider)


def test_a_token_without_algorithm_or_with_the_public_key_as_secret_signs_nobody_in(provider: Provider) -> None:
    def part(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"iss": ISSUER, "aud": "shailoo", "sub": "a", "nonce": "nonce", "iat": NOW, "exp": NOW + 9}
    provider.token = f"{part({'alg': 'none'})}.{part(claims)}."
    with pytest.raises(SignInFailed):
        subject(provider)
    secret = OctKey.import_key(provider.key.as_pem(private=False).hex())
    provider.token = jwt.encode({"alg": "HS256", "kid": "one"}, claims, secret)
    with pytest.raises(SignInFailed):
        subject(provider)


def test_a_new_key_of_the_provider_is_fetched_when_it_is_first_used(provider: Provider) -> None:
    client = provider.client()
    provider.token = provider.sign()
    assert subject(provider, client) == "aida"
    fresh = ECKey.generate_key("P-256", {"kid": "two", "alg": "ES256", "use": "sig"})
    provider.published = [fresh]
    provider.now += 11
    provider.token = provider.sign(fresh, {"alg": "ES256", "kid": "two"})
    assert subject(provider, client) == "aida"
    assert provider.asked.count("/keys") == 2


def test_forged_tokens_do_not_make_us_ask_for_keys_again_and_again(provider: Provider, stranger: RSAKey) -> None:
    client = provider.client()
    provider.token = provider.sign(stranger)
    for _ in range(5):
        with pytest.raises(SignInFailed):
            subject(provider, client)
    assert provider.asked.count("/keys") == 1


def test_a_secret_is_shown_to_the_provider_only_and_pkce_to_every_one(provider: Provider) -> None:
    seen: list[httpx.Request] = []
    provider.token = provider.sign()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return provider.answer(request)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    client = OpenIdClient(ISSUER, "shailoo", "secret", http, lambda: NOW)
    address = client.address(ATTEMPT, "http://127.0.0.1/staff/callback")
    assert "secret" not in address
    assert ATTEMPT.verifier not in address
    assert f"code_challenge={ATTEMPT.challenge}" in address
    subject(provider, client)
    [token] = [request for request in seen if request.url.path == "/token"]
    assert token.headers["authorization"].startswith("Basic ")
    assert "code_verifier=verifier" in token.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://id.example/token"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
def test_a_provider_that_names_unsafe_addresses_is_not_used(provider: Provider, change: dict[str, Any]) -> None:
    provider.discovery.update(change)
    provider.token = provider.sign()
    with pytest.raises(ProviderDown):
        subject(provider)


def test_a_provider_that_does_not_answer_is_told_and_the_paper_way_named(installation: Installation) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)

    http = httpx.Client(transport=httpx.MockTransport(broken))
    client = OpenIdClient(ISSUER, "shailoo", None, http, lambda: NOW)
    with pytest.raises(ProviderDown):
        client.address(ATTEMPT, "x")
    router = router_of(installation)
    answer = Browser(router).get("/staff/login")
    assert answer.status == 303
