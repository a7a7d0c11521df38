"""Numbers permuted within domains of any size: a Feistel network over batches, with cycle walking.

The idea of FF1 (NIST SP 800-38G): ten rounds of a keyed function, here AES on blocks that hold half of the number. The
halves are numbers below the root of the domain, and what falls outside of the domain is permuted again until it is
inside (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002, the generalised Feistel and cycle
walking). It is not FF1 itself: batches of many domains at once are what makes it quick.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import lru_cache
from math import isqrt

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ROUNDS = 10
LARGEST = 2**96
"""Sizes stay below this: half of a number then has 48 bits, and 64 random bits spread evenly enough over it."""
_ROUND_BITS = 56


class Permutation:
    """One secret permutation for each size of domain (and each tweak); `key` has 32 bytes."""

    def __init__(self, key: bytes) -> None:
        # AES makes random bits of a block here, it encrypts no message: no two blocks need to hide that they are equal
        self._cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305

    def permuted(self, numbers: Sequence[int], sizes: Sequence[int], tweaks: Sequence[int] | None = None) -> list[int]:
        """Each number of 0 to its size - 1 as another one of these; `tweaks` (below 2**56) choose among permutations.
        """
        tweaks = tweaks or [0] * len(numbers)
        found = self._once(numbers, sizes, tweaks)
        outside = [i for i, number in enumerate(found) if number >= sizes[i]]
        while outside:
            again = self._once([found[i] for i in outside], [sizes[i] for i in outside], [tweaks[i] for i in outside])
            for i, number in zip(outside, again, strict=True):
                found[i] = number
            outside = [i for i in outside if found[i] >= sizes[i]]
        return found

    def _once(self, numbers: Sequence[int], sizes: Sequence[int], tweaks: Sequence[int]) -> list[int]:
        """The network over the smallest square that holds each domain."""
        roots = list(map(_root, sizes))
        lefts = list(map(int.__floordiv__, numbers, roots))
        rights = list(map(int.__mod__, numbers, roots))
        blocks = array("Q", bytes(16 * len(roots)))
        for turn in range(ROUNDS):
            blocks[0::2] = array("Q", rights)
            blocks[1::2] = array("Q", [turn << _ROUND_BITS | tweak for tweak in tweaks])
            bits = array("Q", self._cipher.update(blocks.tobytes()))[0::2]
            lefts, rights = rights, [(left + more) % root
                                     for left, more, root in zip(lefts, bits, roots, strict=True)]
        return [left * root + right for left, right, root in zip(lefts, rights, roots, strict=True)]


@lru_cache(maxsize=4096)
def _root(size: int) -> int:
    """The side of the smallest square that holds a domain."""
    return isqrt(size - 1) + 1
