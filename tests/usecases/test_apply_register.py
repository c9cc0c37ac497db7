"""Which address register is in force, and that voters move by an act only."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from builder.log.entries import list_entry
from shailoo.adapters.memory import MemoryStore
from shailoo.errors import Conflict
from shailoo.model.record import record_bytes, record_key
from shailoo.model.register_act import Moved, RegisterApplied
from shailoo.records.log_entry import RegisterEntry
from shailoo.usecases.apply_register import ActNeeded, OlderRegister, apply_register, register_in_force

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
MOVES = (Moved(source="1001", target="1002", people=40),)


def applied(
    store: MemoryStore, number: int, *, act: str | None = None, moved: tuple[Moved, ...] = ()
) -> RegisterApplied:
    return apply_register(
        store, number=number, digest=f"{number:064x}", act=act, body="cec", day=date(2026, 11, 24),
        reason="A street was divided.", now=NOW, plan="a" * 64 if moved else None, moved=moved,
    )  # fmt: skip


def test_nothing_is_in_force_before_the_first_register() -> None:
    store = MemoryStore()
    assert register_in_force(store) is None
    applied(store, 1)
    assert register_in_force(store) == applied_copy(store, 1)


def applied_copy(store: MemoryStore, number: int) -> RegisterApplied:
    found = register_in_force(store)
    assert found is not None
    assert found.number == number
    return found


def test_a_draft_is_skipped_and_the_newest_act_holds() -> None:
    store = MemoryStore()
    applied(store, 1)
    third = applied(store, 3, act="12-B", moved=MOVES)
    assert (third.before, register_in_force(store)) == (1, third)


def test_voters_move_by_an_act_only() -> None:
    store = MemoryStore()
    applied(store, 1)
    with pytest.raises(ActNeeded):
        applied(store, 2, moved=MOVES)
    assert applied_copy(store, 1).before == 0


@pytest.mark.parametrize("number", [1, 2])
def test_an_older_register_never_comes_back_under_its_number(number: int) -> None:
    store = MemoryStore()
    applied(store, 2)
    with pytest.raises(OlderRegister):
        applied(store, number)


def test_of_two_acts_on_one_register_one_wins() -> None:
    store = MemoryStore()
    applied(store, 1)
    before = store.last()
    first = applied(store, 2, act="12-B", moved=MOVES)
    other = first.model_copy(update={"act": "13-B"})
    with pytest.raises(Conflict):
        store.append(record_key(other), record_bytes(other))
    assert store.last() == before + 1


def test_the_public_log_names_the_act_and_the_digest_of_the_register() -> None:
    entry = list_entry(applied(MemoryStore(), 4, act="12-B", moved=MOVES))
    assert isinstance(entry, RegisterEntry)
    assert (entry.number, entry.act, entry.body, entry.day, entry.sha256) == (
        4,
        "12-B",
        "cec",
        "2026-11-24",
        f"{4:064x}",
    )
