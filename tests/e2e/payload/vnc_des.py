# SPDX-License-Identifier: GPL-2.0-or-later
"""VncAuth's response to a challenge (RFC 6143, 7.2.2): DES, as FIPS 46-3 has it, for 16 bytes."""


def _rows(start, count):
    return [start + 2 * row - 8 * column for row in range(count) for column in range(8)]


# The permutations, with the standard's numbering: bit 1 is the first.
INITIAL = _rows(58, 4) + _rows(57, 4)
FINAL = [INITIAL.index(i + 1) + 1 for i in range(64)]
EXPANSION = [(4 * row + column - 1) % 32 + 1 for row in range(8) for column in range(6)]
P = [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
     2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25]
PC1 = [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3,
       60, 52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45,
       37, 29, 21, 13, 5, 28, 20, 12, 4]
PC2 = [14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41,
       52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32]
SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]
S = [[int(digit, 16) for digit in box] for box in (
    "e4d12fb83a6c5907" "0f74e2d1a6cb9538" "41e8d62bfc973a50" "fc8249175b3ea06d",
    "f18e6b34972dc05a" "3d47f28ec01a69b5" "0e7ba4d158c6932f" "d8a13f42b67c05e9",
    "a09e63f51dc7b428" "d709346a285ecbf1" "d6498f30b12c5ae7" "1ad069874fe3b52c",
    "7de3069a1285bc4f" "d8b56f03472c1ae9" "a690cb7df13e5284" "3f06a1d8945bc72e",
    "2c417ab6853fd0e9" "eb2c47d150fa3986" "421bad78f9c5630e" "b8c71e2d6f09a453",
    "c1af92680d34e75b" "af427c9561de0b38" "9ef528c3704a1db6" "432c95fabe17608d",
    "4b2ef08d3c975a61" "d0b7491ae35c2f86" "14bdc37eaf680592" "6bd814a7950fe23c",
    "d2846fb1a93e50c7" "1fd8a374c56b0e92" "7b419ce206adf358" "21e74a8dfc90356b")]


def _bits(data):
    return [byte >> 7 - i & 1 for byte in data for i in range(8)]


def _round(right, key):
    mixed = [right[i - 1] ^ k for i, k in zip(EXPANSION, key)]
    out = []
    for box in range(8):
        six = mixed[6 * box:6 * box + 6]
        row = 2 * six[0] + six[5]
        value = S[box][16 * row + 8 * six[1] + 4 * six[2] + 2 * six[3] + six[4]]
        out += [value >> 3 & 1, value >> 2 & 1, value >> 1 & 1, value & 1]
    return [out[i - 1] for i in P]


def encrypt(key, block):
    """One block of 8 bytes with a key of 8 bytes."""
    key = [_bits(key)[i - 1] for i in PC1]
    c, d = key[:28], key[28:]
    text = [_bits(block)[i - 1] for i in INITIAL]
    left, right = text[:32], text[32:]
    for shift in SHIFTS:
        c, d = c[shift:] + c[:shift], d[shift:] + d[:shift]
        subkey = [(c + d)[i - 1] for i in PC2]
        left, right = right, [a ^ b for a, b in zip(left, _round(right, subkey))]
    out = [(right + left)[i - 1] for i in FINAL]
    return bytes(sum(bit << 7 - i for i, bit in enumerate(out[8 * n:8 * n + 8]))
                 for n in range(8))


def vnc_response(password, challenge):
    """VncAuth takes each byte of the key with its bits the other way round."""
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in password.encode()[:8].ljust(8, b"\0"))
    return encrypt(key, challenge[:8]) + encrypt(key, challenge[8:])
