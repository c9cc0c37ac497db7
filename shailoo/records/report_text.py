"""The text of a report: what the printer prints is what is signed, stored, hashed and published.

Lines have at most 42 columns (80 mm tape). The labels are printed in one language, named in the first line. Only what
`write_report` writes is read by `read_report`: `write_report(read_report(text)) == text` for every text accepted.
The grammar is described for strangers in docs/report-text.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import ValidationError

from shailoo.errors import Refused
from shailoo.model.base import read_stamp, stamp
from shailoo.model.election import Mode
from shailoo.model.report import (
    CandidateVotes,
    ContestCount,
    ListPreferences,
    OptionCount,
    Report,
    ReportKind,
)

WIDTH = 42
NAME_WIDTH = 30
_FIGURE = 7
_RULE = "-" * WIDTH
_END = "=" * WIDTH
_LONGEST_TEXT = 262_144


class BadReport(Refused):
    """The text is not a report, or is spelled in another way than a box spells it."""

    code = "bad-report"


LABELS: dict[str, dict[str, str]] = {
    "ky": {
        "zero": "НӨЛДҮК ОТЧЕТ", "final": "ЖЫЙЫНТЫКТООЧУ ОТЧЕТ", "annex": "ТИРКЕМЕ: ПРЕФЕРЕНЦИЯЛЫК ДОБУШТАР",
        "cells": "МӨӨРЛӨНГӨН ДОБУШТАР, ЖАРЫЯЛАНБАЙТ", "live": "ШАЙЛОО", "rehearsal": "МАШЫГУУ, ШАЙЛОО ЭМЕС",
        "election": "Шайлоо", "station": "Участка", "box": "Урна", "copy": "Нуска", "counters": "Эсептегичтер, баары 0",
        "opened": "Ачылды", "closed": "Жабылды", "printed": "Басылды", "reprinted": "Кайра басылды",
        "ballots": "Бюллетендер", "invalid": "Жараксыз", "valid": "Жарактуу",
        "sealed": "Бюллетень аз: добуштар мөөрдө",
    },
    "ru": {
        "zero": "НУЛЕВОЙ ОТЧЕТ", "final": "ИТОГОВЫЙ ОТЧЕТ", "annex": "ПРИЛОЖЕНИЕ: ПРЕФЕРЕНЦИАЛЬНЫЕ ГОЛОСА",
        "cells": "ЗАПЕЧАТАННЫЕ ГОЛОСА, НЕ ПУБЛИКУЮТСЯ", "live": "ВЫБОРЫ", "rehearsal": "РЕПЕТИЦИЯ, НЕ ВЫБОРЫ",
        "election": "Выборы", "station": "Участок", "box": "Урна", "copy": "Копия", "counters": "Счетчики, все 0",
        "opened": "Открыта", "closed": "Закрыта", "printed": "Напечатано", "reprinted": "Повторно",
        "ballots": "Бюллетеней", "invalid": "Недействительных", "valid": "Действительных",
        "sealed": "Мало бюллетеней: голоса запечатаны",
    },
    "en": {
        "zero": "ZERO REPORT", "final": "FINAL REPORT", "annex": "ANNEX: PREFERENTIAL VOTES",
        "cells": "SEALED VOTES, NOT PUBLISHED", "live": "ELECTION", "rehearsal": "REHEARSAL, NOT AN ELECTION",
        "election": "Election", "station": "Station", "box": "Box", "copy": "Copy", "counters": "Counters, all 0",
        "opened": "Opened", "closed": "Closed", "printed": "Printed", "reprinted": "Reprinted",
        "ballots": "Ballots", "invalid": "Invalid", "valid": "Valid",
        "sealed": "Few ballots: votes sealed",
    },
}  # fmt: skip


_KINDS = {language: {say[kind.value]: kind for kind in ReportKind} for language, say in LABELS.items()}
_MODES = {language: {say[mode.value]: mode for mode in Mode} for language, say in LABELS.items()}
_REMEMBERED = 16_384
"""Lines of options that are remembered: in a country's reports the same name with the same few votes comes often."""


