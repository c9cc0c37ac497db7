"""What must hold between the tables of an election package, beyond each cell by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from shailoo.model.base import LANGUAGES, Name
from shailoo.model.election import BoxRole, ContestKind, Electorate, LineRole, Mode, OptionKind, Protocol, StationKind
from shailoo.package_faults import FaultList
from shailoo.package_header import HEADER, PROTOCOL, PackageHeader
from shailoo.package_tables import (
    BOXES,
    CANDIDATES,
    COMMISSIONS,
    CONTESTS,
    DISTRICTS,
    ELECTORATE,
    OPTIONS,
    REGIONS,
    STATIONS,
    ContestRow,
    PackageTables,
    Placed,
    Row,
    Table,
)
from shailoo.records.note import BadNote, Verifier
from shailoo.records.rehearsal_key import is_rehearsal_key
from shailoo.records.report_text import NAME_WIDTH, WIDTH
from shailoo.rules import rulebook
from shailoo.rules.equations import parse_equation
from shailoo.rules.errors import EquationUnreadable

RULES = frozenset(rulebook.RULES)
"""Names of the rules that decide a contest."""
LIST_RULES = frozenset(rulebook.LIST_RULES)
"""Names of the readings of the law by which a list's seats go to its candidates."""

_RULE_KINDS: Mapping[ContestKind, str] = {
    ContestKind.PARTY_LIST: "lists",
    ContestKind.SINGLE_MANDATE: "votes",
    ContestKind.MULTI_MANDATE: "votes",
    ContestKind.PRESIDENT: "president",
    ContestKind.QUESTION: "question",
    ContestKind.ADVISORY: "advisory",
}
_OPTION_KINDS: Mapping[ContestKind, OptionKind] = {
    ContestKind.PARTY_LIST: OptionKind.LIST,
    ContestKind.SINGLE_MANDATE: OptionKind.CANDIDATE,
    ContestKind.MULTI_MANDATE: OptionKind.CANDIDATE,
    ContestKind.PRESIDENT: OptionKind.CANDIDATE,
    ContestKind.QUESTION: OptionKind.ANSWER,
    ContestKind.ADVISORY: OptionKind.ANSWER,
}
_SEATS: Mapping[ContestKind, range] = {
    ContestKind.PARTY_LIST: range(1, 201),
    ContestKind.SINGLE_MANDATE: range(1, 2),
    ContestKind.MULTI_MANDATE: range(1, 201),
    ContestKind.PRESIDENT: range(1, 2),
    ContestKind.QUESTION: range(1),
    ContestKind.ADVISORY: range(1),
}
_LIKE_AN_OPTION = re.compile(r"[0-9]{3} ")


def check_package(
    header: PackageHeader,
    protocols: tuple[Protocol, ...],
    tables: PackageTables,
    rayons: frozenset[str] | None,
    *,
    rules: frozenset[str],
    list_rules: frozenset[str],
    faults: FaultList,
) -> None:
    """Note every fault between tables. `rayons` are the shapes of the package; None where it brings none."""
    _check_hours(header, faults)
    _check_unique(tables, faults)
    _check_references(header, tables, rayons, faults)
    _check_contests(tables, rules, list_rules, faults)
    _check_options(tables, faults)
    _check_stations(tables, faults)
    _check_boxes(header, tables, faults)
    _check_protocols(protocols, tables, faults)


def _check_hours(header: PackageHeader, faults: FaultList) -> None:
    if header.closes != time(0, 0) and header.opens >= header.closes:
        faults.add(
            HEADER, "the hours end before they begin", "Mend opens or closes.", column="closes", value=header.closes
        )
    if not _is_zone(header.zone):
        faults.add(HEADER, "no such time zone", "Write a name such as Asia/Bishkek.", column="zone", value=header.zone)


def _check_unique(tables: PackageTables, faults: FaultList) -> None:
    _unique(REGIONS, "id", tables.regions, lambda row: row.id, faults)
    _unique(COMMISSIONS, "id", tables.commissions, lambda row: row.id, faults)
    _unique(DISTRICTS, "id", tables.districts, lambda row: row.id, faults)
    _unique(DISTRICTS, "no", tables.districts, lambda row: row.no, faults)
    _unique(CONTESTS, "id", tables.contests, lambda row: row.id, faults)
    _unique(CANDIDATES, "no", tables.candidates, lambda row: (row.contest, row.option, row.no), faults)
    _unique(STATIONS, "no", tables.stations, lambda row: row.no, faults)
    _unique(BOXES, "id", tables.boxes, lambda row: row.id, faults)
    _unique(BOXES, "vkey", tables.boxes, lambda row: row.vkey.split("+", 2)[-1], faults)
    _unique(ELECTORATE, "contest", tables.electorate, lambda row: (row.station, row.contest), faults)


