"""`python -m functions --dir DIR --port PORT`: serve an installation on the loopback."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from functions.server import HOST, serve
from shailoo.assembly import Installation
from shailoo.errors import ShailooError
from shailoo.telemetry import start


def main() -> int:
    """Serve until stopped. Returns 1, with a sentence on the error output, when it cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m functions", description="Serve an installation on the loopback.")
    parser.add_argument("--dir", type=Path, required=True, help="folder of the installation")
    parser.add_argument("--port", type=int, default=8021, help=f"port on {HOST}")
    chosen = parser.parse_args()
    try:
        installation = Installation.open(chosen.dir)
        start("server", meter=installation.meter)
        serve(installation, chosen.port)
    except ShailooError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
