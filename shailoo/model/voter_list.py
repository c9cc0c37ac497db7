"""The voter list: its versions, what stands in it, and the small facts that its readers are given.

A version of the list is made whole or not at all: its files lie in a folder of their own, and the record
`VoterListMade` in the feed is what makes them count. A person is known by the population register's own unchanging
number (`person`); the PIN may change (resolution 619 of 28.09.2017) and is never a key.

Every voter of a version is on the list of exactly one polling station or in the queue (station `None`): people whose
station no rule could find, and about whom a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, StringConstraints

from shailoo.ids import RegionId, StationNo
from shailoo.model.base import Frozen, Moment, stamp
from shailoo.model.refs import ElectionRef, Sha256

Count = Annotated[int, Field(ge=0, le=20_000_000)]


class ListStage(StrEnum):
    """What a version of the list is, by law (constitutional law on elections, Art. 15)."""

    PERMANENT = "permanent"
    """Between elections: updated monthly."""
    PRELIMINARY = "preliminary"
    """Displayed before an election for people to check; updated daily from here on."""
    CONTROL = "control"
    """As given to the precincts once applications are closed."""
    FINAL = "final"
    """By which people vote."""
    TOOK_PART = "took-part"
    """Those who were identified at the precinct on election day."""


class Way(StrEnum):
    """How the station of a voter was found. The order is that in which the rules are asked."""

    CONSULATE = "consulate"
    """Consular registration in a country."""
    STREET = "street"
    """A rule of a station names the street, a range of houses and their parity."""
    POLYGON = "polygon"
    """The address lies within the boundaries of a station."""
    NEAREST = "nearest"
    """The nearest station of the same town or village."""
    APPLICATION = "application"
    """Moved by a decision on the voter's own application."""


class QueueReason(StrEnum):
    """Why a voter waits in the queue for a person to decide."""

    NOT_DISTRIBUTED = "not-distributed"
    """The address has not been distributed yet: `assign` is due."""
    NO_SETTLEMENT = "no-settlement"
    """The address register does not know the town or village."""
    NO_STATION = "no-station"
    """No rule, no boundaries and no station of the town or village fits."""
    NO_CONSULATE = "no-consulate"
    """No station serves the country of consular registration."""


class VoterListMade(Frozen):
    """A version of the voter list. Key: `voter-list/<number>`, six digits."""

    type: Literal["voter-list"] = "voter-list"
    number: Annotated[int, Field(ge=1, le=999_999)]
    stage: ListStage
    election: ElectionRef | None
    """The election whose list it is; None between elections."""
    as_of: date
    """The day for which the population register made its extract."""
    made: Moment
    because: Literal["import", "assignment", "boundaries", "applications", "identification"]
    extract: Sha256
    """Digest of the extract; of an assignment, that of the extract it rests on."""
    register_number: Annotated[int, Field(ge=0, le=999_999)]
    """Version of the address register by which voters were distributed; 0 when there was none."""
    voters: Count
    """On the list of some station."""
    queued: Count
    """In the queue."""
    stations: Count
    """Polling stations with at least one voter."""
    refused: Count
    """Rows of the extract that were refused."""
    folder: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}-[0-9a-f]{12}$")]
    """Where the files lie, below `voters/lists/`."""
    salted_root: Sha256
    """Root of the Merkle tree (RFC 9162, section 2.1) over the salted commitment of every voter, sorted by bytes."""
    shown_root: Sha256
    """Root over the digests of what is public of each station's list, in the order of station numbers."""
    synthetic: bool


def list_facts(record: VoterListMade) -> dict[str, str | int | bool | None]:
    """What is published of a version: `/tizme/data/list/<number>.json`, canonical. Its digest is in the log."""
    return {
        "as_of": record.as_of.isoformat(),
        "because": record.because,
        "election": record.election,
        "made": stamp(record.made),
        "number": record.number,
        "queued": record.queued,
        "refused": record.refused,
        "register": record.register_number,
        "salted_root": record.salted_root,
        "shown_root": record.shown_root,
        "stage": record.stage.value,
        "stations": record.stations,
        "synthetic": record.synthetic,
        "voters": record.voters,
    }


