"""What each page of the results site shows, before any language, markup or number format.

The plan fills these, the pages draw them, the gate reads the drawn pages back and compares. A view is planned once
for three languages: it holds `Name` triples and whole numbers, never a formatted figure, a share or a sentence. A
share is always drawn from the two integers that stand here, so that its base is never lost. `None` is "not known
(yet)"; it is drawn as a dash, never as 0.

Moments are UTC stamps (`2021-11-28T14:02:11Z`), days are ISO dates, both as `str`. Addresses of data files are
absolute paths on the site (`/results/data/…`); addresses of pages are not stored, `address()` derives them. Slotted
dataclasses, not pydantic: 7,500 pages are planned in a few seconds, and every value was checked at the door that let
it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from builder import view_places
from builder.change_views import ChangesView, Cut
from builder.document_views import DocumentsView, OwedView

if TYPE_CHECKING:
    from builder.document_views import StationDocuments
    from shailoo.model.base import Name
    from shailoo.model.election import ContestKind, StationKind

Status = view_places.Status
PlaceKind = view_places.PlaceKind
Head = view_places.Head
Place = view_places.Place
Download = view_places.Download
Option = view_places.Option
Cause = view_places.Cause
Standing = Literal["", "qualifies", "below", "leads", "elected", "second-round"]
"""What a row may say about an option.

On partial data only `qualifies`, `below` and `leads` ("if counted now"), or nothing.
"""
BoxState = Literal["waiting", "accepted", "held", "conflict", "replaced", "revoked"]
DistrictState = Literal[
    "waiting", "leading", "tie", "against-all-leads", "elected", "failed", "undetermined", "second-round"
]
"""`failed` and `elected` only when every box of the district is counted; `undetermined` where the law is silent."""
SeatsReason = Literal["partial", "tie", "cap", "no-list", "rule"]
"""Why seats stay open.

Boxes are missing; equal remainders; surplus over the cap; nobody qualifies; the rule is not applicable.
"""
TextState = Literal["counts", "held", "replaced"]
"""An agreed version of a paper: it counts, an equation does not hold, a later version stands in its place."""
SheetState = Literal["waiting", "differs", "held", "agreed"]
"""A protocol: fewer than two people keyed it; they read different figures; an equation does not hold; it counts."""
LayerName = Literal["boxes", "hand", "final"]
Annulled = Literal["exclude-outside", "exclude-station", "exclude-option", "exclude-contest"]
Release = Literal["report", "protocol", "act"]
"""What releases a held report: a new report of the box, the commission's protocol, an act."""


@dataclass(frozen=True, slots=True)
class OptionCount:
    """The votes of one option in one place."""

    option: Option
    votes: int | None
    standing: Standing = ""


