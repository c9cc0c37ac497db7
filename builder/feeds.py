"""What changed, as Atom (RFC 4287) for readers and JSON for programs: of a station, a region, the country.

Made when a page is written and not when it is drawn: only then is it known with which version an event became public.
Strings are joined and not drawn from templates, because a full build makes a feed for every station. A station has one
feed whose titles say everything in three languages; regions and the country have one for each language. Addresses
begin at the root of the host (RFC 3987 allows it, section 4.2.6 of RFC 4287 does not for `id`, which is a UUID).
"""

from __future__ import annotations

import re
from html import escape as _escape
from typing import TYPE_CHECKING, Final

from builder import views
from builder.change_files import cut_value, feed_value
from builder.change_views import ChangesView
from builder.changes import event_row
from builder.events import uuid_of
from builder.render.happenings import Happenings
from builder.render.words import CAUSE, CHANGED, STATUS_LINE, STATUS_TITLE
from builder.store import open_json
from shailoo.i18n import catalog, number, signed
from shailoo.model.base import LANGUAGES, Language, stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from builder.change_views import ChangedLine, Cut
    from builder.events import Event, Told
    from builder.night import Night

MOST_CUTS: Final = 50
"""Kept versions that a feed tells of; all of them stand in the history of versions."""
_UNKNOWN: Final = "\u2014"
_HEAD: Final = '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{}">\n'
_XHTML: Final = "http://www.w3.org/1999/xhtml"

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold (section 2.2), not even as a reference: a reason may have been pasted."""


def escape(text: str) -> str:
    """Text as XML, for elements and attributes."""
    return _escape(_NOT_XML.sub("\ufffd", text))


class Feeds:
    """The feeds of one election. Remembers the sentences that many stations repeat."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self._names = night.plan.names
        self._data = f"/results/data/{night.election.id}/changes"
        self._speak = {language: Happenings(language, catalog("builder", language)) for language in LANGUAGES}
        self._titles: dict[tuple[object, ...], str] = {}
        commission = night.election.commission_by_id.get("cec")
        name = commission.name if commission is not None else night.election.short_name
        self._ending = {language: self._ends(language) for language in LANGUAGES}
        self._author = {language: escape(name.text(language)) for language in LANGUAGES}

    def files(self, view: views.View) -> Iterable[tuple[str, bytes]]:
        """The feeds that belong to a page: (path below the portal, bytes)."""
        match view:
            case views.StationView(place=place):
                return self._station(place)
            case ChangesView(place=region):
                return self._region(region) if region is not None else self._country()
            case _:
                return ()

    def _ends(self, language: Language) -> str:
        """What every title ends with: a feed travels alone, and must say how far it can be relied on."""
        gettext, head = self._speak[language].gettext, self._names.head
        parts = [self.night.election.short_name.text(language), gettext(STATUS_TITLE[head.status])]
        if head.synthetic:
            parts.append(gettext("synthetic figures"))
        return " — ".join(part for part in parts if part)

    # --- of a station: one feed in three languages ---

    def _station(self, place: views.Place) -> Iterable[tuple[str, bytes]]:
        told = self.night.chronicle.station(place.id)
        where = f"{self._data}/station/{place.id}"
        links = "".join(
            f'<link rel="alternate" type="text/html" hreflang="{language}"'
            f' href="/results/{language}/{self.night.election.id}/station/{place.id}/"/>'
            for language in LANGUAGES
        )
        title = " · ".join(self._speak[language].gettext("Polling station № {number}", number=place.number)
                           for language in LANGUAGES)  # fmt: skip
        name = " · ".join(self._ending.values())
        text = self._whole(
            ("mul", f"station/{place.id}"),
            f"{title} — {name}",
            " · ".join(self._author.values()),
            told[-1].published if told else "",
            f'<link rel="self" type="application/atom+xml" href="{where}.atom"/>{links}'
            f'<link rel="alternate" type="application/json" href="{where}.json"/>',
        )
        text += [self._entry(one, self._in_all(one.event), links) for one in reversed(told)]
        text.append("</feed>\n")
        yield f"{where.removeprefix('/results/')}.atom", "".join(text).encode()
        yield f"{where.removeprefix('/results/')}.json", self._json("station", place.id, told)

    def _in_all(self, event: Event) -> str:
        """An event in three languages, escaped."""
        key = (event.what, event.detail, event.act, event.body, event.measures, event.reverses)
        known = self._titles.get(key)
        if known is None:
            row = event_row(self._names, event)
            told = dict.fromkeys(self._speak[language].said(row, with_box=False) for language in LANGUAGES)
            known = self._titles[key] = escape(" · ".join(told))
        return f"{known} · {event.box}" if event.box else known

    # --- of a region, and of the country: one feed for each language ---

    def _region(self, place: views.Place) -> Iterable[tuple[str, bytes]]:
        told = self.night.chronicle.region(place.id)
        for language in LANGUAGES:
            title = f"{place.name.text(language)} — {self._ending[language]}"
            yield self._feed(language, f"{place.id}/", title, told, ())
        yield f"{self._data}/region/{place.id}.json".removeprefix("/results/"), self._json("region", place.id, told)

    def _country(self) -> Iterable[tuple[str, bytes]]:
        told, cuts = self.night.chronicle.country, self.night.cuts[-MOST_CUTS:]
        for language in LANGUAGES:
            yield self._feed(language, "", self._ending[language], told, cuts)
        yield f"{self._data}.json".removeprefix("/results/"), self._json("country", "", told, cuts)

    def _feed(
        self, language: Language, tail: str, title: str, told: Sequence[Told], cuts: Sequence[Cut]
    ) -> tuple[str, bytes]:
        speak, election = self._speak[language], self.night.election.id
        page = f"/results/{language}/{election}/changes/{tail}"
        data = f"{self._data}/region/{tail[:-1]}.json" if tail else f"{self._data}.json"
        others = "".join(
            f'<link rel="alternate" type="application/atom+xml" hreflang="{code}"'
            f' href="/results/{code}/{election}/changes/{tail}feed.atom"/>'
            for code in LANGUAGES
            if code != language
        )
        entries: list[tuple[int, str]] = [
            (one.version, self._entry(one, self._said(one.event, speak), self._page_of(one.event, language)))
            for one in told
        ]
        entries += [(cut.number, self._cut(cut, speak)) for cut in cuts]
        entries.sort(key=lambda entry: entry[0])  # stable: of one version its events first, then that it is kept
        what = speak.gettext("What changed")
        text = self._whole(
            (language, f"{language}/{tail}"),
            f"{what}: {title}",
            self._author[language],
            max(told[-1].published if told else "", cuts[-1].at if cuts else ""),
            f"<subtitle>{escape(speak.gettext(STATUS_LINE[self._names.head.status]))}</subtitle>"
            f'<link rel="self" type="application/atom+xml" href="{page}feed.atom"/>'
            f'<link rel="alternate" type="text/html" hreflang="{language}" href="{page}"/>'
            f'<link rel="alternate" type="application/json" href="{data}"/>{others}',
        )
        text += [*(entry for _, entry in reversed(entries)), "</feed>\n"]
        return f"{page.removeprefix('/results/')}feed.atom", "".join(text).encode()

    def _said(self, event: Event, speak: Happenings) -> str:
        row = event_row(self._names, event)
        where = speak.where(row)
        return escape(f"{where}: {speak.said(row)}" if where else speak.said(row))

    def _page_of(self, event: Event, language: Language) -> str:
        """The page on which to look: the station's, else that of what is held and why, where acts and refusals are."""
        tail = f"station/{event.stations[0]}/" if len(event.stations) == 1 else _PAGES.get(event.what, "changes/")
        href = f"/results/{language}/{self.night.election.id}/{tail}"
        return f'<link rel="alternate" type="text/html" hreflang="{language}" href="{href}"/>'

    # --- parts ---

    def _whole(self, known: tuple[str, str], title: str, author: str, updated: str, links: str) -> list[str]:
        """The beginning of a feed; `known` are its language and its scope."""
        language, scope = known
        identity = uuid_of(f"feed {self.night.election.id} {scope}")
        newest = updated or stamp(self.night.beginning.published)
        about_it = f"<title>{escape(title)}</title><updated>{newest}</updated><author><name>{author}</name></author>"
        return [f"{_HEAD.format(language)}<id>urn:uuid:{identity}</id>{about_it}<rights>CC BY 4.0</rights>{links}\n"]

    @staticmethod
    def _entry(one: Told, title: str, links: str) -> str:
        event = one.event
        reason = f"<summary>{escape(event.reason)}</summary>" if event.reason else ""
        return (
            f"<entry><id>urn:uuid:{event.id}</id><title>{title}</title><updated>{one.published}</updated>"
            f'<category term="{event.what}"/>{links}{reason}</entry>\n'
        )

    def _cut(self, cut: Cut, speak: Happenings) -> str:
        """A kept version with every national figure, before and now, and why."""
        gettext, language, election = speak.gettext, speak.language, self.night.election.id
        identity = uuid_of(f"version {election} {cut.number} {cut.at}")
        title = gettext("Version {number} is kept", number=cut.number)
        causes = "; ".join(f"{gettext(CAUSE[cause])}: {number(count)}" for cause, count in cut.causes)
        parts = [_lines(cut.figures, lambda line: gettext(CHANGED[line.key]))]
        for contest in cut.contests:
            listed = _lines(
                contest.lines,
                lambda line: line.option.name.text(language) if line.option else gettext(CHANGED[line.key]),
            )
            parts.append(f"<h3>{escape(contest.name.text(language))}</h3>{listed}")
        since = ""
        if cut.previous is not None:
            told = gettext("Since version {number}", number=cut.previous)
            since = f"<p>{escape(told)}</p>"
        href = f"/results/{language}/{election}/v/{cut.number}/"
        return (
            f"<entry><id>urn:uuid:{identity}</id><title>{escape(title)}</title><updated>{cut.at}</updated>"
            f'<category term="kept"/><link rel="alternate" type="text/html" hreflang="{language}" href="{href}"/>'
            f'<summary>{escape(causes)}</summary><content type="xhtml"><div xmlns="{_XHTML}">'
            f"{since}{''.join(parts)}</div></content></entry>\n"
        )

    def _json(self, kind: str, place: str, told: Sequence[Told], cuts: Sequence[Cut] | None = None) -> bytes:
        value = feed_value(self._names.head, (kind, place), told, self._entry_of)
        if cuts is not None:
            value["cuts"] = [cut_value(cut) for cut in reversed(cuts)]
        return open_json(value)

    def _entry_of(self, event: Event) -> int | None:
        """The number of the event's signed text in the log."""
        return self.night.state.logged.get((event.box, event.sha256)) if event.sha256 else None


_PAGES: Final = {
    "act": "held/",
    "refused": "held/",
    "cells-opened": "",
    **dict.fromkeys(
        ("document-received", "document-public", "document-unreadable", "document-withdrawn"), "documents/"
    ),
}
"""Where to look for what concerns no single station."""


def _lines(lines: Iterable[ChangedLine], name: Callable[[ChangedLine], str]) -> str:
    """A list of figures, `name: before → now (difference)`."""
    return f"<ul>{''.join(f'<li>{escape(name(line))}: {_change(line)}</li>' for line in lines)}</ul>"


def _change(line: ChangedLine) -> str:
    before, now = (_UNKNOWN if figure is None else number(figure) for figure in (line.before, line.now))
    if line.before is None or line.now is None:
        return f"<b>{before}</b> → <b>{now}</b>"
    return f"<b>{before}</b> → <b>{now}</b> ({signed(line.now - line.before)})"
