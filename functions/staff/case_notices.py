"""What became of the notices of a case, for officials: whether, how and when. Never to which address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from functions.staff.pages import Frame, Html, tag
from shailoo.i18n import local_moment, msgid
from shailoo.model.case import CaseContent
from shailoo.model.notice import REACH, WAYS, Became, Way
from shailoo.ports import ItemStore
from shailoo.usecases.notice_marks import marks_of

_WAYS: Final[Mapping[Way, str]] = {"mail": msgid("by e-mail"), "sms": msgid("by text message")}
_BECAME: Final[Mapping[Became, str]] = {
    "sent": msgid("Notice {way}: sent, {moment}"),
    "waits": msgid("Notice {way}: not taken by the other side, tried again; last {moment}"),
    "refused": msgid("Notice {way}: refused by the other side, {moment}"),
    "given-up": msgid("Notice {way}: given up, {moment}"),
    "limited": msgid("Notice {way}: not sent, this address had too many on that day; {moment}"),
    "unusable": msgid("Notice {way}: not sent, what was given is no address that can be used; {moment}"),
}


def asked_for(frame: Frame, content: CaseContent) -> str:
    """By which ways the applicant wants to be told."""
    _ = frame.say.gettext
    ways = [_(_WAYS[way]) for way in WAYS if content.reach.get(REACH[way])]
    return ", ".join(ways) or _("none: the applicant left no address for notices")


def notice_lines(frame: Frame, case: str, items: ItemStore, zone: str) -> Mapping[int, Sequence[Html]]:
    """Step (0: the filing) -> what became of its notices. Steps of which nothing is known are missing."""
    _ = frame.say.gettext
    found: dict[int, list[Html]] = defaultdict(list)
    for one in marks_of(case, items):
        said = _(_BECAME[one.became], way=_(_WAYS[one.way]), moment=local_moment(one.at, zone, frame.language))
        found[one.n].append(tag("small", said))
    return found
