"""The copyist as a function: what is there is copied whichever message came, and the rest comes again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from builder.copyist_handler import CopyistDesk
from shailoo.adapters.memory import Fault, MemoryObjectStore, MemoryQueue, MemoryStore
from shailoo.model.document import DocumentCopied
from shailoo.model.tick import TICK
from tests.builder.copying import MADE, FakeMaker
from tests.builder.functions import Context
from tests.functions.browser import FixedClock
from tests.usecases.papers import Papers

EVENT = {"Records": [{"messageId": "m1", "body": "{}"}]}
TICKED = {"Records": [{"messageId": "t1", "body": TICK.decode()}]}
DONE: dict[str, list[dict[str, str]]] = {"batchItemFailures": []}


@pytest.fixture
def papers() -> Papers:
    return Papers()


@dataclass
class Home:
    """What a copyist touches."""

    records: MemoryStore
    objects: MemoryObjectStore
    clock: FixedClock
    copies_queue: MemoryQueue | None


def home(papers: Papers, queue: MemoryQueue | None) -> Home:
    return Home(papers.store, papers.objects, FixedClock(MADE), queue)


def copies(papers: Papers) -> int:
    return sum(isinstance(one, DocumentCopied) for one in papers.records())


def test_an_event_makes_every_copy_that_waits(papers: Papers) -> None:
    queue = MemoryQueue()
    papers.received()
    desk = CopyistDesk(home(papers, queue), FakeMaker())
    assert desk.handle(EVENT, Context("r1")) == DONE
    assert desk.handle(EVENT, Context("r2")) == DONE
    assert (copies(papers), len(queue)) == (1, 0)


def test_without_time_nothing_is_begun_and_the_message_comes_again(papers: Papers) -> None:
    papers.received()
    desk = CopyistDesk(home(papers, MemoryQueue()), FakeMaker())
    assert desk.handle(EVENT, Context("r1", asked=1)) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert copies(papers) == 0
    assert desk.handle(EVENT, Context("r2")) == DONE
    assert copies(papers) == 1


def test_what_fails_for_now_comes_again_after_the_queue_s_pause(papers: Papers) -> None:
    papers.received()
    papers.objects.plan.add(Fault(fail="before"), Fault(fail="before"))
    desk = CopyistDesk(home(papers, MemoryQueue()), FakeMaker())
    assert desk.handle(EVENT, Context("r1")) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert desk.handle(EVENT, Context("r2")) == DONE
    assert copies(papers) == 1


def test_a_tick_finds_what_a_lost_message_spoke_of(papers: Papers) -> None:
    desk = CopyistDesk(home(papers, MemoryQueue()), FakeMaker())
    assert desk.handle(EVENT, Context("r1")) == DONE
    papers.received()  # and nobody says so
    assert desk.handle(TICKED, Context("r2")) == DONE
    assert copies(papers) == 1


def test_a_tick_does_not_come_again_when_nothing_could_be_made(papers: Papers) -> None:
    papers.received()
    papers.objects.plan.add(Fault(fail="before"), Fault(fail="before"))
    desk = CopyistDesk(home(papers, MemoryQueue()), FakeMaker())
    both = {"Records": [*TICKED["Records"], *EVENT["Records"]]}
    assert desk.handle(both, Context("r1")) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert desk.handle(TICKED, Context("r2")) == DONE
    assert copies(papers) == 1


def test_two_at_once_make_one_copy(papers: Papers) -> None:
    papers.received()
    first, second = (CopyistDesk(home(papers, MemoryQueue()), FakeMaker()) for _ in range(2))
    assert first.handle(EVENT, Context("r1")) == second.handle(EVENT, Context("r2")) == DONE
    assert copies(papers) == 1
