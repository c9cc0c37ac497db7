"""The interface keeps what its own description promises, whatever is sent: no 5xx, no undeclared answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from functions.openapi import ADDRESS
from functions.server import create_app
from shailoo.assembly import Installation
from tests.voting import SMALL

EXAMPLES = 40
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture(scope="module")
def interface(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder: Path = tmp_path_factory.mktemp("openapi") / "i"
    with Installation.create(folder, [SMALL]) as installation:
        (installation.folder / "voters" / "finder").mkdir(parents=True)
        yield schemathesis.openapi.from_asgi(ADDRESS, create_app(installation))


def test_every_address_answers_as_it_is_described(interface: Any) -> None:  # noqa: ANN401 -- as above
    tried = []
    for operation in (found.ok() for found in interface.get_all_operations()):

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def holds(case: Any) -> None:  # noqa: ANN401 -- as above
            case.call_and_validate(checks=list(CHECKS))

        holds()
        tried.append(operation.label)
    # It does not try the address that the description itself came from.
    assert len(tried) == sum(len(methods) for methods in interface.raw_schema["paths"].values()) - 1


def test_every_address_below_api_is_described(interface: Any) -> None:  # noqa: ANN401 -- as above
    described = json.loads(json.dumps(interface.raw_schema))
    assert ADDRESS in described["paths"]
    assert "/api/intake/{election}" in described["paths"]
    assert all(operation["responses"] for path in described["paths"].values() for operation in path.values())
