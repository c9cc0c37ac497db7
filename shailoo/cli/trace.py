"""`shailoo trace`: follow one report from its box to its page through the lines of the log."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from shailoo.errors import NotFound, Refused
from shailoo.rules.trace import trace_of_report, trace_of_request, trace_of_version

_HEX = frozenset("0123456789abcdef")
_LEAST = 12
"""Digits of a digest that are asked for; receipts and addresses of public files show that many."""

Line = dict[str, object]


class BadDigest(Refused):
    """What was given is no digest and no beginning of one."""

    code = "bad-digest"


def trace(
    digest: Annotated[
        str, typer.Argument(help="SHA-256 of the sealed report, as its receipt has it; the beginning will do.")
    ] = "",
    logs: Annotated[list[Path] | None, typer.Argument(help="Files with lines of the log; else standard input.")] = None,
    request: Annotated[str, typer.Option("--request", help="What a proxy or X-Ray calls a request.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Write the lines as they are.")] = False,
) -> None:
    """Follow a report from its box to its page: every line of the log that belongs to it, with durations.

    journalctl -u 'shailoo*' -o cat | shailoo trace DIGEST
    """
    if request:
        logs = [*([Path(digest)] if digest else ()), *(logs or ())]  # whatever else was named is a log
        asked = request.replace("-", "").removeprefix("1") if request.startswith("1-") else request
        found = list(lines_of_request(lines(logs or ()), trace_of_request(asked)))
    else:
        if len(digest) < _LEAST or not _HEX.issuperset(digest):
            raise BadDigest("Give the digest of the sealed report: 12 to 64 hexadecimal digits.", digits=len(digest))
        found = lines_of_report(lines(logs or ()), digest)
    if not found:
        raise NotFound("No line of this log belongs to it. Is this the log of the right hours and machines?")
    for line in found:
        typer.echo(json.dumps(line) if as_json else shown(line))


def lines(logs: Iterable[Path]) -> Iterator[Line]:
    """The events in files, or on standard input; lines that are none are passed over."""
    texts = (line for log in logs for line in log.read_text(encoding="utf-8", errors="replace").splitlines())
    for text in texts if logs else sys.stdin:
        if text.startswith("{"):
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict) and "event" in line:
                yield line


def lines_of_report(log: Iterable[Line], digest: str) -> list[Line]:
    """Every line of a report and of the version that brought it to its page, in the order of time."""
    mine = trace_of_report(digest)
    every = list(log)
    versions = {
        trace_of_version(version)
        for line in every
        if _begins(line, mine) and line["event"] == "report-published" and isinstance(version := line["version"], int)
    }
    found = [line for line in every if _begins(line, mine) or line.get("trace") in versions]
    return sorted(found, key=lambda line: str(line.get("ts")))


def lines_of_request(log: Iterable[Line], request: str) -> Iterator[Line]:
    """Every line that was written while a request was answered."""
    return (line for line in log if line.get("request") == request)


def shown(line: Line) -> str:
    """A line for people: when, what, how long."""
    name = f"  {line['step']}" if line["event"] == "step" else str(line["event"])
    told = [f"{field} {line[field]}" for field in _TOLD if field in line]
    return f"{line.get('ts', '?'):<25} {line.get('program', '?'):<10} {name:<20} {', '.join(told)}".rstrip()


_TOLD = ("ms", "s", "election", "station", "box", "kind", "outcome", "code", "version", "stations", "files")


def _begins(line: Line, trace: str) -> bool:
    mine = line.get("trace", "")
    digest = line.get("digest")
    return (isinstance(mine, str) and mine.startswith(trace)) or (isinstance(digest, str) and digest.startswith(trace))
