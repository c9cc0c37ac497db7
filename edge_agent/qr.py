"""The QR code on the tape: an address in three segments, so that base 32 gets the dense alphanumeric mode.

`#` is not in the alphanumeric set; alone in a byte segment it costs three characters instead of forcing all into byte
mode.
"""

from __future__ import annotations

from collections.abc import Iterator

import segno
from segno import consts

from edge_agent.errors import PrinterFailed

LARGEST_VERSION = 25
LEVEL = "m"
QUIET = 4
"""Light modules around the code (ISO/IEC 18004)."""


def qr_matrix(address: str) -> tuple[tuple[bool, ...], ...]:
    """Return the dark modules of the code for an address, row by row, without the quiet zone.

    Raises PrinterFailed for an address that needs more than version 25 at level M: phones read no denser code from
    thermal paper.
    """
    page, mark, code = address.partition("#")
    segments: list[object] = [page, (mark, consts.MODE_BYTE), code]
    try:
        qr = segno.make(segments, error=LEVEL, boost_error=False, micro=False)  # type: ignore[arg-type]  # takes segments
    except segno.DataOverflowError as error:
        raise PrinterFailed("The code is too large for the tape.", characters=len(address)) from error
    if int(qr.version) > LARGEST_VERSION:
        raise PrinterFailed("The code is too large for the tape.", characters=len(address))
    return tuple(tuple(module != 0 for module in row) for row in qr.matrix)


def qr_lines(address: str) -> Iterator[str]:
    """Draw the code for a terminal: two modules above each other in one character, dark on light."""
    matrix = qr_matrix(address)
    width = len(matrix) + 2 * QUIET
    blank = (False,) * width
    rows = [blank] * QUIET + [blank[:QUIET] + row + blank[:QUIET] for row in matrix] + [blank] * (QUIET + 1)
    for upper, lower in zip(rows[::2], rows[1::2], strict=False):
        yield "".join(_HALVES[one, other] for one, other in zip(upper, lower, strict=True))


_HALVES = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
