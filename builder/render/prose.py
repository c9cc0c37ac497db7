"""The prose of a portal and its shell, by MkDocs. The only file that knows MkDocs.

MkDocs runs in a process of its own: its 60 MB and its warnings stay out of the builder, and nothing is imported on the
night when the prose has not changed. What it made is kept under the digest of everything that it was made from.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from builder.render import assets, policy, shell
from shailoo.errors import ShailooError
from shailoo.model.base import LANGUAGES

SITES = Path(__file__).resolve().parents[2] / "sites"
PORTALS = ("results", "tizme", "talapker")
_MADE_BY = ("mkdocs", "mkdocs-material", "Markdown", "pymdown-extensions", "Jinja2")


class ProseFailed(ShailooError):
    """MkDocs refused the prose. Whatever was published before stays."""

    code = "prose-failed"


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """A page as search knows it: its folder below `/<portal>/<language>/`, its title, words to find it by."""

    location: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ProseBuild:
    """One portal's prose as it stands in the public folder.

    `made` tells whether MkDocs had to run; `files` are the published paths below the public folder.
    """

    portal: str
    target: Path
    kept: Path
    digest: str
    made: bool
    files: tuple[str, ...]

    def shell(self, language: str, origin: str = "") -> shell.Shell:
        """Return the sheet on which data pages of this portal are stamped."""
        return shell.Shell.load(self.target, self.portal, language, origin)

    def index(self, language: str) -> dict[str, Any]:
        """The search index of the prose in one language."""
        return dict(json.loads((self.kept / "search" / f"{language}.json").read_text("utf-8")))

    def merge_search(self, language: str, documents: Iterable[SearchDocument] = ()) -> None:
        """Write the search index of one language: the prose, then the data pages in the order given."""
        body = with_documents(self.index(language), documents)
        _place(self.target / self.portal / language / "search" / "search_index.json", body)


def with_documents(index: dict[str, Any], documents: Iterable[SearchDocument]) -> bytes:
    """A search index of prose as it is published: with data pages after it."""
    index["docs"] += [{"location": d.location, "title": d.title, "text": d.text} for d in documents]
    return json.dumps(index, ensure_ascii=False, separators=(",", ":")).encode()


def build_prose(portal: str, target: Path, cache: Path, sites: Path = SITES) -> ProseBuild:
    """Bring `<target>/<portal>/` up to date: prose in three languages, 404 pages (the shell), assets.

    `cache` is a folder of our own that survives between builds; empty or missing, everything is made anew. Files that
    already hold the right bytes are not touched; pages of prose that no longer exist are removed, assets never.

    Raises:
        ProseFailed: a page of prose is broken, has no twin in another language, or MkDocs does not start.
    """
    digest = _digest(sites / portal, portal)
    kept = cache / "prose" / f"{portal}-{digest}"
    with _alone(cache / "prose", portal):
        made = not kept.is_dir()
        if made:
            _make(portal, kept, sites)
        public = kept / "public"
        files = sorted(path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file())
        for name in files:
            _place(target / name, (public / name).read_bytes())
        _forget_old_pages(cache / "prose" / f"{portal}.json", target, files)
        build = ProseBuild(portal, target, kept, digest, made, tuple(files))
        for language in shell.LANGUAGES:
            if not (target / portal / language / "search" / "search_index.json").exists():
                build.merge_search(language)
    return build


@contextmanager
def _alone(folder: Path, portal: str) -> Iterator[None]:
    """Wait for another process that makes the same prose: the publishers of two portals share one cache."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{portal}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(site: Path, portal: str) -> str:
    """Return a digest of all that the prose is made from: pages, theme, this program, the makers' versions."""
    state = hashlib.sha256(portal.encode())
    for name in _MADE_BY:
        state.update(f"{name} {version(name)}\n".encode())
    here = Path(__file__).parent
    sources = [site / "mkdocs.yml", *sorted((site / "pages").rglob("*.md")), *sorted(here.glob("*.py"))]
    sources += sorted(
        path for folder in ("shell", "css", "js", "components") for path in (assets.THEME / folder).rglob("*.*")
    )
    if portal == "results":  # its gallery is drawn from these
        sources += [
            *sorted((site / "templates").glob("*.j2")),
            *(here.parent / name for name in ("samples.py", "views.py")),
        ]
        sources += sorted((here.parent / "locale").rglob("*.po"))
    for path in sources:
        body = path.read_bytes() if path.is_file() else b""
        state.update(f"{path.name} {len(body)}\n".encode())
        state.update(body)
    return state.hexdigest()[:16]


