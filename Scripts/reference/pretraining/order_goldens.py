"""Goldens of integers: order of windows, permutations, held-out texts, who visits whom."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

from data import Permutation, RandomStream, Source, Stage, fnv, is_held_out, shares, window_count, windows
from routing import assign, capacity

PLACES = 3000


def digest(rows: list) -> str:
    """FNV-1a 64, in decimal, of lines of numbers: one row a line, its numbers separated by single spaces, each line ended by \\n."""
    return str(fnv("".join(" ".join(map(str, row)) + "\n" for row in rows)))


def order_case(seed: int, sources: list[Source], stages: list[Stage], windows_a_step: int) -> dict:
    pairs = list(islice(windows(seed, sources, stages, windows_a_step), PLACES))
    assert len(pairs) == PLACES, f"{len(pairs)} places"
    return {
        "seed": seed, "windows_a_step": windows_a_step,
        "sources": [{"name": s.name, "tokens": s.tokens} for s in sources],
        "stages": [{"steps": s.steps, "length": s.length, "weights": s.weights, "places_a_block": shares(s.weights),
                    "windows": [window_count(source.tokens, s.length) for source in sources]} for s in stages],
        "first": pairs[:50], "digest": digest(pairs)}


def orders() -> list[dict]:
    web, books, code = Source("web", 200_001), Source("books", 5_000), Source("程序", 70_123)
    return [
        # One source of 100 windows: 30 epochs.
        order_case(0, [Source("text", 12_801)], [Stage(1000, 128, [1.0])], 3),
        # Remainders of equal size, a source of weight 0, one of few windows.
        order_case(7, [web, books, code], [Stage(750, 64, [0.7, 0.3, 0.0])], 4),
        # A last stage with another mixture, whose order goes on; then a longer sequence, then the shorter one again.
        order_case(18446744073709551615, [web, books, code],
                   [Stage(150, 64, [3.0, 1.0, 1.0]), Stage(100, 64, [1.0, 1.0, 1.0]), Stage(50, 512, [0.25, 0.25, 0.5]),
                    Stage(75, 64, [0.0, 1.0, 2.0])], 8),
    ]


def permutations() -> list[dict]:
    result = []
    for count in (1, 2, 3, 10, 1000, 70_000):
        for seed, source, length, epoch in ((0, "text", 128, 0), (7, "größe", 2048, 3)):
            permutation = Permutation(count, seed, source, length, epoch)
            values = [permutation[k] for k in range(count)]
            assert sorted(values) == list(range(count)), f"no permutation of {count}"
            result.append({"seed": seed, "source": source, "length": length, "epoch": epoch, "count": count,
                           "keys": [str(key) for key in permutation.keys], "first": values[:20],
                           "digest": digest([[value] for value in values])})
    return result


def held_out() -> dict:
    texts = ["a", " ", "\n", "The quick brown fox jumps over the lazy dog.", "混元大模型", "e\u0301", "\u00e9", "🙂", "line\nline\r\n", "\u0000"]
    number = 0
    while len(texts) < 20:  # these are held out at the default
        text = f"document {number}"
        if is_held_out(text):
            texts.append(text)
        number += 1
    texts += [f"document {k}" for k in range(10)]
    rates = [0.0, 0.0011, 0.002, 0.1, 1.0]
    return {"shares": rates, "texts": [{"text": t, "fnv": str(fnv(t)), "held_out": [is_held_out(t, r) for r in rates]} for t in texts]}


def routings() -> list[dict]:
    result = []

    def add(tokens: int, experts: int, active: int, factor: float, minimum: int, recycles: bool, skew: int, number: int) -> None:
        stream = RandomStream(7, "choices", number)
        choices = []
        for _ in range(tokens):
            row: list[int] = []
            while len(row) < active:
                expert = min(stream.below(experts) for _ in range(skew))  # the larger, the more crowded are the first experts
                if expert not in row:
                    row.append(expert)
            choices.append(row)
        limit = capacity(tokens, experts, active, factor, minimum)
        key = (7, "recycle", number, number % 3, number % 5)
        assigned = assign(choices, experts, limit, RandomStream(*key) if recycles else None)
        visits = [sum(row.count(e) for row in assigned) for e in range(experts)]
        assert max(visits) <= limit
        assert all(len(set(row) - {-1}) == sum(e >= 0 for e in row) for row in assigned), "a token visits an expert twice"
        result.append({
            "seed": 7, "step": key[2], "micro_batch": key[3], "layer": key[4], "experts": experts, "active": active, "factor": factor,
            "minimum": minimum, "overflow": "recycle" if recycles else "drop", "capacity": limit, "choices": choices,
            "assigned": assigned})

    shapes = [(24, 4, 1, 1.0, 1), (24, 4, 1, 1.25, 8), (5, 4, 1, 0.5, 1), (17, 6, 2, 1.0, 1), (17, 6, 2, 0.7, 2), (12, 3, 2, 1.0, 1),
              (12, 3, 3, 1.0, 1), (30, 8, 4, 1.1, 1), (1, 2, 1, 1.25, 8), (40, 16, 2, 1.0, 8), (33, 5, 3, 0.9, 1)]
    for tokens, experts, active, factor, minimum in shapes:
        for recycles in (True, False):
            for skew in (1, 3):
                add(tokens, experts, active, factor, minimum, recycles, skew, len(result))
    recycled = [r for r in result if r["overflow"] == "recycle" and r["active"] > 1 and r["factor"] >= 1]
    assert any(-1 in row for r in recycled for row in r["assigned"]), "no slot without a place that it may take"
    return result


def write(out: Path) -> None:
    for name, value in (("order", orders()), ("permutations", permutations()), ("held-out", held_out()), ("routing", routings())):
        text = json.dumps(value, ensure_ascii=name == "held-out")
        (out / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{name}.json: {len(text)} bytes")
