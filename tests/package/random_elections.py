"""Random elections of every kind with random counts, for properties that must hold of any package."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import NamedTuple

from hypothesis import strategies as st

from rehearsal.played import PlayedCount
from rehearsal.synthesis.kit import AGAINST_ALL, box_of, protocols
from shailoo.model.base import Name
from shailoo.model.election import (
    Box,
    Commission,
    Contest,
    ContestKind,
    District,
    Election,
    ElectionKind,
    Electorate,
    ListCandidate,
    Mode,
    Option,
    OptionKind,
    Protocol,
    Region,
    Sex,
    Station,
    StationKind,
)

ID = "random-election"
_BALLOTS: Mapping[ElectionKind, tuple[tuple[ContestKind, ...], ...]] = {
    ElectionKind.PARLIAMENT: (
        (ContestKind.PARTY_LIST,),
        (ContestKind.PARTY_LIST, ContestKind.SINGLE_MANDATE),
        (ContestKind.SINGLE_MANDATE,),
        (ContestKind.MULTI_MANDATE,),
    ),
    ElectionKind.PRESIDENT: ((ContestKind.PRESIDENT,),),
    ElectionKind.KENESH: ((ContestKind.PARTY_LIST,), (ContestKind.MULTI_MANDATE,)),
    ElectionKind.REFERENDUM: ((ContestKind.QUESTION,), (ContestKind.QUESTION,) * 3),
    ElectionKind.ADVISORY: ((ContestKind.ADVISORY,),),
}
"""Contests that a voter decides; those of a district come once for each."""
_LOCAL = {ContestKind.SINGLE_MANDATE, ContestKind.MULTI_MANDATE}
_RULES: Mapping[ContestKind, tuple[str, ...]] = {
    ContestKind.PARTY_LIST: ("kg-jk-2021", "kg-kenesh-2021"),
    ContestKind.SINGLE_MANDATE: ("kg-smd",),
    ContestKind.MULTI_MANDATE: ("kg-jk-2025", "kg-ayil-kenesh"),
    ContestKind.PRESIDENT: ("kg-president-2021",),
    ContestKind.QUESTION: ("kg-referendum-2016",),
    ContestKind.ADVISORY: ("advisory",),
}
_ZONES = (
    "Asia/Bishkek",
    "Europe/Moscow",
    "America/New_York",
    "Asia/Seoul",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
)
_WORDS = st.text("абвгдежзийклмнңоөпрстуүфхцчшщъыьэюяABC№«»-,\"'", min_size=1, max_size=20)
TEXTS = st.lists(_WORDS, min_size=1, max_size=4).map(" ".join)
NAMES = st.builds(Name, ky=TEXTS, ru=TEXTS, en=TEXTS)
SEXES: st.SearchStrategy[Sex] = st.sampled_from(("f", "m"))


class Night(NamedTuple):
    """An election and what each of its boxes counted, contests in package order."""

    election: Election
    counts: Mapping[str, tuple[PlayedCount, ...]]


@st.composite
def elections(draw: st.DrawFn) -> Election:
    """Any election that a package can describe, with up to eight stations."""
    kind = draw(st.sampled_from(ElectionKind))
    districts = draw(st.integers(1, 3))
    contests = draw(_contests(kind, districts))
    stations = draw(_stations(districts, bound_to_districts=contests[0].electorate is Electorate.DISTRICT))
    return Election(
        id=ID,
        day=draw(st.dates(date(2021, 1, 1), date(2031, 12, 31))),
        kind=kind,
        mode=Mode.REHEARSAL,
        name=draw(NAMES),
        short_name=draw(NAMES),
        zone="Asia/Bishkek",
        report_language=draw(st.sampled_from(("ky", "ru", "en"))),
        opens=time(8),
        closes=draw(st.sampled_from((time(20), time(21, 30), time(0)))),
        small_cell_bound=draw(st.integers(0, 20)),
        quota_regions=tuple(draw(st.sets(st.sampled_from(("north", "south"))))),
        synthetic=True,
        regions=(
            Region(id="north", kind="oblast", iso="KG-N", name=draw(NAMES)),
            Region(id="south", kind="city", iso=None, name=draw(NAMES)),
            Region(id="abroad", kind="abroad", iso=None, name=draw(NAMES)),
        ),
        commissions=(
            Commission(id="cec", kind="cec", region=None, name=draw(NAMES)),
            Commission(id="tec-1", kind="tec", region="north", name=draw(NAMES)),
            Commission(id="tec-2", kind="tec", region="abroad", name=draw(NAMES)),
            Commission(id="dec-1", kind="dec", region="north", name=draw(NAMES)),
        ),
        districts=tuple(
            District(id=f"d{no}", no=no, name=draw(NAMES), region="north", commission="dec-1", synthetic=True)
            for no in range(1, districts + 1)
        ),
        contests=contests,
        stations=stations,
        boxes=draw(_boxes(stations)),
        protocols=_protocols(contests),
        electorate={},
        sources=(),
    )


def _protocols(contests: tuple[Contest, ...]) -> tuple[Protocol, ...]:
    """Questions have no line against all; nobody stands against an answer."""
    questions = {ContestKind.QUESTION, ContestKind.ADVISORY}
    return tuple(
        protocol
        for kind in sorted({contest.kind for contest in contests})
        for protocol in protocols(kind, against_all=kind not in questions, several_marks=True)
    )


@st.composite
def nights(draw: st.DrawFn) -> Night:
    """An election with counts that its gate lets through: votes, invalid ballots and marks agree in every box."""
    election = draw(elections())
    counts: dict[str, tuple[PlayedCount, ...]] = {}
    for box in election.boxes:
        if box.station is not None:
            contests = election.contests_at(election.station_by_no[box.station])
            counts[box.id] = tuple(draw(_count(contest)) for contest in contests)
    return Night(election, counts)


@st.composite
def _count(draw: st.DrawFn, contest: Contest) -> PlayedCount:
    most = draw(st.sampled_from((0, 3, 40, 900)))
    if contest.marks == 1:
        votes = tuple(draw(st.integers(0, most)) for _ in contest.options)
        valid = sum(votes)
    else:
        valid = draw(st.integers(0, most))
        votes = _spread([draw(st.integers(0, valid)) for _ in contest.options], valid, contest.marks)
    invalid = draw(st.integers(0, most // 4))
    return PlayedCount(contest.id, valid + invalid, invalid, votes)


def _spread(wished: list[int], valid: int, marks: int) -> tuple[int, ...]:
    """Cut or lift wished votes so that between one and `marks` marks a valid ballot remain, none above the ballots."""
    room = valid * marks
    votes = []
    for wish in wished:
        votes.append(min(wish, room))
        room -= votes[-1]
    missing = max(valid - sum(votes), 0)
    for place, had in enumerate(votes):
        lift = min(missing, valid - had)
        votes[place] += lift
        missing -= lift
    return tuple(votes)


@st.composite
def _contests(draw: st.DrawFn, kind: ElectionKind, districts: int) -> tuple[Contest, ...]:
    places = [
        (contest_kind, district)
        for contest_kind in draw(st.sampled_from(_BALLOTS[kind]))
        for district in ([f"d{no}" for no in range(1, districts + 1)] if contest_kind in _LOCAL else [None])
    ]
    return tuple(
        draw(_contest(contest_kind, f"c-{no}", district)) for no, (contest_kind, district) in enumerate(places, 1)
    )


@st.composite
def _contest(draw: st.DrawFn, kind: ContestKind, contest_id: str, district: str | None) -> Contest:
    choices = draw(st.integers(2, 6))
    rule = draw(st.sampled_from(_RULES[kind]))
    opened = kind is ContestKind.PARTY_LIST and draw(st.booleans())
    options = [draw(_option(kind, no, opened=opened)) for no in range(1, choices + 1)]
    question = kind in {ContestKind.QUESTION, ContestKind.ADVISORY}
    if not question:
        options.append(Option(no=choices + 1, kind=OptionKind.AGAINST_ALL, name=AGAINST_ALL))
    seats = {ContestKind.PARTY_LIST: draw(st.integers(1, 54)), ContestKind.MULTI_MANDATE: 3}
    return Contest(
        id=contest_id,
        kind=kind,
        name=draw(NAMES),
        electorate=Electorate.DISTRICT if district else Electorate.ALL,
        district=district,
        seats=0 if question else seats.get(kind, 1),
        marks=draw(st.integers(1, 2)) if rule == "kg-ayil-kenesh" else 1,
        rule=rule,
        list_rule=draw(st.sampled_from(("women-30-first", "top-70-then-women"))) if opened else None,
        options=tuple(options),
    )


@st.composite
def _option(draw: st.DrawFn, kind: ContestKind, no: int, *, opened: bool) -> Option:
    people = range(1, draw(st.integers(1, 6)) + 1) if opened else range(0)
    match kind:
        case ContestKind.PARTY_LIST:
            option_kind = OptionKind.LIST
        case ContestKind.QUESTION | ContestKind.ADVISORY:
            option_kind = OptionKind.ANSWER
        case ContestKind.SINGLE_MANDATE | ContestKind.MULTI_MANDATE | ContestKind.PRESIDENT:
            option_kind = OptionKind.CANDIDATE
    return Option(
        no=no,
        kind=option_kind,
        name=draw(NAMES),
        sex=draw(SEXES) if option_kind is OptionKind.CANDIDATE else None,
        party=draw(st.none() | NAMES),
        synthetic=True,
        candidates=tuple(
            ListCandidate(no=place, name=draw(NAMES), sex=draw(SEXES), synthetic=True) for place in people
        ),
    )


@st.composite
def _stations(draw: st.DrawFn, districts: int, *, bound_to_districts: bool) -> tuple[Station, ...]:
    found: list[Station] = []
    for number in range(1001, 1001 + draw(st.integers(districts, 8))):
        first_of_district = number - 1000 <= districts
        kinds = [StationKind.DOMESTIC, StationKind.REMOTE] if bound_to_districts else list(StationKind)
        kind = StationKind.DOMESTIC if first_of_district else draw(st.sampled_from(kinds))
        abroad = kind is StationKind.ABROAD
        district = f"d{(number - 1001) % districts + 1}" if kind is StationKind.DOMESTIC else None
        found.append(
            Station(
                no=str(number),
                kind=kind,
                region="abroad" if abroad else draw(st.sampled_from(("north", "south"))),
                rayon=None,
                tec="tec-2" if abroad else "tec-1",
                district=district,
                zone=draw(st.sampled_from(_ZONES)) if abroad else "Asia/Bishkek",
                name=draw(NAMES),
                latitude_e5=draw(st.integers(-9_000_000, 9_000_000)),
                longitude_e5=draw(st.integers(-18_000_000, 18_000_000)),
                voters=draw(st.integers(0, 3_000)),
            )
        )
    return tuple(found)


@st.composite
def _boxes(draw: st.DrawFn, stations: tuple[Station, ...]) -> tuple[Box, ...]:
    places: list[str | None] = []
    for station in stations:
        places += [station.no] * draw(st.integers(1, 2))
    places += [None] * draw(st.integers(0, 2))
    return tuple(box_of(ID, number, place) for number, place in enumerate(places, 1))
