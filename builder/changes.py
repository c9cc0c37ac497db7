"""Events and kept versions as views: what a code names, and which figures are new since the version before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder import views
from builder.change_views import ChangedContest, ChangedLine, ChangesView, Cut, EventRow
from shailoo.model.manual import IDENTIFICATION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builder.events import Event
    from builder.names import Names
    from shailoo.model.base import Name

_FIGURES = ("participants", "reported", "held")


def event_row(names: Names, event: Event) -> EventRow:
    """An event with the names of what it speaks of."""
    election = names.election
    commission = election.commission_by_id.get(event.body)
    return EventRow(
        id=event.id,
        what=event.what,
        at=event.at,
        places=tuple(names.station(election.station_by_no[no]) for no in event.stations),
        box=event.box,
        detail=event.detail,
        named=_named(names, event.detail),
        act=event.act,
        body=commission.name if commission is not None else None,
        measures=event.measures,
        reverses=event.reverses,
        reason=event.reason,
    )


def changes_view(names: Names, events: Iterable[Event], region: str | None) -> ChangesView:
    """The page of the last events, of a region or of the country."""
    election, regions = names.election.id, names.election.regions
    scope = "changes" if region is None else f"changes/region/{region}"
    return ChangesView(
        head=names.head,
        place=None if region is None else names.region(names.election.region_by_id[region]),
        events=tuple(event_row(names, event) for event in events),
        parts=tuple(names.region(one) for one in regions) if region is None else (),
        downloads=(views.Download("json", f"/results/data/{election}/{scope}.json"),),
    )


def cut_of(row: views.VersionRow, now: views.OverviewView, before: tuple[Cut, views.OverviewView] | None) -> Cut:
    """What is new in a kept version. `now` and `before` are what the two versions show of the country."""
    last = before[1] if before is not None else None
    known = {count.contest: count for count in last.contests} if last is not None else {}
    return Cut(
        number=row.number,
        at=row.at,
        previous=before[0].number if before is not None else None,
        previous_at=before[0].at if before is not None else "",
        causes=row.causes,
        figures=tuple(
            ChangedLine(
                name, None, getattr(last.figures, name) if last is not None else None, getattr(now.figures, name)
            )
            for name in _FIGURES
        ),
        contests=tuple(_contest(count, known.get(count.contest)) for count in now.contests),
    )


def _contest(now: views.ContestCount, before: views.ContestCount | None) -> ChangedContest:
    votes = {row.option.key: row.votes for row in before.rows} if before is not None else {}
    lines = [
        ChangedLine(row.option.key, row.option, votes.get(row.option.key), row.votes)
        for row in sorted(now.rows, key=lambda row: int(row.option.key))
    ]
    lines += [
        ChangedLine(name, None, getattr(before, name) if before is not None else None, getattr(now, name))
        for name in ("invalid", "ballots")
    ]
    return ChangedContest(now.contest, now.name, tuple(lines))


def _named(names: Names, detail: str) -> Name | None:
    contest = names.election.contest_by_id.get(detail) if detail != IDENTIFICATION else None
    return contest.name if contest is not None else None
