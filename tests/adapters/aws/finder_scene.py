"""Find my station in the cloud of this process: tables, buckets and a secret as the template makes them, and people."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shailoo.adapters.aws.finder import DynamoStationFinder
from shailoo.adapters.aws.finder_load import FinderLoader
from shailoo.adapters.aws.finder_state import PlacesFiles
from shailoo.adapters.aws.items import DynamoItemStore
from shailoo.adapters.aws.secrets import read_secret
from shailoo.adapters.clock import SystemClock
from shailoo.adapters.voters.finder_rows import IndexFile
from shailoo.ids import StationNo
from shailoo.model.cloud import CloudSettings
from shailoo.rules.finder import finder_key
from tests.adapters.aws.emulated import ITEMS_KEYS, Cloud, Whatever
from tests.voters.finder_people import indexed

FINDER_KEYS = (("key", "B", "HASH"),)
"""Key of the table, as infra/template.yaml makes it."""
Person = tuple[str, str, str | None]


@dataclass
class Hands(SystemClock):
    """A clock that goes when it is told to."""

    at: datetime = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class KilledError(Exception):
    """What a program is at the point where it is killed."""


@dataclass
class Scene:
    """An installation at home and what it has in the cloud."""

    cloud: Cloud
    folder: Path
    clock: Hands = field(default_factory=Hands)

    def __post_init__(self) -> None:
        made = self.cloud
        self.settings = CloudSettings(
            stage="test",
            state_bucket=made.bucket(),
            items_table=made.table(ITEMS_KEYS),
            finder_table=made.table(FINDER_KEYS),
            finder_secret=made.client("secretsmanager").create_secret(Name=f"s{made.bucket()}/finder")["Name"],
        )
        self.items = DynamoItemStore(made.client("dynamodb"), self.settings.need("items_table"))
        self.files = PlacesFiles(made.client("s3"), self.settings.state_bucket)

    def index(self, people: Iterable[Person], number: int = 1) -> IndexFile:
        """A version of the list, indexed at home."""
        return IndexFile.newest(indexed(self.folder, people, number))

    def loader(self, noted_every: int = 40) -> FinderLoader:
        """A run of the command; it waits by the scene's clock."""
        return FinderLoader(
            self.cloud.client("dynamodb"),
            self.settings.need("finder_table"),
            items=self.items,
            files=self.files,
            sleep=self.clock.forward,
            noted_every=noted_every,
        )

    def put_secret(self, text: str | None = None) -> bytes:
        """Put the secret of the index, or another one, where the function reads it; returns the index's."""
        own = (self.folder / "secret.key").read_text().strip()
        self.cloud.client("secretsmanager").put_secret_value(
            SecretId=self.settings.need("finder_secret"), SecretString=text or own
        )
        return bytes.fromhex(own)

    def finder(self) -> DynamoStationFinder:
        """What a new process of the function has."""

        def secret() -> bytes:
            client = self.cloud.client("secretsmanager")
            return bytes.fromhex(read_secret(client, self.settings.need("finder_secret")))

        return DynamoStationFinder(
            self.cloud.client("dynamodb"),
            self.settings.need("finder_table"),
            items=self.items,
            files=self.files,
            read_secret=secret,
            clock=self.clock,
        )

    def rows(self) -> list[Whatever]:
        """Everything in the table of the index."""
        return list(self.cloud.client("dynamodb").scan(TableName=self.settings.need("finder_table"))["Items"])

    def names(self) -> list[str]:
        """Everything in the state bucket."""
        found = self.cloud.client("s3").list_objects_v2(Bucket=self.settings.state_bucket)
        return [one["Key"] for one in found.get("Contents", ())]

    def kill_at(self, number: int, *, done: bool) -> None:
        """Kill whoever makes the request of this number from now on: before it arrives, or when it was done.

        From then on nothing that it still wants arrives.
        """
        counter = itertools.count()

        def strike(**_: object) -> None:
            if next(counter) >= number:
                raise KilledError

        for service in ("dynamodb", "s3"):
            events = self.cloud.client(service).meta.events
            (events.register_last if done else events.register_first)("before-send", strike, unique_id="kill")

    def let_live(self) -> None:
        """Nobody is killed any more."""
        for service in ("dynamodb", "s3"):
            self.cloud.client(service).meta.events.unregister("before-send", unique_id="kill")


def crowd(count: int, first: int = 0) -> list[Person]:
    """Made-up people on the lists of the three stations."""
    return [(f"1{at:013}", f"Асанов{at % 7}", f"100{at % 3 + 1}") for at in range(first, first + count)]


def answers(finder: DynamoStationFinder, people: Iterable[Person]) -> list[StationNo | None]:
    """What each of them would be told."""
    return [finder.find(finder_key(finder.secret, pin, surname)) for pin, surname, _ in people]


FORMER = crowd(90)
NEWER: list[Person] = [(pin, surname, "1002") for pin, surname, _ in crowd(60)] + crowd(40, first=500)
EVERYBODY = [*FORMER, *NEWER]
WAS = {person[:2]: person[2] for person in FORMER}
IS = {person[:2]: person[2] for person in NEWER}


def expected(version: dict[tuple[str, str], str | None]) -> list[str | None]:
    """What everybody would be told by a version."""
    return [version.get(person[:2]) for person in EVERYBODY]
