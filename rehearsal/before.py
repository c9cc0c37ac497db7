"""`shailoo demo --applications`: a month before election day, when voters still apply and commissions decide.

No box has counted anything. The list is preliminary, a part of the applications is there and in every status, and
whoever looks may file more: as a voter, as an operator of a precinct, as members of the commissions.
"""

from __future__ import annotations

import secrets
import signal
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from functions.server import listen
from rehearsal.applications import COUNT, Simulated, introduce, open_to_applications, play_applications
from rehearsal.evening import Line, save_evening
from rehearsal.identity import identity_provider
from rehearsal.packages import MAIN, find_package, package_files
from rehearsal.precincts import appoint_some
from rehearsal.services import Services
from rehearsal.voters.applicants import applicants
from rehearsal.voters.portal import Portal
from shailoo.assembly import IdentityProvider, Installation
from shailoo.ids import StationNo
from shailoo.model.base import LANGUAGES
from shailoo.model.election import Election
from shailoo.usecases.appoint import appoint, person_of

BEFORE_DAYS = 30
NEWCOMER = "voter-new"
"""Who has applied for nothing yet."""


def show_applications(package: str, port: int) -> None:
    """Make it, serve it until Ctrl-C, and leave nothing behind. Raises PortTaken before anything is begun."""
    listen(port).close()
    console, ended = Console(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with ExitStack() as stack:
        room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shailoo-demo-")))
        issuer = stack.enter_context(identity_provider())
        url = f"http://127.0.0.1:{port}"
        home = stack.enter_context(_month_before(room, package or MAIN, url, issuer))
        (election,) = home.elections.values()
        voters = _filled(home, election, room, find_package(package or MAIN), issuer)
        officials = _appointed(home, election, issuer)
        services = Services(home.folder, port, room / "logs")
        stack.callback(services.end)
        services.wait_until_up(election.id)
        console.print(_addresses(url, election, voters, officials))
        console.print("Ctrl-C ends it.")
        try:
            ended.wait()
        except KeyboardInterrupt:
            console.print("The demo ends.")


def _month_before(room: Path, package: str, url: str, issuer: str) -> Installation:
    folder = room / "installation"
    made = Installation.create(
        folder,
        [package_files(find_package(package))],
        identity=IdentityProvider(issuer=issuer, client_id="shailoo-demo"),
        client_secret=secrets.token_hex(16),
        origin=url,
    )
    (election,) = made.elections.values()
    told = election.opening(election.stations[0]) - timedelta(BEFORE_DAYS)
    # A line of one stretch that runs as fast as the wall's clock.
    line = Line((told, told + timedelta(days=1)), (0, 86_400_000))
    save_evening(folder, line, datetime.now(UTC).replace(microsecond=0))
    return open_to_applications(made)


def _filled(home: Installation, election: Election, room: Path, package: Path, issuer: str) -> Sequence[str]:
    """The list and the applications; returns under which names a visitor may sign in as a voter.

    The newcomer has stood before the device of every precinct near by: a simulated one recognises nobody by itself.
    """
    Portal(home.folder, package, election, _silent).make_preliminary(room / "extracts")
    planned = play_applications(home, election, issuer, until=home.clock.now())
    known = introduce(planned, issuer)
    first = election.stations[0].no  # whose precinct a visitor signs in for
    people = applicants(home.folder, election, 2 * COUNT)[COUNT:]
    newcomer = next((one for one in people if one.station == first), people[0])
    httpx.put(f"{issuer}/users/{NEWCOMER}", json=newcomer.claims()).raise_for_status()
    device, near = home.identification, election.station_by_no[newcomer.station].tec
    for station in election.stations:
        if isinstance(device, Simulated) and station.tec == near:
            device.recognise(StationNo(station.no), newcomer.pin, home.clock.now())
    return (NEWCOMER, *known)


def _silent(done: int, of: int) -> None:
    """Say nothing."""
    _ = done, of


def _appointed(home: Installation, election: Election, issuer: str) -> Sequence[str]:
    """Members of commissions; of the precinct two, for an identification without the device wants a second one."""
    names = appoint_some(election, home.registry, home.store, issuer)
    precinct = next(name for name in names if name.startswith("pec-"))
    second = f"{precinct}-second"
    now = home.clock.now()
    appoint(person_of(issuer, second), precinct, "precinct", registry=home.registry, store=home.store, now=now, by=None)
    return (precinct, second, *(name for name in names if name != precinct))


def _addresses(url: str, election: Election, voters: Sequence[str], officials: Sequence[str]) -> Table:
    table = Table(title=f"{BEFORE_DAYS} days before {election.short_name.en}: open in a browser", show_header=False)
    table.add_column()
    table.add_column(no_wrap=True)
    for language in LANGUAGES:
        table.add_row(f"apply, {language}", f"{url}/api/cases/?lang={language}")
    table.add_row("voter's cabinet", f"{url}/api/cabinet/")
    table.add_row("sign in there as", ", ".join(voters))
    table.add_row("desk", f"{url}/staff/cases/")
    table.add_row("precinct's table", f"{url}/staff/precinct/{election.id}")
    table.add_row("sign in there as", ", ".join(officials))
    table.add_row("voter portal", f"{url}/tizme/ky/")
    return table
