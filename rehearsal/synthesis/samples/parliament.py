"""Samples of parliamentary elections: a repeat election in two districts, and districts of three seats (2025)."""

from __future__ import annotations

from datetime import date

from rehearsal.synthesis.kit import Files, candidates, name
from rehearsal.synthesis.samples.kit import BISHKEK, OSH, SampleStation, district, sample
from shailoo.model.base import Name
from shailoo.model.election import Contest, ContestKind, ElectionKind, Electorate

SMD_REPEAT = "smd-repeat-sample"
THREE_MANDATE = "three-mandate-sample"

_SMD_README = """
# Sample: a repeat election in two single-mandate districts

Two districts in which "against all" had won vote again. District 27: 288, 246, 95, against all 31. District 29:
"against all" wins once more, 205 to 198, and the seat stays vacant.
"""
_THREE_README = """
# Sample: two districts of three seats, at most two of one sex

One vote a voter, three seats a district. In district 1 the three leaders are men, so the third seat goes to the woman
with most votes. In district 2 the leaders are a man and two women: nothing to mend.

Two remote stations hold the ballots of both districts. District 2 has 6 and 8 ballots there: together they reach the
bound of ten and are opened as one row. District 1 has 9 ballots in one of them: these stay sealed for good, and
cannot change who is elected.
"""


def make_smd_repeat() -> Files:
    """Return the folder `elections/smd-repeat-sample`."""
    return sample(
        election=SMD_REPEAT,
        day=date(2022, 2, 27),
        kind=ElectionKind.PARLIAMENT,
        names=("Кайра шайлоо (үлгү)", "Повторные выборы (образец)", "Repeat election (sample)"),
        short=("Кайра шайлоо (үлгү)", "Повторные выборы (образец)", "Repeat election (sample)"),
        readme=_SMD_README,
        first_box=9101,
        districts=(
            district(27, "bishkek", "№27 Биринчи Май округу", "Округ № 27 Первомайский", "District No. 27, Pervomay"),
            district(29, "bishkek", "№29 Свердлов округу", "Округ № 29 Свердловский", "District No. 29, Sverdlov"),
        ),
        contests=(
            _single(27, name("№27 Биринчи Май округу", "Округ № 27 Первомайский", "District No. 27, Pervomay"), "mfm"),
            _single(29, name("№29 Свердлов округу", "Округ № 29 Свердловский", "District No. 29, Sverdlov"), "fmm"),
        ),
        stations=(
            SampleStation("1101", BISHKEK, 640, {"smd-27": (12, (110, 84, 35, 11))}, "d27"),
            SampleStation("1102", BISHKEK, 720, {"smd-27": (9, (98, 92, 28, 10))}, "d27"),
            SampleStation("1103", BISHKEK, 580, {"smd-27": (4, (80, 70, 32, 10))}, "d27"),
            SampleStation("1201", BISHKEK, 610, {"smd-29": (7, (70, 41, 20, 66))}, "d29"),
            SampleStation("1202", BISHKEK, 690, {"smd-29": (11, (64, 50, 17, 71))}, "d29"),
            SampleStation("1203", BISHKEK, 655, {"smd-29": (6, (64, 39, 25, 68))}, "d29"),
        ),
    )


def make_three_mandate() -> Files:
    """Return the folder `elections/three-mandate-sample`."""
    return sample(
        election=THREE_MANDATE,
        day=date(2025, 11, 30),
        kind=ElectionKind.PARLIAMENT,
        names=("Үч мандаттуу округдар (үлгү)", "Трехмандатные округа (образец)", "Districts of three seats (sample)"),
        short=("Үч мандат (үлгү)", "Три мандата (образец)", "Three seats (sample)"),
        readme=_THREE_README,
        first_box=9201,
        districts=(
            district(1, "bishkek", "№1 Түндүк округу", "Округ № 1 Северный", "District No. 1, Northern"),
            district(2, "osh-city", "№2 Түштүк округу", "Округ № 2 Южный", "District No. 2, Southern"),
        ),
        contests=(
            _triple(1, name("№1 Түндүк округу", "Округ № 1 Северный", "District No. 1, Northern"), "mmfmf"),
            _triple(2, name("№2 Түштүк округу", "Округ № 2 Южный", "District No. 2, Southern"), "fmfm"),
        ),
        stations=(
            SampleStation("1011", BISHKEK, 900, {"three-1": (8, (140, 96, 21, 88, 13, 12))}, "d01"),
            SampleStation("1012", BISHKEK, 820, {"three-1": (6, (122, 101, 19, 79, 22, 10))}, "d01"),
            SampleStation("1013", BISHKEK, 760, {"three-1": (5, (98, 90, 24, 81, 9, 14))}, "d01"),
            SampleStation("5011", OSH, 880, {"three-2": (7, (104, 131, 72, 33, 15))}, "d02"),
            SampleStation("5012", OSH, 790, {"three-2": (4, (96, 118, 81, 40, 9))}, "d02"),
            SampleStation(
                "1911", BISHKEK, 70, {"three-1": (1, (12, 9, 3, 5, 1, 0)), "three-2": (0, (2, 3, 1, 0, 0))}, remote=True
            ),
            SampleStation(
                "5911", OSH, 40, {"three-1": (0, (3, 2, 1, 2, 1, 0)), "three-2": (1, (3, 2, 2, 0, 0))}, remote=True
            ),
        ),
        electorate={"1911": {"three-1": 54, "three-2": 16}, "5911": {"three-1": 19, "three-2": 21}},
    )


def _single(no: int, title: Name, sexes: str) -> Contest:
    return Contest(
        id=f"smd-{no}",
        kind=ContestKind.SINGLE_MANDATE,
        name=title,
        electorate=Electorate.DISTRICT,
        district=f"d{no:02d}",
        seats=1,
        marks=1,
        rule="kg-smd",
        options=candidates(sexes),
    )


def _triple(no: int, title: Name, sexes: str) -> Contest:
    return Contest(
        id=f"three-{no}",
        kind=ContestKind.MULTI_MANDATE,
        name=title,
        electorate=Electorate.DISTRICT,
        district=f"d{no:02d}",
        seats=3,
        marks=1,
        rule="kg-jk-2025",
        options=candidates(sexes),
    )
