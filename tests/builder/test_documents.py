"""Scanned documents on the site: what may be seen is there, what may not is in no byte, also after a rebuild."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from builder.gate.disagreement import PageDisagrees
from shailoo.adapters.files import FileObjectStore
from shailoo.ids import Digest
from shailoo.model.base import stamp
from shailoo.records.canonical import digest
from shailoo.records.log_entry import DocumentEntry, entry_bytes
from shailoo.records.note import Verifier
from shailoo.records.tlog import leaf_hash
from shailoo.records.tlog_proof import Policy, TlogProof
from tests.builder.papers_scene import Office, enter, pdf_of
from tests.builder.scene import Scene, published, scene, settle, tree

if TYPE_CHECKING:
    from pathlib import Path

    from builder.publish import Publisher
    from shailoo.model.document import DocumentReceived, DocumentRecord


class Night:
    """A night with documents: a scene, its publisher, the office that hands them in."""

    def __init__(self, folder: Path) -> None:
        self.where: Scene = scene(folder / "install", "small")
        self.where.objects = FileObjectStore(folder / "objects")
        self.office = Office(self.where.election, self.where.objects)
        self.publisher: Publisher = self.where.publisher()
        self.publisher.start()
        self.where.send(*self.where.records)
        settle(self.publisher)

    @property
    def stations(self) -> list[str]:
        return [station.no for station in self.where.election.stations]

    def enter(self, *records: DocumentRecord) -> None:
        """Records enter the feed and are published."""
        enter(self.where.store, *records)
        settle(self.publisher)

    def public(self, station: str) -> DocumentReceived:
        """A protocol of a station with an approved copy."""
        came = self.office.received(station)
        copy = self.office.copied(came)
        self.enter(came, copy, self.office.approved(copy))
        return came

    def files(self) -> set[str]:
        """The public files of documents."""
        folder = self.where.public / "results" / "data" / "small" / "document"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    def page(self, scope: str, language: str = "en") -> str:
        """A page as it is read."""
        return (self.where.public / "results" / language / "small" / scope / "index.html").read_text("utf-8")

    def holds(self, text: str) -> list[str]:
        """Public files in which a text stands, in any of their bytes or in their name.

        The log is append-only: it keeps the digest of every copy that was ever approved, and never a byte of one.
        """
        return [
            path.as_posix()
            for path in self.where.public.rglob("*")
            if path.is_file() and (text.encode() in path.read_bytes() or text in path.name) and "log/" not in str(path)
        ]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


def test_a_copy_appears_only_when_a_second_official_has_approved_it(night: Night) -> None:
    station = night.stations[0]
    came = night.office.received(station)
    copy = night.office.copied(came)
    night.enter(came, copy)
    assert "received, being checked" in night.page(f"station/{station}")
    assert night.files() == set()
    assert night.holds(copy.pdf[:12]) == []
    night.enter(night.office.approved(copy))
    name = f"{station}-protocol-pr-{copy.pdf[:12]}"
    assert night.files() == {f"{name}.pdf", f"{name}.pdf.tlog-proof", f"{name}-p1.jpg", f"{name}-p2.jpg"}
    file = night.where.public / "results" / "data" / "small" / "document" / f"{name}.pdf"
    assert file.read_bytes() == pdf_of(came)
    for language in ("ky", "ru", "en"):
        page = night.page(f"station/{station}", language)
        assert f'href="/results/data/small/document/{name}.pdf"' in page
        assert f'src="/results/data/small/document/{name}-p2.jpg" width="620" height="877" loading="lazy"' in page
        assert copy.pdf in page


def test_a_withdrawn_document_is_in_no_public_byte_and_its_reason_stays(night: Night) -> None:
    station = night.stations[0]
    came = night.public(station)
    secret = digest(pdf_of(came))
    assert night.holds(secret[:12])
    night.enter(night.office.withdrawn(came, "a voter's name stood on it"))
    assert night.holds(secret[:12]) == []
    assert [
        path for path in night.where.public.rglob("*") if path.is_file() and b"public copy" in path.read_bytes()
    ] == []
    assert night.files() == set()
    assert "a voter&#39;s name stood on it" in night.page(f"station/{station}")
    (line,) = published(night.where.public, "small", f"documents/{night.where.election.stations[0].tec}")["documents"]
    assert (line["state"], line["sha256"], line["reason"]) == ("withdrawn", None, "a voter's name stood on it")


def test_a_withdrawn_document_is_gone_after_a_rebuild_too(night: Night) -> None:
    came = night.public(night.stations[0])
    folder = night.where.public / "results" / "data" / "small" / "document"
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    night.enter(night.office.withdrawn(came))
    for name, data in kept.items():
        (folder / name).write_bytes(data)
    night.where.publisher().build()
    assert night.files() == set()


def test_an_earlier_version_goes_when_a_later_one_is_approved(night: Night) -> None:
    station = night.stations[0]
    came = night.public(station)
    second = night.office.copied(came, 2, pages=1)
    night.enter(second)
    assert night.holds(second.pdf[:12]) == []
    assert len(night.files()) == 4
    night.enter(night.office.approved(second))
    name = f"{station}-protocol-pr-{second.pdf[:12]}"
    assert night.files() == {f"{name}.pdf", f"{name}.pdf.tlog-proof", f"{name}-p1.jpg"}
    assert night.holds(digest(pdf_of(came))[:12]) == []


def test_beside_a_copy_lies_the_proof_that_its_digest_is_in_the_log(night: Night) -> None:
    station = night.stations[0]
    came = night.public(station)
    name = f"data/small/document/{station}-protocol-pr-{digest(pdf_of(came))[:12]}.pdf.tlog-proof"
    assert f'href="/results/{name}"' in night.page(f"station/{station}", "ky")
    proof = TlogProof.parse((night.where.public / "results" / name).read_bytes())
    keeper = night.publisher.log
    entry = DocumentEntry(
        sha256=digest(pdf_of(came)), at=stamp(came.entered + timedelta(minutes=2)), election="small", station=station,
        kind="protocol", part="pr", original=came.original, bytes=len(pdf_of(came)),
    )  # fmt: skip
    signed, _ = proof.verify(leaf_hash(entry_bytes(entry)), Policy(Verifier.parse(keeper.key.vkey)))
    assert signed.head.size > proof.index
    line = next(one for one in published(night.where.public, "small", f"documents/{tec_of(night)}")["documents"])
    assert line["log_entry"] == proof.index


def test_a_copy_that_is_withdrawn_in_the_version_that_would_have_shown_it_leaves_no_proof(night: Night) -> None:
    came = night.office.received(night.stations[0])
    copy = night.office.copied(came)
    night.enter(came, copy, night.office.approved(copy), night.office.withdrawn(came))
    assert night.files() == set()
    assert night.holds(copy.pdf[:12]) == []


def tec_of(night: Night) -> str:
    """The commission of the first station."""
    return night.where.election.stations[0].tec


def test_the_same_file_for_two_stations_is_told_on_both(night: Night) -> None:
    first, second = night.stations[:2]
    came = night.office.received(first)
    night.enter(came)
    assert "The same file" not in night.page(f"station/{first}")
    night.enter(night.office.again(second, "protocol", "pr", came.original))
    for one, other in ((first, second), (second, first)):
        page = night.page(f"station/{one}")
        assert f'The same file was received for another station: <a href="/results/en/small/station/{other}/">' in page


def test_coverage_tells_what_is_expected_public_being_checked_and_missing(night: Night) -> None:
    first, second = night.stations[:2]
    night.public(first)
    night.enter(night.office.received(second))
    value = published(night.where.public, "small", "documents")
    protocols = next(found for found in value["papers"] if found["kind"] == "protocol")
    expected = sum(len(night.where.election.contests_at(station)) for station in night.where.election.stations)
    assert protocols["papers_expected"] == expected
    assert protocols["papers_public"] == 1
    assert protocols["papers_checking"] == 1
    assert protocols["papers_missing"] == expected - 2
    text = (night.where.public / "results" / "data" / "small" / "documents.csv").read_text("utf-8")
    rows = {row["station"]: row for row in csv.DictReader(io.StringIO(text))}
    assert {no: row["state"] for no, row in rows.items()} == {first: "public", second: "checking"}
    tec = night.where.election.stations[0].tec
    assert "What each station still owes" in night.page(f"documents/{tec}")


def test_building_again_from_the_records_gives_the_same_documents(night: Night, tmp_path: Path) -> None:
    kept = night.public(night.stations[0])
    gone = night.public(night.stations[1])
    act = night.office.received(None, "court-act", "1")
    copy = night.office.copied(act)
    night.enter(act, copy, night.office.approved(copy), night.office.withdrawn(gone))
    before = tree(night.where.public)
    assert not night.where.publisher().build().problems
    assert tree(night.where.public) == before
    empty = tmp_path / "elsewhere" / "public"
    night.where.publisher(public=empty).build()
    anew = tree(empty)
    assert {path: before[path] for path in anew} == anew
    assert any(digest(pdf_of(kept))[:12] in path for path in anew)
    assert "election-court-act-1" in " ".join(anew)


def test_one_document_touches_its_station_its_commission_and_what_changed_in_its_region(night: Night) -> None:
    station = night.where.election.stations[0]
    before = tree(night.where.public)
    came = night.office.received(station.no)
    copy = night.office.copied(came)
    enter(night.where.store, came, copy, night.office.approved(copy))
    night.publisher.cadence = type(night.publisher.cadence)(trail_s=1e9, idle_s=1e9, cut_s=10**9)
    night.publisher.step()
    night.publisher.wait_for_child()
    after = tree(night.where.public)
    changed = {path.partition("results/")[2] for path in after if after[path] != before.get(path)}
    region = (f"changes/{station.region}/", f"changes/region/{station.region}.json")
    about = (f"station/{station.no}", f"documents/{station.tec}", f"document/{station.no}-", "/pointer.json", "log/")
    assert [path for path in changed if not any(part in path for part in about + region)] == []


def test_a_copy_that_the_store_has_lost_does_not_keep_the_figures_back(night: Night) -> None:
    station = night.stations[0]
    came = night.office.received(station)
    copy = night.office.copied(came)
    assert isinstance(night.where.objects, FileObjectStore)
    night.where.objects.file(Digest(copy.pdf)).unlink()
    enter(night.where.store, came, copy, night.office.approved(copy))
    done = night.publisher.step()
    assert done is not None
    assert done.held_back == ()
    assert any("NotFound" in problem for problem in done.problems)


def test_the_gate_refuses_a_page_that_knows_a_copy_nobody_may_see(night: Night) -> None:
    station = night.stations[0]
    came = night.office.received(station)
    copy = night.office.copied(came)
    night.enter(came, copy)
    page = night.publisher.nights["small"].view(f"station/{station}")
    body = night.publisher.site.body("en", page)
    check = night.publisher.press._gate.check
    check(body, "a page", "en")
    with pytest.raises(PageDisagrees):
        check(body.replace("</section>", f"<p data-text>{copy.pdf}</p></section>", 1), "a page", "en")
    link = f'<a href="/results/data/small/document/{station}-protocol-pr-{copy.pdf[:12]}.pdf">x</a></section>'
    with pytest.raises(PageDisagrees):
        check(body.replace("</section>", link, 1), "a page", "en")
