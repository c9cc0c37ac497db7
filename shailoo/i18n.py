"""Kyrgyz, Russian and English: sentences from gettext catalogues, and figures as each language writes them.

English sentences stand in the code and are their own keys. The other two are in
`<program>/locale/<language>/LC_MESSAGES/<program>.po`, read through Babel without a compiled copy, so that what a
translator saved is what the page says.

Placeholders in code and in `_("…", name=…)` of a template are `{name}`; those of `{% trans %}` blocks are jinja2's own
`%(name)s`. Both work at once in an environment with
`install_gettext_callables(catalog.gettext, catalog.ngettext, newstyle=False)` and the policy `ext.i18n.trimmed`.
"""

from __future__ import annotations

import gettext as stdlib_gettext
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.messages.catalog import Catalog as PoCatalog
from babel.messages.pofile import PoFileError, read_po

from shailoo.errors import NotFound, ShailooError
from shailoo.model.base import Language

NARROW_SPACE: Final = "\u202f"
"""Narrow no-break space: between groups of digits and before the per cent sign, in all three languages."""
MINUS: Final = "\u2212"
NO_SHARE: Final = "\u2014"
"""What stands instead of a share when there is nothing to take a share of. It is not zero."""


class Untranslated(ShailooError):
    """A sentence has no translation, and the caller asked to be told."""

    code = "untranslated"


class CatalogBroken(ShailooError):
    """A .po file cannot be read."""

    code = "catalog-broken"


def msgid(sentence: str) -> str:
    """Return the sentence unchanged: marks a sentence for translation where it is named, not shown."""
    return sentence


class Catalog:
    """The sentences of one program in one language. Made by `catalog`; immutable and shared."""

    __slots__ = ("_plural_index", "_plurals", "_singulars", "_strict", "language", "program")

    def __init__(
        self,
        program: str,
        language: Language,
        translations: PoCatalog | None,
        *,
        strict: bool,
    ) -> None:
        self.program = program
        self.language: Language = language
        self._strict = strict
        self._singulars: dict[str, str] = {}
        self._plurals: dict[str, tuple[str, ...]] = {}
        self._plural_index: Callable[[int], int] = _english_plural
        if translations is None:
            return
        self._plural_index = stdlib_gettext.c2py(translations.plural_expr)
        for message in translations:
            if message.fuzzy:
                continue
            match message.id, message.string:
                case str(sentence), str(text) if sentence and text:
                    self._singulars[sentence] = text
                case (str(singular), _), (tuple() | list()) as forms if all(forms):
                    self._plurals[singular] = tuple(forms)
                case _:
                    pass  # the header, and what is not translated yet

    def gettext(self, sentence: str, /, **values: object) -> str:
        """Translate `sentence` and fill in `{name}` for each value; without values braces stay as they are.

        Returns the English sentence when there is no translation. A strict catalogue raises Untranslated instead.
        Numbers go in as text that `number` or `share` has made.
        """
        text = self._singulars.get(sentence)
        if text is None:
            text = self._as_written(sentence)
        return text.format_map(values) if values else text

    def ngettext(self, singular: str, plural: str, n: int, /, **values: object) -> str:
        """Translate the form that goes with `n` and fill in the values, if any.

        `n` chooses the form and is not filled in by itself: pass `n=number(n)` for a placeholder `{n}`.
        """
        forms = self._plurals.get(singular)
        text = self._as_written(singular if n == 1 else plural) if forms is None else forms[self._plural_index(n)]
        return text.format_map(values) if values else text

    def _as_written(self, sentence: str) -> str:
        if self._strict and self.language != "en":
            raise Untranslated(
                "A sentence has no translation. Add it to the program's .po file.",
                program=self.program,
                language=self.language,
                missing=sentence,
            )
        return sentence


