"""A sealing key split among trustees as lists of words (SLIP-39, by its reference implementation).

Each share is 33 words of a list of 1,024, of which the last three are a checksum: a mistyped word is found before
anything is combined. Fewer shares than are needed say nothing of the key. No error of this module tells a word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.constants import CHECKSUM_LENGTH_WORDS, CUSTOMIZATION_STRING_EXTENDABLE, RADIX_BITS
from shamir_mnemonic.rs1024 import create_checksum
from shamir_mnemonic.wordlist import WORDLIST

from shailoo.errors import Refused
from shailoo.model.sharing import FEWEST_NEEDED, MOST_SHARES, Sharing
from shailoo.records.seal import sealing_key_id

WORDS: Final = 33
"""Of a share of a key of 32 bytes."""
_SHORTEST = 4
"""No two words of the list begin with the same four letters."""
_BY_BEGINNING = {word[:_SHORTEST]: word for word in WORDLIST}


class BadSplit(Refused):
    """A key cannot be split like this."""

    code = "bad-split"


class BadWords(Refused):
    """These words are no share: one is not in the list, some are missing, or one is another word than was written."""

    code = "bad-words"


class OtherShare(Refused):
    """A right share, but of another key or of another splitting."""

    code = "other-share"


class SameShareTwice(Refused):
    """One trustee's words were given twice."""

    code = "same-share-twice"


class TooFewShares(Refused):
    """Not as many trustees as the backup needs."""

    code = "too-few-shares"


class OtherKey(Refused):
    """The shares fit together, and what they give is another key than the one that was asked for."""

    code = "other-key"


@dataclass(frozen=True, slots=True)
class TrusteeShare:
    """The words of one trustee, read and found whole. Its text is a secret: it is shown to its trustee alone."""

    number: int
    """From 1."""
    needed: int
    set: int
    words: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<share {self.number}, {self.needed} needed>"

    @property
    def checksum(self) -> str:
        """16 hexadecimal digits that belong to these words alone; they say nothing about them."""
        return hashlib.sha256(f"shailoo-share-1\n{' '.join(self.words)}\n".encode()).hexdigest()[:16]


def split(
    key: X25519PrivateKey, *, needed: int, shares: int, elections: Sequence[str], now: datetime
) -> tuple[Sharing, tuple[TrusteeShare, ...]]:
    """Split a key: any `needed` of the `shares` bring it back. Raises BadSplit.

    The shares are combined again before they are returned, each one in some set, so that none was made wrong.
    """
    if not FEWEST_NEEDED <= needed <= shares <= MOST_SHARES:
        raise BadSplit(
            "At least 2 trustees must be needed, at most all of them, and there are at most 16: with 1 needed each "
            "would hold the whole key.",
            needed=needed,
            shares=shares,
        )
    lists = generate_mnemonics(1, [(needed, shares)], key.private_bytes_raw(), iteration_exponent=0)[0]
    made = tuple(read_words(one) for one in lists)
    public = key.public_key()
    sharing = Sharing(
        key=sealing_key_id(public),
        public=public.public_bytes_raw().hex(),
        elections=tuple(elections),
        set=made[0].set,
        needed=needed,
        shares=shares,
        checksums=tuple(one.checksum for one in made),
        made=now,
    )
    for first in range(shares):
        combine(sharing, [made[(first + at) % shares] for at in range(needed)])
    return sharing, made


def read_words(text: str) -> TrusteeShare:
    """Read the words of one trustee; the first four letters of each will do. Raises BadWords."""
    typed = text.lower().split()
    words = []
    for at, word in enumerate(typed, 1):
        known = _BY_BEGINNING.get(word[:_SHORTEST]) if len(word) >= _SHORTEST else word
        if known is None or known not in WORDLIST or not known.startswith(word):
            raise BadWords("A word is not in the list of words. Compare it with the page, letter by letter.", word=at)
        words.append(known)
    if len(words) != WORDS:
        raise BadWords("A share has 33 words. Count the lines of the page.", words=len(words))
    try:
        share = Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        wrong = _wrong_word([WORDLIST.index(word) for word in words])
        if wrong is not None:
            raise BadWords("One word is another than on the page, most likely this one.", word=wrong) from None
        raise BadWords(
            "Each word is in the list, but together they are no share: several are other words than on the page, or "
            "two changed places."
        ) from None  # the library's own sentence tells words
    return TrusteeShare(share.index + 1, share.member_threshold, share.identifier, tuple(words))


def _wrong_word(words: list[int]) -> int | None:
    """Which single word, put right, would make the checksum right; None if there is not exactly one.

    The checksum is linear: what a changed bit does to it does not depend on the other bits.
    """
    broken = _syndrome(words)
    found = []
    for at in range(len(words)):
        effects = []
        for bit in range(RADIX_BITS):
            changed = [*words[:at], words[at] ^ (1 << bit), *words[at + 1 :]]
            effects.append(_syndrome(changed) ^ broken)
        reached = {0}
        for effect in effects:
            reached |= {one ^ effect for one in reached}
        if broken in reached:
            found.append(at + 1)
    return found[0] if len(found) == 1 else None


def _syndrome(words: list[int]) -> int:
    data, checksum = words[:-CHECKSUM_LENGTH_WORDS], words[-CHECKSUM_LENGTH_WORDS:]
    value = 0
    for right, found in zip(create_checksum(data, CUSTOMIZATION_STRING_EXTENDABLE), checksum, strict=True):
        value = value << RADIX_BITS | (right ^ found)
    return value


def check_share(sharing: Sharing, share: TrusteeShare) -> None:
    """Hold one trustee's words against the manifest. Raises OtherShare."""
    if share.set != sharing.set or share.needed != sharing.needed or share.number > sharing.shares:
        raise OtherShare(
            "These are right words, but of another splitting or another key.", key=sharing.key, share=share.number
        )
    if sharing.checksums[share.number - 1] != share.checksum:
        raise OtherShare("These words are not those that were handed out.", key=sharing.key, share=share.number)


def combine(sharing: Sharing, shares: Sequence[TrusteeShare]) -> X25519PrivateKey:
    """Bring the key back from the words of as many trustees as are needed, or more.

    Raises OtherShare or SameShareTwice (fact: share), TooFewShares, OtherKey.
    """
    seen: dict[int, TrusteeShare] = {}
    for share in shares:
        check_share(sharing, share)
        if share.number in seen:
            raise SameShareTwice("One trustee's words came twice; another trustee is needed.", share=share.number)
        seen[share.number] = share
    if len(seen) < sharing.needed:
        raise TooFewShares("More trustees are needed.", needed=sharing.needed, given=len(seen), key=sharing.key)
    chosen = [" ".join(share.words) for share in list(seen.values())[: sharing.needed]]
    try:
        key = X25519PrivateKey.from_private_bytes(combine_mnemonics(chosen))
    except (MnemonicError, ValueError):
        raise OtherKey("These shares do not fit together.", key=sharing.key) from None  # as in read_words
    if sealing_key_id(key.public_key()) != sharing.key or key.public_key().public_bytes_raw().hex() != sharing.public:
        raise OtherKey(
            "The shares fit together, but give another key than the manifest names.",
            wanted=sharing.key,
            found=sealing_key_id(key.public_key()),
        )
    return key
