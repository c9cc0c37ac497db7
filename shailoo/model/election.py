"""One election, as its package describes it. See docs/election-package.md for the files this is read from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from shailoo.model.base import Frozen, Name

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Sex = Literal["f", "m"]


class Mode(StrEnum):
    """Live and rehearsal never mix: the mode is in every report, in every seal, in every record."""

    LIVE = "live"
    REHEARSAL = "rehearsal"


class ElectionKind(StrEnum):
    """What the voters were called to the stations for."""

    PARLIAMENT = "parliament"
    PRESIDENT = "president"
    KENESH = "kenesh"
    REFERENDUM = "referendum"
    ADVISORY = "advisory"


class ContestKind(StrEnum):
    """How one question on the ballot is counted."""

    PARTY_LIST = "party-list"
    SINGLE_MANDATE = "single-mandate"
    MULTI_MANDATE = "multi-mandate"
    PRESIDENT = "president"
    QUESTION = "question"
    ADVISORY = "advisory"


class Electorate(StrEnum):
    """Which stations hold ballots of a contest."""

    ALL = "all"
    DOMESTIC = "domestic"
    DISTRICT = "district"


class OptionKind(StrEnum):
    """What a line of the ballot stands for."""

    LIST = "list"
    CANDIDATE = "candidate"
    ANSWER = "answer"
    AGAINST_ALL = "against-all"


class StationKind(StrEnum):
    """Where a polling station stands."""

    DOMESTIC = "domestic"
    ABROAD = "abroad"
    REMOTE = "remote"
    """It prints the ballot of the voter's own district on the spot (2025), so it holds ballots of many districts."""


class BoxRole(StrEnum):
    """A reserve box counts only after an act has joined it to a station."""

    MAIN = "main"
    RESERVE = "reserve"


class ListCandidate(Frozen):
    """A person on a party's list, with the number that voters mark (preferential vote)."""

    no: Annotated[int, Field(ge=1, le=999)]
    name: Name
    sex: Sex | None
    synthetic: bool


class Option(Frozen):
    """One line of the ballot, in ballot order."""

    no: Annotated[int, Field(ge=1, le=999)]
    kind: OptionKind
    name: Name
    sex: Sex | None = None
    party: Name | None = None
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")] | None = None
    synthetic: bool = False
    candidates: tuple[ListCandidate, ...] = ()


class Contest(Frozen):
    """One question on which votes are counted; `rule` names a version in `shailoo.rules`."""

    id: Slug
    kind: ContestKind
    name: Name
    electorate: Electorate
    district: Slug | None
    seats: Annotated[int, Field(ge=0, le=200)]
    marks: Annotated[int, Field(ge=1, le=50)]
    rule: str
    list_rule: str | None = None
    """How the seats of a list go to its candidates (open lists); None where lists are closed or there are none."""
    round: Annotated[int, Field(ge=1, le=2)] = 1
    options: tuple[Option, ...]

    @cached_property
    def option_by_no(self) -> Mapping[int, Option]:
        """Options by their ballot number."""
        return {option.no: option for option in self.options}


class Region(Frozen):
    """An oblast or a city of republican significance; `abroad` is a region of its own kind."""

    id: Slug
    kind: Literal["oblast", "city", "abroad"]
    iso: str | None
    name: Name


class Commission(Frozen):
    """A commission above the precinct: territorial (TEC), district (DEC) or central (CEC)."""

    id: Slug
    kind: Literal["cec", "tec", "dec"]
    region: Slug | None
    name: Name


class District(Frozen):
    """An electoral district with its commission."""

    id: Slug
    no: Annotated[int, Field(ge=1, le=999)]
    name: Name
    region: Slug | None
    commission: Slug | None
    synthetic: bool
    """True where the name or the borders are not public and were made up for the rehearsal."""


class Station(Frozen):
    """A polling station. `district` is None abroad; a remote station holds ballots of every district."""

    no: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]
    kind: StationKind
    region: Slug
    rayon: Slug | None
    """Identifier of the rayon or city polygon in geo/rayons.geojson."""
    tec: Slug
    district: Slug | None
    zone: str
    name: Name
    """The place: village, school, embassy."""
    latitude_e5: Annotated[int, Field(ge=-9_000_000, le=9_000_000)] | None
    """Degrees times 100,000; records hold no floats."""
    longitude_e5: Annotated[int, Field(ge=-18_000_000, le=18_000_000)] | None
    voters: Annotated[int, Field(ge=0, le=100_000)]


class Box(Frozen):
    """An automatic ballot box and the key that verifies its notes (C2SP signed-note verifier key)."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{2,23}$")]
    station: str | None
    """None for a reserve box that no act has joined to a station yet."""
    role: BoxRole
    vkey: str


class LineRole(StrEnum):
    """What a line of a protocol counts, where the count of a contest needs to know."""

    LISTED = "listed"
    """Voters on the list."""
    RECEIVED = "received"
    """Ballots that the commission received."""
    ISSUED = "issued"
    """Ballots issued in the premises."""
    ISSUED_OUTSIDE = "issued-outside"
    """Ballots issued outside the premises."""
    CANCELLED = "cancelled"
    """Unused and spoiled ballots."""
    PORTABLE = "portable"
    """Ballots in portable boxes."""
    STATIONARY = "stationary"
    """Ballots in stationary boxes."""
    INVALID = "invalid"
    VALID = "valid"
    VOTES = "votes"
    """A group line: votes of each option, without "against all" where that has a line of its own."""
    AGAINST_ALL = "against-all"


class ProtocolLine(Frozen):
    """A line of the protocol of a contest; a group line (`L10`) stands for one figure per option."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{1,2}$")]
    name: Name
    group: bool = False
    role: LineRole | None = None
    """None for a line that is kept and checked, but that nothing is counted from."""
    source: str


