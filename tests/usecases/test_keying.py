"""Who may key which paper, that two different people are needed, and what a correction must say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shailoo.adapters.memory import Fault, FaultPlan, MemoryStore
from shailoo.errors import ShailooError
from shailoo.model.manual import IDENTIFICATION, ProtocolKeyed
from shailoo.model.record import Act, Appointment, ManualOnly, record_bytes, record_key
from shailoo.model.refs import Role
from shailoo.rules.keying import Agreed, Differ, standing
from shailoo.usecases.key_protocol import KeyedSheet, key_protocol, keyings_at, sheets_at
from shailoo.usecases.keying_drafts import LARGEST_DRAFT, DraftPlace, drop_draft, keep_draft, kept_draft
from tests.usecases.keying import sheet_lines
from tests.voting import small_election

ELECTION = small_election()
EVENING = datetime(2025, 6, 1, 14, 30, tzinfo=UTC)
SHEET = ELECTION.contests_at(ELECTION.station_by_no["1001"])[0].id
PROTOCOL = ELECTION.protocol_by_kind[ELECTION.contest_by_id[SHEET].kind]
GOOD = KeyedSheet("1001", SHEET, 1, sheet_lines(ELECTION, SHEET))
OTHER = replace(GOOD, lines=sheet_lines(ELECTION, SHEET, first=101))
BROKEN = replace(GOOD, lines=sheet_lines(ELECTION, SHEET, L7=600))


def appointed(commission: str, role: Role) -> Appointment:
    return Appointment(person="0" * 64, commission=commission, version=1, role=role, active=True, entered=EVENING)


PRECINCT = appointed("pec-1001", "precinct")
TEC = appointed("tec-1", "territorial")


def key(
    store: MemoryStore,
    sheet: KeyedSheet = GOOD,
    person: str = "a",
    *,
    by: Appointment = PRECINCT,
    now: datetime = EVENING,
) -> ProtocolKeyed:
    return key_protocol(sheet, ELECTION, person * 64, [by], store, now=now)


def refused(code: str, store: MemoryStore, sheet: KeyedSheet = GOOD, person: str = "a", **how: object) -> ShailooError:
    before = store.last()
    with pytest.raises(ShailooError) as caught:
        key(store, sheet, person, **how)  # type: ignore[arg-type]  # passed on as it came
    assert caught.value.code == code
    assert store.last() == before
    return caught.value


def current(store: MemoryStore) -> object:
    return standing(keyings_at(store, "small", "1001")[SHEET], PROTOCOL, released=False).current


def test_two_members_of_a_precinct_key_the_same_paper_and_it_counts() -> None:
    store = MemoryStore()
    first, second = key(store), key(store, person="b")
    assert (first.keying, second.keying, first.role) == (1, 2, "precinct")
    assert isinstance(current(store), Agreed)
    refused("sheet-agreed", store, person="c")


def test_where_two_differ_a_third_person_decides() -> None:
    store = MemoryStore()
    key(store)
    key(store, OTHER, "b")
    assert isinstance(current(store), Differ)
    refused("keyed-by-you", store, OTHER, "a")
    refused("keyed-by-you", store, GOOD, "b")
    assert key(store, OTHER, "c").keying == 3
    assert isinstance(current(store), Agreed)


def test_the_same_keying_again_is_the_same_record() -> None:
    store = MemoryStore()
    assert key(store) == key(store, now=EVENING + timedelta(minutes=5))
    assert store.last() == 1
    refused("keyed-by-you", store, OTHER)


@pytest.mark.parametrize(
    ("who", "station"),
    [
        (PRECINCT, "1001"),
        (TEC, "1002"),
        (appointed("dec-01", "district"), "1001"),
        (appointed("cec", "central"), "5001"),
    ],
)
def test_a_precinct_and_the_commissions_above_it_key_its_papers(who: Appointment, station: str) -> None:
    store = MemoryStore()
    record = key(
        store,
        replace(GOOD, station=station, sheet=IDENTIFICATION, lines=sheet_lines(ELECTION, "identification")),
        by=who,
    )
    assert (record.commission, record.role) == (who.commission, who.role)


@pytest.mark.parametrize(
    "who",
    [
        appointed("pec-1002", "precinct"),
        appointed("tec-2", "territorial"),
        appointed("dec-02", "district"),
        appointed("cec", "auditor"),
    ],
)
def test_no_other_commission_keys_them(who: Appointment) -> None:
    refused("not-yours", MemoryStore(), by=who)


def test_a_paper_that_is_not_there_is_not_keyed() -> None:
    store = MemoryStore()
    refused("no-such-station", store, replace(GOOD, station="7777"))
    refused("no-such-sheet", store, replace(GOOD, sheet="smd-99"))
    assert sheets_at(ELECTION, ELECTION.station_by_no["1001"])[0] == IDENTIFICATION


def test_nothing_is_keyed_while_a_station_votes() -> None:
    closing = ELECTION.closing(ELECTION.station_by_no["1001"])
    refused("counting-not-begun", MemoryStore(), now=closing - timedelta(seconds=1))
    assert key(MemoryStore(), now=closing).keying == 1


def test_every_line_is_filled_in() -> None:
    store = MemoryStore()
    short = GOOD.lines[-2].model_copy(update={"figures": (1,)})
    foreign = sheet_lines(ELECTION, IDENTIFICATION)[0]
    for lines in (GOOD.lines[1:], (*GOOD.lines, foreign), (*GOOD.lines[:-2], short, GOOD.lines[-1])):
        refused("lines-wanted", store, replace(GOOD, lines=lines))
    assert key(store, replace(GOOD, lines=tuple(reversed(GOOD.lines)))).lines == GOOD.lines


def test_figures_that_break_a_rule_are_handed_over_with_the_reason_only() -> None:
    store = MemoryStore()
    error = refused("equation-broken", store, BROKEN)
    assert (error.facts["rule"], error.facts["line"], error.facts["typed"]) == ("L6 + L7 = L8 + L9", "L6 + L7", 602)
    assert error.facts["expected"] == sum(one.figures[0] for one in BROKEN.lines if one.line in ("L8", "L9"))
    refused("equation-broken", store, replace(BROKEN, unreconciled="x"))
    assert key(store, replace(BROKEN, unreconciled="the paper says 600")).unreconciled == "the paper says 600"
    assert key(MemoryStore(), replace(GOOD, unreconciled="not needed")).unreconciled is None


def test_a_correction_is_a_next_version_with_its_reason_and_nothing_is_overwritten() -> None:
    store = MemoryStore()
    key(store)
    key(store, person="b")
    again = replace(OTHER, version=2)
    refused("correction-wanted", store, again)
    refused("keyed-meanwhile", store, replace(again, version=3, correction="a slip"))
    corrected = replace(again, correction="two digits were swapped")
    assert key(store, corrected).version == 2
    second = key(store, again, "b")
    assert (second.keying, second.correction) == (2, "two digits were swapped")
    found = standing(keyings_at(store, "small", "1001")[SHEET], PROTOCOL, released=False)
    assert found.counts is not None
    assert found.counts.lines == OTHER.lines
    assert [one.version for one in found.versions] == [1, 2]
    refused("keyed-meanwhile", store, GOOD, "c")


def test_a_superior_commission_corrects_agreed_figures_by_an_act_only() -> None:
    store = MemoryStore()
    key(store)
    corrected = replace(OTHER, version=2, correction="a recount was ordered")
    assert key(store, corrected, "c", by=TEC).version == 2  # nobody agreed yet
    store = MemoryStore()
    key(store)
    key(store, person="b")
    refused("act-wanted", store, corrected, "c", by=TEC)
    refused("act-wanted", store, replace(corrected, act="12"), "c", by=TEC)
    act = Act(
        election="small", number="12", day=date(2025, 6, 2), body="cec", reason="recount", entered=EVENING,
        measures=(ManualOnly(station="1001"),),
    )  # fmt: skip
    store.append(record_key(act), record_bytes(act))
    assert key(store, replace(corrected, act="12"), "c", by=TEC).act == "12"
    assert key(store, replace(OTHER, version=2), "a").act == "12"


def test_of_many_who_hand_over_at_once_no_two_take_one_place() -> None:
    store = MemoryStore()

    def one(person: str) -> int | None:
        try:
            return key(store, person=person).keying
        except ShailooError as error:
            if error.code not in ("keyed-meanwhile", "sheet-agreed"):
                raise
            return None

    with ThreadPoolExecutor(8) as pool:
        won = sorted(number for number in pool.map(one, "0123456789abcdef") if number is not None)
    assert won == list(range(1, len(won) + 1))
    assert store.last() == len(won)


def test_of_two_who_open_a_correction_at_once_one_is_told_to_look_again() -> None:
    store = MemoryStore()
    key(store)
    corrected = replace(OTHER, version=2, correction="a slip of mine")
    key(store, corrected)
    refused("keyed-meanwhile", store, replace(corrected, correction="a slip of hers"), "b")


def test_a_keying_that_was_stored_before_the_power_went_is_not_stored_twice() -> None:
    store = MemoryStore(FaultPlan([Fault("after")]))
    with pytest.raises(ShailooError):
        key(store)
    assert key(store).keying == 1
    assert store.last() == 1


def test_a_draft_is_kept_for_its_person_replaced_and_deleted() -> None:
    items = MemoryStore()
    mine = DraftPlace("small", "1001", SHEET, 1, "a" * 64)
    assert kept_draft(items, mine) == {}
    drop_draft(items, mine)
    for figure in ("1", "12", "123"):
        keep_draft(items, mine, {"L1": figure})
    assert kept_draft(items, mine) == {"L1": "123"}
    assert kept_draft(items, replace(mine, person="b" * 64)) == {}
    drop_draft(items, mine)
    assert kept_draft(items, mine) == {}
    assert items.last() == 0
    with pytest.raises(ShailooError, match="32 KiB"):
        keep_draft(items, mine, {"reason": "x" * LARGEST_DRAFT})
