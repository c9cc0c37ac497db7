"""Sign-in by OpenID Connect: authorization code (OpenID Connect Core 1.0, section 3.1) with PKCE (RFC 7636).

The identity token is checked in this order: signature by a key of the provider (keys are fetched anew when one is
unknown, because providers rotate them), issuer, audience, times, nonce, subject. What a provider tells of a person only
when asked (OpenID Connect Core, section 5.3) is asked for with the access token and must be about the same subject.
Time here is the machine's own, never a replayed evening's.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shailoo.errors import Refused, ShailooError

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by public keys only: with `HS256` in the list, whoever knows the public key could forge tokens."""
_LEEWAY_S = 60
_DISCOVERY_S = 3600
_KEYS_AT_MOST_EVERY_S = 10
_LONGEST_TOKEN = 16_384


class SignInFailed(Refused):
    """The provider's answer cannot be trusted, or the person broke off."""

    code = "sign-in-failed"


class ProviderDown(ShailooError):
    """The identity provider does not answer, or not as the standard says.

    The paper way through the superior stays open.
    """

    code = "provider-down"


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """What must come back unchanged. `verifier` proves that whoever redeems the code is who asked for it."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def fresh(cls) -> SignInAttempt:
        """Draw a new attempt."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """What the provider is shown of the verifier beforehand (S256)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


