"""Packages of functions for this machine, of what .venv holds: an emulator runs functions on its own Python.

What goes to Lambda is another platform's: these here prove nothing of that.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Final

from packaging.markers import default_environment
from packaging.requirements import Requirement

from shailoo.adapters.package_folder import packed
from tests.builder.functions import prepared

_ROOT: Final = Path(__file__).resolve().parents[2]
_BASE: Final = ("babel", "cryptography", "pydantic", "tzdata", "botocore")
_LIBRARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "intake": (*_BASE, "aws-lambda-powertools", "httpx", "jinja2", "joserfc", "python-multipart"),
    "herald": (*_BASE, "aws-lambda-powertools"),
    "publisher": (*_BASE, "httpx", "jinja2", "selectolax"),
    "staff": (*_BASE, "aws-lambda-powertools", "httpx", "jinja2", "joserfc", "python-multipart"),
    "tizme": (*_BASE, "aws-lambda-powertools", "httpx", "jinja2", "joserfc", "python-multipart"),
    "copyist": (*_BASE, "pillow", "pypdf", "pypdfium2"),
}
_PROGRAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "publisher": ("shailoo", "builder", "sites"),
    "copyist": ("shailoo", "builder"),
}
_BY_DEFAULT: Final = ("shailoo", "functions")
_LEFT_OUT: Final = re.compile(r"(^|/)(__pycache__|tests?)/|\.pyc$|^\.\./|\.dist-info/(?!METADATA)")
_SERVICES: Final = frozenset({"dynamodb", "kms", "s3", "secretsmanager", "sqs"})
"""Descriptions that botocore needs here; all of them would be unpacked by every worker."""
_LANGUAGES: Final = frozenset({"root", "en", "ky", "ru"})


def build(functions: tuple[str, ...], folder: Path) -> Mapping[str, Path]:
    """Make the packages of functions in a folder; the same bytes for the same files."""
    made = {}
    for name in functions:
        made[name] = folder / f"{name}.zip"
        made[name].write_bytes(_package(name))
    return made


@cache
def _package(name: str) -> bytes:
    files: dict[str, bytes] = {}
    for library in sorted(_closure(_LIBRARIES[name])):
        files |= _library(library)
    for program in _PROGRAMS.get(name, _BY_DEFAULT):
        files |= dict(_below(_ROOT / program, program))
    own = distribution("shailoo")  # the publisher says in the log which software it is
    files[f"shailoo-{own.version}.dist-info/METADATA"] = str(own.metadata).encode()
    if name == "publisher":
        files |= dict(_below(prepared(), "prepared"))
    return packed(files, zipfile.ZIP_STORED)


@cache
def _library(name: str) -> Mapping[str, bytes]:
    found = distribution(name)
    return {
        str(path): Path(str(found.locate_file(path))).read_bytes()
        for path in found.files or ()
        if not _LEFT_OUT.search(str(path)) and _wanted(str(path))
    }


def _wanted(path: str) -> bool:
    data = re.match(r"botocore/data/([^/]+)/|babel/locale-data/([^/._]+)[._]", path)
    return data is None or (data.group(1) or data.group(2)) in _SERVICES | _LANGUAGES


def _below(folder: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not _LEFT_OUT.search(name):
            yield f"{prefix}/{name}", path.read_bytes()


def _closure(names: Iterable[str]) -> set[str]:
    """Distributions with everything that they ask for on this machine."""
    waiting, found = list(names), set[str]()
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        waiting += _asked(distribution(one))
    return found


def _asked(found: Distribution) -> Iterator[str]:
    here = {**{key: str(value) for key, value in default_environment().items()}, "extra": ""}
    for line in found.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(here):
            yield re.sub(r"[-_.]+", "-", requirement.name).lower()
