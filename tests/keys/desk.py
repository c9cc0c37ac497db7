"""The command as an operator types it, in this process; and a small installation whose boxes can vote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from shailoo.adapters.keys import load_sealing_public
from shailoo.assembly import Installation
from shailoo.cli import app
from shailoo.errors import ShailooError
from shailoo.usecases.accept_report import accept_report
from tests.voting import VotingBox

EVENING = datetime(2025, 6, 1, 14, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    error: ShailooError | None


def shailoo(*arguments: str | Path, typed: str = "") -> Said:
    """Run a command. An error of ours is returned; any other one is a fault of the test or the program."""
    done = CliRunner().invoke(app, [str(one) for one in arguments], input=typed)
    if done.exception is not None and not isinstance(done.exception, SystemExit | ShailooError):
        raise done.exception
    ours = done.exception if isinstance(done.exception, ShailooError) else None
    return Said(2 if ours else done.exit_code, done.output, ours)


def good(*arguments: str | Path, typed: str = "") -> str:
    """What a command said that must succeed."""
    said = shailoo(*arguments, typed=typed)
    assert (said.code, said.error) == (0, None), said
    return said.out


def bad(*arguments: str | Path, typed: str = "") -> ShailooError:
    """The error with which a command ends."""
    said = shailoo(*arguments, typed=typed)
    assert said.error is not None, said
    return said.error


def vote(installation: Installation, station: str, *, to: str | None = None) -> bytes:
    """The first box of a station sends its final report, sealed to the key of the settings or to another one."""
    public = installation.sealing_public("small")
    if to is not None:
        public = load_sealing_public(installation.folder / "keys" / f"sealing-{to}.pub")
    box = VotingBox.at(installation.elections["small"], station)
    return accept_report(box.seal(box.final_bundle(), public), installation.intake_desk, now=EVENING)
