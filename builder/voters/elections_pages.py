"""The page of past elections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from builder.voters import numbers_draw as draw
from builder.voters.drawn import Drawn
from builder.voters.elections_history import NOTES, PastElection, past_elections
from builder.voters.numbers_draw import Scene
from builder.voters.numbers_view import Numbers
from shailoo.i18n import NO_SHARE, share
from shailoo.model.base import LANGUAGES, Language


@dataclass(frozen=True, slots=True)
class PastRow:
    """One election in one language."""

    row: PastElection
    name: str
    published: str
    """The turnout as published, with "about" where only a rounded one is known."""
    note: str
    sources: tuple[str, ...]


def pages(numbers: Numbers, language: Language) -> Iterable[Drawn]:
    """The one page of this family."""
    gettext = draw.words(language).gettext
    scene = Scene(language, numbers.made)
    whole = [one for one in past_elections() if one.scope == "country" and one.precision != "figures-rounded"]
    points = {one.day: max(other.registered for other in whole if other.day == one.day) for one in whole}
    scene.growth = draw.growth(sorted(points.items()), gettext("Voters on the lists, election by election"))
    rows = [_row(one, language) for one in reversed(past_elections())]
    yield Drawn(
        path="numbers/elections/",
        title=gettext("Voters and turnout of past elections"),
        description=gettext("Voters on the lists and turnout of past elections and referendums, with their sources."),
        main=draw.render("past_elections", language, rows, scene),
    )


def _row(one: PastElection, language: Language) -> PastRow:
    gettext = draw.words(language).gettext
    published = NO_SHARE if one.turnout is None else share(one.turnout, 10_000, language)
    if one.precision == "rounded" and one.turnout is not None:
        published = gettext("about {share}", share=f"{one.turnout // 100}\u202f%")
    return PastRow(
        one,
        one.name[LANGUAGES.index(language)],
        published,
        gettext(NOTES[one.note]) if one.note else "",
        tuple(part.strip() for part in one.source.split(";")),
    )
