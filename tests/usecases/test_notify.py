"""Who filed a case is told what happens to it: at least once, whatever stops, and nothing about who or about what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shailoo.adapters.memory import Fault, FaultPlan, MemoryStore
from shailoo.errors import Conflict, StorageFailed
from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER
from shailoo.model.notice import Notice, Way, WayState
from shailoo.ports import Item
from shailoo.rules.notices import MOST_AGE, PAUSES, NoticeDeferred, NoticeRefused, NoticesDown
from shailoo.usecases import notify
from shailoo.usecases.notify import LEASE, send_notices
from tests.usecases.notice_people import MAIL, NOON, PHONE, PIN, STREET, SURNAME, FakeWay, People, Wall


def refuse(_: Notice) -> None:
    raise NoticeRefused("The mail server knows no such address.")


def defer(_: Notice) -> None:
    raise NoticeDeferred("The mail server does not take this notice now.")


def down(_: Notice) -> None:
    raise NoticesDown("The mail server cannot be reached.")


def to(*bad: str) -> Callable[[Callable[[Notice], None]], Callable[[Notice], None]]:
    """An answer that only some addresses get."""
    return lambda answer: lambda notice: answer(notice) if notice.to in bad else None


# --- what is told ---


def test_a_filing_is_told_by_its_number_with_the_way_to_its_page_and_nothing_about_anybody() -> None:
    people = People()
    case = people.file()
    people.round()
    [notice] = people.way.sent
    assert notice.to == MAIL
    assert notice.language == "en"
    assert "Your application came." in notice.text
    assert f"No. {case.number}" in notice.text
    assert "https://elections.example/api/cases/status?lang=en" in notice.text
    whole = notice.subject + notice.text + notice.id
    secrets = (SURNAME, PIN, STREET, case.filed.case, case.kind.title, "1001", MAIL)
    assert [one for one in secrets if one in whole] == []
    assert people.became(case) == [(0, "mail", "sent")]


def test_every_act_with_a_sentence_is_told_and_no_other() -> None:
    people = People()
    case = people.file()
    people.act(case, 1, "identify")
    people.act(case, 2, "take-up")
    people.act(case, 3, "ask", reason="Which of the two houses of this family?")
    people.act(case, 4, "mend", by=None)
    people.act(case, 5, "grant")
    people.round()
    assert people.became(case) == [(0, "mail", "sent"), (1, "mail", "sent"), (3, "mail", "sent"), (5, "mail", "sent")]
    assert "You were identified" in people.way.texts[1]
    assert "The commission has a question to you." in people.way.texts[2]
    assert "family" not in "".join(people.way.texts)
    assert "Your application was granted." in people.way.texts[3]


def test_what_a_second_official_must_confirm_is_told_when_it_was_confirmed_and_never_when_it_was_declined() -> None:
    people = People()
    case = people.file()
    people.act(case, 1, "identify-by-passport", proposed=True)
    people.act(case, 2, DECLINE, of=1, reason="The passport is another's.")
    people.act(case, 3, "identify-by-passport", proposed=True)
    people.act(case, 4, CONFIRM, of=3)
    people.round()
    assert people.became(case) == [(0, "mail", "sent"), (4, "mail", "sent")]
    assert "You were identified" in people.way.texts[1]


def test_a_correction_and_a_transfer_are_told_in_general_words() -> None:
    people = People()
    case = people.file()
    people.act(case, 1, TRANSFER, commission="tec-2", reason="They know the boundary.")
    people.act(case, 2, CORRECT, of=1, reason="Another commission.")
    people.round()
    assert "passed on to another commission" in people.way.texts[1]
    assert "A step was corrected" in people.way.texts[2]


@pytest.mark.parametrize(
    ("language", "word"), [("ky", "№"), ("ru", "Заявление поступило"), ("en", "Your application"), ("", "№")]
)
def test_the_language_is_the_applicants_and_kyrgyz_where_nobody_said(language: str, word: str) -> None:
    people = People()
    people.file(reach={"mail": MAIL, **({"language": language} if language else {})})
    people.round()
    assert people.way.sent[0].language == (language or "ky")
    assert word in people.way.sent[0].text


def test_a_rehearsal_says_so_first() -> None:
    people = People()
    people.file()
    people.round()
    assert people.way.sent[0].subject.startswith("REHEARSAL")
    assert people.way.sent[0].text.startswith("This is a rehearsal")


def test_who_gave_no_address_is_told_nothing_and_nothing_is_written_down() -> None:
    people = People()
    case = people.file(reach={})
    people.round()
    assert people.way.tried == 0
    assert people.became(case) == []


@pytest.mark.parametrize(
    "typed",
    [
        "a@b",
        "a b@example.kg",
        "a@example.kg\nbcc: b@example.kg",
        "a@example.kg,b@example.kg",
        "<a@example.kg>",
        "ы@x.kg",
    ],
)
def test_what_is_no_address_gets_nothing(typed: str) -> None:
    people = People()
    case = people.file(reach={"mail": typed})
    people.round()
    assert people.way.tried == 0
    assert people.became(case) == [(0, "mail", "unusable")]


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        (PHONE, "+996555123456"),
        ("+996 (555) 123456", "+996555123456"),
        ("996555123456", "+996555123456"),
        ("+79161234567", None),
        ("+996555", None),
        ("112", None),
    ],
)
def test_messages_go_to_numbers_of_the_country_alone(typed: str, dialled: str | None) -> None:
    people = People(way=FakeWay("sms"))
    people.file(reach={"phone": typed, "language": "ru"})
    people.round()
    assert [one.to for one in people.way.sent] == ([dialled] if dialled else [])


# --- when ---


def test_no_telephone_rings_at_night_and_mail_goes() -> None:
    night = datetime(2025, 5, 12, 16, 0, tzinfo=UTC)  # 22:00 in Bishkek
    sms, mail = (People(way=FakeWay(way), wall=Wall(night)) for way in ("sms", "mail"))
    for people in (sms, mail):
        people.file(reach={"phone": PHONE, "mail": MAIL})
        people.round()
    assert (sms.way.tried, mail.way.tried) == (0, 1)
    sms.wall.on(hours=9, minutes=59)
    sms.round()
    assert sms.way.tried == 0
    sms.wall.on(minutes=1)
    sms.round()
    assert sms.way.tried == 1


def test_the_night_is_that_of_the_station() -> None:
    people = People(way=FakeWay("sms"), wall=Wall(datetime(2025, 5, 12, 16, 0, tzinfo=UTC)))
    abroad = next(one for one in people.election.stations if one.zone != people.election.zone)
    people.file(1, reach={"phone": PHONE}, station=abroad.no)
    people.round()
    late = people.wall.now().astimezone(ZoneInfo(abroad.zone)).hour
    assert people.way.tried == (1 if 8 <= late < 21 else 0)


def test_what_happened_days_ago_is_not_told_any_more() -> None:
    people = People()
    old = people.file(1)
    people.wall.on(hours=MOST_AGE // timedelta(hours=1), seconds=1)
    new = people.file(2)
    people.round()
    assert people.became(old) == []
    assert people.became(new) == [(0, "mail", "sent")]


def test_an_address_gets_so_many_a_day_and_again_on_the_next() -> None:
    people = People(a_day=3)
    cases = [people.file(seed) for seed in range(5)]
    people.round()
    assert [people.became(one)[0][2] for one in cases] == ["sent", "sent", "sent", "limited", "limited"]
    people.wall.on(days=1)
    later = people.file(9)
    people.round()
    assert people.became(later) == [(0, "mail", "sent")]


def test_who_is_tried_again_is_not_counted_again() -> None:
    people = People(a_day=1, way=FakeWay(answer=to("slow@example.kg")(defer)))
    case = people.file(1, reach={"mail": "slow@example.kg"})
    people.round()
    people.way.answer = lambda _: None
    people.wall.moment += PAUSES[0]
    people.round()
    assert people.became(case) == [(0, "mail", "sent")]


# --- what does not work ---


def test_a_dead_address_stops_nobody() -> None:
    people = People(way=FakeWay(answer=to("dead@example.kg")(refuse)))
    dead = people.file(1, reach={"mail": "dead@example.kg"})
    well = people.file(2)
    people.round()
    assert people.became(dead) == [(0, "mail", "refused")]
    assert people.became(well) == [(0, "mail", "sent")]
    people.wall.on(days=1)
    people.round()
    assert people.way.tried == 2


def test_what_is_not_taken_now_is_tried_again_after_growing_pauses_and_given_up_at_last() -> None:
    people = People(way=FakeWay(answer=to("slow@example.kg")(defer)))
    slow = people.file(1, reach={"mail": "slow@example.kg"})
    for times, pause in enumerate(PAUSES, 1):
        people.round()
        assert people.way.tried == times
        assert people.became(slow) == [(0, "mail", "waits")]
        people.wall.moment += pause - timedelta(seconds=1)
        assert people.round().waiting == 1
        assert people.way.tried == times
        people.wall.on(seconds=1)
    people.way.answer = lambda _: None
    assert people.round().waiting == 0
    assert people.became(slow) == [(0, "mail", "sent")]


def test_it_is_given_up_after_the_last_pause() -> None:
    people = People(way=FakeWay(answer=defer))
    case = people.file()
    for pause in PAUSES:
        people.round()
        people.wall.moment += pause
    assert people.round().waiting == 0
    assert people.became(case) == [(0, "mail", "given-up")]
    assert people.way.tried == len(PAUSES) + 1


def test_a_server_that_is_down_costs_no_notice_and_is_left_alone_for_a_while() -> None:
    people = People(way=FakeWay(answer=down))
    cases = [people.file(seed) for seed in range(3)]
    assert people.round().down is not None
    people.round()
    assert people.way.tried == 1
    tried = 1
    for minutes in (1, 2, 4, 8, 15, 30, 30):
        people.wall.on(minutes=minutes)
        people.round()
        tried += 1
        assert people.way.tried == tried
    people.way.answer = lambda _: None
    people.wall.on(minutes=30)
    assert people.round().behind == 0
    assert [people.became(one)[0][2] for one in cases] == ["sent"] * 3


def test_one_way_that_is_down_holds_up_no_other() -> None:
    people = People(way=FakeWay(answer=down))
    case = people.file(reach={"mail": MAIL, "phone": PHONE})
    people.round()
    sms = FakeWay("sms")
    send_notices(sms, people.desk(), stop=lambda: False)
    assert people.became(case) == [(0, "sms", "sent")]


def test_many_that_wait_make_room_for_those_that_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "MOST_WAITING", 10)
    people = People(way=FakeWay(answer=lambda notice: defer(notice) if "slow" in notice.to else None), a_day=1000)
    for seed in range(25):
        people.file(seed, reach={"mail": f"slow{seed}@example.kg"})
    well = people.file(99)
    left = people.round()
    assert people.became(well) == [(0, "mail", "sent")]
    assert 0 < left.waiting <= 10
    assert left.behind == 0


def test_a_night_of_many_messages_waits_in_the_feed_and_loses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "MOST_WAITING", 10)
    people = People(way=FakeWay("sms"), wall=Wall(datetime(2025, 5, 12, 16, 0, tzinfo=UTC)), a_day=1000)
    for seed in range(25):
        people.file(seed, reach={"phone": PHONE})
    assert people.round().behind == 15
    people.wall.on(hours=10)
    assert people.round().behind == 0
    assert len(people.way.sent) == 25


# --- at least once ---


class Killed(BaseException):
    """The machine stops here."""


class Stopping(MemoryStore):
    """A store that stops the program at a step: before it is done, or after."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = -1
        self.after = False

    def _step(self, do: Callable[[], Item]) -> Item:
        self.steps -= 1
        if self.steps == 0 and not self.after:
            raise Killed
        done = do()
        if self.steps == 0:
            raise Killed
        return done

    def swap(self, name: str, value: bytes, *, expected: int | None) -> Item:
        return self._step(lambda: super(Stopping, self).swap(name, value, expected=expected))


