"""After the night.

What is public is compared with what was played, and with every receipt. Nothing here asks the publisher.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.played import Played
from shailoo.model.election import Election
from shailoo.rules.small_cells import is_small

Fetch = Callable[[str], Any]
"""A public JSON file of the election, by its name below `data/<election>/`."""


@dataclass(slots=True)
class Audit:
    """What was found. `differences` is empty after a good night."""

    totals: dict[str, dict[str, Any]] = field(default_factory=dict)
    held: int = 0
    conflicts: int = 0
    published: int = 0
    lost: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def audit_night(
    election: Election,
    played: Played,
    boxes: Iterable[str],
    received: Mapping[str, str],
    fetch: Fetch,
) -> Audit:
    """Compare the public data with the played counts of `boxes`.

    `received` are digests of notes by box that got a receipt.
    """
    audit = Audit()
    found: dict[str, dict[str, Any]] = {}
    for no in sorted({election.box_by_id[box].station or "" for box in boxes}):
        station = fetch(f"station/{no}.json")
        for report in station["reports"]:
            if report["kind"] == "final":
                found[report["sha256"]] = report
    for box, digest in received.items():
        if digest in found:
            audit.published += 1
        else:
            audit.lost.append(box)
    held = fetch("held.json")
    audit.held = len({row["box"] for row in held["held"]})
    audit.conflicts = len({row["box"] for row in held["conflicts"]})
    overview = fetch("overview.json")
    outside = {row["box"] for row in (*held["held"], *held["conflicts"])}
    expected = expected_totals(election, played, [box for box in boxes if box in received and box not in outside])
    public = {count["contest"]: count for count in overview["contests"]}
    for contest, sums in expected.items():
        count = public.get(contest)
        if count is None:  # district contests stand on their own pages
            count = _district_count(election, contest, fetch)
        audit.totals[contest] = {
            "ballots": count["ballots"] or 0,
            "invalid": count["invalid"] or 0,
            "votes": {str(option["no"]): option["votes"] or 0 for option in count["options"]},
            "sealed": count["sealed_ballots"],
            "merged": count["merged_ballots"],
        }
        audit.differences += _compare(contest, sums, audit.totals[contest])
    if overview["figures"]["boxes_reported"] != len(received) - len(outside & set(received)):
        audit.differences.append(
            f"overview: {overview['figures']['boxes_reported']} boxes reported, "
            f"{len(received)} receipts, {len(outside)} held"
        )
    return audit


@dataclass(slots=True)
class Sums:
    """The sums of a contest: shown votes, and what small cells hide."""

    ballots: int = 0
    invalid: int = 0
    votes: dict[str, int] = field(default_factory=dict)
    small_ballots: int = 0
    small_invalid: int = 0
    small_votes: dict[str, int] = field(default_factory=dict)


def expected_totals(election: Election, played: Played, boxes: Iterable[str]) -> dict[str, Sums]:
    """Sums of the played counts, straight from the table of what the boxes count."""
    sums: dict[str, Sums] = {}
    for box in boxes:
        for count in played.box_counts[box]:
            one = sums.setdefault(count.contest, Sums())
            options = election.contest_by_id[count.contest].options
            small = is_small(count.ballots, election.small_cell_bound)
            votes = one.small_votes if small else one.votes
            for option, given in zip(options, count.votes, strict=True):
                votes[str(option.no)] = votes.get(str(option.no), 0) + given
            if small:
                one.small_ballots += count.ballots
                one.small_invalid += count.invalid
            else:
                one.ballots += count.ballots
                one.invalid += count.invalid
    return sums


def _compare(contest: str, sums: Sums, public: Mapping[str, Any]) -> list[str]:
    merged = public["merged"]
    if merged not in (0, sums.small_ballots):
        return [f"{contest}: {merged} ballots of small cells are in the totals, {sums.small_ballots} were counted"]
    ballots = sums.ballots + merged
    invalid = sums.invalid + (sums.small_invalid if merged else 0)
    wrong = []
    if public["ballots"] != ballots:
        wrong.append(f"{contest}: {public['ballots']} ballots are public, {ballots} were counted")
    if public["invalid"] != invalid:
        wrong.append(f"{contest}: {public['invalid']} invalid ballots are public, {invalid} were counted")
    for no, votes in public["votes"].items():
        counted = sums.votes.get(no, 0) + (sums.small_votes.get(no, 0) if merged else 0)
        if votes != counted:
            wrong.append(f"{contest}, line {no}: {votes} votes are public, {counted} were counted")
    if not merged and public["sealed"] != sums.small_ballots:
        wrong.append(f"{contest}: {public['sealed']} ballots are told as sealed, {sums.small_ballots} were counted")
    return wrong


def _district_count(election: Election, contest: str, fetch: Fetch) -> Mapping[str, Any]:
    page = fetch(f"district/{election.contest_by_id[contest].district}.json")
    return next(count for count in page["contests"] if count["contest"] == contest)
