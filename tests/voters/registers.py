"""A small address register and a small extract, written by hand: two regions, seven stations and one abroad.

Sary (city)       streets with rules by house and side; 1001, 1002, 1003
Kök-Jar           streets with rules and a street without, inside the boundaries of 1004
Ak-Bulak          houses without streets; the boundaries of 1005
Bel               1006 and 1007; some houses lie outside all boundaries and go to the nearest
Chet              no station serves it: its people wait in the queue
abroad            9001 for Russia and Kazakhstan
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from shailoo.model.voter_tables import EXTRACT, REGISTER_FILES

Row = dict[str, str]
Tables = dict[str, list[Row]]


def named(name: str, english: str, **cells: str) -> Row:
    return {**cells, "name_ky": name, "name_ru": name, "name_en": english}


REGIONS = [
    named("Ала облусу", "Ala Oblast", id="ala-oblast", kind="oblast"),
    named("Бел облусу", "Bel Oblast", id="bel-oblast", kind="oblast"),
    named("Чет өлкө", "Abroad", id="abroad", kind="abroad"),
]
RAYONS = [
    named("Сары шаары", "Sary City", id="sary-city", region="ala-oblast"),
    named("Көк району", "Kok Rayon", id="kok-rayon", region="ala-oblast"),
    named("Бел району", "Bel Rayon", id="bel-rayon", region="bel-oblast"),
]
COMMISSIONS = [
    named("Сары АШК", "Sary TEC", id="tec-sary", region="ala-oblast"),
    named("Көк АШК", "Kok TEC", id="tec-kok", region="ala-oblast"),
    named("Бел АШК", "Bel TEC", id="tec-bel", region="bel-oblast"),
]
SETTLEMENTS = {
    # code: region, rayon, kind, latitude, longitude (0.00001 degrees), name in Kyrgyz, in English
    "sary": ("ala-oblast", "sary-city", "city", 42_50000, 74_50000, "Сары", "Sary"),
    "kok-jar": ("ala-oblast", "kok-rayon", "village", 42_60000, 74_60000, "Көк-Жар", "Kok-Jar"),
    "ak-bulak": ("ala-oblast", "kok-rayon", "village", 42_70000, 74_70000, "Ак-Булак", "Ak-Bulak"),
    "bel": ("bel-oblast", "bel-rayon", "village", 41_50000, 73_50000, "Бел", "Bel"),
    "chet": ("bel-oblast", "bel-rayon", "village", 41_90000, 73_90000, "Чет", "Chet"),
}
STREETS = {
    # code: settlement, name in Kyrgyz, in Russian, in Latin letters, latitude of the street
    "sary-lenin": ("sary", "Ленин көчөсү", "улица Ленина", "Lenin Street", 42_50000),
    "sary-manas": ("sary", "Манас проспектиси", "проспект Манаса", "Manas Avenue", 42_50100),
    "sary-abai": ("sary", "Абай көчөсү", "улица Абая", "Abai Street", 42_50200),
    "sary-lane": ("sary", "Абай чолок көчөсү", "переулок Абая", "Abai Lane", 42_50300),
    "kok-jibek": ("kok-jar", "Жибек Жолу көчөсү", "улица Шёлковый Путь", "Silk Road Street", 42_60000),
    "kok-dostuk": ("kok-jar", "Достук көчөсү", "улица Дружбы", "Dostuk Street", 42_60100),
    "kok-bulak": ("kok-jar", "Булак көчөсү", "улица Родниковая", "Bulak Street", 42_60200),
    "bel-talaa": ("bel", "Талаа көчөсү", "улица Полевая", "Talaa Street", 41_50000),
    "bel-tash": ("bel", "Таш көчөсү", "улица Каменная", "Tash Street", 41_50100),
    "bel-alys": ("bel", "Алыс көчөсү", "улица Дальняя", "Alys Street", 41_55000),
    "chet-1": ("chet", "Биринчи көчө", "улица Первая", "First Street", 41_90000),
    "chet-2": ("chet", "Экинчи көчө", "улица Вторая", "Second Street", 41_90100),
}
CENTRES = {
    # station: kind, region, rayon, commission, zone, latitude, longitude
    "1001": ("domestic", "ala-oblast", "sary-city", "tec-sary", "Asia/Bishkek", 42_50000, 74_50000),
    "1002": ("domestic", "ala-oblast", "sary-city", "tec-sary", "Asia/Bishkek", 42_50100, 74_50100),
    "1003": ("domestic", "ala-oblast", "sary-city", "tec-sary", "Asia/Bishkek", 42_50300, 74_50200),
    "1004": ("domestic", "ala-oblast", "kok-rayon", "tec-kok", "Asia/Bishkek", 42_60000, 74_60000),
    "1005": ("domestic", "ala-oblast", "kok-rayon", "tec-kok", "Asia/Bishkek", 42_70000, 74_70000),
    "1006": ("domestic", "bel-oblast", "bel-rayon", "tec-bel", "Asia/Bishkek", 41_50000, 73_50000),
    "1007": ("domestic", "bel-oblast", "bel-rayon", "tec-bel", "Asia/Bishkek", 41_50000, 73_50600),
    "9001": ("abroad", "abroad", "", "tec-sary", "Europe/Moscow", 55_75000, 37_60000),
}
RULES = [
    ("1001", "sary-lenin", 1, 99, "odd"),
    ("1002", "sary-lenin", 2, 98, "even"),
    ("1001", "sary-manas", 1, 9, "all"),
    ("1002", "sary-manas", 10, 99, "all"),
    ("1003", "sary-abai", 1, 99, "all"),
    ("1004", "kok-jibek", 1, 99, "all"),
    ("1004", "kok-dostuk", 1, 99, "all"),
]
BOXES = {
    # station: south, west, north, east (0.00001 degrees)
    "1001": (42_49950, 74_49900, 42_50150, 74_50500),
    "1002": (42_50150, 74_49900, 42_50250, 74_50500),
    "1003": (42_50250, 74_49900, 42_50400, 74_50500),
    "1004": (42_59900, 74_59900, 42_60400, 74_60500),
    "1005": (42_69900, 74_69900, 42_70400, 74_70500),
    "1006": (41_49900, 73_49900, 41_50200, 73_50300),
    "1007": (41_49900, 73_50300, 41_50200, 73_50700),
}
"""Boundaries; 1001 and 1002 meet on a line, so do 1006 and 1007."""
CONSULATES = [("RU", "9001"), ("KZ", "9001")]
HOUSES = 12
"""Of each street, numbered from 1; every street's eighth house has a neighbour 8а."""


