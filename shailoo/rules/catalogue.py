"""The rule versions as a page of the documentation; a test keeps docs/rules.md equal to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from shailoo.rules import arithmetic, results
from shailoo.rules.rulebook import LIST_RULES, RULES, RuleVersion


def rules_page() -> str:
    """Return docs/rules.md, byte for byte."""
    return "\n".join(
        (
            "# Rules by name and version",
            "",
            "Generated from `shailoo/rules`; `python -m tests.rules.write_rules_page` writes it again. An election",
            "package names its rules by these names. Where the text of the law was not found, or is silent, the answer",
            "is *undetermined*, never a guess.",
            "",
            "## Who receives seats",
            "",
            *_table(RULES.values()),
            "",
            "## Who of an open list is elected",
            "",
            *_table(LIST_RULES.values()),
            "",
            *_details((*RULES.values(), *LIST_RULES.values())),
            "## Reasons in an answer",
            "",
            "| reason | sentence |",
            "| --- | --- |",
            *(f"| `{reason.value}` | {sentence} |" for reason, sentence in results.SENTENCES.items()),
            "",
            "## Arithmetic that is checked before anything is published",
            "",
            "| rule | sentence |",
            "| --- | --- |",
            *(f"| `{rule}` | {sentence} |" for rule, sentence in arithmetic.SENTENCES.items()),
            "",
        )
    )


def _table(rules: Iterable[RuleVersion]) -> Iterable[str]:
    yield "| name | version | in force | decides |"
    yield "| --- | --- | --- | --- |"
    for rule in rules:
        yield f"| [`{rule.name}`](#{rule.name}) | {rule.version} | {_dates(rule.since, rule.until)} | {rule.decides} |"


def _details(rules: Iterable[RuleVersion]) -> Iterable[str]:
    for rule in rules:
        yield f"### {rule.name} {{#{rule.name}}}"
        yield ""
        yield f"{rule.title}. {rule.citation}"
        yield ""
        yield f"*Silent or not found:* {rule.silent}."
        yield ""
        if rule.sources:
            yield "Sources: " + ", ".join(f"<{source}>" for source in rule.sources)
            yield ""


def _dates(since: date | None, until: date | None) -> str:
    if since is None and until is None:
        return "not found"
    return f"{since or '?'} to {until or 'now'}"
