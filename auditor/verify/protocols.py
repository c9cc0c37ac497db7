"""Step 10, papers: every version in the log is public with the figures whose digest was logged, and no other is.

A digest is of the lines that may be told. Where the package's bound hides the votes of a small cell, the lines that
tell them are neither public nor in the digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.verify.files_steps import Public, digest
from auditor.verify.findings import Broken
from auditor.verify.sources import Source, read_json
from shailoo.model.election import Contest
from shailoo.records.canonical import canonical_json
from shailoo.records.log_entry import HeldEntry, ProtocolEntry

IDENTIFICATION = "identification"
_OPEN = frozenset({
    "listed", "received", "issued", "issued-outside", "cancelled", "portable", "stationary",
})  # fmt: skip
"""Roles of the lines that may be told of a small cell."""
_GONE = "The log says that two people agreed on this paper. Ask where its figures are, and compare with the scan."
_CHANGED = "Two people agreed on other figures. Keep this file, compare with the scan of the paper, and complain."
_STRANGER = "Nothing in the log tells that anybody agreed on these figures. Ask the commission."
_SHORT = 40
Lines = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a paper on which two people agree. `whole`: all of its lines are public and in the log."""

    number: int
    at: str
    lines: Lines
    whole: bool
    broken: bool
    """A hard equation does not hold; on the word of the log where the lines are not all public."""


@dataclass(slots=True)
class Papers:
    """Every agreed paper of an election by station and sheet, oldest version first."""

    versions: dict[tuple[str, str], list[Version]] = field(default_factory=dict)
    states: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """What the station's file says of each version."""
    unbound: list[str] = field(default_factory=list)
    """Papers whose votes were hidden only after they were logged, or the reverse."""
    checked: int = 0


def read_papers(source: Source, public: Public) -> Papers:
    """The papers of every station against the entries of the log. Raises Broken."""
    reader = _Reader(public)
    for station in public.election.stations:
        path = f"{public.folder}/station/{station.no}.json"
        try:
            said = {(one["sheet"], one["version"]): one for one in read_json(source, path)["protocols"]}
            reader.station(path, station.no, said)
        except (KeyError, TypeError, ValueError) as error:
            raise Broken(
                path, "protocols", expected="the keys of docs/open-data.md", found=repr(error), remedy=_CHANGED
            ) from error
    reader.nothing_left()
    return reader.papers


class _Reader:
    """Takes one station after the other away from what the log says."""

    def __init__(self, public: Public) -> None:
        self.public = public
        self.papers = Papers()
        self._logged: dict[str, dict[tuple[str, int], tuple[int, ProtocolEntry]]] = {}
        self._held: dict[tuple[str, str, str], HeldEntry] = {}
        for at, entry in public.entries:
            if isinstance(entry, ProtocolEntry):
                self._logged.setdefault(entry.station, {})[entry.sheet, entry.version] = at, entry
            elif isinstance(entry, HeldEntry) and entry.sheet is not None:
                self._held[entry.station, entry.sheet, entry.sha256] = entry

    def nothing_left(self) -> None:
        """Every entry belongs to a station of the package, and every held entry to a paper that breaks a rule."""
        for no, entries in self._logged.items():
            at = next(iter(entries.values()))[0]
            raise Broken("log", f"entry {at}, protocol", expected="a station of the package", found=no, remedy=_GONE)
        for (no, sheet, _), entry in self._held.items():
            raise Broken(
                "log", f"held protocol {sheet} of {no}", expected="a protocol that breaks a rule", found=entry.rule,
                remedy=_CHANGED,
            )  # fmt: skip

    def station(self, path: str, no: str, said: Mapping[tuple[str, int], Mapping[str, Any]]) -> None:
        """Every version of every paper of a station."""
        logged = self._logged.pop(no, {})
        contests = self.public.election.contest_by_id
        bound = self.public.election.small_cell_bound
        small = {
            sheet
            for (sheet, _), one in said.items()
            if sheet in contests and 0 < ballots_in(self.public, contests[sheet], _lines(one)) < bound
        }
        for (sheet, version), (at, entry) in sorted(logged.items()):
            one = said.get((sheet, version))
            where = f"protocols[{sheet} {version}]"
            if one is None:
                raise Broken(path, where, expected=f"{entry.sha256} (entry {at})", found=None, remedy=_GONE)
            self._version(path, where, _lines(one), (at, entry), small=sheet in small)
            self.papers.states.setdefault((no, sheet), []).append(one["state"])
        for sheet, version in said:
            if (sheet, version) not in logged:
                where = f"protocols[{sheet} {version}]"
                raise Broken(path, where, expected="an entry of the log", found=None, remedy=_STRANGER)

    def _version(self, path: str, where: str, lines: Lines, logged: tuple[int, ProtocolEntry], *, small: bool) -> None:
        at, entry = logged
        no, sheet = entry.station, entry.sheet
        contest = self.public.election.contest_by_id.get(sheet)
        told = open_lines(self.public, contest, lines)
        if digest(_canonical(lines)) != entry.sha256:
            by_log = digest(_canonical(told)) == entry.sha256
            if contest is None or not (
                (by_log and (small or _sealed(self.public, no, contest)))
                or (lines == told and _hid_later(self.public, no, contest, at))
            ):
                raise Broken(
                    path, where, expected=f"{entry.sha256} (entry {at})", found=digest(_canonical(lines)),
                    remedy=_CHANGED,
                )  # fmt: skip
            self.papers.unbound.append(f"{no} {sheet}")
        whole = contest is None or lines != told
        held = self._held.pop((no, sheet, entry.sha256), None)
        broken = _broken(self.public, contest, lines) if whole else [held.rule] if held is not None else []
        rule = broken[0][:_SHORT] if broken else None
        if rule != (held.rule if held is not None else None):
            found = held.rule if held is not None else "no held entry"
            raise Broken(path, f"{where}: held", expected=rule, found=found, remedy=_CHANGED)
        version = Version(entry.version, entry.at, lines, whole, bool(broken))
        self.papers.versions.setdefault((no, sheet), []).append(version)
        self.papers.checked += 1


