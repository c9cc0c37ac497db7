from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.adapters.package_folder import read_folder
from shailoo.model.election import Election, LineRole, OptionKind
from shailoo.model.manual import LineFigure, ProtocolKeyed
from shailoo.model.record import Act, Measure, ReleaseProtocol, ReverseAct
from shailoo.rules.keying import Agreed, Differ, Difference, Waiting, sheet_standing, standing
from shailoo.rules.manual_count import counted, voted_for

EVENING = datetime(2021, 11, 28, 16, tzinfo=UTC)
ELECTIONS = Path(__file__).parents[2] / "elections"
FIGURES = st.tuples(st.integers(0, 3), st.integers(0, 3))


@cache
def election(name: str = "small") -> Election:
    return read_folder(ELECTIONS / name)


PROTOCOL = election().protocol_by_kind[election().contests[0].kind]
CONTEST = election().contests[0]


def sheet(*votes: int, invalid: int = 2, against: int = 1, stationary: int | None = None) -> tuple[LineFigure, ...]:
    """The lines of a protocol that balances, unless the ballots in stationary boxes are given."""
    valid = sum(votes) + against
    boxes = valid + invalid if stationary is None else stationary
    single = {"L1": 900, "L2": 900, "L3": 800, "L4": 0, "L5": 100, "L6": 0, "L7": boxes, "L8": invalid, "L9": valid}
    return (
        *(LineFigure(line=line, figures=(figure,)) for line, figure in single.items()),
        LineFigure(line="L10", figures=votes),
        LineFigure(line="L11", figures=(against,)),
    )


def keyed(
    person: str, lines: tuple[LineFigure, ...], keying: int, *, version: int = 1, why: str | None = None
) -> ProtocolKeyed:
    return ProtocolKeyed(
        person=person * 64,
        commission="pec-1001",
        role="precinct",
        entered=EVENING + timedelta(minutes=10 * version + keying),
        election="small",
        station="1001",
        sheet="pr",
        version=version,
        keying=keying,
        lines=lines,
        unreconciled=why,
        correction="a slip of the pen" if version > 1 else None,
    )


def act(measure: Measure, number: str, *, minutes: int) -> Act:
    return Act(
        election="small",
        number=number,
        day=date(2021, 11, 29),
        body="cec",
        reason="the commission looked at the paper",
        entered=EVENING + timedelta(minutes=minutes),
        measures=(measure,),
    )


BAD = sheet(100, 50, stationary=200)
GOOD = sheet(100, 50)


def test_a_sheet_that_nobody_has_keyed_waits() -> None:
    found = standing([], PROTOCOL, released=False)
    assert found.current == Waiting(keyed=0)
    assert found.counts is None


def test_one_person_alone_never_fills_the_count() -> None:
    found = standing([keyed("a", GOOD, 1), keyed("a", GOOD, 2)], PROTOCOL, released=True)
    assert found.current == Waiting(keyed=1)
    assert found.counts is None


def test_two_persons_with_the_same_figures_agree() -> None:
    found = standing([keyed("a", GOOD, 1), keyed("b", tuple(reversed(GOOD)), 2)], PROTOCOL, released=False)
    assert isinstance(found.current, Agreed)
    assert found.counts == found.current
    assert (found.current.keyings, found.current.hard, found.current.unreconciled) == ((1, 2), (), None)


def test_where_two_persons_differ_the_lines_are_named_with_both_figures() -> None:
    found = standing([keyed("a", GOOD, 1), keyed("b", sheet(100, 49, invalid=3), 2)], PROTOCOL, released=False)
    assert found.current == Differ(
        keyings=(1, 2),
        lines=(
            Difference(line="L8", option=None, figures=(2, 3)),
            Difference(line="L9", option=None, figures=(151, 150)),
            Difference(line="L10", option=1, figures=(50, 49)),
        ),
    )
    assert found.counts is None


def test_a_third_person_decides_between_two() -> None:
    other = sheet(100, 49)
    keyings = [keyed("a", GOOD, 1), keyed("b", other, 2), keyed("c", other, 3)]
    found = standing(keyings, PROTOCOL, released=False).current
    assert isinstance(found, Agreed)
    assert (found.keyings, found.lines) == ((2, 3), other)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), FIGURES), max_size=7), st.randoms(use_true_random=False))
def test_a_sheet_agrees_exactly_when_two_persons_typed_the_same_whatever_order_it_is_read_in(
    keyings: list[tuple[str, tuple[int, int]]], shuffle: Random
) -> None:
    made = [keyed(person, sheet(*votes), number) for number, (person, votes) in enumerate(keyings, 1)]
    first: dict[str, tuple[int, int]] = {}
    for person, votes in keyings:
        first.setdefault(person, votes)
    agree = len(set(first.values())) < len(first)
    found = standing(made, PROTOCOL, released=False)
    assert isinstance(found.current, Agreed) is agree
    shuffle.shuffle(made)
    assert standing(made, PROTOCOL, released=False) == found