def write_report(report: Report) -> str:
    """Write a report as text, ending in a newline. Raises BadReport for a name with a word too wide."""
    say = LABELS[report.language]
    lines = [
        f"SHAILOO 1 {report.language}",
        say[report.kind.value],
        say[report.mode.value],
        f"{say['election']}: {report.election}",
        f"{say['station']}: {report.station}",
        f"{say['box']}: {report.box}",
        f"{say['copy']}: {report.copy_no}",
    ]
    if report.counters is not None:
        lines.append(f"{say['counters']}: {report.counters}")
    for label in ("opened", "closed", "printed", "reprinted"):
        moment = getattr(report, label)
        if moment is not None:
            lines.append(f"{say[label]}: {stamp(moment)}")
    for contest in report.contests:
        lines += [_RULE, f"[{contest.contest}]", *_wrap(contest.title, WIDTH)]
        lines.append(_total(say["ballots"], contest.ballots))
        if contest.options is None or contest.invalid is None or contest.valid is None:
            lines.append(say["sealed"])
            continue
        lines.append(_total(say["invalid"], contest.invalid))
        lines.append(_total(say["valid"], contest.valid))
        for option in contest.options:
            lines += _option(option.no, option.name, option.votes)
    for chosen in report.preferences:
        lines += [_RULE, f"[{chosen.contest}]", *_option(chosen.no, chosen.name, chosen.votes)]
        lines += _tokens(chosen.candidates)
    lines.append(_END)
    return "\n".join(lines) + "\n"


def read_report(text: str) -> Report:
    """Read what `write_report` writes. Raises BadReport, naming the line at which the text stops making sense."""
    if len(text) > _LONGEST_TEXT:
        raise BadReport("A report is at most 262,144 characters long.", characters=len(text))
    reader = _Reader(text)
    try:
        report = reader.report()
    except (ValueError, ValidationError, StopIteration, KeyError, IndexError) as error:
        raise BadReport("This is not a report as a ballot box writes it.", line=reader.at) from error
    if write_report(report) != text:
        raise BadReport("This report is spelled differently from what a ballot box writes.")
    return report


class StoredPreferences(NamedTuple):
    """Preference votes within one list as they stand in an annex that was accepted: pairs of candidate and votes."""

    contest: str
    no: int
    votes: int
    candidates: tuple[tuple[int, int], ...]


def read_stored_annex(text: str) -> tuple[Report, tuple[StoredPreferences, ...]]:
    """Read an annex that passed the door before: its head as a report, its figures as plain pairs.

    A country's annexes hold half a million counts; as models they would take a quarter of a gigabyte. Raises BadReport.
    """
    head, *sections = text.removesuffix(f"{_END}\n").split(f"{_RULE}\n")
    found = []
    for section in sections:
        lines = section.split("\n")
        first = next(at for at, line in enumerate(lines) if at and len(line) == WIDTH)
        tokens = " ".join(lines[first + 1 :]).split()
        pairs = (token.partition("=") for token in tokens)
        found.append(
            StoredPreferences(
                contest=lines[0][1:-1],
                no=int(lines[1][:3]),
                votes=int(lines[first][-_FIGURE:]),
                candidates=tuple((int(no), int(votes)) for no, _, votes in pairs),
            )
        )
    return read_report(f"{head}{_END}\n"), tuple(found)


def _wrap(name: str, width: int) -> list[str]:
    lines: list[str] = []
    current = ""
    for word in name.split(" "):
        if len(word) > width:
            raise BadReport(f"A word is wider than {width} columns; shorten it in the package.", word=word)
        if current and len(current) + 1 + len(word) > width:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    lines.append(current)
    return lines


def _total(label: str, figure: int) -> str:
    return f"{label:<{WIDTH - _FIGURE - 1}} {figure:>{_FIGURE}}"


@lru_cache(maxsize=_REMEMBERED)
def _option(no: int, name: str, votes: int) -> tuple[str, ...]:
    chunks = _wrap(name, NAME_WIDTH)
    lines = [f"{'' if index else no:>3} {chunk}" for index, chunk in enumerate(chunks)]
    lines[-1] = f"{lines[-1]:<{WIDTH - _FIGURE - 1}} {votes:>{_FIGURE}}"
    return tuple(lines)


