"""What functions find in the state bucket: settings, and each election's package as one file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from shailoo.adapters.package_folder import read_files
from shailoo.errors import NotFound, Refused
from shailoo.package import load_package

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_PLAYED: Final = "played"
"""Folder of a package with what a rehearsal plays; no part of the election."""


class NoInstallation(NotFound):
    """The folder is no installation."""

    code = "no-installation"


class OriginDiffers(Refused):
    """The settings speak of another address than the one that was deployed."""

    code = "origin-differs"


def state_files(installation: Path, origin: str | None = None) -> Iterator[tuple[str, bytes]]:
    """Key -> bytes for each file of the state bucket that comes from an installation. Keys stay where they are.

    `origin` is the address that was deployed; settings with another one would give every page false addresses. Raises
    NoInstallation, OriginDiffers, PackageInvalid.
    """
    if not (installation / "settings.json").is_file():
        raise NoInstallation(
            "There is no installation in this folder; make one with `shailoo init`.", folder=str(installation)
        )
    for package in sorted((installation / "elections").iterdir()):
        election = load_package(read_files(package)).id
        yield f"elections/{election}.zip", packed(_whole(package))
    settings = (installation / "settings.json").read_bytes()
    said = json.loads(settings).get("origin")
    if origin is not None and said != origin:
        raise OriginDiffers("Write the deployed address into settings.json, deploy again.", said=said, deployed=origin)
    yield "settings.json", settings  # last: whoever reads it finds the packages it speaks of


def packed(files: Mapping[str, bytes]) -> bytes:
    """A package as one file; the same bytes for the same files."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), files[name], zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _whole(package: Path) -> dict[str, bytes]:
    """All files of a package, its maps and its README too: the public gets them all."""
    found = {path.relative_to(package): path for path in package.rglob("*") if path.is_file()}
    return {name.as_posix(): path.read_bytes() for name, path in found.items() if name.parts[0] != _PLAYED}
