"""What every family of Tizme's pages is given, and what it gives back.

A family is two functions: `pages(tizme, language)` yields `Drawn`, `files(tizme)` yields (path below `/tizme/`, bytes).
Both are pure: the same versions of list and register give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shailoo.model.voter_list import VoterListMade
from shailoo.ports import AddressRegister, VoterLists


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page in one language before it is stamped into the shell."""

    path: str
    """Folder below `/tizme/<language>/`, with a slash at its end; "" for the front page."""
    title: str
    description: str
    main: str
    """HTML of what stands inside `<main>`."""
    indexed: bool = True
    """False for pages with names of people: they say `noindex` and have a rate class of their own."""
    head: str = ""
    """HTML for the head: a page's own script or sheet."""


@dataclass(frozen=True, slots=True)
class Tizme:
    """Everything that pages are made from."""

    lists: VoterLists
    register: AddressRegister
    made: tuple[VoterListMade, ...]
    """Every version of the list so far, oldest first; never empty."""
    next_update: date
    """When the next version is due (`shailoo.rules.list_schedule`)."""
    outlines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """`regions` and `rayons`: GeoJSON FeatureCollections whose features have `properties.id`; without them no maps."""

    @property
    def current(self) -> VoterListMade:
        """The newest version of the list itself (those who took part are a list of their own)."""
        return next(one for one in reversed(self.made) if one.stage != "took-part")
