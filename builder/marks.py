"""How far the publisher came: two numbers that survive a power cut, and under which start of the machine they stood.

Pages are not flushed to the disk one by one. After a start of the machine a mark may therefore say more than the disk
holds, and no page is trusted.
"""

from __future__ import annotations

from pathlib import Path

from builder.store import PublicFolder

_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Marks:
    """The marks of one installation: `published` and `complete`, each the number of a version."""

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
