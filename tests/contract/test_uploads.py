"""Uploads in parts, in every home: whole or not at all, gone on with after a break, each its owner's alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.adapters.aws.uploads import S3Uploads
from shailoo.adapters.uploads import FileUploads, MemoryUploads
from shailoo.ports import Uploads
from shailoo.rules.upload_parts import (
    MOST_OPEN,
    BadPart,
    NoSuchUpload,
    TooManyUploadsOpen,
    UploadDamaged,
    UploadIncomplete,
    check_part,
    part_count,
)
from tests.adapters.aws.emulated import cloud

NOW = datetime(2025, 6, 1, 15, 0, tzinfo=UTC)
AIDA, BAKYT = "a" * 64, "b" * 64
DATA = bytes(range(256)) * 10
DIGEST = hashlib.sha256(DATA).hexdigest()
SIZE = 1000
PARTS = {1: DATA[:1000], 2: DATA[1000:2000], 3: DATA[2000:]}
Reopen = Callable[[], Uploads]


@pytest.fixture(params=("memory", "files", "cloud"))
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reopen]:
    """Opens the home again, as a process that was started anew."""
    match request.param:
        case "memory":
            memory = MemoryUploads(SIZE)
            yield lambda: memory
        case "files":
            yield lambda: FileUploads(tmp_path / "uploads", SIZE)
        case _:
            with cloud() as opened:
                client, bucket = opened.client("s3"), opened.bucket()
                yield lambda: S3Uploads(client, bucket, SIZE)


def test_a_file_comes_in_parts_in_any_order_and_is_whole_at_the_end(reopen: Reopen) -> None:
    name = reopen().begin(AIDA, len(DATA), DIGEST, now=NOW).name
    for number in (3, 1, 2, 1):
        reopen().put(AIDA, name, number, PARTS[number], now=NOW)
    for _ in range(2):
        assert reopen().complete(AIDA, name, now=NOW) == DATA
    reopen().drop(AIDA, name)
    reopen().drop(AIDA, name)
    with pytest.raises(NoSuchUpload):
        reopen().state(AIDA, name, now=NOW)


def test_after_a_break_the_same_file_goes_on_where_it_was(reopen: Reopen) -> None:
    first = reopen().begin(AIDA, len(DATA), DIGEST, now=NOW)
    reopen().put(AIDA, first.name, 2, PARTS[2], now=NOW)
    again = reopen().begin(AIDA, len(DATA), DIGEST, now=NOW + timedelta(hours=5))
    assert (again.name, again.parts, again.expires) == (first.name, (2,), first.expires)
    with pytest.raises(UploadIncomplete):
        reopen().complete(AIDA, first.name, now=NOW)


def test_without_a_digest_each_upload_is_its_own(reopen: Reopen) -> None:
    one, other = (reopen().begin(AIDA, 3, None, now=NOW) for _ in range(2))
    assert one.name != other.name
    reopen().put(AIDA, one.name, 1, b"abc", now=NOW)
    assert reopen().complete(AIDA, one.name, now=NOW) == b"abc"


@pytest.mark.parametrize(("number", "data"), [(0, b""), (4, b"x"), (1, b"short"), (3, bytes(1000)), (2, bytes(1001))])
def test_a_part_has_its_number_and_its_length(reopen: Reopen, number: int, data: bytes) -> None:
    name = reopen().begin(AIDA, len(DATA), DIGEST, now=NOW).name
    with pytest.raises(BadPart):
        reopen().put(AIDA, name, number, data, now=NOW)
    assert reopen().state(AIDA, name, now=NOW).parts == ()


def test_a_part_is_never_overwritten(reopen: Reopen) -> None:
    name = reopen().begin(AIDA, len(DATA), DIGEST, now=NOW).name
    reopen().put(AIDA, name, 1, PARTS[1], now=NOW)
    with pytest.raises(BadPart):
        reopen().put(AIDA, name, 1, bytes(1000), now=NOW)
    for number in (2, 3):
        reopen().put(AIDA, name, number, PARTS[number], now=NOW)
    assert reopen().complete(AIDA, name, now=NOW) == DATA


def test_a_file_that_was_changed_on_the_way_is_thrown_away_and_may_be_sent_again(reopen: Reopen) -> None:
    name = reopen().begin(AIDA, len(DATA), DIGEST, now=NOW).name
    for number in (1, 2):
        reopen().put(AIDA, name, number, PARTS[number], now=NOW)
    reopen().put(AIDA, name, 3, b"\0" * len(PARTS[3]), now=NOW)
    with pytest.raises(UploadDamaged):
        reopen().complete(AIDA, name, now=NOW)
    assert reopen().begin(AIDA, len(DATA), DIGEST, now=NOW).parts == ()


def test_nobody_else_sees_or_touches_an_upload(reopen: Reopen) -> None:
    name = reopen().begin(AIDA, len(DATA), DIGEST, now=NOW).name
    for touch in (
        lambda: reopen().state(BAKYT, name, now=NOW),
        lambda: reopen().put(BAKYT, name, 1, PARTS[1], now=NOW),
        lambda: reopen().complete(BAKYT, name, now=NOW),
        lambda: reopen().state(AIDA, "../about", now=NOW),
    ):
        with pytest.raises(NoSuchUpload):
            touch()
    reopen().drop(BAKYT, name)
    assert reopen().begin(BAKYT, len(DATA), DIGEST, now=NOW).name != name
    assert reopen().state(AIDA, name, now=NOW).name == name


def test_what_was_abandoned_expires(reopen: Reopen) -> None:
    upload = reopen().begin(AIDA, len(DATA), DIGEST, now=NOW)
    reopen().begin(BAKYT, 1, None, now=NOW + timedelta(hours=1))
    with pytest.raises(NoSuchUpload):
        reopen().state(AIDA, upload.name, now=upload.expires)
    assert reopen().sweep(now=upload.expires) == 1
    assert reopen().sweep(now=upload.expires) == 0


def test_a_person_has_only_so_many_uploads_open(reopen: Reopen) -> None:
    opened = [reopen().begin(AIDA, 1, None, now=NOW) for _ in range(MOST_OPEN)]
    with pytest.raises(TooManyUploadsOpen):
        reopen().begin(AIDA, 1, None, now=NOW)
    reopen().begin(BAKYT, 1, None, now=NOW)
    reopen().drop(AIDA, opened[0].name)
    reopen().begin(AIDA, 1, None, now=NOW)
    assert reopen().begin(AIDA, 1, None, now=opened[0].expires).parts == ()


def test_many_threads_may_send_the_same_parts(reopen: Reopen) -> None:
    name = reopen().begin(AIDA, len(DATA), DIGEST, now=NOW).name
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: reopen().put(AIDA, name, at % 3 + 1, PARTS[at % 3 + 1], now=NOW), range(24)))
    assert reopen().complete(AIDA, name, now=NOW) == DATA


def test_where_a_part_is_sent_is_our_own_door_or_an_address_for_it_alone(reopen: Reopen) -> None:
    upload = reopen().begin(AIDA, len(DATA), DIGEST, now=NOW)
    addresses = {reopen().address(upload, number) for number in PARTS}
    assert addresses == {None} or len(addresses) == len(PARTS)
    origin = reopen().origin
    assert all(one is None if origin is None else (one or "").startswith(f"{origin}/") for one in addresses)


def test_a_part_half_written_at_a_power_cut_is_no_part(tmp_path: Path) -> None:
    uploads = FileUploads(tmp_path, SIZE)
    name = uploads.begin(AIDA, len(DATA), DIGEST, now=NOW).name
    (tmp_path / AIDA / name / "tmpabc.new").write_bytes(b"half")
    assert uploads.state(AIDA, name, now=NOW).parts == ()
    (tmp_path / AIDA / name / "about.json").unlink()
    assert uploads.sweep(now=NOW) == 1


@given(st.integers(1, 5000), st.integers(1, 700))
def test_the_parts_of_a_file_are_its_bytes(total: int, size: int) -> None:
    data = bytes(total)
    cut = [data[at : at + size] for at in range(0, total, size)]
    assert len(cut) == part_count(total, size)
    for number, part in enumerate(cut, start=1):
        check_part(number, part, total, size)
