"""The word that comes every minute, whatever was said or lost before it."""

from __future__ import annotations

from typing import Final

TICK: Final = b'{"tick": true}'
"""A message of this body says nothing but "look". It needs no second try: the next one comes within a minute."""
