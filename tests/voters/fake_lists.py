"""A small country with three versions of its voter list, in memory: `lists` and `register` for whoever publishes.

Both satisfy the ports `VoterLists` and `AddressRegister` and shout when asked for a version that was never made. Nobody
here is real; everything is drawn from a seeded generator, so the same arguments give the same country.

    tizme = small_tizme()  # 2 regions and abroad, 3 rayons, 8 stations, about 400 people, 3 versions
    tizme = small_tizme(people=9_000, growth=40)
    lists = FakeLists(); lists.make({...})      # or version by version
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from builder.voters.drawn import Tizme
from shailoo.ids import Digest, RegionId, StationNo
from shailoo.model.voter_list import (
    AGE_BANDS,
    Area,
    Centre,
    ChangeReason,
    HouseRun,
    ListStage,
    PersonName,
    Settlement,
    StationChange,
    TouchedCell,
    VoterCell,
    VoterListMade,
)
from shailoo.rules.shown_list import shown_digest, shown_root

ALPHABET = "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя"
FIRST_TIME_BELOW = 20
"""In this country everybody below twenty has never voted."""
_SURNAMES = ("Асанов", "Бакиров", "Ёлкин", "Жумабаев", "Исаков", "Нурматов", "Ңуриев", "Осмонов",
             "Өмүров", "Токтогулов", "Усенов", "Үсөнов", "Чыныбаев", "Эсенов")  # fmt: skip
_MEN = ("Азамат", "Бакыт", "Данияр", "Мирлан", "Нурбек", "Өмүрбек", "Улан", "Эрмек")
_WOMEN = ("Айгүл", "Бегимай", "Гүлнара", "Жылдыз", "Мээрим", "Назгүл", "Салтанат", "Чынара")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    id: str
    name: PersonName
    sex: Literal["f", "m"]
    birth: date
    disability: bool = False


Stands = Mapping[str, tuple[Person, str]]
"""Person number -> the person and their station, "" in the queue."""


def alphabetical(name: PersonName) -> tuple[tuple[int, ...], ...]:
    """The order of the Kyrgyz alphabet, word by word."""
    return tuple(tuple(ALPHABET.find(letter) for letter in part.casefold()) for part in name)


def age(birth: date, day: date) -> int:
    """Completed years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


