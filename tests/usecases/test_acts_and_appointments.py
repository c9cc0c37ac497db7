"""Who may decide what, and from when it counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shailoo.adapters.memory import MemoryStore
from shailoo.errors import ShailooError
from shailoo.model.record import (
    Act,
    Appointment,
    ChooseReport,
    JoinReserveBox,
    ManualOnly,
    Measure,
    ReleaseReport,
    RevokeBox,
)
from shailoo.model.refs import Role
from shailoo.records.canonical import digest
from shailoo.usecases.appoint import appoint, person_of, revoke_appointment
from shailoo.usecases.record_act import record_act
from shailoo.usecases.refusal_counts import CAP, count_refusals, hour_of, refusals_counted
from shailoo.usecases.registry import Registry
from tests.usecases.desks import Commission
from tests.usecases.test_turnout import EVENING, appointed
from tests.voting import small_election

RESERVE = "ABB-000007"
AIDA = person_of("https://id.example", "aida")


@pytest.fixture
def commission() -> Commission:
    return Commission()


def decide(commission: Commission, body: str, role: Role, *measures: Measure, number: str = "1") -> Act:
    act = Act(
        election="small",
        number=number,
        day=commission.election.day,
        body=body,
        reason="Decided in a test.",
        entered=commission.evening,
        measures=measures,
    )
    return record_act(act, commission.desk.registry, (appointed(body, role),), commission.store)


def refused(code: str, commission: Commission, body: str, role: Role, *measures: Measure) -> None:
    before = commission.store.last()
    with pytest.raises(ShailooError) as caught:
        decide(commission, body, role, *measures, number="99")
    assert caught.value.code == code
    assert commission.store.last() == before


def test_a_joined_reserve_box_stands_at_its_station_at_once(commission: Commission) -> None:
    registry = commission.desk.registry
    decide(commission, "tec-1", "territorial", JoinReserveBox(box=RESERVE, station="1002"))
    assert [one.box for one in registry.boxes_at("small", "1002")] == ["ABB-000002", RESERVE]
    refused("bad-act", commission, "cec", "central", JoinReserveBox(box=RESERVE, station="1001"))


def test_a_commission_decides_for_its_own_stations_only(commission: Commission) -> None:
    refused("not-yours", commission, "tec-1", "territorial", ManualOnly(station="5001"))
    refused("not-yours", commission, "dec-02", "district", JoinReserveBox(box=RESERVE, station="1001"))
    refused("not-yours", commission, "tec-1", "territorial", ManualOnly(station="1001"), ManualOnly(station="5001"))
    refused("not-yours", commission, "pec-1001", "precinct", ManualOnly(station="1001"))
    refused("not-yours", commission, "cec", "auditor", ManualOnly(station="1001"))
    decide(commission, "dec-02", "district", ManualOnly(station="5001"))
    assert commission.desk.registry.manual_only("small", "5001")


@pytest.mark.parametrize("body", ["tec-1", "dec-01"])
def test_only_the_central_commission_revokes_releases_and_chooses(commission: Commission, body: str) -> None:
    commission.take(commission.sealed(commission.box()))
    role: Role = "territorial" if body == "tec-1" else "district"
    for measure in (
        RevokeBox(box="ABB-000001"),
        ReleaseReport(box="ABB-000001"),
        ChooseReport(box="ABB-000001", sealed_sha256="0" * 64),
    ):
        refused("not-yours", commission, body, role, measure)
    decide(commission, "cec", "central", ReleaseReport(box="ABB-000001"))


def test_an_act_in_the_name_of_another_commission_is_refused(commission: Commission) -> None:
    act = Act(
        election="small",
        number="1",
        day=commission.election.day,
        body="cec",
        reason="Decided in a test.",
        entered=commission.evening,
        measures=(ManualOnly(station="1001"),),
    )
    with pytest.raises(ShailooError) as caught:
        record_act(act, commission.desk.registry, (appointed("tec-1", "territorial"),), commission.store)
    assert caught.value.code == "not-yours"


@pytest.mark.parametrize(
    "measure",
    [
        JoinReserveBox(box="ABB-000001", station="1001"),
        JoinReserveBox(box="ABB-999999", station="1001"),
        JoinReserveBox(box=RESERVE, station="7777"),
        RevokeBox(box="ABB-999999"),
        ReleaseReport(box="ABB-000001"),
        ChooseReport(box="ABB-000001", sealed_sha256="0" * 64),
        ManualOnly(station="7777"),
    ],
)
def test_an_act_about_what_is_not_there_is_refused(commission: Commission, measure: Measure) -> None:
    refused("bad-act", commission, "cec", "central", measure)


def test_either_report_of_a_conflict_can_be_chosen_and_no_third(commission: Commission) -> None:
    box = commission.box()
    uploads = [commission.sealed(box.with_(seed=seed)) for seed in (1, 2)]
    for data in uploads:
        commission.take(data)
    for at, data in enumerate(uploads):
        decide(commission, "cec", "central", ChooseReport(box=box.box, sealed_sha256=digest(data)), number=str(at))
    refused("bad-act", commission, "cec", "central", ChooseReport(box=box.box, sealed_sha256="1" * 64))


def test_the_same_act_again_is_one_record_and_another_with_its_number_is_refused(commission: Commission) -> None:
    first = decide(commission, "cec", "central", RevokeBox(box="ABB-000001"))
    again = first.model_copy(update={"entered": commission.evening + timedelta(minutes=9)})
    assert record_act(again, commission.desk.registry, None, commission.store) == first
    with pytest.raises(ShailooError) as caught:
        decide(commission, "cec", "central", RevokeBox(box="ABB-000002"))
    assert caught.value.code == "act-number-taken"
    assert commission.store.last() == 1


def test_an_appointment_counts_until_it_is_revoked_and_can_be_made_again() -> None:
    store, registry = MemoryStore(), Registry({"small": small_election()})
    told = {"registry": registry, "store": store, "now": EVENING}

    def make() -> Appointment:
        return appoint(AIDA, "pec-1001", "precinct", by=None, registry=registry, store=store, now=EVENING)

    first = make()
    assert make() == first
    assert registry.appointments(AIDA) == (first,)
    gone = revoke_appointment(AIDA, "pec-1001", by=None, registry=registry, store=store, now=EVENING)
    assert (gone.version, gone.active) == (2, False)
    assert registry.appointments(AIDA) == ()
    assert make().version == 3
    assert [one.person for one in registry.appointed()] == [AIDA]
    assert store.last() == 3
    assert told["store"] is store


@pytest.mark.parametrize(
    ("commission", "role"),
    [
        ("pec-7777", "precinct"),
        ("pec-1001", "central"),
        ("1001", "precinct"),
        ("tec-1", "district"),
        ("dec-01", "territorial"),
        ("cec", "precinct"),
        ("tec-9", "territorial"),
    ],
)
def test_nobody_is_appointed_to_what_is_not_there(commission: str, role: Role) -> None:
    with pytest.raises(ShailooError) as caught:
        appoint(
            AIDA,
            commission,
            role,
            by=None,
            registry=Registry({"small": small_election()}),
            store=MemoryStore(),
            now=EVENING,
        )
    assert caught.value.code == "bad-appointment"


def test_only_the_central_commission_appoints_and_revokes() -> None:
    store, registry = MemoryStore(), Registry({"small": small_election()})
    for by in ((), (appointed("tec-1", "territorial"),), (appointed("cec", "auditor"),)):
        with pytest.raises(ShailooError) as caught:
            appoint(AIDA, "cec", "central", by=by, registry=registry, store=store, now=EVENING)
        assert caught.value.code == "not-yours"
    central = (appointed("cec", "central"),)
    appoint(AIDA, "tec-1", "territorial", by=central, registry=registry, store=store, now=EVENING)
    with pytest.raises(ShailooError):
        revoke_appointment(AIDA, "tec-1", by=(), registry=registry, store=store, now=EVENING)
    with pytest.raises(ShailooError) as caught:
        revoke_appointment(AIDA, "tec-2", by=central, registry=registry, store=store, now=EVENING)
    assert caught.value.code == "bad-appointment"
    assert not revoke_appointment(AIDA, "tec-1", by=central, registry=registry, store=store, now=EVENING).active


def test_a_registry_that_follows_step_by_step_knows_what_one_that_reads_all_knows(commission: Commission) -> None:
    decide(commission, "cec", "central", RevokeBox(box="ABB-000001"), JoinReserveBox(box=RESERVE, station="1001"))
    commission.take(commission.sealed(commission.box("1002")))
    late = Registry({"small": commission.election})
    late.take(commission.store.feed(0))
    late.take(commission.store.feed(0))
    assert late.upto == commission.store.last() == 2
    assert late.boxes_at("small", "1001") == commission.desk.registry.boxes_at("small", "1001")
    assert [(one.box, one.revoked) for one in late.boxes_at("small", "1001")] == [
        ("ABB-000001", True),
        (RESERVE, False),
    ]


def test_a_person_is_known_by_a_digest_that_depends_on_the_provider_too() -> None:
    assert len({AIDA, person_of("https://id.example", "aida2"), person_of("https://id2.example", "aida")}) == 3


def test_refusals_are_counted_up_to_the_cap_and_none_is_lost_between_counters() -> None:
    items = MemoryStore()
    hour = hour_of(EVENING)
    assert hour == "2025-06-01T14"
    assert refusals_counted(items, hour, "bad-seal") == 0
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: count_refusals(items, hour, "bad-seal", 7), range(12)))
    assert refusals_counted(items, hour, "bad-seal") == 84
    count_refusals(items, hour, "bad-seal", CAP)
    count_refusals(items, hour, "bad-seal", 1)
    assert refusals_counted(items, hour, "bad-seal") == CAP
    assert items.last() == 0