def open_lines(public: Public, contest: Contest | None, lines: Lines) -> Lines:
    """The lines that may be told of a small cell; all of them where nothing is hidden."""
    if contest is None:
        return lines
    protocol = public.election.protocol_by_kind[contest.kind]
    told = {line.id for line in protocol.lines if line.role is not None and line.role.value in _OPEN}
    return {line: figures for line, figures in lines.items() if line in told}


def _lines(one: Mapping[str, Any]) -> Lines:
    return {line["line"]: tuple(int(figure) for figure in line["figures"]) for line in one["lines"]}


def _sealed(public: Public, no: str, contest: Contest) -> bool:
    for upload in public.texts.get(no, ()):
        count = upload.text.counts.get(contest.id)
        if count is not None and count.votes is None:
            return True
    return False


def _hid_later(public: Public, no: str, contest: Contest, at: int) -> bool:
    """Whether a box's sealed text, or a smaller later version, came after the paper was logged with all its lines."""
    texts = {
        upload.sha256
        for upload in public.texts.get(no, ())
        if (count := upload.text.counts.get(contest.id)) is not None and count.votes is None
    }
    return any(
        place > at
        and (
            (entry.type == "report" and entry.sha256 in texts)
            or (entry.type == "protocol" and entry.station == no and entry.sheet == contest.id)
        )
        for place, entry in public.entries
    )


def ballots_in(public: Public, contest: Contest, lines: Lines) -> int:
    """Ballots that a paper counts: in portable and stationary boxes; where it has no such lines, invalid and valid."""
    roles = roles_of(public.election.protocol_by_kind[contest.kind])
    boxes = [lines[roles[role]][0] for role in ("portable", "stationary") if role in roles]
    return sum(boxes) if boxes else lines[roles["invalid"]][0] + lines[roles["valid"]][0]


def roles_of(protocol: Any) -> dict[str, str]:  # noqa: ANN401 -- a protocol of the package
    """What a line counts -> the line."""
    return {line.role.value: line.id for line in protocol.lines if line.role is not None}


def _broken(public: Public, contest: Contest | None, lines: Lines) -> list[str]:
    """Hard equations that do not hold, by plain adding up on both sides."""
    found = []
    for equation in public.election.protocol_by_kind[contest.kind].equations if contest is not None else ():
        words = equation.text.split(" ")
        relation = next(word for word in words if word in {"=", "<=", ">="})
        left, right = equation.text.split(f" {relation} ")
        had, wanted = (
            sum(sum(lines[term.removeprefix("sum(").removesuffix(")")]) for term in side.split(" + "))
            for side in (left, right)
        )
        holds = {"=": had == wanted, "<=": had <= wanted, ">=": had >= wanted}[relation]
        if equation.hard and not holds:
            found.append(equation.text)
    return found


def _canonical(lines: Lines) -> bytes:
    return canonical_json({line: list(figures) for line, figures in lines.items()})
