"""Parts that every generated package shares: names, protocol lines, geometry, boxes, played files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rehearsal import played as format_of_played
from rehearsal.keys import rehearsal_signer
from rehearsal.played import INVALID, TURNOUT_HOURS, Played
from shailoo.model.base import Name
from shailoo.model.election import (
    Box,
    BoxRole,
    ContestKind,
    Election,
    Equation,
    LineRole,
    Option,
    OptionKind,
    Protocol,
    ProtocolLine,
    SourceNote,
    Station,
)
from shailoo.package_writer import write_csv, write_package

SOURCES = Path(__file__).parent / "sources"
Files = dict[str, bytes]

AGAINST_ALL = Name(ky="Баарына каршы", ru="Против всех", en="Against all")
_PROPOSAL = (
    "Proposal of this project: the current law's own list of lines was not found; modelled on Art. 43 of the old Code"
)
_ROLES: Mapping[str, LineRole] = {
    "L1": LineRole.LISTED,
    "L2": LineRole.RECEIVED,
    "L3": LineRole.ISSUED,
    "L4": LineRole.ISSUED_OUTSIDE,
    "L5": LineRole.CANCELLED,
    "L6": LineRole.PORTABLE,
    "L7": LineRole.STATIONARY,
    "L8": LineRole.INVALID,
    "L9": LineRole.VALID,
}
_LINES: tuple[tuple[str, str, str, str], ...] = (
    ("L1", "тизмеге киргизилген шайлоочулардын саны", "число избирателей, включенных в список", "voters on the list"),
    (
        "L2",
        "участкалык комиссия алган бюллетендердин саны",
        "число бюллетеней, полученных комиссией",
        "ballots received",
    ),
    (
        "L3",
        "жайда берилген бюллетендердин саны",
        "число бюллетеней, выданных в помещении",
        "ballots issued in the premises",
    ),
    (
        "L4",
        "жайдан тышкары берилген бюллетендердин саны",
        "число бюллетеней, выданных вне помещения",
        "ballots issued outside the premises",
    ),
    (
        "L5",
        "жокко чыгарылган бюллетендердин саны",
        "число погашенных бюллетеней",
        "cancelled (unused and spoiled) ballots",
    ),
    ("L6", "көчмө урналардагы бюллетендердин саны", "число бюллетеней в переносных урнах", "ballots in portable boxes"),
    (
        "L7",
        "стационардык урналардагы (АЭУ) бюллетендердин саны",
        "число бюллетеней в стационарных урнах (АСУ)",
        "ballots in stationary boxes (ABB)",
    ),
    ("L8", "жараксыз бюллетендердин саны", "число недействительных бюллетеней", "invalid ballots"),
    ("L9", "жарактуу бюллетендердин саны", "число действительных бюллетеней", "valid ballots"),
)
_EQUATIONS: tuple[tuple[str, str, bool], ...] = (
    ("ballots-accounted", "L2 = L3 + L4 + L5", True),
    ("boxes-opened", "L6 + L7 = L8 + L9", True),
    ("issued-to-listed", "L3 + L4 <= L1", True),
    ("portable-issued", "L6 <= L4", True),
    ("stationary-issued", "L7 <= L3", True),
)


def name(ky: str, ru: str, en: str) -> Name:
    """Return a name in three languages."""
    return Name(ky=ky, ru=ru, en=en)


def same(text: str) -> Name:
    """Return a name that is the same in every language."""
    return Name(ky=text, ru=text, en=text)


def source(what: str, where: str, *, synthetic: bool) -> SourceNote:
    """Return a note of provenance."""
    return SourceNote(what=what, synthetic=synthetic, source=where)


def made_up(what: str) -> SourceNote:
    """Return the note for what no source holds."""
    return source(what, "generated for the rehearsal by rehearsal/synthesis; no published source", synthetic=True)


def synthetic_person(no: int, sex: str | None, *, against_all: bool = False) -> Option:
    """Return a candidate who is nobody, or the line against all."""
    if against_all:
        return Option(no=no, kind=OptionKind.AGAINST_ALL, name=AGAINST_ALL)
    title = name(f"Талапкер {no} (синтетикалык)", f"Кандидат {no} (синтетический)", f"Candidate {no} (synthetic)")
    return Option(no=no, kind=OptionKind.CANDIDATE, name=title, sex="f" if sex == "f" else "m", synthetic=True)


def candidates(sexes: str) -> tuple[Option, ...]:
    """Return synthetic candidates with these sexes (`mfm`), and against all after them."""
    people = [synthetic_person(no, sex) for no, sex in enumerate(sexes, 1)]
    return (*people, synthetic_person(len(sexes) + 1, None, against_all=True))


def protocols(*kinds: ContestKind, against_all: bool = True, several_marks: bool = False) -> tuple[Protocol, ...]:
    """Return the manual protocol of these kinds of contests; with several marks a ballot, votes outnumber ballots."""
    lines = [
        ProtocolLine(id=line, name=name(ky, ru, en), role=_ROLES[line], source=_PROPOSAL) for line, ky, ru, en in _LINES
    ]
    votes = name(
        "тизмеге же талапкерге берилген добуштар", "голоса за список или кандидата", "votes for a list or candidate"
    )
    lines.append(ProtocolLine(id="L10", name=votes, group=True, role=LineRole.VOTES, source=_PROPOSAL))
    if against_all:
        lines.append(ProtocolLine(id="L11", name=AGAINST_ALL, role=LineRole.AGAINST_ALL, source=_PROPOSAL))
    equations = [Equation(id=key, text=text, hard=hard, source=_PROPOSAL) for key, text, hard in _EQUATIONS]
    votes_sum = "sum(L10) + L11" if against_all else "sum(L10)"
    text = f"{votes_sum} >= L9" if several_marks else f"L9 = {votes_sum}"
    equations.append(Equation(id="votes-add-up", text=text, hard=True, source=_PROPOSAL))
    return tuple(Protocol(contest_kind=kind, lines=tuple(lines), equations=tuple(equations)) for kind in kinds)


def box_of(election: str, number: int, station: str | None) -> Box:
    """Return a box with the public rehearsal key; a reserve box if it stands at no station."""
    serial = f"ABB-{number:06d}"
    vkey = rehearsal_signer(election, serial).verifier.vkey()
    return Box(id=serial, station=station, role=BoxRole.MAIN if station else BoxRole.RESERVE, vkey=vkey)


def read_source(file: str) -> list[dict[str, str]]:
    """Read a table under `sources/`."""
    with (SOURCES / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def features(file: str) -> list[dict[str, Any]]:
    """Return the features of a GeoJSON file under `sources/`."""
    found: list[dict[str, Any]] = json.loads((SOURCES / file).read_text("utf-8"))["features"]
    return found


def geometry(regions: Iterable[str], rayons: Iterable[str]) -> Files:
    """Return the geometry files of a package, cut down to the regions and rayons that it speaks of."""
    regions, rayons = set(regions), set(rayons)
    return {
        "geo/regions.geojson": _collection("kg_adm1.geojson", regions),
        "geo/rayons.geojson": _collection("kg_adm2.geojson", rayons),
        "geo/regions_small.geojson": _collection("kg_adm1_small.geojson", regions),
    }


def _collection(file: str, ids: set[str]) -> bytes:
    lines = [
        json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        for feature in features(file)
        if feature["properties"]["id"] in ids
    ]
    return ('{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n").encode()


def folder(election: Election, played: Played, readme: str) -> Files:
    """Return every file of a package's folder, the played ones included."""
    regions = (region.id for region in election.regions)
    rayons = (station.rayon for station in election.stations if station.rayon)
    return {
        **write_package(election),
        **geometry(regions, rayons),
        **played_files(election, played),
        "README.md": (readme.strip() + "\n" + _sources_table(election.sources)).encode(),
    }


