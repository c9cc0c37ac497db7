"""What functions find in the state bucket: settings, and each election's package as one file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from shailoo.adapters.package_folder import packed, read_files, read_whole
from shailoo.errors import NotFound, Refused
from shailoo.package import load_package


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
        yield f"elections/{election}.zip", packed(read_whole(package))
    settings = (installation / "settings.json").read_bytes()
    said = json.loads(settings).get("origin")
    if origin is not None and said != origin:
        raise OriginDiffers("Write the deployed address into settings.json, deploy again.", said=said, deployed=origin)
    yield "settings.json", settings  # last: whoever reads it finds the packages it speaks of
