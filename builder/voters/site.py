"""Tizme as a site: prose and shell made once, pages stamped into the shell of their language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import shailoo.i18n
from builder.render import components
from builder.render.prose import ProseBuild, SearchDocument, build_prose
from builder.render.shell import Shell
from builder.voters.drawn import Drawn
from shailoo.i18n import po_path
from shailoo.model.base import LANGUAGES, Language

PORTAL = "tizme"
TEMPLATES = components.SITES / PORTAL / "templates"
_NOINDEX = '<meta name="robots" content="noindex, noarchive">'
_ASSET = re.compile(r'(?<=")asset:([\w.-]+)\.(js|css)(?=")')
_BUILDER = Path(__file__).resolve().parents[1]
_KERNEL = Path(shailoo.i18n.__file__).resolve().parent
"""Rules decide what pages show as much as code that draws does."""


class Site:
    """Stamps pages. `prepare` it once; forked processes may go on with it."""

    def __init__(self, public: Path, cache_folder: Path, *, strict: bool = False) -> None:
        self._public = public
        self._cache = cache_folder
        self._strict = strict
        self._prose: ProseBuild | None = None
        self._shells: dict[Language, Shell] = {}
        self._environments: dict[Language, components.Tongue] = {}

    def prepare(self) -> None:
        """Bring prose, assets and shells up to date."""
        self._prose = build_prose(PORTAL, self._public, self._cache)
        self._shells = {language: self._prose.shell(language) for language in LANGUAGES}

    def merge_search(self, language: Language, documents: Iterable[SearchDocument]) -> None:
        """Let search find pages by their number and place. Names of people never come here."""
        self._made().merge_search(language, documents)

    def files(self) -> tuple[str, ...]:
        """What the prose left in public, below its root."""
        return self._made().files

    def environment(self, language: Language) -> components.Tongue:
        """The templates of Tizme in one language."""
        known = self._environments.get(language)
        if known is None:
            known = components.environment(
                language, [TEMPLATES], strict=self._strict, compiled=self._cache / "templates"
            )
            self._environments[language] = known
        return known

    def page(self, language: Language, drawn: Drawn) -> tuple[str, bytes]:
        """A whole page: its path below the portal's folder, and its bytes.

        A drawn head may name a script or sheet of the theme as `asset:<stem>.js`: its address is put there.
        """
        head = drawn.head if drawn.indexed else f"{_NOINDEX}{drawn.head}"
        text = self._shells[language].stamp(
            title=drawn.title,
            main=drawn.main,
            path=drawn.path,
            description=drawn.description,
            head_extra=_ASSET.sub(lambda found: self.asset(found[1], found[2]), head),
        )
        return f"{language}/{drawn.path}index.html", text.encode()

    def asset(self, stem: str, suffix: str) -> str:
        """The address of one of the theme's files. Raises LookupError when there is none of that name."""
        pattern = re.compile(rf"{PORTAL}/assets/{re.escape(stem)}\.[0-9a-f]{{12}}\.{suffix}")
        for name in self.files():
            if pattern.fullmatch(name):
                return f"/{name}"
        message = f"the theme has no file {stem}.{suffix}"
        raise LookupError(message)

    def digest(self) -> str:
        """Digest of all that pages are made with beside their data: shells, code, templates, translations."""
        whole = sha256(_code_digest().encode())
        for language, shell in self._shells.items():
            whole.update("\0".join((language, *shell.parts)).encode())
        return whole.hexdigest()

    def _made(self) -> ProseBuild:
        if self._prose is None:
            message = "the site was not prepared: there is no shell to stamp pages into"
            raise LookupError(message)
        return self._prose


@cache
def _code_digest() -> str:
    whole = sha256(version("jinja2").encode())
    sources = [*sorted((_BUILDER / "voters").rglob("*.py")), *sorted((_BUILDER / "render").glob("*.py"))]
    sources += [*sorted(TEMPLATES.glob("*.j2")), *sorted((_BUILDER / "theme" / "components").glob("*.j2"))]
    sources += sorted(path for path in (_BUILDER / "voters" / "data").rglob("*") if path.is_file())
    sources += [*sorted((_KERNEL / "rules").glob("*.py")), _KERNEL / "i18n.py"]
    sources += [path for language in LANGUAGES if (path := po_path("builder", language)).exists()]
    for path in sources:
        whole.update(sha256(path.read_bytes()).digest())
    return whole.hexdigest()
