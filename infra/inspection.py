"""A package is looked at before it goes anywhere: size, platform, and that every import finds what it names.

Not by running it: this machine has another processor and another Python. The syntax of every module that the handler
reaches is read instead.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from shailoo.errors import Refused

MOST_BYTES: Final = 50 * 1024 * 1024
"""Unpacked. Lambda takes five times that, and a cold start would feel it."""
_AARCH64: Final = 183
"""`e_machine` in the head of an ELF file."""
_SUFFIXES: Final = (".cpython-313-aarch64-linux-gnu.so", ".abi3.so")
_VENDORED: Final = re.compile(rb"lib[A-Za-z0-9_+.]+-[0-9a-f]{8}\.so[0-9.]*")
"""A library that a wheel brings along has a digest in its name, and those that load it say that name."""
_GONE: Final = frozenset({"cgi", "crypt", "imghdr", "pipes", "sndhdr"})
"""Modules that Python 3.13 has no more."""


NEVER_HERE: Final[Mapping[str, str]] = {
    "branca": "the map is drawn beforehand: `builder.prepare`",
    "folium": "as branca",
    "mkdocs": "prose is built beforehand: `builder.prepare`",
    "shailoo.adapters.identification.http": "devices are asked from the door of the staff alone, which brings `httpx`",
    "shailoo.adapters.notices.sms": "text messages go from the function of notices alone, which brings `httpx`",
    "shailoo.adapters.metrics": "figures of one machine; in the cloud they are lines of the log",
    "shailoo.adapters.voters": "the voter list is kept on the commission's own machine",
}
"""Module or library -> why a function never comes to ask for it. That holds for imports inside functions of ours; one
that is made when a module is loaded must find what it names."""


class BadPackage(Refused):
    """A package that would not run in Lambda, or not well."""

    code = "bad-package"


def inspect(files: Mapping[str, bytes], handler: str) -> None:
    """Look at a package. Raises BadPackage: what is wrong first."""
    whole = sum(map(len, files.values()))
    if whole > MOST_BYTES:
        raise BadPackage("The package is larger than 50 MB unpacked.", bytes=whole)
    there = {path.rpartition("/")[2].encode() for path in files}
    for path, data in files.items():
        if data[:4] == b"\x7fELF":
            _inspect_library(path, data, there)
    missing = sorted(_missing(files, handler))
    if missing:
        who, what = missing[0]
        raise BadPackage("A module asks for what is not in the package.", module=who, asks=what, more=len(missing) - 1)


def _inspect_library(path: str, data: bytes, there: set[bytes]) -> None:
    if struct.unpack_from("<H", data, 18)[0] != _AARCH64:
        raise BadPackage("A library is for another processor than arm64.", path=path)
    if ".cpython-" in path and not path.endswith(_SUFFIXES):
        raise BadPackage("A library is for another Python than 3.13.", path=path)
    gone = sorted(set(_VENDORED.findall(data)) - there)
    if gone:
        raise BadPackage("A library asks for another that is not in the package.", path=path, asks=gone[0].decode())


def _missing(files: Mapping[str, bytes], handler: str) -> set[tuple[str, str]]:
    """Pairs of module and import, of all that our own modules reach and of what these libraries load at once."""
    modules = {_module(path): path for path in files if path.endswith(".py")}
    compiled = {path.split(".")[0].replace("/", ".") for path in files if path.endswith(".so")}
    known = modules.keys() | compiled
    roots = {name.partition(".")[0] for name in known}
    waiting, seen, missing = [handler], set[str](), set[tuple[str, str]]()
    if handler not in modules:
        return {("handler", handler)}
    while waiting:
        name = waiting.pop()
        if name in seen or name not in modules:
            continue
        seen.add(name)
        waiting += [name.rpartition(".")[0]] if "." in name else []
        package = modules[name].endswith("/__init__.py")
        for asked, parts, later in _imports(files[modules[name]], name, package=package):
            root = asked.partition(".")[0]
            if (root in sys.stdlib_module_names and root not in _GONE) or (later and _never_here(asked, parts)):
                continue
            if root not in roots or (_ours(asked) and asked not in known):
                missing.add((name, asked))
                continue
            waiting += [asked, *(f"{asked}.{part}" for part in parts)]
    return missing


def _never_here(asked: str, parts: tuple[str, ...]) -> bool:
    names = {asked, *(f"{asked}.{part}" for part in parts)}
    return any(name == one or name.startswith(f"{one}.") for one in NEVER_HERE for name in names)


def _ours(name: str) -> bool:
    return name.partition(".")[0] in {"builder", "functions", "shailoo"}


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


_Import = tuple[str, tuple[str, ...], bool]
"""A module, the names taken from it, and whether that happens only when a function is called."""


def _imports(source: bytes, name: str, *, package: bool) -> Iterator[_Import]:
    """Imports that run: in libraries those of the loading that nothing catches, in our own code every one."""
    start = name.split(".") if package else name.split(".")[:-1]
    for node, later in _read(source, deep=_ours(name)):
        if isinstance(node, ast.Import):
            yield from ((one.name, (), later) for one in node.names)
        else:
            above = start[: len(start) - node.level + 1] if node.level else []
            yield (
                ".".join([*above, *([node.module] if node.module else [])]),
                tuple(one.name for one in node.names),
                later,
            )


@cache
def _read(source: bytes, *, deep: bool) -> tuple[tuple[ast.Import | ast.ImportFrom, bool], ...]:
    """Most modules are in every package: each is read once."""
    return tuple(_run(ast.parse(source).body, deep=deep))


def _run(
    body: list[ast.stmt], *, deep: bool, later: bool = False
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for node in body:
        inner: list[ast.stmt] = []
        match node:
            case ast.Import() | ast.ImportFrom():
                yield node, later
            case ast.If():
                inner = node.orelse if _only_for_types(node.test) else [*node.body, *node.orelse] if deep else []
            case ast.Try():
                inner = [*node.body, *node.orelse, *node.finalbody] if deep or not node.handlers else node.finalbody
                inner = [*inner, *(one for handler in node.handlers if deep for one in handler.body)]
            case ast.Match():
                inner = [one for case in node.cases if deep for one in case.body]
            case ast.With() | ast.AsyncWith() | ast.For() | ast.AsyncFor() | ast.While() | ast.ClassDef():
                inner = node.body
            case ast.FunctionDef() | ast.AsyncFunctionDef() if deep:
                yield from _run(node.body, deep=deep, later=True)
            case _:
                pass
        yield from _run(inner, deep=deep, later=later)


def _only_for_types(test: ast.expr) -> bool:
    return ast.unparse(test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING"}
