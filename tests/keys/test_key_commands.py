"""`shailoo keys`: keys are shown without their secret, split, brought back, turned, and kept while a box needs them."""

from __future__ import annotations

import json
import os
import pty
import select
import stat
import sys
from pathlib import Path

import pytest

from shailoo.adapters.keys import BadKeyFile, load_note_key, load_sealing_key
from shailoo.adapters.trustees import BadWords, OtherShare, SameShareTwice, TooFewShares
from shailoo.assembly import Installation
from shailoo.cli.trustee_page import words_of
from shailoo.errors import StorageFailed
from shailoo.records.note import SignedNote
from tests.keys.desk import bad, good, shailoo, vote
from tests.law.source import ROOT
from tests.voting import SMALL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "installation"
    Installation.create(made, [SMALL]).close()
    return made


def sealing(folder: Path) -> str:
    with Installation.open(folder) as installation:
        return installation.settings.sealing["small"]


def secrets_of(folder: Path) -> list[str]:
    """What must never be shown: lines and words of every private file."""
    found = []
    for path in (folder / "keys").glob("*.key"):
        text = path.read_text(encoding="ascii")
        found += [line for line in text.splitlines() if line and not line.startswith("-----")]
        found += [text.strip().split("+", 4)[-1]] if "+" in text else []
    return found


def test_keys_are_shown_with_everything_but_the_secret(folder: Path) -> None:
    said = good("keys", "show", "--dir", folder)
    for expected in (sealing(folder), "receipts+", "results/log+", "session", "fingerprint", "rights 0600"):
        assert expected in said
    told = json.loads(good("keys", "show", "--dir", folder, "--json"))["keys"]
    assert [one["kind"] for one in told] == ["sealing", "receipt", "log", "session"]
    assert not [secret for secret in secrets_of(folder) if secret in said or secret in json.dumps(told)]


def test_a_key_that_others_may_read_or_that_is_gone_is_told_with_what_to_do(folder: Path) -> None:
    (folder / "keys" / "session.key").chmod(0o644)
    (folder / "keys" / f"sealing-{sealing(folder)}.key").unlink()
    said = shailoo("keys", "show", "--dir", folder)
    assert said.code == 1
    assert "set its rights to 0600" in said.out
    assert "bring it back from its backup" in said.out


def test_an_installation_from_before_writes_its_public_halves_down_once(folder: Path, tmp_path: Path) -> None:
    public = folder / "keys" / f"sealing-{sealing(folder)}.pub"
    text = public.read_text()
    public.unlink()
    assert shailoo("keys", "show", "--dir", folder).code == 1
    assert "write-public" in str(bad("boxes", "manifest", "--dir", folder, "--out", tmp_path / "m"))
    good("keys", "write-public", "--dir", folder)
    assert public.read_text() == text


def split(folder: Path, out: Path, needed: int = 2, shares: int = 3) -> list[Path]:
    key = folder / "keys" / f"sealing-{sealing(folder)}.key"
    good("keys", "split", "--key", key, "--need", str(needed), "--of", str(shares), "--out", out, "--election", "small")
    return sorted(out.glob("trustee-*.txt"))


def test_the_key_dies_and_comes_back_while_the_intake_is_at_work(folder: Path, tmp_path: Path) -> None:
    pages = split(folder, tmp_path / "pages")
    name = sealing(folder)
    path = folder / "keys" / f"sealing-{name}.key"
    before = path.read_bytes()
    path.unlink()
    with Installation.open(folder) as installation:
        with pytest.raises(StorageFailed):  # the box is told to try again, not that its report is refused
            vote(installation, "1001")
        manifest = tmp_path / "pages" / "sharing.json"
        said = good("keys", "combine", "--manifest", manifest, "--out", folder / "keys", pages[2], pages[0])
        assert name in said
        assert b"outcome: accepted" in vote(installation, "1001")
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_pages_and_manifest_are_what_they_say(folder: Path, tmp_path: Path) -> None:
    pages = split(folder, tmp_path / "pages")
    said = json.loads((tmp_path / "pages" / "sharing.json").read_bytes())
    for page, checksum in zip(pages, said["checksums"], strict=True):
        text = page.read_text(encoding="utf-8")
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        assert all(one in text for one in (sealing(folder), "small", checksum, "\nKY  ", "\nRU  ", "\nEN  "))
        assert max(map(len, text.splitlines())) <= 80
        words = words_of(text).split()
        assert len(words) == 33
        assert not [line for line in good("keys", "check-share", "--manifest", page.parent / "sharing.json",
                                          "--file", page).split() if line in words]  # fmt: skip
    assert not set(json.dumps(said).replace('"', " ").split()) & set(words) - {"key", "set", "public"}


