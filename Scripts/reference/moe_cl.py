"""MoE-CL over transformers' LlamaForCausalLM: a shared and a task's expert in every feed-forward block, mixed per token.

The feed-forward block of each decoder layer is replaced by `MoEFeedForward`. Before each pass `MoEModel.select` tells the
blocks which task's expert works, which tokens are real and which adversary needs features; after it,
`MoEModel.adversary_terms` reads these features.
"""

from __future__ import annotations

import math
from typing import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaMLP

from lora import Expert, LoraShape, Masks, drop, expert_tensors
from streams import Draws

ADVERSARIES = ("paper", "isolated", "off")
LOGIT_BOUND = 8.0


def real_mean(x: Tensor, real: Tensor) -> Tensor:
    """The mean of x [rows, tokens, width] over real tokens (real: [rows, tokens], bool)."""
    weights = real.to(x.dtype).unsqueeze(-1)
    return (x * weights).sum(1) / weights.sum(1)


class MoEFeedForward(nn.Module):
    """One layer: y = W_down (b_s a_s + b_t a_t) + s (b_s B2_s A2_s drop(a_s) + b_t B2_t A2_t drop(a_t))."""

    def __init__(self, frozen: LlamaMLP, shape: LoraShape, draws: Draws, layer: int) -> None:
        super().__init__()
        self.frozen = frozen
        self.shape = shape
        self.hidden, self.inner = frozen.hidden_size, frozen.intermediate_size
        self.layer = layer
        self.shared = Expert(self.hidden, self.inner, shape, draws, f"shared.layers.{layer}")
        self.tasks = nn.ModuleList()
        self.gate = nn.Parameter(torch.empty(2, self.hidden).normal_(0, 0.02, generator=draws(f"gates.{layer}")))
        self.discriminator = nn.Parameter(torch.empty(0, self.hidden))
        self.active: int | None = None
        self.real: Tensor | None = None
        self.adversary = "off"
        self.feature: Tensor | None = None

    def add_task(self, draws: Draws, name: str) -> None:
        row = torch.empty(1, self.hidden)
        row.normal_(0, 0.02, generator=draws(f"discriminators.{self.layer}.{len(self.tasks)}"))
        self.tasks.append(Expert(self.hidden, self.inner, self.shape, draws, f"tasks.{name}.layers.{self.layer}"))
        self.discriminator = nn.Parameter(torch.cat([self.discriminator.detach(), row]))

    def forward(self, z: Tensor) -> Tensor:
        s = self.shape.scale
        c1, c3 = self.frozen.gate_proj(z), self.frozen.up_proj(z)
        shared_masks = self.shared.masks(z)
        a_s = self.shared.activation(z, c1, c3, shared_masks)
        low_s = self.shared.down_proj(drop(a_s, shared_masks.down))
        if self.active is None:  # a task that was not learned yet: an expert with B = 0
            a_t, low_t = F.silu(c1) * c3, torch.zeros_like(low_s)
        else:
            expert: Expert = self.tasks[self.active]
            masks = expert.masks(z)
            a_t = expert.activation(z, c1, c3, masks)
            low_t = expert.down_proj(drop(a_t, masks.down))
        b_s, b_t = F.softmax(F.linear(z, self.gate), dim=-1).split(1, dim=-1)

        if self.adversary == "paper":
            self.feature = self.shared_mean(a_s, shared_masks)
        elif self.adversary == "isolated":
            own = self.shared.activation(z.detach(), c1.detach(), c3.detach(), shared_masks)
            self.feature = self.shared_mean(own, shared_masks)
        else:
            self.feature = None
        return self.frozen.down_proj(b_s * a_s + b_t * a_t) + s * (b_s * low_s + b_t * low_t)

    def shared_mean(self, a: Tensor, masks: Masks) -> Tensor:
        """r = mean over real tokens of W_down a + s B2 A2 drop(a); the mean is taken before the (linear) maps."""
        mean = real_mean(a, self.real)
        dropped = mean if masks.down is None else real_mean(drop(a, masks.down), self.real)
        return self.frozen.down_proj(mean) + self.shape.scale * self.shared.down_proj(dropped)