class Equation(Frozen):
    """A control equation over protocol lines, such as `L6 + L7 = L8 + L9`. A soft one is shown, a hard one holds."""

    id: Slug
    text: str
    hard: bool
    source: str


class Protocol(Frozen):
    """Lines and equations of the manual protocol, by contest kind."""

    contest_kind: ContestKind
    lines: tuple[ProtocolLine, ...]
    equations: tuple[Equation, ...]

    @cached_property
    def line_by_role(self) -> Mapping[LineRole, ProtocolLine]:
        """Lines by what they count; the package sees to it that none has two."""
        return {line.role: line for line in self.lines if line.role is not None}


class SourceNote(Frozen):
    """Where a fact in the package comes from, and whether it was made up."""

    what: str
    synthetic: bool
    source: str


class Election(Frozen):
    """Everything that is known of an election before its day."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{2,39}$")]
    day: date
    kind: ElectionKind
    mode: Mode
    name: Name
    short_name: Name
    zone: str
    """Zone of the country's own time, `Asia/Bishkek`."""
    report_language: Literal["ky", "ru", "en"]
    opens: time
    closes: time
    """Local hours in the zone of each station."""
    small_cell_bound: Annotated[int, Field(ge=0, le=1000)]
    """A contest with fewer ballots than this in a box shows only their number."""
    quota_regions: tuple[Slug, ...] = ()
    """Regions in which a list must reach the regional threshold."""
    synthetic: bool
    """True when any figure played with this package is made up; marks every page and file."""
    regions: tuple[Region, ...]
    commissions: tuple[Commission, ...]
    districts: tuple[District, ...]
    contests: tuple[Contest, ...]
    stations: tuple[Station, ...]
    boxes: tuple[Box, ...]
    protocols: tuple[Protocol, ...]
    electorate: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)
    """Voters of a contest at a station where they differ from the station's total: station -> contest -> voters."""
    sources: tuple[SourceNote, ...]

    @cached_property
    def station_by_no(self) -> Mapping[str, Station]:
        """Stations by number."""
        return {station.no: station for station in self.stations}

    @cached_property
    def contest_by_id(self) -> Mapping[str, Contest]:
        """Contests by identifier."""
        return {contest.id: contest for contest in self.contests}

    @cached_property
    def protocol_by_kind(self) -> Mapping[ContestKind, Protocol]:
        """Protocols by the kind of contest; every kind of the election has one."""
        return {protocol.contest_kind: protocol for protocol in self.protocols}

    @cached_property
    def region_by_id(self) -> Mapping[str, Region]:
        """Regions by identifier."""
        return {region.id: region for region in self.regions}

    @cached_property
    def commission_by_id(self) -> Mapping[str, Commission]:
        """Commissions by identifier."""
        return {commission.id: commission for commission in self.commissions}

    @cached_property
    def district_by_id(self) -> Mapping[str, District]:
        """Districts by identifier."""
        return {district.id: district for district in self.districts}

    @cached_property
    def box_by_id(self) -> Mapping[str, Box]:
        """Boxes by serial number."""
        return {box.id: box for box in self.boxes}

    @cached_property
    def boxes_by_station(self) -> Mapping[str, tuple[Box, ...]]:
        """The boxes that the package itself puts at a station; acts may add and remove."""
        found: dict[str, list[Box]] = {}
        for box in self.boxes:
            if box.station is not None:
                found.setdefault(box.station, []).append(box)
        return {station: tuple(boxes) for station, boxes in found.items()}

    @cached_property
    def _contests_by_place(self) -> dict[tuple[StationKind, str | None], tuple[Contest, ...]]:
        return {}

    def contests_at(self, station: Station) -> tuple[Contest, ...]:
        """Contests whose ballots a station holds, in package order."""
        place = (station.kind, station.district)
        known = self._contests_by_place.get(place)
        if known is None:
            known = tuple(contest for contest in self.contests if _holds(station, contest))
            self._contests_by_place[place] = known
        return known

    def voters_of(self, station: Station, contest: Contest) -> int:
        """Voters on the list of a station who may vote in a contest."""
        return self.electorate.get(station.no, {}).get(contest.id, station.voters)

    def opening(self, station: Station) -> datetime:
        """The moment the station opens, in UTC."""
        return _moment(self.day, self.opens, station.zone)

    def closing(self, station: Station) -> datetime:
        """The moment the station closes, in UTC."""
        return _moment(self.day, self.closes, station.zone)

    @cached_property
    def last_closing(self) -> datetime:
        """When the last station in the world closes, in UTC."""
        return max(_moment(self.day, self.closes, zone) for zone in {station.zone for station in self.stations})

    @cached_property
    def evening_of(self) -> datetime:
        """When stations close in the country's own zone, in UTC."""
        return _moment(self.day, self.closes, self.zone)


def _holds(station: Station, contest: Contest) -> bool:
    match contest.electorate:
        case Electorate.ALL:
            return True
        case Electorate.DOMESTIC:
            return station.kind is not StationKind.ABROAD
        case Electorate.DISTRICT:
            return station.kind is StationKind.REMOTE or station.district == contest.district


def _moment(day: date, hour: time, zone: str) -> datetime:
    if hour == time(0, 0):
        day += timedelta(days=1)  # a closing hour of 00:00 is the end of the day
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
