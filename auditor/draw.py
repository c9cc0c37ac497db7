"""Stations for a hand recount, drawn with dice that were thrown in public. Anyone repeats the draw with `sha256sum`.

For counter = 1, 2, 3, ... the SHA-256 of the four lines

    shailoo-draw-1
    <SHA-256 of the list, hexadecimal>
    <the throws, one space between them>
    <counter>

is read as a whole number of 256 bits. A number in the last, incomplete run of `n` below 2**256 is passed over, so that
every station is equally likely (Rivest's sampler takes the remainder at once; its bias is far too small to matter, but
then one has to argue that it is). The remainder by `n`, plus one, is the place in the list; a station that was drawn
before is passed over.

The list is fixed before the throws, and the throws before the draw: whoever controls one of them controls nothing. The
same draw is made in the browser by the Check page.
"""

from __future__ import annotations

import re
from hashlib import sha256

from shailoo.errors import Refused
from shailoo.model.base import Frozen

FEWEST_THROWS = 20
"""More than 51 bits: nobody tries all throws beforehand and looks for a list that would suit them."""
_RANGE = 1 << 256


class BadDraw(Refused):
    """The throws or the number of stations cannot be used."""

    code = "bad-draw"


class Drawn(Frozen):
    """One station, in the order of the draw: its place in the list from 1, and the counter that drew it."""

    station: str
    place: int
    counter: int


def read_throws(text: str) -> str:
    """The throws of a die as they go into the draw: digits 1 to 6, one space between them. Raises BadDraw."""
    throws = re.sub(r"[\s,;]", "", text)
    if not re.fullmatch(r"[1-6]*", throws):
        raise BadDraw("A throw of a die is a digit from 1 to 6.")
    if len(throws) < FEWEST_THROWS:
        raise BadDraw(
            "Too few throws: somebody could try them all beforehand.", throws=len(throws), fewest=FEWEST_THROWS
        )
    return " ".join(throws)


def draw(stations: tuple[str, ...], manifest_sha256: str, throws: str, count: int) -> tuple[Drawn, ...]:
    """Draw `count` different stations, each set of them equally likely. Raises BadDraw."""
    seed = read_throws(throws)
    size = len(stations)
    if not 1 <= count <= size:
        raise BadDraw("So many stations cannot be drawn from this list.", count=count, stations=size)
    whole = _RANGE - _RANGE % size
    found: dict[int, Drawn] = {}
    counter = 0
    while len(found) < count:
        counter += 1
        number = int.from_bytes(sha256(draw_text(manifest_sha256, seed, counter).encode()).digest(), "big")
        at = number % size
        if number < whole and at not in found:
            found[at] = Drawn(station=stations[at], place=at + 1, counter=counter)
    return tuple(found.values())


def draw_text(manifest_sha256: str, seed: str, counter: int) -> str:
    """What is hashed for one number."""
    return f"shailoo-draw-1\n{manifest_sha256}\n{seed}\n{counter}\n"
