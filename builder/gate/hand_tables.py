"""What the tables of the three counts ought to say, by the gate's own adding up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gate.ought import Figures, Ought
from shailoo.rules.differences import BOUND, CLASSES
from shailoo.rules.shares import share_hundredths

if TYPE_CHECKING:
    from builder.gate.disagreement import About
    from builder.gate.facts import Facts
    from builder.gate.hands import Handed, HandSum
    from builder.gate.recount import Added
    from shailoo.model.base import Name
    from shailoo.model.election import Contest
    from shailoo.model.record import Measure

_LAYERS = ("boxes", "hand", "final")


def comparison(facts: Facts, about: About, rest: str) -> Ought:
    """Boxes beside hand: one station, or the stations of a place that have both counts."""
    contest = facts.election.contest_by_id[rest]
    boxes, hand = (
        station_pair(facts, about.place, contest) if about.kind == "station" else place_pair(facts, about, contest)
    )
    rows: dict[str, Figures] = {}
    for key in (*_option_keys(contest), "invalid", "ballots"):
        had, wanted = boxes.get(key), hand.get(key)
        rows[key] = {
            "boxes": had, "hand": wanted, "difference": None if had is None or wanted is None else wanted - had,
        }  # fmt: skip
    if about.kind == "station" and _hidden(facts, about.place, contest):
        rows = {"ballots": rows["ballots"]}
    return Ought(rows, _names(contest), signed=frozenset({"difference"}))


def place_pair(facts: Facts, about: About, contest: Contest) -> tuple[dict[str, int], dict[str, int]]:
    """Both counts over the stations of a place that have both; the whole country when nothing is missing."""
    if about.kind == "country" and whole(facts, contest):
        return (
            _figures(contest, facts.recount.of("country", "", contest.id)),
            _figures(contest, facts.layers.country("hand", contest)),
        )
    boxes: dict[str, int] = {}
    hand: dict[str, int] = {}
    for no in stations_of(facts, about, contest):
        found = facts.layers.both(no, contest)
        if found is not None:
            for total, figures in ((boxes, _figures(contest, found[0])), (hand, _figures(contest, found[1]))):
                for key, value in figures.items():
                    total[key] = total.get(key, 0) + value
    return boxes, hand


def whole(facts: Facts, contest: Contest) -> bool:
    """Whether both counts of the country are complete with nothing hidden in them."""
    boxes = facts.recount.of("country", "", contest.id)
    complete = boxes.boxes == facts.expected("country", "", contest.id) > 0 and facts.layers.complete("hand", contest)
    return complete and not boxes.sealed and not facts.layers.country("hand", contest).sealed


def both_at(facts: Facts, about: About, contest: Contest) -> int:
    """How many stations are in a comparison."""
    stations = stations_of(facts, about, contest)
    if about.kind == "country" and whole(facts, contest):
        return len(stations)
    return sum(1 for no in stations if facts.layers.both(no, contest) is not None)


def stations_of(facts: Facts, about: About, contest: Contest) -> list[str]:
    """The stations of the place of a page that hold ballots of a contest."""
    return facts.layers.voting(about.kind, about.place, contest)


def station_pair(facts: Facts, no: str, contest: Contest) -> tuple[dict[str, int], dict[str, int]]:
    """Both counts of a station as far as they are known and may be shown."""
    hand = facts.layers.hands.hand(no, contest)
    boxes = facts.recount.of("station", no, contest.id)
    told = facts.layers.told(no, contest)
    if _hidden(facts, no, contest):
        ballots = {"ballots": boxes.ballots + boxes.sealed} if told else {}
        return ballots, {"ballots": hand.ballots} if hand is not None else {}
    return _figures(contest, boxes) if told else {}, _figures(contest, hand) if hand is not None else {}


def layers(facts: Facts, _about: About, rest: str) -> Ought:
    """Votes, shares of the layer's own ballots, and seats."""
    contest = facts.election.contest_by_id[rest]
    sums: dict[str, Added | HandSum | None] = {"boxes": None, "hand": None, "final": None}
    boxes = facts.recount.of("country", "", contest.id)
    sums["boxes"] = boxes if boxes.boxes else None
    for layer in ("hand", "final"):
        mine = facts.layers.country(layer, contest)
        sums[layer] = mine if mine.stations else None
    keys = [*_option_keys(contest), "invalid", "ballots"]
    nobody = facts.layers.country("final", contest).nobody
    if nobody:
        keys.append("nobody")
    rows: dict[str, Figures] = {key: {} for key in keys}
    for layer, total in sums.items():
        figures = _figures(contest, total) if total is not None else {}
        seats = seats_of(facts, layer, contest) if total is not None else None
        if nobody and layer == "final":
            figures["nobody"] = nobody
        for key in keys:
            value = figures.get(key)
            base = figures.get("ballots")
            rows[key][layer] = value
            rows[key][f"{layer}.share"] = (
                share_hundredths(value, base) if value is not None and base and key != "ballots" else None
            )
            rows[key][f"{layer}.seats"] = (
                seats.get(key, 0) if seats is not None and key in _option_keys(contest) else None
            )
    return Ought(rows, _names(contest), shares=frozenset(f"{layer}.share" for layer in _LAYERS))


