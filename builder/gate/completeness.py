"""What a page may not leave out: the tables and figures that it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gate.disagreement import PageDisagrees
from builder.gate.hand_tables import act_rows

if TYPE_CHECKING:
    from builder.gate.disagreement import About
    from builder.gate.facts import Facts
    from builder.gate.readback import PageRead
    from shailoo.model.election import Contest

_PLACE = ("voters", "participants", "reported", "expected", "held")
_TABLES: dict[str, tuple[str, ...]] = {
    "overview": ("coverage",), "archive": ("coverage",),
    "region": ("parts",), "tec": ("parts",), "district": ("parts",),
    "map": ("areas:regions", "areas:rayons"),
    "turnout": ("turnout", "turnout.share", "turnout:day"),
    "versions": ("versions",),
    "changes": ("events",),
    "documents": ("owed",),
    "owed": ("kinds", "owed:stations"),
}  # fmt: skip
_FIGURES: dict[str, tuple[str, ...]] = {
    "overview": _PLACE, "archive": _PLACE, "region": _PLACE, "tec": _PLACE, "district": _PLACE,
    "station": ("voters", "participants"),
    "option": ("votes", "ballots", "reported", "expected"),
}  # fmt: skip


def check_complete(page: PageRead, facts: Facts, about: About, path: str) -> None:
    """Raises PageDisagrees, naming the first thing that is missing."""
    tables = {table.id for table in page.tables}
    told = {identity for identity, _, _ in page.figures}
    lacking = sorted(_tables(facts, about) - tables) + sorted(_figures(facts, about, tables) - told)
    if about.page in {"overview", "archive"} and facts.seats() and not page.seats:
        lacking.append("seats")
    if lacking:
        raise PageDisagrees("Something that the page is for is missing.", page=path, missing=lacking[0])


def _tables(facts: Facts, about: About) -> set[str]:
    wanted = set(_TABLES.get(about.page, ()))
    wanted |= {
        f"contest:{contest.id}"
        for contest in _contests(facts, about)
        if facts.recount.of(*about.sums, contest.id).boxes
    }
    if about.page in {"overview", "archive"} and any(
        contest.district is not None for contest in facts.election.contests
    ):
        wanted.add("districts")
    wanted |= _hand_tables(facts, about) | _change_tables(facts, about)
    if about.page == "held" and facts.refused:
        wanted.add("refusals")
    if about.page == "documents":
        wanted |= {f"papers:{kind}" for kind in facts.papers.kinds(facts.stations("country", ""))}
    if about.page in {"station", "documents"} and facts.papers.documents(about.place or None):
        wanted.add("files")
    if about.page == "option":
        contest, no = _option(facts, about)
        if contest.district is None:
            wanted |= {"sources:region", "sources:tec"}
        elif facts.stations("district", contest.district):
            wanted.add("sources:station")
        if contest.option_by_no[no].candidates:
            wanted.add("candidates")
    return wanted


def _change_tables(facts: Facts, about: About) -> set[str]:
    """What is new in a kept version, once one was kept before it."""
    if about.page != "archive" or len(facts.kept) < 2:  # noqa: PLR2004 -- this one and one before it
        return set()
    told = {contest for contest, _ in facts.kept[-1][1] if contest}
    return {"changes", *(f"changes:{contest}" for contest in told)}


def _hand_tables(facts: Facts, about: About) -> set[str]:
    """The tables of the three counts, as soon as there is anything to compare."""
    hands, election = facts.layers.hands, facts.election
    if about.page == "station":
        station = election.station_by_no[about.place]
        counted = [one for one in election.contests_at(station) if hands.hand(station.no, one) is not None]
        return {f"counts:{one.id}" for one in counted} | ({"acts"} if act_rows(facts, about) else set())
    if about.page not in {"counts", "counts-place"} or not hands.begun:
        return set()
    whole = [contest for contest in election.contests if contest.electorate.value != "district"]
    if about.page == "counts":
        found = {f"{family}:{one.id}" for one in whole for family in ("counts", "layers", "spread")}
        found |= {"sheets:region"} if whole else set()
        found |= {"sheets:district"} if len(whole) < len(election.contests) else set()
        return found | ({"acts"} if act_rows(facts, about) else set())
    if about.kind == "region":
        return {f"{family}:{one.id}" for one in whole for family in ("counts", "differences")}
    here = [contest for contest in election.contests if contest.district == about.place]
    return {f"{family}:{one.id}" for one in here for family in ("counts", "layers", "differences")}


def _contests(facts: Facts, about: About) -> list[Contest]:
    """The contests whose table a page must have as soon as one box is counted."""
    contests = facts.election.contests
    match about.page:
        case "overview" | "archive":
            return [contest for contest in contests if contest.electorate.value != "district"] or list(contests)
        case "station":
            return list(facts.election.contests_at(facts.election.station_by_no[about.place]))
        case "tec":
            return list(contests)
        case "region":
            return [contest for contest in contests if contest.district is None]
        case "district":
            return [contest for contest in contests if contest.district == about.place]
        case _:
            return []


def _figures(facts: Facts, about: About, tables: set[str]) -> set[str]:
    wanted = set(_FIGURES.get(about.page, ()))
    if about.page == "option":
        contest, no = _option(facts, about)
        if contest.option_by_no[no].candidates:
            wanted |= {"preferences.reported", "preferences.expected"}
    wanted |= _told_apart(facts, about)
    for table in tables:
        wanted |= _beside_hands(table, about)
        if table.startswith("contest:"):
            wanted |= _beside(table.removeprefix("contest:"), facts, about)
    return wanted


def _told_apart(facts: Facts, about: About) -> set[str]:
    """Figures that stand by themselves once there is anything to compare."""
    if not facts.layers.hands.begun:
        return set()
    match about.page:
        case "overview" | "archive":
            return {"protocols", "protocols.expected"}
        case "counts":
            return {"identified", "identified.stations"}
        case _:
            return set()


def _beside_hands(table: str, about: About) -> set[str]:
    """What must be told beside a table of the three counts."""
    family, _, contest = table.partition(":")
    match family, about.page:
        case "counts", "station":
            return {"identified"}
        case "counts", _:
            return {f"counts:{contest}.stations", f"counts:{contest}.expected"}
        case "spread", _:
            return {f"spread:{contest}.over"}
        case "layers", "counts":
            return {f"turnout:{contest}.{layer}.share" for layer in ("boxes", "hand", "final")}
        case _:
            return set()


def _beside(contest: str, facts: Facts, about: About) -> set[str]:
    """What must be told beside a contest's table: how many boxes are in it, and what its small cells hold."""
    added = facts.recount.of(*about.sums, contest)
    told = set()
    if added.boxes < facts.expected(*about.sums, contest):
        told |= {"reported", "expected"}
    if added.sealed and (about.kind != "station" or added.ballots):
        told.add("sealed")
    if about.sums[0] == "country" and facts.recount.merged(contest):
        told.add("merged")
    return {f"contest:{contest}.{what}" for what in told}


def _option(facts: Facts, about: About) -> tuple[Contest, int]:
    contest, _, no = about.place.partition("/")
    return facts.election.contest_by_id[contest], int(no)
