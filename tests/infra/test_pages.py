"""The documents of the cloud say what the templates and the model of costs say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from infra.cost import AS_OF, COUNTRY, PRICES, TOWN, Place, Time, counts, dollars
from tests.infra.pages import DOCS, PARTS, renewed


@pytest.mark.parametrize("document", PARTS)
def test_generated_parts_are_what_they_must_be(document: str) -> None:
    assert (DOCS / document).read_text("utf-8") == renewed(DOCS / document)


def test_the_document_of_costs_bears_the_date_of_its_prices() -> None:
    year, _, day = AS_OF.split("-")
    assert f"As of {int(day)} November {year}" in (DOCS / "aws-cost.md").read_text("utf-8")


def test_every_price_is_used_and_every_count_has_a_price() -> None:
    times: tuple[Time, ...] = ("peace", "night")
    used = {what for place in (TOWN, COUNTRY) for time in times for what, many in counts(place, time).items() if many}
    assert used == PRICES.keys()


@pytest.mark.parametrize("time", ["peace", "night"])
def test_a_larger_place_never_costs_less(time: Time) -> None:
    def whole(place: Place) -> Decimal:
        return sum(dollars(counts(place, time)).values(), Decimal(0))

    assert whole(TOWN) <= whole(COUNTRY)
    assert whole(COUNTRY) < whole(replace(COUNTRY, voters=COUNTRY.voters * 2, boxes=COUNTRY.boxes * 2))


def test_readers_are_what_the_night_costs() -> None:
    costs = dollars(counts(COUNTRY, "night"))
    assert costs["CloudFront"] + costs["WAF"] > Decimal("0.9") * sum(costs.values(), Decimal(0))


def test_a_price_is_applied_to_its_count() -> None:
    used = {"function runs": 2_000_000, "keys": 3}
    assert dollars(used)["Lambda"] == Decimal("0.40")
    assert dollars(used)["KMS"] == Decimal("3.00")
