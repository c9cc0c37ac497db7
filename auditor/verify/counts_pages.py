"""Step 10, pages: the three counts as a person reads them, in three languages, against our own sums."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from auditor.verify.counts_steps import LAYERS, layer_lines, path_of, station_row, sums_of
from auditor.verify.figures import same
from auditor.verify.findings import Broken
from auditor.verify.hands import Hands, annulling, keys_of, row_of
from auditor.verify.pages import Table, main_of, number, page_path, share_of, share_text, tables_of
from auditor.verify.sources import Source
from auditor.verify.tally import COUNTRY, Scope
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.election import Contest
from shailoo.rules.differences import BOUND, CLASSES

_FAMILIES = ("counts", "layers", "spread", "sheets", "differences")
_FIGURE = re.compile(r'data-figure="((?:counts|turnout|spread|identified|protocols)[a-z0-9:.-]*)"[^>]*>([^<]*)')
_ACTS = re.compile(r'<table\b[^>]*data-table="acts"[^>]*>(.*?)</table>', re.DOTALL)
_ACT = re.compile(r'<tr><th scope="row" data-row="([^"]*)"[^>]*>(.*?)</tr>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_REMEDY = "Photograph the page and keep its file; compare with the page of the same place in another language."
_BOXES = frozenset({"Урналар боюнча", "По урнам", "By the boxes"})
_HAND = frozenset({"Кол менен", "Вручную", "By hand"})
_SHARE = frozenset({"Үлүш", "Доля", "Share"})
_SEATS = frozenset({"Мандаттар", "Мандаты", "Seats"})
_WORDS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "counts": {"boxes": _BOXES, "hand": _HAND, "difference": frozenset({"Айырма", "Разница", "Difference"})},
    "layers": {
        "boxes": _BOXES, "hand": _HAND, "final": frozenset({"Акыркы эсеп", "Окончательный подсчёт", "Final count"}),
        **{f"{layer}.share": _SHARE for layer in LAYERS}, **{f"{layer}.seats": _SEATS for layer in LAYERS},
    },
    "spread": {"share": _SHARE, "stations": frozenset({"Участкалар", "Участки", "Stations"})},
    "differences": {
        "votes": frozenset({"Айырмаланган добуштар", "Расходящиеся голоса", "Votes that differ"}),
        "invalid": frozenset({"Жараксыз, айырма", "Недействительные, разница", "Invalid, difference"}),
        "boxes": frozenset({"Урналар боюнча бюллетендер", "Бюллетени по урнам", "Ballots by the boxes"}),
        "hand": frozenset({"Кол менен эсептелген бюллетендер", "Бюллетени вручную", "Ballots by hand"}),
    },
    "sheets": {
        "agreed": frozenset({"Дал келген протоколдор", "Совпавшие протоколы", "Protocols agreed"}),
        "expected": frozenset({"жалпысы", "из", "of"}),
        "held": frozenset({"Кармалды", "Удержано", "Held"}),
        "differs": frozenset({"Ар башка киргизилген", "Введены по-разному", "Keyed differently"}),
        "waiting": frozenset({"Күтүлүүдө", "Ожидаются", "Awaited"}),
        "both": frozenset({"Эки эсеп тең", "Оба подсчёта", "Both counts"}),
        "apart": frozenset({"Бирдей эмес", "Не совпадают", "Not the same"}),
        "over": frozenset({"Чектен жогору", "Выше границы", "Over the bound"}),
        "ballots": frozenset({"Бюллетендер, айырма", "Бюллетени, разница", "Ballots, difference"}),
        "invalid": frozenset({"Жараксыз, айырма", "Недействительные, разница", "Invalid, difference"}),
    },
}  # fmt: skip
"""What the heading of a column may say, so that two columns cannot change places unseen."""
Row = dict[str, int | None]


def check_counts_pages(source: Source, hands: Hands) -> int:
    """The pages of the three counts of the country, regions and districts, and the overview's line. Raises Broken."""
    checked = 0
    wanted = [(language, scope) for language in LANGUAGES for scope in hands.places()]
    paths = [f"{language}/{hands.election.id}/{path_of(scope)}/index.html" for language, scope in wanted]
    for (language, scope), (path, data) in zip(wanted, source.fetch(paths), strict=True):
        html = main_of(path, data)
        if not hands.begun:
            same(path, "tables", [], sorted(_read(path, html)[0]))
            continue
        checked += _page(path, html, hands, scope, language)
    first = (hands.whole_contests() or list(hands.election.contests))[0]
    for language in LANGUAGES if hands.begun else ():
        path = page_path(hands.figures, language, COUNTRY)
        _, told = _read(path, main_of(path, source.read(path)))
        agreed = sum(hands.said.get((no, first.id)) == "agreed" for no in hands.stations(COUNTRY, first.id))
        same(path, "protocols", agreed, told.get("protocols"))
        same(path, "protocols.expected", len(hands.stations(COUNTRY, first.id)), told.get("protocols.expected"))
        checked += 2
    return checked


