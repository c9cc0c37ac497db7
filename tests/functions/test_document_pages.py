"""The commissions' pages of scanned documents: who sees what, sending whole and in parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from builder.copyist import Copyist, work
from functions.staff.cookies import SESSION, CookieSigner
from functions.staff.documents_view import address_of
from functions.web import Access, Request, Response
from shailoo.assembly import Installation
from shailoo.model.document import DocumentApproved, DocumentReceived, DocumentWithdrawn
from shailoo.model.record import read_record
from shailoo.usecases.appoint import person_of
from shailoo.usecases.document_desk import DocumentDesk, find_document
from shailoo.usecases.receive_document import receive_document
from tests.builder.copying import FakeMaker
from tests.functions.browser import Browser, FixedClock, give, router_of
from tests.functions.conftest import EVENING
from tests.functions.test_server import server
from tests.functions.test_staff import ISSUER, PEOPLE, first, page, signed_in
from tests.usecases.papers import AIDA, NIGHT, PDF, PROTOCOL
from tests.voting import SMALL

BOUNDARY = "x-y-z"
BIG = b"%PDF-1.7 " + bytes(2_500_000)
ABOVE = ("precinct", "territorial", "district", "central")
EVERYONE = ("precinct", "other precinct", "territorial", "district", "central")
STATUS: dict[tuple[str, str], dict[str, int]] = {
    # who is not named: 403
    ("GET", "/staff/documents/{election}"): dict.fromkeys(EVERYONE, 200),
    ("GET", "/staff/documents/{election}/{station}"): dict.fromkeys(ABOVE, 200),
    ("POST", "/staff/documents/{election}/{station}"): dict.fromkeys(ABOVE, 303),
    ("GET", "DOCUMENT"): dict.fromkeys(ABOVE, 200),
    ("GET", "DOCUMENT/{version}/{page}"): dict.fromkeys(ABOVE, 200),
    ("POST", "DOCUMENT/blackout"): dict.fromkeys(ABOVE, 303),
    ("POST", "DOCUMENT/approval"): dict.fromkeys(ABOVE, 303),
    ("POST", "DOCUMENT/withdrawal"): dict.fromkeys(ABOVE, 303),
    ("POST", "/staff/uploads"): dict.fromkeys(ABOVE, 200),
    # an upload is its owner's: to everybody appointed it is unknown, to everybody else closed
    ("GET", "/staff/uploads/{upload}"): dict.fromkeys((*EVERYONE, "auditor"), 404),
    ("PUT", "/staff/uploads/{upload}/{part}"): dict.fromkeys((*EVERYONE, "auditor"), 404),
    ("POST", "/staff/uploads/{upload}/complete"): dict.fromkeys((*EVERYONE, "auditor"), 404),
}
DOCUMENT = "/staff/document/{election}/{station}/{kind}/{part}/{original}"


def copied(installation: Installation) -> DocumentReceived:
    """A protocol of station 1001 whose copy waits for approval."""
    installation.registry.follow(installation.store)
    desk = router_desk(installation)
    document = receive_document(PROTOCOL, PDF, desk, AIDA, now=NIGHT)
    copy_all(installation)
    return document


def router_desk(installation: Installation) -> DocumentDesk:
    return DocumentDesk(installation.registry, installation.grouped, installation.objects)


def copy_all(installation: Installation, make: FakeMaker | None = None) -> None:
    work(Copyist(installation.store, installation.objects, FixedClock(EVENING), make or FakeMaker()))


def send(browser: Browser, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Response:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    every = {"cookie": cookie, "accept-language": "en", **headers}
    return browser.router.handle(Request(method, path, {}, every, body))


def file_form(browser: Browser, path: str, paper: str, data: bytes, token: str | None = None) -> Response:
    fields = {"token": browser.token if token is None else token, "paper": paper}
    body = b"".join(
        f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    head = 'content-disposition: form-data; name="file"; filename="x.exe"\r\ncontent-type: text/html'
    body += f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
    return send(browser, "POST", path, body, {"content-type": f"multipart/form-data; boundary={BOUNDARY}"})


def in_json(browser: Browser, method: str, path: str, asked: object, token: str | None = None) -> Response:
    body = asked if isinstance(asked, bytes) else json.dumps(asked).encode()
    return send(browser, method, path, body, {"x-form-token": browser.token if token is None else token})


def asked_for(data: bytes, paper: str = "protocol/pr") -> dict[str, object]:
    return {
        "election": "small", "station": "1001", "paper": paper,
        "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip


def call(browser: Browser, method: str, template: str, document: DocumentReceived, pdf: str) -> Response:
    path = template.replace("DOCUMENT", address_of(document)).replace("{election}", "small")
    path = path.replace("{station}", "1001").replace("{version}", "1").replace("{page}", "2")
    path = path.replace("{upload}", "0" * 32).replace("{part}", "1")
    if method == "GET":
        return browser.get(path) if not template.endswith("{page}") else send(browser, "GET", path, b"", {})
    if "uploads" in path:
        return in_json(browser, method, path, asked_for(PDF + b"2"))
    if template.startswith("/staff/documents"):
        return file_form(browser, path, "protocol/pr", PDF + b"2")
    form = {"version": "1", "pdf": pdf, "reason": "A page is missing.", "areas": "1,0,0,100,100"}
    return browser.post(path, form)


@pytest.mark.parametrize("who", [*PEOPLE, "stranger"])
@pytest.mark.parametrize(("method", "template"), STATUS)
def test_each_route_admits_whom_it_names_and_nobody_else(
    installation: Installation, method: str, template: str, who: str
) -> None:
    document = copied(installation)
    standing = find_document(document, installation.store)
    assert standing is not None
    browser = signed_in(installation, who)
    before = installation.store.last()
    response = call(browser, method, template, document, standing.copies[1].pdf)
    if who == "stranger":
        sends = method == "GET" and "uploads" not in template
        assert response.status == (303 if sends else 401)
    else:
        assert response.status == STATUS[(method, template)].get(who, 403), response.body
    assert installation.store.last() - before == int(method == "POST" and response.status == 303 and who != "stranger")


def test_the_table_above_names_every_route_of_documents(installation: Installation) -> None:
    named = {(method, template.replace("DOCUMENT", DOCUMENT)) for method, template in STATUS}
    wanted = {
        (route.method, route.template)
        for route in router_of(installation).routes
        if ("document" in route.template or "upload" in route.template) and route.access is not Access.ANYONE
    }
    assert wanted == named


def test_a_paper_goes_its_whole_way_through_plain_forms(installation: Installation) -> None:
    aida, tec = signed_in(installation, "precinct"), signed_in(installation, "territorial")
    owed = page(aida.get("/staff/documents/small/1001"))
    before = len(owed.css("ul.plain a"))
    sent = file_form(aida, "/staff/documents/small/1001", "protocol/pr", PDF)
    assert sent.status == 303
    address = sent.header("location") or ""
    assert "the copy is being made" in aida.get(address).body.decode()
    assert len(page(aida.get("/staff/documents/small/1001")).css("ul.plain a")) == before - 1
    copy_all(installation)
    mine = page(aida.get(address))
    assert "Another member approves it." in mine.text()
    assert not mine.css("form[action$=approval]")
    sides = {"x-1": "10", "y-1": "20,5", "width-1": "30", "height-1": "1.25"}
    marked = aida.post(f"{address}/blackout", {"version": "1", **sides})
    assert marked.status == 303
    copy_all(installation)
    assert "1001 · Protocol" in tec.get("/staff/documents/small").body.decode()
    theirs = tec.get(address)
    form = {
        one.attributes["name"] or "": one.attributes["value"] or ""
        for one in page(theirs).css("form[action$=approval] input")
    }
    assert form["version"] == "2"
    assert tec.post(f"{address}/approval", form).status == 303
    records = [read_record(entry.body) for entry in installation.store.feed(0)]
    [approved] = [one for one in records if isinstance(one, DocumentApproved)]
    assert (approved.version, approved.commission) == (2, "tec-1")
    shown = tec.get(address).body.decode()
    assert "State: approved" in shown
    assert approved.person not in shown
    assert aida.post(f"{address}/withdrawal", {"reason": "Wrong <station>."}).status == 303
    after = aida.get(address).body.decode()
    assert "Wrong &lt;station&gt;." in after
    assert "<img" not in after
    assert any(isinstance(read_record(entry.body), DocumentWithdrawn) for entry in installation.store.feed(0))


def test_a_page_image_is_the_copys_is_never_cached_and_goes_with_the_document(installation: Installation) -> None:
    address = address_of(copied(installation))
    browser = signed_in(installation, "territorial")
    image = send(browser, "GET", f"{address}/1/2", b"", {})
    assert (image.status, image.header("content-type"), image.header("cache-control")) == (
        200,
        "image/jpeg",
        "no-store",
    )
    assert image.body.startswith(b"2 of ")
    for wrong in ("1/3", "1/0", "2/1", "x/1", "1/99999"):
        assert send(browser, "GET", f"{address}/{wrong}", b"", {}).status == 404
    browser.post(f"{address}/withdrawal", {"reason": "Not ours."})
    assert send(browser, "GET", f"{address}/1/1", b"", {}).status == 404


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_what_cannot_be_read_comes_back_with_advice_in_the_language_of_the_page(
    installation: Installation, language: str
) -> None:
    desk = router_desk(installation)
    document = receive_document(PROTOCOL, PDF, desk, AIDA, now=NIGHT)
    copy_all(installation, FakeMaker(frozenset({PDF})))
    browser = signed_in(installation, "precinct")
    browser.language = language
    said = first(browser.get(address_of(document)), ".error p").text()
    assert said.startswith({"ky": "Файл бузулган", "ru": "Файл повреждён", "en": "The file is damaged"}[language])


def test_the_same_file_for_another_station_is_told_without_blame(installation: Installation) -> None:
    signed_in(installation, "central")
    document = copied(installation)
    central = signed_in(installation, "central")
    file_form(central, "/staff/documents/small/1002", "protocol/pr", PDF)
    assert "The same file was also received for station 1002" in central.get(address_of(document)).body.decode()


@pytest.mark.parametrize(
    ("paper", "data", "status"),
    [
        ("protocol/pr", b"", 422),
        ("protocol/pr", b"PK\x03\x04 word/", 422),
        ("protocol/smd-2", PDF, 422),
        ("protocol/../x", PDF, 422),
        ("king", PDF, 422),
        ("", PDF, 422),
    ],
)
def test_a_file_that_is_refused_is_told_beside_the_form_and_not_kept(
    installation: Installation, paper: str, data: bytes, status: int
) -> None:
    browser = signed_in(installation, "precinct")
    before = installation.store.last()
    response = file_form(browser, "/staff/documents/small/1001", paper, data)
    assert response.status == status
    assert page(response).css_first("[role=alert]")
    assert installation.store.last() == before


def test_a_form_that_another_site_made_does_nothing(installation: Installation) -> None:
    document = copied(installation)
    browser = signed_in(installation, "territorial")
    before = installation.store.last()
    for token in ("", "forged", signed_in(installation, "precinct").token):
        assert file_form(browser, "/staff/documents/small/1001", "protocol/pr", PDF, token).status == 403
        assert in_json(browser, "POST", "/staff/uploads", asked_for(PDF), token).status == 403
        for what in ("blackout", "approval", "withdrawal"):
            assert browser.post(f"{address_of(document)}/{what}", {"reason": "None."}, token=token).status == 403
    assert installation.store.last() == before + 1  # the precinct's appointment


@pytest.mark.parametrize(
    "form",
    [
        {"areas": "1,0,0,1"},
        {"areas": "1,0,0,x,1"},
        {"areas": "1,0,0,0,1"},
        {"x-1": "1"},
        {"x-1": "NaN", "y-1": "1", "width-1": "1", "height-1": "1"},
        {"x-1": "1e999999", "y-1": "1", "width-1": "1", "height-1": "1"},
        {"x-1": "-1", "y-1": "1", "width-1": "1", "height-1": "1"},
        {"x-9": "1", "y-9": "1", "width-9": "1", "height-9": "1"},
        {"x-": "1"},
        {},
    ],
)
def test_an_area_that_cannot_be_is_told_and_not_marked(installation: Installation, form: dict[str, str]) -> None:
    document = copied(installation)
    browser = signed_in(installation, "territorial")
    response = browser.post(f"{address_of(document)}/blackout", {"version": "1", **form})
    assert (response.status, first(response, "dd, .error p").text() != "") == (422, True)
    standing = find_document(document, installation.store)
    assert standing is not None
    assert standing.wanted == 1


def test_a_file_comes_in_parts_after_a_break_and_is_one_document(installation: Installation) -> None:
    browser = signed_in(installation, "precinct")
    asked = asked_for(BIG)
    begun = json.loads(in_json(browser, "POST", "/staff/uploads", asked).body)
    assert (begun["part_bytes"], begun["parts"], begun["addresses"]) == (1 << 20, [], {})
    upload = f"/staff/uploads/{begun['upload']}"
    assert in_json(browser, "PUT", f"{upload}/2", BIG[1 << 20 : 2 << 20]).status == 200
    assert in_json(browser, "PUT", f"{upload}/1", b"short").status == 422
    assert in_json(browser, "POST", f"{upload}/complete", asked).status == 409
    again = json.loads(in_json(browser, "POST", "/staff/uploads", asked).body)
    assert (again["upload"], again["parts"]) == (begun["upload"], [2])
    assert in_json(signed_in(installation, "central"), "GET", upload, b"").status == 404
    for number in (1, 3):
        in_json(browser, "PUT", f"{upload}/{number}", BIG[(number - 1) << 20 : number << 20])
    done = json.loads(in_json(browser, "POST", f"{upload}/complete", asked).body)
    assert done["document"].endswith(f"/small/1001/protocol/pr/{asked['sha256']}")
    assert json.loads(in_json(browser, "POST", "/staff/uploads", asked).body) == done
    assert json.loads(in_json(browser, "GET", upload, b"").body)["code"] == "no-such-upload"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"bytes": 0}, 422),
        ({"bytes": 30 << 20}, 413),
        ({"sha256": "x"}, 422),
        ({"station": "5001", "paper": "protocol/smd-2"}, 403),
        ({"paper": "annex/pr-99"}, 422),
        ({"more": 1}, 422),
    ],
)
def test_an_upload_that_could_not_be_received_is_not_begun(
    installation: Installation, change: dict[str, object], status: int
) -> None:
    browser = signed_in(installation, "precinct")
    assert in_json(browser, "POST", "/staff/uploads", asked_for(PDF) | change).status == status
    assert not (installation.folder / "uploads").exists()


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
@pytest.mark.parametrize("path", ["/staff/documents/small", "/staff/documents/small/1001", "DOCUMENT"])
def test_every_page_is_plain_labelled_and_allows_only_our_script(
    installation: Installation, path: str, language: str
) -> None:
    address = path.replace("DOCUMENT", address_of(copied(installation)))
    browser = signed_in(installation, "central")
    browser.language = language
    response = browser.get(address)
    shown = LexborHTMLParser(response.body.decode())
    assert response.status == 200
    assert not shown.css("style, [style], [onclick], [onsubmit]")
    assert [one.attributes.get("src") for one in shown.css("script")] in ([], ["/staff/documents.js"])
    for control in shown.css("main input:not([type=hidden]), main select, main textarea"):
        assert control.parent is not None
        assert control.parent.tag == "label"
    assert all(image.attributes.get("alt") for image in shown.css("img"))
    assert "'unsafe" not in (response.header("content-security-policy") or "")
    assert response.header("cache-control") == "no-store"


def test_only_whom_a_route_admits_may_send_a_large_body(tmp_path: Path) -> None:
    with Installation.create(tmp_path / "i", [SMALL]) as installation:
        give(installation, ISSUER, "aida", "pec-1001", "precinct")
        cookies = CookieSigner(installation.session_secret, secure=False)
    session = cookies.write(SESSION, {"person": person_of(ISSUER, "aida")}, expires=1 << 40)
    token = cookies.mark("form", session)
    with server(tmp_path / "i") as (client, _):
        address = "/staff/documents/small/1001"
        files = {"file": ("scan.pdf", BIG)}
        data = {"token": token, "paper": "protocol/pr"}
        assert client.post(address, files=files, data=data).status_code == 401
        signed = httpx.Client(base_url=client.base_url, cookies={SESSION: session}, trust_env=False)
        assert signed.post(address, files={"file": ("x", bytes(21 << 20))}, data=data).status_code == 413
        assert signed.post(address, files=files, data=data).status_code == 303
        answer = signed.put(f"/staff/uploads/{'0' * 32}/1", content=bytes(5 << 20), headers={"x-form-token": token})
        assert answer.status_code == 404
        too_much = signed.put(f"/staff/uploads/{'0' * 32}/1", content=bytes((5 << 20) + 1))
        assert (too_much.status_code, too_much.json()["code"]) == (413, "document-too-large")
        signed.close()
