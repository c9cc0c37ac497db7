"""What senders and members of commissions are told, by code, in three languages.

The sentence that an error carries is English and may name facts; what goes out is the sentence of its code, translated,
with the facts beside it for machines. docs/api.md lists the same table.
"""

from __future__ import annotations

from collections.abc import Mapping

from shailoo.errors import ShailooError
from shailoo.i18n import catalog, msgid
from shailoo.model.base import Language

SENTENCES: Mapping[str, str] = {
    "too-large": msgid("The upload is larger than 1 MiB."),
    "bad-envelope": msgid("These bytes are not a sealed bundle, or they were cut short or changed on the way."),
    "no-such-election": msgid("This installation knows no such election."),
    "other-election": msgid("The upload belongs to another election."),
    "other-mode": msgid("A rehearsal and a live election do not mix."),
    "unknown-key": msgid("The bundle was sealed to a key that this commission does not hold."),
    "bad-seal": msgid(
        "The seal does not open: it was made for another election, mode or box, or was changed on the way."
    ),
    "bad-note": msgid("The bundle holds something that is not a signed note."),
    "bad-signature": msgid("The signature is not that of this box."),
    "box-not-registered": msgid(
        "This box is not registered for this election, or no act has joined it to a station yet."
    ),
    "box-revoked": msgid("An act has revoked this box."),
    "bad-report": msgid("A text in the bundle is not a report as a ballot box prints it."),
    "wrong-bundle": msgid("The bundle does not hold the notes that it must hold."),
    "other-box": msgid("A text in the bundle names another box or station."),
    "not-this-ballot": msgid("Contests, lines or names differ from the ballot of this station."),
    "zero-not-zero": msgid("The zero report shows votes."),
    "cells-mismatch": msgid(
        "Votes are sealed exactly where a box holds fewer ballots than the bound; here it is otherwise."
    ),
    "too-many-uploads": msgid("The same figures were sent too often; the first report counts."),
    "record-too-large": msgid("The report is longer than a record may be."),
    "no-such-kind": msgid("Nothing of this kind is filed here."),
    "kind-closed": msgid("This is filed on other days."),
    "form-not-filled": msgid("A field of the form cannot be used. Mend it and send it again."),
    "documents-wanted": msgid("A document is missing, is not taken here, or there are too many of a kind."),
    "case-sign-in-wanted": msgid("Sign in to file this online, or go to the commission."),
    "case-exists": msgid("Something else was filed with this code. Begin a new application."),
    "no-such-case": msgid("No case has this code or number, or it is not for you."),
    "case-moved-on": msgid("Somebody acted on this case meanwhile. Look at it again."),
    "act-not-yours": msgid("This act is not yours to do."),
    "another-official-wanted": msgid("Another official confirms than who proposed it."),
    "reason-wanted": msgid("Say why: the reason is part of the act."),
    "too-many-cases": msgid("There are as many open applications of yours as may be."),
    "act-does-not-fit": msgid("The case stands where this act does not lead from. Look at it again."),
    "never-public": msgid(
        "This document does not become public: its kind has no public register, or it is no scan and no photograph."
    ),
    "device-wanted": msgid("The identification device confirms this; a number that was typed is not enough."),
    "no-such-identification": msgid("The identification device of this station knows no such receipt."),
    "identification-device-silent": msgid(
        "The identification device does not answer. Try again, or identify by passport, two officials."
    ),
    "no-identification-device": msgid("No identification device is set up here. Identify by passport, two officials."),
    "identified-other-person": msgid("The device recognised another person than the applicant."),
    "identification-too-old": msgid("This identification is too old. Identify the voter again."),
    "application-names-no-pin": msgid("The application names no PIN. Identify by passport, two officials."),
    "bad-case-code": msgid("A code has 20 letters and digits. Type it as it stands on the receipt."),
    "no-such-draft": msgid(
        "Nothing is saved under this code: it was handed in, has expired, or the code is another one."
    ),
    "case-draft-too-large": msgid("The draft is too long to be kept. Shorten the longest answer."),
    "too-many-filings": msgid("Too much came from here lately. Come again later, or go to the commission."),
    "no-receipt-font": msgid("The receipt cannot be made as PDF on this machine. Take the signed file."),
    "not-signed-in": msgid("Sign in first."),
    "not-allowed": msgid("You hold no appointment that allows this."),
    "no-such-page": msgid("Nothing answers at this address."),
    "wrong-method": msgid("This address does not take this method."),
    "storage-failed": msgid("Nothing was stored. Try again in a moment."),
    "conflict": msgid("Something else stands in this place already. Nothing was overwritten."),
    "not-found": msgid("There is no such thing."),
    "sign-in-failed": msgid("The sign-in did not succeed. Begin it again."),
    "provider-down": msgid("The sign-in service does not answer. Tell your figures to the superior commission."),
    "no-provider": msgid("No sign-in service is set up here. Tell your figures to the superior commission."),
    "no-citizen-provider": msgid(
        "Voters cannot sign in here. The precinct commission takes applications on paper and by telephone."
    ),
    "no-entry": msgid("The published voter list has no entry of yours, or names no station for it yet."),
    "form-expired": msgid("This form is from another session. Open the page again."),
    "form-incomplete": msgid("A field is empty or not written as it must be."),
    "not-a-number": msgid("Write the number of voters in digits."),
    "not-yours": msgid("Your commission may not do this."),
    "no-such-station": msgid("This election has no such station."),
    "no-such-hour": msgid("Turnout is read off at whole hours from 10:00 to 20:00."),
    "hour-to-come": msgid("This hour has not struck yet at the station."),
    "more-than-voters": msgid("This is more than the list of voters holds."),
    "cause-wanted": msgid("The figure contradicts another one. Give the cause, or mend the figure."),
    "entered-meanwhile": msgid("This hour was entered meanwhile. Look at the figure and decide again."),
    "no-such-sheet": msgid("This station has no such paper."),
    "counting-not-begun": msgid("The station has not closed yet. Papers are keyed once it has."),
    "lines-wanted": msgid("A line of the paper is empty or is not a whole number."),
    "equation-broken": msgid(
        "The figures break a rule of the protocol. Look at the paper, mend the figure, or say why it stands so."
    ),
    "keyed-by-you": msgid("You have keyed this paper. Another person keys it next."),
    "sheet-agreed": msgid("Two persons agree on this paper. Open a correction to change it."),
    "keyed-meanwhile": msgid("This paper was keyed meanwhile. Look at how it stands and hand over again."),
    "correction-wanted": msgid("Say why the paper is keyed anew."),
    "act-wanted": msgid("Name the recorded act on whose authority agreed figures are corrected."),
    "too-many-keyings": msgid("This paper was keyed too often. Tell the superior commission."),
    "draft-too-large": msgid("The draft is too long to be kept."),
    "bad-act": msgid("The act speaks of a box, a station or a report that is not there."),
    "act-number-taken": msgid("Another act bears this number."),
    "bad-appointment": msgid("There is no such commission or appointment, or the role does not go with it."),
    "no-such-paper": msgid("This station has no such paper. Choose it from the list."),
    "no-such-document": msgid("There is no such document."),
    "too-many-documents": msgid(
        "Too many files were sent for this paper. Withdraw those that are not needed and ask the superior commission."
    ),
    "document-gone": msgid("The document was withdrawn. Send another file."),
    "copy-to-come": msgid("The copy for the public is not made yet. Open the page again in a minute."),
    "document-moved-on": msgid("There is a newer copy. Look at it and decide again."),
    "second-official-wanted": msgid(
        "Another member must approve than who uploaded the document or marked its last areas."
    ),
    "bad-blackout": msgid("No new area was marked, or one lies outside its page."),
    "document-unfit": msgid("No copy can be made of this file. Scan the paper again and send the new file."),
    "document-empty": msgid("The file is empty. Scan the paper again and send the new file."),
    "document-too-large": msgid(
        "The file is larger than 20 MiB. Scan in grey at 150 to 200 dots per inch, or send the pages one by one."
    ),
    "document-unknown": msgid("The file is neither PDF, JPEG nor PNG. Scan the paper again and send the new file."),
    "document-disguised": msgid("The file is no scan, whatever it is called. Send a PDF, JPEG or PNG of the paper."),
    "document-is-office": msgid("This is a file of an office program. Print it, sign it and scan the paper."),
    "document-is-archive": msgid("This is a packed folder. Send the scans one by one."),
    "document-is-web-page": msgid("This is a web page or a mail. Send a scan of the paper."),
    "document-is-other-picture": msgid("This kind of picture is not taken. Set the camera to JPEG, or scan as PDF."),
    "document-is-video": msgid("This is a video or a recording. Photograph each page."),
    "document-is-program": msgid("This is a program, not a scan. It may be harmful: tell whoever keeps your computer."),
    "document-encrypted": msgid("The PDF is locked by a password. Save it without password, or scan the paper again."),
    "document-broken": msgid("The file is damaged or was cut short. Scan the paper again and send the new file."),
    "document-too-many-pages": msgid("The file has too many pages. Send each paper as a file of its own."),
    "document-too-many-pixels": msgid(
        "A page is far larger than a scan needs to be. Scan at 150 to 200 dots per inch."
    ),
    "document-bomb": msgid(
        "Reading this file takes more than any scan does. Scan the paper again and send the new file."
    ),
    "blackout-outside": msgid("An area to black out lies outside its page."),
    "no-such-upload": msgid("This upload is not known or has expired. Begin it again."),
    "bad-part": msgid("This part does not fit the upload."),
    "upload-incomplete": msgid("Parts of the file are missing. Send them and try again."),
    "upload-damaged": msgid("The file was changed on the way. Send it again."),
    "too-many-uploads-open": msgid("Too many uploads are open. Finish one, or wait an hour."),
    "pin-and-surname-wanted": msgid("Write the PIN, 14 digits, and the surname as in the identity card."),
    "too-many-questions": msgid("Too many questions came from here or with this PIN. Ask again later."),
    "index-not-ready": msgid(
        "Stations cannot be found by PIN at this moment. Find yours by address, or ask again later."
    ),
    "fault": msgid("Something failed on our side. Try again in a moment."),
}


def public_sentence(error: ShailooError, language: Language) -> str:
    """The sentence of an error's code in a language; of a code that is not public, that of our own fault."""
    return catalog("functions", language).gettext(SENTENCES.get(error.code, SENTENCES["fault"]))
