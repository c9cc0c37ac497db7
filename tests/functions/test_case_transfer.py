"""A case is handed to another commission over HTTP: what each sees and may do before and after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from shailoo.assembly import Installation
from shailoo.usecases.case_desk import find_case
from tests.functions.browser import Browser
from tests.functions.case_desk_scene import desk_scene, do, file, member
from tests.usecases.case_toys import GRIEVANCE

WORDS = "The list hangs in the dark"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with desk_scene(tmp_path / "i", {"grievance": GRIEVANCE}) as made:
        yield made


def lodged(installation: Installation) -> int:
    return file(installation, kind="grievance", fields={"about": "list", "words": WORDS}).number


def queue(browser: Browser) -> list[str]:
    """Numbers of the cases in somebody's own queue."""
    shown = LexborHTMLParser(browser.get("/staff/cases/").body.decode())
    return [one.text().removeprefix("№").strip() for one in shown.css(".queue tbody th a")]


def body(installation: Installation, number: int) -> str:
    index = installation.case_index
    index.follow(installation.store)
    standing = index.numbered(number)
    assert standing is not None
    return find_case(standing.filed.case, installation.case_desk).body


def test_a_transferred_case_is_in_the_other_commissions_queue_and_theirs_to_decide(installation: Installation) -> None:
    number = lodged(installation)
    central, district = member(installation, "central"), member(installation, "district")
    assert (queue(central), queue(district)) == ([str(number)], [])
    shown = central.get(f"/staff/cases/{number}?act=transfer").body.decode()
    assert 'name="do-commission"' in shown
    assert 'value="dec-01"' in shown

    assert do(central, number, "transfer", 0, do_reason="It is theirs", do_commission="dec-01") == 303
    assert body(installation, number) == "dec-01"
    assert (queue(central), queue(district)) == ([], [str(number)])
    assert do(central, number, "accept", 1) == 403
    assert do(district, number, "accept", 1) == 303


def test_who_has_a_case_hands_it_on_and_the_link_that_broke_hands_it_on_once(installation: Installation) -> None:
    number = lodged(installation)
    central, district = member(installation, "central"), member(installation, "district")
    do(central, number, "transfer", 0, do_reason="It is theirs", do_commission="dec-01")
    for _ in range(2):
        assert do(district, number, "transfer", 1, do_reason="Not ours", do_commission="cec") == 303
    assert body(installation, number) == "cec"
    assert do(central, number, "transfer", 2, do_reason="Yours again", do_commission="dec-01") == 303


@pytest.mark.parametrize(
    ("who", "to", "reason", "status"),
    [
        ("central", "nobody", "It is theirs", 422),
        ("central", "cec", "It is theirs", 422),
        ("central", "", "It is theirs", 422),
        ("central", "dec-01", "", 422),
        ("auditor", "dec-01", "It is mine", 404),
        ("other precinct", "pec-5001", "It is mine", 404),
        ("territorial", "tec-1", "It is mine", 403),
        ("nobody", "dec-01", "It is mine", 403),
    ],
)
def test_nobody_hands_over_what_is_not_theirs_and_nothing_goes_nowhere(
    installation: Installation, who: str, to: str, reason: str, status: int
) -> None:
    number = lodged(installation)
    told = do(member(installation, who), number, "transfer", 0, do_reason=reason, do_commission=to)
    assert told == status
    assert body(installation, number) == "cec"


def test_a_kind_that_is_not_transferred_is_not(installation: Installation) -> None:
    number = file(installation).number
    assert do(member(installation, "territorial"), number, "transfer", 0, do_reason="No", do_commission="tec-2") != 303
    assert body(installation, number) == "tec-1"
