"""The witness behind HTTP: one lock from looking at what was seen last to having kept the new head."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from auditor.witness.judge import MOST_BYTES, Answer, Witness
from auditor.witness.shelf import FolderShelf, only_witness, witness_key
from shailoo.records.note import Verifier

_READ = re.compile(r"/([0-9a-f]{64})/checkpoint")
_PATIENCE_S = 10


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness. Listens on the loopback unless told otherwise; TLS belongs in front of it."""

    daemon_threads = True

    def __init__(
        self, witness: Witness, shelf: FolderShelf, address: tuple[str, int], now: Callable[[], datetime] | None = None
    ) -> None:
        self.witness = witness
        self.shelf = shelf
        self.now = now or (lambda: datetime.now(UTC).replace(microsecond=0))
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def submit(self, data: bytes) -> Answer:
        """Judge a submission while no other is being judged. An error of the disk keeps and signs nothing."""
        with self._lock:
            try:
                return self.witness.add_checkpoint(data, self.now())
            except OSError:
                return Answer.says(HTTPStatus.SERVICE_UNAVAILABLE, "The witness cannot keep what it sees; ask later.")


def serve_witness(
    folder: Path,
    logs: Sequence[Verifier],
    address: tuple[str, int],
    name: str | None,
    ready: Callable[[str, str], None],
) -> None:
    """Be the witness of a folder until SIGINT or SIGTERM. `ready` is told key and address once it listens.

    Raises WitnessBusy, BadWitnessFolder.
    """
    with only_witness(folder):
        shelf = FolderShelf(folder)
        cosigner = witness_key(folder, name)
        keys: dict[str, tuple[Verifier, ...]] = {}
        for key in logs:
            keys[key.name] = (*keys.get(key.name, ()), key)
        with WitnessServer(Witness(cosigner, keys, shelf), shelf, address) as server:
            host, port = server.server_address[:2]
            signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
            ready(cosigner.verifier.vkey(), f"http://{host!s}:{port}")
            with suppress(KeyboardInterrupt):
                server.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "shailoo-witness"
    sys_version = ""
    timeout = _PATIENCE_S
    server: WitnessServer

    def do_POST(self) -> None:
        """Submissions."""
        length = self.headers.get("content-length", "")
        if not length.isdigit() or int(length) > MOST_BYTES:
            self.close_connection = True
            self._answer(Answer.says(HTTPStatus.BAD_REQUEST, "A submission has a length of at most 64 KiB."))
            return
        data = self.rfile.read(int(length))
        if self.path != "/add-checkpoint":
            self._answer(Answer.says(HTTPStatus.NOT_FOUND, "Nothing answers here."))
            return
        self._answer(self.server.submit(data))

    def do_GET(self) -> None:
        """The last head of a log."""
        match = _READ.fullmatch(self.path)
        kept = self.server.shelf.named(match[1]) if match is not None else None
        if kept is None:
            self._answer(Answer.says(HTTPStatus.NOT_FOUND, "This witness has seen no head under this address."))
        else:
            self._answer(Answer(HTTPStatus.OK, kept))

    def _answer(self, answer: Answer) -> None:
        with suppress(ConnectionError):
            self.send_response(answer.status)
            self.send_header("content-type", answer.content_type)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name that the library calls it by
        """Say nothing: who asks is nobody's business."""
