"""Packages as they go to Lambda, looked at and not run: another processor and another Python wait for them."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.cloudformation import TEMPLATES, load
from infra.contents import HANDLERS, LIBRARIES, ROOT, closure
from infra.inspection import MOST_BYTES, BadPackage, inspect
from infra.package import build, contents
from infra.wheels import LAMBDA, NotLocked, NoWheels, fetch, locked

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def packages() -> Mapping[str, Files]:
    return {name: contents(name) for name in HANDLERS}


@pytest.mark.parametrize("name", HANDLERS)
def test_a_package_is_small_and_for_lambda_and_every_import_finds_what_it_names(
    name: str, packages: Mapping[str, Files]
) -> None:
    inspect(packages[name], HANDLERS[name])
    assert 20_000_000 < sum(map(len, packages[name].values())) <= MOST_BYTES
    assert any(data[:4] == b"\x7fELF" for data in packages[name].values())


@pytest.mark.parametrize("name", HANDLERS)
def test_nothing_that_is_left_out_is_asked_for_when_a_function_begins_or_prints(name: str) -> None:
    command = [sys.executable, "-m", "tests.infra.left_out", HANDLERS[name]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_two_builds_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = (build(("herald",), tmp_path / name)["herald"] for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert archive.testzip() is None


def test_the_template_names_the_handlers_that_are_packed(packages: Mapping[str, Files]) -> None:
    said = {
        one["Properties"]["Handler"]
        for one in load(TEMPLATES / "template.yaml")["Resources"].values()
        if one["Type"] == "AWS::Serverless::Function"
    }
    assert said == {f"{module}.lambda_handler" for module in HANDLERS.values()}
    for name, module in HANDLERS.items():
        source = packages[name][f"{module.replace('.', '/')}.py"].decode()
        assert re.search(r"^(def )?lambda_handler\b", source, re.MULTILINE), name


def test_no_package_holds_a_key_or_a_test_or_another_language(packages: Mapping[str, Files]) -> None:
    for files in packages.values():
        assert not [path for path in files if path.endswith((".key", ".secret", ".pyc")) or "/tests/" in path]
        assert not [path for path in files if path.startswith("babel/locale-data/fr")]
        assert "prepared/prepared.json" not in files or "builder/handler.py" in files


@pytest.mark.parametrize(
    "gone", ["pydantic/__init__.py", "shailoo/records/seal.py", "functions/web.py", "urllib3/__init__.py"]
)
def test_what_is_missing_is_named(gone: str, packages: Mapping[str, Files]) -> None:
    files = {
        path: data for path, data in packages["intake"].items() if not path.startswith(gone.removesuffix("__init__.py"))
    }
    with pytest.raises(BadPackage) as told:
        inspect(files, HANDLERS["intake"])
    missing = gone.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    assert str(told.value.facts["asks"]).startswith(missing)


def test_a_library_of_this_machine_is_refused(packages: Mapping[str, Files]) -> None:
    path, data = next((path, data) for path, data in packages["herald"].items() if data[:4] == b"\x7fELF")
    changed = data[:18] + struct.pack("<H", 62) + data[20:]
    with pytest.raises(BadPackage, match="processor"):
        inspect({**packages["herald"], path: changed}, HANDLERS["herald"])
    other = "pydantic_core/_pydantic_core.cpython-311-aarch64-linux-gnu.so"
    with pytest.raises(BadPackage, match="Python"):
        inspect({**packages["herald"], other: data}, HANDLERS["herald"])


def test_a_library_that_another_one_loads_must_be_there(packages: Mapping[str, Files]) -> None:
    gone = next(path for path in packages["copyist"] if "/libjpeg-" in path)
    files = {path: data for path, data in packages["copyist"].items() if path != gone}
    with pytest.raises(BadPackage, match="not in the package"):
        inspect(files, HANDLERS["copyist"])


def test_a_package_that_has_grown_too_large_is_refused() -> None:
    with pytest.raises(BadPackage, match="50 MB"):
        inspect({"data": bytes(MOST_BYTES + 1)}, "data")


def test_only_what_is_locked_is_fetched_and_with_its_digest() -> None:
    names = closure(LIBRARIES["copyist"], LAMBDA)
    lines = locked(names, LAMBDA)
    assert lines.keys() == names
    assert all("--hash=sha256:" in text for text in lines.values())
    with pytest.raises(NotLocked):
        locked({"no-such-library"}, LAMBDA)


def test_what_is_there_is_not_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fetch({"six"})
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("somebody was asked"))
    assert fetch({"six"})["six"].name.startswith("six-")


def test_without_a_network_the_error_says_which_library_and_no_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Looking in links: https://somewhere\nERROR: No matching distribution found for six==1.17.0"
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, "", said))
    with pytest.raises(NoWheels) as told:
        fetch({"six"}, tmp_path)
    assert told.value.facts["libraries"] == "six==1.17.0"
    assert "somewhere" not in str(told.value)


def test_imports_are_read_as_python_does() -> None:
    own = {"functions/__init__.py": b"", "functions/part/__init__.py": b"", "functions/part/one.py": b"X = 1\n"}
    head = (
        b"from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nowhere\n"
    )
    inspect({**own, "functions/main.py": head + b"from .part import one\nfrom .part.one import X\n"}, "functions.main")
    for asks in (
        b"from .part import two\nfrom . import gone\nimport functions.absent\n",
        b"def f():\n    import nowhere\n",
    ):
        with pytest.raises(BadPackage):
            inspect({**own, "functions/main.py": head + asks}, "functions.main")
    inspect({**own, "functions/main.py": head + b"def f():\n    import folium\n"}, "functions.main")
    with pytest.raises(BadPackage):
        inspect({**own, "functions/main.py": head + b"import folium\n"}, "functions.main")
