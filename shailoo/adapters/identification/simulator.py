"""A device for rehearsals: receipts are files in a folder, and whoever calls `recognise` is recognised.

    <folder>/<station>/<number>.json     numbers grow, so that the newest one is the last by name

Never for a live election: it recognises whom it is told to.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from shailoo.errors import Conflict
from shailoo.ids import StationNo
from shailoo.model.identification import How, Identification
from shailoo.rules.identification import DeviceSilent, NoSuchReceipt

_DIGITS = 6


class SimulatedDevice:
    """All stations' devices in one folder. `down` makes them silent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.down = False

    def recognise(self, station: StationNo, pin: str, now: datetime, how: How = "fingerprint") -> Identification:
        """Somebody stands before the device; returns the receipt that it prints."""
        place = self._folder / station
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        count = len(list(place.glob("*.json"))) + 1
        found = Identification(
            number=f"{station}-{count:0{_DIGITS}}", how=how, at=now, device=f"sim-{station}", station=station, pin=pin
        )
        try:
            with (place / f"{found.number}.json").open("x", encoding="utf-8") as file:
                file.write(found.model_dump_json())
        except FileExistsError as error:
            raise Conflict("Two people stood before the device at once. Again.", station=station) from error
        return found

    def receipt(self, station: StationNo, number: str | None) -> Identification:
        """As the port says."""
        if self.down:
            raise DeviceSilent("The identification device does not answer.", station=station)
        known = sorted((self._folder / station).glob("*.json"))
        path = next((one for one in reversed(known) if number in {None, one.stem}), None)
        if path is None:
            raise NoSuchReceipt("The identification device of this station knows no such receipt.", station=station)
        try:
            return Identification.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise DeviceSilent("The identification device's answer cannot be read.", station=station) from error
