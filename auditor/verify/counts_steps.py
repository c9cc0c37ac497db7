"""Step 10, files: the three counts as CSV and JSON, their layers, seats, stations and acts, against our own sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.verify.data_steps import rows_of
from auditor.verify.figures import same
from auditor.verify.findings import Broken
from auditor.verify.hands import Hands, HandSum, Opened, annulling, keys_of, row_of
from auditor.verify.protocols import roles_of
from auditor.verify.sources import Source, need, read_json
from auditor.verify.tally import COUNTRY, Scope, Sum
from shailoo.model.election import Contest, ContestKind
from shailoo.rules.seats import decide
from shailoo.rules.totals import ContestTotals, OptionVotes, RegionVotes

LAYERS = ("boxes", "hand", "final")
_MALFORMED = "Ask for the file again; if it stays so, keep it and tell the commission."
_REMEDY = (
    "Add up the protocols of the stations yourself; then ask the commission which paper or act changed this figure."
)


def path_of(scope: Scope) -> str:
    """Where the three counts of a place lie below the data or the pages of an election."""
    return {"country": "counts", "region": f"counts/{scope[1]}"}.get(scope[0], f"counts/district/{scope[1]}")


def check_states(hands: Hands) -> int:
    """What the stations' files say of each version: it counts, it is held, a later one stands in its place."""
    for (no, sheet), states in hands.papers.states.items():
        last = "counts" if hands.counts(no, sheet) is not None else "held"
        path = f"{hands.public.folder}/station/{no}.json"
        same(path, f"protocols[{sheet}].state", [*["replaced"] * (len(states) - 1), last], states)
    return hands.papers.checked


def open_rows(source: Source, hands: Hands) -> list[str]:
    """Take over what hidden cells became together, where the country's sum opens them. Raises Broken, says for whom."""
    notes = []
    for contest in hands.election.contests if hands.begun else ():
        wanted = [layer for layer in ("hand", "final") if hands.opens(layer, contest)]
        if not wanted:
            continue
        scope: Scope = COUNTRY if contest in hands.whole_contests() else ("district", contest.district or "")
        path = f"{hands.public.folder}/{path_of(scope)}.json"
        said = next(one for one in read_json(source, path)["layers"] if one["contest"] == contest.id)
        for layer in wanted:
            lines = next(one for one in said["layers"] if one["layer"] == layer)["lines"]
            votes = {one["line"]: one["votes"] for one in lines}
            own = hands.sum(layer, COUNTRY, contest)
            row = Opened(
                votes["ballots"] - own.ballots,
                votes["invalid"] - own.invalid,
                (votes.get("nobody") or 0) - own.nobody,
                tuple(votes[str(one.no)] - had for one, had in zip(contest.options, own.votes, strict=True)),
            )
            valid = own.sealed - row.invalid
            marked = sum(row.votes) + row.nobody
            possible = min(*row.votes, row.nobody, row.invalid, valid) >= 0 and marked <= valid * contest.marks
            if row.ballots != own.sealed or not possible or (contest.marks == 1 and marked != valid):
                raise Broken(
                    path, f"layers[{contest.id}].{layer}: small cells",
                    expected=f"a count of {own.sealed} ballots", found=str(row), remedy=_REMEDY,
                )  # fmt: skip
            hands.opened[layer, contest.id] = row
        sealed = hands.sum("hand", COUNTRY, contest).sealed
        notes.append(
            f"{hands.election.id} {contest.id}: {sealed} ballots counted by hand are in cells too small to show; only "
            "their sum was looked at"
        )
    return notes


def check_counts(source: Source, hands: Hands) -> int:
    """Every file of the three counts. Raises Broken."""
    checked = 0
    for scope in hands.places():
        path = f"{hands.public.folder}/{path_of(scope)}"
        if not hands.begun:
            if source.read(f"{path}.json") is not None:
                raise Broken(f"{path}.json", "whole file", expected=None, found="a file", remedy=_MALFORMED)
            continue
        try:
            checked += _json(f"{path}.json", read_json(source, f"{path}.json"), hands, scope)
        except (KeyError, TypeError, AttributeError) as error:
            raise Broken(
                f"{path}.json", repr(error), expected="the keys of docs/open-data.md", found="others", remedy=_MALFORMED
            ) from error
        checked += _csv(f"{path}.csv", need(source, f"{path}.csv"), hands, scope)
    return checked


