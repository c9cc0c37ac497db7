from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.rules.errors import ShareImpossible
from shailoo.rules.shares import check_share, more_than_half, reaches, share_hundredths

FINAL = 1_281_622
ALL_STATIONS = 1_293_947
VOTERS = 3_703_420


def test_the_turnout_of_2021_belongs_to_its_own_number() -> None:
    """I5: 1,281,622 voters were published as 34.94 %, the share of 1,293,947, before 20 stations were excluded."""
    assert share_hundredths(FINAL, VOTERS) == 3461
    assert share_hundredths(ALL_STATIONS, VOTERS) == 3494
    breach = check_share(FINAL, VOTERS, "34.94 %")
    assert breach is not None
    assert (breach.expected, breach.found) == (3461, 3494)
    assert check_share(FINAL, VOTERS, "34.61 %") is None
    assert check_share(ALL_STATIONS, VOTERS, "34,94%") is None


def test_the_briefing_of_2020_is_caught() -> None:
    """I7: 80,279 of 1,990,753 was published as 4.3 %; it is 4.03 %."""
    breach = check_share(80_279, 1_990_753, "4.3 %")
    assert breach is not None
    assert share_hundredths(80_279, 1_990_753) == 403
    assert check_share(80_279, 1_990_753, "4.0") is None
    assert check_share(80_279, 1_990_753, "4") is None


@pytest.mark.parametrize(
    ("votes", "official", "agency"),
    [
        (222_005, "17.32", "17.30"),
        (174_470, "13.61", "13.62"),
        (141_009, "11.00", "10.99"),
        (106_955, "8.35", "8.33"),
        (90_223, "7.04", "7.03"),
        (79_025, "6.17", "6.15"),
    ],
)
def test_six_official_shares_agree_and_those_of_the_agency_do_not(votes: int, official: str, agency: str) -> None:
    """I10: the agency's shares were computed before 20 stations were excluded."""
    assert check_share(votes, FINAL, official) is None
    assert check_share(votes, FINAL, agency) is not None


def test_a_threshold_is_not_decided_on_the_rounded_share() -> None:
    assert share_hundredths(49_999, 1_000_000) == 500
    assert not reaches(49_999, 1_000_000, 5, 100)
    assert reaches(50_000, 1_000_000, 5, 100)


def test_exactly_half_is_not_more_than_half() -> None:
    assert not more_than_half(50, 100)
    assert more_than_half(51, 100)


def test_of_an_empty_base_there_is_no_share() -> None:
    assert share_hundredths(0, 0) is None
    assert reaches(0, 0, 5, 100)
    with pytest.raises(ShareImpossible):
        check_share(0, 0, "0 %")


@pytest.mark.parametrize(("part", "base"), [(-1, 5), (6, 5), (1, 0)])
def test_a_part_outside_its_whole_is_never_shown(part: int, base: int) -> None:
    with pytest.raises(ShareImpossible):
        share_hundredths(part, base)
    with pytest.raises(ShareImpossible):
        check_share(part, base, "1")


@pytest.mark.parametrize("published", ["", "abc", "1.234", "-1", "12 percent", ".5"])
def test_an_unreadable_share_is_refused(published: str) -> None:
    with pytest.raises(ShareImpossible):
        check_share(1, 10, published)


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_shares_agree_with_decimals_rounded_half_up(part: int, rest: int) -> None:
    base = part + rest
    # Enough digits that the division itself cannot move a half.
    exact = Fraction(part * 10_000, base)
    whole = Decimal(exact.numerator) / Decimal(exact.denominator)
    assert share_hundredths(part, base) == int(whole.quantize(Decimal(1), ROUND_HALF_UP))


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 100), st.integers(1, 1000))
def test_reaching_is_exact(votes: int, base: int, numerator: int, denominator: int) -> None:
    assert reaches(votes, base, numerator, denominator) == (votes >= Fraction(base * numerator, denominator))


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_that_we_write_is_one_that_we_accept(part: int, rest: int) -> None:
    hundredths = share_hundredths(part, part + rest)
    assert hundredths is not None
    assert check_share(part, part + rest, f"{hundredths // 100}.{hundredths % 100:02d} %") is None
