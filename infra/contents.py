"""What goes into each function's package: libraries, programs of ours, and what is left out of both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT: Final = Path(__file__).resolve().parents[1]
HANDLERS: Final[Mapping[str, str]] = {
    "intake": "functions.intake.lambda_handler",
    "herald": "functions.herald.lambda_handler",
    "publisher": "builder.handler",
    "staff": "functions.staff.lambda_handler",
    "cases": "functions.cases.lambda_handler",
    "notices": "functions.notices.lambda_handler",
    "tizme": "functions.tizme.lambda_handler",
    "copyist": "builder.copyist_handler",
}
"""Function -> the module with its handler, as infra/template.yaml names it."""
_BASE: Final = ("babel", "cryptography", "pydantic", "tzdata", "botocore")
_DOOR: Final = (*_BASE, "aws-lambda-powertools", "httpx", "jinja2", "joserfc", "python-multipart")
LIBRARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "intake": _DOOR,
    "herald": (*_BASE, "aws-lambda-powertools"),
    "publisher": (*_BASE, "httpx", "jinja2", "selectolax"),
    "staff": (*_DOOR, "fpdf2", "segno"),
    "cases": (*_DOOR, "fpdf2", "segno"),
    "notices": (*_BASE, "aws-lambda-powertools", "httpx"),
    "tizme": _DOOR,
    "copyist": (*_BASE, "pillow", "pypdf", "pypdfium2"),
}
"""Function -> the libraries that it asks for; what these ask for comes with them."""
FONTS: Final[Mapping[str, str]] = {"staff": "fontpkg-pt-sans", "cases": "fontpkg-pt-sans"}
"""Function -> the locked library whose font it sets paper with. Only files are taken from it: nothing is imported."""
_OF_FONTS: Final = re.compile(r"fontpkg_pt_sans/(LICENSE|files/PT_Sans-Web-Regular\.ttf)$")
_PROGRAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "publisher": ("shailoo", "builder", "sites"),
    "copyist": ("shailoo", "builder"),
}
_BY_DEFAULT: Final = ("shailoo", "functions")
_LEFT_OUT: Final = re.compile(r"(^|/)(__pycache__|tests?)/|\.py[ci]$|^\.\./|\.dist-info/(?!METADATA)|\.data/")
_OTHER_PICTURES: Final = re.compile(
    r"PIL/_(avif|imagingcms|imagingft|imagingtk|webp)\."
    r"|pillow\.libs/lib(avif|brotlicommon|brotlidec|freetype|harfbuzz|lcms2|png16|sharpyuv|webp|webpdemux|webpmux)-"
)
"""Kinds of pictures that the copyist refuses, and text, which it never draws: with what they need."""
_OTHER_FONTS: Final = re.compile(r"fontTools/(.*\.(c|pxd|pyx|so)$|(merge|mtiLib|qu2cu|voltLib)/)")
"""What makes fonts, where a slip only embeds one; of the compiled parts there are others in Python."""
_OTHER_HANDLERS: Final = re.compile(
    r"aws_lambda_powertools/(event_handler|utilities/(auth_alpha|parser))/|PIL/_imagingmorph\."
)
"""What no function asks its libraries for."""
_SERVICES: Final = frozenset({"dynamodb", "kms", "s3", "secretsmanager", "sqs"})
"""Descriptions that botocore needs here; all of them would be unpacked by every worker."""
_LANGUAGES: Final = frozenset({"root", "en", "ky", "ru"})
_DATA: Final = re.compile(r"botocore/data/([^/]+)/|babel/locale-data/([^/._]+)[._]")


def own_files(name: str, prepared: Callable[[], Path]) -> dict[str, bytes]:
    """The files of ours in a package. `prepared` is asked for by the publisher alone: see `builder.prepare`."""
    files: dict[str, bytes] = {}
    for program in _PROGRAMS.get(name, _BY_DEFAULT):
        files |= _below(ROOT / program, program)
    own = distribution("shailoo")  # the publisher says in the log which software it is
    files[f"shailoo-{own.version}.dist-info/METADATA"] = str(own.metadata).encode()
    if name == "publisher":
        files |= _below(prepared(), "prepared")
    return files


def wanted(path: str) -> bool:
    """Whether a file of a library is of use in a function."""
    if _LEFT_OUT.search(path) or _OTHER_PICTURES.match(path) or _OTHER_FONTS.match(path) or _OTHER_HANDLERS.match(path):
        return False
    data = _DATA.match(path)
    return data is None or (data.group(1) or data.group(2)) in _SERVICES | _LANGUAGES


def of_font(path: str) -> bool:
    """Whether a file of a library of `FONTS` is of use: one face, and what must go with it."""
    return _OF_FONTS.fullmatch(path) is not None


def closure(names: Iterable[str], environment: Mapping[str, str]) -> set[str]:
    """Canonical names of libraries with all that they ask for where the markers of `environment` hold."""
    waiting, found = list(map(canonicalize_name, names)), set[str]()
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += _asked(distribution(one), environment)
    return found


def _asked(found: Distribution, environment: Mapping[str, str]) -> Iterator[NormalizedName]:
    for line in found.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({**environment, "extra": ""}):
            yield canonicalize_name(requirement.name)


def _below(folder: Path, prefix: str) -> dict[str, bytes]:
    names = {path: path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {f"{prefix}/{name}": path.read_bytes() for path, name in names.items() if not _LEFT_OUT.search(name)}
