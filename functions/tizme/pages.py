"""Pages of "find my station": the form, the answer, the one page for everybody who was not found, and errors.

No page repeats what was typed; none sets a cookie, loads a script or is kept by a cache.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from functions.sentences import public_sentence
from functions.staff.pages import POLICY, Html, field, join, tag
from functions.web import HTML, Request, Response, error_response, status_of
from shailoo.errors import ShailooError
from shailoo.i18n import Catalog, catalog, msgid
from shailoo.model.base import LANGUAGES, Language
from shailoo.rules.finder import LONGEST_SURNAME, NotAQuestion
from shailoo.usecases.find_station import Answer, Found, NotOnAList, Place, TooManyQuestions

PREFIX: Final = "/api/tizme/"
"""Under which all addresses of this door lie."""
ADDRESS: Final = f"{PREFIX}station"
HOTLINE: Final = "1255"
"""The commission's information line."""
_LANGUAGE_NAMES: Final[dict[Language, str]] = {"ky": "Кыргызча", "ru": "Русский", "en": "English"}
_STEP_FREE: Final = {
    "yes": msgid("Without steps: a wheelchair gets in"),
    "no": msgid("There are steps, and no ramp"),
    "unknown": msgid("Not known; ask the commission"),
}
_LOOSE: Final = 5
"""Decimals of a degree in a link: the register's own."""


def language_of(request: Request, asked: str = "") -> Language:
    """The language of the form; otherwise what the request asks for, Kyrgyz at last."""
    return next((one for one in LANGUAGES if one == asked), request.language("ky"))


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, not a program."""
    return "text/html" in request.headers.get("accept", "")


def form_page(language: Language, error: ShailooError | None = None) -> Response:
    """The empty form; with an error, what was wrong stands above it."""
    _ = catalog("functions", language).gettext
    trouble = [] if error is None else [tag("p", public_sentence(error, language), class_="error", role="alert")]
    form = tag(
        "form",
        tag("input", type="hidden", name="lang", value=language),
        field(
            _("PIN"),
            tag("input", name="pin", type="text", inputmode="numeric", autocomplete="off", required=True, maxlength=40),
            hint=_("14 digits, as in the identity card"),
        ),
        field(
            _("Surname"),
            tag(
                "input",
                name="surname",
                type="text",
                autocomplete="off",
                spellcheck="false",
                required=True,
                maxlength=LONGEST_SURNAME,
            ),
            hint=_("As in the identity card. Instead of ө, ү, ң you may write о, у, н."),
        ),
        tag("button", _("Find my station")),
        method="post",
        action=ADDRESS,
    )
    told = (
        tag("p", _("The PIN and the surname are compared once and not kept."), class_="hint"),
        tag("p", tag("a", _("Find it by address instead, without personal data"), href=f"/tizme/{language}/find/")),
    )
    status = HTTPStatus.OK if error is None else status_of(error)
    return _page(language, _("Where do I vote?"), *trouble, form, *told, status=status)


def answer_page(answer: Answer, language: Language) -> Response:
    """The station, or the one page for everybody who was not found."""
    match answer:
        case Found(place):
            return _found(place, language)
        case NotOnAList():
            return _not_found(language)


def tizme_error(error: ShailooError, request: Request) -> Response:
    """A page for people, the one shape of errors for machines."""
    if not wants_page(request):
        return error_response(error, request.language("ky"))
    language = language_of(request, request.form().get("lang", ""))
    if isinstance(error, NotAQuestion):
        return form_page(language, error)
    say = catalog("functions", language)
    retry = error_response(error, language).header("retry-after")
    return _page(
        language,
        say.gettext("Your question was not answered"),
        tag("p", public_sentence(error, language), class_="error", role="alert"),
        *([_wait(error, say)] if isinstance(error, TooManyQuestions) else []),
        _other_ways(language, again=not isinstance(error, TooManyQuestions)),
        status=status_of(error),
        headers=() if retry is None else (("retry-after", retry),),
    )


def _wait(error: TooManyQuestions, say: Catalog) -> Html:
    minutes = -(-int(error.facts["retry_after"] or 0) // 60)
    return tag("p", say.ngettext("Try again in {n} minute.", "Try again in {n} minutes.", minutes, n=minutes))


def _found(place: Place, language: Language) -> Response:
    _ = catalog("functions", language).gettext
    station = place.centre.station
    return _page(
        language,
        _("You vote at polling station No. {number}", number=station),
        place_facts(place, language),
        place_ways(place, language),
        tag("p", tag("a", _("Another question"), href=f"{ADDRESS}?lang={language}")),
    )


def place_facts(place: Place, language: Language) -> Html:
    """Where a station is, when it is open, who is responsible: names and values."""
    _, at = catalog("functions", language).gettext, LANGUAGES.index(language)
    centre = place.centre
    commission = tag("a", place.commission[at], href=f"/tizme/{language}/tec/{centre.tec}/")
    rows: list[tuple[str, Html | str]] = [
        (_("Place"), centre.name[at]),
        (_("Building"), centre.building[at]),
        (_("Address"), centre.address[at]),
        (_("Voting hours"), _("{opens} to {closes}, local time", opens=centre.opens, closes=centre.closes)),
        (_("Getting in"), _(_STEP_FREE[centre.step_free])),
        (_("Commission"), _("Precinct commission No. {number}", number=centre.station)),
        (_("Superior commission"), commission),
    ]
    if centre.phone:
        rows.append((_("Telephone"), tag("a", centre.phone, href=f"tel:{_dial(centre.phone)}")))
    return tag("dl", *(join(tag("dt", name), tag("dd", value)) for name, value in rows), class_="place")


def place_ways(place: Place, language: Language) -> Html:
    """The station's page, the way there, and its coordinates."""
    _ = catalog("functions", language).gettext
    centre = place.centre
    point = f"{_degrees(centre.latitude_e5)},{_degrees(centre.longitude_e5)}"
    return join(
        tag(
            "p",
            tag("a", _("Page of the station"), class_="button", href=f"/tizme/{language}/station/{centre.station}/"),
            tag("a", _("The way there, in your map"), class_="button second", href=f"geo:{point}?q={point}"),
            class_="ways",
        ),
        tag("p", _("Coordinates: {point}", point=point.replace(",", ", ")), class_="hint"),
    )


