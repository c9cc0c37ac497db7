"""Which sentences a program says, taken out of its source and its templates.

`python -m tests.law.messages builder ky` prints, ready for the catalogue, the entries that are not translated yet.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

from shailoo.i18n import po_path, read_catalog
from shailoo.model.base import LANGUAGES
from tests.law.source import PROGRAMS, ROOT, project_files

Sentence = str | tuple[str, str]
"""One sentence, or its English singular and plural."""

FUNCTIONS = {"_": None, "gettext": None, "msgid": None, "ngettext": (1, 2)}
"""What marks a sentence. `msgid` marks one that is shown elsewhere, through a variable."""

TEMPLATES = ("builder/theme/", "sites/")
"""Folders of templates, besides those inside a program; all of these speak through the builder."""

PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w*)(?:![rs])?(?::[^{}]*)?\}")


def sentences(program: str) -> dict[Sentence, list[str]]:
    """Every sentence of a program, with the places (`file:line`) that say it."""
    found: dict[Sentence, list[str]] = defaultdict(list)
    for path in project_files():
        if path.parts[0] == program and path.suffix == ".py":
            for line, sentence in _python(path):
                found[sentence].append(f"{path}:{line}")
        elif _is_template(path, program):
            for line, sentence in _template(path):
                found[sentence].append(f"{path}:{line}")
    return dict(found)


def _is_template(path: Path, program: str) -> bool:
    spoken_by = path.parts[0] if path.parts[0] != "sites" else "builder"
    if spoken_by != program:
        return False
    in_templates = path.parts[0] == "sites" and path.parts[2:3] == ("templates",)
    return path.suffix in {".j2", ".jinja"} or (path.suffix == ".html" and ("theme" in path.parts or in_templates))


def _python(path: Path) -> Iterator[tuple[int, Sentence]]:
    with (ROOT / path).open("rb") as file:
        for line, function, messages, _ in extract_python(file, FUNCTIONS, (), {}):
            yield from _sentence(line, function, messages)


def _template(path: Path) -> Iterator[tuple[int, Sentence]]:
    options = {"silent": "false", "trimmed": "true", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"}
    with (ROOT / path).open("rb") as file:
        for line, function, messages, _ in babel_extract(file, tuple(FUNCTIONS), (), options):
            yield from _sentence(line, function, messages)


def _sentence(line: int, function: object, messages: object) -> Iterator[tuple[int, Sentence]]:
    """Shape what the extractors give; an argument that is not written out there is None or missing."""
    said = messages if isinstance(messages, tuple | list) else (messages,)
    match function, tuple(said):
        case "ngettext", (str(singular), str(plural), *_):
            yield line, (singular, plural)
        case _, (str(sentence), *_) if sentence:
            yield line, sentence
        case _:
            pass  # `gettext(row.label)`: the label is marked with `msgid` where it is written


def placeholders(text: str) -> set[str]:
    """Names that are filled in: `{name}`, `{name:format}` and `%(name)s`."""
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def untranslated(program: str, language: str) -> dict[Sentence, list[str]]:
    """Sentences of a program that its catalogue lacks, leaves empty or has in doubt."""
    chosen = next(known for known in LANGUAGES if known == language)
    path = po_path(program, chosen)
    catalogue = read_catalog(path, chosen) if path.exists() else Catalog(chosen)
    return {
        sentence: places for sentence, places in sentences(program).items() if not _said(catalogue.get(_key(sentence)))
    }


def _key(sentence: Sentence) -> str:
    return sentence if isinstance(sentence, str) else sentence[0]


def _said(message: Message | None) -> bool:
    if message is None or message.fuzzy or not message.string:
        return False
    return isinstance(message.string, str) or all(message.string)


def main(program: str, language: str) -> None:
    """Print what is missing as entries of a .po file, each with the first places that say it."""
    missing = Catalog(language)
    for sentence, places in untranslated(program, language).items():
        missing.add(sentence, auto_comments=places[:3])
    write_po(sys.stdout.buffer, missing, omit_header=True, width=120)


if __name__ == "__main__":
    if len(sys.argv) != len(("module", "program", "language")) or sys.argv[1] not in PROGRAMS:
        sys.exit("python -m tests.law.messages PROGRAM LANGUAGE, for example: builder ky")
    main(*sys.argv[1:])
