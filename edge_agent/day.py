"""The program of the day: `python -m edge_agent.day --dir FOLDER`. It has no network.

With `--feed -` it has no screen either: lines of `edge_agent.feed` come in and answers go out. Exit status: 0 at the
end, 2 for a wrong call, 3 when the box refuses to start, 4 when the storage failed and the program must be started
again, 70 when anything in it wanted the network.
"""

from __future__ import annotations

import argparse
import os
import select
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console

from edge_agent.box import Box
from edge_agent.certificate import new_request
from edge_agent.clock import SystemClock
from edge_agent.errors import WrongKey
from edge_agent.feed import FATAL, answer
from edge_agent.manifest import read_manifest
from edge_agent.no_network import forbid_network
from edge_agent.printer import FilePrinter, Printer, Printers, TextPrinter
from edge_agent.screen import LEAVE, SPEAK, Screen, error_text
from edge_agent.steps import Step, take
from edge_agent.tape_pdf import PdfPrinter
from shailoo.errors import ShailooError
from shailoo.i18n import catalog
from shailoo.model.base import LANGUAGES, Language
from shailoo.records.fingerprint import fingerprint
from shailoo.records.note import Signer

EXIT_REFUSED = 3
EXIT_STORAGE = 4
EXIT_INTERRUPTED = 130
_CONFIRMED = (Step.OPEN, Step.CLOSE)
"""Steps that cannot be taken back are confirmed by the number of the station."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program of the day and return its exit status."""
    chosen = _parser().parse_args(arguments)
    forbid_network()
    if chosen.new_key:
        return _new_key(chosen.new_key, chosen.key)
    folder: Path = chosen.dir
    try:
        if chosen.certificate_request:
            signer = Signer(chosen.certificate_request, _read_key(chosen.key))
            sys.stdout.write(new_request(folder, chosen.certificate_request, signer).decode())
            return 0
        if chosen.provision:
            key = _read_key(chosen.key)
            Box.provision(folder, read_manifest(chosen.provision.read_bytes()), key, SystemClock()).stop()
        box = Box.resume(folder, SystemClock(), printer=_printer(chosen))
    except (ShailooError, OSError) as error:
        _complain(error, chosen.language or "ky")
        return EXIT_REFUSED
    try:
        _run(box, chosen)
        box.stop()
    except (ShailooError, OSError) as error:
        box.abandon()
        _complain(error, chosen.language or box.manifest.language)
        return EXIT_STORAGE
    except KeyboardInterrupt:
        box.abandon()
        return EXIT_INTERRUPTED
    return 0


def _run(box: Box, chosen: argparse.Namespace) -> None:
    if chosen.feed:
        with _lines(chosen.feed) as lines:
            _feed(box, lines, sys.stdout)
    else:
        screen = Screen(box, Console(), chosen.language or box.manifest.language)
        _watch(screen, Lines(0), None if chosen.scanner is None else Lines(_open_scanner(chosen.scanner)))


def _complain(error: ShailooError | OSError, language: Language) -> None:
    if isinstance(error, ShailooError):
        sys.stderr.write(f"{error_text(error, catalog('edge_agent', language))}\n")
    else:
        sys.stderr.write(f"{error.strerror}: {error.filename}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m edge_agent.day", description="The ballot box on its day.")
    parser.add_argument("--dir", type=Path, default=Path(), help="the folder of the box")
    parser.add_argument("--provision", type=Path, metavar="MANIFEST", help="make the box first, with this manifest")
    parser.add_argument("--key", type=Path, help="the box's private key (PEM, Ed25519)")
    parser.add_argument(
        "--new-key", metavar="ELECTION/BOX", help="make a key, print its verifier key and fingerprint, and end"
    )
    parser.add_argument(
        "--certificate-request", metavar="ELECTION/BOX", help="draw client.key, print the request, and end; with --key"
    )
    parser.add_argument("--paper", type=Path, metavar="FOLDER", help="print to text and PDF files in this folder")
    parser.add_argument("--no-pdf", action="store_true", help="print to text files only")
    parser.add_argument("--feed", metavar="FILE", help="no screen: read lines from a file, or from `-`")
    parser.add_argument("--scanner", type=Path, metavar="FIFO", help="with a screen: read ballots from here")
    parser.add_argument("--language", choices=LANGUAGES, help="of the screen; the station's by default")
    return parser