def _unique(
    table: Table[Any], column: str, rows: Iterable[Placed[Row]], key: Callable[[Row], Hashable], faults: FaultList
) -> None:
    first: dict[Hashable, int] = {}
    for row in rows:
        seen = first.setdefault(key(row.value), row.row)
        if seen != row.row:
            problem = f"the same stands already in row {seen}"
            value = getattr(row.value, column)
            faults.add(table.file, problem, "Delete one of the two.", row=row.row, column=column, value=value)


def _check_references(
    header: PackageHeader, tables: PackageTables, rayons: frozenset[str] | None, faults: FaultList
) -> None:
    regions = {row.value.id for row in tables.regions}
    tecs = {row.value.id for row in tables.commissions if row.value.kind == "tec"}
    decs = {row.value.id for row in tables.commissions if row.value.kind == "dec"}
    districts = {row.value.id for row in tables.districts}
    contests = {row.value.id for row in tables.contests}
    stations = {row.value.no for row in tables.stations}

    def known(table: Table[Any], rows: Iterable[Placed[Any]], column: str, ids: Iterable[str], where: str) -> None:
        for row in rows:
            value = getattr(row.value, column)
            if value is not None and value not in ids:
                remedy = f"Write one that {where} has, or add it there."
                faults.add(table.file, "there is none by this name", remedy, row=row.row, column=column, value=value)

    known(COMMISSIONS, tables.commissions, "region", regions, REGIONS.file)
    known(DISTRICTS, tables.districts, "region", regions, REGIONS.file)
    known(DISTRICTS, tables.districts, "commission", decs, "commissions.csv (kind dec)")
    known(CONTESTS, tables.contests, "district", districts, DISTRICTS.file)
    known(OPTIONS, tables.options, "contest", contests, CONTESTS.file)
    known(STATIONS, tables.stations, "region", regions, REGIONS.file)
    known(STATIONS, tables.stations, "tec", tecs, "commissions.csv (kind tec)")
    known(STATIONS, tables.stations, "district", districts, DISTRICTS.file)
    known(STATIONS, tables.stations, "rayon", rayons or (), "geo/rayons.geojson")
    known(BOXES, tables.boxes, "station", stations, STATIONS.file)
    known(ELECTORATE, tables.electorate, "station", stations, STATIONS.file)
    known(ELECTORATE, tables.electorate, "contest", contests, CONTESTS.file)
    for region in header.quota_regions:
        if region not in regions:
            faults.add(
                HEADER, "there is no such region", "Add it to regions.csv.", column="quota_regions", value=region
            )
    lists = {(row.value.contest, row.value.no) for row in tables.options if row.value.kind is OptionKind.LIST}
    for person in tables.candidates:
        if (person.value.contest, person.value.option) not in lists:
            remedy = "Write the contest and number of a line of options.csv with the kind list."
            value = f"{person.value.contest} {person.value.option}"
            faults.add(CANDIDATES.file, "there is no such list", remedy, row=person.row, column="option", value=value)


def _check_contests(
    tables: PackageTables, rules: frozenset[str], list_rules: frozenset[str], faults: FaultList
) -> None:
    open_lists = {row.value.contest for row in tables.candidates}
    for row in tables.contests:
        contest = row.value

        def fault(problem: str, remedy: str, column: str, *, row: Placed[ContestRow] = row) -> None:
            value = getattr(row.value, column)
            faults.add(CONTESTS.file, problem, remedy, row=row.row, column=column, value=value)

        if contest.rule not in rules:
            fault("no rule has this name", f"Write one of: {', '.join(sorted(rules))}.", "rule")
        elif contest.rule in rulebook.RULES and rulebook.RULES[contest.rule].kind != _RULE_KINDS[contest.kind]:
            fault("this rule decides another kind of contest", "See docs/rules.md for the rules of this kind.", "rule")
        if contest.list_rule is not None and contest.list_rule not in list_rules:
            fault("no rule for lists has this name", f"Write one of: {', '.join(sorted(list_rules))}.", "list_rule")
        if (contest.list_rule is not None) != (contest.id in open_lists):
            fault("open lists and their rule go together", "Name a rule for lists, or give no candidates.", "list_rule")
        if (contest.electorate is Electorate.DISTRICT) != (contest.district is not None):
            fault("a contest of a district names it, others do not", "Mend district or electorate.", "district")
        if contest.seats not in _SEATS[contest.kind]:
            fault("this kind of contest does not have so many seats", "Mend seats or kind.", "seats")
        _check_names(CONTESTS, row.row, contest.name, WIDTH, faults)


