"""What the pages of cases show. Numbers, codes and names in the reader's language; nothing private ever comes here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from builder.cases.figures import KindFigures, PlaceRow, figures_of
from shailoo.i18n import catalog
from shailoo.model.base import stamp
from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER
from shailoo.model.case_kind import asked_of
from shailoo.rules.case_standing import standing_of
from shailoo.rules.documents import CASE_PAPER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from builder.cases.book import CaseBook
    from builder.night import Night
    from shailoo.model.base import Language
    from shailoo.model.case import CaseAct, Facts
    from shailoo.model.case_kind import CaseForm, CaseKind, Portal
    from shailoo.model.election import Election
    from shailoo.rules.case_standing import CaseStanding

PORTALS: Final[tuple[Portal, ...]] = ("tizme", "talapker", "results")
OTHERS = "others"
"""Row of those that are not told one by one."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of figures: its key, its name, its numbers; None where a number may not be told."""

    key: str
    name: str
    cells: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class KindView:
    """The figures of a kind."""

    kind: str
    title: str
    filed: int
    statuses: tuple[Row, ...]
    places: tuple[Row, ...]
    register: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is told of a case."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a case."""

    label: str
    at: str
    """UTC."""
    by: str
    reason: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case of a public register."""

    number: int
    title: str
    kind: str
    status: str
    commission: str
    station: str
    filed: str
    due: str
    changed: str
    facts: tuple[Fact, ...]
    steps: tuple[Step, ...]
    copies: tuple[tuple[str, str], ...] = ()
    """Approved copies of its papers: (address, name)."""


def kind_views(book: CaseBook, night: Night, language: Language) -> list[KindView]:
    """The figures of every kind of which anything was filed, whatever its portal."""
    found: list[KindView] = []
    for portal in PORTALS:
        found += [_kind(book.kinds[one.kind], one, night, language) for one in figures_of(book, night.election, portal)]
    return found


def _kind(kind: CaseKind, figures: KindFigures, night: Night, language: Language) -> KindView:
    word, say = catalog("shailoo", language).gettext, catalog("builder", language)
    labels = {status.name: word(status.label) for status in kind.statuses}
    statuses = [Row(name, labels[name], (cases,)) for name, cases in figures.statuses if cases is not None]
    if figures.others:
        statuses.append(Row(OTHERS, say.gettext("Other statuses together"), (figures.others,)))
    places = [Row(one.region or OTHERS, _region(one, night, language), (one.filed, one.decided))
              for one in figures.regions]  # fmt: skip
    places += [Row(f"{one.region}/{one.id or OTHERS}", _commission(one, night, language), (one.filed, one.decided))
               for one in figures.commissions]  # fmt: skip
    return KindView(kind.name, word(kind.title), figures.filed, tuple(statuses), tuple(places), kind.register)


def _region(row: PlaceRow, night: Night, language: Language) -> str:
    if not row.region:
        return catalog("builder", language).gettext("Other regions together")
    return night.election.region_by_id[row.region].name.text(language)


def _commission(row: PlaceRow, night: Night, language: Language) -> str:
    region = night.election.region_by_id[row.region].name.text(language)
    if not row.id:
        return f"{region}: {catalog('builder', language).gettext('other commissions together')}"
    return f"{region}: {night.election.commission_by_id[row.id].name.text(language)}"


def case_view(case: str, book: CaseBook, night: Night, language: Language) -> CaseView:
    """A case as everybody may see it."""
    filed, acts = book.state.told[case]
    row, kind = book.state.rows[case], book.kinds[filed.kind]
    word = catalog("shailoo", language).gettext
    standing = standing_of(kind, filed, row.number, acts)
    return CaseView(
        number=row.number,
        title=word(kind.title),
        kind=kind.name,
        status=word(kind.status(row.status).label),
        commission=commission_name(night.election, standing.body, language),
        station=filed.station or "",
        filed=stamp(filed.filed),
        due=stamp(filed.due) if filed.due is not None else "",
        changed=stamp(acts[-1].entered if acts else filed.filed),
        facts=tuple(told_facts(kind.form, filed.told, language)),
        steps=tuple(_steps(standing, night.election, language)),
        copies=tuple(_copies(row.number, filed.station, night)),
    )


def told_facts(form: type[CaseForm] | None, told: Facts, language: Language) -> Iterable[Fact]:
    """What was told, in the order of the form, under its labels; choices in words."""
    if form is None:
        return
    word = catalog("shailoo", language).gettext
    for name, asked in asked_of(form).items():
        if name in told:
            value = str(told[name])
            yield Fact(word(asked.label), word(asked.choices[value]) if value in asked.choices else value)


def _steps(standing: CaseStanding, election: Election, language: Language) -> Iterable[Step]:
    word, say = catalog("shailoo", language).gettext, catalog("builder", language)
    built_in: Mapping[str, str] = {
        CONFIRM: say.gettext("Confirmed by a second official"),
        DECLINE: say.gettext("Declined by a second official"),
        CORRECT: say.gettext("Corrected"),
        TRANSFER: say.gettext("Transferred"),
    }
    for act in standing.acts:
        rule = standing.kind.act(about(act, standing.acts))
        told = rule is not None and rule.told
        label = built_in.get(act.act) or (word(rule.label) if rule is not None else act.act)
        by = say.gettext("the applicant") if act.by is None else commission_name(election, act.by.commission, language)
        form = None if rule is None else rule.form
        facts = tuple(told_facts(form, act.told, language)) if told else ()
        yield Step(label, stamp(act.entered), by, (act.reason or "") if told else "", facts)


def about(act: CaseAct, acts: Sequence[CaseAct]) -> str:
    """The act of the kind that a record is about: a confirmation is about what it confirms."""
    return acts[act.of - 1].act if act.of is not None and act.of <= len(acts) else act.act


def commission_name(election: Election, commission: str, language: Language) -> str:
    """What a commission is called; a precinct's by its number."""
    known = election.commission_by_id.get(commission)
    if known is not None:
        return known.name.text(language)
    say = catalog("builder", language)
    return say.gettext("Precinct commission № {number}", number=commission.removeprefix("pec-"))


def _copies(number: int, station: str | None, night: Night) -> Iterable[tuple[str, str]]:
    for document in night.state.documents.at(station):
        of, _, at = (document.part or "").rpartition("-")
        if document.kind == CASE_PAPER and of == str(number) and document.shown is not None:
            (path, _), *_ = document.files(document.shown[0])
            yield f"/results/{path}", at