@dataclass(frozen=True, slots=True)
class ContestCount:
    """One contest in one place: the table `contest:<id>` with rows in the order given, then `invalid` and `ballots`.

    `ballots` is the number of ballots of this contest in the boxes and the base of every share (those who took part
    in it). `scale` is the share that fills a bar, in hundredths of a percent (2000 = 20 %), the same for all rows and
    for the threshold. `marks` > 1 means that votes may exceed ballots. `bound` is set when a cell is small: fewer
    than `bound` ballots, only `ballots` may be shown and all other counts are None. `reported`/`expected` are boxes
    with this contest.
    """

    contest: str
    kind: ContestKind
    name: Name
    rows: tuple[OptionCount, ...]
    invalid: int | None
    ballots: int | None
    scale: int
    seats: int = 0
    marks: int = 1
    threshold: int | None = None
    reported: int = 0
    expected: int = 0
    bound: int | None = None
    sealed: int = 0
    merged: int = 0
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """The single figures at the top.

    `dd data-figure` = voters, participants (+ .share of voters), reported, expected, held.
    """

    voters: int
    participants: int | None
    reported: int
    expected: int
    held: int
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How complete one part is.

    `waiting` = voters on the lists of stations none of whose figures are in a total yet.
    """

    place: Place
    reported: int
    expected: int
    held: int
    voters: int
    waiting: int
    participants: int | None


@dataclass(frozen=True, slots=True)
class TurnoutRow:
    """One part through the day.

    `voted[i]` is the number who had voted by `TurnoutTable.hours[i]`, None where nobody reported.
    """

    place: Place
    voters: int
    voted: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class TurnoutTable:
    """Turnout as the commissions reported it during the day.

    Hours are local (`10:00`). `stations[i]` had reported by hour i.
    """

    hours: tuple[str, ...]
    rows: tuple[TurnoutRow, ...]
    total: TurnoutRow
    stations: tuple[int, ...] = ()
    expected: int = 0
    opens: str = "08:00"


@dataclass(frozen=True, slots=True)
class SeatRow:
    """Seats of one list if counted now. Table `seats`, and the key of the hemicycle."""

    option: Option
    seats: int


@dataclass(frozen=True, slots=True)
class Seats:
    """The hemicycle. `total` = seats of the list contest, `districts` = seats elected elsewhere and drawn open.

    `sum(rows) + open == total`. `decided` only when nothing is missing. `citation` is the law as the rule version
    cites it; `quotient` is the Hare quotient as an exact fraction (votes of the qualified lists, seats).
    """

    contest: str
    total: int
    rows: tuple[SeatRow, ...]
    open: int
    districts: int
    decided: bool
    reasons: tuple[SeatsReason, ...] = ()
    waiting: int = 0
    quotient: tuple[int, int] | None = None
    rule: str = ""
    citation: str = ""


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """One district on the overview. `lead` is the distance to the second in votes."""

    place: Place
    state: DistrictState
    leader: Option | None
    votes: int | None
    ballots: int | None
    lead: int | None
    reported: int
    expected: int


@dataclass(frozen=True, slots=True)
class MapArea:
    """A region or rayon on a map. `shares` belong to the interactive map: votes by option key."""

    place: Place
    voters: int
    participants: int | None
    ballots: int | None
    leader: Option | None
    leader_votes: int | None
    votes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One held report, neutral, with the rule and the place.

    `expected`/`found` are counts; `line` is the line of the report.

    `rule` is the gate's code; `what` an optional sentence of the rule (data, three languages).
    """

    station: Place
    box: str
    rule: str
    contest: str
    line: str
    expected: int | None
    found: int | None
    since: str
    release: tuple[Release, ...] = ("report", "protocol", "act")
    what: Name | None = None


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """Two different final reports of one box. Both are kept and shown; neither is in a total until an act decides."""

    station: Place
    box: str
    digests: tuple[str, ...]
    arrived: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """Refused senders in one hour: `count` is capped, `capped` says that there were more."""

    hour: str
    code: str
    count: int
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A signed report exactly as printed. `text` is the public note; `counted` says whether it is in the totals."""

    box: str
    kind: Literal["zero", "final", "annex"]
    text: str
    digest: str
    href: str
    arrived: str
    counted: bool
    copy: int = 1
    entry: int | None = None
    """Its number in the transparency log; None where there is no log. The proof lies beside the text."""


@dataclass(frozen=True, slots=True)
class Box:
    """A ballot box at a station.

    `delay` = seconds from the legal closing to arrival, `clock` = the box's clock minus ours, or 0.
    """

    id: str
    state: BoxState
    signed: bool = False
    arrived: str = ""
    delay: int | None = None
    clock: int = 0
    reserve: bool = False


# --- the three counts ---


@dataclass(frozen=True, slots=True)
class CountLine:
    """A line of a comparison. `key` is the ballot number, `invalid` or `ballots`; the rest is drawn."""

    key: str
    option: Option | None
    boxes: int | None
    hand: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The table `counts:<contest>`: boxes beside hand, over the same stations.

    `stations` of `expected` have both counts and are in it. `hidden` says that only ballots may be shown.
    """

    contest: str
    kind: ContestKind
    name: Name
    rows: tuple[CountLine, ...]
    stations: int
    expected: int
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SheetCoverage:
    """How far the protocols of a contest are in one place, and how they compare there.

    `invalid` and `ballots` are differences (hand less boxes) and `apart` is how many stations differ, `over` how many
    are over the bound; of `both` stations that have both counts.
    """

    place: Place
    expected: int
    agreed: int
    held: int
    differs: int
    both: int
    apart: int
    over: int
    ballots: int
    invalid: int


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """How many stations differ by `least` to `most` votes; `most` None is open."""

    least: int
    most: int | None
    stations: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The histogram `spread:<contest>`. `scale` fills a bar, in hundredths of a percent of `stations`."""

    contest: str
    name: Name
    rows: tuple[SpreadRow, ...]
    stations: int
    over: int
    bound_votes: int
    bound_thousandths: int
    scale: int


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A line of the layers. `key` is the ballot number, `invalid`, `nobody` or `ballots`; by layer, in its order."""

    key: str
    option: Option | None
    votes: tuple[int | None, ...]
    seats: tuple[int | None, ...] = (None, None, None)


