"""What is public of a station's list, as bytes that anyone can write down again from the page and digest.

The first line is the station's number; then one line for each person in the order of the list: surname, name and
patronymic with tabs between them. Every line ends with LF; UTF-8. A name holds no control character, so nothing else
can be read as a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shailoo.ids import Digest, StationNo
from shailoo.model.voter_list import PersonName
from shailoo.records.canonical import digest
from shailoo.records.tlog import leaf_hash, root_of


def shown_bytes(station: StationNo, people: Iterable[PersonName]) -> bytes:
    """The bytes of one station's list."""
    return "".join([f"{station}\n", *("\t".join(person) + "\n" for person in people)]).encode()


def shown_digest(station: StationNo, people: Iterable[PersonName]) -> Digest:
    """SHA-256 of those bytes."""
    return digest(shown_bytes(station, people))


def shown_root(digests: Mapping[StationNo, Digest]) -> Digest:
    """Root (RFC 9162, section 2.1) over the stations' digests, 32 bytes each, in the order of station numbers."""
    return Digest(root_of([leaf_hash(bytes.fromhex(digests[station])) for station in sorted(digests)]).hex())
