"""What a deployment costs, from counts and unit prices: `python -m infra.cost` writes the tables of docs/aws-cost.md.

The counts come from what the program does (measured on the election of 28 November 2021), the readers are assumed.
The prices are noted by hand with their date and are to be checked against the provider's list before anyone relies on
them: no free tier, no discount, no tax.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

AS_OF: Final = "2026-11-26"
REGION: Final = "eu-central-1"
MONTH_MINUTES: Final = 30 * 24 * 60
Time = Literal["peace", "night"]


@dataclass(frozen=True, slots=True)
class Price:
    """What so many of something cost, in dollars."""

    service: str
    dollars: Decimal
    per: int
    unit: str


def _price(service: str, dollars: str, per: int, unit: str) -> Price:
    return Price(service, Decimal(dollars), per, unit)


PRICES: Final[Mapping[str, Price]] = {
    "function runs": _price("Lambda", "0.20", 1_000_000, "requests"),
    "function MB-seconds": _price("Lambda", "0.0000133334", 1024, "MB-seconds on arm64"),
    "door requests": _price("API Gateway", "1.20", 1_000_000, "HTTP API requests"),
    "table writes": _price("DynamoDB", "0.7625", 1_000_000, "write units of 1 KB"),
    "table reads": _price("DynamoDB", "0.1525", 1_000_000, "read units of 4 KB"),
    "table MB": _price("DynamoDB", "0.5508", 1024, "MB a month, with point-in-time recovery"),
    "files written": _price("S3", "0.0054", 1_000, "PUT requests"),
    "files read": _price("S3", "0.00043", 1_000, "GET requests"),
    "files MB": _price("S3", "0.0245", 1024, "MB a month"),
    "messages": _price("SQS", "0.50", 1_000_000, "FIFO requests"),
    "signatures": _price("KMS", "0.15", 10_000, "Ed25519 requests"),
    "key uses": _price("KMS", "0.03", 10_000, "symmetric requests"),
    "keys": _price("KMS", "1.00", 1, "keys a month"),
    "secrets": _price("Secrets Manager", "0.40", 1, "secrets a month"),
    "readers' requests": _price("CloudFront", "0.012", 10_000, "HTTPS requests"),
    "readers' MB": _price("CloudFront", "0.12", 1024, "MB to readers"),
    "signpost": _price("CloudFront", "0.10", 1_000_000, "runs of its function"),
    "firewall requests": _price("WAF", "0.60", 1_000_000, "requests"),
    "firewall": _price("WAF", "10.00", 1, "web ACL with five rules, a month"),
    "alarms": _price("CloudWatch", "0.10", 1, "alarms a month"),
    "figures": _price("CloudWatch", "0.30", 1, "metrics of our own, a month"),
    "board": _price("CloudWatch", "3.00", 1, "dashboards a month"),
    "written down MB": _price("CloudWatch", "0.63", 1024, "MB of logs"),
    "traces": _price("X-Ray", "5.00", 1_000_000, "traces"),
}
"""What is paid for -> its price."""

STANDING: Final[Mapping[str, int]] = {"keys": 6, "secrets": 10, "firewall": 1, "alarms": 22, "figures": 28, "board": 1}
"""What is paid for a month whether anything happens or not."""


@dataclass(frozen=True, slots=True)
class Place:
    """A commission, in numbers."""

    name: str
    voters: int
    boxes: int
    files: int
    """Public files after the night; one report makes some of them again."""
    public_mb: int
    """All public files; measured, scaled by stations."""


TOWN: Final = Place("1,000 voters", 1_000, 1, 900, 12)
COUNTRY: Final = Place("4,300,000 voters", 4_300_000, 2_494, 37_785, 721)

PAGES: Final = 12
"""Pages that a reader opens on the night."""
MINUTES: Final = 20
"""Minutes that a reader leaves a page open on the night."""
ASKS_EVERY_S: Final = 4
"""Seconds between two questions of an open page for the pointer (`builder/theme/js/live.js`)."""
READERS: Final = 10
"""One of so many voters reads on the night."""
VISITS: Final = 50
"""One of so many voters comes in a month of peace, for three pages."""
ASK_IN_A_MONTH: Final = 100
"""One of so many voters asks find-my-station where to vote, in a month of peace."""
ASK_ON_THE_DAY: Final = 20
"""The same on the day."""
APPLY_IN_A_MONTH: Final = 2_000
"""One of so many voters hands in an application, in a month of peace; hardly anybody on the night itself."""
OF_AN_APPLICATION: Final = 40
"""Requests of one application: pages of the form, of its status, of the desk and of the precinct."""
PAPERS_MB: Final = 4
"""What is sent with one application."""
ROW_BYTES: Final = 135
"""Of the index of find-my-station, one for each voter; each version writes and removes them all."""
PAGE_KB: Final = 12
FIRST_VISIT_KB: Final = 120
"""Styles, scripts and fonts, once for each reader; they are kept for a year."""
ASK_KB: Final = 1
VERSIONS: Final = 1_500
"""Publications of a night, at most: one every few seconds for the hours in which reports come."""
FILES_PER_REPORT: Final = 120
"""Files that one report makes again, times the versions they appear in; a test of the builder bounds it."""


def counts(place: Place, time: Time) -> dict[str, int]:
    """How much of each is used: in a month of peace, or on the night alone."""
    return _peace(place) if time == "peace" else _night(place)


def _peace(place: Place) -> dict[str, int]:
    readers = place.voters // VISITS
    asked = readers * 3 * 2  # a page and its pointer
    ticks = MONTH_MINUTES
    questions = place.voters // ASK_IN_A_MONTH
    applications = place.voters // APPLY_IN_A_MONTH
    walked = applications * OF_AN_APPLICATION
    return {
        **STANDING,
        "door requests": questions + walked,
        "function runs": ticks * 4 + questions + walked,
        # the herald 0.1 s, the publisher 0.5 s, the copyist and the notices 0.1 s, a question 0.1 s
        "function MB-seconds": ticks * (256 // 10 + 3008 // 2 + 3008 // 10 + 512 // 10)
        + questions * 51
        + walked * 1024 // 4,
        "messages": ticks * (7 + 2 * 5 * 3),  # and five pollers at each of two queues, that ask three times a minute
        "table reads": ticks * 11 + questions * 4 + walked * 30,
        "table writes": ticks * 4 + questions * 2 + place.voters * 2 + walked * 6,  # and a version of the index
        "signatures": applications,
        "key uses": ticks * 2 + walked,
        "table MB": 20 + place.boxes * 25 // 1000 + place.voters * ROW_BYTES // 1_000_000,
        "files MB": place.public_mb * 3 + applications * PAPERS_MB,
        "files written": applications * 6,
        "files read": ticks * 3 + asked // 10 + applications * 8,
        "readers' requests": asked,
        "readers' MB": readers * (FIRST_VISIT_KB + 3 * PAGE_KB) // 1024,
        "signpost": asked,
        "firewall requests": asked + questions + walked,
        "written down MB": ticks * 3 // 1024,
        "traces": ticks // 20,
    }


def _night(place: Place) -> dict[str, int]:
    readers = place.voters // READERS
    asks = readers * MINUTES * 60 // ASKS_EVERY_S
    pages = readers * PAGES
    assets = readers * 8
    reports = place.boxes * 4  # zero report and final, protocols keyed, turnout of an hour; each some records
    versions = min(VERSIONS, reports + 60)
    written = place.files + reports * FILES_PER_REPORT
    questions = place.voters // ASK_ON_THE_DAY
    entered = place.boxes * 40  # forms of a commission on the day: turnout, papers, looks at pages
    return {
        "door requests": reports + entered + questions,
        "function runs": reports + entered + questions + versions * 3,
        "function MB-seconds": (reports + entered) * 1024 // 4 + questions * 51 + versions * 3008 * 6,
        "table writes": reports * 60 + entered * 20 + questions * 2 + versions * 20,
        "table reads": reports * 40 + entered * 30 + questions * 4 + versions * 400,
        "files written": written,
        "files read": written + (pages + assets + asks) // 200,
        "files MB": place.public_mb,
        "messages": reports * 6 + versions * 6,
        "signatures": reports + versions,
        "key uses": reports * 4 + versions * 40,
        "readers' requests": pages + assets + asks,
        "readers' MB": (pages * PAGE_KB + readers * FIRST_VISIT_KB + asks * ASK_KB) // 1024,
        "signpost": pages + assets + asks,
        "firewall requests": pages + assets + asks + entered + questions,
        "written down MB": (reports + entered + questions) * 2 // 1024 + versions * 20 // 1024,
        "traces": (reports + entered + questions) // 20 + versions,
    }


def dollars(used: Mapping[str, int]) -> dict[str, Decimal]:
    """Service -> dollars, unrounded, in the order of PRICES."""
    found: dict[str, Decimal] = {}
    for what, price in PRICES.items():
        cost = price.dollars * used.get(what, 0) / price.per
        found[price.service] = found.get(price.service, Decimal(0)) + cost
    return found


def table() -> Iterator[str]:
    """The table of costs: services down, places and times across."""
    columns: tuple[tuple[Place, Time], ...] = ((TOWN, "peace"), (TOWN, "night"), (COUNTRY, "peace"), (COUNTRY, "night"))
    heads = {"peace": "a month of peace", "night": "the night"}
    yield "| service | " + " | ".join(f"{place.name}, {heads[time]}" for place, time in columns) + " |"
    yield "| --- |" + " ---: |" * len(columns)
    costs = [dollars(counts(place, time)) for place, time in columns]
    for service in costs[0]:
        yield f"| {service} | " + " | ".join(_told(one[service]) for one in costs) + " |"
    yield "| **together** | " + " | ".join(f"**{_told(sum(one.values(), Decimal(0)))}**" for one in costs) + " |"


def price_table() -> Iterator[str]:
    """The table of unit prices."""
    yield "| what | service | price | for |"
    yield "| --- | --- | ---: | --- |"
    for what, price in PRICES.items():
        yield f"| {what} | {price.service} | ${price.dollars} | {price.per:,} {price.unit} |"


def count_table() -> Iterator[str]:
    """The table of counts."""
    yield f"| what | {TOWN.name}, peace | {TOWN.name}, night | {COUNTRY.name}, peace | {COUNTRY.name}, night |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    times: tuple[Time, ...] = ("peace", "night")
    used = [counts(place, time) for place in (TOWN, COUNTRY) for time in times]
    for what in PRICES:
        yield f"| {what} | " + " | ".join(f"{one.get(what, 0):,}" for one in used) + " |"


def _told(amount: Decimal) -> str:
    return f"${amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def main() -> None:
    """Write the three tables."""
    for lines in (table(), count_table(), price_table()):
        sys.stdout.write("\n".join(lines) + "\n\n")


if __name__ == "__main__":
    main()
