"""Holds finished pages against the gate's own counts. Whatever a page says that the gate cannot account for fails it.

`tables` and `figures` say what ought to stand on a page, `completeness` what may not be missing from it, `headings`
under which names; `compare` goes through the cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.gate.check_papers import check_papers
from builder.gate.compare import compare, only_figures
from builder.gate.completeness import check_complete
from builder.gate.disagreement import About, PageDisagrees
from builder.gate.figures import figure
from builder.gate.headings import Headings
from builder.gate.readback import Unreadable, number, read_page, share
from builder.gate.tables import elections, ought
from shailoo.model.base import LANGUAGES, Language
from shailoo.rules.shares import share_hundredths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.gate.facts import Facts
    from builder.gate.ought import Ought
    from builder.gate.readback import PageRead


@dataclass(slots=True)
class _WorkedOut:
    """What was worked out for the page in hand: its languages come one after the other, and differ in words only."""

    about: object
    tables: dict[str, Ought | None] = field(default_factory=dict)
    figures: dict[str, int | None] = field(default_factory=dict)
    complete: set[tuple[str, ...]] = field(default_factory=set)
    """Tables and figures that together were found to be all that there must be."""


class PageCheck:
    """Checks pages in every language against the counts of the elections they belong to."""

    def __init__(self, facts: Mapping[str, Facts]) -> None:
        self.facts = facts
        self._headings = {language: Headings(language) for language in LANGUAGES}
        self._known = _WorkedOut(None)

    def check(self, html: str, path: str, language: Language) -> None:
        """Read a page back. Raises PageDisagrees, naming page, table, row and column."""
        try:
            page = read_page(html)
            if page.stray:
                raise PageDisagrees("A figure stands outside every table.", page=path, text=page.stray)
            if page.page == "elections":
                self._list(page, path, language)
            elif page.page == "log":
                self._log(page, path, language)
            else:
                self._page(page, path, language)
                check_papers(page, html, self.facts[page.election], About.of(page), path)
        except Unreadable as error:
            raise PageDisagrees("A page cannot be read back.", page=path, because=str(error)) from error

    def _list(self, page: PageRead, path: str, language: Language) -> None:
        if [table.id for table in page.tables] != ["elections"] or page.figures or page.seats:
            raise PageDisagrees("The list of elections is one table.", page=path)
        for table in page.tables:
            self._headings[language].check(table, path)
            compare(table, elections(self.facts), language, path)

    def _log(self, page: PageRead, path: str, language: Language) -> None:
        """The page of the log counts no votes: one table at most, of words."""
        if {table.id for table in page.tables} - {"witnesses"} or page.figures or page.seats or page.documents:
            raise PageDisagrees("The page of the log has figures of an election.", page=path)
        for table in page.tables:
            self._headings[language].check(table, path)

    def _page(self, page: PageRead, path: str, language: Language) -> None:
        facts, about = self.facts[page.election], About.of(page)
        seen: set[str] = set()
        for table in page.tables:
            if table.id in seen:
                raise PageDisagrees("A table stands twice.", page=path, table=table.id)
            seen.add(table.id)
            self._headings[language].check(table, path)
            wanted = self._ought(table.id, facts, about, path)
            if wanted is None:
                only_figures(table)
            else:
                compare(table, wanted, language, path)
        self._complete(page, facts, about, path)
        self._figures(page, facts, about, path, self._headings[language])
        if page.seats:
            _hemicycle(page, facts, path)
        if page.areas:
            _map(page, facts, path)
        if page.page == "station":
            _texts(page, facts, about, path)

    def _ought(self, table: str, facts: Facts, about: About, path: str) -> Ought | None:
        answers = self._of(facts, about).tables
        if table not in answers:
            try:
                answers[table] = ought(table, facts, about)
            except LookupError as error:
                raise PageDisagrees(
                    "A table of something that the gate does not know.", page=path, table=table
                ) from error
        return answers[table]

    def _of(self, facts: Facts, about: About) -> _WorkedOut:
        known = (facts, facts.news, about)
        if self._known.about != known:
            self._known = _WorkedOut(known)
        return self._known

    def _complete(self, page: PageRead, facts: Facts, about: About, path: str) -> None:
        tables = (table.id for table in page.tables)
        what = (*tables, "", *(identity for identity, _, _ in page.figures), "seats" if page.seats else "")
        passed = self._of(facts, about).complete
        if what not in passed:
            check_complete(page, facts, about, path)
            passed.add(what)

    def _figures(self, page: PageRead, facts: Facts, about: About, path: str, headings: Headings) -> None:
        answers = self._of(facts, about).figures
        seen: set[str] = set()
        for identity, text, label in page.figures:
            if identity in seen:
                raise PageDisagrees("A figure stands twice.", page=path, figure=identity)
            seen.add(identity)
            if identity not in answers:
                try:
                    answers[identity] = figure(identity, facts, about)
                except LookupError as error:
                    raise PageDisagrees("A figure that the gate does not know.", page=path, figure=identity) from error
            known = answers[identity]
            found = share(text) if identity.endswith(".share") else number(text)
            if found != known:
                raise PageDisagrees(
                    "A figure differs from the sum of the signed texts.",
                    page=path, figure=identity, expected=known, found=found,
                )  # fmt: skip
            headings.check_figure(identity, label, path)


def _texts(page: PageRead, facts: Facts, about: About, path: str) -> None:
    """A station's page shows every signed text of its boxes, each whole and once."""
    told = sorted(note.rsplit("\n\n", 1)[0] + "\n" for note in facts.notes.get(about.place, ()))
    if sorted(text.lstrip("\n") for text in page.notes) != told:
        raise PageDisagrees("The signed texts on the page are not those of the station.", page=path)


def _hemicycle(page: PageRead, facts: Facts, path: str) -> None:
    """Seats as the rule gives them, beside the list's name and as many dots of its colour."""
    found: dict[str, int] = {}
    for row, _, text in page.seats:
        if row in found:
            raise PageDisagrees("A list has seats twice.", page=path, row=row)
        found[row] = number(text) or 0
    if page.seat_marks and page.seat_marks != found:
        raise PageDisagrees("The dots of the hemicycle are not the seats beside it.", page=path)
    found.pop("districts", None)
    given = {row: seats for row, seats in facts.seats().items() if seats}
    if {row: seats for row, seats in found.items() if seats} != given:
        raise PageDisagrees("The seats on the page are not what the rule gives.", page=path)


def _map(page: PageRead, facts: Facts, path: str) -> None:
    """Each region has the colour of the last step of the legend that its turnout reaches, and says its own share."""
    if page.legend != sorted(set(page.legend)) or not page.legend:
        raise PageDisagrees("The steps of a map's legend are out of order.", page=path)
    for region, (colour, title) in page.areas.items():
        voters = facts.voters("region", region)
        known = facts.boxes("region", region) > 0 and voters > 0
        took_part = facts.participants("region", region) if known else 0
        step = max((n for n, bound in enumerate(page.legend) if 100 * took_part >= bound * voters), default=0)
        wanted = f"c{step}" if known else "cn"
        told = share(title.rpartition(":")[2])
        if colour != wanted or told != (share_hundredths(took_part, voters) if known else None):
            raise PageDisagrees(
                "A region of the map has another colour or share than its turnout.", page=path, region=region
            )
