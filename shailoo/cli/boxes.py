"""`shailoo boxes`: enrol them, prepare them, revoke them. See docs/ceremonies.md for who does what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shailoo.cli.home import only_one, opened
from shailoo.errors import Conflict, NotFound, ShailooError

if TYPE_CHECKING:
    from shailoo.adapters.box_register import BoxRegister
    from shailoo.assembly import Installation
    from shailoo.model.election import Box, Election
    from shailoo.model.record import Measure

boxes = typer.Typer(help="Ballot boxes: enrolled, prepared, revoked. See docs/ceremonies.md.", no_args_is_help=True)

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the installation.")]
Package = Annotated[Path, typer.Option("--package", help="Folder of the election package that is being made.")]
Named = Annotated[str, typer.Option("--election", help="Of which election; may be left out where there is one.")]
BoxId = Annotated[str, typer.Option("--box", help="Serial number.")]


class RegisterBusy(Conflict):
    """Two commands would write the register at once."""

    code = "register-busy"


class ServeAtWork(Conflict):
    """A publisher is at work here; it would go on with the old register."""

    code = "publisher-busy"


@boxes.command()
def fingerprint(
    vkey: Annotated[str, typer.Argument(help="The line that the box printed, or a file with it.")],
) -> None:
    """Say the fingerprint of a box's key, as the box printed it too."""
    from shailoo.records.fingerprint import fingerprint as of

    typer.echo(of(_text(vkey)))


@boxes.command()
def enter(
    package: Package,
    box: BoxId = "",
    vkey: Annotated[str, typer.Option("--vkey", help="The line that the box printed, or a file with it.")] = "",
    station: Annotated[str, typer.Option("--station", help="Where it stands; none for a reserve box.")] = "",
    file: Annotated[Path | None, typer.Option("--from", help="Many: CSV with id, station, vkey.")] = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="It has a key here that is to be replaced.")] = False,
) -> None:
    """The first person: enter the key that a box printed. It counts once a second person has confirmed it."""
    from shailoo.adapters.box_register import read_pairs
    from shailoo.rules.enrolment import check_box
    from shailoo.rules.enrolment import enter as enter_box

    rows = [{"id": box, "station": station, "vkey": _text(vkey)}] if file is None else read_pairs(file)
    with only_one(package, "boxes.lock", RegisterBusy, wait=False):
        register = _register(package)
        entered = dict(register.entered)
        for at, row in enumerate(rows, 2):
            with _told(file, at):
                one = _box(row)
                check_box(one, register.election, register.mode, register.stations)
                entered = enter_box(one, entered, register.enrolled, replace=replace)
        register.save_entered(entered)
    typer.echo(f"{len(rows)} entered, {len(entered)} wait for a second person: `shailoo boxes confirm`")


@boxes.command()
def confirm(
    package: Package,
    box: BoxId = "",
    read: Annotated[str, typer.Option("--fingerprint", help="As the second person reads it off the box.")] = "",
    file: Annotated[Path | None, typer.Option("--from", help="Many: CSV with id, fingerprint.")] = None,
) -> None:
    """The second person: confirm entered keys by what is read off the boxes themselves. Only then they are registered.

    All that fit are registered; each that does not is named, and the exit code is 2.
    """
    from shailoo.adapters.box_register import read_pairs
    from shailoo.rules.enrolment import confirm as confirm_box

    rows = [{"id": box, "fingerprint": read}] if file is None else read_pairs(file)
    failed = 0
    with only_one(package, "boxes.lock", RegisterBusy, wait=False):
        register = _register(package)
        entered, enrolled = dict(register.entered), dict(register.enrolled)
        for row in rows:
            try:
                _, entered, enrolled = confirm_box(row.get("id", ""), row.get("fingerprint", ""), entered, enrolled)
            except ShailooError as error:
                failed += 1
                typer.echo(str(error), err=True)
        register.save(entered, enrolled)
    typer.echo(f"{len(rows) - failed} confirmed, {len(enrolled)} boxes in the register, {len(entered)} still wait")
    if failed:
        raise typer.Exit(2)


