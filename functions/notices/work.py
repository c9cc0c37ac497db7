"""The work of notices: a round of every way, and what it says about how that went."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from typing import Final, Protocol

from functions.home import Store
from functions.notices.words import writer
from shailoo.errors import Conflict, ShailooError
from shailoo.events.doors import HandlerFailed
from shailoo.events.notices import NoticeNotTaken, NoticeSent, NoticesFailed, NoticesPaused, NoticesWait
from shailoo.kinds import KINDS
from shailoo.model.case_kind import CaseKind
from shailoo.model.election import Election
from shailoo.model.notice import NoticeSettings, Way
from shailoo.ports import Clock, Notices, ObjectStore
from shailoo.telemetry import say
from shailoo.usecases.deliver_notice import NoticeDesk
from shailoo.usecases.notify import Round, Went, send_notices

ROUND_S: Final = 20.0
"""How long one round may go on: afterwards others have their turn."""


class NoticeHome(Protocol):
    """What of an installation sends notices."""

    @property
    def notice_settings(self) -> NoticeSettings | None:
        """What the operator decided; None: nothing is sent."""
        ...

    @property
    def notice_ways(self) -> Mapping[Way, Notices]:
        """The ways that are set up."""
        ...

    @property
    def origin(self) -> str:
        """Scheme and host under which voters reach us."""
        ...

    @property
    def elections(self) -> Mapping[str, Election]:
        """The elections."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def grouped(self) -> Store:
        """Records and items."""
        ...

    @property
    def private(self) -> ObjectStore:
        """Where addresses are."""
        ...

    @property
    def person_key(self) -> bytes:
        """The secret of its cases."""
        ...


def notice_desk(home: NoticeHome, kinds: Mapping[str, CaseKind] = KINDS) -> NoticeDesk:
    """What notices of an installation are made with. Nothing of it signs receipts or reads who is registered."""
    settings = home.notice_settings or NoticeSettings()
    sms = settings.sms
    return NoticeDesk(
        store=home.grouped,
        items=home.grouped,
        private=home.private,
        kinds=kinds,
        elections=home.elections,
        clock=home.clock,
        write=writer(home.origin, home.elections),
        draw=secrets.token_bytes,
        key=home.person_key,
        a_day=settings.a_day,
        countries=("+",) if sms is None else sms.countries,
        quiet=None if sms is None else sms.quiet,
    )


class NoticeWork:
    """Rounds of every way of an installation; of none where no notices are set up, or `home` is None.

    Raises BadSettings, BadKeyFile. Safe to share between threads; only one of them works at a time.
    """

    def __init__(self, home: NoticeHome | None, *, round_s: float = ROUND_S) -> None:
        self._ways = {} if home is None else home.notice_ways
        self._desk = notice_desk(home) if home is not None and self._ways else None
        self._round_s = round_s
        self._stopped = threading.Event()
        self._at_work = threading.Lock()

    def __bool__(self) -> bool:
        """Whether there is any way."""
        return bool(self._ways)

    def stop(self) -> None:
        """End after the notice in hand, and begin no other; returns when that is so."""
        self._stopped.set()
        with self._at_work:
            pass

    def turn(self) -> bool:
        """One round of every way; whether something was left undone for want of time. Never raises."""
        if self._desk is None:
            return False
        with self._at_work:
            left = [self._way(one, self._desk) for one in self._ways.values()]
        return any(left)

    def _way(self, way: Notices, desk: NoticeDesk) -> bool:
        until = time.monotonic() + self._round_s

        def over() -> bool:
            return self._stopped.is_set() or time.monotonic() >= until

        if over():
            return False
        try:
            left = send_notices(way, desk, stop=over, went=_say)
        except Conflict:
            return False  # another has taken the way over, and goes on with it
        except ShailooError as error:
            say(NoticesFailed(way=way.way, code=error.code))
            return False
        except Exception as fault:  # noqa: BLE001 -- the other way, and the next round, go on whatever this was
            say(HandlerFailed(fault=fault))
            return False
        _say_round(way.way, left)
        return not left.busy and left.behind > 0 and over()


def _say(went: Went) -> None:
    if went.became == "sent":
        say(NoticeSent(way=went.way, age_s=went.age_s))
    else:
        say(NoticeNotTaken(way=went.way, became=went.became))


def _say_round(way: Way, left: Round) -> None:
    if left.down is not None:
        status = left.down.facts.get("status")
        say(NoticesPaused(way=way, status=status if isinstance(status, int) else None))
    if not left.busy:
        say(NoticesWait(way=way, waiting=left.waiting, behind=left.behind))
