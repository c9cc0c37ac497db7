"""Reads back what data files say of the counts by hand: papers of a station, layers, seats, stations, acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from builder.gate.disagreement import PageDisagrees
from builder.gate.hand_tables import differences, layers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.gate.disagreement import About
    from builder.gate.facts import Facts
    from shailoo.model.base import Name
    from shailoo.model.election import Contest
    from shailoo.model.record import Act

_LAYERS = ("boxes", "hand", "final")


def check_protocols(facts: Facts, path: str, station: str, value: Mapping[str, Any]) -> None:
    """Every version that two people keyed alike stands in a station's file, with the lines that may be told."""
    hands, election = facts.layers.hands, facts.election
    sheets = ["identification", *(one.id for one in election.contests_at(election.station_by_no[station]))]
    wanted = []
    for sheet in sheets:
        contest = election.contest_by_id.get(sheet)
        versions = hands.agreed(station, sheet)
        hidden = contest is not None and any(
            facts.layers.hidden(station, contest, hands.counted(figures, contest).ballots) for _, figures, _ in versions
        )
        wanted += [
            (sheet, version, state, hidden, hands.told(figures, contest, hidden=hidden))
            for version, figures, state in versions
        ]
    found = [
        (
            one["sheet"],
            one["version"],
            one["state"],
            one["votes_hidden"],
            {line["line"]: line["figures"] for line in one["lines"]},
        )
        for one in value["protocols"]
    ]
    _same(path, "protocols", wanted, found)


def check_counts(facts: Facts, about: About, path: str, value: Mapping[str, Any]) -> None:
    """What stands in a file of the three counts beside the comparison. Raises PageDisagrees."""
    election = facts.election
    if about.kind == "country":
        whole = [one for one in election.contests if one.electorate.value != "district"]
    else:
        whole = [one for one in election.contests if one.district == about.place and about.kind == "district"]
    _same(path, "layers", [_layers(facts, about, contest) for contest in whole], value["layers"])
    if about.kind == "country":
        told = [facts.layers.hands.identified(station.no) for station in election.stations]
        known = [voters for voters in told if voters is not None]
        _same(path, "identified", {"voters": sum(known), "stations": len(known)}, value["identified"])
        _same(path, "acts", _acts(facts), value["acts"])
        return
    here = [one for one in election.contests if one.district == about.place]
    if about.kind == "region":
        here = [one for one in election.contests if one.electorate.value != "district"]
    wanted = {contest.id: _stations(facts, about, contest) for contest in here}
    found = {
        one["contest"]: {row.pop("station"): row for row in ({**said} for said in one["stations"])}
        for one in value["stations"]
    }
    _same(path, "stations", wanted, found)


def _layers(facts: Facts, about: About, contest: Contest) -> dict[str, Any]:
    rows = layers(facts, about, contest.id).rows
    boxes = facts.recount.of("country", "", contest.id)
    complete = (
        boxes.boxes == facts.expected("country", "", contest.id) > 0,
        facts.layers.complete("hand", contest),
        facts.layers.complete("final", contest),
    )
    order = [*(str(one.no) for one in contest.options), "nobody", "invalid", "ballots"]
    return {
        "contest": contest.id,
        "annulled": facts.layers.hands.annulled(contest.id),
        "layers": [
            {
                "layer": layer,
                "every_station": complete[at],
                "lines": [
                    {"line": key, "votes": rows[key][layer], "seats": rows[key][f"{layer}.seats"]}
                    for key in order
                    if key in rows
                ],
            }
            for at, layer in enumerate(_LAYERS)
        ],
    }


def _stations(facts: Facts, about: About, contest: Contest) -> dict[str, dict[str, Any]]:
    hands = facts.layers.hands
    return {
        no: {
            "protocol": hands.paper(no, contest.id).word,
            "ballots_boxes": row["boxes"],
            "ballots_hand": row["hand"],
            "votes_that_differ": row["votes"],
            "invalid_difference": row["invalid"],
            "excluded_by": hands.excluded_by(no),
            "reasons": hands.reasons(no, contest.id),
        }
        for no, row in differences(facts, about, contest.id).rows.items()
    }


def _acts(facts: Facts) -> list[dict[str, Any]]:
    hands = facts.layers.hands
    return [
        {
            "number": act.number,
            "day": act.day.isoformat(),
            "body": _spelled(facts.election.commission_by_id[act.body].name)
            if act.body in facts.election.commission_by_id
            else dict.fromkeys(("ky", "ru", "en"), act.body),
            "reason": act.reason,
            "reversed_by": hands.gone.get(act.number),
            "excludes": _excludes(facts, act),
        }
        for act in hands.acts
        if any(measure.measure in hands.ANNULS for measure in act.measures)
    ]


def _excludes(facts: Facts, act: Act) -> list[dict[str, Any]]:
    found = []
    for measure in act.measures:
        if measure.measure in facts.layers.hands.ANNULS:
            contest = facts.election.contest_by_id.get(getattr(measure, "contest", ""))
            found.append(
                {
                    "what": measure.measure,
                    "station": getattr(measure, "station", None),
                    "contest": _spelled(contest.name) if contest is not None else None,
                    "no": getattr(measure, "no", None),
                }
            )
    return found


def _spelled(name: Name) -> dict[str, str]:
    return {"ky": name.ky, "ru": name.ru, "en": name.en}


def _same(path: str, what: str, wanted: Any, found: Any) -> None:  # noqa: ANN401 -- parts of a JSON document
    """Name the first place where two parts of a document differ."""
    if wanted == found:
        return
    at = what
    while True:
        if isinstance(wanted, dict) and isinstance(found, dict):
            key = next(key for key in {**wanted, **found} if wanted.get(key, ...) != found.get(key, ...))
            wanted, found, at = wanted.get(key), found.get(key), f"{at}.{key}"
        elif isinstance(wanted, list | tuple) and isinstance(found, list | tuple) and len(wanted) == len(found):
            place = next(n for n, (one, other) in enumerate(zip(wanted, found, strict=True)) if one != other)
            wanted, found, at = wanted[place], found[place], f"{at}[{place}]"
        else:
            break
    raise PageDisagrees(
        "A data file differs from the counts by hand.",
        page=path, place=at, expected=str(wanted)[:200], found=str(found)[:200],
    )  # fmt: skip
