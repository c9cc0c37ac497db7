"""The sentences that stand for codes on Tizme's pages: stages of the list, entrances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shailoo.i18n import msgid as _
from shailoo.model.voter_list import ListStage

STAGE: Final[Mapping[ListStage, str]] = {
    ListStage.PERMANENT: _("Voter list between elections"),
    ListStage.PRELIMINARY: _("Preliminary voter list"),
    ListStage.CONTROL: _("Control voter list"),
    ListStage.FINAL: _("Final voter list"),
    ListStage.TOOK_PART: _("Those who took part"),
}
STEP_FREE: Final[Mapping[str, str]] = {
    "yes": _("yes"),
    "no": _("no"),
    "unknown": _("not known"),
}
