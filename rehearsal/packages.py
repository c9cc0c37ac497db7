"""Find an election package by name or folder, and cut or multiply one for rehearsals of another size."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rehearsal.keys import rehearsal_signer
from shailoo.errors import NotFound
from shailoo.model.election import Box, Election, Station
from shailoo.package import PACKAGE_FILES, load_package
from shailoo.package_writer import write_package

SHIPPED = Path(__file__).resolve().parents[1] / "elections"
MAIN = "jk-2021-11-28"
PLAYED = ("boxes.csv", "turnout.csv", "arrivals.csv", "identified.csv", "manual.csv", "excluded.csv")


def find_package(name: str) -> Path:
    """The folder of a package: a path, or the name of one that ships with the project. Raises NotFound."""
    for folder in (Path(name), SHIPPED / name):
        if (folder / "election.json").is_file():
            return folder
    known = ", ".join(sorted(path.parent.name for path in SHIPPED.glob("*/election.json")))
    raise NotFound(f"There is no election package of this name or in this folder. There are: {known}.", package=name)


def read_package(folder: Path) -> Election:
    """Load the package in a folder. Raises PackageInvalid."""
    return load_package(package_files(folder))


def package_files(folder: Path) -> Mapping[str, bytes]:
    """The files of a package that exist, by name."""
    return {name: (folder / name).read_bytes() for name in PACKAGE_FILES if (folder / name).is_file()}


def spread(election: Election, most: int) -> tuple[Station, ...]:
    """The first stations of every region in turn, in package order, until there are so many."""
    queues = [[station for station in election.stations if station.region == region.id] for region in election.regions]
    chosen: list[Station] = []
    for turn in range(max(map(len, queues), default=0)):
        chosen += [queue[turn] for queue in queues if turn < len(queue)]
    return tuple(chosen[:most])


def _everywhere(election: Election) -> tuple[Station, ...]:
    """Stations such that the first ones reach every district and every commission, then every region in turn."""
    first: dict[str, Station] = {}
    for place in ("district", "tec"):
        seen = {getattr(station, place) for station in first.values()}
        for station in election.stations:
            if getattr(station, place) not in seen:
                seen.add(getattr(station, place))
                first[station.no] = station
    first.update(
        {station.no: station for station in spread(election, len(election.stations)) if station.no not in first}
    )
    return tuple(first.values())


def first_boxes(election: Election, played: Iterable[str], most: int | None) -> tuple[str, ...]:
    """Boxes that report, of the first stations of every region in turn; all of them without `most`."""
    playing = set(played)
    boxes = [
        box.id
        for station in spread(election, len(election.stations))
        for box in election.boxes_by_station.get(station.no, ())
        if box.id in playing
    ]
    return tuple(boxes if most is None else boxes[:most])


def excerpt(package: Path, stations: int, folder: Path) -> Path:
    """Write a package of so many stations, with their boxes and what they play, into an empty folder."""
    election = read_package(package)
    chosen = {station.no for station in _everywhere(election)[:stations]}
    kept = [station for station in election.stations if station.no in chosen]
    boxes = tuple(box for box in election.boxes if box.station is None or box.station in chosen)
    cut = election.model_copy(
        update={
            "stations": tuple(kept),
            "boxes": boxes,
            "electorate": {no: voters for no, voters in election.electorate.items() if no in chosen},
        }
    )
    serials = {box.id for box in boxes}
    return _write(cut, package, folder, lambda row: [row] if row[0] in chosen or row[0] in serials else [])


def multiplied(package: Path, times: int, folder: Path) -> Path:
    """Write a package with every station so many times under new numbers, for the growth benchmark.

    Synthetic by nature.
    """
    election = read_package(package)
    stations: list[Station] = []
    boxes: list[Box] = []
    renamed: dict[str, list[str]] = {}
    number = 0
    for station in election.stations:
        for _ in range(times):
            number += 1
            no = f"{100_000 + number}"
            renamed.setdefault(station.no, []).append(no)
            stations.append(station.model_copy(update={"no": no}))
            for box in election.boxes_by_station.get(station.no, ()):
                serial = f"ABB-{no}-{box.id.removeprefix('ABB-')}"
                vkey = rehearsal_signer(election.id, serial).verifier.vkey()
                renamed.setdefault(box.id, []).append(serial)
                boxes.append(Box(id=serial, station=no, role=box.role, vkey=vkey))
    voters = {no: dict(of) for old, of in election.electorate.items() for no in renamed[old]}
    grown = election.model_copy(update={"stations": tuple(stations), "boxes": tuple(boxes), "electorate": voters})

    def copies(row: list[str]) -> list[list[str]]:
        found = []
        for at, name in enumerate(renamed.get(row[0], ())):
            cells = [name, *row[1:]]
            if row[0] in election.box_by_id and len(row) > 1 and row[1] in renamed:
                cells[1] = renamed[row[1]][at]
            found.append(cells)
        return found

    return _write(grown, package, folder, copies)


def _write(election: Election, package: Path, folder: Path, keep: Callable[[list[str]], list[list[str]]]) -> Path:
    files = {name: data for name, data in package_files(package).items() if name.startswith("geo/")}
    for name, data in (files | write_package(election)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    for name in PLAYED:
        with (package / "played" / name).open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerows(keep(row))
        (folder / "played").mkdir(exist_ok=True)
        (folder / "played" / name).write_text(text.getvalue(), encoding="utf-8")
    return folder
