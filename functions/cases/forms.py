"""A declared form as HTML: one field after another, with its words in the reader's language.

    form_fields(Missing, values, faults, language)       every field, or only those of one step
    fault_summary(Missing, faults, language)             what must be mended, above the form, with links to the fields
    carried(Missing, values, step)                       hidden fields with what earlier and later steps have
    steps_of(Missing), steps_bar(…)                      how many pages the form has, and where one stands
    typed(Missing, form)                                 what a browser sent, as values of the form
    answers(Missing, values, language)                   the filled form as pairs of label and answer, to read again

Works without a script. Names of fields are those of the model; a hint and a fault are tied to the field by
`aria-describedby`, a fault marks it `aria-invalid` (WCAG 3.3.1, 3.3.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from functions.cases.place_field import fault_text, place_field
from functions.staff.pages import Html, tag
from shailoo.i18n import catalog, local_date, msgid
from shailoo.model.base import Language
from shailoo.model.case_kind import Asked, CaseForm, asked_of
from shailoo.ports import Places

Values = Mapping[str, str]
"""Field -> what was typed."""
GENERAL = (
    msgid("This must be filled in."),
    msgid("The form has no such field."),
    msgid("This is too long."),
    msgid("This cannot be used. Mend it."),
    msgid("Choose it from the list, or write its name in full."),
)
"""What `shailoo.usecases.file_case` says of a field whose form has no sentence of its own."""
_LONGEST = 8_000
_TYPES: Mapping[str, str] = {"day": "date", "phone": "tel", "mail": "email"}


def form_fields(
    form: type[CaseForm],
    values: Values,
    faults: Mapping[str, str],
    language: Language,
    *,
    step: int | None = None,
    places: Places | None = None,
) -> list[Html]:
    """The fields of a form, or of one of its steps. `faults` are sentence keys as `FormNotFilled.faults` has them.

    With `places` a field that asks for one is searched for by name (`functions.cases.place_field`).
    """
    return [
        place_field(name, asked, values.get(name, ""), faults.get(name), language=language, places=places)
        if asked.widget == "place" and places is not None
        else one_field(name, asked, values.get(name, ""), faults.get(name), language, needed=needed(form, name))
        for name, asked in asked_of(form).items()
        if step is None or asked.step == step
    ]


def one_field(name: str, asked: Asked, value: str, fault: str | None, language: Language, *, needed: bool) -> Html:
    """One field under its label, with hint and fault."""
    word, _ = catalog("shailoo", language).gettext, catalog("functions", language).gettext
    label = word(asked.label) if needed else f"{word(asked.label)} ({_('not required')})"
    hint = tag("p", word(asked.hint), class_="hint", id=f"{name}-hint") if asked.hint else None
    trouble = None if fault is None else tag("p", fault_text(fault, language), class_="msg", id=f"{name}-fault")
    notes = " ".join(one for one, there in ((f"{name}-hint", hint), (f"{name}-fault", trouble)) if there is not None)
    around = "field error" if fault is not None else "field"
    beside = [one for one in (hint, trouble) if one is not None]
    if asked.widget == "choice":
        cards = [_card(name, key, word(text), value, needed=needed) for key, text in asked.choices.items()]
        return tag(
            "fieldset", tag("legend", label), *beside, tag("div", *cards, class_="pick"), class_=around, id=name,
            aria_describedby=notes or None,
        )  # fmt: skip
    if asked.widget == "yes":
        box = tag("input", type="checkbox", name=name, value="yes", checked=value == "yes", id=name, required=needed)
        return tag("div", tag("label", box, tag("span", label), class_="yes"), *beside, class_=around)
    control = _control(name, asked, value, notes, faulty=fault is not None, needed=needed)
    return tag("div", tag("label", label, for_=name), *beside, control, class_=around)


def fault_summary(form: type[CaseForm], faults: Mapping[str, str], language: Language) -> Html:
    """What must be mended, each with a link to its field; nothing where nothing must."""
    if not faults:
        return Html("")
    word, say = catalog("shailoo", language), catalog("functions", language)
    asked = asked_of(form)
    lines = []
    for name, fault in faults.items():
        label = word.gettext(asked[name].label) if name in asked else name
        lines.append(tag("li", tag("a", f"{label}: {fault_text(fault, language)}", href=f"#{name}")))
    title = say.ngettext("One field must be mended", "{n} fields must be mended", len(faults), n=len(faults))
    return tag("div", tag("h2", title), tag("ul", *lines), class_="error summary", role="alert")


def carried(form: type[CaseForm], values: Values, step: int) -> list[Html]:
    """Hidden fields with what the other steps have, so that nothing is lost on the way."""
    return [
        tag("input", type="hidden", name=name, value=values[name])
        for name, asked in asked_of(form).items()
        if asked.step != step and values.get(name)
    ]


def steps_of(form: type[CaseForm]) -> int:
    """How many pages a form has."""
    return max((asked.step for asked in asked_of(form).values()), default=1)


def steps_bar(names: Iterable[str], now: int, language: Language) -> Html:
    """Where one stands: the steps by name, from 1."""
    all_of = list(names)
    _ = catalog("functions", language).gettext
    bars = []
    for at, name in enumerate(all_of, 1):
        text = _("{n} of {all} · {name}", n=at, all=len(all_of), name=name) if at == now else name
        state = "done" if at < now else "now" if at == now else None
        bars.append(tag("li", tag("span", text), class_=state, aria_current="step" if at == now else None))
    return tag("ol", *bars, class_="steps")


def typed(form: type[CaseForm], sent: Mapping[str, str], places: Places | None = None) -> dict[str, str]:
    """What a browser sent of a form's fields, cut to a length that nobody types; a place's name as its identifier."""
    found = {name: sent[name][:_LONGEST].replace("\r\n", "\n") for name in form.model_fields if sent.get(name)}
    for name, asked in asked_of(form).items():
        if asked.widget == "place" and places is not None and name in found:
            found[name] = places.resolve(found[name].strip()) or found[name]
    return found


def answers(
    form: type[CaseForm], values: Mapping[str, object], language: Language, places: Places | None = None
) -> list[tuple[str, str]]:
    """Label and answer of every field that has one, in the order of the form."""
    word = catalog("shailoo", language).gettext
    found = []
    for name, asked in asked_of(form).items():
        value = values.get(name)
        if value not in {None, ""}:
            text = answer_text(asked, value, language)
            if asked.widget == "place" and places is not None:
                text = places.label(text, language) or text
            found.append((word(asked.label), text))
    return found


def answer_text(asked: Asked, value: object, language: Language) -> str:
    """One answer as people read it."""
    text = str(value)
    if asked.widget == "day":
        try:
            return local_date(date.fromisoformat(text), language)
        except ValueError:
            return text
    choice = asked.choices.get(text)
    if choice is not None:
        return catalog("shailoo", language).gettext(choice)
    return catalog("functions", language).gettext("Yes") if asked.widget == "yes" else text


def needed(form: type[CaseForm], name: str) -> bool:
    """Whether a field must be filled in."""
    return form.model_fields[name].is_required()


def _control(name: str, asked: Asked, value: str, notes: str, *, faulty: bool, needed: bool) -> Html:
    common: dict[str, str | int | bool | None] = {
        "id": name, "name": name, "autocomplete": asked.autocomplete, "required": needed,
        "aria_describedby": notes or None, "aria_invalid": "true" if faulty else None,
    }  # fmt: skip
    if asked.widget == "lines":
        return tag("textarea", value, rows=6, **common)
    numeric = "numeric" if asked.widget == "number" else None
    return tag("input", type=_TYPES.get(asked.widget, "text"), value=value, inputmode=numeric, **common)


def _card(name: str, key: str, text: str, value: str, *, needed: bool) -> Html:
    radio = tag("input", type="radio", name=name, value=key, checked=key == value, required=needed)
    return tag("label", radio, tag("span", text))
