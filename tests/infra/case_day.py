"""A voter who signs in at a deployment, applies and follows it: a browser, and a program with its cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from shailoo.records.case_code import RANDOM_BYTES, write_code
from tests.infra.deployed import Cloud

_TRIES: Final = 5
CASES: Final = "/api/cases/"
CABINET: Final = "/api/cabinet/"
_FIRST: Final = f"{CASES}status"
"""Where a voter goes first: not to an address with a slash at its end, which the emulator loses on the way."""
AIDA: Final = {
    "pin": "10101199000001",
    "family_name": "Асанова",
    "given_name": "Аида",
    "middle_name": "Бакытовна",
    "birthdate": "1990-01-01",
}
"""What the provider tells of a person who does not exist."""
HEARD: Final = "Токтогул көчөсү, 1234"
"""Where she asks to be visited."""


@dataclass
class Applicant:
    """Keeps cookies, follows nothing by itself."""

    cloud: Cloud
    door: httpx.Client
    cookies: dict[str, str] = field(default_factory=dict)

    def sign_in(self, issuer: str, subject: str) -> None:
        """Go to the provider, which tells who it is, and come back."""
        httpx.put(f"{issuer}/users/{subject}", json=AIDA, trust_env=False).raise_for_status()
        began = self._send("GET", f"{CABINET}login?next={_FIRST}")
        assert began.status_code == httpx.codes.SEE_OTHER, began.text
        answer = httpx.post(began.headers["location"], data={"sub": subject}, trust_env=False)
        back = urlsplit(answer.headers["location"])
        assert back.netloc == self.cloud.host
        done = self._send("GET", f"{back.path}?{back.query}")
        assert done.headers.get("location") == _FIRST, done.text

    def apply(self, election: str, station: str) -> dict[str, Any]:
        """Ask to vote at home; returns what is told, the code and the signed receipt in it."""
        code = write_code(token_bytes(RANDOM_BYTES))
        fields = {"because": "health", "where": HEARD, "phone": "+996 555 123456"}
        body = {"election": election, "station": station, "fields": fields, "code": code}
        answer = self._send("POST", f"{CASES}file/outside-premises", json=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        again = self._send("POST", f"{CASES}file/outside-premises", json=body)
        assert again.json() == answer.json()  # whoever did not hear the answer asks again
        said: dict[str, Any] = answer.json()
        return said

    def stands(self, code: str) -> dict[str, Any]:
        """How an application stands, asked with its code."""
        said: dict[str, Any] = self._send("POST", f"{CASES}status", json={"code": code}).json()
        return said

    def receipt(self, code: str, form: str) -> httpx.Response:
        """The receipt again: `page`, `pdf` or `note`."""
        return self._send("POST", f"{CASES}receipt", data={"code": code, "as": form})

    def _send(self, method: str, address: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 -- what httpx takes
        accept = "application/json" if "json" in sent else "text/html"
        headers = {"accept-language": "en", "accept": accept}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        for _ in range(_TRIES):
            answer = self.door.request(method, address, headers=headers, **sent)
            if answer.status_code != httpx.codes.BAD_GATEWAY:  # what a function says that was killed
                break
        for value in answer.headers.get_list("set-cookie"):
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        self.door.cookies.clear()  # cookies are for the host of the public, which no resolver knows here
        return answer
