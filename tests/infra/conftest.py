"""The template with parameters as an election would have them."""

from __future__ import annotations

from typing import Any

import pytest

from infra.cloudformation import TEMPLATES, Resolved, load, resolve
from tests.infra.deployments import MOVED, parameters


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    return load(TEMPLATES / "template.yaml")


@pytest.fixture(scope="session")
def night(template: dict[str, Any]) -> Resolved:
    """Everything there is: personal data here, hosts, a machine at home."""
    return resolve(template, parameters(personal="cloud"))


@pytest.fixture(scope="session")
def moved(template: dict[str, Any]) -> Resolved:
    """As `night`, and the keys that sign are those of an installation that moved here."""
    return resolve(template, parameters(personal="cloud") | MOVED)


@pytest.fixture(scope="session")
def at_home(template: dict[str, Any]) -> Resolved:
    """Personal data stay at home."""
    return resolve(template, parameters(personal="home"))