def addresses() -> Iterator[Row]:
    """About 150 registered addresses; the second lane of Sary and one house of Bel have no coordinates."""
    for code, (settlement, _ky, _ru, _en, latitude) in STREETS.items():
        west = SETTLEMENTS[settlement][4] - 50
        for number in range(1, HOUSES + 1):
            houses = [str(number), f"{number}а"] if number == 8 else [str(number)]
            for house in houses:
                known = not (code == "bel-tash" and number == 5)
                yield {
                    "settlement": settlement,
                    "street": code,
                    "house": house,
                    "dwelling": "flats" if code == "sary-manas" else "house",
                    "latitude_e5": str(latitude) if known else "",
                    "longitude_e5": str(west + 50 * number) if known else "",
                }
    for number in range(1, 7):
        yield {
            "settlement": "ak-bulak",
            "street": "",
            "house": str(number),
            "dwelling": "house",
            "latitude_e5": str(42_70000 + 10 * number),
            "longitude_e5": "7470000",
        }


def _everywhere(prefix: str, text: str) -> Row:
    return {f"{prefix}_{language}": text for language in ("ky", "ru", "en")}


def tables() -> Tables:
    """The rows of every table of the small register, as text; change them as a test needs."""
    return {
        "regions": [dict(row) for row in REGIONS],
        "rayons": [dict(row) for row in RAYONS],
        "commissions": [dict(row) for row in COMMISSIONS],
        "centres": [
            {
                "station": station,
                "kind": kind,
                "region": region,
                "rayon": rayon,
                "tec": tec,
                "zone": zone,
                "latitude_e5": str(latitude),
                "longitude_e5": str(longitude),
                **_everywhere("name", f"Участок {station}"),
                **_everywhere("building", f"Школа № {station}"),
                **_everywhere("address", f"улица Школьная, {int(station) % 100}"),
                "opens": "08:00",
                "closes": "20:00",
                "step_free": "yes" if int(station) % 2 else "unknown",
                "phone": f"+996 312 00 {station}" if station != "9001" else "",
            }
            for station, (kind, region, rayon, tec, zone, latitude, longitude) in CENTRES.items()
        ],
        "settlements": [
            named(
                ky, en, id=code, region=region, rayon=rayon, kind=kind,
                latitude_e5=str(latitude), longitude_e5=str(longitude),
            )
            for code, (region, rayon, kind, latitude, longitude, ky, en) in SETTLEMENTS.items()
        ],
        "streets": [
            {"id": code, "settlement": settlement, "name_ky": ky, "name_ru": ru, "name_en": en}
            for code, (settlement, ky, ru, en, _latitude) in STREETS.items()
        ],
        "addresses": list(addresses()),
        "rules": [
            {"station": station, "street": street, "first": str(first), "last": str(last), "parity": parity}
            for station, street, first, last, parity in RULES
        ],
        "consulates": [{"country": country, "station": station} for country, station in CONSULATES],
    }  # fmt: skip


