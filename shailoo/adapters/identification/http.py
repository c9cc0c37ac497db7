"""Identification devices behind a service of the state, asked over HTTP.

    GET <url>/stations/<station>/receipts/<number>       or /receipts/newest
    authorization: Bearer <secret>
    200 {"number", "how": "fingerprint" | "face", "at": "2025-05-12T04:00:00Z", "device", "station", "pin"}
    404 no such receipt

No redirect is followed and no proxy of the environment asked. An answer is at most 4 KiB.
"""

from __future__ import annotations

from http import HTTPStatus

import httpx
from pydantic import ValidationError

from shailoo.ids import StationNo
from shailoo.model.identification import Identification
from shailoo.rules.identification import DeviceSilent, NoSuchReceipt

PATIENCE_S = 5
_MOST_BYTES = 4096
_NUMBER_SIGNS = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")
_LONGEST = 40
_NEWEST = "newest"
"""No receipt has this number."""


class HttpDevice:
    """Asks a service for the receipts of its devices."""

    def __init__(self, url: str, secret: str | None, client: httpx.Client | None = None) -> None:
        self._url = url.rstrip("/")
        self._headers = {} if secret is None else {"authorization": f"Bearer {secret}"}
        # Identifications come minutes apart: no connection is kept, so that none has to be closed.
        self._client = client or httpx.Client(
            timeout=PATIENCE_S,
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    def receipt(self, station: StationNo, number: str | None) -> Identification:
        """As the port says."""
        if number is not None and (number in {"", _NEWEST} or len(number) > _LONGEST or set(number) - _NUMBER_SIGNS):
            raise NoSuchReceipt("The identification device of this station knows no such receipt.", station=station)
        address = f"{self._url}/stations/{station}/receipts/{number or _NEWEST}"
        try:
            with self._client.stream("GET", address, headers=self._headers) as response:
                status = response.status_code
                body = bytearray()
                for part in response.iter_bytes():
                    body += part
                    if len(body) > _MOST_BYTES:
                        break
        except httpx.HTTPError as error:
            raise DeviceSilent(
                "The identification device does not answer.", station=station, cause=type(error).__name__
            ) from error
        if status == HTTPStatus.NOT_FOUND:
            raise NoSuchReceipt("The identification device of this station knows no such receipt.", station=station)
        if status != HTTPStatus.OK or len(body) > _MOST_BYTES:
            raise DeviceSilent("The identification device does not answer.", station=station, status=status)
        return _read(bytes(body), station, number)


def _read(body: bytes, station: StationNo, number: str | None) -> Identification:
    try:
        found = Identification.model_validate_json(body)
    except ValidationError:
        # Without its cause: pydantic would quote the PIN.
        raise DeviceSilent("The identification device's answer cannot be read.", station=station) from None
    if found.station != station or number not in {None, found.number}:
        raise DeviceSilent("The identification device answered for another receipt.", station=station)
    return found
