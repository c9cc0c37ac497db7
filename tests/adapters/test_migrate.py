"""`shailoo migrate`: every byte arrives with its number, whatever stops it, and never are two homes at work at once."""

from __future__ import annotations

import fcntl
import io
import json
import secrets
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

import pytest

from shailoo.adapters.aws import session
from shailoo.adapters.aws.note_keys import note_signer
from shailoo.adapters.aws.session import Service
from shailoo.adapters.aws.target import CloudTarget
from shailoo.adapters.aws.uploads import S3Uploads
from shailoo.adapters.keys import BadKeyFile, new_note_key, save_note_key
from shailoo.adapters.memory import Fault, FaultPlan, MemoryObjectStore, MemoryStore
from shailoo.adapters.sqlite import SqliteStore
from shailoo.assembly import Installation
from shailoo.errors import StorageFailed
from shailoo.ids import Digest
from shailoo.model.cloud import BadEnvironment, CloudSettings
from shailoo.package import load_package
from shailoo.records.note import SignedNote
from shailoo.usecases.carry_over import (
    NotTheSame,
    TargetHoldsOthers,
    carry_items,
    carry_objects,
    carry_records,
    check_records,
    check_same,
    feed_digest,
)
from tests.adapters.aws.emulated import ITEMS_KEYS, RECORDS_KEYS, Cloud, cloud
from tests.journey.nights import keep_prose
from tests.keys.desk import bad, good, shailoo, vote
from tests.voting import SMALL

NOW = datetime.now(UTC).replace(microsecond=0)
OWNER = sha256(b"somebody").hexdigest()
PAPER = secrets.token_bytes(700_000)


@dataclass(frozen=True)
class Stage:
    """An empty target, and the file that says where it is."""

    cloud: Cloud
    settings: CloudSettings
    file: Path

    @property
    def target(self) -> CloudTarget:
        return CloudTarget(self.settings)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with cloud() as made:
        monkeypatch.setattr(session, "make_client", lambda service, _: made.client(service))
        yield new_stage(made, tmp_path)


