"""`shailoo doctor`: is the machine well, and who is told when it is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shailoo.rules.machine_findings import Finding, Level

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the installation.")]
EXIT: dict[Level, int] = {"ok": 0, "warn": 1, "bad": 2}


def doctor(
    folder: Dir,
    *,
    alert: Annotated[
        bool, typer.Option("--alert", help="Tell whom the settings name what has changed since the last time.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say one JSON object and nothing else.")] = False,
    port: Annotated[int, typer.Option("--https-port", help="Where nginx answers on this machine.")] = 443,
) -> None:
    """Look at clock, disk, rights, keys, log, work, certificate, services and backups. 0 well, 1 warnings, 2 bad."""
    from shailoo.rules.machine_findings import worst
    from shailoo.town import look, tell_news

    findings = look(folder, port)
    if as_json:
        typer.echo(json.dumps({"level": worst(findings), "findings": [one.facts() for one in findings]}))
    else:
        typer.echo(told(findings))
    if alert:
        news = tell_news(folder, findings)
        if not as_json:
            typer.echo(f"{news} news told" if news else "no news")
    raise typer.Exit(EXIT[worst(findings)])


def told(findings: Sequence[Finding]) -> str:
    """The findings as lines."""
    lines = []
    for one in findings:
        lines.append(f"{one.level:<4}  {one.name}: {one.says}")
        if one.advice:
            lines.append(f"      {one.advice}")
    return "\n".join(lines)
