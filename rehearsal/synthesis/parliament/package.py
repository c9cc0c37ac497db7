"""The package of 28 November 2021 put together."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

from rehearsal.played import Played, PlayedCount
from rehearsal.synthesis.kit import (
    AGAINST_ALL,
    Files,
    candidates,
    folder,
    made_up,
    name,
    protocols,
    read_source,
    source,
)
from rehearsal.synthesis.parliament import ID, district_votes, districts, evening, turnout, votes
from rehearsal.synthesis.parliament.stations import PlannedStation, plan_stations
from rehearsal.synthesis.rounding import split
from shailoo.model.base import Name
from shailoo.model.election import (
    Commission,
    Contest,
    ContestKind,
    District,
    Election,
    ElectionKind,
    Electorate,
    ListCandidate,
    Mode,
    Option,
    OptionKind,
    Region,
    SourceNote,
)

_ON_LISTS = 1_037
"""Candidates registered on the 21 lists (en.trend.az 3527535)."""
_COLOURS = {21: "#1b4f72", 9: "#b9770e", 8: "#117a65", 3: "#7d3c98", 2: "#a93226", 5: "#2e86c1"}
_BISHKEK = "Asia/Bishkek"


def make() -> Files:
    """Return the folder `elections/jk-2021-11-28`."""
    planned = plan_stations()
    election = _election(planned)
    at_close = turnout.ballots(planned)
    layers = votes.layers(planned, at_close)
    in_districts = district_votes.count(planned, at_close)
    counts: dict[str, tuple[PlayedCount, ...]] = {}
    for plan in planned:
        no = plan.station.no
        lists = layers.boxes[no]
        here = [PlayedCount("pr", at_close[no], lists.invalid, lists.votes)]
        if plan.station.district is not None:
            invalid, people = in_districts[no]
            here.append(PlayedCount(f"smd-{int(plan.station.district[1:])}", at_close[no], invalid, people))
        counts |= evening.by_box(election.boxes_by_station[no], here)
    played = Played(
        box_counts=counts,
        turnout=turnout.hourly(planned, at_close),
        arrival_offset_s=evening.arrivals(election),
        identified=turnout.identified(planned, at_close),
        manual=layers.manual,
        excluded=dict.fromkeys(
            layers.excluded, "synthetic choice: our sources do not say which stations were left out"
        ),
    )
    return folder(election, played, (Path(__file__).parent / "README.package.md").read_text("utf-8"))


def _election(planned: list[PlannedStation]) -> Election:
    return Election(
        id=ID,
        day=date(2021, 11, 28),
        kind=ElectionKind.PARLIAMENT,
        mode=Mode.REHEARSAL,
        name=name(
            "Жогорку Кеңештин депутаттарын шайлоо, 2021-жылдын 28-ноябры",
            "Выборы депутатов Жогорку Кенеша 28 ноября 2021 года",
            "Election of deputies of the Jogorku Kenesh, 28 November 2021",
        ),
        short_name=name("Жогорку Кеңеш, 2021", "Жогорку Кенеш, 2021", "Jogorku Kenesh, 2021"),
        zone=_BISHKEK,
        report_language="ky",
        opens=time(8),
        closes=time(20),
        small_cell_bound=10,
        quota_regions=tuple(districts.ORDER),
        synthetic=True,
        regions=_regions(),
        commissions=_commissions(),
        districts=tuple(_district(plan) for plan in districts.PLANS),
        contests=(_party_list(), *(_district_contest(plan) for plan in districts.PLANS)),
        stations=tuple(plan.station for plan in planned),
        boxes=evening.boxes(planned),
        protocols=protocols(ContestKind.PARTY_LIST, ContestKind.SINGLE_MANDATE),
        sources=_sources(),
    )


def _regions() -> tuple[Region, ...]:
    found = []
    for row in read_source("regions.csv"):
        title = name(row["name_ky"], row["name_ru"], row["name_en"])
        kind = "city" if row["region_id"] in {"bishkek", "osh-city"} else "oblast"
        if row["region_id"] == "abroad":
            kind, title = "abroad", name("Чет өлкө", "За рубежом", "Abroad")
        found.append(Region(id=row["region_id"], kind=kind, iso=row["iso"] or None, name=title))  # type: ignore[arg-type] # one of the three words
    return tuple(found)


def _commissions() -> tuple[Commission, ...]:
    cec = name(
        "Борбордук шайлоо комиссиясы (БШК)",
        "Центральная избирательная комиссия (ЦИК)",
        "Central Election Commission (CEC)",
    )
    mfa = name(
        "Тышкы иштер министрлигинин алдындагы аймактык шайлоо комиссиясы",
        "Территориальная избирательная комиссия при Министерстве иностранных дел",
        "TEC at the Ministry of Foreign Affairs",
    )
    tecs = [
        Commission(
            id=f"tec-{int(row['n']):02d}",
            kind="tec",
            region=row["region_id"],
            name=name(row["name_ky"], row["name_ru"], row["name_en"]),
        )
        for row in read_source("tec.csv")
    ]
    decs = [
        Commission(
            id=f"dec-{plan.no:02d}",
            kind="dec",
            region=plan.region,
            name=name(
                f"№{plan.no} {plan.ky} округдук шайлоо комиссиясы",
                f"Окружная избирательная комиссия № {plan.no} {plan.ru}",
                f"DEC No. {plan.no}, {plan.en}",
            ),
        )
        for plan in districts.PLANS
    ]
    return (
        Commission(id="cec", kind="cec", region=None, name=cec),
        *tecs,
        Commission(id="tec-mfa", kind="tec", region="abroad", name=mfa),
        *decs,
    )


def _title(plan: districts.DistrictPlan) -> Name:
    return name(f"№{plan.no} {plan.ky} округу", f"Округ № {plan.no} {plan.ru}", f"District No. {plan.no}, {plan.en}")


def _district(plan: districts.DistrictPlan) -> District:
    return District(
        id=f"d{plan.no:02d}",
        no=plan.no,
        name=_title(plan),
        region=plan.region,
        commission=f"dec-{plan.no:02d}",
        synthetic=plan.synthetic,
    )


def _party_list() -> Contest:
    rows = [row for row in read_source("results_2021_pr.csv") if row["key"] != "against-all"]
    lengths = split(_ON_LISTS, [1.0] * len(rows))
    lists = [
        Option(
            no=int(row["ballot_no"]),
            kind=OptionKind.LIST,
            name=name(row["name_ky"], row["name_ru"], row["name_en"]),
            colour=_COLOURS.get(int(row["ballot_no"])),
            candidates=tuple(_person(no) for no in range(1, length + 1)),
        )
        for row, length in zip(rows, lengths, strict=True)
    ]
    against = Option(no=len(rows) + 1, kind=OptionKind.AGAINST_ALL, name=AGAINST_ALL)
    return Contest(
        id="pr",
        kind=ContestKind.PARTY_LIST,
        name=name("Бирдиктүү шайлоо округу", "Единый избирательный округ", "Single nationwide constituency"),
        electorate=Electorate.ALL,
        district=None,
        seats=54,
        marks=1,
        rule="kg-jk-2021",
        list_rule="women-30-first",
        options=(*lists, against),
    )


def _person(no: int) -> ListCandidate:
    title = name(f"{no}-талапкер (синтетикалык)", f"Кандидат {no} (синтетический)", f"Candidate {no} (synthetic)")
    # at most 70 % of one sex, and no more than three places between women
    return ListCandidate(no=no, name=title, sex="f" if no % 3 == 0 or no % 20 == 1 else "m", synthetic=True)


def _district_contest(plan: districts.DistrictPlan) -> Contest:
    return Contest(
        id=f"smd-{plan.no}",
        kind=ContestKind.SINGLE_MANDATE,
        name=_title(plan),
        electorate=Electorate.DISTRICT,
        district=f"d{plan.no:02d}",
        seats=1,
        marks=1,
        rule="kg-smd",
        options=candidates(district_votes.sexes(plan.no)),
    )


def _sources() -> tuple[SourceNote, ...]:
    trend = "https://en.trend.az/casia/kyrgyzstan/3527535.html"
    return (
        source(
            "names and ballot numbers of the 21 lists",
            "https://en.trend.az/casia/kyrgyzstan/3518781.html",
            synthetic=False,
        ),
        source("2,494 stations (59 abroad), 3,703,420 voters, 1,037 list candidates", trend, synthetic=False),
        source(
            "1,293,947 ballots in the boxes; 3,926 found valid by the manual count",
            "https://shailoo.gov.kg/kg/news/6012/",
            synthetic=False,
        ),
        source("1,281,622 in the final figures, without 20 stations", trend, synthetic=False),
        source(
            "final votes and seats of six lists",
            "https://www.trtavaz.com.tr/haber/kir/avrasyadan/bshk-parlamenttik-shayloonun-rasmiy-zhyyyntygyn-chygardy/"
            "61ba343201a30a287c784ffa",
            synthetic=False,
        ),
        source("turnout by region at 18:00", "https://oshtv.kg", synthetic=False),
        source(
            "25 districts and the voters of eight",
            "rehearsal/synthesis/sources/smd_2021.csv, with addresses",
            synthetic=False,
        ),
        source(
            "54 territorial commissions",
            "rehearsal/synthesis/sources/tec.csv: partly as published, partly reconstructed",
            synthetic=False,
        ),
        source(
            "shapes and localities",
            "Who's On First (Mesoshapes, CC0); points partly GeoNames, CC BY 4.0",
            synthetic=False,
        ),
        made_up("names of 11 districts and their numbers where the source gives none"),
        made_up("which stations exist where, their numbers, voters and places"),
        made_up("all candidates of lists and districts, and every district's votes, except that 27 and 29 failed"),
        made_up(
            "the split of every figure by station, box and hour; final votes of the 15 other lists; invalid ballots"
        ),
        made_up("which 20 stations the final figures leave out, and where the 3,926 ballots lie"),
    )
