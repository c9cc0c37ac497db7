"""Whether a voter's entry is in the published list: their proof, the facts of that version, and the log.

1 to 4  the log itself, as for everything that is public
5       the facts of the version have the digest that is in the log, and name the root over all entries
6       the entry of the proof is under that root
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from auditor.verify.findings import Broken, Step, Unusable, Verification
from auditor.verify.log_steps import CHECKPOINT, Log, check_entries, check_head, check_tiles, check_witnesses
from auditor.verify.sources import Source, need, object_of, open_source
from auditor.verify.voter_steps import TIZME
from shailoo.errors import Refused
from shailoo.records.log_entry import VoterListEntry
from shailoo.records.voter_commitment import VoterProof, verify_voter
from shailoo.records.voter_proof import read_voter_proof

FACTS = "The facts of this version of the list are those in the log"
ENTRY = "The entry is in this version of the list"
_KEEP = "Keep the proof and these bytes, and complain to the commission: they are evidence."


@dataclass(frozen=True, slots=True)
class AskedEntry:
    """The proof, where to look, and what came to the reader another way."""

    proof: bytes
    target: str
    vkey: str | None = None
    witnesses: tuple[str, ...] = ()


def verify_entry(asked: AskedEntry) -> Verification:
    """Verify one proof. Raises Unusable for what cannot be verified at all, BadVoterProof for what is no proof."""
    proof = read_voter_proof(asked.proof)
    source = open_source(asked.target)
    report = Verification(source.name)
    if source.read(CHECKPOINT) is None:
        raise Unusable("There is no transparency log here: nothing binds these files.", target=source.name)
    try:
        _steps(source, asked, proof, report)
    except Broken as broken:
        report.broken = broken
        report.broken_step = broken.step or report.broken_step
    return report


def _steps(source: Source, asked: AskedEntry, proof: VoterProof, report: Verification) -> None:
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
    report.broken_step = (5, FACTS)
    root, size = _root_of(source, log, proof.committed.number)
    report.steps.append(Step(5, FACTS, 1))
    report.broken_step = (6, ENTRY)
    report.steps.append(_check(proof, root, size))


def _root_of(source: Source, log: Log, number: int) -> tuple[bytes, int]:
    """The root over the entries of a version, and how many there are, as the log binds them. Raises Broken."""
    path = f"{TIZME}/data/list/{number:06d}.json"
    entry = next((one for one in log.entries if isinstance(one, VoterListEntry) and one.number == number), None)
    if entry is None:
        raise Broken(path, "the log", expected=f"an entry for version {number}", found=None, remedy=_KEEP)
    data = need(source, path)
    found = sha256(data).hexdigest()
    if found != entry.sha256:
        raise Broken(path, "whole file", expected=entry.sha256, found=found, remedy=_KEEP)
    facts = object_of(path, data)
    return bytes.fromhex(str(facts["salted_root"])), int(facts["voters"]) + int(facts["queued"])


def _check(proof: VoterProof, root: bytes, size: int) -> Step:
    """The entry under the root. Raises Broken."""
    if proof.size != size:
        raise Broken("the proof", "size", expected=size, found=proof.size, remedy=_KEEP)
    try:
        verify_voter(proof, root)
    except Refused as error:
        raise Broken("the proof", "path", expected=f"root {root.hex()}", found=error.sentence, remedy=_KEEP) from error
    told = proof.committed
    where = f"on the list of station {told.station}" if told.station else "in the queue for a station"
    return Step(6, ENTRY, 1, (f"version {told.number}: the person of this proof is {where}",))
