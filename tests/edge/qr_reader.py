"""A QR reader for tests, written from ISO/IEC 18004 and not from the encoder: it sees only modules, dark or light."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Matrix = Sequence[Sequence[bool]]
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
BLOCKS_M = {
    # version: groups of (blocks, data codewords in each), level M (table 9)
    5: [(2, 43)], 6: [(4, 27)], 7: [(4, 31)], 8: [(2, 38), (2, 39)], 9: [(3, 36), (2, 37)], 10: [(4, 43), (1, 44)],
    11: [(1, 50), (4, 51)], 12: [(6, 36), (2, 37)], 13: [(8, 37), (1, 38)], 14: [(4, 40), (5, 41)],
    15: [(5, 41), (5, 42)], 16: [(7, 45), (3, 46)], 17: [(10, 46), (1, 47)], 18: [(9, 43), (4, 44)],
    19: [(3, 44), (11, 45)], 20: [(3, 41), (13, 42)], 21: [(17, 42)], 22: [(17, 46)], 23: [(4, 47), (14, 48)],
    24: [(6, 45), (14, 46)], 25: [(8, 47), (13, 48)],
}  # fmt: skip
MASKS = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _: i % 2 == 0,
    lambda _, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)


def read_qr(matrix: Matrix) -> tuple[int, str]:
    """Return version and text of a code of level M."""
    version = (len(matrix) - 17) // 4
    code = 0
    for i, j in [(8, j) for j in (0, 1, 2, 3, 4, 5, 7, 8)] + [(i, 8) for i in (7, 5, 4, 3, 2, 1, 0)]:
        code = code << 1 | matrix[i][j]
    code ^= 0b101010000010010
    assert code >> 13 == 0b00, "level M"
    bits = list(_modules(matrix, version, code >> 10 & 7))
    words = [int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits) - 7, 8)]
    return version, _text(_data(words, version), wide=version >= 10)


def _alignment(version: int) -> list[int]:
    if version == 1:
        return []
    count = version // 7 + 2
    step = 26 if version == 32 else (version * 4 + count * 2 + 1) // (count * 2 - 2) * 2
    return [6, *sorted(version * 4 + 10 - step * at for at in range(count - 1))]


def _reserved(version: int) -> set[tuple[int, int]]:
    size = version * 4 + 17
    taken = {(i, j) for i in range(9) for j in range(9)}
    taken |= {(i, j) for i in range(9) for j in range(size - 8, size)}
    taken |= {(i, j) for i in range(size - 8, size) for j in range(9)}
    taken |= {(6, j) for j in range(size)} | {(i, 6) for i in range(size)}
    places = _alignment(version)
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for i in places:
        for j in places:
            if (i, j) not in corners:
                taken |= {(i + di, j + dj) for di in range(-2, 3) for dj in range(-2, 3)}
    if version >= 7:
        taken |= {(i, j) for i in range(6) for j in range(size - 11, size - 8)}
        taken |= {(i, j) for i in range(size - 11, size - 8) for j in range(6)}
    return taken


def _modules(matrix: Matrix, version: int, mask: int) -> Iterator[int]:
    size, reserved, upwards = len(matrix), _reserved(version), True
    column = size - 1
    while column > 0:
        if column == 6:
            column -= 1
        for row in range(size - 1, -1, -1) if upwards else range(size):
            for j in (column, column - 1):
                if (row, j) not in reserved:
                    yield int(matrix[row][j]) ^ int(MASKS[mask](row, j))
        upwards = not upwards
        column -= 2


def _data(words: list[int], version: int) -> list[int]:
    lengths = [length for blocks, length in BLOCKS_M[version] for _ in range(blocks)]
    data: list[list[int]] = [[] for _ in lengths]
    stream = iter(words)
    for at in range(max(lengths)):
        for block, length in zip(data, lengths, strict=True):
            if at < length:
                block.append(next(stream))
    return [word for block in data for word in block]


def _text(data: list[int], *, wide: bool) -> str:
    """Read the segments; from version 10 their lengths take more bits."""
    bits = "".join(f"{word:08b}" for word in data)
    at, text = 0, ""

    def take(count: int) -> int:
        nonlocal at
        at += count
        return int(bits[at - count : at], 2)

    while at + 4 <= len(bits):
        match take(4):
            case 0b0010:
                count = take(11 if wide else 9)
                for _ in range(count // 2):
                    pair = take(11)
                    text += ALPHANUMERIC[pair // 45] + ALPHANUMERIC[pair % 45]
                if count % 2:
                    text += ALPHANUMERIC[take(6)]
            case 0b0100:
                text += bytes(take(8) for _ in range(take(16 if wide else 8))).decode()
            case 0:
                return text
            case mode:
                raise AssertionError(mode)
    return text
