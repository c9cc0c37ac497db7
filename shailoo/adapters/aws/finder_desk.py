"""Whoever answers "find my station" in the cloud: one index, one secret, limits that all processes share."""

from __future__ import annotations

from contextlib import nullcontext

from shailoo.adapters.aws.finder import DynamoStationFinder
from shailoo.adapters.aws.finder_state import PlacesFiles
from shailoo.adapters.aws.items import DynamoItemStore
from shailoo.adapters.aws.secrets import read_secret
from shailoo.adapters.aws.session import client
from shailoo.model.cloud import CloudSettings
from shailoo.ports import Clock
from shailoo.usecases.find_station import PER_ADDRESS, PER_PIN, IndexNotReady, Limits, StationDesk
from shailoo.usecases.shared_limit import SharedLimit


def shared_station_desk(cloud: CloudSettings, clock: Clock) -> StationDesk:
    """The desk of a function that has the index. Contacts nobody yet: without an index each question raises.

    Raises BadEnvironment when the function was given the index and not what belongs to it.
    """
    database, name = client(cloud, "dynamodb"), cloud.need("finder_secret")

    def secret() -> bytes:
        text = read_secret(client(cloud, "secretsmanager"), name)
        try:
            return bytes.fromhex(text)
        except ValueError as error:
            raise IndexNotReady("The index's secret is not written in hexadecimal digits: put it again.") from error

    items = DynamoItemStore(database, cloud.need("items_table"))
    finder = DynamoStationFinder(
        database,
        cloud.need("finder_table"),
        items=items,
        files=PlacesFiles(client(cloud, "s3"), cloud.state_bucket),
        read_secret=secret,
        clock=clock,
    )
    limits = Limits(
        SharedLimit(items, "address", PER_ADDRESS, lambda: finder.secret),
        SharedLimit(items, "pin", PER_PIN, lambda: finder.secret),
        nullcontext(),
    )
    return StationDesk(finder, lambda: finder.secret, finder.place, limits, clock)
