"""The counters of a box: overwritten in place, kept twice, without any trace of the order of ballots.

Each contest has one slot in area A and one in area B, each a checksum and 32-bit counters. A ballot changes one
contest: its slot is written to A and made durable, then to B and made durable. Whenever nothing is being written both
are the same, so the storage of a box holds at rest one state and never the one before it. If we stop while A is
written, B is whole and the ballot was not counted; while B is written, A is whole and it was. Words are in the byte
order of the machine: the file never leaves it.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from edge_agent.disk import Disk
from edge_agent.errors import StorageDamaged, UnknownBallot
from edge_agent.layout import WORD, Area, slot_size, words_of
from edge_agent.manifest import BoxContest, Manifest
from edge_agent.reports import Tally

_BALLOTS, _INVALID, _VALID, _FIRST_OPTION = 1, 2, 3, 4


class Ballot(NamedTuple):
    """What the scanner read on one sheet: the contest, the lines marked, and a candidate marked within a list.

    No mark, or more marks than the contest allows, is an invalid ballot. A preference without a single marked list, or
    for a number that is not on that list, is no preference; the ballot stays valid.
    """

    contest: str
    marks: tuple[int, ...]
    preference: int | None = None


class ContestCounters:
    """The counters of one contest, in memory, as the bytes that go to storage."""

    def __init__(self, contest: BoxContest, number: int) -> None:
        self.contest = contest
        self.raw = bytearray(slot_size(contest))
        self._body = memoryview(self.raw)[WORD:]
        self._words = memoryview(self.raw).cast("I")
        self._marks = contest.marks
        self._salt = number + 1  # a slot of one contest is never taken for that of another
        self._places = {option.no: _FIRST_OPTION + index for index, option in enumerate(contest.options)}
        self._candidates: dict[tuple[int, int], int] = {}
        place = _FIRST_OPTION + len(contest.options)
        for option in contest.options:
            for candidate in option.candidates:
                self._candidates[option.no, candidate] = place
                place += 1
        self.seal()

    @property
    def ballots(self) -> int:
        """Sheets of this contest in the box."""
        return self._words[_BALLOTS]

    def add(self, marks: tuple[int, ...], preference: int | None) -> None:
        """Add one ballot in memory.

        Raises UnknownBallot, with nothing changed, for a line that is not on the ballot.
        """
        words, places = self._words, self._places
        if len(marks) == 1:
            place = places.get(marks[0])
            if place is None:
                raise UnknownBallot("This line is not on the ballot.", contest=self.contest.id)
            words[place] += 1
            words[_VALID] += 1
            if preference is not None:
                chosen = self._candidates.get((marks[0], preference))
                if chosen is not None:
                    words[chosen] += 1
        else:
            chosen_places = {places.get(no) for no in marks}
            if None in chosen_places or len(chosen_places) != len(marks):
                raise UnknownBallot("A line is named twice or is not on the ballot.", contest=self.contest.id)
            if 0 < len(marks) <= self._marks:
                for no in marks:
                    words[places[no]] += 1
                words[_VALID] += 1
            else:
                words[_INVALID] += 1
        words[_BALLOTS] += 1
        words[0] = zlib.crc32(self._body, self._salt)

    def seal(self) -> None:
        """Write the checksum over the counters as they are."""
        self._words[0] = zlib.crc32(self._body, self._salt)

    def whole(self, raw: bytes) -> bool:
        """Whether these bytes are a slot of this contest that was written to its end."""
        return len(raw) == len(self.raw) and int.from_bytes(raw[:WORD], _ORDER) == zlib.crc32(raw[WORD:], self._salt)

    def load(self, raw: bytes) -> None:
        """Take a whole slot into memory. Raises StorageDamaged when its counters contradict each other."""
        self.raw[:] = raw
        tally = self.tally()
        if tally.ballots != tally.valid + tally.invalid or (self._marks == 1 and sum(tally.votes) != tally.valid):
            sentence = "The counters of a contest contradict each other. Replace the box, or count by hand."
            raise StorageDamaged(sentence, contest=self.contest.id)

    def tally(self) -> Tally:
        """The counters as numbers."""
        words = self._words.tolist()
        place = _FIRST_OPTION + len(self.contest.options)
        preferences = []
        for option in self.contest.options:
            preferences.append(tuple(words[place : place + len(option.candidates)]))
            place += len(option.candidates)
        votes = tuple(words[_FIRST_OPTION : _FIRST_OPTION + len(self.contest.options)])
        return Tally(words[_BALLOTS], words[_INVALID], words[_VALID], votes, tuple(preferences))


_ORDER: Final[Literal["little", "big"]] = "little" if memoryview(b"\1\0\0\0").cast("I")[0] == 1 else "big"


class Counters:
    """All counters of a box and their two places in storage."""

    def __init__(self, disk: Disk, file: int, areas: tuple[Area, Area], manifest: Manifest) -> None:
        self._pwrite, self._sync, self._disk, self._file = disk.pwrite, disk.sync, disk, file
        self.by_contest: dict[str, ContestCounters] = {}
        self.ballots = 0
        """All sheets in the box."""
        self._places: dict[str, tuple[int, int]] = {}
        at = 0
        for number, contest in enumerate(manifest.contests):
            self.by_contest[contest.id] = ContestCounters(contest, number)
            self._places[contest.id] = (areas[0].offset + at, areas[1].offset + at)
            at += slot_size(contest)

    @property
    def how_many(self) -> int:
        """How many counters there are."""
        return sum(words_of(counters.contest) for counters in self.by_contest.values())

    def create(self) -> None:
        """Write every slot at zero. Raises NotStored."""
        for contest, counters in self.by_contest.items():
            for place in self._places[contest]:
                self._disk.put(self._file, counters.raw, place)

    def load(self) -> bool:
        """Read all slots and mend the copy that a crash has torn or left behind; return whether one was mended.

        Raises StorageDamaged when neither copy of a contest is whole.
        """
        mended = False
        for contest, counters in self.by_contest.items():
            first, second = self.stored(contest)
            if counters.whole(first):
                counters.load(first)
            elif counters.whole(second):
                counters.load(second)
            else:
                sentence = "Neither copy of a contest's counters can be read. Replace the box, or count by hand."
                raise StorageDamaged(sentence, contest=contest)
            for place, raw in zip(self._places[contest], (first, second), strict=True):
                if raw != counters.raw:
                    self._disk.put(self._file, counters.raw, place)
                    mended = True
        self.ballots = sum(counters.ballots for counters in self.by_contest.values())
        return mended

    def count(self, ballot: Ballot) -> None:
        """Count one ballot, durable on return.

        Raises UnknownBallot with nothing changed, or OSError after which memory and storage may differ and must be
        loaded again.
        """
        counters = self.by_contest.get(ballot.contest)
        if counters is None:
            raise UnknownBallot("No ballots of this contest belong into this box.", contest=ballot.contest)
        counters.add(ballot.marks, ballot.preference)
        raw, file = counters.raw, self._file
        first, second = self._places[ballot.contest]
        if self._pwrite(file, raw, first) != len(raw):
            raise OSError
        self._sync(file)  # if we stop before this, B still holds the state without the ballot
        if self._pwrite(file, raw, second) != len(raw):
            raise OSError
        self._sync(file)
        self.ballots += 1

    def stored(self, contest: str) -> tuple[bytes, bytes]:
        """The two slots of a contest as they lie in storage."""
        size = len(self.by_contest[contest].raw)
        first, second = self._places[contest]
        return os.pread(self._file, size, first), os.pread(self._file, size, second)

    def disagreements(self) -> Iterator[str]:
        """Contests whose two slots in storage are not both what memory says."""
        for contest, counters in self.by_contest.items():
            if any(raw != bytes(counters.raw) for raw in self.stored(contest)):
                yield contest

    def not_zero(self) -> Iterator[str]:
        """Contests of which any counter in either slot in storage is not zero."""
        for contest in self.by_contest:
            if any(any(raw[WORD:]) for raw in self.stored(contest)):
                yield contest

    def tallies(self) -> tuple[Tally, ...]:
        """All counters as numbers, in the manifest's order."""
        return tuple(counters.tally() for counters in self.by_contest.values())
