"""Puts approved copies among the public files, and takes away what is public no more.

An approved copy lies in the object store under its digest. It becomes public by a second name for the same bytes (a
hard link), or, where the two folders are on different disks, by a copy that is renamed into place; either way a reader
sees all of it or nothing. Its digest is checked before the public name is made. The link makes the object readable for
whoever serves the public folder; sealed originals and copies that wait keep the rights of the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.documents_state import PROOF
from shailoo.ids import Digest
from shailoo.records.canonical import digest as digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builder.documents_state import Copy, Document, Documents
    from shailoo.ports import ObjectStore, PublicFiles


class PublicCopies:
    """The public files of approved documents. Without an object store there are none."""

    def __init__(self, public: PublicFiles, objects: ObjectStore | None) -> None:
        self._public = public
        self._objects = objects
        self._placed: set[tuple[str, str]] = set()
        """Files that were seen to, with their digests."""

    def place(self, documents: Iterable[Document]) -> int:
        """Make the public files of documents be there; answers how many were made.

        Raises NotFound or StorageFailed when the store has lost a copy.
        """
        made = 0
        for document in documents:
            if document.shown is not None:
                made += sum(self._place(path, sha256) for path, sha256 in document.files(document.shown[0]))
        return made

    def clear(self, documents: Iterable[Document]) -> None:
        """Take away the files of earlier versions and of withdrawn documents, unless another document has the same."""
        known = list(documents)
        kept = _names(known)
        for document in known:
            for copy in document.gone:
                for path in _with_proof(document, copy):
                    if path not in kept:
                        self._remove(path)

    def sweep(self, documents: Documents, *, held: bool) -> None:
        """Take away whatever in the folder of documents no record makes public.

        `held`: pages show an older state until the election passes the gate again, so what was replaced since stays;
        what was withdrawn goes.
        """
        kept = public_names(documents, held=held)
        folder = f"data/{documents.election.id}/document"
        for name in self._public.names(folder):
            if f"{folder}/{name}" not in kept:
                self._remove(f"{folder}/{name}")

    def _remove(self, path: str) -> None:
        self._public.remove(path)
        self._placed = {placed for placed in self._placed if placed[0] != path}

    def _place(self, path: str, sha256: str) -> bool:
        if self._objects is None:
            return False
        if (path, sha256) in self._placed:
            return False
        made = self._put(path, sha256, self._objects)
        self._placed.add((path, sha256))
        return made

    def _put(self, path: str, sha256: str, objects: ObjectStore) -> bool:
        present = self._public.read(path)
        file = getattr(objects, "file", None)
        link = getattr(self._public, "link", None)
        if present is not None and digest_of(present) == sha256:
            return False
        data = objects.get(Digest(sha256))
        if file is not None and link is not None:
            try:
                return bool(link(path, file(Digest(sha256))))
            except OSError:  # another disk, or a disk without links
                pass
        return self._public.write(path, data)


def public_names(documents: Documents, *, held: bool) -> set[str]:
    """Every file of a document that may be public, proofs in the log included; `held` as in `PublicCopies.sweep`."""
    names = _names(documents.all())
    if held:
        names |= {
            path
            for document in documents.all()
            if not document.withdrawn
            for copy in document.gone
            for path in _with_proof(document, copy)
        }
    return names


def _names(documents: Iterable[Document]) -> set[str]:
    return {
        path
        for document in documents
        if document.shown is not None
        for path in _with_proof(document, document.shown[0])
    }


def _with_proof(document: Document, copy: Copy) -> list[str]:
    (pdf, _), *pages = document.files(copy)
    return [pdf, f"{pdf}{PROOF}", *(path for path, _ in pages)]
