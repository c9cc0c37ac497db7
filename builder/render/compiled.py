"""Templates as jinja2 compiled them, kept between runs: every process of a full build needs all of them at once.

Compiled code holds translated sentences and what our own filters made of constants. So it is used again only while the
template, the language's catalogue, the code that compiles and formats, and jinja2 itself are the same.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import FileSystemBytecodeCache

import shailoo.i18n
from shailoo.i18n import po_path

if TYPE_CHECKING:
    from shailoo.model.base import Language

_HERE = Path(__file__).resolve().parent
_CODE = (
    *(_HERE / name for name in ("charts.py", "compiled.py", "components.py", "happenings.py", "words.py")),
    Path(shailoo.i18n.__file__),
)
"""Whatever may leave its mark in compiled code."""
_PLACE = 4
"""`results/templates/station.html.j2`, and the folder before: enough to tell templates of one name apart."""


class Compiled(FileSystemBytecodeCache):
    """The compiled templates of one language, in a folder of the installation's cache. Losing it costs only time."""

    def __init__(self, folder: Path, language: Language) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder), f"{language}-%s.cache")
        self._made_by = made_by(language)

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The template's name and the last folders that it lies in: what was compiled here serves elsewhere too."""
        return super().get_cache_key(name, "/".join(Path(filename).parts[-_PLACE:]) if filename is not None else None)

    def get_source_checksum(self, source: str) -> str:
        """What compiled code must have been made from to be used again."""
        return sha256(f"{self._made_by}\n{source}".encode()).hexdigest()


@cache
def made_by(language: Language) -> str:
    """Digest of all that compiled code depends on beside its template."""
    whole = sha256(version("jinja2").encode())
    catalogue = po_path("builder", language)
    for path in (*_CODE, *([catalogue] if catalogue.exists() else [])):
        whole.update(sha256(path.read_bytes()).digest())
    return whole.hexdigest()
