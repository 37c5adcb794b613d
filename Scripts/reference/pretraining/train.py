"""A step of pretraining, and a run over shards of tokens.

    python train.py --config config.json --source NAME=WEIGHT:SHARD[,SHARD…] --length 128 --steps 200 --out losses.json

A shard is a file of little-endian tokens, 2 bytes each where the vocabulary has at most 65,536 entries and 4 otherwise. One
stage; the held-out stream is not scored.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from data import Source, Stage, windows
from model import Decoder, Shape
from optimizers import Optimizer, expert_factor, initialize, rate
from routing import Decision, Router


def backward(model: Decoder, micro_batches: list[Tensor], router: Router, balance: float,
             z: float) -> tuple[dict[str, float], list[list[Decision]]]:
    """Adds the gradients of L to `grad`. A micro-batch: [rows, T + 1] tokens. Terms: `task`, the two sums over the layers without
    their weights (means over the micro-batches, by targets as everything), `total` = L."""
    targets = sum(batch[:, 1:].numel() for batch in micro_batches)
    terms = {"task": 0.0, "balance": 0.0, "z": 0.0, "total": 0.0}
    decisions = []
    for number, batch in enumerate(micro_batches):
        router.micro_batch = number
        logits, layers = model(batch[:, :-1], router)
        zero = logits.new_zeros(())
        values = {
            "task": F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten()),
            "balance": sum((d.balance for d in layers), zero), "z": sum((d.z for d in layers), zero)}
        values["total"] = values["task"] + balance * values["balance"] + z * values["z"]
        share = batch[:, 1:].numel() / targets
        (values["total"] * share).backward()
        for name, value in values.items():
            terms[name] += value.item() * share
        decisions.append(layers)
    return terms, decisions


def step(model: Decoder, optimizer: Optimizer, micro_batches: list[Tensor], router: Router, balance: float, z: float, number: int,
         rate: float) -> tuple[dict[str, float], list[list[Decision]]]:
    router.step = number
    optimizer.zero_grad()
    terms, decisions = backward(model, micro_batches, router, balance, z)
    terms["gradient_norm"] = optimizer.step(rate)
    return terms, decisions


def read_shards(paths: list[Path], vocabulary: int) -> Tensor:
    dtype = torch.uint16 if vocabulary <= 1 << 16 else torch.int32
    parts = [torch.frombuffer(bytearray(path.read_bytes()), dtype=dtype).long() for path in paths]
    return torch.cat(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--source", action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    for name, kind, default in (("seed", int, 0), ("length", int, 128), ("rows", int, 4), ("micro-batches", int, 1), ("steps", int, 100),
                                ("warmup", int, 10), ("rate", float, 1e-3), ("balance", float, 0.01), ("z", float, 0.0),
                                ("minimum", int, 8), ("threads", int, 1)):
        parser.add_argument(f"--{name}", type=kind, default=default)
    parser.add_argument("--decay", choices=["cosine", "constant"], default="cosine")
    parser.add_argument("--capacity", default="1.25", help="a factor, or none")
    parser.add_argument("--overflow", choices=["recycle", "drop"], default="recycle")
    parser.add_argument("--optimizer", choices=["adamw", "muon"], default="adamw")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    model = Decoder(Shape.read(a.config))
    initialize(model, a.seed)
    sources, weights, streams = [], [], []
    for text in a.source:
        name, rest = text.split("=", 1)
        weight, files = rest.split(":", 1)
        streams.append(read_shards([Path(file) for file in files.split(",")], model.shape.vocabulary))
        sources.append(Source(name, len(streams[-1])))
        weights.append(float(weight))
    shape = model.shape
    factor = expert_factor(shape.experts, shape.active) if shape.experts else 1.0
    optimizer = Optimizer(model, a.optimizer, factor=factor)
    router = Router(a.seed, None if a.capacity == "none" else float(a.capacity), a.minimum, a.overflow == "recycle")
    order = windows(a.seed, sources, [Stage(a.steps, a.length, weights)], a.rows * a.micro_batches)
    log = []
    for number in range(a.steps):
        batches = []
        for _ in range(a.micro_batches):
            places = [next(order) for _ in range(a.rows)]
            batches.append(torch.stack([streams[j][w * a.length:(w + 1) * a.length + 1] for j, w in places]))
        eta = rate(number, a.steps, a.warmup, a.rate, a.decay)
        terms, _ = step(model, optimizer, batches, router, a.balance, a.z, number, eta)
        log.append(terms | {"step": number, "rate": eta})
        if number % 10 == 0 or number + 1 == a.steps:
            print(f"step {number}: task {terms['task']:.4f}, balance {terms['balance']:.4f}, rate {eta:.2e}", flush=True)
    a.out.write_text(json.dumps(log) + "\n")


if __name__ == "__main__":
    main()