def check_table(source: Source, hands: Hands) -> int:
    """The table of every paper against the stations' files, which the log binds. Raises Broken."""
    path = f"{hands.public.folder}/protocols.csv"
    expected: dict[tuple[str, ...], str] = {}
    for (no, sheet), versions in hands.papers.versions.items():
        contest = hands.election.contest_by_id.get(sheet)
        roles = roles_of(hands.election.protocol_by_kind[contest.kind]) if contest is not None else {}
        options = [
            str(one.no)
            for one in (contest.options if contest is not None else ())
            if "against-all" not in roles or one.kind.value != "against-all"
        ]
        for version, state in zip(versions, hands.papers.states[no, sheet], strict=True):
            for line, figures in version.lines.items():
                numbers = options if line == roles.get("votes") else [""]
                expected |= {
                    (no, sheet, str(version.number), state, line, number): str(figure)
                    for number, figure in zip(numbers, figures, strict=True)
                }
    columns = ("station", "sheet", "version", "state", "line", "no")
    rows = rows_of(path, need(source, path))
    found = {tuple(row[column] for column in columns): row["figure"] for row in rows}
    same(path, "rows", len(expected), len(rows))
    if expected != found:
        for line_of in {**expected, **found}:
            same(path, " ".join(line_of), expected.get(line_of), found.get(line_of))
    return len(found)


def _json(path: str, value: Mapping[str, Any], hands: Hands, scope: Scope) -> int:
    contests = hands.contests(scope)
    same(path, "counts", [one.id for one in contests], [one["contest"] for one in value["counts"]])
    checked = 0
    for contest, said in zip(contests, value["counts"], strict=True):
        boxes, hand, both = hands.compared(scope, contest)
        where = f"counts[{contest.id}]"
        same(path, f"{where}.stations_with_both", both, said["stations_with_both"])
        same(path, f"{where}.stations", len(hands.stations(scope, contest.id)), said["stations"])
        lines = {one["line"]: one for one in said["lines"]}
        same(path, f"{where}.lines", keys_of(contest), list(lines))
        for at, key in enumerate(keys_of(contest)):
            same(path, f"{where}.{key}.boxes", boxes[at] if boxes is not None else None, lines[key]["boxes"])
            same(path, f"{where}.{key}.hand", hand[at] if hand is not None else None, lines[key]["hand"])
        checked += 2 + 2 * len(lines)
    layered = contests if scope[0] != "region" else []
    same(path, "layers", [one.id for one in layered], [one["contest"] for one in value["layers"]])
    for contest, said in zip(layered, value["layers"], strict=True):
        checked += _layers(path, said, hands, contest)
    if scope == COUNTRY:
        told = [voters for one in hands.election.stations if (voters := hands.identified(one.no)) is not None]
        same(path, "identified", {"voters": sum(told), "stations": len(told)}, value["identified"])
        return checked + 2 + _acts(path, value["acts"], hands)
    for contest, said in zip(contests, value["stations"], strict=True):
        same(path, "stations", contest.id, said["contest"])
        checked += _stations(path, said["stations"], hands, scope, contest)
    return checked


def _csv(path: str, data: bytes, hands: Hands, scope: Scope) -> int:
    expected: dict[tuple[str, str], tuple[str, str]] = {}
    for contest in hands.contests(scope):
        boxes, hand, _ = hands.compared(scope, contest)
        for at, key in enumerate(keys_of(contest)):
            expected[contest.id, key] = (
                str(boxes[at]) if boxes is not None else "", str(hand[at]) if hand is not None else "",
            )  # fmt: skip
    found = {(row["contest"], row["no"] or row["line"]): (row["boxes"], row["hand"]) for row in rows_of(path, data)}
    for line in {**expected, **found}:
        same(path, " ".join(line), expected.get(line), found.get(line))
    return 2 * len(found)


def sums_of(hands: Hands, contest: Contest) -> dict[str, Sum | HandSum | None]:
    """The country's sum of a contest in each layer; None where nothing is in it."""
    boxes, hand, final = (
        hands.figures.country(contest.id),
        hands.country("hand", contest),
        hands.country("final", contest),
    )
    return {
        "boxes": boxes if boxes.boxes else None,
        "hand": hand if hand.stations else None,
        "final": final if final.stations and contest.id not in hands.annulled else None,
    }


def _layers(path: str, said: Mapping[str, Any], hands: Hands, contest: Contest) -> int:
    where = f"layers[{contest.id}]"
    same(path, f"{where}.annulled", contest.id in hands.annulled, said["annulled"])
    same(path, f"{where}.layers", list(LAYERS), [one["layer"] for one in said["layers"]])
    sums = sums_of(hands, contest)
    checked = 0
    for one in said["layers"]:
        name = one["layer"]
        same(path, f"{where}.{name}.every_station", hands.complete(name, contest), one["every_station"])
        expected = layer_lines(hands, contest, name, sums)
        found = {line["line"]: (line["votes"], line["seats"]) for line in one["lines"]}
        same(path, f"{where}.{name}.lines", sorted(expected), sorted(found))
        for key, (votes, seats) in expected.items():
            same(path, f"{where}.{name}.{key}.votes", votes, found[key][0])
            same(path, f"{where}.{name}.{key}.seats", seats, found[key][1])
        checked += 1 + 2 * len(expected)
    return checked


