"""From the first page of a form to the receipt, one page after another, without a script.

    begin → the form's own steps → documents → look through → receipt

What was typed lies in the draft after every page, so that a broken link or an empty battery loses nothing: whoever has
the code goes on where they were. The code travels in the body of a form, never in an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from zoneinfo import ZoneInfo

from functions.cases.door import PREFIX, CaseDoor
from functions.cases.forms import answers, fault_summary, form_fields, steps_bar, steps_of, typed
from functions.cases.frame import SCRIPT, kind_title, page, pairs, says, words
from functions.cases.paper_step import named, paper_blocks
from functions.cases.place_field import PLACES_SCRIPT, asks_place
from functions.cases.reach import reach_fields, reach_summary
from functions.cases.visitor import Visitor
from functions.cases.work import BITS
from functions.staff.pages import Html, join, select, tag
from functions.web import Response
from shailoo.i18n import local_date
from shailoo.model.base import Language
from shailoo.model.case_kind import CaseKind, asked_of
from shailoo.ports import Places
from shailoo.usecases.case_drafts import CaseDraft
from shailoo.usecases.case_refusals import FormNotFilled
from shailoo.usecases.file_case import check_places, read_form


@dataclass(frozen=True, slots=True)
class Here:
    """Where somebody stands on the way. `step` counts from 1; 0 is the beginning, before there is a draft."""

    kind: CaseKind
    language: Language
    step: int
    code: str = field(default="", repr=False)
    draft: CaseDraft | None = field(default=None, repr=False)
    faults: Mapping[str, str] = field(default_factory=dict)
    saved: bool = False


def step_names(kind: CaseKind, language: Language) -> list[str]:
    """Names of the pages of a kind's way."""
    _ = says(language).gettext
    own = steps_of(kind.form)
    names = [_("What it is about")] if own == 1 else [_("What it is about"), *[_("More about it")] * (own - 1)]
    if kind.documents:
        names.append(_("Documents"))
    return [*names, _("Look through and hand in")]


def documents_step(kind: CaseKind) -> int | None:
    """Which page takes documents, if any does."""
    return steps_of(kind.form) + 1 if kind.documents else None


def last_step(kind: CaseKind) -> int:
    """Which page hands in."""
    return steps_of(kind.form) + (1 if kind.documents else 0) + 1


def step_faults(door: CaseDoor, kind: CaseKind, fields: Mapping[str, str], step: int) -> dict[str, str]:
    """What must be mended on one step; what other steps lack is theirs to say."""
    asked = asked_of(kind.form)
    faults: dict[str, str] = {}
    for check in (lambda: read_form(kind.form, fields), lambda: check_places(kind.form, fields, door.desk)):
        try:
            check()
        except FormNotFilled as error:
            faults = {**error.faults, **faults}
    return {name: fault for name, fault in faults.items() if name in asked and asked[name].step == step}


def merged(draft: CaseDraft, kind: CaseKind, sent: Mapping[str, str], step: int, places: Places | None) -> CaseDraft:
    """The draft with what one page has sent: its fields as they are now, also those that were emptied."""
    asked = asked_of(kind.form)
    kept = {name: value for name, value in draft.fields.items() if name in asked and asked[name].step != step}
    fresh = {name: value for name, value in typed(kind.form, sent, places).items() if asked[name].step == step}
    return draft.model_copy(update={"fields": {**kept, **fresh}})


def begin_page(
    door: CaseDoor, kind: CaseKind, language: Language, visitor: Visitor, *, station: str, fault: str = ""
) -> Response:
    """What the kind is for, whether it is filed today, and for which station."""
    _, word = says(language).gettext, words(language).gettext
    elections = door.open_elections(kind)
    blocks: list[Html] = [tag("p", word(kind.purpose)), tag("p", word(kind.article), class_="hint")]
    if not elections:
        blocks += [tag("p", _("This is not filed today."), class_="error"), *_days(door, kind, language)]
        return page(language, kind_title(kind, language), *blocks, address=f"{PREFIX}new/{kind.name}")
    if kind.signed_in and visitor.applicant is None:
        blocks += [
            tag("p", _("Sign in first, so that nobody can apply in your name. On paper and by telephone the precinct "
                       "commission takes your application too.")),
            tag("p", tag("a", _("Sign in"), class_="button",
                         href=f"/api/cabinet/login?next={PREFIX}new/{kind.name}")),
        ]  # fmt: skip
        return page(language, kind_title(kind, language), *blocks, address=f"{PREFIX}new/{kind.name}")
    choice = [(one.id, one.short_name.text(language)) for one in elections]
    rows = [tag("div", tag("label", _("Election"), for_="election"), named(select("election", choice), "election"),
                class_="field")]  # fmt: skip
    if kind.needs_station:
        trouble = [tag("p", _(fault), class_="msg", id="station-fault")] if fault else []
        rows.append(
            tag(
                "div", tag("label", _("Number of your polling station"), for_="station"),
                tag("p", _("Four digits. "), tag("a", _("Find my station"), href=f"/tizme/{language}/find/"),
                    class_="hint", id="station-hint"),
                *trouble,
                tag("input", id="station", name="station", value=station, inputmode="numeric", required=True,
                    maxlength=6, autocomplete="off", aria_describedby="station-hint",
                    aria_invalid="true" if fault else None),
                class_="field error" if fault else "field",
            )
        )  # fmt: skip
    work = [tag("input", type="hidden", name=name, value="") for name in ("task", "work")]
    form = tag(
        "form", _hidden(language, "", 0, visitor), *work, *rows, tag("button", _("Begin")), method="post",
        action=f"{PREFIX}new/{kind.name}", class_="case", data_task=door.task(), data_bits=BITS,
    )  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
    address = f"{PREFIX}new/{kind.name}"
    return page(language, kind_title(kind, language), *blocks, form, address=address, status=status, script=SCRIPT)


