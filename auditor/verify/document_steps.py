"""Step 5 for scanned papers: every approved copy in the log is public, was replaced by a later one, or has a tombstone.

And the other way: every file of a copy is named by the table of documents, and every line of that table by the log.
"""

from __future__ import annotations

import re

from auditor.verify.data_steps import rows_of
from auditor.verify.files_steps import Public, check_proof, digest
from auditor.verify.findings import Broken
from auditor.verify.log_steps import Log
from auditor.verify.sources import Source, need
from shailoo.records.canonical import canonical_json
from shailoo.records.log_entry import DocumentEntry, WithdrawalEntry
from shailoo.records.note import Verifier
from shailoo.records.tlog_proof import Policy

_GONE = "The log says that this paper was public, and neither a later copy nor a reason stands in its place. Ask why."
_CHANGED = "The copy is not the one that an official approved. Keep both and complain; the original lies sealed."
_STRANGER = "Nobody has approved this file as far as the log tells. Ask the commission where it came from."
_PAGE = re.compile(r"-p[1-9][0-9]*\.jpg$")
Paper = tuple[str, str, str, str]
"""Station (empty for none), kind, part (empty for none), digest of the original."""


def check_documents(source: Source, public: Public, log: Log, key: Verifier) -> int:
    """Compare the copies of an election with their entries. Returns how many were looked at. Raises Broken."""
    approved: dict[Paper, tuple[int, DocumentEntry]] = {}
    withdrawn: dict[str, list[tuple[int, WithdrawalEntry]]] = {}
    for at, entry in public.entries:
        if isinstance(entry, DocumentEntry):
            approved[entry.station or "", entry.kind, entry.part or "", entry.original] = at, entry
        elif isinstance(entry, WithdrawalEntry):
            withdrawn.setdefault(entry.original, []).append((at, entry))
    path = f"{public.folder}/documents.csv"
    data = source.read(path)
    if data is None and not approved and not withdrawn:
        return 0
    rows = rows_of(path, data if data is not None else need(source, path))
    lines = {(row["station"], row["kind"], row["part"], row["original_sha256"]): row for row in rows}
    files = _check_lines(source, path, lines, approved)
    proofs = _check_proofs(source, public, files, log, Policy(key))
    _check_withdrawals(path, rows, withdrawn)
    for paper, (at, entry) in approved.items():
        row = lines.get(paper)
        if row is None or (row["sha256"] != entry.sha256 and row["state"] != "withdrawn"):
            found = row["sha256"] if row is not None else None
            raise Broken(path, _name(paper), expected=f"{entry.sha256} (entry {at})", found=found, remedy=_GONE)
    _check_strangers(source, public, files)
    return len(lines) + len(approved) + len(files) + proofs


def _check_lines(
    source: Source, path: str, lines: dict[Paper, dict[str, str]], approved: dict[Paper, tuple[int, DocumentEntry]]
) -> set[str]:
    """Every line with a file against its entry and its bytes; returns the files."""
    shown = {paper: row for paper, row in lines.items() if row["file"]}
    files = {paper: row["file"].removeprefix("/results/") for paper, row in shown.items()}
    for (paper, row), (file, data) in zip(shown.items(), source.fetch(files.values()), strict=True):
        known = approved.get(paper)
        if known is None or known[1].sha256 != row["sha256"]:
            expected = known[1].sha256 if known is not None else "an entry of the log"
            raise Broken(path, _name(paper), expected=expected, found=row["sha256"], remedy=_STRANGER)
        if data is None:
            raise Broken(file, f"entry {known[0]} of the log", expected=known[1].sha256, found=None, remedy=_GONE)
        if digest(data) != row["sha256"] or len(data) != known[1].bytes:
            raise Broken(
                file, f"whole file, entry {known[0]}", expected=row["sha256"], found=digest(data), remedy=_CHANGED
            )
    return set(files.values())


def _check_proofs(source: Source, public: Public, files: set[str], log: Log, policy: Policy) -> int:
    """Every copy lies under the name that the log gives it, beside the proof of its latest entry."""
    numbers = {_copy_name(public, entry): at for at, entry in public.entries if isinstance(entry, DocumentEntry)}
    paths = sorted(files)
    for file, (path, proof) in zip(paths, source.fetch(f"{file}.tlog-proof" for file in paths), strict=True):
        at = numbers.get(file)
        if at is None:
            raise Broken(file, "name", expected="the name that the log gives it", found=file, remedy=_STRANGER)
        check_proof(path, proof, log, at, policy)
    return len(paths)


def _check_withdrawals(
    path: str, rows: list[dict[str, str]], withdrawn: dict[str, list[tuple[int, WithdrawalEntry]]]
) -> None:
    """A tombstone for every withdrawal, with the very reason that was logged; and no other."""
    told = {
        digest(canonical_json({"original": row["original_sha256"], "reason": row["reason"]})): row["original_sha256"]
        for row in rows
        if row["state"] == "withdrawn"
    }
    logged = {entry.sha256: (at, entry) for entries in withdrawn.values() for at, entry in entries}
    for sha256, (at, entry) in logged.items():
        if sha256 not in told:
            raise Broken(
                path, f"withdrawn {entry.original}", expected=f"the reason of entry {at}", found=None, remedy=_GONE
            )
    for sha256, original in told.items():
        if sha256 not in logged:
            raise Broken(path, f"withdrawn {original}", expected="an entry of the log", found=None, remedy=_STRANGER)


def _check_strangers(source: Source, public: Public, files: set[str]) -> None:
    starts = {file.removesuffix(".pdf") for file in files}
    for file in source.listed(f"{public.folder}/document") or ():
        if _PAGE.sub("", file).removesuffix(".tlog-proof").removesuffix(".pdf") not in starts:
            raise Broken(file, "whole file", expected="a line of documents.csv", found=None, remedy=_STRANGER)


def _copy_name(public: Public, entry: DocumentEntry) -> str:
    name = "-".join(filter(None, (entry.station or "election", entry.kind, entry.part, entry.sha256[:12])))
    return f"{public.folder}/document/{name}.pdf"


def _name(paper: Paper) -> str:
    station, kind, part, original = paper
    return " ".join(filter(None, (station, kind, part, f"original {original[:12]}")))