def layer_lines(
    hands: Hands, contest: Contest, layer: str, sums: Mapping[str, Sum | HandSum | None]
) -> dict[str, tuple[int | None, int | None]]:
    """Line -> votes and seats of a layer."""
    total, final = sums[layer], sums["final"]
    keys = keys_of(contest)
    row = row_of(total) if total is not None else [None] * len(keys)
    seats = _seats(hands, contest, layer, total) if total is not None and contest.seats else None
    lines = {
        key: (figure, seats.get(int(key), 0) if seats is not None and key.isdecimal() else None)
        for key, figure in zip(keys, row, strict=True)
    }
    if isinstance(final, HandSum) and final.nobody:
        lines["nobody"] = (final.nobody if layer == "final" else None, None)
    return lines


def _seats(hands: Hands, contest: Contest, layer: str, total: Sum | HandSum) -> dict[int, int]:
    """The rule, asked of a layer's own totals."""
    election, regions = hands.election, []
    for region in election.regions if election.quota_regions and contest.kind is ContestKind.PARTY_LIST else ():
        scope = ("region", region.id)
        part = hands.figures.tally.of(scope, contest.id) if layer == "boxes" else hands.sum(layer, scope, contest)
        pairs = tuple((one.no, votes) for one, votes in zip(contest.options, part.votes, strict=True))
        took_part = part.ballots + part.sealed
        regions.append(RegionVotes(region=region.id, participants=took_part, votes=pairs, unplaced=part.sealed))
    result = decide(
        contest.rule,
        ContestTotals(
            contest=contest.id,
            seats=contest.seats,
            voters=hands.figures.place(COUNTRY).voters,
            participants=total.ballots + total.sealed,
            options=tuple(
                OptionVotes(no=one.no, kind=one.kind, votes=votes, sex=one.sex)
                for one, votes in zip(contest.options, total.votes, strict=True)
            ),
            round=contest.round,
            regions=tuple(regions),
            quota_regions=election.quota_regions,
            unplaced=total.sealed,
        ),
    )
    return dict(result.seats)


def _stations(path: str, rows: list[Mapping[str, Any]], hands: Hands, scope: Scope, contest: Contest) -> int:
    found = {row["station"]: row for row in rows}
    same(path, f"stations[{contest.id}]", sorted(hands.stations(scope, contest.id)), sorted(found))
    for no, row in found.items():
        where = f"stations[{contest.id}][{no}]"
        hands.said[no, contest.id] = row["protocol"]
        if row["protocol"] not in hands.words(no, contest.id):
            same(path, f"{where}.protocol", " or ".join(sorted(hands.words(no, contest.id))), row["protocol"])
        for key, figure in station_row(hands, no, contest).items():
            same(path, f"{where}.{key}", figure, row[key])
        by = next(
            (a["number"] for a, m in hands.force if m["measure"] == "exclude-station" and m["station"] == no), None
        )
        same(path, f"{where}.excluded_by", by, row["excluded_by"])
    return 6 * len(found)


def station_row(hands: Hands, no: str, contest: Contest) -> dict[str, int | None]:
    """How the counts of a station compare, by the keys of the file."""
    boxes, hand, pair = (
        hands.told(no, contest.id),
        hands.cells["hand"].get((no, contest.id)),
        hands.pair(no, contest.id),
    )
    return {
        "ballots_boxes": boxes.ballots + boxes.sealed if boxes is not None else None,
        "ballots_hand": hand.ballots if hand is not None else None,
        "votes_that_differ": hands.size(no, contest.id),
        "invalid_difference": pair[1].invalid - pair[0].invalid if pair is not None else None,
    }


def _acts(path: str, said: list[Mapping[str, Any]], hands: Hands) -> int:
    acts = annulling(hands.acts)
    same(path, "acts", [act["number"] for act in acts], [one["number"] for one in said])
    for act, one in zip(acts, said, strict=True):
        where = f"acts[{act['number']}]"
        same(path, f"{where}.day", act["day"], one["day"])
        same(path, f"{where}.reason", act["reason"], one["reason"])
        same(path, f"{where}.reversed_by", hands.gone.get(act["number"]), one["reversed_by"])
        known = hands.election.commission_by_id.get(act["body"])
        same(path, f"{where}.body", known.name.en if known is not None else act["body"], one["body"]["en"])
        excludes = [
            (m["measure"], m.get("station"), m.get("no"))
            for m in act["measures"]
            if m["measure"].startswith("exclude-")
        ]
        same(path, f"{where}.excludes", excludes, [(x["what"], x["station"], x["no"]) for x in one["excludes"]])
    return 5 * len(acts)
