"""One copy room for all tests of documents, with less time than in earnest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builder.documents import CopyRoom, Limits


@pytest.fixture(scope="package")
def room() -> Iterator[CopyRoom]:
    with CopyRoom(Limits(cpu_s=6, wall_s=60)) as room:
        yield room
