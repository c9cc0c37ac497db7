"""Entries of the transparency log: one spelling, small, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.records.log_entry import (
    MOST_BYTES,
    ArrivalEntry,
    BadEntry,
    DocumentEntry,
    LogEntry,
    ReportEntry,
    entry_bytes,
    read_entry,
)

SHA = "ab" * 32
AT = "2021-11-28T14:02:11Z"
ENTRIES: tuple[LogEntry, ...] = (
    ReportEntry(
        sha256=SHA, at=AT, election="jk-2021-11-28", station="1004", box="ABB-001004", kind="final", bytes=2048
    ),
    ArrivalEntry(
        sha256=SHA, at=AT, election="e" * 40, station="123456", box="A" * 24, kind="k" * 40, bytes=1048576, delay_s=-9
    ),
    DocumentEntry(
        sha256=SHA,
        at=AT,
        election="e" * 40,
        station="123456",
        kind="identification-initial",
        part="p" * 40,
        original=SHA,
        bytes=20_000_000,
    ),
)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.type))
def test_an_entry_is_read_back_from_the_bytes_it_is_written_as(entry: LogEntry) -> None:
    data = entry_bytes(entry)
    assert read_entry(data) == entry
    assert len(data) <= MOST_BYTES


def test_the_longest_document_entry_still_fits() -> None:
    assert len(entry_bytes(ENTRIES[2])) <= MOST_BYTES


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"null",
        entry_bytes(ENTRIES[0]) + b"\n",
        entry_bytes(ENTRIES[0]).replace(b":", b": ", 1),
        entry_bytes(ENTRIES[0]).replace(b"2048", b"2048.0"),
        entry_bytes(ENTRIES[0]).replace(b'"report"', b'"other"'),
        entry_bytes(ENTRIES[0]).replace(b"}", b',"box2":null}'),
        b" " * (MOST_BYTES + 1),
    ],
)
def test_what_this_software_would_not_write_is_not_read(data: bytes) -> None:
    with pytest.raises(BadEntry):
        read_entry(data)


@given(at=st.integers(0, 200), byte=st.integers(0, 255))
def test_a_changed_byte_is_another_entry_or_none(at: int, byte: int) -> None:
    whole = entry_bytes(ENTRIES[0])
    changed = bytearray(whole)
    changed[at % len(whole)] = byte
    data = bytes(changed)
    try:
        assert entry_bytes(read_entry(data)) == data
    except BadEntry:
        assert data != whole
