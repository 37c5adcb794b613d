"""One request to a server, and what came back when."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

# Words that every tokenizer has; most are a token or two.
WORDS = ("the of and to in is was for on as with by at from his that it an were are which this be or had not has their one who but its "
         "also been they first two after other new all time can year more most may would some out used made many made about over where").split()


@dataclass
class Answer:
    """Times are seconds of the monotonic clock."""

    sent: float
    ended: float = 0
    status: int = 0
    error: str | None = None
    # What answered, as the headers say.
    model: str | None = None
    release: int | None = None
    digest: str | None = None
    tokens: int = 0
    # When each event with text came.
    times: list[float] = field(default_factory=list)
    # The models that events of the stream named.
    named: set[str] = field(default_factory=set)

    @property
    def failed(self) -> bool:
        return self.error is not None or self.status != 200

    @property
    def ttft(self) -> float:
        return (self.times[0] if self.times else self.ended) - self.sent

    @property
    def e2el(self) -> float:
        return self.ended - self.sent

    @property
    def gaps(self) -> list[float]:
        return [later - earlier for earlier, later in zip(self.times, self.times[1:])]


def prompt(words: int, chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words))


def completion(model: str, text: str, tokens: int, stream: bool = False) -> tuple[str, dict[str, Any]]:
    body = {"model": model, "prompt": text, "max_tokens": tokens, "temperature": 0, "ignore_eos": True, "stream": stream}
    return "/v1/completions", body | ({"stream_options": {"include_usage": True}} if stream else {})


def chat(model: str, text: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "/v1/chat/completions", {"model": model, "messages": [{"role": "user", "content": text}], "temperature": 0, **more}


def take(answer: Answer, event: bytes, now: float) -> None:
    """An event of a stream."""
    tree = json.loads(event)
    if tree.get("error"):
        answer.error = f"in the stream: {tree['error'].get('message')}"
        return
    answer.named.add(tree.get("model"))
    if tree.get("usage"):
        answer.tokens = tree["usage"]["completion_tokens"]
    for choice in tree["choices"]:
        if choice.get("text") or (choice.get("delta") or {}).get("content"):
            answer.times.append(now)


def ask(port: int, request: tuple[str, dict[str, Any]], timeout: float = 120) -> Answer:
    """Never sends anything again: a request that fails is a finding."""
    path, body = request
    data = json.dumps(body).encode()
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    answer = Answer(time.monotonic())
    try:
        connection.request("POST", path, data, {"content-type": "application/json"})
        response = connection.getresponse()
        answer.status = response.status
        answer.model = response.getheader("x-accrete-model")
        answer.digest = response.getheader("x-accrete-expert-digest")
        release = response.getheader("x-accrete-release")
        answer.release = int(release) if release else None
        if response.status == 200 and body.get("stream"):
            follow(answer, response)
        else:
            settle(answer, response.read())
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        answer.error = f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    answer.ended = time.monotonic()
    return answer


def follow(answer: Answer, response: Any) -> None:
    done = False
    while line := response.readline():
        if line.startswith(b"data: [DONE]"):
            done = True
        elif line.startswith(b"data: "):
            take(answer, line[6:], time.monotonic())
    if not done and not answer.error:
        answer.error = "the stream ended without [DONE]"


def settle(answer: Answer, body: bytes) -> None:
    tree = json.loads(body)
    if answer.status != 200:
        answer.error = f"{answer.status} {tree['error']['code']}: {tree['error']['message']}"
    else:
        answer.named.add(tree["model"])
        answer.tokens = tree["usage"]["completion_tokens"]
