"""The night for people: a progress bar while it is played, a table at its end, and for the demo the addresses."""

from __future__ import annotations

import json
import signal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from functions.server import listen
from rehearsal.applications import Planned, introduce
from rehearsal.identity import identity_provider
from rehearsal.night import Outcome, Phase, Rehearsal, Told, silent
from rehearsal.packages import MAIN, find_package, spread
from rehearsal.precincts import appoint_some
from rehearsal.voters.portal import Portal
from shailoo.assembly import IdentityProvider
from shailoo.model.base import LANGUAGES

SENTENCES: dict[Phase, str] = {
    "voters": "The voter list is made and published",
    "applications": "Voters apply, commissions decide",
    "turnout": "Precincts enter the turnout of the day",
    "day": "Ballot boxes count, close and print",
    "start": "Server and publisher start",
    "evening": "Boxes send their final reports",
    "annexes": "Boxes send preference votes",
    "settle": "The last pages are made",
    "compare": "Public figures are compared",
    "protocols": "Two people key every protocol",
    "papers": "Scanned papers are copied and approved",
    "public": "Counts by hand become public",
    "verify": "A stranger verifies what is public",
}


@contextmanager
def progress_bar(console: Console) -> Iterator[Told]:
    """A bar per phase, on the error output, so that standard output stays free."""
    columns = (TextColumn("{task.description:<42}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[Phase, TaskID] = {}
        lock = threading.Lock()

        def told(phase: Phase, done: int, of: int) -> None:
            with lock:
                if phase not in tasks:
                    tasks[phase] = progress.add_task(SENTENCES[phase], total=of)
                progress.update(tasks[phase], completed=done, total=of)

        yield told


def play(folder: Path, package: str, *, boxes: int | None = None, as_json: bool = False, evidence: bool = True) -> bool:
    """`shailoo rehearse`: play, compare, say what came out. Returns whether everything was right.

    Without `evidence` the days after the night are left out.
    """
    with ExitStack() as stack:
        told = silent if as_json else stack.enter_context(progress_bar(Console(stderr=True)))
        rehearsal = stack.enter_context(Rehearsal(folder, package or MAIN, boxes=boxes, told=told))
        rehearsal.applications()
        outcome = rehearsal.run(evidence=evidence)
    if as_json:
        print(json.dumps(asdict(outcome)))  # noqa: T201 -- the one object that was asked for
    else:
        Console().print(outcome_table(outcome))
    return outcome.good


def outcome_table(outcome: Outcome) -> Table:
    """What a night came to."""
    table = Table(title=f"Rehearsal of {outcome.election}", show_header=False)
    seconds = outcome.accept_to_public_s
    for name, value in (
        ("stations", outcome.stations),
        ("boxes, of them processes of their own", f"{outcome.boxes}, {outcome.processes}"),
        ("sent, accepted, published", f"{outcome.sent}, {outcome.accepted}, {outcome.published}"),
        ("held, conflicts, lost", f"{outcome.held}, {outcome.conflicts}, {outcome.lost}"),
        ("annexes with preference votes", outcome.annexes),
        ("accepted to public, median, p99, longest", f"{seconds['p50']} s, {seconds['p99']} s, {seconds['max']} s"),
        ("everything public after the last report", f"{outcome.complete_after_last_s} s"),
        ("scanned papers public", outcome.papers),
        ("protocols and reports keyed by two people", outcome.protocols),
        ("everything public verified by a stranger", "yes" if outcome.verified else "no"),
        ("day of the boxes, evening, days after, all", " s, ".join(map(str, seconds_of(outcome))) + " s"),
    ):
        table.add_row(name, str(value))
    for difference in outcome.differences[:20]:
        table.add_row("DIFFERENCE", difference)
    return table


def seconds_of(outcome: Outcome) -> tuple[float, ...]:
    """How long each part took, and all together."""
    return outcome.day_s, outcome.evening_s, outcome.evidence_s, outcome.wall_s


def show(package: str, port: int) -> None:
    """`shailoo demo`: play, then stay up until Ctrl-C. Everything lies in a folder that goes with it.

    Raises PortTaken before anything is begun.
    """
    listen(port).close()
    console = Console()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shailoo-demo-")))
        issuer = stack.enter_context(identity_provider())
        with progress_bar(console) as told:
            rehearsal = stack.enter_context(
                Rehearsal(
                    folder / "installation",
                    package or MAIN,
                    port=port,
                    identity=IdentityProvider(issuer=issuer, client_id="shailoo-demo"),
                    told=told,
                )
            )
            installation = rehearsal.installation
            names = appoint_some(rehearsal.election, installation.registry, installation.store, issuer)
            portal = Portal(
                installation.folder, find_package(package or MAIN), rehearsal.election,
                lambda done, of: told("voters", done, of),
            )  # fmt: skip
            planned: list[Planned] = []
            portal.make(folder / "extracts", between=lambda: planned.extend(rehearsal.applications(issuer)))
            voters = introduce(planned, issuer)
            rehearsal.announce = lambda: console.print(addresses(rehearsal, names, voters))
            outcome = rehearsal.run()
        console.print(outcome_table(outcome))
        console.print(addresses(rehearsal, names, voters))
        console.print("Ctrl-C ends it.")
        try:
            ended.wait()
        except KeyboardInterrupt:
            console.print("The demo ends.")


def addresses(rehearsal: Rehearsal, names: dict[str, str], voters: Sequence[str]) -> Table:
    """Where to look."""
    url, election = rehearsal.plan.url, rehearsal.election.id
    table = Table(title="Open in a browser", show_header=False)
    table.add_column()
    table.add_column(no_wrap=True)  # an address that is broken in two cannot be clicked
    for language in LANGUAGES:
        table.add_row(f"results, {language}", f"{url}/results/{language}/{election}/")
    home = f"{url}/results/ky/{election}"
    (station,) = spread(rehearsal.election, 1)
    table.add_row("three counts side by side", f"{home}/counts/")
    table.add_row("scanned papers, and what is owed", f"{home}/documents/")
    table.add_row("a station with its papers", f"{home}/station/{station.no}/")
    table.add_row("check it yourself", f"{url}/results/ky/about/check/")
    table.add_row("the voter portal", f"{url}/tizme/ky/")
    table.add_row("find my station", f"{url}/tizme/ky/find/")
    table.add_row("a voter's cabinet", f"{url}/api/cabinet/?lang=ky")
    table.add_row("sign in there as", ", ".join(voters))
    table.add_row("the public log", f"{url}/results/ky/log/")
    table.add_row("all elections", f"{url}/results/ky/")
    table.add_row("staff sign-in", f"{url}/staff/")
    table.add_row("applications, for commissions", f"{url}/staff/cases/")
    table.add_row("sign in there as", ", ".join(names))
    return table
