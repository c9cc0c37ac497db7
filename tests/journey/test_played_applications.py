"""The applications of a rehearsal: every kind, every way to an end, each in exactly one status, always the same."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from rehearsal.applications import COUNT, open_to_applications, play_applications, statuses
from shailoo.assembly import Installation
from shailoo.kinds import KINDS
from shailoo.rules.case_standing import CaseStanding
from tests.voting import SMALL, small_election

ISSUER = "https://id.example"


def played(folder: Path) -> list[CaseStanding]:
    """All applications of the five-station election, as they stand."""
    with open_to_applications(Installation.create(folder, [SMALL])) as home:
        play_applications(home, home.elections["small"], ISSUER)
        assert sum(statuses(home).values()) == COUNT
        return list(home.case_index)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[CaseStanding]:
    return played(tmp_path_factory.mktemp("played") / "i")


def test_every_kind_comes_to_every_end_and_each_application_stands_in_one_status(cases: list[CaseStanding]) -> None:
    kinds = Counter(one.kind.name for one in cases)
    assert kinds.keys() == KINDS.keys()
    assert {one.status.name for one in cases} == {status.name for kind in KINDS.values() for status in kind.statuses}
    assert {one.filed.channel for one in cases} == {"online", "paper", "telephone"}


def test_records_stand_in_the_order_in_which_things_happened(cases: list[CaseStanding]) -> None:
    filed = [one.filed.filed for one in sorted(cases, key=lambda one: one.number)]
    assert filed == sorted(filed)
    for one in cases:
        moments = [one.filed.filed, *(act.entered for act in one.acts)]
        assert moments == sorted(moments)
        assert max(moments).date() < small_election().day - timedelta(days=9)


def test_the_same_rehearsal_has_the_same_applications(cases: list[CaseStanding], tmp_path: Path) -> None:
    again = played(tmp_path / "again")
    assert [(one.filed.case, one.filed.content, one.status.name) for one in again] == [
        (one.filed.case, one.filed.content, one.status.name) for one in cases
    ]


def test_an_application_that_was_opened_again_is_confirmed_by_another_official(cases: list[CaseStanding]) -> None:
    opened = [one for one in cases if any(act.act == "reopen" for act in one.acts)]
    assert opened
    for one in opened:
        proposed, confirmed = next((act, one.acts[act.n]) for act in one.acts if act.act == "reopen")
        assert confirmed.act == "confirm"
        assert proposed.by is not None
        assert confirmed.by is not None
        assert proposed.by.person != confirmed.by.person
