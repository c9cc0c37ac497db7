"""A filing that is sent again, by a store that fails, by two at once: one case, one receipt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shailoo.adapters.files import FileObjectStore
from shailoo.adapters.memory import Fault, FaultPlan, MemoryObjectStore, MemoryStore
from shailoo.adapters.sqlite import SqliteStore
from shailoo.errors import ShailooError, StorageFailed
from shailoo.ids import Digest
from shailoo.model.case import Attachment
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.act_on_case import Doing, act_as_applicant
from shailoo.usecases.carry_applications import wishes_now
from shailoo.usecases.case_desk import find_case
from shailoo.usecases.case_refusals import AnotherOfficialWanted, CaseExists, CaseMovedOn, DocumentsWanted, NoSuchCase
from shailoo.usecases.file_case import Filed, file_case
from tests.contract.homes import open_store
from tests.usecases.case_play import Play, Who, filing, official

NOW = datetime(2025, 5, 10, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
LAMP = {"what": "dark", "where": "Behind the house"}
MISTAKE = {"what": "name", "right": "Токтогулов"}
HERE = official("a1", "pec-1001", "precinct")
BESIDE = official("a2", "pec-1001", "precinct")
ABOVE = official("b1", "tec-1", "territorial")
ABOVE_TOO = official("b2", "tec-1", "territorial")
CENTRE = official("c1", "cec", "central")
T = TypeVar("T")


def stubborn(do: Callable[[], T]) -> T:
    """Do it again for as long as the store fails, as a browser's user does."""
    for _ in range(50):
        try:
            return do()
        except StorageFailed:
            continue
    pytest.fail("the store never worked")


def faults() -> st.SearchStrategy[list[Fault]]:
    return st.lists(st.sampled_from([Fault(), Fault("before"), Fault("after")]), max_size=6)


@settings(deadline=None)
@given(writes=faults(), private=faults())
def test_whenever_the_stores_fail_a_filing_that_is_sent_again_is_one_case_with_one_receipt(
    writes: list[Fault], private: list[Fault]
) -> None:
    play = Play(MemoryStore(FaultPlan(writes)), MemoryObjectStore(FaultPlan(private)))
    first = stubborn(lambda: play.file("lamp", LAMP, station="1001", now=NOW))
    again = play.file("lamp", LAMP, station="1001", now=LATER)
    assert again.note == first.note
    assert [entry.seq for entry in play.store.feed(0)] == [first.standing.number] == [1]
    assert play.desk.content(first.standing.filed.content).fields["where"] == LAMP["where"]


@settings(deadline=None)
@given(writes=faults(), private=faults())
def test_whenever_the_stores_fail_an_act_that_is_sent_again_is_one_act(
    writes: list[Fault], private: list[Fault]
) -> None:
    store, objects = MemoryStore(), MemoryObjectStore()
    play = Play(store, objects)
    case = play.file("lamp", LAMP, station="1001", now=NOW).standing
    asked = play.act(case, Doing("ask", 0, reason="Which lamp?"), HERE, now=NOW)
    store.plan.add(*writes)
    objects.plan.add(*private)
    answer = Doing("answer", 1, {"more": "The tall one"})
    after = stubborn(lambda: play.act(asked, answer, None, now=LATER))
    assert [one.act for one in after.acts] == ["ask", "answer"]
    assert find_case(case.filed.case, play.desk) == after
    content = after.acts[1].content
    assert content is not None
    assert play.desk.content(content).fields == {"more": "The tall one"}


@pytest.mark.parametrize(
    "change",
    [
        {"station": "1002"},
        {"kind": "voter-disability", "fields": {"need": "blind"}},
        {"fields": {**LAMP, "where": "Before the house"}},
        {"person": {"pin": "10101199000018"}},
        {"documents": (Attachment(kind="photo", original="f" * 64, media="image/png", bytes=9),)},
    ],
    ids=["another station", "another kind", "other words", "another person", "another document"],
)
def test_something_else_with_the_same_code_is_refused(change: dict[str, object]) -> None:
    play = Play()
    first = filing("lamp", LAMP, station="1001")
    file_case(first, play.desk, now=NOW)
    with pytest.raises(CaseExists):
        file_case(replace(first, **change), play.desk, now=NOW)  # type: ignore[arg-type]  # the fields of a Filing
    assert len(play.store.feed(0)) == 1


