"""What members of commissions do at their door of a deployment: papers, and protocols keyed twice."""

from __future__ import annotations

import io
import re
import secrets
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Self

import httpx
from pypdf import PdfReader, PdfWriter

from edge_agent.clock import SystemClock
from rehearsal.manual import counted_by_hand, protocol_lines
from rehearsal.papers import Cabinet
from rehearsal.precincts import appoint_some
from shailoo.adapters.aws.records import DynamoRecordStore
from shailoo.usecases.appoint import appoint, person_of
from shailoo.usecases.registry import Registry
from tests.infra.cloud_night import CloudNight
from tests.infra.provider import Provider
from tests.infra.visitor import Visitor

SHEET: Final = "pr"
_ATTACHED: Final = 2_200_000
"""So much more in the file of a scan that it comes in several parts; the copy for the public has nothing of it."""


@dataclass
class CommissionDay:
    """The first station, a member of its commission and one of the commission above it."""

    night: CloudNight
    provider: Provider
    open_doors: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        election = self.night.election
        names = appoint_some(election, Registry(self.night.cloud.elections, threading.Lock()), self.store, self.issuer)
        precinct, above, *_ = names
        self.subject = precinct
        self.precinct, self.above = self._signed_in(precinct), self._signed_in(above)
        return self

    def __exit__(self, *_: object) -> None:
        self.open_doors.close()

    def another(self) -> Visitor:
        """A second member of the precinct's commission, whom an operator has appointed too."""
        registry = Registry(self.night.cloud.elections, threading.Lock())
        registry.follow(self.store)
        subject, at = f"{self.subject}-second", SystemClock().now()
        appoint(
            person_of(self.issuer, subject),
            self.subject,
            "precinct",
            registry=registry,
            store=self.store,
            now=at,
            by=None,
        )
        return self._signed_in(subject)

    # --- applications ---

    def act(self, visitor: Visitor, number: int, act: str, seen: int, **more: str) -> None:
        """A member does something to an application."""
        address = f"/staff/cases/{number}"
        assert visitor.get(address).status_code == httpx.codes.OK
        answer = visitor.post(address, {"do-act": act, "do-seen": str(seen), **more})
        assert answer.headers.get("location") == f"{address}?done={act}", answer.text

    @property
    def issuer(self) -> str:
        """Where they sign in."""
        return self.provider.issuer

    @cached_property
    def store(self) -> DynamoRecordStore:
        """The record, as the operator reaches it who makes the first appointments."""
        cloud = self.night.cloud
        return DynamoRecordStore(cloud.clients("dynamodb"), cloud.outputs["RecordsTableName"])

    @property
    def station(self) -> str:
        """Number of the station."""
        return self.night.election.stations[0].no

    def _signed_in(self, subject: str) -> Visitor:
        cloud = self.night.cloud
        visitor = Visitor(cloud, self.open_doors.enter_context(cloud.door("PeopleApiUrl")))
        visitor.sign_in(subject)
        return visitor

    # --- papers ---

    def scan(self, part: str) -> bytes:
        """The protocol of a contest as a scanner would send it, of several parts."""
        papers = Cabinet(self.night.election, self.night.played, self.store).papers(
            self.night.election.stations[0], whole=True
        )
        drawn = next(one.data for one in papers if (one.paper.kind, one.paper.part) == ("protocol", part))
        larger, whole = PdfWriter(clone_from=PdfReader(io.BytesIO(drawn))), io.BytesIO()
        larger.add_attachment("raw", secrets.token_bytes(_ATTACHED))
        larger.write(whole)
        return whole.getvalue()

    def upload(self, part: str) -> str:
        """The precinct's member sends a protocol; returns the document's address."""
        self.precinct.get(f"/staff/documents/{self.night.election.id}/{self.station}")
        return self.precinct.upload(
            f"protocol/{part}", self.scan(part), election=self.night.election.id, station=self.station
        )

    def copied(self, address: str) -> bool:
        """Whether there is a copy that somebody may approve."""
        return "waits for approval" in self.precinct.get(address).text

    def approve(self, address: str) -> None:
        """The member of the commission above lets the copy appear that it has looked at."""
        shown = self.above.get(address).text
        form = {name: _value(shown, name) for name in ("version", "pdf")}
        answer = self.above.post(f"{address}/approval", form)
        assert answer.headers["location"] == address, answer.text

    def public_paper(self, part: str) -> dict[str, Any] | None:
        """What the public is told of a protocol's copy; None while there is none."""
        for one in self.night.fetch(f"documents/{self.night.election.stations[0].tec}.json")["documents"]:
            if (one["station"], one["kind"], one["part"], one["state"]) == (self.station, "protocol", part, "public"):
                return dict(one)
        return None

    # --- protocols ---

    @cached_property
    def figures(self) -> Mapping[str, tuple[int, ...]]:
        """What stands on the protocol, by line."""
        election = self.night.election
        count = counted_by_hand(election, self.night.played)[self.station, SHEET]
        lines = protocol_lines(election, election.stations[0], election.contest_by_id[SHEET], count)
        return {one.line: one.figures for one in lines}

    def key(self, visitor: Visitor) -> None:
        """Type what the protocol says and hand it over."""
        address = f"/staff/protocols/{self.night.election.id}/{self.station}/{SHEET}"
        visitor.get(address)
        typed = {f"{line}-{at}": str(figure) for line, of in self.figures.items() for at, figure in enumerate(of)}
        answer = visitor.post(address, {"version": "1", **typed})
        assert answer.headers.get("location", "").endswith(f"?done={SHEET}"), answer.text

    def agreed(self) -> Mapping[str, tuple[int, ...]] | None:
        """What the public is told of it, by line; None while no two agree."""
        for one in self.night.fetch(f"station/{self.station}.json")["protocols"]:
            if (one["sheet"], one["state"]) == (SHEET, "counts"):
                return {line["line"]: tuple(line["figures"]) for line in one["lines"]}
        return None

    # --- the copyist's queue ---

    @cached_property
    def _queue(self) -> str:
        name = f"shailoo-{self.night.cloud.stage}-copies-queue.fifo"
        return str(self.night.cloud.clients("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def in_hand(self) -> bool:
        """Whether the copyist has a message."""
        _, hidden = self.night.counted(self._queue)
        return hidden > 0

    def words(self) -> int:
        """Messages to the copyist, those that it has in hand too."""
        return sum(self.night.counted(self._queue))

    def lose_messages(self) -> None:
        """Every word to the copyist is lost."""
        self.night.cloud.clients("sqs").purge_queue(QueueUrl=self._queue)

    def deaf(self, *, deaf: bool) -> None:
        """The copyist hears nothing, or hears again."""
        functions = self.night.cloud.clients("lambda")
        name = f"shailoo-{self.night.cloud.stage}-copyist"
        (mapping,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=not deaf)


def _value(page: str, name: str) -> str:
    """What a form of a page would send under a name."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None, name
    return found[1]
