"""Reads back what feeds and files say is new in a kept version: every figure, before and now, by the gate's counts."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

from builder.gate.disagreement import PageDisagrees
from builder.gate.ought import Ought
from builder.gate.readback import Unreadable, difference, number
from shailoo.i18n import catalog
from shailoo.model.base import LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from builder.gate.disagreement import About
    from builder.gate.facts import Facts

Pair = tuple[int | None, int | None]
"""A figure in the version kept before, and in this one."""
_KEPT = re.compile(r'<category term="kept"/>.*? href="[^"]*/v/([0-9]+)/"/>(.*?)</entry>', re.DOTALL)
_LINE = re.compile(r"<li>([^<]*): <b>([^<]*)</b> → <b>([^<]*)</b>(?: \(([^)]*)\))?</li>")
_NAMES = {
    "participants": "Took part", "reported": "Ballot boxes counted", "held": "Ballot boxes held",
    "invalid": "Invalid ballots", "ballots": "Ballots in the boxes",
}  # fmt: skip


def pairs(facts: Facts, version: int) -> dict[tuple[str, str], Pair]:
    """(contest or "", line) -> the figure before and now, in the order in which they are told. Raises LookupError."""
    at = facts.kept_at[version]
    _, now = facts.kept[at]
    before: Mapping[tuple[str, str], int | None] = facts.kept[at - 1][1] if at else {}
    return {key: (before.get(key), figure) for key, figure in now.items()}


def changes(facts: Facts, about: About, rest: str) -> Ought:
    """The table of what is new on the page of the version that was kept last."""
    del about
    contest = "" if rest == "changes" else rest
    version, _ = facts.kept[-1]
    found = {line: pair for (where, line), pair in pairs(facts, version).items() if where == contest}
    known = facts.election.contest_by_id.get(contest)
    names = {str(option.no): option.name for option in known.options} if known is not None else {}
    return Ought(
        {
            line: {"before": before, "now": now, "change": None if before is None or now is None else now - before}
            for line, (before, now) in found.items()
        },
        names,
        signed=frozenset({"change"}),
    )


def check_cut(facts: Facts, path: str, value: Mapping[str, Any]) -> None:
    """What is new in a kept version, as an object. Raises PageDisagrees."""
    told = [("", line) for line in value["figures"]]
    told += [(one["contest"], line) for one in value["contests"] for line in one["lines"]]
    found = [((contest, line["line"]), (line["before"], line["now"])) for contest, line in told]
    _same(facts, path, value["version"], found)


def check_feeds(facts: Facts, files: Iterable[tuple[str, bytes]]) -> None:
    """Every kept version that feeds tell of, in every language. Raises PageDisagrees."""
    for path, data in files:
        if path.endswith(".json"):
            for cut in json.loads(data).get("cuts", ()) if b'"cuts"' in data else ():
                check_cut(facts, path, cut)
        elif b'"kept"' in data:
            for version, inner in _KEPT.findall(data.decode()):
                _check_entry(facts, path, int(version), inner)


def _check_entry(facts: Facts, path: str, version: int, inner: str) -> None:
    """The lines of one kept version in one language, in their order: name, before, now, difference."""
    lines = _LINE.findall(inner)
    wanted = pairs(facts, version)
    if len(lines) != inner.count("<li>") or len(lines) != len(wanted):
        raise PageDisagrees("Lines are missing or too many.", page=path, version=version, lines=len(lines))
    found: list[tuple[tuple[str, str], Pair]] = []
    language = next(known for known in LANGUAGES if path.startswith(f"{known}/"))
    for (name, before, now, more), key in zip(lines, wanted, strict=True):
        try:
            pair = number(before), number(now)
            apart = difference(more) if more else None
        except Unreadable as error:
            raise PageDisagrees("A feed cannot be read back.", page=path, because=str(error)) from error
        known = pair[0] is not None and pair[1] is not None
        if apart != ((pair[1] or 0) - (pair[0] or 0) if known else None):
            raise PageDisagrees("A difference in a feed is not that of its figures.", page=path, line=str(key))
        if unescape(name) != _name(facts, key, language):
            raise PageDisagrees("A figure stands beside another figure's name.", page=path, line=str(key))
        found.append((key, pair))
    _same(facts, path, version, found)


def _name(facts: Facts, key: tuple[str, str], language: Language) -> str:
    contest, line = key
    if line in _NAMES:
        return catalog("builder", language).gettext(_NAMES[line])
    return facts.election.contest_by_id[contest].option_by_no[int(line)].name.text(language)


def _same(facts: Facts, path: str, version: int, found: list[tuple[tuple[str, str], Pair]]) -> None:
    wanted = list(pairs(facts, version).items())
    if sorted(found, key=str) != sorted(wanted, key=str) or len(dict(found)) < len(found):
        wrong = next((one for one in found if one not in wanted), None)
        raise PageDisagrees(
            "What is new in a kept version differs from the sums of the signed texts.",
            page=path, version=version, line=str(wrong),
        )  # fmt: skip
