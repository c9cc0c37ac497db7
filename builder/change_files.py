"""Events and kept versions as objects for programs: codes and whole numbers, no sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from builder.tables import about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from builder.change_views import ChangedLine, Cut
    from builder.events import Event, Told
    from builder.view_places import Head


def feed_value(
    head: Head, place: tuple[str, str], told: Sequence[Told], entry_of: Callable[[Event], int | None]
) -> dict[str, Any]:
    """What changed at a place (its kind and identifier), newest first."""
    kind, name = place
    return {
        **about(head),
        "place": {"kind": kind, "id": name},
        "events": [_event(one, entry_of(one.event)) for one in reversed(told)],
    }


def _event(one: Told, log_entry: int | None) -> dict[str, Any]:
    """An event with the version that told of it. `log_entry`: number of its signed text in the log, if it has one."""
    event = one.event
    return {
        "id": event.id,
        "what": event.what,
        "happened": event.at,
        "version": one.version,
        "published_at": one.published,
        "stations": event.stations,
        "box": event.box or None,
        "detail": event.detail or None,
        "act": event.act or None,
        "body": event.body or None,
        "measures": event.measures,
        "reverses": event.reverses,
        "reason": event.reason or None,
        "sha256": event.sha256 or None,
        "log_entry": log_entry,
    }


def cut_value(cut: Cut) -> dict[str, Any]:
    """What is new in a kept version."""
    return {
        "version": cut.number,
        "published_at": cut.at,
        "previous": cut.previous,
        "causes": [{"cause": cause, "count": count} for cause, count in cut.causes],
        "figures": _values(cut.figures),
        "contests": [{"contest": one.contest, "lines": _values(one.lines)} for one in cut.contests],
    }


def _values(lines: Iterable[ChangedLine]) -> list[dict[str, Any]]:
    return [{"line": line.key, "before": line.before, "now": line.now} for line in lines]
