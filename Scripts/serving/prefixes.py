"""Prompts that begin alike."""

from __future__ import annotations

import random
from contextlib import ExitStack

from asking import ask, completion, prompt
from figures import Target, median, spread
from residency import Bench, Found


def prompts(seed: int, count: int, words: int, share: float) -> list[str]:
    """Of these, the same beginning in all."""
    same = prompt(round(words * share), random.Random(f"{seed}/shared"))
    return [f"{same} {prompt(words - round(words * share), random.Random(f'{seed}/own/{number}'))}" for number in range(count)]


def part(bench: Bench, count: int, words: int, share: float) -> Found:
    """The time to the first token with the prefix cache beside that without, one request at a time, two servers in turns."""
    texts = prompts(bench.seed, count + 1, words, share)
    times: dict[str, list[float]] = {"with": [], "without": []}
    failed = 0
    with ExitStack() as stack:
        servers = {"with": stack.enter_context(bench.server(bench.whole, "--prefix-cache")),
                   "without": stack.enter_context(bench.server(bench.whole, "--no-prefix-cache"))}
        for number, text in enumerate(texts):
            for kind in (["with", "without"] if number % 2 else ["without", "with"]):
                answer = ask(servers[kind].port, completion(bench.names[0], text, 2, stream=True))
                failed += answer.failed
                # The first fills the cache.
                if number:
                    times[kind].append(answer.ttft)
        metrics = servers["with"].metrics()
        part_cached = metrics.total("prefix_cache_hits_total") / max(1.0, metrics.total("prefix_cache_queries_total"))
    return [
        Target("median time to the first token with the prefix cache beside without", median(times["with"]) / median(times["without"]), 0.3),
        Target("requests that failed", failed, 0),
    ], {"words": words, "shared": share, "cachedPartOfPrompts": part_cached, **{kind: spread(found) for kind, found in times.items()}}
