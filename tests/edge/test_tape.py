"""What comes out of the printer: the signed text, and a code that any phone opens."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.box import Ballot
from edge_agent.errors import NoFont, PrinterFailed
from edge_agent.manifest import BoxContest, BoxOption
from edge_agent.printer import FilePrinter, Printers, Tape, TextPrinter
from edge_agent.qr import LARGEST_VERSION, qr_lines, qr_matrix
from edge_agent.tape_pdf import FONTS, PdfPrinter, tape_pdf
from shailoo.model.election import Mode
from shailoo.model.report import CandidateVotes, ContestCount, ListPreferences, OptionCount, Report, ReportKind
from shailoo.records.note import BadSignature, SignedNote, Signer
from shailoo.records.report_text import WIDTH, write_report
from shailoo.records.tape_code import (
    LARGEST,
    BadTapeCode,
    decode,
    encode,
    read_address,
    restore,
    tape_address,
    tape_code,
    tape_names,
)
from tests.edge.boxes import BOX, ELECTION, OPENS, Paper, box_at, day, key_of, manifest
from tests.edge.qr_reader import read_qr
from tests.voting import small_election

SIGNER = Signer(f"{ELECTION}/{BOX}", key_of())
PAGE = "HTTPS://SHAILOO.EXAMPLE/Q/"
LETTERS = "Ң ң Ө ө Ү ү"


def tapes(tmp_path: Path, *, bound: int = 0) -> list[Tape]:
    paper = Paper()
    contest = BoxContest(
        id="pr",
        title=f"Тамгалар {LETTERS}",
        marks=1,
        options=(BoxOption(no=1, name="Баарына каршы", candidates=(1, 2)),),
    )
    box = box_at(tmp_path / "b", paper=paper, of=manifest(contests=(contest,), small_cell_bound=bound))
    day(box, [Ballot("pr", (1,), 2), Ballot("pr", (1,))])
    box.annex_report()
    box.reprint(ReportKind.FINAL)
    return paper.tapes


def text_by_place(pdf: bytes) -> list[str]:
    """The text of a PDF put together from the place of each letter on the page, as a ruler would."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0].get_textpage()
    letters: dict[int, dict[int, str]] = {}
    top = document[0].get_height()
    advance = (80 - 8) / 25.4 * 72 / WIDTH
    for at in range(page.count_chars()):
        letter = page.get_text_range(at, 1)
        if letter.isspace():
            continue
        left, _, right, upper = page.get_charbox(at, loose=True)
        row = round((top - upper) / (3.5 / 25.4 * 72))
        column = round(((left + right) / 2 - 4 / 25.4 * 72) / advance - 0.5)
        letters.setdefault(row, {})[column] = letter
    first = min(letters)
    rows = [letters.get(row, {}) for row in range(first, max(letters) + 1)]
    return ["".join(row.get(column, " ") for column in range(max(row, default=-1) + 1)) for row in rows]


def test_the_pdf_read_back_is_the_signed_text_letter_for_letter(tmp_path: Path) -> None:
    for tape in tapes(tmp_path):
        text, _, signatures = tape.note.decode().rpartition("\n\n")
        read = text_by_place(tape_pdf(tape))
        lines = text.split("\n")
        assert read[: len(lines)] == lines
        assert "".join(read[len(lines) + 1 :]).replace(" ", "") == signatures.replace(" ", "").strip()


def test_the_pdf_is_80_mm_wide_and_carries_its_mode_and_its_font(tmp_path: Path) -> None:
    tape = tapes(tmp_path)[1]
    data = tape_pdf(tape)
    document = pypdfium2.PdfDocument(data)
    assert round(document[0].get_width() / 72 * 25.4) == 80
    assert "REHEARSAL" in document.get_metadata_value("Title")
    assert b"FontFile2" in data
    assert LETTERS in document[0].get_textpage().get_text_range()
    assert tape_pdf(tape) == data


