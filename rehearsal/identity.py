"""A provider of identities for rehearsals: anyone may sign in under any name, since nobody's name is at stake."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def identity_provider(port: int = 0) -> Iterator[str]:
    """Run the provider in a thread, on the loopback; yields its issuer address."""
    with warnings.catch_warnings(record=True):  # a filter would not do: its libraries set one of their own
        import oidc_provider_mock  # noqa: PLC0415 -- only the demo needs it, and importing it warns of its libraries

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with oidc_provider_mock.run_server_in_thread(port=port) as server:
        yield f"http://127.0.0.1:{server.server_port}"
