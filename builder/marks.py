"""How far the publisher came: two numbers that survive a power cut, and under which start of the machine they stood.

Pages are not flushed to the disk one by one. After a start of the machine a mark may therefore say more than the disk
holds, and no page is trusted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from builder.store import PublicFolder
from shailoo.errors import StorageFailed

if TYPE_CHECKING:
    from shailoo.ports import Item, ItemStore

_BOOT = Path("/proc/sys/kernel/random/boot_id")


class MarkStore(Protocol):
    """Where the marks are kept."""

    def write(self, name: str, version: int) -> None:
        """Set a mark, durably."""
        ...

    def read(self, name: str) -> int:
        """A mark, or -1 where there is none."""
        ...

    def boot(self) -> None:
        """All that the marks say was written since the public files were last in doubt."""
        ...

    def same_boot(self) -> bool:
        """Whether what the marks say is still to be trusted."""
        ...


class ItemMarks:
    """The marks as items: public files in a cloud are durable before a mark is set, so no start puts them in doubt.

    Whoever sets a mark that another has set since it was read is not the publisher any more: Conflict.
    """

    def __init__(self, items: ItemStore, prefix: str = "publisher/") -> None:
        self._items = items
        self._prefix = prefix
        self._known: dict[str, Item | None] = {}

    def write(self, name: str, version: int) -> None:
        """Set a mark. Raises Conflict."""
        known = self._known[name] if name in self._known else self._items.read(self._prefix + name)
        value = f"{version}".encode()
        if known is None or known.value != value:
            known = self._items.swap(self._prefix + name, value, expected=None if known is None else known.version)
        self._known[name] = known

    def read(self, name: str) -> int:
        """A mark, or -1 where there is none."""
        known = self._known[name] = self._items.read(self._prefix + name)
        if known is None:
            return -1
        if not known.value.isdigit():
            raise StorageFailed("A mark of the publisher cannot be read.", item=self._prefix + name)
        return int(known.value)

    def boot(self) -> None:
        """Nothing to note."""

    def same_boot(self) -> bool:
        """Always: see the class."""
        return True


class Marks:
    """The marks of one installation in a folder: `published` and `complete`, each the number of a version."""

    def __init__(self, folder: Path) -> None:
        self._folder = PublicFolder(folder)
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, version: int) -> None:
        """Set a mark, durably."""
        self._folder.write_durably(name, f"{version}\n".encode())

    def read(self, name: str) -> int:
        """A mark, or -1 where there is none."""
        data = self._folder.read(name)
        return int(data) if data is not None and data.strip().isdigit() else -1

    def boot(self) -> None:
        """All that the marks say was written under this start of the machine."""
        self._folder.write_durably("boot", _boot())

    def same_boot(self) -> bool:
        """Whether the machine has not been started anew since. The name of the start is there before any mark is."""
        return self._folder.read("boot") in {None, _boot()}


def _boot() -> bytes:
    """The kernel's name for this start; the same empty name always where it gives none."""
    try:
        return _BOOT.read_bytes()
    except FileNotFoundError:
        return b""
