"""What a stranger finds of the counts by hand: papers against the log, sums, what acts leave, in files and on pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from auditor.verify.counts_steps import open_rows, sums_of
from auditor.verify.figures import Figures, opened_rows
from auditor.verify.files_steps import Public
from auditor.verify.hands import Hands
from auditor.verify.protocols import read_papers
from auditor.verify.tally import COUNTRY, Tally, Upload
from auditor.verify.texts import read_text
from builder.counts import sheet_texts
from builder.counts_files import protocol_value
from builder.data_files import files
from builder.night import Night
from builder.store import open_json
from rehearsal.manual import exclusions, keyed, protocols
from shailoo.model.manual import LineFigure, ProtocolKeyed
from shailoo.model.record import (
    Act,
    ExcludeContest,
    ExcludeOption,
    ExcludeOutside,
    ExcludeStation,
    Record,
    ReleaseProtocol,
    ReverseAct,
    record_bytes,
)
from shailoo.records.canonical import canonical_json, digest
from shailoo.records.log_entry import LogEntry, ProtocolEntry, read_entry
from shailoo.records.note import SignedNote
from tests.auditor.publishing import Published, evening
from tests.auditor.test_verify import broken
from tests.builder.scene import Scene, scene

LATER = timedelta(days=3)


def decided(found: Scene, number: str, *measures: object, after: int = 0) -> Act:
    """A decision some days after the vote."""
    return Act.model_validate(
        {
            "election": found.election.id, "number": number, "day": found.election.day + LATER, "body": "cec",
            "reason": f"Decided in the test, number {number}.",
            "entered": found.election.last_closing + LATER + timedelta(minutes=after), "measures": measures,
        }
    )  # fmt: skip


def with_line(records: Iterable[ProtocolKeyed], line: str, *figures: int) -> list[ProtocolKeyed]:
    """The same keyings with one line read differently."""
    return [
        one.model_copy(
            update={
                "lines": tuple(
                    LineFigure(line=line, figures=figures) if known.line == line else known for known in one.lines
                )
            }
        )
        for one in records
    ]


def sheets(found: Scene, station: str, sheet: str) -> list[ProtocolKeyed]:
    """Both keyings of a paper."""
    return [one for one in protocols(found.election, found.played) if (one.station, one.sheet) == (station, sheet)]


def by_hand(found: Scene) -> list[Record]:
    """Every paper keyed: one corrected, one held, one held and released; acts of every kind, two of them reversed."""
    election = found.election
    gone = {("1002", "pr"), ("9001", "pr")}
    usual = [one for one in protocols(election, found.played) if (one.station, one.sheet) not in gone]
    first = sheets(found, "1001", "pr")
    corrected = keyed(
        election, "1001", "pr", with_line(first, "L1", first[0].lines[0].figures[0] + 1)[0].lines,
        election.last_closing + timedelta(hours=20), version=2, correction="A digit was read again.",
    )  # fmt: skip
    return [
        *found.records,
        *usual,
        *corrected,
        *with_line(sheets(found, "1002", "pr"), "L9", 244),
        *with_line(sheets(found, "9001", "pr"), "L9", 77),
        decided(found, "1", ReleaseProtocol(station="9001", sheet="pr")),
        decided(found, "2", ExcludeStation(station="5001"), after=1),
        decided(found, "3", ExcludeOutside(station="1001", contest="pr", invalid=1, votes=(2, 0, 1, 0, 0)), after=2),
        decided(found, "4", ExcludeOption(contest="smd-1", no=2), after=3),
        decided(found, "5", ExcludeContest(contest="smd-2"), after=4),
        decided(found, "6", ReverseAct(number="5"), after=5),
        decided(found, "7", ExcludeStation(station="1001"), after=6),
        decided(found, "8", ReverseAct(number="7"), after=7),
    ]


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Five stations with every paper in, and every kind of act."""
    folder = tmp_path_factory.mktemp("counted")
    return evening(folder / "evening", records=by_hand(scene(folder / "plan", "small")))


@pytest.fixture
def spoilt(counted: Published, tmp_path: Path) -> Published:
    """A copy, to be spoilt."""
    return counted.copy(tmp_path)


