"""Keys in files: what was written is read, others may not read it, and nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from shailoo.adapters.keys import (
    BadKeyFile,
    FileNoteSigner,
    load_note_key,
    load_sealing_keys,
    new_note_key,
    read_secret,
    save_note_key,
    save_sealing_key,
    write_secret,
)
from shailoo.records.note import SignedNote


def test_a_signing_key_signs_after_it_was_read_again(tmp_path: Path) -> None:
    key = new_note_key("commission.example/receipts")
    save_note_key(key, tmp_path / "receipt.key")
    again = FileNoteSigner(load_note_key(tmp_path / "receipt.key"))
    SignedNote.parse(again.sign("text\n")).verify(key.verifier)
    assert again.verifier.vkey() == key.verifier.vkey()


def test_sealing_keys_are_found_by_their_id(tmp_path: Path) -> None:
    made = {save_sealing_key(X25519PrivateKey.generate(), tmp_path) for _ in range(2)}
    assert set(load_sealing_keys(tmp_path)) == made


def test_no_key_file_is_overwritten(tmp_path: Path) -> None:
    write_secret(tmp_path / "secret", "a")
    with pytest.raises(BadKeyFile):
        write_secret(tmp_path / "secret", "b")
    assert read_secret(tmp_path / "secret") == "a"


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    save_note_key(new_note_key("n"), tmp_path / "receipt.key")
    (tmp_path / "receipt.key").chmod(0o640)
    with pytest.raises(BadKeyFile):
        load_note_key(tmp_path / "receipt.key")


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+n+00000000+AAAA", "PRIVATE+KEY+n", "n+00000000+AQ==", "\xff"])
def test_what_is_no_key_is_told_as_such(tmp_path: Path, text: str) -> None:
    path = tmp_path / "receipt.key"
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(BadKeyFile):
        load_note_key(path)
    path.rename(tmp_path / "sealing-0000000000000000.key")
    with pytest.raises(BadKeyFile):
        load_sealing_keys(tmp_path)


def test_a_renamed_sealing_key_is_not_used(tmp_path: Path) -> None:
    name = save_sealing_key(X25519PrivateKey.generate(), tmp_path)
    (tmp_path / f"sealing-{name}.key").rename(tmp_path / "sealing-0123456789abcdef.key")
    with pytest.raises(BadKeyFile):
        load_sealing_keys(tmp_path)


def test_a_missing_key_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(BadKeyFile):
        load_note_key(tmp_path / "receipt.key")