def test_two_splittings_never_lie_in_one_folder(folder: Path, tmp_path: Path) -> None:
    split(folder, tmp_path / "pages")
    key = folder / "keys" / f"sealing-{sealing(folder)}.key"
    error = bad("keys", "split", "--key", key, "--need", "2", "--of", "3", "--out", tmp_path / "pages")
    assert error.code == "already-there"


def test_every_mistake_at_combining_names_the_file_and_leaves_no_key(folder: Path, tmp_path: Path) -> None:
    pages = split(folder, tmp_path / "pages")
    others = split(folder, tmp_path / "others")
    manifest, out = tmp_path / "pages" / "sharing.json", tmp_path / "out"
    words = words_of(pages[1].read_text(encoding="utf-8")).split()
    words[8] = "zzzz"
    typo = tmp_path / "typo.txt"
    typo.write_text(" ".join(words))
    for given, kind, facts in (
        ([pages[0]], TooFewShares, {"needed": 2, "given": 1}),
        ([pages[0], pages[0]], SameShareTwice, {"share": 1, "file": "trustee-01.txt"}),
        ([pages[0], others[1]], OtherShare, {"share": 2, "file": "trustee-02.txt"}),
        ([pages[0], typo], BadWords, {"word": 9, "file": "typo.txt"}),
    ):
        error = bad("keys", "combine", "--manifest", manifest, "--out", out, *given)
        assert isinstance(error, kind)
        assert facts.items() <= error.facts.items()
        assert not [word for word in words if f" {word} " in str(error)]
    assert not list(out.glob("*"))


def test_words_may_come_line_by_line(folder: Path, tmp_path: Path) -> None:
    pages = split(folder, tmp_path / "pages")
    typed = "".join(words_of(page.read_text(encoding="utf-8")) + "\n" for page in pages[:2])
    good("keys", "combine", "--manifest", tmp_path / "pages" / "sharing.json", "--out", tmp_path / "out", typed=typed)
    load_sealing_key(tmp_path / "out" / f"sealing-{sealing(folder)}.key")
    assert bad("keys", "combine", "--manifest", tmp_path / "pages" / "sharing.json", "--out", tmp_path / "two",
               typed=typed.splitlines()[0] + "\n").code == "not-found"  # fmt: skip


def test_at_a_terminal_words_are_not_seen_and_a_typing_mistake_costs_the_others_nothing(
    folder: Path, tmp_path: Path
) -> None:
    pages = split(folder, tmp_path / "pages")
    words = [words_of(page.read_text(encoding="utf-8")) for page in pages]
    wrong = " ".join([*words[1].split()[:-1], words[1].split()[0]])
    command = [sys.executable, "-m", "shailoo.cli", "keys", "combine",
               "--manifest", str(tmp_path / "pages" / "sharing.json"), "--out", str(tmp_path / "out")]  # fmt: skip
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execvp(command[0], command)  # noqa: S606 -- our own command, on a terminal of its own
    shown = b""
    for line in (words[0], wrong, words[0], words[1]):
        shown += until(terminal, b"): ")
        os.write(terminal, line.encode() + b"\n")
    shown += until(terminal, None)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown
    assert b"bad-words" in shown
    assert b"was here already" in shown
    assert words[0].encode() not in shown
    load_sealing_key(tmp_path / "out" / f"sealing-{sealing(folder)}.key")


def until(terminal: int, wanted: bytes | None) -> bytes:
    """Read what a terminal shows until a prompt, or to its end."""
    seen = b""
    while wanted is None or not seen.rstrip(b"\x00").endswith(wanted):
        ready, _, _ = select.select([terminal], [], [], 60)
        try:
            data = os.read(terminal, 4096) if ready else b""
        except OSError:  # the other side has closed
            data = b""
        if not data:
            assert wanted is None, seen
            return seen
        seen += data
    return seen


