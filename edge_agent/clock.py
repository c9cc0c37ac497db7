"""The clock of the machine. A wrong one is noted everywhere and stops nothing."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Tells the time of the machine."""

    def now(self) -> datetime:
        """The present moment in UTC, whole seconds."""
        return datetime.now(UTC).replace(microsecond=0)
