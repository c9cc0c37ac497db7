"""A mail server of the loopback that keeps what it is sent."""

from __future__ import annotations

import socketserver
from threading import Thread
from typing import Self


class _Session(socketserver.StreamRequestHandler):
    server: MailSink

    def handle(self) -> None:
        self._say("220 sink")
        lines: list[bytes] = []
        inside = False
        for raw in self.rfile:
            line = raw.rstrip(b"\r\n")
            if inside:
                if line == b".":
                    self.server.mails.append(b"\n".join(lines).decode())
                    inside, lines = False, []
                    self._say("250 kept")
                else:
                    lines.append(line)
            elif line.upper() == b"DATA":
                inside = True
                self._say("354 go on")
            elif line.upper() == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 well")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailSink(socketserver.ThreadingTCPServer):
    """Takes every mail; `mails` are those that came."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[str] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