def _not_found(language: Language) -> Response:
    _ = catalog("functions", language).gettext
    return _page(
        language,
        _("Nobody was found with this PIN and this surname"),
        tag("p", _("This does not mean that you may not vote. Do this:")),
        _other_ways(language, first=_("Check the 14 digits of the PIN and the spelling of the surname.")),
    )


def _other_ways(language: Language, first: str = "", *, again: bool = True) -> Html:
    """What else somebody can do: the same for all."""
    _ = catalog("functions", language).gettext
    here = f"/tizme/{language}"
    ways: list[tuple[str, str, str]] = [
        (
            _("Find the station of your address; ask its commission whether you are on the list."),
            _("Find by address"),
            f"{here}/find/",
        ),
        (_("Call the commission's information line:"), HOTLINE, f"tel:{HOTLINE}"),
        (_("Have the list corrected."), _("How to correct an error"), f"{here}/about/correct/"),
    ]
    if again:
        ways.insert(0, (first, _("Ask again"), f"{ADDRESS}?lang={language}"))
    steps = (tag("li", f"{what} " if what else "", tag("a", way, href=href)) for what, way, href in ways)
    return tag("ol", *steps, class_="next")


def _degrees(e5: int) -> str:
    sign, whole = ("-" if e5 < 0 else ""), abs(e5)
    return f"{sign}{whole // 10**_LOOSE}.{whole % 10**_LOOSE:0{_LOOSE}}"


def _dial(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdecimal() or sign == "+")


def _page(
    language: Language,
    title: str,
    *blocks: Html,
    status: int = HTTPStatus.OK,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    _ = catalog("functions", language).gettext
    switch = (
        tag(
            "a",
            _LANGUAGE_NAMES[one],
            href=f"{ADDRESS}?lang={one}",
            lang=one,
            hreflang=one,
            aria_current=one == language and "true",
        )
        for one in LANGUAGES
    )
    brand = tag("a", "Шайлоо", tag("small", _("Voter list")), class_="brand", href=f"/tizme/{language}/")
    document = tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="robots", content="noindex"),
            tag("title", title, " · ", _("Voter list")),
            tag("link", rel="stylesheet", href=f"{PREFIX}style.css"),
        ),
        tag(
            "body",
            tag("a", _("To the content"), class_="skip", href="#main"),
            tag("header", tag("div", brand, tag("nav", *switch, aria_label=_("Language")), class_="wrap")),
            tag("main", tag("h1", title), *blocks, id="main", class_="wrap"),
        ),
        lang=language,
    )
    common = (
        ("content-type", HTML),
        ("content-language", language),
        ("cache-control", "no-store"),
        ("content-security-policy", POLICY),
        ("referrer-policy", "no-referrer"),
    )
    return Response(status, (*common, *headers), f"<!doctype html>\n{document.text}\n".encode())
