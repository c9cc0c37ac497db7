"""What the publisher reads out of a stored annex is what the box put in."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shailoo.model.election import Mode
from shailoo.model.report import CandidateVotes, ListPreferences, Report, ReportKind
from shailoo.records.report_text import read_report, read_stored_annex, write_report

WORDS = st.lists(st.text("абвгөүңABC«»-", min_size=1, max_size=14), min_size=1, max_size=6).map(" ".join)
CANDIDATES = st.dictionaries(st.integers(1, 999), st.integers(1, 99_999), max_size=54).map(
    lambda votes: tuple(CandidateVotes(no=no, votes=count) for no, count in sorted(votes.items()))
)
LISTS = st.lists(
    st.builds(
        ListPreferences,
        contest=st.sampled_from(["pr", "smd-1", "q1"]),
        no=st.integers(1, 999),
        name=WORDS,
        votes=st.integers(0, 99_999),
        candidates=CANDIDATES,
    ),
    max_size=22,
).map(tuple)


@given(LISTS, st.sampled_from(["ky", "ru", "en"]))
def test_a_stored_annex_says_the_same_to_both_readers(preferences: tuple[ListPreferences, ...], language: str) -> None:
    moment = datetime(2021, 11, 28, 14, 5, tzinfo=UTC)
    report = Report.model_validate(
        {
            "language": language,
            "kind": ReportKind.ANNEX,
            "mode": Mode.REHEARSAL,
            "election": "jk-2021-11-28",
            "station": "1004",
            "box": "ABB-001004",
            "copy_no": 1,
            "opened": moment,
            "closed": moment,
            "printed": moment,
            "preferences": preferences,
        }
    )
    text = write_report(report)
    whole = read_report(text)
    head, found = read_stored_annex(text)
    assert head == whole.model_copy(update={"preferences": ()})
    assert [(one.contest, one.no, one.votes, one.candidates) for one in found] == [
        (one.contest, one.no, one.votes, tuple((person.no, person.votes) for person in one.candidates))
        for one in whole.preferences
    ]