class FakeLists:
    """`VoterLists` in memory. Versions are numbered from 1 as they are made."""

    def __init__(self) -> None:
        self._made: list[VoterListMade] = []
        self._stands: list[dict[str, tuple[Person, str]]] = []
        self._reasons: dict[tuple[int, str], ChangeReason] = {}

    def make(
        self,
        stands: Stands,
        *,
        as_of: date | None = None,
        stage: ListStage = ListStage.PERMANENT,
        election: str | None = None,
        reasons: Mapping[str, ChangeReason] | None = None,
    ) -> VoterListMade:
        """Add a version. `reasons`: why a person left, or BOUNDARIES_IN for one whom new boundaries moved."""
        number = len(self._made) + 1
        day = as_of or date(2026, 7, 1) + timedelta(days=31 * number)
        self._stands.append(dict(stands))
        for person, reason in (reasons or {}).items():
            self._reasons[number, person] = reason
        on_lists = [station for _, station in stands.values() if station]
        seal = hashlib.sha256(f"version {number}".encode()).hexdigest()
        record = VoterListMade(
            number=number,
            stage=stage,
            election=election,
            as_of=day,
            made=datetime(day.year, day.month, day.day, 3, 0, tzinfo=UTC),
            because="import",
            extract=seal,
            register_number=1,
            voters=len(on_lists),
            queued=len(stands) - len(on_lists),
            stations=len(set(on_lists)),
            refused=0,
            folder=f"{number:06d}-{seal[:12]}",
            salted_root=seal,
            shown_root=shown_root(self.digests(number)),
            synthetic=True,
        )
        self._made.append(record)
        return record

    def stands(self, number: int) -> Stands:
        """Who stands where: for tests that must know better than the public does."""
        return self._version(number)

    def made(self) -> Sequence[VoterListMade]:
        return tuple(self._made)

    def people(self, number: int, stations: Sequence[StationNo]) -> Iterator[tuple[StationNo, list[PersonName]]]:
        lists = self._lists(number)
        for station in stations:
            yield station, lists.get(station, [])

    def totals(self, number: int) -> Mapping[str, int]:
        return Counter(station for _, station in self._version(number).values())

    def changed(self, before: int, after: int) -> frozenset[StationNo]:
        old, new = (_by_station(self._version(number)) if number else {} for number in (before, after))
        return frozenset(StationNo(s) for s in old.keys() | new.keys() if s and old.get(s) != new.get(s))

    def cells(self, number: int) -> Sequence[VoterCell]:
        counted = Counter(self._located(number).values())
        return [VoterCell(*cell, voters) for cell, voters in sorted(counted.items())]

    def touched(self, before: int, after: int) -> Sequence[TouchedCell]:
        old, new = (self._located(number) if number else {} for number in (before, after))
        moved = [person for person in old.keys() | new.keys() if old.get(person) != new.get(person)]
        entered = Counter(new[person] for person in moved if person in new)
        left = Counter(old[person] for person in moved if person in old)
        return [TouchedCell(*cell, entered[cell], left[cell]) for cell in sorted(entered.keys() | left.keys())]

    def changes(self, before: int, after: int) -> Sequence[StationChange]:
        old, new = (self._version(number) if number else {} for number in (before, after))
        counted: Counter[tuple[str, ChangeReason]] = Counter()
        for person in old.keys() | new.keys():
            was = old[person][1] if person in old else None
            now = new[person][1] if person in new else None
            if was == now:
                continue
            given = next(
                (self._reasons[n, person] for n in range(after, before, -1) if (n, person) in self._reasons), None
            )
            if was is None and now is not None:
                eighteen = age(new[person][0].birth, self._made[after - 1].as_of) == AGE_BANDS[0]
                counted[now, ChangeReason.CAME_OF_AGE if eighteen else ChangeReason.REGISTERED] += 1
            elif now is None and was is not None:
                counted[was, given or ChangeReason.ABSENT] += 1
            elif was is not None and now is not None:
                by_boundaries = given is ChangeReason.BOUNDARIES_IN
                counted[now, ChangeReason.BOUNDARIES_IN if by_boundaries else ChangeReason.MOVED_IN] += 1
                counted[was, ChangeReason.BOUNDARIES_OUT if by_boundaries else ChangeReason.MOVED_OUT] += 1
        return [StationChange(station, reason, people) for (station, reason), people in sorted(counted.items())]

    def disabled(self, number: int) -> Mapping[RegionId, int]:
        regions = {centre.station: centre.region for centre in CENTRES}
        found = Counter(
            regions[StationNo(station)]
            for person, station in self._version(number).values()
            if person.disability and station
        )
        return {region: found[region] for region in sorted(found)}

    def digests(self, number: int) -> Mapping[StationNo, Digest]:
        return {station: shown_digest(station, names) for station, names in sorted(self._lists(number).items())}

    def _version(self, number: int) -> dict[str, tuple[Person, str]]:
        if not 1 <= number <= len(self._stands):
            message = f"version {number} was never made: there are {len(self._stands)}"
            raise LookupError(message)
        return self._stands[number - 1]

    def _lists(self, number: int) -> dict[StationNo, list[PersonName]]:
        found: dict[StationNo, list[tuple[PersonName, str]]] = defaultdict(list)
        for person, station in self._version(number).values():
            if station:
                found[StationNo(station)].append((person.name, person.id))
        return {
            station: [name for name, _ in sorted(people, key=lambda one: (alphabetical(one[0]), one[1]))]
            for station, people in found.items()
        }

    def _located(self, number: int) -> dict[str, tuple[str, Literal["f", "m"], int, bool]]:
        day = self._made[number - 1].as_of
        located = {}
        for person, station in self._version(number).values():
            if station:
                years = age(person.birth, day)
                band = max(n for n, first in enumerate(AGE_BANDS) if years >= first)
                located[person.id] = (station, person.sex, band, years < FIRST_TIME_BELOW)
        return located


def _by_station(stands: Stands) -> dict[str, set[tuple[str, PersonName]]]:
    found: dict[str, set[tuple[str, PersonName]]] = defaultdict(set)
    for person, station in stands.values():
        found[station].add((person.id, person.name))
    return found


# --- the country ---

