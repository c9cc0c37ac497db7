"""The register of applications as rows: what the operator sees, what is printed, and what goes to the administrator.

CSV (RFC 4180, UTF-8) with personal data, for the commission only; its SHA-256 and the sums stand in a note that the
commission signs, so that both sides can show later which register was handed over:

    SHAILOO REGISTER OF APPLICATIONS 1
    election: jk-2021-11-28
    commission: pec-1001
    made: 2021-11-05T18:00:00Z
    upto: 15873            number of the last case in it, 0 for none
    cases: 42
    status voter-missing/received: 12
    sha256: …              of the CSV
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.cases.frame import says, words
from functions.cases.receipts import commission_name
from functions.staff.precinct_paper import Sheet, set_list
from shailoo.i18n import local_moment, msgid
from shailoo.model.base import Language, stamp
from shailoo.model.case import CaseContent, Channel
from shailoo.model.election import Election
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_desk import CaseDesk, station_of
from shailoo.usecases.identify import identified_by

CHANNELS: dict[Channel, str] = {
    "online": msgid("online"),
    "paper": msgid("on paper"),
    "telephone": msgid("by telephone"),
}
COLUMNS = ("number", "name", "filed", "kind", "station", "channel", "status", "identification")
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A case in the register."""

    standing: CaseStanding
    name: str
    slip: str
    """Number of the identification's receipt; empty where there is none."""


def full_name(content: CaseContent) -> str:
    """Surname, name, patronymic, as far as they are known."""
    parts = (content.person.get(name, "") for name in ("surname", "name", "patronymic"))
    return " ".join(part for part in parts if part)


def row_of(standing: CaseStanding, desk: CaseDesk) -> RegisterRow:
    """A row with the name from the private store. Raises NotFound, StorageFailed."""
    slip = identified_by(standing, desk)
    return RegisterRow(standing, full_name(desk.content(standing.filed.content)), "" if slip is None else slip.number)


def zone_of(standing: CaseStanding, election: Election) -> str:
    """On which clocks its times are told."""
    station = station_of(standing, election)
    return election.zone if station is None else station.zone


def status_text(standing: CaseStanding, language: Language) -> str:
    """Where it stands, and that a second official is waited for."""
    label = words(language).gettext(standing.status.label)
    if standing.pending is None:
        return label
    return f"{label} · {says(language).gettext('waits for a second official')}"


def register_csv(rows: Iterable[RegisterRow]) -> bytes:
    """The register for programs; a cell that a spreadsheet would calculate begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        standing = row.standing
        cells = (
            standing.number, row.name, stamp(standing.filed.filed), standing.kind.name, standing.filed.station or "",
            standing.filed.channel, standing.status.name, row.slip,
        )  # fmt: skip
        writer.writerow(f"'{cell}" if isinstance(cell, str) and cell.startswith(_RISKY) else cell for cell in cells)
    return out.getvalue().encode()


def register_note(rows: Sequence[RegisterRow], election: str, commission: str, data: bytes, now: datetime) -> str:
    """The text that is signed: no name is in it."""
    counts = Counter((row.standing.kind.name, row.standing.status.name) for row in rows)
    lines = [
        "SHAILOO REGISTER OF APPLICATIONS 1",
        f"election: {election}",
        f"commission: {commission}",
        f"made: {stamp(now)}",
        f"upto: {max((row.standing.number for row in rows), default=0)}",
        f"cases: {len(rows)}",
        *(f"status {kind}/{status}: {count}" for (kind, status), count in sorted(counts.items())),
        f"sha256: {hashlib.sha256(data).hexdigest()}",
    ]
    return "\n".join(lines) + "\n"


def register_pdf(
    rows: Sequence[RegisterRow], election: Election, commission: str, data: bytes, *, language: Language, now: datetime
) -> bytes:
    """The register on paper, to be signed by hand as well. Raises NoReceiptFont."""
    _ = says(language).gettext
    title = _("Register of applications: {commission}", commission=commission_name(election, commission, language))
    lines = (
        election.name.text(language),
        _("Made {moment}; {count} applications", moment=local_moment(now, election.zone, language), count=len(rows)),
        f"SHA-256 (CSV): {hashlib.sha256(data).hexdigest()}",
    )
    columns = {
        _("No."): 6, _("Name"): 20, _("Received"): 16, _("What it is"): 22, _("Station"): 7, _("How"): 9,
        _("Status"): 22, _("Identification"): 12,
    }  # fmt: skip
    table = (
        (
            str(row.standing.number),
            row.name,
            local_moment(row.standing.filed.filed, zone_of(row.standing, election), language),
            words(language).gettext(row.standing.kind.title),
            row.standing.filed.station or "",
            _(CHANNELS[row.standing.filed.channel]),
            status_text(row.standing, language),
            row.slip,
        )
        for row in rows
    )
    return set_list(lines, columns, table, Sheet(title, language, now))