def test_a_turned_key_serves_new_boxes_and_the_former_one_opens_what_was_prepared(folder: Path, tmp_path: Path) -> None:
    good("boxes", "manifest", "--dir", folder, "--out", tmp_path / "manifests", "--box", "ABB-000001")
    former = sealing(folder)
    with Installation.open(folder) as at_work:
        vote(at_work, "9001")  # it knows the former key alone
        said = good("keys", "rotate-sealing", "--dir", folder)
        fresh = sealing(folder)
        assert fresh != former
        assert "ABB-000001" in said
        assert b"accepted" in vote(at_work, "1001", to=former)
        assert b"accepted" in vote(at_work, "1002", to=fresh)


def test_a_former_key_is_kept_until_the_last_box_that_may_need_it_has_sent(folder: Path, tmp_path: Path) -> None:
    former = sealing(folder)
    good("boxes", "manifest", "--dir", folder, "--out", tmp_path / "manifests", "--box", "ABB-000001")
    assert bad("keys", "retire-sealing", "--dir", folder, "--key", former).code == "key-in-use"
    good("keys", "rotate-sealing", "--dir", folder)
    good("boxes", "manifest", "--dir", folder, "--out", tmp_path / "again", "--box", "ABB-000001")
    error = bad("keys", "retire-sealing", "--dir", folder, "--key", former)  # nobody sees which manifest is in the box
    assert error.facts["first"] == "ABB-000001"
    with Installation.open(folder) as installation:
        vote(installation, "1001", to=former)
        late = installation.folder / "keys" / f"sealing-{former}.pub"
        assert late.exists()
    annex_too = [one for one in json.loads((tmp_path / "again" / "small-ABB-000001.json").read_bytes())["contests"]
                 if any(option["candidates"] for option in one["options"])]  # fmt: skip
    ended = shailoo("keys", "retire-sealing", "--dir", folder, "--key", former)
    assert (ended.error is not None) == bool(annex_too)
    if annex_too:
        good("keys", "retire-sealing", "--dir", folder, "--key", former, "--although-boxes-wait")
    with Installation.open(folder) as installation, pytest.raises(StorageFailed):
        vote(installation, "1002", to=former)


def test_a_key_made_elsewhere_is_put_into_use_only_when_both_halves_are_here(folder: Path, tmp_path: Path) -> None:
    name = good("keys", "new-sealing", "--out", tmp_path / "stick").split()[2]
    assert stat.S_IMODE((tmp_path / "stick" / f"sealing-{name}.key").stat().st_mode) == 0o600
    assert isinstance(bad("keys", "rotate-sealing", "--dir", folder, "--to", name), BadKeyFile)
    for half in ("pub", "key"):
        (tmp_path / "stick" / f"sealing-{name}.{half}").rename(folder / "keys" / f"sealing-{name}.{half}")
    good("keys", "rotate-sealing", "--dir", folder, "--to", name)
    assert sealing(folder) == name
    assert bad("keys", "rotate-sealing", "--dir", folder, "--to", name).code == "conflict"


def test_boxes_know_receipts_by_the_key_they_were_prepared_with_before_and_after_a_turn(
    folder: Path, tmp_path: Path
) -> None:
    good("boxes", "manifest", "--dir", folder, "--out", tmp_path / "m", "--box", "ABB-000001")
    old = load_note_key(folder / "keys" / "receipt.key").verifier
    assert "1 prepared boxes" in good("keys", "rotate-receipt", "--dir", folder)
    new = load_note_key(folder / "keys" / "receipt.key").verifier
    assert old.vkey() != new.vkey()
    with Installation.open(folder) as installation:
        receipt = SignedNote.parse(vote(installation, "1002"))
        receipt.verify(old)
        receipt.verify(new)
    error = bad("keys", "retire-receipt", "--dir", folder, "--key", old.key_id.hex())
    assert error.code == "key-in-use"
    good("keys", "rotate-receipt", "--dir", folder)
    assert "signs beside it" in good("keys", "show", "--dir", folder)
    good("keys", "retire-receipt", "--dir", folder, "--key", new.key_id.hex())


def test_a_turned_session_key_ends_every_session(folder: Path) -> None:
    with Installation.open(folder) as installation:
        before = installation.session_secret
    good("keys", "rotate-session", "--dir", folder)
    with Installation.open(folder) as installation:
        assert len(installation.session_secret) == len(before)
        assert installation.session_secret != before
    assert stat.S_IMODE((folder / "keys" / "session.key").stat().st_mode) == 0o600
