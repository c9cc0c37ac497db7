"""What a stranger finds in a public folder: nothing where nothing is wrong, and otherwise the place."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auditor.verify.findings import Unusable, Verification
from auditor.verify.run import Asked, verify
from shailoo.records.canonical import canonical_json, digest
from shailoo.records.checkpoint import Checkpoint
from shailoo.records.cosignature import Cosigner
from shailoo.records.log_entry import ReportEntry, read_entry
from shailoo.records.note import SignedNote, Signer
from tests.auditor.publishing import COMMISSION, Published, evening, first_line, signed_again, text_path, troubles
from tests.builder.scene import scene

WITNESS = Cosigner("observers.example/witness", Ed25519PrivateKey.from_private_bytes(b"w" * 32))
SEEN = datetime(2025, 6, 1, 20, tzinfo=UTC)


def broken(report: Verification, step: int, file: str) -> str:
    """The place of the break, which must be at a step and in a file."""
    assert report.broken is not None, report.text()
    assert report.broken_step[0] == step, report.text()
    assert report.broken.file == file, report.text()
    assert report.broken.remedy
    return f"{report.broken.place}: {report.broken.expected} | {report.broken.found}"


def reports(published: Published, kind: str = "final") -> list[ReportEntry]:
    found = [one for one in map(read_entry, published.entries()) if isinstance(one, ReportEntry)]
    return [one for one in found if one.kind == kind]


# --- what is right ---


def test_an_evening_in_which_all_went_well_is_accepted_by_its_published_key(quiet: Published) -> None:
    report = quiet.verify()
    assert report.good, report.text()
    assert [step.number for step in report.steps] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert report.text().endswith("\nOK")
    assert "taken from the site itself" in report.text()


def test_a_key_that_came_another_way_and_a_witness_are_enough_to_trust_nobody(spoilt: Published) -> None:
    note = SignedNote.parse(spoilt.path("log/checkpoint").read_bytes())
    cosigned = SignedNote(note.text, (*note.signatures, WITNESS.cosign(note.text, SEEN)))
    spoilt.put("log/checkpoint", cosigned.bytes())
    report = spoilt.verify(vkey=COMMISSION.verifier.vkey(), witnesses=(WITNESS.verifier.vkey(),), kept=note.bytes())
    assert report.good, report.text()
    assert report.steps[1].checked == 1
    assert "2025-06-01T20:00:00Z" in report.text()


def test_a_witness_whom_the_log_says_it_asks_is_checked_too(spoilt: Published) -> None:
    note = SignedNote.parse(spoilt.path("log/checkpoint").read_bytes())
    spoilt.put("log/witnesses.json", json.dumps({"witnesses": [{"vkey": WITNESS.verifier.vkey()}]}).encode())
    assert "has not seen this head" in spoilt.verify().text()
    word = WITNESS.cosign(note.text, SEEN)
    spoilt.put("log/checkpoint", SignedNote(note.text, (*note.signatures, word)).bytes())
    assert "saw this head" in spoilt.verify().text()
    forged = (word[0], word[1][:-1] + bytes((word[1][-1] ^ 1,)))
    spoilt.put("log/checkpoint", SignedNote(note.text, (*note.signatures, forged)).bytes())
    assert "cosignature of" in broken(spoilt.verify(), 2, "log/checkpoint")


def test_held_reports_conflicts_and_acts_are_decided_anew_from_public_files(troubled: Published) -> None:
    report = troubled.verify()
    assert report.good, report.text()
    held = json.loads(troubled.path("data/small/held.json").read_bytes())
    assert len(held["held"]) == 1
    assert len(held["conflicts"]) == 1
    assert len(json.loads(troubled.path("data/small/acts.json").read_bytes())["acts"]) == 2


@pytest.mark.parametrize(
    "package", ["referendum-sample", "three-mandate-sample", "president-2021-sample", "town-kenesh-sample"]
)
def test_every_kind_of_election_can_be_added_up_by_strangers(package: str, tmp_path: Path) -> None:
    report = evening(tmp_path, package).verify()
    assert report.good, report.text()


def test_a_folder_without_results_or_without_a_log_is_unusable(tmp_path: Path, spoilt: Published) -> None:
    with pytest.raises(Unusable):
        verify(Asked(target=str(tmp_path / "nowhere")))
    spoilt.path("log/checkpoint").unlink()
    with pytest.raises(Unusable):
        spoilt.verify()


def test_a_site_whose_last_version_is_not_all_out_is_not_called_broken(spoilt: Published) -> None:
    """Tables of the whole nation follow within seconds; between the two nobody has done wrong."""
    pointer = json.loads(spoilt.path("data/small/pointer.json").read_bytes())
    spoilt.put("data/small/pointer.json", json.dumps({**pointer, "complete": pointer["version"] - 1}).encode())
    with pytest.raises(Unusable, match="not every page"):
        spoilt.verify()


def test_the_software_that_published_is_told_beside_the_source_that_verifies(quiet: Published) -> None:
    assert "the very source that verifies here" in quiet.verify().text()


# --- one thing is wrong, and its place is named ---


def test_a_changed_digit_on_a_page_is_found_in_any_language(spoilt: Published) -> None:
    spoilt.edit("ru/small/station/1001/index.html", "<td>160</td>", "<td>161</td>")
    assert "160 | 161" in broken(spoilt.verify(), 9, "ru/small/station/1001/index.html")


@pytest.mark.parametrize(
    ("page", "old", "new"),
    [
        ("en/small/index.html", "<td>74</td><td>3</td>", "<td>74</td><td>4</td>"),
        ("ru/small/index.html", "</span> <b>4</b>", "</span> <b>5</b>"),
        ("ky/small/option/pr/1/index.html", "<td>260</td><td>680</td>", "<td>260</td><td>690</td>"),
        ("en/small/option/smd-1/2/index.html", 'data-figure="votes">238', 'data-figure="votes">239'),
        (
            "ru/small/index.html",
            "<td>100,00\u202f%</td><td>3</td><td>3</td><td>0</td>",
            "<td>100,00\u202f%</td><td>2</td><td>3</td><td>0</td>",
        ),
        ("en/small/tec/tec-1/index.html", "44.44\u202f%</td><td>1</td>", "44.44\u202f%</td><td>2</td>"),
    ],
)
def test_a_changed_figure_anywhere_on_a_page_of_results_is_found(
    spoilt: Published, page: str, old: str, new: str
) -> None:
    spoilt.edit(page, old, new)
    broken(spoilt.verify(), 9, page)


def test_two_columns_that_changed_places_are_found_by_their_headings(spoilt: Published) -> None:
    page = "en/small/region/bishkek/index.html"
    spoilt.edit(page, 'data-col="voters">Voters<', 'data-col="voters">Took part<')
    assert "Took part" in broken(spoilt.verify(), 9, page)


def test_two_lists_that_changed_names_are_found(spoilt: Published) -> None:
    page = "en/small/tec/tec-1/index.html"
    spoilt.edit(page, "List A</a>", "List B</a>")
    assert "List A" in broken(spoilt.verify(), 9, page)


def test_a_text_that_differs_on_the_page_from_what_was_signed_is_found(spoilt: Published) -> None:
    page = "ky/small/station/1001/index.html"
    spoilt.edit(page, "Жараксыз                                15", "Жараксыз                                14")
    assert "a report's text" in broken(spoilt.verify(), 9, page)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("data/small/station/1001.json", '"votes": 160', '"votes": 159'),
        ("data/small/region/bishkek.json", '"ballots": 680', '"ballots": 681'),
        ("data/small/district/d01.csv", ",312,670", ",313,670"),
        ("data/small/tec/tec-1-parts.csv", ",900,400,", ",900,401,"),
        ("data/small/overview.json", '"participants": 680', '"participants": 681'),
        ("data/small/stations.csv", ",15,1,160", ",15,1,170"),
        ("data/small/option/pr-1.json", '"votes": 260', '"votes": 261'),
        ("data/small/map/areas.json", '"leader_votes": 260', '"leader_votes": 261'),
    ],
)
def test_a_changed_figure_in_a_data_file_is_found(spoilt: Published, file: str, old: str, new: str) -> None:
    spoilt.edit(file, old, new)
    broken(spoilt.verify(), 7, file)


def test_a_total_that_is_off_by_one_is_found_and_both_figures_are_told(spoilt: Published) -> None:
    spoilt.edit("data/small/overview.json", '"votes": 310', '"votes": 311')
    place = broken(spoilt.verify(), 7, "data/small/overview.json")
    assert "contests[pr].options[2].votes: 310 | 311" in place


def test_seats_that_the_rule_does_not_give_are_found(spoilt: Published) -> None:
    spoilt.edit("data/small/overview.json", '{"no": 2, "seats": 4}', '{"no": 2, "seats": 5}')
    broken(spoilt.verify(), 8, "data/small/overview.json")


def test_a_changed_text_of_a_box_is_found_by_its_entry(spoilt: Published) -> None:
    file = text_path(reports(spoilt)[0])
    spoilt.edit(file, "Жараксыз", "жараксыз")
    broken(spoilt.verify(), 5, file)


def test_a_changed_package_is_found(spoilt: Published) -> None:
    data = spoilt.path("data/small/package.zip").read_bytes()
    spoilt.put("data/small/package.zip", data[:-1] + bytes((data[-1] ^ 1,)))
    broken(spoilt.verify(), 5, "data/small/package.zip")


def test_a_changed_act_is_found(troubled: Published, tmp_path: Path) -> None:
    spoilt = troubled.copy(tmp_path)
    spoilt.edit("data/small/acts.json", "Decided in the test.", "Decided by nobody..")
    assert "act 7-a" in broken(spoilt.verify(), 5, "data/small/acts.json")


def test_a_changed_proof_is_found(spoilt: Published) -> None:
    file = f"{text_path(reports(spoilt)[0])}.tlog-proof"
    lines = spoilt.path(file).read_text().split("\n")
    spoilt.edit(file, lines[3], lines[2])
    broken(spoilt.verify(), 5, file)


def test_a_page_of_the_log_that_says_another_root_is_found(spoilt: Published) -> None:
    root = Checkpoint.parse(SignedNote.parse(spoilt.path("log/checkpoint").read_bytes()).text).root.hex()
    spoilt.edit("ru/log/index.html", root, "00" * 32)
    assert "00" * 32 in broken(spoilt.verify(), 9, "ru/log/index.html")


def test_a_text_that_was_taken_away_is_missed(spoilt: Published) -> None:
    file = text_path(reports(spoilt)[1])
    spoilt.path(file).unlink()
    broken(spoilt.verify(), 5, file)


def test_a_text_of_which_no_entry_tells_is_found(spoilt: Published) -> None:
    file = "data/small/report/ABB-000001-final-000000000000.txt"
    spoilt.put(file, b"a report from nowhere\n")
    broken(spoilt.verify(), 5, file)


def test_a_changed_entry_is_found_in_its_tile(spoilt: Published) -> None:
    file = f"log/tile/entries/000.p/{len(spoilt.entries())}"
    data = spoilt.path(file).read_bytes()
    spoilt.put(file, data.replace(b'"bytes":', b'"bytez":', 1))
    assert "entry 4" in broken(spoilt.verify(), 3, f"log/tile/0/000.p/{len(spoilt.entries())}")


def test_a_changed_hash_in_a_tile_is_found_even_under_a_right_root(spoilt: Published) -> None:
    file = f"log/tile/0/000.p/{len(spoilt.entries())}"
    data = bytearray(spoilt.path(file).read_bytes())
    data[32 * 6] ^= 1
    spoilt.put(file, bytes(data))
    assert broken(spoilt.verify(), 3, file).startswith("entry 6:")


def test_a_head_of_another_log_or_of_a_wrong_key_is_refused(spoilt: Published) -> None:
    thief = Signer(COMMISSION.name, Ed25519PrivateKey.generate())
    text = SignedNote.parse(spoilt.path("log/checkpoint").read_bytes()).text
    spoilt.put("log/checkpoint", thief.sign(text).bytes())
    assert "signature" in broken(spoilt.verify(), 1, "log/checkpoint")


def test_a_whole_log_of_another_key_is_refused_by_whoever_has_the_right_one(spoilt: Published) -> None:
    spoilt.write_log(spoilt.entries(), Signer(COMMISSION.name, Ed25519PrivateKey.generate()))
    assert spoilt.verify().good
    broken(spoilt.verify(vkey=COMMISSION.verifier.vkey()), 1, "log/checkpoint")


# --- the publisher itself is the attacker, and signs with the log's own key ---


def test_an_entry_that_was_left_out_leaves_a_text_that_no_entry_tells_of(spoilt: Published) -> None:
    gone = reports(spoilt)[2]
    spoilt.rewrite(lambda entry: None if entry == gone else entry)
    broken(spoilt.verify(), 5, text_path(gone))


def test_a_report_that_nobody_saw_arrive_is_refused(spoilt: Published) -> None:
    box = reports(spoilt)[0].box
    spoilt.rewrite(lambda entry: None if entry.type == "arrival" and entry.box == box else entry)
    assert "the arrival" in broken(spoilt.verify(), 4, f"log/tile/entries/000.p/{len(spoilt.entries())}")


def test_an_entry_that_is_not_canonical_is_refused(spoilt: Published) -> None:
    entries = spoilt.entries()
    spoilt.write_log([*entries[:3], entries[3].replace(b',"', b', "', 1), *entries[4:]])
    assert broken(spoilt.verify(), 4, f"log/tile/entries/000.p/{len(entries)}").startswith("entry 3:")


def test_a_colluding_publisher_who_changes_a_vote_everywhere_is_caught_by_the_box(tmp_path: Path) -> None:
    """Pages, data, texts, entries, tiles and head all agree, and the head is signed: only the box did not sign."""
    found = scene(tmp_path / "plan", "small")
    first, *rest = found.records
    line, more = first_line(first)
    text = SignedNote.parse(first.note.encode()).text
    second = next(one for one in text.split("\n") if one.startswith("  2 ") and len(one) == 42)
    name = SignedNote.parse(first.note.encode()).signatures[0][0]
    thief = Signer(name, Ed25519PrivateKey.from_private_bytes(b"t" * 32))
    forged = signed_again(found, first, line, more, thief)
    forged = signed_again(found, forged, second, f"{second[:35]}{int(second[35:]) - 1:>7}", thief)
    lie = evening(tmp_path / "lie", records=[forged, *rest])
    report = lie.verify(vkey=COMMISSION.verifier.vkey())
    file = f"data/small/report/{first.box}-final-{digest(forged.note.encode())[:12]}.txt"
    assert "signature" in broken(report, 6, file)


def test_a_colluding_publisher_who_drops_a_box_is_caught_by_a_head_that_somebody_kept(tmp_path: Path) -> None:
    """Everything agrees and every text is signed; but an observer kept what the log said before."""
    truth = evening(tmp_path / "truth")
    kept = truth.path("log/checkpoint").read_bytes()
    lie = evening(tmp_path / "lie", records=truth.scene.records[1:])
    assert lie.verify(vkey=COMMISSION.verifier.vkey()).good, "without a witness such a lie cannot be seen"
    report = lie.verify(vkey=COMMISSION.verifier.vkey(), kept=kept)
    assert "the first" in broken(report, 3, "log/checkpoint")


def test_a_colluding_publisher_cannot_show_a_witness_word_for_another_history(tmp_path: Path) -> None:
    truth = evening(tmp_path / "truth")
    seen = SignedNote.parse(truth.path("log/checkpoint").read_bytes())
    word = WITNESS.cosign(seen.text, SEEN)
    lie = evening(tmp_path / "lie", records=truth.scene.records[1:])
    asked = {"vkey": COMMISSION.verifier.vkey(), "witnesses": (WITNESS.verifier.vkey(),)}
    assert "nothing" in broken(lie.verify(**asked), 2, "log/checkpoint")
    head = SignedNote.parse(lie.path("log/checkpoint").read_bytes())
    lie.put("log/checkpoint", SignedNote(head.text, (*head.signatures, word)).bytes())
    assert "signature" in broken(lie.verify(**asked), 2, "log/checkpoint")


def test_an_invented_act_that_releases_a_held_report_is_in_the_log_or_it_is_found(tmp_path: Path) -> None:
    found = scene(tmp_path / "plan", "small")
    told = troubles(found)
    lie = evening(tmp_path / "lie", records=told)
    acts = json.loads(lie.path("data/small/acts.json").read_bytes())
    number = acts["acts"][0]["number"]
    gone = digest(canonical_json(acts["acts"][0]))
    lie.rewrite(lambda entry: None if entry.type == "act" and entry.sha256 == gone else entry)
    assert f"act {number}" in broken(lie.verify(), 5, "data/small/acts.json")
