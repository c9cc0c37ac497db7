"""Who may know whom. The same law in words: ARCHITECTURE, "The house"."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.law.source import PROGRAMS, Module, is_within, modules

PURE = tuple(f"shailoo.{part}" for part in ("errors", "ids", "model", "records", "rules", "ports", "usecases"))
ADAPTERS = "shailoo.adapters"
ASSEMBLY = "shailoo.assembly"
CLOUD = "shailoo.cloud"
"""The assembly of an installation in the cloud."""
TOWN = "shailoo.town"
"""What surrounds an installation on a town's own machine, put together."""
CLI = "shailoo.cli"

PURE_LIBRARIES = ("annotated_types", "cryptography", "pydantic", "pydantic_core", "typing_extensions")
"""Values, types and mathematics; nothing here opens a file or a connection, or asks what time it is."""

IMPURE_LIBRARY = (
    "asyncio", "concurrent", "ctypes", "fcntl", "glob", "http", "importlib", "io.open", "logging", "mmap",
    "multiprocessing", "os", "pathlib", "random", "secrets", "select", "shutil", "signal", "socket", "socketserver",
    "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib.request", "uuid",
)  # fmt: skip
"""Parts of the standard library that reach out of a function: files, network, processes, clock, chance."""

CLOCKS = ("now", "today", "utcnow")

KEEPERS = {
    # library: the only places that may know it
    "aws_lambda_powertools": ("functions",),
    "boto3": (f"{ADAPTERS}.aws", CLOUD),
    "botocore": (f"{ADAPTERS}.aws", CLOUD),
    "branca": ("builder.render",),
    "duckdb": (f"{ADAPTERS}.voters", "rehearsal.voters"),
    "folium": ("builder.render",),
    "jinja2": ("builder", "functions"),
    "material": ("builder.render.prose",),
    "mkdocs": ("builder.render.prose",),
    "oidc_provider_mock": ("rehearsal",),
    "psutil": ("rehearsal",),
    "PIL": ("builder.documents.remake",),
    "pypdf": ("builder.documents.remake",),
    "pypdfium2": ("builder.documents.remake",),
    "prometheus_client": ("functions", f"{ADAPTERS}"),
    "shamir_mnemonic": (f"{ADAPTERS}.trustees",),
    "segno": ("edge_agent", "functions.cases", "functions.staff.precinct_paper"),
    "shapely": (f"{ADAPTERS}.voters", "rehearsal.voters"),
    "starlette": ("functions",),
    "uvicorn": ("functions",),
}


def broken(who: Iterable[Module], *forbidden: str, unless: tuple[str, ...] = ()) -> list[str]:
    """Imports of `forbidden` things, as sentences."""
    return sorted(
        f"{module.path}: {module.name} imports {name}"
        for module in who
        for name in module.imports
        if is_within(name, *forbidden) and not is_within(name, *unless)
    )


def inside(*packages: str) -> list[Module]:
    return [module for module in modules().values() if module.within(*packages)]


def outside(*packages: str) -> list[Module]:
    return [module for module in modules().values() if not module.within(*packages)]


def test_there_is_source_to_judge() -> None:
    assert {"shailoo.errors", "shailoo.model.base", "shailoo.ports"} <= modules().keys()


def test_the_kernel_knows_no_program() -> None:
    assert not broken([m for m in inside("shailoo") if not m.within(CLI)], *set(PROGRAMS) - {"shailoo"})


@pytest.mark.parametrize("program", ["functions", "builder", "edge_agent"])
def test_the_three_programs_never_know_each_other(program: str) -> None:
    others = {"functions", "builder", "edge_agent"} - {program}
    assert not broken(inside(program), *others)


def test_the_auditor_knows_the_pure_kernel_and_nothing_that_publishes() -> None:
    kernel = (*PURE, "shailoo.package", "shailoo.i18n")
    assert not broken(inside("auditor"), "shailoo", *set(PROGRAMS) - {"shailoo", "auditor"}, unless=kernel)
    assert not broken(outside("auditor", CLI, "rehearsal"), "auditor")


def test_nothing_but_the_command_line_knows_the_rehearsal() -> None:
    assert not broken(outside("rehearsal", CLI), "rehearsal")


def test_no_program_knows_how_it_is_deployed() -> None:
    assert not broken(modules().values(), "infra")


def test_nothing_knows_the_command_line() -> None:
    assert not broken(outside(CLI), CLI)


def test_only_the_assembly_and_the_command_line_name_adapters() -> None:
    assert not broken(outside(ADAPTERS, ASSEMBLY, CLOUD, CLI, TOWN), ADAPTERS)


def test_pure_packages_know_only_each_other_and_pure_libraries() -> None:
    pure = inside(*PURE)
    assert not broken(pure, "shailoo", unless=PURE)
    allowed = (*PURE_LIBRARIES, "shailoo")
    strangers = [
        f"{module.path} imports {name}"
        for module in pure
        for name in sorted(module.imports)
        if not is_within(name, *allowed) and not _in_standard_library(name)
    ]
    assert not strangers
    assert not broken(pure, *IMPURE_LIBRARY)


def _in_standard_library(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in sys.stdlib_module_names


def test_pure_packages_never_look_at_a_clock_nor_open_a_file() -> None:
    found = [
        f"{module.path}:{node.lineno} calls {ast.unparse(node.func)}"
        for module in inside(*PURE)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS)
            or (isinstance(node.func, ast.Name) and node.func.id in {"open", "input", "print"})
        )
    ]
    # A port named `clock` is asked with `clock.now()`: the time is then an argument like any other.
    assert [line for line in found if "clock.now" not in line] == []


@pytest.mark.parametrize("library", KEEPERS)
def test_a_library_with_a_keeper_is_known_only_there(library: str) -> None:
    assert not broken(outside(*KEEPERS[library]), library)


def test_the_ballot_box_knows_neither_cloud_nor_pages() -> None:
    assert not broken(inside("edge_agent"), "boto3", "botocore", "aws_lambda_powertools", "jinja2", "mkdocs", "folium")


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = modules()
    graph = {
        name: {other for other in module.imports if other in known and other != name} for name, module in known.items()
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        pytest.fail("import circle: " + " <- ".join(circle.args[1]))
    assert len(order) == len(known)
