"""What each table of a page ought to say, by the gate's own counting. Nothing here has seen the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gate.check_changes import changes
from builder.gate.disagreement import PageDisagrees
from builder.gate.hand_tables import acts, comparison, differences, layers, sheets, spread
from builder.gate.headings import family_of
from builder.gate.ought import Figures, Ought
from shailoo.rules.shares import share_hundredths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from builder.gate.disagreement import About
    from builder.gate.facts import Facts
    from shailoo.model.base import Name
    from shailoo.model.election import Contest, Station


def ought(table: str, facts: Facts, about: About) -> Ought | None:
    """What a table should say; None for a table of words and times whose figures only have to be figures.

    Raises PageDisagrees where the counts themselves contradict the rules, LookupError for a table of nothing we know.
    """
    family = family_of(table)
    if family in _ONLY_WORDS:
        return None
    return _FAMILIES[family](facts, about, table.partition(":")[2] if ":" in table else table)


def elections(facts: Mapping[str, Facts]) -> Ought:
    """The list of elections, each as it stood when it last passed the gate."""
    rows: dict[str, Figures] = {}
    for election, known in facts.items():
        if known.stood is not None:
            rows[election] = _turnout_of(known.stood["participants"], known.voters("country", ""))
    return Ought(rows)


def _contest(facts: Facts, about: About, rest: str) -> Ought:
    contest = facts.election.contest_by_id[rest]
    added = facts.recount.of(*about.sums, contest.id)
    rows: dict[str, Figures] = {}
    names: dict[str, Name] = {}
    hidden = about.kind == "station" and added.sealed and not added.ballots
    ballots = added.sealed if hidden else added.ballots
    if not hidden:
        for option, votes in zip(contest.options, added.votes, strict=True):
            rows[str(option.no)] = _voted(votes, ballots)
            names[str(option.no)] = option.name
        rows["invalid"] = {**_voted(added.invalid, ballots), "bar": None}
    rows["ballots"] = {"votes": ballots, "share": None, "bar": None}
    adds_up = sum(added.votes) + added.invalid == ballots
    if contest.marks == 1 and not hidden and not adds_up and not facts.released(about.kind, about.place):
        raise PageDisagrees(
            "Votes, against all and invalid ballots do not add up to the ballots.",
            place=f"{about.kind}/{about.place}", contest=contest.id,
        )  # fmt: skip
    return Ought(rows, names)


def _voted(votes: int, ballots: int) -> Figures:
    part = share_hundredths(votes, ballots) if ballots else None
    return {"votes": votes, "share": part, "bar": part}


def _turnout_now(facts: Facts, kind: str, place: str) -> Figures:
    took_part = facts.participants(kind, place) if facts.boxes(kind, place) else None
    return _turnout_of(took_part, facts.voters(kind, place))


def _turnout_of(took_part: int | None, voters: int) -> Figures:
    return {
        "voters": voters,
        "participants": took_part,
        "turnout": share_hundredths(took_part, voters) if took_part is not None and voters else None,
    }


def _place(facts: Facts, kind: str, place: str) -> Figures:
    reported, boxes = facts.boxes(kind, place), facts.expected(kind, place)
    part = share_hundredths(reported, boxes) if boxes else None
    return {
        **_turnout_now(facts, kind, place),
        "reported": reported,
        "expected": boxes,
        "held": facts.held(kind, place),
        "share": part,
        "bar": part,
        "waiting": facts.waiting(kind, place),
    }


def _coverage(facts: Facts, _about: About, _rest: str) -> Ought:
    return Ought({region: _place(facts, "region", region) for region in facts.places("region")})


def _parts(facts: Facts, about: About, _rest: str) -> Ought:
    if about.kind == "region":
        tecs = dict.fromkeys(station.tec for station in facts.stations("region", about.place))
        return Ought({tec: _place(facts, "tec", tec) for tec in tecs})
    stations = facts.stations(about.kind, about.place)
    return Ought({station.no: _place(facts, "station", station.no) for station in stations})


def _areas(facts: Facts, _about: About, level: str) -> Ought:
    kind = "region" if level == "regions" else "rayon"
    contest = _shown_on_maps(facts)
    rows: dict[str, Figures] = {}
    for key in facts.places(kind):
        added = facts.recount.of(kind, key, contest.id)
        best = max(added.votes) if added.ballots and max(added.votes) else None
        rows[key] = {
            **_turnout_now(facts, kind, key),
            "votes": best,
            "share": share_hundredths(best, added.ballots) if best is not None else None,
        }
    return Ought(rows)


def _shown_on_maps(facts: Facts) -> Contest:
    whole = [contest for contest in facts.election.contests if contest.electorate.value != "district"]
    return (whole or list(facts.election.contests))[0]


def _sources(facts: Facts, about: About, level: str) -> Ought:
    contest_id, _, no = about.place.partition("/")
    contest = facts.election.contest_by_id[contest_id]
    index = [str(option.no) for option in contest.options].index(no)
    among = (
        [station.no for station in facts.stations("district", contest.district or "")]
        if level == "station"
        else facts.places(level)
    )
    rows: dict[str, Figures] = {}
    for key in among:
        added = facts.recount.of(level, key, contest_id)
        votes = added.votes[index] if added.ballots > 0 else None
        part = share_hundredths(votes, added.ballots) if votes is not None else None
        rows[key] = {"votes": votes, "ballots": added.ballots or None, "share": part, "bar": part}
    return Ought(rows)


def _candidates(facts: Facts, about: About, _rest: str) -> Ought:
    contest, _, no = about.place.partition("/")
    persons = facts.election.contest_by_id[contest].option_by_no[int(no)].candidates
    sums = facts.recount.preferences(contest, int(no))
    return Ought(
        {str(person.no): {"preferences": None if sums is None else sums.get(person.no, 0)} for person in persons},
        {str(person.no): person.name for person in persons},
        words="reading:",
    )


def _districts(facts: Facts, _about: About, _rest: str) -> Ought:
    rows: dict[str, Figures] = {}
    for contest in facts.election.contests:
        if contest.district is None or contest.district in rows:
            continue
        added = facts.recount.of("country", "", contest.id)
        ranked = sorted(added.votes, reverse=True)
        counted = added.ballots > 0 and ranked[0] > 0
        rows[contest.district] = {
            "votes": ranked[0] if counted else None,
            "share": share_hundredths(ranked[0], added.ballots) if counted else None,
            "lead": ranked[0] - (ranked[1] if len(ranked) > 1 else 0) if counted else None,
            "reported": added.boxes,
            "expected": facts.expected("country", "", contest.id),
        }
    return Ought(rows)


def _day(facts: Facts, about: About, _rest: str) -> Ought:
    kind, place = ("country", "") if about.page == "turnout" else (about.kind, about.place)
    voters = facts.voters(kind, place)
    rows: dict[str, Figures] = {}
    for hour in facts.hours:
        told = facts.turnout(kind, place, hour)
        rows[hour] = {
            "voted": told[0] if told else None,
            "share": share_hundredths(told[0], voters) if told and voters else None,
            "stations": told[1] if told else 0,
        }
    return Ought(rows)


def _turnout(facts: Facts, _about: About, table: str) -> Ought:
    shares = table.endswith(".share")
    rows: dict[str, Figures] = {}
    places = {region: ("region", region) for region in facts.places("region")}
    for key, scope in {**places, "total": ("country", "")}.items():
        voters = facts.voters(*scope)
        rows[key] = {"voters": voters}
        for hour in facts.hours:
            told = facts.turnout(*scope, hour)
            rows[key][hour] = None if told is None else (share_hundredths(told[0], voters) if shares else told[0])
    return Ought(rows, hours=facts.hours, shares=frozenset(facts.hours) if shares else frozenset())


def _papers(facts: Facts, _about: About, kind: str) -> Ought:
    regions = {region: facts.stations("region", region) for region in facts.places("region")}
    rows = {region: _handed_in(facts, among, kind) for region, among in regions.items()}
    rows = {region: row for region, row in rows.items() if row["expected"]}
    return Ought({**rows, "total": _handed_in(facts, facts.stations("country", ""), kind)})


def _owed(facts: Facts, about: About, table: str) -> Ought:
    if table != "stations":
        return Ought({tec: _handed_in(facts, facts.stations("tec", tec)) for tec in facts.places("tec")})
    stations = facts.stations("tec", about.place)
    rows = {station.no: _handed_in(facts, [station]) for station in stations}
    return Ought(rows, {station.no: station.name for station in stations}, words="what")


def _kinds(facts: Facts, about: About, _rest: str) -> Ought:
    stations = facts.stations("tec", about.place)
    return Ought({kind: _handed_in(facts, stations, kind) for kind in facts.papers.kinds(stations)})


def _handed_in(facts: Facts, stations: Iterable[Station], kind: str | None = None) -> Figures:
    expected, public, checking = facts.papers.tally(stations, kind)
    return {
        "expected": expected,
        "public": public,
        "checking": checking,
        "missing": expected - public - checking,
        "share": share_hundredths(public, expected) if expected else None,
    }


def _files(facts: Facts, about: About, _rest: str) -> Ought:
    documents = facts.papers.documents(about.place if about.page == "station" else None)
    return Ought(
        {
            key: {"bytes": seen.bytes if seen else None, "pages": seen.pages if seen else None}
            for key, seen in documents.items()
        }
    )


_ONLY_WORDS = frozenset({"versions", "held", "events"})
_FAMILIES: dict[str, Callable[[Facts, About, str], Ought]] = {
    "contest": _contest,
    "coverage": _coverage,
    "parts": _parts,
    "areas": _areas,
    "sources": _sources,
    "candidates": _candidates,
    "districts": _districts,
    "papers": _papers,
    "owed": _owed,
    "kinds": _kinds,
    "files": _files,
    "turnout:day": _day,
    "turnout": _turnout,
    "counts": comparison,
    "layers": layers,
    "spread": spread,
    "sheets": sheets,
    "differences": differences,
    "acts": acts,
    "changes": changes,
    "refusals": lambda facts, _about, _rest: Ought({key: {"count": count} for key, count in facts.refused.items()}),
}
