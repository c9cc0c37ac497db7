"""Who stands at the public door of cases: somebody with a code, or somebody who signed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from functions.web import Request


@dataclass(frozen=True, slots=True)
class Visitor:
    """`applicant` is `applicant_of` of the sign-in, None without one; `person` is what the provider told."""

    applicant: str | None = None
    person: Mapping[str, str] = field(default_factory=dict, repr=False)
    """`pin`, `surname`, `name`, `patronymic`, `birth` (YYYY-MM-DD), as far as the provider tells them."""
    token: str = ""
    """What forms of this session bring back, so that no other site can make one; "" without a session."""


NOBODY = Visitor()
WhoVisits = Callable[[Request], Visitor]
"""Finds out who visits; NOBODY when nobody has signed in or the session is over."""