@pytest.mark.parametrize("after", [False, True])
def test_whatever_step_it_stops_at_everybody_is_told_and_one_at_most_is_told_twice(after: bool) -> None:
    for steps in range(1, 40):
        store = Stopping()
        people = People(store=store)
        cases = [people.file(seed, reach={"mail": f"p{seed}@example.kg"}) for seed in range(5)]
        store.steps, store.after = steps, after
        try:
            people.round()
        except Killed:
            pass
        else:
            assert steps > 10
            break
        store.steps = -1
        people.wall.moment += LEASE
        people.round()
        assert [people.became(one) for one in cases] == [[(0, "mail", "sent")]] * 5
        told = [one.to for one in people.way.sent]
        assert set(told) == {f"p{seed}@example.kg" for seed in range(5)}
        assert len(told) <= 6
        assert len({one.id for one in people.way.sent}) == 5
    else:
        pytest.fail("the round never came to its end")


def test_what_is_noted_as_sent_is_not_sent_again_though_the_way_knew_nothing_of_it_yet() -> None:
    store = Stopping()
    people = People(store=store)
    case = people.file()
    marked = store.swap

    def noted_then_stopped(name: str, value: bytes, *, expected: int | None) -> Item:
        done = marked(name, value, expected=expected)
        if name == f"case-notices/{case.filed.case}":
            raise Killed
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "swap", noted_then_stopped)
        with pytest.raises(Killed):
            people.round()
    people.wall.moment += LEASE
    assert people.round().behind == 0
    assert len(people.way.sent) == 1


