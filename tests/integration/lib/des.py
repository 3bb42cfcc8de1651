# SPDX-License-Identifier: GPL-2.0-or-later
"""DES (FIPS 46-3), one block at a time, as VNC uses it: each byte of the key is mirrored."""

import functools

PC1 = (57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3,
       60, 52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37,
       29, 21, 13, 5, 28, 20, 12, 4)
PC2 = (14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41,
       52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32)
SHIFTS = (1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1)
INITIAL = tuple(b - 8 * i for b in (58, 60, 62, 64, 57, 59, 61, 63) for i in range(8))
FINAL = tuple(INITIAL.index(i) + 1 for i in range(1, 65))
EXPANSION = tuple((4 * i + j - 1) % 32 + 1 for i in range(8) for j in range(6))
PERMUTATION = (16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3,
               9, 19, 13, 30, 6, 22, 11, 4, 25)
# Each S-box as 64 hexadecimal digits: four rows of sixteen.
S_BOXES = (
    "e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d",
    "f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9",
    "a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c",
    "7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e",
    "2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453",
    "c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d",
    "4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c",
    "d2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b")


def permute(bits, table):
    return [bits[i - 1] for i in table]


def to_bits(data):
    return [byte >> (7 - i) & 1 for byte in data for i in range(8)]


def to_bytes(bits):
    return bytes(int("".join(map(str, bits[i:i + 8])), 2) for i in range(0, len(bits), 8))


@functools.lru_cache(16)
def schedule(key):
    bits = permute(to_bits(key), PC1)
    left, right = bits[:28], bits[28:]
    keys = []
    for shift in SHIFTS:
        left, right = left[shift:] + left[:shift], right[shift:] + right[:shift]
        keys.append(permute(left + right, PC2))
    return keys


def round_function(right, key):
    mixed = [a ^ b for a, b in zip(permute(right, EXPANSION), key)]
    result = []
    for i, box in enumerate(S_BOXES):
        six = mixed[6 * i:6 * i + 6]
        row, column = 2 * six[0] + six[5], int("".join(map(str, six[1:5])), 2)
        result += [int(digit) for digit in format(int(box[16 * row + column], 16), "04b")]
    return permute(result, PERMUTATION)


def encrypt_block(key, block, decrypt=False):
    bits = permute(to_bits(block), INITIAL)
    left, right = bits[:32], bits[32:]
    for round_key in schedule(key)[::-1 if decrypt else 1]:
        left, right = right, [a ^ b for a, b in zip(left, round_function(right, round_key))]
    return to_bytes(permute(right + left, FINAL))


def mirror(key):
    return bytes(int(format(byte, "08b")[::-1], 2) for byte in key)


def vnc_key(password):
    return mirror(password.encode()[:8].ljust(8, b"\0"))


def vnc_response(password, challenge):
    """What a viewer answers to the 16 bytes of a challenge (RFC 6143, 7.2.2)."""
    key = vnc_key(password)
    return encrypt_block(key, challenge[:8]) + encrypt_block(key, challenge[8:])


def vnc_password_file(*passwords):
    """What vncpasswd writes: each password encrypted with a key that everybody knows."""
    key = mirror(bytes((23, 82, 107, 6, 35, 78, 88, 7)))
    return b"".join(encrypt_block(key, p.encode()[:8].ljust(8, b"\0")) for p in passwords)