class MoEModel(nn.Module):
    """The whole model with all tasks' experts; experts are numbered from 0 in the order of the tasks' arrival."""

    def __init__(self, base: LlamaForCausalLM, shape: LoraShape, draws: Draws) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.blocks: list[MoEFeedForward] = []
        for number, layer in enumerate(base.model.layers):
            layer.mlp = MoEFeedForward(layer.mlp, shape, draws, number)
            self.blocks.append(layer.mlp)

    @property
    def known(self) -> int:
        """K: how many tasks have arrived."""
        return len(self.blocks[0].tasks)

    def add_task(self, draws: Draws, name: str) -> None:
        for block in self.blocks:
            block.add_task(draws, name)

    def select(self, task: int, real: Tensor | None = None, adversary: str = "off") -> None:
        for block in self.blocks:
            block.active = task if task < len(block.tasks) else None
            block.real = real
            block.adversary = adversary if self.known > 1 else "off"

    def trained(self, task: int, adversary: str) -> dict[str, nn.Parameter]:
        """What learns while the task is learned, by golden name."""
        result: dict[str, nn.Parameter] = {}
        for i, block in enumerate(self.blocks):
            result |= expert_tensors(i, "shared", block.shared)
            result |= expert_tensors(i, f"task{task}", block.tasks[task])
            result[f"layers.{i}.gate"] = block.gate
            if adversary != "off" and self.known > 1:
                result[f"layers.{i}.discriminator"] = block.discriminator
        return result

    def all_tensors(self) -> dict[str, nn.Parameter]:
        result: dict[str, nn.Parameter] = {}
        for task in range(self.known):
            result |= self.trained(task, "paper")
        return result

    def adversary_terms(self, task: int, adversary: str, weight: float) -> tuple[dict[str, Tensor], Tensor | None]:
        """The adversary's loss terms by name, and what is to be added to the fine-tuning loss before `backward`."""
        if adversary == "off" or self.known < 2:
            return {}, None
        if adversary == "paper":
            d_side = self.mean_over_layers(lambda b: paper_loss(b.discriminator, b.feature.detach(), task))
            rest = self.mean_over_layers(lambda b: paper_loss(b.discriminator.detach(), b.feature, task))
            return {"gan": d_side}, weight * (d_side - rest)
        learn = self.mean_over_layers(lambda b: recognition_loss(b.discriminator, b.feature.detach(), task))
        confuse = self.mean_over_layers(lambda b: confusion_loss(b.discriminator.detach(), b.feature))
        return {"discriminator": learn, "confusion": confuse}, weight * (learn + confuse)

    def mean_over_layers(self, term: Callable[[MoEFeedForward], Tensor]) -> Tensor:
        return torch.stack([term(block) for block in self.blocks]).mean()


def paper_loss(discriminator: Tensor, feature: Tensor, task: int) -> Tensor:
    """Cross-entropy of probabilities used as if they were logits, mean over rows."""
    p = F.softmax(F.linear(feature, discriminator), dim=-1)
    return F.cross_entropy(p, torch.full((len(p),), task))


def bounded_logits(discriminator: Tensor, feature: Tensor) -> Tensor:
    """8 · (rows of D at unit length) · LayerNorm(r) / sqrt(hidden); LayerNorm without affine, eps 1e-5."""
    width = feature.shape[-1]
    unit = F.layer_norm(feature, (width,)) / math.sqrt(width)
    return LOGIT_BOUND * F.linear(unit, F.normalize(discriminator, dim=-1))


def recognition_loss(discriminator: Tensor, feature: Tensor, task: int) -> Tensor:
    logits = bounded_logits(discriminator, feature)
    return F.cross_entropy(logits, torch.full((len(logits),), task))


def confusion_loss(discriminator: Tensor, feature: Tensor) -> Tensor:
    """KL(uniform ‖ softmax(logits)), mean over rows."""
    logits = bounded_logits(discriminator, feature)
    return (-math.log(logits.shape[-1]) - F.log_softmax(logits, dim=-1).mean(-1)).mean()
