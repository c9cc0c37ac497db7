"""A night against a deployment: boxes send, the publisher publishes, a stranger verifies."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from edge_agent.clock import SystemClock
from edge_agent.disk import UNSYNCED
from edge_agent.outbox import Outbox
from edge_agent.send import send
from edge_agent.storage import Upload
from rehearsal.audit import Audit, audit_night
from rehearsal.hands import play_day
from rehearsal.packages import find_package
from rehearsal.played import read_played
from shailoo.adapters.aws.records import DynamoRecordStore
from shailoo.ids import StationNo
from shailoo.model.record import TurnoutEntered, record_bytes, record_key
from shailoo.records.receipt import Receipt
from tests.infra.deployed import Cloud
from tests.infra.public_bucket import PublicBucket

PATIENCE_S: Final = 120.0
"""How long the harness waits before it says that something does not come; nothing is measured by it."""
_LOOK_S: Final = 0.25
_AT_ONCE: Final = 8


@dataclass
class CloudNight:
    """One election's night."""

    cloud: Cloud
    package: str
    folder: Path
    receipts: dict[str, Receipt] = field(default_factory=dict)
    """By box: of final reports."""
    notes: dict[str, str] = field(default_factory=dict)
    """By box: digest of the report that it signed, as the pages must show it."""

    def __post_init__(self) -> None:
        source = find_package(self.package)
        self.election = self.cloud.elections[source.name]
        self.played = read_played(source)
        self.boxes = tuple(self.played.box_counts)
        self.public = PublicBucket(self.cloud.clients("s3"), self.cloud.outputs["PublicBucketName"])

    def play_boxes(self, boxes: Iterable[str] | None = None) -> None:
        """The day of every box, by its own program: ballots, the tape, the sealed reports."""
        commission = self.cloud.commission(self.election.id)
        for box in boxes or self.boxes:
            self.notes[box] = play_day(self.folder / box, self.election, self.played, box, commission).final

    def open(self) -> None:
        """The first word of the log is what it is about: packages and software, before any report."""
        self.cloud.tick()
        self.wait("the first publication", lambda: self.fetch("pointer.json")["version"] > 0)

    def sealed(self, box: str, kind: Upload = "final") -> bytes:
        """The bytes that a box sends."""
        with Outbox.open(self.folder / box, SystemClock(), kind, disk=UNSYNCED) as outbox:
            return outbox.sealed()

    def send(
        self, boxes: Iterable[str] | None = None, kind: Upload = "final", failed: list[str] | None = None
    ) -> list[str]:
        """Boxes send by their own code until each has a receipt that verifies; returns why attempts failed.

        A list that is given for it fills while they send.
        """
        failed = [] if failed is None else failed

        def one(box: str) -> Receipt:
            return send(
                self.folder / box,
                self.cloud.transport(door),
                SystemClock(),
                Random(f"{box}/{kind}"),
                kind=kind,
                sleep=lambda _: time.sleep(0.2),
                tell=failed.append,
                disk=UNSYNCED,
            )

        chosen = list(boxes or self.boxes)
        with self.cloud.door() as door, ThreadPoolExecutor(_AT_ONCE) as pool:
            for box, receipt in zip(chosen, pool.map(one, chosen), strict=True):
                if kind == "final":
                    self.receipts[box] = receipt
        return failed

    def fetch(self, name: str) -> Any:  # noqa: ANN401 -- JSON has no narrower type
        """A public JSON file of the election."""
        data = self.public.read(f"results/data/{self.election.id}/{name}")
        if data is None:
            raise LookupError(name)
        return json.loads(data)

    def compared(self) -> Audit:
        """What is public against what was played and against every receipt."""
        received = {box: self.notes[box] for box in self.receipts}
        return audit_night(self.election, self.played, self.boxes, received, self.fetch)

    def all_annexes_public(self) -> bool:
        """Whether the preference votes of every box are public."""
        found = set()
        for station in {self.election.box_by_id[box].station for box in self.boxes}:
            found |= {row["box"] for row in self.fetch(f"station/{station}.json")["reports"] if row["kind"] == "annex"}
        return found == set(self.boxes)

    def enter_turnout(self, box: str) -> None:
        """Something for the publisher to do that no box sends: a figure that a precinct commission enters."""
        record = TurnoutEntered(
            election=self.election.id,
            station=StationNo(self.election.box_by_id[box].station or ""),
            hour="10:00",
            version=1,
            voters=1,
            entered=SystemClock().now(),
            by="precinct",
            channel="own",
            cause=None,
        )
        store = DynamoRecordStore(self.cloud.clients("dynamodb"), self.cloud.outputs["RecordsTableName"])
        store.append(record_key(record), record_bytes(record))

    # --- queues ---

    def waiting(self) -> int:
        """Messages of the publisher's queue, those that it has in hand too."""
        return sum(self.counted(self.cloud.outputs["PublishQueueUrl"]))

    def dead(self) -> int:
        """Messages that the publisher could not work on."""
        queues = self.cloud.clients("sqs")
        return sum(
            self.counted(queues.get_queue_url(QueueName=f"shailoo-{self.cloud.stage}-dead-publish.fifo")["QueueUrl"])
        )

    def shorten_the_wait(self, tries: int = 5) -> None:
        """A message whose function died comes again after a second, not after minutes; so many times at most."""
        queues, where = self.cloud.clients("sqs"), {"QueueUrl": self.cloud.outputs["PublishQueueUrl"]}
        said = queues.get_queue_attributes(**where, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
        redrive = json.dumps({**json.loads(said), "maxReceiveCount": tries})
        queues.set_queue_attributes(**where, Attributes={"VisibilityTimeout": "1", "RedrivePolicy": redrive})

    def counted(self, queue: str) -> tuple[int, int]:
        """Messages of a queue that wait, and those that somebody has in hand."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        said = self.cloud.clients("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        waiting, hidden = (int(said[name]) for name in names)
        return waiting, hidden

    def wait(self, what: str, until: Callable[[], bool]) -> None:
        """Look again and again until something is so."""
        began = time.monotonic()
        while True:
            try:
                if until():
                    return
            except LookupError:
                pass
            if time.monotonic() - began > PATIENCE_S:
                raise AssertionError(f"{what} does not come:\n{self.cloud.log()[-4000:]}")
            time.sleep(_LOOK_S)

    def all_public(self) -> bool:
        """Whether every receipt's report is on a public page, and pages that may follow later are there too."""
        pointer = self.fetch("pointer.json")
        return not self.compared().lost and pointer["complete"] >= pointer["version"]


def verify(where: str, *, vkey: str | None = None) -> Mapping[str, Any]:
    """What `shailoo verify` says of a folder or an address, as a stranger runs it."""
    command = [sys.executable, "-m", "shailoo.cli", "verify", where, "--json", *(["--vkey", vkey] if vkey else [])]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.stdout, done.stderr
    said: Mapping[str, Any] = json.loads(done.stdout)
    return said
