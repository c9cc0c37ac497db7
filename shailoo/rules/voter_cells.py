"""Which tables of voters may be published, so that no statistic tells of a person whose name is public.

The names on a station's list are public, in every version. What an attacker would do with tables beside them:

* **Read a small cell.** Hence every published cell holds at least K people. A place that cannot keep this is counted
  together with its small neighbours, and stays with them for good: were it shown alone later, the sum would open.
* **Difference two dates.** This version's table less the last one is the table of whoever came and left, and the lists
  name them. Hence a place's table is replaced only when at least K people came, or left, or nobody did; and when they
  are not all of one kind (all eighteen, say).
* **First votes** are few soon after an election, and would take sex and age with them. So they are told of all children
  of a place or of none, and the rules above are asked for them separately.
* **Difference in space.** A parent less all children but one is that child. Hence the children of a place are renewed
  *together or not at all*, and only when their parent is. A hold of one would be no hold.
* **Both at once.** A parent is renewed in months in which its children are not; later all children are. For a child
  with 3 changes in one of those months the two would combine: cut the child's block of months at the parent's renewal
  and look at the side with fewer people. Hence children are renewed only if, however the parent's steps in between are
  parted in two, the smaller sides of all stations add up to NEED people.

**Why that is enough.** Anything that can be computed from published tables gives each station and step (the time
between two renewals) a weight: one chosen for the country's step, plus one for the region's, the commission's and the
station's own block of steps. Blocks are nested, since children are renewed only with their parent. If the country's
weight varies within one block of the regions, at least NEED people have a weight that is not zero, whatever the rest;
so it does not vary, and is part of the region's weight. The same for regions and commissions. What remains is a weight
for each block of a station, a commission, …, and each block has K people or none. `tests/rules/test_voter_cells.py`
has an attacker who tries.

**What stays.** People who come in one step and leave in a later one are counted in both, though a sum over both does
not show them: NEED is larger than K for their sake. Birthdays move people between ages without a name coming or going;
that one of ten or more people turned thirty is not hidden. If *nearly* all who came are eighteen, the table says so.

Everything is a pure fold: `renew` takes what was released before and gives what is released now. Totals of voters are
not its matter: they are as current as the names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from shailoo.model.base import Frozen
from shailoo.model.voter_list import ADDITIONS, ChangeReason, StationChange, TouchedCell, VoterCell
from shailoo.rules.voter_cuts import holds
from shailoo.rules.voter_groups import COUNTRY, K, Level, Table, spread, tabulate, tree

SPREAD: Final = 2
"""People who must be of another kind than most of those who came, or left."""
_MOVES = frozenset(
    {ChangeReason.MOVED_IN, ChangeReason.MOVED_OUT, ChangeReason.BOUNDARIES_IN, ChangeReason.BOUNDARIES_OUT}
)


class Step(Frozen):
    """One step of a renewal: who is new to the list or left it for good, by station. Moves are not counted here."""

    version: int
    flows: tuple[tuple[str, int, int], ...]
    """Station, new, lost; only stations where somebody was."""


class Released(Frozen):
    """What is public after a version, and what must be remembered to decide about the next.

    Places are `country`, `region/<id>`, `tec/<id>`, `station/<no>`; `small/<parent>` is the table of the children that
    are counted together. `parts` says by parent how its children are counted, `turns` in which versions a place was
    renewed, as far back as its children's last renewal.
    """

    version: int
    as_of: date
    tables: dict[str, Table]
    parts: dict[str, tuple[tuple[str, ...], ...]]
    turns: dict[str, tuple[int, ...]]
    last: dict[str, int]
    """Place -> version of the newest table that held it, alone or with others; kept when it loses that table."""
    steps: tuple[Step, ...]
    disabled: dict[str, int]
    """Region -> voters with a disability, and `country`; as of the regions' tables."""
    disabled_hidden: tuple[str, ...]
    """Regions that once had too few, and are never shown."""


NOTHING: Final = Released(
    version=0, as_of=date.min, tables={}, parts={}, turns={}, last={}, steps=(), disabled={}, disabled_hidden=()
)
"""Before anything was released."""


