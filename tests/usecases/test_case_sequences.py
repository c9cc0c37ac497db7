"""Whatever happens to a case of any kind, in whatever order: one status, one queue, sums that are equal."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shailoo.errors import ShailooError
from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER, CaseAct, case_key
from shailoo.model.case_kind import BUILT_IN, CaseKind, Phase
from shailoo.model.record import record_bytes
from shailoo.rules.case_standing import ActDoesNotFit, CaseStanding, open_acts, take
from shailoo.usecases.act_on_case import Doing
from shailoo.usecases.case_desk import dues, find_case, owner_of
from shailoo.usecases.case_index import CaseIndex, Lane
from shailoo.usecases.case_queue import figures
from tests.usecases.case_play import CALENDAR, ELECTION, PEOPLE, PLAYED, STATIONS, Play, doings, filled

START = datetime(2025, 5, 10, 4, 0, tzinfo=UTC)
BLINK = timedelta(minutes=1)


def check_everything(play: Play, standings: dict[str, CaseStanding], now: datetime) -> None:
    """What must be true of all cases together, counted a second time from the records alone."""
    play.index.follow(play.store)
    again = CaseIndex(PLAYED, {ELECTION.id: ELECTION}, calendars={ELECTION.id: CALENDAR})
    again.follow(play.store)
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for case, standing in standings.items():
        assert play.index.case(case) == again.case(case) == find_case(case, play.desk) == standing
        counted["small", standing.kind.name, owner_of(standing, ELECTION), standing.status.name] += 1
    assert play.index.counts() == again.counts() == counted
    assert sum(play.index.counts().values()) == len(play.index) == len(standings)

    queues = {
        one: play.index.queue(one) for one in {key[2] for key in counted} | {who[1][0].commission for who in PEOPLE}
    }
    placed = Counter(place.case for queue in queues.values() for place in queue)
    assert placed == {case: 1 for case, one in standings.items() if one.status.phase is not Phase.CLOSED}
    for commission, queue in queues.items():
        assert list(queue) == sorted(queue) == list(again.queue(commission))
        assert {one.filed.case for one in play.index.owned(commission)} == {place.case for place in queue}
        for place in queue:
            standing = standings[place.case]
            running = [one.due for one in dues(standing, ELECTION, CALENDAR, now) if not one.met and not one.paused]
            assert (place.lane is Lane.RUNS) == bool(running)
            assert not running or place.due == min(running)

    auditor = PEOPLE[-1][1]
    told = figures(play.index, ELECTION, PLAYED, auditor, now=now)
    assert sum(one.total for one in told) == sum(sum(one.by_phase.values()) for one in told) == len(standings)


def check_fold(standing: CaseStanding) -> None:
    """The acts that are said to be open are those that fit, and no others."""
    for name in {one.name for one in standing.kind.acts} | BUILT_IN:
        rule = standing.kind.act(name)
        ofs: list[int | None] = [act.n for act in standing.acts] if name == CORRECT else [None]
        if name in {CONFIRM, DECLINE}:
            ofs = [1 if standing.pending is None else standing.pending.n]
        fits = False
        for of in ofs:
            act = CaseAct(
                case=standing.filed.case, n=standing.next, act=name, of=of, by=None,
                proposed=rule is not None and rule.four_eyes, entered=standing.changed,
                commission="cec" if name == TRANSFER else None,
            )  # fmt: skip
            try:
                take(standing, act)
            except ActDoesNotFit:
                continue
            fits = True
        assert fits == (name in open_acts(standing)), name


@pytest.mark.parametrize("kind", PLAYED)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_whatever_happens_every_case_is_in_one_status_and_one_queue_and_all_counts_are_equal(
    kind: str, data: st.DataObject
) -> None:
    play, now = Play(), START
    standings: dict[str, CaseStanding] = {}
    for seed in range(data.draw(st.integers(1, 3), "cases")):
        station = data.draw(st.sampled_from(STATIONS), "station")
        filed = play.file(kind, data.draw(filled(PLAYED[kind].form)), station=station, now=now, seed=seed)
        standings[filed.standing.filed.case] = filed.standing
    check_everything(play, standings, now)
    for _ in range(data.draw(st.integers(0, 12), "acts")):
        now += data.draw(st.timedeltas(BLINK, timedelta(days=4)), "later")
        standing = standings[data.draw(st.sampled_from(sorted(standings)), "case")]
        check_fold(standing)
        choices = play.choices(standing)
        if not choices:
            assert standing.closed, f"{kind}: nobody can do anything in {standing.status.name}"
            continue
        name = data.draw(st.sampled_from(sorted({choice[0] for choice in choices})), "act")
        _, of, who = data.draw(st.sampled_from([choice for choice in choices if choice[0] == name]), "who")
        doing = data.draw(doings(standing, name, of))
        after = play.act(standing, doing, who, now=now)
        assert after.status.name == expected(standing, doing), name
        assert (after.filed, after.number) == (standing.filed, standing.number)
        assert after.acts[:-1] == standing.acts
        assert play.act(standing, doing, who, now=now + BLINK) == after, "the same act again is the same case"
        standings[after.filed.case] = after
    check_everything(play, standings, now)


def expected(before: CaseStanding, doing: Doing) -> str:
    """Where a case stands after an act, by the table of the kind alone."""
    moving = before.kind.act(doing.act)
    if doing.act == CONFIRM:
        assert before.pending is not None
        moving = before.kind.act(before.pending.act)
    elif moving is not None and moving.four_eyes:
        return before.status.name
    return before.status.name if moving is None or moving.after is None else moving.after


def _reached(kind: CaseKind, *, commissions_alone: bool, start: str) -> set[str]:
    """Statuses to which some way leads from one of them."""
    todo, seen = [start], {start}
    while todo:
        here = todo.pop()
        for act in kind.acts:
            able = act.levels or act.body or (act.applicant and not commissions_alone)
            if able and here in act.before and act.after is not None and act.after not in seen:
                seen.add(act.after)
                todo.append(act.after)
    return seen


@pytest.mark.parametrize("kind", PLAYED.values(), ids=PLAYED)
def test_no_status_is_unreachable(kind: CaseKind) -> None:
    assert _reached(kind, commissions_alone=False, start=kind.first) == {one.name for one in kind.statuses}


@pytest.mark.parametrize("kind", [one for one in PLAYED.values() if one.name != "lamp"], ids=lambda one: one.name)
def test_from_every_status_a_commission_alone_can_come_to_an_end(kind: CaseKind) -> None:
    """An applicant who never answers does not leave a case open for ever."""
    closed = {one.name for one in kind.statuses if one.phase is Phase.CLOSED}
    for status in kind.statuses:
        assert _reached(kind, commissions_alone=True, start=status.name) & closed, status.name


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_whatever_is_sent_an_act_is_done_or_refused_and_nothing_is_broken(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(PLAYED)))
    play = Play()
    standing = play.file(kind, data.draw(filled(PLAYED[kind].form)), station="1001", now=START).standing
    names = [*sorted(BUILT_IN), *(one.name for one in PLAYED[kind].acts), "", "nothing", "ү" * 50]
    for _ in range(4):
        doing = Doing(
            data.draw(st.sampled_from(names)),
            data.draw(st.integers(-3, 3) | st.just(10**9)),
            data.draw(st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers(), max_size=3)),
            reason=data.draw(st.none() | st.text(max_size=6) | st.just("a" * 1001) | st.just("It is so.")),
            of=data.draw(st.none() | st.integers(-2, 4) | st.just(10**9)),
            commission=data.draw(st.none() | st.sampled_from(["cec", "tec-1", "pec-1001", "nobody", "Ж"])),
            device=data.draw(st.none() | st.just("D-1")),
        )
        before = find_case(standing.filed.case, play.desk)
        try:
            after = play.act(standing, doing, data.draw(st.none() | st.sampled_from(PEOPLE)), now=START)
        except ShailooError:
            after = before
        assert find_case(standing.filed.case, play.desk) == after
        assert len(after.acts) - len(before.acts) in {0, 1}


def test_a_record_that_nobody_could_have_made_stops_the_fold() -> None:
    play = Play()
    standing = play.file("lamp", {"what": "dark", "where": "here"}, station="1001", now=START).standing
    act = CaseAct(case=standing.filed.case, n=2, act="mend", by=None, entered=START)
    play.store.append(case_key(act), record_bytes(act))
    with pytest.raises(ActDoesNotFit):
        find_case(standing.filed.case, play.desk)
