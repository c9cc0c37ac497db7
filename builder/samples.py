"""An election that never was: every kind of view with made-up figures, for the gallery and for tests.

The figures are consistent (votes, "against all" and invalid ballots add up to ballots), so that the pages look as they
would. Names are plainly examples; no list or person here exists.
"""

from __future__ import annotations

from dataclasses import replace

from builder import document_samples, views
from builder.change_views import ChangedContest, ChangedLine, ChangesView, Cut, EventRow
from builder.events import Event, Told
from shailoo.model.base import Name
from shailoo.model.election import ContestKind, ElectionKind, OptionKind, StationKind
from shailoo.records.canonical import canonical_json

HEAD = views.Head(
    election="sample",
    name=Name(ky="Үлгү шайлоо", ru="Показательные выборы", en="Sample election"),
    day="2021-11-28",
    kind=ElectionKind.PARLIAMENT,
    status="preliminary",
    synthetic=True,
)
_VOTES = (199_334, 159_609, 127_806, 97_303, 79_686, 71_056, 52_730, 47_410, 41_144, 37_952)
_NUMBERS = (21, 9, 8, 3, 2, 5, 18, 10, 1, 14)
_INVALID = 128_945
_AGAINST = 25_656
BALLOTS = sum(_VOTES) + _INVALID + _AGAINST
COUNTRY = views.Place("country", "", HEAD.name)
REGIONS = tuple(
    views.Place("region", key, Name(ky=ky, ru=ru, en=en))
    for key, ky, ru, en in (
        ("batken", "Баткен облусу", "Баткенская область", "Batken oblast"),
        ("jalal-abad", "Жалал-Абад облусу", "Джалал-Абадская область", "Jalal-Abad oblast"),
        ("issyk-kul", "Ысык-Көл облусу", "Иссык-Кульская область", "Issyk-Kul oblast"),
        ("naryn", "Нарын облусу", "Нарынская область", "Naryn oblast"),
        ("osh-oblast", "Ош облусу", "Ошская область", "Osh oblast"),
        ("talas", "Талас облусу", "Таласская область", "Talas oblast"),
        ("chuy", "Чүй облусу", "Чуйская область", "Chuy oblast"),
        ("bishkek", "Бишкек шаары", "город Бишкек", "Bishkek city"),
        ("osh-city", "Ош шаары", "город Ош", "Osh city"),
        ("abroad", "Чет өлкө", "за рубежом", "abroad"),
    )
)
TEC = views.Place(
    "tec",
    "tec-1",
    Name(
        ky="Үлгү аймактык шайлоо комиссиясы",
        ru="Показательная территориальная избирательная комиссия",
        en="Sample TEC",
    ),
)
DISTRICT = views.Place("district", "d27", Name(ky="Үлгү округ", ru="Показательный округ", en="Sample district"), "27")
STATION = views.Place("station", "1004", Name(ky="№ 4 мектеп", ru="Школа № 4", en="School no. 4"), "1004")


def option(contest: str, no: int, tone: int = 0, kind: OptionKind = OptionKind.LIST) -> views.Option:
    """A list, candidate or line "against all" of a made-up ballot."""
    words = {
        OptionKind.LIST: ("тизме", "Список", "List"),
        OptionKind.CANDIDATE: ("талапкер", "Кандидат", "Candidate"),
        OptionKind.ANSWER: ("жооп", "Ответ", "Answer"),
    }
    if kind is OptionKind.AGAINST_ALL:
        name = Name(ky="Баарына каршы", ru="Против всех", en="Against all")
    else:
        ky, ru, en = words[kind]
        name = Name(ky=f"«{no}» {ky}", ru=f"{ru} «{no}»", en=f"{en} “{no}”")
    return views.Option(contest, str(no), str(no), name, kind, tone)


LISTS = tuple(option("pr", no, rank + 1) for rank, no in enumerate(_NUMBERS))
AGAINST = option("pr", 22, kind=OptionKind.AGAINST_ALL)


def downloads(scope: str) -> tuple[views.Download, ...]:
    """A table as CSV and JSON."""
    return (
        views.Download("csv", f"/results/data/sample/{scope}.csv"),
        views.Download("json", f"/results/data/sample/{scope}.json"),
    )


