"""Anybody with a receipt can check it against the log; nothing else passes for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from auditor.verify.case_receipt import AskedReceipt, verify_receipt
from shailoo.adapters.keys import FileNoteSigner
from shailoo.adapters.memory import MemoryStore
from shailoo.cli import app
from shailoo.records.case_receipt import BadCaseReceipt
from shailoo.records.note import Signer
from tests.builder.case_records import CHANGE, Filer
from tests.builder.scene import publisher_of, settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.verify.findings import Verification

SIGNER = Signer("127.0.0.1/receipts", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
OTHER = Signer("127.0.0.1/receipts", Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34))))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The public files of an election with two applications, and the receipt of the second."""
    room = tmp_path_factory.mktemp("receipt")
    store = MemoryStore()
    publisher = publisher_of(room, store, ("small",))
    publisher.start()
    filer = Filer(store)
    filer.file("first")
    receipt = filer.file("second")
    settle(publisher)
    return room / "public", FileNoteSigner(SIGNER).sign(receipt.text())


def check(public: Path, receipt: bytes, key: str | None = SIGNER.verifier.vkey()) -> Verification:
    return verify_receipt(AskedReceipt(receipt, str(public), key))


def test_a_receipt_holds_against_key_and_log(published: tuple[Path, bytes]) -> None:
    report = check(*published)
    assert report.good, report.text()
    assert [step.number for step in report.steps] == [1, 2, 3, 4, 5, 6]
    assert f"{CHANGE}, filed 2025-05-12T04:01:00Z; an answer is promised by 2025-05-14T04:01:00Z" in report.text()


def test_without_a_key_the_log_still_binds_it_and_the_reader_is_told(published: tuple[Path, bytes]) -> None:
    report = check(*published, key=None)
    assert report.good
    assert "give --key" in report.text()


def test_another_key_is_not_the_commission(published: tuple[Path, bytes]) -> None:
    report = check(*published, key=OTHER.verifier.vkey())
    assert report.broken_step[0] == 5


@pytest.mark.parametrize(
    ("of", "to"), [("due: 2025-05-14", "due: 2025-05-13"), ("documents: 0", "documents: 1"), ("number: ", "number: 1")]
)
def test_a_receipt_of_anything_else_is_broken(published: tuple[Path, bytes], of: str, to: str) -> None:
    public, receipt = published
    text = receipt.decode().replace(of, to, 1)
    forged = FileNoteSigner(SIGNER).sign(text.partition("\n\n")[0] + "\n")
    assert forged != receipt
    assert check(public, text.encode()).broken_step[0] == 5, "the signature is of another text"
    assert check(public, forged).broken_step[0] == 6, "signed, and never entered"


@pytest.mark.parametrize(
    "change",
    [lambda _: b"", lambda one: one[:-40], lambda one: one * 100, lambda one: one.replace(b"kind: ", b"kind:  ")],
    ids=["empty", "cut", "long", "spelled"],
)
def test_what_is_no_receipt_is_said_to_be_none(published: tuple[Path, bytes], change: Callable[[bytes], bytes]) -> None:
    public, receipt = published
    with pytest.raises(BadCaseReceipt):
        check(public, change(receipt))


def test_the_command_ends_as_the_receipt_stands(published: tuple[Path, bytes], tmp_path: Path) -> None:
    public, receipt = published
    file, key = tmp_path / "receipt.txt", tmp_path / "key"
    key.write_text(SIGNER.verifier.vkey())
    for data, ends in ((receipt, 0), (receipt.replace(b"number: ", b"number: 1", 1), 1)):
        file.write_bytes(data)
        said = CliRunner().invoke(app, ["verify-receipt", str(file), str(public), "--key", str(key)])
        assert said.exit_code == ends, said.output
