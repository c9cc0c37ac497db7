from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.rules.arithmetic import Breach
from shailoo.rules.equations import check_lines, evaluate, parse_equation
from shailoo.rules.errors import EquationUnreadable, UnknownLine

LINES: dict[str, int | tuple[int, ...]] = {"L6": 12, "L7": 488, "L8": 40, "L9": 460, "L10": (300, 150), "L11": 10}


@pytest.mark.parametrize("text", ["L6 + L7 = L8 + L9", "L9 = sum(L10) + L11", "L8 <= L9", "L9 >= L8"])
def test_an_equation_that_holds_gives_nothing(text: str) -> None:
    assert evaluate(parse_equation(text), LINES) is None


def test_a_breach_names_the_side_the_two_values_and_the_equation() -> None:
    lines: dict[str, int | tuple[int, ...]] = {**LINES, "L11": 421}
    assert evaluate(parse_equation("L9 = sum(L10) + L11"), lines) == Breach(
        rule="L9 = sum(L10) + L11", line="L9", expected=871, found=460, relation="="
    )
    assert evaluate(parse_equation("L9 + L8 <= L6"), lines) is not None
    assert evaluate(parse_equation("L6 >= L7"), lines) is not None


def test_a_line_that_is_absent_is_not_zero() -> None:
    with pytest.raises(UnknownLine, match="no line L12"):
        evaluate(parse_equation("L6 = L12"), LINES)


def test_a_group_line_is_summed_and_a_single_one_is_not() -> None:
    with pytest.raises(UnknownLine, match=r"Write sum\(L10\)"):
        evaluate(parse_equation("L9 = L10 + L11"), LINES)
    with pytest.raises(UnknownLine, match="without sum"):
        evaluate(parse_equation("L9 = sum(L11)"), LINES)


@pytest.mark.parametrize(
    "text",
    ["", "L6", "L6 = ", "L6=L7", "L6 + = L7", "L6 = L7 = L8", "L6 - L7 = L8", "6 = L7", "sum(L10 = L9", "L10) = L9",
     "l6 = L7", "L6 < L7", " L6 = L7", "L6 = L7 ", "L006 = L7", "L6  +  L7 = L8"],
)  # fmt: skip
def test_what_we_never_write_is_refused(text: str) -> None:
    with pytest.raises(EquationUnreadable):
        parse_equation(text)


TERMS = st.builds(
    lambda line, summed: f"sum({line})" if summed else line,
    st.from_regex(r"[A-Z][0-9]{1,2}", fullmatch=True),
    st.booleans(),
)
SIDES = st.lists(TERMS, min_size=1, max_size=5).map(" + ".join)


@given(SIDES, st.sampled_from(["=", "<=", ">="]), SIDES)
def test_printing_gives_back_what_was_parsed(left: str, relation: str, right: str) -> None:
    text = f"{left} {relation} {right}"
    assert str(parse_equation(text)) == text


@given(st.text(alphabet="L1029 +=<>sum()", max_size=20))
def test_every_text_is_refused_or_printed_back(text: str) -> None:
    try:
        equation = parse_equation(text)
    except EquationUnreadable:
        return
    assert str(equation) == text
    assert equation.lines


@given(st.dictionaries(st.sampled_from(["L1", "L2", "L3"]), st.integers(-5, 5), min_size=3))
def test_an_equation_agrees_with_arithmetic(lines: dict[str, int]) -> None:
    found, expected = lines["L1"] + lines["L2"], lines["L3"]
    assert (evaluate(parse_equation("L1 + L2 = L3"), lines) is None) == (found == expected)
    assert (evaluate(parse_equation("L1 + L2 <= L3"), lines) is None) == (found <= expected)
    assert (evaluate(parse_equation("L1 + L2 >= L3"), lines) is None) == (found >= expected)


def test_lines_of_a_protocol_are_never_negative() -> None:
    assert check_lines({**LINES, "L12": 0, "L13": (0, 1)}) == ()
    assert [breach.line for breach in check_lines({"L1": -1, "L10": (3, -2)})] == ["L1", "L10"]
