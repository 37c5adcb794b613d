#!/usr/bin/env python3
"""Trains a sequence of tasks and scores all of them after each, as docs/protocol.md says; output head `label`, float32, CPU.

    python train.py --base BASE --data DATA --order 1 --method moe-cl \
        --per-class 100 --test-limit 500 --out /tmp/reference

Writes OUT/matrix.json and OUT/predictions.jsonl; progress goes to standard error. Rows, prompts, batches and their order are
exactly those of any other implementation of the protocol; initial values and dropout masks too.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import torch
import transformers
from transformers import LlamaForCausalLM

from lora import Expert, LoraModel, LoraShape
from masks import MaskDraws
from moe_cl import ADVERSARIES, MoEModel
from objective import Model, Recipe, new_optimizer, train_step
from output_head import make_batch, predict
from streams import (ORDERS, Draws, Encoder, Example, RandomStream, Task, epoch_batches, read_task, test_rows, training_rows,
                     validation_part)


@dataclass(frozen=True)
class Prepared:
    """A task with its tokenized rows."""

    task: Task
    training: list[Example]
    scored: list[Example]
    answers: list[list[int]]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the folder with one folder per task")
    parser.add_argument("--order", choices=sorted(ORDERS), default="1")
    parser.add_argument("--tasks", help="only these tasks of the order, separated by commas")
    parser.add_argument("--method", choices=["moe-cl", "sequential", "per-task"], default="moe-cl")
    parser.add_argument("--per-class", type=int)
    parser.add_argument("--test-limit", type=int)
    parser.add_argument("--evaluate-on", choices=["test", "validation"], default="test")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--schedule", choices=["constant", "cosine"], default="constant")
    parser.add_argument("--warmup-steps", type=int, default=0)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--alpha", type=float, default=16.0)
    parser.add_argument("--dropout", type=float, default=0.05)
    parser.add_argument("--max-length", type=int, default=256)
    parser.add_argument("--adversary", choices=ADVERSARIES, default="isolated")
    parser.add_argument("--adversary-weight", type=float, default=0.1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def task_names(options: argparse.Namespace) -> list[str]:
    order = ORDERS[options.order]
    if options.tasks is None:
        return order
    wanted = options.tasks.split(",")
    if unknown := set(wanted) - set(order):
        raise SystemExit(f"--tasks: not in order {options.order}: {', '.join(sorted(unknown))}")
    return [name for name in order if name in wanted]


def prepare(options: argparse.Namespace, encoder: Encoder, name: str) -> Prepared:
    task = read_task(options.data, name)
    held: list[int] = []
    if options.evaluate_on == "test":
        rows, numbers = task.test, test_rows(task, options.test_limit)
    else:
        held = validation_part(task)
        rows, numbers = task.train, sorted(held[:options.test_limit])
    taken = training_rows(task, options.seed, options.per_class, held)
    return Prepared(task, encoder.examples(task, task.train, taken), encoder.examples(task, rows, numbers),
                    encoder.answers(task))


def build(options: argparse.Namespace) -> Model:
    base = LlamaForCausalLM.from_pretrained(options.base, dtype=torch.float32, attn_implementation="sdpa")
    shape = LoraShape(options.rank, options.alpha, options.dropout)
    if options.method == "moe-cl":
        return MoEModel(base, shape, Draws(options.seed))
    return LoraModel(base, shape, one_for_all=options.method == "sequential")


def rate_at(step: int, total: int, options: argparse.Namespace) -> float:
    """The rate of a step, counted from 0: linear warm-up, then constant or half a cosine to zero."""
    if step < options.warmup_steps:
        return options.lr * (step + 1) / options.warmup_steps
    if options.schedule == "constant":
        return options.lr
    span = max(total - options.warmup_steps, 1)
    return options.lr * 0.5 * (1 + math.cos(math.pi * min(step - options.warmup_steps, span) / span))


def train_task(model: Model, number: int, prepared: Prepared, options: argparse.Namespace) -> dict[str, float]:
    """Trains one task; returns its seconds, real tokens, steps and the mean loss terms of the last epoch."""
    name = prepared.task.name
    recipe = Recipe(options.adversary if options.method == "moe-cl" else "off", options.adversary_weight)
    model.add_task(Draws(options.seed), name)
    trained = model.trained(number, recipe.adversary)
    optimizer = new_optimizer(trained, options.lr)
    Expert.draws = MaskDraws(RandomStream(options.seed, "dropout", name), options.dropout)
    examples = prepared.training
    lengths = [example.length for example in examples]
    tokens = steps = 0
    means: dict[str, float] = {}
    model.train()
    start = time.perf_counter()
    for epoch in range(options.epochs):
        sums: dict[str, float] = {}
        batches = epoch_batches(lengths, options.seed, name, epoch, options.batch)
        for positions in batches:
            batch = make_batch([(examples[p].prompt, examples[p].answer) for p in positions])
            Expert.draws.begin(batch.real)
            for group in optimizer.param_groups:
                group["lr"] = rate_at(steps, options.epochs * len(batches), options)
            terms, _ = train_step(model, batch, number, recipe, optimizer, trained)
            for term, value in terms.items():
                sums[term] = sums.get(term, 0.0) + value.item()
            tokens += int(batch.real.sum())
            steps += 1
        means = {term: value / len(batches) for term, value in sums.items()}
        rate = tokens / (time.perf_counter() - start)
        say(f"{name}: epoch {epoch + 1}/{options.epochs}, {rate:.0f} tokens/s, "
            + ", ".join(f"{term} {value:.4f}" for term, value in means.items()))
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "tokens": tokens, "tokens_per_second": tokens / seconds, "steps": steps} | means


def score_row(model: Model, row: int, tasks: list[Prepared], options: argparse.Namespace, out: TextIO) -> list[float]:
    """One row of the matrix; every prediction is written as a line."""
    model.eval()
    result: list[float] = []
    start = time.perf_counter()
    for number, prepared in enumerate(tasks):
        model.select(number)
        predicted = predict(model.base, prepared.scored, prepared.answers)
        labels = prepared.task.labels
        for example, choice in zip(prepared.scored, predicted):
            line = {"row": row, "task": prepared.task.name, "index": example.index,
                    "gold": labels[example.label], "predicted": labels[choice]}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
        right = sum(example.label == choice for example, choice in zip(prepared.scored, predicted))
        result.append(right / len(predicted))
    out.flush()
    say(f"row {row}: {' '.join(f'{score:.4f}' for score in result)} ({time.perf_counter() - start:.0f} s)")
    return result


def metrics(r: list[list[float]]) -> dict[str, float | None]:
    count = len(r) - 1
    result: dict[str, float | None] = {"ACC": sum(r[count]) / count, "BWT": None, "FWT": None}
    if count > 1:
        result["BWT"] = sum(r[count][j] - r[j + 1][j] for j in range(count - 1)) / (count - 1)
        result["FWT"] = sum(r[j][j] - r[0][j] for j in range(1, count)) / (count - 1)
    return result


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    transformers.utils.logging.disable_progress_bar()
    options.out.mkdir(parents=True, exist_ok=True)
    encoder = Encoder(options.base, options.max_length)
    tasks = [prepare(options, encoder, name) for name in task_names(options)]
    model = build(options)
    names = [prepared.task.name for prepared in tasks]
    say(f"tasks {', '.join(names)}; {encoder.truncated} examples truncated")
    costs: dict[str, dict[str, float]] = {}
    start = time.perf_counter()
    with open(options.out / "predictions.jsonl", "w", encoding="utf-8") as out:
        matrix = [score_row(model, 0, tasks, options, out)]
        for number, prepared in enumerate(tasks):
            costs[prepared.task.name] = train_task(model, number, prepared, options)
            matrix.append(score_row(model, number + 1, tasks, options, out))
    document = {
        "tasks": names, "R": matrix, "metrics": metrics(matrix), "costs": costs,
        "seconds": time.perf_counter() - start, "truncated": encoder.truncated,
        "configuration": {key: str(v) if isinstance(v, Path) else v for key, v in vars(options).items()},
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    }
    (options.out / "matrix.json").write_text(json.dumps(document, indent=2) + "\n")
    say(", ".join(f"{name} {value:.4f}" for name, value in document["metrics"].items() if value is not None))


if __name__ == "__main__":
    main()