_PLACES = (
    # station, kind, region, rayon, tec, zone, latitude, longitude, settlement
    ("1001", "domestic", "bishkek", "bishkek", "tec-01", "Asia/Bishkek", 4287000, 7459000, "bishkek"),
    ("1002", "domestic", "bishkek", "bishkek", "tec-01", "Asia/Bishkek", 4288000, 7461000, "bishkek"),
    ("1003", "domestic", "bishkek", "bishkek", "tec-01", "Asia/Bishkek", 4286000, 7462000, "bishkek"),
    ("7001", "domestic", "chuy", "alamudun", "tec-11", "Asia/Bishkek", 4280000, 7465000, "lebedinovka"),
    ("7002", "domestic", "chuy", "alamudun", "tec-11", "Asia/Bishkek", 4275000, 7470000, "koy-tash"),
    ("7101", "domestic", "chuy", "ysyk-ata", "tec-12", "Asia/Bishkek", 4289000, 7520000, "kant"),
    ("7102", "domestic", "chuy", "ysyk-ata", "tec-12", "Asia/Bishkek", 4283000, 7530000, "ivanovka"),
    ("9001", "abroad", "abroad", "", "tec-mfa", "Europe/Moscow", 5575600, 3761700, ""),
)
_TOWNS = {
    "bishkek": ("city", "bishkek", "bishkek", ("Бишкек", "Бишкек", "Bishkek")),
    "lebedinovka": ("village", "chuy", "alamudun", ("Лебединовка", "Лебединовка", "Lebedinovka")),
    "koy-tash": ("village", "chuy", "alamudun", ("Кой-Таш", "Кой-Таш", "Koy-Tash")),
    "kant": ("city", "chuy", "ysyk-ata", ("Кант", "Кант", "Kant")),
    "ivanovka": ("village", "chuy", "ysyk-ata", ("Ивановка", "Ивановка", "Ivanovka")),
}


def _centre(place: tuple[str, str, str, str, str, str, int, int, str]) -> Centre:
    no, kind, region, rayon, tec, zone, latitude, longitude, town = place
    ky, ru, en = _TOWNS[town][3] if town else ("Москва", "Москва", "Moscow")
    return Centre(
        station=StationNo(no),
        kind=kind,
        region=RegionId(region),
        rayon=rayon,
        tec=tec,
        zone=zone,
        latitude_e5=latitude,
        longitude_e5=longitude,
        name=(f"{ky}, {no}", f"{ru}, {no}", f"{en}, {no}"),
        building=(f"№{int(no) % 97} мектеп", f"Школа № {int(no) % 97}", f"School No. {int(no) % 97}"),
        address=(f"{ky}, Манас көчөсү, 1", f"{ru}, ул. Манаса, 1", f"{en}, Manas street, 1"),
        opens="08:00",
        closes="20:00",
        step_free="yes" if int(no) % 2 else "unknown",
        phone="+996 312 000000",
    )


CENTRES = tuple(_centre(place) for place in _PLACES)
_HALF = 900
"""Half the side of a station's square, in 0.00001 degree."""


@dataclass
class FakeRegister:
    """`AddressRegister` in memory."""

    number: int = 1
    stations: tuple[Centre, ...] = CENTRES
    streets: tuple[tuple[str, str, str], ...] = field(
        default=(("Ала-Тоо", "Ала-Тоо", "Ala-Too"), ("Манас", "Манаса", "Manas"), ("Өзгөн", "Узгенская", "Ozgon"))
    )

    def regions(self) -> Sequence[Area]:
        return (
            Area("bishkek", "", ("Бишкек шаары", "город Бишкек", "Bishkek city")),
            Area("chuy", "", ("Чүй облусу", "Чуйская область", "Chuy oblast")),
            Area("abroad", "", ("Чет өлкө", "За рубежом", "Abroad")),
        )

    def rayons(self) -> Sequence[Area]:
        return (
            Area("bishkek", "bishkek", ("Бишкек шаары", "город Бишкек", "Bishkek city")),
            Area("alamudun", "chuy", ("Аламүдүн району", "Аламудунский район", "Alamudun rayon")),
            Area("ysyk-ata", "chuy", ("Ысык-Ата району", "Ысык-Атинский район", "Ysyk-Ata rayon")),
        )

    def commissions(self) -> Sequence[Area]:
        return (
            Area("tec-01", "bishkek", ("Бишкек АШК", "Бишкекская ТИК", "Bishkek TEC")),
            Area("tec-11", "chuy", ("Аламүдүн АШК", "Аламудунская ТИК", "Alamudun TEC")),
            Area("tec-12", "chuy", ("Ысык-Ата АШК", "Ысык-Атинская ТИК", "Ysyk-Ata TEC")),
            Area("tec-mfa", "abroad", ("ТИМ", "МИД", "Ministry of Foreign Affairs")),
        )

    def centres(self) -> Sequence[Centre]:
        return self.stations

    def settlements(self) -> Sequence[Settlement]:
        return tuple(
            Settlement(town, region, rayon, kind, *_middle(town), name)
            for town, (kind, region, rayon, name) in _TOWNS.items()
        )

    def runs(self, settlement: str) -> Sequence[HouseRun]:
        here = [place[0] for place in _PLACES if place[8] == settlement]
        return tuple(
            HouseRun(street, 1 + 40 * n, 40 + 40 * n, "all", StationNo(station))
            for street in self.streets
            for n, station in enumerate(here)
        )

    def consulates(self) -> Sequence[tuple[str, StationNo]]:
        return (("KZ", StationNo("9001")), ("RU", StationNo("9001")))

    def boundaries(self) -> Mapping[StationNo, Mapping[str, object]]:
        return {c.station: _square(c) for c in self.stations if c.kind == "domestic"}