def check_station_page(path: str, html: str, hands: Hands, station: str, language: Language) -> int:
    """What a station's page says of the counts by hand. Raises Broken."""
    tables, told = _read(path, html)
    contests = [
        one
        for one in hands.election.contests_at(hands.election.station_by_no[station])
        if (station, one.id) in hands.cells["hand"]
    ]
    same(path, "counts by hand", sorted(f"counts:{one.id}" for one in contests), sorted(tables))
    if contests or "identified" in told or hands.identified(station) is not None:
        same(path, "identified", hands.identified(station), told.get("identified"))
    for contest in contests:
        cell, boxes = hands.cells["hand"][station, contest.id], hands.told(station, contest.id)
        rows: dict[str, Row] = {}
        for at, key in enumerate(keys_of(contest)):
            had = row_of(boxes)[at] if boxes is not None else None
            rows[key] = _compared(had, row_of(cell)[at] if not cell.hidden else None)
        if cell.hidden:
            rows = {"ballots": _compared(boxes.ballots + boxes.sealed if boxes is not None else None, cell.ballots)}
        _same_table(path, tables[f"counts:{contest.id}"], rows, contest, language)
    acts = [
        one for one in annulling(hands.acts) if any(measure.get("station") == station for measure in one["measures"])
    ]
    _acts(path, html, hands, acts)
    return 1 + len(acts) + 3 * sum(len(keys_of(one)) for one in contests)


def _page(path: str, html: str, hands: Hands, scope: Scope, language: Language) -> int:
    tables, told = _read(path, html)
    rows = dict(_expected(hands, scope))
    same(path, "tables", sorted(rows), sorted(tables))
    for name, (contest, wanted) in rows.items():
        _same_table(path, tables[name], wanted, contest, language)
    figures = _figures(hands, scope)
    same(path, "figures", sorted(figures), sorted(told))
    for name, figure in figures.items():
        same(path, name, figure, told[name])
    if scope == COUNTRY:
        _acts(path, html, hands, annulling(hands.acts))
    return len(figures) + sum(len(row) for _, wanted in rows.values() for row in wanted.values())


def _expected(hands: Hands, scope: Scope) -> Mapping[str, tuple[Contest | None, dict[str, Row]]]:
    """Every table of a page of counts: name -> contest and rows."""
    found: dict[str, tuple[Contest | None, dict[str, Row]]] = {}
    contests = hands.contests(scope)
    for contest in contests:
        boxes, hand, _ = hands.compared(scope, contest)
        found[f"counts:{contest.id}"] = (
            contest,
            {
                key: _compared(boxes[at] if boxes is not None else None, hand[at] if hand is not None else None)
                for at, key in enumerate(keys_of(contest))
            },
        )
        if scope[0] != "region":
            found[f"layers:{contest.id}"] = contest, _layer_rows(hands, contest)
        if scope == COUNTRY:
            found[f"spread:{contest.id}"] = None, _spread_rows(hands, contest)
            continue
        found[f"differences:{contest.id}"] = None, {
            no: {
                "votes": row["votes_that_differ"], "invalid": row["invalid_difference"], "boxes": row["ballots_boxes"],
                "hand": row["ballots_hand"],
            }
            for no in hands.stations(scope, contest.id)
            for row in [station_row(hands, no, contest)]
        }  # fmt: skip
    if scope == COUNTRY and contests:
        regions = {region.id: _sheets(hands, ("region", region.id), contests[0]) for region in hands.election.regions}
        found["sheets:region"] = None, {**regions, "total": _sheets(hands, COUNTRY, contests[0])}
    districts = [one for one in hands.places() if one[0] == "district"]
    if scope == COUNTRY and districts:
        found["sheets:district"] = None, {one[1]: _sheets(hands, one, hands.contests(one)[0]) for one in districts}
    return found


def _layer_rows(hands: Hands, contest: Contest) -> dict[str, Row]:
    sums = sums_of(hands, contest)
    rows: dict[str, Row] = {}
    for layer in LAYERS:
        total = sums[layer]
        for key, (votes, seats) in layer_lines(hands, contest, layer, sums).items():
            row = rows.setdefault(key, {})
            row[layer] = votes
            base = total.ballots if total is not None else 0
            row[f"{layer}.share"] = share_of(votes, base) if votes is not None and base and key != "ballots" else None
            row[f"{layer}.seats"] = seats
    return rows


def _spread_rows(hands: Hands, contest: Contest) -> dict[str, Row]:
    sizes = [hands.size(no, contest.id) for no in hands.stations(COUNTRY, contest.id)]
    known = [size for size in sizes if size is not None]
    rows: dict[str, Row] = {}
    for one in CLASSES:
        among = sum(one.least <= size and (one.most is None or size <= one.most) for size in known)
        rows[str(one.least)] = {"stations": among, "share": share_of(among, len(known))}
    return rows


