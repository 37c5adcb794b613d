"""What openai-python makes of a server that says not now: of servers that the script has started itself."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import Callable, Iterator

import httpx
import openai

from scenarios import registering
from target import Target

SCENARIOS, scenario = registering()


@scenario
def a_keys_limit(target: Target) -> None:
    own = openai.OpenAI(base_url=f"{target.url}/v1", api_key=target.rare_key, max_retries=0)
    ask = {"model": target.task, "messages": [{"role": "user", "content": "fog"}]}
    try:
        for _ in range(3):
            own.chat.completions.create(**ask)
    except openai.RateLimitError as error:
        assert error.code == "requests_exceeded", error
        assert int(error.response.headers["retry-after"]) >= 1, error.response.headers
    else:
        raise AssertionError("a third request was answered, of two a minute")


@contextmanager
def filled(target: Target) -> Iterator[Callable[[], None]]:
    """A server of one request and one that waits, which others ask all the time; yields what ends that."""
    ended = threading.Event()

    def hold() -> None:
        ask = {"model": target.base, "prompt": "The day", "max_tokens": 480, "ignore_eos": True, "stream": True}
        while not ended.is_set():
            with httpx.stream("POST", f"{target.tight_url}/v1/completions", json=ask, timeout=60) as answer:
                for _ in answer.iter_lines():
                    if ended.is_set():
                        return
            time.sleep(0.001)

    # How long others would have to wait a server guesses by what it has done: without any of it, much too long.
    httpx.post(
        f"{target.tight_url}/v1/completions", timeout=60,
        json={"model": target.base, "prompt": "The day", "max_tokens": 480, "ignore_eos": True})
    threads = [threading.Thread(target=hold, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        yield ended.set
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def until_refused(target: Target, retries: int, on_refusal: Callable[[], None]) -> tuple[list, Exception | None]:
    """Asks a full server until a request was refused; what came back for that one, with its times, and the error that it ended with."""
    seen: list[tuple[float, httpx.Response]] = []

    def note(response: httpx.Response) -> None:
        seen.append((time.monotonic(), response))
        if response.status_code == 503:
            on_refusal()

    http = httpx.Client(event_hooks={"response": [note]})
    own = openai.OpenAI(base_url=f"{target.tight_url}/v1", api_key="none", max_retries=retries, http_client=http)
    for _ in range(200):
        seen.clear()
        try:
            own.completions.create(model=target.base, prompt="One more", max_tokens=1)
        except openai.APIStatusError as error:
            return seen, error
        if len(seen) > 1:
            return seen, None
    raise AssertionError("a full server took two hundred requests")


@scenario
def a_full_server(target: Target) -> None:
    with filled(target):
        seen, error = until_refused(target, 0, lambda: None)
    assert isinstance(error, openai.InternalServerError) and error.status_code == 503 and error.code == "queue_full", error
    assert len(seen) == 1 and 1 <= int(seen[0][1].headers["retry-after"]) <= 120, seen


@scenario
def retry_after_is_obeyed(target: Target) -> None:
    with filled(target) as make_room:
        seen, error = until_refused(target, 2, make_room)
    assert error is None and len(seen) > 1, (seen, error)
    for (first, refusal), (second, _) in zip(seen, seen[1:]):
        wait = int(refusal.headers["retry-after"])
        assert second - first >= wait - 0.05, f"repeated after {second - first:.2f} s of {wait}"
