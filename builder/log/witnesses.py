"""Asks witnesses to sign the head of the log, and records what they say.

Runs in a process of its own, beside the publisher: a witness that is slow, silent or wrong delays nothing. What it says
becomes a record, so that a rebuild gives the same checkpoint. The publisher adds it to the head that stands.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from builder.log.keeper import FOLDER
from shailoo.errors import Refused
from shailoo.model.log import Cosigned
from shailoo.model.record import read_record, record_bytes, record_key
from shailoo.records.checkpoint import SignedCheckpoint
from shailoo.records.note import SignedNote, read_signature_line
from shailoo.records.submission import SIZE_TYPE, Submission
from shailoo.records.tiles import Tile, nodes_of
from shailoo.records.tlog import HASH_BYTES, consistency_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shailoo.ports import PublicFiles, RecordStore
    from shailoo.records.cosignature import WitnessVerifier
    from shailoo.records.note import Verifier

_TRIES = 3
"""A head may have moved twice at a witness that other logs' servers ask too; more often is no accident."""
_MOST_BYTES = 16 * 1024
_BATCH = 1000


class NotCosigned(Refused):
    """A witness did not sign a head."""

    code = "not-cosigned"


@dataclass(frozen=True, slots=True)
class WitnessPlace:
    """A witness and the address under which it takes submissions, without a slash at its end."""

    verifier: WitnessVerifier
    url: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a witness answered."""

    status: int
    content_type: str
    body: bytes


class Collector:
    """Collects cosignatures for one log. Remembers what each witness saw last."""

    def __init__(
        self,
        store: RecordStore,
        public: PublicFiles,
        log: Verifier,
        witnesses: Sequence[WitnessPlace],
        *,
        post: Callable[[str, bytes], Reply] | None = None,
        pause_s: float = 15.0,
    ) -> None:
        self._store = store
        self._public = public
        self._log = log
        self._witnesses = witnesses
        self._post = post or post_over_http
        self._pause_s = pause_s
        self._sizes: dict[str, int] = {}
        self._quiet: dict[str, float] = {}
        """Witness -> until when it is not asked again, because it did not answer well."""
        self._read = 0

    def collect(self) -> list[NotCosigned]:
        """Ask every witness that has not signed the head that stands. Returns why some did not."""
        self._remember()
        data = self._public.read(f"{FOLDER}/checkpoint")
        if data is None:
            return []
        signed = SignedCheckpoint.read(data, self._log)
        problems = []
        for place in self._witnesses:
            name = place.verifier.name
            if self._sizes.get(name) == signed.head.size or time.monotonic() < self._quiet.get(name, 0.0):
                continue
            try:
                self._keep(place, signed, self._ask(place, signed))
            except NotCosigned as problem:
                self._quiet[name] = time.monotonic() + self._pause_s
                problems.append(problem)
        return problems

    def _remember(self) -> None:
        """What the feed tells of words that were recorded before."""
        while entries := self._store.feed(self._read, limit=_BATCH):
            for entry in entries:
                if entry.key.startswith("cosigned/"):
                    record = read_record(entry.body)
                    if isinstance(record, Cosigned):
                        self._sizes[record.witness] = max(record.size, self._sizes.get(record.witness, 0))
            self._read = entries[-1].seq

    def _ask(self, place: WitnessPlace, signed: SignedCheckpoint) -> bytes:
        name, size = place.verifier.name, signed.head.size
        old = min(self._sizes.get(name, 0), size)
        own = tuple(line for line in signed.note.signatures if line[0] == self._log.name)
        for _ in range(_TRIES):
            path = consistency_path(old, size, nodes_of(size, self._tile))
            body = Submission(old, path, SignedNote(signed.note.text, own), signed.head).body()
            reply = self._post(f"{place.url}/add-checkpoint", body)
            if reply.status == HTTPStatus.OK:
                return reply.body
            known = _size_of(reply)
            if known is None:
                raise NotCosigned("The witness did not sign.", witness=name, size=size, status=reply.status)
            if known > size:
                raise NotCosigned(
                    "The witness has seen a longer log than the one that is public here.",
                    witness=name, size=size, seen=known,
                )  # fmt: skip
            old = known
        raise NotCosigned("The witness names another size each time.", witness=name, size=size)

    def _keep(self, place: WitnessPlace, signed: SignedCheckpoint, said: bytes) -> None:
        name, size = place.verifier.name, signed.head.size
        stranger = NotCosigned("What the witness answered is no signature of its own.", witness=name, size=size)
        try:
            lines = tuple(read_signature_line(line) for line in said.decode().splitlines())
            found = place.verifier.find(SignedNote(signed.note.text, lines))
        except (UnicodeDecodeError, Refused) as error:
            raise stranger from error
        if found is None:
            raise stranger
        record = Cosigned(size=size, witness=name, key_id=place.verifier.key_id.hex(), line=found.line, seen=found.seen)
        self._store.append(record_key(record), record_bytes(record))
        self._sizes[name] = size

    def _tile(self, tile: Tile) -> bytes:
        data = self._public.read(f"{FOLDER}/{tile.path}")
        if data is None:
            data = self._public.read(f"{FOLDER}/{Tile(tile.level, tile.index).path}")
        return (data or b"")[: tile.width * HASH_BYTES]


def _size_of(reply: Reply) -> int | None:
    """The size that a witness saw last, where it says so."""
    text = reply.body.decode("ascii", errors="replace").removesuffix("\n")
    if reply.status != HTTPStatus.CONFLICT or reply.content_type != SIZE_TYPE or not text.isdigit():
        return None
    return int(text)


def post_over_http(url: str, body: bytes, *, timeout_s: float = 5.0) -> Reply:
    """Post a submission. Raises NotCosigned when there is no answer."""
    request = urllib.request.Request(url, body, {"content-type": "text/plain; charset=utf-8"})  # noqa: S310 -- settings allow http and https only
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 -- as above
            return Reply(answer.status, answer.headers.get("content-type", ""), answer.read(_MOST_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers.get("content-type", ""), error.read(_MOST_BYTES))
    except (OSError, http.client.HTTPException) as error:
        raise NotCosigned("The witness does not answer.", witness=url, cause=type(error).__name__) from error
