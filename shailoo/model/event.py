"""What may be said about a running installation: events with declared fields of closed kinds.

No field takes free text. A value that is not of its field's kind is written as `?`, so that a log line cannot carry a
name, a PIN, an address or a sentence, whoever tries: not by care, but because there is no place for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, ClassVar, Literal, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

from shailoo.errors import ShailooError

Level = Literal["info", "warning", "error"]
Program = Literal[
    "intake", "staff", "tizme", "cases", "server", "herald", "publisher", "copyist", "cosigner", "notices"
]  # fmt: skip
"""`server` is the one process of a town in which the doors `intake`, `staff`, `tizme` and `cases` are."""
Shown = str | int | bool
EVERY_LINE = frozenset({"ts", "event", "level", "program"})
UNFIT: Shown = "?"
"""What stands in a line instead of a value that is not of its field's kind."""
NAMESPACE = "Shailoo"
"""Of metrics in the cloud; on one machine `shailoo_` begins their names."""


@dataclass(frozen=True, slots=True)
class Words:
    """What this installation's packages name; a field that names something takes nothing else."""

    elections: frozenset[str] = frozenset()
    stations: frozenset[str] = frozenset()
    boxes: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """A closed kind of values: what it is, and how one is shown."""

    name: str
    meaning: str
    show: Callable[[object, Words], Shown] = field(repr=False)


def _number(low: int, high: int) -> Callable[[object, Words], Shown]:
    def show(value: object, _: Words) -> Shown:
        return value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else UNFIT

    return show


def _spelled(pattern: str) -> Callable[[object, Words], Shown]:
    right = re.compile(pattern)

    def show(value: object, _: Words) -> Shown:
        return value if isinstance(value, str) and right.fullmatch(value) else UNFIT

    return show


def _named(known: Callable[[Words], frozenset[str]]) -> Callable[[object, Words], Shown]:
    def show(value: object, words: Words) -> Shown:
        return str(value) if isinstance(value, str) and value in known(words) else UNFIT

    return show


def _code(value: object, _: Words) -> Shown:
    """The code of an error of our tree; a child of it, never its sentence or its facts."""
    known = value in _codes() if isinstance(value, str) else False
    return str(value) if known else UNFIT


def _codes(parent: type[ShailooError] = ShailooError) -> set[str]:
    return {parent.code}.union(*(_codes(child) for child in parent.__subclasses__()))


def _fault(value: object, _: Words) -> Shown:
    """`module.Type at module:line`: the type, and where our own code was; never what the exception says."""
    if not isinstance(value, BaseException):
        return UNFIT
    kind, at, trace = type(value), "?", value.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", "?"))
        if at == "?" or module.partition(".")[0] in _OURS:
            at = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    shown = f"{kind.__module__}.{kind.__qualname__} at {at}"
    return shown if _IN_CODE.fullmatch(shown) else UNFIT


_OURS = ("shailoo", "functions", "builder", "rehearsal")
_IN_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_.<>]{0,150} at [A-Za-z_?][A-Za-z0-9_.]{0,100}(?::[0-9]{1,6})?")


def _flag(value: object, _: Words) -> Shown:
    return value if isinstance(value, bool) else UNFIT


def _event(value: object, _: Words) -> Shown:
    return value if isinstance(value, str) and value in _names else UNFIT


_names: set[str] = set()
"""Of every event that is declared."""


MOST = 10**9
"""The largest number of a line. A PIN has fourteen digits, a telephone number with its country twelve."""

KINDS = {
    one.name: one
    for one in (
        Kind("election", "identifier of an election of this installation", _named(lambda words: words.elections)),
        Kind("station", "number of a polling station of a package", _named(lambda words: words.stations)),
        Kind("box", "serial number of a ballot box of a package", _named(lambda words: words.boxes)),
        Kind("route", "method and template of an address, as declared", _named(lambda words: words.routes)),
        Kind("digest", "SHA-256 of bytes that are or will be public, 64 hexadecimal digits", _spelled("[0-9a-f]{64}")),
        Kind("trace", "32 hexadecimal digits that tie lines together", _spelled("[0-9a-f]{32}")),
        Kind("span", "16 hexadecimal digits that name a step", _spelled("[0-9a-f]{16}")),
        Kind("code", "code of an error of our tree (docs/api.md)", _code),
        Kind("fault", "type of an exception and module:line of ours; never its text", _fault),
        Kind("status", "HTTP status", _number(100, 599)),
        Kind("count", "how many", _number(0, MOST)),
        Kind("number", "number of a record, a version or a size of the log", _number(0, MOST)),
        Kind("bytes", "bytes", _number(0, MOST)),
        Kind("ms", "milliseconds", _number(0, MOST)),
        Kind("s", "seconds", _number(0, MOST)),
        Kind("exit", "how a process ended: its code, or minus the signal's number", _number(-99, 255)),
        Kind("flag", "yes or no", _flag),
        Kind("event", "name of an event of this catalogue", _event),
    )
}

