"""Says what happened in one language, as plain text: pages and feeds escape it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.render import words
from shailoo.model.manual import IDENTIFICATION

if TYPE_CHECKING:
    from builder.change_views import EventRow
    from shailoo.i18n import Catalog
    from shailoo.model.base import Language

_CODES = {**words.RULE, **words.REFUSAL, **words.DOCUMENT_KIND}


class Happenings:
    """The sentences of one language."""

    def __init__(self, language: Language, catalog: Catalog) -> None:
        self.language: Language = language
        self.gettext = catalog.gettext

    def said(self, row: EventRow, *, with_box: bool = True) -> str:
        """What happened, to what, by which act: `Final report held, in no total: … · AB-1004`."""
        gettext = self.gettext
        text = gettext(words.EVENT[row.what])
        if row.what == "act":
            by = f", {row.body.text(self.language)}" if row.body is not None else ""
            does = [gettext(words.MEASURE[measure]) for measure in row.measures if measure != "reverse-act"]
            does += [gettext("reverses act № {number}", number=number) for number in row.reverses]
            return f"{self._act(row)}{by}: {'; '.join(does)}"
        if row.detail:
            text = f"{text}: {self._detail(row)}"
        if row.act:
            text = f"{text} · {self._act(row)}"
        return f"{text} · {row.box}" if row.box and with_box else text

    def where(self, row: EventRow) -> str:
        """The station, or how many; nothing for what concerns the country."""
        match row.places:
            case ():
                return ""
            case (place,):
                return self.gettext("Polling station № {number}", number=place.number)
            case places:
                return self.gettext("{count} polling stations", count=len(places))

    def _act(self, row: EventRow) -> str:
        return self.gettext("Act № {number}", number=row.act)

    def _detail(self, row: EventRow) -> str:
        gettext = self.gettext
        if row.named is not None:
            return row.named.text(self.language)
        if row.detail == IDENTIFICATION:
            return gettext("Identification report")
        if row.what in {"report-conflict", "report-again"}:
            return gettext(words.REPORT[row.detail])
        sentence = _CODES.get(row.detail)
        return gettext(sentence) if sentence is not None else row.detail