def entries_of(published: Published) -> list[LogEntry]:
    return [read_entry(data) for data in published.entries()]


# --- what is right ---


def test_papers_corrections_held_ones_and_acts_of_every_kind_are_accepted(counted: Published) -> None:
    report = counted.verify()
    assert report.good, report.text()
    step = next(one for one in report.steps if one.number == 10)
    assert step.checked > 1000
    held = [one for one in entries_of(counted) if one.type == "held"]
    assert [(one.station, one.sheet) for one in held] == [("1002", "pr"), ("9001", "pr")]
    said = json.loads(counted.path("data/small/station/1001.json").read_bytes())["protocols"]
    assert [(one["version"], one["state"]) for one in said if one["sheet"] == "pr"] == [(1, "replaced"), (2, "counts")]


def test_votes_of_a_small_cell_are_neither_in_a_file_nor_in_a_digest(counted: Published) -> None:
    """Eight ballots have few possible counts: whoever has their digest would find the one that fits."""
    said = json.loads(counted.path("data/small/station/1900.json").read_bytes())["protocols"]
    paper = next(one for one in said if one["sheet"] == "smd-2")
    assert paper["votes_hidden"]
    assert [one["line"] for one in paper["lines"]] == ["L1", "L2", "L3", "L4", "L5", "L6", "L7"]
    entry = next(
        one
        for one in entries_of(counted)
        if isinstance(one, ProtocolEntry) and (one.station, one.sheet) == ("1900", "smd-2")
    )
    assert entry.sha256 == digest(canonical_json({one["line"]: one["figures"] for one in paper["lines"]}))


@pytest.mark.parametrize("package", ["referendum-sample", "three-mandate-sample", "president-2021-sample"])
def test_counts_by_hand_of_other_kinds_of_elections_are_accepted(package: str, tmp_path: Path) -> None:
    found = scene(tmp_path / "plan", package)
    report = evening(tmp_path, package, records=[*found.records, *protocols(found.election, found.played)]).verify()
    assert report.good, report.text()
    assert any(step.number == 10 and step.checked for step in report.steps)


def test_a_protocol_that_was_logged_before_its_box_sealed_a_cell_is_accepted_and_told(tmp_path: Path) -> None:
    found = scene(tmp_path / "plan", "small")
    report = evening(tmp_path, records=[*protocols(found.election, found.played), *found.records]).verify()
    assert report.good, report.text()
    assert "bound by the log in part only" in report.text()


# --- one thing is wrong, and its place is named ---


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("data/small/counts.csv", ",option,1,", ",option,2,"),
        ("data/small/counts.json", '"every_station": true', '"every_station": false'),
        ("data/small/counts.json", '"seats": 4', '"seats": 5'),
        ("data/small/counts.json", '"reversed_by": "8"', '"reversed_by": null'),
        ("data/small/counts.json", "Decided in the test, number 2.", "Decided in the rest, number 2."),
        ("data/small/counts.json", '"stations": 5, "voters"', '"stations": 4, "voters"'),
        ("data/small/counts/bishkek.json", '"excluded_by": null', '"excluded_by": "2"'),
        ("data/small/counts/bishkek.json", '"protocol": "held"', '"protocol": "agreed"'),
        ("data/small/counts/district/d01.json", '"ballots_hand": 398', '"ballots_hand": 399'),
        ("data/small/protocols.csv", ",L10,1,161", ",L10,1,160"),
        ("data/small/counts/bishkek.csv", ",430,430", ",430,431"),
    ],
)
def test_a_changed_figure_or_word_in_a_file_of_counts_is_found(
    spoilt: Published, file: str, old: str, new: str
) -> None:
    spoilt.edit(file, old, new)
    broken(spoilt.verify(), 10, file)