def _over(hands: Hands, no: str, contest: Contest) -> bool:
    found, size = hands.pair(no, contest.id), hands.size(no, contest.id)
    if found is None or size is None:
        return False
    return size > BOUND.votes and 1000 * size > BOUND.thousandths * found[1].ballots


def _sheets(hands: Hands, scope: Scope, contest: Contest) -> Row:
    stations = hands.stations(scope, contest.id)
    said = [hands.said.get((no, contest.id)) for no in stations]
    pairs = [(no, found) for no in stations if (found := hands.pair(no, contest.id)) is not None]
    return {
        **{word: said.count(word) for word in ("agreed", "held", "differs", "waiting")},
        "expected": len(stations),
        "both": len(pairs),
        "apart": sum(row_of(boxes) != row_of(hand) for _, (boxes, hand) in pairs),
        "over": sum(_over(hands, no, contest) for no, _ in pairs),
        "ballots": sum(hand.ballots - boxes.ballots for _, (boxes, hand) in pairs),
        "invalid": sum(hand.invalid - boxes.invalid for _, (boxes, hand) in pairs),
    }


def _figures(hands: Hands, scope: Scope) -> Row:
    """The figures that stand outside tables."""
    figures: Row = {}
    voters = hands.figures.place(COUNTRY).voters
    for contest in hands.contests(scope):
        figures[f"counts:{contest.id}.stations"] = hands.compared(scope, contest)[2]
        figures[f"counts:{contest.id}.expected"] = len(hands.stations(scope, contest.id))
        if scope != COUNTRY:
            continue
        figures[f"spread:{contest.id}.over"] = sum(
            _over(hands, no, contest) for no in hands.stations(scope, contest.id)
        )
        for layer, total in sums_of(hands, contest).items():
            share = share_of(total.ballots, voters) if total is not None and voters else None
            figures[f"turnout:{contest.id}.{layer}.share"] = share
    if scope == COUNTRY:
        told = [figure for one in hands.election.stations if (figure := hands.identified(one.no)) is not None]
        figures |= {"identified": sum(told), "identified.stations": len(told)}
    return figures


def _compared(boxes: int | None, hand: int | None) -> Row:
    difference = hand - boxes if hand is not None and boxes is not None else None
    return {"boxes": boxes, "hand": hand, "difference": difference}


def _read(path: str, html: str) -> tuple[dict[str, Table], Row]:
    """The tables of counts on a page, and the figures beside them."""
    tables = dict(
        tables_of(
            path, html, lambda name: name.partition(":")[0] in _FAMILIES, lambda name: _WORDS[name.partition(":")[0]]
        )
    )
    told: Row = {}
    for name, text in _FIGURE.findall(html):
        if name in told:
            raise Broken(path, name, expected="one figure", found="two", remedy=_REMEDY)
        told[name] = share_text(text.strip()) if name.endswith(".share") else number(path, name, text.strip())
    return tables, told


def _same_table(path: str, table: Table, rows: dict[str, Row], contest: Contest | None, language: Language) -> None:
    same(path, "rows", sorted(rows), sorted(table.rows))
    for key, (name, cells) in table.rows.items():
        if contest is not None and key.isdecimal():
            called = " ".join(contest.option_by_no[int(key)].name.text(language).split())
            if called not in name:
                raise Broken(path, f"{contest.id}, row {key}", expected=called, found=name, remedy=_REMEDY)
        for column, figure in rows[key].items():
            if column not in table.columns:
                raise Broken(path, f"column {column}", expected="a column", found=None, remedy=_REMEDY)
            text = cells[table.columns.index(column)]
            where = f"{name}: {column}"
            same(path, where, figure, share_text(text) if column.endswith("share") else _signed(path, where, text))


def _signed(path: str, place: str, text: str) -> int | None:
    """A figure or a difference: with its sign, nought without."""
    sign = text[:1]
    figure = number(path, place, text[1:] if sign in {"+", "\u2212"} else text)
    return -figure if sign == "\u2212" and figure is not None else figure


def _acts(path: str, html: str, hands: Hands, acts: list[Mapping[str, Any]]) -> None:
    """The acts that annul stand on the page, each with its reason and the act that reversed it, and no other."""
    tables = _ACTS.findall(html)
    rows = _ACT.findall("".join(tables))
    expected = [f"{act['number']}:{hands.gone.get(act['number'], '')}" for act in acts]
    same(path, "acts", expected, [unescape(name) for name, _ in rows])
    for act, (_, row) in zip(acts, rows, strict=True):
        text = " ".join(unescape(_TAG.sub(" ", row)).split())
        reason = " ".join(act["reason"].split())
        if reason not in text:
            raise Broken(path, f"act {act['number']}", expected=reason, found=text[:300], remedy=_REMEDY)
