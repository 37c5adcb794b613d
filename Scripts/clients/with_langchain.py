"""What LangChain makes of a server: it keeps of an answer what its own messages have room for, and headers where it is asked to."""

from __future__ import annotations

import asyncio
import contextlib

import openai

import limits
from refusals import refused
from scenarios import registering
from target import Target

SCENARIOS, scenario = registering("langchain_")
# Of servers that the script has started itself.
LIMITS, limited = registering("langchain_")
# One for all: the clients that LangChain shares among its models stay bound to the loop that they were first used in.
LOOP = asyncio.new_event_loop()
TEXT = "In the weather of place 3 there is fog."


def chat(target: Target, model: str, **more):
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(**{"model": model, "base_url": f"{target.url}/v1", "api_key": target.key, "max_retries": 0, **more})


@scenario
def invoke(target: Target) -> None:
    answer = chat(target, target.task, include_response_headers=True).invoke(TEXT)
    assert answer.content in target.labels, answer
    assert answer.response_metadata["model_name"].startswith(f"{target.task}@"), answer.response_metadata
    assert answer.response_metadata["headers"]["x-accrete-expert-digest"].startswith("sha256:")
    assert answer.response_metadata["system_fingerprint"].startswith("fp_")
    assert answer.usage_metadata["total_tokens"] > 0


@scenario
def headers_name_the_model(target: Target) -> None:
    known = chat(target, target.task, include_response_headers=True).invoke(TEXT).response_metadata
    assert known["headers"]["x-accrete-model"] == known["model_name"] and known["headers"]["x-request-id"] == known["id"], known


@scenario
def headers_of_a_stream(target: Target) -> None:
    first = next(iter(chat(target, target.task, include_response_headers=True).stream(TEXT)))
    assert first.response_metadata["headers"]["x-accrete-model"].startswith(f"{target.task}@"), first


@scenario
def stream(target: Target) -> None:
    pieces = list(chat(target, target.task, stream_usage=True).stream(TEXT))
    assert "".join(piece.content for piece in pieces) in target.labels


@scenario
def streamed_is_whole(target: Target) -> None:
    own = chat(target, target.base, temperature=0, max_tokens=12)
    assert "".join(piece.content for piece in own.stream(TEXT)) == own.invoke(TEXT).content


@scenario
def usage_of_a_stream(target: Target) -> None:
    pieces = list(chat(target, target.base, stream_usage=True, max_tokens=6).stream(TEXT))
    used = [piece.usage_metadata for piece in pieces if piece.usage_metadata]
    assert len(used) == 1 and 0 < used[0]["output_tokens"] <= 6, used


@scenario
def batch(target: Target) -> None:
    answers = chat(target, target.task).batch([TEXT] * 4)
    assert len({answer.content for answer in answers}) == 1


@scenario
def without_waiting(target: Target) -> None:
    assert LOOP.run_until_complete(chat(target, target.task).ainvoke(TEXT)).content in target.labels


@scenario
def many_at_once(target: Target) -> None:
    answers = LOOP.run_until_complete(chat(target, target.base, temperature=0, max_tokens=6).abatch([TEXT] * 16))
    assert len({answer.content for answer in answers}) == 1


@scenario
def auto(target: Target) -> None:
    answer = chat(target, "auto", max_tokens=4, include_response_headers=True).invoke(TEXT)
    assert "unknown=" in answer.response_metadata["headers"]["x-accrete-routing"], answer


@scenario
def our_options(target: Target) -> None:
    answer = chat(target, target.base, max_tokens=6, extra_body={"accrete": {"choice": ["yes", "no"]}}).invoke("Yes or no?")
    assert answer.content in ("yes", "no"), answer


@scenario
def conversation(target: Target) -> None:
    own = chat(target, target.base, max_tokens=4)
    short = own.invoke([("human", "Hello")])
    answer = own.invoke([("system", "Be short."), ("human", "Hello"), ("ai", "Hello."), ("human", TEXT)])
    assert answer.usage_metadata["input_tokens"] > short.usage_metadata["input_tokens"]