@pytest.mark.parametrize(
    ("page", "table", "old", "new"),
    [
        ("en/small/counts/index.html", "counts:pr", "<td>+1</td>", "<td>+2</td>"),
        ("ru/small/counts/index.html", "layers:pr", "<td>1</td>", "<td>2</td>"),
        ("ky/small/counts/index.html", "sheets:region", "<td>1</td>", "<td>0</td>"),
        ("ky/small/counts/index.html", "spread:pr", "<td>1</td>", "<td>0</td>"),
        ("en/small/counts/bishkek/index.html", "differences:pr", ">400</td>", ">401</td>"),
        ("ru/small/counts/district/d01/index.html", "counts:smd-1", "<td>670</td>", "<td>671</td>"),
        ("ky/small/station/1001/index.html", "counts:pr", "<td>161</td>", "<td>162</td>"),
        ("en/small/counts/index.html", "layers:pr", ">Final count<", ">By hand<"),
    ],
)
def test_a_changed_figure_on_a_page_of_counts_is_found_in_any_language(
    spoilt: Published, page: str, table: str, old: str, new: str
) -> None:
    text = spoilt.path(page).read_text(encoding="utf-8")
    start = text.index(f'data-table="{table}"')
    at = text.index(old, start)
    assert at < text.index("</table>", start)
    spoilt.put(page, (text[:at] + new + text[at + len(old) :]).encode())
    broken(spoilt.verify(), 10, page)


@pytest.mark.parametrize(
    ("page", "old", "new"),
    [
        ("en/small/counts/index.html", 'data-figure="identified">', 'data-figure="identified">1'),
        ("ru/small/counts/index.html", 'data-figure="counts:pr.stations">', 'data-figure="counts:pr.stations">1'),
        ("ky/small/index.html", 'data-figure="protocols">', 'data-figure="protocols">1'),
        ("en/small/station/1001/index.html", 'data-figure="identified">', 'data-figure="identified">1'),
        ("en/small/station/5001/index.html", 'data-row="2:"', 'data-row="2:8"'),
    ],
)
def test_figures_beside_the_tables_and_acts_are_read_back_too(spoilt: Published, page: str, old: str, new: str) -> None:
    spoilt.edit(page, old, new)
    broken(spoilt.verify(), 10, page)


def test_a_changed_figure_of_a_paper_is_found_by_its_digest(spoilt: Published) -> None:
    file = "data/small/station/1001.json"
    spoilt.edit(
        file, '{"figures": [161, 111, 80, 23], "line": "L10"}', '{"figures": [160, 112, 80, 23], "line": "L10"}'
    )
    assert "protocols[pr" in broken(spoilt.verify(), 10, file)


def test_a_hand_figure_changed_on_every_page_and_file_but_not_in_the_log_is_named(tmp_path: Path) -> None:
    """A publisher makes everything anew from another figure; the log that people have copies of says otherwise."""
    found = scene(tmp_path / "plan", "small")
    papers = list(protocols(found.election, found.played))
    truth = evening(tmp_path / "truth", records=[*found.records, *papers])
    mine = [one for one in papers if (one.station, one.sheet) == ("1002", "pr")]
    moved = with_line(mine, "L10", 91, 74, 59, 11)
    rest = [moved[mine.index(one)] if one in mine else one for one in papers]
    lie = evening(tmp_path / "lie", records=[*found.records, *rest])
    assert lie.verify().good, "with a log of its own such a lie is consistent: the paper's scan contradicts it"
    lie.write_log(truth.entries())
    assert "protocols[pr 1]" in broken(lie.verify(), 10, "data/small/station/1002.json")


def test_a_paper_that_left_the_log_or_the_file_is_missed(spoilt: Published) -> None:
    gone = next(one for one in entries_of(spoilt) if isinstance(one, ProtocolEntry) and one.sheet == "pr")
    spoilt.rewrite(lambda entry: None if entry == gone else entry)
    assert "an entry of the log" in broken(spoilt.verify(), 10, f"data/small/station/{gone.station}.json")


def test_a_held_protocol_whose_entry_was_left_out_is_named(spoilt: Published) -> None:
    spoilt.rewrite(lambda entry: None if entry.type == "held" and entry.station == "1002" else entry)
    assert "L6 + L7 = L8 + L9 | no held entry" in broken(spoilt.verify(), 10, "data/small/station/1002.json")