def _check_options(tables: PackageTables, faults: FaultList) -> None:
    kinds = {row.value.id: row.value.kind for row in tables.contests}
    last: dict[str, int] = {}
    against: dict[str, int] = {}
    choices: dict[str, int] = {}
    for row in tables.options:
        option = row.value
        if option.no <= last.get(option.contest, 0):
            remedy = "Put the rows of a contest in ballot order; each number once."
            faults.add(OPTIONS.file, "the number is out of order", remedy, row=row.row, column="no", value=option.no)
        last[option.contest] = option.no
        kind = kinds.get(option.contest)
        if option.kind is OptionKind.AGAINST_ALL:
            if option.contest in against:
                problem = f"against all stands already in row {against[option.contest]}"
                faults.add(
                    OPTIONS.file, problem, "Delete one of the two.", row=row.row, column="kind", value=option.kind
                )
            against[option.contest] = row.row
        else:
            choices[option.contest] = choices.get(option.contest, 0) + 1
            if kind is not None and option.kind is not _OPTION_KINDS[kind]:
                remedy = f"A contest of the kind {kind} has options of the kind {_OPTION_KINDS[kind]}."
                problem = "this kind of option does not belong here"
                faults.add(OPTIONS.file, problem, remedy, row=row.row, column="kind", value=option.kind)
        _check_names(OPTIONS, row.row, option.name, NAME_WIDTH, faults)
    for contest in tables.contests:
        if contest.value.marks > max(choices.get(contest.value.id, 0), 1):
            problem = "voters may make more marks than there are options"
            remedy = "Mend marks, or add the options."
            value = contest.value.marks
            faults.add(CONTESTS.file, problem, remedy, row=contest.row, column="marks", value=value)
        if contest.value.id not in choices:
            remedy = "Add its lines to options.csv."
            faults.add(
                CONTESTS.file,
                "the contest has no options",
                remedy,
                row=contest.row,
                column="id",
                value=contest.value.id,
            )


def _check_names(table: Table[Any], row: int, name: Name, width: int, faults: FaultList) -> None:
    """Every language is checked, since the language of the tape is a setting."""
    for language in LANGUAGES:
        text = name.text(language)
        wide = [word for word in text.split(" ") if len(word) > width]
        if wide:
            problem = f"a word is wider than the {width} columns of the tape"
            remedy = "Shorten it, or put a space where the tape may break the line."
            faults.add(table.file, problem, remedy, row=row, column=f"name_{language}", value=wide[0])
        if table is CONTESTS and _LIKE_AN_OPTION.match(text):
            problem = "a title that begins with three digits and a space reads like an option on the tape"
            faults.add(table.file, problem, "Begin it with a word.", row=row, column=f"name_{language}", value=text)


def _check_stations(tables: PackageTables, faults: FaultList) -> None:
    kinds = {row.value.id: row.value.kind for row in tables.regions}
    everywhere = {row.value.electorate for row in tables.contests}
    contested = {row.value.district for row in tables.contests}
    good_zones: dict[str, bool] = {}
    for row in tables.stations:
        station = row.value

        def fault(problem: str, remedy: str, column: str, value: object, *, at: int = row.row) -> None:
            faults.add(STATIONS.file, problem, remedy, row=at, column=column, value=value)

        if not good_zones.setdefault(station.zone, _is_zone(station.zone)):
            fault("no such time zone", "Write a name such as Asia/Bishkek or Europe/Moscow.", "zone", station.zone)
        abroad = station.kind is StationKind.ABROAD
        if station.region in kinds and (kinds[station.region] == "abroad") != abroad:
            fault(
                "stations abroad lie in the region of the kind abroad, others do not",
                "Mend it.",
                "region",
                station.region,
            )
        if station.district is not None and station.kind is not StationKind.DOMESTIC:
            fault(
                "a station abroad or remote has no district of its own", "Empty the cell.", "district", station.district
            )
        if (station.latitude_e5 is None) != (station.longitude_e5 is None):
            fault("one coordinate is missing", "Give both or none.", "latitude_e5", station.latitude_e5)
        holds = (
            Electorate.ALL in everywhere
            or (Electorate.DOMESTIC in everywhere and not abroad)
            or (Electorate.DISTRICT in everywhere and station.kind is StationKind.REMOTE)
            or (station.district is not None and station.district in contested)
        )
        if not holds:
            fault(
                "no contest is voted on here",
                "Give the station a district, or delete it.",
                "district",
                station.district,
            )


