"""Reads data files back too: a CSV or JSON that travels alone must say what the signed texts add up to."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from builder.gate.check_changes import check_cut
from builder.gate.check_hands import check_counts, check_protocols
from builder.gate.check_papers import check_papers_file
from builder.gate.disagreement import About, PageDisagrees
from builder.gate.hand_tables import place_pair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builder.gate.facts import Facts

_KINDS = frozenset({"region", "tec", "district", "station"})


def check_data(facts: Facts, files: Iterable[tuple[str, bytes]]) -> None:
    """Compare the contests in the files of a page with the recount. Raises PageDisagrees."""
    for path, data in files:
        if _of_its_own(facts, path, data):
            continue
        kind, place = _scope(path, facts.election.id)
        if kind is None:
            continue
        if path.endswith(".json"):
            value = json.loads(data)
            for contest in value["contests"]:
                _contest(facts, kind, place, path, _of_json(contest))
            if kind == "station":
                check_protocols(facts, path, place, value)
        elif not path.endswith("-parts.csv"):
            for contest in _of_csv(data):
                _contest(facts, kind, place, path, contest)


def _of_its_own(facts: Facts, path: str, data: bytes) -> bool:
    """Check a file of documents, changes or the three counts; says whether it is one."""
    family, _, rest = path.removeprefix(f"data/{facts.election.id}/").rpartition(".")[0].partition("/")
    if family == "counts":
        _counts(facts, path, rest, data)
    elif family == "documents" and rest:
        check_papers_file(facts, path, data)
    elif family == "changes" and rest:
        check_cut(facts, path, json.loads(data))
    else:
        return False
    return True


def _counts(facts: Facts, path: str, place: str, data: bytes) -> None:
    """A file of the three counts: of the country, or of a place."""
    about = About("counts", "country", "")
    if place:
        kind, _, name = place.rpartition("/")
        about = About("counts-place", kind or "region", name)
    if path.endswith(".json"):
        check_counts(facts, about, path, json.loads(data))
    found = _counted_json(data) if path.endswith(".json") else _counted_csv(data)
    wanted: dict[tuple[str, str, str], int | None] = {}
    for contest in dict.fromkeys(contest for contest, _, _ in found):
        pair = place_pair(facts, about, facts.election.contest_by_id[contest])
        for side, figures in zip(("boxes", "hand"), pair, strict=True):
            wanted |= {(contest, line, side): figures.get(line) for line in _lines(facts, contest)}
    if found != wanted:
        wrong = next(key for key in {**wanted, **found} if wanted.get(key, -1) != found.get(key, -1))
        raise PageDisagrees(
            "A data file differs from the counts by hand.",
            page=path, line=str(wrong), expected=wanted.get(wrong), found=found.get(wrong),
        )  # fmt: skip


def _lines(facts: Facts, contest: str) -> list[str]:
    return [*(str(option.no) for option in facts.election.contest_by_id[contest].options), "invalid", "ballots"]


def _counted_json(data: bytes) -> dict[tuple[str, str, str], int | None]:
    return {
        (count["contest"], line["line"], side): line[side]
        for count in json.loads(data)["counts"]
        for line in count["lines"]
        for side in ("boxes", "hand")
    }


def _counted_csv(data: bytes) -> dict[tuple[str, str, str], int | None]:
    return {
        (row["contest"], row["no"] or row["line"], side): int(row[side]) if row[side] else None
        for row in csv.DictReader(io.StringIO(data.decode()))
        for side in ("boxes", "hand")
    }


def _scope(path: str, election: str) -> tuple[str | None, str]:
    rest = path.removeprefix(f"data/{election}/").rpartition(".")[0].removesuffix("-parts")
    if rest == "overview" or rest.startswith("v/"):
        return "country", ""
    kind, _, place = rest.partition("/")
    return (kind, place) if kind in _KINDS else (None, "")


def _contest(facts: Facts, kind: str, place: str, path: str, found: tuple[str, dict[str, int | None]]) -> None:
    contest_id, figures = found
    added = facts.recount.of(*(("country", "") if kind == "district" else (kind, place)), contest_id)
    hidden = kind == "station" and added.sealed and not added.ballots
    known = added.boxes > 0
    wanted: dict[str, int | None] = {"ballots": (added.sealed if hidden else added.ballots) if known else None}
    wanted["invalid"] = added.invalid if known and not hidden else None
    for option, votes in zip(facts.election.contest_by_id[contest_id].options, added.votes, strict=True):
        wanted[str(option.no)] = votes if known and not hidden else None
    if figures != wanted:
        line = next(name for name in {**wanted, **figures} if wanted.get(name, -1) != figures.get(name, -1))
        raise PageDisagrees(
            "A data file differs from the sum of the signed texts.",
            page=path, contest=contest_id, line=line, expected=wanted.get(line), found=figures.get(line),
        )  # fmt: skip


def _of_json(contest: dict[str, Any]) -> tuple[str, dict[str, int | None]]:
    figures = {"ballots": contest["ballots"], "invalid": contest["invalid"]}
    figures |= {str(option["no"]): option["votes"] for option in contest["options"]}
    return contest["contest"], figures


def _of_csv(data: bytes) -> list[tuple[str, dict[str, int | None]]]:
    contests: dict[str, dict[str, int | None]] = {}
    for row in csv.DictReader(io.StringIO(data.decode())):
        figures = contests.setdefault(row["contest"], {})
        name = row["no"] if row["line"] == "option" else row["line"]
        if name in figures:
            raise PageDisagrees("A line stands twice in a data file.", contest=row["contest"], line=name)
        figures[name] = int(row["votes"]) if row["votes"] else None
    return list(contests.items())
