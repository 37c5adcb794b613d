"""Which text is held out and which window comes when (docs/pretraining.md, "Text and tokens" and "Which windows when")."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

sys.path.append(str(Path(__file__).resolve().parent.parent))
from protocol_streams import MASK, RandomStream  # noqa: E402

BLOCK = 1024


def fnv(text: str) -> int:
    """FNV-1a 64 of the UTF-8 bytes: how a random stream starts."""
    return RandomStream(text).state


def is_held_out(text: str, share: float = 0.002) -> bool:
    return fnv(text) % 10_000 < share * 10_000


def window_count(tokens: int, length: int) -> int:
    """Windows of `length` inputs; the last input has a target too."""
    return max(tokens - 1, 0) // length


class Permutation:
    """A Feistel network with cycle walking: a permutation of 0..<count of which nothing but six keys is remembered."""

    def __init__(self, count: int, seed: int, source: str, length: int, epoch: int):
        if count < 1:
            raise ValueError(f"source {source} has no window of {length} tokens")
        self.count, self.half = count, 1
        while 1 << 2 * self.half < count:
            self.half += 1
        stream = RandomStream(seed, "windows", source, length, epoch)
        self.keys = [stream.next() for _ in range(6)]

    def round(self, right: int, key: int) -> int:
        z = (right + key) & MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return (z ^ (z >> 31)) & ((1 << self.half) - 1)

    def __getitem__(self, x: int) -> int:
        while True:
            left, right = x >> self.half, x & ((1 << self.half) - 1)
            for key in self.keys:
                left, right = right, left ^ self.round(right, key)
            x = left << self.half | right
            if x < self.count:
                return x


@dataclass(frozen=True)
class Source:
    name: str
    tokens: int  # of its training stream


@dataclass(frozen=True)
class Stage:
    steps: int
    length: int
    weights: list[float]  # one for each source


def shares(weights: list[float], places: int = BLOCK) -> list[int]:
    """The largest remainders."""
    total = 0.0
    for weight in weights:  # sum() would add more exactly than other languages do
        total += weight
    exact = [weight / total * places for weight in weights]
    counts = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda j: (-(exact[j] - counts[j]), j))
    for j in order[:places - sum(counts)]:
        counts[j] += 1
    return counts


def block(seed: int, stage: int, number: int, weights: list[float]) -> list[int]:
    """The sources of a block's places."""
    places = [j for j, count in enumerate(shares(weights)) for _ in range(count)]
    return RandomStream(seed, "mixture", stage, number).shuffle(places)


def windows(seed: int, sources: list[Source], stages: list[Stage], windows_a_step: int) -> Iterator[tuple[int, int]]:
    """(source, window) of every place of the run, in order."""
    permutations: dict[tuple[int, int, int], Permutation] = {}
    taken: dict[tuple[int, int], int] = {}  # (source, length) → windows taken so far, in all stages
    for number, stage in enumerate(stages):
        counts = [window_count(source.tokens, stage.length) for source in sources]
        for place in range(stage.steps * windows_a_step):
            if place % BLOCK == 0:
                places = block(seed, number, place // BLOCK, stage.weights)
            j = places[place % BLOCK]
            k = taken.get((j, stage.length), 0)
            taken[j, stage.length] = k + 1
            key = (j, stage.length, k // counts[j] if counts[j] else 0)
            if key not in permutations:
                permutations[key] = Permutation(counts[j], seed, sources[j].name, *key[1:])
            yield j, permutations[key][k % counts[j]]
