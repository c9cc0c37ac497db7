"""`shailoo voters`, the days after the first list: updates, boundaries, those who took part, posters, the queue."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shailoo.cli.voters import AsJson, Dir, at_home, day_of, last_election, say, told, version_facts, voters
from shailoo.errors import NotFound
from shailoo.ids import StationNo
from shailoo.model.voter_list import ListStage
from shailoo.usecases.apply_register import apply_register

_SHOWN = 20
"""Pairs of stations that are told on the terminal; all stand in the private file."""


@voters.command()
def update(
    source: Annotated[Path, typer.Argument(help="Folder into which the register puts its extracts, or one extract.")],
    folder: Dir,
    *,
    due: Annotated[bool, typer.Option("--when-due", help="Do nothing unless an update is due today.")] = False,
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the extract; today unless given.")] = "",
    stage: Annotated[str, typer.Option("--stage", help="Another stage than the list has now.")] = "",
    as_json: AsJson = False,
) -> None:
    """Import the newest extract, distribute who is new, publish. A timer runs it daily with --when-due."""
    from shailoo.assembly import newest_list
    from shailoo.cli.tizme import election_days, publish_tizme
    from shailoo.rules.list_schedule import is_due

    day = day_of(as_of)
    with at_home(folder) as home, told("The list is updated", as_json=as_json) as (began, progress):
        current = newest_list(home.voter_reader().made())
        if due and not is_due(day, current.as_of if current is not None else None, election_days(home)):
            say(began, {"rows": 0, "refused": 0, "due": False}, as_json=as_json)
            return
        made = home.voter_lists.import_extract(
            home.voter_source(newest_extract(source)),
            stage=ListStage(stage) if stage else (current.stage if current is not None else ListStage.PERMANENT),
            election=current.election if current is not None else None,
            as_of=day,
            synthetic=home.settings.mode == "rehearsal",
            last_election=last_election(home, day),
            wishes=home.wishes(),
            progress=lambda step, permille: progress(step, permille // 2),
        )
        done = publish_tizme(home, lambda step, permille: progress(step, 500 + permille // 2))
    say(began, {**done, "rows": made.rows, "refused": made.refused, **version_facts(made.record)}, as_json=as_json)


@voters.command()
def applications(folder: Dir, *, as_json: AsJson = False) -> None:
    """Make a version of the list that follows all granted applications, and publish; nothing if it does already.

    An application that the list cannot follow is told by its number: look at it on the desk.
    """
    from shailoo.cli.tizme import publish_tizme

    with at_home(folder) as home, told("Applications are carried out", as_json=as_json) as (began, progress):
        made, faults = home.voter_lists.carry(
            home.wishes(), progress=lambda step, permille: progress(step, permille // 2)
        )
        facts: dict[str, object] = {
            "rows": 0, "refused": len(faults), "faults": [[one.number, one.problem] for one in faults],
        }  # fmt: skip
        if made is not None:
            facts |= publish_tizme(home, lambda step, permille: progress(step, 500 + permille // 2))
            facts |= {**version_facts(made), "rows": made.voters}
    say(began, facts, as_json=as_json)


def newest_extract(source: Path) -> Path:
    """The file itself, or the extract of a folder whose name sorts last (names begin with the day). Raises NotFound."""
    if source.is_file():
        return source
    found = sorted(one for one in source.glob("*") if one.suffix in {".csv", ".parquet"})
    if not found:
        raise NotFound("There is no extract (.csv or .parquet) here.", folder=source.name)
    return found[-1]


@voters.command()
def boundaries(
    register: Annotated[Path, typer.Argument(help="Folder of the changed address register.")],
    folder: Dir,
    *,
    apply: Annotated[bool, typer.Option("--apply", help="Put it in force and move the voters.")] = False,
    act: Annotated[str, typer.Option("--act", help="Number of the act that decides it.")] = "",
    body: Annotated[str, typer.Option("--body", help="The commission that decided.")] = "cec",
    day: Annotated[str, typer.Option("--day", help="Day of the act; today unless given.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; published word for word.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show who would vote elsewhere by another address register; with --apply, an act puts it in force."""
    with at_home(folder) as home, told("The register is compared", as_json=as_json) as (began, progress):
        loaded = home.registers.load(register)
        progress("people", 300)
        planned = home.plan_boundaries(loaded.number)
        facts: dict[str, object] = {
            "rows": planned.people, "refused": 0, "register": loaded.number, "moving": planned.moving,
            "stranded": planned.stranded, "list": f"voters/boundaries/{loaded.number:06}.csv",
            "moves": [[one.source, one.target, one.people] for one in planned.moved[: None if as_json else _SHOWN]],
        }  # fmt: skip
        if apply:
            apply_register(
                home.store, number=loaded.number, digest=loaded.digest, act=act or None, body=body, day=day_of(day),
                reason=reason or "change of the address register", now=home.clock.now(),
                plan=planned.digest if planned.moved else None, moved=planned.moved,
            )  # fmt: skip
            progress("list", 600)
            facts |= version_facts(home.voter_lists.assign(loaded.number, because="boundaries"))
    say(began, facts, as_json=as_json)


