"""The frame of the cabinet's pages, and how an error looks at this door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from functions.cabinet.desk import CabinetDesk
from functions.cabinet.sign_in import HOME, LOGIN, to_login
from functions.cases.visitor import NOBODY, Visitor
from functions.sentences import public_sentence
from functions.staff.pages import POLICY, Html, join, tag
from functions.web import HTML, JSON, NotSignedIn, Request, Response, error_response, status_of
from shailoo.errors import ShailooError
from shailoo.i18n import catalog
from shailoo.model.base import LANGUAGES, Language

_LANGUAGE_NAMES: Final[dict[Language, str]] = {"ky": "Кыргызча", "ru": "Русский", "en": "English"}
_YEAR_S = 31_536_000


def wants_json(request: Request) -> bool:
    """Whether a program asks that reads JSON, and no browser."""
    accept = request.headers.get("accept", "")
    return JSON in accept and "text/html" not in accept


@dataclass(frozen=True, slots=True)
class CabinetFrame:
    """What surrounds a page: language, address for the language switch, who visits."""

    language: Language
    path: str
    visitor: Visitor
    remember: bool = False
    """Whether the language was chosen by the switch: it is kept in a cookie."""

    @classmethod
    def of(cls, desk: CabinetDesk, request: Request) -> CabinetFrame:
        """The frame for whoever asks; Kyrgyz unless another language was asked for."""
        visitor = desk.sessions.visitor(request)
        return cls(request.language("ky"), request.path, visitor, remember="lang" in request.query)

    @property
    def say(self) -> Callable[..., str]:
        """Sentences of this program in the page's language."""
        return catalog("functions", self.language).gettext

    @property
    def declared(self) -> Callable[..., str]:
        """Sentences of declared kinds in the page's language."""
        return catalog("shailoo", self.language).gettext

    def form(self, action: str, *fields: Html, class_: str | None = None) -> Html:
        """A form that carries the session's token."""
        hidden = tag("input", type="hidden", name="token", value=self.visitor.token)
        return tag("form", hidden, *fields, method="post", action=action, class_=class_)

    def page(
        self,
        title: str,
        *blocks: Html,
        status: int = HTTPStatus.OK,
        crumbs: bool = True,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Response:
        """A whole page; nobody else keeps a copy of it."""
        _ = self.say
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="robots", content="noindex"),
            tag("title", title, " · ", _("Voter's cabinet")),
            tag("link", rel="stylesheet", href=f"{HOME}style.css"),
        )
        way_back = tag("p", tag("a", _("Voter's cabinet"), href=HOME), class_="crumbs") if crumbs else Html("")
        body = tag(
            "body",
            tag("a", _("To the content"), class_="skip", href="#main"),
            tag("header", tag("div", self._brand(), self._languages(), self._who(), class_="wrap")),
            tag("main", way_back, tag("h1", title), *blocks, id="main", class_="wrap"),
        )
        common = [
            ("content-type", HTML),
            ("content-language", self.language),
            ("cache-control", "no-store"),
            ("content-security-policy", POLICY),
            ("referrer-policy", "no-referrer"),
        ]
        if self.remember:
            common.append(("set-cookie", f"lang={self.language}; Path=/api/; Max-Age={_YEAR_S}; SameSite=Lax"))
        document = tag("html", head, body, lang=self.language)
        return Response(status, (*common, *headers), f"<!doctype html>\n{document.text}\n".encode())

    def _brand(self) -> Html:
        _ = self.say
        name = tag("small", _("Voter list"))
        return tag("a", "Шайлоо", name, class_="brand", href=f"/tizme/{self.language}/")

    def _languages(self) -> Html:
        _ = self.say
        return tag(
            "nav",
            *(
                tag(
                    "a",
                    _LANGUAGE_NAMES[one],
                    href=f"{self.path}?lang={one}",
                    lang=one,
                    hreflang=one,
                    aria_current=one == self.language and "true",
                )
                for one in LANGUAGES
            ),
            aria_label=_("Language"),
        )

    def _who(self) -> Html:
        if self.visitor == NOBODY:
            return Html("")
        _ = self.say
        name = " ".join(self.visitor.person[part] for part in ("surname", "name") if part in self.visitor.person)
        leave = self.form(f"{HOME}logout", tag("button", _("Sign out"), class_="quiet"))
        return tag("div", *([tag("span", name)] if name else []), leave, class_="who")


def left_page(desk: CabinetDesk, request: Request, away: str | None) -> Response:
    """For who has signed out. With the address of the provider's own sign-out the browser goes on there by itself."""
    frame = CabinetFrame(request.language("ky"), HOME, NOBODY)
    _ = frame.say
    onward = []
    if away is not None:
        told = _("You are still signed in at the identification system. Sign out there too, if others use this device.")
        onward = [tag("p", told), tag("p", tag("a", _("Sign out there too"), class_="button", href=away))]
    again = tag("p", tag("a", _("Sign in again"), href=f"{LOGIN}"))
    headers = () if away is None else (("refresh", f"0; url={away}"),)
    del desk
    return frame.page(_("You are signed out"), *onward, again, headers=headers)


def cabinet_error(desk: CabinetDesk, error: ShailooError, request: Request) -> Response:
    """A page for people, the one shape of errors for programs. Who is not signed in goes to sign in."""
    if wants_json(request):
        return error_response(error, request.language("ky"))
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return to_login(request)
    frame = CabinetFrame.of(desk, request)
    _ = frame.say
    retry = error_response(error, frame.language).header("retry-after")
    return frame.page(
        _("This did not work"),
        tag("p", public_sentence(error, frame.language), class_="error", role="alert"),
        tag("p", _("Code: {code}", code=error.code), class_="hint"),
        tag("p", tag("a", _("To the cabinet"), href=HOME)),
        status=status_of(error),
        crumbs=False,
        headers=() if retry is None else (("retry-after", retry),),
    )


def facts_list(rows: list[tuple[str, Html | str]]) -> Html:
    """Names and values, one under the other."""
    return tag("dl", *(join(tag("dt", name), tag("dd", value)) for name, value in rows), class_="facts")