def _make(portal: str, kept: Path, sites: Path) -> None:
    """Run MkDocs into a folder beside `kept` and move it there when it is whole."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=f"{portal}-", dir=kept.parent))
    try:
        run = subprocess.run(  # noqa: S603 - our own module with paths of our own; nothing from outside is in them
            [sys.executable, "-W", "ignore", "-m", "builder.render.prose", portal, str(room), str(sites)],
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"},
            capture_output=True,
            check=False,
            text=True,
        )
        if run.returncode != 0:
            reason = (run.stderr or run.stdout).strip().splitlines()[-1:] or ["no message"]
            raise ProseFailed(
                f"MkDocs could not make the prose: {reason[0]}. Mend the page and build again.", portal=portal
            )
        for old in kept.parent.glob(f"{portal}-????????????????"):
            shutil.rmtree(old)
        room.rename(kept)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _forget_old_pages(ledger: Path, target: Path, files: list[str]) -> None:
    """Remove pages that an earlier build placed and this one does not have. Assets stay for pages not yet remade."""
    before: list[str] = json.loads(ledger.read_text("utf-8")) if ledger.exists() else []
    for name in set(before) - set(files):
        if "/assets/" not in name:
            (target / name).unlink(missing_ok=True)
    _place(ledger, json.dumps(files).encode())


def _place(path: Path, body: bytes) -> None:
    """Write a whole file or nothing, and nothing where the bytes already stand."""
    if path.is_file() and path.read_bytes() == body:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_bytes(body)
    draft.replace(path)


def _run_mkdocs(portal: str, room: Path, sites: Path) -> None:
    """Build one portal in every language (in the process of its own)."""
    from mkdocs.commands.build import build  # noqa: PLC0415 - half a second that only this process pays
    from mkdocs.config import load_config  # noqa: PLC0415 - as above
    from mkdocs.utils.yaml import yaml_load  # noqa: PLC0415 - as above

    from builder.render import gallery  # noqa: PLC0415 - draws pages with jinja2, which no other process needs for prose

    site = sites / portal
    front = room / "public" / portal
    material = find_spec("material")
    if material is None or material.origin is None:
        raise ProseFailed("mkdocs-material is not installed. Run `make setup`.", portal=portal)
    collected = assets.collect(portal, Path(material.origin).parent / "templates")
    for name, body in collected.files.items():
        _place(front / name, body)
    _place(front / "index.html", _front_door(portal).encode())
    _place(front / "csp.json", json.dumps(policy.headers(portal), indent=1).encode() + b"\n")
    with (site / "mkdocs.yml").open(encoding="utf-8") as file:
        written: dict[str, Any] = yaml_load(file)
    pages = {code: _pages(site / "pages" / code) for code in shell.LANGUAGES}
    for code, names in pages.items():
        if names != pages["ky"]:
            raise ProseFailed(
                f"{portal}/pages/{code} and pages/ky differ: {sorted(names ^ pages['ky'])}.", portal=portal
            )
    for code in LANGUAGES:
        drawn = room / "drawn" / code
        extra = {
            "portal": portal,
            "languages": dict(shell.LANGUAGES),
            "assets": collected.addresses,
            "csp": policy.of_portal(portal),
        }
        config = load_config(
            str(site / "mkdocs.yml"),
            site_name=written["extra"]["names"][code],
            site_url=f"http://localhost/{portal}/{code}/",
            docs_dir=str(site / "pages" / code),
            site_dir=str(drawn),
            strict=True,
            theme={"name": "material", "custom_dir": str(assets.THEME / "shell"), "language": code, "font": False},
            extra=extra,
        )
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
        _keep(drawn, front / code, room / "search" / f"{code}.json")
        if portal == "results":
            for name, body in gallery.sample_pages(code, shell.Shell.load(room / "public", portal, code)):
                _place(room / "public" / name, body)
    shutil.rmtree(room / "drawn")
    small_map = gallery.outline() if portal == "results" else None
    if small_map is not None:
        _place(room / "public" / small_map[0], small_map[1])


def _pages(folder: Path) -> frozenset[str]:
    return frozenset(path.relative_to(folder).as_posix() for path in folder.rglob("*.md"))


def _keep(drawn: Path, public: Path, search: Path) -> None:
    """Take the pages and the search index out of what MkDocs drew; its copies of the theme's files stay behind."""
    for path in sorted(drawn.rglob("*.html")):
        name = path.relative_to(drawn).as_posix()
        text = path.read_text("utf-8")
        if name != "404.html":
            text = text.replace("<!--/shell:", "<!--shell:")
            for gap in ("head", "languages", "state", "main"):
                text = text.replace(f"<!--shell:{gap}-->", "")
        _place(public / name, text.encode())
    index = json.loads((drawn / "search" / "search_index.json").read_text("utf-8"))
    # No stemmer and no stop words: there are none for Kyrgyz, and the English ones would drop every Cyrillic word.
    index["config"] |= {"lang": ["en"], "pipeline": []}
    _place(search, json.dumps(index, ensure_ascii=False, sort_keys=True).encode())


def _front_door(portal: str) -> str:
    """Return the page at the portal's own address: it leads to Kyrgyz and offers the other languages."""
    links = "".join(
        f'<li><a href="/{portal}/{code}/" lang="{code}">{name}</a></li>' for code, name in shell.LANGUAGES.items()
    )
    return (
        '<!doctype html>\n<html lang="ky"><head><meta charset="utf-8"><title>Шайлоо</title>'
        f'<meta http-equiv="refresh" content="0; url=/{portal}/ky/"><link rel="canonical" href="/{portal}/ky/">'
        f"</head><body><ul>{links}</ul></body></html>\n"
    )


if __name__ == "__main__":
    _run_mkdocs(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