def test_without_a_font_the_error_says_what_to_install(tmp_path: Path) -> None:
    tape = tapes(tmp_path)[0]
    with pytest.raises(NoFont, match="fonts-dejavu-core"):
        PdfPrinter(tmp_path, (tmp_path / "none.ttf",)).print(tape)
    assert any(path.is_file() for path in FONTS)


def test_the_text_file_is_the_note_byte_for_byte(tmp_path: Path) -> None:
    tape = tapes(tmp_path)[-1]
    said: list[str] = []
    Printers(FilePrinter(tmp_path / "paper"), TextPrinter(said.append)).print(tape)
    assert (tmp_path / "paper" / "final-2.txt").read_bytes() == tape.note
    assert tape.note.decode() in said[0]


def test_a_printer_that_cannot_write_says_so(tmp_path: Path) -> None:
    tape = tapes(tmp_path)[0]
    (tmp_path / "file").write_text("")
    with pytest.raises(PrinterFailed):
        FilePrinter(tmp_path / "file").print(tape)


def test_the_code_on_paper_restores_the_signed_note(tmp_path: Path) -> None:
    for tape in tapes(tmp_path):
        version, address = read_qr(qr_matrix(tape.address))
        assert address == tape.address
        assert version <= 12
        names = {"pr": (f"Тамгалар {LETTERS}", {1: "Баарына каршы"})}
        assert restore(read_address(address), ELECTION, names, SIGNER.verifier).bytes() == tape.note


def test_votes_of_a_small_cell_are_not_in_the_code(tmp_path: Path) -> None:
    final = tapes(tmp_path, bound=3)[1]
    (contest,) = read_address(final.address).contests or ()
    assert (contest.ballots, contest.votes) == (2, None)


def test_sealed_cells_have_no_code() -> None:
    cells = Report(
        language="ky", kind=ReportKind.CELLS, mode=Mode.REHEARSAL, election=ELECTION, station="1", box=BOX, copy_no=1,
        printed=OPENS,
    )  # fmt: skip
    with pytest.raises(BadTapeCode):
        tape_code(SIGNER.sign(write_report(cells)))


def test_a_report_of_three_dozen_lines_fits_version_12() -> None:
    counts = tuple(
        ContestCount(
            contest=contest, title="Т", ballots=1500, invalid=150, valid=1350,
            options=tuple(OptionCount(no=no, name="П", votes=130 * no % 1350) for no in range(1, lines)),
        )
        for contest, lines in (("pr", 23), ("smd-27", 15))
    )  # fmt: skip
    final = Report(
        language="ky", kind=ReportKind.FINAL, mode=Mode.LIVE, election=ELECTION, station="1004", box=BOX, copy_no=1,
        opened=OPENS, closed=OPENS + timedelta(hours=12), printed=OPENS + timedelta(hours=13), contests=counts,
    )  # fmt: skip
    version, _ = read_qr(qr_matrix(tape_address(PAGE, SIGNER.sign(write_report(final)))))
    assert version <= 12


