"""What surrounds the pages of cases: the look of the public portals, no cookie, kept by no cache."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from http import HTTPStatus
from importlib.resources import files

from functions.sentences import public_sentence
from functions.staff.pages import POLICY, SCRIPT_POLICY, Html, join, tag
from functions.web import HTML, Request, Response, error_response, status_of
from shailoo.errors import ShailooError
from shailoo.i18n import Catalog, catalog, local_moment
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.case_kind import CaseKind

STYLE = "/api/cases/style.css"
SCRIPT = "/api/cases/cases.js"
_LANGUAGE_NAMES: dict[Language, str] = {"ky": "Кыргызча", "ru": "Русский", "en": "English"}
ZONE = "Asia/Bishkek"


def language_of(request: Request, asked: str = "") -> Language:
    """The language of the form; otherwise what the request asks for, Kyrgyz at last."""
    return next((one for one in LANGUAGES if one == asked), request.language("ky"))


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, not a program."""
    return "text/html" in request.headers.get("accept", "")


def words(language: Language) -> Catalog:
    """Sentences of declared kinds."""
    return catalog("shailoo", language)


def says(language: Language) -> Catalog:
    """Sentences of these pages."""
    return catalog("functions", language)


def page(
    language: Language,
    title: str,
    *blocks: Html,
    address: str,
    status: int = HTTPStatus.OK,
    script: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Response:
    """A whole page. `address` is where its language switch leads; "" on a page that cannot be asked for again."""
    _ = says(language).gettext
    switch = [
        tag(
            "a", _LANGUAGE_NAMES[one], href=f"{address}{'&' if '?' in address else '?'}lang={one}", lang=one,
            hreflang=one, aria_current=one == language and "true",
        )
        for one in LANGUAGES
    ] if address else []  # fmt: skip
    brand = tag("a", "Шайлоо", tag("small", _("Applications")), class_="brand", href=f"/api/cases/?lang={language}")
    document = tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="robots", content="noindex"),
            tag("title", title, " · ", _("Applications")),
            tag("link", rel="stylesheet", href=STYLE),
            *([tag("script", src=script, defer=True)] if script else []),
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
        ("content-security-policy", SCRIPT_POLICY if script else POLICY),
        ("referrer-policy", "no-referrer"),
    )
    return Response(status, (*common, *headers), f"<!doctype html>\n{document.text}\n".encode())


def case_error(error: ShailooError, request: Request) -> Response:
    """A page for people, the one shape of errors for machines."""
    language = language_of(request, request.form().get("lang", ""))
    if not wants_page(request):
        return error_response(error, language)
    _ = says(language).gettext
    retry = error_response(error, language).header("retry-after")
    return page(
        language,
        _("This could not be done"),
        tag("p", public_sentence(error, language), class_="error", role="alert"),
        tag("p", _("Code: {code}", code=error.code), class_="hint"),
        tag("p", tag("a", _("To the applications"), href=f"/api/cases/?lang={language}")),
        address="",
        status=status_of(error),
        headers=() if retry is None else (("retry-after", retry),),
    )


def moment_text(moment: datetime | None, language: Language, zone: str = ZONE) -> str:
    """A moment on the clocks of a zone; a dash for none."""
    return "—" if moment is None else local_moment(moment, zone, language)


def kind_title(kind: CaseKind, language: Language) -> str:
    """What a kind is called."""
    return words(language).gettext(kind.title)


def pairs(rows: list[tuple[str, Html | str]]) -> Html:
    """Names and values under each other."""
    return tag("dl", *(join(tag("dt", name), tag("dd", value)) for name, value in rows), class_="place")


@cache
def style() -> bytes:
    """The stylesheet: that of find-my-station, and what forms need beside it."""
    own = files("functions.cases").joinpath("style.css").read_bytes()
    return files("functions.tizme").joinpath("style.css").read_bytes() + own


@cache
def script() -> bytes:
    """The small script of these pages; they work without."""
    return files("functions.cases").joinpath("cases.js").read_bytes()
