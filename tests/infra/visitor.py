"""A member of a commission before the commissions' door of a deployment: a browser, and a program with a token."""

from __future__ import annotations

import hashlib
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from tests.infra.deployed import Cloud

_TOKEN: Final = re.compile(r'name="token" value="([^"]+)"')

_FIRST: Final = "/staff/protocols/small"
"""Where a member goes first: not to `/staff/`, whose last character the emulator loses on the way."""


@dataclass
class Visitor:
    """Keeps cookies and the form token, follows nothing by itself."""

    cloud: Cloud
    door: httpx.Client
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def sign_in(self, subject: str) -> None:
        """Go to the provider, say who it is, come back."""
        began = self.get(f"/staff/login?next={_FIRST}")
        assert began.status_code == httpx.codes.SEE_OTHER, began.text
        answer = httpx.post(began.headers["location"], data={"sub": subject}, trust_env=False)
        back = urlsplit(answer.headers["location"])
        assert back.netloc == self.cloud.host
        assert self.get(f"{back.path}?{back.query}").headers["location"] == _FIRST
        assert self.get(_FIRST).status_code == httpx.codes.OK

    def get(self, address: str) -> httpx.Response:
        """Ask for a page."""
        return self._send("GET", address)

    def post(self, address: str, form: Mapping[str, str]) -> httpx.Response:
        """Send a form, with the token of the page that was seen last."""
        return self._send("POST", address, data={"token": self.token, **form})

    def upload(self, paper: str, data: bytes, *, election: str, station: str) -> str:
        """Send a file as the script of the page does: begun, part by part to where each may go, completed.

        Returns the address of the document.
        """
        asked = {"election": election, "station": station, "paper": paper}
        asked |= {"bytes": str(len(data)), "sha256": hashlib.sha256(data).hexdigest()}
        said = self.in_json("POST", "/staff/uploads", {**asked, "bytes": len(data)})
        assert said["parts"] == []
        for number, address in said["addresses"].items():
            begin = (int(number) - 1) * said["part_bytes"]
            self._straight(address, data[begin : begin + said["part_bytes"]])
        state = self.in_json("GET", f"/staff/uploads/{said['upload']}")
        assert [str(one) for one in state["parts"]] == list(said["addresses"])
        done = self.in_json("POST", f"/staff/uploads/{said['upload']}/complete", {**asked, "bytes": len(data)})
        return str(done["document"])

    def in_json(self, method: str, address: str, body: object = None) -> dict[str, Any]:
        """Ask as the page's script does."""
        content = None if body is None else json.dumps(body).encode()
        answer = self._send(method, address, content=content, headers={"x-form-token": self.token})
        assert answer.status_code == httpx.codes.OK, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def _straight(self, address: str, part: bytes) -> None:
        """To the bucket itself, as the address says that was signed for it."""
        trusted = ssl.create_default_context(cafile=self.cloud.authority)
        answer = httpx.put(address, content=part, verify=trusted, trust_env=False)
        assert answer.status_code == httpx.codes.OK, answer.text

    def _send(self, method: str, address: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 -- what httpx takes
        headers = {"accept-language": "en", **sent.pop("headers", {})}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.door.request(method, address, headers=headers, **sent)
        for value in answer.headers.get_list("set-cookie"):
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        self.door.cookies.clear()  # cookies are for the host of the public, which no resolver knows here
        if found := _TOKEN.search(answer.text):
            self.token = found[1]
        return answer
