"""How a list is cut into pages: whole, in order, within bounds, and so that one more name changes one page."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.voters.list_pages import FIRST, LEAST, MOST, leaves
from shailoo.model.voter_list import PersonName

SURNAMES = st.text("абвгүө", min_size=1, max_size=3)
PEOPLE = st.lists(SURNAMES, max_size=120).map(lambda found: [PersonName(one, "А", "") for one in sorted(found)])


def person(surname: str) -> PersonName:
    return PersonName(surname, "Асан", "")


def many(rng: random.Random, count: int) -> list[PersonName]:
    """Surnames that are shared by a few people each, as in a village."""
    letters = "абвгдежзийклмно"
    names = ["".join(rng.choices(letters, k=4)) for _ in range(count // 2)]
    return sorted(person(rng.choice(names)) for _ in range(count))


@given(PEOPLE)
def test_every_name_stands_on_exactly_one_page_in_order(people: list[PersonName]) -> None:
    pages = leaves(people, least=5, most=12)
    assert [one for leaf in pages for one in people[leaf.start : leaf.end]] == people
    assert len({leaf.key for leaf in pages}) == len(pages)
    assert [leaf.key for leaf in pages[:1]] == [FIRST] * bool(people)


@given(PEOPLE)
def test_a_surname_stands_on_two_pages_only_when_one_page_cannot_hold_it(people: list[PersonName]) -> None:
    pages = leaves(people, least=5, most=12)
    assert all(leaf.end - leaf.start <= 12 for leaf in pages)
    for leaf in pages[1:]:
        surname = people[leaf.start].surname
        if people[leaf.start - 1].surname == surname:
            assert sum(one.surname == surname for one in people) > 12


@given(PEOPLE, SURNAMES)
def test_a_page_that_begins_with_the_same_surname_keeps_its_address(people: list[PersonName], surname: str) -> None:
    before = {people[leaf.start].surname: leaf.key for leaf in leaves(people, least=5, most=12)[1:]}
    longer = sorted([*people, PersonName(surname, "А", "")])
    after = {longer[leaf.start].surname: leaf.key for leaf in leaves(longer, least=5, most=12)[1:]}
    shared = [one for one in before.keys() & after.keys() if sum(p.surname == one for p in longer) <= 12]
    assert all(before[one] == after[one] for one in shared)


def test_one_more_name_changes_one_page_and_seldom_two() -> None:
    rng = random.Random(4)
    changed = []
    for _ in range(300):
        people = many(rng, rng.randrange(700, 2600))
        longer = sorted([*people, person("".join(rng.choices("абвгдежзийклмно", k=4)))])
        pages = {(leaf.key, tuple(people[leaf.start : leaf.end])) for leaf in leaves(people)}
        changed.append(sum((leaf.key, tuple(longer[leaf.start : leaf.end])) not in pages for leaf in leaves(longer)))
    assert min(changed) == 1
    assert sum(changed) / len(changed) < 1.2
    assert sum(one > 2 for one in changed) < len(changed) // 50


def test_pages_hold_two_to_six_hundred_names() -> None:
    people = many(random.Random(2), 2500)
    sizes = [leaf.end - leaf.start for leaf in leaves(people)]
    assert min(sizes) >= LEAST
    assert max(sizes) <= MOST
    assert [leaf.end for leaf in leaves(people[:LEAST])] == [LEAST]


def test_a_surname_of_a_whole_village_is_cut_all_the_same() -> None:
    sizes = [leaf.end - leaf.start for leaf in leaves([person("Асанов")] * (2 * MOST + 1))]
    assert sizes == [MOST, MOST, 1]


def test_bounds_that_cannot_be_kept_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot always be cut"):
        leaves([], least=10, most=19)
