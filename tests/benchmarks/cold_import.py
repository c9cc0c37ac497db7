"""How long a function's handler takes to import in a fresh process that sees its package and nothing else.

The package is that for this machine and its Python: Lambda's has other libraries of the same versions. Twice: as the
package lies there, when Python compiles every module first, and once it is compiled; Lambda keeps no compiled modules
between cold starts of a package, so the first counts.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.contents import HANDLERS
from tests.infra.host_packages import contents

LONGEST_MS = 700
ROUNDS = 5
_PROGRAM = """
import sys, time
began = time.perf_counter()
sys.path.append({folder!r})
import importlib
importlib.import_module({module!r})
print((time.perf_counter() - began) * 1000)
"""


def run() -> list[dict[str, object]]:
    """One row for each function."""
    return [_measured(name) for name in HANDLERS]


def _measured(name: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "package"
        for path, data in contents(name).items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_bytes(data)
        fresh = []
        for _ in range(ROUNDS):
            for one in list(work.rglob("__pycache__")):
                shutil.rmtree(one)
            fresh.append(_once(work, HANDLERS[name], "-B"))
        _once(work, HANDLERS[name])
        warm = statistics.median(_once(work, HANDLERS[name]) for _ in range(ROUNDS))
    cold = statistics.median(fresh)
    return {
        "what": f"import of the {name}'s handler in a fresh process",
        "reach": f"≤ {LONGEST_MS} ms",
        "measured": f"{warm:.0f} ms compiled, {cold:.0f} ms with every module compiled first ({cold / warm:.1f} times)",
        "ok": cold <= LONGEST_MS,
    }


def _once(work: Path, module: str, *options: str) -> float:
    program = _PROGRAM.format(folder=str(work), module=module)
    command = [sys.executable, "-I", "-S", *options, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)