@boxes.command()
def amend(folder: Dir, package: Package) -> None:
    """Take the package's register of boxes over into an installation, before those boxes are prepared.

    Nothing but boxes.csv may differ, no box may be gone, and none that was prepared or spoken of may have changed. The
    publisher logs the amended package at its next start.
    """
    from shailoo.adapters.package_folder import read_files
    from shailoo.package import load_package
    from shailoo.package_tables import BOXES
    from shailoo.rules.enrolment import BadEnrolment, check_amendment

    files = read_files(package)
    amended = load_package(files)
    with only_one(folder, "publisher.lock", ServeAtWork, wait=False), opened(folder) as installation:
        election = _election(installation, amended.id)
        place = folder / "elections" / election.id
        before = read_files(place)
        other = sorted(name for name in files.keys() | before.keys() if files.get(name) != before.get(name))
        if other not in ([], [BOXES.file]):
            raise BadEnrolment("More than the register of boxes differs; a package is amended in nothing else.",
                               file=next(name for name in other if name != BOXES.file))  # fmt: skip
        changed = check_amendment(election.boxes, amended.boxes, _spoken_of(installation, election))
        fresh = place / f"{BOXES.file}.new"
        fresh.write_bytes(files[BOXES.file])
        fresh.replace(place / BOXES.file)
    typer.echo(f"{len(changed)} boxes added or changed, {len(amended.boxes)} in all. Start `shailoo serve` again.")


@boxes.command()
def manifest(
    folder: Dir,
    out: Annotated[Path, typer.Option("--out", help="Folder; each box gets <election>-<box>.json. It is public.")],
    election: Named = "",
    box: Annotated[
        list[str] | None, typer.Option("--box", help="Serial number, may repeat; all main boxes without.")
    ] = None,
    check_page: Annotated[str, typer.Option("--check-page", help="Address behind the code on the tape.")] = "",
) -> None:
    """Make manifests: what `edge_agent.day --provision` wants. Notes which keys each box is prepared with."""
    from edge_agent.manifest import CHECK_PAGE, manifest_for
    from shailoo.usecases.arm_boxes import Prepared, note_armed

    with opened(folder) as installation:
        of = _election(installation, election)
        installation.registry.follow(installation.store)
        sealing = installation.sealing_public(of.id).public_bytes_raw()
        receipts = installation.receipt_verifier.vkey()
        out.mkdir(parents=True, exist_ok=True)
        chosen = box or [one.id for one in of.boxes if one.station is not None]
        for name in chosen:
            standing = installation.registry.box(of.id, name)
            if standing is None or standing.revoked:
                raise NotFound("There is no such box in this election, or an act has revoked it.", box=name)
            made = manifest_for(
                of, name, sealing, receipts, station_no=standing.station, check_page=check_page or CHECK_PAGE
            )
            key = installation.settings.sealing[of.id]
            prepared = Prepared(name, made.station, key, receipts, made.digest())
            note_armed(of.id, prepared, installation.store, now=installation.clock.now())
            (out / f"{of.id}-{name}.json").write_bytes(made.bytes())
    typer.echo(f"{len(chosen)} manifests, sealing key {key}")


@boxes.command("list")
def list_boxes(folder: Dir, election: Named = "") -> None:
    """Say of every box where it stands, with which sealing key it was prepared, and whether it has sent."""
    from shailoo.records.fingerprint import fingerprint as of_key
    from shailoo.usecases.arm_boxes import armed_boxes, still_to_send

    with opened(folder) as installation:
        of = _election(installation, election)
        registry, store = installation.registry, installation.store
        registry.follow(store)
        prepared = {one.box: one for one in armed_boxes(of, store)}
        waiting = {one.box for one in still_to_send(of, registry, store, store)}
        for box in of.boxes:
            standing = registry.box(of.id, box.id)
            assert standing is not None  # noqa: S101 -- it is one of the package's
            armed = prepared.get(box.id)
            state = "sent"
            if standing.revoked:
                state = "revoked"
            elif box.id in waiting:
                state = "waits"
            elif armed is None and store.get(f"report/{of.id}/{box.id}/final") is None:
                state = "not prepared"
            key = "-" if armed is None else armed.sealing[-1]
            typer.echo(f"{box.id}  station {standing.station or '-'}  {state}  {key}  {of_key(box.vkey)}")


@boxes.command()
def revoke(
    folder: Dir,
    box: BoxId,
    *,
    number: Annotated[str, typer.Option("--act", help="Number of the act.")],
    body: Annotated[str, typer.Option("--body", help="The commission that decided: cec.")],
    reason: Annotated[str, typer.Option("--reason", help="Published word for word.")],
    reserve: Annotated[str, typer.Option("--reserve", help="The reserve box that takes its place.")] = "",
    day: Annotated[str, typer.Option("--day", help="Of the act; today without.")] = "",
    election: Named = "",
) -> None:
    """Record an act: a box is lost, stolen or dead. What it sends is refused; a reserve box may take its place."""
    from shailoo.model.record import JoinReserveBox, RevokeBox

    with opened(folder) as installation:
        of = _election(installation, election)
        installation.registry.follow(installation.store)
        standing = installation.registry.box(of.id, box)
        if standing is None:
            raise NotFound("There is no such box in this election.", box=box)
        measures: list[Measure] = [RevokeBox(box=box)]
        if reserve:
            if standing.station is None:
                raise NotFound("This box stands at no station, so none can take its place.", box=box)
            measures.append(JoinReserveBox(box=reserve, station=standing.station))
        _decide(installation, of, measures, number=number, body=body, reason=reason, day=day)
    typer.echo(f"{box} is revoked" + (f"; {reserve} joins station {standing.station}" if reserve else ""))


