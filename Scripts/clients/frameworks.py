"""What LangChain and LlamaIndex do with a server."""

from __future__ import annotations

from typing import Callable

from target import Target

SCENARIOS: list[Callable[[Target], None]] = []
TEXT = "In the weather of place 3 there is fog."


def scenario(function: Callable[[Target], None]) -> Callable[[Target], None]:
    SCENARIOS.append(function)
    return function


def langchain(target: Target, model: str, **more):
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model=model, base_url=f"{target.url}/v1", api_key=target.key, max_retries=0, **more)


@scenario
def langchain_invoke(target: Target) -> None:
    answer = langchain(target, target.task, include_response_headers=True).invoke(TEXT)
    assert answer.content in target.labels, answer
    # What LangChain keeps of an answer.
    assert answer.response_metadata["model_name"].startswith(f"{target.task}@"), answer.response_metadata
    assert answer.response_metadata["headers"]["x-accrete-expert-digest"].startswith("sha256:")
    assert answer.response_metadata["system_fingerprint"].startswith("fp_")
    assert answer.usage_metadata["total_tokens"] > 0


@scenario
def langchain_stream(target: Target) -> None:
    pieces = list(langchain(target, target.task, stream_usage=True).stream(TEXT))
    assert "".join(piece.content for piece in pieces) in target.labels


@scenario
def langchain_batch(target: Target) -> None:
    answers = langchain(target, target.task).batch([TEXT] * 4)
    assert len({answer.content for answer in answers}) == 1


@scenario
def langchain_error(target: Target) -> None:
    import openai

    try:
        langchain(target, "nobody").invoke(TEXT)
    except openai.NotFoundError as error:
        assert error.code == "model_not_found", error
    else:
        raise AssertionError("an unknown model was accepted")


def llama_index(target: Target, model: str, **more):
    from llama_index.llms.openai_like import OpenAILike

    return OpenAILike(
        model=model, api_base=f"{target.url}/v1", api_key=target.key, max_retries=0, context_window=512, **more)


@scenario
def llama_index_complete(target: Target) -> None:
    answer = llama_index(target, target.base, is_chat_model=False, max_tokens=8).complete("The weather is")
    assert answer.text and answer.raw.system_fingerprint.startswith("fp_"), answer


@scenario
def llama_index_chat(target: Target) -> None:
    from llama_index.core.llms import ChatMessage

    answer = llama_index(target, target.task, is_chat_model=True).chat([ChatMessage(role="user", content=TEXT)])
    assert answer.message.content in target.labels, answer
    assert answer.raw.accrete["expert"]["digest"].startswith("sha256:"), answer.raw


@scenario
def llama_index_stream(target: Target) -> None:
    from llama_index.core.llms import ChatMessage

    pieces = list(llama_index(target, target.task, is_chat_model=True).stream_chat([ChatMessage(role="user", content=TEXT)]))
    assert pieces[-1].message.content in target.labels, pieces[-1]
