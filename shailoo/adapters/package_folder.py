"""Election packages in folders on disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from shailoo.errors import NotFound
from shailoo.model.election import Election
from shailoo.package import PACKAGE_FILES, load_package

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_PLAYED: Final = "played"
"""Folder of a package with what a rehearsal plays; no part of the election."""


def read_files(path: Path) -> dict[str, bytes]:
    """Read the files of a package that exist, by their name in it. Raises NotFound if there is no such folder."""
    if not path.is_dir():
        raise NotFound(
            "There is no election package in this folder. Give the folder that holds election.json.", path=str(path)
        )
    return {name: (path / name).read_bytes() for name in PACKAGE_FILES if (path / name).is_file()}


def read_folder(path: Path) -> Election:
    """Load the package in a folder. Raises NotFound or PackageInvalid."""
    return load_package(read_files(path))


def read_whole(path: Path) -> dict[str, bytes]:
    """All files of a package, its maps and its README too: the public gets them all."""
    found = {one.relative_to(path): one for one in path.rglob("*") if one.is_file()}
    return {name.as_posix(): one.read_bytes() for name, one in found.items() if name.parts[0] != _PLAYED}


def packed(files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Files as one file; the same bytes for the same files."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", how) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), files[name], how)
    return whole.getvalue()
