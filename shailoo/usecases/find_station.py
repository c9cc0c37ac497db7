"""Find my station: by PIN and surname, never by PIN alone.

For every question that is one, the same is done: two counters, one keyed digest, one look into the index. What the
answer is does not change what is done, and "no such person" and "another surname" are not told apart anywhere. Nothing
of a question is kept, logged, or part of an error.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from shailoo.errors import Refused, StorageFailed
from shailoo.ids import StationNo
from shailoo.model.voter_list import Centre
from shailoo.ports import Clock, StationFinder
from shailoo.rules.finder import finder_key, read_pin
from shailoo.rules.question_limit import Limit

PER_ADDRESS: Final = Limit(20, 600)
"""Questions from one address of the net. Telephone companies put many people behind one: do not set it lower."""
PER_PIN: Final = Limit(5, 3600)
"""Questions with one PIN, whether or not anybody has it: so that nobody tries surnames against it."""


class TooManyQuestions(Refused):
    """Too many questions came from this address or with this PIN. Fact `retry_after`: seconds."""

    code = "too-many-questions"


class IndexNotReady(StorageFailed):
    """There is no index, or no secret that fits it: nobody can be found until the operator has put it there."""

    code = "index-not-ready"


@dataclass(frozen=True, slots=True)
class Place:
    """A polling station and the name (ky, ru, en) of the territorial commission above it."""

    centre: Centre
    commission: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """The person is on the list of this station."""

    place: Place


@dataclass(frozen=True, slots=True)
class NotOnAList:
    """Nobody with this PIN and this surname is on the list of a station."""


Answer = Found | NotOnAList


class Counted(Protocol):
    """Counts the questions of each key, in this process or for all of them."""

    @property
    def limit(self) -> Limit:
        """How many are let through."""
        ...

    def take(self, key: bytes, now: int) -> bool:
        """Count a question at a second, unless there were too many: then it is not counted, and the answer is False.

        Raises StorageFailed when it may not have been counted: the question is then not answered.
        """
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Both limits, with the lock that guards them, if they want one."""

    address: Counted
    pin: Counted
    lock: AbstractContextManager[object]


@dataclass(frozen=True, slots=True)
class StationDesk:
    """Whoever answers the question. `secret` gives that of the index; `place` knows every station of the index."""

    finder: StationFinder
    secret: Callable[[], bytes]
    place: Callable[[StationNo], Place]
    limits: Limits
    clock: Clock

    def find(self, pin: str, surname: str, address: str) -> Answer:
        """The station of a person, asked from an address of the net.

        Raises NotAQuestion (of the form of the words alone; not counted), TooManyQuestions, StorageFailed.
        """
        key = finder_key(self.secret(), pin, surname)
        self._count(read_pin(pin), address)
        station = self.finder.find(key)
        return NotOnAList() if station is None else Found(self.place(station))

    def _count(self, pin: str, address: str) -> None:
        now = int(self.clock.now().timestamp())
        with self.limits.lock:
            # The address first: from one that has asked too often, nobody can use up another person's questions.
            asked = ((self.limits.address, address.encode()), (self.limits.pin, pin.encode()))
            for counted, key in asked:
                if not counted.take(key, now):
                    raise TooManyQuestions(
                        "Too many questions came from here or with this PIN. Ask again later.",
                        retry_after=counted.limit.again_after,
                    )
