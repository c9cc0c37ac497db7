"""The parts that pages are made of: contest counts, coverage, turnout, held lines. Pure: state in, views out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from builder import views
from builder.tally import COUNTRY, Scope
from shailoo.model.base import stamp
from shailoo.model.election import OptionKind
from shailoo.records.canonical import digest
from shailoo.rules.shares import share_hundredths

if TYPE_CHECKING:
    from datetime import datetime

    from builder.judge import Verdict
    from builder.names import Names
    from builder.state import BoxSlot, ElectionState
    from builder.tally import Sum
    from shailoo.model.election import Contest, Station
    from shailoo.model.record import ReportAccepted, ReportConflict

_FULL = 10_000
_SCALES = (500, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, _FULL)


def downloads(election: str, scope: str) -> tuple[views.Download, ...]:
    """The table of a page as CSV and as JSON."""
    where = f"/results/data/{election}/{scope}"
    return (views.Download("csv", f"{where}.csv"), views.Download("json", f"{where}.json"))


def contest_count(
    names: Names,
    contest: Contest,
    total: Sum,
    *,
    scope: Scope,
    verdict: Verdict | None = None,
    small: int | None = None,
) -> views.ContestCount:
    """One contest in one place. `small` is the number of ballots where only that may be shown."""
    options = names.options(contest)
    known = total.boxes > 0 and small is None
    rows = [
        views.OptionCount(
            options[option.no],
            total.votes[index] if known else None,
            verdict.standing.get(option.no, "") if verdict is not None and known else "",
        )
        for index, option in enumerate(contest.options)
    ]
    rows.sort(key=lambda row: (row.option.kind is OptionKind.AGAINST_ALL, -(row.votes or 0), int(row.option.key)))
    threshold = verdict.threshold if verdict is not None else None
    best = max((row.votes or 0 for row in rows), default=0)
    return views.ContestCount(
        contest=contest.id,
        kind=contest.kind,
        name=contest.name,
        rows=tuple(rows),
        invalid=total.invalid if known else None,
        ballots=small if small is not None else (total.ballots if known else None),
        scale=_scale(best, total.ballots, threshold),
        seats=contest.seats,
        marks=contest.marks,
        threshold=threshold,
        reported=total.boxes,
        expected=total.expected,
        bound=names.election.small_cell_bound if small is not None else None,
        sealed=total.sealed if small is None else 0,
        merged=verdict.merged if verdict is not None and scope == COUNTRY else 0,
        downloads=(),
    )


def _scale(best: int, base: int, threshold: int | None) -> int:
    widest = max(share_hundredths(best, base) or 0, threshold or 0)
    return next(scale for scale in _SCALES if scale >= min(widest, _FULL))


def coverage_row(state: ElectionState, scope: Scope, place: views.Place) -> views.CoverageRow:
    """How complete one part is."""
    coverage = state.totals.coverage[scope]
    return views.CoverageRow(
        place=place,
        reported=coverage.reported,
        expected=coverage.expected,
        held=coverage.held,
        voters=coverage.voters,
        waiting=coverage.waiting,
        participants=coverage.participants if coverage.reported else None,
    )


def figures(state: ElectionState, scope: Scope, *, conflicts: int) -> views.Figures:
    """The figures at the top of a page."""
    coverage = state.totals.coverage[scope]
    return views.Figures(
        voters=coverage.voters,
        participants=coverage.participants if coverage.reported else None,
        reported=coverage.reported,
        expected=coverage.expected,
        held=coverage.held,
        conflicts=conflicts,
    )


def turnout_row(state: ElectionState, scope: Scope, place: views.Place, hours: tuple[str, ...]) -> views.TurnoutRow:
    """Turnout of one part through the day."""
    coverage = state.totals.coverage[scope]
    told = coverage.turnout
    return views.TurnoutRow(place, coverage.voters, tuple(told[hour][0] if hour in told else None for hour in hours))


def turnout_table(
    state: ElectionState, names: Names, scope: Scope, place: views.Place, parts: list[tuple[Scope, views.Place]]
) -> views.TurnoutTable | None:
    """Turnout of a place and its parts; None before anybody told."""
    coverage = state.totals.coverage[scope]
    if not coverage.turnout:
        return None
    hours = names.hours
    return views.TurnoutTable(
        hours=hours,
        rows=tuple(turnout_row(state, part, named, hours) for part, named in parts),
        total=turnout_row(state, scope, place, hours),
        stations=tuple(coverage.turnout.get(hour, (0, 0))[1] for hour in hours),
        expected=stations_in(state, scope),
    )


def stations_in(state: ElectionState, scope: Scope) -> int:
    """How many stations a scope has."""
    return state.totals.stations.get(scope, 0)


def held_rows(state: ElectionState, names: Names, slot: BoxSlot) -> list[views.HeldRow]:
    """Which rules a held report breaks, and where."""
    station = state.station_of(slot)
    final = slot.final
    if slot.state != "held" or station is None or final is None:
        return []
    return [
        views.HeldRow(
            station=names.station(station),
            box=slot.box,
            rule=line.breach.rule,
            contest=line.contest,
            line=line.breach.line,
            expected=line.breach.expected,
            found=line.breach.found,
            since=stamp(final.record.arrived),
        )
        for line in slot.held
    ]


def conflict_row(state: ElectionState, names: Names, slot: BoxSlot) -> views.ConflictRow | None:
    """Different final reports of one box, all kept."""
    station = state.station_of(slot)
    if not slot.rivals or station is None:
        return None
    uploads = (slot.finals[0], *slot.rivals)
    return views.ConflictRow(
        station=names.station(station),
        box=slot.box,
        digests=tuple(upload.record.sealed_sha256 for upload in uploads),
        arrived=tuple(stamp(upload.record.arrived) for upload in uploads),
    )


def box_view(slot: BoxSlot, closing: datetime) -> views.Box:
    """A box at its station."""
    final = slot.final
    return views.Box(
        id=slot.box,
        state=slot.state,
        signed=final is not None,
        arrived=stamp(final.record.arrived) if final else "",
        delay=int((final.record.arrived - closing).total_seconds()) if final else None,
        clock=final.record.clock_off_s if final else 0,
        reserve=slot.reserve,
    )


def reports(state: ElectionState, slot: BoxSlot) -> list[views.Report]:
    """Every signed text of a box that is public, as printed."""
    return [
        _report(
            state,
            upload.record,
            kind,
            note,
            counted=kind != "zero" and slot.counts is not None and (upload is slot.final or upload is slot.annex),
            copy=1 if kind == "zero" else upload.report.copy_no,
        )
        for upload, kind, note in slot.texts()
    ]


def _report(
    state: ElectionState,
    record: ReportAccepted | ReportConflict,
    kind: Literal["zero", "final", "annex"],
    note: str,
    *,
    counted: bool,
    copy: int,
) -> views.Report:
    whole = digest(note.encode())
    return views.Report(
        box=record.box,
        kind=kind,
        text=note.rsplit("\n\n", 1)[0] + "\n",
        digest=whole,
        href=f"/results/data/{state.election.id}/report/{record.box}-{kind}-{whole[:12]}.txt",
        arrived=stamp(record.arrived),
        counted=counted,
        copy=copy,
        entry=state.logged.get((record.box, whole)),
    )


def small_ballots(state: ElectionState, station: Station, contest: Contest) -> int | None:
    """Ballots of a contest at a station where every box hides its votes; None where votes are shown."""
    total = state.totals.of(("station", station.no), contest.id)
    if total.boxes and total.sealed and not total.ballots:
        return total.sealed
    return None
