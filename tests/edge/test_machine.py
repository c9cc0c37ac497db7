"""Any order of steps, ballots, crashes and restarts: the box says the same as a model that keeps a plain list."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edge_agent.box import Ballot, Box, Stage
from edge_agent.disk import UNSYNCED
from edge_agent.errors import WrongStage
from shailoo.model.report import ReportKind
from shailoo.rules.small_cells import is_small
from tests.edge.boxes import CONTESTS, Hands, box_at, figures, manifest, report

BOUND = 3
LINES = {contest.id: [option.no for option in contest.options] for contest in CONTESTS}
MARKS = {contest.id: contest.marks for contest in CONTESTS}
BALLOT = st.sampled_from(CONTESTS).flatmap(
    lambda contest: st.builds(
        lambda marks, preference: Ballot(contest.id, tuple(marks), preference),
        st.lists(st.sampled_from(LINES[contest.id]), unique=True, max_size=3),
        st.none() | st.integers(1, 6),
    )
)


class Day(RuleBasedStateMachine):
    """The box beside a list of the sheets that it acknowledged."""

    @initialize()
    def provision(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.clock = Hands()
        self.box = box_at(self.root / "b", of=manifest(small_cell_bound=BOUND), clock=self.clock)
        self.sheets: list[Ballot] = []
        self.stage = Stage.PROVISIONED

    @rule(ballots=st.lists(BALLOT, min_size=1, max_size=4))
    def count(self, ballots: list[Ballot]) -> None:
        for ballot in ballots:
            if self.stage is Stage.OPEN:
                self.sheets.append(ballot)
                assert self.box.count(ballot) == len(self.sheets)
            else:
                with pytest.raises(WrongStage):
                    self.box.count(ballot)

    @rule()
    def next_step(self) -> None:
        match self.stage:
            case Stage.PROVISIONED:
                self.box.zero_report()
                self.stage = Stage.ZEROED
            case Stage.ZEROED:
                self.box.open()
                self.stage = Stage.OPEN
            case Stage.CLOSED:
                self.box.final_report()
                self.stage = Stage.REPORTED
            case Stage.OPEN | Stage.REPORTED:
                pass

    @precondition(lambda self: len(self.sheets) > 5)
    @rule()
    def close(self) -> None:
        if self.stage is Stage.OPEN:
            self.box.close()
            self.stage = Stage.CLOSED

    @rule(step=st.sampled_from(["zero_report", "open", "close", "final_report"]))
    def a_step_out_of_turn_is_refused(self, step: str) -> None:
        turn = {
            "zero_report": Stage.PROVISIONED,
            "open": Stage.ZEROED,
            "close": Stage.OPEN,
            "final_report": Stage.CLOSED,
        }
        if self.stage is not turn[step]:
            with pytest.raises(WrongStage):
                getattr(self.box, step)()

    @rule(orderly=st.booleans(), hours=st.integers(-3, 3))
    def start_again(self, *, orderly: bool, hours: int) -> None:
        if orderly:
            self.box.stop()
        else:
            self.box.abandon()
        self.clock.wait(hours=hours)
        self.box = Box.resume(self.root / "b", self.clock, disk=UNSYNCED)
        assert self.box.resumed.interrupted is not orderly

    @invariant()
    def the_box_knows_what_the_list_knows(self) -> None:
        assert (self.box.stage, self.box.ballots) == (self.stage, len(self.sheets))

    @invariant()
    def the_final_report_is_what_the_sheets_say(self) -> None:
        if self.stage is not Stage.REPORTED:
            return
        final = report(self.box, ReportKind.FINAL)
        sealed = figures(report(self.box, ReportKind.CELLS)) if any(c.sealed for c in final.contests) else {}
        told = figures(final)
        for contest, lines in LINES.items():
            mine = [sheet for sheet in self.sheets if sheet.contest == contest]
            valid = [sheet for sheet in mine if 1 <= len(sheet.marks) <= MARKS[contest]]
            votes = {no: sum(no in sheet.marks for sheet in valid) for no in lines}
            whole = (len(mine), len(mine) - len(valid), votes)
            if is_small(len(mine), BOUND):
                assert told[contest] == (len(mine), None, {})
                assert sealed[contest] == whole
            else:
                assert told[contest] == whole

    def teardown(self) -> None:
        if hasattr(self, "root"):
            self.box.abandon()
            shutil.rmtree(self.root)


TestDay = Day.TestCase
TestDay.settings = settings(max_examples=40, stateful_step_count=25)
