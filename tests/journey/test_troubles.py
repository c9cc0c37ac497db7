"""What goes wrong in a real night, sent to a real server.

Held reports, two truths of one box, a dead box and its reserve.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from edge_agent.box import Ballot
from rehearsal.evening import EveningClock
from rehearsal.hands import play_day
from rehearsal.night import Rehearsal
from shailoo.model.record import (
    Act,
    ChooseReport,
    JoinReserveBox,
    Measure,
    ReleaseReport,
    ReportAccepted,
    RevokeBox,
    read_record,
    record_bytes,
    record_key,
)
from shailoo.model.report import Report
from shailoo.records.canonical import digest
from shailoo.records.note import SignedNote
from shailoo.records.receipt import Receipt, read_receipt
from shailoo.records.seal import Bundle
from tests.journey.nights import public_data, rehearsal
from tests.voting import VotingBox

pytestmark = pytest.mark.night
ELECTION = "small"
PATIENCE_S = 20.0


@dataclass
class Evening:
    """A running installation whose boxes the test itself holds."""

    night: Rehearsal
    acts: int = 0

    def send(self, box: VotingBox, final: Report) -> Receipt:
        """Sign, seal and send a final report; returns the receipt."""
        notes = (box.sign(box.zero()), box.sign(final))
        public = self.night.installation.sealing_public(ELECTION)
        answer = httpx.post(
            f"{self.night.plan.url}/api/intake/{ELECTION}", content=box.seal(Bundle(kind="final", notes=notes), public)
        )
        assert answer.status_code == 200, answer.text
        return read_receipt(SignedNote.parse(answer.content).text)

    def act(self, *measures: Measure) -> None:
        """Record an act of the central commission, as its page does."""
        self.acts += 1
        clock = EveningClock.open(self.night.plan.clock)
        act = Act(
            election=ELECTION,
            number=f"{self.acts}",
            day=date(2025, 6, 1),
            body="cec",
            reason="Decided in the test.",
            entered=clock.now(),
            measures=measures,
        )
        self.night.installation.store.append(record_key(act), record_bytes(act))

    def figures(self) -> dict[str, int]:
        """The country's figures as they are public now."""
        found: dict[str, int] = public_data(self.night.installation.folder, ELECTION, "overview.json")["figures"]
        return found

    def becomes(self, wanted: Callable[[dict[str, int]], bool]) -> dict[str, int]:
        """Wait until the public figures are as wanted."""
        deadline = time.monotonic() + PATIENCE_S
        while not wanted(figures := self.figures()):
            assert time.monotonic() < deadline, figures
            time.sleep(0.05)
        return figures

    def page(self, path: str) -> str:
        """A page in English."""
        answer = httpx.get(f"{self.night.plan.url}/results/en/{ELECTION}/{path}")
        assert answer.status_code == 200
        return answer.text


def send(night: Rehearsal, box: str) -> subprocess.CompletedProcess[str]:
    """What the precinct types."""
    return subprocess.run(night.sending_command(box), capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    folder = tmp_path_factory.mktemp("troubles") / "installation"
    with rehearsal(folder, ELECTION, seconds=3.0) as night:
        night.start()
        night._begin()
        time.sleep(3.5)
        yield Evening(night)


def test_a_report_that_does_not_add_up_is_held_and_counts_when_an_act_releases_it(evening: Evening) -> None:
    box = VotingBox.at(evening.night.election, "1001", seed=11)
    final = box.final()
    first = final.contests[0]
    assert first.options is not None
    more = first.options[0].model_copy(update={"votes": first.options[0].votes + 7})
    wrong = first.model_copy(update={"options": (more, *first.options[1:])})
    held = final.model_copy(update={"contests": (wrong, *final.contests[1:])})
    before = evening.figures()
    assert evening.send(box, held).outcome == "accepted"
    evening.becomes(lambda now: now["held"] == before["held"] + 1)
    assert evening.figures()["boxes_reported"] == before["boxes_reported"]
    note = box.sign(held).encode()
    assert digest(note) in evening.page("station/1001/")
    assert box.box in evening.page("held/")
    (row,) = public_data(evening.night.installation.folder, ELECTION, "held.json")["held"]
    assert (row["station"], row["box"], row["contest"]) == ("1001", box.box, first.contest)
    evening.act(ReleaseReport(box=box.box))
    after = evening.becomes(lambda now: now["held"] == before["held"])
    assert after["boxes_reported"] == before["boxes_reported"] + 1


def test_two_different_reports_of_one_box_are_shown_and_counted_once_an_act_chooses(evening: Evening) -> None:
    first = VotingBox.at(evening.night.election, "1002", seed=21)
    second = first.with_(seed=22)
    before = evening.figures()
    assert evening.send(first, first.final()).outcome == "accepted"
    evening.becomes(lambda now: now["boxes_reported"] == before["boxes_reported"] + 1)
    receipt = evening.send(second, second.final())
    assert receipt.outcome == "conflict"
    evening.becomes(lambda now: now["conflicts"] == before["conflicts"] + 1)
    assert evening.figures()["boxes_reported"] == before["boxes_reported"]
    page = evening.page("station/1002/")
    assert digest(first.sign(first.final()).encode()) in page
    assert digest(second.sign(second.final()).encode()) in page
    evening.act(ChooseReport(box=first.box, sealed_sha256=receipt.sha256))
    evening.becomes(lambda now: now["conflicts"] == before["conflicts"])
    station = public_data(evening.night.installation.folder, ELECTION, "station/1002.json")
    counted = {count.contest: count for count in second.open_counts()}
    for contest in station["contests"]:
        options = counted[contest["contest"]].options
        assert options is not None
        assert [option["votes"] for option in contest["options"]] == [option.votes for option in options]


def test_a_dead_box_is_replaced_by_a_reserve_box_that_counts_from_the_act_on(evening: Evening, tmp_path: Path) -> None:
    night, reserve = evening.night, "ABB-000007"
    dead = night.election.boxes_by_station["9001"][0].id
    pile = [Ballot("pr", (no,)) for no in (1, 2, 3) for _ in range(20)]
    folder = night.plan.boxes_folder / reserve
    play_day(folder, night.election, night.played, reserve, night.plan.commission, sheets=pile, station="9001")
    before = evening.figures()
    refused = send(night, reserve)
    assert refused.returncode == 4
    assert "box-not-registered" in refused.stderr
    evening.act(RevokeBox(box=dead), JoinReserveBox(box=reserve, station="9001"))
    # The box itself gave up when it was refused; its commission starts the sending again after the act.
    accepted = send(night, reserve)
    assert accepted.returncode == 0, accepted.stderr
    evening.becomes(lambda now: now["boxes_reported"] == before["boxes_reported"] + 1)
    station = public_data(night.installation.folder, ELECTION, "station/9001.json")
    assert {box["box"]: box["state"] for box in station["boxes"]} == {dead: "revoked", reserve: "accepted"}
    (pr,) = station["contests"]
    assert [option["votes"] for option in pr["options"]] == [20, 20, 20, 0, 0]


def test_every_final_report_in_the_store_has_its_zero_report_beside_it(evening: Evening) -> None:
    feed = [read_record(entry.body) for entry in evening.night.installation.store.feed(0)]
    finals = [record for record in feed if isinstance(record, ReportAccepted) and record.kind == "final"]
    assert len(finals) >= 3
    assert all(record.zero is not None for record in finals)
    assert all(timedelta(0) <= record.arrived - finals[0].arrived for record in finals)
