"""A small installation of Tizme for the tests of its publisher: people with planted secrets, stations, versions.

`lists` and `register` satisfy the ports in memory; everything is drawn from a seeded generator. The secrets of a person
(PIN, birth, street, person number) are known here and must be nowhere in public.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from builder.voters.publish import Published, TizmePublisher
from shailoo.ids import Digest, RegionId, StationNo
from shailoo.model.voter_list import (
    Area,
    Centre,
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
_ROOTS = ("Абды", "Байыш", "Жумабай", "Иса", "Кадыр", "Мамбет", "Нурмат", "Ңур", "Осмон", "Өмүр", "Сыдык", "Токтогул",
          "Усен", "Үсөн", "Чыныбай", "Эсен")  # fmt: skip
_ENDINGS = ("ов", "аков", "аев", "беков", "кулов", "ев", "алиев", "баев")
_NUMBERS = "the pages of these tests have no numbers: see tests/voters/fake_lists.py for lists that have them"
_NAMES = ("Азамат", "Бакыт", "Данияр", "Мирлан", "Өмүрбек", "Улан")


@dataclass(frozen=True, slots=True)
class Secret:
    """Somebody who does not exist, with what must not be published of them."""

    person: str
    pin: str
    birth: str
    street: str
    name: PersonName


def somebody(rng: random.Random, number: int, surname: str = "") -> Secret:
    """Draw a person."""
    surname = surname or rng.choice(_ROOTS) + rng.choice(_ENDINGS) + rng.choice(("", "", "ич", "ский"))
    name = PersonName(surname, rng.choice(_NAMES), rng.choice(("", f"{rng.choice(_NAMES)} уулу")))
    day = date(1930, 1, 1) + timedelta(days=rng.randrange(28_000))
    return Secret(
        f"PN-{number:08d}",
        f"2{day:%d%m%Y}{rng.randrange(10**5):05d}",
        day.isoformat(),
        f"Жашыруун-{number} көчөсү",
        name,
    )


def alphabetical(name: PersonName) -> tuple[tuple[int, ...], ...]:
    """The order of the Kyrgyz alphabet."""
    return tuple(tuple(ALPHABET.find(letter) for letter in part.casefold()) for part in name)


Stands = dict[str, list[Secret]]
"""Station -> its people; "" is the queue."""


class Lists:
    """`VoterLists` in memory."""

    def __init__(self) -> None:
        self.versions: list[tuple[VoterListMade, Stands]] = []

    def make(
        self, stands: Stands, stage: ListStage = ListStage.PERMANENT, election: str | None = None
    ) -> VoterListMade:
        """Add a version."""
        number = len(self.versions) + 1
        ordered = {
            station: sorted(people, key=lambda one: (alphabetical(one.name), one.person))
            for station, people in stands.items()
        }
        day = date(2026, 8, 1) + timedelta(days=number)
        digests = {StationNo(s): shown_digest(StationNo(s), [p.name for p in v]) for s, v in ordered.items() if s and v}
        record = VoterListMade(
            number=number,
            stage=stage,
            election=election,
            as_of=day,
            made=datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
            because="import",
            extract="a" * 64,
            register_number=1,
            voters=sum(len(people) for station, people in stands.items() if station),
            queued=len(stands.get("", ())),
            stations=len(digests),
            refused=0,
            folder=f"{number:06d}-{'b' * 12}",
            salted_root="c" * 64,
            shown_root=shown_root(digests),
            synthetic=True,
        )
        self.versions.append((record, ordered))
        return record

    def made(self) -> Sequence[VoterListMade]:
        return tuple(record for record, _ in self.versions)

    def people(self, number: int, stations: Sequence[StationNo]) -> Iterator[tuple[StationNo, list[PersonName]]]:
        for station in stations:
            yield station, [one.name for one in self._stands(number).get(station, ())]

    def totals(self, number: int) -> Mapping[str, int]:
        return {station: len(people) for station, people in self._stands(number).items() if people}

    def digests(self, number: int) -> Mapping[StationNo, Digest]:
        stands = self._stands(number)
        return {StationNo(s): shown_digest(StationNo(s), [p.name for p in v]) for s, v in stands.items() if s and v}

    def changed(self, before: int, after: int) -> frozenset[StationNo]:
        raise AssertionError(_NUMBERS, before, after)

    def cells(self, number: int) -> Sequence[VoterCell]:
        raise AssertionError(_NUMBERS, number)

    def touched(self, before: int, after: int) -> Sequence[TouchedCell]:
        raise AssertionError(_NUMBERS, before, after)

    def changes(self, before: int, after: int) -> Sequence[StationChange]:
        raise AssertionError(_NUMBERS, before, after)

    def disabled(self, number: int) -> Mapping[RegionId, int]:
        raise AssertionError(_NUMBERS, number)

    def _stands(self, number: int) -> Stands:
        return self.versions[number - 1][1]


@dataclass
class Register:
    """`AddressRegister` in memory."""

    number: int
    stations: tuple[Centre, ...]

    def regions(self) -> Sequence[Area]:
        return (
            Area("bishkek", "", ("Бишкек шаары", "город Бишкек", "Bishkek city")),
            Area("chuy", "", ("Чүй облусу", "Чуйская область", "Chuy oblast")),
            Area("abroad", "", ("Чет өлкө", "За рубежом", "Abroad")),
        )

    def rayons(self) -> Sequence[Area]:
        return (Area("alamudun", "chuy", ("Аламүдүн району", "Аламудунский район", "Alamudun rayon")),)

    def commissions(self) -> Sequence[Area]:
        return (
            Area("tec-01", "bishkek", ("Биринчи май АШК", "Первомайская ТИК", "Pervomaiskii TEC")),
            Area("tec-11", "chuy", ("Аламүдүн АШК", "Аламудунская ТИК", "Alamudun TEC")),
            Area("tec-mfa", "abroad", ("Чет өлкөдөгү участкалар", "Участки за рубежом", "Stations abroad")),
        )

    def centres(self) -> Sequence[Centre]:
        return self.stations

    def settlements(self) -> Sequence[Settlement]:
        return ()

    def runs(self, settlement: str) -> Sequence[HouseRun]:
        del settlement
        return ()

    def consulates(self) -> Sequence[tuple[str, StationNo]]:
        return (("RU", StationNo("9001")),)

    def boundaries(self) -> Mapping[StationNo, Mapping[str, object]]:
        return {}


def centre(number: str, region: str, tec: str, at: tuple[int, int], zone: str = "Asia/Bishkek") -> Centre:
    town = {
        "bishkek": ("Бишкек", "Бишкек", "Bishkek"),
        "chuy": ("Лебединовка", "Лебединовка", "Lebedinovka"),
        "abroad": ("Москва", "Москва", "Moscow"),
    }[region]
    ky, ru, en = town
    return Centre(
        station=StationNo(number),
        kind="abroad" if region == "abroad" else "domestic",
        region=RegionId(region),
        rayon="alamudun" if region == "chuy" else "",
        tec=tec,
        zone=zone,
        latitude_e5=at[0],
        longitude_e5=at[1],
        name=(f"{ky}, {int(number) % 100}", f"{ru}, {int(number) % 100}", f"{en}, {int(number) % 100}"),
        building=("№ 6 орто мектеп", "Средняя школа № 6", "Secondary school No. 6"),
        address=(f"{ky} ш., Манас проспектиси, 101", f"г. {ru}, просп. Манаса, 101", f"{en}, Manas avenue, 101"),
        opens="08:00",
        closes="20:00",
        step_free="yes" if int(number) % 2 else "unknown",
        phone="+996 312 123456",
    )


CENTRES = (
    centre("1001", "bishkek", "tec-01", (4287000, 7459000)),
    centre("1002", "bishkek", "tec-01", (4288000, 7461000)),
    centre("1003", "bishkek", "tec-01", (4286500, 7462000)),
    centre("7001", "chuy", "tec-11", (4280000, 7465000)),
    centre("7002", "chuy", "tec-11", (4275000, 7470000)),
    centre("9001", "abroad", "tec-mfa", (5575600, 3761700), "Europe/Moscow"),
)


def people(seed: int = 1, sizes: Mapping[str, int] | None = None) -> Stands:
    """Stations of several sizes: a list of many pages, short ones, an empty one, and a queue."""
    rng = random.Random(seed)
    number = 0
    stands: Stands = {}
    for station, size in (sizes or {"1001": 1900, "1002": 650, "1003": 40, "7001": 1, "9001": 300, "": 7}).items():
        stands[station] = []
        for _ in range(size):
            number += 1
            stands[station].append(somebody(rng, number))
    return stands


@dataclass
class Installation:
    """An installation on disk and what it publishes."""

    room: Path
    cache: Path
    lists: Lists = field(default_factory=Lists)
    register: Register = field(default_factory=lambda: Register(1, CENTRES))

    @property
    def public(self) -> Path:
        return self.room / "public"

    def publisher(self, **options: Any) -> TizmePublisher:  # noqa: ANN401 -- what one test needs; checked where it arrives
        made = self.lists.made()
        known: dict[str, Any] = {
            "families": (),
            "processes": 1,
            "elections": {"small": ("Чакан шайлоо", "Маленькие выборы", "The small election")},
        }
        return TizmePublisher(
            self.public,
            self.cache,
            self.room / "state",
            lists=self.lists,
            register=self.register,
            made=made,
            next_update=made[-1].as_of + timedelta(days=30),
            **(known | options),
        )

    def publish(self, **options: Any) -> Published:  # noqa: ANN401 -- as above
        return self.publisher(**options).publish()

    def files(self) -> dict[str, bytes]:
        """Every public file below `/tizme/` but the theme's."""
        root = self.public / "tizme"
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and "assets/" not in path.as_posix()
        }

    def anew(self, room: Path) -> Installation:
        """The same lists, published nowhere yet."""
        return replace(self, room=room)
