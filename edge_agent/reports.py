"""From counters to reports: pure. What is public, and what is sealed, is decided here and nowhere else in the box."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edge_agent.errors import BadManifest
from edge_agent.manifest import BoxContest, Manifest
from shailoo.model.report import CandidateVotes, ContestCount, ListPreferences, OptionCount, Report, ReportKind
from shailoo.records.report_text import BadReport, read_report, write_report
from shailoo.rules.small_cells import is_small

_MOST = 9_999_999
_MOST_COPIES = 999


@dataclass(frozen=True, slots=True)
class Tally:
    """The counters of one contest.

    `votes` by option and `preferences` by option and candidate, in the manifest's order.
    """

    ballots: int
    invalid: int
    valid: int
    votes: tuple[int, ...]
    preferences: tuple[tuple[int, ...], ...]


def zero_report(manifest: Manifest, counters: int, printed: datetime) -> Report:
    """The report before voting: every line of every contest at zero, and how many counters were read."""
    contests = tuple(_public(contest, _even(contest, 0)) for contest in manifest.contests)
    return _head(manifest, ReportKind.ZERO, printed).model_copy(update={"counters": counters, "contests": contests})


def final_report(
    manifest: Manifest, tallies: tuple[Tally, ...], opened: datetime, closed: datetime, printed: datetime
) -> Report:
    """The public report: all contests; one with fewer ballots than the bound gives only their number."""
    contests = tuple(
        _sealed(contest, tally) if is_small(tally.ballots, manifest.small_cell_bound) else _public(contest, tally)
        for contest, tally in zip(manifest.contests, tallies, strict=True)
    )
    head = _head(manifest, ReportKind.FINAL, printed)
    return head.model_copy(update={"opened": opened, "closed": closed, "contests": contests})


def cells_report(
    manifest: Manifest, tallies: tuple[Tally, ...], opened: datetime, closed: datetime, printed: datetime
) -> Report | None:
    """The votes behind the sealed lines of the final report, preference votes included; None when nothing is sealed."""
    small = [
        (contest, tally)
        for contest, tally in zip(manifest.contests, tallies, strict=True)
        if is_small(tally.ballots, manifest.small_cell_bound)
    ]
    if not small:
        return None
    return _head(manifest, ReportKind.CELLS, printed).model_copy(
        update={
            "opened": opened,
            "closed": closed,
            "contests": tuple(_public(contest, tally) for contest, tally in small),
            "preferences": tuple(chosen for contest, tally in small for chosen in _preferences(contest, tally)),
        }
    )


def annex_report(
    manifest: Manifest, tallies: tuple[Tally, ...], opened: datetime, closed: datetime, printed: datetime
) -> Report:
    """Preference votes of every open list. A contest below the bound is left out.

    Its preferences lie with the sealed cells.
    """
    preferences = tuple(
        chosen
        for contest, tally in zip(manifest.contests, tallies, strict=True)
        if not is_small(tally.ballots, manifest.small_cell_bound)
        for chosen in _preferences(contest, tally)
    )
    head = _head(manifest, ReportKind.ANNEX, printed)
    return head.model_copy(update={"opened": opened, "closed": closed, "preferences": preferences})


def reprint(original: Report, copy_no: int, at: datetime) -> Report:
    """A further copy: the same figures and the first printing time, with its own number and time."""
    return original.model_copy(update={"copy_no": copy_no, "reprinted": at})


def widest_texts(manifest: Manifest) -> dict[ReportKind, str]:
    """The longest text of each kind that this box can ever print: what storage must be reserved for.

    Each text is also read back. Raises BadManifest when a name could not be printed or would be misread, which must
    come to light at provisioning and not in the evening.
    """
    sure = manifest.model_copy(update={"small_cell_bound": 0})
    every = manifest.model_copy(update={"small_cell_bound": _MOST + 1})
    full = tuple(_even(contest, _MOST) for contest in manifest.contests)
    day = (manifest.opens, manifest.closes, manifest.closes)
    cells = cells_report(every, full, *day)
    reports = [
        zero_report(manifest, _MOST, manifest.opens),
        final_report(sure, full, *day),
        final_report(every, full, *day),
        *([] if cells is None else [cells]),
        annex_report(sure, full, *day),
    ]
    texts: dict[ReportKind, str] = {}
    for report in reports:
        try:
            text = write_report(reprint(report, _MOST_COPIES, manifest.closes))
            read_report(text)
        except BadReport as error:
            sentence = "A name of this box's contests cannot be printed and read back. Change it in the package."
            raise BadManifest(sentence, box=manifest.box, cause=error.sentence) from error
        if len(text.encode()) > len(texts.get(report.kind, "").encode()):
            texts[report.kind] = text
    return texts


def _head(manifest: Manifest, kind: ReportKind, printed: datetime) -> Report:
    return Report(
        language=manifest.language,
        kind=kind,
        mode=manifest.mode,
        election=manifest.election,
        station=manifest.station,
        box=manifest.box,
        copy_no=1,
        printed=printed,
    )


def _even(contest: BoxContest, figure: int) -> Tally:
    lists = tuple((figure,) * len(option.candidates) for option in contest.options)
    return Tally(figure, figure, figure, (figure,) * len(contest.options), lists)


def _public(contest: BoxContest, tally: Tally) -> ContestCount:
    return ContestCount(
        contest=contest.id,
        title=contest.title,
        ballots=tally.ballots,
        invalid=tally.invalid,
        valid=tally.valid,
        options=tuple(
            OptionCount(no=option.no, name=option.name, votes=votes)
            for option, votes in zip(contest.options, tally.votes, strict=True)
        ),
    )


def _sealed(contest: BoxContest, tally: Tally) -> ContestCount:
    return ContestCount(
        contest=contest.id, title=contest.title, ballots=tally.ballots, invalid=None, valid=None, options=None
    )


def _preferences(contest: BoxContest, tally: Tally) -> tuple[ListPreferences, ...]:
    return tuple(
        ListPreferences(
            contest=contest.id,
            no=option.no,
            name=option.name,
            votes=votes,
            candidates=tuple(
                CandidateVotes(no=no, votes=count)
                for no, count in zip(option.candidates, chosen, strict=True)
                if count > 0
            ),
        )
        for option, votes, chosen in zip(contest.options, tally.votes, tally.preferences, strict=True)
        if option.candidates
    )
