"""The list from which stations for a hand recount are drawn: published before the dice are thrown.

It follows from the election package, whose digest is in the log from the start. So nobody can choose the list, or its
order, once the dice are known.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from shailoo.errors import Refused
from shailoo.model.base import Frozen
from shailoo.model.election import Election
from shailoo.model.refs import ElectionRef, Sha256, StationRef
from shailoo.records.canonical import canonical_json, read_canonical_json


class BadManifest(Refused):
    """The bytes are not a list of stations as it is published for a draw."""

    code = "bad-draw-manifest"


class DrawManifest(Frozen):
    """Stations in the order of the package. `package` is the digest of `package.zip`."""

    type: Literal["draw-manifest-1"] = "draw-manifest-1"
    election: ElectionRef
    package: Sha256
    stations: Annotated[tuple[StationRef, ...], Field(min_length=1)]


def manifest_of(election: Election, package: str) -> DrawManifest:
    """The list of an election."""
    stations = tuple(station.no for station in election.stations)
    return DrawManifest(election=election.id, package=package, stations=stations)


def manifest_bytes(manifest: DrawManifest) -> bytes:
    """The published bytes, canonical JSON: their SHA-256 goes into the draw."""
    return canonical_json(manifest.model_dump(mode="json"))


def read_manifest(data: bytes) -> DrawManifest:
    """Read what `manifest_bytes` writes, each station once. Raises BadManifest."""
    try:
        value = read_canonical_json(data)
        value["stations"] = tuple(value["stations"])
        manifest = DrawManifest.model_validate(value)
    except (ValidationError, Refused, KeyError, TypeError) as error:
        raise BadManifest("This is not a list of stations for a draw.", bytes=len(data)) from error
    if len(set(manifest.stations)) < len(manifest.stations):
        raise BadManifest("A station stands in the list twice.", stations=len(manifest.stations))
    return manifest
