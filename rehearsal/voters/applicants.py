"""Who applies in a rehearsal: people of the voter list, or people made up on the spot. Nobody in either exists."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from rehearsal.voters.people import tables
from shailoo.model.election import Election

_SEED = 2021
_WOMAN, _MAN = 1, 2


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who does not exist, and where they are on the list."""

    station: str
    pin: str
    surname: str
    name: str
    patronymic: str
    birth: str
    """As ISO 8601 writes a day."""
    settlement: str
    """Of the address register, or empty."""
    street: str
    house: str

    def person(self) -> Mapping[str, str]:
        """As `CaseContent.person` holds it."""
        told = {
            "pin": self.pin, "surname": self.surname, "name": self.name, "patronymic": self.patronymic,
            "birth": self.birth,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value}

    def claims(self) -> Mapping[str, str]:
        """What a provider of identities tells of them, by OpenID Connect's names."""
        return {
            "pin": self.pin, "family_name": self.surname, "given_name": self.name, "middle_name": self.patronymic,
            "birthdate": self.birth,
        }  # fmt: skip


def applicants(installation: Path, election: Election, count: int) -> Sequence[Applicant]:
    """So many applicants, always the same: of the newest list where there is one with people at stations."""
    lists = installation / "voters" / "lists"
    newest = max(lists.iterdir(), default=None) if lists.is_dir() else None
    listed = [] if newest is None else _of_list(newest, election, count)
    return listed + _made_up(election, count - len(listed))


def _of_list(version: Path, election: Election, count: int) -> list[Applicant]:
    known = [station.no for station in election.stations]
    with duckdb.connect() as db:
        rows = db.execute(
            "SELECT station, pin, surname, name, coalesce(patronymic, ''), birth::VARCHAR, "
            "coalesce(settlement, ''), coalesce(street, ''), coalesce(house, '') "
            "FROM read_parquet($voters) WHERE station IN (SELECT unnest($known)) "
            "ORDER BY sha256(pin) LIMIT $count",
            {"voters": f"{version}/voters.parquet", "known": known, "count": count},
        ).fetchall()
    return [Applicant(*map(str, row)) for row in rows]


def _made_up(election: Election, count: int) -> list[Applicant]:
    drawn = random.Random(_SEED)
    words, stations = tables(), [one.no for one in election.stations if one.voters]
    people = len(words.names) // 2
    found = []
    for at in range(count):
        man = at % 2
        day = f"{drawn.randint(1950, 2000)}-{drawn.randint(1, 12):02}-{drawn.randint(1, 28):02}"
        written = "".join(reversed(day.split("-")))
        found.append(
            Applicant(
                station=stations[at % len(stations)],
                pin=f"{_MAN if man else _WOMAN}{written}{at:05}",
                surname=str(words.surnames[2 * drawn.randrange(len(words.surnames) // 2) + man]),
                name=str(words.names[2 * drawn.randrange(people) + man]),
                patronymic="",
                birth=day,
                settlement="",
                street="Манас",
                house=str(drawn.randint(1, 80)),
            )
        )
    return found
