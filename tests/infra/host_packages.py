"""Packages of functions for this machine, of what .venv holds: an emulator runs functions on its own Python.

What goes to Lambda is another platform's (`infra.package`); what is in a package is the same.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from packaging.markers import default_environment

from infra.contents import FONTS, LIBRARIES, closure, of_font, own_files, wanted
from infra.wheels import fetch, unpacked
from shailoo.adapters.package_folder import packed
from tests.builder.functions import prepared


def build(functions: tuple[str, ...], folder: Path) -> Mapping[str, Path]:
    """Make the packages of functions in a folder; the same bytes for the same files."""
    made = {}
    for name in functions:
        made[name] = folder / f"{name}.zip"
        made[name].write_bytes(packed(contents(name), zipfile.ZIP_STORED))
    return made


def contents(name: str) -> dict[str, bytes]:
    """Path -> bytes of a function's package for this machine."""
    files: dict[str, bytes] = {}
    here = {key: str(value) for key, value in default_environment().items()}
    for library in sorted(closure(LIBRARIES[name], here)):
        files |= _library(library)
    for wheel in fetch({FONTS[name]} if name in FONTS else set()).values():
        files |= {path: data for path, data in unpacked(wheel) if of_font(path)}
    return files | own_files(name, prepared)


@cache
def _library(name: str) -> Mapping[str, bytes]:
    found = distribution(name)
    names = [str(path) for path in found.files or ()]
    return {name: Path(str(found.locate_file(name))).read_bytes() for name in names if wanted(name)}
