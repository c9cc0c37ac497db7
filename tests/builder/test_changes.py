"""What changed, told with causes: events in order, feeds that any reader can read, versions beside one another."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from builder.gate.check import PageCheck
from builder.gate.check_changes import check_feeds
from builder.gate.check_data import check_data
from builder.gate.disagreement import PageDisagrees
from builder.publish import Publisher
from builder.render.pages import Pages
from builder.views import Archive, OverviewView
from rehearsal.manual import protocols
from rehearsal.paper import accepted
from shailoo.model.base import LANGUAGES
from shailoo.model.record import (
    ChooseReport,
    ExcludeStation,
    Record,
    ReleaseReport,
    ReportConflict,
    ReverseAct,
    RevokeBox,
    TurnoutEntered,
    record_bytes,
    record_key,
)
from tests.builder.papers_scene import Office
from tests.builder.scene import Scene, publisher_of, scene, settle, tree
from tests.builder.test_gate import ROOT, mutants, telling_text
from tests.builder.test_publisher import act, spoilt

ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
STAMP = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z")
UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def enter(where: Scene, *records: Record) -> None:
    """Records enter the feed."""
    for record in records:
        where.store.append(record_key(record), record_bytes(record))


def told(where: Scene, scope: str = "") -> list[dict[str, Any]]:
    """The events of a file, oldest first."""
    path = where.public / "results" / "data" / where.election.id / f"changes{scope}.json"
    return list(reversed(json.loads(path.read_bytes())["events"]))


def whats(where: Scene, scope: str = "") -> list[str]:
    """What happened, oldest first."""
    return [event["what"] for event in told(where, scope)]


def conflict(where: Scene, at: int, *, same: bool = False) -> ReportConflict:
    """A second report of a box: a reprint, or one with other figures."""
    first = where.records[at]
    counts = where.played.box_counts[first.box]
    one, two, *rest = counts[0].votes
    moved = counts[0]._replace(votes=(one - 1, two + 1, *rest))
    other = counts if same else (moved, *counts[1:])
    again = accepted(where.election, first.box, other, first.arrived + timedelta(seconds=40))
    return ReportConflict(**again.model_dump(exclude={"type"}), first_sha256=first.sealed_sha256, same_figures=same)


@pytest.fixture
def evening(tmp_path: Path) -> tuple[Scene, Publisher]:
    """The small election before its first report."""
    where = scene(tmp_path / "evening", "small")
    publisher = where.publisher()
    publisher.start()
    settle(publisher)
    return where, publisher


# --- causes, in order ---


def test_a_station_tells_everything_that_happened_to_it_in_order_with_its_cause(
    evening: tuple[Scene, Publisher],
) -> None:
    where, publisher = evening
    first = where.records[0]
    station = first.station
    enter(where, TurnoutEntered(
        election="small", station=station, hour="10:00", version=1, voters=9, entered=first.arrived, by="precinct",
        channel="own", cause=None,
    ))  # fmt: skip
    settle(publisher)
    enter(where, spoilt(where, first))
    settle(publisher)
    enter(where, act(where, "7", ReleaseReport(box=first.box).model_dump()))
    settle(publisher)
    office = Office(where.election)
    paper = office.received(station)
    enter(where, paper)
    settle(publisher)
    enter(where, act(where, "8", RevokeBox(box=first.box).model_dump()))
    settle(publisher)
    assert whats(where, f"/station/{station}") == [
        "turnout", "report-held", "act", "report-released", "document-received", "act", "report-removed",
    ]  # fmt: skip
    events = told(where, f"/station/{station}")
    assert [event["detail"] for event in events[:2]] == ["10:00", "votes-partition"]
    assert (events[2]["act"], events[2]["body"], events[2]["measures"]) == ("7", "cec", ["release-report"])
    assert events[3]["act"] == "7"
    assert events[1]["log_entry"] is not None
    versions = [event["version"] for event in events]
    assert versions == sorted(versions)
    assert len(set(versions)) == 5, "the act and the report that it released became public together"
    region = where.election.station_by_no[station].region
    assert whats(where, f"/region/{region}") == whats(where) == whats(where, f"/station/{station}")


def test_an_act_its_reversal_and_the_reversal_of_that_stand_at_the_stations_that_they_change(
    evening: tuple[Scene, Publisher],
) -> None:
    where, publisher = evening
    enter(where, *where.records)
    out, other = where.election.stations[0].no, where.election.stations[1].no
    settle(publisher)
    measures = ({"measure": "exclude-station", "station": out}, {"measure": "reverse-act", "number": "51"})
    enter(where, act(where, "51", ExcludeStation(station=out).model_dump()))
    settle(publisher)
    enter(where, act(where, "52", ReverseAct(number="51").model_dump()))
    settle(publisher)
    acts = [event for event in told(where, f"/station/{out}") if event["what"] == "act"]
    assert [(one["act"], one["measures"], one["reverses"]) for one in acts] == [
        ("51", [measures[0]["measure"]], []), ("52", [measures[1]["measure"]], ["51"]),
    ]  # fmt: skip
    assert "act" not in whats(where, f"/station/{other}")
    text = (where.public / "results" / "en" / "small" / "changes" / "feed.atom").read_text("utf-8")
    assert "Act № 52, Central Election Commission: reverses act № 51" in text


def test_two_truths_of_a_box_and_the_act_that_chooses(evening: tuple[Scene, Publisher]) -> None:
    where, publisher = evening
    box, station = where.records[2].box, where.records[2].station
    reprint, other = conflict(where, 2, same=True), conflict(where, 2)
    enter(where, where.records[2], reprint, other)
    enter(where, act(where, "9", ChooseReport(box=box, sealed_sha256=other.sealed_sha256).model_dump()))
    settle(publisher)
    assert whats(where, f"/station/{station}") == [
        "report-counted", "report-again", "report-conflict", "act", "report-released",
    ]  # fmt: skip
    texts = [event["sha256"] for event in told(where, f"/station/{station}") if event["sha256"]]
    assert texts[-1] == texts[2], "the act chose the second"


def test_a_protocol_is_entered_agreed_and_corrected(evening: tuple[Scene, Publisher]) -> None:
    where, publisher = evening
    enter(where, *where.records)
    station = where.election.stations[0]
    one, two = [
        sheet for sheet in protocols(where.election, where.played) if (sheet.station, sheet.sheet) == (station.no, "pr")
    ]
    enter(where, one)
    settle(publisher)
    enter(where, two)
    settle(publisher)
    again = one.model_copy(update={"version": 2, "correction": "A line was misread.", "act": "12"})
    enter(where, again)
    settle(publisher)
    events = [event for event in told(where, f"/station/{station.no}") if event["what"].startswith("protocol")]
    assert [event["what"] for event in events] == ["protocol-entered", "protocol-agreed", "protocol-corrected"]
    assert (events[2]["reason"], events[2]["act"], events[0]["reason"]) == ("A line was misread.", "12", None)


def test_a_withdrawn_document_says_why_and_a_copy_in_between_says_nothing(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    office = Office(where.election)
    where.objects = office.objects
    publisher = where.publisher()
    publisher.start()
    station = where.election.stations[0].no
    came = office.received(station)
    copy = office.copied(came)
    for record in (came, copy, office.approved(copy), office.withdrawn(came)):
        enter(where, record)
        settle(publisher)
    events = told(where, f"/station/{station}")
    assert [event["what"] for event in events] == ["document-received", "document-public", "document-withdrawn"]
    assert events[2]["reason"]


# --- the same from the records alone ---


def test_a_rebuild_and_other_batches_tell_the_same_events(tmp_path: Path) -> None:
    where = scene(tmp_path / "steps", "small")
    publisher = where.publisher()
    publisher.start()
    office = Office(where.election)
    for index, record in enumerate(where.records):
        enter(where, record, office.received(where.election.stations[index % 5].no, paper=str(index)))
        settle(publisher)
    enter(where, act(where, "51", ExcludeStation(station=where.election.stations[0].no).model_dump()))
    settle(publisher)
    built = tmp_path / "built" / "public"
    where.publisher(public=built).build()
    assert tree(built) == tree(where.public)

    bulk = publisher_of(tmp_path / "bulk", where.store, ["small"])
    bulk.start()
    settle(bulk)
    for station in where.election.stations:
        scope = f"/station/{station.no}"
        alike = Scene(tmp_path / "bulk", where.election, where.played, where.store, [])
        assert [event["id"] for event in told(alike, scope)] == [event["id"] for event in told(where, scope)]


def test_a_held_back_version_tells_nothing_until_it_passes(evening: tuple[Scene, Publisher]) -> None:
    where, publisher = evening
    night = publisher.nights["small"]
    night._published["reported"] = 99
    enter(where, where.records[0])
    step = publisher.step()
    assert step is not None
    assert step.held_back == ("small",)
    publisher.wait_for_child()
    assert whats(where, f"/station/{where.records[0].station}") == []
    night._published["reported"] = 0
    enter(where, where.records[1])
    settle(publisher)
    (event,) = told(where, f"/station/{where.records[0].station}")
    assert event["version"] > step.version


# --- Atom ---


def feeds(where: Scene) -> dict[str, ET.Element]:
    """Every Atom feed of an installation."""
    return {
        path.relative_to(where.public).as_posix(): ET.fromstring(path.read_text("utf-8"))  # noqa: S314 -- our own bytes
        for path in sorted(where.public.rglob("*.atom"))
    }


def valid(feed: ET.Element, path: str) -> None:
    """What RFC 4287 asks of a feed and its entries (4.1.1, 4.1.2, 4.2)."""
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    (own,) = [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert own.get("href") == f"/{path}"
    entries = feed.findall(f"{ATOM}entry")
    for element in (feed, *entries):
        assert UUID.fullmatch(element.findtext(f"{ATOM}id") or "")
        assert STAMP.fullmatch(element.findtext(f"{ATOM}updated") or "")
        assert (element.findtext(f"{ATOM}title") or "").strip()
        others = [
            (link.get("type"), link.get("hreflang"))
            for link in element.findall(f"{ATOM}link")
            if link.get("rel") == "alternate"
        ]
        assert others
        assert len(set(others)) == len(others)
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    moments = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    assert moments == sorted(moments, reverse=True)
    if moments:
        assert feed.findtext(f"{ATOM}updated") == moments[0]
    for content in feed.iter(f"{ATOM}content"):
        assert content.get("type") == "xhtml"
        assert [child.tag for child in content] == [f"{XHTML}div"]


def test_every_feed_is_valid_and_every_link_in_it_leads_somewhere(evening: tuple[Scene, Publisher]) -> None:
    where, publisher = evening
    enter(where, *where.records[:3])
    settle(publisher)
    enter(where, *where.records[3:], act(where, "5", RevokeBox(box=where.records[0].box).model_dump()))
    settle(publisher)
    found = feeds(where)
    stations, regions = len(where.election.stations), len(where.election.regions)
    assert len(found) == stations + len(LANGUAGES) * (regions + 1)
    for path, feed in found.items():
        valid(feed, path)
        for link in feed.iter(f"{ATOM}link"):
            target = where.public / (link.get("href") or "?").lstrip("/")
            assert (target / "index.html" if target.is_dir() else target).is_file(), link.get("href")
        title = feed.findtext(f"{ATOM}title") or ""
        assert any(word in title for word in ("synthetic", "синтетик", "синтетич")), title
    assert sum(len(feed.findall(f"{ATOM}entry")) for feed in found.values())


def test_pages_point_to_their_feed(evening: tuple[Scene, Publisher]) -> None:
    where, _ = evening
    station = where.election.stations[0]
    for page in ("", "versions/", "changes/", f"changes/{station.region}/", f"region/{station.region}/",
                 f"station/{station.no}/"):  # fmt: skip
        for language in LANGUAGES:
            html = (where.public / "results" / language / "small" / page / "index.html").read_text("utf-8")
            (href,) = re.findall(r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)">', html)
            assert (where.public / href.lstrip("/")).is_file()
            main = html.partition("<main")[2]
            assert "/changes/" in main


def test_a_hostile_reason_is_text_in_every_feed_and_page(evening: tuple[Scene, Publisher]) -> None:
    where, publisher = evening
    hostile = 'x</title><script>alert(1)</script>&amp; "\x0b\x00\ufffe]]>'
    decision = act(where, "66", RevokeBox(box=where.records[0].box).model_dump())
    enter(where, decision.model_copy(update={"reason": hostile}))
    settle(publisher)
    said = hostile.replace("\x0b", "\ufffd").replace("\x00", "\ufffd").replace("\ufffe", "\ufffd")
    seen = 0
    for path, feed in feeds(where).items():
        valid(feed, path)
        seen += said in [summary.text for summary in feed.iter(f"{ATOM}summary")]
    assert seen == 1 + 2 * len(LANGUAGES)
    page = (where.public / "results" / "ky" / "small" / "changes" / "index.html").read_text("utf-8")
    assert "<script>alert" not in page


# --- kept versions beside one another ---


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Publisher]:
    """Three kept versions: nothing, half of the boxes, all of them but one that an act revoked."""
    where = scene(tmp_path_factory.mktemp("kept"), "small")
    publisher = where.publisher()
    publisher.start()
    settle(publisher)
    enter(where, *where.records[:3])
    settle(publisher)
    enter(where, *where.records[3:], act(where, "5", RevokeBox(box=where.records[0].box).model_dump()))
    settle(publisher)
    return where, publisher


def cuts(where: Scene) -> list[dict[str, Any]]:
    """The kept versions of the country's file, oldest first."""
    found = json.loads((where.public / "results/data/small/changes.json").read_bytes())["cuts"]
    return list(reversed(found))