@scenario
def logprobs(target: Target) -> None:
    answer = chat(target, target.base, max_tokens=4, logprobs=True, top_logprobs=2).invoke(TEXT)
    tokens = answer.response_metadata["logprobs"]["content"]
    assert tokens and all(len(token["top_logprobs"]) == 2 and token["logprob"] <= 0 for token in tokens), tokens


@scenario
def several_choices(target: Target) -> None:
    from langchain_core.messages import HumanMessage

    result = chat(target, target.base, max_tokens=8, n=2, temperature=1, seed=3).generate([[HumanMessage(TEXT)]])
    assert len(result.generations[0]) == 2 and len({each.text for each in result.generations[0]}) == 2, result


@scenario
def stop(target: Target) -> None:
    own = chat(target, target.base, max_tokens=24, temperature=0)
    whole = own.invoke(TEXT).content
    mark = whole[len(whole) // 2]
    answer = own.invoke(TEXT, stop=[mark])
    assert answer.content == whole[: whole.index(mark)] and answer.response_metadata["finish_reason"] == "stop", answer


@scenario
def limit(target: Target) -> None:
    answer = chat(target, target.base, max_tokens=5, extra_body={"ignore_eos": True}).invoke(TEXT)
    assert answer.response_metadata["finish_reason"] == "length" and answer.usage_metadata["output_tokens"] == 5, answer


@scenario
def a_seed_repeats(target: Target) -> None:
    own = chat(target, target.base, max_tokens=12, temperature=1, seed=7)
    assert own.invoke(TEXT).content == own.invoke(TEXT).content


@scenario
def json_of_a_schema(target: Target) -> None:
    schema = {
        "title": "kind", "type": "object", "properties": {"kind": {"enum": ["a", "b"]}}, "required": ["kind"],
        "additionalProperties": False}
    value = chat(target, target.base, max_tokens=64).with_structured_output(schema, method="json_schema").invoke(TEXT)
    assert value["kind"] in ("a", "b"), value


@scenario
def completion(target: Target) -> None:
    from langchain_openai import OpenAI

    own = OpenAI(model=target.base, base_url=f"{target.url}/v1", api_key=target.key, max_retries=0, max_tokens=6, temperature=0)
    assert own.invoke("The weather is") == "".join(own.stream("The weather is"))


@scenario
def unknown_model(target: Target) -> None:
    refused(openai.NotFoundError, "model_not_found", lambda: chat(target, "nobody").invoke(TEXT))


@scenario
def unknown_version(target: Target) -> None:
    refused(openai.NotFoundError, "version_not_found", lambda: chat(target, f"{target.task}@999").invoke(TEXT))


@scenario
def out_of_range(target: Target) -> None:
    error = refused(openai.BadRequestError, "invalid_value", lambda: chat(target, target.base, temperature=3).invoke(TEXT))
    assert error.param == "temperature", error


@scenario
def tools(target: Target) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    refused(openai.BadRequestError, "unsupported_parameter", lambda: chat(target, target.base).bind_tools([tool]).invoke(TEXT))


@scenario
def wrong_key(target: Target) -> None:
    if target.needs_key:
        refused(openai.AuthenticationError, "invalid_api_key", lambda: chat(target, target.task, api_key="ak_wrong").invoke(TEXT))


@scenario
def leaving_a_stream(target: Target) -> None:
    async def leave() -> None:
        async with contextlib.aclosing(
            chat(target, target.base, max_tokens=300, extra_body={"ignore_eos": True}).astream(TEXT)) as pieces:
            await anext(pieces)

    LOOP.run_until_complete(leave())
    assert chat(target, target.base, max_tokens=2).invoke(TEXT).usage_metadata["output_tokens"] <= 2


@limited
def a_keys_limit(target: Target) -> None:
    own = chat(target, target.task, api_key=target.rare_key)
    refused(openai.RateLimitError, "requests_exceeded", lambda: [own.invoke(TEXT) for _ in range(3)])


@limited
def a_full_server(target: Target) -> None:
    own = chat(target, target.base, base_url=f"{target.tight_url}/v1", max_tokens=1)
    with limits.filled(target):
        error = refused(openai.InternalServerError, "queue_full", lambda: [own.invoke(TEXT) for _ in range(200)])
    assert error.status_code == 503
