"""Our adapters against another S3 server, by other people: rclone's. It heeds no conditions: read, list, put."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shailoo.adapters.aws.objects import S3ObjectStore
from shailoo.adapters.aws.public import S3PublicFiles
from shailoo.adapters.aws.session import Client, new_client
from shailoo.errors import NotFound, StorageFailed
from shailoo.ids import Digest

KEY, SECRET = "journey", "not-a-secret"
BUCKET = "shelf"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rclone")
    (folder / BUCKET).mkdir()
    return folder


@pytest.fixture(scope="module")
def client(shelf: Path) -> Iterator[Client]:
    port = _free_port()
    rclone = str(Path(sys.executable).with_name("rclone"))
    command = [rclone, "serve", "s3", str(shelf), f"--addr=127.0.0.1:{port}", f"--auth-key={KEY},{SECRET}", "--config="]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 30
            while not _answers(port):
                assert server.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
            yield new_client("s3", f"http://127.0.0.1:{port}", credentials=(KEY, SECRET), region="us-east-1")
        finally:
            server.kill()


def test_objects_lie_under_their_digest_and_come_back(client: Client, shelf: Path) -> None:
    objects = S3ObjectStore(client, BUCKET)
    name = objects.put(b"events")
    assert (shelf / BUCKET / name[:2] / name).read_bytes() == b"events"
    assert objects.get(name) == b"events"
    with pytest.raises(NotFound):
        objects.get(Digest("0" * 64))


def test_what_changed_on_the_disk_is_not_given_out(client: Client, shelf: Path) -> None:
    objects = S3ObjectStore(client, BUCKET)
    name = objects.put(b"whole")
    (shelf / BUCKET / name[:2] / name).write_bytes(b"whale")
    with pytest.raises(StorageFailed):
        objects.get(name)


def test_public_files_are_written_listed_and_read(client: Client, shelf: Path) -> None:
    public = S3PublicFiles(client, BUCKET, "results")
    try:
        for number in range(40):
            public.write(f"ky/small/station/{number:04}/index.html", f"<p>{number}</p>".encode())
        public.write_durably("log/checkpoint", b"head\n")
        assert (shelf / BUCKET / "results/log/checkpoint").read_bytes() == b"head\n"
        assert public.names("ky/small/station") == [f"{number:04}" for number in range(40)]
        assert public.read("ky/small/station/0007/index.html") == b"<p>7</p>"
        assert public.read("ky/nothing") is None
    finally:
        public.close()
    lying = sorted((shelf / BUCKET / "results/ky/small/station").rglob("index.html"))
    assert hashlib.sha256(lying[0].read_bytes()).digest() == hashlib.sha256(b"<p>0</p>").digest()
