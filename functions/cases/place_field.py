"""A field that asks for a town or village: its name is typed, the address register knows which it is.

Without a script: whoever typed a name that several have, chooses one of them on the same page. With it, names are
offered while one types (`places.js`). What is kept is the register's identifier.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from functions.described import ANY_OBJECT, SCRIPT, Body, Described
from functions.staff.pages import Html, join, tag
from functions.web import JSON, Access, Caller, Request, Response, Route, json_response
from shailoo.i18n import catalog
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.case_kind import Asked, CaseForm, asked_of
from shailoo.ports import Places
from shailoo.usecases.case_desk import CaseDesk

PLACES = "/api/cases/places"
PLACES_SCRIPT = "/api/cases/places.js"


def place_field(name: str, asked: Asked, value: str, fault: str | None, *, language: Language, places: Places) -> Html:
    """The field under its label; after a name that several have, those to choose from."""
    word, _ = catalog("shailoo", language).gettext, catalog("functions", language).gettext
    chosen = places.label(value, language)
    found = [] if chosen is not None or fault is None else places.search(value)
    hint = tag("p", _("Write its name; it is looked up in the address register."), class_="hint", id=f"{name}-hint")
    beside = [hint]
    notes = f"{name}-hint"
    if fault is not None:
        said = fault_text(fault, language)
        if found:
            said = _("More than one place fits. Choose yours.")
        elif value:
            said = _("The address register has no such place. Write it otherwise.")
        beside.append(tag("p", said, class_="msg", id=f"{name}-fault"))
        notes += f" {name}-fault"
    box = tag(
        "input", type="text", id=name, name=name, value=chosen or value, autocomplete="off", required=True,
        maxlength=100, aria_describedby=notes, aria_invalid="true" if fault is not None else None, data_places=PLACES,
    )  # fmt: skip
    if found:
        cards = (
            tag(
                "label",
                tag("input", type="radio", name=name, value=one),
                tag("span", places.label(one, language) or one),
            )
            for one in found
        )
        legend = tag("legend", _("In the address register"))
        beside.append(box)
        box = tag("fieldset", legend, tag("div", *cards, class_="pick"))
    label = tag("label", word(asked.label), for_=name)
    return tag("div", label, join(*beside), box, class_="field error" if fault is not None else "field")


def asks_place(form: type[CaseForm], step: int | None = None) -> bool:
    """Whether a form, or one of its steps, asks for a place."""
    return any(one.widget == "place" and step in {None, one.step} for one in asked_of(form).values())


def place_routes(desk: CaseDesk) -> tuple[Route, ...]:
    """What the script of the field asks. The text is in the body: part of an address is nobody else's business."""

    def search(request: Request, _: Caller) -> Response:
        sent = request.form()
        language = next((one for one in LANGUAGES if one == sent.get("lang")), request.language("ky"))
        places = desk.places
        found = [] if places is None else [places.label(one, language) for one in places.search(sent.get("text", ""))]
        return json_response({"places": found}, 200, ("cache-control", "no-store"))

    def script(_: Request, __: Caller) -> Response:
        headers = (("content-type", "text/javascript; charset=utf-8"), ("cache-control", "public, max-age=300"))
        return Response(200, headers, _script())

    form = Body("application/x-www-form-urlencoded", {
        "type": "object", "properties": {"text": {"type": "string"}, "lang": {"type": "string"}},
    })  # fmt: skip
    return (
        Route("POST", PLACES, Access.ANYONE, "Towns and villages whose names begin as `text`, at most twelve.", search,
              Described((form,), {200: (Body(JSON, ANY_OBJECT),)})),
        Route("GET", PLACES_SCRIPT, Access.ANYONE, "Offers names of places while one types.", script, SCRIPT),
    )  # fmt: skip


def fault_text(fault: str, language: Language) -> str:
    """A form's own sentence, or one of the general ones; both catalogues are asked."""
    own = catalog("shailoo", language).gettext(fault)
    return own if own != fault else catalog("functions", language).gettext(fault)


@cache
def _script() -> bytes:
    return files("functions.cases").joinpath("places.js").read_bytes()
