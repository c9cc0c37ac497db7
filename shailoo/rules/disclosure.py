"""What a public list shows of a person, as data with its source.

The law orders the list to be shown to voters and personal data to be kept; which fields of a person exactly may stand
in the published list was looked for and not found. Until it is settled the least that serves the purpose is shown: the
name, so that people find themselves and neighbours notice the dead, under the station's number. A new reading of the
law is a new version here, not a change of code, and some fields no version can ever open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, field_validator, model_validator

from shailoo.model.base import Frozen
from shailoo.model.voter_list import PersonName


class PersonField(StrEnum):
    """Everything that is known of a voter."""

    SURNAME = "surname"
    NAME = "name"
    PATRONYMIC = "patronymic"
    STATION = "station"
    PERSON = "person"
    PIN = "pin"
    BIRTH = "birth"
    SEX = "sex"
    SETTLEMENT = "settlement"
    STREET = "street"
    HOUSE = "house"
    FLAT = "flat"
    COUNTRY = "country"
    DISABILITY = "disability"
    STATUS = "status"
    WAY = "way"
    SINCE = "since"


FORBIDDEN: Final = frozenset(PersonField) - {
    PersonField.SURNAME,
    PersonField.NAME,
    PersonField.PATRONYMIC,
    PersonField.STATION,
}
"""Fields that no disclosure rule can open: what identifies beyond the name, where somebody lives, how somebody is."""


class Source(Frozen):
    """Where a rule comes from. `settled` is False where the text leaves the answer open or was not found."""

    text: Annotated[str, Field(min_length=1)]
    settled: bool


class DisclosureRule(Frozen):
    """One reading of the law. Raises ValidationError for a field that may never be shown, or one without a source."""

    version: Annotated[int, Field(ge=1)]
    since: date
    fields: tuple[PersonField, ...]
    """In the order in which a list shows them."""
    bulk_files: bool
    """Whether names may be offered as files (CSV, JSON), or in an index wider than one station."""
    citations: Annotated[tuple[Source, ...], Field(min_length=1)]

    @field_validator("fields")
    @classmethod
    def _none_is_forbidden(cls, fields: tuple[PersonField, ...]) -> tuple[PersonField, ...]:
        forbidden = sorted(FORBIDDEN.intersection(fields))
        if forbidden:
            message = f"no rule can show {', '.join(forbidden)} of a person: take it out of the fields"
            raise ValueError(message)
        if len(set(fields)) < len(fields):
            message = "a field stands twice"
            raise ValueError(message)
        return fields

    @model_validator(mode="after")
    def _a_list_has_names(self) -> DisclosureRule:
        if PersonField.SURNAME not in self.fields or PersonField.NAME not in self.fields:
            message = "a list without surname and name shows nobody: keep both"
            raise ValueError(message)
        return self


LEAST: Final = DisclosureRule(
    version=1,
    since=date(2011, 7, 2),
    fields=(PersonField.SURNAME, PersonField.NAME, PersonField.PATRONYMIC, PersonField.STATION),
    bulk_files=False,
    citations=(
        Source(
            text=(
                "Constitutional law on presidential and parliamentary elections of 2 July 2011 No. 68, Art. 15: lists "
                "are shown to voters, who check themselves and report mistakes about others."
            ),
            settled=True,
        ),
        Source(
            text=(
                "Law on personal information of 14 April 2008 No. 58: data are used for their purpose, and no more of "
                "them than it needs."
            ),
            settled=True,
        ),
        Source(
            text=(
                "Which fields of a person the published list may hold was not found in a public text. The default is "
                "the least: name and station; no PIN, no date of birth, no address."
            ),
            settled=False,
        ),
        Source(
            text="Lists offered in bulk have been harvested elsewhere; no file of names without an explicit rule.",
            settled=False,
        ),
    ),
)
"""The rule in force."""

RULES: Final[Mapping[int, DisclosureRule]] = {LEAST.version: LEAST}


def shown(rule: DisclosureRule, person: PersonName) -> PersonName:
    """Return the name with only those parts that the rule shows; a part that it does not show is empty."""
    return PersonName(
        person.surname,
        person.name,
        person.patronymic if PersonField.PATRONYMIC in rule.fields else "",
    )