def _printer(chosen: argparse.Namespace) -> Printer:
    paper: Path = chosen.paper or chosen.dir / "printed"
    printers: list[Printer] = [FilePrinter(paper)]
    if not chosen.no_pdf:
        printers.append(PdfPrinter(paper))
    if not chosen.feed:
        printers.append(TextPrinter(sys.stdout.write))
    return Printers(*printers)


def _new_key(name: str, path: Path | None) -> int:
    """Make the key where it will stay, so that it never travels; what travels is the verifier key."""
    if path is None:
        print("--new-key wants --key FILE", file=sys.stderr)  # noqa: T201  for people
        return 2
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(file)
    vkey = Signer(name, key).verifier.vkey()
    print(vkey)  # noqa: T201  the answer
    print(fingerprint(vkey))  # noqa: T201  what two people read to each other when the box is enrolled
    return 0


def _read_key(path: Path | None) -> Ed25519PrivateKey:
    if path is None:
        raise WrongKey("This wants --key FILE.")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise WrongKey("The key file cannot be read.", file=path.name) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongKey("A box signs with Ed25519; this is another kind of key.", file=path.name)
    return key


def _lines(feed: str) -> TextIO:
    return open(0, encoding="utf-8", closefd=False) if feed == "-" else Path(feed).open(encoding="utf-8")


def _feed(box: Box, lines: TextIO, out: TextIO) -> None:
    """Answer line after line until they end. The first line of all says where the box stands."""
    resumed = "resumed" if box.resumed.interrupted else "started"
    out.write(f"{resumed} {box.manifest.mode} {box.manifest.box} {box.stage} {box.ballots}\n")
    out.flush()
    while line := lines.readline():
        out.write(f"{answer(box, line)}\n")
        out.flush()


class Lines:
    """Lines from a file that may come slowly or many at once; nothing is buffered where `select` cannot see it."""

    def __init__(self, file: int) -> None:
        self.file = file
        self._pending = b""
        self.ended = False

    def take(self) -> list[str]:
        """Wait for bytes and return the lines that are whole now."""
        data = os.read(self.file, 65_536)
        self.ended = not data
        *whole, self._pending = (self._pending + data).split(b"\n")
        return [line.decode("utf-8", "replace").strip() for line in whole]


def _watch(screen: Screen, keys: Lines, scanner: Lines | None) -> None:
    """Draw, wait for a key or a sheet, do it, draw again. Keys are followed by Enter."""
    screen.draw()
    while not keys.ended:
        ready, _, _ = select.select([keys.file] if scanner is None else [keys.file, scanner.file], [], [])
        if scanner is not None and scanner.file in ready:
            for line in scanner.take():
                _sheet(screen, line)
        if keys.file in ready:
            for line in keys.take():
                if line == LEAVE and screen.asked is None:
                    return
                _key(screen, line)
        screen.draw()


def _open_scanner(path: Path) -> int:
    """Open the scanner's FIFO for reading and writing, so that it stays open when the scanner's program starts anew."""
    return os.open(path, os.O_RDWR | os.O_NONBLOCK)


def _sheet(screen: Screen, line: str) -> None:
    """A line of the scanner can only be a ballot; the steps of the day belong to the commission."""
    said = answer(screen.box, line if line.startswith("ballot ") else "?")
    screen.message = "" if said.startswith("ok ") else said.partition(" ")[2]


def _key(screen: Screen, key: str) -> None:
    """Do what a key asks. A step that cannot be undone waits for the number of the station."""
    _ = screen.speak.gettext
    step, screen.asked = screen.asked, None
    if step is not None:
        if key != screen.box.manifest.station:
            screen.message = _("Not confirmed. Nothing was done.")
            return
    elif key == SPEAK:
        screen.next_language()
        return
    else:
        step = screen.choices().get(key)
        if step in _CONFIRMED:
            screen.asked = step
            screen.message = _("This cannot be undone. Type the number of the polling station to confirm.")
            return
    if step is None:
        return
    try:
        screen.printed = True
        take(screen.box, step)
        screen.message = _("Done.")
    except ShailooError as error:
        if error.code in FATAL:
            raise
        screen.message = error_text(error, screen.speak)


if __name__ == "__main__":
    sys.exit(main())
