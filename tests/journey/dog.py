"""A kind of case that no program knows: a stray dog at the polling station."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from shailoo.model.case_kind import (
    ActRule,
    Asked,
    CaseForm,
    CaseKind,
    ClockRule,
    Days,
    DocumentRule,
    Phase,
    Shown,
    Status,
    Text,
)

SIZES: Final = {"small": "Small", "large": "Large"}


class Dog(CaseForm):
    """What is told of the dog."""

    size: Annotated[
        Literal["small", "large"],
        Asked("How large is it?", "Choose one.", widget="choice", choices=SIZES, shown=Shown.ALWAYS, source="of two"),
    ]
    where: Annotated[Text, Asked("Where is it?", "Near what?", "Write where it is.", widget="lines")]


DOG: Final = CaseKind(
    name="dog",
    version=1,
    title="A dog at the station",
    purpose="Tell us of a dog.",
    article="art. 7",
    portal="results",
    form=Dog,
    first="loose",
    filed_to="precinct",
    signed_in=False,
    register=True,
    opened_by_calendar=False,
    statuses=(Status("loose", "Loose", Phase.OPEN), Status("gone", "Gone", Phase.CLOSED)),
    acts=(ActRule("catch", "Catch", frozenset({"loose"}), "gone", body=True, reason=True, told=True),),
    clocks=(ClockRule("catch", "Catching", Days(2), "art. 8", stops=frozenset({"gone"})),),
    documents=(DocumentRule("photo", "Photograph", most=2),),
)
