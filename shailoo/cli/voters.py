"""`shailoo voters`: the voter list, from the population register's extract to the pages.

Each command says what it did, with `--json` as one object: rows, refused, seconds, peak memory, and what is its own.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from shailoo.cli.home import opened
from shailoo.errors import NotFound, Refused
from shailoo.model.voter_list import ListStage
from shailoo.usecases.apply_register import apply_register, register_in_force

if TYPE_CHECKING:
    from shailoo.assembly import Installation
    from shailoo.model.voter_list import VoterListMade

voters = typer.Typer(help="The voter list: import, distribution, pages.", no_args_is_help=True)

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the installation; made when it is not there.")]
AsJson = Annotated[bool, typer.Option("--json", help="Say one JSON object and nothing else on standard output.")]
Told = Callable[[str, int], None]
"""Is told which step is done, and how many thousandths of the whole are behind it."""


class RegisterThere(Refused):
    """A second address register where only the first one is taken without an act."""

    code = "register-there"


class BadDay(Refused):
    """Not a day."""

    code = "bad-day"


@voters.command()
def generate(
    count: Annotated[int, typer.Option("--count", help="How many voters.", min=1, max=10_000_000)],
    out: Annotated[Path, typer.Option("--out", help="The extract: .csv or .parquet. Its register lies beside it.")],
    *,
    election: Annotated[str, typer.Option("--election", help="The package whose stations are used.")] = "jk-2021-11-28",
    district: Annotated[list[str] | None, typer.Option("--district", help="Only stations of this district.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another seed, another people.")] = 1,
    day: Annotated[str, typer.Option("--day", help="The day of the extract; today unless given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make up a people with addresses, deterministically. Nobody in it exists."""
    from rehearsal.packages import find_package
    from rehearsal.voters.generate import generate as make_up

    with told("Voters are made up", as_json=as_json) as (began, progress):
        made = make_up(
            find_package(election), out, count=count, districts=tuple(district or ()), seed=seed, day=day_of(day),
            progress=lambda done, of: progress("", 1000 * done // max(of, 1)),
        )  # fmt: skip
    facts = {
        "rows": made.voters,
        "refused": 0,
        "addresses": made.addresses,
        "streets": made.streets,
        "stations": made.stations,
    }
    say(began, facts, as_json=as_json)


@voters.command("import")
def import_extract(
    file: Annotated[Path, typer.Argument(help="The population register's extract: CSV or Parquet.")],
    folder: Dir,
    *,
    register: Annotated[
        Path | None, typer.Option("--register", help="Folder of the address register, when it is new.")
    ] = None,
    stage: Annotated[ListStage, typer.Option("--stage", help="What the list is by law.")] = ListStage.PERMANENT,
    election: Annotated[str, typer.Option("--election", help="The election whose list it is.")] = "",
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the extract; today unless given.")] = "",
    allow_drop: Annotated[
        bool, typer.Option("--allow-drop", help="Accept that more than 5 % of the voters leave the list.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a version of the list from an extract. A broken file changes nothing; refused rows are listed."""
    with at_home(folder) as home, told("The extract is read", as_json=as_json) as (began, progress):
        first_register(home, file, register)
        made = home.voter_lists.import_extract(
            home.voter_source(file), stage=stage, election=election or None, as_of=day_of(as_of),
            synthetic=home.settings.mode == "rehearsal", last_election=last_election(home, day_of(as_of)),
            progress=progress, wishes=home.wishes(),
            allow_drop=allow_drop,
        )  # fmt: skip
        facts = {"rows": made.rows, "refused": made.refused, **version_facts(made.record)}
        if made.refused and not as_json:
            where = f"voters/lists/{made.record.folder}/refused.csv"
            typer.echo(f"every refused row, with what to do (private): {where}", err=True)
    say(began, facts, as_json=as_json)


@voters.command()
def assign(
    folder: Dir,
    register: Annotated[
        Path | None, typer.Option("--register", help="Folder of the address register; only while none is there.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Distribute all voters over polling stations by the address register: a new version of the list."""
    with at_home(folder) as home, told("Voters are distributed", as_json=as_json) as (began, progress):
        if register is not None:
            first_register(home, register, register)
        held = register_in_force(home.store)
        if held is None:
            raise NotFound(
                "There is no address register here yet. Name its folder: --register FOLDER.", folder=folder.name
            )
        made = home.voter_lists.assign(held.number, progress=progress)
        facts = {"rows": made.voters + made.queued, "refused": 0, **version_facts(made)}
    say(began, facts, as_json=as_json)


@voters.command()
def publish(folder: Dir, *, as_json: AsJson = False) -> None:
    """Make Tizme's pages of the newest version of the list; only what changed is written."""
    from shailoo.cli.tizme import publish_tizme

    with at_home(folder) as home, told("Pages are made", as_json=as_json) as (began, progress):
        done = publish_tizme(home, progress)
    say(began, done, as_json=as_json)


@contextmanager
def at_home(folder: Path) -> Iterator[Installation]:
    """Open the installation in a folder; an empty folder becomes one for a rehearsal, without elections."""
    from shailoo.assembly import Installation

    if not (folder / "settings.json").exists() and (not folder.exists() or not any(folder.iterdir())):
        Installation.create(folder, []).close()
    with opened(folder) as installation:
        yield installation


def first_register(home: Installation, file: Path, named: Path | None) -> None:
    """Load the address register that lies beside an extract, or the one that was named, when there is none yet.

    Another one is a change of boundaries: `shailoo voters boundaries` shows who would move before it is applied.
    """
    beside = file.with_suffix(".register")
    if named is not None and register_in_force(home.store) is not None:
        raise RegisterThere(
            "An address register is in force already. See who would move by another one, and apply it by an act: "
            "shailoo voters boundaries FOLDER --dir DIR",
            folder=named.name,
        )
    source = named or (beside if beside.is_dir() else None)
    if source is not None and register_in_force(home.store) is None:
        loaded = home.registers.load(source)
        apply_register(
            home.store, number=loaded.number, digest=loaded.digest, act=None, body="cec",
            day=home.registers.note(loaded.number).as_of, reason="the first address register of this installation",
            now=home.clock.now(),
        )  # fmt: skip


def last_election(home: Installation, day: date) -> date | None:
    """The last day before a day on which the whole country could vote; who came of age since has a first vote."""
    from builder.voters.elections_history import past_elections

    known = [one.day for one in past_elections() if one.scope == "country"]
    return max((one for one in (*known, *(held.day for held in home.elections.values())) if one < day), default=None)


@contextmanager
def told(what: str, *, as_json: bool) -> Iterator[tuple[float, Told]]:
    """A progress bar on the error output, or none beside JSON. Gives the moment of the start and whom to tell."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    began = time.monotonic()
    if as_json:
        yield began, lambda _step, _permille: None
        return
    columns = (TextColumn("{task.description:<36}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=1000)
        yield began, lambda step, permille: progress.update(task, completed=permille, description=f"{what}: {step}")


def say(began: float, facts: Mapping[str, object], *, as_json: bool) -> None:
    """Say what was done, how long it took, and how much memory the largest process had."""
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    whole = {**facts, "seconds": round(time.monotonic() - began, 2), "peak_rss_mb": peak // 1024}
    typer.echo(json.dumps(whole) if as_json else ", ".join(f"{name}: {value}" for name, value in whole.items()))


def version_facts(record: VoterListMade) -> dict[str, object]:
    """What is told of a version on the terminal."""
    return {
        "version": record.number,
        "stage": record.stage.value,
        "voters": record.voters,
        "queued": record.queued,
        "stations": record.stations,
    }


def day_of(text: str) -> date:
    """A day as it was typed; today in Bishkek for "". Raises BadDay."""
    if not text:
        return datetime.now(ZoneInfo("Asia/Bishkek")).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadDay("Give a day as 2026-11-25.", given=text[:20]) from error
