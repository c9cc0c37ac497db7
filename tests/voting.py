"""Reports as boxes would send them, for tests of whatever stands behind the boxes.

Figures are drawn, seeds are given.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from rehearsal.keys import rehearsal_signer
from shailoo.adapters.package_folder import read_folder
from shailoo.model.election import Contest, ContestKind, Election, Mode
from shailoo.model.report import CandidateVotes, ContestCount, ListPreferences, OptionCount, Report, ReportKind
from shailoo.records.note import Signer
from shailoo.records.report_text import write_report
from shailoo.records.seal import Bundle, seal, sealing_key_id

SMALL = Path(__file__).resolve().parents[1] / "elections" / "small"


@cache
def small_election() -> Election:
    """The five-station election of the repository."""
    return read_folder(SMALL)


@dataclass(frozen=True)
class VotingBox:
    """A box of a package with its key; every method returns what the box would print, sign or send."""

    election: Election
    box: str
    station: str
    signer: Signer
    ballots: int = 300
    seed: int = 1
    copy_no: int = 1
    late: timedelta = timedelta(minutes=5)

    @classmethod
    def at(cls, election: Election, station: str, **changes: object) -> VotingBox:
        """The first box of a station."""
        box = election.boxes_by_station[station][0].id
        made = cls(election, box, station, rehearsal_signer(election.id, box))
        return replace(made, **changes)  # type: ignore[arg-type]  # the tests' own keywords, checked by dataclasses

    def with_(self, **changes: object) -> VotingBox:
        """The same box with other figures."""
        return replace(self, **changes)  # type: ignore[arg-type]  # the tests' own keywords, checked by dataclasses

    @property
    def closed(self) -> datetime:
        return self.election.closing(self.election.station_by_no[self.station])

    def report(self, kind: ReportKind, **changes: object) -> Report:
        """A report of this box without contests."""
        values: dict[str, object] = {
            "language": self.election.report_language,
            "kind": kind,
            "mode": self.election.mode,
            "election": self.election.id,
            "station": self.station,
            "box": self.box,
            "copy_no": self.copy_no,
            "printed": self.closed + self.late,
        }
        values.update(changes)
        return Report(**values)  # type: ignore[arg-type]  # pydantic checks what is put together here

    def zero(self) -> Report:
        opened = self.election.opening(self.election.station_by_no[self.station])
        return self.report(ReportKind.ZERO, counters=40, printed=opened - timedelta(minutes=20))

    def open_counts(self) -> tuple[ContestCount, ...]:
        """Every contest of the station, counted and not sealed."""
        drawn = random.Random(self.seed)
        station = self.election.station_by_no[self.station]
        return tuple(self._count(contest, drawn) for contest in self.election.contests_at(station))

    def _count(self, contest: Contest, drawn: random.Random) -> ContestCount:
        language = self.election.report_language
        invalid = drawn.randint(0, min(5, self.ballots))
        marks = [drawn.randrange(len(contest.options)) for _ in range(self.ballots - invalid)]
        return ContestCount(
            contest=contest.id,
            title=contest.name.text(language),
            ballots=self.ballots,
            invalid=invalid,
            valid=self.ballots - invalid,
            options=tuple(
                OptionCount(no=option.no, name=option.name.text(language), votes=marks.count(at))
                for at, option in enumerate(contest.options)
            ),
        )

    def final(self, **changes: object) -> Report:
        bound = self.election.small_cell_bound
        counts = tuple(
            count.model_copy(update={"invalid": None, "valid": None, "options": None})
            if count.ballots < bound
            else count
            for count in self.open_counts()
        )
        opened = self.election.opening(self.election.station_by_no[self.station])
        return self.report(ReportKind.FINAL, **{"opened": opened, "closed": self.closed, "contests": counts, **changes})

    def cells(self) -> Report | None:
        small = tuple(count for count in self.open_counts() if count.ballots < self.election.small_cell_bound)
        return self.report(ReportKind.CELLS, contests=small) if small else None

    def annex(self) -> Report:
        chosen = [
            ListPreferences(
                contest=contest.id,
                no=option.no,
                name=option.name.text(self.election.report_language),
                votes=50,
                candidates=tuple(CandidateVotes(no=person.no, votes=3) for person in option.candidates[:4]),
            )
            for contest in self.election.contests_at(self.election.station_by_no[self.station])
            if contest.kind is ContestKind.PARTY_LIST
            for option in contest.options
            if option.candidates
        ]
        return self.report(ReportKind.ANNEX, preferences=tuple(chosen))

    def sign(self, report: Report) -> str:
        return self.signer.sign(write_report(report)).bytes().decode()

    def final_bundle(self, events: str | None = None) -> Bundle:
        reports = [self.zero(), self.final(), self.cells()]
        return Bundle(kind="final", notes=tuple(self.sign(one) for one in reports if one is not None), events=events)

    def annex_bundle(self) -> Bundle:
        return Bundle(kind="annex", notes=(self.sign(self.annex()),))

    def seal(self, bundle: Bundle, public: X25519PublicKey, mode: Mode | None = None) -> bytes:
        return seal(bundle, election=self.election.id, mode=mode or self.election.mode, box=self.box, public=public)


def sealing_keys(key: X25519PrivateKey) -> Mapping[str, X25519PrivateKey]:
    """A commission's keys when it holds one."""
    return {sealing_key_id(key.public_key()): key}
