"""Declared kinds of cases: what may be handed in, who does what with it, by when, and what the public sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shailoo.kinds.voter import VOTER_KINDS
from shailoo.model.case_kind import CaseKind
from shailoo.rules.case_kinds import check_kind

KINDS: Final[Mapping[str, CaseKind]] = {kind.name: check_kind(kind) for kind in VOTER_KINDS}
"""Every kind that this software knows, by name."""
