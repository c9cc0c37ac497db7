"""What stands in public since the last publication that came to its end, and what one that did not was about to draw.

The ledger is written when everything else is. Before the first page a mark says which stations are about to be drawn:
where the mark is found at the start of a publication, the one before it was killed, and those stations are drawn again
whatever the ledger says. After a start of the machine nothing is trusted, because pages are not flushed one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builder.marks import Marks
from builder.store import PublicFolder, open_json

_FORMAT = 1
_LEDGER, _MARK = "tizme.json", "tizme-drawing.json"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one part of the site left in public: `key` tells what it was made from, `paths` are below `/tizme/`."""

    key: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of the public folder: station -> what its pages were made from; name of a part -> what it left."""

    stations: Mapping[str, str] = field(default_factory=dict)
    pieces: Mapping[str, Piece] = field(default_factory=dict)


class Ledger:
    """The ledger of one installation, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._marks = Marks(folder)
        self._folder = PublicFolder(folder)

    def standing(self) -> Standing:
        """What the last publication left; nothing when it cannot be trusted or there was none."""
        told = _read(self._folder.read(_LEDGER)) if self._marks.same_boot() else {}
        if told.get("format") != _FORMAT:
            return Standing()
        return Standing(
            {str(station): str(key) for station, key in told["stations"].items()},
            {str(name): Piece(str(piece["key"]), tuple(piece["paths"])) for name, piece in told["pieces"].items()},
        )

    def interrupted(self) -> frozenset[str] | None:
        """The stations that a publication was drawing when it was killed; None when the last came to its end."""
        data = self._folder.read(_MARK)
        return None if data is None else frozenset(str(station) for station in _read(data).get("stations", ()))

    def begin(self, stations: Iterable[str]) -> None:
        """Say, durably, which stations are about to be drawn, those of an interrupted publication among them."""
        self._marks.boot()
        self._folder.write_durably(_MARK, open_json({"stations": sorted(stations)}))

    def finish(self, standing: Standing) -> None:
        """Say, durably, that all is in public."""
        pieces = {name: {"key": piece.key, "paths": sorted(piece.paths)} for name, piece in standing.pieces.items()}
        told = {"format": _FORMAT, "pieces": pieces, "stations": dict(standing.stations)}
        self._folder.write_durably(_LEDGER, open_json(told))
        self._folder.remove(_MARK)


def _read(data: bytes | None) -> dict[str, Any]:
    """A torn file says nothing: then everything is drawn."""
    try:
        value = json.loads(data) if data is not None else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