@boxes.command()
def join(
    folder: Dir,
    box: BoxId,
    station: Annotated[str, typer.Option("--station", help="Number of the polling station.")],
    *,
    number: Annotated[str, typer.Option("--act", help="Number of the act.")],
    body: Annotated[str, typer.Option("--body", help="The commission that decided.")],
    reason: Annotated[str, typer.Option("--reason", help="Published word for word.")],
    day: Annotated[str, typer.Option("--day", help="Of the act; today without.")] = "",
    election: Named = "",
) -> None:
    """Record an act: a reserve box joins a station. Make its manifest afterwards."""
    from shailoo.model.record import JoinReserveBox

    with opened(folder) as installation:
        of = _election(installation, election)
        measures: list[Measure] = [JoinReserveBox(box=box, station=station)]
        _decide(installation, of, measures, number=number, body=body, reason=reason, day=day)
    typer.echo(f"{box} joins station {station}")


def _decide(
    installation: Installation,
    election: Election,
    measures: list[Measure],
    *,
    number: str,
    body: str,
    reason: str,
    day: str,
) -> None:
    """The same use case, record and log entry as an act on the staff pages, entered by the operator."""
    from pydantic import ValidationError

    from shailoo.model.record import Act
    from shailoo.usecases.record_act import record_act
    from shailoo.usecases.staff_refusals import BadAct

    now = installation.clock.now()
    try:
        act = Act(
            election=election.id,
            number=number,
            day=date.fromisoformat(day) if day else now.date(),
            body=body,
            reason=reason,
            entered=now,
            measures=tuple(measures),
        )
    except (ValidationError, ValueError) as error:
        raise BadAct("Number, body, day or reason of the act cannot be used.", number=number[:24]) from error
    record_act(act, installation.registry, None, installation.store)


def _spoken_of(installation: Installation, election: Election) -> frozenset[str]:
    """Boxes that were prepared, have sent, were refused, or are named by an act."""
    from shailoo.model.record import Act, Refusal, ReportAccepted, ReportConflict, read_record
    from shailoo.usecases.arm_boxes import armed_boxes

    store, found = installation.store, {one.box for one in armed_boxes(election, installation.store)}
    about = tuple(f"{kind}/{election.id}/" for kind in ("report", "conflict", "refusal", "act"))
    after = 0
    while entries := store.feed(after):
        after = entries[-1].seq
        for entry in entries:
            if not entry.key.startswith(about):
                continue
            match read_record(entry.body):
                case ReportAccepted() | ReportConflict() | Refusal() as one:
                    found.add(one.box)
                case Act() as act:
                    named = (getattr(measure, "box", None) for measure in act.measures)
                    found |= {box for box in named if isinstance(box, str)}
                case _:
                    pass
    return frozenset(found)


def _election(installation: Installation, asked: str) -> Election:
    names = sorted(installation.elections)
    if asked in installation.elections:
        return installation.elections[asked]
    if not asked and len(names) == 1:
        return installation.elections[names[0]]
    raise NotFound(f"Name the election with --election. There are: {', '.join(names)}.", election=asked or None)


def _register(package: Path) -> BoxRegister:
    from shailoo.adapters.box_register import BoxRegister

    return BoxRegister.open(package)


@contextmanager
def _told(file: Path | None, row: int) -> Iterator[None]:
    """Name the row of the file, as a spreadsheet counts, in whatever goes wrong with it."""
    try:
        yield
    except ShailooError as error:
        if file is not None:
            error.facts |= {"file": file.name, "row": row}
        raise


def _box(row: dict[str, str]) -> Box:
    from pydantic import ValidationError

    from shailoo.model.election import Box, BoxRole
    from shailoo.rules.enrolment import BadEnrolment

    station = row.get("station") or None
    role = BoxRole.RESERVE if station is None else BoxRole.MAIN
    try:
        return Box(id=row.get("id", ""), station=station, role=role, vkey=row.get("vkey", ""))
    except ValidationError as error:
        raise BadEnrolment("This is no serial number of a box.", box=row.get("id", "")[:24]) from error


def _text(given: str) -> str:
    if "+" in given or not given:
        return given.strip()
    try:
        return Path(given).read_text(encoding="utf-8").splitlines()[0].strip()
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise NotFound("This is neither a box's key nor a file with one.", file=Path(given).name) from error
