"""Samples of votes on questions: a referendum with three, and an advisory vote that binds nobody."""

from __future__ import annotations

from datetime import date

from rehearsal.synthesis.kit import Files, name
from rehearsal.synthesis.samples.kit import BISHKEK, MOSCOW, NO, OSH, SEOUL, TUP, YES, SampleStation, answers, sample
from shailoo.model.election import Contest, ContestKind, ElectionKind, Electorate

REFERENDUM = "referendum-sample"
ADVISORY = "advisory-sample"

_REFERENDUM_README = """
# Sample: a referendum with three questions

Held on the day of the sample `president-2021-sample`, at the same stations with other boxes. 1,480 voters of 4,500
take part. The questions are numbered, without content: for 900, 640 and 735; against 520, 780 and 685. The other
ballots are invalid.
"""
_ADVISORY_README = """
# Sample: an advisory vote

Which of three topics should come first? 215 young voters answer: 92, 71 and 48, and 4 ballots are invalid. Nothing
follows from it by law.
"""


def make_referendum() -> Files:
    """Return the folder `elections/referendum-sample`."""
    return sample(
        election=REFERENDUM,
        day=date(2021, 1, 10),
        kind=ElectionKind.REFERENDUM,
        names=(
            "Үч суроолуу референдум (үлгү)",
            "Референдум с тремя вопросами (образец)",
            "Referendum with three questions (sample)",
        ),
        short=("Референдум (үлгү)", "Референдум (образец)", "Referendum (sample)"),
        readme=_REFERENDUM_README,
        first_box=9701,
        contests=tuple(_question(no) for no in (1, 2, 3)),
        stations=(
            SampleStation(
                "1021", BISHKEK, 1200, {"q1": (20, (270, 155)), "q2": (25, (190, 230)), "q3": (20, (215, 210))}
            ),
            SampleStation(
                "1022", BISHKEK, 1100, {"q1": (15, (235, 145)), "q2": (15, (170, 210)), "q3": (15, (190, 190))}
            ),
            SampleStation("5021", OSH, 1150, {"q1": (15, (240, 140)), "q2": (10, (180, 205)), "q3": (15, (205, 175))}),
            SampleStation("9021", MOSCOW, 900, {"q1": (5, (110, 55)), "q2": (5, (70, 95)), "q3": (5, (90, 75))}),
            SampleStation("9022", SEOUL, 150, {"q1": (5, (45, 25)), "q2": (5, (30, 40)), "q3": (5, (35, 35))}),
        ),
    )


def make_advisory() -> Files:
    """Return the folder `elections/advisory-sample`."""
    topics = (
        name("Таза суу", "Чистая вода", "Clean water"),
        name("Сапаттуу билим", "Качественное образование", "Good schools"),
        name("Жумуш орундары", "Рабочие места", "Jobs"),
    )
    contest = Contest(
        id="topics",
        kind=ContestKind.ADVISORY,
        name=name("Кайсы максат биринчи?", "Какая цель первая?", "Which goal comes first?"),
        electorate=Electorate.ALL,
        district=None,
        seats=0,
        marks=1,
        rule="advisory",
        options=answers(*topics),
    )
    return sample(
        election=ADVISORY,
        day=date(2021, 3, 26),
        kind=ElectionKind.ADVISORY,
        names=(
            "Жаштардын кеңеш берүүчү добушу (үлгү)",
            "Консультативное голосование молодежи (образец)",
            "Advisory vote of the young (sample)",
        ),
        short=("Кеңеш берүүчү добуш (үлгү)", "Консультативное голосование (образец)", "Advisory vote (sample)"),
        readme=_ADVISORY_README,
        first_box=9801,
        contests=(contest,),
        stations=(
            SampleStation("1031", BISHKEK, 400, {"topics": (2, (40, 30, 18))}),
            SampleStation("3031", TUP, 300, {"topics": (1, (28, 21, 17))}),
            SampleStation("5031", OSH, 350, {"topics": (1, (24, 20, 13))}),
        ),
    )


def _question(no: int) -> Contest:
    return Contest(
        id=f"q{no}",
        kind=ContestKind.QUESTION,
        name=name(f"{no}-суроо", f"Вопрос {no}", f"Question {no}"),
        electorate=Electorate.ALL,
        district=None,
        seats=0,
        marks=1,
        rule="kg-referendum-2016",
        options=answers(YES, NO),
    )