def _middle(town: str) -> tuple[int, int]:
    points = [(place[6], place[7]) for place in _PLACES if place[8] == town]
    return sum(p[0] for p in points) // len(points), sum(p[1] for p in points) // len(points)


def _square(centre: Centre) -> Mapping[str, object]:
    west, east = ((centre.longitude_e5 + d) / 100_000 for d in (-_HALF, _HALF))
    south, north = ((centre.latitude_e5 + d) / 100_000 for d in (-_HALF, _HALF))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


# --- its people ---


def _somebody(rng: random.Random, number: int, birth: date) -> Person:
    sex: Literal["f", "m"] = rng.choice(("f", "m"))
    surname, given, father = rng.choice(_SURNAMES), rng.choice(_MEN if sex == "m" else _WOMEN), rng.choice(_MEN)
    ending = ("а", "кызы") if sex == "f" else ("", "уулу")
    name = PersonName(surname + ending[0], given, rng.choice(("", f"{father} {ending[1]}")))
    return Person(f"P{number:06d}", name, sex, birth, disability=rng.random() < 0.05)


def populate(
    lists: FakeLists,
    *,
    people: int = 400,
    versions: int = 3,
    growth: int = 25,
    seed: int = 1,
    start: date = date(2026, 9, 1),
    step: int = 30,
) -> FakeLists:
    """Make versions `step` days apart. `growth`: newcomers in thousandths of the people; half as many leave or move.

    One person in fifty waits in the queue.
    """
    rng = random.Random(seed)
    stations = [centre.station for centre in CENTRES]
    born = 0
    stands: dict[str, tuple[Person, str]] = {}

    def comes(day: date, eldest: int) -> None:
        nonlocal born
        born += 1
        years = 18 if eldest == 18 else min(rng.randrange(18, eldest), rng.randrange(18, eldest))
        person = _somebody(rng, born, day - timedelta(days=years * 366 + rng.randrange(1, 300)))
        stands[person.id] = (person, "" if rng.random() < 0.02 else rng.choice(stations))

    for _ in range(people):
        comes(start, 95)
    lists.make(stands, as_of=start)
    for version in range(1, versions):
        day = start + timedelta(days=step * version)
        reasons: dict[str, ChangeReason] = {}
        newcomers = len(stands) * growth // 1000
        for person in rng.sample(sorted(stands), min(len(stands), newcomers // 2)):
            del stands[person]
            reasons[person] = rng.choice((ChangeReason.DIED, ChangeReason.ABSENT, ChangeReason.CONVICTED))
        for person in rng.sample(sorted(stands), min(len(stands), newcomers // 2)):
            stands[person] = (stands[person][0], rng.choice(stations))
        for n in range(newcomers):
            comes(day, 18 if n % 2 else 70)
        lists.make(stands, as_of=day, reasons=reasons)
    return lists


def small_tizme(
    *, people: int = 400, versions: int = 3, growth: int = 25, seed: int = 1, register: FakeRegister | None = None
) -> Tizme:
    """The whole small country, as families of pages are given it."""
    lists = populate(FakeLists(), people=people, versions=versions, growth=growth, seed=seed)
    made = tuple(lists.made())
    return Tizme(
        lists=lists,
        register=register or FakeRegister(),
        made=made,
        next_update=made[-1].as_of + timedelta(days=30),
    )


def with_versions(tizme: Tizme, count: int) -> Tizme:
    """The same country as it stood when it had `count` versions."""
    return replace(tizme, made=tizme.made[:count])