def test_a_held_protocol_that_is_said_to_count_is_named(spoilt: Published) -> None:
    spoilt.edit("data/small/station/1002.json", '"state": "held"', '"state": "counts"')
    broken(spoilt.verify(), 10, "data/small/station/1002.json")


def test_an_act_that_was_left_out_of_the_final_count_is_found_in_the_sums(tmp_path: Path) -> None:
    """The act stands in the log and in acts.json; pages and files were made as if it had never been."""
    found = scene(tmp_path / "plan", "small")
    records: list[Record] = [*found.records, *protocols(found.election, found.played)]
    acts: list[Record] = [
        decided(found, "1", ExcludeOption(contest="pr", no=1)),
        decided(found, "2", ReverseAct(number="1")),
    ]
    truth = evening(tmp_path / "truth", records=[*records, acts[0]])
    lie = evening(tmp_path / "lie", records=[*records, *acts])
    lie.write_log(truth.entries())
    lie.put("data/small/acts.json", truth.path("data/small/acts.json").read_bytes())
    broken(lie.verify(), 10, "data/small/counts.json")


# --- 28 November 2021 ---


@dataclass
class Files:
    """The files that tell of small cells and of papers, without a page being drawn."""

    night: Night
    name: str = "memory"

    def read(self, path: str) -> bytes | None:
        """A file as it would be published; of a station's only the part that tells of papers."""
        scope = path.removeprefix(f"data/{self.night.election.id}/").removesuffix(".json")
        if not scope.startswith("station/"):
            return dict(files(self.night.view(scope)))[path]
        no = scope.removeprefix("station/")
        return open_json({"protocols": [protocol_value(one) for one in sheet_texts(self.night.state, no)]})

    def again(self, path: str) -> bytes | None:
        """The same."""
        return self.read(path)

    def fetch(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Many."""
        return ((path, self.read(path)) for path in paths)

    def listed(self, under: str) -> list[str] | None:
        """Nothing is listed."""
        del under
        return None


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Hands:
    """A stranger's own sums over every text and every paper of 2021."""
    where = scene(tmp_path_factory.mktemp("whole"), "jk-2021-11-28")
    election = where.election
    act = exclusions(election, where.played)
    assert act is not None
    night = Night(election)
    records: list[Record] = [*where.records, *protocols(election, where.played), act]
    for seq, record in enumerate(records, 1):
        night.receive(seq, record)
    night.absorb(len(records))
    tally = Tally(election)
    for report in where.records:
        text = read_text(SignedNote.parse(report.note.encode()).text)
        if report.kind == "final":
            tally.boxes[report.box].finals.append(Upload("", "", "", text))
    tally.add_up()
    entries = [entry for _, entry in night.entries]
    public = Public(election, list(enumerate(entries)), [json.loads(record_bytes(act))], tally)
    source = Files(night)
    overview = json.loads(source.read(f"data/{election.id}/overview.json") or b"")
    figures = Figures(tally, opened_rows(tally, overview["contests"], "overview.json"))
    hands = Hands(public, figures, read_papers(source, public))
    assert open_rows(source, hands)
    return hands


def test_strangers_find_3926_more_valid_ballots_by_hand_and_as_many_fewer_invalid(whole: Hands) -> None:
    contest = whole.election.contest_by_id["pr"]
    boxes, hand, stations = whole.compared(COUNTRY, contest)
    assert boxes is not None
    assert hand is not None
    assert stations == 2494
    assert sum(hand[:-2]) - sum(boxes[:-2]) == 3926
    assert hand[-2] - boxes[-2] == -3926
    assert hand[-1] == boxes[-1] == 1_293_947


def test_strangers_find_the_published_final_count_without_20_stations(whole: Hands) -> None:
    contest = whole.election.contest_by_id["pr"]
    final = sums_of(whole, contest)["final"]
    assert final is not None
    assert final.ballots == 1_281_622
    assert sorted(final.votes, reverse=True)[:6] == [222_005, 174_470, 141_009, 106_955, 90_223, 79_025]
    assert whole.complete("final", contest)
    assert len(whole.out) == 20
