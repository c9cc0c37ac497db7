"""The doors that ask for little: of a function that answers nothing else, so that its package holds nothing else."""

from __future__ import annotations

from collections.abc import Callable

from functions.home import Home
from functions.intake.handlers import intake_routes
from functions.intake.refusal_counter import RefusalCounter
from functions.tizme.pages import tizme_error
from functions.tizme.routes import tizme_routes
from functions.web import Caller, Request, Router, error_response
from shailoo.telemetry import learn

Door = Callable[[Home, RefusalCounter], Router]
"""Makes the routes of one door."""


def intake_door(home: Home, refused: RefusalCounter) -> Router:
    """The boxes' door alone: it asks for nothing that another door works with."""
    routes = tuple(intake_routes(home.intake_desk, home.clock, refused))
    learn(home.elections.values(), (route.name for route in routes))
    return Router(routes, nobody, lambda error, request: error_response(error, request.language("en")))


def tizme_door(home: Home, _: RefusalCounter) -> Router:
    """Find-my-station alone; without an index it has no routes."""
    desk = home.station_desk
    routes = tuple(tizme_routes(desk, home.settings.proxies)) if desk else ()
    learn(routes=(route.name for route in routes))
    return Router(routes, nobody, tizme_error)


def nobody(_: Request) -> Caller:
    """Nobody signs in at this door."""
    return Caller()