def lists(part: int = 1, *, bound: int | None = None) -> views.ContestCount:
    """The list contest, its figures divided by `part`; with `bound` a small cell."""
    counts = [votes // part for votes in _VOTES]
    rows = [
        views.OptionCount(one, votes, "" if part > 1 else ("qualifies" if rank < 6 else "below"))  # noqa: PLR2004 -- six lists qualify in the sample lists qualify in the sample
        for rank, (one, votes) in enumerate(zip(LISTS, counts, strict=True))
    ]
    rows.append(views.OptionCount(AGAINST, _AGAINST // part))
    ballots = sum(counts) + _AGAINST // part + _INVALID // part
    if bound is not None:
        rows = [views.OptionCount(row.option, None) for row in rows]
    return views.ContestCount(
        contest="pr",
        kind=ContestKind.PARTY_LIST,
        name=Name(ky="Бирдиктүү шайлоо округу", ru="Единый избирательный округ", en="Single nationwide constituency"),
        rows=tuple(rows),
        invalid=None if bound is not None else _INVALID // part,
        ballots=bound - 3 if bound is not None else ballots,
        scale=2000,
        seats=54,
        threshold=500 if part == 1 else None,
        reported=2247 if part == 1 else 1,
        expected=2494 if part == 1 else 1,
        bound=bound,
        downloads=downloads("pr") if part == 1 else (),
    )


def district_contest(part: int = 1) -> views.ContestCount:
    """A single-mandate contest."""
    votes = (4100, 3900, 2412, 1718)
    rows = [
        views.OptionCount(option("smd-27", no, no, OptionKind.CANDIDATE), count // part, "leads" if no == 1 else "")
        for no, count in enumerate(votes, 1)
    ]
    rows.append(views.OptionCount(option("smd-27", 5, kind=OptionKind.AGAINST_ALL), 900 // part))
    return views.ContestCount(
        contest="smd-27",
        kind=ContestKind.SINGLE_MANDATE,
        name=Name(ky="27-округдун депутаты", ru="Депутат по округу № 27", en="Deputy of district 27"),
        rows=tuple(rows),
        invalid=400 // part,
        ballots=sum(row.votes or 0 for row in rows) + 400 // part,
        scale=4000,
        seats=1,
        reported=60 if part == 1 else 1,
        expected=68 if part == 1 else 1,
    )


def question() -> views.ContestCount:
    """A referendum question."""
    rows = (
        views.OptionCount(option("q1", 1, 1, OptionKind.ANSWER), 600_000),
        views.OptionCount(option("q1", 2, 2, OptionKind.ANSWER), 400_000),
    )
    name = Name(ky="Референдумдун биринчи суроосу", ru="Первый вопрос референдума", en="First referendum question")
    return views.ContestCount("q1", ContestKind.QUESTION, name, rows, 20_000, 1_020_000, 10_000)


TURNOUT = views.TurnoutTable(
    hours=("10:00", "12:00", "14:00", "16:00", "18:00", "20:00"),
    rows=tuple(
        views.TurnoutRow(place, 300_000 + 7_000 * n, (20_000 + n, 45_000, 68_000, 90_000, 104_000 + 100 * n, None))
        for n, place in enumerate(REGIONS)
    ),
    total=views.TurnoutRow(COUNTRY, 3_703_420, (182_291, 448_110, 690_477, 902_366, 1_050_163, None)),
    stations=(2494, 2494, 2490, 2488, 2471, 0),
    expected=2494,
)
AREAS = tuple(
    views.MapArea(
        place,
        300_000 + 7_000 * n,
        None if n == 9 else 84_000 + 6_000 * n,  # noqa: PLR2004 -- the last region has not reported
        None if n == 9 else 83_000 + 6_000 * n,  # noqa: PLR2004 -- as above
        None if n == 9 else LISTS[n % 3],  # noqa: PLR2004 -- as above
        None if n == 9 else 18_000 + 900 * n,  # noqa: PLR2004 -- as above
        tuple((one.key, 1_000 * (rank + 1)) for rank, one in enumerate(LISTS)),
    )
    for n, place in enumerate(REGIONS)
)
COVERAGE = tuple(
    views.CoverageRow(place, 240 - 7 * n, 249 + n, n % 3, 300_000 + 7_000 * n, 9_000 * n, 84_000 + 6_000 * n)
    for n, place in enumerate(REGIONS)
)
SEATS = views.Seats(
    contest="pr",
    total=54,
    rows=tuple(views.SeatRow(one, seats) for one, seats in zip(LISTS[:6], (15, 12, 9, 7, 6, 4), strict=True)),
    open=1,
    districts=36,
    decided=False,
    reasons=("partial", "tie"),
    waiting=412_330,
    quotient=(734_794, 54),
    rule="sample",
    citation="Art. 64",
)
DISTRICTS = (
    views.DistrictRow(DISTRICT, "leading", district_contest().rows[0].option, 4100, 13_430, 200, 60, 68),
    views.DistrictRow(
        views.Place("district", "d29", DISTRICT.name, "29"), "against-all-leads", AGAINST, 5100, 12_000, 40, 68, 68
    ),
    views.DistrictRow(views.Place("district", "d30", DISTRICT.name, "30"), "waiting", None, None, None, None, 0, 70),
)
FIGURES = views.Figures(3_703_420, BALLOTS, 2247, 2494, 3, 1)
HELD = (
    views.HeldRow(STATION, "ABB-003117", "votes-partition", "pr", "valid", 468, 486, "2021-11-28T14:14:02Z"),
    views.HeldRow(STATION, "ABB-003117", "ballots-partition", "smd-27", "ballots", 515, 513, "2021-11-28T14:14:02Z"),
)
CONFLICT = views.ConflictRow(
    STATION, "ABB-003118", ("9f3c" * 16, "e71a" * 16), ("2021-11-28T14:11:46Z", "2021-11-28T14:40:00Z")
)
REPORT_TEXT = "\n".join(
    ["SAMPLE REPORT, NOT OF ANY BOX", "station 1004", "box ABB-003117"]
    + [f"{no:>3} sample list {'.' * 18} {n * 7:>6}" for n, no in enumerate(_NUMBERS)]
)


def election_list() -> views.ElectionsView:
    """The list of elections."""
    later = views.Head(
        "sample-later",
        Name(ky="Кийинки үлгү шайлоо", ru="Следующие показательные выборы", en="Next sample election"),
        "2026-01-25",
        ElectionKind.PRESIDENT,
        "upcoming",
        synthetic=True,
    )
    return views.ElectionsView(
        (views.ElectionRow(later, 3_800_000, None, 0, 2494), views.ElectionRow(HEAD, 3_703_420, BALLOTS, 2247, 2494))
    )


def log() -> views.LogView:
    """The head of a log that two witnesses have seen, one of them an earlier head."""
    return views.LogView(
        origin="results.sample.kg/log",
        vkey="results.sample.kg/log+5d3a77c1+AZ0y",
        size=12_482,
        root="5d3a" * 16,
        version=312,
        published="2021-11-28T15:31:14Z",
        witnesses=(
            views.WitnessRow("witness.ngo.sample", 12_482, "2021-11-28T15:31:20Z"),
            views.WitnessRow("witness.party.sample", 12_301, "2021-11-28T15:12:02Z"),
        ),
        asked=("witness.ngo.sample", "witness.party.sample"),
    )


def overview(archive: views.Archive | None = None) -> views.OverviewView:
    """The overview with everything on it."""
    return views.OverviewView(
        HEAD, FIGURES, (lists(),), COVERAGE, AREAS, TURNOUT, SEATS, DISTRICTS, downloads("overview"), archive
    )


def place() -> views.PlaceView:
    """A district, whose page has every part that region and TEC have."""
    stations = (
        views.CoverageRow(STATION, 1, 1, 0, 1484, 0, 515),
        views.CoverageRow(views.Place("station", "1005", STATION.name, "1005"), 0, 1, 1, 1322, 1322, None),
    )
    return views.PlaceView(
        head=HEAD,
        place=DISTRICT,
        parents=(REGIONS[7],),
        figures=views.Figures(98_000, 13_430, 60, 68, 1),
        contests=(district_contest(),),
        parts=stations,
        unit="station",
        turnout=None,
        commission=Name(ky="27-ОШК", ru="ОИК № 27", en="DEC no. 27"),
        state="leading",
        winners=(),
        citation="Art. 37",
        downloads=downloads("district/d27"),
    )


def station(*, troubled: bool = False) -> views.StationView:
    """A station; `troubled` has a held report, a conflict, a slow clock and a small cell."""
    report = views.Report(
        "ABB-003117", "final", REPORT_TEXT, "9f3c" * 16, "/results/data/sample/report/x.txt", "2021-11-28T14:11:46Z",
        counted=not troubled,
    )  # fmt: skip
    box = views.Box("ABB-003117", "held" if troubled else "accepted", signed=True, arrived=report.arrived, delay=182)
    spare = views.Box("ABB-003118", "conflict", signed=True, arrived=report.arrived, delay=-60, clock=-75, reserve=True)
    return views.StationView(
        head=HEAD,
        place=STATION,
        address=STATION.name,
        kind=StationKind.DOMESTIC,
        zone=HEAD.zone,
        region=REGIONS[7],
        tec=TEC,
        district=DISTRICT,
        voters=1484,
        participants=None if troubled else 515,
        boxes=(box, spare) if troubled else (box,),
        contests=(lists(2000, bound=10),) if troubled else (lists(2000), district_contest(27)),
        reports=(report,),
        held=HELD if troubled else (),
        conflicts=(CONFLICT,) if troubled else (),
        turnout=views.TurnoutTable(TURNOUT.hours, (), views.TurnoutRow(STATION, 1484, (80, 190, None, 402, 450, 515))),
        at=(7_460_000, 4_287_000),
        documents=document_samples.documents_of_station(views.Place("station", "1005", STATION.name, "1005"))
        if troubled
        else None,
        downloads=downloads("station/1004"),
        counts=station_counts() if troubled else None,
    )


def list_page() -> views.OptionView:
    """A list with its candidates under two readings of one rule."""
    sources = tuple(views.SourceRow(place, 9_000 + 900 * n, 90_000 + 900 * n) for n, place in enumerate(REGIONS[:9]))
    people = tuple(
        views.ListCandidate(
            str(no),
            Name(ky=f"Үлгү талапкер {no}", ru=f"Показательный кандидат {no}", en=f"Sample candidate {no}"),
            4_000 - 311 * no,
            ("women-first", "top-first")[: 2 if no < 4 else no % 2],  # noqa: PLR2004 -- the first three under both
        )
        for no in range(1, 9)
    )
    readings = (
        views.Reading(
            "women-first", Name(ky="Адегенде аялдар", ru="Сначала женщины", en="Women first"), "Art. 64.4, 15.12.2021"
        ),
        views.Reading("top-first", Name(ky="Адегенде алдыңкылар", ru="Сначала первые", en="Top first"), "Art. 64"),
    )
    return views.OptionView(
        head=HEAD,
        contest=lists(),
        option=LISTS[0],
        votes=_VOTES[0],
        regions=(*sources, views.SourceRow(REGIONS[9], None, None)),
        tecs=(views.SourceRow(TEC, 12_000, 60_000),),
        scale=2500,
        standing="qualifies",
        candidates=people,
        readings=readings,
        preference_boxes=(1200, 2494),
        downloads=downloads("option/pr-21"),
    )


def map_page() -> views.MapView:
    """The interactive map's page."""
    rayons = (views.MapArea(views.Place("rayon", "alay", Name(ky="Алай району", ru="Алайский район", en="Alay rayon")),
                            51_000, 18_000, 17_900, LISTS[1], 4_000),)  # fmt: skip
    where = "/results/data/sample/map"
    return views.MapView(
        HEAD,
        "pr",
        AREAS,
        rayons,
        LISTS,
        f"{where}/areas.geojson",
        f"{where}/stations.geojson",
        (("1004", 7_459_000, 4_287_000), ("1005", 7_459_900, 4_287_700)),
    )


def stations() -> views.StationsView:
    """The plain list."""
    return views.StationsView(HEAD, (views.StationGroup(TEC, REGIONS[7], (STATION,)),))


_ACT = canonical_json(
    {
        "type": "act",
        "election": "sample",
        "number": "12",
        "day": "2021-11-29",
        "body": "cec",
        "reason": "The tape of the station was compared.",
        "entered": "2021-11-29T04:10:00Z",
        "measures": [{"measure": "choose-report", "box": "ABB-000004", "sealed_sha256": "ab" * 32}],
    }
).decode()


def held() -> views.HeldView:
    """What is held."""
    refusals = (
        views.RefusalRow("2021-11-28T14:00:00Z", "unknown-key", 100, capped=True),
        views.RefusalRow("2021-11-28T15:00:00Z", "bad-seal", 2),
    )
    return views.HeldView(HEAD, HELD, (CONFLICT,), refusals, (_ACT,), downloads=downloads("held"))


def versions() -> views.VersionsView:
    """The history."""
    rows = (
        views.VersionRow(312, "2021-11-28T15:31:14Z", (("reports", 41), ("held", 1)), 2247, BALLOTS, 3, "9f3c" * 16),
        views.VersionRow(
            301, "2021-11-28T15:00:00Z", (("reports", 388),), 2095, 1_101_720, 2, "e71a" * 16, archived=True
        ),
    )
    return views.VersionsView(HEAD, rows, downloads("versions"))


def turnout() -> views.TurnoutView:
    """Turnout by region and hour."""
    return views.TurnoutView(HEAD, TURNOUT, downloads("turnout"))


def changes() -> ChangesView:
    """The last events of a country: a report held, an act about many stations that reverses another."""
    events = (
        EventRow(
            "5f0c", "act", "2021-11-29T05:00:00Z", (STATION,) * 5, act="43", body=DISTRICT.name,
            measures=("exclude-station", "reverse-act"), reverses=("42",), reason="sample reason",
        ),
        EventRow(
            "5f0b", "report-held", "2021-11-28T15:00:00Z", (STATION,), box="ABB-000004", detail="votes-partition"
        ),
        EventRow("5f0a", "cells-opened", "2021-11-28T14:59:00Z", detail="pr", named=lists().name),
    )  # fmt: skip
    return ChangesView(HEAD, None, events, REGIONS, (views.Download("json", "/results/data/sample/changes.json"),))


def told() -> list[Told]:
    """Events as files tell them."""
    event = Event(
        "5f0c", "act", "2021-11-29T05:00:00Z", ("1004",), act="43", body="cec", measures=("reverse-act",),
        reverses=("42",), reason="sample reason",
    )  # fmt: skip
    return [Told(event, 312, "2021-11-29T05:00:02Z")]


def cut() -> Cut:
    """What is new in a kept version."""
    lines = tuple(
        ChangedLine(one.key, one, votes - 100 * rank, votes)
        for rank, (one, votes) in enumerate(zip(LISTS, _VOTES, strict=True))
    )
    return Cut(
        301, "2021-11-28T15:00:00Z", 290, "2021-11-28T14:50:00Z", (("reports", 388),),
        (
            ChangedLine("participants", None, None, BALLOTS), ChangedLine("reported", None, 1700, 2095),
            ChangedLine("held", None, 3, 2),
        ),
        (ChangedContest("pr", lists().name, (*lines, ChangedLine("ballots", None, BALLOTS, BALLOTS))),),
    )  # fmt: skip


_LINES = (
    *(
        views.CountLine(one.key, one, votes, votes + rank)
        for rank, (one, votes) in enumerate(zip(LISTS, _VOTES, strict=True))
    ),
    views.CountLine("22", AGAINST, _AGAINST, _AGAINST),
    views.CountLine("invalid", None, _INVALID, _INVALID - 45),
    views.CountLine("ballots", None, BALLOTS, BALLOTS),
)
_ACTS = (
    views.ActRow(
        "41", "2021-12-15", DISTRICT.name, "sample reason",
        (
            views.AnnulledPart("exclude-station", STATION),
            views.AnnulledPart("exclude-option", None, DISTRICT.name, AGAINST),
        ),
    ),
    views.ActRow(
        "42", "2021-12-16", DISTRICT.name, "sample reason",
        (views.AnnulledPart("exclude-contest", None, DISTRICT.name),), reversed_by="43",
    ),
)  # fmt: skip


def comparison() -> views.Comparison:
    """Boxes beside hand."""
    return views.Comparison("pr", ContestKind.PARTY_LIST, lists().name, _LINES, 2490, 2494)


def layers() -> views.Layers:
    """Boxes, hand, final."""
    rows = tuple(
        views.LayerRow(
            line.key, line.option, (line.boxes, line.hand, line.hand),
            (1, 1, 1) if line.option else (None, None, None),
        )
        for line in _LINES
    )  # fmt: skip
    return views.Layers(
        "pr", ContestKind.PARTY_LIST, lists().name, rows, (BALLOTS,) * 3, 3_703_420,
        (True, False, False), 54, (0, 0, 0),
    )  # fmt: skip


def counts() -> views.CountsView:
    """The three counts of a country."""
    rows = tuple(
        views.SheetCoverage(place, 249, 230, n % 2, n % 3, 229, 31, 2, n - 4, -12 * n)
        for n, place in enumerate(REGIONS)
    )
    return views.CountsView(
        head=HEAD,
        begun=True,
        identified=(1_298_000, 2490),
        comparisons=(comparison(),),
        layers=(layers(),),
        spreads=(
            views.Spread("pr", lists().name, (views.SpreadRow(0, 0, 2000), views.SpreadRow(1, 10, 480),
                                              views.SpreadRow(11, None, 10)), 2490, 10, 5, 10, 10_000),
        ),
        regions=rows,
        total=views.SheetCoverage(COUNTRY, 2494, 2300, 5, 9, 2290, 310, 20, 5, -540),
        districts=(views.SheetCoverage(DISTRICT, 68, 60, 0, 1, 60, 4, 0, 0, -3),),
        acts=_ACTS,
        downloads=downloads("counts"),
    )  # fmt: skip


def counts_place() -> views.CountsPlaceView:
    """The three counts of a district, station by station."""
    rows = (
        views.StationDifference(STATION, "agreed", 515, 515, 12, -4, over=True, reasons=("sample reason",)),
        views.StationDifference(
            views.Place("station", "1005", STATION.name, "1005"), "held", 470, None, None, None, over=False,
            reasons=(), excluded="41",
        ),
    )  # fmt: skip
    return views.CountsPlaceView(
        head=HEAD,
        begun=True,
        place=DISTRICT,
        comparisons=(comparison(),),
        layers=(layers(),),
        lists=(views.StationList("pr", lists().name, rows),),
        downloads=downloads("counts/district/d27"),
    )


def station_counts() -> views.StationCounts:
    """A station's three counts: one protocol agreed after a correction, one held, one keyed differently."""
    versions = (
        views.SheetVersion(1, "precinct", "2021-11-28T19:11:46Z", "", "", counts=False),
        views.SheetVersion(2, "territorial", "2021-11-29T05:11:46Z", "sample reason", "41", counts=True),
    )
    name = lists().name
    return views.StationCounts(
        identified=520,
        comparisons=(comparison(),),
        sheets=(
            views.SheetView("pr", name, "agreed", versions),
            views.SheetView(
                "smd-27", DISTRICT.name, "held", versions[:1],
                (views.SheetBreach("L9 = sum(L10) + L11", "L9", 467, 468),),
                reason="sample reason",
            ),
            views.SheetView("q1", DISTRICT.name, "differs", versions[:1], lines=("L8", "L9")),
        ),
        acts=_ACTS,
        texts=(
            views.SheetText(
                "pr", 2, "counts", "2021-11-29T05:11:46Z", "sample reason", "41", "", hidden=False,
                lines=(("L7", (515,)), ("L8", (19,)), ("L9", (496,)), ("L10", (300, 150)), ("L11", (46,))),
            ),
        ),
    )  # fmt: skip


def every_view() -> dict[str, views.View]:
    """One of each, by the name under which the gallery shows it."""
    return {
        "elections": election_list(),
        "overview": overview(),
        "archive": replace(overview(views.Archive(301, "2021-11-28T15:00:00Z")), since=cut()),
        "place": place(),
        "station": station(),
        "troubled-station": station(troubled=True),
        "option": list_page(),
        "map": map_page(),
        "stations": stations(),
        "held": held(),
        "versions": versions(),
        "turnout": turnout(),
        "changes": changes(),
        "counts": counts(),
        "counts-place": counts_place(),
        "documents": document_samples.documents(HEAD, REGIONS, COUNTRY, TEC, downloads("documents")),
        "owed": document_samples.owed(HEAD, TEC, REGIONS[7], STATION, downloads("documents/tec-1")),
        "log": log(),
    }
