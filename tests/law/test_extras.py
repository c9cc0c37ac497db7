"""One distribution with extras: each program runs with the base and its own extra, and with nothing else installed."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.law.source import ROOT, is_within, modules

NEEDS = {
    # what is imported: (packages, packages left out of it, extras it may need)
    "the kernel": (("shailoo",), ("shailoo.adapters", "shailoo.assembly", "shailoo.cloud"), ()),
    "the ballot box": (("edge_agent",), (), ("edge",)),
    "the builder": (("builder",), (), ("builder",)),
    "the functions": (("functions",), (), ("aws", "server")),
    "the auditor": (("auditor",), (), ("auditor",)),
    "the rehearsal": (("rehearsal",), (), ("rehearsal",)),
}

IMPORT_WITHOUT = """
import importlib, sys
blocked = set({blocked!r})
class NotInstalled:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError("not in this extra: " + name, name=name)
sys.meta_path.insert(0, NotInstalled)
for name in {names!r}:
    importlib.import_module(name)
print("imported", len({names!r}))
"""


@cache
def closure(extras: tuple[str, ...]) -> frozenset[str]:
    """Canonical names of all distributions that the base and these extras bring, directly or not."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    todo = [("shailoo", extra) for extra in ("", *extras)]
    while todo:
        name, extra = todo.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            declared: Distribution = distribution(name)
        except PackageNotFoundError:
            continue  # a marker of another platform named it
        found.add(name)
        for line in declared.requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                needed = canonicalize_name(requirement.name)
                todo += [(needed, wanted) for wanted in ("", *requirement.extras)]
    return frozenset(found)


def modules_outside(installed: frozenset[str]) -> list[str]:
    """Top-level modules of what this environment holds and `installed` does not bring."""
    return sorted(
        module
        for module, distributions in packages_distributions().items()
        if not installed & {canonicalize_name(name) for name in distributions}
    )


def test_the_base_brings_neither_cloud_nor_pages_nor_server() -> None:
    base = closure(())
    assert {"pydantic", "cryptography", "babel", "typer", "rich"} <= base
    assert not base & {"boto3", "jinja2", "mkdocs", "starlette", "httpx", "folium", "numpy"}


@pytest.mark.parametrize("who", NEEDS)
def test_a_program_imports_with_only_its_own_extra(who: str) -> None:
    packages, left_out, extras = NEEDS[who]
    names = sorted(
        name
        for name, module in modules().items()
        if module.within(*packages) and not is_within(name, *left_out) and not name.endswith("__main__")
    )
    script = IMPORT_WITHOUT.format(blocked=modules_outside(closure(extras)), names=names)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, (
        f"{who} with {extras or 'no extra'}: {done.stderr.strip().splitlines()[-1]}\n{done.stderr}"
    )
    assert done.stdout.split() == ["imported", str(len(names))]
