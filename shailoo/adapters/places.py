"""How the stations of an index of find-my-station are written down: JSON, the same bytes for the same stations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from shailoo.ids import RegionId, StationNo
from shailoo.model.voter_list import Centre
from shailoo.usecases.find_station import Place


def place_text(place: Place) -> str:
    """A station as JSON."""
    return json.dumps([asdict(place.centre), place.commission], ensure_ascii=False)


def read_place(text: str) -> Place:
    """A station that `place_text` wrote."""
    return _place(json.loads(text))


def places_bytes(texts: Mapping[str, str]) -> bytes:
    """Stations in one file: number -> what `place_text` wrote."""
    inside = ",\n".join(f"{json.dumps(number)}: {texts[number]}" for number in sorted(texts))
    return f"{{\n{inside}\n}}\n".encode()


def read_places(data: bytes) -> dict[StationNo, Place]:
    """The stations of such a file."""
    return {StationNo(number): _place(facts) for number, facts in json.loads(data).items()}


def _place(facts: list[object]) -> Place:
    told, commission = facts
    if not isinstance(told, dict) or not isinstance(commission, list):
        raise TypeError("a station is its facts and the name of its commission")
    for name in ("name", "building", "address"):
        told[name] = tuple(told[name])
    told["region"] = RegionId(told["region"])
    ky, ru, en = commission
    return Place(Centre(**told), (ky, ru, en))
