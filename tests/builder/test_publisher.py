"""From records to pages and back: versions, what is held, what falls, what a rebuild gives."""

from __future__ import annotations

import json
import os
import signal
from datetime import date, timedelta
from pathlib import Path

import pytest

from builder.publish import Publisher
from builder.store import PublicFolder
from rehearsal.keys import rehearsal_signer
from rehearsal.paper import accepted, annex
from shailoo.model.election import Election
from shailoo.model.record import (
    Act,
    ChooseReport,
    Publication,
    ReleaseReport,
    ReportAccepted,
    ReportConflict,
    RevokeBox,
    read_record,
    record_bytes,
    record_key,
)
from shailoo.records.canonical import digest
from shailoo.records.note import SignedNote
from shailoo.records.report_text import read_report, write_report
from tests.builder.scene import ELECTIONS, Scene, scene, tree

EVERY_KIND = (
    "advisory-sample",
    "president-2021-sample",
    "president-2021-round2-sample",
    "referendum-sample",
    "small",
    "smd-repeat-sample",
    "three-mandate-sample",
    "town-kenesh-sample",
    "village-kenesh-sample",
)


def overview(where: Scene) -> dict[str, object]:
    """The public data of the country."""
    path = where.public / "results" / "data" / where.election.id / "overview.json"
    value = json.loads(path.read_bytes())
    assert isinstance(value, dict)
    return value


def pointer(where: Scene) -> dict[str, object]:
    """The pointer of the election."""
    value = json.loads((where.public / "results" / "data" / where.election.id / "pointer.json").read_bytes())
    assert isinstance(value, dict)
    return value


def settle(publisher: Publisher) -> None:
    """Publish until nothing is left to do, what trails included."""
    while True:
        done = publisher.step()
        publisher.wait_for_child()
        if done is None:
            return
        assert not done.problems, done.problems


def spoilt(where: Scene, record: ReportAccepted) -> ReportAccepted:
    """The same report with one vote more than its ballots allow, signed by the same box."""
    report = read_report(SignedNote.parse(record.note.encode()).text)
    first = report.contests[0]
    assert first.options is not None
    more = first.options[0].model_copy(update={"votes": first.options[0].votes + 1})
    contest = first.model_copy(update={"options": (more, *first.options[1:])})
    changed = report.model_copy(update={"contests": (contest, *report.contests[1:])})
    note = rehearsal_signer(where.election.id, record.box).sign(write_report(changed)).bytes().decode()
    return record.model_copy(update={"note": note, "sealed_sha256": digest(note.encode())})


def act(where: Scene, number: str, *measures: object) -> Act:
    """A decision of the central commission."""
    return Act.model_validate(
        {
            "election": where.election.id,
            "number": number,
            "day": date(2021, 11, 28),
            "body": "cec",
            "reason": "rehearsal of an act",
            "entered": where.election.evening_of,
            "measures": measures,
        }
    )


def append(where: Scene, record: Act | ReportConflict) -> None:
    """A record enters the feed."""
    where.store.append(record_key(record), record_bytes(record))


@pytest.mark.parametrize("name", EVERY_KIND)
def test_building_again_from_the_records_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    where = scene(tmp_path / "install", name)
    publisher = where.publisher()
    publisher.start()
    for record in where.records:
        where.send(record)
        settle(publisher)
    before = tree(where.public)
    assert not where.publisher().build().problems
    assert tree(where.public) == before

    empty = tmp_path / "elsewhere" / "public"
    where.publisher(public=empty).build()
    anew = tree(empty)
    assert {path: before[path] for path in anew} == anew
    assert all("/at/" in path for path in before.keys() - anew.keys()), "only data sets older than the pointer may lack"


def test_publishing_in_any_batches_ends_in_the_same_figures(tmp_path: Path) -> None:
    one_by_one, at_once = scene(tmp_path / "a", "small"), scene(tmp_path / "b", "small")
    steps = one_by_one.publisher()
    steps.start()
    for record in one_by_one.records:
        one_by_one.send(record)
        steps.step()
        steps.wait_for_child()
    bulk = at_once.publisher()
    bulk.start()
    at_once.send(*reversed(at_once.records))
    settle(bulk)
    assert overview(one_by_one) == overview(at_once)


