"""What a version of the voter list promises about each person without telling anything of them.

    salt  = the first 16 bytes of SHA-256(key || person)       key: 32 random bytes of the version, kept secret
    entry = salt || canonical JSON of list, person, surname, name, patronymic, birth, station ("" in the queue)
    leaf  = SHA-256(0x00 || entry)                             RFC 9162, section 2.1.1

The root over all leaves, sorted by bytes, stands in the record of the version and so in the log. Whoever is given
their salt and path can see that they were on that list of that version; nobody can guess from the root, the leaves or
another's path who else was, because a guess at somebody's data lacks their salt.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from shailoo.records.canonical import canonical_json
from shailoo.records.tlog import leaf_hash, verify_inclusion

KEY_BYTES = 32
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Committed:
    """What is committed of one person in one version."""

    number: int
    person: str
    surname: str
    name: str
    patronymic: str
    birth: date
    station: str
    """`""` in the queue."""


@dataclass(frozen=True, slots=True)
class VoterProof:
    """What one person is given: it shows that they were in the version, and where."""

    committed: Committed
    salt: bytes
    index: int
    size: int
    path: tuple[bytes, ...]


def salt_of(key: bytes, person: str) -> bytes:
    """The salt of one person; without the version's key it cannot be told from chance."""
    return hashlib.sha256(key + person.encode()).digest()[:SALT_BYTES]


def commitment(salt: bytes, told: Committed) -> bytes:
    """The leaf: 32 bytes."""
    facts = {
        "birth": told.birth.isoformat(),
        "list": told.number,
        "name": told.name,
        "patronymic": told.patronymic,
        "person": told.person,
        "station": told.station,
        "surname": told.surname,
    }
    return leaf_hash(salt + canonical_json(facts))


def verify_voter(proof: VoterProof, root: bytes) -> None:
    """See that the person was in the version with this `salted_root`. Raises BadProof."""
    verify_inclusion(commitment(proof.salt, proof.committed), proof.index, proof.size, root, proof.path)
