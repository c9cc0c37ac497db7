"""What a list shows of a person is data, and some fields can never be opened."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shailoo.model.voter_list import PersonName
from shailoo.model.voter_tables import EXTRACT
from shailoo.rules.disclosure import FORBIDDEN, LEAST, RULES, DisclosureRule, PersonField, shown

NAME = PersonName("Асанова", "Айгүл", "Бакыт кызы")


def with_fields(*fields: PersonField) -> DisclosureRule:
    return DisclosureRule(
        version=2, since=LEAST.since, fields=fields, bulk_files=LEAST.bulk_files, citations=LEAST.citations
    )


def test_the_rule_in_force_shows_the_name_and_the_station_and_offers_no_files() -> None:
    assert LEAST.fields == (PersonField.SURNAME, PersonField.NAME, PersonField.PATRONYMIC, PersonField.STATION)
    assert not LEAST.bulk_files
    assert RULES[LEAST.version] is LEAST
    assert shown(LEAST, NAME) == NAME


@pytest.mark.parametrize("field", sorted(FORBIDDEN))
def test_no_rule_can_open_a_forbidden_field(field: PersonField) -> None:
    with pytest.raises(ValidationError, match=f"no rule can show {field.value}"):
        with_fields(PersonField.SURNAME, PersonField.NAME, field)
    with pytest.raises(ValidationError):
        DisclosureRule.model_validate_json(
            LEAST.model_dump_json().replace('"patronymic"', f'"{field.value}"'),
        )


def test_whatever_the_extract_holds_beyond_names_is_forbidden() -> None:
    columns = {column.name for column in EXTRACT} - {"surname", "name", "patronymic"}
    assert {"birth" if name == "birth_date" else name for name in columns} <= {field.value for field in FORBIDDEN}


def test_a_rule_without_patronymics_leaves_them_empty() -> None:
    rule = with_fields(PersonField.SURNAME, PersonField.NAME, PersonField.STATION)
    assert shown(rule, NAME) == PersonName("Асанова", "Айгүл", "")


def test_a_list_without_names_or_with_a_field_twice_is_no_rule() -> None:
    with pytest.raises(ValidationError, match="shows nobody"):
        with_fields(PersonField.STATION)
    with pytest.raises(ValidationError, match="twice"):
        with_fields(PersonField.SURNAME, PersonField.NAME, PersonField.NAME)


def test_every_rule_has_a_source_and_says_what_is_unsettled() -> None:
    for rule in RULES.values():
        assert rule.citations
    assert any("Art. 15" in source.text and source.settled for source in LEAST.citations)
    assert any("not found" in source.text and not source.settled for source in LEAST.citations)
    with pytest.raises(ValidationError):
        DisclosureRule(version=3, since=LEAST.since, fields=LEAST.fields, bulk_files=True, citations=())
