"""Samples of a presidential election: a first round that nobody wins, and the second round."""

from __future__ import annotations

from datetime import date

from rehearsal.synthesis.kit import Files, candidates, name
from rehearsal.synthesis.samples.kit import BISHKEK, MOSCOW, NEW_YORK, OSH, SEOUL, SampleStation, sample
from shailoo.model.election import Contest, ContestKind, ElectionKind, Electorate

FIRST = "president-2021-sample"
SECOND = "president-2021-round2-sample"

_FIRST_README = """
# Sample: a president's first round, a second one needed

1,500 voters take part in five stations, two of them abroad. Candidate 1 has 690 votes (46.0 %), candidate 2 has 465,
candidate 3 225: nobody has more than half, so the first two go on. The votes, the candidates and the need for a
second round are made up. The referendum of the sample `referendum-sample` is held on the same day.
"""
_SECOND_README = """
# Sample: the second round

Candidates 1 and 2 of the sample `president-2021-sample`. 742 to 651, against all 27: candidate 1 is elected.
"""


def make_first() -> Files:
    """Return the folder `elections/president-2021-sample`."""
    return sample(
        election=FIRST,
        day=date(2021, 1, 10),
        kind=ElectionKind.PRESIDENT,
        names=(
            "Президентти шайлоо, биринчи тур (үлгү)",
            "Выборы президента, первый тур (образец)",
            "Election of the president, first round (sample)",
        ),
        short=("Президент, 1-тур (үлгү)", "Президент, 1-й тур (образец)", "President, round 1 (sample)"),
        readme=_FIRST_README,
        first_box=9301,
        contests=(_contest(1, "mmf"),),
        stations=(
            SampleStation("1021", BISHKEK, 1200, {"president": (15, (210, 130, 75, 20))}),
            SampleStation("1022", BISHKEK, 1100, {"president": (10, (180, 140, 50, 20))}),
            SampleStation("5021", OSH, 1150, {"president": (15, (200, 120, 60, 10))}),
            SampleStation("9021", MOSCOW, 900, {"president": (10, (70, 60, 25, 10))}),
            SampleStation("9022", SEOUL, 150, {"president": (5, (30, 15, 15, 5))}),
        ),
    )


def make_second() -> Files:
    """Return the folder `elections/president-2021-round2-sample`."""
    return sample(
        election=SECOND,
        day=date(2021, 1, 31),
        kind=ElectionKind.PRESIDENT,
        names=(
            "Президентти шайлоо, экинчи тур (үлгү)",
            "Выборы президента, второй тур (образец)",
            "Election of the president, second round (sample)",
        ),
        short=("Президент, 2-тур (үлгү)", "Президент, 2-й тур (образец)", "President, round 2 (sample)"),
        readme=_SECOND_README,
        first_box=9401,
        contests=(_contest(2, "mm"),),
        stations=(
            SampleStation("1021", BISHKEK, 1200, {"president": (12, (231, 190, 9))}),
            SampleStation("1022", BISHKEK, 1100, {"president": (8, (195, 186, 7))}),
            SampleStation("5021", OSH, 1150, {"president": (11, (208, 172, 6))}),
            SampleStation("9021", MOSCOW, 900, {"president": (4, (82, 78, 4))}),
            SampleStation("9023", NEW_YORK, 140, {"president": (2, (26, 25, 1))}),
        ),
    )


def _contest(number: int, sexes: str) -> Contest:
    return Contest(
        id="president",
        kind=ContestKind.PRESIDENT,
        name=name(
            "Кыргыз Республикасынын Президенти", "Президент Кыргызской Республики", "President of the Kyrgyz Republic"
        ),
        electorate=Electorate.ALL,
        district=None,
        seats=1,
        marks=1,
        rule="kg-president-2021",
        round=number,
        options=candidates(sexes),
    )
