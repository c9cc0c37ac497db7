"""Every reason to refuse an upload, each with its code; what is refused leaves at most a note of itself."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from rehearsal.keys import rehearsal_signer
from shailoo.errors import NotFound, Refused, ShailooError
from shailoo.model.election import Mode
from shailoo.model.record import JoinReserveBox, Refusal, ReportAccepted, RevokeBox
from shailoo.model.report import ContestCount, Report, ReportKind
from shailoo.records.canonical import canonical_json, digest
from shailoo.records.note import BadNote
from shailoo.records.report_text import write_report
from shailoo.records.seal import Bundle
from shailoo.usecases.accept_report import MOST_REFUSALS_NOTED, SignedRefusal
from tests.usecases.desks import Commission
from tests.voting import VotingBox

Upload = Callable[[Commission], bytes]


def envelope(commission: Commission, **changes: str) -> bytes:
    """A good envelope with other claims."""
    return canonical_json({**json.loads(commission.sealed(commission.box())), **changes})


def bundle(commission: Commission, box: VotingBox, *notes: str, kind: str = "final") -> bytes:
    made = Bundle(kind="annex" if kind == "annex" else "final", notes=notes)
    return box.seal(made, commission.public)


def with_final(commission: Commission, change: Callable[[Report], Report], ballots: int = 300) -> bytes:
    """A good upload with another final report, signed by the box."""
    voting = commission.box(ballots=ballots)
    notes = list(voting.final_bundle().notes)
    notes[1] = voting.sign(change(voting.final()))
    return bundle(commission, voting, *notes)


def with_first_contest(commission: Commission, change: Callable[[ContestCount], ContestCount]) -> bytes:
    return with_final(
        commission,
        lambda final: final.model_copy(update={"contests": (change(final.contests[0]), *final.contests[1:])}),
    )


def changed(contest: ContestCount, **values: object) -> ContestCount:
    return contest.model_copy(update=values)


def replayed_rehearsal(commission: Commission) -> bytes:
    """Notes of one mode, sealed anew for the other."""
    box = commission.box()
    other = Mode.LIVE if box.election.mode is Mode.REHEARSAL else Mode.REHEARSAL
    return with_final(commission, lambda final: final.model_copy(update={"mode": other}))


def foreign_key(commission: Commission) -> bytes:
    return commission.box().seal(commission.box().final_bundle(), X25519PrivateKey.generate().public_key())


def reserve(commission: Commission) -> VotingBox:
    signer = rehearsal_signer(commission.election.id, "ABB-000007")
    return VotingBox(commission.election, "ABB-000007", "1001", signer)


def zero_with_votes(commission: Commission) -> bytes:
    box = commission.box()
    zero = box.report(ReportKind.ZERO, counters=40, contests=box.final().contests)
    return bundle(commission, box, box.sign(zero), box.sign(box.final()))


def renamed(commission: Commission) -> bytes:
    def change(contest: ContestCount) -> ContestCount:
        options = contest.options or ()
        return changed(contest, options=(options[0].model_copy(update={"name": "Башка"}), *options[1:]))

    return with_first_contest(commission, change)


def annex_of_nobody(commission: Commission) -> bytes:
    box = commission.box()
    annex = box.annex()
    first = annex.preferences[0]
    nobody = first.candidates[0].model_copy(update={"no": 999})
    wrong = first.model_copy(update={"candidates": (nobody,)})
    return bundle(commission, box, box.sign(annex.model_copy(update={"preferences": (wrong,)})), kind="annex")


def small_left_open(commission: Commission) -> bytes:
    box = commission.box(ballots=4)
    return with_final(commission, lambda final: final.model_copy(update={"contests": box.open_counts()}), ballots=4)


def without_cells(commission: Commission) -> bytes:
    box = commission.box(ballots=4)
    return bundle(commission, box, *box.final_bundle().notes[:2])


def cells_of_another_count(commission: Commission) -> bytes:
    box = commission.box(ballots=4)
    return bundle(commission, box, *box.final_bundle().notes[:2], box.with_(ballots=5).final_bundle().notes[2])


def needless_cells(commission: Commission) -> bytes:
    box = commission.box()
    return bundle(commission, box, *box.final_bundle().notes, box.with_(ballots=4).final_bundle().notes[2])


STRANGERS: dict[str, tuple[str, Upload]] = {
    "more than 1 MiB": ("too-large", lambda _: bytes(1_048_577)),
    "nothing": ("bad-envelope", lambda _: b""),
    "something else": ("bad-envelope", lambda _: b"GET / HTTP/1.1"),
    "cut short": ("bad-envelope", lambda c: c.sealed(c.box())[:-1]),
    "spelled otherwise": ("bad-envelope", lambda c: c.sealed(c.box()) + b"\n"),
    "an unknown election": ("no-such-election", lambda c: envelope(c, election="another")),
    "an unknown mode": ("bad-envelope", lambda c: envelope(c, mode="test")),
    "the other mode": ("other-mode", lambda c: envelope(c, mode="live")),
    "an unknown key": ("unknown-key", foreign_key),
    "a claim of another box": ("bad-seal", lambda c: envelope(c, box="ABB-000002")),
    "a seal changed on the way": ("bad-seal", lambda c: envelope(c, sealed=base64.b64encode(bytes(80)).decode())),
    "a seal that is no base64": ("bad-seal", lambda c: envelope(c, sealed="*" * 40)),
    "a text without signature": ("bad-note", lambda c: bundle(c, c.box(), "SHAILOO 1 ky\n")),
    "an unknown box": (
        "box-not-registered",
        lambda c: VotingBox(c.election, "ABB-999999", "1001", rehearsal_signer("small", "ABB-999999")).seal(
            c.box().final_bundle(), c.public
        ),
    ),
    "another box's key": (
        "bad-signature",
        lambda c: c.sealed(c.box().with_(signer=rehearsal_signer("small", "ABB-000002"))),
    ),
    "another election's key": (
        "bad-signature",
        lambda c: c.sealed(c.box().with_(signer=rehearsal_signer("another", c.box().box))),
    ),
    "a text changed after signing": (
        "bad-signature",
        lambda c: bundle(c, c.box(), *(note.replace("300", "301") for note in c.box().final_bundle().notes)),
    ),
}
BOXES: dict[str, tuple[str, Upload]] = {
    "a reserve box before an act": ("box-not-registered", lambda c: c.sealed(reserve(c))),
    "a text that is no report": (
        "bad-report",
        lambda c: bundle(c, c.box(), c.box().signer.sign("x\n").bytes().decode()),
    ),
    "no zero report": ("wrong-bundle", lambda c: bundle(c, c.box(), c.box().final_bundle().notes[1])),
    "notes in another order": ("wrong-bundle", lambda c: bundle(c, c.box(), *c.box().final_bundle().notes[::-1])),
    "a final report as annex": (
        "wrong-bundle",
        lambda c: bundle(c, c.box(), c.box().final_bundle().notes[1], kind="annex"),
    ),
    "a replay from a rehearsal": ("other-mode", replayed_rehearsal),
    "a report of another election": (
        "other-election",
        lambda c: with_final(c, lambda final: final.model_copy(update={"election": "another"})),
    ),
    "a report of another station": (
        "other-box",
        lambda c: with_final(c, lambda final: final.model_copy(update={"station": "1002"})),
    ),
    "a report naming another box": (
        "other-box",
        lambda c: with_final(c, lambda final: final.model_copy(update={"box": "ABB-000002"})),
    ),
    "another language": (
        "not-this-ballot",
        lambda c: with_final(c, lambda final: final.model_copy(update={"language": "en"})),
    ),
    "a contest missing": (
        "not-this-ballot",
        lambda c: with_final(c, lambda final: final.model_copy(update={"contests": final.contests[:1]})),
    ),
    "another title": ("not-this-ballot", lambda c: with_first_contest(c, lambda one: changed(one, title="Башка"))),
    "another name": ("not-this-ballot", renamed),
    "a line missing": (
        "not-this-ballot",
        lambda c: with_first_contest(c, lambda one: changed(one, options=(one.options or ())[1:])),
    ),
    "a candidate who is on no list": ("not-this-ballot", annex_of_nobody),
    "a zero report with votes": ("zero-not-zero", zero_with_votes),
    "few ballots left open": ("cells-mismatch", small_left_open),
    "sealed votes left at home": ("cells-mismatch", without_cells),
    "sealed votes of another count": ("cells-mismatch", cells_of_another_count),
    "sealed votes where none belong": ("cells-mismatch", needless_cells),
    "many votes sealed": (
        "cells-mismatch",
        lambda c: with_first_contest(c, lambda one: changed(one, invalid=None, valid=None, options=None)),
    ),
}


@pytest.mark.parametrize("what", STRANGERS)
def test_a_sender_that_nobody_knows_is_refused_and_leaves_nothing(what: str) -> None:
    code, upload = STRANGERS[what]
    commission = Commission()
    with pytest.raises(ShailooError) as caught:
        commission.take(upload(commission))
    assert caught.value.code == code
    assert commission.store.last() == 0
    assert len(commission.objects) == 0


@pytest.mark.parametrize("what", BOXES)
def test_a_box_that_is_refused_leaves_a_note_of_it_and_nothing_else(what: str) -> None:
    code, upload = BOXES[what]
    commission = Commission()
    data = upload(commission)
    for _ in range(2):
        with pytest.raises(SignedRefusal) as caught:
            commission.take(data)
        assert caught.value.reason.code == code
    [note] = commission.records()
    assert isinstance(note, Refusal)
    assert (note.code, note.sealed_sha256, note.arrived) == (code, digest(data), commission.evening)
    assert len(commission.objects) == 0


def test_the_address_must_be_that_of_the_election() -> None:
    commission = Commission()
    with pytest.raises(Refused) as caught:
        commission.take(commission.sealed(commission.box()), sent_to="another")
    assert caught.value.code == "other-election"
    commission.take(commission.sealed(commission.box()), sent_to="small")


def test_a_revoked_box_is_refused_and_a_joined_reserve_box_is_not() -> None:
    commission = Commission()
    commission.act("1", RevokeBox(box=commission.box().box), JoinReserveBox(box="ABB-000007", station="1001"))
    with pytest.raises(SignedRefusal) as caught:
        commission.take(commission.sealed(commission.box()))
    assert caught.value.reason.code == "box-revoked"
    assert commission.receive(commission.sealed(reserve(commission))).station == "1001"


def test_refusals_of_one_box_are_noted_only_so_often() -> None:
    commission = Commission()
    for _ in range(MOST_REFUSALS_NOTED + 5):
        with pytest.raises(SignedRefusal):
            commission.take(without_cells(commission))
    assert commission.store.last() == MOST_REFUSALS_NOTED


SHARED = Commission()
GOOD = SHARED.sealed(SHARED.box())


@settings(max_examples=1500)
@given(st.integers(0, len(GOOD) - 1))
def test_no_truncation_is_taken_in(length: int) -> None:
    with pytest.raises(Refused):
        SHARED.take(GOOD[:length])
    assert SHARED.store.last() == 0
    assert len(SHARED.objects) == 0


@settings(max_examples=1500)
@given(st.integers(0, len(GOOD) * 8 - 1))
def test_no_flipped_bit_is_taken_in(bit: int) -> None:
    data = bytearray(GOOD)
    data[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises((Refused, NotFound)):
        SHARED.take(bytes(data))
    assert SHARED.store.last() == 0
    assert len(SHARED.objects) == 0


SIGNED = SHARED.box().final_bundle()


@settings(max_examples=500)
@given(st.integers(0, 1), st.data())
def test_no_signed_text_can_be_changed_by_who_can_seal(which: int, data: st.DataObject) -> None:
    note = bytearray(SIGNED.notes[which].encode())
    at = data.draw(st.integers(0, len(note) - 1))
    note[at] = data.draw(st.integers(0, 127).filter(lambda value: value != note[at]))
    try:
        text = note.decode()
    except UnicodeDecodeError:
        return  # a bundle is JSON: what is not text cannot be in it
    notes = [*SIGNED.notes]
    notes[which] = text
    with pytest.raises(Refused):
        SHARED.take(bundle(SHARED, SHARED.box(), *notes))
    assert SHARED.store.last() == 0


FINAL_TEXT = write_report(SHARED.box().final())


@settings(max_examples=500)
@given(st.integers(0, len(FINAL_TEXT) - 2), st.characters(codec="utf-8"))
def test_whatever_a_box_signs_is_taken_in_or_refused_and_never_breaks_the_intake(at: int, letter: str) -> None:
    commission = Commission()
    box = commission.box()
    text = FINAL_TEXT[:at] + letter + FINAL_TEXT[at + 1 :]
    try:
        note = box.signer.sign(text).bytes().decode()
    except BadNote:
        return  # a control character: no signer signs it
    try:
        receipt = commission.receive(bundle(commission, box, box.sign(box.zero()), note))
    except SignedRefusal:
        assert [one.type for one in commission.records()] == ["refusal"]
    else:
        assert receipt.outcome == "accepted"
        [record] = commission.records()
        assert isinstance(record, ReportAccepted)
        assert record.note == note
