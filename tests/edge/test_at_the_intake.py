"""Box and intake together: what a box seals, the commission's own use case opens, verifies, stores and confirms."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from edge_agent.box import Ballot, Box
from edge_agent.disk import UNSYNCED
from edge_agent.errors import IntakeRefused
from edge_agent.manifest import manifest_for
from edge_agent.send import send
from edge_agent.transport import Answer
from rehearsal.keys import rehearsal_box_key
from shailoo.adapters.keys import FileNoteSigner
from shailoo.errors import ShailooError
from shailoo.model.record import ReportAccepted, read_record
from shailoo.model.report import ReportKind
from shailoo.records.canonical import canonical_json
from shailoo.records.seal import MEDIA_TYPE
from shailoo.usecases.accept_report import accept_report
from tests.edge.boxes import INTAKE, Hands, day
from tests.usecases.desks import Commission


class Door:
    """The intake without HTTP."""

    def __init__(self, commission: Commission, election: str | None = None) -> None:
        self.commission = commission
        self.desk = replace(commission.desk, signer=FileNoteSigner(INTAKE))
        self.election = election or commission.election.id

    def post(self, path: str, body: bytes, media_type: str) -> Answer:
        assert (path, media_type) == (f"/api/intake/{self.commission.election.id}", MEDIA_TYPE)
        try:
            now = self.commission.evening
            return Answer(200, accept_report(body, self.desk, now=now, sent_to=self.election))
        except ShailooError as error:
            return Answer(422, canonical_json({"code": error.code, "sentence": error.sentence, "facts": {}}))


def voted(folder: Path, commission: Commission) -> Path:
    election = commission.election
    box = next(box.id for box in election.boxes if box.station is not None)
    manifest = manifest_for(election, box, commission.public.public_bytes_raw(), INTAKE.verifier.vkey())
    clock = Hands(manifest.closes)
    made = Box.provision(folder, manifest, rehearsal_box_key(election.id, box), clock, disk=UNSYNCED)
    ballots = [Ballot(contest.id, (1,), 1) for contest in manifest.contests for _ in range(30)]
    day(made, ballots).annex_report()
    made.stop()
    return folder


def test_the_commission_takes_what_a_box_sends_and_publishes_its_very_bytes(tmp_path: Path) -> None:
    commission = Commission()
    folder = voted(tmp_path / "b", commission)
    for kind in ("final", "annex"):
        receipt = send(folder, Door(commission), Hands(), random.Random(1), kind=kind, disk=UNSYNCED)
        assert receipt.outcome == "accepted"
    stored = [read_record(entry.body) for entry in commission.store.feed(0)]
    box = Box.resume(folder, Hands(), disk=UNSYNCED)
    accepted = [record for record in stored if isinstance(record, ReportAccepted)]
    assert [record.note.encode() for record in accepted] == [box.note(ReportKind.FINAL), box.note(ReportKind.ANNEX)]


def test_a_refusal_of_the_real_intake_ends_the_sending(tmp_path: Path) -> None:
    commission = Commission()
    folder = voted(tmp_path / "b", commission)
    with pytest.raises(IntakeRefused):
        send(folder, Door(commission, "another-election"), Hands(), random.Random(1), disk=UNSYNCED)
