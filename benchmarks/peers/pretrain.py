"""Pretraining in plain eager PyTorch: the reference model of Scripts/reference/pretraining, with its fast router and fused AdamW."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from rounds import ROOT, arguments, peak_rss_bytes, requests, say, seconds

sys.path.insert(0, str(ROOT / "Scripts/reference/pretraining"))

from model import Decoder, Shape  # noqa: E402
from optimizers import Optimizer, initialize  # noqa: E402
from routing import FastRouter  # noqa: E402
from train import backward  # noqa: E402


def main() -> None:
    options = arguments(__doc__, ("--config", {"type": Path}), ("--rows", {"type": int, "default": 16}), ("--micro-batch", {"type": int}),
                        ("--length", {"type": int, "default": 256}), ("--optimizer", {"default": "adamw"}))
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = Decoder(Shape.read(options.config))
    initialize(model, 0)
    optimizer = Optimizer(model, options.optimizer, factor=0.5, fused=True)
    router = FastRouter(0, 1.25, 8, True)
    rows, length, vocabulary = options.rows, options.length, model.shape.vocabulary
    done = 0

    def step() -> float:
        nonlocal done
        count = rows * (length + 1)
        numbers = torch.arange(done * count, (done + 1) * count)
        tokens = ((numbers * 2654435761) % 2**32 // 256 % vocabulary).reshape(rows, length + 1)
        optimizer.zero_grad()
        terms, _ = backward(model, list(tokens.split(options.micro_batch or rows)), router, 0.01, 0.0)
        optimizer.step(1e-3)
        done += 1
        return terms["total"]

    say({"torch": torch.__version__, "threads": torch.get_num_threads(),
         "parameters": sum(p.numel() for p in model.parameters()), "first_loss": step()})
    step()
    for steps in requests():
        losses: list[float] = []
        taken = seconds(lambda: losses.extend(step() for _ in range(steps)))
        say({"steps": steps, "tokens": steps * rows * length, "seconds": taken, "loss": losses[-1],
             "peak_rss_bytes": peak_rss_bytes()})


if __name__ == "__main__":
    main()
