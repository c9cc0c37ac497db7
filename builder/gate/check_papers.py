"""Holds pages and files against the gate's own view of documents: all that may be seen is there, and nothing else."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from builder.gate.disagreement import PageDisagrees

if TYPE_CHECKING:
    from builder.gate.disagreement import About
    from builder.gate.facts import Facts
    from builder.gate.readback import PageRead


def check_papers(page: PageRead, html: str, facts: Facts, about: About, path: str) -> None:
    """A page points to the files of public copies that belong to it, and has no digest of another copy.

    Raises PageDisagrees, naming the first address or digest.
    """
    if about.page not in {"station", "documents"}:
        if page.documents:
            raise PageDisagrees("A document on a page that has none.", page=path, file=min(page.documents))
        return
    station = about.place if about.page == "station" else None
    allowed = facts.papers.addresses(station)
    if page.documents != allowed:
        raise PageDisagrees(
            "The documents on the page are not those that may be seen.",
            page=path, file=min(page.documents ^ allowed),
        )  # fmt: skip
    _nothing_unseen(html, facts.papers.unseen(station), path)


def check_papers_file(facts: Facts, path: str, data: bytes) -> None:
    """A table of documents has a row for each that came, and the digest of a copy only where it may be seen."""
    text = data.decode()
    tec = path.removeprefix(f"data/{facts.election.id}/documents").strip("/").rpartition(".")[0]
    stations = [station.no for station in facts.stations("tec", tec)]
    for station in stations:
        _nothing_unseen(text, facts.papers.unseen(station), path)
    if not path.endswith(".csv"):
        return
    found: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        key = f"{row['kind']}:{row['part']}:{row['original_sha256']}"
        if found.setdefault(row["station"], {}).setdefault(key, row["sha256"]) != row["sha256"]:
            raise PageDisagrees("A document stands twice in a data file.", page=path, document=key)
    for station in stations:
        wanted = {key: seen.pdf if seen else "" for key, seen in facts.papers.documents(station).items()}
        if found.pop(station, {}) != wanted:
            raise PageDisagrees("A data file has other documents than the records.", page=path, station=station)
    if found:
        raise PageDisagrees("A data file has documents of other stations.", page=path, station=min(found))


def _nothing_unseen(text: str, unseen: set[str], path: str) -> None:
    shown = next((digest for digest in sorted(unseen) if digest[:12] in text), None)
    if shown is not None:
        raise PageDisagrees("A page knows a copy that nobody may see.", page=path, sha256=shown)
