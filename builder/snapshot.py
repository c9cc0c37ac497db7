"""The data set behind the pointer: one consistent version under the name of its own digest, and the pointer to it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Self

from builder.data_files import files
from builder.store import open_json
from shailoo.model.base import stamp
from shailoo.records.canonical import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builder.night import Night
    from shailoo.ports import PublicFiles

STATION_COLUMNS = (
    "election", "status", "synthetic", "region", "tec", "district", "station", "box", "state", "contest",
    "ballots", "invalid", "no", "votes",
)  # fmt: skip


class Snapshot:
    """The overview's data of one election as its pages show it now."""

    def __init__(self, night: Night, public: PublicFiles, data: bytes) -> None:
        self.night = night
        self.public = public
        self.data = data

    @classmethod
    def of(cls, night: Night, public: PublicFiles) -> Self:
        """The data set of the version that the overview page has."""
        if night.held_since is not None:
            data = public.read(f"data/{night.election.id}/overview.json") or b"{}\n"
        else:
            _, (_, data) = files(night.view("overview"))
        return cls(night, public, data)

    def point(self, *, open_night: bool, complete: int) -> None:
        """Write the data set, then the pointer; then let every other data set go, also one that a kill left behind.

        `version` is that of the overview and of this data set; `complete` the one up to which the pages that may follow
        later (commissions, districts, lists) are written too.
        """
        night, election = self.night, self.night.election.id
        made = night.made("overview")
        name = f"data/{election}/at/{digest(self.data)[:32]}.json"
        self.public.write(name, self.data)
        pointer = {
            "election": election,
            "version": made.version,
            "complete": complete,
            "published_at": stamp(made.published),
            "open": open_night,
            "held_since": stamp(night.held_since) if night.held_since is not None else None,
            "overview": f"/results/{name}",
        }
        self.public.write_durably(f"data/{election}/pointer.json", open_json(pointer))
        for other in self.public.names(f"data/{election}/at"):
            if not name.endswith(f"/{other}"):
                self.public.remove(f"data/{election}/at/{other}")

    @staticmethod
    def whole_nation(night: Night) -> Iterable[tuple[str, bytes]]:
        """Every station of the election in one table; trails, because it is large."""
        election = night.election
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(STATION_COLUMNS)
        flag = "yes" if election.synthetic else "no"
        for station in election.stations:
            place = (election.id, "preliminary", flag, station.region, station.tec, station.district or "", station.no)
            for slot in night.state.slots_at(station.no):
                counts = slot.counts
                if counts is None:
                    writer.writerow((*place, slot.box, slot.state, "", "", "", "", ""))
                    continue
                for contest, count in counts.open.items():
                    options = election.contest_by_id[contest].options
                    start = (*place, slot.box, slot.state, contest, count.ballots, count.invalid)
                    writer.writerows(
                        (*start, option.no, votes) for option, votes in zip(options, count.votes, strict=True)
                    )
                for contest, cell in counts.sealed.items():
                    writer.writerow((*place, slot.box, slot.state, contest, cell.ballots, "", "", ""))
        yield f"data/{election.id}/stations.csv", text.getvalue().encode()


def read_pointer(public: PublicFiles, election: str) -> dict[str, Any] | None:
    """The pointer as it stands, or None when there is none that can be read."""
    data = public.read(f"data/{election}/pointer.json")
    if data is None:
        return None
    try:
        value = json.loads(data)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
