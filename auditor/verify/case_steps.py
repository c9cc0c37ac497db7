"""Step 13: cases. As many filings and acts as the log binds, every filing in one status, and pages that say the same.

Receipts are their holders' own to check (`shailoo verify-receipt`): the log holds the digest of each, and nobody can
tell from it who filed.
"""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from typing import Any

from auditor.verify.findings import Broken, Step
from auditor.verify.log_steps import Log
from auditor.verify.sources import Source, need, object_of
from shailoo.model.base import LANGUAGES
from shailoo.records.log_entry import CaseActEntry, CaseEntry

NAME = "Cases are those of the log, each in one status"
_FIGURE = re.compile(r'data-figure="filed:([a-z0-9-]+)">([^<]*)<')
_TABLE = re.compile(r'<table[^>]*data-table="statuses:([a-z0-9-]+)">(.*?)</table>', re.DOTALL)
_ROW = re.compile(r'<th[^>]*data-row="([a-z0-9-]+)">.*?</th><td[^>]*>([^<]*)</td>', re.DOTALL)
_SPACES = str.maketrans("", "", "\u202f\u00a0 ")
_LOGGED = "The log binds another number of them than the commission tells. Keep this file and the log's head, and ask."
_SUM = "The counts do not agree with each other. Keep the file and ask the commission."
_PAGE = "The page says another number than the file beside it. Keep both and ask the commission."


def check_cases(source: Source, log: Log, elections: list[str]) -> Step | None:
    """None when nothing was ever filed. Raises Broken."""
    filed = Counter((one.election, one.kind) for one in log.entries if isinstance(one, CaseEntry))
    acts = Counter((one.election, one.kind) for one in log.entries if isinstance(one, CaseActEntry))
    if not filed:
        return None
    checked = 0
    for election in elections:
        wanted = {kind: count for (name, kind), count in filed.items() if name == election}
        if wanted:
            checked += sum(wanted.values())
            _check_election(source, election, wanted, {kind: acts[election, kind] for kind in wanted})
    return Step(13, NAME, checked, ("receipts are checked by their holders: shailoo verify-receipt FILE",))


def _check_election(source: Source, election: str, filed: dict[str, int], acts: dict[str, int]) -> None:
    path = f"data/{election}/applications.json"
    kinds = {one["kind"]: one for one in object_of(path, need(source, path))["kinds"]}
    if kinds.keys() != filed.keys():
        raise Broken(path, "kinds", expected=sorted(filed), found=sorted(kinds), remedy=_LOGGED)
    for kind, one in kinds.items():
        for what, bound in (("filed", filed[kind]), ("acts", acts[kind])):
            if one[what] != bound:
                raise Broken(path, f"{kind}: {what}", expected=bound, found=one[what], remedy=_LOGGED)
        _check_sums(path, kind, one)
        _check_register(source, election, kind, one)
    for language in LANGUAGES:
        _check_page(source, f"{language}/{election}/applications/index.html", kinds)


def _check_sums(path: str, kind: str, one: dict[str, Any]) -> None:
    statuses = sum(row["cases"] or 0 for row in one["statuses"]) + one["other_statuses"]
    if statuses != one["filed"]:
        raise Broken(path, f"{kind}: statuses", expected=one["filed"], found=statuses, remedy=_SUM)
    regions = {row["region"]: row["filed"] for row in one["regions"]}
    if regions and sum(regions.values()) != one["filed"]:
        raise Broken(path, f"{kind}: regions", expected=one["filed"], found=sum(regions.values()), remedy=_SUM)
    below: Counter[str] = Counter()
    for row in one["commissions"]:
        below[row["region"]] += row["filed"]
    for region, count in below.items():
        if count != regions.get(region):
            raise Broken(path, f"{kind}: {region}", expected=regions.get(region), found=count, remedy=_SUM)


def _check_register(source: Source, election: str, kind: str, one: dict[str, Any]) -> None:
    """Where a kind has a public register: every filing is in it, with every act."""
    path = f"data/{election}/register/{kind}.json"
    data = source.read(path)
    if data is None:
        return
    cases = object_of(path, data)["cases"]
    found = len({case["number"] for case in cases}), sum(len(case["acts"]) for case in cases)
    if found != (one["filed"], one["acts"]):
        raise Broken(path, "cases and acts", expected=(one["filed"], one["acts"]), found=found, remedy=_LOGGED)
    standing = Counter(case["status"] for case in cases)
    for row in one["statuses"]:
        if row["cases"] is not None and row["cases"] != standing[row["status"]]:
            raise Broken(path, row["status"], expected=row["cases"], found=standing[row["status"]], remedy=_SUM)


def _check_page(source: Source, path: str, kinds: dict[str, Any]) -> None:
    html = need(source, path).decode()
    said = {kind: _number(text) for kind, text in _FIGURE.findall(html)}
    wanted = {kind: one["filed"] for kind, one in kinds.items()}
    if said != wanted:
        raise Broken(path, "filed", expected=wanted, found=said, remedy=_PAGE)
    for kind, body in _TABLE.findall(html):
        shown = {name: _number(text) for name, text in _ROW.findall(body)}
        told = {row["status"]: row["cases"] for row in kinds[kind]["statuses"] if row["cases"] is not None}
        if kinds[kind]["other_statuses"]:
            told["others"] = kinds[kind]["other_statuses"]
        if shown != told:
            raise Broken(path, kind, expected=told, found=shown, remedy=_PAGE)


def _number(text: str) -> int | None:
    plain = unescape(text).translate(_SPACES)
    return int(plain) if plain.isdecimal() else None
