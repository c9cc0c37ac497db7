"""What a town's own machine needs, put together: beside the assemblies the only module that names adapters.

The installation itself is `shailoo.assembly`'s; here stands what surrounds it on one machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shailoo.adapters.clock import SystemClock
from shailoo.adapters.store_upgrade import Plan, plan_upgrade, upgrade
from shailoo.adapters.town.notify import notify

if TYPE_CHECKING:
    from pathlib import Path

PORTS: Mapping[str, int] = {"intake": 8021, "staff": 8022, "tizme": 8023}
"""Part of an installation -> the port of the loopback on which it answers."""


def look_at_store(folder: Path) -> Plan:
    """What an upgrade of the store would do; see `store_upgrade.plan_upgrade`."""
    return plan_upgrade(folder / "store.db")


def upgrade_store(folder: Path) -> tuple[Plan, Path | None]:
    """Bring the store forward; see `store_upgrade.upgrade`."""
    return upgrade(folder / "store.db", now=SystemClock().now())


def tell_ready() -> None:
    """Tell the service manager that this service answers."""
    notify("READY=1")