@cache
def catalog(program: str, language: Language, *, strict: bool = False) -> Catalog:
    """Return the catalogue of a program (`builder`, `edge_agent`, …) in one language; read once, then kept.

    `strict` makes a missing translation an error: for tests. A program without a .po file speaks English.
    Raises CatalogBroken for a .po file that does not parse, NotFound for a program that does not exist.
    """
    if language == "en":
        return Catalog(program, language, None, strict=strict)
    path = po_path(program, language)
    translations = read_catalog(path, language) if path.exists() else None
    return Catalog(program, language, translations, strict=strict)


def po_path(program: str, language: Language) -> Path:
    """Return where a program's catalogue lies, whether or not it is there."""
    found = find_spec(program)
    if found is None or found.origin is None:
        raise NotFound("There is no such program to translate.", program=program)
    return Path(found.origin).parent / "locale" / language / "LC_MESSAGES" / f"{program}.po"


def read_catalog(path: Path, language: Language) -> PoCatalog:
    """Parse one .po file. Raises CatalogBroken with file and line."""
    try:
        with path.open("rb") as file:
            return read_po(file, locale=language, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise CatalogBroken(
            "A translation file does not parse. Mend the line that the cause names.",
            file=path.name,
            language=language,
            cause=str(error),
        ) from error


def _english_plural(n: int) -> int:
    return int(n != 1)


def number(n: int) -> str:
    """Write a whole number in groups of three: `1 293 947`, negative with a true minus. The same in every language."""
    return f"{n:,}".replace(",", NARROW_SPACE).replace("-", MINUS)


def signed(n: int) -> str:
    """Write a difference with its sign: `+12`, `−3 926`, `0`."""
    return f"+{number(n)}" if n > 0 else number(n)


def share(part: int, base: int, language: Language) -> str:
    """Write `part` of `base` in per cent with two decimals: `34,17 %`, in English `34.17 %`.

    Rounded half up from the whole numbers. A base of zero gives a dash, because nothing is no share of nothing. Raises
    ValueError when the share would leave 0 to 100. For the eye only: thresholds compare whole numbers.
    """
    if not 0 <= part <= base:
        message = f"a share lies between 0 and its base: {part} of {base}"
        raise ValueError(message)
    if base == 0:
        return NO_SHARE
    whole, hundredths = divmod((part * 20_000 + base) // (2 * base), 100)
    mark = "." if language == "en" else ","
    return f"{whole}{mark}{hundredths:02d}{NARROW_SPACE}%"


_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    # With the possessive ending, as in «2021-жылдын 28-ноябры».
    "ky": (
        "январы", "февралы", "марты", "апрели", "майы", "июну",
        "июлу", "августу", "сентябры", "октябры", "ноябры", "декабры",
    ),
    "ru": (
        "января", "февраля", "марта", "апреля", "мая", "июня",
        "июля", "августа", "сентября", "октября", "ноября", "декабря",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


def local_date(day: date, language: Language) -> str:
    """Write a day in full: `2021-жылдын 28-ноябры`, `28 ноября 2021 года`, `28 November 2021`."""
    month = _MONTHS[language][day.month - 1]
    match language:
        case "ky":
            return f"{day.year}-жылдын {day.day}-{month}"
        case "ru":
            return f"{day.day} {month} {day.year} года"
        case "en":
            return f"{day.day} {month} {day.year}"


def local_time(moment: datetime, zone: ZoneInfo | str) -> str:
    """Write hours and minutes of a moment on the clocks of a zone: `20:14`, seconds cut off.

    `zone` is an IANA name such as `Asia/Bishkek`. Raises ValueError for a moment that has no zone of its own.
    """
    return _on_clocks_of(moment, zone).strftime("%H:%M")


@lru_cache(maxsize=1024)
def local_moment(moment: datetime, zone: ZoneInfo | str, language: Language) -> str:
    """Write day and time of a moment on the clocks of a zone: `28 November 2021, 20:14`."""
    local = _on_clocks_of(moment, zone)
    return f"{local_date(local, language)}, {local:%H:%M}"


def _on_clocks_of(moment: datetime, zone: ZoneInfo | str) -> datetime:
    if moment.tzinfo is None:
        message = "a moment without a zone cannot be shown in another one"
        raise ValueError(message)
    return moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
