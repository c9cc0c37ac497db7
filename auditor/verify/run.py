"""The steps in order. Each either holds or raises Broken; what came before stays in the report."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from auditor.verify.case_steps import NAME as CASES
from auditor.verify.case_steps import check_cases
from auditor.verify.change_steps import check_changes
from auditor.verify.counts_pages import check_counts_pages, check_station_page
from auditor.verify.counts_steps import check_counts, check_states, check_table, open_rows
from auditor.verify.data_steps import check_nation, check_places
from auditor.verify.document_steps import check_documents
from auditor.verify.figures import Figures, opened_rows
from auditor.verify.files_steps import (
    Public,
    check_archive,
    check_files,
    check_pointer,
    check_signatures,
    finish,
    open_election,
)
from auditor.verify.findings import Broken, Step, Unusable, Verification
from auditor.verify.hands import Hands
from auditor.verify.log_steps import (
    CHECKPOINT,
    Log,
    check_entries,
    check_head,
    check_log_pages,
    check_tiles,
    check_witnesses,
)
from auditor.verify.nation_pages import check_options, check_overviews, lines_of
from auditor.verify.pages import check_pages
from auditor.verify.pictures import check_pictures
from auditor.verify.protocols import read_papers
from auditor.verify.seats_step import check_seats
from auditor.verify.software import software_note
from auditor.verify.sources import Source, need, open_source, read_json
from auditor.verify.tally import Scope
from auditor.verify.view_pages import check_views
from auditor.verify.voter_steps import NAME as VOTER_LIST
from auditor.verify.voter_steps import check_voter_list
from shailoo.model.base import Language
from shailoo.records.checkpoint import Checkpoint
from shailoo.records.log_entry import PackageEntry, VoterListEntry
from shailoo.records.note import Verifier

BY_HAND = (10, "Counts by hand")
PROCESSES = max(1, min(2, len(os.sched_getaffinity(0))))
_PIECE = 64
"""Places that a process takes at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader gave: where to look, and what came to them another way."""

    target: str
    vkey: str | None = None
    witnesses: tuple[str, ...] = ()
    kept: bytes | None = None
    """A head that the reader or a friend kept earlier."""
    elections: tuple[str, ...] = ()
    """None given: all that the log knows."""


@dataclass(slots=True)
class _Work:
    """What forked workers inherit: they are given numbers only, and read the rest from here."""

    source: Source | None = None
    figures: list[Figures] = field(default_factory=list)
    publics: list[Public] = field(default_factory=list)
    hands: list[Hands] = field(default_factory=list)


_WORK = _Work()


def verify(asked: Asked) -> Verification:
    """Verify everything that is public. Raises Unusable for what cannot be verified at all."""
    source = open_source(asked.target)
    report = Verification(source.name)
    if source.read(CHECKPOINT) is None:
        raise Unusable("There is no transparency log here: nothing binds these files.", target=source.name)
    try:
        _steps(source, asked, report)
    except Broken as broken:
        report.broken = broken
        report.broken_step = broken.step or report.broken_step
    return report


def _steps(source: Source, asked: Asked, report: Verification) -> None:
    report.broken_step = (1, "The head of the log")
    signed, key, step = check_head(source, asked.vkey)
    report.steps.append(step)
    report.broken_step = (2, "Witnesses")
    report.steps.append(check_witnesses(source, signed, asked.witnesses))
    report.broken_step = (3, "Hashes of the log")
    log, step = check_tiles(source, signed.head, asked.kept, key)
    report.steps.append(step)
    report.head = (signed.head.origin, signed.head.size, signed.head.root.hex())
    report.broken_step = (4, "Entries of the log")
    log, step = check_entries(log)
    report.steps.append(step)
    report.elections = _elections(log, asked)
    _settled(source, report.elections)
    publics = _files(source, log, key, report)
    _figures(source, publics, log.head, report)
    report.broken_step = (12, VOTER_LIST)
    if (step_of_list := check_voter_list(source, log)) is not None:
        report.steps.append(step_of_list)
    report.broken_step = (13, CASES)
    try:
        step_of_cases = check_cases(source, log, report.elections)
    except Broken:  # figures are a moment older or newer than the log while somebody's case becomes public
        if source.again(CHECKPOINT) == signed.note.bytes():
            raise
    else:
        report.steps += [] if step_of_cases is None else [step_of_cases]
    if source.again(CHECKPOINT) != signed.note.bytes():
        raise Unusable(
            "Something was published while we were reading. Verify again when it is quiet, or copy it first."
        )


def _elections(log: Log, asked: Asked) -> list[str]:
    known = list(dict.fromkeys(entry.election for entry in log.entries if isinstance(entry, PackageEntry)))
    missing = set(asked.elections) - set(known)
    if missing or not (known or any(isinstance(entry, VoterListEntry) for entry in log.entries)):
        raise Unusable("The log knows no such election.", election=min(missing, default=""), known=", ".join(known))
    return [name for name in known if not asked.elections or name in asked.elections]


def _settled(source: Source, elections: list[str]) -> None:
    """Every page of the version is written. Raises Unusable: what is half written cannot be told from what is wrong."""
    for name in elections:
        path = f"data/{name}/pointer.json"
        pointer = read_json(source, path)
        if pointer.get("held_since") is not None or int(pointer["complete"]) < int(pointer["version"]):
            raise Unusable(
                "The log holds, but not every page of its last version is out yet. Verify again in some minutes; if it "
                "stays so, ask the commission why.",
                file=path, version=str(pointer.get("version")), complete=str(pointer.get("complete")),
                held_since=str(pointer.get("held_since")),
            )  # fmt: skip


def _files(source: Source, log: Log, key: Verifier, report: Verification) -> list[Public]:
    """Steps 5 and 6."""
    report.broken_step = (5, "Files against their entries")
    publics = [open_election(source, log, name) for name in report.elections]
    checked = len(publics) + check_files(source, log, publics, key)
    checked += sum(check_documents(source, public, log, key) + check_pictures(source, public) for public in publics)
    notes = (software_note(log), "the pictures of a paper's pages are bound to its copy by their names only")
    report.steps.append(Step(5, "Every file and every entry of the log belong to each other", checked, notes))
    report.broken_step = (6, "Signatures of the boxes")
    checked = sum(check_signatures(source, public) for public in publics)
    report.steps.append(Step(6, "Every text is signed by its box, with the key in the package", checked))
    return publics


def _figures(source: Source, publics: list[Public], head: Checkpoint, report: Verification) -> None:
    """Steps 7 to 11. Papers are compared with the log before the pages are read, so that each page is read once."""
    report.broken_step = (7, "Sums")
    notes = []
    checked = 0
    _WORK.source, _WORK.publics, _WORK.figures = source, publics, []
    for public in publics:
        held = read_json(source, f"{public.folder}/held.json")
        finish(public, [row["box"] for row in held["conflicts"]])
        rows = _opened(source, public)
        _WORK.figures.append(Figures(public.tally, rows))
        notes += [
            f"{public.election.id} {contest}: {ballots} ballots of small cells were opened as one row; their votes are "
            "sealed box by box, so only the sum was looked at"
            for contest, (ballots, _, _) in rows.items()
        ]
        checked += check_nation(source, _WORK.figures[-1])
    checked += _spread(_data_piece, source)
    notes.append(
        "turnout through the day was told by people and is signed by no box: only that every view tells it alike"
    )
    report.steps.append(Step(7, "Every total is the sum of the signed texts that count", checked, tuple(notes)))
    report.broken_step = (8, "Seats")
    checked = sum(check_seats(source, figures) for figures in _WORK.figures)
    report.steps.append(Step(8, "Seats and districts follow from the totals by the rule", checked))
    by_hand = _by_hand(source, report)
    report.broken_step = (9, "Pages")
    checked = _spread(_page_piece, source)
    for figures in _WORK.figures:
        checked += check_overviews(source, figures) + check_options(source, figures, lines_of(figures))
        checked += check_views(source, figures)
    checked += check_log_pages(source, head)
    report.steps.append(Step(9, "Every figure on the pages, in three languages, is that of our sums", checked))
    report.broken_step = BY_HAND
    checked = by_hand.checked + sum(check_counts_pages(source, hands) for hands in _WORK.hands)
    report.steps.append(Step(10, by_hand.name, checked, by_hand.notes))
    report.broken_step = (11, "Data sets")
    checked = sum(check_pointer(source, name) + check_archive(source, name) for name in report.elections)
    checked += sum(check_changes(source, public) for public in publics)
    report.steps.append(Step(11, "The data set behind the pointer has the digest of its name", checked))


def _by_hand(source: Source, report: Verification) -> Step:
    """Step 10 but for its pages: papers against the log, sums of hands and what acts leave against the files."""
    report.broken_step = BY_HAND
    checked, notes = 0, list[str]()
    _WORK.hands = []
    for public, figures in zip(_WORK.publics, _WORK.figures, strict=True):
        papers = read_papers(source, public)
        hands = Hands(public, figures, papers)
        _WORK.hands.append(hands)
        notes += open_rows(source, hands)
        checked += check_states(hands) + check_counts(source, hands) + check_table(source, hands)
        if papers.unbound:
            notes.append(
                f"{public.election.id}: votes of {len(papers.unbound)} protocols are bound by the log in part only, "
                f"because cells are too small to show: {', '.join(papers.unbound[:5])}"
            )
    return Step(10, "Every count by hand is in the log, and every sum and difference is our own", checked, tuple(notes))


def _opened(source: Source, public: Public) -> dict[str, tuple[int, int, list[int]]]:
    """The opened rows of small cells: of contests of the country from the overview, of districts from their files."""
    path = f"{public.folder}/overview.json"
    rows = opened_rows(public.tally, read_json(source, path)["contests"], path)
    for district in dict.fromkeys(contest.district for contest in public.election.contests if contest.district):
        path = f"{public.folder}/district/{district}.json"
        rows |= opened_rows(public.tally, read_json(source, path)["contests"], path)
    return rows


def _spread(work: Callable[[tuple[int, list[Scope]]], int], source: Source) -> int:
    """Share the places out to two processes where the source is a folder; one after the other over the network."""
    pieces: list[tuple[int, list[Scope]]] = []
    for which, figures in enumerate(_WORK.figures):
        scopes = list(figures.places())
        pieces += [(which, scopes[at : at + _PIECE]) for at in range(0, len(scopes), _PIECE)]
    if PROCESSES == 1 or len(pieces) == 1 or source.listed("log") is None:
        return sum(work(piece) for piece in pieces)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as pool:
        return sum(pool.map(work, pieces))


def _data_piece(piece: tuple[int, Sequence[Scope]]) -> int:
    which, scopes = piece
    return check_places(_source(), _WORK.figures[which], scopes)


def _page_piece(piece: tuple[int, Sequence[Scope]]) -> int:
    which, scopes = piece
    source, public = _source(), _WORK.publics[which]
    texts = {
        name: [need(source, one.file).decode().rpartition("\n\n")[0] + "\n" for one in public.texts.get(name, ())]
        for kind, name in scopes
        if kind == "station"
    }

    def by_hand(path: str, html: str, station: str, language: Language) -> int:
        try:
            return check_station_page(path, html, _WORK.hands[which], station, language)
        except Broken as broken:
            broken.step = BY_HAND
            raise

    return check_pages(source, _WORK.figures[which], scopes, texts, by_hand)


def _source() -> Source:
    if _WORK.source is None:
        message = "a piece of work without a source"
        raise LookupError(message)
    return _WORK.source


__all__ = ["Asked", "verify"]
