"""How far the day has come: the one small value that is replaced at each step, and never goes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationError

from edge_agent.errors import NotProvisioned, StorageDamaged
from edge_agent.storage import Storage
from shailoo.model.base import Frozen, Moment
from shailoo.records.canonical import canonical_json

MOST_COPIES = 999
_Copies = Annotated[int, Field(ge=0, le=MOST_COPIES)]


class Stage(StrEnum):
    """How far the day has come."""

    PROVISIONED = "provisioned"
    ZEROED = "zeroed"
    OPEN = "open"
    CLOSED = "closed"
    REPORTED = "reported"


class State(Frozen):
    """What is replaced at each step. Copies are those that were begun: a number is never used twice."""

    stage: Stage
    opened: Moment | None = None
    closed: Moment | None = None
    zero_copies: _Copies = 0
    final_copies: _Copies = 0
    annex_copies: _Copies = 0
    annex_printed: bool = False

    def bytes(self) -> bytes:
        """Canonical bytes."""
        return canonical_json(self.model_dump(mode="json"))


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a start found: the stage, whether the run before ended in disorder, whether counters had to be mended."""

    stage: Stage
    interrupted: bool
    mended: bool


def stored_state(storage: Storage) -> State:
    """Return the last acknowledged state.

    Raises NotProvisioned when there never was one, StorageDamaged for nonsense.
    """
    raw = storage.state.read()
    if raw is None:
        folder = storage.folder.name
        raise NotProvisioned("Provisioning was interrupted. Provision the box again.", folder=folder)
    try:
        return State.model_validate_json(raw)
    except ValidationError as error:
        raise StorageDamaged("The box's state makes no sense. Replace the box, or count by hand.") from error
