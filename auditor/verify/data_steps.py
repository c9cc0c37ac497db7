"""Step 7: every figure of every data file against our own sums of the signed texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from auditor.verify.figures import Figures, Shown, same
from auditor.verify.findings import Broken
from auditor.verify.sources import MALFORMED, Source, need, read_json
from auditor.verify.tally import COUNTRY, Scope
from shailoo.model.election import Contest


def check_places(source: Source, figures: Figures, scopes: Iterable[Scope]) -> int:
    """The files of places: JSON whole, CSV line by line. Returns how many figures were compared. Raises Broken."""
    folder = f"data/{figures.election.id}"
    checked = 0
    for scope in scopes:
        name = "overview" if scope == COUNTRY else "/".join(scope)
        path = f"{folder}/{name}.json"
        value = read_json(source, path)
        try:
            checked += _check_json(path, value, figures, scope)
        except (KeyError, TypeError, AttributeError) as error:
            raise Broken(
                path, repr(error), expected="the keys of docs/open-data.md", found="others", remedy=MALFORMED
            ) from error
        checked += _check_csv(f"{folder}/{name}.csv", need(source, f"{folder}/{name}.csv"), figures, scope)
        if scope[0] in {"region", "tec", "district"}:
            parts = f"{folder}/{name}-parts.csv"
            checked += _check_parts_csv(parts, need(source, parts), figures, scope)
    return checked


def _check_json(path: str, value: Mapping[str, Any], figures: Figures, scope: Scope) -> int:
    contests = figures.contests(scope)
    same(path, "contests", [one.id for one in contests], [one["contest"] for one in value["contests"]])
    checked = 0
    for contest, said in zip(contests, value["contests"], strict=True):
        checked += _check_contest(path, figures.shown(scope, contest), contest, said)
    place = figures.place(scope)
    if scope[0] == "station":
        same(path, "voters", place.voters, value["voters"])
        same(path, "participants", figures.participants(scope), value["participants"])
        for box in value["boxes"]:
            same(path, f"boxes[{box['box']}].state", figures.tally.states.get(box["box"]), box["state"])
        same(path, "boxes", sorted(_boxes_at(figures, scope[1])), sorted(box["box"] for box in value["boxes"]))
        _check_reports(path, value, figures, scope[1])
        return checked + 2 + len(value["boxes"])
    told = value["figures"]
    expected = {
        "voters": place.voters, "participants": figures.participants(scope), "boxes_reported": place.boxes,
        "boxes_expected": place.expected, "held": place.held,
    }  # fmt: skip
    if scope == COUNTRY:
        expected["conflicts"] = place.conflicts
    for key, figure in expected.items():
        same(path, f"figures.{key}", figure, told[key])
    rows = value["coverage"] if scope == COUNTRY else value["parts"]
    same(path, "parts", [one[1] for one in figures.parts(scope)], [row["place"]["id"] for row in rows])
    for part, row in zip(figures.parts(scope), rows, strict=True):
        for key, figure in _coverage(figures, part).items():
            same(path, f"{part[0]} {part[1]}.{key}", figure, row[key])
    return checked + 5 + 6 * len(rows)


def _coverage(figures: Figures, scope: Scope) -> dict[str, int | None]:
    place = figures.place(scope)
    return {
        "voters": place.voters,
        "participants": figures.participants(scope),
        "boxes_reported": place.boxes,
        "boxes_expected": place.expected,
        "held": place.held,
        "voters_waiting": place.waiting,
    }


def _check_contest(path: str, shown: Shown, contest: Contest, said: Mapping[str, Any]) -> int:
    where = f"contests[{contest.id}]"
    for key, figure in (
        ("ballots", shown.ballots), ("invalid", shown.invalid), ("sealed_ballots", shown.sealed),
        ("merged_ballots", shown.merged), ("boxes_reported", shown.boxes), ("boxes_expected", shown.expected),
        ("fewer_than", shown.bound),
    ):  # fmt: skip
        same(path, f"{where}.{key}", figure, said[key])
    votes = {one["no"]: one["votes"] for one in said["options"]}
    same(path, f"{where}.options", sorted(one.no for one in contest.options), sorted(votes))
    for option, figure in zip(contest.options, shown.votes, strict=True):
        same(path, f"{where}.options[{option.no}].votes", figure, votes[option.no])
    return 7 + len(votes)


def _boxes_at(figures: Figures, station: str) -> list[str]:
    return [box.id for box in figures.tally.boxes.values() if box.station == station]


def _check_reports(path: str, value: Mapping[str, Any], figures: Figures, station: str) -> None:
    """Every public text of the station's boxes is named, and whether it counts."""
    counted: set[str] = set()
    expected: set[str] = set()
    for box in _boxes_at(figures, station):
        known = figures.tally.boxes[box]
        expected |= {one.sha256 for one in (*known.finals, *known.annexes)}
        if figures.tally.states[box] == "accepted":
            counted |= {one.sha256 for one in (known.final(), known.annex()) if one is not None}
    told = {one["sha256"] for one in value["reports"] if one["kind"] != "zero"}
    same(path, "reports", sorted(expected), sorted(told))
    said = {one["sha256"] for one in value["reports"] if one["counted"]}
    same(path, "reports: counted", sorted(counted), sorted(said))


