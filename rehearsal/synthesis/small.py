"""The five-station election: every kind of station, two contests, all sums doable by hand."""

from __future__ import annotations

from datetime import date, time

from rehearsal.played import INVALID, ManualDifference
from rehearsal.synthesis.kit import (
    AGAINST_ALL,
    Files,
    box_of,
    candidates,
    folder,
    made_up,
    name,
    protocols,
    simple_day,
    source,
)
from shailoo.model.election import (
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
    Region,
    Station,
    StationKind,
)

ID = "small"
_LETTERS = (("А", "A", "#1b4f72"), ("Б", "B", "#b9770e"), ("В", "C", "#117a65"), ("Г", "D", "#7d3c98"))
_README = """
# The five-station election

Small enough to read every file. Five stations: two in Bishkek, one in Osh with two boxes, one in Istanbul, one remote
station that holds the ballots of both districts. 1,000 voters take part.

| list | 1001 | 1002 | 5001 | 9001 | 1900 | sum |
| --- | --- | --- | --- | --- | --- | --- |
| invalid | 15 | 5 | 10 | 2 | 0 | 32 |
| A | 160 | 90 | 60 | 40 | 10 | 360 |
| B | 110 | 75 | 90 | 25 | 10 | 310 |
| C | 80 | 59 | 59 | 11 | 6 | 215 |
| D | 23 | 11 | 11 | 1 | 3 | 49 |
| against all | 12 | 10 | 10 | 1 | 1 | 34 |
| ballots | 400 | 250 | 240 | 80 | 30 | 1,000 |

List D has 4.9 % and stays below the threshold. 885 votes for ten seats make a quotient of 88.5: A 4.07, B 3.50, C
2.43, so whole parts 4 + 3 + 2 and the tenth seat to B. Seats: 4, 4, 2.

District 1: 312, 238, 78, against all 30, invalid 12, ballots 670. District 2: 98, 106, against all 30, invalid 7,
ballots 241; two boxes hold fewer than ten ballots of it (7 and 8), whose votes stay sealed until both are in: 15
ballots, of which 8 for the first candidate, 6 for the second, 1 invalid. Without them the second candidate leads by
10 votes and the district is not decided.
"""


def make() -> Files:
    """Return the folder `elections/small`."""
    election = _election()
    counts = {
        "ABB-000001": (("pr", 400, 15, (160, 110, 80, 23, 12)), ("smd-1", 398, 8, (200, 120, 50, 20))),
        "ABB-000002": (("pr", 250, 5, (90, 75, 59, 11, 10)), ("smd-1", 250, 4, (100, 110, 26, 10))),
        "ABB-000003": (("pr", 228, 10, (57, 84, 57, 11, 9)), ("smd-2", 226, 6, (90, 100, 30))),
        "ABB-000004": (("pr", 12, 0, (3, 6, 2, 0, 1)), ("smd-2", 7, 0, (3, 4, 0))),
        "ABB-000005": (("pr", 80, 2, (40, 25, 11, 1, 1)),),
        "ABB-000006": (
            ("pr", 30, 0, (10, 10, 6, 3, 1)),
            ("smd-1", 22, 0, (12, 8, 2, 0)),
            ("smd-2", 8, 1, (5, 2, 0)),
        ),
    }
    took_part = {"1001": 400, "1002": 250, "5001": 240, "9001": 80, "1900": 30}
    manual = (
        ManualDifference("1001", "pr", INVALID, -2),
        ManualDifference("1001", "pr", 1, 1),
        ManualDifference("1001", "pr", 2, 1),
    )
    played = simple_day(counts, election.stations, election.boxes, took_part, manual=manual)
    return folder(election, played, _README)


def _election() -> Election:
    return Election(
        id=ID,
        day=date(2025, 6, 1),
        kind=ElectionKind.PARLIAMENT,
        mode=Mode.REHEARSAL,
        name=name(
            "Беш участкалуу машыгуу шайлоосу", "Учебные выборы на пяти участках", "Practice election of five stations"
        ),
        short_name=name("Беш участка", "Пять участков", "Five stations"),
        zone="Asia/Bishkek",
        report_language="ky",
        opens=time(8),
        closes=time(20),
        small_cell_bound=10,
        quota_regions=("bishkek", "osh-city"),
        synthetic=True,
        regions=(
            Region(id="bishkek", kind="city", iso="KG-GB", name=name("Бишкек шаары", "город Бишкек", "Bishkek city")),
            Region(id="osh-city", kind="city", iso="KG-GO", name=name("Ош шаары", "город Ош", "Osh city")),
            Region(id="abroad", kind="abroad", iso=None, name=name("Чет өлкө", "За рубежом", "Abroad")),
        ),
        commissions=_commissions(),
        districts=(
            District(
                id="d01",
                no=1,
                name=name("Түндүк округу", "Северный округ", "Northern district"),
                region="bishkek",
                commission="dec-01",
                synthetic=True,
            ),
            District(
                id="d02",
                no=2,
                name=name("Түштүк округу", "Южный округ", "Southern district"),
                region="osh-city",
                commission="dec-02",
                synthetic=True,
            ),
        ),
        contests=_contests(),
        stations=(
            _station(
                "1001",
                "bishkek",
                "tec-1",
                "d01",
                900,
                place=("Бишкек, 1", "Бишкек, 1", "Bishkek, 1"),
                at=(4287000, 7459000),
            ),
            _station(
                "1002",
                "bishkek",
                "tec-1",
                "d01",
                800,
                place=("Бишкек, 2", "Бишкек, 2", "Bishkek, 2"),
                at=(4285500, 7461000),
            ),
            _station("5001", "osh-city", "tec-2", "d02", 700, place=("Ош", "Ош", "Osh"), at=(4051500, 7280800)),
            _station(
                "9001",
                "abroad",
                "tec-3",
                None,
                300,
                place=("Стамбул", "Стамбул", "Istanbul"),
                at=(4100820, 2897840),
                zone="Europe/Istanbul",
                kind=StationKind.ABROAD,
            ),
            _station(
                "1900",
                "bishkek",
                "tec-1",
                None,
                60,
                place=("Бишкек, аралыктан добуш берүү", "Бишкек, дистанционное голосование", "Bishkek, remote voting"),
                at=(4287500, 7460500),
                kind=StationKind.REMOTE,
            ),
        ),
        boxes=tuple(
            box_of(ID, number, station)
            for number, station in enumerate(("1001", "1002", "5001", "5001", "9001", "1900", None), 1)
        ),
        protocols=protocols(ContestKind.PARTY_LIST, ContestKind.SINGLE_MANDATE),
        electorate={"1900": {"smd-1": 40, "smd-2": 20}},
        sources=(
            source("regions and their shapes", "Who's On First (Mesoshapes, CC0)", synthetic=False),
            made_up("stations, districts, voters, lists, candidates and every figure"),
        ),
    )


