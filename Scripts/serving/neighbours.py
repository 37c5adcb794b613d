"""What one expert's users feel of another's: of one that is asked all the time, and of those that are loaded."""

from __future__ import annotations

import random
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from asking import Answer, ask, completion, prompt
from figures import Target, quantile, say, spread
from load import Worked
from residency import Bench, Found
from scrape import mean_between


def each_second(server_port: int, name: str, seconds: float, seed: str, rate: float = 1) -> list[Answer]:
    """One request a second for one token, sent when it is due."""
    chance, start, answers = random.Random(seed), time.monotonic(), []
    for number in range(round(seconds * rate)):
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        answers.append(ask(server_port, completion(name, prompt(16, chance), 1)))
    return answers


def hot(bench: Bench, seconds: float, workers: int) -> Found:
    """A cold expert at one request a second, alone and beside a hot one that takes all it gets. A request is for one token: longer answers
    would measure that a full step takes longer than an empty one, which nobody denies. Whoever asks the cold one is a process of its own: in
    one with the hot one's threads it would wait for these, too, before it sees its answer."""
    with bench.server(bench.whole) as server, ProcessPoolExecutor(1, get_context("spawn")) as apart:
        first, second = bench.names[:2]
        apart.submit(each_second, server.port, second, 2, "warm-up", rate=10).result()
        idle = apart.submit(each_second, server.port, second, seconds, f"{bench.seed}/idle").result()

        def busy(number: int) -> tuple[str, dict[str, Any]]:
            chance = random.Random(f"{bench.seed}/hot/{number}")
            return completion(first, prompt(chance.randint(8, 64), chance), chance.randint(16, 64))

        with Worked(server.port, workers, busy) as worked:
            time.sleep(2)
            before = server.metrics()
            beside = apart.submit(each_second, server.port, second, seconds, f"{bench.seed}/beside").result()
            after = server.metrics()
    step = mean_between(before, after, "inter_token_latency_seconds")
    alone = quantile([answer.e2el for answer in idle], 0.95)
    cold = quantile([answer.e2el for answer in beside], 0.95)
    failed = sum(answer.failed for answer in [*idle, *beside, *worked.answers])
    say(f"cold p95 {1000 * cold:.1f} ms beside a hot expert, {1000 * alone:.1f} ms alone, a step {1000 * step:.1f} ms")
    return [
        Target("cold p95 beside a hot expert, of 2 · p95 alone + one step", cold / (2 * alone + step), 1),
        Target("requests that failed", failed, 0),
    ], {"seconds": seconds, "workers": workers, "stepSeconds": step, "alone": spread([answer.e2el for answer in idle]),
        "beside": spread([answer.e2el for answer in beside]), "hotRequests": len(worked.answers)}


def gaps_by_window(answers: list[Answer], windows: list[tuple[str, float, float]]) -> dict[str, list[float]]:
    """Times between two tokens, by the kind of the window in which the second came."""
    found: dict[str, list[float]] = {kind: [] for kind, _, _ in windows}
    for answer in answers:
        for earlier, later in zip(answer.times, answer.times[1:]):
            for kind, start, end in windows:
                if start <= later < end:
                    found[kind].append(later - earlier)
    return found


def loads(bench: Bench, windows: int, seconds: float, streams: int, rate: float) -> Found:
    """Streams run all the time. In every other window experts are asked that are not there and have to be loaded, in the others such that
    are: so the requests themselves weigh the same in both."""
    with bench.server(bench.quarter) as server:
        models = {model["id"]: model["accrete"] for model in server.models() if model["id"] in set(bench.names)}
        there = [name for name in bench.names if models[name]["resident"]]
        absent = [name for name in bench.names if not models[name]["resident"]]
        fresh = len(absent)
        # A server that preloads nothing has them after they were asked once.
        for name in bench.names[:streams + 1] if len(there) <= streams else []:
            ask(server.port, completion(name, "of the", 1))
            there, absent = [*there, name], [each for each in absent if each != name]
        busy, known = there[:streams], there[streams]
        spans: list[tuple[str, float, float]] = []
        first: list[Answer] = []
        again: list[Answer] = []

        def stream(number: int) -> tuple[str, dict[str, Any]]:
            chance = random.Random(f"{bench.seed}/{number}")
            return completion(busy[number % len(busy)], prompt(16, chance), 256, stream=True)

        with Worked(server.port, streams, stream) as worked:
            time.sleep(1)
            for number in range(2 * windows):
                kind = "loading" if number % 2 else "quiet"
                start = time.monotonic()
                while time.monotonic() < start + seconds:
                    due = time.monotonic() + 1 / rate
                    if kind == "loading":
                        name = absent.pop(0)
                        first.append(ask(server.port, completion(name, "of the", 1)))
                        absent.append(name)
                        # Out again, so that it is absent when its turn comes, and does not push out those of the streams.
                        server.get(f"/admin/v1/experts/{models[name]['digest']}:unload", admin=True, method="POST")
                    else:
                        again.append(ask(server.port, completion(known, "of the", 1)))
                    time.sleep(max(0.0, due - time.monotonic()))
                spans.append((kind, start, time.monotonic()))
        took = server.metrics()
    gaps = gaps_by_window(worked.answers, spans)
    quiet, loading = quantile(gaps["quiet"], 0.99), quantile(gaps["loading"], 0.99)
    failed = sum(answer.failed for answer in [*first, *again, *worked.answers])
    return [
        Target("p95 of seconds from asking an expert that is not loaded to its first token", quantile([each.e2el for each in first], 0.95), 0.05),
        Target("p99 between the tokens of others while experts are loaded, beside quiet", loading / quiet if quiet else float("nan"), 1.1),
        Target("requests that failed", failed, 0),
    ], {"loads": spread([each.e2el for each in first]), "loaded": spread([each.e2el for each in again]), "firstLoads": min(len(first), fresh),
        "between": {kind: spread(found) for kind, found in gaps.items()}, "streams": streams,
        "loadSeconds": took.total("expert_load_seconds_sum") / max(1.0, took.total("expert_load_seconds_count"))}
