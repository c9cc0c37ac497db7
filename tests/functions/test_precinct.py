"""The table at the precinct: applications from paper, identification, slips, the register for the administrator."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from functions.intake.refusal_counter import RefusalCounter
from functions.routers import make_router
from functions.staff.cookies import SESSION, CookieSigner
from functions.web import Request, Response, Router
from shailoo.adapters.identification.simulator import SimulatedDevice
from shailoo.assembly import IdentificationSettings, Installation, save_settings
from shailoo.ids import StationNo
from shailoo.kinds import KINDS
from shailoo.model.case_calendar import CaseCalendar
from shailoo.model.refs import Role
from shailoo.records.case_code import case_of
from shailoo.records.note import SignedNote
from shailoo.usecases.appoint import person_of
from shailoo.usecases.case_desk import find_case
from tests.functions.browser import Browser, FixedClock, give
from tests.functions.case_scene import MORNING, OPEN, code_in
from tests.voting import SMALL

ISSUER = "https://id.example"
BASE = "/staff/precinct/small/1001"
VOTER, NEIGHBOUR = "20101199000017", "10101199000018"
PERSON = {
    "person_pin": VOTER, "person_surname": "Асанова", "person_name": "Айгүл", "person_birth": "1999-01-01",
    "person_phone": "+996 555 000000",
}  # fmt: skip
REMOTE = {"at": "1002", "channel": "paper"}
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


class Table:
    """A precinct's table: an installation, its router, a device, and whoever sits there."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.router: Router = make_router(installation, RefusalCounter())

    @property
    def device(self) -> SimulatedDevice:
        device = self.installation.identification
        assert isinstance(device, SimulatedDevice)
        return device

    def somebody(self, name: str, commission: str | None, role: Role = "precinct") -> Browser:
        browser = Browser(self.router)
        if commission is not None:
            give(self.installation, ISSUER, name, commission, role)
        cookies = CookieSigner(self.installation.session_secret, secure=False)
        session = cookies.write(SESSION, {"person": person_of(ISSUER, name)}, expires=int(time.time()) + 1000)
        browser.cookies[SESSION] = session
        browser.token = cookies.mark("form", session)
        return browser

    def enter(
        self,
        browser: Browser,
        kind: str = "remote-station",
        fields: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
        code: str | None = None,
    ) -> Response:
        """Fill in the form as a browser sends it."""
        address = f"{BASE}/new/{kind}"
        if code is None:
            found = re.search(r'name="code" value="([^"]+)"', browser.get(address).body.decode())
            assert found
            code = found[1]
        sent = {"token": browser.token, "code": code, **PERSON, **(REMOTE if fields is None else fields)}
        line = b"--edge\r\n"
        parts = [
            line + f'content-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in sent.items()
        ]
        parts += [
            line
            + f'content-disposition: form-data; name="{name}"; filename="<x>.png"\r\n'.encode()
            + b"content-type: application/octet-stream\r\n\r\n"
            + data
            + b"\r\n"
            for name, data in (files or {}).items()
        ]
        headers = {
            "content-type": "multipart/form-data; boundary=edge",
            "cookie": f"{SESSION}={browser.cookies[SESSION]}",
            "accept-language": browser.language,
        }
        return self.router.handle(Request("POST", address, {}, headers, b"".join(parts) + b"--edge--\r\n"))

    def status(self, code: str) -> str:
        return find_case(case_of(code), self.installation.case_desk).status.name

    def number(self, code: str) -> int:
        return find_case(case_of(code), self.installation.case_desk).number


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Installation.create(tmp_path / "i", [SMALL])
    calendar = CaseCalendar(windows=dict.fromkeys(KINDS, OPEN), marks={"lists-close": date(2025, 5, 27)})
    changes = {"cases": {"small": calendar}, "identification": IdentificationSettings(url="simulated")}
    save_settings(made.folder, made.settings.model_copy(update=changes))
    made.close()
    with replace(Installation.open(made.folder), clock=FixedClock(MORNING)) as opened:
        yield Table(opened)


@pytest.fixture
def operator(table: Table) -> Browser:
    return table.somebody("operator", "pec-1001")


