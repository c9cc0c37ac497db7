"""Towns and villages are found by what people type, and never guessed where several have the name."""

from __future__ import annotations

import pytest

from shailoo.model.voter_list import Area, Settlement
from shailoo.rules.place_names import PlaceNames

AREAS = (
    Area("chuy", "", ("Чүй облусу", "Чуйская область", "Chüy oblast")),
    Area("alamudun", "chuy", ("Аламүдүн району", "Аламединский район", "Alamüdün rayon")),
    Area("sokuluk", "chuy", ("Сокулук району", "Сокулукский район", "Sokuluk rayon")),
)
PLACES = PlaceNames(
    (
        Settlement("s1", "chuy", "alamudun", "village", 0, 0, ("Ак-Жар айылы", "село Ак-Жар", "Ak-Zhar village")),
        Settlement("s2", "chuy", "sokuluk", "village", 0, 0, ("Ак-Жар айылы", "село Ак-Жар", "Ak-Zhar village")),
        Settlement("s3", "chuy", "sokuluk", "village", 0, 0, ("Гавриловка", "Гавриловка", "Gavrilovka")),
        Settlement("s4", "chuy", "", "city", 0, 0, ("Өзгөн шаары", "город Узген", "Özgön")),
    ),
    AREAS,
)


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("s3", "s3"), ("гаврил", "s3"), ("ГАВРИЛОВКА ", "s3"), ("Gavrilovka", "s3"), ("Озгон", "s4"), ("узген", "s4"),
        ("Ак-Жар айылы, Сокулук району, Чүй облусу", "s2"), ("ак жар сокулук", "s2"), ("chu", None), ("Ак-Жар", None),
        ("айылы", None), ("Атлантида", None), ("", None), ("--", None), ("Жар" * 90, None),
    ],
)  # fmt: skip
def test_a_name_means_one_place_or_none(typed: str, place: str | None) -> None:
    assert PLACES.resolve(typed) == place


def test_those_who_share_a_name_are_told_apart_by_where_they_are() -> None:
    assert [PLACES.label(one, "ru") for one in PLACES.search("ак-жар")] == [
        "село Ак-Жар, Аламединский район, Чуйская область",
        "село Ак-Жар, Сокулукский район, Чуйская область",
    ]
    assert PLACES.label("nowhere", "en") is None


def test_the_own_name_goes_before_that_of_the_rayon() -> None:
    around = Settlement("s5", "chuy", "sokuluk", "village", 0, 0, ("Сокулук айылы", "село Сокулук", "Sokuluk"))
    village = Settlement("s6", "chuy", "sokuluk", "village", 0, 0, ("Ак-Сай айылы", "село Ак-Сай", "Ak-Sai"))
    places = PlaceNames((village, around), AREAS)
    assert places.search("сокул") == ["s5", "s6"]
    assert places.resolve("сокул") == "s5"
