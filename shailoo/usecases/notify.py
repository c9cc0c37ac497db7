"""Tell applicants what has happened to their cases: follow the feed, send each notice, try again what was not taken.

Each way (mail, text messages) follows by itself, so that one that does not work holds up no other. How far it has come
and what waits are one item, replaced whole; what became of each notice is an item beside the case, written after it was
sent. Whoever is stopped between the two sends that one notice again, under the same id: at least once, and never
twice by anything but a stop. Whoever finds another at work on a way leaves it to that one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shailoo.errors import Conflict
from shailoo.model.case import CaseAct, CaseFiled
from shailoo.model.notice import FILED, Became, NoticeMark, Waiting, Way, WayState
from shailoo.model.record import BadRecord, read_record
from shailoo.ports import Entry, Notices
from shailoo.records.canonical import canonical_json
from shailoo.rules.notices import MOST_AGE, NoticesDown, way_pause
from shailoo.usecases.deliver_notice import NoticeDesk, deliver
from shailoo.usecases.notice_marks import note_mark

MOST_WAITING: Final = 500
"""Of one way. When as many wait, the one that was tried most often makes room."""
LEASE: Final = timedelta(minutes=3)
"""Longer than the slowest attempt takes; the lease is renewed after each."""
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Went:
    """What became of a notice, for whoever counts; of no case and to no address."""

    way: Way
    became: Became
    age_s: int
    """Since it happened."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round has left."""

    waiting: int
    behind: int
    """Records that were not looked at yet."""
    busy: bool = False
    """Another is at work on this way."""
    down: NoticesDown | None = None
    """Why the way is left alone for a while, when it has just failed."""


def send_notices(
    way: Notices, desk: NoticeDesk, *, stop: Callable[[], bool], went: Callable[[Went], None] = lambda _: None
) -> Round:
    """Send what is due by one way, until nothing is, or `stop` says so. `went` hears of every notice.

    Raises Conflict when another has taken the way over meanwhile, StorageFailed. What was done by then stays done.
    """
    work = _Work(way, desk, went)
    down = None
    if work.begin():
        try:
            work.try_again(stop)
            work.follow(stop)
        except NoticesDown as error:
            down = error
        finally:
            way.rest()
        work.end(failed=down is not None)
    behind = max(0, desk.store.last() - work.state.cursor)
    return Round(len(work.state.waiting), behind, busy=work.busy, down=down)


class _Work:
    """One round of one way."""

    def __init__(self, way: Notices, desk: NoticeDesk, went: Callable[[Went], None]) -> None:
        self._way = way
        self._desk = desk
        self._went = went
        self._holder = desk.draw(8).hex()
        self._version: int | None = None
        self._tried = False
        self.state = WayState()
        self.busy = False

    def begin(self) -> bool:
        """Take the way; False when there is nothing to do, another has it, or it is left alone for now."""
        item, now = self._desk.items.read(self._name), self._desk.clock.now()
        if item is not None:
            self._version, self.state = item.version, WayState.model_validate_json(item.value)
        self.busy = self.state.held is not None and now < self.state.held
        if self.busy or (self.state.paused is not None and now < self.state.paused):
            return False
        if not self._due(now) and self._desk.store.last() <= self.state.cursor:
            return False  # no item is written every few seconds for nothing
        try:
            self._keep()
        except Conflict:
            self.busy = True
            return False
        return True

    def end(self, *, failed: bool) -> None:
        """Let go of the way; one that failed is left alone for a while."""
        before = 0 if self._tried else self.state.failures
        failures = before + 1 if failed else before
        paused = self._desk.clock.now() + way_pause(failures) if failed else None
        self._put(self.state.model_copy(update={"failures": failures, "paused": paused, "holder": "", "held": None}))

    def try_again(self, stop: Callable[[], bool]) -> None:
        """Try what waits and is due, the longest due first. Raises NoticesDown."""
        for one in sorted(self._due(self._desk.clock.now()), key=lambda one: one.next):
            if stop():
                return
            later = self._deliver(one.case, one.n, one.times)
            self._keep(waiting=(*(other for other in self.state.waiting if other is not one), *later))

    def follow(self, stop: Callable[[], bool]) -> None:
        """Go on in the feed. Raises NoticesDown."""
        while entries := self._desk.store.feed(self.state.cursor, limit=_PAGE):
            for entry in entries:
                if stop() or not self._room():
                    return
                step = self._step(entry)
                if step is None:
                    self.state = self.state.model_copy(update={"cursor": entry.seq})
                else:
                    self._keep(cursor=entry.seq, waiting=(*self.state.waiting, *self._deliver(*step, 0)))
            self._keep()

    @property
    def _name(self) -> str:
        return f"notices/{self._way.way}"

    def _due(self, now: datetime) -> list[Waiting]:
        return [one for one in self.state.waiting if one.next <= now]

    def _room(self) -> bool:
        """Whether one more can wait: what was tried most often makes room, what waits for the morning never does."""
        if len(self.state.waiting) < MOST_WAITING:
            return True
        worst = max(self.state.waiting, key=lambda one: one.times)
        if worst.times == 0:
            return False
        now = self._desk.clock.now()
        mark = NoticeMark(n=worst.n, way=self._way.way, became="given-up", at=now, times=worst.times)
        note_mark(worst.case, mark, self._desk.items)
        self._went(Went(self._way.way, "given-up", 0))
        self._keep(waiting=tuple(one for one in self.state.waiting if one is not worst))
        return True

    def _step(self, entry: Entry) -> tuple[str, int] | None:
        """Case and step of a record of the feed that may be worth a notice."""
        if not entry.key.startswith(("case/", "case-act/")):
            return None
        try:
            record = read_record(entry.body)
        except BadRecord:
            return None  # of a newer version of this software; the publisher holds on it, and says so
        match record:
            case CaseFiled():
                step, at = (record.case, FILED), record.filed
            case CaseAct():
                step, at = (record.case, record.n), record.entered
            case _:
                return None
        return step if self._desk.clock.now() - at <= MOST_AGE else None

    def _deliver(self, case: str, n: int, times: int) -> tuple[Waiting, ...]:
        """What waits after a notice was looked at: itself, or nothing. Raises NoticesDown."""
        came = deliver(case, n, times, self._way, self._desk)
        if came is None:
            return ()
        if came.became is not None:
            self._tried = self._tried or came.times > times
            self._went(Went(self._way.way, came.became, max(0, int(came.age.total_seconds()))))
        return () if came.next is None else (Waiting(case=case, n=n, next=came.next, times=came.times),)

    def _keep(self, **update: object) -> None:
        """Write down how far this has come, and that it is still ours. Raises Conflict when it is not."""
        held = self._desk.clock.now() + LEASE
        self._put(self.state.model_copy(update={**update, "holder": self._holder, "held": held}))

    def _put(self, state: WayState) -> None:
        value = canonical_json(state.model_dump(mode="json"))
        self._version = self._desk.items.swap(self._name, value, expected=self._version).version
        self.state = state
