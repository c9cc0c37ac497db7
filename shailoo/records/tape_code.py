"""The code on the tape.

A signed report with its names taken out, small enough for one QR code that any phone opens as an address.

The names of contests and lines are in the election package; put back, they give the signed text byte for byte, and the
signature in the code is the signature of that text. So the code proves nothing less than the note itself, without any
server. A report with too many figures (the annex of 1,037 preference counts) keeps its head and its signature: they
prove the text that is published.

Behind `#` stands base 32 (RFC 4648, capitals, no padding), which a QR code holds in its alphanumeric mode and which
never leaves the phone. docs/report-text.md describes the bytes for strangers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import Field, StringConstraints, ValidationError

from shailoo.errors import Refused
from shailoo.model.base import LANGUAGES, Frozen, Language, Moment
from shailoo.model.election import Election, Mode, Slug
from shailoo.model.report import CandidateVotes, ContestCount, Count, ListPreferences, OptionCount, Report, ReportKind
from shailoo.records.note import SignedNote, Verifier
from shailoo.records.report_text import read_report, write_report

LARGEST = 840
"""Bytes: with the address before them they fit a QR code of version 25, level M."""
_FORMAT = 1
_KINDS = (ReportKind.ZERO, ReportKind.FINAL, ReportKind.ANNEX)
_MODES = (Mode.LIVE, Mode.REHEARSAL)
_SIGNATURE = 64
_SEALED, _IN_ORDER, _NUMBERED = 0, 1, 2
_T = TypeVar("_T")
_TIMES = ("opened", "closed", "printed", "reprinted")


class BadTapeCode(Refused):
    """The characters are not the code of a report, or are spelled in another way than a box spells them."""

    code = "bad-tape-code"


class TapeContest(Frozen):
    """The figures of one contest; `votes` (ballot number, votes) is None where they are sealed."""

    contest: Slug
    ballots: Count
    invalid: Count | None
    valid: Count | None
    votes: tuple[tuple[int, Count], ...] | None


class TapePreferences(Frozen):
    """Preference votes within one list."""

    contest: Slug
    no: int
    votes: Count
    candidates: tuple[tuple[int, Count], ...]


class TapeCode(Frozen):
    """What the code says. `contests` and `preferences` are None when the figures did not fit."""

    election_sha8: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    """First 8 bytes of SHA-256 over the election's identifier, hexadecimal."""
    kind: Literal[ReportKind.ZERO, ReportKind.FINAL, ReportKind.ANNEX]
    mode: Mode
    language: Language
    station: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]
    box: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{2,23}$")]
    copy_no: Annotated[int, Field(ge=1, le=999)]
    counters: Count | None
    opened: Moment | None
    closed: Moment | None
    printed: Moment
    reprinted: Moment | None
    contests: tuple[TapeContest, ...] | None
    preferences: tuple[TapePreferences, ...] | None
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]

    def of_election(self, election: str) -> bool:
        """Whether this is a report of an election."""
        return self.election_sha8 == _sha8(election).hex()


TapeNames = Mapping[str, tuple[str, Mapping[int, str]]]
"""Contest -> its title, and its lines' names by ballot number, in the language of the report."""


def tape_names(election: Election, language: Language) -> TapeNames:
    """The names that the code leaves out."""
    return {
        contest.id: (contest.name.text(language), {option.no: option.name.text(language) for option in contest.options})
        for contest in election.contests
    }


def tape_code(note: SignedNote) -> TapeCode:
    """The code of a signed report.

    Raises BadReport for another text, BadTapeCode for sealed cells, which have no code.
    """
    report = read_report(note.text)
    match report.kind:
        case ReportKind.CELLS:
            raise BadTapeCode("Sealed cells have no code; they are never published.")
        case ReportKind.ZERO | ReportKind.FINAL | ReportKind.ANNEX:
            kind = report.kind
    return TapeCode(
        election_sha8=_sha8(report.election).hex(),
        kind=kind,
        mode=report.mode,
        language=report.language,
        station=report.station,
        box=report.box,
        copy_no=report.copy_no,
        counters=report.counters,
        opened=report.opened,
        closed=report.closed,
        printed=report.printed,
        reprinted=report.reprinted,
        contests=tuple(_of_contest(contest) for contest in report.contests),
        preferences=tuple(
            TapePreferences(
                contest=chosen.contest,
                no=chosen.no,
                votes=chosen.votes,
                candidates=tuple((candidate.no, candidate.votes) for candidate in chosen.candidates),
            )
            for chosen in report.preferences
        ),
        signature=note.signatures[0][1][-_SIGNATURE:].hex(),
    )