@dataclass(frozen=True, slots=True)
class Layers:
    """The table `layers:<contest>`: boxes, hand, final. A share is of the layer's own ballots.

    `complete` says of each layer whether every station is in it (or excluded by an act), `unseated` how many seats
    nobody certainly has.
    """

    contest: str
    kind: ContestKind
    name: Name
    rows: tuple[LayerRow, ...]
    ballots: tuple[int | None, ...]
    voters: int
    complete: tuple[bool, ...]
    seats: int
    open_seats: tuple[int | None, ...]
    annulled: bool = False
    """The whole contest is annulled: there is no final count."""


@dataclass(frozen=True, slots=True)
class AnnulledPart:
    """One thing that an act takes out of the final count."""

    kind: Annulled
    station: Place | None = None
    contest: Name | None = None
    option: Option | None = None


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act that annuls, or that reverses one. `reversed_by` is the number of the act by which it no longer holds."""

    number: str
    day: str
    body: Name
    reason: str
    parts: tuple[AnnulledPart, ...]
    reversed_by: str = ""


@dataclass(frozen=True, slots=True)
class StationDifference:
    """A station in the list of a region or district. `size` is None while one of its counts is missing or hidden."""

    place: Place
    state: SheetState
    boxes: int | None
    hand: int | None
    size: int | None
    invalid: int | None
    over: bool
    reasons: tuple[str, ...]
    excluded: str = ""
    """Number of the act that excludes the station."""


@dataclass(frozen=True, slots=True)
class StationList:
    """The table `stations:<contest>`: the largest difference first."""

    contest: str
    name: Name
    rows: tuple[StationDifference, ...]


@dataclass(frozen=True, slots=True)
class SheetVersion:
    """A version of a protocol: who made it, in which office, why, and whether it is the one that counts."""

    version: int
    role: str
    entered: str
    correction: str
    act: str
    counts: bool


@dataclass(frozen=True, slots=True)
class SheetBreach:
    """An equation of the protocol that does not hold; `line` is its left side."""

    rule: str
    line: str
    expected: int
    found: int


@dataclass(frozen=True, slots=True)
class SheetView:
    """A station's protocol of one contest."""

    contest: str
    name: Name
    state: SheetState
    versions: tuple[SheetVersion, ...]
    breaches: tuple[SheetBreach, ...] = ()
    lines: tuple[str, ...] = ()
    """Lines in which two keyings differ."""
    reason: str = ""
    """Why it is handed over although an equation does not hold."""


@dataclass(frozen=True, slots=True)
class SheetText:
    """A version of a paper on which two people agree, for the data file: what an entry of the log is the digest of.

    `state` is `counts`, `held` or `replaced` (by a later version). `hidden`: lines that tell votes are left out.
    """

    sheet: str
    version: int
    state: TextState
    agreed: str
    correction: str
    act: str
    unreconciled: str
    hidden: bool
    lines: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class StationCounts:
    """The three counts of a station."""

    identified: int | None
    comparisons: tuple[Comparison, ...]
    sheets: tuple[SheetView, ...]
    acts: tuple[ActRow, ...]
    texts: tuple[SheetText, ...] = ()


# --- pages ---


@dataclass(frozen=True, slots=True)
class ElectionRow:
    """One line of the list of elections."""

    head: Head
    voters: int
    participants: int | None
    reported: int
    expected: int


@dataclass(frozen=True, slots=True)
class ElectionsView:
    """`/results/<lang>/`: newest first."""

    rows: tuple[ElectionRow, ...]


@dataclass(frozen=True, slots=True)
class Archive:
    """Set on an archived page: version `number` as it stood at `at`."""

    number: int
    at: str


