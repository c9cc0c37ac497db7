"""nginx answers as the local server does: the same headers for every file, and the doors behind it unchanged."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from functions.client_address import client_address
from functions.server import LARGEST_FILE_FORM, LARGEST_FORM
from functions.static_files import PORTALS, SECURITY, StaticFiles
from shailoo.adapters.town.front_door import BadPolicy, fill, policies
from shailoo.cli.town_served import served
from shailoo.records.seal import LARGEST
from shailoo.rules.cache_classes import cache_class, content_type
from shailoo.rules.upload_parts import MOST_PART
from shailoo.town import compress_public
from tests.town.machine import HOST, Machine, debian, town_machine

COMPARED = (
    "cache-control", "content-type", "content-encoding", "content-security-policy", "access-control-allow-origin",
    "vary", "location", "allow", *(name for name, _ in SECURITY),
)  # fmt: skip
HSTS = "strict-transport-security"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with town_machine(tmp_path_factory.mktemp("town")) as one:
        yield one


@pytest.fixture(scope="module")
def reader(machine: Machine) -> Iterator[httpx.Client]:
    with machine.client() as one:
        yield one


def compared(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in COMPARED if name in headers}


def local(
    machine: Machine, path: str, headers: Mapping[str, str], method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    answer = StaticFiles(machine.folder / "public").answer(method, path, headers)
    known = {name for name, _ in answer.headers}
    return (
        answer.status,
        compared({**dict(s for s in SECURITY if s[0] not in known), **dict(answer.headers)}),
        answer.body,
    )


def every_path(machine: Machine) -> list[str]:
    """One address for each file of the public folder; folders stand for their pages."""
    public = machine.folder / "public"
    files = sorted(path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file())
    return [f"/{path.removesuffix('index.html')}" for path in files if not path.endswith(".gz")]


@pytest.mark.parametrize("accepts", ["gzip", "identity"])
def test_every_file_has_the_headers_and_bytes_of_the_local_server(
    machine: Machine, reader: httpx.Client, accepts: str
) -> None:
    paths = every_path(machine)
    assert len(paths) > 150
    wrong = []
    for path in paths:
        answer = reader.get(path, headers={"accept-encoding": accepts})
        status, headers, body = local(machine, path, {"accept-encoding": accepts})
        body = gzip.decompress(body) if "content-encoding" in headers else body
        if (answer.status_code, compared(answer.headers), answer.content) != (status, headers, body):
            wrong.append((path, compared(answer.headers), headers))
        name = f"{path}index.html" if path.endswith("/") else path
        if (answer.headers["cache-control"], answer.headers["content-type"]) != (cache_class(name), content_type(name)):
            wrong.append((name, compared(answer.headers), {}))
        assert HSTS in answer.headers
    assert wrong == []


@pytest.mark.parametrize(
    "path",
    [
        "/", "/Q", "/Q/", "/q/", "/results", "/results/ky", "/results/ky/nowhere/", "/results/ru/nowhere.json",
        "/tizme/x/", "/results/zz/",
        "/talapker/en/nothing", "/nowhere", "/nowhere/x.json", "/results//ky/", "/results/.hidden",
        "/results/ky/.git/x",
        "/results/log/tile/", "/results/data/", f"/results/{'x' * 201}/", "/.well-known/x",
    ],
)  # fmt: skip
def test_what_is_elsewhere_missing_or_not_allowed_is_told_as_the_local_server_tells_it(
    machine: Machine, reader: httpx.Client, path: str
) -> None:
    answer = reader.get(path, headers={"accept-encoding": "identity"})
    status, headers, body = local(machine, path, {"accept-encoding": "identity"})
    assert answer.status_code == status
    if status == 404:
        assert (answer.content, compared(answer.headers)) == (body, headers)
    else:
        assert headers.items() <= compared(answer.headers).items()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_file_is_only_read(machine: Machine, reader: httpx.Client, method: str) -> None:
    answer = reader.request(method, "/results/ky/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert all(answer.headers[name] == value for name, value in SECURITY)


@pytest.mark.parametrize("accepts", ["gzip", "identity"])
@pytest.mark.parametrize("path", ["/results/ky/", "/results/csp.json", "/results/log/checkpoint"])
def test_who_has_the_newest_is_told_so_with_the_same_headers(
    machine: Machine, reader: httpx.Client, path: str, accepts: str
) -> None:
    first = reader.get(path, headers={"accept-encoding": accepts})
    asked = {"accept-encoding": accepts, "if-none-match": first.headers["etag"]}
    again = reader.get(path, headers=asked)
    assert (again.status_code, again.content) == (304, b"")
    _, wanted, _ = local(machine, path, {"accept-encoding": accepts})
    del wanted["content-type"]
    wanted.pop("content-encoding", None)
    assert compared(again.headers) == wanted


def test_a_page_that_was_replaced_is_sent_anew(machine: Machine, reader: httpx.Client) -> None:
    place = machine.folder / "public/results/ky/replaced.html"
    place.write_text("<p>412")
    first = reader.get("/results/ky/replaced.html")
    beside = place.with_suffix(".new")
    beside.write_text("<p>413")
    os.utime(beside, (place.stat().st_mtime + 1, place.stat().st_mtime + 1))
    beside.replace(place)
    again = reader.get("/results/ky/replaced.html", headers={"if-none-match": first.headers["etag"]})
    place.unlink()
    assert (again.status_code, again.text) == (200, "<p>413")


def test_what_never_changes_lies_there_compressed_and_nothing_else_does(machine: Machine, reader: httpx.Client) -> None:
    public = machine.folder / "public"
    made, _ = compress_public(machine.folder, served())
    zipped = sorted(public.rglob("*.gz"))
    assert made == len(zipped) > 5
    assert all(
        "immutable" in cache_class(f"/{one.relative_to(public).as_posix().removesuffix('.gz')}") for one in zipped
    )
    for one in zipped:
        path = f"/{one.relative_to(public).as_posix().removesuffix('.gz')}"
        answer = reader.get(path, headers={"accept-encoding": "gzip"})
        _, headers, body = local(machine, path, {"accept-encoding": "gzip"})
        assert (compared(answer.headers), answer.content) == (headers, gzip.decompress(body))
        assert answer.headers["content-length"] == str(one.stat().st_size)
    assert compress_public(machine.folder, served()) == (0, 0)
    (public / "results/assets/gone.0123456789ab.css.gz").write_bytes(b"")
    assert compress_public(machine.folder, served()) == (0, 1)
    for one in zipped:
        one.unlink()


def test_no_link_of_the_public_folder_is_followed_out_of_it(machine: Machine, reader: httpx.Client) -> None:
    link = machine.folder / "public/results/way-out.json"
    link.symlink_to(machine.folder / "settings.json")
    try:
        assert reader.get("/results/way-out.json").status_code == 404
    finally:
        link.unlink()


def test_the_doors_behind_answer_through_it_with_headers_of_their_own_only(reader: httpx.Client) -> None:
    health = reader.get("/api/health")
    assert health.json()["last"] >= 1
    for answer in (health, reader.get("/staff/"), reader.get("/api/nowhere")):
        assert all(answer.headers.get_list(name) == [value] for name, value in SECURITY)
        assert answer.headers[HSTS]
        assert "access-control-allow-origin" not in answer.headers
        assert "content-encoding" not in answer.headers
    assert reader.get("/api/nowhere").json()["code"] == "no-such-page"
    refused = reader.post("/api/intake/small", content=b"nonsense")
    assert refused.status_code == 422
    assert reader.get("/staff").headers["location"] == "/staff/"


def test_the_intake_does_not_answer_for_the_commissions_nor_they_for_it(machine: Machine) -> None:
    with httpx.Client(trust_env=False) as inside:
        assert inside.get(f"http://{HOST}:{machine.ports['intake']}/staff/").status_code == 404
        assert inside.post(f"http://{HOST}:{machine.ports['staff']}/api/intake/small", content=b"x").status_code == 404


def test_applications_and_the_cabinet_answer_through_it_and_their_form_is_what_the_calendar_says(
    machine: Machine, reader: httpx.Client
) -> None:
    page = {"accept": "text/html"}
    kinds, cabinet = reader.get("/api/cases/", headers=page), reader.get("/api/cabinet/", headers=page)
    assert (kinds.status_code, "/api/cases/new/voter-missing" in kinds.text) == (200, True)
    assert cabinet.status_code in {200, 401}
    assert cabinet.headers["content-type"].startswith("text/html")
    for answer in (kinds, cabinet):
        assert all(answer.headers.get_list(name) == [value] for name, value in SECURITY)
        assert answer.headers[HSTS]
        assert "content-encoding" not in answer.headers
    with httpx.Client(trust_env=False) as inside:
        for part in ("intake", "staff"):
            for path in ("/api/cases/", "/api/cabinet/"):
                assert inside.get(f"http://{HOST}:{machine.ports[part]}{path}").status_code == 404
        assert inside.get(f"http://{HOST}:{machine.ports['cases']}/staff/").status_code == 404


def test_a_part_of_a_document_comes_through_and_the_cabinet_takes_forms_only(reader: httpx.Client) -> None:
    part = reader.put("/api/cases/uploads/x/1", content=b"x" * MOST_PART)
    assert part.status_code not in {413, 502}
    most = max(MOST_PART, LARGEST_FILE_FORM)
    assert reader.put("/api/cases/uploads/x/1", content=b"x" * (most + 1)).status_code == 413
    assert reader.post("/api/cabinet/x", content=b"x" * (LARGEST_FORM + 1)).status_code == 413


def test_who_files_and_who_follows_a_case_is_in_no_log(machine: Machine, reader: httpx.Client) -> None:
    for path in ("/api/cases/feed/0123456789abcdef", "/api/cabinet/cases/1", "/api/nowhere-else"):
        reader.get(path)
    for _ in range(100):  # a line is written after its answer has gone
        log = (machine.work / "access.log").read_text(encoding="utf-8")
        if "/api/nowhere-else" in log:
            break
        time.sleep(0.05)
    assert "/api/nowhere-else" in log
    assert "/api/cases/" not in log
    assert "/api/cabinet/" not in log


def test_the_largest_report_comes_through_and_a_larger_one_stops_at_the_door(reader: httpx.Client) -> None:
    assert reader.post("/api/intake/small", content=b"x" * LARGEST).status_code == 422
    assert reader.post("/api/intake/small", content=b"x" * (LARGEST + 1)).status_code == 413
    assert reader.post("/results/ky/", content=b"x" * 5000).status_code == 413


def test_a_plain_connection_is_led_to_an_encrypted_one_and_the_certificates_challenge_is_answered(
    machine: Machine,
) -> None:
    (machine.work / "acme/.well-known/acme-challenge/token").write_text("proof")
    with httpx.Client(
        base_url=f"http://{HOST}:{machine.http}", trust_env=False, headers={"host": "elections.town.kg"}
    ) as one:
        moved = one.get("/results/ky/?a=1")
        assert (moved.status_code, moved.headers["location"]) == (301, "https://elections.town.kg/results/ky/?a=1")
        assert one.get("/.well-known/acme-challenge/token").text == "proof"


def test_the_address_of_whoever_asks_is_told_whatever_they_claim(machine: Machine, reader: httpx.Client) -> None:
    heard: list[tuple[str, str]] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.client_address[0], self.headers["x-forwarded-for"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the base class's
            del format, args

    with HTTPServer((HOST, machine.ports["tizme"]), Door) as door:
        Thread(target=door.handle_request, daemon=True).start()
        answer = reader.post("/api/tizme/station", headers={"x-forwarded-for": "203.0.113.9, 198.51.100.7"})
    assert answer.status_code == 204
    ((peer, forwarded),) = heard
    assert (forwarded, client_address(peer, forwarded, proxies=1)) == (HOST, HOST)


def test_a_flood_from_one_address_is_held_back_and_no_address_is_written_down(
    machine: Machine, reader: httpx.Client
) -> None:
    answers = [reader.get("/api/tizme/station").status_code for _ in range(60)]
    assert answers.count(429) > 20
    assert answers[0] != 429
    steps = [reader.get("/api/cases/nowhere").status_code for _ in range(200)]
    assert steps.count(429) > 20
    assert 429 not in steps[:50]
    for log in machine.work.glob("*.log"):
        assert HOST not in log.read_text(encoding="utf-8")


def test_nginx_itself_finds_the_configuration_right(machine: Machine) -> None:
    command = [
        debian("nginx", "nginx-light"),
        "-t",
        "-q",
        "-c",
        str(machine.config),
        "-p",
        str(machine.work),
        "-e",
        "stderr",
    ]
    assert subprocess.run(command, capture_output=True, text=True, check=False).stderr == ""


def test_a_policy_that_nginx_could_not_hold_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    for bad in ('default-src "x"', "default-src $host", "a\nb"):
        (tmp_path / "results/csp.json").write_text(json.dumps({"content-security-policy": bad}))
        with pytest.raises(BadPolicy):
            policies(tmp_path, served())


def test_every_portal_has_a_policy_even_before_its_first_page(tmp_path: Path) -> None:
    text = policies(tmp_path, served())
    assert all(f"/{portal}" in text for portal in PORTALS)
    with pytest.raises(LookupError):
        fill("@UNKNOWN@", {})
