"""What LlamaIndex makes of a server: it keeps the whole answer as `raw`."""

from __future__ import annotations

import asyncio
import json

import openai

import limits
from refusals import refused
from scenarios import registering
from target import Target

SCENARIOS, scenario = registering("llama_index_")
# Of servers that the script has started itself.
LIMITS, limited = registering("llama_index_")
# One for all: connections that a client keeps stay bound to the loop that they were opened in.
LOOP = asyncio.new_event_loop()
TEXT = "In the weather of place 3 there is fog."


def model(target: Target, name: str, is_chat: bool = True, **more):
    from llama_index.llms.openai_like import OpenAILike

    given = {"model": name, "api_base": f"{target.url}/v1", "api_key": target.key, "max_retries": 0, "context_window": 512}
    return OpenAILike(**{**given, "is_chat_model": is_chat, **more})


def said(text: str = TEXT, role: str = "user"):
    from llama_index.core.llms import ChatMessage

    return ChatMessage(role=role, content=text)


@scenario
def complete(target: Target) -> None:
    answer = model(target, target.base, False, max_tokens=8).complete("The weather is")
    assert answer.text and answer.raw.system_fingerprint.startswith("fp_"), answer


@scenario
def complete_in_pieces(target: Target) -> None:
    own = model(target, target.base, False, max_tokens=8, temperature=0)
    pieces = list(own.stream_complete("The weather is"))
    assert pieces[-1].text == own.complete("The weather is").text, pieces


@scenario
def chat(target: Target) -> None:
    answer = model(target, target.task).chat([said()])
    assert answer.message.content in target.labels, answer
    assert answer.raw.accrete["expert"]["digest"].startswith("sha256:"), answer.raw


@scenario
def the_version_and_its_numbers(target: Target) -> None:
    raw = model(target, target.task).chat([said()]).raw
    assert raw.model.startswith(f"{target.task}@"), raw
    assert {each["label"] for each in raw.accrete["probabilities"]} == set(target.labels), raw


@scenario
def usage(target: Target) -> None:
    raw = model(target, target.base, max_tokens=6).chat([said()]).raw
    assert 0 < raw.usage.completion_tokens <= 6 and raw.usage.total_tokens == raw.usage.prompt_tokens + raw.usage.completion_tokens


@scenario
def stream(target: Target) -> None:
    pieces = list(model(target, target.task).stream_chat([said()]))
    assert pieces[-1].message.content in target.labels, pieces[-1]


@scenario
def streamed_is_whole(target: Target) -> None:
    own = model(target, target.base, max_tokens=12, temperature=0)
    assert list(own.stream_chat([said()]))[-1].message.content == own.chat([said()]).message.content


@scenario
def usage_of_a_stream(target: Target) -> None:
    own = model(target, target.base, max_tokens=6, additional_kwargs={"stream_options": {"include_usage": True}})
    assert list(own.stream_chat([said()]))[-1].raw.usage.completion_tokens > 0


@scenario
def without_waiting(target: Target) -> None:
    assert LOOP.run_until_complete(model(target, target.task).achat([said()])).message.content in target.labels


@scenario
def pieces_without_waiting(target: Target) -> None:
    async def collect() -> list:
        return [piece async for piece in await model(target, target.task).astream_chat([said()])]

    assert LOOP.run_until_complete(collect())[-1].message.content in target.labels


@scenario
def many_at_once(target: Target) -> None:
    async def ask() -> list[str]:
        own = model(target, target.base, False, max_tokens=6, temperature=0)
        return [answer.text for answer in await asyncio.gather(*(own.acomplete("The day") for _ in range(16)))]

    assert len(set(LOOP.run_until_complete(ask()))) == 1


@scenario
def auto(target: Target) -> None:
    raw = model(target, "auto", max_tokens=4).chat([said()]).raw
    assert isinstance(raw.accrete["routing"]["unknown"], bool), raw


@scenario
def our_options(target: Target) -> None:
    more = {"extra_body": {"accrete": {"choice": ["yes", "no"]}}}
    answer = model(target, target.base, max_tokens=6, additional_kwargs=more).chat([said("Yes or no?")])
    assert answer.message.content in ("yes", "no"), answer