COUNTS = st.integers(0, 9_999_999)
NUMBERS = st.lists(st.integers(1, 999), min_size=1, max_size=60, unique=True)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Reports of every printed kind, with figures that no arithmetic holds together."""
    contests = []
    for contest in draw(st.lists(st.from_regex(r"\A[a-z][a-z0-9-]{0,9}\Z"), max_size=4, unique=True)):
        sealed = draw(st.booleans())
        options = tuple(OptionCount(no=no, name=f"№{no}", votes=draw(COUNTS)) for no in draw(NUMBERS))
        contests.append(
            ContestCount(
                contest=contest, title=contest, ballots=draw(COUNTS), invalid=None if sealed else draw(COUNTS),
                valid=None if sealed else draw(COUNTS), options=None if sealed else options,
            )
        )  # fmt: skip
    chosen = tuple(
        ListPreferences(
            contest="pr", no=no, name=f"№{no}", votes=draw(COUNTS),
            candidates=tuple(CandidateVotes(no=one, votes=draw(st.integers(1, 9_999_999))) for one in draw(NUMBERS)),
        )
        for no in draw(st.lists(st.integers(1, 999), max_size=3, unique=True))
    )  # fmt: skip
    moment = st.none() | st.integers(0, 10_000_000).map(lambda seconds: OPENS + timedelta(seconds=seconds))
    return Report(
        language=draw(st.sampled_from(["ky", "ru", "en"])),
        kind=draw(st.sampled_from([ReportKind.ZERO, ReportKind.FINAL, ReportKind.ANNEX])),
        mode=draw(st.sampled_from(Mode)), election=ELECTION, station=draw(st.from_regex(r"\A[0-9]{1,6}\Z")), box=BOX,
        copy_no=draw(st.integers(1, 999)), counters=draw(st.none() | COUNTS), opened=draw(moment), closed=draw(moment),
        printed=OPENS, reprinted=draw(moment), contests=tuple(contests), preferences=chosen,
    )  # fmt: skip


@given(reports())
def test_every_code_round_trips_and_fits_the_tape(report: Report) -> None:
    note = SIGNER.sign(write_report(report))
    code = tape_code(note)
    assert decode(encode(code)) == code
    address = tape_address(PAGE, note)
    read = read_address(address)
    version, seen = read_qr(qr_matrix(address))
    assert seen == address
    assert version <= LARGEST_VERSION
    if len(encode(code)) > LARGEST:
        assert read.contests is None
        assert read.signature == code.signature
        with pytest.raises(BadTapeCode):
            restore(read, ELECTION, {}, SIGNER.verifier)
        return
    names = {one.contest: (one.title, {o.no: o.name for o in one.options or ()}) for one in report.contests}
    for one in report.preferences:
        title, lines = names.get("pr", ("pr", {}))
        names["pr"] = (title, {**lines, one.no: one.name})
    assert restore(read, ELECTION, names, SIGNER.verifier) == note


@given(st.binary(max_size=200))
def test_strangers_bytes_are_no_code(data: bytes) -> None:
    with pytest.raises(BadTapeCode):
        decode(b"\1" + data[:60])


def test_a_changed_figure_breaks_the_signature(tmp_path: Path) -> None:
    code = read_address(tapes(tmp_path)[1].address)
    assert code.contests is not None
    forged = code.model_copy(update={"contests": (code.contests[0].model_copy(update={"ballots": 3}),)})
    names = {"pr": (f"Тамгалар {LETTERS}", {1: "Баарына каршы"})}
    with pytest.raises(BadSignature):
        restore(decode(encode(forged)), ELECTION, names, SIGNER.verifier)
    with pytest.raises(BadTapeCode):
        restore(code, "another-election", names, SIGNER.verifier)


def test_an_address_in_another_spelling_is_refused(tmp_path: Path) -> None:
    address = tapes(tmp_path)[0].address
    for changed in (address.lower(), f"{address}=", f"{address}A", address[:-8]):
        with pytest.raises(BadTapeCode):
            read_address(changed)


def test_the_package_gives_the_names_that_the_code_leaves_out() -> None:
    names = tape_names(small_election(), "ky")
    assert set(names) == {contest.id for contest in small_election().contests}


def test_a_longer_address_than_the_tape_takes_is_refused() -> None:
    with pytest.raises(PrinterFailed):
        qr_matrix(PAGE + "#" + "A" * 1500)
    with pytest.raises(PrinterFailed):
        qr_matrix(PAGE + "#" + "A" * 5000)


def test_the_terminals_code_has_a_quiet_zone(tmp_path: Path) -> None:
    lines = list(qr_lines(tapes(tmp_path)[0].address))
    assert set(lines[0]) == {"█"}
    assert len({len(line) for line in lines}) == 1


def test_notes_on_tape_are_signed_by_the_box(tmp_path: Path) -> None:
    for tape in tapes(tmp_path):
        SignedNote.parse(tape.note).verify(SIGNER.verifier)
