"""Shares and thresholds in integers: a share is shown rounded, a threshold is never decided on what is shown.

On 28 November 2021 one press release gave 1,281,622 voters as 34.94 %, which is the share of another number
(1,293,947), and in 2020 a briefing gave 80,279 of 1,990,753 as 4.3 %. Hence every share here is computed from the two
integers that stand beside it.
"""

from __future__ import annotations

import re

from shailoo.rules.arithmetic import Breach
from shailoo.rules.errors import ShareImpossible

_PUBLISHED = re.compile(r"^(\d{1,3})(?:[.,](\d{1,2}))? ?%?$")


def reaches(votes: int, base: int, numerator: int, denominator: int) -> bool:
    """Say whether `votes` are at least `numerator/denominator` of `base`, by integers alone.

    The law excludes lists with *less* than the threshold, so exactly 5 % reaches 5 %, and 49,999 of 1,000,000 does
    not, although it is shown as 5.00 %. Of an empty base every number reaches every part: nobody voted there, so
    nobody fell short.
    """
    return votes * denominator >= numerator * base


def more_than_half(votes: int, base: int) -> bool:
    """Say whether `votes` are more than half of `base`; exactly half is not more."""
    return votes * 2 > base


def share_hundredths(part: int, base: int) -> int | None:
    """Return the share in hundredths of a percent (0 … 10,000), rounded half up; None where the base is empty.

    Raises ShareImpossible for a part below zero or above its base.
    """
    if not 0 <= part <= base:
        sentence = "A part lies outside its whole. Check both numbers; the share is not published."
        raise ShareImpossible(sentence, part=part, base=base)
    if base == 0:
        return None
    return (part * 20_000 + base) // (2 * base)


def check_share(part: int, base: int, published: str) -> Breach | None:
    """Compare a share that somebody wrote (`34.61 %`, `4.3`, `7,04%`) with the two numbers it claims to be made of.

    The comparison is made with as many decimals as were written (at most two), in hundredths of a percent. Returns
    the breach, or None if they agree. Raises ShareImpossible for an unreadable share, an empty base or a part outside
    its base.
    """
    found = _PUBLISHED.match(published)
    if found is None or base <= 0:
        sentence = "A share is written as 34.61 % with at most two decimals and needs a base above zero."
        raise ShareImpossible(sentence, part=part, base=base)
    if not 0 <= part <= base:
        sentence = "A part lies outside its whole. Check both numbers; the share is not published."
        raise ShareImpossible(sentence, part=part, base=base)
    decimals = found[2] or ""
    step = 10 ** (2 - len(decimals))
    units = 10_000 // step
    expected = (part * 2 * units + base) // (2 * base) * step
    written = int(found[1]) * 100 + int(decimals or "0") * step
    if written == expected:
        return None
    return Breach(rule="share-of-its-numbers", line=f"{part}/{base}", expected=expected, found=written, relation="=")