@scenario
def conversation(target: Target) -> None:
    own = model(target, target.base, max_tokens=4)
    talk = [said("Be short.", "system"), said("Hello"), said("Hello.", "assistant"), said()]
    assert own.chat(talk).raw.usage.prompt_tokens > own.chat([said()]).raw.usage.prompt_tokens


@scenario
def logprobs(target: Target) -> None:
    raw = model(target, target.base, max_tokens=4, additional_kwargs={"logprobs": True, "top_logprobs": 2}).chat([said()]).raw
    tokens = raw.choices[0].logprobs.content
    assert tokens and all(len(token.top_logprobs) == 2 and token.logprob <= 0 for token in tokens), tokens


@scenario
def several_choices(target: Target) -> None:
    more = {"n": 2, "seed": 3}
    raw = model(target, target.base, max_tokens=8, temperature=1, additional_kwargs=more).chat([said()]).raw
    assert [choice.index for choice in raw.choices] == [0, 1], raw


@scenario
def stop(target: Target) -> None:
    own = model(target, target.base, False, max_tokens=24, temperature=0)
    whole = own.complete("The day").text
    mark = whole[len(whole) // 2]
    answer = own.complete("The day", stop=[mark])
    assert answer.text == whole[: whole.index(mark)] and answer.raw.choices[0].finish_reason == "stop", answer


@scenario
def limit(target: Target) -> None:
    raw = model(target, target.base, max_tokens=5, additional_kwargs={"extra_body": {"ignore_eos": True}}).chat([said()]).raw
    assert raw.choices[0].finish_reason == "length" and raw.usage.completion_tokens == 5, raw


@scenario
def a_seed_repeats(target: Target) -> None:
    own = model(target, target.base, max_tokens=12, temperature=1, additional_kwargs={"seed": 7})
    assert own.chat([said()]).message.content == own.chat([said()]).message.content


@scenario
def json_of_a_schema(target: Target) -> None:
    schema = {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}}, "required": ["kind"], "additionalProperties": False}
    more = {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}}
    answer = model(target, target.base, max_tokens=64, additional_kwargs=more).chat([said()])
    assert json.loads(answer.message.content)["kind"] in ("a", "b"), answer


@scenario
def unknown_model(target: Target) -> None:
    refused(openai.NotFoundError, "model_not_found", lambda: model(target, "nobody").chat([said()]))


@scenario
def unknown_version(target: Target) -> None:
    refused(openai.NotFoundError, "version_not_found", lambda: model(target, f"{target.task}@999").chat([said()]))


@scenario
def out_of_range(target: Target) -> None:
    more = {"top_p": 2}
    error = refused(
        openai.BadRequestError, "invalid_value", lambda: model(target, target.base, additional_kwargs=more).chat([said()]))
    assert error.param == "top_p", error


@scenario
def wrong_key(target: Target) -> None:
    if target.needs_key:
        refused(openai.AuthenticationError, "invalid_api_key", lambda: model(target, target.task, api_key="ak_wrong").chat([said()]))


@scenario
def leaving_a_stream(target: Target) -> None:
    own = model(target, target.base, max_tokens=300, additional_kwargs={"extra_body": {"ignore_eos": True}})
    pieces = own.stream_chat([said()])
    next(pieces)
    pieces.close()
    assert model(target, target.base, max_tokens=2).chat([said()]).raw.usage.completion_tokens <= 2


@limited
def a_keys_limit(target: Target) -> None:
    own = model(target, target.task, api_key=target.rare_key)
    refused(openai.RateLimitError, "requests_exceeded", lambda: [own.chat([said()]) for _ in range(3)])


@limited
def a_full_server(target: Target) -> None:
    own = model(target, target.base, False, api_base=f"{target.tight_url}/v1", max_tokens=1)
    with limits.filled(target):
        error = refused(openai.InternalServerError, "queue_full", lambda: [own.complete("One more") for _ in range(200)])
    assert error.status_code == 503
