"""Reads the figures of a signed report by the columns of the paper, with no code of the system that wrote it.

The grammar is in docs/report-text.md: figures stand in the last seven of 42 columns, the number of a ballot line in the
first three. A reader of one's own in another language needs no more than this.
"""

from __future__ import annotations

from dataclasses import dataclass

_RULE, _END = "-" * 42, "=" * 42
_WIDTH = 42
_KINDS = {
    "НӨЛДҮК ОТЧЕТ": "zero", "НУЛЕВОЙ ОТЧЕТ": "zero", "ZERO REPORT": "zero",
    "ЖЫЙЫНТЫКТООЧУ ОТЧЕТ": "final", "ИТОГОВЫЙ ОТЧЕТ": "final", "FINAL REPORT": "final",
    "ТИРКЕМЕ: ПРЕФЕРЕНЦИЯЛЫК ДОБУШТАР": "annex", "ПРИЛОЖЕНИЕ: ПРЕФЕРЕНЦИАЛЬНЫЕ ГОЛОСА": "annex",
    "ANNEX: PREFERENTIAL VOTES": "annex",
}  # fmt: skip
_BALLOTS = ("Бюллетендер", "Бюллетеней", "Ballots")
_TOTALS = 3
_TIMES = ("Нуска", "Копия", "Copy", "Басылды", "Напечатано", "Printed", "Кайра басылды", "Повторно", "Reprinted")
"""Labels of lines in which a reprint differs from its first print."""


class Unreadable(ValueError):
    """The text does not follow the grammar; `args` tell the line."""


@dataclass(frozen=True, slots=True)
class Count:
    """A contest in a box: ballots; invalid, valid and votes by ballot number unless they are sealed."""

    ballots: int
    invalid: int = 0
    valid: int = 0
    votes: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A report: its head, its counts by contest, its preference votes by contest and list."""

    kind: str
    election: str
    station: str
    box: str
    counts: dict[str, Count]
    preferences: dict[tuple[str, int], tuple[int, dict[int, int]]]
    """(contest, list) -> (votes of the list, candidate -> votes)."""
    bare: str
    """The text without the lines in which a reprint differs."""


def read_text(text: str) -> Text:
    """Read a signed report. Raises Unreadable."""
    try:
        head, *sections = text.removesuffix(f"{_END}\n").split(f"{_RULE}\n")
        lines = head.split("\n")
        kind = _KINDS[lines[1]]
        election, station, box = (line.partition(": ")[2] for line in lines[3:6])
        counts: dict[str, Count] = {}
        preferences: dict[tuple[str, int], tuple[int, dict[int, int]]] = {}
        for section in sections:
            name, *body = section.rstrip("\n").split("\n")
            contest = name[1:-1]
            if kind == "annex":
                no, votes, chosen = _preferences(body)
                preferences[contest, no] = votes, chosen
            else:
                counts[contest] = _count(body)
    except (KeyError, ValueError, IndexError) as error:
        message = "this is not a report by the grammar of docs/report-text.md"
        raise Unreadable(message) from error
    bare = "\n".join(line for line in text.split("\n") if line.partition(":")[0] not in _TIMES)
    return Text(kind, election, station, box, counts, preferences, bare)


def _count(body: list[str]) -> Count:
    at = next(at for at, line in enumerate(body) if len(line) == _WIDTH and line[:35].strip() in _BALLOTS)
    plain: list[int] = []
    numbered: list[tuple[int, int]] = []
    number = ""
    for line in body[at:]:
        if len(plain) == _TOTALS and not number:
            number = line[:3].strip()
        if len(line) != _WIDTH or not line[-1].isdecimal():
            continue
        if number:
            numbered.append((int(number), int(line[-7:])))
            number = ""
        else:
            plain.append(int(line[-7:]))
    if len(plain) == 1:
        return Count(plain[0])
    ballots, invalid, valid = plain
    return Count(ballots, invalid, valid, tuple(numbered))


def _preferences(body: list[str]) -> tuple[int, int, dict[int, int]]:
    no = int(body[0][:3])
    at = next(index for index, line in enumerate(body) if len(line) == _WIDTH)
    votes = int(body[at][-7:])
    pairs = (token.split("=") for line in body[at + 1 :] for token in line.split())
    return no, votes, {int(candidate): int(figure) for candidate, figure in pairs}
