"""What the intake takes in, and what it answers:

the same bytes the same receipt, other bytes a conflict, nothing lost.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shailoo.adapters.memory import Fault
from shailoo.errors import StorageFailed
from shailoo.model.record import Refusal, ReportAccepted, ReportConflict, RevokeBox
from shailoo.records.canonical import digest
from shailoo.records.seal import Bundle
from shailoo.usecases.accept_report import MOST_REPRINTS_KEPT, SignedRefusal
from tests.usecases.desks import Commission


@pytest.fixture
def commission() -> Commission:
    return Commission()


def test_a_report_is_kept_as_the_box_signed_it_and_confirmed(commission: Commission) -> None:
    box = commission.box()
    bundle = box.final_bundle(events='{"events":[]}')
    data = box.seal(bundle, commission.public)
    receipt = commission.receive(data)
    assert (receipt.outcome, receipt.box, receipt.station, receipt.kind) == ("accepted", box.box, "1001", "final")
    assert (receipt.sha256, receipt.bytes, receipt.arrived) == (digest(data), len(data), commission.evening)
    [record] = commission.records()
    assert isinstance(record, ReportAccepted)
    assert (record.zero, record.note, record.cells) == (bundle.notes[0], bundle.notes[1], None)
    assert commission.objects.get(record.events_sha256 or "") == b'{"events":[]}'  # type: ignore[arg-type]  # a digest


def test_an_annex_has_its_own_slot(commission: Commission) -> None:
    box = commission.box()
    assert commission.receive(box.seal(box.annex_bundle(), commission.public)).kind == "annex"
    assert commission.receive(commission.sealed(box)).outcome == "accepted"
    assert [entry.key.rpartition("/")[2] for entry in commission.store.feed(0)] == ["annex", "final"]


def test_the_votes_of_few_ballots_travel_sealed_and_are_kept(commission: Commission) -> None:
    box = commission.box(ballots=4)
    commission.receive(commission.sealed(box))
    [record] = commission.records()
    assert isinstance(record, ReportAccepted)
    assert record.cells is not None
    for option in box.open_counts()[0].options or ():
        assert option.name not in record.note


def test_the_same_bytes_get_the_same_receipt_at_any_time(commission: Commission) -> None:
    data = commission.sealed(commission.box())
    first = commission.take(data)
    assert commission.take(data, commission.evening + timedelta(hours=5)) == first
    assert commission.store.last() == 1


def test_the_same_bytes_get_the_same_receipt_even_after_the_box_was_revoked(commission: Commission) -> None:
    box = commission.box()
    data = commission.sealed(box)
    first = commission.take(data)
    commission.act("7", RevokeBox(box=box.box))
    assert commission.take(data) == first
    with pytest.raises(SignedRefusal):
        commission.take(commission.sealed(box.with_(seed=9)))


def test_a_second_different_report_is_a_conflict_and_both_are_kept(commission: Commission) -> None:
    box = commission.box()
    first, second = commission.sealed(box), commission.sealed(box.with_(seed=2))
    commission.take(first)
    receipt = commission.receive(second)
    assert receipt.outcome == "conflict"
    assert commission.take(second, commission.evening + timedelta(hours=1)) == commission.take(second)
    kept, conflict = commission.records()
    assert isinstance(kept, ReportAccepted)
    assert isinstance(conflict, ReportConflict)
    assert (kept.sealed_sha256, conflict.first_sha256, conflict.same_figures) == (digest(first), digest(first), False)


def test_a_reprint_is_a_conflict_with_the_same_figures(commission: Commission) -> None:
    box = commission.box()
    commission.take(commission.sealed(box))
    commission.take(commission.sealed(box.with_(copy_no=2)))
    last = commission.records()[-1]
    assert isinstance(last, ReportConflict)
    assert last.same_figures


def test_other_sealed_cells_are_other_figures(commission: Commission) -> None:
    box = commission.box(ballots=4)
    commission.take(commission.sealed(box))
    notes = box.final_bundle().notes
    other = box.with_(seed=5).final_bundle().notes
    commission.take(box.seal(Bundle(kind="final", notes=(*notes[:2], other[2])), commission.public))
    last = commission.records()[-1]
    assert isinstance(last, ReportConflict)
    assert not last.same_figures


def test_whoever_seals_a_published_note_again_and_again_cannot_fill_the_feed(commission: Commission) -> None:
    box = commission.box()
    bundle = box.final_bundle()
    commission.take(box.seal(bundle, commission.public))
    for _ in range(MOST_REPRINTS_KEPT):
        assert commission.receive(box.seal(bundle, commission.public)).outcome == "conflict"
    for _ in range(30):
        with pytest.raises(SignedRefusal) as caught:
            commission.take(box.seal(bundle, commission.public))
        assert caught.value.reason.code == "too-many-uploads"
    refusals = sum(isinstance(one, Refusal) for one in commission.records())
    assert refusals == 20
    assert commission.store.last() == 1 + MOST_REPRINTS_KEPT + refusals
    assert commission.receive(commission.sealed(box.with_(seed=3))).outcome == "conflict"


def test_a_report_whose_lines_do_not_add_up_is_accepted_for_the_gate_to_hold(commission: Commission) -> None:
    box = commission.box()
    final = box.final()
    wrong = final.contests[0].model_copy(update={"ballots": 9999})
    final = final.model_copy(update={"contests": (wrong, *final.contests[1:])})
    notes = (box.sign(box.zero()), box.sign(final))
    assert commission.receive(box.seal(Bundle(kind="final", notes=notes), commission.public)).outcome == "accepted"


@pytest.mark.parametrize(
    ("late", "off"),
    [
        (timedelta(minutes=5), 0),
        (timedelta(minutes=11), 0),
        (timedelta(hours=3), 10_200),
        (timedelta(hours=-1), -3600),
        (timedelta(days=-365), -31_536_000),
    ],
)
def test_a_wrong_clock_is_noted_and_loses_no_report(commission: Commission, late: timedelta, off: int) -> None:
    assert commission.receive(commission.sealed(commission.box(late=late))).outcome == "accepted"
    [record] = commission.records()
    assert isinstance(record, ReportAccepted)
    assert record.clock_off_s == off


def test_a_report_that_waited_for_hours_has_no_wrong_clock(commission: Commission) -> None:
    commission.take(commission.sealed(commission.box()), commission.evening + timedelta(hours=9))
    [record] = commission.records()
    assert isinstance(record, ReportAccepted)
    assert record.clock_off_s == 0


def test_the_same_bytes_through_many_doors_at_once_get_one_receipt(commission: Commission) -> None:
    data = commission.sealed(commission.box())
    with ThreadPoolExecutor(16) as pool:
        receipts = set(
            pool.map(lambda at: commission.take(data, commission.evening + timedelta(seconds=at)), range(64))
        )
    assert len(receipts) == 1
    assert commission.store.last() == 1


def test_of_different_reports_at_once_one_takes_the_slot_and_all_are_kept(commission: Commission) -> None:
    uploads = [commission.sealed(commission.box(seed=seed)) for seed in range(12)]
    with ThreadPoolExecutor(12) as pool:
        outcomes = [receipt.outcome for receipt in pool.map(commission.receive, uploads)]
    assert sorted(outcomes) == ["accepted"] + ["conflict"] * 11
    records = commission.records()
    accepted = [one for one in records if isinstance(one, ReportAccepted)]
    conflicts = [one for one in records if isinstance(one, ReportConflict)]
    assert {one.first_sha256 for one in conflicts} == {accepted[0].sealed_sha256}
    assert {one.sealed_sha256 for one in (*accepted, *conflicts)} == {digest(data) for data in uploads}


@pytest.mark.parametrize("fail", ["before", "after"])
def test_a_store_that_fails_acknowledges_nothing_and_the_next_try_succeeds_once(
    commission: Commission, fail: str
) -> None:
    data = commission.sealed(commission.box())
    commission.plan.add(Fault(fail="before" if fail == "before" else "after"))
    with pytest.raises(StorageFailed):
        commission.take(data)
    assert commission.store.last() == (0 if fail == "before" else 1)
    assert commission.receive(data, commission.evening + timedelta(minutes=1)).outcome == "accepted"
    assert commission.store.last() == 1


def test_an_event_log_that_cannot_be_kept_acknowledges_nothing(commission: Commission) -> None:
    commission.objects.plan.add(Fault(fail="before"))
    data = commission.sealed(commission.box(), events="{}")
    with pytest.raises(StorageFailed):
        commission.take(data)
    assert commission.store.last() == 0
    assert commission.receive(data).outcome == "accepted"


def test_a_damaged_record_is_our_fault_and_never_a_refusal(commission: Commission) -> None:
    box = commission.box()
    commission.store.append(f"report/{box.election.id}/{box.box}/final", b"{}")
    with pytest.raises(StorageFailed):
        commission.take(commission.sealed(box))
