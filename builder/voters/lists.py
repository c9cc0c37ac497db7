"""The pages with names: the list of one polling station, and of those who took part, in pages cut by content.

A page holds names, letters, and links to the page before and after; nothing on it changes when another page does. The
stage of the list, its election, counts and dates stand on the station's page and in the strip that every page shows.
4.3 million names stand here three times, so names are joined and not drawn: the words around them are made once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from builder.voters.drawn import Drawn
from builder.voters.list_pages import Leaf, leaves
from shailoo.i18n import catalog
from shailoo.i18n import msgid as _
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.voter_list import PersonName

Kind = Literal["list", "took-part"]
"""Which list, and the folder of its pages below that of the station."""
KINDS: tuple[Kind, ...] = ("list", "took-part")
NAMES: dict[Kind, str] = {
    "list": _("Voter list, polling station № {number}"),
    "took-part": _("Those who took part, polling station № {number}"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """What the index of a list says of one of its pages: where it is, and its first and last surname."""

    href: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class CutList:
    """One list, cut, with the HTML of its pages' names: the same in every language."""

    station: str
    kind: Kind
    people: Sequence[PersonName]
    pages: Sequence[Leaf]
    names: Sequence[str]

    def spans(self) -> list[Span]:
        """The index of the list, for the station's page; addresses are relative to it."""
        return [
            Span(f"{self.kind}/{leaf.key}/", self.people[leaf.start].surname, self.people[leaf.end - 1].surname)
            for leaf in self.pages
        ]


def cut(station: str, kind: Kind, people: Sequence[PersonName]) -> CutList:
    """Cut a list and write its names, once for all languages. `people` in the order of the Kyrgyz alphabet."""
    pages = leaves(people)
    return CutList(station, kind, people, pages, [names(people[leaf.start : leaf.end]) for leaf in pages])


def names(people: Sequence[PersonName]) -> str:
    """HTML of people under the letters that their surnames begin with.

    Each person is a line of the file: `<li>`, then the parts of the name with tabs between them, which a browser shows
    as spaces. So whoever checks the digest of a list takes these lines as they are.
    """
    parts: list[str] = []
    letter = ""
    block: list[str] = []
    for person in people:
        if not person.surname.startswith(letter) or not block:
            if block:
                parts.append(_block(letter, block))
            letter, block = person.surname[:1], []
        block.append("\t".join(person))
    if block:
        parts.append(_block(letter, block))
    return "\n".join(parts)


def _block(letter: str, block: list[str]) -> str:
    lines = escape("\n".join(block), quote=False).replace("\n", "\n<li>")
    return f'<h2>{escape(letter.upper())}</h2>\n<ul class="names">\n<li>{lines}\n</ul>'


class ListPages:
    """Draws the pages of every list in one language."""

    def __init__(self, language: Language) -> None:
        gettext = catalog("builder", language).gettext
        self._home = f"/tizme/{language}/station/"
        self._named = {kind: gettext(sentence) for kind, sentence in NAMES.items()}
        self._station = gettext("Polling station № {number}")
        self._back, self._on = gettext("Previous page"), gettext("Next page, from {surname}")
        self._neighbours = gettext("Pages of this list")
        self._missing = gettext("My name is not here, or there is a mistake")
        self._correct = f"/tizme/{language}/about/correct/"

    def pages(self, cut_list: CutList) -> Iterator[Drawn]:
        """Every page of a list."""
        station, kind = cut_list.station, cut_list.kind
        title = self._named[kind].format(number=station)
        crumbs = (
            f'<p class="crumbs"><a href="{self._home}{station}/">{escape(self._station.format(number=station))}</a></p>'
        )
        keys = [leaf.key for leaf in cut_list.pages]
        for number, (span, leaf) in enumerate(zip(cut_list.spans(), cut_list.pages, strict=True)):
            links = ""
            if number:
                links += f'<a href="../{keys[number - 1]}/" rel="prev">{escape(self._back)}</a>'
            if number + 1 < len(keys):
                following = self._on.format(surname=cut_list.people[leaf.end].surname)
                links += f'<a href="../{keys[number + 1]}/" rel="next">{escape(following)}</a>'
            links += f'<a href="{self._correct}">{escape(self._missing)}</a>'
            range_ = f"{span.first} – {span.last}"
            main = (
                f"{crumbs}<h1>{escape(title)} <small>{escape(range_)}</small></h1>\n{cut_list.names[number]}\n"
                f'<nav class="pager" aria-label="{escape(self._neighbours)}">{links}</nav>'
            )
            yield Drawn(f"station/{station}/{span.href}", f"{title}: {range_}", "", main, indexed=False)


def every_language() -> dict[Language, ListPages]:
    """The pages in the three languages."""
    return {language: ListPages(language) for language in LANGUAGES}
