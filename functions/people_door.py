"""The door of people alone: applications, the cabinet, and the description of the whole interface."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from functions.home import Home
from functions.intake.handlers import intake_routes
from functions.intake.refusal_counter import RefusalCounter
from functions.routers import make_router
from functions.tizme.routes import tizme_routes
from functions.web import Route, Router
from shailoo.usecases.accept_report import IntakeDesk
from shailoo.usecases.find_station import StationDesk


def people_door(home: Home, refused: RefusalCounter) -> Router:
    """Applications and the cabinet. Other functions answer the rest; what they answer is described here too."""
    return make_router(home, refused, parts=("cases", "cabinet"), beside=_of_others(home, refused))


def _of_others(home: Home, refused: RefusalCounter) -> Iterable[Route]:
    """The routes that other functions answer. Nobody is led to them: the desks behind have no keys, no index."""
    intake = IntakeDesk(home.registry, {}, home.grouped, home.private, home.case_desk.signer)
    return (*intake_routes(intake, home.clock, refused), *tizme_routes(cast("StationDesk", None)))
