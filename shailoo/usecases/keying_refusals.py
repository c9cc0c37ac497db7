"""Why a keyed paper is not taken in. Each reason has one stable code; docs/api.md lists them."""

from __future__ import annotations

from shailoo.errors import Conflict, NotFound, Refused


class NoSuchSheet(NotFound):
    """The station has no paper of this name: it does not vote in such a contest."""

    code = "no-such-sheet"


class CountingNotBegun(Refused):
    """The station has not closed yet; there is no protocol to key."""

    code = "counting-not-begun"


class LinesWanted(Refused):
    """A line of the paper is empty, is not a whole number, or has too few figures."""

    code = "lines-wanted"


class EquationBroken(Refused):
    """A hard equation does not hold over the figures, and no reason is given why the paper says so."""

    code = "equation-broken"


class KeyedByYou(Refused):
    """The person has keyed this version with other figures; the next keying is another person's."""

    code = "keyed-by-you"


class SheetAgreed(Refused):
    """Two persons agree on the version; what changes it is a correction."""

    code = "sheet-agreed"


class KeyedMeanwhile(Conflict):
    """Someone else has handed over this paper since the form was opened."""

    code = "keyed-meanwhile"


class CorrectionWanted(Refused):
    """A later version must say why there is one."""

    code = "correction-wanted"


class ActWanted(Refused):
    """A superior commission corrects agreed figures on the authority of an act, and no such act is recorded."""

    code = "act-wanted"


class TooManyKeyings(Refused):
    """More persons or more versions than a paper can have."""

    code = "too-many-keyings"


class DraftTooLarge(Refused):
    """A draft of more than 32 KiB: no form of ours is that long."""

    code = "draft-too-large"
