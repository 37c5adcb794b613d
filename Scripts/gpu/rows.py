"""The rows that both sides read: made from a seed, the same for every run."""

from __future__ import annotations

import json
import random
from pathlib import Path


def training(path: Path, tokens: int, row: int, vocabulary: int, batches: int = 4) -> None:
    """Batches of `tokens` tokens in rows of `row`. The loss is on all tokens but the first of each row."""
    draw = random.Random(0)
    rows = [[[draw.randrange(2, vocabulary) for _ in range(row)] for _ in range(tokens // row)] for _ in range(batches)]
    path.write_text(json.dumps({"batches": [[{"prompt": one[:1], "answer": one[1:]} for one in batch] for batch in rows]}))


def scoring(path: Path, count: int, longest: int, vocabulary: int, labels: int = 14) -> None:
    """Prompts of half to all of `longest` tokens, and labels of two to four."""
    draw = random.Random(1)

    def ids(length: int) -> list[int]:
        return [draw.randrange(2, vocabulary) for _ in range(length)]

    answers = [ids(draw.randrange(1, 4)) + [1] for _ in range(labels)]
    rows = [{"prompt": ids(draw.randrange(longest // 2, longest + 1)), "label": draw.randrange(labels)} for _ in range(count)]
    path.write_text(json.dumps({"rows": rows, "labels": answers}))
