"""Random streams, rows, prompts and batches, as docs/protocol.md says.

Everything here is exact: another implementation that reads the same files must arrive at the same rows, the same tokens and
the same batches.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, MutableSequence, Sequence

import torch
from tokenizers import Tokenizer

MASK = (1 << 64) - 1
END_TOKEN = "<|endoftext|>"
PAD = 3

ORDERS: dict[str, list[str]] = {
    "1": ["dbpedia", "amazon", "yahoo", "agnews"],
    "2": ["dbpedia", "amazon", "agnews", "yahoo"],
    "3": ["yahoo", "amazon", "agnews", "dbpedia"],
}

PROMPTS: dict[str, tuple[str, str]] = {
    "agnews": ("What is the topic of this news?", "Topic:"),
    "amazon": ("What is the sentiment of this review?", "Sentiment:"),
    "dbpedia": ("What kind of thing is described here?", "Kind:"),
    "yahoo": ("What is the topic of this question?", "Topic:"),
}


class RandomStream:
    """SplitMix64, started from the FNV-1a hash of a key text."""

    def __init__(self, *key: object) -> None:
        self.key = "/".join(str(part) for part in key)
        state = 14695981039346656037
        for byte in self.key.encode("utf-8"):
            state = ((state ^ byte) * 1099511628211) & MASK
        self.state = state

    def next(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n: int) -> int:
        return (self.next() * n) >> 64

    def shuffle(self, items: MutableSequence[Any]) -> None:
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]


@dataclass(frozen=True)
class Row:
    text: str
    label: int


@dataclass(frozen=True)
class Task:
    name: str
    instruction: str
    cue: str
    labels: list[str]
    train: list[Row]
    test: list[Row]


@dataclass(frozen=True)
class Example:
    """One tokenized row. `index` is its number in the file; `answer` ends with the end token."""

    index: int
    prompt: list[int]
    answer: list[int]
    label: int

    @property
    def length(self) -> int:
        return len(self.prompt) + len(self.answer)


def read_task(folder: Path, name: str) -> Task:
    """The mtl5 reader: `train.json`, `test.json` ([{"label", "sentence"}]) and `labels.json` of one task."""
    labels: list[str] = json.loads((folder / name / "labels.json").read_text(encoding="utf-8"))
    number = {label: i for i, label in enumerate(labels)}

    def rows(file: str) -> list[Row]:
        items = json.loads((folder / name / file).read_text(encoding="utf-8"))
        return [Row(item["sentence"].strip(), number[item["label"]]) for item in items]

    instruction, cue = PROMPTS[name]
    return Task(name, instruction, cue, labels, rows("train.json"), rows("test.json"))


def training_rows(task: Task, seed: int, per_class: int | None, held: Sequence[int] = ()) -> list[int]:
    """Row numbers to train on, ascending; none of `held`."""
    left_out = set(held)
    if per_class is None:
        return [number for number in range(len(task.train)) if number not in left_out]
    shuffled = list(range(len(task.train)))
    RandomStream(seed, "rows", task.name).shuffle(shuffled)
    taken_of_label = [0] * len(task.labels)
    taken: list[int] = []
    for number in shuffled:
        label = task.train[number].label
        if number not in left_out and taken_of_label[label] < per_class:
            taken_of_label[label] += 1
            taken.append(number)
    return sorted(taken)


def test_rows(task: Task, limit: int | None) -> list[int]:
    numbers = list(range(len(task.test)))
    if limit is None:
        return numbers
    RandomStream("test", task.name).shuffle(numbers)
    return sorted(numbers[:limit])


def validation_part(task: Task) -> list[int]:
    """The fifth of the train rows with the lowest hashes of their texts, from the lowest hash."""
    hashes = sorted((RandomStream("validation", task.name, row.text).next(), number) for number, row in enumerate(task.train))
    count = -(-len(hashes) // 5)
    return [number for value, number in hashes if value <= hashes[count - 1][0]]


class Encoder:
    """Turns rows of a task into examples and counts the truncated ones."""

    def __init__(self, base: Path, max_length: int) -> None:
        self.tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        self.end = self.tokenizer.token_to_id(END_TOKEN)
        self.max_length = max_length
        self.truncated = 0

    def ids(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def answers(self, task: Task) -> list[list[int]]:
        """The answer tokens of every label, end token included."""
        return [self.ids(" " + label) + [self.end] for label in task.labels]

    def examples(self, task: Task, rows: list[Row], numbers: list[int]) -> list[Example]:
        head = self.ids(task.instruction + "\n")
        tail = self.ids("\n" + task.cue)
        answers = self.answers(task)
        room = self.max_length - len(head) - len(tail) - max(len(answer) for answer in answers)
        result: list[Example] = []
        for number in numbers:
            row = rows[number]
            text = self.ids(row.text)
            if len(text) > room:
                text = text[len(text) - max(room, 0):]
                self.truncated += 1
            result.append(Example(number, head + text + tail, answers[row.label], row.label))
        return result


def epoch_batches(lengths: Sequence[int], seed: int, task: str, epoch: int, batch_size: int) -> list[list[int]]:
    """The batches of one epoch, as positions in the list of training examples; `lengths` are their token counts."""
    stream = RandomStream(seed, "order", task, epoch)
    positions = list(range(len(lengths)))
    stream.shuffle(positions)
    batches: list[list[int]] = []
    for start in range(0, len(positions), 8 * batch_size):
        chunk = sorted(positions[start:start + 8 * batch_size], key=lambda p: (lengths[p], p))
        batches += [chunk[i:i + batch_size] for i in range(0, len(chunk), batch_size)]
    stream.shuffle(batches)
    return batches


class Draws:
    """Initial values: every tensor has a stream of its own, by name, whatever was drawn before."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, name: str) -> torch.Generator:
        return torch.Generator().manual_seed(RandomStream(self.seed, "init", name).next())
