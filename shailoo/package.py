"""Read an election package: a folder of CSV and JSON files that says everything about one election.

`load_package` takes the files as bytes, so that a folder, an archive and a store give the same answer. Either the
whole package is right, or PackageInvalid tells up to a hundred faults with file, row, column, value and remedy.
docs/election-package.md describes the files; docs/schemas/ holds their schemas.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shailoo.model.election import Contest, Election, ListCandidate, Option
from shailoo.package_checks import LIST_RULES, RULES, check_package
from shailoo.package_faults import FaultList, PackageFault, PackageInvalid
from shailoo.package_header import HEADER, PROTOCOL, PackageHeader, PackageProtocols
from shailoo.package_tables import ELECTORATE, TABLES, PackageTables

__all__ = ["PACKAGE_FILES", "PackageFault", "PackageHeader", "PackageInvalid", "PackageProtocols", "load_package"]

RAYONS = "geo/rayons.geojson"
GEO = ("geo/regions.geojson", RAYONS, "geo/regions_small.geojson")
PACKAGE_FILES: tuple[str, ...] = (HEADER, PROTOCOL, *(table.file for table in TABLES), *GEO)
"""Files that the loader reads. `electorate.csv` and those under `geo/` may be absent; README.md is for people."""
_OPTIONAL = {ELECTORATE.file, *GEO}
Model = TypeVar("Model", bound=BaseModel)


def load_package(
    files: Mapping[str, bytes], *, rules: frozenset[str] = RULES, list_rules: frozenset[str] = LIST_RULES
) -> Election:
    """Read a package from its files by name, `geo/rayons.geojson` with a slash.

    `rules` and `list_rules` are the names of legal rules that the reader knows. Raises PackageInvalid; never a
    half-read election.
    """
    faults = FaultList()
    for name in PACKAGE_FILES:
        if name not in files and name not in _OPTIONAL:
            faults.add(name, "the file is missing", "Add it; see docs/election-package.md.")
    faults.raise_if_any()
    header = _json(HEADER, files[HEADER], PackageHeader, faults)
    protocols = _json(PROTOCOL, files[PROTOCOL], PackageProtocols, faults)
    tables = PackageTables(files, faults)
    rayons = _features(files, faults)
    if header is not None and protocols is not None:
        check_package(header, protocols.root, tables, rayons, rules=rules, list_rules=list_rules, faults=faults)
    faults.raise_if_any()
    assert header is not None and protocols is not None  # noqa: S101, PT018 - a missing one is a fault, raised above
    return Election(
        **{name: getattr(header, name) for name in PackageHeader.model_fields},
        regions=tuple(row.value for row in tables.regions),
        commissions=tuple(row.value for row in tables.commissions),
        districts=tuple(row.value for row in tables.districts),
        contests=_contests(tables),
        stations=tuple(row.value for row in tables.stations),
        boxes=tuple(row.value for row in tables.boxes),
        protocols=protocols.root,
        electorate=_electorate(tables),
    )


def _contests(tables: PackageTables) -> tuple[Contest, ...]:
    people: dict[tuple[str, int], list[ListCandidate]] = {}
    for row in tables.candidates:
        person = ListCandidate.model_construct(**_without(row.value, "contest", "option"))
        people.setdefault((row.value.contest, row.value.option), []).append(person)
    options: dict[str, list[Option]] = {}
    for line in tables.options:
        contest = line.value.contest
        values = _without(line.value, "contest") | {"candidates": tuple(people.get((contest, line.value.no), ()))}
        options.setdefault(contest, []).append(Option.model_construct(**values))
    return tuple(Contest(**dict(row.value), options=tuple(options.get(row.value.id, ()))) for row in tables.contests)


def _without(row: BaseModel, *columns: str) -> dict[str, Any]:
    return {name: value for name, value in row if name not in columns}


def _electorate(tables: PackageTables) -> dict[str, dict[str, int]]:
    electorate: dict[str, dict[str, int]] = {}
    for row in tables.electorate:
        electorate.setdefault(row.value.station, {})[row.value.contest] = row.value.voters
    return electorate


def _json(file: str, data: bytes, model: type[Model], faults: FaultList) -> Model | None:
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False):
            field = ".".join(str(part) for part in detail["loc"])
            value = detail["input"] if isinstance(detail["input"], str | int) else None
            problem = f"the value does not fit: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
            remedy = "See docs/election-package.md for this field."
            faults.add(file, problem, remedy, column=field or None, value=value)
    return None


def _features(files: Mapping[str, bytes], faults: FaultList) -> frozenset[str] | None:
    """Return the rayons that have a shape, None where the package brings no shapes. Other geometry is only parsed."""
    found: dict[str, frozenset[str]] = {}
    for name in GEO:
        if name in files:
            try:
                features = json.loads(files[name])["features"]
                found[name] = frozenset(str(feature["properties"]["id"]) for feature in features)
            except (ValueError, KeyError, TypeError):
                faults.add(name, "this is not GeoJSON whose features have an id", "Export a FeatureCollection again.")
    return found.get(RAYONS)