def tape_address(page: str, note: SignedNote) -> str:
    """The address behind the code: the page, `#`, and the code. Figures that would not fit are left out."""
    code = tape_code(note)
    if len(encode(code)) > LARGEST:
        code = code.model_copy(update={"contests": None, "preferences": None})
    return f"{page}#{base64.b32encode(encode(code)).decode().rstrip('=')}"


def read_address(address: str) -> TapeCode:
    """Read an address, or what stands behind its `#`. Raises BadTapeCode."""
    text = address.rpartition("#")[2]
    try:
        data = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError) as error:
        raise BadTapeCode("These characters are not a code of a report.", characters=len(text)) from error
    if base64.b32encode(data).decode().rstrip("=") != text:
        raise BadTapeCode("This code is spelled differently from what a box prints.", characters=len(text))
    return decode(data)


def restore(code: TapeCode, election: str, names: TapeNames, box: Verifier) -> SignedNote:
    """Put the names back and check the signature: the signed note, byte for byte as it was printed.

    Raises BadTapeCode when the code is of another election, names an unknown line, or carries no figures (then look up
    the published note by its box); BadSignature when the figures are not those that the box signed.
    """
    if not code.of_election(election):
        raise BadTapeCode("This code is of another election.", election=election)
    if code.contests is None or code.preferences is None:
        raise BadTapeCode(
            "This code carries no figures. Compare its signature with the published report.", box=code.box
        )
    try:
        report = Report(
            election=election,
            language=code.language,
            kind=code.kind,
            mode=code.mode,
            station=code.station,
            box=code.box,
            copy_no=code.copy_no,
            counters=code.counters,
            opened=code.opened,
            closed=code.closed,
            printed=code.printed,
            reprinted=code.reprinted,
            contests=tuple(_named(contest, names) for contest in code.contests),
            preferences=tuple(
                ListPreferences(
                    contest=chosen.contest,
                    no=chosen.no,
                    name=names[chosen.contest][1][chosen.no],
                    votes=chosen.votes,
                    candidates=tuple(CandidateVotes(no=no, votes=votes) for no, votes in chosen.candidates),
                )
                for chosen in code.preferences
            ),
        )
    except (KeyError, ValidationError) as error:
        raise BadTapeCode("The code names a contest or a line that the package does not have.", box=code.box) from error
    note = SignedNote(write_report(report), ((box.name, box.key_id + bytes.fromhex(code.signature)),))
    note.verify(box)
    return note


def encode(code: TapeCode) -> bytes:
    """The bytes of a code. See docs/report-text.md."""
    whole = code.contests is not None and code.preferences is not None
    head = _KINDS.index(code.kind) | _MODES.index(code.mode) << 2 | LANGUAGES.index(code.language) << 3 | whole << 5
    present = sum((getattr(code, name) is not None) << bit for bit, name in enumerate(("counters", *_TIMES)))
    out = bytearray((_FORMAT, head, present)) + bytes.fromhex(code.election_sha8)
    out += _word(code.station) + _word(code.box) + _varint(code.copy_no)
    if code.counters is not None:
        out += _varint(code.counters)
    for name in _TIMES:
        moment: datetime | None = getattr(code, name)
        if moment is not None:
            out += int(moment.timestamp()).to_bytes(5, "big")
    if code.contests is not None and code.preferences is not None:
        out += _varint(len(code.contests))
        for contest in code.contests:
            out += _write_contest(contest)
        out += _varint(len(code.preferences))
        for chosen in code.preferences:
            out += _word(chosen.contest) + _varint(chosen.no) + _varint(chosen.votes)
            out += _varint(len(chosen.candidates)) + _numbered(chosen.candidates)
    return bytes(out) + bytes.fromhex(code.signature)


def decode(data: bytes) -> TapeCode:
    """Read what `encode` writes, and nothing else. Raises BadTapeCode."""
    try:
        code = _Reader(data).code()
        if encode(code) == data:
            return code
    except (ValueError, IndexError, OverflowError, ValidationError) as error:
        raise BadTapeCode("These bytes are not the code of a report.", bytes=len(data)) from error
    raise BadTapeCode("This code is spelled differently from what a box prints.", bytes=len(data))


