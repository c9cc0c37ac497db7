"""The locked libraries as Lambda needs them: wheels for arm64 and Python 3.13, whatever this machine is.

pip fetches them with the digests of requirements/all.txt and keeps them in build/wheels; from then on nobody is asked.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from packaging.markers import Marker
from packaging.utils import canonicalize_name, parse_wheel_filename

from infra.contents import ROOT
from shailoo.errors import NotFound, Refused

LOCK: Final = ROOT / "requirements" / "all.txt"
KEPT: Final = ROOT / "build" / "wheels"
PYTHON: Final = "3.13"
LAMBDA: Final[Mapping[str, str]] = {
    "implementation_name": "cpython",
    "implementation_version": f"{PYTHON}.0",
    "os_name": "posix",
    "platform_machine": "aarch64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": f"{PYTHON}.0",
    "python_version": PYTHON,
    "sys_platform": "linux",
}
"""What the markers of requirements see there."""
_PLATFORMS: Final = (*(f"manylinux_2_{glibc}_aarch64" for glibc in (34, 28, 27, 26, 24, 17)), "manylinux2014_aarch64")
"""Lambda's Python 3.13 runs on Amazon Linux 2023 with glibc 2.34."""


class NotLocked(Refused):
    """A library that a function asks for is not in the lock."""

    code = "not-locked"


class NoWheels(NotFound):
    """The libraries could not be fetched."""

    code = "no-wheels"


def locked(names: Collection[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Name -> its lines in the lock, digests and all. Raises NotLocked."""
    here = {**environment, "extra": ""}
    found = {
        name: lines
        for name, marker, lines in _entries()
        if name in names and (not marker or Marker(marker).evaluate(here))
    }
    missing = sorted(set(names) - found.keys())
    if missing:
        raise NotLocked("A function asks for what is not locked: `make lock`.", libraries=", ".join(missing))
    return found


def fetch(names: Collection[str], folder: Path = KEPT) -> dict[str, Path]:
    """Canonical name -> wheel for Lambda. Only what is not in the folder is fetched. Raises NotLocked, NoWheels."""
    lines = locked(names, LAMBDA)
    wanted = {name: re.match(r"\S+?==(\S+)", text) for name, text in lines.items()}
    versions = {name: match.group(1) for name, match in wanted.items() if match}
    there = _there(folder, versions)
    missing = sorted(versions.keys() - there.keys())
    if missing:
        _download("\n".join(lines[name] for name in missing) + "\n", folder)
        there = _there(folder, versions)
    return there


def unpacked(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a wheel. What lies in its `purelib` or `platlib` is where it is installed."""
    with zipfile.ZipFile(io.BytesIO(wheel.read_bytes())) as archive:
        for name in archive.namelist():
            if not name.endswith("/"):
                yield re.sub(r"^[^/]+\.data/(?:purelib|platlib)/", "", name), archive.read(name)


def _entries() -> Iterator[tuple[str, str, str]]:
    """Name, marker and lines of every entry of the lock."""
    for lines in re.findall(r"(?m)^[a-zA-Z0-9].*(?:\n[ \t].*)*", LOCK.read_text("utf-8")):
        first = re.match(r"([A-Za-z0-9._-]+)==\S+(?: ; ([^\\\n]+))?", lines)
        if first:
            yield canonicalize_name(first.group(1)), (first.group(2) or "").strip(), lines


def _there(folder: Path, versions: Mapping[str, str]) -> dict[str, Path]:
    found = {}
    for wheel in sorted(folder.glob("*.whl")):
        name, version, *_ = parse_wheel_filename(wheel.name)
        if versions.get(name) == str(version):
            found[str(name)] = wheel
    return found


def _download(requirements: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    asked = folder / "asked.txt"
    asked.write_text(requirements, encoding="utf-8")
    platforms = [f"--platform={one}" for one in _PLATFORMS]
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps",
        "--require-hashes", "--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}", *platforms,
        f"--abi=cp{PYTHON.replace('.', '')}", "--abi=abi3", "--abi=none", f"--dest={folder}", f"--requirement={asked}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- pip, ours
    asked.unlink()
    if done.returncode != 0:
        raise NoWheels(
            "Libraries for Lambda could not be fetched. Is the network there, and each made for arm64 and Python 3.13?",
            libraries=_blamed(done.stderr),
        )


def _blamed(said: str) -> str:
    """The library that pip could not find, and nothing else of its words: they name addresses."""
    found = re.search(r"No matching distribution found for ([A-Za-z0-9._=-]+)", said)
    return found.group(1) if found else "unknown"