def new_stage(made: Cloud, tmp_path: Path) -> Stage:
    values = {
        "stage": "test",
        "records_table": made.table(RECORDS_KEYS),
        "items_table": made.table(ITEMS_KEYS),
        **{f"{one}_bucket": made.bucket() for one in ("state", "objects", "uploads", "public")},
    }
    for name in ("sealing", "receipt", "log", "session"):
        values[f"{name}_secret"] = f"s{secrets.token_hex(4)}/{name}"
        made.client("secretsmanager").create_secret(Name=values[f"{name}_secret"])
    file = tmp_path / f"{values['records_table']}.env"
    lines = [f"SHAILOO_{name.upper()}={value}" for name, value in values.items()]
    file.write_text("# where it goes\n\n" + "\n".join(lines) + "\n")
    return Stage(made, CloudSettings.model_validate(values), file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Without public files: quick to move."""
    made = tmp_path / "installation"
    keep_prose(made)
    with Installation.create(made, [SMALL]) as installation:
        for station in ("1001", "1002", "9001"):
            vote(installation, station)
        installation.store.swap("signed-in/0", b"head", expected=None)
        installation.store.swap("signed-in/0", b"head 2", expected=1)
        installation.objects.put(b"an event log")
        upload = installation.uploads.begin(OWNER, len(PAPER), None, now=NOW)
        installation.uploads.put(OWNER, upload.name, 1, PAPER[: upload.part_bytes], now=NOW)
    return made


def more_records(folder: Path, count: int = 60) -> None:
    """Records that nobody reads, so that one transaction does not hold all."""
    with SqliteStore(folder / "store.db") as store:
        for number in range(count):
            store.append(f"later/{number:02}", b"%d" % number)


def moved(folder: Path, stage: Stage) -> dict[str, object]:
    said: dict[str, object] = json.loads(
        good("migrate", "--dir", folder, "--environment", stage.file, "--put-keys", "--json")
    )
    return said


def same_everywhere(folder: Path, stage: Stage) -> None:
    """Hold the two homes against each other without the program that moved them."""
    target = stage.target
    with SqliteStore(folder / "store.db") as source:
        assert list(target.records.feed(0)) == list(source.feed(0))
        assert target.records.last() == source.last()
        item, there = source.read("signed-in/0"), target.items.read("signed-in/0")
        assert item is not None
        assert there is not None
        assert there.value == item.value
    for path in (folder / "objects").glob("??/*"):
        assert target.objects.get(Digest(path.name)) == path.read_bytes()
    for place in ("uploads", "public"):
        bucket = getattr(stage.settings, f"{place}_bucket")
        pages = stage.cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = {one["Key"] for page in pages for one in page.get("Contents", ())}
        files = {path.relative_to(folder / place).as_posix(): path for path in (folder / place).rglob("*")}
        assert keys == {name for name, path in files.items() if path.is_file()}
        for key in keys:
            body = stage.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
            assert body == files[key].read_bytes()
    assert target.read_state("settings.json") == (folder / "settings.json").read_bytes()


def test_an_installation_moves_with_every_byte_and_the_same_numbers(folder: Path, stage: Stage) -> None:
    good("publish", "--dir", folder)
    said = moved(folder, stage)
    assert said["feed here"] == said["feed there"]
    same_everywhere(folder, stage)
    assert (said["records"], said["objects"]) == (stage.target.records.last(), len(list(folder.glob("objects/??/*"))))
    page = stage.cloud.client("s3").head_object(Bucket=stage.settings.public_bucket, Key="results/log/checkpoint")
    assert page["CacheControl"]
    packed = stage.target.read_state("elections/small.zip")
    assert packed is not None
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert load_package({name: archive.read(name) for name in archive.namelist()}).id == "small"


def test_an_upload_that_was_begun_here_is_ended_there(folder: Path, stage: Stage) -> None:
    moved(folder, stage)
    (place,) = (folder / "uploads" / OWNER).iterdir()
    uploads = S3Uploads(stage.cloud.client("s3"), str(stage.settings.uploads_bucket))
    state = uploads.state(OWNER, place.name, now=NOW)
    assert state.parts == (1,)
    for number in range(2, -(-len(PAPER) // state.part_bytes) + 1):
        part = PAPER[(number - 1) * state.part_bytes : number * state.part_bytes]
        uploads.put(OWNER, place.name, number, part, now=NOW)
    assert uploads.complete(OWNER, place.name, now=NOW) == PAPER


def test_what_has_moved_takes_nothing_more_not_even_through_a_server_that_was_open(folder: Path, stage: Stage) -> None:
    with Installation.open(folder) as at_work:
        at_work.store.last()
        moved(folder, stage)
        with pytest.raises(StorageFailed):  # boxes are told to try again, and find the cloud under the same address
            vote(at_work, "1900")
        with pytest.raises(StorageFailed):
            at_work.store.swap("signed-in/0", b"other", expected=2)
    assert bad("serve", "--dir", folder).code == "moved"
    again = moved(folder, stage)
    assert again["feed here"] == again["feed there"]
    same_everywhere(folder, stage)


def as_before(folder: Path) -> None:
    """Undo what the end of a move does here."""
    with sqlite3.connect(folder / "store.db") as store:
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            store.execute(f"DROP TRIGGER {name}")
    store.close()
    (folder / "moved.json").unlink(missing_ok=True)


@pytest.mark.parametrize("fail", ["before", "after"])
@pytest.mark.parametrize("service", ["dynamodb", "s3"])
def test_stopped_at_any_request_it_is_called_again_and_nothing_is_lost_or_doubled(
    folder: Path, stage: Stage, service: Service, fail: Literal["before", "after"]
) -> None:
    more_records(folder)
    wire, at, stops = stage.cloud.wires[service], 0, 0
    while True:
        as_before(folder)
        fresh = new_stage(stage.cloud, stage.file.parent)
        wire.plan = FaultPlan([*[Fault()] * at, Fault(fail)])
        ended = shailoo("migrate", "--dir", folder, "--environment", fresh.file, "--put-keys")
        if wire.plan.spent <= at:  # it came through before the fault could strike
            break
        wire.plan = FaultPlan()
        if ended.error is not None:
            stops += 1
            assert (folder / "moved.json").exists() or fresh.target.read_state("settings.json") is None
        moved(folder, fresh)
        same_everywhere(folder, fresh)
        at += 3
    assert stops > at // 9


def test_a_dry_run_and_a_copy_change_nothing_here_and_the_copy_is_caught_up(folder: Path, stage: Stage) -> None:
    before = sqlite3.connect(folder / "store.db").execute("SELECT count(*) FROM record").fetchone()
    good("migrate", "--dir", folder, "--environment", stage.file, "--put-keys", "--copy-only")
    said = good("migrate", "--dir", folder, "--environment", stage.file, "--dry-run")
    assert f"records in the target: {before[0]}" in said
    assert stage.target.read_state("settings.json") is None
    with Installation.open(folder) as installation:
        vote(installation, "1900")
        installation.store.swap("signed-in/0", b"head 3", expected=2)
        installation.objects.put(b"another event log")
    moved(folder, stage)
    same_everywhere(folder, stage)
    item = stage.target.items.read("signed-in/0")
    assert item is not None
    assert item.value == b"head 3"


def test_a_target_that_holds_something_else_is_refused_and_stays_as_it_is(folder: Path, stage: Stage) -> None:
    arguments = ("migrate", "--dir", folder, "--environment", stage.file, "--put-keys")
    stage.target.items.swap("lease/publisher", b"x", expected=None)
    assert bad(*arguments).facts["name"] == "lease/publisher"
    other = new_stage(stage.cloud, stage.file.parent)
    other.target.records.append("opening/0001", b"{}")
    error = bad("migrate", "--dir", folder, "--environment", other.file, "--put-keys")
    assert (error.code, error.facts["seq"]) == ("target-holds-others", 1)
    assert other.target.records.last() == 1
    assert not (folder / "moved.json").exists()
    with Installation.open(folder) as installation:
        vote(installation, "1900")


def test_while_a_publisher_is_at_work_nothing_moves(folder: Path, stage: Stage) -> None:
    with (folder / "publisher.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert bad("migrate", "--dir", folder, "--environment", stage.file, "--put-keys").code == "migration-busy"


def test_a_log_goes_on_with_its_own_key_or_not_at_all(folder: Path, stage: Stage, tmp_path: Path) -> None:
    name = stage.settings.log_secret
    for kind in ("log", "receipt"):
        save_note_key(new_note_key("127.0.0.1:8021/results/log"), tmp_path / f"{kind}.key")
        stage.target.put_secret(str(getattr(stage.settings, f"{kind}_secret")), (tmp_path / f"{kind}.key").read_text())
    error = bad("migrate", "--dir", folder, "--environment", stage.file)
    assert error.code == "other-key-there"
    assert "LogKeyOf=secret" in str(error)
    stage.target.put_secret(str(name), (folder / "keys" / "log.key").read_text())
    told = good("migrate", "--dir", folder, "--environment", stage.file, "--dry-run")
    assert "key of the log: goes on, from SHAILOO_LOG_SECRET" in told
    good("boxes", "manifest", "--dir", folder, "--out", tmp_path / "m", "--box", "ABB-000006")
    assert "ReceiptKeyOf=secret" in str(bad("migrate", "--dir", folder, "--environment", stage.file))
    moved(folder, stage)
    with Installation.open(folder) as installation:
        signer = note_signer(stage.settings, "log", "unused")
        SignedNote.parse(signer.sign("a head\n")).verify(installation.log_signer.verifier)


def test_a_key_that_is_not_put_is_told_with_what_to_choose(folder: Path, stage: Stage, tmp_path: Path) -> None:
    bare = tmp_path / "bare.env"
    lines = stage.file.read_text().splitlines()
    bare.write_text("\n".join(one for one in lines if not one.startswith(("SHAILOO_LOG_", "SHAILOO_RECEIPT_"))))
    told = shailoo("migrate", "--dir", folder, "--environment", bare, "--put-keys").out
    assert "key log: the environment names no secret, not put (deploy with LogKeyOf=secret" in told
    assert "key receipt: the environment names no secret, not put\n" in told
    good("boxes", "manifest", "--dir", folder, "--out", tmp_path / "m", "--box", "ABB-000006")
    told = shailoo("migrate", "--dir", folder, "--environment", bare, "--put-keys").out
    assert "not put (deploy with ReceiptKeyOf=secret: boxes wait" in told


def test_exactly_one_of_key_and_secret_says_who_signs(stage: Stage) -> None:
    both = stage.settings.model_copy(update={"log_key": "a key"})
    for wrong in (both, stage.settings.model_copy(update={"log_secret": None})):
        with pytest.raises(BadEnvironment):
            note_signer(wrong, "log", "log")
    stage.target.put_secret(str(stage.settings.log_secret), "no key")
    with pytest.raises(BadKeyFile):
        note_signer(stage.settings, "log", "log")


def test_the_digest_of_a_feed_tells_any_change_of_number_key_or_body() -> None:
    def store(*records: tuple[str, bytes]) -> MemoryStore:
        made = MemoryStore()
        for key, body in records:
            made.append(key, body)
        return made

    feeds = [(("a", b"1"), ("b", b"2")), (("b", b"2"), ("a", b"1")), (("a", b"1"), ("b", b"3")), (("a", b"1"),)]
    assert len({feed_digest(store(*feed)).sha256 for feed in feeds}) == 4
    assert feed_digest(store(*feeds[0]), upto=1) == feed_digest(store(*feeds[3]))
    with pytest.raises(TargetHoldsOthers):
        check_records(store(*feeds[0]), store(*feeds[1]))
    with pytest.raises(TargetHoldsOthers):
        check_records(store(*feeds[3]), store(*feeds[0]))
    assert check_records(store(*feeds[0]), store(*feeds[3])) == 1


@pytest.mark.parametrize("key", ["z", "b", "a"])
def test_somebody_else_who_writes_into_the_target_is_noticed(stage: Stage, key: str) -> None:
    source, target = MemoryStore(), stage.target
    for one in ("b", "a", "c"):
        source.append(one, one.encode())
    target.records.append(key, key.encode())
    with pytest.raises(TargetHoldsOthers):
        carry_records(source, target.numbered, 0)
    assert target.records.last() == 1


def test_what_find_my_station_keeps_in_the_cloud_alone_is_nobody_elses_value(stage: Stage) -> None:
    for name in ("finder/index", "asked/pin/00ff", "log/head"):
        stage.target.items.swap(name, b"1", expected=None)
    assert list(stage.target.item_names()) == ["log/head"]


def test_numbers_are_kept_whatever_order_the_keys_have_and_a_lost_answer_is_recognised(stage: Stage) -> None:
    source, target = MemoryStore(), stage.target
    for number in range(100):
        source.append(f"k{secrets.token_hex(6)}", b"%d" % number)
    stage.cloud.wires["dynamodb"].plan.add(Fault("after"), Fault(), Fault(), Fault("before"))
    assert carry_records(source, target.numbered, 0).brought == 100
    assert list(target.records.feed(0)) == list(source.feed(0))


def test_what_comes_back_otherwise_is_noticed() -> None:
    class Liar(MemoryObjectStore):
        def get(self, digest: Digest) -> bytes:
            return super().get(digest) + b"!"

    source = MemoryObjectStore()
    with pytest.raises(NotTheSame):
        carry_objects([source.put(b"x")], source, Liar())
    with pytest.raises(NotTheSame):
        check_same("value", [("a", b"1")], lambda _: b"2")
    target = MemoryStore()
    target.swap("a", b"old", expected=None)
    done = carry_items([("a", b"new"), ("b", b"b")], target)
    assert (done.there, done.brought) == (0, 2)
    item = target.read("a")
    assert item is not None
    assert item.value == b"new"