class Between(NamedTuple):
    """What happened between an older version and the one that is decided about."""

    changes: Sequence[StationChange]
    touched: Sequence[TouchedCell]


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the list as the rule is given it. `places`: station -> (region, commission)."""

    version: int
    as_of: date
    cells: Sequence[VoterCell]
    places: Mapping[str, tuple[str, str]]
    disabled: Mapping[str, int]


def due(before: Released | None, as_of: date) -> bool:
    """Say whether tables may be renewed: in the first version of a calendar month. Daily versions leave them alone.

    As long as nothing was released (a first import whose people all wait in the queue), every version may.
    """
    return before is None or not before.tables or (as_of.year, as_of.month) > (before.as_of.year, before.as_of.month)


def renew(before: Released | None, now: Edition, since: Callable[[int], Between]) -> Released:
    """Decide which tables of `now` replace those released before.

    `since(version)` tells what happened since an older version; it is asked for the version of the last renewal and
    for those of tables that may be replaced. With nothing released before, everything that is large enough is new.
    """
    return _Renewal(before, now, since).result()


class _Renewal:
    def __init__(self, before: Released | None, now: Edition, since: Callable[[int], Between]) -> None:
        self._before = before if before is not None and before.tables else NOTHING
        self._now = now
        self._since = since
        self._between: dict[int, tuple[Mapping[str, _Flow], Mapping[str, list[TouchedCell]]]] = {}
        self._cells: dict[str, list[VoterCell]] = {}
        for cell in now.cells:
            self._cells.setdefault(cell.station, []).append(cell)
        self._children = tree(now.places, self._cells)
        self._steps = (*self._before.steps, self._step())
        self._tables = dict(self._before.tables)
        self._parts = dict(self._before.parts)
        self._turns = dict(self._before.turns)
        self._last = dict(self._before.last)
        self._disabled = (dict(self._before.disabled), self._before.disabled_hidden)

    def result(self) -> Released:
        table = self._table([COUNTRY], Level.COUNTRY)
        known = self._before.last.get(COUNTRY, 0)
        first = table.enough() and self._may_replace([COUNTRY], Level.COUNTRY, known, first=True)
        if first or (
            table.without_first().enough() and self._may_replace([COUNTRY], Level.COUNTRY, known, first=False)
        ):
            self._put(COUNTRY, [COUNTRY], table if first else table.without_first())
            self._below(COUNTRY, (Level.REGION, Level.COMMISSION, Level.STATION), first=first)
        disabled, hidden = self._disabled
        return Released(
            version=self._now.version,
            as_of=self._now.as_of,
            tables=dict(sorted(self._tables.items())),
            parts=dict(sorted(self._parts.items())),
            turns=dict(sorted(self._turns.items())),
            last=dict(sorted(self._last.items())),
            steps=self._kept_steps(),
            disabled=dict(sorted(disabled.items())),
            disabled_hidden=hidden,
        )

    def _below(self, parent: str, levels: tuple[Level, ...], *, first: bool) -> None:
        """Renew the children of a place that was just renewed, all or none, and go on below each.

        First votes are told of all of them or of none, and only where the parent tells them: they alone may be too few.
        """
        if not levels:
            return
        level, *deeper = levels
        parts = self._settled(parent, level)
        if parts is None or not all(self._part_may(part, level, first=False) for part in parts):
            return
        first = first and all(
            self._table(part, level).enough() and self._part_may(part, level, first=True) for part in parts
        )
        if not self._holds_together(parent):
            return
        self._turns[parent] = self._turns[parent][-1:]
        self._parts[parent] = parts
        self._tables.pop(f"small/{parent}", None)
        elsewhere = {child for other, kids in self._children.items() if other != parent for child in kids}
        for child in {child for part in (*self._before.parts.get(parent, ()), *parts) for child in part} - elsewhere:
            self._tables.pop(child, None)
        for part in parts:
            table = self._table(part, level)
            place = part[0] if len(part) == 1 else f"small/{parent}"
            self._put(place, part, table if first else table.without_first())
        if level is Level.REGION:
            self._disabled = _disabled(self._now, parts, self._tables, self._before.disabled_hidden)
        for part in parts:
            if len(part) == 1:
                self._below(part[0], tuple(deeper), first=first)

    def _put(self, place: str, inside: Sequence[str], table: Table) -> None:
        self._tables[place] = table
        self._last |= dict.fromkeys(inside, table.version)
        self._turns[place] = (*self._turns.get(place, ()), table.version)

    # --- which children are counted together ---

    def _settled(self, parent: str, level: Level) -> tuple[tuple[str, ...], ...] | None:
        """The children one by one, those that are too small together; None if that leaves nothing to tell."""
        small = {child for part in self._before.parts.get(parent, ()) if len(part) > 1 for child in part}
        tables = {child: self._counted([child], level) for child in self._children.get(parent, ())}
        small = {child for child, table in tables.items() if child in small or not table.enough()}
        alone = sorted(tables.keys() - small, key=lambda child: (tables[child].voters, child))
        while small and alone and (len(small) == 1 or not self._counted(sorted(small), level).enough()):
            small.add(alone.pop(0))
        if small and not self._counted(sorted(small), level).enough():
            return None
        if not alone:
            return None
        return (*((child,) for child in sorted(alone)), *((tuple(sorted(small)),) if small else ()))

    def _part_may(self, part: Sequence[str], level: Level, *, first: bool) -> bool:
        versions = {self._before.last.get(child, 0) for child in part}
        return all(self._may_replace(part, level, version, first=first) for version in versions)

    # --- differencing two dates ---

    def _may_replace(self, places: Sequence[str], level: Level, version: int, *, first: bool) -> bool:
        """Say whether the people who came and left since `version` are enough, and of more than one kind; or nobody."""
        if version == 0:
            return True
        stations = [station for place in places for station in self._stations(place)]
        flows, touched = self._happened(version)
        here = [flows[station] for station in stations if station in flows]
        if not any(flow.came or flow.gone for flow in here):
            return True
        if len(stations) == 1:
            people = max(here[0].came, here[0].gone)
        else:  # whoever moved within the place neither came nor left
            people = max(sum(flow.new for flow in here), sum(flow.lost for flow in here))
        cells = (cell for station in stations for cell in touched.get(station, ()))
        came, gone = any(flow.came for flow in here), any(flow.gone for flow in here)
        return people >= K and spread(cells, level, SPREAD, came=came, gone=gone, first=first)

    def _happened(self, version: int) -> tuple[Mapping[str, _Flow], Mapping[str, list[TouchedCell]]]:
        if version not in self._between:
            between = self._since(version)
            touched: dict[str, list[TouchedCell]] = {}
            for cell in between.touched:
                touched.setdefault(cell.station, []).append(cell)
            self._between[version] = (_flows(between.changes), touched)
        return self._between[version]

    # --- differencing steps of the parent and blocks of the children ---

    def _holds_together(self, parent: str) -> bool:
        """Say whether no cut through the parent's steps since its children's last renewal leaves few people."""
        stations = self._stations(parent)
        return holds([counts for counts in self._parent_steps(parent, set(stations)) if counts])

    def _parent_steps(self, parent: str, stations: set[str]) -> list[dict[str, tuple[int, int]]]:
        """Who came and left in each step of the parent, by station."""
        turns = self._turns[parent]
        start = max((self._before.last.get(child, 0) for child in self._children.get(parent, ())), default=0)
        found = []
        for turn in (turn for turn in turns if turn > start):
            counts: dict[str, tuple[int, int]] = {}
            for step in self._steps:
                if start < step.version <= turn:
                    for station, new, lost in step.flows:
                        if station in stations:
                            was = counts.get(station, (0, 0))
                            counts[station] = (was[0] + new, was[1] + lost)
            found.append(counts)
            start = turn
        return found

    # --- the tree ---

    def _stations(self, place: str) -> list[str]:
        kind, _, name = place.partition("/")
        if kind == Level.STATION:
            return [name]
        return [station for child in self._children.get(place, ()) for station in self._stations(child)]

    def _table(self, places: Sequence[str], level: Level) -> Table:
        cells = (cell for place in places for station in self._stations(place) for cell in self._cells.get(station, ()))
        return tabulate(cells, level, self._now.version, self._now.as_of)

    def _counted(self, places: Sequence[str], level: Level) -> Table:
        """Without first votes: they do not decide who is told alone."""
        return self._table(places, level).without_first()

    def _step(self) -> Step:
        if self._before.version == 0:
            counted = ((station, sum(c.voters for c in cells), 0) for station, cells in self._cells.items())
            return Step(version=self._now.version, flows=tuple(sorted(counted)))
        flows, _ = self._happened(self._before.version)
        some = ((s, f.new, f.lost) for s, f in flows.items() if f.new or f.lost)
        return Step(version=self._now.version, flows=tuple(sorted(some)))

    def _kept_steps(self) -> tuple[Step, ...]:
        """Steps since the oldest table that a child still shows."""
        oldest = min((table.version for table in self._tables.values()), default=0)
        children = {child for kids in self._children.values() for child in kids}
        silent = not children <= self._last.keys()
        return tuple(step for step in self._steps if silent or step.version > oldest)


class _Flow(NamedTuple):
    came: int
    gone: int
    new: int
    lost: int


def _flows(changes: Iterable[StationChange]) -> dict[str, _Flow]:
    found: dict[str, _Flow] = {}
    for station, reason, people in changes:
        was = found.get(station, _Flow(0, 0, 0, 0))
        adds, stays = reason in ADDITIONS, reason in _MOVES
        found[station] = _Flow(
            was.came + (people if adds else 0),
            was.gone + (0 if adds else people),
            was.new + (people if adds and not stays else 0),
            was.lost + (people if not adds and not stays else 0),
        )
    return found


def _disabled(
    now: Edition, parts: Sequence[Sequence[str]], tables: Mapping[str, Table], hidden: Sequence[str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Voters with a disability by region, where K have one and K have none. What was hidden once stays so."""
    counts = {f"region/{region}": people for region, people in now.disabled.items()}
    shown: dict[str, int] = {}
    unseen = set(hidden)
    for part in parts:
        place = part[0]
        people = counts.get(place, 0)
        if len(part) == 1 and place not in unseen and K <= people <= tables[place].voters - K:
            shown[place] = people
        else:
            unseen |= set(part)
    while shown and 0 < sum(counts.get(place, 0) for place in unseen) < K:
        place = min(shown, key=lambda one: (shown[one], one))
        del shown[place]
        unseen.add(place)
    if shown:
        shown[COUNTRY] = sum(counts.values())
    return shown, tuple(sorted(unseen))
