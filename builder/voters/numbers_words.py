"""Words for the numbers of voters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shailoo.i18n import msgid as _

REASON: Final[Mapping[str, str]] = {
    "first": _("new on the list"),
    "moved-in": _("moved here"),
    "moved-out": _("moved away"),
    "left": _("no longer on any list"),
    "came-of-age": _("came of age"),
    "registered": _("newly registered"),
    "died": _("died"),
    "convicted": _("convicted"),
    "incapable": _("declared incapable"),
    "citizenship": _("lost citizenship"),
    "absent": _("no reason given"),
    "other": _("other reasons"),
}
"""Classes of reasons, `shailoo.rules.voter_reasons.ReasonClass`."""
COMPARED: Final[Mapping[str, str]] = {
    "before": _("The version before"),
    "month": _("A month ago"),
    "election": _("The final list of the last election"),
}
SCRIPT: Final[Mapping[str, str]] = {
    "voters": _("Voters"),
    "women": _("Women"),
    "young": _("Under thirty"),
    "first_time": _("First vote"),
    "open": _("Open the page"),
    "zoom_in": _("Zoom in"),
    "zoom_out": _("Zoom out"),
    "close": _("Close"),
}
"""What the script of the map says."""
