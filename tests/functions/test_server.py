"""The server as its own process: it takes in, serves, refuses what is too large, and ends cleanly."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from functions.server import PortTaken, listen
from shailoo.assembly import Installation
from shailoo.records.note import SignedNote
from shailoo.records.receipt import read_receipt
from shailoo.usecases.refusal_counts import hour_of, refusals_counted
from tests.law.source import ROOT
from tests.voting import SMALL, VotingBox

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


@contextmanager
def server(folder: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    port = free_port()
    command = [sys.executable, "-m", "functions", "--dir", str(folder), "--port", str(port)]
    with (
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as process,
        httpx.Client(base_url=f"http://{HOST}:{port}", trust_env=False) as client,
    ):
        try:
            for _ in range(200):
                try:
                    client.get("/api/health")
                    break
                except httpx.ConnectError:
                    time.sleep(0.05)
            yield client, process
        finally:
            process.terminate()
            process.wait(15)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("server") / "installation"
    with Installation.create(made, [SMALL]) as installation:
        (installation.public / "results" / "ky").mkdir()
        (installation.public / "results" / "ky" / "index.html").write_text("Жыйынтык")
    return made


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    with server(folder) as one:
        yield one


@pytest.fixture(scope="module")
def client(running: tuple[httpx.Client, subprocess.Popen[bytes]]) -> httpx.Client:
    return running[0]


def sealed(folder: Path, seed: int, station: str = "1001") -> bytes:
    with Installation.open(folder) as installation:
        box = VotingBox.at(installation.elections["small"], station, seed=seed)
        return box.seal(box.final_bundle(events="{}"), installation.sealing_public("small"))


def test_a_report_sent_over_http_is_confirmed_and_kept(folder: Path, client: httpx.Client) -> None:
    data = sealed(folder, 1)
    first = client.post("/api/intake/small", content=data)
    assert first.status_code == 200
    with Installation.open(folder) as installation:
        note = SignedNote.parse(first.content)
        note.verify(installation.receipt_verifier)
        receipt = read_receipt(note.text)
        assert receipt.outcome == "accepted"
        assert installation.store.get("report/small/ABB-000001/final") is not None
    assert client.post("/api/intake/small", content=data).content == first.content
    assert client.get("/api/health").json()["status"] == "up"


def test_many_boxes_at_once_are_all_confirmed(folder: Path, client: httpx.Client) -> None:
    uploads = [sealed(folder, seed, "1002") for seed in range(40)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda data: client.post("/api/intake/small", content=data), uploads))
    assert {answer.status_code for answer in answers} == {200}
    outcomes = [read_receipt(SignedNote.parse(answer.content).text).outcome for answer in answers]
    assert sorted(outcomes) == ["accepted"] + ["conflict"] * 39


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/api/intake/small", b"x", 422, "bad-envelope"),
        ("/api/intake/small", bytes(1_048_577), 413, "too-large"),
        ("/api/intake/other/x", b"x", 404, "no-such-page"),
        ("/api/health", b"x", 405, "wrong-method"),
        ("/staff/logout", b"x" * 70_000, 413, "too-large"),
    ],
)
def test_a_refusal_has_one_shape(client: httpx.Client, path: str, body: bytes, status: int, code: str) -> None:
    answer = client.post(path, content=body, headers={"accept-language": "ru"})
    assert answer.status_code == status
    said = answer.json()
    assert said.keys() == {"code", "facts", "sentence"}
    assert said["code"] == code
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_upload_without_length_is_cut_off_at_the_bound(client: httpx.Client) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(400):
            sent += 65_536
            yield bytes(65_536)

    try:
        answer = client.post("/api/intake/small", content=endless())
        assert answer.json()["code"] == "too-large"
    except httpx.WriteError:
        pass  # the server had closed while we were still sending: as good
    assert sent < 400 * 65_536


def test_pages_are_served_beside_the_doors(client: httpx.Client) -> None:
    assert client.get("/").headers["location"] == "/results/ky/"
    page = client.get("/results/ky/")
    assert page.text == "Жыйынтык"
    assert client.get("/results/ky/", headers={"if-none-match": page.headers["etag"]}).status_code == 304
    head = client.head("/results/ky/")
    assert (head.status_code, head.content) == (200, b"")
    assert client.get("/results/xx/").status_code == 404
    assert client.get("/staff").headers["location"] == "/staff/"
    assert client.get("/staff/").headers["location"] == "/staff/login?next=/staff/"


def test_raw_paths_that_climb_reach_nothing(client: httpx.Client) -> None:
    port = client.base_url.port
    for path in (b"/../settings.json", b"/results/%2e%2e/%2e%2e/settings.json", b"/results/..%2f..%2fsettings.json"):
        with socket.create_connection((HOST, port or 0)) as raw:
            raw.sendall(b"GET " + path + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            said = b""
            while chunk := raw.recv(4096):
                said += chunk
        assert b" 404 " in said.partition(b"\r\n")[0]
        assert b"sealing" not in said


def test_a_server_that_is_told_to_end_ends_cleanly_and_writes_what_it_counted(tmp_path: Path) -> None:
    folder = tmp_path / "installation"
    Installation.create(folder, [SMALL]).close()
    with server(folder) as (client, process):
        for _ in range(3):
            client.post("/api/intake/small", content=b"x")
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert process.stderr is not None
        said = [json.loads(line) for line in process.stderr.read().splitlines()]
    assert [(one["event"], one["code"]) for one in said] == [("upload-refused", "bad-envelope")] * 3
    with Installation.open(folder) as installation:
        assert refusals_counted(installation.store, hour_of(installation.clock.now()), "bad-envelope") == 3


def test_a_taken_port_is_told_clearly(folder: Path) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken):
            listen(port)
        command = [sys.executable, "-m", "functions", "--dir", str(folder), "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stderr


def test_a_folder_that_is_no_installation_is_told_clearly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "functions", "--dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 1
    assert "There is no installation in this folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_error_bodies_are_json_with_sorted_keys(client: httpx.Client) -> None:
    answer = client.get("/api/nothing")
    assert answer.text == json.dumps(answer.json(), sort_keys=True, ensure_ascii=False) + "\n"
