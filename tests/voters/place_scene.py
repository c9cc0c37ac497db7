"""A small country whose address register has every kind of place, for the way by address and the map of stations.

Two regions and abroad. The capital has as many streets as asked for, a town three stations, one village a single
station, one no registered house at all; the last village has a name that would like to be a tag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, cast

from builder.voters.drawn import Tizme
from shailoo.ids import RegionId, StationNo
from shailoo.model.voter_list import Area, Centre, HouseRun, ListStage, Settlement, VoterListMade
from shailoo.ports import VoterLists

HOSTILE = '<script>alert("x")</script>&amp;'
SIDE = 800
"""Side of a station's square, in 0.00001 degree."""
_LETTERS = "АБВГДЖЗИКЛМНОӨПРСТУҮФХЧШЭЮЯ"
_LATIN = "ABVGDJZIKLMNOOPRSTUUFHCSEYY"
_Place = tuple[str, str, str, int, int, int]
_PLACES: tuple[_Place, ...] = (
    # settlement, region, rayon, first station, stations, and how many squares east the first one is
    ("capital", "city", "city", 1001, 6, 0),
    ("town", "north", "upper", 7001, 3, 10),
    ("one", "north", "upper", 7011, 1, 14),
    ("silent", "north", "lower", 7101, 1, 20),
    ("hostile", "north", "lower", 7111, 2, 24),
)
_NAMES = {
    "capital": ("Борбор", "Столица", "Capital"),
    "town": ("Шаарча", "Городок", "Town"),
    "one": ("Жалгыз", "Одинокое", "Lonely"),
    "silent": ("Тынч", "Тихое", "Silent"),
    "hostile": (HOSTILE, HOSTILE, HOSTILE),
}
_PARITIES: tuple[Literal["odd", "even"], ...] = ("odd", "even")


def three(name: str) -> tuple[str, str, str]:
    """One name for the three languages."""
    return (f"{name} ky", f"{name} ru", f"{name} en")


def square(column: int, row: int = 0) -> list[list[float]]:
    """A closed ring, clockwise: not as RFC 7946 wants it. With a float's noise."""
    west, south = (7_450_000 + SIDE * column) / 100_000, (4_280_000 + SIDE * row) / 100_000
    east, north = west + SIDE / 100_000, south + SIDE / 100_000
    return [[west, south], [west, north], [east, north], [east, south], [west, south]]


