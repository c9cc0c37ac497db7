"""The emulator's own process: run by .venv-emulator's Python, with nothing of ours on its path.

It lives as long as whoever started it holds the other end of its standard input: at its end the whole process group
goes, the workers of functions too, also when the one who started it was killed.

Three things are put right before it starts; docs/aws-emulator.md names them among its gaps:

- `aws:PrincipalArn` is the role of a caller that has assumed one, not its session, as AWS documents it;
- with TLS it would also take port 443, for tokens that nobody here asks for;
- a package is unpacked once and not for every process of its function: thousands of small files, again and again.
"""

import hashlib
import importlib
import os
import re
import runpy
import signal
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

_unpacking = threading.Lock()
_SESSION = re.compile(r"arn:aws:sts::([0-9]{12}):assumed-role/([^/]+)/.*")


def _end_with_our_parent() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


class _UnpackedOnce(zipfile.ZipFile):
    """An archive whose files lie in one folder, whoever wants them somewhere."""

    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:  # noqa: ANN401 -- the archive's own signature
        """Unpack into a folder of this archive's digest, unless that was done, and lead there."""
        if self.filename is None or members is not None:
            super().extractall(path, members, pwd)
            return
        whole = hashlib.sha256(Path(self.filename).read_bytes()).hexdigest()
        kept = Path(tempfile.gettempdir()) / f"unpacked-{whole[:32]}"
        with _unpacking:
            if not kept.is_dir():
                beside = kept.with_suffix(".part")
                super().extractall(beside)
                beside.rename(kept)
        Path(path).rmdir()
        Path(path).symlink_to(kept)


def _put_right() -> None:
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    resolve = evaluator._resolve_condition_key

    def resolved(key: str, context: Any) -> Any:  # noqa: ANN401 -- the emulator's own types are not ours to import
        found = resolve(key, context)
        if key.lower() != "aws:principalarn" or not isinstance(found, str):
            return found
        return _SESSION.sub(r"arn:aws:iam::\1:role/\2", found)

    evaluator._resolve_condition_key = resolved
    archives: Any = importlib.import_module("ministack.core.lambda_runtime")
    archives.zipfile = SimpleNamespace(ZipFile=_UnpackedOnce)
    application: Any = importlib.import_module("ministack.app")
    application._port_is_bindable = lambda *_: False


if __name__ == "__main__":
    threading.Thread(target=_end_with_our_parent, daemon=True).start()
    _put_right()
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__")
