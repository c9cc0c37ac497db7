"""Why people came and left is told of crowds, never of names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shailoo.model.voter_list import ADDITIONS, ChangeReason, StationChange
from shailoo.rules.voter_groups import COUNTRY, K, tree
from shailoo.rules.voter_reasons import Flow, ReasonClass, flows, reasons_of_region

NOBODY = Flow(0, 0, None, None)
PLACES = {
    "1001": ("north", "tec-1"), "1002": ("north", "tec-1"), "1003": ("north", "tec-1"),
    "2001": ("north", "tec-2"), "3001": ("south", "tec-3"), "3002": ("south", "tec-3"),
}  # fmt: skip
changes = st.lists(
    st.builds(StationChange, st.sampled_from(sorted(PLACES)), st.sampled_from(list(ChangeReason)), st.integers(1, 60)),
    max_size=40,
)


def _told(flow: Flow, way: int) -> dict[ReasonClass, int] | None:
    told = (flow.came_for, flow.gone_for)[way]
    return None if told is None else dict(told)


@given(changes)
def test_every_reason_that_is_told_is_one_of_two_with_enough_people(found: list[StationChange]) -> None:
    for flow in flows(found, PLACES, whole=True).values():
        for told in (flow.came_for, flow.gone_for):
            if told is not None:
                some = [people for people in told.values() if people]
                assert len(some) > 1
                assert min(some) >= K


@given(changes)
def test_what_a_place_tells_less_what_its_parts_tell_is_enough_people_or_nobody(found: list[StationChange]) -> None:
    told = flows(found, PLACES, whole=True)
    for parent, children in tree(PLACES, {change.station for change in found}).items():
        for way in (0, 1):
            whole = _told(told[parent], way) if parent in told else None
            parts = [_told(told[child], way) for child in children if child in told]
            if whole is None:
                assert all(part is None for part in parts)
                continue
            rest = {r: n - sum((part or {}).get(r, 0) for part in parts) for r, n in whole.items()}
            some = [people for people in rest.values() if people]
            assert not some or (len(some) > 1 and min(some) >= K)


@given(changes)
def test_all_who_came_and_left_are_counted_whatever_is_told(found: list[StationChange]) -> None:
    told = flows(found, PLACES, whole=False)
    assert told[COUNTRY].came == sum(change.people for change in found if change.reason in ADDITIONS)
    assert told[COUNTRY].gone == sum(change.people for change in found if change.reason not in ADDITIONS)
    assert all(flow.came_for is None and flow.gone_for is None for flow in told.values())


def fine(found: list[StationChange], region: str) -> dict[ReasonClass, int]:
    mine = [change for change in found if PLACES[change.station][0] == region]
    return dict(reasons_of_region(mine, flows(found, PLACES, whole=True).get(f"region/{region}", NOBODY)))


@given(changes)
def test_a_region_tells_a_fine_reason_only_of_enough_people(found: list[StationChange]) -> None:
    for region in ("north", "south"):
        told = fine(found, region)
        assert all(people >= K for people in told.values())
        flow = flows(found, PLACES, whole=True).get(f"region/{region}", NOBODY)
        known = sum(told.get(reason, 0) for reason in (ReasonClass.CAME_OF_AGE, ReasonClass.REGISTERED))
        if known and ReasonClass.OTHER not in told:
            assert flow.came - known == 0 or flow.came - known >= K


def test_at_a_station_death_and_conviction_are_one_word() -> None:
    found = [
        StationChange("3001", ChangeReason.DIED, 15),
        StationChange("3001", ChangeReason.CONVICTED, 12),
        StationChange("3001", ChangeReason.MOVED_OUT, 20),
        StationChange("3002", ChangeReason.DIED, 15),
        StationChange("3002", ChangeReason.MOVED_OUT, 20),
    ]
    told = flows(found, PLACES, whole=True)
    assert told["station/3001"].gone_for == {ReasonClass.LEFT: 27, ReasonClass.MOVED_OUT: 20}
    assert fine(found, "south") == {ReasonClass.DIED: 30, ReasonClass.CONVICTED: 12}


def test_a_reason_with_few_people_is_told_together_with_another() -> None:
    found = [
        StationChange("3001", ChangeReason.MOVED_OUT, 20),
        StationChange("3001", ChangeReason.DIED, 40),
        StationChange("3001", ChangeReason.CONVICTED, 1),
        StationChange("3001", ChangeReason.ABSENT, 12),
    ]
    assert fine(found, "south") == {ReasonClass.DIED: 40, ReasonClass.OTHER: 13}
    assert fine(found[:3], "south") == {}
    assert fine(found[1:], "south") == {}