@dataclass(frozen=True, slots=True)
class OverviewView:
    """`/results/<lang>/<election>/`, and `…/v/<n>/` when `archive` is set.

    Several contests for referendums and several councils.
    """

    head: Head
    figures: Figures
    contests: tuple[ContestCount, ...]
    coverage: tuple[CoverageRow, ...]
    areas: tuple[MapArea, ...]
    turnout: TurnoutTable | None = None
    seats: Seats | None = None
    districts: tuple[DistrictRow, ...] = ()
    downloads: tuple[Download, ...] = ()
    archive: Archive | None = None
    since: Cut | None = None
    """On an archived page: what is new since the version kept before."""
    counted: tuple[int, int] | None = None
    """(stations whose protocol is agreed, stations) of the first contest; None before there is anything to compare."""


@dataclass(frozen=True, slots=True)
class PlaceView:
    """Region, TEC or district: figures, contests, the parts below it, turnout.

    A region lists its TECs, a TEC and a district their stations. `parents` are the crumbs from the region down. For a
    district `state`, `winners` and `seats` say how its contest stands. `unit` is what `parts` are.
    """

    head: Head
    place: Place
    parents: tuple[Place, ...]
    figures: Figures
    contests: tuple[ContestCount, ...]
    parts: tuple[CoverageRow, ...]
    unit: Literal["tec", "station"]
    turnout: TurnoutTable | None = None
    commission: Name | None = None
    state: DistrictState | None = None
    winners: tuple[Option, ...] = ()
    citation: str = ""
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class StationView:
    """One polling station. `kind` as in the package; `at` is (longitude_e5, latitude_e5) as in the package, or None."""

    head: Head
    place: Place
    address: Name
    kind: StationKind
    zone: str
    region: Place
    tec: Place | None
    district: Place | None
    voters: int
    participants: int | None
    boxes: tuple[Box, ...]
    contests: tuple[ContestCount, ...]
    reports: tuple[Report, ...]
    held: tuple[HeldRow, ...] = ()
    conflicts: tuple[ConflictRow, ...] = ()
    turnout: TurnoutTable | None = None
    at: tuple[int, int] | None = None
    documents: StationDocuments | None = None
    downloads: tuple[Download, ...] = ()
    counts: StationCounts | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Where an option's votes came from. `ballots` is the base of the share."""

    place: Place
    votes: int | None
    ballots: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A published reading of a rule (the women's quota has two): named, dated, cited, never chosen by us."""

    id: str
    name: Name
    citation: str


@dataclass(frozen=True, slots=True)
class ListCandidate:
    """A candidate of an open list. `elected` are the ids of the readings under which the seat would be theirs."""

    number: str
    name: Name
    preferences: int | None
    elected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionView:
    """One list or candidate: total, then by region, then by TEC; for a list its candidates with preference votes."""

    head: Head
    contest: ContestCount
    option: Option
    votes: int | None
    regions: tuple[SourceRow, ...]
    tecs: tuple[SourceRow, ...]
    scale: int
    standing: Standing = ""
    candidates: tuple[ListCandidate, ...] = ()
    readings: tuple[Reading, ...] = ()
    preference_boxes: tuple[int, int] | None = None
    district: Place | None = None
    stations: tuple[SourceRow, ...] = ()
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class MapView:
    """The interactive map's page, with the tables that stand in for it where there is no script.

    `maps.data_files` makes `areas_href` and `stations_href` of it; `stations` are (number, longitude_e5, latitude_e5).
    """

    head: Head
    contest: str
    regions: tuple[MapArea, ...]
    rayons: tuple[MapArea, ...]
    options: tuple[Option, ...]
    areas_href: str
    stations_href: str
    stations: tuple[tuple[str, int, int], ...] = ()
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class StationGroup:
    """The stations of one TEC (or of the commission abroad): nothing that changes with a report."""

    tec: Place
    region: Place
    stations: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class StationsView:
    """`…/stations/`: every station by TEC."""

    head: Head
    groups: tuple[StationGroup, ...]
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldView:
    """`…/held/`: what is in no total, and why."""

    head: Head
    held: tuple[HeldRow, ...]
    conflicts: tuple[ConflictRow, ...]
    refusals: tuple[RefusalRow, ...]
    acts: tuple[str, ...] = ()
    """Every act as its record is written (canonical JSON): its digest is in the log."""
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One publication. `causes` are (cause, how many records of it). `archived` says that `…/v/<n>/` exists."""

    number: int
    at: str
    causes: tuple[tuple[Cause, int], ...]
    reported: int
    participants: int | None
    held: int
    digest: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class VersionsView:
    """`…/versions/`: newest first."""

    head: Head
    rows: tuple[VersionRow, ...]
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnoutView:
    """`…/turnout/`: by region and hour."""

    head: Head
    table: TurnoutTable
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class CountsView:
    """`…/counts/`: the three counts in the country. Before there is anything to compare it says so and no more."""

    head: Head
    begun: bool
    identified: tuple[int, int] | None = None
    """(voters identified, stations that told)."""
    comparisons: tuple[Comparison, ...] = ()
    layers: tuple[Layers, ...] = ()
    spreads: tuple[Spread, ...] = ()
    regions: tuple[SheetCoverage, ...] = ()
    total: SheetCoverage | None = None
    districts: tuple[SheetCoverage, ...] = ()
    acts: tuple[ActRow, ...] = ()
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class CountsPlaceView:
    """`…/counts/<region>/`, `…/counts/district/<id>/`: the counts of a region or district, station by station."""

    head: Head
    begun: bool
    place: Place
    comparisons: tuple[Comparison, ...] = ()
    layers: tuple[Layers, ...] = ()
    lists: tuple[StationList, ...] = ()
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """The last head of the log that a witness signed, and when it saw it (UTC)."""

    name: str
    size: int
    seen: str


@dataclass(frozen=True, slots=True)
class LogView:
    """`log/`: the head of the public log, and who has seen it. `root` in hexadecimal, `published` UTC.

    `asked` are the names of the witnesses that the log asks to sign; those of `witnesses` have answered.
    """

    origin: str
    vkey: str
    size: int
    root: str
    version: int
    published: str
    witnesses: tuple[WitnessRow, ...]
    asked: tuple[str, ...]
    election: str = ""
    """The election whose pointer the page follows."""


OfElection = (
    OverviewView
    | PlaceView
    | StationView
    | OptionView
    | MapView
    | StationsView
    | HeldView
    | VersionsView
    | TurnoutView
    | DocumentsView
    | OwedView
    | CountsView
    | CountsPlaceView
    | ChangesView
)
"""The pages of one election: each has a `head`."""
OfPortal = ElectionsView | LogView
"""The pages of the whole portal."""
View = OfPortal | OfElection
"""Every page there is: a closed union, so that a new page breaks the build where it is not handled."""


def scope(view: View) -> str:  # noqa: C901, PLR0911, PLR0912 -- one return for each kind of page
    """Name what a page is about, `station/1004`: its `data-scope` and the tail of its address ("" for an overview)."""
    match view:
        case ElectionsView():
            return ""
        case LogView():
            return "log"
        case OverviewView(archive=archive):
            return "" if archive is None else f"v/{archive.number}"
        case PlaceView(place=place) | StationView(place=place):
            return f"{place.kind}/{place.id}"
        case OptionView(option=option):
            return f"option/{option.contest}/{option.key}"
        case MapView():
            return "map"
        case StationsView():
            return "stations"
        case HeldView():
            return "held"
        case VersionsView():
            return "versions"
        case TurnoutView():
            return "turnout"
        case DocumentsView():
            return "documents"
        case OwedView(place=place):
            return f"documents/{place.id}"
        case CountsView():
            return "counts"
        case ChangesView(place=region):
            return "changes" if region is None else f"changes/{region.id}"
        case CountsPlaceView(place=place):
            return f"counts/{place.id}" if place.kind == "region" else f"counts/{place.kind}/{place.id}"


def address(view: View) -> str:
    """Return the page's folder below `/results/<lang>/`.

    "" for the list of elections, `jk-2021-11-28/station/1004/`.
    """
    if isinstance(view, ElectionsView):
        return ""
    if isinstance(view, LogView):
        return "log/"
    tail = scope(view)
    return f"{view.head.election}/{tail}/" if tail else f"{view.head.election}/"