def _check_boxes(header: PackageHeader, tables: PackageTables, faults: FaultList) -> None:
    served = set()
    for row in tables.boxes:
        box = row.value

        def fault(problem: str, remedy: str, column: str, value: object, *, at: int = row.row) -> None:
            faults.add(BOXES.file, problem, remedy, row=at, column=column, value=value)

        if (box.role is BoxRole.MAIN) != (box.station is not None):
            fault(
                "a main box stands at a station, a reserve box waits for an act",
                "Mend role or station.",
                "station",
                box.station,
            )
        if box.role is BoxRole.MAIN:
            served.add(box.station)
        try:
            verifier = Verifier.parse(box.vkey)
        except (BadNote, ValueError):
            fault(
                "this is not an Ed25519 verifier key",
                "Copy the line that the box printed when it was set up.",
                "vkey",
                box.vkey,
            )
            continue
        name = f"{header.id}/{box.id}"
        if verifier.name != name:
            fault("the key is of another box or election", f"The key's name must be {name}.", "vkey", box.vkey)
        if header.mode is Mode.LIVE and is_rehearsal_key(verifier, header.id, box.id):
            problem = "anyone can derive the private key of this box: it is a key of the rehearsal"
            fault(problem, "Set the box up anew and copy the line that it prints.", "vkey", box.vkey)
    for station in tables.stations:
        if station.value.no not in served:
            remedy = "Add a box with the role main to boxes.csv."
            faults.add(
                STATIONS.file, "the station has no box", remedy, row=station.row, column="no", value=station.value.no
            )


def _check_protocols(protocols: tuple[Protocol, ...], tables: PackageTables, faults: FaultList) -> None:
    described = [protocol.contest_kind for protocol in protocols]
    for kind in sorted({row.value.kind for row in tables.contests} - set(described)):
        faults.add(
            PROTOCOL,
            "the protocol of a kind of contest is missing",
            "Add its lines.",
            column="contest_kind",
            value=kind,
        )
    for kind in sorted({kind for kind in described if described.count(kind) > 1}):
        faults.add(PROTOCOL, "a kind of contest has two protocols", "Delete one.", column="contest_kind", value=kind)
    for protocol in protocols:
        _check_lines(protocol, tables, faults)
        lines = {line.id: line.group for line in protocol.lines}
        for equation in protocol.equations:
            try:
                parsed = parse_equation(equation.text)
            except EquationUnreadable as error:
                faults.add(
                    PROTOCOL, "the equation cannot be read", error.sentence, column=equation.id, value=equation.text
                )
                continue
            terms = (*parsed.left, *parsed.right)
            if any(term.line not in lines or lines[term.line] != term.summed for term in terms):
                remedy = "Name lines of this protocol; write sum(L10) for a group line and L9 for a single one."
                faults.add(PROTOCOL, "the equation names no such line", remedy, column=equation.id, value=equation.text)


def _check_lines(protocol: Protocol, tables: PackageTables, faults: FaultList) -> None:
    """The count of a contest is read off the lines by their roles, so each must be found, and found once."""

    def fault(problem: str, remedy: str, value: object) -> None:
        faults.add(PROTOCOL, problem, remedy, column=protocol.contest_kind, value=value)

    ids = [line.id for line in protocol.lines]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        fault("two lines have one number", "Number each line once.", twice)
    roles = [line.role for line in protocol.lines if line.role is not None]
    for role in sorted({role for role in roles if roles.count(role) > 1}):
        fault("two lines have one role", "Leave the role at one of them.", role)
    for role in (LineRole.INVALID, LineRole.VALID, LineRole.VOTES):
        if role not in roles:
            fault("no line has this role", "Give the role to the line that counts it.", role)
    for line in protocol.lines:
        if line.group != (line.role is LineRole.VOTES):
            remedy = "Set group for the line with the role votes, and for no other."
            fault("the votes are the one group line", remedy, line.id)
    if LineRole.AGAINST_ALL in roles:
        contests = {row.value.id for row in tables.contests if row.value.kind is protocol.contest_kind}
        against = {row.value.contest for row in tables.options if row.value.kind is OptionKind.AGAINST_ALL}
        for contest in sorted(contests - against):
            fault("no option stands for the line against all", "Add it to options.csv, or delete the line.", contest)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
