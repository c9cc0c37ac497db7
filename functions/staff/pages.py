"""Plain pages of the commissions' door: made on the server, no script, usable on a narrow phone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from http import HTTPStatus

from functions.sentences import public_sentence
from functions.web import HTML, Response, status_of
from shailoo.errors import ShailooError
from shailoo.i18n import Catalog, catalog
from shailoo.model.base import LANGUAGES, Language

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SCRIPT_POLICY = f"{POLICY}; script-src 'self'; connect-src 'self'"
"""For the few pages that a script of ours makes easier; they work without it."""
_LANGUAGE_NAMES: Mapping[Language, str] = {"ky": "Кыргызча", "ru": "Русский", "en": "English"}


@dataclass(frozen=True, slots=True)
class Html:
    """Text that is HTML already. Everything else is escaped by `tag` and `join`."""

    text: str


Child = Html | str | int


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Html:
    """An element. `class_` and `for_` lose their underscore, `_` in names becomes `-`; True is an empty attribute."""
    said = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        word = key.rstrip("_").replace("_", "-")
        said += f" {word}" if value is True else f' {word}="{escape(str(value))}"'
    if name in ("img", "input", "link", "meta"):
        return Html(f"<{name}{said}>")
    return Html(f"<{name}{said}>{join(*children).text}</{name}>")


def join(*children: Child) -> Html:
    """Several children in a row."""
    return Html("".join(child.text if isinstance(child, Html) else escape(str(child)) for child in children))


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds a page: language, address (for the language switch), and the form token of who is signed in.

    `remember` keeps the language that was chosen by the switch in a cookie.
    """

    language: Language
    path: str
    token: str | None
    remember: bool = False

    @property
    def say(self) -> Catalog:
        """Sentences in the page's language."""
        return catalog("functions", self.language)

    def page(self, title: str, *blocks: Html, status: int = HTTPStatus.OK, script: str | None = None) -> Response:
        """A whole page. `script` is the address of one of our own; without it the page allows none."""
        _ = self.say.gettext
        switch = (
            tag(
                "a",
                _LANGUAGE_NAMES[one],
                href=f"{self.path}?lang={one}",
                lang=one,
                aria_current=one == self.language and "true",
            )
            for one in LANGUAGES
        )
        leave = Html("")
        if self.token is not None:
            leave = self.form("/staff/logout", tag("button", _("Sign out"), class_="quiet"))
        document = tag(
            "html",
            tag(
                "head",
                tag("meta", charset="utf-8"),
                tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
                tag("meta", name="robots", content="noindex"),
                tag("title", title, " · ", _("Commissions")),
                tag("link", rel="stylesheet", href="/staff/style.css"),
                *([tag("script", src=script, defer=True)] if script else []),
            ),
            tag(
                "body",
                tag("a", _("To the content"), class_="skip", href="#main"),
                tag(
                    "header",
                    tag("a", "Шайлоо", tag("small", _("Commissions")), class_="brand", href="/staff/"),
                    tag("nav", *switch, aria_label=_("Language")),
                    leave,
                ),
                tag("main", tag("h1", title), *blocks, id="main"),
            ),
            lang=self.language,
        )
        headers = [
            ("content-type", HTML),
            ("content-language", self.language),
            ("cache-control", "no-store"),
            ("content-security-policy", SCRIPT_POLICY if script else POLICY),
        ]
        if self.remember:
            headers.append(("set-cookie", f"lang={self.language}; Path=/staff/; Max-Age=31536000; SameSite=Lax"))
        return Response(status, tuple(headers), f"<!doctype html>\n{document.text}\n".encode())

    def form(self, action: str, *fields: Html, class_: str | None = None, files: bool = False) -> Html:
        """A form that carries the session's token; with `files`, in the encoding that takes them."""
        hidden = tag("input", type="hidden", name="token", value=self.token or "")
        encoding = "multipart/form-data" if files else None
        return tag("form", hidden, *fields, method="post", action=action, class_=class_, enctype=encoding)

    def error(self, error: ShailooError) -> Response:
        """A page that says what failed, with its code for whoever is told by telephone."""
        _ = self.say.gettext
        return self.page(
            public_sentence(error, self.language),
            tag("p", _("Code: {code}", code=error.code), class_="hint"),
            *self.facts(error),
            tag("p", tag("a", _("To my stations"), href="/staff/")),
            status=status_of(error),
        )

    def trouble(self, error: ShailooError) -> Html:
        """The same, inside a page, above the form that it concerns."""
        return tag(
            "div", tag("p", public_sentence(error, self.language)), *self.facts(error), class_="error", role="alert"
        )

    def facts(self, error: ShailooError) -> Iterable[Html]:
        """The facts of an error as a list of names and values."""
        told = [(name, value) for name, value in error.facts.items() if value is not None]
        if told and status_of(error) < HTTPStatus.INTERNAL_SERVER_ERROR:
            pairs = (join(tag("dt", name), tag("dd", value)) for name, value in told)
            yield tag("dl", *pairs)


def field(label: str, control: Html, *, hint: str | None = None) -> Html:
    """A control under its label."""
    return tag("label", tag("b", label), *([tag("small", hint)] if hint else []), control)


def select(name: str, options: Iterable[tuple[str, str]], chosen: str = "") -> Html:
    """A choice of values with their texts."""
    return tag(
        "select", *(tag("option", text, value=value, selected=value == chosen) for value, text in options), name=name
    )


def table(head: Iterable[str], rows: Iterable[Iterable[Child]], *, label: str | None = None) -> Html:
    """A table whose first column names the rows.

    With a label, the keyboard reaches it and can scroll it: wanted where no cell has a link or a field.
    """
    body = []
    for row in rows:
        first, *rest = row
        body.append(tag("tr", tag("th", first, scope="row"), *(tag("td", cell) for cell in rest)))
    names = tag("tr", *(tag("th", name, scope="col") for name in head))
    reached: dict[str, str | int] = {} if label is None else {"tabindex": 0, "role": "region", "aria_label": label}
    return tag("div", tag("table", tag("thead", names), tag("tbody", *body)), class_="scroll", **reached)
