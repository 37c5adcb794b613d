"""The adversary as MoE-CL's released code has it, at the first task of three; goldens for Tests/LearningTests/ReleasedAdversaryTests.swift.

    python Scripts/reference/released.py            # writes Tests/Goldens/released.json and released.safetensors

The number of tasks is known from the start: every discriminator has a row for each task before the first is learned, and the first
task has the term, too. Computed literally: two complete feed-forward outputs a layer, one softmax of the discriminator's logits, a cross-entropy that takes the
probabilities for logits, plain autograd of sft - w gan, and the discriminators' gradients times -1 afterwards.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from checks import literal_block
from output_head import answer_loss, make_batch
from tiny import TASKS, moe_model, random_rows

WEIGHT = 0.1
FIRST = 0


def write(out: Path) -> None:
    model = moe_model(out / "tiny")
    batch = make_batch(random_rows("batch", 4))
    features: list[torch.Tensor] = []
    for block in model.blocks:
        def forward(z: torch.Tensor, block=block) -> torch.Tensor:
            mixed, shared = literal_block(block, z, FIRST)
            features.append(torch.stack([row[real].mean(0) for row, real in zip(shared, batch.real)]))
            return mixed
        block.forward = forward
    sft = answer_loss(model.base, batch)
    p = torch.cat([torch.softmax(r @ block.discriminator.T, -1) for r, block in zip(features, model.blocks)])
    assert p.shape[1] == TASKS
    gan = F.cross_entropy(p, torch.full((len(p),), FIRST))
    (sft - WEIGHT * gan).backward()
    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in model.trained(FIRST, "paper").items():
        tensors[f"grad.{name}"] = -tensor.grad if name.endswith("discriminator") else tensor.grad.clone()
    save_file(tensors, out / "released.safetensors")
    document = {"tasks": TASKS, "task": FIRST, "weight": WEIGHT, "sft": sft.item(), "gan": gan.item()}
    (out / "released.json").write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write(Path(__file__).parents[2] / "Tests" / "Goldens")
