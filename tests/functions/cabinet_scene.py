"""An installation with a voters' provider, and the browser of a voter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from functions.web import Request, Response, Router
from shailoo.adapters.voters.entries_index import index_entries
from shailoo.assembly import CitizenProvider, Installation, Settings, save_settings
from shailoo.kinds import KINDS
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.model.record import Appointment
from shailoo.model.refs import Role
from shailoo.model.voter_list import Settlement
from tests.functions.browser import FixedClock, give
from tests.voters.finder_people import indexed
from tests.voters.list_scene import Scene, row
from tests.voting import SMALL

NAMES = [Settlement("s0", "chui", "r1", "village", 0, 0, ("Ак-Жар айылы", "село Ак-Жар", "Ak-Zhar village"))]

APRIL = datetime(2025, 4, 28, 6, 0, tzinfo=UTC)
"""A month before the election of five stations."""
AIDA = {
    "pin": "10101199000001",
    "family_name": "Асанова",
    "given_name": "Аида",
    "middle_name": "Бакытовна",
    "birthdate": "1990-01-01",
}
"""What a provider tells of a person who does not exist."""
OPEN = {name: Window(first=date(2025, 4, 1), last=date(2025, 5, 15)) for name in KINDS}


@contextmanager
def installation_with(
    folder: Path,
    provider: CitizenProvider | None,
    *,
    secret: str | None = None,
    windows: Mapping[str, Window] = OPEN,
    now: datetime = APRIL,
) -> Iterator[Installation]:
    """An installation of the five-station election whose voters sign in at a provider."""
    Installation.create(folder, [SMALL]).close()
    if provider is not None and secret is not None:
        key = folder / "keys" / "citizens.secret"
        key.write_text(secret + "\n")
        key.chmod(0o600)
        provider = provider.model_copy(update={"secret_file": "keys/citizens.secret"})
    calendar = CaseCalendar(windows=windows, marks={"lists-close": date(2025, 5, 16)})
    settings = Settings.model_validate_json((folder / "settings.json").read_bytes())
    save_settings(folder, settings.model_copy(update={"citizens": provider, "cases": {"small": calendar}}))
    with replace(Installation.open(folder), clock=FixedClock(now)) as opened:
        yield opened


@dataclass
class Voter:
    """Sends requests to a router as a voter's browser would, and follows nothing by itself."""

    router: Router
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "en"
    token: str = ""
    accept: str = "text/html"

    def get(self, address: str) -> Response:
        return self._send("GET", address, b"")

    def post(self, address: str, form: Mapping[str, str], *, token: str | None = None) -> Response:
        sent = {"token": self.token if token is None else token, **form}
        return self._send("POST", address, urlencode(sent).encode())

    def text(self, address: str) -> str:
        response = self.get(address)
        assert response.status == 200, (response.status, response.body.decode())
        return response.body.decode()

    def _send(self, method: str, address: str, body: bytes) -> Response:
        parts = urlsplit(address)
        headers = {"accept-language": self.language, "accept": self.accept}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        response = self.router.handle(Request(method, parts.path, query, headers, body))
        for name, value in response.headers:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
                if "Max-Age=0" in value:
                    del self.cookies[key]
        found = re.search(r'name="token" value="([^"]+)"', response.body.decode(errors="replace"))
        if found:
            self.token = found[1]
        return response

    def way_back(self, subject: str, *, to: str = "/api/cabinet/") -> str:
        """The address with which the mock provider sends the browser back to us."""
        began = self.get(f"/api/cabinet/login?next={to}")
        assert began.status == 303, began.body
        answer = httpx.post(began.header("location") or "", data={"sub": subject})
        parts = urlsplit(answer.headers["location"])
        return f"{parts.path}?{parts.query}"

    def sign_in(self, subject: str, *, to: str = "/api/cabinet/") -> Response:
        """Go through the mock provider's form as a person would, and come back."""
        return self.get(self.way_back(subject, to=to))


def tell(issuer: str, subject: str, claims: Mapping[str, object]) -> None:
    """Let the mock provider tell this of a person."""
    httpx.put(f"{issuer}/users/{subject}", json=claims).raise_for_status()


def bring_list(installation: Installation, *people: Mapping[str, str]) -> Scene:
    """A voter list of these people, published: its entries and stations can be asked for."""
    scene = Scene(installation.folder, installation.store)
    scene.registers.versions.append({"s0": "1001", "s1": "1002"})
    scene.bring(people)
    publish_entries(installation, scene)
    return scene


def publish_entries(installation: Installation, scene: Scene) -> None:
    """Index the newest version of the list, as publishing it does."""
    voters = installation.folder / "voters"
    made = [(one.number, voters / "lists" / one.folder / "voters.parquet") for one in scene.reader.made()]
    index_entries(voters / "entries", made, NAMES)
    if not (voters / "finder").is_dir():
        indexed(voters / "finder")


def aida(**cells: str) -> dict[str, str]:
    """The row of the population register that is Aida's."""
    told = {
        "person": "P-AIDA", "pin": AIDA["pin"], "surname": "Асанова", "name": "Аида", "patronymic": "Бакытовна",
        "birth_date": "1990-01-01", "sex": "f", "settlement": "s0", "street": "көч. Манас", "house": "12", "flat": "3",
        "disability": "no",
    }  # fmt: skip
    return row(1, **{**told, **cells})


def official(
    subject: str, commission: str, role: Role, installation: Installation
) -> tuple[str, tuple[Appointment, ...]]:
    """Somebody whom a commission has appointed, ready to act."""
    one = give(installation, "https://staff.example", subject, commission, role)
    installation.registry.follow(installation.store)
    return one.person, (one,)
