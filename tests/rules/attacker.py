"""An attacker who keeps every table and every list of names that was ever published, and combines them.

The attacker gives each published table a weight and adds them up; a person counts in the sum when the weights of all
the versions in which that person stood somewhere do not cancel. Whoever is left is known by name, and the sum is a
table of exactly these people. Fewer than K of them, but somebody, is a breach. Ages are not looked at: people are told
from names, and a birthday changes no name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations, pairwise

from shailoo.rules.voter_cells import Released
from shailoo.rules.voter_groups import K, tree

Names = Mapping[str, frozenset[str]]
"""Station -> persons on its list."""
Weights = dict[tuple[str, int], int]
"""(station, version) -> the sum of the weights of all tables that hold it."""


@dataclass
class Attacker:
    """Sees every release; `places` is public too."""

    places: Mapping[str, tuple[str, str]]
    names: dict[int, Names] = field(default_factory=dict)
    seen: dict[str, list[int]] = field(default_factory=dict)
    """Place, or several places whose tables are one, joined by `+` -> versions whose table was published."""

    def look(self, version: int, names: Names, released: Released) -> None:
        """Keep what is public after a version."""
        self.names[version] = names
        for place, table in released.tables.items():
            key = place
            if place.startswith("small/"):
                parts = released.parts[place.removeprefix("small/")]
                key = "+".join(next(part for part in parts if len(part) > 1))
            if table.version not in self.seen.setdefault(key, []):
                self.seen[key].append(table.version)

    def stations(self, key: str) -> frozenset[str]:
        """The stations whose voters a table holds."""
        parents = tree(self.places, self.places)

        def below(place: str) -> Iterator[str]:
            if place.startswith("station/"):
                yield place.removeprefix("station/")
            for child in parents.get(place, ()):
                yield from below(child)

        return frozenset(chain.from_iterable(below(place) for place in key.split("+")))

    def people(self, weights: Weights) -> frozenset[str]:
        """Who is left of a weighted sum of tables."""
        left: dict[str, int] = {}
        for (station, version), weight in weights.items():
            for person in self.names[version].get(station, ()):
                left[person] = left.get(person, 0) + weight
        return frozenset(person for person, weight in left.items() if weight)

    def breaches(self) -> list[str]:
        """Every combination that tells of somebody, but of fewer than K people."""
        found = []
        for name, weights in self.combinations():
            people = self.people(weights)
            if 0 < len(people) < K:
                found.append(f"{name}: {len(people)} people")
        return found

    def combinations(self) -> Iterator[tuple[str, Weights]]:
        """What the attacker tries."""
        for key, versions in self.seen.items():
            for version in versions:
                yield f"{key} at {version}", self.sum([(key, version, 1)])
            for before, after in combinations(versions, 2):
                yield f"{key} from {before} to {after}", self.sum([(key, after, 1), (key, before, -1)])
        yield from self.parents_less_children()
        yield from self.cuts()

    def sum(self, tables: Sequence[tuple[str, int, int]]) -> Weights:
        """Add up tables: (key, version, weight)."""
        weights: Weights = {}
        for key, version, weight in tables:
            for station in self.stations(key):
                weights[station, version] = weights.get((station, version), 0) + weight
        return weights

    def children(self, key: str) -> list[str]:
        """Tables that hold a part of this one and are not parts of another part."""
        inside = [other for other in self.seen if self.stations(other) < self.stations(key)]
        return [k for k in inside if not any(self.stations(k) < self.stations(other) for other in inside)]

    def parents_less_children(self) -> Iterator[tuple[str, Weights]]:
        """A parent less any few, or all but any few, of its children, each at its version or the last one before."""
        for key, versions in self.seen.items():
            kids = self.children(key)
            for version in versions:
                older = {kid: [v for v in self.seen[kid] if v <= version] for kid in kids}
                known = [(kid, max(versions_)) for kid, versions_ in older.items() if versions_]
                for few in chain.from_iterable(combinations(known, n) for n in range(3)):
                    for taken in (few, [one for one in known if one not in few]):
                        tables = [(key, version, 1), *((kid, v, -1) for kid, v in taken)]
                        yield f"{key} at {version} less {taken}", self.sum(tables)

    def cuts(self) -> Iterator[tuple[str, Weights]]:
        """A parent's steps parted in two in every way; every table below takes back as much of it as it can.

        This is the strongest thing to do with blocks of steps: below a place, each block of each table takes the weight
        that leaves the fewest people.
        """
        for key, versions in self.seen.items():
            steps = [0, *sorted(versions)]
            if len(steps) < 3:
                continue
            for size in range(1, len(steps) - 1):
                for ends in combinations(range(1, len(steps)), size):
                    weight = {n: int(n in ends) for n in range(1, len(steps))}
                    whole = dict.fromkeys(self.names, 0)
                    for n, (start, end) in enumerate(pairwise(steps), start=1):
                        whole |= {t: weight[n] for t in self.names if start < t <= end}
                    by_station = {station: dict(whole) for station in self.stations(key)}
                    self._take_back(key, by_station)
                    yield f"{key} in the steps {ends} of {steps}", self._as_weights(by_station)

    def _take_back(self, key: str, by_station: dict[str, dict[int, int]]) -> None:
        for kid in self.children(key):
            mine = self.stations(kid)
            steps = [0, *sorted(self.seen[kid])]
            for start, end in pairwise(steps):
                inside = [t for t in self.names if start < t <= end]
                weighed: dict[int, int] = {}
                for station in mine:
                    for t in inside:
                        value = by_station[station][t]
                        weighed[value] = weighed.get(value, 0) + self._moved(station, t)
                best = max(sorted(weighed), key=lambda value: weighed[value]) if weighed else 0
                for station in mine:
                    for t in inside:
                        by_station[station][t] -= best
            self._take_back(kid, by_station)

    def _moved(self, station: str, version: int) -> int:
        now = self.names[version].get(station, frozenset())
        return len(now ^ self.names.get(version - 1, {}).get(station, frozenset()))

    def _as_weights(self, by_station: Mapping[str, Mapping[int, int]]) -> Weights:
        """A weight on every step becomes one on versions: what holds until here, less what holds from here on."""
        weights: Weights = {}
        for station, steps in by_station.items():
            for version, weight in steps.items():
                change = weight - steps.get(version + 1, 0)
                if change:
                    weights[station, version] = change
        return weights
