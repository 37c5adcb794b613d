"""Speed of pretraining in plain eager PyTorch: tokens per second, to compare `accrete pretrain` with.

    python peer.py --config config.json --rows 4 --length 256 --steps 10 --threads 2 --json out.json

A step is forward, backward, clipping and optimizer on random tokens; the number is rows · length divided by the median time of a
step after two that are not counted. float32, PyTorch's fused AdamW, routing without a loop over tokens, experts one after the other on
the tokens that visit them, attention by scaled_dot_product_attention.

What it does not do: no reading of shards, no checkpoints, no scores of held-out text, no log; no torch.compile, no lower precision,
no checkpointing of activations. On a machine whose cores are busy give --threads 1 (see ../README.md). Recycling draws from PyTorch's generator, and a slot whose place is of an expert that its token visits
already is dropped instead of swapped, so with k > 1 slightly fewer slots are computed than the protocol says.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import time
from pathlib import Path

import torch
from torch import Tensor

from model import Decoder, Shape
from optimizers import Optimizer, expert_factor, initialize, is_routed
from routing import FastRouter
from train import backward

WARM_UP = 2


def activated(model: Decoder) -> int:
    """Parameters that a token meets, embeddings included."""
    shape = model.shape
    return sum(p.numel() * shape.active // shape.experts if is_routed(n) else p.numel() for n, p in model.named_parameters())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=4)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--micro-batches", type=int, default=1)
    parser.add_argument("--steps", type=int, default=10, help="counted steps")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--optimizer", choices=["adamw", "muon"], default="adamw")
    parser.add_argument("--capacity", default="1.25", help="a factor, or none")
    parser.add_argument("--minimum", type=int, default=8)
    parser.add_argument("--overflow", choices=["recycle", "drop"], default="recycle")
    parser.add_argument("--balance", type=float, default=0.01)
    parser.add_argument("--z", type=float, default=0.0)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    a = parser.parse_args()
    if min(a.rows, a.length, a.micro_batches, a.steps, a.threads) < 1:
        parser.error("rows, length, micro-batches, steps and threads are at least 1")
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    model = Decoder(Shape.read(a.config))
    initialize(model, a.seed)
    shape = model.shape
    factor = expert_factor(shape.experts, shape.active) if shape.experts else 1.0
    optimizer = Optimizer(model, a.optimizer, factor=factor, fused=True)
    router = FastRouter(a.seed, None if a.capacity == "none" else float(a.capacity), a.minimum, a.overflow == "recycle")
    seconds, losses = [], []
    parts: dict[str, list[float]] = {"gradients": [], "optimizer": []}
    for number in range(WARM_UP + a.steps):
        batches: list[Tensor] = [torch.randint(shape.vocabulary, (a.rows, a.length + 1)) for _ in range(a.micro_batches)]
        start = time.perf_counter()
        optimizer.zero_grad()
        terms, _ = backward(model, batches, router, a.balance, a.z)
        middle = time.perf_counter()
        optimizer.step(a.rate)
        end = time.perf_counter()
        losses.append(terms["total"])
        if number >= WARM_UP:
            seconds.append(end - start)
            parts["gradients"].append(middle - start)
            parts["optimizer"].append(end - middle)
    median = statistics.median(seconds)
    tokens = a.rows * a.length * a.micro_batches
    result = {
        "tokens_per_second": tokens / median, "seconds_per_step": median, "fastest": min(seconds), "slowest": max(seconds),
        "seconds_of": {name: statistics.median(values) for name, values in parts.items()},
        "tokens_per_step": tokens, "rows": a.rows, "length": a.length, "micro_batches": a.micro_batches, "steps": a.steps,
        "threads": a.threads, "optimizer": a.optimizer, "capacity": a.capacity, "overflow": a.overflow, "balance": a.balance, "z": a.z,
        "parameters": sum(p.numel() for p in model.parameters()), "activated_parameters": activated(model),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if platform.system() == "Darwin" else 1024),
        "first_loss": losses[0], "last_loss": losses[-1], "torch": torch.__version__, "architecture": json.loads(a.config.read_text())[
            "architectures"][0], "seconds": seconds}
    print(f"{result['tokens_per_second']:.0f} tokens/s (median of {a.steps} steps of {tokens} tokens, {median:.3f} s each, "
          f"{a.threads} threads, {result['parameters']} parameters, {result['activated_parameters']} activated)")
    if a.json:
        a.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
