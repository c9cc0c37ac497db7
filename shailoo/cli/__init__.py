"""The `shailoo` command.

Every program by one name. Errors of ours are one sentence and exit code 2, never a traceback.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shailoo.cli import box_certificates, keys, town, town_backup, town_doctor
from shailoo.cli.finder_cloud import voters
from shailoo.cli.home import only_one, opened
from shailoo.cli.migrate import migrate, refuse_moved
from shailoo.cli.trace import trace
from shailoo.errors import Conflict, NotFound, ShailooError
from shailoo.events.life import ProgramDied, ProgramEnded, ProgramStarted
from shailoo.events.pages import ProcessRestarted, WitnessRefused
from shailoo.telemetry import say, start

if TYPE_CHECKING:
    from builder.publish import Cadence, Publisher
    from shailoo.assembly import Installation
    from shailoo.model.event import Program

MARKS = "publisher"
"""Folder of an installation in which the publisher notes how far it came."""
IDLE_S = 0.03
COSIGN_S = 1.0
"""How often the head is looked at for those who are to sign it."""
IDLE_COPYIST_S = 0.25
SWEEP_S = 600
"""How often uploads that nobody finished are looked for."""


class PublisherBusy(Conflict):
    """Two publishers would write the same pages."""

    code = "publisher-busy"


class CopyistBusy(Conflict):
    """Two copyists would make the same copies."""

    code = "copyist-busy"


app = typer.Typer(
    name="shailoo",
    help="Elections that anyone can check: from the ballot box to the page.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
intake = typer.Typer(help="Reports that come by another way than the network.", no_args_is_help=True)
package = typer.Typer(help="Election packages.", no_args_is_help=True)
app.add_typer(intake, name="intake")
app.add_typer(voters, name="voters")
app.add_typer(keys.keys, name="keys")
app.add_typer(box_certificates.boxes, name="boxes")
app.command()(migrate)
app.add_typer(package, name="package")
app.command("trace")(trace)
app.add_typer(town.town, name="town")
app.command()(town.upgrade)
app.command()(town_backup.backup)
app.command()(town_backup.restore)
app.command()(town_doctor.doctor)

Dir = Annotated[Path, typer.Option("--dir", help="Folder of the installation.")]
Port = Annotated[int, typer.Option("--port", help="Port on the loopback.", min=0, max=65535)]
AsJson = Annotated[bool, typer.Option("--json", help="Say one JSON object and nothing else on standard output.")]


@app.command()
def init(
    folder: Dir,
    election: Annotated[
        list[str], typer.Option("--election", help="A package's folder, or the name of one that ships.")
    ],
    *,
    live: Annotated[bool, typer.Option("--live", help="For a real election; a rehearsal otherwise.")] = False,
    origin: Annotated[
        str,
        typer.Option("--origin", help="Under which address the public reaches it: the log is named by it for ever."),
    ] = "http://127.0.0.1:8021",
    proxies: Annotated[
        int, typer.Option("--proxies", min=0, max=9, help="Servers of ours before it: 1 behind nginx.")
    ] = 0,
) -> None:
    """Make an installation in an empty folder: copy the packages, draw keys, write the settings."""
    from rehearsal.packages import find_package, package_files
    from shailoo.assembly import Installation
    from shailoo.model.election import Mode

    mode = Mode.LIVE if live else Mode.REHEARSAL
    packages = [package_files(find_package(one)) for one in election]
    with Installation.create(folder, packages, mode=mode, origin=origin, proxies=proxies) as made:
        for name in made.elections:
            typer.echo(
                f"{name}: {len(made.elections[name].stations)} stations, {len(made.elections[name].boxes)} boxes"
            )


@app.command()
def serve(folder: Dir, port: Port = 8021) -> None:
    """Serve an installation on the loopback, and keep a publisher and a copyist of documents at work beside it."""
    from functions.server import listen
    from functions.server import serve as serve_http

    refuse_moved(folder)
    with opened(folder) as installation:
        listen(port).close()  # a taken port is told before anything is started
        start("server", meter=installation.meter)
        cosigner = cosigner_beside(folder, asked=bool(installation.settings.witnesses))
        with publisher_beside(folder), copyist_beside(folder), cosigner:
            serve_http(installation, port)


@app.command()
def publish(
    folder: Dir,
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Go on publishing what comes in.")] = False,
    leash: Annotated[bool, typer.Option("--leash", hidden=True, help="End when standard input ends.")] = False,
) -> None:
    """Publish what was accepted: once, or again and again. One publisher at a time."""
    with opened(folder) as installation:
        version = run_publisher(installation, follow=follow, leash=leash)
    typer.echo(f"version {version}")


@app.command()
def copies(
    folder: Dir,
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Go on copying what comes in.")] = False,
    leash: Annotated[bool, typer.Option("--leash", hidden=True, help="End when standard input ends.")] = False,
) -> None:
    """Make the public copies of scanned documents: once, or again and again. One copyist at a time."""
    with opened(folder) as installation:
        made, left = run_copyist(installation, follow=follow, leash=leash)
    typer.echo(f"{made} copies made" + (f", {left} could not be made now" if left else ""))


@app.command()
def build(folder: Dir, *, as_json: AsJson = False) -> None:
    """Build every public file again from the records. Bytes that are right already are left as they are."""
    with opened(folder) as installation:
        said = build_everything(installation)
    typer.echo(
        json.dumps(said)
        if as_json
        else f"version {said['version']}: {said['written']} files written, {said['wall_s']} s"
    )
    _end_at_once()


@app.command()
def prepare(
    out: Annotated[Path, typer.Option("--out", help="Folder to make; one that is there is replaced.")],
) -> None:
    """Make prose, shells and assets in a folder, for a publisher that has neither MkDocs nor folium."""
    from builder.prepare import prepare as make

    typer.echo(make(out))


@app.command()
def rehearse(
    folder: Dir,
    election: Annotated[
        str, typer.Option("--election", help="A package's folder, or the name of one that ships.")
    ] = "",
    boxes: Annotated[int | None, typer.Option("--boxes", min=1, help="Only so many boxes report.")] = None,
    *,
    no_evidence: Annotated[
        bool, typer.Option("--no-evidence", help="The night only, without the papers and protocols of the days after.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Play an election night and the days after it in an empty folder, compare every figure, verify, and exit.

    0 well, 1 with differences.
    """
    from rehearsal.demo import play

    if not play(folder, election, boxes=boxes, as_json=as_json, evidence=not no_evidence):
        raise typer.Exit(1)