def box(south: int, west: int, north: int, east: int) -> dict[str, object]:
    """A GeoJSON polygon between parallels and meridians given in 0.00001 degrees."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return {"type": "Polygon", "coordinates": [[[x / 100_000, y / 100_000] for x, y in corners]]}


def boundaries() -> dict[str, dict[str, object]]:
    return {station: box(*corners) for station, corners in BOXES.items()}


def write_register(folder: Path, rows: Tables, shapes: Mapping[str, Mapping[str, object]]) -> Path:
    """Write a register folder as somebody outside would; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in REGISTER_FILES.items():
        write_csv(folder / f"{name}.csv", [column.name for column in columns], rows[name])
    features = [
        {"type": "Feature", "properties": {"station": station}, "geometry": shape} for station, shape in shapes.items()
    ]
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "boundaries.geojson").write_text(json.dumps(collection), encoding="utf-8")
    (folder / "register.json").write_text(json.dumps({"as_of": "2026-11-01", "synthetic": True}), encoding="utf-8")
    return folder


def small_register(folder: Path) -> Path:
    """Write the small register, valid as it stands; returns the folder."""
    return write_register(folder, tables(), boundaries())


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


SURNAMES = ("Асанов", "Байматов", "Жээнбеков", "Мамытов", "Өмүров", "Токтогулов", "Үсөнов", "Эсенов")
NAMES = ("Азамат", "Бакыт", "Гүлнара", "Нурлан", "Өмүр", "Айгүл", "Чолпон")


def person(number: int, **cells: str) -> Row:
    """A voter of the extract, the same for the same number; cells of other columns as given.

    People live one after the other at the registered addresses of the small register; every tenth is abroad.
    """
    homes = _HOMES
    home = homes[number % len(homes)]
    abroad = number % 10 == 9
    male = number % 2 == 0
    row: Row = {
        "person": f"P{number:08}",
        "pin": f"{2 if male else 1}{number:013}",
        "surname": SURNAMES[number % len(SURNAMES)] + ("" if male else "а"),
        "name": NAMES[number % len(NAMES)],
        "patronymic": "" if number % 3 == 0 else "Асанович" if male else "Асановна",
        "birth_date": f"{1940 + number % 68}-{1 + number % 12:02}-{1 + number % 28:02}",
        "sex": "m" if male else "f",
        "settlement": "" if abroad else home["settlement"],
        "street": "" if abroad or not home["street"] else STREETS[home["street"]][1:3][number % 2],
        "house": "" if abroad else home["house"],
        "flat": "",
        "country": ("RU" if number % 20 == 9 else "KZ") if abroad else "",
        "disability": "yes" if number % 25 == 0 else "no",
        "status": "voter",
    }
    return row | cells


_HOMES = tuple(addresses())


def small_extract(path: Path, people: int | Iterable[Mapping[str, str]] = 40) -> Path:
    """Write an extract as CSV: so many people, numbered from 0, or exactly these rows; returns the path."""
    rows = [person(number) for number in range(people)] if isinstance(people, int) else people
    return write_csv(path, [column.name for column in EXTRACT], rows)
