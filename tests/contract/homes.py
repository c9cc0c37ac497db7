"""Every home of records, items and objects: the contract suite runs over all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from shailoo.adapters.aws.objects import S3ObjectStore
from shailoo.adapters.files import FileObjectStore
from shailoo.adapters.group_commit import GroupCommitStore
from shailoo.adapters.memory import MemoryObjectStore, MemoryStore
from shailoo.adapters.sqlite import SqliteStore
from shailoo.ports import ItemStore, ObjectStore, RecordStore
from tests.adapters.aws.emulated import cloud


class Store(RecordStore, ItemStore, Protocol):
    """Both ports at once, as every home of records has them."""


HOMES = ("memory", "sqlite", "cloud", "sqlite in groups", "memory in groups", "cloud in groups")


@contextlib.contextmanager
def open_store(home: str, folder: Path) -> Iterator[Store]:
    """A fresh store of a home."""
    with contextlib.ExitStack() as closing:
        match home.split():
            case ["memory"]:
                yield MemoryStore()
            case ["memory", *_]:
                yield closing.enter_context(GroupCommitStore(MemoryStore()))
            case ["cloud"]:
                yield closing.enter_context(cloud()).store()
            case ["cloud", *_]:
                yield closing.enter_context(GroupCommitStore(closing.enter_context(cloud()).store()))
            case ["sqlite"]:
                yield closing.enter_context(SqliteStore(folder / "store.db"))
            case _:
                inner = closing.enter_context(SqliteStore(folder / "store.db"))
                yield closing.enter_context(GroupCommitStore(inner))


@pytest.fixture(params=HOMES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with open_store(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture(params=("memory", "files", "cloud"))
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    match request.param:
        case "memory":
            yield MemoryObjectStore()
        case "files":
            yield FileObjectStore(tmp_path / "objects")
        case _:
            with cloud() as opened:
                yield S3ObjectStore(opened.client("s3"), opened.bucket())
