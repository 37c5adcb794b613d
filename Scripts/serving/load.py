"""Many requests: so many at a time, or when they are due."""

from __future__ import annotations

import itertools
import queue
import random
import threading
import time
from contextlib import contextmanager
from typing import Any, Callable, Iterator

from asking import Answer, ask

Request = tuple[str, dict[str, Any]]


class Worked:
    """`workers` at a time, the next when one is done, until the block ends; `answers` has what came back, in the order of its end."""

    def __init__(self, port: int, workers: int, make: Callable[[int], Request]) -> None:
        self.port, self.make = port, make
        self.numbers = itertools.count()
        self.answers: list[Answer] = []
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(workers)]

    def work(self) -> None:
        while not self.ending.is_set():
            self.answers.append(ask(self.port, self.make(next(self.numbers))))

    def __enter__(self) -> Worked:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *rest: object) -> None:
        self.ending.set()
        for thread in self.threads:
            thread.join()


def closed(port: int, workers: int, requests: list[Request]) -> tuple[list[Answer], float]:
    """All of these, `workers` at a time, and the seconds that they took."""
    left: queue.SimpleQueue[Request] = queue.SimpleQueue()
    for request in requests:
        left.put(request)
    answers: list[Answer] = []

    def work() -> None:
        while True:
            try:
                request = left.get_nowait()
            except queue.Empty:
                return
            answers.append(ask(port, request))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, time.monotonic() - start


def arrivals(rate: float, seconds: float, chance: random.Random) -> Iterator[float]:
    """Times of a Poisson process."""
    at = chance.expovariate(rate)
    while at < seconds:
        yield at
        at += chance.expovariate(rate)


def due(port: int, times: Iterator[float], make: Callable[[int], Request], workers: int,
        take: Callable[[float, Answer], None]) -> None:
    """Sends each request when it is due. Its time counts from when it was due: a server that stalls cannot hide that by holding back whoever
    would have asked meanwhile. `take` gets how many seconds after the beginning that was; it is called by one thread at a time."""
    waiting: queue.Queue[tuple[float, int] | None] = queue.Queue()
    lock = threading.Lock()
    start = time.monotonic()

    def work() -> None:
        while (item := waiting.get()) is not None:
            at, number = item
            answer = ask(port, make(number))
            answer.sent = start + at
            with lock:
                take(at, answer)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for number, at in enumerate(times):
        time.sleep(max(0.0, start + at - time.monotonic()))
        waiting.put((at, number))
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()


@contextmanager
def sampled(read: Callable[[], float], every: float) -> Iterator[list[tuple[float, float]]]:
    """(seconds since the beginning, value), until the block ends."""
    taken: list[tuple[float, float]] = []
    ending = threading.Event()
    start = time.monotonic()

    def work() -> None:
        while True:
            taken.append((time.monotonic() - start, read()))
            if ending.wait(every):
                return

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield taken
    finally:
        ending.set()
        thread.join()
