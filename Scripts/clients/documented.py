"""Runs the Python of docs/serving.md as it stands there, but for names: the address, the key, the task and its text."""

from __future__ import annotations

import ast
import contextlib
import io
import re
from pathlib import Path
from typing import Callable

from target import Target

SCENARIOS: list[Callable[[Target], None]] = []
PAGE = Path(__file__).resolve().parent.parent.parent / "docs/serving.md"
TEXT = "In the weather of place 3 there is fog."


def blocks() -> list[str]:
    return re.findall(r"(?ms)^```python\n(.*?)^```$", PAGE.read_text())


def named(block: str, target: Target) -> str:
    """The same with the names of a server that runs. A name that is no longer there would leave an example untested."""
    for old, new in {"http://127.0.0.1:8080": target.url, "ak_…": target.key, '"spam"': f'"{target.task}"', "You won a prize": TEXT}.items():
        if old not in block:
            raise AssertionError(f"docs/serving.md: {old} is not in:\n{block}")
        block = block.replace(old, new)
    # A text that no task claims is refused by this; which texts a registry's tasks claim is not the page's matter.
    return block.replace('{"unknown": "refuse"}', '{"unknown": "base"}')


def values(block: str) -> dict[str, object]:
    """Runs a block; the value of each line that is an expression, by its text."""
    shown: dict[str, object] = {}
    names: dict[str, object] = {}
    for node in ast.parse(block).body:
        if isinstance(node, ast.Expr):
            shown[ast.unparse(node)] = eval(compile(ast.Expression(node.value), PAGE.name, "eval"), names)
        else:
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(ast.Module([node], []), PAGE.name, "exec"), names)
            if isinstance(node, ast.For):
                shown["printed"] = printed.getvalue()
    return shown


def scenario(word: str) -> Callable[[Callable], Callable]:
    """A scenario on the one block that has a word."""
    def register(check: Callable[[dict[str, object], Target], None]) -> Callable:
        def run(target: Target) -> None:
            found = [block for block in blocks() if word in block]
            assert len(found) == 1, f"docs/serving.md: {len(found)} blocks with {word}"
            check(values(named(found[0], target)), target)

        run.__name__ = check.__name__
        SCENARIOS.append(run)
        return check

    return register


@scenario("from openai import")
def documented_openai(shown: dict[str, object], target: Target) -> None:
    assert shown["answer.choices[0].message.content"] in target.labels, shown
    assert str(shown["answer.model"]).startswith(f"{target.task}@"), shown
    probabilities = shown["answer.accrete['probabilities']"]
    assert {each["label"] for each in probabilities} == set(target.labels), shown
    assert "answer.accrete['routing']['task']" in shown and shown["printed"], shown


@scenario("langchain_openai")
def documented_langchain(shown: dict[str, object], target: Target) -> None:
    (answer,) = shown.values()
    label, model, digest = answer
    assert label in target.labels and model.startswith(f"{target.task}@") and digest.startswith("sha256:"), shown


@scenario("llama_index")
def documented_llama_index(shown: dict[str, object], target: Target) -> None:
    (answer,) = shown.values()
    label, model, probabilities = answer
    assert label in target.labels and model.startswith(f"{target.task}@") and len(probabilities) == len(target.labels), shown


def documented_blocks(target: Target) -> None:
    """Every block belongs to a scenario."""
    assert len(blocks()) == len(SCENARIOS) - 1, f"docs/serving.md has {len(blocks())} blocks of Python"


SCENARIOS.append(documented_blocks)