def test_a_kept_version_says_every_national_figure_before_and_now_with_the_causes(
    kept: tuple[Scene, Publisher],
) -> None:
    where, _ = kept
    found = cuts(where)
    assert len(found) == 3
    assert [cut["previous"] for cut in found] == [None, *(cut["version"] for cut in found[:-1])]
    for before, cut in zip([None, *found[:-1]], found, strict=True):
        version = cut["version"]
        shown = json.loads((where.public / f"results/data/small/v/{version}.json").read_bytes())
        (contest,) = [one for one in cut["contests"] if one["contest"] == "pr"]
        now = {line["line"]: line["now"] for line in contest["lines"]}
        assert now["ballots"] == shown["contests"][0]["ballots"]
        assert {str(one["no"]): one["votes"] for one in shown["contests"][0]["options"]}.items() <= now.items()
        if before is not None:
            assert [line["before"] for line in contest["lines"]] == [
                line["now"] for line in before["contests"][0]["lines"]
            ]
        alone = json.loads((where.public / f"results/data/small/changes/v/{version}.json").read_bytes())
        assert {key: alone[key] for key in cut} == cut
    assert {one["cause"] for one in found[2]["causes"]} == {"act", "reports"}


def test_the_page_of_a_kept_version_shows_what_is_new_in_it(kept: tuple[Scene, Publisher]) -> None:
    where, _ = kept
    second, third = cuts(where)[1:]
    for language in LANGUAGES:
        page = where.public / "results" / language / "small" / "v" / str(third["version"]) / "index.html"
        html = page.read_text("utf-8")
        assert 'data-table="changes:pr"' in html
        assert f'href="/results/{language}/small/v/{second["version"]}/"' in html


