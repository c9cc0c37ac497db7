"""What does not come to its end, a child or the whole publisher, is made good; a rebuild still gives the same bytes."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from builder.crew import CrewLost, share_out
from builder.marks import Marks
from builder.press import Press
from tests.builder.scene import Scene, published, scene, settle, tree

ROOT = Path(__file__).resolve().parents[2]


def rebuilt(where: Scene) -> None:
    """A rebuild changes no byte."""
    before = tree(where.public)
    assert not where.publisher().build().problems
    assert tree(where.public) == before


@pytest.mark.parametrize("after", [0, 3, 9])
def test_a_child_that_is_killed_is_made_good_by_the_next_version(
    tmp_path: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    parent, left, write = os.getpid(), [after], Press.write

    def dying(self: Press, page: object) -> int:
        if os.getpid() != parent:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
        return write(self, page)  # type: ignore[arg-type]  # handed through unseen

    monkeypatch.setattr(Press, "write", dying)
    where.send(*where.records)
    assert publisher.step() is not None
    while publisher._child is None and publisher.step() is not None:
        continue
    publisher.wait_for_child()
    monkeypatch.undo()
    settle(publisher)
    pointer = published(where.public, "small", "pointer")
    option = published(where.public, "small", "option/pr-1")
    assert option["votes"] == publisher.nights["small"].facts.recount.of("country", "", "pr").votes[0]
    assert pointer["complete"] >= pointer["version"]
    rebuilt(where)


def test_a_kept_version_that_was_named_but_not_written_is_written_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    settle(publisher)
    kept = {path.name for path in (where.public / "results/ky/small/v").iterdir()}

    def died(*_: object, **__: object) -> None:
        message = "killed"
        raise KeyboardInterrupt(message)

    monkeypatch.setattr(Press, "keep", died)
    where.send(*where.records)
    with pytest.raises(KeyboardInterrupt):
        settle(publisher)
    monkeypatch.undo()
    again = where.publisher()
    again.start()
    settle(again)
    history = again.nights["small"].history
    numbers = {str(row.number) for row in history}
    assert numbers > kept
    for language in ("ky", "ru", "en"):
        assert {path.name for path in (where.public / f"results/{language}/small/v").iterdir()} == numbers
    rebuilt(where)


def test_a_trailing_page_that_fails_the_gate_is_not_written_and_says_so(tmp_path: Path) -> None:
    where = scene(tmp_path / "install", "small")
    publisher = where.publisher()
    publisher.start()
    folder = tmp_path / "templates"
    folder.mkdir()
    good = (ROOT / "sites/results/templates/option.html.j2").read_text()
    wrong = good.replace("v.votes|n", "v.contest.ballots|n")
    assert wrong != good
    (folder / "option.html.j2").write_text(wrong)
    before = published(where.public, "small", "option/pr-1")
    broken = where.publisher(templates=[folder, ROOT / "sites/results/templates"])
    broken.start()
    where.send(*where.records)
    problems: list[str] = []
    for _ in range(6):
        done = broken.step()
        broken.wait_for_child()
        problems += done.problems if done is not None else []
    assert any("option" in line for line in problems)
    assert broken.step() is None, "held back, it makes no version by itself"
    assert published(where.public, "small", "option/pr-1") == before
    assert published(where.public, "small", "pointer")["held_since"] is not None
    mended = where.publisher()
    mended.start()
    settle(mended)
    assert published(where.public, "small", "option/pr-1") != before
    assert published(where.public, "small", "pointer")["held_since"] is None
    rebuilt(where)


def test_a_restart_makes_only_what_is_missing(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records[:2])
    settle(publisher)
    where.send(where.records[2])
    publisher.step()
    publisher.wait_for_child()
    Marks(where.folder / "marks").write("published", publisher.version - 1)
    again = where.publisher()
    done = again.start()
    settle(again)
    assert 0 < again.public.written < 60
    assert done.version > publisher.version
    rebuilt(where)


def test_after_a_start_of_the_machine_every_page_is_made_again(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    settle(publisher)
    page = where.public / "results/ky/small/index.html"
    whole = page.read_bytes()
    page.write_bytes(b"")
    (where.folder / "marks" / "boot").write_bytes(b"an earlier start")
    where.publisher().start()
    assert whole.split(b"data-version")[0] in page.read_bytes()
    rebuilt(where)


def test_work_shared_out_is_done_once_each_whoever_does_it() -> None:
    said = share_out(list(range(50)), lambda piece: [f"{piece}"], processes=3)
    assert sorted(said, key=int) == [str(number) for number in range(50)]


def test_a_lost_process_is_noticed() -> None:
    parent = os.getpid()

    def work(piece: int) -> list[str]:
        if os.getpid() != parent:
            os._exit(3)
        time.sleep(0.01)
        return [str(piece)]

    with pytest.raises(CrewLost):
        share_out(list(range(400)), work, processes=2)
