"""Steps 5, 6 and 11: what the log names lies in public, what lies in public is in the log, and boxes signed it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from auditor.verify.findings import Broken
from auditor.verify.log_steps import Log
from auditor.verify.sources import Source, need, object_of, read_json
from auditor.verify.tally import Tally, Upload
from auditor.verify.texts import Unreadable, read_text
from shailoo.errors import Refused
from shailoo.model.election import Election
from shailoo.package import load_package
from shailoo.records.canonical import canonical_json
from shailoo.records.draw_manifest import manifest_bytes, manifest_of
from shailoo.records.log_entry import ActEntry, HeldEntry, LogEntry, ReportEntry
from shailoo.records.note import BadSignature, SignedNote, Verifier
from shailoo.records.tlog_proof import Policy, TlogProof
from shailoo.rules.rulebook import LIST_RULES, RULES

_KEEP = "Keep the file: it is evidence. Compare with a copy that somebody took earlier, and complain to the commission."
_GONE = "The log says that this was public. Ask the commission where it is; who has a copy can show it by this digest."
_STRANGER = "Nothing in the log tells of this file, so nobody can say when it came. Ask the commission."
_FORGED = "The box did not sign this text. Compare with the tape that was handed out at the station, and complain."


@dataclass(slots=True)
class Public:
    """One election as its files and its log entries tell it."""

    election: Election
    entries: list[tuple[int, LogEntry]]
    acts: list[Mapping[str, Any]]
    tally: Tally
    texts: dict[str, list[Upload]] = field(default_factory=dict)
    """Station -> every public text."""
    packed: dict[str, bytes] = field(default_factory=dict)
    """Files of the package by name."""

    @property
    def folder(self) -> str:
        """Where its data lie."""
        return f"data/{self.election.id}"


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(data).hexdigest()


def open_election(source: Source, log: Log, name: str) -> Public:
    """The package of an election and the entries about it. Raises Broken."""
    entries = [(at, entry) for at, entry in enumerate(log.entries) if getattr(entry, "election", "") == name]
    path = f"data/{name}/package.zip"
    data = need(source, path)
    logged = next((entry.sha256 for _, entry in reversed(entries) if entry.type == "package"), None)
    if digest(data) != logged:
        raise Broken(path, "whole file", expected=logged, found=digest(data), remedy=_KEEP)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            packed = {item.partition("/")[2]: archive.read(item) for item in archive.namelist()}
        election = load_package(packed)
    except (zipfile.BadZipFile, Refused) as error:
        raise Broken(path, "contents", expected="an election package", found=str(error)[:300], remedy=_KEEP) from error
    if election.id != name:
        raise Broken(path, "election", expected=name, found=election.id, remedy=_KEEP)
    public = Public(election, entries, [], Tally(election), packed=packed)
    _check_opening(public, logged or "")
    return public


def _check_opening(public: Public, package: str) -> None:
    """The digests of the rules and of the zero state follow from the package."""
    election = public.election
    names = {one.rule for one in election.contests} | {one.list_rule for one in election.contests if one.list_rule}
    known = {**RULES, **LIST_RULES}
    rules = [{"citation": known[one].citation, "name": one, "version": known[one].version} for one in sorted(names)]
    zero = {"boxes": len(election.boxes), "election": election.id, "package": package}
    packages = sum(entry.type == "package" for _, entry in public.entries)
    for at, entry in public.entries:
        if entry.type == "rules" and packages == 1 and entry.sha256 != digest(canonical_json(rules)):
            raise Broken(
                "log", f"entry {at}, rules", expected=digest(canonical_json(rules)), found=entry.sha256,
                remedy="The log was opened with other legal rules than this program knows; see which changed.",
            )  # fmt: skip
        if entry.type == "zero-state" and packages == 1 and entry.sha256 != digest(canonical_json(zero)):
            raise Broken(
                "log",
                f"entry {at}, zero state",
                expected=digest(canonical_json(zero)),
                found=entry.sha256,
                remedy=_KEEP,
            )


def check_files(source: Source, log: Log, publics: list[Public], key: Verifier) -> int:
    """Step 5: every public text, act and proof against its entry, and the other way. Raises Broken."""
    checked = 0
    for public in publics:
        checked += _check_manifest(source, public) + _check_acts(source, public)
        checked += _check_texts(source, public, log, key)
        _check_strangers(source, public)
    return checked


def _check_manifest(source: Source, public: Public) -> int:
    """The list for a draw follows from the package; nobody can have chosen it."""
    path = f"{public.folder}/draw-manifest.json"
    package = next(entry.sha256 for _, entry in reversed(public.entries) if entry.type == "package")
    expected, found = manifest_bytes(manifest_of(public.election, package)), need(source, path)
    if expected != found:
        raise Broken(path, "whole file", expected=digest(expected), found=digest(found), remedy=_KEEP)
    return 1


def _check_acts(source: Source, public: Public) -> int:
    path = f"{public.folder}/acts.json"
    logged = [(at, entry) for at, entry in public.entries if isinstance(entry, ActEntry)]
    data = source.read(path)
    if data is None and not logged:
        return 0
    acts = object_of(path, data if data is not None else need(source, path))["acts"]
    by_digest = {digest(canonical_json(act)): act for act in acts}
    for at, entry in logged:
        act = by_digest.pop(entry.sha256, None)
        if act is None:
            raise Broken(path, f"act {entry.number}", expected=f"{entry.sha256} (entry {at})", found=None, remedy=_GONE)
        public.acts.append(act)
    if by_digest:
        extra = next(iter(by_digest.values()))
        raise Broken(path, f"act {extra.get('number')}", expected="an entry of the log", found=None, remedy=_STRANGER)
    return len(logged)


def text_path(public: Public, entry: ReportEntry) -> str:
    """Where the text of an entry lies."""
    return f"{public.folder}/report/{entry.box}-{entry.kind}-{entry.sha256[:12]}.txt"


def _check_texts(source: Source, public: Public, log: Log, key: Verifier) -> int:
    wanted = list(_arrived(public))
    paths = [text_path(public, entry) for _, entry, _ in wanted]
    proofs = [f"{path}.tlog-proof" for path in paths]
    proved: set[str] = set()
    for (at, entry, sealed), (path, data), (_, proof) in zip(
        wanted, source.fetch(paths), source.fetch(proofs), strict=True
    ):
        if data is None:
            raise Broken(path, f"entry {at} of the log", expected=entry.sha256, found=None, remedy=_GONE)
        if digest(data) != entry.sha256 or len(data) != entry.bytes:
            raise Broken(path, f"whole file, entry {at}", expected=entry.sha256, found=digest(data), remedy=_KEEP)
        if path not in proved:
            proved.add(path)
            check_proof(f"{path}.tlog-proof", proof, log, at, Policy(key))
        _take(public, path, entry, sealed, data)
    known = {entry.sha256 for _, entry, _ in wanted}
    held = [(at, entry) for at, entry in public.entries if isinstance(entry, HeldEntry) and entry.box is not None]
    for at, held_entry in held:
        if held_entry.sha256 not in known:
            raise Broken("log", f"entry {at}, held", expected="the text that is held", found=None, remedy=_GONE)
    return 2 * len(wanted) + len(held)


def _arrived(public: Public) -> Iterator[tuple[int, ReportEntry, str]]:
    """Every text in the log with the digest of the sealed bytes that it came in: the arrival before it."""
    arrivals: dict[tuple[str, str], str] = {}
    for at, entry in public.entries:
        if entry.type == "arrival" and entry.box is not None:
            arrivals[entry.box, entry.kind] = entry.sha256
        elif isinstance(entry, ReportEntry):
            yield at, entry, arrivals.get((entry.box, "final" if entry.kind == "zero" else entry.kind), "")


def check_proof(path: str, data: bytes | None, log: Log, at: int, policy: Policy) -> None:
    """The proof beside a file is one of entry `at`, under a head of this log. Raises Broken."""
    if data is None:
        raise Broken(path, "whole file", expected=f"a proof of entry {at}", found=None, remedy=_GONE)
    try:
        proof = TlogProof.parse(data)
        signed, _ = proof.verify(log.leaves[at], policy)
    except Refused as error:
        raise Broken(path, "proof", expected=f"a proof of entry {at}", found=str(error), remedy=_KEEP) from error
    if proof.index != at or signed.head.size > log.head.size:
        raise Broken(path, "index", expected=at, found=proof.index, remedy=_KEEP)


def _take(public: Public, path: str, entry: ReportEntry, sealed: str, data: bytes) -> None:
    note = data.decode("utf-8", errors="replace").rpartition("\n\n")[0] + "\n"
    try:
        text = read_text(note)
    except Unreadable as error:
        raise Broken(
            path, "text", expected="a report by docs/report-text.md", found=str(error), remedy=_FORGED
        ) from error
    said = (text.kind, text.election, text.station, text.box)
    if said != (entry.kind, entry.election, entry.station, entry.box):
        raise Broken(
            path, "head of the text", expected=f"{entry.kind} of {entry.box}", found=" ".join(said), remedy=_KEEP
        )
    for contest, count in text.counts.items():
        known = public.election.contest_by_id.get(contest)
        numbers = tuple(option.no for option in known.options) if known is not None else None
        if count.votes is not None and tuple(no for no, _ in count.votes) != numbers:
            raise Broken(path, f"[{contest}]", expected="the lines of the ballot", found="other lines", remedy=_FORGED)
    public.texts.setdefault(entry.station, []).append(Upload(path, entry.sha256, sealed, text))
    box = public.tally.boxes.get(entry.box)
    if box is None:
        raise Broken(path, "box", expected="a box of the package", found=entry.box, remedy=_FORGED)
    if entry.kind in {"final", "annex"}:
        (box.finals if entry.kind == "final" else box.annexes).append(Upload(path, entry.sha256, sealed, text))


def _check_strangers(source: Source, public: Public) -> None:
    """A file that no entry tells of."""
    known = {text_path(public, entry) for _, entry in public.entries if isinstance(entry, ReportEntry)}
    for path in source.listed(f"{public.folder}/report") or ():
        if path.removesuffix(".tlog-proof") not in known:
            raise Broken(path, "whole file", expected="an entry of the log", found=None, remedy=_STRANGER)


def check_signatures(source: Source, public: Public) -> int:
    """Step 6: every text is signed by its box, with the key in the package that the log names. Raises Broken."""
    keys = {box.id: box.vkey for box in public.election.boxes}
    checked = 0
    for uploads in public.texts.values():
        for upload in uploads:
            verifier = Verifier.parse(keys[upload.text.box])
            try:
                SignedNote.parse(need(source, upload.file)).verify(verifier)
            except BadSignature as error:
                raise Broken(
                    upload.file, "signature", expected=f"a signature of {verifier.name}", found=error.sentence,
                    remedy=_FORGED,
                ) from error  # fmt: skip
            except Refused as error:
                raise Broken(upload.file, "note", expected="a signed note", found=str(error), remedy=_FORGED) from error
            checked += 1
    return checked


def check_pointer(source: Source, name: str) -> int:
    """Step 11: the data set behind the pointer has the digest of its name, and is what the overview says."""
    path = f"data/{name}/pointer.json"
    pointer = read_json(source, path)
    target = str(pointer.get("overview", "")).removeprefix("/results/")
    match = re.fullmatch(rf"data/{name}/at/([0-9a-f]{{32}})\.json", target)
    if match is None:
        raise Broken(path, "overview", expected=f"data/{name}/at/<digest>.json", found=target, remedy=_KEEP)
    data = need(source, target)
    if digest(data)[:32] != match[1]:
        raise Broken(target, "whole file", expected=match[1], found=digest(data)[:32], remedy=_KEEP)
    if pointer.get("held_since") is None and data != source.read(f"data/{name}/overview.json"):
        raise Broken(
            target, "whole file", expected=f"the bytes of data/{name}/overview.json", found="others", remedy=_KEEP
        )
    return 2


def check_archive(source: Source, name: str) -> int:
    """Step 11 too: the archive of open data holds the very files beside it."""
    folder = f"data/{name}"
    packed = source.read(f"{folder}/open-data.zip")
    if packed is None:
        return 0
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
        for item in names:
            inner = item.partition("/")[2]
            if inner != "README.txt" and archive.read(item) != source.read(f"{folder}/{inner}"):
                raise Broken(
                    f"{folder}/open-data.zip", inner, expected=f"the bytes of {folder}/{inner}", found="other bytes",
                    remedy=_KEEP,
                )  # fmt: skip
    return len(names)


def finish(public: Public, disputed: list[str]) -> None:
    """Apply the acts and add up; `disputed` are boxes published as in conflict."""
    for box in disputed:
        if box in public.tally.boxes:
            public.tally.boxes[box].disputed = len(public.tally.boxes[box].finals) > 1
    for act in public.acts:
        public.tally.apply(act["measures"])
    public.tally.add_up()