class OpenIdClient:
    """One provider, one client. Safe to share between threads. `wall` tells the Unix time.

    `scope` is what is asked for; `ask_more` whether the provider's UserInfo endpoint is asked too, where it names one.
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str | None,
        http: httpx.Client,
        wall: Callable[[], int],
        *,
        scope: str = "openid",
        ask_more: bool = False,
    ) -> None:
        self.issuer = issuer
        self._scope = scope
        self._ask_more = ask_more
        self._client_id = client_id
        self._secret = client_secret
        self._http = http
        self._wall = wall
        self._lock = threading.Lock()
        self._provider: tuple[int, Mapping[str, Any]] | None = None
        self._keys: tuple[int, KeySet] | None = None

    def address(self, attempt: SignInAttempt, return_to: str) -> str:
        """Where the browser is sent to sign in. Raises ProviderDown."""
        query = {
            "response_type": "code",
            "scope": self._scope,
            "client_id": self._client_id,
            "redirect_uri": return_to,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        endpoint = self._endpoint("authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def subject(self, code: str, attempt: SignInAttempt, return_to: str) -> str:
        """Redeem a code and return who signed in. Raises SignInFailed or ProviderDown."""
        return str(self.claims(code, attempt, return_to)["sub"])

    def claims(self, code: str, attempt: SignInAttempt, return_to: str) -> Mapping[str, object]:
        """Redeem a code and return what the provider tells of who signed in; `sub` is there and checked.

        Raises SignInFailed or ProviderDown.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_to,
            "code_verifier": attempt.verifier,
        }
        endpoint = self._endpoint("token_endpoint")
        auth = self._shown(form)
        try:
            answer = self._http.post(endpoint, data=form, auth=auth or httpx.USE_CLIENT_DEFAULT)
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderDown("The identity provider does not answer.", cause=type(error).__name__) from error
        token = said.get("id_token") if isinstance(said, dict) and answer.status_code == httpx.codes.OK else None
        if not isinstance(token, str):
            raise SignInFailed("The identity provider did not accept this sign-in.", status=answer.status_code)
        claims = self._check(token, attempt.nonce)
        more = self._optional("userinfo_endpoint") if self._ask_more else None
        return claims if more is None else {**self._asked(more, said.get("access_token"), claims["sub"]), **claims}

    def _shown(self, form: dict[str, str]) -> httpx.BasicAuth | None:
        """How we show the provider who we are: in the header, or in the form where it takes nothing else.

        In the header both parts are encoded as in a form (RFC 6749, section 2.3.1).
        """
        takes = self._discovered().get("token_endpoint_auth_methods_supported")
        by_form = isinstance(takes, list) and "client_secret_basic" not in takes and "client_secret_post" in takes
        if self._secret is not None and not by_form:
            return httpx.BasicAuth(quote_plus(self._client_id), quote_plus(self._secret))
        form["client_id"] = self._client_id
        if self._secret is not None:
            form["client_secret"] = self._secret
        return None

    def logout_address(self, return_to: str) -> str | None:
        """Where the browser is sent to sign out at the provider too (OpenID Connect RP-Initiated Logout 1.0).

        None where the provider has no such place or does not answer. The provider knows us by `client_id`; the identity
        token, which the standard also takes there, holds personal data and goes into no address.
        """
        try:
            endpoint = self._optional("end_session_endpoint")
        except ProviderDown:
            return None
        if endpoint is None:
            return None
        query = {"client_id": self._client_id, "post_logout_redirect_uri": return_to}
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def _asked(self, endpoint: str, token: object, subject: object) -> Mapping[str, object]:
        """What the provider tells of the subject at its UserInfo endpoint."""
        if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
            raise SignInFailed("The identity provider gave nothing with which to ask who signed in.")
        said = self._get(endpoint, {"authorization": f"Bearer {token}"})
        if said.get("sub") != subject:  # section 5.3.2: otherwise one person's answer is put beside another's token
            raise SignInFailed("The identity provider tells of another person than who signed in.")
        return said

    def _check(self, token: str, nonce: str) -> Mapping[str, Any]:
        if len(token) > _LONGEST_TOKEN:
            raise SignInFailed("The identity token is too long.", characters=len(token))
        claims = self._verified(token)
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self.issuer:
            raise SignInFailed("The identity token comes from another provider.")
        if self._client_id not in audiences or claims.get("azp", self._client_id) != self._client_id:
            raise SignInFailed("The identity token was made for another client.")
        if len(audiences) > 1 and "azp" not in claims:
            raise SignInFailed("The identity token was made for several clients and names none.")
        now = self._wall()
        expires, issued = claims.get("exp"), claims.get("iat")
        if not isinstance(expires, int) or not isinstance(issued, int):
            raise SignInFailed("The identity token does not say from when to when it holds.")
        if now >= expires + _LEEWAY_S or issued > now + _LEEWAY_S:
            raise SignInFailed("The identity token does not hold now. Is this machine's clock right?")
        if not secrets.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
            raise SignInFailed("The identity token belongs to another sign-in.")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255:  # noqa: PLR2004  OpenID Connect Core, section 2
            raise SignInFailed("The identity token names nobody.")
        return claims

    def _verified(self, token: str) -> Mapping[str, Any]:
        """Claims under a signature by a key of the provider; unknown keys are asked for once."""
        try:
            return jwt.decode(token, self._key_set(fresh=False), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            keys = self._key_set(fresh=True)
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise SignInFailed(
                "The identity token is not signed by the provider.", cause=type(error).__name__
            ) from error

    def _key_set(self, *, fresh: bool) -> KeySet:
        """The provider's keys.

        `fresh` asks again, but not more often than every ten seconds: forged tokens cost nothing.
        """
        with self._lock:
            known = self._keys
        if known is not None and (not fresh or self._wall() - known[0] < _KEYS_AT_MOST_EVERY_S):
            return known[1]
        said = self._get(self._endpoint("jwks_uri"))
        try:
            keys = KeySet.import_key_set(said)  # type: ignore[arg-type]  # whatever it is, joserfc judges it
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderDown("The identity provider's keys cannot be read.", cause=type(error).__name__) from error
        with self._lock:
            self._keys = (self._wall(), keys)
        return keys

    def _optional(self, name: str) -> str | None:
        """An address that a provider need not have. Raises ProviderDown."""
        address = self._discovered().get(name)
        return address if isinstance(address, str) and _safe(address) else None

    def _endpoint(self, name: str) -> str:
        address = self._optional(name)
        if address is None:
            raise ProviderDown("The identity provider names no safe address for this step.", step=name)
        return address

    def _discovered(self) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0), kept for an hour."""
        with self._lock:
            known = self._provider
        if known is None or self._wall() - known[0] > _DISCOVERY_S:
            said = self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if said.get("issuer") != self.issuer:
                raise ProviderDown("The identity provider calls itself otherwise than settings.json does.")
            known = (self._wall(), said)
            with self._lock:
                self._provider = known
        return known[1]

    def _get(self, address: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        try:
            answer = self._http.get(address, headers=headers)
            answer.raise_for_status()
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderDown("The identity provider does not answer.", cause=type(error).__name__) from error
        if not isinstance(said, dict):
            raise ProviderDown("The identity provider answers otherwise than the standard says.")
        return said


def _safe(address: str) -> bool:
    """TLS, or the loopback of a rehearsal."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))
