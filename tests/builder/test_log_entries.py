"""What papers add to the log: their arrival, the approved copy, the withdrawal, figures that two people keyed alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from builder.log.entries import EntryFold
from builder.state import ElectionState
from shailoo.model.document import (
    DocumentApproved,
    DocumentCopied,
    DocumentReceived,
    DocumentWithdrawn,
    PageCopy,
)
from shailoo.model.manual import LineFigure, ProtocolKeyed
from shailoo.records.canonical import canonical_json, digest
from shailoo.records.log_entry import DocumentEntry, LogEntry, ProtocolEntry, entry_bytes
from tests.builder.scene import election

NIGHT = datetime(2021, 11, 28, 16, tzinfo=UTC)
STATE = ElectionState(election("small"))
STATION = STATE.election.stations[0].no
CONTEST = STATE.election.contests[0]
BALANCED = {"L1": 9, "L2": 9, "L3": 7, "L4": 0, "L5": 2, "L6": 0, "L7": 6, "L8": 2, "L9": 4, "L11": 4}


def lines(**changes: int) -> tuple[LineFigure, ...]:
    votes = tuple(0 for option in CONTEST.options if option.no and option.kind.value != "against-all")
    single = [LineFigure(line=line, figures=(figure,)) for line, figure in {**BALANCED, **changes}.items()]
    return (*single[:9], LineFigure(line="L10", figures=votes), *single[9:])


def keyed(person: str, keying: int, figures: tuple[LineFigure, ...], version: int = 1) -> ProtocolKeyed:
    return ProtocolKeyed(
        person=person * 64, commission=f"pec-{STATION}", role="precinct", entered=NIGHT + timedelta(minutes=keying),
        election="small", station=STATION, sheet=CONTEST.id, version=version, keying=keying, lines=figures,
    )  # fmt: skip


def told(*records: ProtocolKeyed) -> list[LogEntry]:
    fold = EntryFold()
    return [entry for record in records for entry in fold.entries(record, STATE)]


def test_a_version_enters_the_log_when_two_people_agree_and_only_once() -> None:
    (entry,) = told(keyed("a", 1, lines()), keyed("b", 2, lines(L1=8)), keyed("c", 3, lines()), keyed("d", 4, lines()))
    assert isinstance(entry, ProtocolEntry)
    assert entry.sha256 == digest(canonical_json({one.line: list(one.figures) for one in lines()}))
    assert entry.at == "2021-11-28T16:03:00Z"


def test_one_person_who_keys_twice_agrees_with_nobody() -> None:
    assert told(keyed("a", 1, lines()), keyed("a", 2, lines())) == []


def test_a_protocol_that_does_not_add_up_is_told_to_be_held() -> None:
    wrong = lines(L9=5)
    found = told(keyed("a", 1, wrong), keyed("b", 2, wrong))
    assert [entry.type for entry in found] == ["protocol", "held"]
    assert all(entry_bytes(entry) for entry in found)


def test_a_document_is_told_when_it_comes_when_its_copy_is_approved_and_when_it_goes() -> None:
    where = {"election": "small", "station": STATION, "kind": "protocol", "part": "pr", "original": "0a" * 32}
    signed = {"person": "ab" * 32, "commission": "cec", "role": "central", "entered": NIGHT}
    page = PageCopy(sha256="1b" * 32, bytes=1, width=1, height=1)
    fold = EntryFold()
    entries = [
        entry
        for record in (
            DocumentReceived.model_validate({**where, **signed, "media": "application/pdf", "bytes": 700}),
            DocumentCopied.model_validate(
                {**where, "version": 1, "pdf": "2c" * 32, "pdf_bytes": 600, "pages": (page,), "made": NIGHT}
            ),
            DocumentApproved.model_validate({**where, **signed, "version": 1, "pdf": "2c" * 32}),
            DocumentWithdrawn.model_validate({**where, **signed, "reason": "a page of another station"}),
        )
        for entry in fold.entries(record, STATE)
    ]
    assert [entry.type for entry in entries] == ["arrival", "document", "withdrawal"]
    copy = entries[1]
    assert isinstance(copy, DocumentEntry)
    assert (copy.sha256, copy.original, copy.bytes) == ("2c" * 32, "0a" * 32, 600)
    assert not any(b"ab" * 32 in entry_bytes(entry) for entry in entries), "no person is named"