@dataclass
class Places:
    """`AddressRegister` in memory."""

    streets: int = 40
    number: int = 3

    def regions(self) -> Sequence[Area]:
        return (Area("city", "", three("City")), Area("north", "", three("North")), Area("abroad", "", three("Abroad")))

    def rayons(self) -> Sequence[Area]:
        return (
            Area("city", "city", three("City")),
            Area("upper", "north", three("Upper")),
            Area("lower", "north", three("Lower")),
            Area("empty", "north", three("Empty")),
        )

    def commissions(self) -> Sequence[Area]:
        return (
            Area("tec-1", "city", three("First commission")),
            Area("tec-2", "north", three("Second commission")),
            Area("tec-3", "abroad", three("Ministry")),
        )

    def centres(self) -> Sequence[Centre]:
        inside = [
            _centre(str(first + n), region, rayon, _NAMES[place], east + n)
            for place, region, rayon, first, count, east in _PLACES
            for n in range(count)
        ]
        return (*inside, _centre("9001", "abroad", "", ("Москва", "Москва", "Moscow"), 0))

    def settlements(self) -> Sequence[Settlement]:
        return tuple(
            Settlement(
                place,
                region,
                rayon,
                "city" if count > 2 else "village",
                4_280_400,
                7_450_400 + SIDE * east,
                _NAMES[place],
            )
            for place, region, rayon, _, count, east in _PLACES
        )

    def runs(self, settlement: str) -> Sequence[HouseRun]:
        first, count = next((one[3], one[4]) for one in _PLACES if one[0] == settlement)
        if settlement == "silent":
            return ()
        if settlement == "capital":
            return tuple(run for n in range(self.streets) for run in self._street(n, first, count))
        if settlement == "hostile":
            name = (HOSTILE, HOSTILE, HOSTILE)
            return (
                HouseRun(name, 1, 99_999, "odd", StationNo(str(first))),
                HouseRun(name, 2, 99_999, "even", StationNo(str(first + 1))),
                HouseRun(("", "", ""), 0, 0, "all", StationNo(str(first))),
            )
        names = (("Ала-Тоо көчөсү", "улица Ала-Тоо", "Ala-Too"), ("7-апрель", "ул. 7-го апреля", "7 April"))
        return tuple(
            HouseRun(name, 1 + 40 * n, 40 + 40 * n, "all", StationNo(str(first + n)))
            for name in names
            for n in range(count)
        )

    def consulates(self) -> Sequence[tuple[str, StationNo]]:
        return (("BY", StationNo("9001")), ("RU", StationNo("9001")), ("XX", StationNo("9001")))

    def boundaries(self) -> Mapping[StationNo, Mapping[str, object]]:
        found: dict[StationNo, Mapping[str, object]] = {
            StationNo(str(first + n)): {"type": "Polygon", "coordinates": [square(east + n)]}
            for _, _, _, first, count, east in _PLACES
            for n in range(count)
        }
        apart = [[square(14)], [square(14, 3)]]
        middle = [[(x + 74.664) / 2, (y + 42.804) / 2] for x, y in square(20)]
        found[StationNo("7011")] = {"type": "MultiPolygon", "coordinates": apart}
        found[StationNo("7101")] = {"type": "Polygon", "coordinates": [square(20), middle]}
        return found

    def _street(self, n: int, first: int, count: int) -> list[HouseRun]:
        at = n % len(_LETTERS)
        name = (
            f"{_LETTERS[at]}жар {n} көчөсү",
            f"улица {_LETTERS[(at + n // 7) % len(_LETTERS)]}рская {n}",
            f"{_LATIN[at]}jar {n} street",
        )
        found = [
            HouseRun(
                name, 1 if parity == "odd" else 2, 37 + n % 9 * 2, parity, StationNo(str(first + (n + side) % count))
            )
            for side, parity in enumerate(_PARITIES)
        ]
        return [*found, HouseRun(name, 101, 101 + n % 50, "all", StationNo(str(first + (n + 2) % count)))]


def _centre(no: str, region: str, rayon: str, name: tuple[str, str, str], column: int) -> Centre:
    abroad = region == "abroad"
    return Centre(
        station=StationNo(no),
        kind="abroad" if abroad else "domestic",
        region=RegionId(region),
        rayon=rayon,
        tec={"city": "tec-1", "north": "tec-2"}.get(region, "tec-3"),
        zone="Europe/Moscow" if abroad else "Asia/Bishkek",
        latitude_e5=5_575_600 if abroad else 4_280_400,
        longitude_e5=3_761_700 if abroad else 7_450_400 + SIDE * column,
        name=name,
        building=(f"№ {int(no) % 97} мектеп", f"Школа № {int(no) % 97}", f"School No. {int(no) % 97}"),
        address=(f"{name[0]}, Манас 1", f"{name[1]}, Манаса 1", f"{name[2]}, Manas 1"),
        opens="08:00",
        closes="20:00",
        step_free="yes" if int(no) % 2 else "unknown",
        phone="",
    )


def tizme(register: Places) -> Tizme:
    """The country as families of pages are given it. Nobody lives there: these pages ask for no list."""
    seal = "0" * 64
    made = VoterListMade(
        number=1,
        stage=ListStage.PERMANENT,
        election=None,
        as_of=date(2026, 11, 1),
        made=datetime(2026, 11, 1, 3, 0, tzinfo=UTC),
        because="import",
        extract=seal,
        register_number=register.number,
        voters=0,
        queued=0,
        stations=0,
        refused=0,
        folder=f"000001-{seal[:12]}",
        salted_root=seal,
        shown_root=seal,
        synthetic=True,
    )
    return Tizme(lists=cast("VoterLists", None), register=register, made=(made,), next_update=date(2026, 12, 1))
