"""Draws, checks and writes what everybody may see of cases: figures of every kind, registers of those that have one.

A page is written only after the gate has read it back in every language. What goes wrong here holds back the pages of
cases of that election and nothing else: results do not wait for them, and the next version tries again. What a case
changes is its own page, the first pages of its register and the figures; older pages of a register are made again only
when a case on them changed.
"""

from __future__ import annotations

import json
from heapq import nlargest
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from builder.cases.figures import figures_csv, figures_json, figures_of
from builder.cases.gate import check_case, check_figures, check_list, recount
from builder.cases.views import PORTALS, about, case_view, kind_views
from builder.feeds import escape
from builder.tables import table
from builder.view_places import Download
from shailoo.i18n import catalog
from shailoo.model.base import LANGUAGES, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from builder.cases.book import CaseBook
    from builder.night import Night
    from builder.render.site import Site
    from shailoo.model.base import Language
    from shailoo.model.case import CaseAct
    from shailoo.model.case_kind import CaseKind
    from shailoo.ports import PublicFiles

PER_PAGE: Final = 100
"""Cases on a page of a register. Page 1 holds the newest, and page `n` of the rest is counted from the oldest, so that
a new case changes one full page at most."""
_FEED: Final = 30
_COLUMNS: Final = ("election", "kind", "number", "filed", "commission", "station", "status", "changed")
_NS: Final = UUID("6f2f4a2e-6f0f-4f7e-9f58-0c2b8b7e6d11")
Files = dict[str, bytes]