def _sha8(election: str) -> bytes:
    return hashlib.sha256(election.encode()).digest()[:8]


def _of_contest(contest: ContestCount) -> TapeContest:
    votes = None if contest.options is None else tuple((option.no, option.votes) for option in contest.options)
    return TapeContest(
        contest=contest.contest, ballots=contest.ballots, invalid=contest.invalid, valid=contest.valid, votes=votes
    )


def _named(contest: TapeContest, names: TapeNames) -> ContestCount:
    title, lines = names[contest.contest]
    options = None
    if contest.votes is not None:
        options = tuple(OptionCount(no=no, name=lines[no], votes=votes) for no, votes in contest.votes)
    return ContestCount(
        contest=contest.contest,
        title=title,
        ballots=contest.ballots,
        invalid=contest.invalid,
        valid=contest.valid,
        options=options,
    )


def _write_contest(contest: TapeContest) -> bytes:
    out = _word(contest.contest) + _varint(contest.ballots)
    if contest.votes is None or contest.invalid is None or contest.valid is None:
        return out + bytes((_SEALED,))
    in_order = [no for no, _ in contest.votes] == list(range(1, len(contest.votes) + 1))
    out += bytes((_IN_ORDER if in_order else _NUMBERED,)) + _varint(contest.invalid) + _varint(contest.valid)
    out += _varint(len(contest.votes))
    return out + (b"".join(_varint(votes) for _, votes in contest.votes) if in_order else _numbered(contest.votes))


def _numbered(pairs: tuple[tuple[int, int], ...]) -> bytes:
    return b"".join(_varint(no) + _varint(votes) for no, votes in pairs)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first, the high bit on all bytes but the last (LEB128)."""
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004  seven bits
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _word(text: str) -> bytes:
    return bytes((len(text),)) + text.encode("ascii")


class _Reader:
    """Walks the bytes once. Raises IndexError or ValueError where they end or make no sense."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) != size:
            raise IndexError
        self._at += size
        return taken

    def _byte(self) -> int:
        return self._take(1)[0]

    def _number(self) -> int:
        number = 0
        for shift in (0, 7, 14, 21):
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004  the high bit
                return number
        raise ValueError

    def _text(self) -> str:
        return self._take(self._byte()).decode("ascii")

    def _many(self, read: Callable[[], _T]) -> tuple[_T, ...]:
        return tuple(read() for _ in range(self._number()))

    def code(self) -> TapeCode:
        """Read all of it."""
        version, head, present = self._take(3)
        if version != _FORMAT:
            raise ValueError
        election, station, box, copy_no = self._take(8).hex(), self._text(), self._text(), self._number()
        counters = self._number() if present & 1 else None
        times = {
            name: datetime.fromtimestamp(int.from_bytes(self._take(5), "big"), UTC) if present >> bit & 1 else None
            for bit, name in enumerate(_TIMES, 1)
        }
        whole = head >> 5 & 1
        contests = self._many(self._contest) if whole else None
        preferences = self._many(self._preferences) if whole else None
        return TapeCode.model_validate(
            {
                "election_sha8": election,
                "kind": _KINDS[head & 3],
                "mode": _MODES[head >> 2 & 1],
                "language": LANGUAGES[head >> 3 & 3],
                "station": station,
                "box": box,
                "copy_no": copy_no,
                "counters": counters,
                **times,
                "contests": contests,
                "preferences": preferences,
                "signature": self._take(_SIGNATURE).hex(),
            }
        )

    def _contest(self) -> TapeContest:
        contest, ballots, how = self._text(), self._number(), self._byte()
        if how == _SEALED:
            return TapeContest(contest=contest, ballots=ballots, invalid=None, valid=None, votes=None)
        invalid, valid = self._number(), self._number()
        votes = tuple(enumerate(self._many(self._number), 1)) if how == _IN_ORDER else self._many(self._pair)
        return TapeContest(contest=contest, ballots=ballots, invalid=invalid, valid=valid, votes=votes)

    def _pair(self) -> tuple[int, int]:
        return self._number(), self._number()

    def _preferences(self) -> TapePreferences:
        contest, no, votes = self._text(), self._number(), self._number()
        return TapePreferences(contest=contest, no=no, votes=votes, candidates=self._many(self._pair))