@given(FIGURES, st.lists(FIGURES, min_size=1, max_size=6))
def test_nobodys_own_later_keying_counts(first: tuple[int, int], more: list[tuple[int, int]]) -> None:
    alone = [keyed("a", sheet(*votes), number) for number, votes in enumerate([first, *more], 1)]
    assert standing(alone, PROTOCOL, released=True).current == Waiting(keyed=1)


def test_figures_that_break_a_hard_equation_are_held_until_they_are_released() -> None:
    keyings = [keyed("a", BAD, 1, why="the paper says 200"), keyed("b", BAD, 2, why="so it is written")]
    found = standing(keyings, PROTOCOL, released=False)
    assert found.counts is None
    assert found.held is not None
    assert found.held.unreconciled == "the paper says 200"
    assert [(one.rule, one.found, one.expected) for one in found.held.hard] == [("L6 + L7 = L8 + L9", 200, 153)]
    released = standing(keyings, PROTOCOL, released=True)
    assert released.counts == found.held
    assert released.held is None


def test_the_newest_agreed_version_replaces_and_the_earlier_stays_visible() -> None:
    corrected = sheet(101, 50)
    first = [keyed("a", GOOD, 1), keyed("b", GOOD, 2)]
    begun = [*first, keyed("c", corrected, 1, version=2)]
    assert standing(begun, PROTOCOL, released=False).counts == standing(first, PROTOCOL, released=False).counts
    found = standing([*begun, keyed("a", corrected, 2, version=2)], PROTOCOL, released=False)
    assert found.counts is not None
    assert found.counts.lines == corrected
    assert [one.correction for one in found.versions] == [None, "a slip of the pen"]
    assert isinstance(found.versions[0].state, Agreed)


def test_a_held_correction_takes_the_earlier_version_out_of_the_count() -> None:
    keyings = [keyed("a", GOOD, 1), keyed("b", GOOD, 2), keyed("a", BAD, 1, version=2), keyed("b", BAD, 2, version=2)]
    found = standing(keyings, PROTOCOL, released=False)
    assert found.held is not None
    assert found.counts is None


def test_an_act_releases_the_figures_that_were_there_and_no_later_ones() -> None:
    held = [keyed("a", BAD, 1, why="as written"), keyed("b", BAD, 2, why="as written")]
    release = act(ReleaseProtocol(station="1001", sheet="pr"), "7", minutes=15)
    assert sheet_standing(held, PROTOCOL, [release]).counts is not None
    worse = sheet(100, 50, stationary=500)
    later = [*held, keyed("a", worse, 1, version=2), keyed("b", worse, 2, version=2)]
    assert sheet_standing(later, PROTOCOL, [release]).counts is None
    elsewhere = act(ReleaseProtocol(station="1002", sheet="pr"), "8", minutes=90)
    assert sheet_standing(held, PROTOCOL, [elsewhere]).counts is None


def test_a_release_that_was_reversed_releases_nothing() -> None:
    held = [keyed("a", BAD, 1, why="as written"), keyed("b", BAD, 2, why="as written")]
    acts = [
        act(ReleaseProtocol(station="1001", sheet="pr"), "7", minutes=15),
        act(ReverseAct(number="7"), "9", minutes=20),
    ]
    assert sheet_standing(held, PROTOCOL, acts).counts is None


def test_the_identification_report_has_one_line_and_no_equation() -> None:
    lines = (LineFigure(line="I1", figures=(412,)),)
    found = standing([keyed("a", lines, 1), keyed("b", lines, 2)], None, released=False)
    assert found.counts is not None
    assert found.counts.lines == lines


def test_the_count_is_read_off_the_lines_by_their_roles() -> None:
    votes = tuple(range(len(voted_for(PROTOCOL, CONTEST))))
    found = counted(sheet(*votes, against=7), PROTOCOL, CONTEST)
    assert found.ballots == found.invalid + found.valid
    assert sum(found.votes) == found.valid
    assert dict(zip([one.kind for one in CONTEST.options], found.votes, strict=True))[OptionKind.AGAINST_ALL] == 7
    assert (found.listed, found.received, found.issued, found.cancelled) == (900, 900, 800, 100)


@pytest.mark.parametrize("name", sorted(folder.name for folder in ELECTIONS.iterdir() if folder.is_dir()))
def test_every_package_says_which_line_counts_what(name: str) -> None:
    package = election(name)
    for contest in package.contests:
        protocol = package.protocol_by_kind[contest.kind]
        assert {LineRole.INVALID, LineRole.VALID, LineRole.VOTES} <= set(protocol.line_by_role)
        own_line = LineRole.AGAINST_ALL in protocol.line_by_role
        assert len(contest.options) - len(voted_for(protocol, contest)) == int(own_line)
