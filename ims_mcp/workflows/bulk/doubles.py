"""Which rows stand there twice, in 8 bytes a row: hashes, not rows, in one open table of machine words."""

from __future__ import annotations

from array import array

_SMALLEST = 1 << 12
_WORD = (1 << 64) - 1


class SeenTexts:
    """A set of texts by their 64-bit hashes. Two that differ are taken for one with a chance of 3 in 100 million
    among a million."""

    def __init__(self) -> None:
        self._table = array("Q", bytes(8 * _SMALLEST))
        self._count = 0

    def add(self, text: str) -> bool:
        """True for a text that was not there before."""
        if not _put(self._table, hash_text(text)):
            return False
        self._count += 1
        if self._count * 2 > len(self._table):
            self._grow()
        return True

    def count_bytes(self) -> int:
        """What the table takes."""
        return self._table.itemsize * len(self._table)

    def _grow(self) -> None:
        wider = array("Q", bytes(16 * len(self._table)))
        for word in self._table:
            if word:
                _put(wider, word)
        self._table = wider


def hash_text(text: str) -> int:
    """64 bits, never 0, for this process alone: Python keys it anew in each, so that nobody can choose texts that
    collide."""
    return hash(text) & _WORD or 1


def _put(table: array[int], word: int) -> bool:
    mask = len(table) - 1
    index = word & mask
    while there := table[index]:
        if there == word:
            return False
        index = (index + 1) & mask
    table[index] = word
    return True
