"""Requests of many connections, answered in batches: what a server needs around a model that takes a batch at a time.

Standard library alone, so that it can be tested without torch.
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field
from typing import Callable


@dataclass
class Waiting:
    """A request in the queue, and its answer once there is one."""

    prompt: list[int]
    # PEFT's name of an adapter; None: the base alone.
    adapter: str | None
    max_tokens: int
    ignores_end: bool
    done: threading.Event = field(default_factory=threading.Event)
    tokens: list[int] = field(default_factory=list)
    finish: str = "length"
    error: str | None = None


def cut(tokens: list[int], end: set[int], most: int, ignores_end: bool) -> tuple[list[int], str]:
    """A row's own answer out of what a batch wrote for it: up to its limit, or to its first end token, which counts as written."""
    tokens = tokens[:most]
    if not ignores_end:
        for place, token in enumerate(tokens):
            if token in end:
                return tokens[: place + 1], "stop"
    return tokens, "length"


class Batches:
    """Collects up to `size` requests and lets `answer` work on them, one batch at a time."""

    def __init__(self, answer: Callable[[list[Waiting]], None], size: int, patience: float) -> None:
        self.answer, self.size, self.patience = answer, size, patience
        self.waiting: queue.Queue[Waiting] = queue.Queue()
        self.counts: list[int] = []

    def submit(self, request: Waiting) -> None:
        """Waits for the answer."""
        self.waiting.put(request)
        request.done.wait()

    def next_batch(self) -> list[Waiting]:
        """Whoever waits, and whoever comes within `patience` seconds of the first: clients of a static batch come all at once, but not in
        the same moment."""
        batch = [self.waiting.get()]
        until = time.monotonic() + self.patience
        while len(batch) < self.size:
            try:
                batch.append(self.waiting.get(timeout=max(until - time.monotonic(), 0)))
            except queue.Empty:
                break
        return batch

    def answer_next(self) -> None:
        batch = self.next_batch()
        self.counts.append(len(batch))
        try:
            self.answer(batch)
        except Exception as error:  # whoever waits must hear of it, whatever it is
            for request in batch:
                request.error = f"{type(error).__name__}: {error}"
        for request in batch:
            request.done.set()

    def run(self) -> None:
        while True:
            self.answer_next()