def _archive(publisher: Publisher) -> OverviewView:
    """The last kept version as its page shows it."""
    night = publisher.nights["small"]
    cut = night.cuts[-1]
    return replace(night.plan.overview(night.state, night.verdicts, Archive(cut.number, cut.at)), since=cut)


def stopped(publisher: Publisher, html: str) -> bool:
    """Whether the gate stops a page."""
    try:
        PageCheck({"small": publisher.nights["small"].facts}).check(html, "ky/test", "ky")
    except PageDisagrees:
        return True
    return False


def test_no_mutant_of_the_differences_reaches_a_page(kept: tuple[Scene, Publisher], tmp_path: Path) -> None:
    _, publisher = kept
    view = _archive(publisher)
    good = publisher.site.body("ky", view)
    assert not stopped(publisher, good)
    source = ((name, text) for name, text in mutants(7133) if name == "difference.html.j2")
    harmful = 0
    for index, (name, text) in enumerate(islice(source, 40)):
        folder = tmp_path / str(index)
        folder.mkdir()
        (folder / name).write_text(text)
        pages = Pages("ky", shapes=publisher.site.shapes, templates=[folder, ROOT / "sites/results/templates"])
        try:
            drawn = pages.main(view)
        except Exception:  # noqa: BLE001, S112 -- a template that does not even render reaches no page
            continue
        if telling_text(drawn) != telling_text(good):
            harmful += 1
            assert stopped(publisher, drawn), f"mutant {index} passed"
    assert harmful > 10
    without = re.sub(r'<table [^>]*data-table="changes:pr".*?</table>', "", good, flags=re.DOTALL)
    assert without != good
    assert stopped(publisher, without)


