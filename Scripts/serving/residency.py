"""More experts than memory: what it costs to use all of them in turn."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from asking import Answer, completion, prompt
from figures import Target, median, say
from load import closed
from served import Away, Served

Found = tuple[list[Target], dict[str, Any]]


@dataclass(frozen=True)
class Bench:
    """What the parts of the measurement share."""

    bin: Path | None
    registry: Path
    scratch: Path
    threads: int
    seed: int
    # Names of tasks, all released.
    names: list[str]
    # --expert-memory that holds a quarter of them, and one that holds all.
    quarter: int
    whole: int
    kv_memory: str

    def server(self, memory: int, *more: str) -> Served:
        words = ["--threads", str(self.threads), "--kv-memory", self.kv_memory, "--expert-memory", str(memory), *more]
        return Served(self.bin, self.registry, words, self.scratch)


def one_each(bench: Bench, number: int, tokens: int) -> list[tuple[str, dict[str, Any]]]:
    chance = random.Random(f"{bench.seed}/{number}")
    return [completion(name, prompt(32, chance), tokens) for name in bench.names]


def sized(bin: Path | None, registry: Path, scratch: Path, threads: int, seed: int, names: list[str], bytes: int, kv_memory: str) -> Bench:
    """How much memory an expert takes is the server's to say: one with too little for all is used once with each, and what is resident then
    is counted."""
    guess = max(1, len(names) * bytes // 2)
    bench = Bench(bin, registry, scratch, threads, seed, names, guess, guess, kv_memory)
    with bench.server(guess) as server:
        answers, _ = closed(server.port, 8, one_each(bench, -1, 1))
        refuse_failures(answers, server)
        resident = server.metrics().total("expert_resident")
    if not 0 < resident < len(names):
        raise Away(f"some but not all of {len(names)} experts resident in {guess} bytes expected, got {resident:.0f}. Use more --versions")
    each = guess / resident
    return replace(bench, quarter=round(each * len(names) / 4), whole=round(each * len(names) * 2))


def refuse_failures(answers: list[Answer], server: Served) -> None:
    failed = [answer for answer in answers if answer.failed]
    if failed:
        raise Away(f"{len(failed)} of {len(answers)} requests failed, the first with {failed[0].error or failed[0].status}")


def part(bench: Bench, rounds: int, workers: int, tokens: int, tolerance: float) -> Found:
    """Every expert once a round, in turn: the worst order for a cache that keeps what was used last. Two servers take turns, one of which
    holds all of them; the first round of both is not counted."""
    speeds: dict[str, list[float]] = {"quarter": [], "whole": []}
    memory: list[int] = []
    with ExitStack() as stack:
        # No two prompts begin alike here, and a prefix cache that fills would be taken for growth.
        servers = {kind: stack.enter_context(bench.server(memory_for, "--no-prefix-cache"))
                   for kind, memory_for in [("quarter", bench.quarter), ("whole", bench.whole)]}
        failed = 0
        for number in range(rounds + 1):
            for kind in (["quarter", "whole"] if number % 2 else ["whole", "quarter"]):
                answers, seconds = closed(servers[kind].port, workers, one_each(bench, number, tokens))
                failed += sum(answer.failed for answer in answers)
                speeds[kind].append(sum(answer.tokens for answer in answers) / seconds)
            time.sleep(0.2)
            memory.append(servers["quarter"].resident())
            say(f"round {number} of {rounds}: {speeds['quarter'][-1]:.0f} beside {speeds['whole'][-1]:.0f} tokens a second, "
                f"{memory[-1] / 1e6:.1f} MB")
        metrics = servers["quarter"].metrics()
        resident = metrics.total("expert_resident")
        loads, evictions = metrics.total("expert_loads_total", result="ok"), metrics.total("expert_evictions_total")
        held = servers["whole"].metrics().total("expert_resident")
    ratios = [one / other for one, other in zip(speeds["quarter"][1:], speeds["whole"][1:])]
    targets = [
        Target("throughput with memory for a quarter beside all resident", median(ratios), 0.5, at_least=True),
        Target("loads that are neither resident nor counted as evictions", abs(loads - resident - evictions), 0),
        Target("evictions", evictions, 1, at_least=True),
        Target("growth of memory behind the first round", max(memory[1:]) / memory[0] - 1, tolerance),
        Target("requests that failed", failed, 0),
    ]
    return targets, {"expertMemory": {"quarter": bench.quarter, "whole": bench.whole}, "tokensPerSecond": speeds, "ratios": ratios,
                     "residentBytes": memory, "resident": {"quarter": resident, "whole": held}, "loads": loads, "evictions": evictions}
