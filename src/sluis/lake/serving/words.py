"""Which rows hold a word: per chunk of rows the words in it, and per word the rows, in two bytes each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sluis.lake.serving import CHUNK
from sluis.lake.serving.container import Array, Opened


class Words:
    """`vocabulary` is every word in order, between line ends; a word's number is its place there."""

    def __init__(self, file: Opened) -> None:
        self.rows: int = file.told["rows"]
        self._vocabulary = file.array("vocabulary").tobytes()
        self._numbers, self._ends = file.array("numbers"), file.array("ends")
        self._chunks, self._places = file.array("chunks"), file.array("places")

    @cached_property
    def _word_starts(self) -> Array:
        return np.flatnonzero(np.frombuffer(self._vocabulary, np.uint8) == ord("\n"))

    def exact(self, word: str) -> list[int]:
        """The number of a word, when it occurs at all."""
        at = self._vocabulary.find(f"\n{word}\n".encode())
        return [] if at < 0 else [int(np.searchsorted(self._word_starts, at))]

    def holding(self, part: str) -> list[int]:
        """The numbers of all words with this in them."""
        sought, found, at = part.encode(), [], 0
        while (at := self._vocabulary.find(sought, at)) >= 0:
            number = int(np.searchsorted(self._word_starts, at)) - 1
            found.append(number)
            at = int(self._word_starts[number + 1])
        return found

    def any_of(self, numbers: Sequence[int]) -> "Holding":
        return Holding(self, np.array(sorted(numbers), np.uint32))

    def lists(self, chunk: int, wanted: Array) -> list[Array]:
        """Per wanted word that occurs in this chunk the places of its rows there."""
        first, end = self._chunks[chunk : chunk + 2].tolist()
        here = self._numbers[first:end]
        at = np.searchsorted(here, wanted)
        inside = at < len(here)
        hits = at[inside]
        hits, ends = hits[here[hits] == wanted[inside]], self._ends
        return [self._places[int(ends[first + hit]) : int(ends[first + hit + 1])] for hit in hits.tolist()]


@dataclass(frozen=True)
class Holding:
    """Rows with at least one of these words."""

    words: Words
    wanted: Array

    def chunks(self) -> Sequence[int] | None:
        return None if len(self.wanted) else ()

    def mask(self, chunk: int) -> Array:
        found = np.zeros(min(CHUNK, self.words.rows - chunk * CHUNK), bool)
        for places in self.words.lists(chunk, self.wanted):
            found[places] = True
        return found