def test_a_stop_while_sending_sends_that_one_again_under_the_same_name() -> None:
    people = People()
    people.file()
    sent: list[Notice] = []

    def stopped(notice: Notice) -> None:
        sent.append(notice)
        raise Killed

    people.way.answer = stopped
    with pytest.raises(Killed):
        people.round()
    people.way.answer = lambda _: None
    assert people.round().busy
    people.wall.moment += LEASE
    people.round()
    assert [one.id for one in people.way.sent] == [sent[0].id]


def test_a_store_that_fails_costs_no_notice() -> None:
    for writes in range(12):
        for fail in ("before", "after"):
            plan = FaultPlan()
            people = People(store=MemoryStore(plan))
            cases = [people.file(seed, reach={"mail": f"p{seed}@example.kg"}) for seed in range(3)]
            plan.add(*[Fault()] * writes, Fault(fail=fail))
            for _ in range(3):
                try:
                    people.round()
                except (Conflict, StorageFailed):
                    people.wall.moment += LEASE
            assert [people.became(one) for one in cases] == [[(0, "mail", "sent")]] * 3


def test_two_that_work_at_once_send_every_notice_once() -> None:
    people = People()
    for seed in range(4):
        people.file(seed, reach={"mail": f"p{seed}@example.kg"})
    seen = []

    def meanwhile(_: Notice) -> None:
        seen.append(send_notices(FakeWay(), people.desk(), stop=lambda: False).busy)

    people.way.answer = meanwhile
    people.round()
    assert seen == [True] * 4
    assert len(people.way.sent) == 4