def test_a_report_that_does_not_add_up_is_shown_and_counted_nowhere(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    bad = spoilt(where, where.records[0])
    where.send(bad, *where.records[1:])
    settle(publisher)
    figures = overview(where)["figures"]
    assert isinstance(figures, dict)
    assert figures["held"] == 1
    assert figures["boxes_reported"] == len(where.records) - 1
    for language in ("ky", "ru", "en"):
        page = (where.public / "results" / language / "small" / "station" / bad.station / "index.html").read_text()
        assert SignedNote.parse(bad.note.encode()).text.split("\n")[5] in page, "the signed text is published"
        held = (where.public / "results" / language / "small" / "held" / "index.html").read_text()
        assert bad.box in held
    append(where, act(where, "17-a", ReleaseReport(box=bad.box).model_dump()))
    settle(publisher)
    figures = overview(where)["figures"]
    assert isinstance(figures, dict)
    assert (figures["held"], figures["boxes_reported"]) == (0, len(where.records))


def test_two_different_final_reports_are_both_kept_and_neither_counts_until_an_act_chooses(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    settle(publisher)
    first = where.records[0]
    counts = where.played.box_counts[first.box]
    fewer = [
        count._replace(ballots=count.ballots - 1, votes=(count.votes[0] - 1, *count.votes[1:])) for count in counts
    ]
    second = accepted(where.election, first.box, fewer, first.arrived + timedelta(seconds=30))
    rival = ReportConflict(**second.model_dump(exclude={"type"}), first_sha256=first.sealed_sha256, same_figures=False)
    append(where, rival)
    settle(publisher)
    figures = overview(where)["figures"]
    assert isinstance(figures, dict)
    assert figures["conflicts"] == 1
    assert figures["boxes_reported"] == len(where.records) - 1
    page = (where.public / "results" / "en" / "small" / "station" / first.station / "index.html").read_text()
    assert page.count("<pre") == 2
    append(where, act(where, "18", ChooseReport(box=first.box, sealed_sha256=rival.sealed_sha256).model_dump()))
    settle(publisher)
    figures = overview(where)["figures"]
    assert isinstance(figures, dict)
    assert (figures["conflicts"], figures["boxes_reported"]) == (0, len(where.records))


def test_every_differing_zero_report_of_a_box_is_published(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    first = where.records[0]
    zeros = [first.note.replace("\n", f"\nzero {number}\n", 1) for number in (1, 2)]
    where.send(first.model_copy(update={"zero": zeros[0]}), *where.records[1:])
    settle(publisher)
    counts = where.played.box_counts[first.box]
    for index, zero in enumerate((zeros[0], zeros[1])):
        fewer = [
            count._replace(ballots=count.ballots - 1 - index, votes=(count.votes[0] - 1 - index, *count.votes[1:]))
            for count in counts
        ]
        second = accepted(where.election, first.box, fewer, first.arrived + timedelta(seconds=30 + index))
        fields = second.model_dump(exclude={"type", "zero"})
        append(where, ReportConflict(**fields, zero=zero, first_sha256=first.sealed_sha256, same_figures=False))
    done = publisher.step()
    publisher.wait_for_child()
    assert done is not None
    assert not done.held_back, done.problems
    page = (where.public / "results" / "en" / "small" / "station" / first.station / "index.html").read_text()
    assert page.count("<pre") == 3 + len(zeros), "three final reports, and each zero report once"
    files = (where.public / "results" / "data" / "small" / "report").glob(f"{first.box}-zero-*.txt")
    assert sorted(path.read_text() for path in files) == sorted(zeros)


def test_a_revoked_box_leaves_the_totals_with_its_cause_in_the_history(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    settle(publisher)
    append(where, act(where, "19", RevokeBox(box=where.records[0].box).model_dump()))
    settle(publisher)
    figures = overview(where)["figures"]
    assert isinstance(figures, dict)
    assert figures["boxes_reported"] == len(where.records) - 1
    history = (where.public / "results" / "en" / "small" / "versions" / "index.html").read_text()
    assert "act" in history.partition("<tbody>")[2].partition("</tbody>")[0].lower()


def test_a_figure_that_falls_without_a_record_is_not_published(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records[:2])
    settle(publisher)
    before = overview(where)
    night = publisher.nights["small"]
    slot = night.state.slots[where.records[0].box]
    station = night.state.station_of(slot)
    assert station is not None
    night.state.totals.move(station, slot.counts, None, held=0)
    where.send(where.records[2])
    done = publisher.step()
    assert done is not None
    assert done.held_back == ("small",)
    assert "FiguresFell" in done.problems[0]
    assert overview(where) == before
    assert pointer(where)["held_since"] is not None
    page = (where.public / "results" / "en" / "small" / "index.html").read_text()
    assert "do not pass the check" in page


def test_preference_votes_of_annexes_are_added_up_by_candidate(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    boxes = [record.box for record in where.records]
    where.send(*(annex(where.election, where.played, box, where.election.last_closing) for box in boxes))
    settle(publisher)
    wanted: dict[int, int] = {}
    for box in boxes:
        small = {c.contest for c in where.played.box_counts[box] if 0 < c.ballots < where.election.small_cell_bound}
        for contest, lists in where.played.preferences(where.election, box).items():
            for person, votes in lists.get(1, {}).items():
                wanted[person] = wanted.get(person, 0) + (votes if contest not in small else 0)
    value = json.loads((where.public / "results" / "data" / "small" / "option" / "pr-1.json").read_bytes())
    assert {row["no"]: row["preferences"] for row in value["candidates"] if row["preferences"]} == {
        no: votes for no, votes in wanted.items() if votes
    }


@pytest.mark.parametrize("after", [0, 1, 5, 20, 40])
def test_a_publisher_that_dies_between_two_writes_is_mended_by_the_next(
    tmp_path: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = scene(tmp_path / "install", "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    child = os.fork()
    if child == 0:
        left = [after]
        write = PublicFolder.write

        def dying(self: PublicFolder, path: str, data: bytes) -> bool:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return write(self, path, data)

        monkeypatch.setattr(PublicFolder, "write", dying)
        # the child shares no memory with its parent: what it appends to the memory store dies with it
        publisher.step()
        os._exit(0)
    os.waitpid(child, 0)
    mended = where.publisher()
    mended.start()
    settle(mended)
    calm = scene(tmp_path / "calm", "small")
    quiet = calm.publisher()
    quiet.start()
    calm.send(*calm.records)
    settle(quiet)
    assert overview(where) == overview(calm)


def test_a_version_named_but_not_written_is_made_good_by_the_next(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    named = Publication(
        version=publisher.version + 1,
        upto=where.store.last(),
        published=where.election.evening_of,
        wide=True,
        trail=True,
        cut=False,
    )
    where.store.append(record_key(named), record_bytes(named))
    again = where.publisher()
    again.start()
    assert pointer(where)["version"] == named.version + 1, "the next version makes again what the named one left"
    figures = overview(where)["figures"]
    assert isinstance(figures, dict)
    assert figures["boxes_reported"] == len(where.records)


def test_publications_are_numbered_without_gaps(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    for record in where.records:
        where.send(record)
        settle(publisher)
    found = [read_record(entry.body) for entry in where.store.feed(0)]
    versions = [record.version for record in found if isinstance(record, Publication)]
    assert versions == list(range(1, len(versions) + 1))


def test_a_district_in_which_nobody_votes_has_an_empty_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = scene(tmp_path, "smd-repeat-sample")
    district = where.election.districts[0].model_copy(update={"id": "d99", "no": 99})
    contest = next(found for found in where.election.contests if found.district is not None)
    empty = contest.model_copy(update={"id": "smd-99", "district": "d99"})
    values = {name: getattr(where.election, name) for name in Election.model_fields}
    values |= {
        "districts": (*where.election.districts, district),
        "contests": (*where.election.contests, empty),
    }
    monkeypatch.setitem(ELECTIONS, "smd-repeat-sample", Election(**values))
    publisher = where.publisher()
    assert publisher.start().problems == []
    where.send(*where.records)
    settle(publisher)
    assert (where.public / "results" / "ky" / "smd-repeat-sample" / "district" / "d99" / "index.html").exists()
