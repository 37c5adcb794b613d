"""What openai-python does with a server: each function is one scenario, and fails by an assertion."""

from __future__ import annotations

import asyncio
import json
import threading
import time

import httpx
import openai

from scenarios import registering
from target import Target

Client = openai.OpenAI
SCENARIOS, scenario = registering()
ASK = [{"role": "user", "content": "In the weather of place 3 there is fog."}]


def client(target: Target, **more) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{target.url}/v1", api_key=target.key, max_retries=more.pop("max_retries", 0), **more)


def refused(target: Target, kind: type[openai.APIStatusError], code: str, **request) -> openai.APIStatusError:
    request.setdefault("model", target.base)
    request.setdefault("messages", ASK)
    try:
        client(target).chat.completions.create(**request)
    except kind as error:
        assert error.code == code, f"code {error.code}, expected {code}: {error}"
        assert error.message and error.body and error.body["message"], error
        return error
    raise AssertionError(f"{request} was accepted; expected {kind.__name__} {code}")


@scenario
def models(target: Target) -> None:
    listed = client(target).models.list().data
    names = [model.id for model in listed]
    assert names[0] == target.base, names
    assert target.task in names, names
    one = client(target).models.retrieve(target.task)
    assert one.root.startswith(f"{target.task}@") and one.parent == target.base, one
    assert one.accrete["digest"].startswith("sha256:") and one.accrete["labels"], one


@scenario
def chat_to_a_task(target: Target) -> None:
    answer = client(target).chat.completions.create(model=target.task, messages=ASK)
    assert answer.model.startswith(f"{target.task}@"), answer.model
    assert answer.choices[0].message.content in target.labels, answer
    assert answer.choices[0].finish_reason == "stop"
    assert answer.accrete["expert"]["digest"].startswith("sha256:"), answer.accrete
    assert abs(sum(p["p"] for p in answer.accrete["probabilities"]) - 1) < 1e-6, answer.accrete
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@scenario
def completion(target: Target) -> None:
    answer = client(target).completions.create(model=target.base, prompt="The weather is", max_tokens=8)
    assert answer.object == "text_completion" and answer.choices[0].text, answer
    assert answer.usage.completion_tokens <= 8
    assert answer.system_fingerprint.startswith("fp_")


@scenario
def completion_is_repeated(target: Target) -> None:
    answers = [
        client(target).completions.create(model=target.base, prompt="A b c", max_tokens=12, temperature=1, seed=7)
        for _ in range(2)]
    assert answers[0].choices[0].text == answers[1].choices[0].text
    assert answers[0].system_fingerprint == answers[1].system_fingerprint


@scenario
def several_prompts(target: Target) -> None:
    answer = client(target).completions.create(model=target.base, prompt=["One", "Two", "Three"], max_tokens=4)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]


@scenario
def echo(target: Target) -> None:
    answer = client(target).completions.create(model=target.base, prompt="One", max_tokens=3, echo=True)
    assert answer.choices[0].text.startswith("One")


@scenario
def stream(target: Target) -> None:
    chunks = list(client(target).completions.create(model=target.base, prompt="The sky", max_tokens=8, temperature=0, stream=True))
    whole = client(target).completions.create(model=target.base, prompt="The sky", max_tokens=8, temperature=0)
    assert "".join(chunk.choices[0].text for chunk in chunks if chunk.choices) == whole.choices[0].text
    assert chunks[-1].choices[0].finish_reason == whole.choices[0].finish_reason
    assert all(chunk.usage is None for chunk in chunks)


