"""The index on the disk: whole or not at all, without a PIN or a name, and always the newest."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from shailoo.adapters.voters.finder import SqliteFinder, finder_secret
from shailoo.errors import StorageFailed
from shailoo.ids import StationNo
from shailoo.rules.finder import finder_key
from tests.voters.finder_people import PEOPLE, indexed


def station(finder: SqliteFinder, pin: str, surname: str) -> StationNo | None:
    return finder.find(finder_key(finder.secret, pin, surname))


def test_everybody_on_a_list_is_found_and_nobody_in_the_queue(tmp_path: Path) -> None:
    finder = SqliteFinder(indexed(tmp_path / "finder"))
    assert [station(finder, pin, surname) for pin, surname, _ in PEOPLE] == [place for _, _, place in PEOPLE]
    assert finder.place(StationNo("1002")).centre.building[2] == "Secondary school No. 5"
    assert finder.place(StationNo("1002")).commission[0] == "Сокулук АШК"
    finder.close()


def test_neither_pin_nor_name_lies_in_the_file(tmp_path: Path) -> None:
    data = (indexed(tmp_path / "finder") / "000001.db").read_bytes()
    for pin, surname, _ in PEOPLE:
        for planted in (pin, surname, surname.casefold()):
            assert planted.encode() not in data
    assert finder_secret(tmp_path / "finder") not in data


def test_only_the_owner_may_read_secret_and_index(tmp_path: Path) -> None:
    folder = indexed(tmp_path / "finder")
    for name in ("secret.key", "000001.db"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_new_version_answers_at_the_next_question_and_the_old_one_goes(tmp_path: Path) -> None:
    folder = indexed(tmp_path / "finder")
    finder = SqliteFinder(folder)
    pin, surname, _ = PEOPLE[0]
    assert station(finder, pin, surname) == "1001"
    indexed(folder, [(pin, surname, "1003")], number=2)
    assert station(finder, pin, surname) == "1003"
    indexed(folder, [(pin, surname, "1002")], number=2)
    assert station(finder, pin, surname) == "1002"
    assert sorted(path.name for path in folder.glob("*.db*")) == ["000002.db"]
    finder.close()


@pytest.mark.parametrize("people", [[*PEOPLE, PEOPLE[0]], [("20101199900017", "Асанов", "9999")]])
def test_a_list_that_cannot_be_indexed_leaves_the_old_index(
    tmp_path: Path, people: list[tuple[str, str, str | None]]
) -> None:
    folder = indexed(tmp_path / "finder")
    with pytest.raises(StorageFailed) as failed:
        indexed(folder, people, number=2)
    assert not any(str(value) in str(failed.value) for row in people for value in row[:2])
    assert sorted(path.name for path in folder.glob("*.db*")) == ["000001.db"]
    finder = SqliteFinder(folder)
    assert station(finder, *PEOPLE[0][:2]) == "1001"
    finder.close()


def test_the_same_secret_serves_every_version(tmp_path: Path) -> None:
    assert finder_secret(tmp_path / "finder") == finder_secret(tmp_path / "finder")
    assert finder_secret(tmp_path / "other") != finder_secret(tmp_path / "finder")


def test_without_an_index_the_answer_is_come_again(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed):
        SqliteFinder(tmp_path / "finder").find(bytes(16))