def _check_csv(path: str, data: bytes, figures: Figures, scope: Scope) -> int:
    expected: dict[tuple[str, str, str], tuple[str, str]] = {}
    for contest in figures.contests(scope):
        shown = figures.shown(scope, contest)
        base = _text(shown.ballots)
        for option, votes in zip(contest.options, shown.votes, strict=True):
            expected[contest.id, "option", str(option.no)] = _text(votes), base
        expected[contest.id, "invalid", ""] = _text(shown.invalid), base
        expected[contest.id, "ballots", ""] = base, base
    found = {(row["contest"], row["line"], row["no"]): (row["votes"], row["ballots"]) for row in rows_of(path, data)}
    _same_rows(path, expected, found)
    return 2 * len(found)


def _check_parts_csv(path: str, data: bytes, figures: Figures, scope: Scope) -> int:
    columns = ("voters", "participants", "boxes_reported", "boxes_expected", "held", "voters_waiting")
    expected = {
        part: tuple(_text(_coverage(figures, part)[column]) for column in columns) for part in figures.parts(scope)
    }
    found = {(row["place_kind"], row["place"]): tuple(row[column] for column in columns) for row in rows_of(path, data)}
    _same_rows(path, expected, found)
    return len(columns) * len(found)


def _same_rows(path: str, expected: Mapping[Any, Any], found: Mapping[Any, Any]) -> None:
    if expected == found:
        return
    for key in (*expected, *found):
        same(path, " ".join(str(part) for part in key), expected.get(key), found.get(key))


def rows_of(path: str, data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by column. Raises Broken."""
    try:
        return list(csv.DictReader(io.StringIO(data.decode()), strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        raise Broken(path, "whole file", expected="CSV", found=str(error), remedy=MALFORMED) from error


def _text(figure: int | None) -> str:
    return "" if figure is None else str(figure)


def check_nation(source: Source, figures: Figures) -> int:
    """The national table, the options, the held reports and the map. Raises Broken."""
    return (
        _check_stations_csv(source, figures)
        + _check_options(source, figures)
        + _check_held(source, figures)
        + _check_areas(source, figures)
    )


def _check_stations_csv(source: Source, figures: Figures) -> int:
    path = f"data/{figures.election.id}/stations.csv"
    data = source.read(path)
    if data is None:
        return 0
    expected: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    for box in figures.tally.boxes.values():
        final = box.final()
        if box.station is None:
            continue
        if figures.tally.states[box.id] != "accepted" or final is None:
            expected[box.id, "", ""] = "", "", ""
            continue
        for contest, count in final.text.counts.items():
            if count.votes is None:
                expected[box.id, contest, ""] = str(count.ballots), "", ""
            for no, votes in count.votes or ():
                expected[box.id, contest, str(no)] = str(count.ballots), str(count.invalid), str(votes)
    found = {
        (row["box"], row["contest"], row["no"]): (row["ballots"], row["invalid"], row["votes"])
        for row in rows_of(path, data)
    }
    _same_rows(path, expected, found)
    return 3 * len(found)


def _check_options(source: Source, figures: Figures) -> int:
    checked = 0
    for contest in figures.election.contests:
        total = figures.country(contest.id)
        for index, option in enumerate(contest.options):
            path = f"data/{figures.election.id}/option/{contest.id}-{option.no}.json"
            value = read_json(source, path)
            same(path, "votes", total.votes[index] if total.boxes else None, value["votes"])
            same(path, "ballots", total.ballots if total.boxes else None, value["ballots"])
            for row in value["sources"]:
                part = figures.tally.of((row["place"]["kind"], row["place"]["id"]), contest.id)
                known = part.boxes > 0 and part.ballots > 0
                where = f"sources[{row['place']['kind']} {row['place']['id']}]"
                same(path, f"{where}.votes", part.votes[index] if known else None, row["votes"])
                same(path, f"{where}.ballots", part.ballots if known else None, row["ballots"])
            chosen = figures.tally.preferences.get((contest.id, option.no))
            for person in value["candidates"]:
                votes = None if chosen is None else chosen.get(person["no"], 0)
                same(path, f"candidates[{person['no']}].preferences", votes, person["preferences"])
            checked += 2 + 2 * len(value["sources"]) + len(value["candidates"])
    return checked


def _check_held(source: Source, figures: Figures) -> int:
    path = f"data/{figures.election.id}/held.json"
    value = read_json(source, path)
    tally = figures.tally
    for state, key in (("held", "held"), ("conflict", "conflicts")):
        expected = sorted(box for box, found in tally.states.items() if found == state)
        same(path, key, expected, sorted({row["box"] for row in value[key]}))
    for row in value["held"]:
        faults = tally.boxes[row["box"]].faults(figures.election)
        if (row["contest"], row["rule"]) not in faults:
            same(path, f"held[{row['box']}].rule", faults, f"{row['contest']} {row['rule']}")
    return len(value["held"]) + len(value["conflicts"])


def _check_areas(source: Source, figures: Figures) -> int:
    path = f"data/{figures.election.id}/map/areas.json"
    areas = read_json(source, path)["areas"]
    contest = next(iter(figures.contests(COUNTRY)))
    for row in areas:
        scope = (row["place_kind"], row["place"])
        total = figures.tally.of(scope, contest.id)
        where = f"areas[{scope[0]} {scope[1]}]"
        same(path, f"{where}.voters", figures.place(scope).voters, row["voters"])
        same(path, f"{where}.participants", figures.participants(scope), row["participants"])
        same(path, f"{where}.ballots", total.ballots or None, row["ballots"])
        best = max(zip(total.votes, (-option.no for option in contest.options), strict=True), default=(0, 0))
        known = total.ballots > 0 and best[0] > 0
        same(path, f"{where}.leader_votes", best[0] if known else None, row["leader_votes"])
        leader = None if row["leader"] is None else int(row["leader"])
        same(path, f"{where}.leader", -best[1] if known else None, leader)
    return 5 * len(areas)
