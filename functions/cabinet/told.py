"""The cabinet for programs: what its first page shows, as JSON."""

from __future__ import annotations

from functions.cabinet.cases_view import filed_today
from functions.cabinet.desk import CabinetDesk, Mine
from shailoo.model.base import stamp
from shailoo.model.voter_list import VoterEntry
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_desk import next_due


def mine_facts(desk: CabinetDesk, mine: Mine) -> dict[str, object]:
    """Person, station, entry, movements, cases and what can be filed today of who is signed in."""
    entry = mine.entry.entry
    return {
        "person": dict(mine.visitor.person),
        "station": mine.entry.station,
        "entry": None if entry is None else _entry(entry),
        "corrected": dict(mine.entry.corrected),
        "movements": [{"list": one.list, "before": one.before, "after": one.after} for one in mine.entry.movements],
        "cases": [_case(desk, one) for one in mine.cases],
        "open": [{"kind": kind.name, "election": election.id} for election, kind in filed_today(desk)],
    }


def _entry(entry: VoterEntry) -> dict[str, object]:
    return {
        "list": entry.list,
        "surname": entry.surname,
        "name": entry.name,
        "patronymic": entry.patronymic,
        "birth": entry.birth.isoformat(),
        "settlement": dict(zip(("ky", "ru", "en"), entry.settlement, strict=True)),
        "street": entry.street,
        "house": entry.house,
        "flat": entry.flat,
        "country": entry.country,
        "disability": entry.disability,
        "station": entry.station,
        "way": entry.way,
        "since": entry.since,
    }


def _case(desk: CabinetDesk, standing: CaseStanding) -> dict[str, object]:
    election = desk.elections.get(standing.filed.election)
    due = None
    if election is not None:
        due = next_due(standing, election, desk.cases.calendar(election.id), desk.now())
    return {
        "number": standing.number,
        "kind": standing.kind.name,
        "election": standing.filed.election,
        "status": standing.status.name,
        "phase": standing.status.phase.value,
        "filed": stamp(standing.filed.filed),
        "changed": stamp(standing.changed),
        "commission": standing.body,
        "due": None if due is None or due.paused else stamp(due.due),
    }
