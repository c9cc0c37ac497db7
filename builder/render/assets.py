"""The shell's style sheet, scripts and icon under names made of their content.

A name that holds the digest may be cached for ever, and a page that was not yet remade still finds its own sheet: an
asset is added and never replaced. No source map, no comment and no address of another host is published.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

THEME = Path(__file__).resolve().parents[1] / "theme"
SHELL_SHEETS = ("variables", "base", "material", "shell")
"""In this order after Material's own; the components follow by name, then the portal's own, paper comes last."""
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r" ?([{};,]) ?")
_SOURCE_MAP = re.compile(r"/[/*][#@] ?sourceMappingURL=\S+( ?\*/)?")


@dataclass(frozen=True, slots=True)
class Assets:
    """Files to write (path below the portal's folder → bytes) and the addresses under which pages ask for them."""

    files: dict[str, bytes]
    addresses: dict[str, str]


def collect(portal: str, material: Path, theme: Path = THEME) -> Assets:
    """Return the assets of one portal, from Material's folder of templates and from our theme.

    Raises:
        FileNotFoundError: Material no longer has a file where this version had it.
    """
    files: dict[str, bytes] = {}
    addresses: dict[str, str] = {}

    def add(name: str, folder: str, stem: str, suffix: str, body: bytes) -> None:
        path = f"assets/{folder}{stem}.{hashlib.sha256(body).hexdigest()[:12]}{suffix}"
        files[path] = body
        addresses[name] = f"/{portal}/{path}"

    sheets = [_one(material, "assets/stylesheets/main.*.min.css").read_text("utf-8")]
    sheets += [_shrink((theme / "css" / f"{name}.css").read_text("utf-8")) for name in SHELL_SHEETS]
    sheets += [_shrink(path.read_text("utf-8")) for path in sorted((theme / "components").glob("*.css"))]
    own = theme / "css" / f"{portal}.css"
    sheets += [_shrink(own.read_text("utf-8"))] if own.is_file() else []
    sheets.append(_shrink((theme / "css" / "print.css").read_text("utf-8")))
    add("css", "", "site", ".css", "\n".join(_without_map(sheet).strip() for sheet in sheets).encode())
    for name in ("shell", "live"):
        add(name, "", name, ".js", (theme / "js" / f"{name}.js").read_bytes())
    for path in sorted((theme / "js" / portal).glob("*.js")):
        add(path.stem, "", path.stem, ".js", path.read_bytes())
    tools = "".join(path.read_text("utf-8") for path in sorted((theme / "js" / "check").glob("*.js")))
    add("check", "", "check", ".js", f'(() => {{\n"use strict";\n{tools}}})();\n'.encode())
    add("icon", "", "icon", ".svg", (theme / "shell" / "icon.svg").read_bytes())
    bundle = _one(material, "assets/javascripts/bundle.*.min.js").read_text("utf-8")
    add("bundle", "material/", "bundle", ".js", _without_map(bundle).encode())
    worker = _one(material, "assets/javascripts/workers/search.*.min.js").read_text("utf-8")
    add("worker", "material/workers/", "search", ".js", _without_map(worker).encode())
    return Assets(files, addresses)


def _one(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise FileNotFoundError(f"{folder} holds {len(found)} files like {pattern}, one was expected")
    return found[0]


def _without_map(text: str) -> str:
    return _SOURCE_MAP.sub("", text)


def _shrink(css: str) -> str:
    """Drop comments and spaces. Ours alone: no string in our sheets holds two spaces or a comment."""
    return _AROUND.sub(r"\1", _SPACE.sub(" ", _COMMENT.sub("", css))).strip()
