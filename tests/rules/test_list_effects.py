"""What granted applications want of the voter list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shailoo.kinds import KINDS
from shailoo.model.case import CaseAct, CaseContent, CaseFiled, Official
from shailoo.rules.case_standing import CaseStanding, standing_of
from shailoo.rules.list_effects import Wish, birth_of, in_force_since, sex_of, together, wish_of

NOON = datetime(2021, 11, 5, 6, 0, tzinfo=UTC)
PIN = "21205198012345"
BY = Official(person="b" * 64, commission="tec-1", role="territorial")


def filed(kind: str) -> CaseFiled:
    return CaseFiled(
        case="0" * 32, kind=kind, version=1, election="jk-2021-11-28", station="1004", commission="tec-1", filed=NOON,
        channel="online", applicant=None, content="c" * 64, due=None, article="art. 15",
    )  # fmt: skip


def standing(kind: str, *acts: str) -> CaseStanding:
    done = [
        CaseAct(
            case="0" * 32, n=n, act=act, by=None if act in ("cancel", "withdraw", "mend") else BY, entered=NOON,
            reason="because" if act == "reject" else None,
        )
        for n, act in enumerate(acts, 1)
    ]  # fmt: skip
    return standing_of(KINDS[kind], filed(kind), 7, done)


def content(**fields: str | None) -> CaseContent:
    person = {"pin": PIN, "surname": "Токтогулов", "name": "Бекзат"}
    return CaseContent(nonce="d" * 64, fields=fields, person=person)


def test_a_granted_address_moves_the_voter_to_the_station_of_the_application() -> None:
    assert wish_of(standing("electoral-address", "identify", "grant"), content(), None) == Wish(7, PIN, "1004")


@pytest.mark.parametrize(
    "acts", [(), ("identify",), ("identify", "reject"), ("cancel",), ("identify", "grant", "withdraw")]
)
def test_nothing_is_wanted_before_it_is_granted_or_after_it_was_withdrawn(acts: tuple[str, ...]) -> None:
    assert wish_of(standing("electoral-address", *acts), content(), None) is None


def test_a_remote_station_is_the_one_that_the_form_names() -> None:
    assert wish_of(standing("remote-station", "identify", "grant"), content(at="9003"), None) == Wish(7, PIN, "9003")


def test_whoever_was_missing_is_added_with_what_the_sign_in_and_the_form_tell() -> None:
    wish = wish_of(standing("voter-missing", "identify", "grant"), content(settlement="osh", house="12a"), None)
    assert wish is not None
    assert (wish.added["birth"], wish.added["settlement"], wish.added["street"]) == ("1980-05-12", "osh", "")


def test_a_mistake_is_mended_as_the_deciding_official_wrote_it_and_not_as_the_applicant_did() -> None:
    deciding = CaseContent(nonce="e" * 64, fields={"surname": "Жапаров", "name": None, "station": "1005"})
    wish = wish_of(standing("voter-mistake", "identify", "grant"), content(what="name", right="Zhaparov"), deciding)
    assert wish == Wish(7, PIN, "1005", {"surname": "Жапаров"})


def test_voting_at_home_changes_no_list() -> None:
    assert wish_of(standing("outside-premises", "identify", "grant"), content(), None) is None


def test_without_a_pin_the_list_cannot_follow() -> None:
    told = CaseContent(nonce="d" * 64, fields={}, person={})
    assert wish_of(standing("electoral-address", "identify", "grant"), told, None) is None


def test_a_case_is_in_force_since_the_act_that_granted_it() -> None:
    assert in_force_since(standing("electoral-address", "identify", "take-up", "ask", "mend", "grant")) == 4


def test_of_wishes_the_later_one_comes_last() -> None:
    first, second = Wish(8, PIN, "1002"), Wish(7, PIN, "1003")
    hour = int(timedelta(hours=1).total_seconds())
    assert together([(hour, second), (0, first)]) == (first, second)
    assert together([(0, replace(first)), (0, second)]) == (second, first)


@pytest.mark.parametrize(("pin", "day"), [(PIN, date(1980, 5, 12)), ("23102198012345", None), ("", None)])
def test_a_pin_tells_the_day_of_birth_or_nothing(pin: str, day: date | None) -> None:
    assert birth_of(pin) == day


def test_a_pin_tells_the_sex() -> None:
    assert (sex_of("1" + PIN[1:]), sex_of(PIN)) == ("f", "m")
