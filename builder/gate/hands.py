"""A second, independent computation of what people counted: from the raw keyings and acts, by plain addition.

Nothing is taken from the builder's sums or from the rules that the builder asks: who agrees, which equation holds,
which act is in force and what it takes out is read here in another way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from shailoo.model.election import Contest, Election
    from shailoo.model.manual import ProtocolKeyed
    from shailoo.model.record import Act

_IDENTIFICATION = "identification"


@dataclass(frozen=True, slots=True)
class Handed:
    """What the agreed protocol of a station counts in a contest, or what the acts leave of it."""

    ballots: int
    invalid: int
    votes: tuple[int, ...]
    nobody: int = 0


@dataclass(slots=True)
class HandSum:
    """A sum over stations."""

    stations: int
    ballots: int
    invalid: int
    votes: list[int]
    nobody: int
    sealed: int


@dataclass(frozen=True, slots=True)
class Paper:
    """How a sheet stands: the word, and the figures by line when they count."""

    word: str
    lines: dict[str, tuple[int, ...]] | None


class Hands:
    """Keyings and acts of one election."""

    ANNULS = ("exclude-outside", "exclude-station", "exclude-option", "exclude-contest")
    """Measures that take something out of the final count."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.acts: tuple[Act, ...] = ()
        self.gone: dict[str, str] = {}
        """Act that no longer holds -> the act that reversed it."""
        self._keyings: dict[tuple[str, str], tuple[ProtocolKeyed, ...]] = {}
        self._papers: dict[tuple[str, str], Paper] = {}
        self._counted: dict[tuple[str, str], Handed | None] = {}
        self._holding: list[tuple[Act, object]] = []
        """Every measure of an act in force, with its act."""
        self._roles = {
            one.contest_kind: {line.role.value: line.id for line in one.lines if line.role is not None}
            for one in election.protocols
        }
        self._equations = {one.contest_kind: [e.text for e in one.equations if e.hard] for one in election.protocols}
        self._begun = False

    # --- what is known ---

    def put(self, station: str, sheets: dict[str, tuple[ProtocolKeyed, ...]]) -> None:
        """Every keying of the sheets of a station."""
        for sheet, keyings in sheets.items():
            if self._keyings.get((station, sheet)) != keyings:
                self._keyings[station, sheet] = keyings
                self._papers.pop((station, sheet), None)
                self._counted.pop((station, sheet), None)
                self._begun = self._begun or (sheet != _IDENTIFICATION and self._ever(keyings))

    def put_acts(self, acts: Sequence[Act]) -> None:
        """Every act in the order of the feed."""
        if len(acts) == len(self.acts):
            return
        self.acts = tuple(acts)
        self.gone = {}
        for at, act in enumerate(self.acts):
            by = self._undone(at)
            if by is not None:
                self.gone[act.number] = by
        self._holding = [(act, m) for act in self.acts if act.number not in self.gone for m in act.measures]
        self._papers.clear()
        self._counted.clear()

    @staticmethod
    def _ever(keyings: Sequence[ProtocolKeyed]) -> bool:
        """Whether two people keyed some version of a sheet alike."""
        typed = {(one.version, tuple(sorted((line.line, line.figures) for line in one.lines)), one.person)
                 for one in keyings}  # fmt: skip
        return len({(version, lines) for version, lines, _ in typed}) < len(typed)

    def _undone(self, at: int) -> str | None:
        """The first later act in force that reverses the act at a place of the feed."""
        number = self.acts[at].number
        for later in range(len(self.acts) - 1, at, -1):
            reverses = any(getattr(m, "number", None) == number for m in self.acts[later].measures)
            if reverses and self._undone(later) is None:
                return self.acts[later].number
        return None

    @property
    def begun(self) -> bool:
        """Whether two people have ever agreed on a protocol, or an act has annulled anything."""
        return self._begun or any(m.measure in self.ANNULS for act in self.acts for m in act.measures)

    def _ordered(self, kind: str) -> Iterable[tuple[Act, object]]:
        return ((act, measure) for act, measure in self._holding if getattr(measure, "measure", "") == kind)

    # --- papers ---

    def sheets(self, station: str) -> list[str]:
        """Contests whose protocol somebody has keyed at a station."""
        return [contest.id for contest in self.election.contests if (station, contest.id) in self._keyings]

    def paper(self, station: str, sheet: str) -> Paper:
        """How a sheet stands."""
        known = self._papers.get((station, sheet))
        if known is None:
            known = self._papers[station, sheet] = self._read(station, sheet)
        return known

    def _read(self, station: str, sheet: str) -> Paper:
        versions: dict[int, dict[str, tuple[dict[str, tuple[int, ...]], datetime]]] = {}
        for one in self._keyings.get((station, sheet), ()):
            figures = {line.line: line.figures for line in one.lines}
            versions.setdefault(one.version, {}).setdefault(one.person, (figures, one.entered))
        newest = list(versions[max(versions)].values()) if versions else []
        two = 2
        word = "differs" if len(newest) >= two and _same(newest) is None else "waiting"
        for version in sorted(versions, reverse=True):
            found = _same(list(versions[version].values()))
            if found is None:
                continue
            figures, moment = found
            if self._holds(sheet, figures) or self._released(station, sheet, moment):
                return Paper("differs" if word == "differs" else "agreed", figures)
            return Paper("differs" if word == "differs" else "held", None)
        return Paper(word, None)

    def _holds(self, sheet: str, figures: dict[str, tuple[int, ...]]) -> bool:
        contest = self.election.contest_by_id.get(sheet)
        for text in self._equations.get(contest.kind, ()) if contest is not None else ():
            left, relation, right = text.partition(
                next(f" {sign} " for sign in ("<=", ">=", "=") if f" {sign} " in text)
            )
            had, wanted = (
                sum(sum(figures[term.removeprefix("sum(").removesuffix(")")]) for term in side.split(" + "))
                for side in (left, right)
            )
            if not {"<=": had <= wanted, ">=": had >= wanted, "=": had == wanted}[relation.strip()]:
                return False
        return True

    def _released(self, station: str, sheet: str, moment: datetime) -> bool:
        return any(
            (getattr(m, "station", ""), getattr(m, "sheet", "")) == (station, sheet) and act.entered >= moment
            for act, m in self._ordered("release-protocol")
        )

    def agreed(self, station: str, sheet: str) -> list[tuple[int, dict[str, tuple[int, ...]], str]]:
        """Every version that two people typed alike, from the first, and whether it counts, is held or was replaced."""
        typed: dict[int, list[ProtocolKeyed]] = {}
        for one in self._keyings.get((station, sheet), ()):
            typed.setdefault(one.version, []).append(one)
        found = []
        for version in sorted(typed):
            mine: dict[str, tuple[dict[str, tuple[int, ...]], datetime]] = {}
            for one in typed[version]:
                mine.setdefault(one.person, ({line.line: line.figures for line in one.lines}, one.entered))
            same = _same(list(mine.values()))
            if same is not None:
                found.append((version, same[0], "replaced"))
        if found:
            *_, (version, figures, _) = found
            found[-1] = (version, figures, "held" if self.paper(station, sheet).lines is None else "counts")
        return found

    def told(
        self, figures: dict[str, tuple[int, ...]], contest: Contest | None, *, hidden: bool
    ) -> dict[str, list[int]]:
        """The lines that may be told of a paper: of a small cell none that says how anybody voted."""
        if contest is None or not hidden:
            return {line: list(values) for line, values in figures.items()}
        role = {line: name for name, line in self._roles[contest.kind].items()}
        votes = {"invalid", "valid", "votes", "against-all"}
        return {line: list(values) for line, values in figures.items() if line in role and role[line] not in votes}

    def reasons(self, station: str, sheet: str) -> list[str]:
        """Why a paper was corrected, version by version, and why its newest figures do not reconcile; each once."""
        keyings = sorted(self._keyings.get((station, sheet), ()), key=lambda one: (one.version, one.keying))
        said = [one.correction for one in {one.version: one for one in reversed(keyings)}.values()][::-1]
        agreed = self.agreed(station, sheet)
        if agreed and not self._holds(sheet, agreed[-1][1]):
            said += [
                one.unreconciled
                for one in keyings
                if one.version == agreed[-1][0] and {line.line: line.figures for line in one.lines} == agreed[-1][1]
            ][:2]
        return list(dict.fromkeys(reason for reason in said if reason))

    def excluded_by(self, station: str) -> str | None:
        """The first act in force that takes a station out of the final count."""
        return next(
            (act.number for act, m in self._ordered("exclude-station") if getattr(m, "station", "") == station), None
        )

    def identified(self, station: str) -> int | None:
        """Voters identified at a station."""
        lines = self.paper(station, _IDENTIFICATION).lines
        return None if lines is None else lines["I1"][0]

    # --- counts ---

    def hand(self, station: str, contest: Contest) -> Handed | None:
        """What the protocol of a station counts."""
        key = (station, contest.id)
        if key not in self._counted:
            lines = self.paper(*key).lines
            self._counted[key] = None if lines is None else self.counted(lines, contest)
        return self._counted[key]

    def counted(self, lines: dict[str, tuple[int, ...]], contest: Contest) -> Handed:
        """What the lines of a protocol count in a contest."""
        role = self._roles[contest.kind]
        against = lines[role["against-all"]][0] if "against-all" in role else None
        group = list(lines[role["votes"]])
        votes = [
            against if one.kind.value == "against-all" and against is not None else group.pop(0)
            for one in contest.options
        ]
        boxes = [lines[role[part]][0] for part in ("portable", "stationary") if part in role]
        invalid = lines[role["invalid"]][0]
        return Handed(sum(boxes) if boxes else invalid + lines[role["valid"]][0], invalid, tuple(votes))

    def annulled(self, contest: str) -> bool:
        """Whether an act in force annuls a contest."""
        return any(getattr(m, "contest", "") == contest for _, m in self._ordered("exclude-contest"))

    def left(self, station: str, contest: Contest, out: frozenset[str]) -> Handed | None:
        """What is left in the final count; `out` are the stations that acts take out."""
        counted = self.hand(station, contest)
        if counted is None or station in out or self.annulled(contest.id):
            return None
        ballots, invalid, votes = counted.ballots, counted.invalid, list(counted.votes)
        for _, m in self._ordered("exclude-outside"):
            if (getattr(m, "station", ""), getattr(m, "contest", "")) != (station, contest.id):
                continue
            taken: tuple[int, ...] = getattr(m, "votes", ())
            bad: int = getattr(m, "invalid", 0)
            if len(taken) != len(votes):
                return None
            votes = [had - less for had, less in zip(votes, taken, strict=True)]
            invalid -= bad
            ballots -= bad + (sum(taken) if contest.marks == 1 else 0)
            if min(*votes, invalid, ballots) < 0:
                return None
        nobody = 0
        for _, m in self._ordered("exclude-option"):
            for at, option in enumerate(contest.options):
                if (getattr(m, "contest", ""), getattr(m, "no", 0)) == (contest.id, option.no):
                    nobody += votes[at]
                    votes[at] = 0
        return Handed(ballots, invalid, tuple(votes), nobody)

    def out(self) -> frozenset[str]:
        """Stations that acts in force take out of the final count."""
        return frozenset(getattr(m, "station", "") for _, m in self._ordered("exclude-station"))


def _same(
    keyed: Sequence[tuple[dict[str, tuple[int, ...]], datetime]],
) -> tuple[dict[str, tuple[int, ...]], datetime] | None:
    """Figures that two persons typed alike, and when the later of the two was handed over."""
    for at, (figures, moment) in enumerate(keyed):
        for other, before in keyed[:at]:
            if other == figures:
                return figures, max(moment, before)
    return None
