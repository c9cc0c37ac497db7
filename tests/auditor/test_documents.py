"""Scanned papers as strangers see them: an approved copy is public, was replaced, or has a tombstone and its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from shailoo.records.log_entry import DocumentEntry, WithdrawalEntry, read_entry
from tests.auditor.publishing import Published
from tests.auditor.test_verify import broken
from tests.builder.papers_scene import Office, enter
from tests.builder.scene import scene, settle

TABLE = "data/small/documents.csv"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """An evening with three papers: one public, one blacked out after it was public, one withdrawn."""
    found = scene(tmp_path_factory.mktemp("scanned"), "small")
    office = Office(found.election)
    found.objects = office.objects
    publisher = found.publisher()
    publisher.start()
    settle(publisher)
    found.send(*found.records)
    first, second, third = (office.received(no) for no in ("1001", "1002", "5001"))
    for paper in (first, second, third):
        copy = office.copied(paper)
        enter(found.store, paper, copy, office.approved(copy))
        settle(publisher)
    again = office.copied(second, version=2)
    enter(found.store, again, office.approved(again), office.withdrawn(third))
    settle(publisher)
    return Published(found)


@pytest.fixture
def spoilt_scans(scanned: Published, tmp_path: Path) -> Published:
    return scanned.copy(tmp_path)


def documents(published: Published) -> list[DocumentEntry]:
    return [one for one in map(read_entry, published.entries()) if isinstance(one, DocumentEntry)]


def file_of(published: Published, station: str) -> str:
    found = sorted(published.path("data/small/document").glob(f"{station}-*.pdf"))
    return found[0].relative_to(published.results).as_posix()


def test_papers_that_are_public_replaced_or_withdrawn_are_accepted(scanned: Published) -> None:
    report = scanned.verify()
    assert report.good, report.text()
    assert len(documents(scanned)) == 4


def test_a_changed_copy_is_found_by_the_digest_that_was_approved(spoilt_scans: Published) -> None:
    file = file_of(spoilt_scans, "1001")
    spoilt_scans.edit(file, "public copy", "public-copy")
    broken(spoilt_scans.verify(), 5, file)


def test_a_copy_that_was_taken_away_without_a_tombstone_is_missed(spoilt_scans: Published) -> None:
    file = file_of(spoilt_scans, "1001")
    spoilt_scans.path(file).unlink()
    broken(spoilt_scans.verify(), 5, file)


def test_a_line_that_vanished_from_the_table_is_missed(spoilt_scans: Published) -> None:
    text = spoilt_scans.path(TABLE).read_text(encoding="utf-8")
    rows = [line for line in text.splitlines(keepends=True) if ",1001,protocol," not in line]
    spoilt_scans.put(TABLE, "".join(rows).encode())
    assert "1001 protocol" in broken(spoilt_scans.verify(), 5, TABLE)


def test_another_reason_for_a_withdrawal_than_the_one_that_was_logged_is_found(spoilt_scans: Published) -> None:
    spoilt_scans.edit(TABLE, "a voter's name stood on it", "nobody liked it")
    assert "withdrawn" in broken(spoilt_scans.verify(), 5, TABLE)


def test_a_withdrawal_of_which_the_log_does_not_tell_is_found(spoilt_scans: Published) -> None:
    spoilt_scans.rewrite(lambda entry: None if isinstance(entry, WithdrawalEntry) else entry)
    assert "withdrawn" in broken(spoilt_scans.verify(), 5, TABLE)


def test_a_copy_that_nobody_approved_is_found(spoilt_scans: Published) -> None:
    gone = documents(spoilt_scans)[0]
    spoilt_scans.rewrite(lambda entry: None if entry == gone else entry)
    assert gone.sha256 in broken(spoilt_scans.verify(), 5, TABLE)


def test_a_copy_without_its_proof_or_with_that_of_another_is_found(spoilt_scans: Published) -> None:
    file = file_of(spoilt_scans, "1001")
    proof = spoilt_scans.path(f"{file}.tlog-proof").read_bytes()
    spoilt_scans.path(f"{file}.tlog-proof").unlink()
    broken(spoilt_scans.verify(), 5, f"{file}.tlog-proof")
    other = spoilt_scans.path(f"{file_of(spoilt_scans, '1002')}.tlog-proof").read_bytes()
    assert other != proof
    spoilt_scans.put(f"{file}.tlog-proof", other)
    broken(spoilt_scans.verify(), 5, f"{file}.tlog-proof")


def test_a_file_among_the_copies_that_no_line_names_is_found(spoilt_scans: Published) -> None:
    file = "data/small/document/1001-protocol-pr-000000000000.pdf"
    spoilt_scans.put(file, b"%PDF from nowhere")
    broken(spoilt_scans.verify(), 5, file)


def test_a_picture_of_a_page_that_is_missing_or_that_no_copy_has_is_found(scanned: Published, tmp_path: Path) -> None:
    for at, folder in enumerate(("missing", "stranger")):
        spoilt = scanned.copy(tmp_path / folder)
        picture = min(spoilt.path("data/small/document").glob("*-p2.jpg"))
        name = f"data/small/document/{picture.name}"
        if at:
            name = name.replace("-p2.jpg", "-p3.jpg")
            spoilt.put(name, picture.read_bytes())
        else:
            picture.unlink()
        broken(spoilt.verify(), 5, name)


def test_a_program_renamed_to_a_picture_is_found(spoilt_scans: Published) -> None:
    picture = min(spoilt_scans.path("data/small/document").glob("*-p1.jpg"))
    picture.write_bytes(b"MZ")
    broken(spoilt_scans.verify(), 5, f"data/small/document/{picture.name}")
