# SPDX-License-Identifier: GPL-2.0-or-later
"""DES (FIPS 46-3), one block at a time, as VNC uses it: each byte of a key is mirrored."""

import functools


def _rows(start, count):
    return [start + 2 * row - 8 * column for row in range(count) for column in range(8)]


# The tables number bits as the standard does: 1 is the first.
INITIAL = _rows(58, 4) + _rows(57, 4)
FINAL = [INITIAL.index(i) + 1 for i in range(1, 65)]
EXPANSION = [(4 * row + column - 1) % 32 + 1 for row in range(8) for column in range(6)]
P = [16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
     2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25]
PC1 = [57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3,
       60, 52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45,
       37, 29, 21, 13, 5, 28, 20, 12, 4]
PC2 = [14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41,
       52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32]
SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]
S_BOXES = [[int(digit, 16) for digit in box] for box in (  # four rows of sixteen each
    "e4d12fb83a6c5907" "0f74e2d1a6cb9538" "41e8d62bfc973a50" "fc8249175b3ea06d",
    "f18e6b34972dc05a" "3d47f28ec01a69b5" "0e7ba4d158c6932f" "d8a13f42b67c05e9",
    "a09e63f51dc7b428" "d709346a285ecbf1" "d6498f30b12c5ae7" "1ad069874fe3b52c",
    "7de3069a1285bc4f" "d8b56f03472c1ae9" "a690cb7df13e5284" "3f06a1d8945bc72e",
    "2c417ab6853fd0e9" "eb2c47d150fa3986" "421bad78f9c5630e" "b8c71e2d6f09a453",
    "c1af92680d34e75b" "af427c9561de0b38" "9ef528c3704a1db6" "432c95fabe17608d",
    "4b2ef08d3c975a61" "d0b7491ae35c2f86" "14bdc37eaf680592" "6bd814a7950fe23c",
    "d2846fb1a93e50c7" "1fd8a374c56b0e92" "7b419ce206adf358" "21e74a8dfc90356b")]
FILE_KEY = bytes((23, 82, 107, 6, 35, 78, 88, 7))  # of vncpasswd: everybody knows it


def _bits(data):
    return [byte >> 7 - i & 1 for byte in data for i in range(8)]


def _permute(bits, table):
    return [bits[i - 1] for i in table]


@functools.lru_cache(16)
def _round_keys(key):
    bits, keys = _permute(_bits(key), PC1), []
    c, d = bits[:28], bits[28:]
    for shift in SHIFTS:
        c, d = c[shift:] + c[:shift], d[shift:] + d[:shift]
        keys.append(_permute(c + d, PC2))
    return keys


def _round(right, key):
    mixed = [a ^ b for a, b in zip(_permute(right, EXPANSION), key)]
    out = []
    for i, box in enumerate(S_BOXES):
        a, *column, f = mixed[6 * i:6 * i + 6]
        row = 2 * a + f
        value = box[16 * row + sum(bit << 3 - n for n, bit in enumerate(column))]
        out += [value >> shift & 1 for shift in (3, 2, 1, 0)]
    return _permute(out, P)


def _encrypt(key, block):
    bits = _permute(_bits(block), INITIAL)
    left, right = bits[:32], bits[32:]
    for round_key in _round_keys(key):
        left, right = right, [a ^ b for a, b in zip(left, _round(right, round_key))]
    out = _permute(right + left, FINAL)
    return int("".join(map(str, out)), 2).to_bytes(8, "big")


def _mirror(key):
    return bytes(int(format(byte, "08b")[::-1], 2) for byte in key)


def _padded(password):
    return password.encode()[:8].ljust(8, b"\0")


def vnc_response(password, challenge):
    """What a viewer answers to the 16 bytes of a challenge (RFC 6143, 7.2.2)."""
    key = _mirror(_padded(password))
    return _encrypt(key, challenge[:8]) + _encrypt(key, challenge[8:])


def vnc_password_file(*passwords):
    """What vncpasswd writes for the password, and for the view-only one if there is one."""
    return b"".join(_encrypt(_mirror(FILE_KEY), _padded(password)) for password in passwords)
