"""What a bucket of public files does beyond the contract: kinds of files, many at once, failures."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from shailoo.adapters.aws.public import S3PublicFiles
from shailoo.adapters.memory import Fault
from shailoo.errors import StorageFailed
from tests.adapters.aws.emulated import Cloud, cloud


@pytest.fixture
def night() -> Iterator[Cloud]:
    with cloud() as opened:
        yield opened


@pytest.fixture
def bucket(night: Cloud) -> str:
    return night.bucket()


@pytest.fixture
def public(night: Cloud, bucket: str) -> Iterator[S3PublicFiles]:
    files = S3PublicFiles(night.client("s3"), bucket, "results")
    yield files
    files.close()


def test_a_file_is_served_with_its_kind_and_for_as_long_as_it_may_be_kept(
    night: Cloud, bucket: str, public: S3PublicFiles
) -> None:
    digest = "0123456789abcdef" * 4
    for path in ("ky/index.html", "pointer.json", f"data/{digest}.json"):
        public.write(path, b"x")
    public.flush()
    told = {
        key: (about["ContentType"], about["CacheControl"])
        for key in ("ky/index.html", "pointer.json", f"data/{digest}.json")
        for about in [night.client("s3").head_object(Bucket=bucket, Key=f"results/{key}")]
    }
    assert told == {
        "ky/index.html": ("text/html; charset=utf-8", "public, max-age=15, stale-while-revalidate=60"),
        "pointer.json": ("application/json", "public, max-age=2"),
        f"data/{digest}.json": ("application/json", "public, max-age=31536000, immutable"),
    }


def test_who_begins_anew_puts_only_what_changed(night: Cloud, bucket: str, public: S3PublicFiles) -> None:
    for at in range(50):
        public.write(f"ky/station/{at}/index.html", b"old")
    public.flush()
    assert (public.written, public.unchanged) == (50, 0)
    fresh = S3PublicFiles(night.client("s3"), bucket, "results/")
    night.wires["s3"].asked.clear()
    for at in range(50):
        fresh.write(f"ky/station/{at}/index.html", b"new" if at % 10 == 0 else b"old")
    fresh.close()
    assert (fresh.written, fresh.unchanged) == (5, 45)
    assert night.wires["s3"].asked.count("PutObject") == 5


def test_a_folder_that_is_filled_for_the_first_time_is_not_looked_into(night: Cloud, public: S3PublicFiles) -> None:
    public.write_durably("ru/station/1/index.html", b"old")
    night.wires["s3"].asked.clear()
    with public.filling(["ky/station", "ru/station"]):
        for language in ("ky", "ru"):
            for at in range(3):
                public.write(f"{language}/station/{at}/index.html", b"page")
        public.flush()
    assert night.wires["s3"].asked.count("PutObject") == 6
    assert night.wires["s3"].asked.count("HeadObject") == 2


def test_what_could_not_be_put_is_told_at_the_barrier_once_and_is_not_taken_for_there(
    night: Cloud, public: S3PublicFiles
) -> None:
    public.write_durably("ky/a.html", b"old")
    night.wires["s3"].plan.add(Fault("before"))
    assert public.write("ky/a.html", b"new")
    with pytest.raises(StorageFailed):
        public.flush()
    public.flush()
    assert public.read("ky/a.html") == b"old"
    assert public.write("ky/a.html", b"new")
    public.flush()
    assert public.read("ky/a.html") == b"new"


def test_a_put_whose_answer_was_lost_is_found_when_it_is_repeated(night: Cloud, public: S3PublicFiles) -> None:
    public.write_durably("ky/a.html", b"old")
    night.wires["s3"].plan.add(Fault("after"))
    with pytest.raises(StorageFailed):
        public.write_durably("ky/a.html", b"new")
    public.write_durably("ky/a.html", b"new")
    assert public.unchanged == 1
    assert public.read("ky/a.html") == b"new"


def test_who_publishes_after_another_forgets_what_it_knew(night: Cloud, bucket: str, public: S3PublicFiles) -> None:
    public.write_durably("ky/a.html", b"mine")
    other = S3PublicFiles(night.client("s3"), bucket, "results")
    other.write_durably("ky/a.html", b"another's")
    other.close()
    public.forget()
    public.write_durably("ky/a.html", b"mine")
    assert public.read("ky/a.html") == b"mine"


def test_what_is_forgotten_before_a_thread_began_never_arrives(
    public: S3PublicFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, begun, go = public._client.put_object, threading.Semaphore(0), threading.Event()

    def slow(**asked: object) -> object:
        begun.release()
        assert go.wait(60)
        return put(**asked)

    monkeypatch.setattr(public._client, "put_object", slow)
    for at in range(60):
        public.write(f"ky/{at}.html", b"old")
    begun.acquire()
    public.write("ky/0.html", b"newer")
    threading.Timer(0.2, go.set).start()
    public.forget()
    arrived = public.names("ky")
    assert 0 < len(arrived) < 60
    assert public.read("ky/0.html") in {b"old", None}
    monkeypatch.undo()
    public.write("ky/59.html", b"again")
    public.flush()
    assert public.names("ky") == sorted({*arrived, "59.html"})
    assert public.read("ky/59.html") == b"again"


def test_of_many_writes_to_one_place_the_last_one_stays(public: S3PublicFiles) -> None:
    for at in range(200):
        public.write("ky/a.html", str(at).encode())
        assert public.read("ky/a.html") == str(at).encode()
    public.flush()
    assert public.read("ky/a.html") == b"199"


def test_a_large_folder_goes_in_portions(night: Cloud, bucket: str, public: S3PublicFiles) -> None:
    client = night.client("s3")
    for at in range(1005):
        client.put_object(Bucket=bucket, Key=f"results/old/{at}.json", Body=b"x")
    public.write_durably("older/a.json", b"x")
    public.remove_folder("old")
    assert (public.names("old"), public.names("older")) == ([], ["a.json"])