@voters.command("took-part")
def took_part(
    file: Annotated[Path, typer.Argument(help="Identification reports: columns station and pin.")],
    folder: Dir,
    election: Annotated[str, typer.Option("--election", help="The election that was held.")],
    *,
    day: Annotated[str, typer.Option("--day", help="Election day; today unless given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make the list of those who took part, without order or hour, from the identification reports."""
    with at_home(folder) as home, told("Reports are read", as_json=as_json) as (began, _progress):
        made = home.voter_lists.take_part(home.voter_source(file), election=election, as_of=day_of(day))
    say(began, {"rows": made.rows, "refused": made.refused, **version_facts(made.record)}, as_json=as_json)


@voters.command()
def post(
    folder: Dir,
    *,
    station: Annotated[list[str] | None, typer.Option("--station", help="Only this station.")] = None,
    stage: Annotated[
        str, typer.Option("--stage", help="The newest list of this stage; the newest of all if not given.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make the printable PDF of each station's list, for posting at the precinct. Private: no page links to them."""
    from builder.voters.posting import post as make_posters
    from shailoo.cli.tizme import three, tizme_of

    with at_home(folder) as home, told("Posters are made", as_json=as_json) as (began, _progress):
        tizme = tizme_of(home)
        version = next((one for one in reversed(tizme.made) if not stage or one.stage.value == stage), None)
        if version is None:
            raise NotFound("There is no list of this stage yet.", stage=stage)
        held = home.elections.get(version.election or "")
        done = make_posters(
            tizme, folder / "voters" / "posting", [StationNo(one) for one in station] if station else None,
            version=version, election=three(held.short_name) if held is not None else None,
        )  # fmt: skip
    say(began, {"rows": version.voters, "refused": 0, "written": done.written, "kept": done.kept}, as_json=as_json)


@voters.command()
def queue(folder: Dir, *, as_json: AsJson = False) -> None:
    """Who is on no station's list, and why: counts here, people in a private file."""
    with at_home(folder) as home, told("The queue is written", as_json=as_json) as (began, _progress):
        record, reasons = home.write_queue()
    where = f"voters/lists/{record.folder}/queue.csv"
    say(began, {"rows": record.queued, "refused": 0, "reasons": dict(reasons), "list": where}, as_json=as_json)


@voters.command()
def findings(folder: Dir, *, as_json: AsJson = False) -> None:
    """What is odd in the address register and the distribution: gaps, overlaps, large stations, crowded houses."""
    with at_home(folder) as home, told("The register is looked through", as_json=as_json) as (began, _progress):
        counts = home.write_findings()
    say(began, {"rows": sum(counts.values()), "refused": 0, **counts, "list": "voters/findings.json"}, as_json=as_json)


__all__ = ["voters"]
