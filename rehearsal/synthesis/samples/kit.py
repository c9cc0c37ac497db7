"""Parts of the sample packages: places, commissions, and counts written as one line a box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import NamedTuple

from rehearsal.played import PlayedCount
from rehearsal.synthesis.kit import Files, box_of, folder, made_up, name, protocols, read_source, simple_day, source
from shailoo.model.base import Name
from shailoo.model.election import (
    Commission,
    Contest,
    District,
    Election,
    ElectionKind,
    Mode,
    Option,
    OptionKind,
    Region,
    Station,
    StationKind,
)

YES = name("Макулмун", "За", "For")
NO = name("Каршымын", "Против", "Against")


class Spot(NamedTuple):
    """A place for sample stations: region, rayon, number in tec.csv (0 abroad), zone, names, degrees times 100,000."""

    region: str
    rayon: str | None
    tec: int
    zone: str
    ky: str
    ru: str
    en: str
    latitude_e5: int
    longitude_e5: int


BISHKEK = Spot("bishkek", "bishkek", 1, "Asia/Bishkek", "Бишкек", "Бишкек", "Bishkek", 4287000, 7459000)
OSH = Spot("osh-city", "osh-city", 2, "Asia/Bishkek", "Ош", "Ош", "Osh", 4051500, 7280800)
TOKMOK = Spot("chuy", "tokmok", 52, "Asia/Bishkek", "Токмок", "Токмок", "Tokmok", 4284200, 7530100)
TUP = Spot("issyk-kul", "tup", 26, "Asia/Bishkek", "Түп", "Тюп", "Tup", 4272800, 7836500)
MOSCOW = Spot("abroad", None, 0, "Europe/Moscow", "Москва", "Москва", "Moscow", 5575600, 3761700)
SEOUL = Spot("abroad", None, 0, "Asia/Seoul", "Сеул", "Сеул", "Seoul", 3756600, 12697800)
NEW_YORK = Spot("abroad", None, 0, "America/New_York", "Нью-Йорк", "Нью-Йорк", "New York", 4071300, -7400600)


class SampleStation(NamedTuple):
    """A station with one box and what it counts: contest, invalid ballots, votes in ballot order.

    `ballots` is given only where voters may make several marks, so that it does not follow from the votes.
    """

    no: str
    spot: Spot
    voters: int
    counts: Mapping[str, tuple[int, tuple[int, ...]]]
    district: str | None = None
    remote: bool = False
    ballots: Mapping[str, int] = {}


def sample(
    *,
    election: str,
    day: date,
    kind: ElectionKind,
    names: tuple[str, str, str],
    short: tuple[str, str, str],
    readme: str,
    contests: tuple[Contest, ...],
    stations: Sequence[SampleStation],
    first_box: int,
    districts: tuple[District, ...] = (),
    electorate: Mapping[str, Mapping[str, int]] | None = None,
) -> Files:
    """Return the folder of a sample package."""
    kinds = tuple(dict.fromkeys(contest.kind for contest in contests))
    against_all = any(option.kind is OptionKind.AGAINST_ALL for contest in contests for option in contest.options)
    several = any(contest.marks > 1 for contest in contests)
    built = Election(
        id=election,
        day=day,
        kind=kind,
        mode=Mode.REHEARSAL,
        name=name(*names),
        short_name=name(*short),
        zone="Asia/Bishkek",
        report_language="ky",
        opens=time(8),
        closes=time(20),
        small_cell_bound=10,
        quota_regions=(),
        synthetic=True,
        regions=_regions(stations),
        commissions=_commissions(stations, districts),
        districts=districts,
        contests=contests,
        stations=tuple(_station(entry) for entry in stations),
        boxes=tuple(box_of(election, number, entry.no) for number, entry in enumerate(stations, first_box)),
        protocols=protocols(*kinds, against_all=against_all, several_marks=several),
        electorate=electorate or {},
        sources=(
            source("regions and their shapes", "Who's On First (Mesoshapes, CC0)", synthetic=False),
            made_up("the election itself, its stations, voters, options and every figure"),
        ),
    )
    counts = {box.id: _counts(entry) for box, entry in zip(built.boxes, stations, strict=True)}
    took_part = {
        entry.no: (sum if entry.remote else max)(count.ballots for count in _counts(entry)) for entry in stations
    }
    return folder(built, simple_day(counts, built.stations, built.boxes, took_part), readme)


def district(no: int, region: str, ky: str, ru: str, en: str) -> District:
    """Return a district of a sample, with a commission of its own."""
    return District(
        id=f"d{no:02d}", no=no, name=name(ky, ru, en), region=region, commission=f"dec-{no:02d}", synthetic=True
    )


def answers(*names: Name) -> tuple[Option, ...]:
    """Return the answers to a question, in ballot order."""
    return tuple(Option(no=no, kind=OptionKind.ANSWER, name=text) for no, text in enumerate(names, 1))


def _counts(entry: SampleStation) -> tuple[PlayedCount, ...]:
    return tuple(
        PlayedCount(contest, entry.ballots.get(contest, invalid + sum(votes)), invalid, votes)
        for contest, (invalid, votes) in entry.counts.items()
    )


def _station(entry: SampleStation) -> Station:
    spot = entry.spot
    kind = (
        StationKind.ABROAD if spot.region == "abroad" else StationKind.REMOTE if entry.remote else StationKind.DOMESTIC
    )
    nudge = int(entry.no[-2:]) * 310  # so that the stations of one town do not lie on one point
    return Station(
        no=entry.no,
        kind=kind,
        region=spot.region,
        rayon=spot.rayon,
        tec=_tec_id(spot.tec),
        district=entry.district,
        zone=spot.zone,
        name=name(f"{spot.ky}, {entry.no}", f"{spot.ru}, {entry.no}", f"{spot.en}, {entry.no}"),
        latitude_e5=spot.latitude_e5 + nudge // 3,
        longitude_e5=spot.longitude_e5 + nudge,
        voters=entry.voters,
    )


def _regions(stations: Sequence[SampleStation]) -> tuple[Region, ...]:
    used = {entry.spot.region for entry in stations}
    found = []
    for row in read_source("regions.csv"):
        region = row["region_id"]
        if region == "abroad" and region in used:
            found.append(Region(id=region, kind="abroad", iso=None, name=name("Чет өлкө", "За рубежом", "Abroad")))
        elif region in used:
            title = name(row["name_ky"], row["name_ru"], row["name_en"])
            city = region in {"bishkek", "osh-city"}
            found.append(Region(id=region, kind="city" if city else "oblast", iso=row["iso"], name=title))
    return tuple(found)


def _commissions(stations: Sequence[SampleStation], districts: Sequence[District]) -> tuple[Commission, ...]:
    cec = name(
        "Борбордук шайлоо комиссиясы (БШК)",
        "Центральная избирательная комиссия (ЦИК)",
        "Central Election Commission (CEC)",
    )
    abroad = name(
        "Чет өлкөдөгү участкалардын комиссиясы", "Комиссия участков за рубежом", "Commission for stations abroad"
    )
    used = {entry.spot.tec for entry in stations}
    found = [Commission(id="cec", kind="cec", region=None, name=cec)]
    for row in read_source("tec.csv"):
        if int(row["n"]) in used:
            title = name(row["name_ky"], row["name_ru"], row["name_en"])
            found.append(Commission(id=_tec_id(int(row["n"])), kind="tec", region=row["region_id"], name=title))
    if 0 in used:
        found.append(Commission(id=_tec_id(0), kind="tec", region="abroad", name=abroad))
    for entry in districts:
        title = name(
            f"№{entry.no} округдук шайлоо комиссиясы",
            f"Окружная избирательная комиссия № {entry.no}",
            f"District Election Commission No. {entry.no}",
        )
        found.append(Commission(id=f"dec-{entry.no:02d}", kind="dec", region=entry.region, name=title))
    return tuple(found)


def _tec_id(number: int) -> str:
    return f"tec-{number:02d}" if number else "tec-mfa"
