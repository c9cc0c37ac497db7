"""`shailoo keys split`, `check-share`, `combine`: a sealing key's backup among trustees.

Words go to the files and the terminal of their trustee and nowhere else: not onto the output, not into an error.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shailoo.errors import NotFound, Refused, ShailooError

if TYPE_CHECKING:
    from shailoo.adapters.trustees import TrusteeShare
    from shailoo.model.sharing import Sharing

MANIFEST = "sharing.json"
Manifest = Annotated[Path, typer.Option("--manifest", help="The file sharing.json of the backup; it holds no secret.")]


class AlreadyThere(Refused):
    """Files of a backup are in this folder. Nothing was changed."""

    code = "already-there"


def split(
    key: Annotated[Path, typer.Option("--key", help="The file sealing-<id>.key.")],
    needed: Annotated[int, typer.Option("--need", help="How many trustees bring the key back.", min=2, max=16)],
    shares: Annotated[int, typer.Option("--of", help="How many trustees there are.", min=2, max=16)],
    out: Annotated[Path, typer.Option("--out", help="An empty folder, best in memory: one page a trustee.")],
    election: Annotated[list[str] | None, typer.Option("--election", help="Named on the pages; may repeat.")] = None,
) -> None:
    """Split a sealing key's backup among trustees: M of N bring it back. One printable page each, and a manifest.

    The pages are secret, each of its trustee; the manifest may be public. The key itself stays where it is.
    """
    from shailoo.adapters.keys import load_sealing_key
    from shailoo.adapters.trustees import split as split_key
    from shailoo.cli.trustee_page import page

    private = load_sealing_key(key)
    now = datetime.now(UTC).replace(microsecond=0)
    sharing, made = split_key(private, needed=needed, shares=shares, elections=tuple(election or ()), now=now)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise AlreadyThere("The folder is not empty; pages of two splittings must not lie together.", folder=out.name)
    for share in made:
        _write(out / f"trustee-{share.number:02}.txt", page(sharing, share).encode(), rights=0o600)
    _write(out / MANIFEST, sharing.bytes(), rights=0o644)
    typer.echo(f"sealing key {sharing.key}: {needed} of {shares} trustees bring it back; set {sharing.set}")
    for share in made:
        typer.echo(f"  trustee-{share.number:02}.txt  checksum {share.checksum}")
    typer.echo("Print each page, let its trustee check it (`shailoo keys check-share`), then destroy the folder.")


def check_share(
    manifest: Manifest,
    file: Annotated[
        Path | None, typer.Option("--file", help="The page or its words; asked for unseen without.")
    ] = None,
) -> None:
    """One trustee checks the own words against the manifest, alone and without showing them to anybody."""
    from shailoo.adapters.trustees import check_share as hold_against

    sharing = _sharing(manifest)
    share = _from_file(file) if file is not None else _ask("Your 33 words")
    hold_against(sharing, share)
    typer.echo(
        f"These are the words of trustee {share.number} of {sharing.shares}, {sharing.needed} needed, for sealing key "
        f"{sharing.key}. Checksum {share.checksum}."
    )


def combine(
    manifest: Manifest,
    out: Annotated[Path, typer.Option("--out", help="Folder for the key: keys/ of the installation.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Files with words; what is missing is asked for.")] = None,
) -> None:
    """Bring a sealing key back from the words of its trustees: typed in turn, each unseen by the others, or in files.

    Each trustee's words are checked as they come. Writes `sealing-<id>.key` with rights 0600, if it is the right key.
    """
    from shailoo.adapters.keys import save_sealing_key
    from shailoo.adapters.trustees import combine as put_together
    from shailoo.records.seal import sealing_key_id

    sharing = _sharing(manifest)
    shares = _given(sharing, files or ())
    while len(shares) < sharing.needed and (not files or _is_terminal()):
        share = _next(sharing, shares)
        shares[share.number] = share
        typer.echo(f"Trustee {share.number}: right. {max(0, sharing.needed - len(shares))} more needed.")
    key = put_together(sharing, list(shares.values()))
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = save_sealing_key(key, out)
    assert name == sealing_key_id(key.public_key())  # noqa: S101 -- combine has compared it with the manifest
    typer.echo(f"sealing key {name} is in {out.name}/sealing-{name}.key. An intake that is at work finds it there.")


def _given(sharing: Sharing, files: Sequence[Path]) -> dict[int, TrusteeShare]:
    """The shares in files; an error names the file."""
    from shailoo.adapters.trustees import SameShareTwice
    from shailoo.adapters.trustees import check_share as hold_against

    found: dict[int, TrusteeShare] = {}
    for file in files:
        share = _from_file(file)
        try:
            hold_against(sharing, share)
        except ShailooError as error:
            error.facts["file"] = file.name
            raise
        if share.number in found:
            raise SameShareTwice(
                "Two files hold the same trustee's words; another trustee is needed.",
                share=share.number,
                file=file.name,
            )
        found[share.number] = share
    return found


def _next(sharing: Sharing, before: dict[int, TrusteeShare]) -> TrusteeShare:
    """Ask one trustee until the words are right; a mistake costs the others nothing."""
    from shailoo.adapters.trustees import check_share as hold_against

    while True:
        try:
            share = _ask(f"Words of a trustee ({len(before) + 1} of {sharing.needed})")
            hold_against(sharing, share)
        except ShailooError as error:
            typer.echo(str(error), err=True)
            if not _is_terminal():
                raise
            continue
        if share.number not in before:
            return share
        typer.echo(f"Trustee {share.number} was here already; another one is needed.", err=True)
        if not _is_terminal():
            from shailoo.adapters.trustees import SameShareTwice

            raise SameShareTwice("One trustee's words came twice; another trustee is needed.", share=share.number)


def _ask(what: str) -> TrusteeShare:
    from shailoo.adapters.trustees import read_words

    if not _is_terminal():
        return read_words(_line(what))
    return read_words(str(typer.prompt(what, hide_input=True)))


def _line(what: str) -> str:
    """A line of standard input, where no terminal hides what is typed. Raises NotFound at its end."""
    text = typer.get_text_stream("stdin").readline()
    if not text:
        raise NotFound(f"{what}: nothing more came on standard input.")
    return text


def _is_terminal() -> bool:
    return os.isatty(0)


def _from_file(file: Path) -> TrusteeShare:
    """The words in a file: a page as `split` writes it, or the words alone. An error names the file."""
    from shailoo.adapters.trustees import read_words
    from shailoo.cli.trustee_page import words_of

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound("This file cannot be read.", file=file.name) from error
    try:
        return read_words(words_of(text))
    except ShailooError as error:
        error.facts["file"] = file.name
        raise


def _sharing(manifest: Path) -> Sharing:
    from shailoo.model.sharing import read_sharing

    try:
        data = manifest.read_bytes()
    except OSError as error:
        raise NotFound("This file cannot be read.", file=manifest.name) from error
    return read_sharing(data)


def _write(path: Path, data: bytes, *, rights: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, rights)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
