"""A second provider of identities, written against the standards alone: no library of ours or of the other one's.

Authorization code (OpenID Connect Core 1.0, section 3.1) with PKCE (RFC 7636, S256 only), client authentication by
`client_secret_basic` or `client_secret_post`; tells of a person only at its UserInfo endpoint (section 5.3), names
itself in its answers (RFC 9207), signs with keys that change (ES256, PS256), and ends its own session when it is asked
to (RP-Initiated Logout 1.0). It refuses whatever the standards let it refuse.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CLIENT, SECRET = "cabinet:of voters", "s%3cret & more"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def of_int(value: int, size: int | None = None) -> str:
    return b64(value.to_bytes(size or -(-value.bit_length() // 8)))


@dataclass
class Key:
    """A signing key with its number."""

    kid: str
    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @property
    def jwk(self) -> dict[str, str]:
        common = {"kid": self.kid, "use": "sig"}
        if isinstance(self.private, rsa.RSAPrivateKey):
            numbers = self.private.public_key().public_numbers()
            return {**common, "kty": "RSA", "n": of_int(numbers.n), "e": of_int(numbers.e)}
        point = self.private.public_key().public_numbers()
        return {**common, "kty": "EC", "crv": "P-256", "x": of_int(point.x, 32), "y": of_int(point.y, 32)}

    def sign(self, claims: Mapping[str, object]) -> str:
        """A JSON Web Signature in compact form (RFC 7515), by RFC 7518, sections 3.4 and 3.5."""
        rsa_key = isinstance(self.private, rsa.RSAPrivateKey)
        head = {"alg": "PS256" if rsa_key else "ES256", "kid": self.kid, "typ": "JWT"}
        said = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
        if isinstance(self.private, rsa.RSAPrivateKey):
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
            return f"{said}.{b64(self.private.sign(said.encode(), pss, hashes.SHA256()))}"
        r, s = decode_dss_signature(self.private.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{said}.{b64(r.to_bytes(32) + s.to_bytes(32))}"


@dataclass
class SecondProvider:
    """What the provider knows; tests change it."""

    issuer: str = ""
    people: dict[str, dict[str, object]] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    """The first one signs."""
    published: list[Key] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    after_logout: tuple[str, ...] = ()
    """Where it may lead back to after a logout, as registered."""
    asked: list[str] = field(default_factory=list)
    tells_of: str | None = None
    """Whom its UserInfo endpoint tells of, instead of who signed in."""
    signed_in: bool = False
    by_form: bool = False
    """Whether it takes the client's secret in the form alone (`client_secret_post`)."""

    def turn_key(self, kid: str, *, elliptic: bool = True) -> None:
        """From now on another key signs, and the old one is no longer published."""
        made = ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
        self.keys = [Key(kid, made)]
        self.published = self.keys

    def authorize(self, address: str, person: str, *, deny: bool = False) -> str:
        """A person signs in at the address to which we sent the browser; returns where the browser is sent back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query, strict_parsing=True).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert "openid" in query["scope"].split()
        assert query["code_challenge_method"] == "S256"
        assert len(query["nonce"]) >= 16
        answer = {"state": query["state"], "iss": self.issuer}
        if deny:
            return f"{query['redirect_uri']}?{urlencode({**answer, 'error': 'access_denied'})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**query, "sub": person}
        self.signed_in = True
        return f"{query['redirect_uri']}?{urlencode({**answer, 'code': code})}"

    def token(self, form: Mapping[str, str], authorization: str) -> tuple[int, dict[str, object]]:
        """The token endpoint."""
        if self._client(form, authorization) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        kept = self.codes.pop(form.get("code", ""), None)
        proven = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        fits = (
            kept is not None and proven == kept["code_challenge"] and form.get("redirect_uri") == kept["redirect_uri"]
        )
        if kept is None or not fits or form.get("grant_type") != "authorization_code":
            return 400, {"error": "invalid_grant"}
        access, now = secrets.token_urlsafe(24), int(time.time())
        self.tokens[access] = kept["sub"]
        claims = {
            "iss": self.issuer, "sub": kept["sub"], "aud": [CLIENT], "azp": CLIENT, "nonce": kept["nonce"], "iat": now,
            "exp": now + 60, "auth_time": now,
        }  # fmt: skip
        token = self.keys[0].sign(claims)
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": token}

    def _client(self, form: Mapping[str, str], authorization: str) -> tuple[str, str]:
        if self.by_form:
            return form.get("client_id", ""), form.get("client_secret", "")
        kind, _, given = authorization.partition(" ")
        assert kind == "Basic"
        name, _, secret = base64.b64decode(given).decode().partition(":")
        # RFC 6749, section 2.3.1: both are encoded as in a form before they are put together.
        return unquote_plus(name), unquote_plus(secret)

    def userinfo(self, authorization: str) -> tuple[int, dict[str, object]]:
        """The UserInfo endpoint."""
        subject = self.tokens.get(authorization.removeprefix("Bearer "))
        if subject is None:
            return 401, {"error": "invalid_token"}
        told = self.tells_of or subject
        return 200, {"sub": told, **self.people.get(told, {})}

    def end_session(self, query: Mapping[str, str]) -> str | None:
        """The logout endpoint: where the browser is led, or None where it stays."""
        self.signed_in = False
        back = query.get("post_logout_redirect_uri")
        return back if query.get("client_id") == CLIENT and back in self.after_logout else None


@contextmanager
def second_provider() -> Iterator[SecondProvider]:
    """Run it on the loopback."""
    provider = SecondProvider()
    provider.turn_key("first")

    class Door(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:  # noqa: ANN401 -- as its parent has it
            """Keep quiet."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            match parts.path:
                case "/realm/.well-known/openid-configuration":
                    self._say(200, self._configuration())
                case "/realm/keys":
                    self._say(200, {"keys": [one.jwk for one in provider.published]})
                case "/realm/me":
                    self._say(*provider.userinfo(self.headers.get("authorization", "")))
                case _:
                    self._say(404, {"error": "not_found"})

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            sent = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(sent, strict_parsing=True).items()}
            self._say(*provider.token(form, self.headers.get("authorization", "")))

        def _configuration(self) -> dict[str, object]:
            at = provider.issuer
            return {
                "issuer": at, "authorization_endpoint": f"{at}/go?tenant=kg", "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/keys", "userinfo_endpoint": f"{at}/me", "end_session_endpoint": f"{at}/out",
                "response_types_supported": ["code"], "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["ES256", "PS256"],
                **({"token_endpoint_auth_methods_supported": ["client_secret_post"]} if provider.by_form else {}),
            }  # fmt: skip

        def _say(self, status: int, value: Mapping[str, object]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}/realm"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
