"""The gate before Tizme: what does not add up, is not what was committed to, or may not be public is not published.

Before the first page: every count against every other, and the digests of what is shown against the root that the
record of the version carries. Then each list as it is drawn: its people against their count and their digest, and every
name against what a name may hold. A refusal says which rule and where, and never a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from builder.voters.edition import Edition, Shown
from shailoo.errors import Held
from shailoo.ids import StationNo
from shailoo.model.voter_list import PersonName
from shailoo.rules import disclosure
from shailoo.rules.disclosure import PersonField
from shailoo.rules.shown_list import shown_digest, shown_root

_FORBIDDEN = re.compile(r"[\x00-\x1f0-9@<>{}]")
"""A digit is the beginning of a PIN, a birth date, a house; the others belong to no name."""


def check(edition: Edition) -> None:
    """Hold the publication unless all counts and digests agree.

    Raises:
        Held: names the count or digest, the version and, if it is one, the place.
    """
    for shown in edition.shown():
        _check_counts(edition, shown)
        _check_digests(shown)


def check_list(shown: Shown, station: StationNo, people: Sequence[PersonName]) -> None:
    """Hold the publication unless the people of a list are those that were counted and committed to.

    Raises:
        Held: names the station.
    """
    number = shown.record.number
    if len(people) != shown.totals.get(station, 0):
        raise Held(
            "The people on a list are not as many as its count says. Make the version again.",
            version=number,
            station=station,
            people=len(people),
            counted=shown.totals.get(station, 0),
        )
    if people and shown_digest(station, people) != shown.digests.get(station):
        raise Held(
            "The names on a list are not those that its digest stands for. Make the version again.",
            version=number,
            station=station,
        )
    hidden = PersonField.PATRONYMIC not in disclosure.LEAST.fields
    if hidden and any(person.patronymic for person in people):
        raise Held("The rule in force does not let a list show this part of a name.", version=number, station=station)
    if _FORBIDDEN.search("".join(["".join(person) for person in people])):
        raise Held(
            "A name on a list holds a digit or another sign that no name has, such as a PIN or a date would. "
            "Correct the extract and import it again.",
            version=number,
            station=station,
        )


def _check_counts(edition: Edition, shown: Shown) -> None:
    record = shown.record
    stations = {station: people for station, people in shown.totals.items() if station}
    strangers = sorted(station for station in stations if station not in edition.centres)
    if strangers:
        raise Held(
            "A station has voters and stands in no version of the address register. Distribute the voters again.",
            version=record.number,
            station=strangers[0],
            stations=len(strangers),
        )
    homeless = [one for one in edition.centres.values() if one.tec not in edition.commissions]
    if homeless:
        raise Held(
            "A station belongs to a commission that is not in the address register. Correct the register.",
            register=edition.register,
            station=homeless[0].station,
            stations=len(homeless),
        )
    by_commission = {
        commission: sum(stations.get(centre.station, 0) for centre in centres)
        for commission, centres in edition.by_commission().items()
    }
    by_region = {
        region: sum(by_commission[commission] for commission in commissions)
        for region, commissions in edition.by_region().items()
    }
    sums = {
        "stations": sum(stations.values()),
        "commissions": sum(by_commission.values()),
        "regions": sum(by_region.values()),
    }
    for where, people in sums.items():
        if people != record.voters:
            raise Held(
                f"The voters of all {where} do not add up to those of the version. Make the version again.",
                version=record.number,
                added=people,
                declared=record.voters,
            )
    for what, counted, declared in (
        ("people in the queue", shown.totals.get("", 0), record.queued),
        ("stations with voters", sum(people > 0 for people in stations.values()), record.stations),
    ):
        if counted != declared:
            raise Held(
                f"The number of {what} is not the one of the version's record. Make the version again.",
                version=record.number,
                counted=counted,
                declared=declared,
            )


def _check_digests(shown: Shown) -> None:
    record = shown.record
    people = {station for station, count in shown.totals.items() if station and count}
    if people != set(shown.digests):
        odd = sorted(people ^ set(shown.digests))
        raise Held(
            "A list has no digest, or a digest has no list. Make the version again.",
            version=record.number,
            station=odd[0],
            stations=len(odd),
        )
    if shown_root(shown.digests) != record.shown_root:
        raise Held(
            "The digests of the lists do not add up to the root in the version's record. Make the version again.",
            version=record.number,
        )