def test_a_second_answer_is_never_taken_for_the_first() -> None:
    """Two windows, the same count of acts, other words: the second is told that the case moved on."""
    play = Play()
    case = play.file("lamp", LAMP, station="1001", now=NOW).standing
    play.act(case, Doing("ask", 0, reason="Which lamp?"), HERE, now=NOW)
    play.act(case, Doing("answer", 1, {"more": "The tall one"}), None, now=NOW)
    assert len(play.act(case, Doing("answer", 1, {"more": "The tall one"}), None, now=LATER).acts) == 2
    with pytest.raises(CaseMovedOn):
        play.act(case, Doing("answer", 1, {"more": "The short one"}), None, now=LATER)


def test_a_word_of_the_second_official_that_is_sent_again_is_the_same_word_and_nobody_elses() -> None:
    play = Play()
    case = play.file("remote-station", {"at": "1002"}, station="1001", now=NOW).standing
    by_passport = Doing("identify-by-passport", 0, {"passport_seen": "yes", "cause": "no-match"})
    proposed = play.act(case, by_passport, HERE, now=NOW)
    with pytest.raises(AnotherOfficialWanted):
        play.act(proposed, Doing("confirm", 1), HERE, now=NOW)
    done = play.act(proposed, Doing("confirm", 1), BESIDE, now=NOW)
    assert play.act(proposed, Doing("confirm", 1), BESIDE, now=LATER) == done
    with pytest.raises(ShailooError):
        play.act(proposed, Doing("confirm", 1), HERE, now=LATER)


def test_words_of_a_proposed_act_stay_as_the_second_official_reads_them() -> None:
    play = Play()
    case = play.file("remote-station", {"at": "1002"}, station="1001", now=NOW).standing
    fields = {"passport_seen": "yes", "cause": "no-match"}
    proposed = play.act(case, Doing("identify-by-passport", 0, fields), HERE, now=NOW)
    with pytest.raises(ShailooError):
        play.act(proposed, Doing("correct", 1, fields, reason="Another cause", of=1), BESIDE, now=NOW)


def test_documents_come_only_with_an_act_that_takes_them() -> None:
    play = Play()
    case = play.file("lamp", LAMP, station="1001", now=NOW).standing
    photo = (Attachment(kind="photo", original="f" * 64, media="image/png", bytes=9),)
    with pytest.raises(DocumentsWanted):
        play.act(case, Doing("ask", 0, reason="Which lamp?", documents=photo), HERE, now=NOW)
    asked = play.act(case, Doing("ask", 0, reason="Which lamp?"), HERE, now=NOW)
    with pytest.raises(DocumentsWanted):
        play.act(asked, Doing("correct", 1, reason="Of which house?", of=1, documents=photo), HERE, now=NOW)
    with pytest.raises(DocumentsWanted):
        play.act(asked, Doing("answer", 1, {"more": "This"}, documents=photo * 3), None, now=NOW)
    answered = play.act(asked, Doing("answer", 1, {"more": "This"}, documents=photo * 2), None, now=NOW)
    assert answered.acts[-1].documents == photo * 2


def test_what_a_decision_corrects_later_is_what_the_list_carries() -> None:
    play = Play()
    case = play.file("voter-mistake", MISTAKE, station="1001", now=NOW).standing
    for act in (Doing("identify", 0, device="D-1"), Doing("grant", 1, {"surname": "Токтогулоф"})):
        case = play.act(case, act, HERE if act.act == "identify" else ABOVE, now=NOW)
    [wrong] = wishes_now([case], play.desk)
    mended = Doing("correct", 2, {"surname": "Токтогулов"}, reason="One letter was wrong", of=2)
    [right] = wishes_now([play.act(case, mended, ABOVE_TOO, now=LATER)], play.desk)
    assert (wrong.data["surname"], right.data["surname"]) == ("Токтогулоф", "Токтогулов")


