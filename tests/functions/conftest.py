"""An installation of the five-station election, a provider of identities, and browsers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from oidc_provider_mock import run_server_in_thread

from shailoo.assembly import IdentityProvider, Installation
from tests.functions.browser import Browser, FixedClock, router_of
from tests.voting import SMALL

EVENING = datetime(2025, 6, 1, 14, 30, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The provider runs in this process and uses a part of authlib that is announced to go; that is its own matter."""
    for item in items:
        if "issuer" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.filterwarnings("ignore:get_jwt_config"))


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def installation(tmp_path: Path, issuer: str) -> Iterator[Installation]:
    identity = IdentityProvider(issuer=issuer, client_id="shailoo")
    made = Installation.create(tmp_path / "installation", [SMALL], identity=identity, client_secret="a secret")
    made.close()
    with replace(Installation.open(made.folder), clock=FixedClock(EVENING)) as opened:
        yield opened


@pytest.fixture
def visitor(installation: Installation) -> Browser:
    return Browser(router_of(installation))
