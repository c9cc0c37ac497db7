"""Samples of local elections: a town kenesh by party lists, a village kenesh by multi-mandate districts."""

from __future__ import annotations

from datetime import date

from rehearsal.synthesis.kit import AGAINST_ALL, Files, candidates, name
from rehearsal.synthesis.samples.kit import TOKMOK, TUP, SampleStation, district, sample
from shailoo.model.base import Name
from shailoo.model.election import Contest, ContestKind, ElectionKind, Electorate, ListCandidate, Option, OptionKind

TOWN = "town-kenesh-sample"
VILLAGE = "village-kenesh-sample"

_TOWN_README = """
# Sample: a town kenesh of 31 seats by party lists

1,000 voters take part. Lists have 380, 290, 180, 69 votes; 51 are against all and 30 ballots are invalid. List D has
6.9 % and stays below 7 %. 850 votes for 31 seats: 13.86, 10.58, 6.56, so 13 + 10 + 6 and the two left go to A and B:
14, 11, 6.
"""
_VILLAGE_README = """
# Sample: a village kenesh by two multi-mandate districts

Three seats in each district, and up to three marks on a ballot, so that votes add up to more than ballots: of 540
ballots 530 are valid and carry 1,160 votes. That several marks are allowed is an assumption of this sample: it shows
a contest where votes and ballots need not be equal.
"""


def make_town() -> Files:
    """Return the folder `elections/town-kenesh-sample`."""
    lists = [_list(no, ky, en, colour) for no, (ky, en, colour) in enumerate(_LETTERS, 1)]
    contest = Contest(
        id="kenesh",
        kind=ContestKind.PARTY_LIST,
        name=name("Шаардык кеңеш", "Городской кенеш", "Town kenesh"),
        electorate=Electorate.ALL,
        district=None,
        seats=31,
        marks=1,
        rule="kg-kenesh-2021",
        list_rule="women-30-first",
        options=(*lists, Option(no=len(lists) + 1, kind=OptionKind.AGAINST_ALL, name=AGAINST_ALL)),
    )
    return sample(
        election=TOWN,
        day=date(2022, 4, 10),
        kind=ElectionKind.KENESH,
        names=(
            "Шаардык кеңештин депутаттарын шайлоо (үлгү)",
            "Выборы депутатов городского кенеша (образец)",
            "Election of a town kenesh (sample)",
        ),
        short=("Шаардык кеңеш (үлгү)", "Городской кенеш (образец)", "Town kenesh (sample)"),
        readme=_TOWN_README,
        first_box=9501,
        contests=(contest,),
        stations=(
            SampleStation("7131", TOKMOK, 900, {"kenesh": (10, (130, 80, 60, 19, 17))}),
            SampleStation("7132", TOKMOK, 850, {"kenesh": (8, (95, 90, 45, 22, 15))}),
            SampleStation("7133", TOKMOK, 800, {"kenesh": (12, (155, 120, 75, 28, 19))}),
        ),
    )


def make_village() -> Files:
    """Return the folder `elections/village-kenesh-sample`."""
    north = name("№1 Жогорку округ", "Округ № 1 Верхний", "District No. 1, Upper")
    south = name("№2 Төмөнкү округ", "Округ № 2 Нижний", "District No. 2, Lower")
    return sample(
        election=VILLAGE,
        day=date(2021, 4, 11),
        kind=ElectionKind.KENESH,
        names=(
            "Айылдык кеңештин депутаттарын шайлоо (үлгү)",
            "Выборы депутатов айылного кенеша (образец)",
            "Election of a village kenesh (sample)",
        ),
        short=("Айылдык кеңеш (үлгү)", "Айылный кенеш (образец)", "Village kenesh (sample)"),
        readme=_VILLAGE_README,
        first_box=9601,
        districts=(
            district(1, "issyk-kul", north.ky, north.ru, north.en),
            district(2, "issyk-kul", south.ky, south.ru, south.en),
        ),
        contests=(_multi(1, north, "mfmmf"), _multi(2, south, "fmmf")),
        stations=(
            SampleStation("3131", TUP, 310, {"mmd-1": (3, (90, 84, 71, 52, 40, 9))}, "d01", ballots={"mmd-1": 160}),
            SampleStation("3132", TUP, 290, {"mmd-1": (2, (75, 80, 66, 41, 37, 6))}, "d01", ballots={"mmd-1": 140}),
            SampleStation("3133", TUP, 450, {"mmd-2": (5, (150, 122, 98, 131, 8))}, "d02", ballots={"mmd-2": 240}),
        ),
    )


_LETTERS = (("А", "A", "#1b4f72"), ("Б", "B", "#b9770e"), ("В", "C", "#117a65"), ("Г", "D", "#7d3c98"))


def _list(no: int, ky: str, en: str, colour: str) -> Option:
    people = tuple(
        ListCandidate(
            no=number,
            name=name(
                f"{number}-талапкер (синтетикалык)",
                f"Кандидат {number} (синтетический)",
                f"Candidate {number} (synthetic)",
            ),
            sex="f" if number % 3 == 0 else "m",
            synthetic=True,
        )
        for number in range(1, 21)
    )
    title = name(f"{ky} тизмеси", f"Список {ky}", f"List {en}")
    return Option(no=no, kind=OptionKind.LIST, name=title, colour=colour, synthetic=True, candidates=people)


def _multi(no: int, title: Name, sexes: str) -> Contest:
    return Contest(
        id=f"mmd-{no}",
        kind=ContestKind.MULTI_MANDATE,
        name=title,
        electorate=Electorate.DISTRICT,
        district=f"d{no:02d}",
        seats=3,
        marks=3,
        rule="kg-ayil-kenesh",
        options=candidates(sexes),
    )
