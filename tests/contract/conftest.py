"""The homes under test, as fixtures."""

from __future__ import annotations

from tests.contract.homes import objects, store

__all__ = ["objects", "store"]