def _commissions() -> tuple[Commission, ...]:
    return (
        Commission(
            id="cec",
            kind="cec",
            region=None,
            name=name(
                "Борбордук шайлоо комиссиясы", "Центральная избирательная комиссия", "Central Election Commission"
            ),
        ),
        Commission(
            id="tec-1",
            kind="tec",
            region="bishkek",
            name=name(
                "Бишкек шаардык аймактык шайлоо комиссиясы",
                "Бишкекская территориальная избирательная комиссия",
                "Bishkek city TEC",
            ),
        ),
        Commission(
            id="tec-2",
            kind="tec",
            region="osh-city",
            name=name(
                "Ош шаардык аймактык шайлоо комиссиясы",
                "Ошская городская территориальная избирательная комиссия",
                "Osh city TEC",
            ),
        ),
        Commission(
            id="tec-3",
            kind="tec",
            region="abroad",
            name=name(
                "Чет өлкөдөгү участкалардын комиссиясы",
                "Комиссия участков за рубежом",
                "Commission for stations abroad",
            ),
        ),
        Commission(
            id="dec-01",
            kind="dec",
            region="bishkek",
            name=name("Түндүк округдук шайлоо комиссиясы", "Северная окружная избирательная комиссия", "Northern DEC"),
        ),
        Commission(
            id="dec-02",
            kind="dec",
            region="osh-city",
            name=name("Түштүк округдук шайлоо комиссиясы", "Южная окружная избирательная комиссия", "Southern DEC"),
        ),
    )


def _contests() -> tuple[Contest, ...]:
    lists = [
        Option(no=no, kind=OptionKind.LIST, name=name(f"{ky} тизмеси", f"Список {ky}", f"List {en}"), colour=colour,
               synthetic=True, candidates=tuple(_person(number) for number in range(1, 6)))
        for no, (ky, en, colour) in enumerate(_LETTERS, 1)
    ]  # fmt: skip
    against = Option(no=5, kind=OptionKind.AGAINST_ALL, name=AGAINST_ALL)
    return (
        Contest(
            id="pr",
            kind=ContestKind.PARTY_LIST,
            name=name("Партиялык тизмелер", "Партийные списки", "Party lists"),
            electorate=Electorate.ALL,
            district=None,
            seats=10,
            marks=1,
            rule="kg-jk-2021",
            list_rule="women-30-first",
            options=(*lists, against),
        ),
        Contest(
            id="smd-1",
            kind=ContestKind.SINGLE_MANDATE,
            electorate=Electorate.DISTRICT,
            district="d01",
            seats=1,
            marks=1,
            name=name("№1 Түндүк округу", "Округ №1 Северный", "District No. 1, Northern"),
            rule="kg-smd",
            options=candidates("mfm"),
        ),
        Contest(
            id="smd-2",
            kind=ContestKind.SINGLE_MANDATE,
            electorate=Electorate.DISTRICT,
            district="d02",
            seats=1,
            marks=1,
            name=name("№2 Түштүк округу", "Округ №2 Южный", "District No. 2, Southern"),
            rule="kg-smd",
            options=candidates("fm"),
        ),
    )


def _person(no: int) -> ListCandidate:
    sex = "f" if no in {2, 4} else "m"
    title = name(f"{no}-талапкер (синтетикалык)", f"Кандидат {no} (синтетический)", f"Candidate {no} (synthetic)")
    return ListCandidate(no=no, name=title, sex=sex, synthetic=True)  # type: ignore[arg-type] # one of the two letters


def _station(
    no: str,
    region: str,
    tec: str,
    district: str | None,
    voters: int,
    *,
    place: tuple[str, str, str],
    at: tuple[int, int],
    zone: str = "Asia/Bishkek",
    kind: StationKind = StationKind.DOMESTIC,
) -> Station:
    return Station(
        no=no,
        kind=kind,
        region=region,
        rayon=None if region == "abroad" else region,
        tec=tec,
        district=district,
        zone=zone,
        name=name(*place),
        latitude_e5=at[0],
        longitude_e5=at[1],
        voters=voters,
    )
