"""Where an extract comes from: a file. The wire, when there is one, fills the same port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from shailoo.errors import Refused

_PIECE = 1 << 20


class NoSuchExtract(Refused):
    """The file is not there, is not readable, or is neither CSV nor Parquet."""

    code = "no-such-extract"


class FileSource:
    """VoterSource of a file that ends with .csv or .parquet."""

    name: str
    suffix: Literal["csv", "parquet"]

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name
        match path.suffix.lower():
            case ".csv":
                self.suffix = "csv"
            case ".parquet":
                self.suffix = "parquet"
            case _:
                raise NoSuchExtract("The name of the file must end with .csv or .parquet.", file=path.name)

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the file; see VoterSource."""
        try:
            with self._path.open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece
        except OSError as error:
            raise NoSuchExtract(
                "The file cannot be read. Check that it is there, and who may read it.",
                file=self.name,
                cause=type(error).__name__,
            ) from error