def _sources_table(sources: Sequence[SourceNote]) -> str:
    rows = [f"| {note.what} | {'synthetic' if note.synthetic else 'real'} | {note.source} |" for note in sources]
    return (
        "\n## What is real and what is made up\n\n| what | is | source |\n| --- | --- | --- |\n"
        + "\n".join(rows)
        + "\n"
    )


def played_files(election: Election, played: Played) -> Files:
    """Return the files under `played/`, in the order of the package."""
    stations = [station.no for station in election.stations]
    boxes = [box for box in election.boxes if box.id in played.box_counts]
    return {
        "played/boxes.csv": write_csv(
            format_of_played.BOXES_HEADER,
            (
                (box.id, box.station, *count[:3], count.ballots - count.invalid, " ".join(map(str, count.votes)))
                for box in boxes
                for count in played.box_counts[box.id]
            ),
        ),
        "played/turnout.csv": write_csv(
            format_of_played.TURNOUT_HEADER,
            ((no, *(played.turnout[no, hour] for hour in TURNOUT_HOURS)) for no in stations),
        ),
        "played/arrivals.csv": write_csv(
            format_of_played.ARRIVALS_HEADER, ((box.id, played.arrival_offset_s[box.id]) for box in boxes)
        ),
        "played/identified.csv": write_csv(
            format_of_played.IDENTIFIED_HEADER, ((no, played.identified[no]) for no in stations)
        ),
        "played/manual.csv": write_csv(
            format_of_played.MANUAL_HEADER,
            (
                (d.station, d.contest, "invalid" if d.option == INVALID else d.option, d.difference)
                for d in played.manual
            ),
        ),
        "played/excluded.csv": write_csv(format_of_played.EXCLUDED_HEADER, played.excluded.items()),
    }


def simple_day(
    counts: Mapping[str, Sequence[tuple[str, int, int, tuple[int, ...]]]],
    stations: Sequence[Station],
    boxes: Sequence[Box],
    took_part: Mapping[str, int],
    **facts: Any,  # noqa: ANN401 - passed through to Played, whose own fields say the types
) -> Played:
    """Return a day for a small package: an even turnout through the day, one box after another every five minutes."""
    hours = {
        (station.no, hour): took_part[station.no] * (hour - 8) // 12 for station in stations for hour in TURNOUT_HOURS
    }
    return Played(
        box_counts={
            box: tuple(format_of_played.PlayedCount(*count) for count in found) for box, found in counts.items()
        },
        turnout=hours,
        arrival_offset_s={box.id: 300 * place for place, box in enumerate(boxes, 1) if box.id in counts},
        identified={station.no: took_part[station.no] for station in stations},
        manual=facts.get("manual", ()),
        excluded=facts.get("excluded", {}),
    )
