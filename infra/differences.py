"""What changed between two texts of a template, resource by resource."""

from __future__ import annotations

from collections.abc import Iterator

from infra.cloudformation import Json, read


def differences(before: str, after: str) -> Iterator[str]:
    """One line for each part that is new, gone or different; nothing when the templates mean the same."""
    old, new = read(before), read(after)
    for section in sorted({*old, *new} - {"Description", "Metadata"}):
        yield from _section(section, old.get(section, {}), new.get(section, {}))


def _section(section: str, old: Json, new: Json) -> Iterator[str]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield f"{section}: changed"
        return
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            what = "new" if name not in old else "gone" if name not in new else "changed"
            yield f"{section}/{name}: {what}"