@dataclass(frozen=True, slots=True)
class Centre:
    """A polling station as the address register has it: building, hours, who may enter how, and where it is."""

    station: StationNo
    kind: str
    """`domestic`, `abroad`, or another kind of the election package."""
    region: RegionId
    rayon: str
    """`""` abroad."""
    tec: str
    zone: str
    latitude_e5: int
    longitude_e5: int
    name: tuple[str, str, str]
    """ky, ru, en; so are the next two."""
    building: tuple[str, str, str]
    address: tuple[str, str, str]
    opens: str
    """`08:00`, local."""
    closes: str
    step_free: Literal["yes", "no", "unknown"]
    phone: str
    """`""` when none is known."""


class Area(NamedTuple):
    """A region, rayon or commission: its identifier, the region that it belongs to, its name (ky, ru, en)."""

    id: str
    region: str
    name: tuple[str, str, str]


class Settlement(NamedTuple):
    """A town or village of the address register."""

    id: str
    region: str
    rayon: str
    kind: str
    """`city` or `village`."""
    latitude_e5: int
    longitude_e5: int
    name: tuple[str, str, str]


class HouseRun(NamedTuple):
    """Houses of one street that vote at one station: numbers `first` to `last`, `parity` all, odd or even.

    `first` = `last` = 0 stands for houses without a number. Where houses of one number vote at two stations, or one of
    them waits in the queue, a run is for the `houses` that it names and no others.
    """

    street: tuple[str, str, str]
    first: int
    last: int
    parity: Literal["all", "odd", "even"]
    station: StationNo
    houses: tuple[str, ...] = ()


class PersonName(NamedTuple):
    """What the disclosure rule lets a list show of a person; `patronymic` may be empty."""

    surname: str
    name: str
    patronymic: str


@dataclass(frozen=True, slots=True)
class VoterEntry:
    """What a version of the list holds about one person: for that person alone, and who decides on an application."""

    list: int
    """Number of the version."""
    person: str = field(repr=False)
    surname: str = field(repr=False)
    name: str = field(repr=False)
    patronymic: str = field(repr=False)
    birth: date = field(repr=False)
    settlement: tuple[str, str, str] = field(repr=False)
    """Town or village (ky, ru, en) as the address register calls it; its identifier where there is no register."""
    street: str = field(repr=False)
    house: str = field(repr=False)
    flat: str = field(repr=False)
    country: str = field(repr=False)
    """Of consular registration (ISO 3166, two letters); `""` within the country."""
    disability: bool = field(repr=False)
    station: StationNo | None
    """None: in the queue."""
    way: str
    """How the station was found, or why there is none: a value of `Way` or `QueueReason`."""
    since: int
    """Number of the version since which the station is this one."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Somebody came, left or changed station with a version of the list. `""` is the queue, None is not on the list."""

    list: int
    before: str | None
    after: str | None


AGE_BANDS = (18, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80)
"""First age of each group in which voters are counted; the last one is open."""


class VoterCell(NamedTuple):
    """How many voters of a station share sex, age group and whether this would be their first election.

    `band` is an index into AGE_BANDS, by completed years on the version's `as_of`. Never published as it is: see
    `shailoo.rules.voter_cells`.
    """

    station: str
    sex: Literal["f", "m"]
    band: int
    first_time: bool
    voters: int


class TouchedCell(NamedTuple):
    """How many people entered and left a cell between two versions; whoever changed station, group or sex did both."""

    station: str
    sex: Literal["f", "m"]
    band: int
    first_time: bool
    entered: int
    left: int


class ChangeReason(StrEnum):
    """Why somebody came to or left the list of a station."""

    CAME_OF_AGE = "came-of-age"
    REGISTERED = "registered"
    """New in the extract, for another reason than age."""
    MOVED_IN = "moved-in"
    """From another station: the address changed."""
    MOVED_OUT = "moved-out"
    BOUNDARIES_IN = "boundaries-in"
    """From another station: its boundaries changed."""
    BOUNDARIES_OUT = "boundaries-out"
    DIED = "died"
    CONVICTED = "convicted"
    INCAPABLE = "incapable"
    CITIZENSHIP = "citizenship"
    ABSENT = "absent"
    """No longer in the extract, and the register gives no reason."""


ADDITIONS = frozenset(
    {ChangeReason.CAME_OF_AGE, ChangeReason.REGISTERED, ChangeReason.MOVED_IN, ChangeReason.BOUNDARIES_IN}
)


class StationChange(NamedTuple):
    """How many people came to or left the list of a station between two versions, for one reason.

    Station "" is the queue. Never published as it is: see `shailoo.rules.voter_cells`.
    """

    station: str
    reason: ChangeReason
    people: int