@lru_cache(maxsize=_REMEMBERED)
def _counted(no: int, name: str, votes: int) -> OptionCount:
    return OptionCount(no=no, name=name, votes=votes)


def _tokens(candidates: tuple[CandidateVotes, ...]) -> list[str]:
    words = " ".join(f"{candidate.no}={candidate.votes}" for candidate in candidates)
    return [f"    {line}" for line in _wrap(words, WIDTH - 4)] if words else []


class _Reader:
    """Walks the lines once; `at` is the number of the line read last, for the error message."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self.at = 0

    def _next(self) -> str:
        line = self._lines[self.at]
        self.at += 1
        return line

    def _peek(self) -> str:
        return self._lines[self.at]

    def _value(self, label: str) -> str:
        line = self._next()
        if not line.startswith(f"{label}: "):
            raise ValueError(label)
        return line[len(label) + 2 :]

    def report(self) -> Report:
        """Read header, sections and end line."""
        first = self._next()
        language = first.removeprefix("SHAILOO 1 ")
        say = LABELS[language]
        kind, mode = _KINDS[language][self._next()], _MODES[language][self._next()]
        head: dict[str, Any] = {"language": language, "kind": kind, "mode": mode}
        head["election"] = self._value(say["election"])
        head["station"] = self._value(say["station"])
        head["box"] = self._value(say["box"])
        head["copy_no"] = int(self._value(say["copy"]))
        if self._peek().startswith(say["counters"]):
            head["counters"] = int(self._value(say["counters"]))
        for label in ("opened", "closed", "printed", "reprinted"):
            if self._peek().startswith(f"{say[label]}: "):
                head[label] = read_stamp(self._value(say[label]))
        contests: list[ContestCount] = []
        preferences: list[ListPreferences] = []
        while self._peek() == _RULE:
            self._next()
            contest = self._next()[1:-1]
            if self._begins_option():
                preferences.append(self._preferences(contest))
            else:
                contests.append(self._contest(contest, say))
        if self._next() != _END or self._lines[self.at :] != [""]:
            message = "text after the end line"
            raise ValueError(message)
        return Report(**head, contests=tuple(contests), preferences=tuple(preferences))

    def _begins_option(self) -> bool:
        return self._peek()[:3].strip().isdecimal() and self._peek()[3:4] == " "

    def _contest(self, contest: str, say: dict[str, str]) -> ContestCount:
        title = []
        while not self._is_total(say["ballots"]):
            title.append(self._next())
        ballots = self._figure()
        if self._peek() == say["sealed"]:
            self._next()
            return ContestCount(
                contest=contest, title=" ".join(title), ballots=ballots, invalid=None, valid=None, options=None
            )
        invalid = self._labelled(say["invalid"])
        valid = self._labelled(say["valid"])
        options = tuple(_counted(*line) for line in self._options())
        return ContestCount(
            contest=contest, title=" ".join(title), ballots=ballots, invalid=invalid, valid=valid, options=options
        )

    def _preferences(self, contest: str) -> ListPreferences:
        no, name, votes = next(self._options(1))
        candidates: list[CandidateVotes] = []
        while self._peek().startswith("    "):
            for token in self._next().split():
                candidate, _, figure = token.partition("=")
                candidates.append(CandidateVotes(no=int(candidate), votes=int(figure)))
        return ListPreferences(contest=contest, no=no, name=name, votes=votes, candidates=tuple(candidates))

    def _is_total(self, label: str) -> bool:
        line = self._peek()
        return len(line) == WIDTH and line[: WIDTH - _FIGURE].rstrip() == label and line[-1].isdecimal()

    def _labelled(self, label: str) -> int:
        if not self._is_total(label):
            raise ValueError(label)
        return self._figure()

    def _figure(self) -> int:
        return int(self._next()[-_FIGURE:])

    def _options(self, most: int = 1000) -> Iterator[tuple[int, str, int]]:
        while most and self._begins_option():
            most -= 1
            line = self._next()
            no, words = int(line[:3]), []
            while len(line) < WIDTH:
                words.append(line[4:])
                line = self._next()
            words.append(line[4 : WIDTH - _FIGURE - 1].rstrip())
            yield no, " ".join(words), int(line[-_FIGURE:])
