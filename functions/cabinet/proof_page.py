"""The proof that my entry is in the published list: a file, what it shows, and how anybody checks it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from functions.cabinet.desk import CabinetDesk, Mine
from functions.cabinet.frame import CabinetFrame, facts_list
from functions.cabinet.sign_in import HOME
from functions.staff.pages import Html, tag
from functions.web import JSON, Response
from shailoo.errors import NotFound
from shailoo.i18n import local_date, local_moment, number
from shailoo.model.voter_list import VoterEntry, VoterListMade
from shailoo.records.voter_commitment import VoterProof
from shailoo.records.voter_proof import write_voter_proof

ADDRESS: Final = f"{HOME}proof"
FILE: Final = f"{HOME}proof.json"
_ZONE: Final = "Asia/Bishkek"


class NoEntry(NotFound):
    """The published list has no entry of whoever asks, so that there is nothing to prove."""

    code = "no-entry"


def proof_page(frame: CabinetFrame, desk: CabinetDesk, mine: Mine) -> Response:
    """What the proof shows and how to check it. Raises NoEntry, StorageFailed."""
    _ = frame.say
    entry, version, proof = proof_of(desk, mine)
    day = local_date(version.as_of, frame.language)
    rows: list[tuple[str, Html | str]] = [
        (_("List"), _("version {number}, {day}", number=version.number, day=day)),
        (_("Made"), local_moment(version.made, _ZONE, frame.language)),
        (_("Surname"), entry.surname),
        (_("Name"), entry.name),
        (_("Date of birth"), local_date(entry.birth, frame.language)),
        (_("Polling station"), _("none yet") if entry.station is None else _("No. {number}", number=entry.station)),
        (
            _("Place among the sealed entries"),
            _("{index} of {size}", index=number(proof.index + 1), size=number(proof.size)),
        ),
        (_("Root of all entries"), tag("code", version.salted_root)),
    ]
    if entry.patronymic:
        rows.insert(4, (_("Patronymic"), entry.patronymic))
    facts = f"/tizme/data/list/{version.number:06d}.json"
    return frame.page(
        _("Proof of my entry"),
        tag(
            "p",
            _(
                "The commission has sealed every entry of this version under one number, the root, and has put it into "
                "the public log. This file shows that your entry, exactly as it stands here, is one of them. Nobody "
                "can take it out or change it later unnoticed, and the root tells nobody who else is on the list."
            ),
        ),
        tag(
            "p",
            tag("a", _("Save the proof"), class_="button", href=FILE, download=_file_name(version.number)),
            class_="ways",
        ),
        tag(
            "p",
            _("The file holds your name and date of birth. Give it only to whom you want to show them."),
            class_="hint",
        ),
        facts_list(rows),
        tag("h2", _("How to check it")),
        tag(
            "ol",
            tag("li", _("Save the proof. No connection to the commission is needed afterwards.")),
            tag("li", _("The root stands in the facts of this version:"), " ", tag("a", facts, href=facts)),
            tag(
                "li",
                _("With this software, which anybody may install, one command checks the file, the facts and the log:"),
                tag("pre", tag("code", f"shailoo verify-entry {_file_name(version.number)} {desk.sessions.origin}")),
            ),
            tag(
                "li",
                _(
                    "Without it: the entry is SHA-256 over a zero byte, the salt and the facts as canonical JSON; with "
                    "the hashes of the path it gives the root (RFC 9162, section 2.1.3)."
                ),
            ),
            class_="next",
        ),
    )


def proof_file(desk: CabinetDesk, mine: Mine) -> Response:
    """The file itself. Raises NoEntry, StorageFailed."""
    entry, _, proof = proof_of(desk, mine)
    headers = (
        ("content-type", JSON),
        ("content-disposition", f'attachment; filename="{_file_name(entry.list)}"'),
        ("cache-control", "no-store"),
    )
    return Response(HTTPStatus.OK, headers, write_voter_proof(proof))


def proof_of(desk: CabinetDesk, mine: Mine) -> tuple[VoterEntry, VoterListMade, VoterProof]:
    """Entry, version and proof of who is signed in. Raises NoEntry, StorageFailed."""
    entry, version = mine.entry.entry, mine.entry.version
    if entry is None or version is None or desk.entries is None:
        raise NoEntry("The published list has no entry of this person.")
    return entry, version, desk.entries.proof(entry)


def _file_name(version: int) -> str:
    return f"shailoo-entry-{version:06d}.json"
