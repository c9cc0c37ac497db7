"""Sending: only what is printed, the same bytes every time, until a receipt is stored that verifies."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent.box import Ballot, Box
from edge_agent.disk import UNSYNCED
from edge_agent.errors import (
    BadReceiptOfOurs,
    BoxBusy,
    GaveUp,
    IntakeRefused,
    NotPrinted,
    NotProvisioned,
    PrinterFailed,
)
from edge_agent.events import EventKind
from edge_agent.outbox import Outbox
from edge_agent.send import LONGEST_PAUSE_S, main, send
from edge_agent.storage import Upload
from edge_agent.transport import Answer, HttpTransport, Unreachable
from shailoo.model.report import ReportKind
from shailoo.records.canonical import digest
from shailoo.records.note import SignedNote, Signer
from shailoo.records.receipt import Receipt
from shailoo.records.report_text import read_report
from shailoo.records.seal import MEDIA_TYPE, open_envelope, read_envelope
from tests.edge.boxes import (
    BOX,
    COMMISSION,
    ELECTION,
    INTAKE,
    OPENS,
    STATION,
    Faults,
    Hands,
    Killed,
    box_at,
    day,
    manifest,
)

BALLOTS = (Ballot("pr", (1,), 2), Ballot("smd-1", (7,)), Ballot("smd-1", (1,)), Ballot("k-2", ()))
STRANGER = Signer("shailoo-intake", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def receipt_for(body: bytes, *, signer: Signer = INTAKE, **changes: object) -> bytes:
    """The note by which the intake would confirm these bytes."""
    values: dict[str, object] = {
        "election": ELECTION, "station": STATION, "box": BOX, "kind": "final", "outcome": "accepted",
        "sha256": digest(body), "bytes": len(body), "arrived": OPENS, **changes,
    }  # fmt: skip
    return signer.sign(Receipt.model_validate(values).text()).bytes()


Behaviour = Callable[[bytes], Answer]


class Intake:
    """Behaves differently at each upload, then accepts; keeps what it got and how long it was waited for."""

    def __init__(self, *first: Behaviour, last: Behaviour | None = None) -> None:
        self._behaviours = iter(first)
        self._last = last or (lambda body: Answer(200, receipt_for(body)))
        self.bodies: list[bytes] = []
        self.pauses: list[float] = []

    def post(self, path: str, body: bytes, media_type: str) -> Answer:
        assert (path, media_type) == (f"/api/intake/{ELECTION}", MEDIA_TYPE)
        self.bodies.append(body)
        return next(self._behaviours, self._last)(body)

    def send(self, folder: Path, kind: Upload = "final", patience_s: float = 3600.0) -> Receipt:
        return send(
            folder,
            self,
            Hands(),
            random.Random(5),
            kind=kind,
            sleep=self.pauses.append,
            patience_s=patience_s,
            disk=UNSYNCED,
        )


def unreachable(_: bytes) -> Answer:
    raise Unreachable("No answer.")


def status(code: int, body: bytes = b"", retry_after: int | None = None) -> Behaviour:
    return lambda _: Answer(code, body, retry_after)


REFUSAL = json.dumps({"code": "box-revoked", "sentence": "This box was revoked.", "facts": {"box": BOX}}).encode()


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    """A box after its day."""
    folder = tmp_path / "b"
    box = day(box_at(folder, of=manifest(small_cell_bound=2)), BALLOTS)
    box.annex_report()
    box.stop()
    return folder


def test_the_sealed_bundle_holds_the_signed_notes_byte_for_byte(printed: Path) -> None:
    intake = Intake()
    intake.send(printed)
    bundle = open_envelope(read_envelope(intake.bodies[0]), COMMISSION)
    box = Box.resume(printed, Hands(), disk=UNSYNCED)
    kinds = [ReportKind.ZERO, ReportKind.FINAL, ReportKind.CELLS]
    assert [note.encode() for note in bundle.notes] == [box.note(kind) for kind in kinds]
    assert [read_report(SignedNote.parse(note.encode()).text).kind for note in bundle.notes] == kinds
    assert bundle.events is not None
    assert json.loads(bundle.events)["ElectionId"] == ELECTION


def test_the_annex_is_sent_by_itself(printed: Path) -> None:
    intake = Intake(last=lambda body: Answer(200, receipt_for(body, kind="annex")))
    assert intake.send(printed, "annex").kind == "annex"
    bundle = open_envelope(read_envelope(intake.bodies[0]), COMMISSION)
    assert (bundle.kind, len(bundle.notes)) == ("annex", 1)


def test_nothing_is_sent_before_it_is_printed(tmp_path: Path) -> None:
    with pytest.raises(NotProvisioned):
        Intake().send(tmp_path)
    box = box_at(tmp_path / "b")
    intake = Intake()
    for step in (box.zero_report, box.open, box.close):
        with pytest.raises(NotPrinted):
            intake.send(tmp_path / "b")
        step()
    box.final_report()
    with pytest.raises(NotPrinted):
        intake.send(tmp_path / "b", "annex")
    assert intake.bodies == []
    assert intake.send(tmp_path / "b").outcome == "accepted"


def test_trouble_is_met_with_the_same_bytes_and_growing_pauses(printed: Path) -> None:
    troubles = [
        unreachable,
        status(500),
        status(503),
        status(429, retry_after=90),
        status(404, b"<html>"),
        status(302),
    ] * 3
    intake = Intake(*troubles)
    assert intake.send(printed).outcome == "accepted"
    assert len(set(intake.bodies)) == 1
    assert len(intake.bodies) == len(troubles) + 1
    assert all(pause <= min(2 * 2**at, LONGEST_PAUSE_S) for at, pause in enumerate(intake.pauses) if pause < 90)
    assert intake.pauses[3] == 90
    assert max(intake.pauses) > 30


def test_a_pause_never_passes_an_hour_whatever_the_other_side_asks(printed: Path) -> None:
    intake = Intake(status(503, retry_after=10**9))
    intake.send(printed, patience_s=4000)
    assert intake.pauses == [3600]


def test_a_second_sending_returns_the_stored_receipt_without_a_network(printed: Path) -> None:
    first = Intake().send(printed)
    silent = Intake(last=unreachable)
    assert silent.send(printed) == first
    assert silent.bodies == []


def test_a_conflict_is_a_receipt_too(printed: Path) -> None:
    intake = Intake(last=lambda body: Answer(200, receipt_for(body, outcome="conflict")))
    assert intake.send(printed).outcome == "conflict"


@pytest.mark.parametrize(
    "forged",
    [
        lambda body: receipt_for(body, signer=STRANGER),
        lambda body: receipt_for(body + b" "),
        lambda body: receipt_for(body, box="ABB-000778"),
        lambda body: receipt_for(body, station="1005"),
        lambda body: receipt_for(body, election="test-2022"),
        lambda body: receipt_for(body, kind="annex"),
        lambda body: receipt_for(body, bytes=len(body) + 1),
        lambda body: receipt_for(body).replace(b"accepted", b"conflict"),
        lambda body: receipt_for(body)[:-2],
        lambda _: INTAKE.sign("hello\n").bytes(),
        lambda _: b"<html>Please sign in to the hotel's network</html>",
        lambda _: b"\xff\xfe",
    ],
)
def test_a_wrong_receipt_is_no_receipt(printed: Path, forged: Callable[[bytes], bytes]) -> None:
    intake = Intake(*[lambda body: Answer(200, forged(body))] * 2)
    assert intake.send(printed).outcome == "accepted"
    assert len(intake.bodies) == 3
    with pytest.raises(GaveUp, match="No receipt"):
        Intake(last=lambda body: Answer(201, forged(body))).send(other_box(printed), patience_s=10)


def other_box(beside: Path) -> Path:
    folder = beside.with_name("other")
    day(box_at(folder), BALLOTS).stop()
    return folder


def test_a_refusal_in_the_intakes_own_shape_ends_the_sending(printed: Path) -> None:
    with pytest.raises(IntakeRefused) as caught:
        Intake(status(403, REFUSAL)).send(printed)
    assert caught.value.facts["answer"] == "box-revoked"
    assert Intake().send(printed).outcome == "accepted"


def test_patience_ends_and_says_what_the_last_trouble_was(printed: Path) -> None:
    with pytest.raises(GaveUp) as caught:
        Intake(last=status(503)).send(printed, patience_s=600)
    assert caught.value.facts["last"] == "http-503"
    assert Intake().send(printed).outcome == "accepted"


def test_the_log_of_the_sending_names_each_failure_and_the_receipt(printed: Path) -> None:
    Intake(unreachable, status(503)).send(printed)
    box = Box.resume(printed, Hands(), disk=UNSYNCED)
    events = [(event.kind, event.detail) for event in box._storage.sendings.events()]
    assert events == [
        (EventKind.SEALED, "final"),
        (EventKind.ATTEMPT, "unreachable"),
        (EventKind.ATTEMPT, "http-503"),
        (EventKind.RECEIPT, "final accepted"),
    ]
    assert "transmission-sending" in box.event_log()


def test_a_kill_at_any_write_of_the_sending_sends_the_same_bytes_again_or_stores_one_receipt(tmp_path: Path) -> None:
    for at in range(5):
        for kept in ("nothing", "first half", "all"):
            folder = tmp_path / f"{at}-{kept}"
            day(box_at(folder), BALLOTS).stop()
            intake = Intake(unreachable)
            with pytest.raises(Killed):
                send(folder, intake, Hands(), random.Random(1), sleep=lambda _: None, disk=Faults(at, kept).disk())
            intake.send(folder)
            assert len(set(intake.bodies)) <= 1
            assert intake.send(folder).sha256 == digest(intake.bodies[0])


def test_the_report_is_sent_while_the_program_of_the_day_still_runs(printed: Path) -> None:
    box = Box.resume(printed, Hands(), disk=UNSYNCED)
    assert Intake().send(printed).outcome == "accepted"
    box.stop()


def test_two_sendings_of_one_box_do_not_meet(printed: Path) -> None:
    with Outbox.open(printed, Hands(), "final", disk=UNSYNCED), pytest.raises(BoxBusy):
        Intake().send(printed)


def test_a_stick_carries_the_same_sealed_bytes(printed: Path, tmp_path: Path) -> None:
    stick = tmp_path / "usb"
    with Outbox.open(printed, Hands(), "final", disk=UNSYNCED) as outbox:
        path = outbox.carry(stick)
        assert path.name == f"{ELECTION}-{BOX}-final.shailoo"
        with pytest.raises(PrinterFailed):
            outbox.carry(path)
    intake = Intake()
    intake.send(printed)
    assert intake.bodies == [path.read_bytes()]


def test_a_receipt_that_was_carried_back_is_verified_and_stored(printed: Path) -> None:
    with Outbox.open(printed, Hands(), "final", disk=UNSYNCED) as outbox:
        sealed = outbox.sealed()
        with pytest.raises(BadReceiptOfOurs):
            outbox.take_receipt(receipt_for(sealed, signer=STRANGER))
        assert outbox.receipt() is None
        outbox.take_receipt(receipt_for(sealed))
        assert outbox.take_receipt(receipt_for(sealed)) == outbox.receipt()


class Server(BaseHTTPRequestHandler):
    """An intake over real HTTP: busy once, then it accepts; `/refusing` refuses and `/endless` never stops."""

    troubles = 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/refusing"):
            self._say(422, REFUSAL)
        elif self.path.startswith("/endless"):
            self._say(200, b"x" * 100_000)
        elif Server.troubles:
            Server.troubles -= 1
            self._say(503, b"", {"Retry-After": "0"})
        else:
            assert self.headers["Content-Type"] == MEDIA_TYPE
            self._say(200, receipt_for(body))

    def _say(self, code: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_program_sends_over_http_and_its_status_says_how_it_went(printed: Path, address: str) -> None:
    Server.troubles = 1
    command = [sys.executable, "-m", "edge_agent.send", "--dir", str(printed), "--language", "en"]
    refused = subprocess.run([*command, "--url", f"{address}/refusing"], capture_output=True, text=True, check=False)
    assert (refused.returncode, "box-revoked" in refused.stderr) == (4, True)
    sent = subprocess.run([*command, "--url", address], capture_output=True, text=True, check=False)
    assert (sent.returncode, sent.stderr) == (0, "http-503\n")
    assert "The report has arrived." in sent.stdout
    assert "outcome: accepted" in sent.stdout


def test_statuses_of_the_program(
    printed: Path, tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str, folder: Path = printed) -> int:
        return main(["--dir", str(folder), "--language", "ru", *arguments])

    assert run("--usb", str(tmp_path / "usb")) == 0
    assert "small" not in capsys.readouterr().out
    assert run("--url", f"{address}/endless", "--hours", "0") == 5
    assert run("--url", "http://127.0.0.1:1", "--hours", "0") == 5
    assert run("--url", address, folder=tmp_path) == 7
    box_at(tmp_path / "fresh").stop()
    assert run("--url", address, folder=tmp_path / "fresh") == 6
    assert "[not-printed]" in capsys.readouterr().err
    (tmp_path / "receipt").write_bytes(b"no")
    assert run("--receipt", str(tmp_path / "receipt")) == 4
    sealed = next((tmp_path / "usb").iterdir()).read_bytes()
    (tmp_path / "receipt").write_bytes(receipt_for(sealed, outcome="conflict"))
    assert run("--receipt", str(tmp_path / "receipt")) == 3
    assert run("--receipt", str(tmp_path / "none")) == 7


def test_an_answer_longer_than_any_receipt_is_no_answer(address: str) -> None:
    with pytest.raises(Unreachable):
        HttpTransport(f"{address}/endless").post("/", b"{}", MEDIA_TYPE)
    with pytest.raises(Unreachable):
        HttpTransport("http://[").post("/", b"{}", MEDIA_TYPE)