def test_a_changed_figure_in_a_feed_or_in_its_file_is_found(kept: tuple[Scene, Publisher]) -> None:
    where, publisher = kept
    facts = publisher.nights["small"].facts
    root = where.public / "results"
    for name in ("data/small/changes.json", *(f"{language}/small/changes/feed.atom" for language in LANGUAGES)):
        data = (root / name).read_bytes()
        check_feeds(facts, [(name, data)])
        figure = re.search(rb'"now": ([0-9]+)' if name.endswith("json") else rb"\xe2\x86\x92 <b>([0-9]+)", data)
        assert figure is not None
        spoilt_data = data[: figure.start(1)] + b"9" + data[figure.start(1) :]
        with pytest.raises(PageDisagrees):
            check_feeds(facts, [(name, spoilt_data)])
        for wrong in (rb"<li>.*?</li>", rb"(?<=<li>)[^:]*", rb"(?<=\(\+)[0-9]+"):
            without = re.sub(wrong, b"", data, count=1)
            assert (without == data) is name.endswith("json")
            if without != data:
                with pytest.raises(PageDisagrees):
                    check_feeds(facts, [(name, without)])
    version = cuts(where)[-1]["version"]
    path = f"data/small/changes/v/{version}.json"
    text = (root / path).read_bytes()
    check_data(facts, [(path, text)])
    with pytest.raises(PageDisagrees):
        check_data(facts, [(path, text.replace(b'"before": ', b'"before": 1', 1))])


def test_feeds_stay_short_however_long_the_night(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    station = where.election.stations[0].no
    began = where.records[0].arrived
    for number in range(1, 131):
        enter(where, TurnoutEntered(
            election="small", station=station, hour="10:00", version=number, voters=number,
            entered=began + timedelta(seconds=number), by="precinct", channel="own", cause=None,
        ))  # fmt: skip
    settle(publisher)
    assert len(told(where)) == 100
    assert len(told(where, f"/region/{where.election.station_by_no[station].region}")) == 100
    own = told(where, f"/station/{station}")
    assert len(own) == 130, "a station's own story has no gap"
    assert datetime.fromisoformat(told(where)[-1]["happened"]) == began + timedelta(seconds=130)
