"""How long the steps of one report took: the store and the signer of the desk, with a watch beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Literal

from shailoo.ports import Entry, NoteSigner, Page, RecordStore
from shailoo.telemetry import Watch
from shailoo.usecases.accept_report import IntakeDesk

StepName = Literal["append", "sign"]
_taken: ContextVar[dict[StepName, int] | None] = ContextVar("taken", default=None)


def with_watches(desk: IntakeDesk) -> IntakeDesk:
    """The same desk; what its store and its signer take is noted while `steps_noted` is open in this thread."""
    return replace(desk, store=_WatchedStore(desk.store), signer=_WatchedSigner(desk.signer))


@contextmanager
def steps_noted() -> Iterator[dict[StepName, int]]:
    """Step -> milliseconds, of what this thread does while it is open; a step that was not taken is not there."""
    steps: dict[StepName, int] = {}
    token = _taken.set(steps)
    try:
        yield steps
    finally:
        _taken.reset(token)


def _note(step: StepName, watch: Watch) -> None:
    steps = _taken.get()
    if steps is not None:
        steps[step] = steps.get(step, 0) + watch.ms


@dataclass(frozen=True, slots=True)
class _WatchedStore:
    inner: RecordStore

    def append(self, key: str, body: bytes) -> Entry:
        watch = Watch()
        try:
            return self.inner.append(key, body)
        finally:
            _note("append", watch)

    def get(self, key: str) -> Entry | None:
        return self.inner.get(key)

    def page(self, prefix: str, *, cursor: str | None = None, limit: int = 100) -> Page:
        return self.inner.page(prefix, cursor=cursor, limit=limit)

    def feed(self, after: int, *, limit: int = 1000) -> Sequence[Entry]:
        return self.inner.feed(after, limit=limit)

    def last(self) -> int:
        return self.inner.last()


@dataclass(frozen=True, slots=True)
class _WatchedSigner:
    inner: NoteSigner

    def sign(self, text: str) -> bytes:
        watch = Watch()
        try:
            return self.inner.sign(text)
        finally:
            _note("sign", watch)
