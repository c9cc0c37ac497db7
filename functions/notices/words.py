"""What a notice says: that something happened, by the case's number, and where to look. Never who, never about what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from functions.cases.door import PREFIX
from shailoo.i18n import catalog, msgid, number
from shailoo.model.base import Language
from shailoo.model.case import CORRECT, TRANSFER
from shailoo.model.election import Election, Mode
from shailoo.model.notice import Way
from shailoo.rules.notices import News

_BUILT_IN: Final[Mapping[str, str]] = {
    TRANSFER: msgid("It was passed on to another commission, which goes on with it."),
    CORRECT: msgid("A step was corrected. The page says what is right."),
}


def writer(origin: str, elections: Mapping[str, Election]) -> Callable[[News, Way, Language], tuple[str, str]]:
    """What writes subject and text of a notice. `origin` is scheme and host under which voters reach us."""

    def write(news: News, way: Way, language: Language) -> tuple[str, str]:
        _, word = catalog("functions", language).gettext, catalog("shailoo", language).gettext
        played = elections[news.election].mode is Mode.REHEARSAL
        said = word(news.sentence) if news.sentence else _(_BUILT_IN[news.act])
        name = _("No. {number}", number=number(news.number))
        page = f"{origin}{PREFIX}status?lang={language}"
        subject = _("{name}: there is news", name=name)
        if played:
            subject = _("REHEARSAL. {text}", text=subject)
        if way == "sms":
            text = f"{name}: {said} {page}"
            return subject, _("REHEARSAL. {text}", text=text) if played else text
        lines = [
            *([_("This is a rehearsal: nothing in it is real."), ""] if played else []),
            name,
            said,
            "",
            _("You see it with your code, or when you are signed in:"),
            page,
            "",
            _("We never ask for your code, password or PIN by mail. Nobody reads answers to this address."),
        ]
        return subject, "\n".join(lines) + "\n"

    return write