def test_a_transferred_case_is_the_other_commissions_alone_and_the_same_transfer_again_is_nothing_new() -> None:
    play = Play()
    case = play.file("grievance", {"about": "list", "words": "It is wrong"}, station="", now=NOW).standing
    there = play.act(case, Doing("transfer", 0, reason="It is theirs", commission="tec-1"), CENTRE, now=NOW)
    over = Doing("transfer", 1, reason="Not ours either", commission="tec-2")
    beyond = play.act(there, over, ABOVE, now=NOW)
    assert beyond.body == "tec-2"
    assert play.act(there, over, ABOVE, now=LATER) == beyond
    with pytest.raises(NoSuchCase):
        play.act(beyond, Doing("accept", 2), ABOVE, now=LATER)


# --- two at once, wherever records and contents live ---


@contextmanager
def played(home: str, folder: Path) -> Iterator[Play]:
    with open_store(home, folder) as store:
        objects = MemoryObjectStore() if home == "memory" else FileObjectStore(folder / "private")
        yield Play(store, objects)


def at_once(play: Play, case: CaseStanding, acts: Sequence[tuple[Doing, Who | None]]) -> list[str]:
    """Let everybody act at the same moment; returns the act that each has done, or why it was refused."""
    gate = threading.Barrier(len(acts))

    def one(wanted: tuple[Doing, Who | None]) -> str:
        gate.wait()
        try:
            return play.act(case, *wanted, now=NOW).acts[-1].act
        except ShailooError as error:
            return error.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


@pytest.mark.parametrize("home", ["memory", "sqlite", "cloud", "sqlite in groups", "cloud in groups"])
def test_of_two_officials_at_the_same_moment_one_wins(home: str, tmp_path: Path) -> None:
    with played(home, tmp_path) as play:
        for seed in range(3):
            case = play.file("voter-mistake", MISTAKE, station="1001", now=NOW, seed=seed).standing
            case = play.act(case, Doing("identify", 0, device="D-1"), HERE, now=NOW)
            told = at_once(
                play,
                case,
                [
                    (Doing("grant", 1, {"surname": "А"}), ABOVE),
                    (Doing("reject", 1, reason="Not so"), ABOVE_TOO),
                    (Doing("take-up", 1), ABOVE),
                    (Doing("cancel", 1), None),
                ],
            )
            won = [act for act in told if act in {"grant", "reject", "take-up", "cancel"}]
            assert len(won) == 1, told
            assert set(told) - set(won) <= {"case-moved-on", "act-does-not-fit"}
            stands = find_case(case.filed.case, play.desk)
            assert [act.act for act in stands.acts] == ["identify", won[0]]


@pytest.mark.parametrize("home", ["memory", "sqlite", "cloud", "sqlite in groups", "cloud in groups"])
def test_one_filing_by_many_at_once_is_one_case(home: str, tmp_path: Path) -> None:
    with played(home, tmp_path) as play:

        def one(second: int) -> Filed:
            return play.file("lamp", LAMP, station="1001", now=NOW + timedelta(seconds=second))

        with ThreadPoolExecutor(6) as pool:
            notes = {filed.note for filed in pool.map(one, range(6))}
        assert len(notes) == 1
        assert len(play.store.feed(0)) == 1


def test_a_case_survives_the_program(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "store.db") as store:
        filed = Play(store, FileObjectStore(tmp_path / "private")).file("lamp", LAMP, station="1001", now=NOW)
    with SqliteStore(tmp_path / "store.db") as store:
        play = Play(store, FileObjectStore(tmp_path / "private"))
        assert find_case(filed.standing.filed.case, play.desk) == filed.standing
        assert play.private.get(Digest(filed.standing.filed.content))
        with pytest.raises(NoSuchCase):
            act_as_applicant("0" * 32, Doing("answer", 0), play.desk, now=NOW)
