"""The small country of the tests keeps its own promises; a fake that adds up wrongly would prove anything."""

from __future__ import annotations

import pytest

from shailoo.model.voter_list import ADDITIONS
from shailoo.ports import AddressRegister, VoterLists
from tests.voters.fake_lists import FakeLists, FakeRegister, alphabetical, populate, small_tizme


def test_the_fakes_are_what_pages_are_given() -> None:
    lists: VoterLists = FakeLists()
    register: AddressRegister = FakeRegister()
    assert register.number == 1
    assert lists.made() == ()


def test_the_same_seed_gives_the_same_country() -> None:
    one, two = (populate(FakeLists(), seed=7) for _ in range(2))
    assert one.made() == two.made()
    assert one.cells(3) == two.cells(3)


def test_counts_of_the_small_country_agree_with_each_other() -> None:
    tizme = small_tizme(people=2_000, growth=60)
    for record in tizme.made:
        totals = dict(tizme.lists.totals(record.number))
        assert sum(totals.values()) == record.voters + record.queued
        in_cells: dict[str, int] = {}
        for cell in tizme.lists.cells(record.number):
            in_cells[cell.station] = in_cells.get(cell.station, 0) + cell.voters
        totals.pop("", None)
        assert in_cells == totals
    before, after = (tizme.lists.totals(n) for n in (2, 3))
    net: dict[str, int] = {}
    for change in tizme.lists.changes(2, 3):
        people = change.people if change.reason in ADDITIONS else -change.people
        net[change.station] = net.get(change.station, 0) + people
    assert all(after.get(s, 0) - before.get(s, 0) == n for s, n in net.items())
    flow: dict[str, int] = {}
    for touched in tizme.lists.touched(2, 3):
        flow[touched.station] = flow.get(touched.station, 0) + touched.entered - touched.left
    assert all(after[s] - before[s] == n for s, n in flow.items())


def test_people_stand_in_the_order_of_the_kyrgyz_alphabet() -> None:
    tizme = small_tizme()
    for _, names in tizme.lists.people(1, [c.station for c in tizme.register.centres()]):
        assert [alphabetical(name) for name in names] == sorted(alphabetical(name) for name in names)


def test_a_version_that_was_never_made_is_refused() -> None:
    with pytest.raises(LookupError, match="never made"):
        FakeLists().totals(1)
