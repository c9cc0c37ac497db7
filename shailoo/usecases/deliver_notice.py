"""One notice of one step of a case by one way: whether there is anything to tell, to whom, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shailoo.errors import NotFound
from shailoo.ids import Digest
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.case import CaseAct, CaseContent, CaseFiled
from shailoo.model.case_kind import CaseKind
from shailoo.model.election import Election
from shailoo.model.notice import FILED, REACH, Became, Notice, NoticeMark, Quiet, Way
from shailoo.model.record import read_record
from shailoo.ports import Clock, ItemStore, Notices, ObjectStore, RecordStore
from shailoo.rules.notices import (
    MOST_AGE,
    News,
    NoticeDeferred,
    NoticeRefused,
    address_name,
    again_after,
    notice_id,
    quiet_until,
    sentence_of,
    usable,
)
from shailoo.usecases.notice_marks import count_one, mark_of, note_mark

_ENDED: Final[frozenset[Became]] = frozenset({"sent", "refused", "given-up", "limited", "unusable"})


@dataclass(frozen=True, slots=True)
class NoticeDesk:
    """What notices are made and kept with."""

    store: RecordStore
    items: ItemStore
    private: ObjectStore
    """Where addresses are."""
    kinds: Mapping[str, CaseKind]
    elections: Mapping[str, Election]
    clock: Clock
    write: Callable[[News, Way, Language], tuple[str, str]]
    """Subject and text of a notice."""
    draw: Callable[[int], bytes]
    key: bytes = field(repr=False)
    """Secret of the installation: under it neither a case nor an address can be told from what is written down."""
    a_day: int = 20
    countries: tuple[str, ...] = ("+996",)
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of looking at a notice."""

    became: Became | None
    """None: not tried, because it is night."""
    times: int
    """How often it was tried by now."""
    age: timedelta
    """Since it happened."""
    next: datetime | None = None
    """When to look at it again; None: never."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """A notice that may be sent."""

    news: News
    given: str = field(repr=False)
    """Address as typed."""
    language: Language


def deliver(case: str, n: int, times: int, way: Notices, desk: NoticeDesk) -> Delivered | None:
    """Send the notice of a step (0: the filing) that was tried `times` times; what came of it is written down.

    None where there is nothing to tell, nobody to tell it to, or it is done already. Raises NoticesDown: then it is as
    if nobody had looked; and Conflict, StorageFailed.
    """
    letter = _letter(case, n, way.way, desk)
    if letter is None:
        return None
    now = desk.clock.now()
    address = usable(way.way, letter.given, desk.countries)
    if address is not None and (morning := _morning(letter.news, way.way, desk, now)) is not None:
        return Delivered(None, times, now - letter.news.at, morning)
    came = _attempt(letter, address, times, way, desk, now=now)
    if came.became is not None:
        mark = NoticeMark(n=n, way=way.way, became=came.became, at=now, times=came.times)
        note_mark(case, mark, desk.items)
    return came


def _attempt(
    letter: _Letter, address: str | None, times: int, way: Notices, desk: NoticeDesk, *, now: datetime
) -> Delivered:
    news, age = letter.news, now - letter.news.at
    if address is None:
        return Delivered("unusable", times, age)
    if age > MOST_AGE:
        return Delivered("given-up", times, age)
    name = address_name(desk.key, way.way, address)
    if times == 0 and not count_one(name, desk.a_day, desk.items, now=now):
        return Delivered("limited", times, age)
    subject, text = desk.write(news, way.way, letter.language)
    ident = notice_id(desk.key, news.case, news.n, way.way)
    became: Became = "sent"
    pause = None
    try:
        way.send(Notice(ident, address, letter.language, subject, text, now))
    except NoticeRefused:
        became = "refused"
    except NoticeDeferred:
        pause = again_after(times + 1)
        became = "given-up" if pause is None else "waits"
    return Delivered(became, times + 1, age, None if pause is None else now + pause)


def _letter(case: str, n: int, way: Way, desk: NoticeDesk) -> _Letter | None:
    found = _news(case, n, desk)
    if found is None:
        return None
    news, content = found
    reach = _reach(content, desk)
    given = reach.get(REACH[way], "")
    if not given:
        return None
    before = mark_of(case, n, way, desk.items)
    if before is not None and before.became in _ENDED:
        return None
    return _Letter(news, given, next((one for one in LANGUAGES if one == reach.get("language")), LANGUAGES[0]))


def _morning(news: News, way: Way, desk: NoticeDesk, now: datetime) -> datetime | None:
    """When the night of a case's station ends, for what rings; None by day."""
    election = desk.elections[news.election]
    station = election.station_by_no.get(news.station or "")
    zone = election.zone if station is None else station.zone
    return quiet_until(desk.quiet, zone, now) if way == "sms" else None


def _news(case: str, n: int, desk: NoticeDesk) -> tuple[News, str] | None:
    """What is told of a step, and the digest of the content in which the address is; None where nothing is told."""
    entry = desk.store.get(f"case/{case}")
    filed = None if entry is None else read_record(entry.body)
    if entry is None or not isinstance(filed, CaseFiled) or filed.election not in desk.elections:
        return None
    kind = desk.kinds.get(filed.kind)
    act = None if n == FILED else _act(case, n, desk)
    if kind is None or (n != FILED and act is None):
        return None
    sentence, built_in, at = kind.filed_notice, "", filed.filed
    if act is not None:
        about = None if act.of is None else _act(case, act.of, desk)
        sentence, built_in = sentence_of(kind, () if about is None else (about,), act)
        at = act.entered
    if not sentence and not built_in:
        return None
    return News(case, n, entry.seq, filed.election, filed.station, at, sentence, built_in), filed.content


def _act(case: str, n: int, desk: NoticeDesk) -> CaseAct | None:
    entry = desk.store.get(f"case-act/{case}/{n:04}")
    record = None if entry is None else read_record(entry.body)
    return record if isinstance(record, CaseAct) else None


def _reach(content: str, desk: NoticeDesk) -> Mapping[str, str]:
    """Where notices of a case go. What was erased by the rules of retention is told to nobody. Raises StorageFailed."""
    try:
        read = CaseContent.model_validate_json(desk.private.get(Digest(content)))
    except NotFound:
        return {}
    return {str(name): value for name, value in read.reach.items()}