class CasePress:
    """The pages of cases of one installation."""

    def __init__(self, site: Site, public: PublicFiles, nights: Mapping[str, Night], book: CaseBook) -> None:
        self._site = site
        self._public = public
        self._nights = nights
        self._book = book
        self._texts: dict[str, str] = {}

    def write(self, *, everything: bool = False) -> tuple[int, dict[str, Exception]]:
        """Make what changed, or everything; returns how many files changed, and what went wrong, by election.

        What was made is forgotten as changed; what went wrong stays to be made.
        """
        state, wrong, files = self._book.state, dict[str, Exception](), 0
        changed: dict[str, list[str]] = {name: [] for name in self._nights} if everything else {}
        for case in state.rows if everything else state.changed:
            changed.setdefault(state.rows[case].election, []).append(case)
        for name, cases in changed.items():
            try:
                made = self._election(self._nights[name], cases)
            except Exception as error:  # noqa: BLE001 -- whatever a template does wrong, results do not wait for it
                wrong[name] = error
                continue
            files += sum(self._public.write(path, data) for path, data in made.items())
            for case in cases:
                state.changed.pop(case, None)
        return files, wrong

    def _election(self, night: Night, cases: Sequence[str]) -> Files:
        made = self._figures(night)
        state = self._book.state
        for kind in dict.fromkeys(state.rows[case].kind for case in cases if case in state.told):
            touched = [case for case in cases if state.rows[case].kind == kind]
            made |= self._register(night, self._book.kinds[kind], touched)
        return made

    # --- figures ---

    def _figures(self, night: Night) -> Files:
        election = night.election
        start = f"data/{election.id}/applications"
        figures = tuple(one for portal in PORTALS for one in figures_of(self._book, election, portal))
        made = {
            f"{start}.json": figures_json(election.id, figures, synthetic=election.synthetic),
            f"{start}.csv": figures_csv(election, figures),
        }
        files = [Download("csv", f"/results/{start}.csv"), Download("json", f"/results/{start}.json")]
        counted = recount(self._book, election)
        for language in LANGUAGES:
            kinds = kind_views(self._book, night, language)
            title = catalog("builder", language).gettext("What was handed in")
            body, path, page = self._site.beside(
                language, "applications", night, f"{election.id}/applications/", title, kinds=kinds, files=files
            )
            check_figures(body, self._book, counted)
            made[path] = page
        return made

    # --- registers ---

    def _register(self, night: Night, kind: CaseKind, touched: Sequence[str]) -> Files:
        election, state = night.election, self._book.state
        order = state.order[election.id, kind.name]
        start = f"data/{election.id}/register/{kind.name}"
        pages = pages_of(order)
        newest = nlargest(_FEED, order, key=self._changed)
        made: Files = {}
        for language in LANGUAGES:
            word = catalog("shailoo", language).gettext
            labels = {status.name: word(status.label) for status in kind.statuses}
            for case in touched:
                view = case_view(case, self._book, night, language)
                where = f"{election.id}/register/{kind.name}/{view.number}/"
                title = f"{view.title} № {view.number}"
                body, path, page = self._site.beside(language, "case", night, where, title, v=view)
                check_case(body, case, self._book, labels)
                made[path] = page
            feed = f"/results/{language}/{election.id}/register/{kind.name}/feed.atom"
            files = [Download("json", f"/results/{start}.json"), Download("csv", f"/results/{start}.csv")]
            for at, cases in enumerate(pages, 1):
                if at > 1 and not set(touched) & set(cases) and self._there(night, kind, at, language):
                    continue
                shown = [case_view(case, self._book, night, language) for case in cases]
                where = f"{election.id}/register/{kind.name}/" + (f"page/{at}/" if at > 1 else "")
                body, path, page = self._site.beside(
                    language, "register", night, where, word(kind.title), kind_title=word(kind.title), cases=shown,
                    page=at, pages=len(pages), kind=kind.name, feed=feed, files=files,
                )  # fmt: skip
                check_list(body, cases, self._book, labels)
                made[path] = page
            made[f"{language}/{election.id}/register/{kind.name}/feed.atom"] = self._feed(night, kind, newest, language)
        made[f"{start}.json"] = self._json(night, kind, order, touched)
        made[f"{start}.csv"] = table(_COLUMNS, (self._line(case) for case in order))
        return made

    def _there(self, night: Night, kind: CaseKind, at: int, language: Language) -> bool:
        path = f"{language}/{night.election.id}/register/{kind.name}/page/{at}/index.html"
        return self._public.read(path) is not None

    def _changed(self, case: str) -> tuple[datetime, int]:
        filed, acts = self._book.state.told[case]
        return acts[-1].entered if acts else filed.filed, self._book.state.rows[case].number

    def _line(self, case: str) -> tuple[str | int, ...]:
        (filed, _), row = self._book.state.told[case], self._book.state.rows[case]
        changed, number = self._changed(case)
        return (row.election, row.kind, number, stamp(filed.filed), filed.commission, filed.station or "", row.status,
                stamp(changed))  # fmt: skip

    def _json(self, night: Night, kind: CaseKind, order: Sequence[str], touched: Sequence[str]) -> bytes:
        """Every case for programs. Texts of cases that did not change are kept from the last time."""
        for case in touched:
            self._texts.pop(case, None)
        for case in order:
            if case not in self._texts:
                self._texts[case] = json.dumps(self._value(case), ensure_ascii=False, sort_keys=True)
        head = {"election": night.election.id, "kind": kind.name, "synthetic": night.election.synthetic}
        start = json.dumps(head, ensure_ascii=False, sort_keys=True)[:-1]
        return f'{start}, "cases": [{", ".join(self._texts[case] for case in order)}]}}\n'.encode()

    def _value(self, case: str) -> dict[str, Any]:
        """A case for programs: codes, and what is told."""
        filed, acts = self._book.state.told[case]
        row, kind = self._book.state.rows[case], self._book.kinds[filed.kind]
        return {
            "number": row.number,
            "status": row.status,
            "commission": filed.commission,
            "station": filed.station,
            "filed": stamp(filed.filed),
            "due": None if filed.due is None else stamp(filed.due),
            "told": dict(filed.told),
            "acts": [_act(act, acts, kind) for act in acts],
        }

    def _feed(self, night: Night, kind: CaseKind, newest: Sequence[str], language: Language) -> bytes:
        """What changed last in a register, as Atom (RFC 4287)."""
        views = [case_view(case, self._book, night, language) for case in newest]
        title = escape(catalog("shailoo", language).gettext(kind.title))
        own = f"/results/{language}/{night.election.id}/register/{kind.name}/"
        lines = [
            '<?xml version="1.0" encoding="utf-8"?>',
            f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">',
            f"<id>urn:uuid:{_uuid(own)}</id>", f"<title>{title}</title>",
            f"<author><name>{escape(night.election.short_name.text(language))}</name></author>",
            f"<updated>{views[0].changed}</updated>", f'<link rel="self" href="{own}feed.atom"/>',
            f'<link rel="alternate" type="text/html" href="{own}"/>',
        ]  # fmt: skip
        for view in views:
            name = escape(f"№ {view.number}: {view.status}")
            lines.append(
                f"<entry><id>urn:uuid:{_uuid(f'{own}{view.number}/{len(view.steps)}')}</id><title>{name}</title>"
                f'<updated>{view.changed}</updated><link href="{own}{view.number}/"/></entry>'
            )
        return "\n".join([*lines, "</feed>", ""]).encode()


def pages_of(order: Sequence[str]) -> list[list[str]]:
    """Cases of a register, newest first, in pages: the first one has those that fill no page yet, so others stay."""
    full = len(order) // PER_PAGE
    rest = list(reversed(order[full * PER_PAGE :]))
    older = [list(reversed(order[at * PER_PAGE : (at + 1) * PER_PAGE])) for at in reversed(range(full))]
    return [rest, *older] if rest or not older else older


def _act(act: CaseAct, acts: Sequence[CaseAct], kind: CaseKind) -> dict[str, Any]:
    """An act for programs; its reason and facts only where its kind tells them."""
    rule = kind.act(about(act, acts))
    told = rule is not None and rule.told
    return {
        "n": act.n,
        "act": act.act,
        "of": act.of,
        "commission": None if act.by is None else act.by.commission,
        "entered": stamp(act.entered),
        "reason": act.reason if told else None,
        "told": dict(act.told) if told else {},
    }


def _uuid(name: str) -> UUID:
    return uuid5(_NS, name)