def seats_of(facts: Facts, layer: str, contest: Contest) -> dict[str, int] | None:
    """Seats of a layer by ballot number; None where there are none to give."""
    if not contest.seats:
        return None
    return facts.layers.seats(layer, contest)


def spread(facts: Facts, about: About, rest: str) -> Ought:
    """Stations by the size of their difference."""
    contest = facts.election.contest_by_id[rest]
    sizes = [size for no in stations_of(facts, about, contest) if (size := size_at(facts, no, contest)) is not None]
    rows: dict[str, Figures] = {}
    for one in CLASSES:
        among = [size for size in sizes if one.least <= size and (one.most is None or size <= one.most)]
        part = share_hundredths(len(among), len(sizes)) if sizes else None
        rows[str(one.least)] = {"stations": len(among), "share": part, "bar": part}
    return Ought(rows)


def over_at(facts: Facts, no: str, contest: Contest) -> bool:
    """Whether a station's difference is over the bound."""
    found, size = facts.layers.both(no, contest), size_at(facts, no, contest)
    if found is None or size is None:
        return False
    return size > BOUND.votes and 1000 * size > BOUND.thousandths * found[1].ballots


def size_at(facts: Facts, no: str, contest: Contest) -> int | None:
    """Votes by which the options differ, more and fewer added up."""
    found = facts.layers.both(no, contest)
    if found is None:
        return None
    boxes, hand = found
    return sum(max(a, b) - min(a, b) for a, b in zip(boxes.votes, hand.votes, strict=True))


def sheets(facts: Facts, _about: About, rest: str) -> Ought:
    """How far the protocols are, by region (with the country's sum) or by district."""
    election = facts.election
    rows: dict[str, Figures] = {}
    if rest == "district":
        for contest in election.contests:
            if contest.district is not None and contest.district not in rows:
                rows[contest.district] = _sheets(facts, facts.layers.voting("country", "", contest), contest)
        return Ought(rows, signed=frozenset({"ballots", "invalid"}))
    contest = next(one for one in election.contests if one.electorate.value != "district")
    for region in facts.places("region"):
        rows[region] = _sheets(facts, facts.layers.voting("region", region, contest), contest)
    rows["total"] = _sheets(facts, facts.layers.voting("country", "", contest), contest)
    return Ought(rows, signed=frozenset({"ballots", "invalid"}))


