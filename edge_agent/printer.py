"""Paper, as a port.

What is printed is the signed text, the signature lines under it, and a code that opens the check page.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edge_agent.errors import PrinterFailed
from edge_agent.qr import qr_lines
from shailoo.model.report import Report


@dataclass(frozen=True, slots=True)
class Tape:
    """One printout: the report, its signed note whole, and the address in the code."""

    report: Report
    note: bytes
    address: str

    @property
    def name(self) -> str:
        """File name without ending: `final-1`."""
        return f"{self.report.kind.value}-{self.report.copy_no}"


class Printer(Protocol):
    """Anything that puts a tape on paper, or where paper would be."""

    def print(self, tape: Tape) -> None:
        """Return when the whole tape is out. Raises PrinterFailed; the step is then repeated with the same tape."""
        ...


class NoPaper:
    """Prints nothing: for a rehearsal that reads the notes itself."""

    def print(self, tape: Tape) -> None:
        """Accept the tape."""


class FilePrinter:
    """Writes the signed note as a text file, byte for byte: `<folder>/final-1.txt`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def print(self, tape: Tape) -> None:
        """Write the file and wait until it is durable."""
        write_whole(self._folder / f"{tape.name}.txt", tape.note)


class TextPrinter:
    """Writes the signed text and the code to a terminal."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def print(self, tape: Tape) -> None:
        """Write the note, the code drawn in half blocks, and its address."""
        code = "\n".join(qr_lines(tape.address))
        try:
            self._write(f"{tape.note.decode()}\n{code}\n{tape.address}\n")
        except (OSError, ValueError) as error:
            raise PrinterFailed("The terminal did not take the report.", tape=tape.name) from error


class Printers:
    """Several printers one after the other; all must succeed."""

    def __init__(self, *printers: Printer) -> None:
        self._printers = printers

    def print(self, tape: Tape) -> None:
        """Print on each."""
        for printer in self._printers:
            printer.print(tape)


def write_whole(path: Path, data: bytes) -> None:
    """Create or replace a file as a whole, durable on return. Raises PrinterFailed."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise PrinterFailed("The report could not be written to this place.", file=path.name) from error
