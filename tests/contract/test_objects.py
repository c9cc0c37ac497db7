"""Promise 5, in every home: objects are immutable and whole, and their digest is checked on read."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shailoo.adapters.aws.objects import S3ObjectStore, object_key
from shailoo.adapters.files import FileObjectStore
from shailoo.adapters.memory import MemoryObjectStore
from shailoo.errors import NotFound, StorageFailed
from shailoo.ids import Digest
from shailoo.ports import ObjectStore


def test_an_object_is_found_under_its_digest(objects: ObjectStore) -> None:
    name = objects.put(b"events")
    assert name == hashlib.sha256(b"events").hexdigest()
    assert objects.get(name) == b"events"


def test_the_same_bytes_again_succeed(objects: ObjectStore) -> None:
    assert objects.put(b"") == objects.put(b"")


def test_what_was_never_put_is_not_found(objects: ObjectStore) -> None:
    for name in ("0" * 64, "../settings.json", ""):
        with pytest.raises(NotFound):
            objects.get(Digest(name))


def test_many_threads_may_put_the_same_object(objects: ObjectStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda at: objects.put(str(at % 3).encode()), range(48)))
    assert {objects.get(name) for name in names} == {b"0", b"1", b"2"}


def damage(objects: ObjectStore, name: Digest) -> None:
    if isinstance(objects, MemoryObjectStore):
        objects.damage(name)
    elif isinstance(objects, FileObjectStore):
        path = objects._place(name)
        path.write_bytes(b"E" + path.read_bytes()[1:])
    elif isinstance(objects, S3ObjectStore):
        objects._client.put_object(Bucket=objects._bucket, Key=object_key(name), Body=b"Events")


def test_a_damaged_object_is_never_given_out_nor_taken_for_the_whole_one(objects: ObjectStore) -> None:
    name = objects.put(b"events")
    damage(objects, name)
    with pytest.raises(StorageFailed):
        objects.get(name)
    if not isinstance(objects, MemoryObjectStore):
        with pytest.raises(StorageFailed):
            objects.put(b"events")


def test_a_stray_of_a_power_cut_is_swept_and_never_an_object(tmp_path: Path) -> None:
    objects = FileObjectStore(tmp_path)
    (tmp_path / "tmp" / "stray").write_bytes(b"half an obj")
    assert FileObjectStore(tmp_path).sweep() == 1
    name = objects.put(b"whole")
    assert objects.get(name) == b"whole"
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [name]
