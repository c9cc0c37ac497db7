"""Step 8: seats and districts, asked anew from the rules on our own totals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.verify.figures import Figures, same
from auditor.verify.sources import Source, read_json
from auditor.verify.tally import COUNTRY
from shailoo.model.election import Contest, ContestKind
from shailoo.rules.results import Reason, SeatResult, Status
from shailoo.rules.seats import decide
from shailoo.rules.totals import ContestTotals, OptionVotes, RegionVotes


def check_seats(source: Source, figures: Figures) -> int:
    """The seats of the lists, and how every district stands. Raises Broken."""
    path = f"data/{figures.election.id}/overview.json"
    value = read_json(source, path)
    checked = 0
    if "seats" in value:
        said = value["seats"]
        contest = figures.election.contest_by_id[said["contest"]]
        result = _decide(figures, contest)
        seats = dict(result.seats) if result is not None else {}
        same(path, "seats.lists", seats, {row["no"]: row["seats"] for row in said["lists"]})
        same(path, "seats.total", contest.seats, said["total"])
        same(path, "seats.open", contest.seats - sum(seats.values()), said["open"])
        decided = _complete(figures, contest) and result is not None and result.status is Status.DECIDED
        same(path, "seats.decided", decided, said["decided"])
        checked += 3 + len(seats)
    for row in value["districts"]:
        checked += _check_district(path, figures, row)
    return checked


def _check_district(path: str, figures: Figures, row: Mapping[str, Any]) -> int:
    name = row["place"]["id"]
    where = f"districts[{name}]"
    contest = figures.contests(("district", name))[0]
    total = figures.country(contest.id)
    ranked = sorted(zip((-votes for votes in total.votes), (one.no for one in contest.options), strict=True))
    counted = total.boxes > 0 and ranked[0][0] < 0
    same(path, f"{where}.leader", ranked[0][1] if counted else None, row["leader"])
    same(path, f"{where}.votes", -ranked[0][0] if counted else None, row["votes"])
    same(path, f"{where}.ballots", total.ballots if counted else None, row["ballots"])
    same(path, f"{where}.boxes_reported", total.boxes, row["boxes_reported"])
    same(path, f"{where}.boxes_expected", total.expected, row["boxes_expected"])
    same(path, f"{where}.state", _state(_decide(figures, contest), complete=_complete(figures, contest)), row["state"])
    return 6


def _complete(figures: Figures, contest: Contest) -> bool:
    total = figures.country(contest.id)
    return total.expected > 0 and total.boxes == total.expected


def _state(result: SeatResult | None, *, complete: bool) -> str:
    if result is None or result.status is Status.NONE:
        return "waiting"
    if complete:
        return {Status.DECIDED: "elected", Status.FAILED: "failed"}.get(result.status, result.status.value)
    if result.reason is Reason.AGAINST_ALL:
        return "against-all-leads"
    return "tie" if result.status is Status.UNDETERMINED else "leading"


def _decide(figures: Figures, contest: Contest) -> SeatResult | None:
    election, total = figures.election, figures.country(contest.id)
    if not total.boxes:
        return None
    regions = []
    for region in election.regions if election.quota_regions and contest.kind is ContestKind.PARTY_LIST else ():
        part = figures.tally.of(("region", region.id), contest.id)
        votes = tuple((option.no, figure) for option, figure in zip(contest.options, part.votes, strict=True))
        regions.append(
            RegionVotes(region=region.id, participants=part.ballots + part.sealed, votes=votes, unplaced=part.sealed)
        )
    options = tuple(
        OptionVotes(no=option.no, kind=option.kind, votes=figure, sex=option.sex)
        for option, figure in zip(contest.options, total.votes, strict=True)
    )
    return decide(
        contest.rule,
        ContestTotals(
            contest=contest.id,
            seats=contest.seats,
            voters=figures.place(COUNTRY).voters,
            participants=total.ballots + total.sealed,
            options=options,
            round=contest.round,
            regions=tuple(regions),
            quota_regions=election.quota_regions,
            unplaced=total.sealed,
        ),
    )