ElectionName = Annotated[str, KINDS["election"]]
StationName = Annotated[str, KINDS["station"]]
BoxName = Annotated[str, KINDS["box"]]
RouteName = Annotated[str, KINDS["route"]]
PublicDigest = Annotated[str, KINDS["digest"]]
TraceId = Annotated[str, KINDS["trace"]]
SpanId = Annotated[str, KINDS["span"]]
Code = Annotated[str, KINDS["code"]]
Fault = Annotated[BaseException, KINDS["fault"]]
Status = Annotated[int, KINDS["status"]]
Count = Annotated[int, KINDS["count"]]
Number = Annotated[int, KINDS["number"]]
Bytes = Annotated[int, KINDS["bytes"]]
Ms = Annotated[int, KINDS["ms"]]
Seconds = Annotated[int, KINDS["s"]]
Exit = Annotated[int, KINDS["exit"]]
Flag = Annotated[bool, KINDS["flag"]]
EventName = Annotated[str, KINDS["event"]]


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that an event moves.

    A counter grows by one, or by the field `of`; a gauge becomes `of`; a histogram takes `of` in. `by` are fields of
    closed kinds whose values are labels on one machine; in the cloud there is one figure for a deployment. `when` is a
    field, and the least and the most that it may be for the event to move this figure at all.
    """

    kind: Literal["counter", "gauge", "histogram"]
    name: str
    meaning: str
    of: str | None = None
    by: tuple[str, ...] = ()
    when: tuple[str, int, int] | None = None
    unit: Literal["Count", "Milliseconds", "Seconds", "Bytes"] = "Count"


@dataclass(frozen=True, slots=True)
class Slot:
    """A field of an event as declared."""

    name: str
    kind: Kind
    optional: bool
    note: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """What stands in the catalogue for one event."""

    name: str
    level: Level
    programs: tuple[Program, ...]
    meaning: str
    act: str
    """What an operator does when it comes."""
    slots: tuple[Slot, ...]
    metrics: tuple[Metric, ...]
    quiet: bool
    """True for an event that moves figures and writes no line on one machine."""
    strangers: bool
    """True for an event that anybody on the network can bring about: its lines are so many a second at most."""


class Event:
    """Base of every event."""

    declared: ClassVar[Declaration]


Made = TypeVar("Made", bound=Event)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(
    level: Level,
    *programs: Program,
    act: str,
    metrics: tuple[Metric, ...] = (),
    quiet: bool = False,
    strangers: bool = False,
) -> Callable[[type[Made]], type[Made]]:
    """Declare an event. Its name is the class's, in small letters with hyphens; its docstring says what happened.

    Raises TypeError, at import, for a field of no closed kind and for a metric of a field that is not there.
    """

    def declare(cls: type[Made]) -> type[Made]:
        made = dataclass(frozen=True, kw_only=True)(cls)
        slots = tuple(slots_of(made))
        names = {slot.name for slot in slots}
        if names & EVERY_LINE:
            message = f"{cls.__name__} has a field that every line has: {sorted(names & EVERY_LINE)}"
            raise TypeError(message)
        for metric in metrics:
            asked = {metric.of or "", *metric.by, metric.when[0] if metric.when else ""} - {""}
            if not asked <= names:
                message = f"{cls.__name__}: {metric.name} is made of what is not there: {sorted(asked - names)}"
                raise TypeError(message)
        made.declared = Declaration(
            name=re.sub(r"(?<=[a-z])(?=[A-Z])", "-", cls.__name__).lower(),
            level=level,
            programs=programs,
            meaning=" ".join((cls.__doc__ or "").split()),
            act=act,
            slots=slots,
            metrics=metrics,
            quiet=quiet,
            strangers=strangers,
        )
        _names.add(made.declared.name)
        return made

    return declare


def slots_of(cls: type[Event]) -> list[Slot]:
    """The fields of an event. Raises TypeError for one that is of no closed kind."""
    hints = get_type_hints(cls, include_extras=True)
    return [_slot(cls, one.name, hints[one.name]) for one in fields(cls)]  # type: ignore[arg-type]  # a dataclass by `event`


def _slot(cls: type[Event], name: str, hint: object) -> Slot:
    parts = [part for part in get_args(hint) if part is not type(None)]
    optional = get_origin(hint) is not Annotated and len(parts) < len(get_args(hint))
    if optional and len(parts) == 1:
        hint = parts[0]
    note, kind = "", None
    if get_origin(hint) is Annotated:
        base, *told = get_args(hint)
        kind = next((one for one in told if isinstance(one, Kind)), None)
        note = next((one for one in told if isinstance(one, str)), "")
        hint = base
    if get_origin(hint) is Literal:
        kind = one_of(get_args(hint))
    if kind is None:
        message = f"{cls.__name__}.{name} is of no closed kind; see shailoo.model.event.KINDS"
        raise TypeError(message)
    return Slot(name, kind, optional, note)


def one_of(words: tuple[object, ...]) -> Kind:
    """The kind of one of a few words that stand in the program."""
    told = " ".join(f"`{word}`" for word in words)
    return Kind("word", told, lambda value, _: str(value) if isinstance(value, str) and value in words else UNFIT)


def shown(said: Event, words: Words) -> Mapping[str, Shown]:
    """The fields of an event as a line has them: in the order of their declaration, absent ones left out."""
    found: dict[str, Shown] = {}
    for slot in said.declared.slots:
        value = getattr(said, slot.name)
        if value is not None or not slot.optional:
            found[slot.name] = slot.kind.show(value, words)
    return found


def moved(said: Event, values: Mapping[str, Shown]) -> list[tuple[Metric, int]]:
    """Which figures an event moves, and by or to how much."""
    found = []
    for metric in said.declared.metrics:
        if metric.when is not None and not _between(values.get(metric.when[0]), *metric.when[1:]):
            continue
        amount = 1 if metric.of is None else values.get(metric.of)
        if isinstance(amount, int):
            found.append((metric, int(amount)))
    return found


def _between(value: Shown | None, least: int, most: int) -> bool:
    return isinstance(value, int) and least <= value <= most
