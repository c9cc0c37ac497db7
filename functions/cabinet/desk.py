"""What the cabinet's handlers work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from functions.cabinet.session import VoterSessions
from shailoo.model.election import Election
from shailoo.ports import Clock


@dataclass(frozen=True, slots=True)
class CabinetDesk:
    """`sessions` knows who is signed in; `clock` may tell a replayed evening's time."""

    sessions: VoterSessions
    clock: Clock
    elections: Mapping[str, Election]
