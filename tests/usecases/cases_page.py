"""Writes the kinds of docs/cases.md from their declarations: `python -m tests.usecases.cases_page`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from types import NoneType
from typing import Final, assert_never, get_args

from shailoo.kinds import KINDS
from shailoo.model.case_kind import (
    ActRule,
    AtOnce,
    CaseForm,
    CaseKind,
    ClockRule,
    Days,
    DocumentRule,
    Hours,
    Length,
    ListEffect,
    Phase,
    Shown,
    asked_of,
)
from shailoo.rules.holidays import DAYS_OFF
from tests.law.source import ROOT

DOCUMENT: Final = ROOT / "docs" / "cases.md"
_OWES: Final = {Phase.OPEN: "a commission", Phase.WAITING: "the applicant", Phase.CLOSED: "nobody"}
_SEEN: Final = {Shown.NEVER: "no", Shown.ALWAYS: "yes", Shown.REDACTED: "after redaction"}
_LIST: Final = {
    ListEffect.STATION: "the voter is on the list of the case's station",
    ListEffect.NAMED_STATION: "the voter is on the list of the station that the form names",
    ListEffect.ADD: "the voter is put on the list of the case's station",
    ListEffect.DATA: "the list carries what the decision corrects",
    ListEffect.DISABILITY: "the list notes a voter with a disability",
}


def kinds() -> str:
    """Every kind: who files it, the form, statuses, acts, clocks, and a diagram."""
    return "\n\n".join("\n".join(_kind(kind)) for kind in KINDS.values())


def days_off() -> str:
    """The days that the law names, in words."""
    return ", ".join(f"{day} {date(2000, month, 1):%B}" for month, day in sorted(DAYS_OFF)) + "."


def _kind(kind: CaseKind) -> Iterator[str]:
    yield f"### {kind.title} (`{kind.name}`)\n"
    yield f"{kind.purpose} {kind.article}. Version {kind.version} of the declaration.\n"
    yield f"- Filed to: the {kind.filed_to} commission{' above the station' if kind.needs_station else ''}."
    online = "after signing in" if kind.signed_in else "without signing in"
    yield f"- Who files: anybody online {online}; a commission enters what comes on paper or by telephone."
    window = "from the first to the last day of the election's calendar" if kind.opened_by_calendar else "on every day"
    yield f"- When: {window}."
    seen = "a page for every case in the register" if kind.register else "figures only, never a case"
    yield f"- The public sees: {seen}."
    if kind.on_list is not None:
        names = ", ".join(f"`{name}`" for name in sorted(kind.on_list.in_force))
        yield f"- Voter list: while the case is {names}, {_LIST[kind.on_list.effect]}."
    if kind.transfer:
        yield f"- Transferred by: {_those(kind.transfer)}, or the commission that has it."
    yield "\nThe form:\n"
    yield from _form(kind.form)
    yield "\nDocuments:\n" if kind.documents else "\nNo documents."
    if kind.documents:
        yield from _table(("document", "words", "how many", "needed"), map(_document, kind.documents))
    yield "\nStatuses; every case is in exactly one:\n"
    yield from _table(
        ("status", "words", "who owes the next step", "in whose queue"),
        (
            (f"`{one.name}`", one.label, _OWES[one.phase], "-" if one.phase is Phase.CLOSED else one.owner or "its own")
            for one in kind.statuses
        ),
    )
    yield "\nActs:\n"
    yield from _table(("act", "words", "from", "to", "who", "how", "by law"), (_act(one) for one in kind.acts))
    forms = [one for one in kind.acts if one.form is not None]
    for one in forms:
        yield f"\nWhat `{one.name}` says:\n"
        assert one.form is not None
        yield from _form(one.form)
    yield "\nClocks:\n"
    yield from _table(
        ("clock", "words", "how long", "starts with", "stands still in", "met in", "never after", "by law"),
        (_clock(one) for one in kind.clocks),
    )
    yield ""
    yield from _diagram(kind)


def _form(form: type[CaseForm]) -> Iterator[str]:
    yield from _table(
        ("field", "question", "answer", "needed", "told in public"),
        (
            (
                f"`{name}`",
                asked.label,
                _answer(form, name),
                "no" if _optional(form, name) else "yes",
                _SEEN[asked.shown],
            )
            for name, asked in asked_of(form).items()
        ),
    )


def _optional(form: type[CaseForm], name: str) -> bool:
    return NoneType in get_args(form.model_fields[name].annotation)


def _answer(form: type[CaseForm], name: str) -> str:
    asked = asked_of(form)[name]
    if asked.by_device:
        return "the device's, never typed"
    if asked.choices:
        return "; ".join(asked.choices.values())
    named = {"line": "a line", "lines": "text", "yes": "a tick", "day": "a day", "phone": "a telephone number",
             "mail": "an e-mail address", "place": "a place of the address register", "number": "a number"}  # fmt: skip
    return named.get(asked.widget, asked.widget)


def _document(rule: DocumentRule) -> tuple[str, ...]:
    return f"`{rule.kind}`", rule.label, f"up to {rule.most}", "yes" if rule.needed else "no"


def _act(act: ActRule) -> tuple[str, ...]:
    how = [
        word
        for word, said in (
            ("by reason", act.reason),
            ("two officials", act.four_eyes),
            ("many at once", act.bulk),
            ("documents may come with it", act.documents),
            ("told in public", act.told),
            ("the applicant is told", act.notice),
        )
        if said
    ]
    after = "where it stands" if act.after is None else f"`{act.after}`"
    before = ", ".join(f"`{name}`" for name in sorted(act.before))
    return f"`{act.name}`", act.label, before, after, _who(act), ", ".join(how), act.article


def _who(act: ActRule) -> str:
    found = ["the applicant"] if act.applicant else []
    found += [_those(act.levels)] if act.levels else []
    return ", ".join([*found, *(["the commission that has it"] if act.body else [])])


def _those(levels: Sequence[str]) -> str:
    return ", ".join(levels)


def _clock(rule: ClockRule) -> tuple[str, ...]:
    def names(found: Iterable[str]) -> str:
        return ", ".join(f"`{name}`" for name in sorted(found)) or "-"

    long = _length(rule.length)
    if rule.on_election_day is not None:
        long += f"; started on election day or the day after: {_length(rule.on_election_day)}"
    last = "-" if rule.never_after is None else f"{rule.closes_at} on the day `{rule.never_after}`"
    starts = names(rule.starts) if rule.starts else "the filing"
    return f"`{rule.name}`", rule.label, long, starts, names(rule.pauses), names(rule.stops), last, rule.article


def _length(length: Length) -> str:
    match length:
        case Days(days=days, working=working):
            return f"{days} {'working' if working else 'calendar'} days"
        case Hours(hours=hours):
            return f"{hours} hours"
        case AtOnce():
            return "at once"
        case _:
            assert_never(length)


def _diagram(kind: CaseKind) -> Iterator[str]:
    """In the language of mermaid, which code forges draw; the table of acts says the same in words."""
    yield "```mermaid\nstateDiagram-v2"
    for status in kind.statuses:
        yield f'  state "{status.label}" as {_id(status.name)}'
    yield f"  [*] --> {_id(kind.first)}: filed"
    for act in kind.acts:
        for before in (one.name for one in kind.statuses if one.name in act.before):
            yield f"  {_id(before)} --> {_id(act.after or before)}: {act.label}"
    for status in kind.statuses:
        if status.phase is Phase.CLOSED:
            yield f"  {_id(status.name)} --> [*]"
    yield "```"


def _id(name: str) -> str:
    return name.replace("-", "_")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def renewed(text: str) -> str:
    """The document with what is generated as it must be now."""
    for name, made in (("days off", days_off()), ("kinds", kinds())):
        before, begin, rest = text.partition(f"<!-- {name}: generated -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        assert begin
        assert end
        text = f"{before}{begin}\n{made.rstrip()}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
