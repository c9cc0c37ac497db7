"""The file with which a voter shows that their entry is in a published version of the list.

Canonical JSON with `proof`: `shailoo-voter-proof-1`, what is committed of the person, `salt`, `index` and `size` of the
leaf in the tree, and its `path`, from the leaf up (`shailoo.records.voter_commitment`). What was not written by us is
not read.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, ValidationError

from shailoo.errors import Refused
from shailoo.model.base import Frozen
from shailoo.records.canonical import NotCanonical, canonical_json, read_canonical_json
from shailoo.records.voter_commitment import Committed, VoterProof

FORMAT: Final = "shailoo-voter-proof-1"
MOST_BYTES: Final = 8192
_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Name = Annotated[str, StringConstraints(max_length=100)]


class BadVoterProof(Refused):
    """The file is no proof of an entry as this software writes it."""

    code = "bad-voter-proof"


class _File(Frozen):
    proof: Literal["shailoo-voter-proof-1"]
    list: Annotated[int, Field(ge=1, le=999_999)]
    person: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    surname: _Name
    name: _Name
    patronymic: _Name
    birth: date
    station: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,6}$")]
    salt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    index: Annotated[int, Field(ge=0)]
    size: Annotated[int, Field(ge=1)]
    path: Annotated[tuple[_Hash, ...], Field(max_length=64)]


def write_voter_proof(proof: VoterProof) -> bytes:
    """The file of a proof, with a line end."""
    told = proof.committed
    facts = {
        "proof": FORMAT,
        "list": told.number,
        "person": told.person,
        "surname": told.surname,
        "name": told.name,
        "patronymic": told.patronymic,
        "birth": told.birth.isoformat(),
        "station": told.station,
        "salt": proof.salt.hex(),
        "index": proof.index,
        "size": proof.size,
        "path": [one.hex() for one in proof.path],
    }
    return canonical_json(facts) + b"\n"


def read_voter_proof(data: bytes) -> VoterProof:
    """Read what `write_voter_proof` writes. Raises BadVoterProof."""
    try:
        if len(data) > MOST_BYTES:
            raise BadVoterProof("This file is longer than any proof of an entry.", bytes=len(data))
        read_canonical_json(data.removesuffix(b"\n"))
        file = _File.model_validate_json(data)
    except (NotCanonical, ValidationError) as error:
        raise BadVoterProof("This is not a proof of an entry as the cabinet gives it.") from error
    told = Committed(file.list, file.person, file.surname, file.name, file.patronymic, file.birth, file.station)
    path = tuple(bytes.fromhex(one) for one in file.path)
    read = VoterProof(told, bytes.fromhex(file.salt), file.index, file.size, path)
    if write_voter_proof(read) != data:
        raise BadVoterProof("This proof is spelled otherwise than the cabinet writes it.")
    return read