def _sheets(facts: Facts, stations: list[str], contest: Contest) -> Figures:
    found = [facts.layers.hands.paper(no, contest.id).word for no in stations]
    pairs = [(no, both) for no in stations if (both := facts.layers.both(no, contest)) is not None]
    return {
        "agreed": found.count("agreed"),
        "expected": len(stations),
        "held": found.count("held"),
        "differs": found.count("differs"),
        "waiting": found.count("waiting"),
        "both": len(pairs),
        "apart": sum(1 for _, (boxes, hand) in pairs if _figures(contest, boxes) != _figures(contest, hand)),
        "over": sum(1 for no, _ in pairs if over_at(facts, no, contest)),
        "ballots": sum(hand.ballots - boxes.ballots for _, (boxes, hand) in pairs),
        "invalid": sum(hand.invalid - boxes.invalid for _, (boxes, hand) in pairs),
    }


def differences(facts: Facts, about: About, rest: str) -> Ought:
    """Station by station."""
    contest = facts.election.contest_by_id[rest]
    rows: dict[str, Figures] = {}
    for no in stations_of(facts, about, contest):
        both, hand = facts.layers.both(no, contest), facts.layers.hands.hand(no, contest)
        boxes = facts.recount.of("station", no, contest.id)
        rows[no] = {
            "votes": size_at(facts, no, contest),
            "invalid": both[1].invalid - both[0].invalid if both is not None else None,
            "boxes": boxes.ballots + boxes.sealed if facts.layers.told(no, contest) else None,
            "hand": hand.ballots if hand is not None else None,
        }
    return Ought(rows, signed=frozenset({"invalid"}))


def acts(facts: Facts, about: About, _rest: str) -> Ought:
    """One row for each act that annuls, under its number and the number of the act that reversed it, with its words."""
    hands, known = facts.layers.hands, facts.election.commission_by_id
    rows = act_rows(facts, about)
    said: dict[str, dict[str, tuple[Name | str, ...]]] = {}
    for act in hands.acts:
        by = hands.gone.get(act.number, "")
        body: Name | str = known[act.body].name if act.body in known else act.body
        parts = [piece for measure in act.measures for piece in _annulled(facts, measure)]
        said[f"{act.number}:{by}"] = {"body": (body,), "reason": (act.reason,), "what": ("", *parts), "force": ("", by)}
    return Ought({row: {} for row in rows}, said={row: said[row] for row in rows})


def _annulled(facts: Facts, measure: Measure) -> list[Name | str]:
    """What must be named of a thing that an act takes out."""
    pieces: list[Name | str] = []
    if measure.measure in facts.layers.hands.ANNULS:
        if (station := getattr(measure, "station", None)) is not None:
            pieces.append(station)
        contest = facts.election.contest_by_id.get(getattr(measure, "contest", ""))
        if contest is not None:
            pieces.append(contest.name)
            pieces += [one.name for one in contest.options if one.no == getattr(measure, "no", None)]
    return pieces


def act_rows(facts: Facts, about: About) -> list[str]:
    """The acts that a page has to name."""
    hands = facts.layers.hands
    found = []
    for act in hands.acts:
        annuls = [measure for measure in act.measures if measure.measure in hands.ANNULS]
        if annuls and (
            about.kind != "station" or any(getattr(measure, "station", None) == about.place for measure in act.measures)
        ):
            found.append(f"{act.number}:{hands.gone.get(act.number, '')}")
    return found


def _hidden(facts: Facts, no: str, contest: Contest) -> bool:
    hand = facts.layers.hands.hand(no, contest)
    return hand is not None and facts.layers.hidden(no, contest, hand.ballots)


def _option_keys(contest: Contest) -> list[str]:
    return [str(option.no) for option in contest.options]


def _figures(contest: Contest, count: Added | Handed | HandSum) -> dict[str, int]:
    votes = dict(zip(_option_keys(contest), count.votes, strict=True))
    return {**votes, "invalid": count.invalid, "ballots": count.ballots}


def _names(contest: Contest) -> dict[str, Name]:
    return {str(option.no): option.name for option in contest.options}
