"""`python -m rehearsal.synthesis.schemas`: write docs/schemas from the models that the loader validates with.

JSON files get a JSON Schema (2020-12); tables get a Frictionless Table Schema, which spreadsheet tools understand.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from shailoo.model.base import LANGUAGES
from shailoo.package_header import HEADER, PROTOCOL, PackageHeader, PackageProtocols
from shailoo.package_tables import TABLES, Table
from shailoo.package_writer import write_json

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
_KEYS: dict[str, list[str]] = {
    "options.csv": ["contest", "no"],
    "candidates.csv": ["contest", "option", "no"],
    "stations.csv": ["no"],
    "electorate.csv": ["station", "contest"],
}
_CONSTRAINTS = {"pattern": "pattern", "minimum": "minimum", "maximum": "maximum", "enum": "enum"}


def schemas() -> dict[str, bytes]:
    """Return every schema by file name."""
    found = {
        f"{HEADER}.schema.json": PackageHeader.model_json_schema(),
        f"{PROTOCOL}.schema.json": PackageProtocols.model_json_schema(),
    }
    found |= {f"{table.file}.schema.json": _table_schema(table) for table in TABLES}
    return {file: write_json(schema) for file, schema in found.items()}


def _table_schema(table: Table[Any]) -> dict[str, Any]:
    model = table.model.model_json_schema()
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "title": table.file,
        "description": str(model.get("description", "")).split("\n", maxsplit=1)[0],
        "fields": [_field(column, model) for column in table.columns],
        "primaryKey": _KEYS.get(table.file, ["id"]),
        "missingValues": [""],
    }


def _field(column: str, model: dict[str, Any]) -> dict[str, Any]:
    prefix, _, language = column.rpartition("_")
    if prefix in {"name", "party"} and language in LANGUAGES:
        name = model["$defs"]["Name"]["properties"][language]
        limits = {"minLength": name["minLength"], "maxLength": name["maxLength"]}
        return {"name": column, "type": "string", "constraints": {"required": prefix == "name"} | limits}
    told = model["properties"][column]
    branches = [_resolved(branch, model) for branch in told.get("anyOf", [told])]
    value = next(branch for branch in branches if branch.get("type") != "null")
    optional = any(branch.get("type") == "null" for branch in branches)
    field: dict[str, Any] = {"name": column, "type": value["type"]}
    if value["type"] == "boolean":
        field |= {"trueValues": ["yes"], "falseValues": ["no"]}
    if "description" in told:
        field["description"] = told["description"]
    field["constraints"] = {"required": not optional} | {
        ours: value[theirs] for theirs, ours in _CONSTRAINTS.items() if theirs in value
    }
    return field


def _resolved(branch: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in branch:
        found: dict[str, Any] = model["$defs"][branch["$ref"].rpartition("/")[2]]
        return found
    return branch


def main() -> int:
    """Write the schemas that differ."""
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for file, data in schemas().items():
        (SCHEMAS / file).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
