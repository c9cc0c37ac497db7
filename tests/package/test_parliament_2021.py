"""28 November 2021: the published figures hold exactly, in each of the three layers where they belong."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from rehearsal.played import INVALID, Played, PlayedCount, read_played
from rehearsal.synthesis.__main__ import ELECTIONS
from rehearsal.synthesis.kit import SOURCES
from rehearsal.synthesis.parliament import ID
from rehearsal.synthesis.parliament.places import inside
from shailoo.adapters.package_folder import read_folder
from shailoo.model.election import Election, StationKind

PUBLISHED = {21: 222_005, 9: 174_470, 8: 141_009, 3: 106_955, 2: 90_223, 5: 79_025}
SEATS = {21: 15, 9: 12, 8: 9, 3: 7, 2: 6, 5: 5}


class Sums(NamedTuple):
    ballots: int
    figures: Counter[int]
    """By option number; 0 for invalid ballots."""


@cache
def election() -> Election:
    return read_folder(ELECTIONS / ID)


@cache
def played() -> Played:
    return read_played(ELECTIONS / ID)


def counts(contest: str, stations: Iterable[str]) -> Iterable[PlayedCount]:
    for station in stations:
        for box in election().boxes_by_station[station]:
            yield from (count for count in played().box_counts[box.id] if count.contest == contest)


def boxes_layer(stations: Iterable[str], contest: str = "pr") -> Sums:
    ballots, figures = 0, Counter[int]()
    for count in counts(contest, stations):
        ballots += count.ballots
        figures.update({INVALID: count.invalid} | dict(enumerate(count.votes, 1)))
    return Sums(ballots, figures)


def manual_layer(stations: Iterable[str]) -> Sums:
    chosen = set(stations)
    sums = boxes_layer(chosen)
    for found in played().manual:
        if found.station in chosen:
            sums.figures[found.option] += found.difference
    return sums


def everywhere() -> list[str]:
    return [station.no for station in election().stations]


def final_stations() -> list[str]:
    return [no for no in everywhere() if no not in played().excluded]


def hare(figures: Counter[int], seats: int = 54) -> dict[int, int]:
    """Quotient and largest remainder in whole numbers, written here a second time on purpose."""
    whole = sum(figures.values())
    given = {option: votes * seats // whole for option, votes in figures.items()}
    remainders = sorted(figures, key=lambda option: figures[option] * seats % whole, reverse=True)
    for option in remainders[: seats - sum(given.values())]:
        given[option] += 1
    return given


def qualified(sums: Sums) -> Counter[int]:
    return Counter({no: votes for no, votes in sums.figures.items() if 1 <= no <= 21 and votes * 20 >= sums.ballots})


def test_stations_and_voters_are_as_published() -> None:
    stations = election().stations
    kinds = Counter(station.kind for station in stations)
    assert kinds == {StationKind.DOMESTIC: 2_435, StationKind.ABROAD: 59}
    assert sum(station.voters for station in stations) == 3_703_420
    assert sum(station.voters for station in stations if station.kind is StationKind.ABROAD) == 84_128
    assert max(station.voters for station in stations if station.kind is StationKind.DOMESTIC) <= 2_500
    assert len([commission for commission in election().commissions if commission.id.startswith("tec-")]) == 54 + 1
    assert {station.tec for station in stations} == {c.id for c in election().commissions if c.kind == "tec"}


def test_districts_have_the_voters_that_are_published() -> None:
    voters = Counter[str]()
    for station in election().stations:
        voters[station.district or ""] += station.voters
    with (SOURCES / "smd_2021.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    known = {int(row["no"]): int(row["voters"]) for row in rows if row["voters"]}
    assert len(known) == 8
    assert {no: voters[f"d{no:02d}"] for no in known} == known
    districts = election().districts
    assert len(districts) == 36
    assert sum(district.synthetic for district in districts) == 11
    names = {district.name.ru.split()[-1]: district.no for district in districts if not district.synthetic}
    assert names.keys() == {row["name_ru"] for row in rows}
    assert all(names[row["name_ru"]] == int(row["no"]) for row in rows if row["no"])


def test_lists_candidates_and_sexes() -> None:
    lists = [option for option in election().contest_by_id["pr"].options if option.candidates]
    assert sum(len(option.candidates) for option in lists) == 1_037
    for option in lists:
        women = [person.no for person in option.candidates if person.sex == "f"]
        assert len(women) * 10 >= len(option.candidates) * 3
        assert len(women) * 10 <= len(option.candidates) * 7
        assert max(later - earlier for earlier, later in pairwise([0, *women, len(option.candidates) + 1])) <= 4
    assert not [option.name for option in lists if option.synthetic]
    district_candidates = [option for contest in election().contests[1:] for option in contest.options[:-1]]
    assert all(option.synthetic for option in district_candidates)


def test_three_layers_of_the_list_count() -> None:
    boxes, manual, final = boxes_layer(everywhere()), manual_layer(everywhere()), manual_layer(final_stations())
    assert (boxes.ballots, manual.ballots, final.ballots) == (1_293_947, 1_293_947, 1_281_622)
    assert len(played().excluded) == 20
    assert boxes.figures[INVALID] - manual.figures[INVALID] == 3_926
    assert manual.figures[22] == boxes.figures[22]
    assert {no: final.figures[no] for no in PUBLISHED} == PUBLISHED
    for layer in (boxes, manual, final):
        assert sum(layer.figures.values()) == layer.ballots
        assert hare(qualified(layer)) == SEATS


def test_every_station_adds_up_in_every_layer() -> None:
    for no in everywhere():
        for sums in (
            boxes_layer([no]),
            boxes_layer([no], f"smd-{int((election().station_by_no[no].district or 'd0')[1:])}"),
        ):
            assert sum(sums.figures.values()) == sums.ballots
            assert min(sums.figures.values(), default=0) >= 0
    manual = {no: boxes_layer([no]).figures for no in {found.station for found in played().manual}}
    for found in played().manual:
        manual[found.station][found.option] += found.difference
    assert min(min(figures.values()) for figures in manual.values()) >= 0
    assert all(sum(manual[no].values()) == boxes_layer([no]).ballots for no in manual)


def test_the_six_lists_reach_half_a_percent_in_each_of_nine_regions() -> None:
    regions = election().quota_regions
    assert len(regions) == 9
    for region in regions:
        here = [station.no for station in election().stations if station.region == region]
        for stations in (here, [no for no in here if no not in played().excluded]):
            for sums in (boxes_layer(stations), manual_layer(stations)):
                assert all(sums.figures[no] * 200 >= sums.ballots for no in PUBLISHED)


def test_two_districts_fail_and_thirty_four_have_a_clear_winner() -> None:
    for stations in (everywhere(), final_stations()):
        failed = []
        for contest in election().contests[1:]:
            here = [no for no in stations if election().station_by_no[no].district == contest.district]
            figures = boxes_layer(here, contest.id).figures
            against = len(contest.options)
            ranked = sorted(range(1, against + 1), key=figures.__getitem__, reverse=True)
            if ranked[0] == against:
                failed.append(contest.district)
            assert figures[ranked[0]] - figures[ranked[1]] > 300
        assert failed == ["d27", "d29"]


def test_turnout_at_18_is_as_published_in_each_region_and_never_falls() -> None:
    at_18 = Counter[str]()
    for station in election().stations:
        hours = [played().turnout[station.no, hour] for hour in range(10, 21)]
        assert hours == sorted(hours)
        assert hours[-1] == boxes_layer([station.no]).ballots <= played().identified[station.no] <= station.voters
        at_18[station.region] += played().turnout[station.no, 18]
    assert sum(at_18.values()) == 1_050_163
    assert (at_18["bishkek"], at_18["osh-oblast"], at_18["abroad"]) == (119_677, 227_348, 6_609)


def test_few_stations_have_sealed_cells_and_their_contests_reach_the_bound_together() -> None:
    small: dict[str, list[int]] = {}
    for counted in played().box_counts.values():
        for count in counted:
            if count.ballots < election().small_cell_bound:
                small.setdefault(count.contest, []).append(count.ballots)
    assert {contest: len(ballots) for contest, ballots in small.items()} == {"pr": 7, "smd-28": 2, "smd-33": 2}
    assert all(sum(ballots) >= election().small_cell_bound for ballots in small.values())


def test_84_percent_of_the_boxes_report_by_21_and_those_in_the_country_by_22() -> None:
    country_close = election().evening_of
    arrivals = {box: played().arrives(election(), box) for box in played().box_counts}
    by_21 = sum(moment <= country_close + timedelta(hours=1) for moment in arrivals.values())
    assert by_21 == round(len(arrivals) * 0.84)
    for box, moment in arrivals.items():
        station = election().station_by_no[election().box_by_id[box].station or ""]
        assert timedelta(0) < moment - election().closing(station) <= timedelta(hours=2)
    assert max(arrivals.values()) > country_close + timedelta(hours=10)  # the Americas


def test_stations_stand_in_their_rayon_with_the_numbers_of_their_region() -> None:
    prefix = {"bishkek": "1", "jalal-abad": "2", "issyk-kul": "3", "naryn": "4", "osh-oblast": "5", "osh-city": "5",
              "talas": "6", "chuy": "7", "batken": "8", "abroad": "9"}  # fmt: skip
    for station in election().stations:
        assert station.no[0] == prefix[station.region]
        if station.rayon is not None:
            assert inside(station.rayon, (station.latitude_e5 or 0) / 1e5, (station.longitude_e5 or 0) / 1e5)


def test_preferences_are_at_most_the_votes_of_their_list_and_always_the_same() -> None:
    for box in list(played().box_counts)[::250]:
        votes = {count.contest: count.votes for count in played().box_counts[box]}
        found = played().preferences(election(), box)
        assert found == read_played(ELECTIONS / ID).preferences(election(), box)
        assert found.keys() <= {"pr"}
        for no, marks in found.get("pr", {}).items():
            assert 0 < sum(marks.values()) <= votes["pr"][no - 1]
