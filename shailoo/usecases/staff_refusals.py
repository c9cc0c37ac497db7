"""Why something that a member of a commission enters is refused.

Each reason has one stable code; docs/api.md lists them.
"""

from __future__ import annotations

from shailoo.errors import Conflict, NotFound, Refused


class NotYours(Refused):
    """The person holds no appointment to a commission that may do this here."""

    code = "not-yours"


class NoSuchStation(NotFound):
    """The election has no station with this number."""

    code = "no-such-station"


class NoSuchHour(Refused):
    """Turnout is read off at whole hours from 10:00 to 20:00."""

    code = "no-such-hour"


class HourToCome(Refused):
    """The hour has not struck yet at the station."""

    code = "hour-to-come"


class MoreThanVoters(Refused):
    """More voters than the station's list holds."""

    code = "more-than-voters"


class CauseWanted(Refused):
    """The figure is lower than an earlier one, or higher than one of a later hour, and no cause is given."""

    code = "cause-wanted"


class EnteredMeanwhile(Conflict):
    """Someone else has entered this hour since the form was opened."""

    code = "entered-meanwhile"


class BadAct(Refused):
    """A measure of the act does not fit the election: its box, station or report is not there."""

    code = "bad-act"


class ActNumberTaken(Conflict):
    """Another act of this election bears this number already."""

    code = "act-number-taken"


class BadAppointment(Refused):
    """The commission does not exist, or the role does not go with it."""

    code = "bad-appointment"


class NoSuchPaper(Refused):
    """A station has no paper of this kind and part: no such contest, list or box there."""

    code = "no-such-paper"


class NoSuchDocument(NotFound):
    """Nothing was received under this name."""

    code = "no-such-document"


class TooManyDocuments(Refused):
    """So many files were received for one paper that another cannot be meant."""

    code = "too-many-documents"


class DocumentGone(Conflict):
    """The document was withdrawn; a tombstone stands in its place."""

    code = "document-gone"


class CopyToCome(Conflict):
    """The copy that this would speak of has not been made yet, or could not be made."""

    code = "copy-to-come"


class DocumentMovedOn(Conflict):
    """There is a newer copy than the one that was looked at."""

    code = "document-moved-on"


class SecondOfficialWanted(Refused):
    """Who uploaded a document or marked its last areas cannot approve it."""

    code = "second-official-wanted"


class BadBlackout(Refused):
    """An area lies outside its page, no area is new, or there are too many."""

    code = "bad-blackout"