@app.command()
def demo(
    election: Annotated[
        str, typer.Option("--election", help="A package's folder, or the name of one that ships.")
    ] = "",
    port: Port = 8021,
    *,
    applications: Annotated[
        bool, typer.Option("--applications", help="A month before election day instead: cabinet, desk, precinct.")
    ] = False,
) -> None:
    """Play an election night and keep its pages up until Ctrl-C."""
    if applications:
        from rehearsal.before import show_applications

        show_applications(election, port)
        return
    from rehearsal.demo import show

    show(election, port)


@app.command()
def verify(
    target: Annotated[str, typer.Argument(help="A folder with the public files, or the address of a site.")],
    election: Annotated[list[str] | None, typer.Option("--election", help="Only this election.")] = None,
    vkey: Annotated[str, typer.Option("--vkey", help="The log's key, or a file with it; else the site's own.")] = "",
    witness: Annotated[list[str] | None, typer.Option("--witness", help="Key of a witness, or a file with it.")] = None,
    head: Annotated[Path | None, typer.Option("--head", help="A checkpoint that you kept earlier.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check everything that is public, without asking anybody: 0 well, 1 with the first broken link, 2 unusable."""
    from auditor.verify.run import Asked, verify

    asked = Asked(
        target=target,
        vkey=key_text(vkey) if vkey else None,
        witnesses=tuple(key_text(one) for one in witness or ()),
        kept=read_file(head) if head is not None else None,
        elections=tuple(election or ()),
    )
    report = verify(asked)
    typer.echo(json.dumps(report.value(), ensure_ascii=False) if as_json else report.text())
    if not report.good:
        raise typer.Exit(1)


@app.command("verify-entry")
def verify_entry(
    proof: Annotated[Path, typer.Argument(help="The proof that the voter's cabinet gave.")],
    target: Annotated[str, typer.Argument(help="A folder with the public files, or the address of a site.")],
    vkey: Annotated[str, typer.Option("--vkey", help="The log's key, or a file with it; else the site's own.")] = "",
    witness: Annotated[list[str] | None, typer.Option("--witness", help="Key of a witness, or a file with it.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check that a voter's entry is in the published list, against the log: 0 well, 1 broken, 2 unusable."""
    from auditor.verify.voter_entry import AskedEntry, verify_entry

    key = key_text(vkey) if vkey else None
    witnesses = tuple(key_text(one) for one in witness or ())
    report = verify_entry(AskedEntry(read_file(proof), target, key, witnesses))
    typer.echo(json.dumps(report.value(), ensure_ascii=False) if as_json else report.text())
    if not report.good:
        raise typer.Exit(1)


@app.command("verify-receipt")
def verify_receipt(
    receipt: Annotated[Path, typer.Argument(help="The signed receipt that was given when a case was filed.")],
    target: Annotated[str, typer.Argument(help="A folder with the public files, or the address of a site.")],
    key: Annotated[str, typer.Option("--key", help="The commission's key for receipts, or a file with it.")] = "",
    vkey: Annotated[str, typer.Option("--vkey", help="The log's key, or a file with it; else the site's own.")] = "",
    witness: Annotated[list[str] | None, typer.Option("--witness", help="Key of a witness, or a file with it.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Check that the commission has confirmed a filing, against the log: 0 well, 1 broken, 2 unusable."""
    from auditor.verify.case_receipt import AskedReceipt, verify_receipt

    asked = AskedReceipt(
        read_file(receipt),
        target,
        key=key_text(key) if key else None,
        vkey=key_text(vkey) if vkey else None,
        witnesses=tuple(key_text(one) for one in witness or ()),
    )
    report = verify_receipt(asked)
    typer.echo(json.dumps(report.value(), ensure_ascii=False) if as_json else report.text())
    if not report.good:
        raise typer.Exit(1)


@app.command()
def draw(
    manifest: Annotated[Path, typer.Option("--manifest", help="The published list: draw-manifest.json.")],
    seed: Annotated[str, typer.Option("--seed", help="The throws of a die, digits 1 to 6, at least 20.")],
    count: Annotated[int, typer.Option("--count", help="How many stations to draw.", min=1)],
    *,
    as_json: AsJson = False,
) -> None:
    """Draw stations for a hand recount from a published list, with dice thrown in public."""
    from auditor.draw import draw, read_throws
    from shailoo.records.canonical import digest
    from shailoo.records.draw_manifest import read_manifest

    data = read_file(manifest)
    listed = read_manifest(data)
    drawn = draw(listed.stations, digest(data), seed, count)
    if as_json:
        said = {"election": listed.election, "manifest": digest(data), "seed": read_throws(seed)}
        typer.echo(json.dumps({**said, "drawn": [one.model_dump() for one in drawn]}))
        return
    typer.echo(f"{listed.election}, list {digest(data)}, {len(listed.stations)} stations")
    for order, one in enumerate(drawn, 1):
        typer.echo(f"{order:>4}  station {one.station}  (place {one.place} of the list, counter {one.counter})")


@app.command()
def witness(
    folder: Annotated[Path, typer.Option("--dir", help="Folder of the witness: its key, and the heads that it saw.")],
    log: Annotated[list[str], typer.Option("--log", help="The key of a log that it watches, or a file with it.")],
    port: Annotated[int, typer.Option("--port", help="Port.", min=0, max=65535)] = 8031,
    host: Annotated[str, typer.Option("--host", help="Where it listens; TLS belongs in front of it.")] = "127.0.0.1",
    name: Annotated[str, typer.Option("--name", help="The witness's name; asked for at its first start.")] = "",
) -> None:
    """Witness transparency logs: sign their heads, and never the head of a log that went back or changed."""
    from auditor.witness.server import serve_witness
    from shailoo.records.note import Verifier

    def ready(vkey: str, where: str) -> None:
        typer.echo(f"{vkey}\n{where}")

    serve_witness(folder, [Verifier.parse(key_text(one)) for one in log], (host, port), name or None, ready)


@app.command()
def cosign(
    folder: Dir,
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with every head that comes.")] = False,
    leash: Annotated[bool, typer.Option("--leash", hidden=True, help="End when standard input ends.")] = False,
) -> None:
    """Ask the witnesses in settings.json to sign the head of the log, and record what they say. 1 if one did not."""
    with opened(folder) as installation:
        problems = collect_cosignatures(installation, follow=follow, leash=leash)
    if problems:
        raise typer.Exit(1)


@intake.command("usb")
def usb(
    folder: Dir,
    files: Annotated[list[Path], typer.Argument(help="Sealed files that a box wrote to a USB stick.")],
    receipts: Annotated[Path | None, typer.Option("--receipts", help="Folder for the receipts to carry back.")] = None,
) -> None:
    """Take in sealed reports from files, as the superior commission does, and write their receipts."""
    failed = 0
    with opened(folder) as installation:
        for file in files:
            try:
                place = take_in(installation, file, receipts or file.parent)
                typer.echo(f"{file.name}: received, receipt in {place.name}")
            except ShailooError as error:
                failed += 1
                typer.echo(f"{file.name}: {error}", err=True)
    if failed:
        raise typer.Exit(2)


@package.command("check")
def check(path: Annotated[Path, typer.Argument(help="Folder of the package.")]) -> None:
    """Read a package and say every fault with file, row, column, value and remedy."""
    from rehearsal.packages import package_files
    from shailoo.package import PackageInvalid, load_package

    try:
        election = load_package(package_files(path))
    except PackageInvalid as error:
        for fault in error.faults:
            typer.echo(fault.sentence(), err=True)
        raise
    counts = f"{len(election.stations)} stations, {len(election.boxes)} boxes, {len(election.contests)} contests"
    typer.echo(f"{election.id}: a right package with {counts}")


def key_text(given: str) -> str:
    """A key as it was typed, or what stands in the file of that name."""
    return given if "+" in given else read_file(Path(given)).decode("utf-8", errors="replace").strip()


def read_file(path: Path) -> bytes:
    """The bytes of a file that was named on the command line. Raises NotFound."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound("This file cannot be read.", file=path.name) from error


def make_publisher(installation: Installation, *, cadence: Cadence | None = None) -> Publisher:
    """The publisher of an installation."""
    from builder.log.keeper import LogKey
    from builder.marks import Marks
    from builder.publish import Publisher
    from builder.render.frame import DrawnFrame
    from builder.render.site import Site
    from builder.store import PublicFolder

    folder, signer = installation.folder, installation.log_signer
    packages = {name: folder / "elections" / name for name in installation.elections}
    return Publisher(
        store=installation.store,
        elections=installation.elections,
        site=Site(DrawnFrame(installation.public, folder / "cache"), packages, compiled=folder / "cache" / "templates"),
        public=PublicFolder(installation.public / "results"),
        marks=Marks(folder / MARKS),
        clock=installation.clock,
        cadence=cadence,
        items=installation.store,
        log=LogKey(
            signer.verifier.name,
            signer.verifier.vkey(),
            signer,
            tuple((one.vkey, one.url) for one in installation.settings.witnesses),
        ),
        objects=installation.objects,
    )


def run_publisher(installation: Installation, *, follow: bool, leash: bool) -> int:
    """Publish what is new, then, with `follow`, what comes, until SIGTERM or the leash is cut. Returns the version."""
    from shailoo.town import tell_ready

    stop = _until_told(leash=leash)
    with only_publisher(installation.folder, wait=follow), at_work("publisher", installation, follow=follow):
        publisher = make_publisher(installation)
        publisher.start()
        tell_ready()
        while not stop.is_set():
            if publisher.step() is None:
                if not follow:
                    break
                stop.wait(IDLE_S)
        settle(publisher)
    return publisher.version


def run_copyist(installation: Installation, *, follow: bool, leash: bool) -> tuple[int, int]:
    """Make the copies that wait, then, with `follow`, those that come, until SIGTERM or the leash is cut.

    Returns how many were made and how many are left. Uploads that nobody finished are swept on the way.
    """
    from builder.copyist import Copyist, work
    from builder.documents import make_copy
    from shailoo.town import tell_ready

    stop = _until_told(leash=leash)
    total, swept = 0, -float(SWEEP_S)
    with (
        only_one(installation.folder, "copyist.lock", CopyistBusy, wait=follow),
        at_work("copyist", installation, follow=follow),
    ):
        copyist = Copyist(installation.store, installation.objects, installation.clock, make_copy)
        tell_ready()
        while True:
            if time.monotonic() - swept >= SWEEP_S:
                installation.uploads.sweep(now=installation.clock.now())
                swept = time.monotonic()
            made, left = work(copyist, stop.is_set)
            total += made
            if not follow or stop.wait(IDLE_COPYIST_S):
                return total, left


@contextmanager
def at_work(program: Program, installation: Installation, *, follow: bool) -> Iterator[None]:
    """Say what a program does as events, from its beginning to its end; one that is called for a moment stays quiet."""
    if not follow:
        yield
        return
    meter = installation.meter_left(program)
    meter.leave()  # from now on its age tells whether the program lives
    start(program, meter=meter)
    say(ProgramStarted())
    try:
        yield
    except Exception as fault:  # noqa: BLE001 -- whatever ends a program that should run on is said as an event
        say(ProgramDied(fault=fault))
        sys.exit(2)
    say(ProgramEnded())


def settle(publisher: Publisher) -> None:
    """Publish until nothing is left to do, and wait for what a child still makes."""
    while True:
        publisher.wait_for_child()
        if publisher.step() is None:
            return


def _until_told(*, leash: bool) -> threading.Event:
    """An event that is set when the process is told to end, by a signal or because the leash was cut."""
    stop = threading.Event()
    if leash:
        threading.Thread(target=_wait_for_leash, args=(stop,), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _wait_for_leash(stop: threading.Event) -> None:
    """Return when standard input ends.

    Read below Python's own buffer: its lock, held here, would stop every forked worker.
    """
    while os.read(0, 1):
        continue
    stop.set()


@contextmanager
def only_publisher(folder: Path, *, wait: bool) -> Iterator[None]:
    """Be the only publisher of an installation on this machine. Raises PublisherBusy unless it may wait."""
    with only_one(folder, "publisher.lock", PublisherBusy, wait=wait):
        yield


def collect_cosignatures(installation: Installation, *, follow: bool, leash: bool) -> int:
    """Ask the witnesses, once or, with `follow`, for every head until SIGTERM. Returns how many did not sign."""
    from builder.log.witnesses import Collector, WitnessPlace
    from builder.store import PublicFolder
    from shailoo.records.cosignature import WitnessVerifier
    from shailoo.town import tell_ready

    stop = _until_told(leash=leash)
    places = [WitnessPlace(WitnessVerifier.parse(one.vkey), one.url) for one in installation.settings.witnesses]
    public = PublicFolder(installation.public / "results")
    collector = Collector(installation.store, public, installation.log_verifier, places)
    known = {name: at for at, one in enumerate(places, 1) for name in (one.verifier.name, one.url)}
    with at_work("cosigner", installation, follow=follow):
        tell_ready()
        while True:
            problems = collector.collect()
            for problem in problems:
                if follow:
                    size = problem.facts.get("size")
                    place = known.get(str(problem.facts["witness"]), 0)
                    say(WitnessRefused(place=place, size=size if isinstance(size, int) else None))
                else:
                    sys.stderr.write(f"shailoo: {problem}\n")
            if not follow or stop.wait(COSIGN_S):
                return len(problems)


@contextmanager
def cosigner_beside(folder: Path, *, asked: bool) -> Iterator[None]:
    """What asks the witnesses, in a process of its own; nothing where there are none."""
    if not asked:
        yield
        return
    with kept_beside("cosign", folder):
        yield


@contextmanager
def publisher_beside(folder: Path) -> Iterator[None]:
    """A publisher in a process of its own."""
    with kept_beside("publish", folder):
        yield


@contextmanager
def copyist_beside(folder: Path) -> Iterator[None]:
    """A copyist of documents in a process of its own."""
    with kept_beside("copies", folder):
        yield


@contextmanager
def kept_beside(what: Literal["publish", "copies", "cosign"], folder: Path) -> Iterator[None]:
    """A command in a process of its own, started again when it dies. It ends with this process, however that ends."""
    command = [sys.executable, "-m", "shailoo.cli", what, "--dir", str(folder), "--follow", "--leash"]
    stop = threading.Event()

    def keep() -> None:
        while not stop.is_set():
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:  # noqa: S603 -- our own
                while child.poll() is None and not stop.wait(0.05):
                    continue
                # leaving the block closes its standard input, which is the leash, and waits for its end
            if not stop.is_set():
                say(ProcessRestarted(what=what, exit=child.returncode))
                stop.wait(0.3)

    thread = threading.Thread(target=keep, name=f"keeps {what}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def build_everything(installation: Installation) -> dict[str, object]:
    """Rebuild the public folder; returns what was done, and how much memory the largest process took."""
    began = time.monotonic()
    with only_publisher(installation.folder, wait=False):
        publisher = make_publisher(installation)
        _KEPT.append(publisher)
        progress = publisher.build()
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "version": publisher.version,
        "elections": sorted(installation.elections),
        "stations": sum(len(election.stations) for election in installation.elections.values()),
        "files": publisher.public.unchanged + publisher.public.written,
        "written": progress.files,
        "peak_mb": peak // 1024,
        "wall_s": round(time.monotonic() - began, 2),
    }


def take_in(installation: Installation, file: Path, receipts: Path) -> Path:
    """Take in one sealed file and write the receipt beside it. Raises what the intake raises."""
    from shailoo.usecases.accept_report import SignedRefusal, accept_report

    try:
        note = accept_report(file.read_bytes(), installation.intake_desk, now=installation.clock.now())
    except SignedRefusal as refusal:
        raise refusal.reason from refusal
    except OSError as error:
        raise NotFound("This file cannot be read.", file=file.name) from error
    place = receipts / f"{file.name}.receipt"
    place.write_bytes(note)
    return place


@contextmanager
def our_errors() -> Iterator[None]:
    """Say an error of ours as one sentence and end with exit code 2."""
    try:
        yield
    except ShailooError as error:
        sys.stderr.write(f"shailoo: {error}\n")
        sys.exit(2)


_KEPT: list[object] = []
"""What a program that ends holds to its end."""


def _end_at_once() -> None:
    """End the program without taking a country's state apart piece by piece, which takes half a second."""
    if _as_program.is_set():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


_as_program = threading.Event()
"""Set where the command is the whole process, and not called by another program."""


def main() -> None:
    """Run the command."""
    _as_program.set()
    with our_errors():
        app()
