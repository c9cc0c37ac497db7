"""What every test finds in place: a reproducible search for examples, no network beyond the loopback, one browser."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from shailoo import telemetry

# The same examples on every machine, so that a red test is about the change; `HYPOTHESIS_PROFILE=search` looks further.
# Two busy cores make single examples slow now and then; the time limit is pytest's, for the whole test.
settings.register_profile(
    "same", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_connect = socket.socket.connect


def _connect_on_this_machine(self: socket.socket, address: object) -> None:
    if self.family in {socket.AF_INET, socket.AF_INET6} and isinstance(address, tuple) and address[0] not in LOOPBACK:
        pytest.fail(f"a test called {address[0]}; tests need no network beyond the loopback")
    _connect(self, address)  # type: ignore[arg-type]  # typeshed has no name for "an address of any family"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that connects to another machine, instead of letting it depend on one."""
    monkeypatch.setattr(socket.socket, "connect", _connect_on_this_machine)


@pytest.fixture(autouse=True)
def same_ears() -> Iterator[None]:
    """Take back what a program that a test began in this process has changed of what it says and hears."""
    before, handlers, level = telemetry._now[0], list(logging.root.handlers), logging.root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
    telemetry._now[0] = before
    logging.root.setLevel(level)
    logging.root.handlers[:] = [one for one in logging.root.handlers if type(one) is not telemetry._Ears]
    logging.root.handlers += [one for one in handlers if one not in logging.root.handlers]


@pytest.fixture
def free_port() -> int:
    """A port of the loopback that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window. It resolves no name, so a page that wants a third party is seen to fail.

    Closed after each file of tests: while playwright is open it keeps an event loop running, in which `asyncio.run` of
    another file's test could not start its own.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("the browser tests need Debian's Chromium: apt-get install chromium fonts-dejavu-core")
    # The sandbox needs privileges that containers do not give; the only pages opened are our own.
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield opened
        opened.close()
