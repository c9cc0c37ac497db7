"""Data pages are stamped into the shell that MkDocs made.

MkDocs renders each portal's `404.html` once per language with `builder/theme/shell/main.html`; comments in it mark
where a data page differs. The shell is cut there once, and a page is then a joining of strings: a few microseconds,
where rendering through MkDocs took 43 ms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Self

LANGUAGES: Mapping[str, str] = {"ky": "Кыргызча", "ru": "Русский", "en": "English"}
"""Code → the language's own name, in the order in which the header offers them."""
POINTER = "/results/data/{election}/pointer.json"
_CUTS = re.compile(
    r"(?P<title>(?<=<title>).*?(?=</title>))"
    r"|<!--shell:(?P<gap>head|languages|state|main)-->.*?<!--/shell:(?P=gap)-->"
    r"|(?P<words>(?<=data-words=\").*?(?=\"))",
    re.DOTALL,
)
_GAPS = ("title", "head", "words", "languages", "state", "main")


@dataclass(frozen=True, slots=True)
class DataPage:
    """What a data page says about itself: the state bar above it and the attributes that `live.js` reads.

    `chip` and `sentence` are words in the page's language ("Preliminary", "Data of the boxes, of no legal force. The
    manual count decides."); `clock` is the time of the version in the election's zone as readers see it (`21:31:14`).
    `published_at` is UTC, `2021-11-28T15:31:14Z`. `version` and both times are those of the publication that last
    changed this page, not of the newest one. A page that never changes again (an archived version) does not `follow`.
    """

    election: str
    scope: str
    version: int
    published_at: str
    clock: str
    status: str
    chip: str
    sentence: str
    zone: str = "Asia/Bishkek"
    follow: bool = True

    def attributes(self) -> str:
        """Return the attributes of the page's main element, with a leading space."""
        pointer = f' data-pointer="{escape(POINTER.format(election=self.election))}"' if self.follow else ""
        return (
            f' data-page data-scope="{escape(self.scope)}" data-election="{escape(self.election)}"'
            f' data-version="{self.version}" data-zone="{escape(self.zone)}"{pointer}'
        )

    def state_bar(self, label: str, updated: str) -> str:
        """Return the state bar under its name; `updated` is the translated text around `#`, where the clock goes."""
        before, _, after = escape(updated).partition("#")
        return (
            f'<aside class="state state--{escape(self.status)}" aria-label="{escape(label)}" data-state>'
            '<div class="wrap">'
            f'<p data-live="state"><strong class="chip">{escape(self.chip)}</strong> {escape(self.sentence)}</p>'
            f'<p class="fresh"><span data-fresh>{before}<time datetime="{escape(self.published_at)}">'
            f"{escape(self.clock)}</time>{after}</span></p></div></aside>"
        )


@dataclass(frozen=True, slots=True)
class Shell:
    """One portal's page in one language, cut where pages differ."""

    portal: str
    language: str
    origin: str
    parts: tuple[str, ...]
    words: Mapping[str, str]

    @classmethod
    def load(cls, target: Path, portal: str, language: str, origin: str = "") -> Self:
        """Cut the shell out of `<target>/<portal>/<language>/404.html`, which `prose.build_prose` wrote.

        `origin` (`https://results.example`, no slash at its end) is put before canonical and alternate addresses;
        without it they are relative to whatever host serves them.

        Raises:
            ValueError: the page is not one of our shells: a mark is missing or stands elsewhere.
        """
        page = target / portal / language / "404.html"
        text = page.read_text("utf-8")
        parts: list[str] = []
        names: list[str] = []
        words: dict[str, str] = {}
        start = 0
        for cut in _CUTS.finditer(text):
            name = cut["gap"] or ("title" if cut["title"] is not None else "words")
            names.append(name)
            if name == "words":
                words = dict(pair.split("=", 1) for pair in unescape(cut["words"]).split("|"))
                continue
            parts.append(text[start : cut.start()])
            start = cut.end()
        if tuple(names) != _GAPS:
            raise ValueError(
                f"{page} is not a shell: found the marks {names}, expected {list(_GAPS)}. Rebuild the prose."
            )
        parts.append(text[start:])
        return cls(portal, language, origin, tuple(parts), words)

    def stamp(
        self,
        *,
        title: str,
        main: str,
        path: str,
        data: DataPage | None = None,
        alternates: Mapping[str, str] | None = None,
        description: str = "",
        head_extra: str = "",
        main_class: str = "wrap",
        follow: str = "",
    ) -> str:
        """Return a whole page.

        `title` and `description` are plain text; `main` and `head_extra` are HTML. `path` is the page's folder below
        `/<portal>/<language>/`, with a slash at its end ("" for the first page). `alternates` (language → address) is
        needed only where another language has another address; by default the same path is offered in every language.
        With `data` the page carries the state bar and follows the count. A page without it (the list of elections) may
        still `follow` the pointer of one election.
        """
        if alternates is None:
            alternates = {code: f"/{self.portal}/{code}/{path}" for code in LANGUAGES}
        head = f'<link rel="canonical" href="{self.origin}/{self.portal}/{self.language}/{path}">'
        if description:
            head += f'<meta name="description" content="{escape(description)}">'
        switch = ""
        for code, href in alternates.items():
            address = escape(href)
            head += f'<link rel="alternate" hreflang="{code}" href="{self.origin}{address}">'
            current = ' aria-current="true"' if code == self.language else ""
            switch += f'<a href="{address}" lang="{code}" hreflang="{code}"{current}>{LANGUAGES[code]}</a>'
        state, attributes = "", ""
        if data is not None:
            state = data.state_bar(self.words["state"], self.words["updated"])
            attributes = data.attributes()
        elif follow:
            pointer = escape(POINTER.format(election=follow))
            attributes = f' data-page data-scope="" data-election="" data-version="0" data-pointer="{pointer}"'
        to_title, to_head, to_switch, to_state, to_main, rest = self.parts
        return (
            f"{to_title}{escape(title)}{to_head}{head}{head_extra}{to_switch}{switch}{to_state}{state}{to_main}"
            f'<main id="main" class="{main_class}" data-md-component="main" tabindex="-1"{attributes}>\n'
            f"{main}\n</main>{rest}"
        )
