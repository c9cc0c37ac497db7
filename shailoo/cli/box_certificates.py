"""`shailoo boxes authority` and `certify`: certificates for a door that asks boxes for one. See docs/keys.md."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shailoo.cli.boxes import Dir, boxes
from shailoo.cli.home import opened
from shailoo.errors import NotFound, ShailooError

if TYPE_CHECKING:
    from shailoo.assembly import Installation
    from shailoo.records.box_certificate import Authority

__all__ = ["boxes"]
Folder = Annotated[Path, typer.Option("--authority", help="Folder with authority.key and boxes.pem.")]
Days = Annotated[int, typer.Option("--days", min=1, max=3653, help="How long it holds.")]


@boxes.command()
def authority(
    out: Annotated[Path, typer.Option("--out", help="Folder on a medium that never sees a network.")],
    election: Annotated[str, typer.Option("--election", help="Whose boxes it certifies.")],
    days: Days = 400,
) -> None:
    """Draw the authority that certifies boxes: authority.key stays on its medium, boxes.pem is the truststore."""
    from shailoo.adapters.box_authority import KEY, TRUSTSTORE, save_authority
    from shailoo.records.box_certificate import new_authority

    made = new_authority(election, now=datetime.now(UTC), days=days)
    save_authority(made, out)
    until = made.certificate.not_valid_after_utc
    typer.echo(f"{KEY}, {TRUSTSTORE}: authority of the boxes of {election}, until {until:%Y-%m-%d}")


@boxes.command()
def certify(
    folder: Dir,
    authority_folder: Folder,
    requests: Annotated[Path, typer.Option("--requests", help="Folder with the requests of boxes, one file each.")],
    out: Annotated[Path, typer.Option("--out", help="Folder; each box gets <election>-<box>.pem.")],
    days: Days = 400,
) -> None:
    """Certify boxes that are registered and not revoked, each by a request under its registered key.

    All that fit are certified; each that does not is named, and the exit code is 2.
    """
    from shailoo.adapters.box_authority import load_authority

    by = load_authority(authority_folder)
    out.mkdir(parents=True, exist_ok=True)
    made, failed = 0, 0
    with opened(folder) as installation:
        installation.registry.follow(installation.store)
        for path in sorted(one for one in requests.iterdir() if one.is_file()):
            try:
                name, pem = _certified(installation, path.read_bytes(), by, days)
            except ShailooError as error:
                failed += 1
                typer.echo(f"{path.name}: {error}", err=True)
                continue
            (out / f"{name}.pem").write_bytes(pem)
            made += 1
    typer.echo(f"{made} certified, {failed} refused")
    if failed:
        raise typer.Exit(2)


def _certified(installation: Installation, request: bytes, by: Authority, days: int) -> tuple[str, bytes]:
    from shailoo.records.box_certificate import certify as certify_box
    from shailoo.records.box_certificate import named_in
    from shailoo.records.note import Verifier

    election, box = named_in(request)
    of = installation.elections.get(election)
    registered = None if of is None else of.box_by_id.get(box)
    standing = None if of is None else installation.registry.box(election, box)
    if registered is None or standing is None or standing.revoked:
        raise NotFound("There is no such box in this election, or an act has revoked it.", box=box[:40])
    pem = certify_box(request, Verifier.parse(registered.vkey), by, now=datetime.now(UTC), days=days)
    return f"{election}-{box}", pem
