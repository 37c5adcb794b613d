"""Requests as a registry's users send them: whole labels, streams of free answers, the base's completions."""

from __future__ import annotations

import random
from typing import Any

from asking import chat, completion, prompt

Request = tuple[str, dict[str, Any]]


def mixed(models: list[dict[str, Any]], seed: int, words: tuple[int, int], tokens: tuple[int, int]) -> "Mixture":
    experts = [model for model in models if model["parent"]]
    tasks = [model for model in experts if model["id"] != "auto"]
    return Mixture(models[0]["id"], [model["id"] for model in tasks if model["accrete"]["labels"]],
                   [model["id"] for model in tasks if not model["accrete"]["labels"]], seed, words, tokens)


class Mixture:
    """Request `number` follows from the seed and the number alone, whoever sends it when."""

    def __init__(self, base: str, labelled: list[str], writing: list[str], seed: int, words: tuple[int, int], tokens: tuple[int, int]) -> None:
        self.base, self.labelled, self.writing = base, labelled, writing
        self.seed, self.words, self.tokens = seed, words, tokens

    def __call__(self, number: int) -> Request:
        chance = random.Random(f"{self.seed}/{number}")
        text = prompt(chance.randint(*self.words), chance)
        tokens = chance.randint(*self.tokens)
        stream = chance.random() < 0.5
        kinds = ["labelled"] * bool(self.labelled) + ["writing"] * bool(self.writing) + ["base"]
        kind = chance.choice(kinds)
        if kind == "labelled":
            return chat(chance.choice(self.labelled), text, stream=stream)
        return completion(chance.choice(self.writing) if kind == "writing" else self.base, text, tokens, stream)

    def record(self) -> dict[str, Any]:
        return {"base": self.base, "labelled": self.labelled, "writing": self.writing, "words": self.words, "tokens": self.tokens}
