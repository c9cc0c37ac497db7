"""Records as the intake would store them, straight from the played counts: for benchmarks and tests of what follows.

The texts are those that a box would sign, with the rehearsal's public keys; only the wire is left out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rehearsal.keys import rehearsal_signer
from shailoo.model.record import ReportAccepted, record_bytes, record_key
from shailoo.model.report import CandidateVotes, ContestCount, ListPreferences, OptionCount, Report, ReportKind
from shailoo.records.canonical import digest
from shailoo.records.report_text import write_report
from shailoo.rules.small_cells import is_small

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rehearsal.played import Played, PlayedCount
    from shailoo.model.election import Election, Station
    from shailoo.ports import RecordStore


def final_report(
    election: Election, station: Station, box: str, counts: Sequence[PlayedCount], *, sealed: bool
) -> Report:
    """The final report of a box; with `sealed`, the note of its small cells instead."""
    contests = []
    for count in counts:
        contest = election.contest_by_id[count.contest]
        small = is_small(count.ballots, election.small_cell_bound)
        if sealed and not small:
            continue
        hide = small and not sealed
        title = contest.name.text(election.report_language)
        options = tuple(
            OptionCount(no=option.no, name=option.name.text(election.report_language), votes=votes)
            for option, votes in zip(contest.options, count.votes, strict=True)
        )
        contests.append(
            ContestCount(
                contest=contest.id,
                title=title,
                ballots=count.ballots,
                invalid=None if hide else count.invalid,
                valid=None if hide else count.ballots - count.invalid,
                options=None if hide else options,
            )
        )
    closing = election.closing(station)
    return Report(
        language=election.report_language,
        kind=ReportKind.CELLS if sealed else ReportKind.FINAL,
        mode=election.mode,
        election=election.id,
        station=station.no,
        box=box,
        copy_no=1,
        opened=election.opening(station),
        closed=closing,
        printed=closing + timedelta(seconds=60),
        contests=tuple(contests),
    )


def accepted(
    election: Election, box: str, counts: Sequence[PlayedCount], arrived: datetime, station: str | None = None
) -> ReportAccepted:
    """The record of an accepted final report."""
    place = election.station_by_no[station or election.box_by_id[box].station or ""]
    signer = rehearsal_signer(election.id, box)
    public = final_report(election, place, box, counts, sealed=False)
    hidden = final_report(election, place, box, counts, sealed=True)
    note = signer.sign(write_report(public)).bytes().decode()
    return ReportAccepted(
        election=election.id,
        station=place.no,
        box=box,
        kind="final",
        note=note,
        zero=None,
        cells=signer.sign(write_report(hidden)).bytes().decode() if hidden.contests else None,
        events_sha256=None,
        sealed_sha256=digest(note.encode()),
        sealed_bytes=len(note),
        arrived=arrived,
        clock_off_s=0,
    )


def annex(election: Election, played: Played, box: str, arrived: datetime) -> ReportAccepted:
    """The record of an accepted annex with preference votes."""
    place = election.station_by_no[election.box_by_id[box].station or ""]
    chosen = []
    counts = {count.contest: count for count in played.box_counts[box]}
    for contest_id, lists in played.preferences(election, box).items():
        contest = election.contest_by_id[contest_id]
        if is_small(counts[contest_id].ballots, election.small_cell_bound):
            continue
        votes = dict(zip((option.no for option in contest.options), counts[contest_id].votes, strict=True))
        for no, persons in lists.items():
            chosen.append(
                ListPreferences(
                    contest=contest_id,
                    no=no,
                    name=contest.option_by_no[no].name.text(election.report_language),
                    votes=votes[no],
                    candidates=tuple(
                        CandidateVotes(no=person, votes=given) for person, given in sorted(persons.items())
                    ),
                )
            )
    base = final_report(election, place, box, (), sealed=False)
    report = base.model_copy(update={"kind": ReportKind.ANNEX, "preferences": tuple(chosen)})
    note = rehearsal_signer(election.id, box).sign(write_report(report)).bytes().decode()
    return ReportAccepted(
        election=election.id,
        station=place.no,
        box=box,
        kind="annex",
        note=note,
        zero=None,
        cells=None,
        events_sha256=None,
        sealed_sha256=digest(note.encode()),
        sealed_bytes=len(note),
        arrived=arrived,
        clock_off_s=0,
    )


def store_all(store: RecordStore, records: Iterable[ReportAccepted]) -> int:
    """Append records in order; answers how many."""
    count = 0
    for record in records:
        store.append(record_key(record), record_bytes(record))
        count += 1
    return count


def finals(election: Election, played: Played) -> list[ReportAccepted]:
    """Every final report of the evening in the order of arrival."""
    boxes = sorted(played.box_counts, key=lambda box: (played.arrives(election, box), box))
    return [accepted(election, box, played.box_counts[box], played.arrives(election, box)) for box in boxes]
