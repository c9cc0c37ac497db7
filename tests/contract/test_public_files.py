"""Every home of public files: a folder on one machine, a bucket in the cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builder.store import PublicFolder
from shailoo.adapters.aws.public import S3PublicFiles
from shailoo.ports import PublicFiles
from tests.adapters.aws.emulated import cloud

Reopen = Callable[[], PublicFiles]


@pytest.fixture(params=("folder", "cloud"))
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reopen]:
    """Opens the home again, as a publisher that was started anew."""
    if request.param == "folder":
        (tmp_path / "public").mkdir()
        yield lambda: PublicFolder(tmp_path / "public")
        return
    opened: list[S3PublicFiles] = []

    def fresh() -> S3PublicFiles:
        opened.append(S3PublicFiles(client, bucket, "results"))
        return opened[-1]

    with cloud() as cloudy:
        client, bucket = cloudy.client("s3"), cloudy.bucket()
        yield fresh
        for files in opened:
            files.close()


def test_what_was_written_is_read_back_before_and_after_it_arrived(reopen: Reopen) -> None:
    files = reopen()
    assert files.read("ky/index.html") is None
    assert files.write("ky/index.html", b"one")
    assert files.read("ky/index.html") == b"one"
    files.flush()
    assert files.read("ky/index.html") == reopen().read("ky/index.html") == b"one"


def test_a_file_is_replaced_whole_and_the_same_bytes_are_not_written_again(reopen: Reopen) -> None:
    files = reopen()
    assert files.write("ky/index.html", b"one")
    files.flush()
    assert not files.write("ky/index.html", b"one")
    assert files.write("ky/index.html", b"two")
    files.flush()
    assert (files.written, files.unchanged) == (2, 1)
    again = reopen()
    again.write("ky/index.html", b"two")
    again.flush()
    assert (again.written, again.unchanged, again.read("ky/index.html")) == (0, 1, b"two")


def test_a_pointer_is_written_after_everything_before_it(reopen: Reopen) -> None:
    files = reopen()
    for at in range(30):
        files.write(f"ky/station/{at}/index.html", str(at).encode())
    files.write_durably("data/pointer.json", b"{}")
    there = reopen()
    assert there.read("data/pointer.json") == b"{}"
    assert [there.read(f"ky/station/{at}/index.html") for at in range(30)] == [str(at).encode() for at in range(30)]
    files.write_durably("data/pointer.json", b"{}")
    assert (files.written, files.unchanged) == (31, 1)


def test_names_are_those_directly_in_a_folder_and_sorted(reopen: Reopen) -> None:
    files = reopen()
    for path in ("ky/b.html", "ky/a/index.html", "ky/a/more.html", "ky/a.html", "kyz.html", "ky/Z.html"):
        files.write(path, b"x")
    assert files.names("ky") == ["Z.html", "a", "a.html", "b.html"]
    files.flush()
    assert files.names("ky") == ["Z.html", "a", "a.html", "b.html"]
    assert files.names("ky/a") == ["index.html", "more.html"]
    assert files.names("ru") == []


def test_what_is_removed_is_gone_and_may_come_again(reopen: Reopen) -> None:
    files = reopen()
    files.write("ky/a.html", b"x")
    files.remove("ky/a.html")
    files.remove("ky/a.html")
    files.flush()
    assert files.read("ky/a.html") is None
    assert files.write("ky/a.html", b"x")
    files.flush()
    assert reopen().read("ky/a.html") == b"x"


def test_a_folder_is_removed_with_everything_in_it_and_nothing_beside_it(reopen: Reopen) -> None:
    files = reopen()
    for path in ("old/1.html", "old/deep/2.html", "older/3.html", "ky/old.html"):
        files.write(path, b"x")
    files.remove_folder("old")
    files.remove_folder("old")
    assert (files.names("old"), files.names("older"), files.names("ky")) == ([], ["3.html"], ["old.html"])
    assert files.write("old/1.html", b"x")
    files.flush()
    assert reopen().read("old/1.html") == b"x"


def test_who_forgets_goes_on_writing_over_what_others_wrote(reopen: Reopen) -> None:
    files, other = reopen(), reopen()
    files.write_durably("ky/a.html", b"mine")
    other.write_durably("ky/a.html", b"another's")
    files.forget()
    assert files.write("ky/a.html", b"mine")
    files.flush()
    assert files.read("ky/a.html") == reopen().read("ky/a.html") == b"mine"


def test_folders_are_filled_over_what_may_lie_there(reopen: Reopen) -> None:
    reopen().write_durably("ru/1/index.html", b"same")
    files = reopen()
    with files.filling(["ky/1", "ru/1"]):
        for path in ("ky/1/index.html", "ru/1/index.html"):
            files.write(path, b"same")
    files.flush()
    assert (files.written, files.unchanged) == (1, 1)
    assert [reopen().read(f"{language}/1/index.html") for language in ("ky", "ru")] == [b"same", b"same"]
