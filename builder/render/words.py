"""The sentences that stand for codes: what a status, a rule, a reason is called on a page.

English here, translated by the catalogue `builder`. A code without a sentence is shown as it is, never hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shailoo.i18n import msgid as _

STATUS: Final[Mapping[str, str]] = {
    "upcoming": _("Not held yet"),
    "preliminary": _("Preliminary"),
    "final": _("Final"),
}
STATUS_LINE: Final[Mapping[str, str]] = {
    "upcoming": _("Nothing is counted before the stations close."),
    "preliminary": _("Counts of the ballot boxes, of no legal force. The manual count decides."),
    "final": _("Established by the Central Election Commission."),
}
STATUS_TITLE: Final[Mapping[str, str]] = {
    "upcoming": _("not held yet"),
    "preliminary": _("preliminary, of no legal force"),
    "final": _("final"),
}
ELECTION: Final[Mapping[str, str]] = {
    "parliament": _("Parliamentary election"),
    "president": _("Presidential election"),
    "kenesh": _("Local election"),
    "referendum": _("Referendum"),
    "advisory": _("Advisory vote"),
}
OPTION: Final[Mapping[str, str]] = {
    "party-list": _("List"),
    "single-mandate": _("Candidate"),
    "multi-mandate": _("Candidate"),
    "president": _("Candidate"),
    "question": _("Answer"),
    "advisory": _("Answer"),
}
STANDING: Final[Mapping[str, str]] = {
    "qualifies": _("Takes part in the distribution of seats, if counted now."),
    "below": _("Below the threshold, if counted now."),
    "leads": _("Ahead, if counted now."),
    "elected": _("Elected by the counts of the ballot boxes."),
    "second-round": _("In the second round by the counts of the ballot boxes."),
}
MARK: Final[Mapping[str, str]] = {
    "below": _("below the threshold"),
    "leads": _("ahead"),
    "elected": _("elected"),
    "second-round": _("second round"),
}
"""The short word beside a name, so that a colour never speaks alone."""
SEATS_REASON: Final[Mapping[str, str]] = {
    "partial": _("Not all ballot boxes are counted: thresholds and seats may change."),
    "tie": _("Remainders or votes are equal, and no rule that decides between them was found."),
    "cap": _("A list exceeds the largest number of seats allowed, and the law does not say who receives the surplus."),
    "no-list": _("No list reaches the thresholds."),
    "rule": _("The law does not decide this case."),
}
DISTRICT_STATE: Final[Mapping[str, str]] = {
    "waiting": _("nothing counted"),
    "leading": _("ahead, if counted now"),
    "tie": _("equal votes"),
    "against-all-leads": _("against all is ahead"),
    "elected": _("elected"),
    "failed": _("failed, to be repeated"),
    "undetermined": _("undetermined"),
    "second-round": _("second round"),
}
DISTRICT_REASON: Final[Mapping[str, str]] = {
    "waiting": _("No report has been counted here yet."),
    "leading": _("Not all ballot boxes are counted: the order may change."),
    "tie": _("Not all ballot boxes are counted: the order may change."),
    "against-all-leads": _("If it stays so, the election in this district fails and is repeated."),
    "elected": _("By the counts of the ballot boxes. The manual count decides."),
    "failed": _("More votes were cast against all than for the leader."),
    "undetermined": _("The law, as far as its text was found, does not say who is elected. A person has to decide."),
    "second-round": _("Nobody has more than half of those who took part."),
}
RULE: Final[Mapping[str, str]] = {
    "not-negative": _("No figure is below zero."),
    "ballots-partition": _("Ballots are valid ballots plus invalid ballots."),
    "votes-partition": _("Votes for all options, against all included, add up to the valid ballots."),
    "votes-within-marks": _("Votes for all options are at most the valid ballots times the marks allowed."),
    "option-within-valid": _("No option has more votes than there are valid ballots."),
    "option-once": _("Each option stands in a report once."),
    "preferences-within-list": _("Preference votes for the candidates of a list are at most the votes for the list."),
    "total-of-parts": _("A total is the sum of its parts."),
    "share-of-its-numbers": _("A share is computed from the two numbers beside it."),
    "same-in-every-view": _("A figure is the same wherever it is shown."),
    "nothing-falls": _("No figure falls without a recorded cause."),
    "turnout-within-voters": _("No more people voted than are on the list."),
    "turnout-within-identified": _("No more people voted than were identified."),
    "turnout-hours": _("Turnout figures follow one another by the hour."),
}
"""The sentences of `shailoo.rules.arithmetic`, marked for translation here (a test compares)."""
LINE: Final[Mapping[str, str]] = {
    "ballots": _("Ballots in the boxes"),
    "invalid": _("Invalid ballots"),
    "valid": _("Valid ballots"),
    "votes": _("Votes"),
    "option": _("line"),
    "list": _("list"),
    "candidate": _("candidate"),
}
RELEASE: Final[Mapping[str, str]] = {
    "report": _("a new report of the box"),
    "protocol": _("the commission's protocol"),
    "act": _("an act of the commission"),
}
BOX_STATE: Final[Mapping[str, str]] = {
    "waiting": _("no report yet"),
    "accepted": _("counted"),
    "held": _("held, in no total"),
    "conflict": _("two different reports, in no total"),
    "replaced": _("replaced by an act"),
    "revoked": _("revoked by an act"),
}
STATION_KIND: Final[Mapping[str, str]] = {
    "domestic": _("in the country"),
    "abroad": _("abroad"),
    "remote": _("remote voting: holds ballots of many districts"),
}
REPORT: Final[Mapping[str, str]] = {
    "zero": _("Zero report"),
    "final": _("Final report"),
    "annex": _("Annex: preferential votes"),
}
SHEET_STATE: Final[Mapping[str, str]] = {
    "waiting": _("Two people have not entered it yet."),
    "differs": _("Two people have read different figures from it; a third decides. It is in no total."),
    "held": _(
        "An equation of the protocol does not hold. It is in no total until it is corrected or an act releases it."
    ),
    "agreed": _("Two people have entered the same figures. It counts."),
}
"""How a protocol stands: what does not hold, never whose mistake it is."""
SHEET_WORD: Final[Mapping[str, str]] = {
    "waiting": _("awaited"),
    "differs": _("keyed differently"),
    "held": _("held"),
    "agreed": _("agreed"),
}
COUNT_LINE: Final[Mapping[str, str]] = {
    "invalid": _("Invalid ballots"),
    "nobody": _("Votes for nobody, by an act"),
    "ballots": _("Ballots in the boxes"),
}
ANNULLED: Final[Mapping[str, str]] = {
    "exclude-outside": _("Votes cast outside the premises of"),
    "exclude-station": _("All votes of"),
    "exclude-option": _("Votes for"),
    "exclude-contest": _("All votes of the contest"),
}
ROLE: Final[Mapping[str, str]] = {
    "precinct": _("Precinct commission"),
    "territorial": _("Territorial commission"),
    "district": _("District commission"),
    "central": _("Central commission"),
    "auditor": _("Auditor"),
}
LAYER_TURNOUT: Final[Mapping[str, str]] = {
    "boxes": _("Took part, by the boxes"),
    "hand": _("Took part, by hand"),
    "final": _("Took part, final count"),
}
CAUSE: Final[Mapping[str, str]] = {
    "reports": _("reports counted"),
    "held": _("reports held"),
    "released": _("reports released"),
    "conflict": _("conflicting reports"),
    "act": _("acts"),
    "opened": _("stations opened"),
    "closed": _("stations closed"),
    "rules": _("rules changed"),
    "turnout": _("turnout figures"),
    "annex": _("annex reports"),
    "final": _("final results established"),
    "documents": _("documents received"),
    "approved": _("documents made public"),
    "withdrawn": _("documents withdrawn"),
    "protocol": _("protocols entered"),
}
EVENT: Final[Mapping[str, str]] = {
    "report-counted": _("Final report counted"),
    "report-held": _("Final report held, in no total"),
    "report-released": _("Final report counted after all"),
    "report-removed": _("Final report in no total any more"),
    "report-conflict": _("A second, different report came in"),
    "report-again": _("The same report came in again"),
    "report-received": _("A report came in"),
    "annex": _("Annex with preferential votes came in"),
    "turnout": _("Turnout entered"),
    "act": _("Act"),
    "refused": _("Message refused at the door"),
    "cells-opened": _("Small cells opened together"),
    "protocol-entered": _("Protocol entered"),
    "protocol-corrected": _("Correction of the protocol begun"),
    "protocol-differs": _("Protocol keyed differently by two people"),
    "protocol-held": _("Protocol held: an equation does not hold"),
    "protocol-agreed": _("Protocol agreed by two people"),
    "document-received": _("Document received"),
    "document-public": _("Document made public"),
    "document-unreadable": _("Document cannot be read"),
    "document-withdrawn": _("Document withdrawn"),
}
"""What happened; what a code beside it names is said after it."""
MEASURE: Final[Mapping[str, str]] = {
    "join-reserve-box": _("a reserve box joins a station"),
    "revoke-box": _("a box is revoked"),
    "release-report": _("a held report is released"),
    "choose-report": _("one of two reports is chosen"),
    "manual-only": _("only the count by hand counts"),
    "release-protocol": _("a held protocol is released"),
    "exclude-outside": _("votes cast outside the premises do not count"),
    "exclude-station": _("a station is annulled"),
    "exclude-option": _("votes for a list or candidate are annulled"),
    "exclude-contest": _("a contest is annulled"),
}
CHANGED: Final[Mapping[str, str]] = {
    "participants": _("Took part"),
    "reported": _("Ballot boxes counted"),
    "held": _("Ballot boxes held"),
    "invalid": _("Invalid ballots"),
    "ballots": _("Ballots in the boxes"),
}
"""The lines of a difference between two versions that are no options."""
DOCUMENT_KIND: Final[Mapping[str, str]] = {
    "zero-report": _("Zero report of the box, scan"),
    "final-report": _("Final report of the box, scan"),
    "identification-initial": _("Initial report of the identification equipment"),
    "identification-final": _("Final report of the identification equipment"),
    "protocol": _("Protocol of the manual count"),
    "annex": _("Annex to the protocol: preferential votes"),
    "court-act": _("Act of a court"),
    "commission-act": _("Act of a commission"),
    "case-paper": _("Paper of a case"),
}
DOCUMENT_STATE: Final[Mapping[str, str]] = {
    "checking": _("received, being checked"),
    "unreadable": _("received, cannot be read; a new one is needed"),
    "public": _("public"),
    "withdrawn": _("withdrawn"),
}
REFUSAL: Final[Mapping[str, str]] = {
    "unknown-key": _("The key is not known."),
    "box-not-registered": _("The box is not registered for this election."),
    "box-revoked": _("The box was revoked."),
    "other-election": _("It belongs to another election."),
    "other-mode": _("It comes from a rehearsal, or a rehearsal got a live one."),
    "other-box": _("It speaks for another box."),
    "bad-seal": _("The seal does not open."),
    "bad-envelope": _("The envelope cannot be read."),
    "bad-signature": _("The signature is not valid."),
    "bad-note": _("The signed text cannot be read."),
    "bad-report": _("The report cannot be read."),
    "too-large": _("It is larger than allowed."),
    "no-such-election": _("There is no such election here."),
    "too-many-uploads": _("The box has sent too many different reports."),
}
SCRIPT: Final[Mapping[str, str]] = {
    "turnout": _("Turnout"),
    "voters": _("Voters"),
    "took_part": _("Took part"),
    "leader": _("Ahead"),
    "votes": _("Votes"),
    "share": _("Share"),
    "ballots": _("of ballots"),
    "nothing": _("Nothing is counted here yet."),
    "station": _("Polling station"),
    "open": _("Open the page"),
    "zoom_in": _("Zoom in"),
    "zoom_out": _("Zoom out"),
    "close": _("Close"),
    "stations": _("polling stations"),
}
"""What the script of the interactive map says; it has no words of its own."""

TABLES: Final[tuple[Mapping[str, str], ...]] = (
    STATUS, STATUS_LINE, STATUS_TITLE, ELECTION, OPTION, STANDING, MARK, SEATS_REASON, DISTRICT_STATE, DISTRICT_REASON,
    RULE, LINE, RELEASE, BOX_STATE, STATION_KIND, REPORT, SHEET_STATE, SHEET_WORD, COUNT_LINE, ANNULLED, ROLE,
    LAYER_TURNOUT, CAUSE, EVENT, MEASURE, CHANGED, DOCUMENT_KIND, DOCUMENT_STATE, REFUSAL, SCRIPT,
)  # fmt: skip
"""All of them, for the test that every sentence has a translation."""