def test_who_was_thought_dead_stops_when_another_has_taken_over() -> None:
    people = People()
    for seed in range(2):
        people.file(seed, reach={"mail": f"p{seed}@example.kg"})
    other = FakeWay()

    def slow(_: Notice) -> None:
        people.way.answer = lambda _: None
        people.wall.moment += LEASE
        send_notices(other, people.desk(), stop=lambda: False)

    people.way.answer = slow
    with pytest.raises(Conflict):
        people.round()
    assert len(people.way.sent) == 1
    assert len(other.sent) == 2


def test_a_round_ends_when_it_is_told_to_and_the_next_goes_on() -> None:
    people = People()
    for seed in range(6):
        people.file(seed, reach={"mail": f"p{seed}@example.kg"})
    first = people.round(stop=lambda: people.way.tried >= 2)
    assert (people.way.tried, first.behind) == (2, 4)
    assert people.round().behind == 0
    assert people.way.tried == 6


def test_a_quiet_hour_writes_nothing() -> None:
    people = People()
    people.file()
    people.round()
    before = people.store.read("notices/mail")
    people.round()
    assert people.store.read("notices/mail") == before


def test_records_of_others_are_passed_over_without_a_write_each() -> None:
    people = People()
    for number in range(1200):
        people.store.append(f"turnout/{number:06}", b"{}")
    case = people.file()
    people.round()
    state = people.store.read("notices/mail")
    assert state is not None
    assert state.version < 10
    assert people.became(case) == [(0, "mail", "sent")]


def test_what_is_written_down_holds_no_address() -> None:
    people = People(way=FakeWay(answer=defer))
    case = people.file()
    people.round()
    names = [f"case-notices/{case.filed.case}", "notices/mail"]
    kept = b"".join(item.value for name in names if (item := people.store.read(name)) is not None)
    assert b"example" not in kept
    assert WayState.model_validate_json(people.store.read("notices/mail").value).waiting[0].times == 1  # type: ignore[union-attr]  # it is there


def test_what_was_erased_is_told_to_nobody() -> None:
    people = People()
    case = people.file()
    people.private = type(people.private)()
    assert people.round().behind == 0
    assert people.became(case) == []


def test_times_of_notices_are_counted_from_what_happened() -> None:
    people = People()
    people.file()
    people.wall.on(seconds=70)
    people.round()
    assert [(one.way, one.became, one.age_s) for one in people.went] == [("mail", "sent", 70)]
    assert people.wall.now() > NOON


WAYS: tuple[Way, ...] = ("mail", "sms")


@pytest.mark.parametrize("way", WAYS)
def test_both_ways_have_their_own_place(way: Way) -> None:
    people = People(way=FakeWay(way))
    people.file(reach={"mail": MAIL, "phone": PHONE})
    people.round()
    assert people.store.read(f"notices/{way}") is not None
    assert people.way.sent
