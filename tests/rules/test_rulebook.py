from __future__ import annotations

import pytest

from shailoo.rules.catalogue import rules_page
from shailoo.rules.errors import UnknownRule
from shailoo.rules.results import SENTENCES, Reason
from shailoo.rules.rulebook import LIST_RULES, RULES, open_list_rule, seat_rule
from tests.rules.write_rules_page import PAGE

EVERY = (*RULES.values(), *LIST_RULES.values())


def test_the_page_about_the_rules_is_current() -> None:
    message = "docs/rules.md is out of date: run python -m tests.rules.write_rules_page"
    assert PAGE.read_text(encoding="utf-8") == rules_page(), message


@pytest.mark.parametrize("name", ["kg-jk-2021", "kg-kenesh-2021", "kg-smd", "kg-jk-2025", "kg-ayil-kenesh"])
def test_packages_find_their_rules_by_name(name: str) -> None:
    assert seat_rule(name).name == name


def test_an_unknown_rule_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownRule, match="kg-jk-2021"):
        seat_rule("kg-jk-2035")
    with pytest.raises(UnknownRule, match="women-30-first"):
        open_list_rule("kg-jk-2021")


def test_every_rule_says_where_it_comes_from_and_where_it_is_silent() -> None:
    for rule in EVERY:
        assert rule.citation, rule.name
        assert rule.silent, rule.name
        assert rule.sources or rule.name == "advisory", rule.name
        assert rule.since is None or rule.until is None or rule.since <= rule.until


def test_every_reason_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Reason)
