"""`shailoo backup` and `shailoo restore`."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shailoo.errors import ShailooError

if TYPE_CHECKING:
    from shailoo.town import Restored

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the installation.")]
PasswordFile = Annotated[
    Path, typer.Option("--password-file", help="File with the password of the repository, rights 0600.")
]
DEFAULT_PASSWORD = Path("/etc/shailoo/backup.password")


class LogNotTheSame(ShailooError):
    """The pages that were made from a backup tell another log than the backup."""

    code = "log-not-the-same"


def backup(
    folder: Dir,
    to: Annotated[str, typer.Option("--to", help="A folder, or an address as restic has it: sftp:…, s3:…, rest:….")],
    password_file: PasswordFile = DEFAULT_PASSWORD,
    *,
    init: Annotated[bool, typer.Option("--init", help="Make the repository if there is none.")] = False,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="The keys that sign too; those that open seals never.")
    ] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Let go of old backups, instead of making one.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say the receipt as JSON.")] = False,
) -> None:
    """Back up what cannot be made again: encrypted, only what is new, while everything goes on working."""
    from shailoo.town import Repository, forget_backups, make_backup

    repository = Repository(to, password_file)
    if forget:
        forget_backups(repository)
        typer.echo("old backups are gone")
        return
    receipt = make_backup(folder, repository, keys=with_keys, init=init)
    if as_json:
        typer.echo(receipt.model_dump_json())
        return
    about = receipt.about
    head = f"head of the log {about.head.size} {about.head.root[:16]}…" if about.head else "no log yet"
    typer.echo(f"snapshot {receipt.snapshot[:8]}: records up to {about.last}, {head}, {receipt.added_bytes} bytes new")


def restore(
    source: Annotated[str, typer.Option("--from", help="The repository.")],
    folder: Annotated[Path, typer.Option("--dir", help="An empty folder, or one that is not there.")],
    password_file: PasswordFile = DEFAULT_PASSWORD,
    snapshot: Annotated[str, typer.Option("--snapshot", help="Which backup; the last one otherwise.")] = "latest",
    keys: Annotated[
        Path | None, typer.Option("--keys", help="Folder with the keys, where the backup holds none.")
    ] = None,
) -> None:
    """Bring a backup back, look at every record and object, make the pages again and verify them."""
    from shailoo.town import Repository, bring_back, bring_keys

    restored = bring_back(Repository(source, password_file), folder, snapshot)
    about = restored.about
    typer.echo(f"backup of {about.at:%Y-%m-%d %H:%M:%S} UTC: {restored.records} records, every one of")
    typer.echo(f"{restored.objects} objects that they name is there and is what it was")
    if keys is not None:
        bring_keys(keys, folder)
    if not (folder / "keys" / "log.key").exists():
        typer.echo("No key that signs the log came with it. Bring DIR/keys back from where keys are kept, then:")
        typer.echo(f"  shailoo build --dir {folder} && shailoo verify {folder / 'public'}")
        typer.echo("Until then start nothing: a new key would begin a new log.")
        return
    _make_and_verify(folder, restored)


def _make_and_verify(folder: Path, restored: Restored) -> None:
    """Make the pages as they were, compare the log, let the publisher do what it had not come to, and verify."""
    public, before = folder / "public", restored.about.head
    _ours("build", "--dir", str(folder))
    size, root = _head(public)
    if before is not None and size == before.size and root != before.root:
        raise LogNotTheSame("The log that was made again is another than the one that was backed up.")
    _ours("publish", "--dir", str(folder))
    _ours("verify", str(public))
    typer.echo(f"every page made again, log of {_head(public)[0]} entries, verified: OK")


def _ours(*command: str) -> None:
    """Another command of ours, as an operator would call it. Its word is told, its exit code ours, when it fails."""
    done = subprocess.run(  # noqa: S603 -- this very program
        [sys.executable, "-m", "shailoo.cli", *command], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        typer.echo(done.stdout)
        typer.echo(done.stderr, err=True)
        raise typer.Exit(done.returncode)


def _head(public: Path) -> tuple[int, str]:
    """Size and root of the log among public files."""
    from shailoo.assembly import LOG_PATH

    lines = (public / LOG_PATH / "checkpoint").read_text(encoding="utf-8").splitlines()
    return int(lines[1]), b64decode(lines[2]).hex()
