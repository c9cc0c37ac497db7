"""Holds finished pages against the gate's own counts. Whatever a page says that the gate cannot account for fails it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gate.readback import Table, Unreadable, number, read_page, share
from shailoo.errors import Held
from shailoo.i18n import catalog
from shailoo.rules.shares import share_hundredths

if TYPE_CHECKING:
    from builder.gate.facts import Facts
    from builder.gate.readback import Cell, PageRead
    from shailoo.model.base import Language
    from shailoo.model.election import Contest

_FULL = 10_000
Figures = dict[str, int | None]
"""Column -> figure, or hundredths of a percent in a column of shares."""
_SHARES = frozenset({"share", "turnout"})
_LABELS: dict[str, dict[str, str]] = {
    "contest": {"share": "Share", "votes": "Votes"},
    "coverage": {
        "share": "Counted", "reported": "Boxes", "expected": "of", "waiting": "Voters not counted yet",
    },
    "parts": {
        "voters": "Voters", "participants": "Took part", "turnout": "Turnout", "reported": "Boxes", "expected": "of",
        "held": "Held",
    },
    "areas": {
        "voters": "Voters", "participants": "Took part", "turnout": "Turnout", "leader": "Ahead", "votes": "Votes",
        "share": "Share",
    },
    "sources": {"share": "Share", "votes": "Votes", "ballots": "of ballots"},
    "districts": {
        "leader": "Ahead", "votes": "Votes", "share": "Share", "lead": "Lead over the second", "reported": "Boxes",
        "expected": "of", "state": "Status",
    },
    "turnout:day": {"voted": "Had voted", "share": "Of the voters", "stations": "Stations reported"},
    "turnout": {"voters": "Voters"},
    "candidates": {"preferences": "Preferential votes"},
    "elections": {"voters": "Voters", "participants": "Took part", "turnout": "Turnout"},
    "held": {"expected": "Should be", "found": "Report says"},
}  # fmt: skip
_FIGURE_LABELS: dict[str, frozenset[str]] = {
    "voters": frozenset({"Voters on the lists", "Voters on the list"}),
    "participants": frozenset({"Took part"}),
    "reported": frozenset({"Ballot boxes reported", "Ballot boxes counted"}),
    "held": frozenset({"Held until checked"}),
    "conflicts": frozenset({"Conflicting reports"}),
    "votes": frozenset({"Votes"}),
    "ballots": frozenset({"Ballots in the boxes"}),
}
_NAMES = {
    "contest": "option", "coverage": "place", "parts": "place", "areas": "place", "sources": "place", "districts": "district",
    "turnout:day": "hour", "turnout": "place", "candidates": "candidate", "elections": "name", "held": "station",
    "versions": "version", "refusals": "hour",
}  # fmt: skip
"""Table -> the column that names its rows."""
_PLACE_FIGURES = ("voters", "participants", "reported", "expected", "held")
_TABLES: dict[str, tuple[str, ...]] = {
    "overview": ("coverage",), "archive": ("coverage",), "region": ("parts",), "tec": ("parts",), "district": ("parts",),
    "map": ("areas:regions", "areas:rayons"), "turnout": ("turnout", "turnout.share", "turnout:day"), "versions": ("versions",),
}  # fmt: skip
_FIGURES: dict[str, tuple[str, ...]] = {
    "overview": _PLACE_FIGURES, "archive": _PLACE_FIGURES, "region": _PLACE_FIGURES, "tec": _PLACE_FIGURES,
    "district": _PLACE_FIGURES, "station": ("voters", "participants"), "option": ("votes", "ballots", "reported", "expected"),
}  # fmt: skip
_TEXT_COLUMNS = frozenset(
    {
        "leader",
        "state",
        "rule",
        "line",
        "since",
        "release",
        "day",
        "kind",
        "status",
        "code",
        "capped",
        "at",
        "causes",
        "digest",
    }
)


class PageDisagrees(Held):
    """A page says something that the signed texts do not add up to."""

    code = "page-disagrees"


class PageCheck:
    """Checks pages of one language against the counts of the elections they belong to."""

    def __init__(self, facts: dict[str, Facts], language: Language) -> None:
        self.facts = facts
        self.language = language
        self._catalog = catalog("builder", language)
        self._labels: dict[str, str] = {}

    def check(self, html: str, path: str) -> None:
        """Read a page back. Raises PageDisagrees, naming page, table, row and column."""
        try:
            page = read_page(html)
            self._check(page, path)
        except Unreadable as error:
            raise PageDisagrees("A page cannot be read back.", page=path, because=str(error)) from error

    # --- the page ---

    def _check(self, page: PageRead, path: str) -> None:
        self._path = path
        if page.stray:
            raise PageDisagrees("A figure stands outside every table.", page=path, text=page.stray)
        if page.page == "elections":
            for table in page.tables:
                self._elections(table)
            return
        facts = self.facts[page.election]
        kind, _, place = page.scope.partition("/")
        if page.page in {"overview", "archive"}:
            kind, place = "country", ""
        seen: set[str] = set()
        for table in page.tables:
            if table.id in seen:
                self._fail("A table stands twice.", table.id)
            seen.add(table.id)
            self._table(table, facts, page, kind, place)
        self._nothing_missing(page, facts, kind, place, seen)
        self._figures(page, facts, kind, place)
        if page.seats:
            self._hemicycle(page)
        if page.areas:
            self._map(page, facts)
        if page.page == "station":
            told = sorted(note.rsplit("\n\n", 1)[0] + "\n" for note in facts.notes.get(place, ()))
            if sorted(text.lstrip("\n") for text in page.notes) != told:
                raise PageDisagrees("The signed texts on the page are not those of the station.", page=path)

    def _table(self, table: Table, facts: Facts, page: PageRead, kind: str, place: str) -> None:
        family, _, rest = table.id.partition(":")
        if family.removesuffix(".share") not in _NAMES:
            self._fail("A table that the gate does not know.", table.id)
        self._headings(table, family if family != "turnout" or rest != "day" else "turnout:day")
        match family:
            case "contest":
                self._contest(table, facts, facts.election.contest_by_id[rest], kind, place)
            case "coverage":
                rows = {region.id: ("region", region.id) for region in facts.election.regions}
                self._places(table, facts, rows, kind)
            case "parts":
                self._places(table, facts, self._children(facts, kind, place), kind)
            case "areas":
                self._areas(table, facts, rest)
            case "sources":
                self._sources(table, facts, place, rest)
            case "districts":
                self._districts(table, facts)
            case "turnout" | "turnout.share":
                self._turnout(table, facts, kind if page.page != "turnout" else "country", place, rest)
            case "candidates":
                self._candidates(table, facts, place)
            case "versions" | "refusals" | "held":
                self._numbers_only(table)
            case _:
                self._fail("A table that the gate does not know.", table.id)

    def _nothing_missing(self, page: PageRead, facts: Facts, kind: str, place: str, tables: set[str]) -> None:
        """A page may not leave out what it is for."""
        wanted = set(_TABLES.get(page.page, ()))
        figures = set(_FIGURES.get(page.page, ()))
        if page.page in {"overview", "archive"}:
            shown = [contest for contest in facts.election.contests if contest.electorate.value != "district"]
            for contest in shown or facts.election.contests:
                if facts.recount.of("country", "", contest.id).boxes:
                    wanted.add(f"contest:{contest.id}")
            if any(contest.district is not None for contest in facts.election.contests):
                wanted.add("districts")
            if facts.seats() and not page.seats:
                raise PageDisagrees("The seats are missing.", page=self._path)
        elif page.page == "station":
            for contest in facts.election.contests_at(facts.election.station_by_no[place]):
                if facts.recount.of("station", place, contest.id).boxes:
                    wanted.add(f"contest:{contest.id}")
        elif page.page in {"region", "tec", "district"}:
            for contest in facts.election.contests:
                local = contest.district == place if page.page == "district" else contest.district is None
                if local and facts.recount.of(*self._scope(kind, place), contest.id).boxes:
                    wanted.add(f"contest:{contest.id}")
        elif page.page == "option":
            contest_id, _, no = place.partition("/")
            contest = facts.election.contest_by_id[contest_id]
            wanted |= {"sources:region", "sources:tec"} if contest.district is None else {"sources:station"}
            if contest.option_by_no[int(no)].candidates:
                wanted.add("candidates")
                figures |= {"preferences.reported", "preferences.expected"}
        for contest in facts.election.contests:
            if f"contest:{contest.id}" in tables:
                figures |= self._told_of(contest, facts, kind, place)
        missing = sorted(wanted - tables) + sorted(figures - {identity for identity, _, _ in page.figures})
        if missing:
            raise PageDisagrees("Something that the page is for is missing.", page=self._path, missing=missing[0])

    def _told_of(self, contest: Contest, facts: Facts, kind: str, place: str) -> set[str]:
        """What must be told beside a contest's table: how many boxes are in it, and what its small cells hold."""
        scope = self._scope(kind, place)
        added = facts.recount.of(*scope, contest.id)
        told = set()
        if added.boxes < facts.expected(*scope, contest.id):
            told |= {"reported", "expected"}
        if added.sealed and (kind != "station" or added.ballots):
            told.add("sealed")
        if scope[0] == "country" and facts.recount.merged(contest.id):
            told.add("merged")
        return {f"contest:{contest.id}.{what}" for what in told}

    # --- tables ---

    def _contest(self, table: Table, facts: Facts, contest: Contest, kind: str, place: str) -> None:
        added = facts.recount.of(*self._scope(kind, place), contest.id)
        rows: dict[str, Figures] = {}
        names: dict[str, str] = {}
        hidden = kind == "station" and added.sealed and not added.ballots
        ballots = added.sealed if hidden else added.ballots
        if not hidden:
            for option, votes in zip(contest.options, added.votes, strict=True):
                rows[str(option.no)] = self._voted(votes, ballots)
                names[str(option.no)] = option.name.text(self.language)
            rows["invalid"] = {**self._voted(added.invalid, ballots), "bar": None}
        rows["ballots"] = {"votes": ballots, "share": None, "bar": None}
        self._compare(table, rows, names)
        adds_up = sum(added.votes) + added.invalid == ballots
        if contest.marks == 1 and not hidden and not adds_up and not facts.released(kind, place):
            self._fail("Votes, against all and invalid ballots do not add up to the ballots.", table.id)

    def _voted(self, votes: int, ballots: int) -> Figures:
        part = share_hundredths(votes, ballots) if ballots else None
        return {"votes": votes, "share": part, "bar": part}

    def _places(self, table: Table, facts: Facts, rows: dict[str, tuple[str, str]], kind: str) -> None:
        del kind
        expected: dict[str, Figures] = {}
        for key, scope in rows.items():
            reported, boxes, voters = facts.boxes(*scope), facts.expected(*scope), facts.voters(*scope)
            took_part = facts.participants(*scope) if reported else None
            expected[key] = {
                "voters": voters,
                "participants": took_part,
                "turnout": share_hundredths(took_part, voters) if took_part is not None and voters else None,
                "reported": reported,
                "expected": boxes,
                "held": facts.held(*scope),
                "share": share_hundredths(reported, boxes) if boxes else None,
                "bar": share_hundredths(reported, boxes) if boxes else None,
                "waiting": facts.waiting(*scope) if "waiting" in {column for column, _ in table.columns} else None,
            }
        self._compare(table, expected, {})

    def _areas(self, table: Table, facts: Facts, level: str) -> None:
        kind = "region" if level == "regions" else "rayon"
        contest = self._first(facts)
        expected: dict[str, Figures] = {}
        for key in facts.places(kind):
            added = facts.recount.of(kind, key, contest.id)
            voters = facts.voters(kind, key)
            took_part = facts.participants(kind, key) if facts.boxes(kind, key) else None
            best = max(added.votes) if added.ballots and max(added.votes) else None
            expected[key] = {
                "voters": voters,
                "participants": took_part,
                "turnout": share_hundredths(took_part, voters) if took_part is not None and voters else None,
                "votes": best,
                "share": share_hundredths(best, added.ballots) if best is not None else None,
            }
        self._compare(table, expected, {})

    def _sources(self, table: Table, facts: Facts, place: str, level: str) -> None:
        contest_id, _, no = place.partition("/")
        contest = facts.election.contest_by_id[contest_id]
        index = [str(option.no) for option in contest.options].index(no)
        expected: dict[str, Figures] = {}
        among = [found.no for found in facts.stations("district", contest.district or "")]
        for key in among if level == "station" else facts.places(level):
            added = facts.recount.of(level, key, contest_id)
            known = added.ballots > 0
            part = share_hundredths(added.votes[index], added.ballots) if known else None
            expected[key] = {
                "votes": added.votes[index] if known else None,
                "ballots": added.ballots if known else None,
                "share": part,
                "bar": part,
            }
        self._compare(table, expected, {})

    def _candidates(self, table: Table, facts: Facts, place: str) -> None:
        contest, _, no = place.partition("/")
        persons = facts.election.contest_by_id[contest].option_by_no[int(no)].candidates
        sums = facts.recount.preferences(contest, int(no))
        rows: dict[str, Figures] = {
            str(person.no): {"preferences": None if sums is None else sums.get(person.no, 0)} for person in persons
        }
        readings = frozenset(column for column, _ in table.columns if column.startswith("reading:"))
        self._compare(
            table, rows, {str(person.no): person.name.text(self.language) for person in persons}, soft=readings
        )

    def _districts(self, table: Table, facts: Facts) -> None:
        expected: dict[str, Figures] = {}
        for contest in facts.election.contests:
            if contest.district is None or contest.district in expected:
                continue
            added = facts.recount.of("country", "", contest.id)
            ranked = sorted(added.votes, reverse=True)
            counted = added.ballots > 0 and ranked[0] > 0
            expected[contest.district] = {
                "votes": ranked[0] if counted else None,
                "share": share_hundredths(ranked[0], added.ballots) if counted else None,
                "lead": ranked[0] - (ranked[1] if len(ranked) > 1 else 0) if counted else None,
                "reported": added.boxes,
                "expected": facts.expected("country", "", contest.id),
            }
        self._compare(table, expected, {})

    def _turnout(self, table: Table, facts: Facts, kind: str, place: str, rest: str) -> None:
        if rest == "day":
            voters = facts.voters(kind, place)
            expected = {}
            for hour in facts.hours:
                told = facts.turnout(kind, place, hour)
                expected[hour] = {
                    "voted": told[0] if told else None,
                    "share": share_hundredths(told[0], voters) if told and voters else None,
                    "stations": told[1] if told else 0,
                }
            self._compare(table, expected, {})
            return
        shares = table.id.endswith(".share")
        rows = {region.id: ("region", region.id) for region in facts.election.regions}
        rows["total"] = ("country", "")
        expected = {}
        hours = list(facts.hours)
        if [column for column, _ in table.columns if ":" in column] != hours:
            self._fail("An hour is missing.", table.id)
        for key, scope in rows.items():
            voters = facts.voters(*scope)
            figures: Figures = {"voters": voters}
            for hour in hours:
                told = facts.turnout(*scope, hour)
                figures[hour] = None if told is None else (share_hundredths(told[0], voters) if shares else told[0])
            expected[key] = figures
        self._compare(table, expected, {}, shares=frozenset(hours) if shares else frozenset())

    def _elections(self, table: Table) -> None:
        self._headings(table, "elections")
        expected: dict[str, Figures] = {}
        for election, facts in self.facts.items():
            voters = facts.voters("country", "")
            took_part = facts.participants("country", "") if facts.boxes("country", "") else None
            expected[election] = {
                "voters": voters,
                "participants": took_part,
                "turnout": share_hundredths(took_part, voters) if took_part is not None and voters else None,
            }
        self._compare(table, expected, {})

    def _numbers_only(self, table: Table) -> None:
        for _, _, cells in table.rows:
            for (column, _), cell in zip(table.columns[1:], cells, strict=True):
                if column not in _TEXT_COLUMNS and not column.startswith("reading:"):
                    number(cell.text)

    # --- figures and seats ---

    def _figures(self, page: PageRead, facts: Facts, kind: str, place: str) -> None:
        seen: set[str] = set()
        for identity, text, label in page.figures:
            if identity in seen:
                raise PageDisagrees("A figure stands twice.", page=self._path, figure=identity)
            seen.add(identity)
            try:
                known = self._single(identity, page, facts, (kind, place))
            except LookupError as error:
                message = "A figure that the gate does not know."
                raise PageDisagrees(message, page=self._path, figure=identity) from error
            found = share(text) if identity.endswith(".share") else number(text)
            if found != known:
                raise PageDisagrees(
                    "A figure differs from the sum of the signed texts.",
                    page=self._path, figure=identity, expected=known, found=found,
                )  # fmt: skip
            wanted = _FIGURE_LABELS.get(identity)
            if label and wanted is not None and label not in {self._say(word) for word in wanted}:
                raise PageDisagrees("A figure stands beside another figure's name.", page=self._path, figure=identity)

    def _single(self, identity: str, page: PageRead, facts: Facts, place: tuple[str, str]) -> int | None:
        """What a figure ought to be. Raises LookupError for one that the gate does not know."""
        kind, name = place
        if identity.startswith("contest:"):
            contest, _, what = identity.removeprefix("contest:").rpartition(".")
            added = facts.recount.of(*self._scope(kind, name), contest)
            match what:
                case "reported":
                    return added.boxes
                case "expected":
                    return facts.expected(*self._scope(kind, name), contest)
                case "sealed":
                    return added.sealed
                case "merged":
                    return facts.recount.merged(contest)
                case _:
                    raise LookupError(identity)
        if page.page == "option":
            return self._of_option(identity, facts, name)
        voters = facts.voters(kind, name)
        match identity:
            case "voters":
                return voters
            case "participants":
                return self._took_part(facts, kind, name)
            case "participants.share":
                took_part = self._took_part(facts, kind, name)
                return share_hundredths(took_part, voters) if took_part is not None and voters else None
            case "reported":
                return facts.boxes(kind, name)
            case "expected":
                return facts.expected(kind, name)
            case "held":
                return facts.held(kind, name)
            case "conflicts":
                return facts.conflicts()
            case "seats.waiting":
                return facts.waiting("country", "")
            case "seats.total":
                return sum(facts.seats().values())
            case "seats.districts":
                return sum(contest.seats for contest in facts.election.contests) - sum(facts.seats().values())
            case _:
                raise LookupError(identity)

    def _of_option(self, identity: str, facts: Facts, place: str) -> int | None:
        contest_id, _, no = place.partition("/")
        contest = facts.election.contest_by_id[contest_id]
        added = facts.recount.of("country", "", contest_id)
        votes = added.votes[[str(option.no) for option in contest.options].index(no)] if added.boxes else None
        match identity:
            case "votes":
                return votes
            case "votes.share":
                return share_hundredths(votes, added.ballots) if votes is not None and added.ballots else None
            case "ballots":
                return added.ballots if added.boxes else None
            case "reported":
                return added.boxes
            case "expected":
                return facts.expected("country", "", contest_id)
            case "preferences.reported":
                return facts.recount.annexes
            case "preferences.expected":
                return added.boxes
            case _:
                raise LookupError(identity)

    @staticmethod
    def _took_part(facts: Facts, kind: str, place: str) -> int | None:
        if not facts.boxes(kind, place):
            return None
        if kind == "district":
            first = next(contest for contest in facts.election.contests if contest.district == place)
            added = facts.recount.of("country", "", first.id)
            return added.ballots + added.sealed
        return facts.participants(kind, place)

    def _hemicycle(self, page: PageRead) -> None:
        known = self.facts[page.election].seats()
        found: dict[str, int] = {}
        for row, _, figure in page.seats:
            if row in found:
                raise PageDisagrees("A list has seats twice.", page=self._path, row=row)
            found[row] = number(figure) or 0
        if page.seat_marks and page.seat_marks != found:
            raise PageDisagrees("The dots of the hemicycle are not the seats beside it.", page=self._path)
        found.pop("districts", None)
        if {row: seats for row, seats in found.items() if seats} != {
            row: seats for row, seats in known.items() if seats
        }:
            raise PageDisagrees("The seats on the page are not what the rule gives.", page=self._path)

    def _map(self, page: PageRead, facts: Facts) -> None:
        """Each region has the colour of the last step of the legend that its turnout reaches, and says its own share."""
        if page.legend != sorted(set(page.legend)) or not page.legend:
            raise PageDisagrees("The steps of a map's legend are out of order.", page=self._path)
        for region, (colour, title) in page.areas.items():
            voters = facts.voters("region", region)
            known = facts.boxes("region", region) > 0 and voters > 0
            took_part = facts.participants("region", region) if known else 0
            step = max((n for n, bound in enumerate(page.legend) if 100 * took_part >= bound * voters), default=0)
            wanted = f"c{step}" if known else "cn"
            told = share(title.rpartition(":")[2])
            if colour != wanted or told != (share_hundredths(took_part, voters) if known else None):
                raise PageDisagrees(
                    "A region of the map has another colour or share than its turnout.", page=self._path, region=region
                )

    # --- comparing ---

    def _compare(
        self,
        table: Table,
        expected: dict[str, Figures],
        names: dict[str, str],
        *,
        soft: frozenset[str] = frozenset(),
        shares: frozenset[str] = frozenset(),
    ) -> None:
        keys = [key for key, _, _ in table.rows]
        if len(set(keys)) < len(keys) or set(keys) != set(expected):
            missing = sorted(set(expected) - set(keys))
            extra = sorted({key for key in keys if keys.count(key) > 1 or key not in expected})
            self._fail(f"Rows are missing or too many: missing {missing[:5]}, extra {extra[:5]}.", table.id)
        for key, name, cells in table.rows:
            if key in names and names[key] not in name:
                self._fail("A row stands beside another row's name.", table.id, row=key)
            for (column, _), cell in zip(table.columns[1:], cells, strict=True):
                if column in _TEXT_COLUMNS or column in soft:
                    continue
                if column not in expected[key]:
                    self._fail("A column that the gate does not know.", table.id, column=column)
                self._cell(
                    table, key, column, cell, expected[key][column], is_share=column in _SHARES or column in shares
                )

    def _cell(self, table: Table, key: str, column: str, cell: Cell, wanted: int | None, *, is_share: bool) -> None:
        if column == "bar":
            if table.scale is None:
                self._fail("Bars without a scale.", table.id)
            width = min(_FULL, (wanted or 0) * _FULL // table.scale) if table.scale else 0
            if abs((cell.width or 0) - width) > 100:  # noqa: PLR2004 -- a hundredth of the full width: less than a pixel
                self._fail("A bar does not fit its share.", table.id, row=key, expected=width, found=cell.width)
            return
        found = share(cell.text) if is_share else number(cell.text)
        if found != wanted:
            self._fail(
                "A figure differs from the sum of the signed texts.",
                table.id,
                row=key,
                column=column,
                expected=wanted,
                found=found,
            )

    def _headings(self, table: Table, family: str) -> None:
        wanted = _LABELS.get(family.removesuffix(".share"), {})
        columns = [column for column, _ in table.columns]
        if len(set(columns)) < len(columns):
            self._fail("A column stands twice.", table.id)
        if columns[:1] != [_NAMES[family.removesuffix(".share")]]:
            self._fail("The names of the rows stand under another heading.", table.id)
        known = [column for column in columns if column in wanted]
        if known != [column for column in wanted if column in known]:
            self._fail("Columns stand in another order.", table.id)
        for column, label in table.columns:
            if column in wanted and label != self._say(wanted[column]):
                self._fail("A column stands under another column's name.", table.id, column=column)
            if ":" in column and column[:2].isdecimal() and label != column:
                self._fail("An hour stands under another hour's name.", table.id, column=column)

    def _say(self, word: str) -> str:
        known = self._labels.get(word)
        if known is None:
            known = self._labels[word] = self._catalog.gettext(word)
        return known

    def _fail(self, sentence: str, table: str, **facts: str | int | None) -> None:
        raise PageDisagrees(sentence, page=self._path, table=table, **facts)

    @staticmethod
    def _scope(kind: str, place: str) -> tuple[str, str]:
        return ("country", "") if kind in {"district", "option"} else (kind, place)

    @staticmethod
    def _first(facts: Facts) -> Contest:
        whole = [contest for contest in facts.election.contests if contest.electorate.value != "district"]
        return (whole or list(facts.election.contests))[0]

    @staticmethod
    def _children(facts: Facts, kind: str, place: str) -> dict[str, tuple[str, str]]:
        election = facts.election
        if kind == "region":
            tecs = dict.fromkeys(station.tec for station in election.stations if station.region == place)
            return {tec: ("tec", tec) for tec in tecs}
        return {station.no: ("station", station.no) for station in facts.stations(kind, place)}
