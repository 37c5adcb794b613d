#!/usr/bin/env python3
"""Training speed of PyTorch + PEFT (or of this folder's MoE-CL) on given batches; float32, CPU.

    python bench_lora.py --base BASE --batches batches.json --threads 2 --warm-up 3 --steps 20

The file is {"batches": [{"ids": [[…]], "targets": [[…]]}], "lengths": [[…]]}: padded rows, targets aligned with ids and −100
where there is no loss, and each row's number of real tokens. (`lengths` may also stand inside each batch.) The batches are
used in turn, warm-up first. A step is forward, backward, clipping to norm 1 and AdamW. Only real tokens are counted.

`--model lora`: transformers' model at its defaults with PEFT's LoraConfig, the loss of `model(labels=…)`, which computes
all positions' logits. `--model moe-cl`: our MoE-CL learning its second task, logits at answer positions only.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Callable

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from torch import Tensor
from transformers import AutoModelForCausalLM

from lora import PROJECTIONS, LoraShape
from moe_cl import ADVERSARIES, MoEModel
from objective import Recipe, step_terms
from readout import Batch
from streams import Draws

Loss = Callable[[Batch, Tensor], Tensor]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--batches", type=Path, required=True)
    parser.add_argument("--model", choices=["lora", "moe-cl"], default="lora")
    parser.add_argument("--adversary", choices=ADVERSARIES, default="isolated")
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--alpha", type=float, default=16.0)
    parser.add_argument("--dropout", type=float, default=0.05)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--warm-up", type=int, default=3)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def read_batches(path: Path) -> list[tuple[Batch, Tensor]]:
    document = json.loads(path.read_text())
    result: list[tuple[Batch, Tensor]] = []
    for i, item in enumerate(document["batches"]):
        ids, targets = torch.tensor(item["ids"]), torch.tensor(item["targets"])
        lengths = torch.tensor(item["lengths"] if "lengths" in item else document["lengths"][i])
        real = torch.arange(ids.shape[1]) < lengths[:, None]
        result.append((Batch(ids, real, targets != -100), targets))
    return result


def lora(options: argparse.Namespace) -> tuple[Loss, list[torch.nn.Parameter]]:
    base = AutoModelForCausalLM.from_pretrained(options.base, dtype=torch.float32)
    config = LoraConfig(r=options.rank, lora_alpha=options.alpha, lora_dropout=options.dropout,
                        target_modules=list(PROJECTIONS), task_type="CAUSAL_LM")
    model = get_peft_model(base, config).train()

    def loss(batch: Batch, targets: Tensor) -> Tensor:
        return model(input_ids=batch.ids, attention_mask=batch.real.long(), labels=targets).loss

    return loss, [p for p in model.parameters() if p.requires_grad]


def moe_cl(options: argparse.Namespace) -> tuple[Loss, list[torch.nn.Parameter]]:
    base = AutoModelForCausalLM.from_pretrained(options.base, dtype=torch.float32)
    model = MoEModel(base, LoraShape(options.rank, options.alpha, options.dropout), Draws(0))
    model.add_task(Draws(0), "first")
    model.add_task(Draws(0), "second")
    model.train()

    def loss(batch: Batch, targets: Tensor) -> Tensor:
        return step_terms(model, batch, 1, Recipe(options.adversary))[1]

    return loss, list(model.trained(1, options.adversary).values())


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    transformers.utils.logging.disable_progress_bar()
    torch.manual_seed(0)
    batches = read_batches(options.batches)
    loss_of, trained = lora(options) if options.model == "lora" else moe_cl(options)
    optimizer = torch.optim.AdamW(trained, lr=options.lr, weight_decay=0.01)
    tokens = 0
    start = time.perf_counter()
    losses: list[float] = []
    for step in range(options.warm_up + options.steps):
        if step == options.warm_up:
            tokens, start = 0, time.perf_counter()
        batch, targets = batches[step % len(batches)]
        loss = loss_of(batch, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        tokens += int(batch.real.sum())
        losses.append(loss.item())
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({
        "model": options.model, "tokens_per_second": tokens / seconds, "tokens": tokens, "seconds": seconds,
        "steps": options.steps, "warm_up": options.warm_up, "threads": options.threads, "peak_rss_bytes": peak,
        "trained_parameters": sum(p.numel() for p in trained), "first_loss": losses[0], "last_loss": losses[-1],
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__},
    }))


if __name__ == "__main__":
    main()
