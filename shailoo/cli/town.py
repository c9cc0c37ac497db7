"""`shailoo town …`, `shailoo upgrade`: a town's installation on one machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from shailoo.cli.home import opened

town = typer.Typer(help="A town's installation on one machine.", no_args_is_help=True)
Dir = Annotated[Path, typer.Option("--dir", help="Folder of the installation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Say one JSON object and nothing else on standard output.")]


@town.command()
def serve(
    folder: Dir,
    part: Annotated[
        Literal["intake", "staff", "tizme"], typer.Option("--part", help="Which part of the installation answers here.")
    ],
    port: Annotated[int | None, typer.Option("--port", help="Port on the loopback.", min=0, max=65535)] = None,
) -> None:
    """Serve one part of an installation on the loopback, with that part's keys only, and nothing beside it."""
    from functions.server import serve as serve_http
    from shailoo.town import PORTS, tell_ready

    with opened(folder) as installation:
        serve_http(installation, PORTS[part] if port is None else port, parts=(part,), ready=tell_ready)


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
