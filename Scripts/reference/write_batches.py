#!/usr/bin/env python3
"""Writes the first batches of a task's first epoch as the JSON file that bench_lora.py reads.

    python write_batches.py --base BASE --data DATA --task agnews > batches.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from readout import make_batch
from streams import Encoder, epoch_batches, read_task, training_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--task", default="agnews")
    parser.add_argument("--per-class", type=int, default=100)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--max-length", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=24)
    options = parser.parse_args()
    task = read_task(options.data, options.task)
    rows, _ = training_rows(task, options.seed, options.per_class)
    examples = Encoder(options.base, options.max_length).examples(task, task.train, rows)
    document: dict[str, list] = {"batches": [], "lengths": []}
    lengths = [example.length for example in examples]
    for positions in epoch_batches(lengths, options.seed, task.name, 0, options.batch)[:options.count]:
        batch = make_batch([(examples[p].prompt, examples[p].answer) for p in positions])
        targets = batch.ids.masked_fill(~batch.answer, -100)
        document["batches"].append({"ids": batch.ids.tolist(), "targets": targets.tolist()})
        document["lengths"].append(batch.real.sum(1).tolist())
    print(json.dumps(document))


if __name__ == "__main__":
    main()
