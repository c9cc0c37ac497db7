"""The source as the laws see it: which files are part of the project, and which module imports which."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("shailoo", "functions", "builder", "edge_agent", "rehearsal", "auditor")


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is committed, or would be by `git add --all`, relative to the root and sorted."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(sorted(Path(name) for name in set(listed.split("\0")) - {""} if (ROOT / name).is_file()))


def read(path: Path) -> str:
    """The text of a project file; what is not text (a picture, a font) reads as empty."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@dataclass(frozen=True)
class Module:
    """One module of a program: its name and its imports with dots, its file, its syntax tree."""

    name: str
    path: Path
    imports: frozenset[str]
    tree: ast.Module

    def within(self, *packages: str) -> bool:
        """Whether the module is one of `packages` or lies inside one."""
        return is_within(self.name, *packages)


def is_within(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of `packages` or lies inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@cache
def modules() -> dict[str, Module]:
    """Every module of every program, by name."""
    files = {dotted(path): path for path in project_files() if path.suffix == ".py" and path.parts[0] in PROGRAMS}
    found = {}
    for name, path in files.items():
        tree = ast.parse(read(path), filename=str(path))
        imports = frozenset(_imports(tree, name, is_package=path.name == "__init__.py", known=frozenset(files)))
        found[name] = Module(name, path, imports, tree)
    return found


def dotted(path: Path) -> str:
    """`builder/render/__init__.py` is `builder.render`."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.Module, name: str, *, is_package: bool, known: frozenset[str]) -> Iterator[str]:
    """Every import, inside functions and `if TYPE_CHECKING` too: the law is about knowing, not about loading."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = name.split(".")
                above = here[: len(here) - node.level + is_package]
                base = ".".join([*above, base] if base else above)
            for alias in node.names:
                submodule = f"{base}.{alias.name}"
                yield submodule if submodule in known or base not in known else base
