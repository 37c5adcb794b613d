"""Requests and answers of OpenAI's completions, as far as `accrete-bench` uses them. Standard library alone."""

from __future__ import annotations

import json
import time
from typing import Any


class Refused(Exception):
    """A request that gets no answer: its status, OpenAI's code, and why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code

    def body(self) -> bytes:
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        return json.dumps({"error": {"message": str(self), "type": kind, "param": None, "code": self.code}}).encode()


def read(body: bytes, models: dict[str, str | None]) -> dict[str, Any]:
    """What a completion asks for, with `adapter` of its model. What would change the answer and is not done is refused."""
    try:
        asked = json.loads(body)
    except ValueError as error:
        raise Refused(400, "invalid_json", f"an object of JSON expected, got what is none: {error}") from error
    if not isinstance(asked, dict) or not isinstance(asked.get("prompt"), str):
        raise Refused(400, "invalid_value", "prompt: a text expected. This server knows /v1/completions with one prompt a request.")
    if asked.get("model") not in models:
        raise Refused(404, "model_not_found", f"model: one of {', '.join(models)} expected, got {asked.get('model')!r}")
    if asked.get("temperature", 0) != 0 or asked.get("n", 1) != 1:
        raise Refused(400, "unsupported_parameter", "temperature 0 and n 1 expected: this server writes the likeliest token alone")
    most = asked.get("max_tokens", 16)
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise Refused(400, "invalid_value", f"max_tokens: a number of 1 or more expected, got {most!r}")
    return {"prompt": asked["prompt"], "model": asked["model"], "adapter": models[asked["model"]], "max_tokens": most,
            "ignores_end": bool(asked.get("ignore_eos")), "streams": bool(asked.get("stream"))}


def answer(number: int, model: str, text: str, finish: str, prompt_tokens: int, tokens: int, streams: bool) -> tuple[str, bytes]:
    """Content type and body. A stream has the whole text in one event: a static batch is handed out when all of it is done."""
    usage = {"prompt_tokens": prompt_tokens, "completion_tokens": tokens, "total_tokens": prompt_tokens + tokens,
             "prompt_tokens_details": {"cached_tokens": 0}}
    frame = {"id": f"cmpl-{number}", "object": "text_completion", "created": int(time.time()), "model": model}
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
    if not streams:
        return "application/json", json.dumps({**frame, "choices": [choice], "usage": usage}).encode()
    events = [json.dumps({**frame, "choices": [choice], "usage": None}), json.dumps({**frame, "choices": [], "usage": usage}), "[DONE]"]
    return "text/event-stream; charset=utf-8", "".join(f"data: {event}\n\n" for event in events).encode()


def model_list(models: dict[str, str | None]) -> bytes:
    """The base first: that is whom `accrete-bench` asks where no adapter is named."""
    return json.dumps({"object": "list", "data": [
        {"id": name, "object": "model", "created": 0, "owned_by": "peft"} for name in models]}).encode()
