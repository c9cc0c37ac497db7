"""Notices by text message, through a gateway that is asked over HTTP (docs/notices.md).

    POST <url>
    authorization: Bearer <secret>
    idempotency-key: <id>
    {"id": "<id>", "from": "<sender>", "to": "+996555123456", "text": "…"}
    2xx taken; 400, 404, 410, 422 no such number; 401, 403, 429, 5xx the gateway itself; else this message not now

No redirect is followed and no proxy of the environment asked; what the answer says is not read.
"""

from __future__ import annotations

from typing import Final

import httpx

from shailoo.model.notice import Notice, SmsNotices, Way
from shailoo.rules.notices import NoticeDeferred, NoticeRefused, NoticesDown

PATIENCE_S: Final = 10
_TAKEN: Final = range(200, 300)
_NO_NUMBER: Final = frozenset({400, 404, 410, 422})
_OURS: Final = frozenset({401, 402, 403, 429})
_GATEWAY: Final = 500


class SmsWay:
    """Sends through one gateway."""

    way: Way = "sms"

    def __init__(self, settings: SmsNotices, secret: str | None, client: httpx.Client | None = None) -> None:
        self._settings = settings
        self._headers = {} if secret is None else {"authorization": f"Bearer {secret}"}
        # Rounds come seconds apart: no connection is kept, so that none has to be closed.
        self._client = client or httpx.Client(
            timeout=PATIENCE_S,
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    def send(self, notice: Notice) -> None:
        """As the port says."""
        told = {"id": notice.id, "from": self._settings.sender, "to": notice.to, "text": notice.text}
        headers = {**self._headers, "idempotency-key": notice.id}
        try:
            with self._client.stream("POST", self._settings.url, json=told, headers=headers) as answer:
                status = answer.status_code
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NoticesDown("The gateway cannot be reached.", cause=type(error).__name__) from None
        except httpx.HTTPError as error:
            raise NoticeDeferred("The gateway broke off.", cause=type(error).__name__) from None
        if status in _TAKEN:
            return
        if status in _OURS or status >= _GATEWAY:
            raise NoticesDown("The gateway does not take our messages.", status=status)
        if status in _NO_NUMBER:
            raise NoticeRefused("The gateway knows no such number.", status=status)
        raise NoticeDeferred("The gateway does not take this notice now.", status=status)

    def rest(self) -> None:
        """Nothing is held."""
