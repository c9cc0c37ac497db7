"""Where an applicant wants to be told: asked only for ways that are set up, and only what can be used is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from functions.cases.frame import says
from functions.staff.pages import Html, tag
from shailoo.i18n import msgid
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.notice import REACH, NoticeSettings, Way
from shailoo.rules.notices import usable
from shailoo.usecases.file_case import ReachName

LONGEST_ADDRESS: Final = 200
_LABELS: Final[Mapping[Way, str]] = {"mail": msgid("E-mail"), "sms": msgid("Mobile telephone")}
_FAULTS: Final[Mapping[Way, str]] = {
    "mail": msgid("Write an address such as name@example.kg, or leave it empty."),
    "sms": msgid("Write a mobile number such as 0555 123456, or leave it empty. We do not write to numbers abroad."),
}


def reach_fields(
    notices: NoticeSettings | None, typed: Mapping[str, str], faults: Mapping[str, str], language: Language
) -> list[Html]:
    """The fields of the ways that are set up, with what was typed; nothing where nobody would be told."""
    ways = () if notices is None else notices.ways
    if not ways:
        return []
    _ = says(language).gettext
    hint = tag(
        "p",
        _("Not required. Who fills this in agrees that we write there, in general words, when something happens to the "
          "application. It is used for nothing else."),
        class_="hint",
        id="reach-hint",
    )  # fmt: skip
    return [
        tag("fieldset", tag("legend", _("Where shall we tell you?")), hint,
            *(_field(way, typed.get(REACH[way], ""), faults.get(_name(way)), language) for way in ways),
            aria_describedby="reach-hint")
    ]  # fmt: skip


def reach_summary(faults: Mapping[str, str], language: Language) -> Html:
    """What must be mended, each with a link to its field; nothing where nothing must."""
    if not faults:
        return Html("")
    _ = says(language)
    lines = [
        tag("li", tag("a", f"{_.gettext(_LABELS[way])}: {_.gettext(faults[_name(way)])}", href=f"#{_name(way)}"))
        for way in _LABELS
        if _name(way) in faults
    ]
    title = _.ngettext("One field must be mended", "{n} fields must be mended", len(faults), n=len(faults))
    return tag("div", tag("h2", title), tag("ul", *lines), class_="error summary", role="alert")


def typed_reach(notices: NoticeSettings | None, sent: Mapping[str, str], language: Language) -> dict[ReachName, str]:
    """What a form sent, as it was typed; addresses of ways that nobody uses are let go of."""
    return given_reach(notices, {name: sent.get(f"reach-{name}", "") for name in REACH.values()}, language)


def given_reach(
    notices: NoticeSettings | None, given: Mapping[str, object], language: Language
) -> dict[ReachName, str]:
    """As `CaseContent.reach`, of what a program sent; the same is let go of. A language that we lack is `language`."""
    ways = () if notices is None else notices.ways
    typed = {way: str(given.get(REACH[way]) or "").strip()[:LONGEST_ADDRESS] for way in ways}
    found: dict[ReachName, str] = {REACH[way]: text for way, text in typed.items() if text}
    wanted = given.get("language")
    found["language"] = next((one for one in LANGUAGES if one == wanted), language)
    return found


def reach_faults(notices: NoticeSettings | None, reach: Mapping[ReachName, str] | Mapping[str, str]) -> dict[str, str]:
    """Field -> why nothing could be sent there."""
    if notices is None:
        return {}
    countries = ("+",) if notices.sms is None else notices.sms.countries
    return {
        _name(way): _FAULTS[way]
        for way in notices.ways
        if (text := reach.get(REACH[way])) and usable(way, text, countries) is None
    }


def _name(way: Way) -> str:
    return f"reach-{REACH[way]}"


def _field(way: Way, value: str, fault: str | None, language: Language) -> Html:
    _ = says(language).gettext
    name, mail = _name(way), way == "mail"
    trouble = [] if fault is None else [tag("p", _(fault), class_="msg", id=f"{name}-fault")]
    typed = tag(
        "input", id=name, name=name, type="email" if mail else "tel", autocomplete="email" if mail else "tel",
        maxlength=LONGEST_ADDRESS if mail else 30, value=value, aria_invalid="true" if trouble else None,
        aria_describedby=f"{name}-fault" if trouble else None,
    )  # fmt: skip
    around = "field error" if trouble else "field"
    return tag("div", tag("label", _(_LABELS[way]), for_=name), *trouble, typed, class_=around)
