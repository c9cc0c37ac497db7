"""The tables that come from outside: the population register's extract, and the address register (GISAR).

CSV in UTF-8 with a header row (a byte order mark is allowed), comma, double quotes where needed; the extract and
`addresses` may be Parquet with the same column names instead, every column as text. `docs/voter-data.md` is generated
from here.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

_SLUG = r"[a-z0-9][a-z0-9-]{0,39}"
_NAME = r"[^\x00-\x1f\x7f,;<>\"]{1,100}"
_PERSON = r"[^\x00-\x1f\x7f0-9@,;<>{}\"]{1,100}"
"""A name of a person holds no digit: the beginning of a PIN or a date in the wrong column would be published."""
_TEXT = r"[^\x00-\x1f\x7f<>]{1,300}"
_E5 = r"-?[0-9]{1,8}"


NEEDED: Literal["needed"] = "needed"
OPTIONAL: Literal["optional"] = "optional"
"""A cell of the column may be empty."""


class Column(NamedTuple):
    """A column: its name, whether a cell is needed, the regular expression of the whole cell, what to do if not.

    Patterns mean the same to Python's `re` and to RE2, and are matched against the whole cell after spaces around it
    are cut off.
    """

    name: str
    presence: Literal["needed", "optional"]
    pattern: str
    remedy: str
    meaning: str


EXTRACT: tuple[Column, ...] = (
    Column(
        "person",
        NEEDED,
        r"[A-Za-z0-9-]{1,32}",
        "Give the population register's own number of the person.",
        "The register's own number of the person, which never changes. Once in the extract.",
    ),
    Column(
        "pin",
        NEEDED,
        r"[0-9]{14}",
        "Give the PIN: 14 digits.",
        "Personal identification number. May change, so it is never a key. Once in the extract.",
    ),
    Column("surname", NEEDED, _PERSON, "Give the surname: 1 to 100 letters.", "Surname."),
    Column("name", NEEDED, _PERSON, "Give the name: 1 to 100 letters.", "Given name."),
    Column(
        "patronymic",
        OPTIONAL,
        _PERSON,
        "Give the patronymic, at most 100 letters, or leave the cell empty.",
        "Patronymic, if there is one.",
    ),
    Column(
        "birth_date",
        NEEDED,
        r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]",
        "Give a real day as YYYY-MM-DD.",
        "Date of birth. Used for age groups and the right to vote; never published.",
    ),
    Column("sex", NEEDED, r"[fm]", "Write f or m.", "Sex as registered."),
    Column(
        "settlement",
        OPTIONAL,
        _SLUG,
        "Give the code of the town or village in the address register.",
        "Town or village of residence. Empty only with a country.",
    ),
    Column(
        "street",
        OPTIONAL,
        _NAME,
        "Give the street as the address register has it, or leave the cell empty.",
        "Street, in Kyrgyz or Russian. Empty where houses have no street.",
    ),
    Column(
        "house",
        OPTIONAL,
        r"[0-9]{0,5}[0-9A-Za-zА-Яа-яЁёҢңӨөҮү/.-]{0,12}",
        "Give the house number (17, 17а, 17/2), or leave the cell empty.",
        "House number.",
    ),
    Column("flat", OPTIONAL, r"[0-9A-Za-zА-Яа-я/.-]{1,10}", "Give the flat, or leave the cell empty.", "Flat."),
    Column(
        "country",
        OPTIONAL,
        r"[A-Z]{2}",
        "Give the country of consular registration (ISO 3166), or leave it empty.",
        "Country of consular registration; empty for people who live in the country.",
    ),
    Column(
        "disability",
        NEEDED,
        r"yes|no",
        "Write yes or no.",
        "Registered as a voter with a disability. Published by region and month only.",
    ),
    Column(
        "status",
        NEEDED,
        r"voter|died|convicted|incapable|citizenship",
        "Write voter, died, convicted, incapable or citizenship.",
        "Whether the person may vote; otherwise why not (Constitution, Art. 2). Never published with a name.",
    ),
)
"""The extract of the population register."""

REGISTER_FILES: dict[str, tuple[Column, ...]] = {
    "regions": (
        Column("id", NEEDED, _SLUG, "Give a code: small Latin letters, digits, hyphens.", "Code; `abroad` is one too."),
        Column("kind", NEEDED, r"oblast|city|abroad", "Write oblast, city or abroad.", "Kind of region."),
        Column("name_ky", NEEDED, _TEXT, "Give the name in Kyrgyz.", "Name."),
        Column("name_ru", NEEDED, _TEXT, "Give the name in Russian.", "Name."),
        Column("name_en", NEEDED, _TEXT, "Give the name in English.", "Name."),
    ),
    "rayons": (
        Column("id", NEEDED, _SLUG, "Give a code.", "Code of a rayon or of a city of oblast significance."),
        Column("region", NEEDED, _SLUG, "Give the code of a region in regions.csv.", "Its region."),
        Column("name_ky", NEEDED, _TEXT, "Give the name in Kyrgyz.", "Name."),
        Column("name_ru", NEEDED, _TEXT, "Give the name in Russian.", "Name."),
        Column("name_en", NEEDED, _TEXT, "Give the name in English.", "Name."),
    ),
    "commissions": (
        Column("id", NEEDED, _SLUG, "Give a code.", "Code of a territorial election commission."),
        Column("region", NEEDED, _SLUG, "Give the code of a region in regions.csv.", "Its region."),
        Column("name_ky", NEEDED, _TEXT, "Give the name in Kyrgyz.", "Name."),
        Column("name_ru", NEEDED, _TEXT, "Give the name in Russian.", "Name."),
        Column("name_en", NEEDED, _TEXT, "Give the name in English.", "Name."),
    ),
    "centres": (
        Column(
            "station", NEEDED, r"[0-9]{4}", "Give the station's number: 4 digits.", "Number of the polling station."
        ),
        Column("kind", NEEDED, r"domestic|abroad|remote", "Write domestic, abroad or remote.", "Kind of station."),
        Column("region", NEEDED, _SLUG, "Give the code of a region in regions.csv.", "Region."),
        Column("rayon", OPTIONAL, _SLUG, "Give the code of a rayon in rayons.csv, or leave it empty abroad.", "Rayon."),
        Column("tec", NEEDED, _SLUG, "Give the code of a commission in commissions.csv.", "Superior commission."),
        Column("zone", NEEDED, r"[A-Za-z_]+/[A-Za-z_/+-]+", "Give a zone such as Asia/Bishkek.", "Time zone."),
        Column("latitude_e5", NEEDED, _E5, "Give 0.00001 degrees as a whole number.", "Where voters go in."),
        Column("longitude_e5", NEEDED, _E5, "Give 0.00001 degrees as a whole number.", "Where voters go in."),
        Column("name_ky", NEEDED, _TEXT, "Give the name in Kyrgyz.", "Name of the station's place."),
        Column("name_ru", NEEDED, _TEXT, "Give the name in Russian.", "Name of the station's place."),
        Column("name_en", NEEDED, _TEXT, "Give the name in English.", "Name of the station's place."),
        Column("building_ky", NEEDED, _TEXT, "Give the building in Kyrgyz.", "School, club, mission."),
        Column("building_ru", NEEDED, _TEXT, "Give the building in Russian.", "School, club, mission."),
        Column("building_en", NEEDED, _TEXT, "Give the building in English.", "School, club, mission."),
        Column("address_ky", NEEDED, _TEXT, "Give the address in Kyrgyz.", "Address of the building."),
        Column("address_ru", NEEDED, _TEXT, "Give the address in Russian.", "Address of the building."),
        Column("address_en", NEEDED, _TEXT, "Give the address in English.", "Address of the building."),
        Column("opens", NEEDED, r"[0-2][0-9]:[0-5][0-9]", "Give the hour as 08:00.", "Opening, local time."),
        Column("closes", NEEDED, r"[0-2][0-9]:[0-5][0-9]", "Give the hour as 20:00.", "Closing, local time."),
        Column(
            "step_free", NEEDED, r"yes|no|unknown", "Write yes, no or unknown.", "Whether one gets in without steps."
        ),
        Column(
            "phone",
            OPTIONAL,
            r"\+?[0-9 ()-]{3,30}",
            "Give a telephone number, or leave it empty.",
            "Commission's phone.",
        ),
    ),
    "settlements": (
        Column("id", NEEDED, _SLUG, "Give a code.", "Code of a town or village."),
        Column("region", NEEDED, _SLUG, "Give the code of a region in regions.csv.", "Region."),
        Column("rayon", NEEDED, _SLUG, "Give the code of a rayon in rayons.csv.", "Rayon."),
        Column("kind", NEEDED, r"city|village", "Write city or village.", "Kind."),
        Column("latitude_e5", NEEDED, _E5, "Give 0.00001 degrees as a whole number.", "Its middle."),
        Column("longitude_e5", NEEDED, _E5, "Give 0.00001 degrees as a whole number.", "Its middle."),
        Column("name_ky", NEEDED, _TEXT, "Give the name in Kyrgyz.", "Name."),
        Column("name_ru", NEEDED, _TEXT, "Give the name in Russian.", "Name."),
        Column("name_en", NEEDED, _TEXT, "Give the name in English.", "Name."),
    ),
    "streets": (
        Column("id", NEEDED, r"[a-z0-9][a-z0-9-]{0,59}", "Give a code.", "Code of a street."),
        Column("settlement", NEEDED, _SLUG, "Give the code of a settlement in settlements.csv.", "Where it is."),
        Column("name_ky", NEEDED, _NAME, "Give the name in Kyrgyz.", "Name, unique in its settlement."),
        Column("name_ru", NEEDED, _NAME, "Give the name in Russian.", "Name, unique in its settlement."),
        Column("name_en", NEEDED, _NAME, "Give the name in Latin letters.", "Name."),
    ),
    "addresses": (
        Column("settlement", NEEDED, _SLUG, "Give the code of a settlement in settlements.csv.", "Where it is."),
        Column(
            "street",
            OPTIONAL,
            r"[a-z0-9][a-z0-9-]{0,59}",
            "Give the code of a street in streets.csv, or leave it empty.",
            "Street; empty where houses have none.",
        ),
        Column("house", OPTIONAL, r"[0-9]{0,5}[0-9A-Za-zА-Яа-яЁёҢңӨөҮү/.-]{0,12}", "Give the house number.", "House."),
        Column("dwelling", NEEDED, r"house|flats", "Write house or flats.", "A small house, or a block of flats."),
        Column(
            "latitude_e5", OPTIONAL, _E5, "Give 0.00001 degrees as a whole number, or leave it empty.", "Where it is."
        ),
        Column(
            "longitude_e5", OPTIONAL, _E5, "Give 0.00001 degrees as a whole number, or leave it empty.", "Where it is."
        ),
    ),
    "rules": (
        Column("station", NEEDED, r"[0-9]{4}", "Give the number of a station in centres.csv.", "The station."),
        Column(
            "street", NEEDED, r"[a-z0-9][a-z0-9-]{0,59}", "Give the code of a street in streets.csv.", "The street."
        ),
        Column("first", NEEDED, r"[0-9]{1,5}", "Give the first house number.", "First number of the range."),
        Column("last", NEEDED, r"[0-9]{1,5}", "Give the last house number.", "Last number of the range."),
        Column("parity", NEEDED, r"all|odd|even", "Write all, odd or even.", "Side of the street."),
    ),
    "consulates": (
        Column("country", NEEDED, r"[A-Z]{2}", "Give the country (ISO 3166).", "Country of consular registration."),
        Column("station", NEEDED, r"[0-9]{4}", "Give the number of a station in centres.csv.", "The station."),
    ),
}
"""The address register: one CSV file for each (`addresses` may be Parquet), beside `register.json` and
`boundaries.geojson` (a FeatureCollection of Polygon and MultiPolygon, `properties.station`, WGS 84, 5 decimals)."""
