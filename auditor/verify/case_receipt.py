"""Whether a commission has confirmed what a receipt says: the receipt, its signature, and the log.

1 to 4  the log itself, as for everything that is public
5       the receipt is spelled as a receipt is, and signed with the commission's key where one was given
6       the digest of its text is an entry of the log, of the same election, kind and moment
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.verify.findings import Broken, Step, Unusable, Verification
from auditor.verify.log_steps import CHECKPOINT, Log, check_entries, check_head, check_tiles, check_witnesses
from auditor.verify.sources import Source, open_source
from shailoo.errors import Refused
from shailoo.model.base import stamp
from shailoo.records.canonical import digest
from shailoo.records.case_receipt import BadCaseReceipt, CaseReceipt, read_case_receipt
from shailoo.records.log_entry import CaseEntry
from shailoo.records.note import SignedNote, Verifier

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURE = "The receipt is signed by the commission"
ENTRY = "The receipt is in the log"
MOST_BYTES = 8_000
_KEEP = "Keep the receipt and these bytes, and complain to the commission: they are evidence."


@dataclass(frozen=True, slots=True)
class AskedReceipt:
    """The receipt, where to look, and what came to the reader another way."""

    receipt: bytes
    """The signed note, as the public door gives it."""
    target: str
    key: str | None = None
    """With which the commission signs receipts."""
    vkey: str | None = None
    witnesses: tuple[str, ...] = ()


def verify_receipt(asked: AskedReceipt) -> Verification:
    """Verify one receipt. Raises Unusable for what cannot be verified at all, BadCaseReceipt for what is no receipt."""
    if len(asked.receipt) > MOST_BYTES:
        raise BadCaseReceipt("This file is longer than any receipt of a case.", bytes=len(asked.receipt))
    try:
        note = SignedNote.parse(asked.receipt)
    except Refused as error:
        raise BadCaseReceipt("This is not a signed receipt of a case as the commission gives it.") from error
    receipt = read_case_receipt(note.text)
    source = open_source(asked.target)
    report = Verification(source.name, elections=[receipt.election])
    if source.read(CHECKPOINT) is None:
        raise Unusable("There is no transparency log here: nothing binds these files.", target=source.name)
    try:
        _steps(source, asked, report, lambda log: (_signed(note, asked.key), _entered(receipt, log)))
    except Broken as broken:
        report.broken = broken
        report.broken_step = broken.step or report.broken_step
    return report


def _steps(source: Source, asked: AskedReceipt, report: Verification, last: Callable[[Log], tuple[Step, Step]]) -> None:
    report.broken_step = (1, "The head of the log")
    signed, key, step = check_head(source, asked.vkey)
    report.steps.append(step)
    report.broken_step = (2, "Witnesses")
    report.steps.append(check_witnesses(source, signed, asked.witnesses))
    report.broken_step = (3, "Hashes of the log")
    log, step = check_tiles(source, signed.head, None, key)
    report.steps.append(step)
    report.head = (signed.head.origin, signed.head.size, signed.head.root.hex())
    report.broken_step = (4, "Entries of the log")
    log, step = check_entries(log)
    report.steps.append(step)
    report.steps += last(log)


def _signed(note: SignedNote, key: str | None) -> Step:
    """Step 5. Raises Broken; Unusable where the key given is none."""
    if key is None:
        names = ", ".join(dict.fromkeys(name for name, _ in note.signatures))
        told = f"the signature of {names} was not looked at: give --key with the commission's key for receipts"
        return Step(5, "The receipt is spelled as a receipt is", 1, (told,))
    try:
        verifier = Verifier.parse(key.strip())
    except Refused as error:
        raise Unusable("What was given with --key is no verifier key.", key=key[:80]) from error
    try:
        note.verify(verifier)
    except Refused as error:
        broken = Broken(
            "the receipt", "signature", expected=f"a signature of {verifier.name}", found=error.sentence, remedy=_KEEP
        )
        broken.step = (5, SIGNATURE)
        raise broken from error
    return Step(5, SIGNATURE, 1)


def _entered(receipt: CaseReceipt, log: Log) -> Step:
    """Step 6. Raises Broken."""
    sha256 = digest(receipt.text().encode())
    for at, entry in enumerate(log.entries):
        if isinstance(entry, CaseEntry) and entry.sha256 == sha256:
            said, ours = (entry.election, entry.kind, entry.at), (receipt.election, receipt.kind, stamp(receipt.filed))
            if said != ours:
                broken = Broken("the log", f"entry {at}", expected=ours, found=said, remedy=_KEEP)
                broken.step = (6, ENTRY)
                raise broken
            due = "no date is promised" if receipt.due is None else f"an answer is promised by {stamp(receipt.due)}"
            told = f"entry {at}: number {receipt.number}, {receipt.kind}, filed {stamp(receipt.filed)}; {due}"
            return Step(6, ENTRY, 1, (told,))
    broken = Broken(
        "the log", "entries", expected=f"an entry with {sha256}", found=None,
        remedy="A filing is in the log some seconds after it was confirmed. If it is still missing in an hour, keep "
        "the receipt and complain to the commission: it is signed evidence.",
    )  # fmt: skip
    broken.step = (6, ENTRY)
    raise broken
