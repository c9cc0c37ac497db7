"""2,500 uploads at once against an emulator, with functions killed among them: nothing acknowledged is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from rehearsal.packages import MAIN, find_package
from shailoo.adapters.aws.records import DynamoRecordStore
from shailoo.model.record import ReportAccepted, read_record
from shailoo.records.canonical import digest
from shailoo.records.note import SignedNote, Verifier
from shailoo.records.receipt import Receipt, read_receipt
from tests.infra.deployed import STAGE, Cloud, deploy_to
from tests.infra.emulator import Emulator, emulator
from tests.infra.host_packages import build
from tests.voting import VotingBox

pytestmark = [pytest.mark.night, pytest.mark.timeout(900)]
UPLOADS = 2500
AT_ONCE = 6
KILLED_AT = (600, 1400)
"""After so many receipts every process of the intake is killed."""
_TRIES = 60


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with emulator() as started:
        yield started


@pytest.fixture(scope="module")
def cloud(running: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    return deploy_to(running, tmp_path_factory.mktemp("cloud"), [find_package(MAIN)], build, personal="home")


@dataclass(frozen=True)
class Upload:
    """What a box sends."""

    box: str
    kind: str
    sealed: bytes


def uploads(cloud: Cloud) -> Iterator[Upload]:
    """A final report of every station, and annexes of the first ones, until there are so many."""
    election = cloud.elections[MAIN]
    public = X25519PublicKey.from_public_bytes(cloud.commission(MAIN).sealing_public)
    boxes = [VotingBox.at(election, no, ballots=12) for no in election.station_by_no if election.boxes_by_station[no]]
    for box in boxes:
        yield Upload(box.box, "final", box.seal(box.final_bundle(), public))
    for box in boxes:
        yield Upload(box.box, "annex", box.seal(box.annex_bundle(), public))


def rest_the_publisher(cloud: Cloud) -> None:
    """What a country's publisher does meanwhile is measured elsewhere; here it would take the intake's processors."""
    functions = cloud.clients("lambda")
    for mapping in functions.list_event_source_mappings(FunctionName=f"shailoo-{STAGE}-publisher")[
        "EventSourceMappings"
    ]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def receipt_of(note: bytes, verifier: Verifier) -> Receipt:
    """What a receipt says, verified. Raises BadSignature."""
    signed = SignedNote.parse(note)
    signed.verify(verifier)
    return read_receipt(signed.text)


def test_2500_uploads_lose_none_though_functions_are_killed_among_them(running: Emulator, cloud: Cloud) -> None:
    receipts: dict[tuple[str, str], bytes] = {}
    refused: list[str] = []
    stop = threading.Event()

    def send(door: httpx.Client, upload: Upload) -> None:
        for _ in range(_TRIES):
            answer = door.post(f"/api/intake/{MAIN}", content=upload.sealed)
            if answer.status_code == httpx.codes.OK:
                receipts[upload.box, upload.kind] = answer.content
                return
            refused.append(f"{answer.status_code} {answer.text[:200]}")
            time.sleep(0.2)

    def kill() -> None:
        for at in KILLED_AT:
            while len(receipts) < at and not stop.wait(0.02):
                continue
            running.kill_workers("shailoo-journey-intake")

    rest_the_publisher(cloud)
    hand = threading.Thread(target=kill)
    hand.start()
    sending = [upload for upload, _ in zip(uploads(cloud), range(UPLOADS), strict=False)]
    with cloud.door() as door, ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda upload: send(door, upload), sending))
    stop.set()
    hand.join()

    assert len(sending) == len(receipts) == UPLOADS, refused[-3:]
    assert refused  # the kills were felt
    verifier = Verifier.parse(cloud.commission(MAIN).receipt_vkey)
    said = {key: receipt_of(note, verifier) for key, note in receipts.items()}
    assert {receipt.outcome for receipt in said.values()} == {"accepted"}
    store = DynamoRecordStore(cloud.clients("dynamodb"), cloud.outputs["RecordsTableName"])
    after, stored = 0, {}
    while entries := store.feed(after):
        assert [entry.seq for entry in entries] == list(range(after + 1, after + 1 + len(entries)))
        for entry in entries:
            record = read_record(entry.body)
            if isinstance(record, ReportAccepted):
                stored[record.box, record.kind] = record.sealed_sha256
        after = entries[-1].seq
    assert stored == {(upload.box, upload.kind): digest(upload.sealed) for upload in sending}
