"""`shailoo town …`, `shailoo upgrade`: a town's installation on one machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from shailoo.cli.home import opened
from shailoo.telemetry import start

town = typer.Typer(help="A town's installation on one machine.", no_args_is_help=True)
Dir = Annotated[Path, typer.Option("--dir", help="Folder of the installation.")]
DEFAULT_BACKUPS = "/var/backups/shailoo"
Part = Literal["intake", "staff", "tizme", "cases"]
AsJson = Annotated[bool, typer.Option("--json", help="Say one JSON object and nothing else on standard output.")]


@town.command()
def serve(
    folder: Dir,
    part: Annotated[Part, typer.Option("--part", help="Which part of the installation answers here.")],
    port: Annotated[int | None, typer.Option("--port", help="Port on the loopback.", min=0, max=65535)] = None,
) -> None:
    """Serve one part of an installation on the loopback, with that part's keys only, and nothing beside it."""
    from functions.server import serve as serve_http
    from shailoo.town import PORTS, SERVED, tell_ready

    with opened(folder) as installation:
        start(part, meter=installation.meter)
        serve_http(installation, PORTS[part] if port is None else port, parts=SERVED[part], ready=tell_ready)


@town.command()
def wanted(
    folder: Dir,
    part: Annotated[Part, typer.Option("--part", help="Which part of the installation.")],
) -> None:
    """Exit code 0 when a part has anything to do here, 1 when its service is left out. systemd calls this."""
    from shailoo.town import is_wanted

    with opened(folder) as installation:
        if not is_wanted(installation.settings, part):
            typer.echo(f"{part}: not wanted here, settings.json names no calendar")
            raise typer.Exit(1)


@town.command()
def install(
    folder: Dir,
    host: Annotated[str, typer.Option("--host", help="The name under which the public reaches it.")],
    root: Annotated[Path | None, typer.Option("--root", help="Write below this folder and touch nothing else.")] = None,
    program: Annotated[Path | None, typer.Option("--program", help="The `shailoo` that the services run.")] = None,
    backups: Annotated[str, typer.Option("--backups", help="Where backups on this machine lie.")] = DEFAULT_BACKUPS,
) -> None:
    """Write users, units, nginx's configuration and the certificate's renewal; give every file its rights.

    Called again it changes only what is not as it should be.
    """
    from shailoo.cli.town_served import served
    from shailoo.town import PORTS, Wanted
    from shailoo.town import install as install_town

    chosen = program or Path(sys.prefix) / "bin" / "shailoo"
    plan = Wanted(folder.absolute(), host, chosen.absolute(), PORTS, backups)
    changed = install_town(plan, served(), root)
    for path in changed:
        typer.echo(f"written: {(root or Path('/')) / path}")
    typer.echo(f"{len(changed)} files changed" if changed else "nothing to change")
    if root is None:
        typer.echo(next_steps(plan.folder, host))


@town.command()
def rights(folder: Dir) -> None:
    """Give every file of an installation its owner and rights. For root, after a key or a file was put in by hand."""
    from shailoo.town import give_rights

    typer.echo(f"{give_rights(folder)} changed")


@town.command()
def policies(
    folder: Dir,
    to: Annotated[Path, typer.Option("--to", help="The file that nginx includes.")],
) -> None:
    """Write the content policies that the pages want as nginx reads them."""
    from shailoo.cli.town_served import served
    from shailoo.town import write_policies

    typer.echo("written" if write_policies(folder, served(), to) else "nothing to change")


@town.command()
def compress(folder: Dir) -> None:
    """Compress beforehand those public files that never change."""
    from shailoo.cli.town_served import served
    from shailoo.town import compress_public

    made, gone = compress_public(folder, served())
    typer.echo(f"{made} files compressed, {gone} taken away")


@town.command()
def failed(
    folder: Dir,
    unit: Annotated[str, typer.Option("--unit", help="The service, as systemd names it.")],
) -> None:
    """Tell whom the settings name that a service has failed. systemd calls this."""
    from shailoo.town import tell_failed

    tell_failed(folder, unit)
    typer.echo("told")


def next_steps(folder: Path, host: str) -> str:
    """What the operator does after `install`, in order; what is done already is left out."""
    steps = []
    if not (folder / "settings.json").exists():
        steps.append(f"shailoo init --dir {folder} --election PACKAGE --live --origin https://{host} --proxies 1")
        steps.append(f"shailoo town rights --dir {folder}")
    if not Path("/etc/shailoo/tls/fullchain.pem").exists():
        steps.append("shailoo-certificate first")
    steps += [
        "rm -f /etc/nginx/sites-enabled/default; nginx -t && systemctl reload-or-restart nginx",
        "shailoo-certificate YOUR-MAIL          (once the name leads to this machine)",
        "systemctl enable --now shailoo.target",
        "a backup: docs/town.md, 'Backups'",
        f"shailoo doctor --dir {folder}",
    ]
    return "Next:\n" + "\n".join(f"  {number}. {step}" for number, step in enumerate(steps, 1))


def upgrade(
    folder: Dir,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Look only: exit code 1 when there is something to do.")
    ] = False,
) -> None:
    """Bring the store forward to this software's version. The old one is kept beside it; services must be stopped."""
    from shailoo.town import look_at_store, upgrade_store

    plan, kept = (look_at_store(folder), None) if check else upgrade_store(folder)
    for step in plan.steps:
        typer.echo(f"{plan.version} -> {step.version}: {step.what}")
    if not plan.steps:
        typer.echo(f"version {plan.version}, {plan.records} records: nothing to do")
    elif kept is None:
        typer.echo(f"version {plan.version}, {plan.records} records: stop the services, then `shailoo upgrade`")
        raise typer.Exit(1)
    else:
        typer.echo(f"{plan.records} records brought forward; the old store is {kept.name}")
