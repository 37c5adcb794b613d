"""One training step's loss: the fine-tuning term, the adversary's terms and their sum as `backward` sees it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from lora import LoraModel
from moe_cl import MoEModel
from output_head import Batch, answer_loss

Model = LoraModel | MoEModel


@dataclass(frozen=True)
class Recipe:
    adversary: str = "isolated"
    weight: float = 0.1


def step_terms(model: Model, batch: Batch, task: int, recipe: Recipe) -> tuple[dict[str, Tensor], Tensor]:
    """The loss terms by name, and the tensor to call `backward` on.

    `total` is what a report shows: sft − w gan (paper) or sft + w (discriminator + confusion) (isolated). The paper's two
    players pull in opposite directions, so that the tensor for `backward` has its gradient but not its value.
    """
    model.select(task, batch.real, recipe.adversary)
    sft = answer_loss(model.base, batch)
    terms, extra = model.adversary_terms(task, recipe.adversary, recipe.weight)
    objective = sft if extra is None else sft + extra
    total = objective
    if "gan" in terms:
        total = sft - recipe.weight * terms["gan"]
    values = {"sft": sft} | terms | {"total": total}
    return {name: value.detach() for name, value in values.items()}, objective


def new_optimizer(tensors: dict[str, torch.nn.Parameter], rate: float) -> torch.optim.AdamW:
    return torch.optim.AdamW(tensors.values(), lr=rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)


def train_step(model: Model, batch: Batch, task: int, recipe: Recipe, optimizer: torch.optim.AdamW,
               tensors: dict[str, torch.nn.Parameter]) -> tuple[dict[str, Tensor], Tensor]:
    """One step of AdamW with the gradient norm clipped to 1; returns the terms and the norm before clipping."""
    terms, objective = step_terms(model, batch, task, recipe)
    objective.backward()
    norm = torch.nn.utils.clip_grad_norm_(tensors.values(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return terms, norm