def _days(door: CaseDoor, kind: CaseKind, language: Language) -> list[Html]:
    """On which days a kind is filed, by election; nothing where the calendar has none."""
    _ = says(language).gettext
    lines = []
    for election in sorted(door.elections.values(), key=lambda one: (one.day, one.id)):
        window = door.desk.calendar(election.id).windows.get(kind.name)
        if window is None:
            continue
        today = door.now().astimezone(ZoneInfo(election.zone)).date()
        first, last = local_date(window.first, language), local_date(window.last, language)
        said = _("Can be filed from {first} to {last}", first=first, last=last)
        if today > window.last:
            said = _("Could be filed until {last}", last=last)
        lines.append(tag("li", tag("b", election.short_name.text(language)), tag("span", said)))
    return [tag("ul", *lines, class_="kinds")] if lines else []


def step_page(door: CaseDoor, here: Here, visitor: Visitor) -> Response:
    """The page of one step, with what the draft has."""
    kind, language, draft = here.kind, here.language, here.draft
    assert draft is not None  # noqa: S101 -- only the first page has none
    _ = says(language).gettext
    bar = steps_bar(step_names(kind, language), here.step, language)
    blocks: list[Html] = [bar]
    if here.saved:
        blocks.append(_saved(here))
    action, buttons = f"{PREFIX}new/{kind.name}", [tag("button", _("Next"), name="go", value="next")]
    if here.step == documents_step(kind):
        hidden = _hidden(language, here.code, here.step, visitor)
        blocks += paper_blocks(kind, draft, language, hidden, here.faults)
        inside: list[Html] = []
    elif here.step == last_step(kind):
        blocks.append(reach_summary(here.faults, language))
        blocks += [tag("p", _("Look through what you hand in. Afterwards nothing can be changed."))]
        blocks.append(look_through(door, here))
        inside = reach_fields(door.notices, draft.reach, here.faults, language)
        buttons = [tag("button", _("Hand in"), name="go", value="submit")]
    else:
        blocks.append(fault_summary(kind.form, here.faults, language))
        places = door.desk.places
        inside = form_fields(kind.form, draft.fields, here.faults, language, step=here.step, places=places)
    if here.step > 1:
        buttons.append(tag("button", _("Back"), name="go", value="back", class_="second", formnovalidate=True))
    buttons.append(tag("button", _("Save and leave"), name="go", value="save", class_="second", formnovalidate=True))
    blocks.append(
        tag("form", _hidden(language, here.code, here.step, visitor), *inside, tag("div", *buttons, class_="ways"),
            method="post", action=action, class_="case", data_way=True)
    )  # fmt: skip
    status = HTTPStatus.UNPROCESSABLE_ENTITY if here.faults else HTTPStatus.OK
    script = SCRIPT if here.step == documents_step(kind) else None
    if here.step <= steps_of(kind.form) and asks_place(kind.form, here.step):
        script = PLACES_SCRIPT
    return page(language, kind_title(kind, language), *blocks, address="", status=status, script=script)


def look_through(door: CaseDoor, here: Here) -> Html:
    """Everything that is about to be handed in."""
    assert here.draft is not None  # noqa: S101 -- only the first page has none
    kind, language, draft = here.kind, here.language, here.draft
    _, word = says(language).gettext, words(language).gettext
    election = door.elections.get(draft.election)
    rows: list[tuple[str, Html | str]] = []
    if election is not None:
        rows.append((_("Election"), election.name.text(language)))
    if draft.station is not None:
        rows.append((_("Polling station"), draft.station))
    rows += answers(kind.form, draft.fields, language, door.desk.places)
    labels = {rule.kind: word(rule.label) for rule in kind.documents}
    counted: dict[str, int] = {}
    for one in draft.documents:
        counted[one.kind] = counted.get(one.kind, 0) + 1
    rows += [(labels.get(name, name), _("files: {n}", n=n)) for name, n in counted.items()]
    return pairs(rows)


def saved_page(here: Here) -> Response:
    """The draft is kept: the code with which to go on."""
    _ = says(here.language).gettext
    return page(here.language, _("Your application is saved and not handed in yet"), _saved(here), address="")


def at(here: Here, step: int) -> Here:
    """The same at another step."""
    return replace(here, step=step, faults={})


def _saved(here: Here) -> Html:
    _ = says(here.language).gettext
    return tag(
        "div",
        tag("p", _("Write down this code. With it you go on, on any device, for thirty days:")),
        tag("p", here.code, class_="code"),
        tag("p", tag("a", _("Go on with a code"), href=f"{PREFIX}go-on?lang={here.language}")),
    )


def _hidden(language: Language, code: str, step: int, visitor: Visitor) -> Html:
    return join(
        tag("input", type="hidden", name="lang", value=language),
        *([tag("input", type="hidden", name="code", value=code)] if code else []),
        tag("input", type="hidden", name="step", value=step),
        *([tag("input", type="hidden", name="token", value=visitor.token)] if visitor.token else []),
    )
