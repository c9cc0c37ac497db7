"""The folded state of an installation after a publication, as bytes: a start reads them instead of the whole feed.

    first line: shailoo-fold 1 <stand> <SHA-256 of the rest>
    the rest: zlib of a pickle

`stand` is the digest of everything that the state was made with: the software, the packages, the frame of the pages,
Python and pydantic. Bytes of another stand, damaged ones, and ones that name anything but values of this project are
not read: the feed is folded anew, which gives the same state. Nothing is ever lost with a snapshot.

A pickle could call anything. This reader gives it the classes of the state and nothing else, no functions, and whoever
calls it has compared the digest with one that lies in another store.
"""

from __future__ import annotations

import copyreg
import gc
import importlib
import io
import pickle  # the allow-list below decides what may be named
import sys
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pydantic

from builder.cases.book import CaseState
from builder.hours import Told
from builder.log.keeper import LogFold
from builder.log.software import software_digest
from builder.night import Night
from shailoo.errors import ShailooError
from shailoo.records.canonical import canonical_json, digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT: Final = "shailoo-fold 1"
_PROJECT: Final = ("builder.", "shailoo.model.", "shailoo.records.", "shailoo.rules.", "shailoo.usecases.")
_PLAIN: Final = {
    ("builtins", "frozenset"), ("builtins", "set"), ("builtins", "bytearray"), ("collections", "Counter"),
    ("collections", "OrderedDict"), ("collections", "defaultdict"), ("collections", "deque"), ("datetime", "date"),
    ("datetime", "datetime"), ("datetime", "time"), ("datetime", "timedelta"), ("datetime", "timezone"),
    ("decimal", "Decimal"), ("fractions", "Fraction"), ("zoneinfo", "ZoneInfo"),
}  # fmt: skip
"""Plain values beside the classes of this project. `int`, `dict` and the factories of a defaultdict come below."""
_FACTORIES: Final = {("builtins", name) for name in ("int", "dict", "list", "tuple", "str")}


class FoldUnfit(ShailooError):
    """These bytes are no folded state that can be gone on with; the feed has to be folded."""

    code = "fold-unfit"


@dataclass(slots=True)
class Fold:
    """What a publisher knows after a publication."""

    nights: dict[str, Night]
    log: LogFold
    hours: Told
    version: int
    seen: int
    """Number of the last record that was read."""
    complete: int
    """The last version that made pages which may follow later."""
    shown: dict[str, int] = field(default_factory=dict)
    cases: CaseState = field(default_factory=CaseState)


def stand_of(packages: Mapping[str, str], frame: str) -> str:
    """Digest of all that a state is made with. `packages` are the digests of the packages' files, by election."""
    made_with = {
        "frame": frame,
        "packages": dict(packages),
        "pydantic": pydantic.VERSION,
        "python": ".".join(str(part) for part in sys.version_info[:2]),
        "software": software_digest(),
    }
    return digest(canonical_json(made_with))


def write_fold(fold: Fold, stand: str) -> bytes:
    """The state as bytes."""
    with _no_collection():
        out = io.BytesIO()
        _Writer(out, protocol=5).dump(fold)
        body = zlib.compress(out.getvalue(), level=1)
    return f"{FORMAT} {stand} {digest(body)}\n".encode() + body


def read_fold(data: bytes, stand: str) -> Fold:
    """The state again. Raises FoldUnfit."""
    head, _, body = data.partition(b"\n")
    if head.decode("ascii", "replace") != f"{FORMAT} {stand} {digest(body)}":
        raise FoldUnfit("The snapshot is damaged, or other software, packages or pages made it; the feed is folded.")
    try:
        with _no_collection():
            fold = _Reader(io.BytesIO(zlib.decompress(body))).load()
            gc.freeze()  # it stays: no collection need look at it
    except Exception as error:
        raise FoldUnfit("The snapshot cannot be read; the feed is folded.", because=type(error).__name__) from error
    if not isinstance(fold, Fold):
        raise FoldUnfit("The snapshot holds something else; the feed is folded.")
    return fold


class _Writer(pickle.Pickler):
    """Writes a zone as its name, where `zoneinfo` would have a function called."""

    dispatch_table = {**copyreg.dispatch_table, ZoneInfo: lambda zone: (ZoneInfo, (zone.key,))}  # noqa: RUF012 -- as pickle declares it


class _Reader(pickle.Unpickler):
    """Gives a pickle the classes of the state, and nothing else."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:  # noqa: ANN401 -- as pickle declares it
        known = f"{module_name}.".startswith(_PROJECT)
        if (known and "." not in global_name) or (module_name, global_name) in _PLAIN | _FACTORIES:
            found = getattr(importlib.import_module(module_name), global_name)
            if isinstance(found, type) and (not known or found.__module__ == module_name):
                return found
        raise FoldUnfit("The snapshot names what no state holds.", module=module_name, name=global_name)


@contextmanager
def _no_collection() -> Iterator[None]:
    """A million new objects, none of them garbage: looking for it takes longer than making them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