@scenario
def stream_usage(target: Target) -> None:
    chunks = list(client(target).completions.create(
        model=target.base, prompt="The sky", max_tokens=8, temperature=0, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens > 0, chunks[-1]
    assert all(chunk.usage is None for chunk in chunks[:-1])


@scenario
def stream_chat(target: Target) -> None:
    chunks = list(client(target).chat.completions.create(model=target.task, messages=ASK, stream=True))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[0].accrete["expert"]["digest"].startswith("sha256:")
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) in target.labels


@scenario
def several_choices(target: Target) -> None:
    answer = client(target).completions.create(
        model=target.base, prompt="Once upon a time", max_tokens=12, n=3, temperature=1.0, seed=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert len({choice.text for choice in answer.choices}) > 1


@scenario
def logprobs(target: Target) -> None:
    answer = client(target).completions.create(model=target.base, prompt="The", max_tokens=4, logprobs=3)
    found = answer.choices[0].logprobs
    assert len(found.tokens) == len(found.token_logprobs) == len(found.text_offset) > 0
    assert all(value <= 0 for value in found.token_logprobs)
    assert all(len(top) >= 1 for top in found.top_logprobs)


@scenario
def stop(target: Target) -> None:
    plain = client(target).completions.create(model=target.base, prompt="The day", max_tokens=24, temperature=0).choices[0].text
    mark = plain[len(plain) // 2]
    answer = client(target).completions.create(model=target.base, prompt="The day", max_tokens=24, temperature=0, stop=[mark])
    assert answer.choices[0].text == plain[: plain.index(mark)]
    assert answer.choices[0].finish_reason == "stop"


@scenario
def limit(target: Target) -> None:
    answer = client(target).completions.create(
        model=target.base, prompt="The day", max_tokens=5, extra_body={"ignore_eos": True})
    assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 5


@scenario
def choice_of_texts(target: Target) -> None:
    answer = client(target).completions.create(
        model=target.base, prompt="Yes or no?", max_tokens=8, extra_body={"accrete": {"choice": ["yes", "no"]}})
    assert answer.choices[0].text in ("yes", "no"), answer.choices[0].text


@scenario
def json_schema(target: Target) -> None:
    schema = {
        "type": "object", "properties": {"kind": {"enum": ["a", "b"]}, "sure": {"type": "boolean"}},
        "required": ["kind", "sure"], "additionalProperties": False}
    answer = client(target).completions.create(
        model=target.base, prompt="Answer: ", max_tokens=64,
        extra_body={"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}})
    value = json.loads(answer.choices[0].text)
    assert value["kind"] in ("a", "b") and isinstance(value["sure"], bool)


@scenario
def unknown_model(target: Target) -> None:
    refused(target, openai.NotFoundError, "model_not_found", model="nobody")


@scenario
def unknown_version(target: Target) -> None:
    refused(target, openai.NotFoundError, "version_not_found", model=f"{target.task}@999")


@scenario
def malformed_model(target: Target) -> None:
    error = refused(target, openai.BadRequestError, "invalid_model_name", model=f"{target.task}@production")
    assert f"{target.task}:production" in error.message


@scenario
def unsupported(target: Target) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    error = refused(target, openai.BadRequestError, "unsupported_parameter", tools=[tool])
    assert error.param == "tools"


@scenario
def unknown_field(target: Target) -> None:
    error = refused(target, openai.BadRequestError, "unknown_parameter", extra_body={"beam_width": 3})
    assert error.param == "beam_width"


@scenario
def out_of_range(target: Target) -> None:
    error = refused(target, openai.BadRequestError, "invalid_value", temperature=3)
    assert error.param == "temperature"


@scenario
def too_long(target: Target) -> None:
    try:
        client(target).completions.create(model=target.base, prompt="word " * 20_000, max_tokens=4)
    except openai.BadRequestError as error:
        assert error.code == "context_length_exceeded", error
    else:
        raise AssertionError("20,000 words were accepted")


@scenario
def wrong_key(target: Target) -> None:
    if not target.needs_key:
        return
    try:
        openai.OpenAI(base_url=f"{target.url}/v1", api_key="ak_wrong", max_retries=0).models.list()
    except openai.AuthenticationError as error:
        assert error.code == "invalid_api_key", error
    else:
        raise AssertionError("a wrong key was accepted")


@scenario
def headers(target: Target) -> None:
    answer = client(target).chat.completions.with_raw_response.create(model=target.task, messages=ASK)
    for name in ("x-request-id", "x-accrete-model", "x-accrete-expert-digest"):
        assert answer.headers.get(name), f"{name} is missing: {dict(answer.headers)}"
    assert answer.parse().id == answer.headers["x-request-id"]


@scenario
def left_stream(target: Target) -> None:
    with client(target).completions.create(
        model=target.base, prompt="The day", max_tokens=300, stream=True, extra_body={"ignore_eos": True}) as pieces:
        next(iter(pieces))
    # The server is free again at once.
    client(target).completions.create(model=target.base, prompt="The day", max_tokens=2)


@scenario
def many_at_once(target: Target) -> None:
    async def run() -> list[str]:
        own = openai.AsyncOpenAI(base_url=f"{target.url}/v1", api_key=target.key, max_retries=0)
        calls = [own.completions.create(model=target.base, prompt="The day", max_tokens=8, temperature=0) for _ in range(16)]
        return [answer.choices[0].text for answer in await asyncio.gather(*calls)]

    assert len(set(asyncio.run(run()))) == 1


@scenario
def classify(target: Target) -> None:
    answer = httpx.post(
        f"{target.url}/accrete/v1/classify", json={"model": target.task, "input": ["fog", "sun"]},
        headers={"authorization": f"Bearer {target.key}"}).json()
    assert len(answer["results"]) == 2 and all(row["label"] in target.labels for row in answer["results"]), answer


@scenario
def malformed_body(target: Target) -> None:
    answer = httpx.post(
        f"{target.url}/v1/chat/completions", content=b'{"model": "x", "model": "y"}',
        headers={"authorization": f"Bearer {target.key}", "content-type": "application/json"})
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "invalid_json", answer.text


@scenario
def no_route(target: Target) -> None:
    for path in ("/v1/embeddings", "/v1/nothing", "/v1/moderations"):
        answer = httpx.post(f"{target.url}{path}", json={}, headers={"authorization": f"Bearer {target.key}"})
        assert answer.status_code in (400, 404) and answer.json()["error"]["message"], (path, answer.text)
