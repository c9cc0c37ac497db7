"""Election packages in folders on disk."""

from __future__ import annotations

from pathlib import Path

from shailoo.errors import NotFound
from shailoo.model.election import Election
from shailoo.package import PACKAGE_FILES, load_package


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