def words(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_from_paper_to_a_coupon_to_the_device_to_a_printed_receipt(table: Table, operator: Browser) -> None:
    entered = table.enter(operator)
    assert entered.status == 200, entered.body.decode()
    code = code_in(entered)
    coupon = operator.post(f"{BASE}/coupon", {"code": code, "paper": "80mm"})
    assert coupon.header("content-type") == "application/pdf"
    assert code in words(coupon.body)
    case = f"{BASE}/cases/{table.number(code)}"
    page = operator.get(case).body.decode()
    assert "Асанова" in page
    assert "Identify the voter" in page
    assert code not in page
    receipt = table.device.recognise(StationNo("1001"), VOTER, MORNING)
    assert operator.post(case, {"act": "identify", "seen": "0"}).status == 303
    assert table.status(code) == "received"
    slip = words(operator.get(f"{case}/slip?paper=80mm").body)
    assert receipt.number in slip.replace("\n", "")
    assert VOTER not in slip
    assert "Асанова" in slip
    assert code not in slip


def test_the_register_shows_number_name_date_status_and_print(table: Table, operator: Browser) -> None:
    code = code_in(table.enter(operator))
    before = operator.get(BASE).body.decode()
    assert "Асанова Айгүл" in before
    assert "Waits until you are identified" in before
    assert "/slip" not in before
    table.device.recognise(StationNo("1001"), VOTER, MORNING)
    operator.post(f"{BASE}/cases/{table.number(code)}", {"act": "identify", "seen": "0"})
    after = operator.get(BASE).body.decode()
    assert "/slip?paper=80mm" in after
    assert "on paper" in after


def test_the_same_form_again_is_one_application(table: Table, operator: Browser) -> None:
    first = table.enter(operator)
    code = code_in(first)
    assert code_in(table.enter(operator, code=code)) == code
    table.installation.case_index.follow(table.installation.store)
    assert len(table.installation.case_index) == 1


def test_all_faults_are_told_at_once_and_nothing_typed_is_lost(table: Table, operator: Browser) -> None:
    page = table.enter(operator, fields={"person_pin": "123", "at": "x", "channel": "telephone"})
    text = page.body.decode()
    assert page.status == 422
    assert "A PIN has 14 digits." in text
    assert "The number of a station has four digits." in text
    assert 'value="Асанова"' in text
    assert '<option value="telephone" selected>' in text


def test_a_passport_stands_beside_the_application_and_nothing_in_it_runs(table: Table, operator: Browser) -> None:
    house = {"settlement": "bishkek", "street": "Чүй", "house": "12a", "channel": "paper"}
    entered = table.enter(operator, "voter-missing", house, {"passport": PNG})
    code = code_in(entered)
    case = f"{BASE}/cases/{table.number(code)}"
    address = re.search(rf'<img src="({case}/papers/[0-9a-f]{{64}})"', operator.get(case).body.decode())
    assert address
    paper = table.router.handle(Request("GET", address[1], {}, {"cookie": f"{SESSION}={operator.cookies[SESSION]}"}))
    assert paper.body == PNG
    assert paper.header("content-security-policy") == "sandbox; default-src 'none'"
    assert paper.header("cache-control") == "no-store"


def test_what_is_no_picture_is_refused(table: Table, operator: Browser) -> None:
    house = {"settlement": "bishkek", "street": "Чүй", "house": "12a", "channel": "paper"}
    page = table.enter(operator, "voter-missing", house, {"passport": b"<html><script>alert(1)</script>"})
    assert page.status == 422
    assert not list(table.installation.store.feed(0))[1:]


def test_a_neighbour_before_the_device_changes_nothing_and_the_page_says_why(table: Table, operator: Browser) -> None:
    code = code_in(table.enter(operator))
    table.device.recognise(StationNo("1001"), NEIGHBOUR, MORNING)
    page = operator.post(f"{BASE}/cases/{table.number(code)}", {"act": "identify", "seen": "0"})
    assert page.status == 422
    assert "The device recognised another person than the applicant." in page.body.decode()
    assert table.status(code) == "to-identify"


def test_two_officials_and_the_passport_where_the_device_is_silent(table: Table, operator: Browser) -> None:
    code = code_in(table.enter(operator))
    case = f"{BASE}/cases/{table.number(code)}"
    table.device.down = True
    assert operator.post(case, {"act": "identify", "seen": "0"}).status == 503
    passport = {"act": "identify-by-passport", "seen": "0", "passport_seen": "yes", "cause": "device-down"}
    assert operator.post(case, passport).status == 303
    assert table.status(code) == "to-identify"
    page = operator.get(case).body.decode()
    assert "another official of your commission confirms it" in page
    assert 'value="confirm"' not in page
    assert operator.post(case, {"act": "confirm", "seen": "1"}).status == 403
    second = table.somebody("second", "pec-1001")
    assert 'value="confirm"' in second.get(case).body.decode()
    assert second.post(case, {"act": "confirm", "seen": "1"}).status == 303
    assert table.status(code) == "received"
    assert "The device does not work" in words(second.get(f"{case}/slip?paper=a4").body)


def test_without_an_identification_there_is_no_receipt_of_one(table: Table, operator: Browser) -> None:
    code = code_in(table.enter(operator))
    case = f"{BASE}/cases/{table.number(code)}"
    operator.post(case, {"act": "lapse", "seen": "0", "reason": "nobody came"})
    assert table.status(code) == "lapsed"
    assert operator.get(f"{case}/slip").status == 404


ABOVE = {"precinct", "territorial", "district", "central"}
ADMITTED: dict[tuple[str, str], tuple[set[str], int]] = {
    ("GET", "/staff/precinct/{election}"): ({*ABOVE, "other precinct", "auditor"}, 200),
    ("GET", "/staff/precinct/{election}/registers/{commission}"): ({"territorial", "central"}, 200),
    ("GET", "/staff/precinct/{election}/registers/{commission}/{format}"): ({"territorial", "central"}, 200),
    ("GET", "/staff/precinct/{election}/{station}"): (ABOVE, 200),
    ("GET", "/staff/precinct/{election}/{station}/new"): (ABOVE, 200),
    ("GET", "/staff/precinct/{election}/{station}/new/{kind}"): (ABOVE, 200),
    ("POST", "/staff/precinct/{election}/{station}/new/{kind}"): (ABOVE, 422),  # an empty form
    ("POST", "/staff/precinct/{election}/{station}/coupon"): (ABOVE, 200),
    ("GET", "/staff/precinct/{election}/{station}/cases/{number}"): (ABOVE, 200),
    ("POST", "/staff/precinct/{election}/{station}/cases/{number}"): ({"precinct"}, 303),
    ("GET", "/staff/precinct/{election}/{station}/cases/{number}/papers/{sha256}"): (ABOVE, 200),
    ("GET", "/staff/precinct/{election}/{station}/cases/{number}/slip"): (ABOVE, 404),  # nobody was identified yet
}
PEOPLE: dict[str, tuple[str | None, Role]] = {
    "precinct": ("pec-1001", "precinct"),
    "other precinct": ("pec-5001", "precinct"),
    "territorial": ("tec-1", "territorial"),
    "district": ("dec-01", "district"),
    "central": ("cec", "central"),
    "auditor": ("cec", "auditor"),
    "nobody": (None, "precinct"),
}


def test_the_table_above_names_every_route_of_the_precinct(table: Table) -> None:
    known = {(one.method, one.template) for one in table.router.routes if one.template.startswith("/staff/precinct")}
    assert known == ADMITTED.keys()


@pytest.mark.parametrize("who", PEOPLE)
def test_each_route_admits_whom_it_names_and_nobody_else(table: Table, operator: Browser, who: str) -> None:
    house = {"settlement": "bishkek", "street": "Чүй", "house": "12a", "channel": "paper"}
    code = code_in(table.enter(operator, "voter-missing", house, {"passport": PNG}))
    standing = find_case(case_of(code), table.installation.case_desk)
    parts = {
        "election": "small", "station": "1001", "commission": "tec-1", "format": "csv", "kind": "voter-missing",
        "number": standing.number, "sha256": standing.filed.documents[0].original,
    }  # fmt: skip
    browser = table.somebody(who, *PEOPLE[who])
    table.device.recognise(StationNo("1001"), VOTER, MORNING)
    for (method, template), (admitted, status) in sorted(ADMITTED.items(), key=lambda one: one[0][0]):
        address = template.format(**parts)
        if method == "GET":
            answer = browser.get(address)
        elif template.endswith("{kind}"):
            answer = table.enter(browser, "voter-missing", {"person_pin": "1"}, code="AAAAA-AAAAA-AAAAA-AAAAA")
        else:
            answer = browser.post(address, {"code": code, "act": "identify", "seen": "0"})
        assert answer.status == (status if who in admitted else 403), (method, template)


@pytest.mark.parametrize("who", ["pec-5001", "nobody", "auditor"])
def test_another_commission_sees_and_does_nothing_here(table: Table, operator: Browser, who: str) -> None:
    code = code_in(table.enter(operator))
    commission, role = {"auditor": ("cec", "auditor"), "nobody": (None, "precinct")}.get(who, (who, "precinct"))
    other = table.somebody(f"other {who}", commission, role)  # type: ignore[arg-type]  # roles of the table above
    case = f"{BASE}/cases/{table.number(code)}"
    for address in (BASE, f"{BASE}/new", f"{BASE}/new/remote-station", case, f"{case}/slip"):
        assert other.get(address).status == 403, address
    for address in (case, f"{BASE}/coupon"):
        assert other.post(address, {"code": code, "act": "identify", "seen": "0"}).status == 403, address
    assert table.enter(other, code="AAAAA-AAAAA-AAAAA-AAAAA").status == 403
    for commission in ("pec-1001", "tec-1", "cec"):
        assert other.get(f"/staff/precinct/small/registers/{commission}/csv").status == 403, commission


def test_no_other_site_enters_an_application(table: Table, operator: Browser) -> None:
    operator.token = "made elsewhere"
    assert table.enter(operator, code="AAAAA-AAAAA-AAAAA-AAAAA").status == 403


def test_a_case_of_another_station_is_not_shown_under_this_one(table: Table, operator: Browser) -> None:
    code = code_in(table.enter(operator))
    central = table.somebody("central", "cec", "central")
    number = table.number(code)
    assert central.get(f"{BASE}/cases/{number}").status == 200
    assert central.get(f"/staff/precinct/small/1002/cases/{number}").status == 404
    assert central.post("/staff/precinct/small/1002/coupon", {"code": code}).status == 404


def test_the_territorial_administrator_takes_over_a_register_that_the_commission_has_signed(
    table: Table, operator: Browser
) -> None:
    codes = [code_in(table.enter(operator)) for _ in range(3)]
    table.device.recognise(StationNo("1001"), VOTER, MORNING)
    operator.post(f"{BASE}/cases/{table.number(codes[0])}", {"act": "identify", "seen": "0"})
    administrator = table.somebody("administrator", "tec-1", "territorial")
    books = "/staff/precinct/small/registers/tec-1"
    data = administrator.get(f"{books}/csv").body
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    assert [row["status"] for row in rows] == ["received", "to-identify", "to-identify"]
    assert rows[0]["identification"] == "1001-000001"
    note = SignedNote.parse(administrator.get(f"{books}/note").body)
    note.verify(table.installation.receipt_verifier)
    assert "cases: 3\n" in note.text
    assert "status remote-station/received: 1\nstatus remote-station/to-identify: 2\n" in note.text
    assert "Асанова" not in note.text
    pdf = words(administrator.get(f"{books}/pdf").body)
    assert pdf.count("Асанова") == 3
    digest = re.search(r"sha256: ([0-9a-f]{64})", note.text)
    assert digest
    assert digest[1] in pdf.replace("\n", "")
    assert operator.get(f"{books}/csv").status == 403


def test_a_cell_that_a_spreadsheet_would_calculate_is_text(table: Table, operator: Browser) -> None:
    table.enter(operator, fields={**REMOTE, "person_surname": "=cmd()"})
    data = operator.get("/staff/precinct/small/registers/pec-1001/csv").body.decode()
    assert "'=cmd()" in data


def test_more_than_ten_people_in_one_house_are_a_note_and_no_refusal(table: Table, operator: Browser) -> None:
    house = {"settlement": "bishkek", "street": "Чүй", "house": "12a", "channel": "paper"}
    for count in range(11):
        assert "Internal note" not in operator.get(BASE).body.decode()
        street = "Чүй" if count % 2 else " чүй "
        sent = {**house, "street": street, "person_pin": f"2010119900{count:04}"}
        assert table.enter(operator, "voter-missing", sent).status == 200
    page = operator.get(BASE).body.decode()
    assert "11 people name one house" in page
    assert "no ground for refusing" in page
    feed = b"".join(entry.body for entry in table.installation.store.feed(0))
    assert "Чүй".encode() not in feed


def test_one_person_who_applies_often_is_no_crowd(table: Table, operator: Browser) -> None:
    house = {"settlement": "bishkek", "street": "Чүй", "house": "12a", "channel": "paper"}
    for _ in range(12):
        table.enter(operator, "voter-missing", house)
    assert "Internal note" not in operator.get(BASE).body.decode()


@pytest.mark.parametrize("paper", ["80mm", "a4"])
def test_slips_are_tagged_have_a_language_and_the_same_bytes(table: Table, operator: Browser, paper: str) -> None:
    operator.language = "ky"
    code = code_in(table.enter(operator))
    form = {"code": code, "paper": paper}
    first = operator.post(f"{BASE}/coupon", form).body
    assert first == operator.post(f"{BASE}/coupon", form).body
    pdf = PdfReader(io.BytesIO(first))
    root: Any = pdf.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "ky"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    kinds = [one.get_object()["/S"] for one in root["/StructTreeRoot"]["/K"][0].get_object()["/K"]]
    assert kinds[0] == "/H1"
    assert "/Figure" in kinds
    assert {"/H1", "/P", "/Figure"} == set(kinds)
    width = float(pdf.pages[0].mediabox.width) * 25.4 / 72
    assert round(width) == (80 if paper == "80mm" else 210)
    assert len(pdf.pages) == 1
