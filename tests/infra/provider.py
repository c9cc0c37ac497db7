"""An identity provider on the loopback, for people in browsers and for programs of commissions.

People sign in at a provider that asks for a name and nothing else. Its tokens do not say which key signed them, and an
interface of the cloud takes only those that do: they are signed anew here.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from edge_agent.clock import SystemClock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CLIENT_ID: Final = "shailoo"
CLIENT_SECRET: Final = "what-the-provider-knows-us-by"
_KEYS: Final = "/jwks"
_TOKENS: Final = "/oauth2/token"
_KID: Final = "the-only-one"
_JSON: Final = "application/json"
_LASTS_S: Final = 600


@dataclass
class Provider:
    """A running provider."""

    issuer: str = ""
    _people: oidc_provider_mock.app = field(default_factory=oidc_provider_mock.app)
    _key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": _KID, "use": "sig"}))

    def token(self, subject: str, *, audience: str = CLIENT_ID, key: RSAKey | None = None) -> str:
        """What a commission's own system holds for one of its members; `key` is a forger's."""
        now = int(SystemClock().now().timestamp())
        claims = {"iss": self.issuer, "sub": subject, "aud": audience, "iat": now - 1, "exp": now + _LASTS_S}
        return self._signed(claims, key)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request: theirs, but for the key, and for tokens that say which key it is."""
        if environ["PATH_INFO"] == _KEYS:
            return Response(json.dumps({"keys": [self._key.as_dict(private=False)]}), mimetype=_JSON)(environ, start)
        answer = Response.from_app(self._people, environ)
        if environ["PATH_INFO"] == _TOKENS and answer.status_code == HTTPStatus.OK:
            said = json.loads(answer.data)
            answer.data = json.dumps({**said, "id_token": self._signed(_claims(said["id_token"]))}).encode()
        return answer(environ, start)

    def _signed(self, claims: Mapping[str, Any], key: RSAKey | None = None) -> str:
        return jwt.encode({"alg": "RS256", "kid": _KID}, dict(claims), key or self._key)


def _claims(token: str) -> dict[str, Any]:
    """What a token of our own says; nobody forges tokens here."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


class _Quiet(WSGIRequestHandler):
    """Writes down nothing."""

    def log(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider in a thread."""
    one = Provider()
    server = make_server("127.0.0.1", 0, one, threaded=True, request_handler=_Quiet)
    one.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
