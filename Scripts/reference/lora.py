"""Low-rank experts on the three feed-forward projections, and plain LoRA (`sequential`, `per-task`) made of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaMLP

from masks import MaskDraws
from streams import Draws

PROJECTIONS = ("gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True)
class LoraShape:
    """What all experts of a model have in common."""

    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.05

    @property
    def scale(self) -> float:
        return self.alpha / self.rank


@dataclass
class Masks:
    """Inverted-dropout factors of one expert, one for each of its matrices; None where nothing is dropped."""

    gate: Tensor | None
    up: Tensor | None
    down: Tensor | None


def drop(x: Tensor, mask: Tensor | None) -> Tensor:
    return x if mask is None else x * mask


class LowRank(nn.Module):
    """B A x, with A [rank, inputs] uniform ±1/sqrt(inputs) and B [outputs, rank] zero."""

    def __init__(self, inputs: int, outputs: int, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.A = nn.Parameter(torch.empty(rank, inputs).uniform_(-bound, bound, generator=generator))
        self.B = nn.Parameter(torch.zeros(outputs, rank))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(F.linear(x, self.A), self.B)


class Expert(nn.Module):
    """The three low-rank pairs of one layer."""

    # The protocol's masks, which any implementation can draw; None: PyTorch's own, which are faster.
    draws: MaskDraws | None = None

    def __init__(self, hidden: int, inner: int, shape: LoraShape, draws: Draws, name: str) -> None:
        super().__init__()
        self.shape = shape
        self.inner = inner
        self.gate_proj = LowRank(hidden, inner, shape.rank, draws(f"{name}.gate_proj.A"))
        self.up_proj = LowRank(hidden, inner, shape.rank, draws(f"{name}.up_proj.A"))
        self.down_proj = LowRank(inner, hidden, shape.rank, draws(f"{name}.down_proj.A"))

    def masks(self, z: Tensor) -> Masks:
        """New dropout masks for the input z; none while evaluating."""
        keep = 1 - self.shape.dropout
        if not self.training or keep == 1:
            return Masks(None, None, None)

        def mask(width: int) -> Tensor:
            if Expert.draws is not None:
                return Expert.draws(width)
            return z.new_empty(*z.shape[:-1], width).bernoulli_(keep).div_(keep)

        return Masks(mask(z.shape[-1]), mask(z.shape[-1]), mask(self.inner))

    def activation(self, z: Tensor, c1: Tensor, c3: Tensor, masks: Masks) -> Tensor:
        """a = SiLU(c1 + s B1 A1 drop(z)) * (c3 + s B3 A3 drop(z))."""
        s = self.shape.scale
        h1 = c1 + s * self.gate_proj(drop(z, masks.gate))
        h3 = c3 + s * self.up_proj(drop(z, masks.up))
        return F.silu(h1) * h3

    def tensors(self) -> dict[str, nn.Parameter]:
        """`{projection: {A, B}}` as `projection/A`, `projection/B`."""
        return {f"{p}/{m}": getattr(getattr(self, p), m) for p in PROJECTIONS for m in ("A", "B")}


def expert_tensors(layer: int, name: str, expert: Expert) -> dict[str, nn.Parameter]:
    """The expert's tensors under their golden names, such as `layers.0.gate_proj.shared.A`."""
    result: dict[str, nn.Parameter] = {}
    for key, tensor in expert.tensors().items():
        projection, matrix = key.split("/")
        result[f"layers.{layer}.{projection}.{name}.{matrix}"] = tensor
    return result


class LoraFeedForward(nn.Module):
    """A frozen feed-forward block with at most one expert at work."""

    def __init__(self, frozen: LlamaMLP) -> None:
        super().__init__()
        self.frozen = frozen
        self.experts = nn.ModuleList()
        self.active: int | None = None

    def forward(self, z: Tensor) -> Tensor:
        if self.active is None:
            return self.frozen(z)
        expert: Expert = self.experts[self.active]
        masks = expert.masks(z)
        a = expert.activation(z, self.frozen.gate_proj(z), self.frozen.up_proj(z), masks)
        return self.frozen.down_proj(a) + expert.shape.scale * expert.down_proj(drop(a, masks.down))


class LoraModel(nn.Module):
    """Plain LoRA: one expert for all tasks (`sequential`), or a new one for each (`per-task`)."""

    def __init__(self, base: LlamaForCausalLM, shape: LoraShape, one_for_all: bool) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.shape = shape
        self.one_for_all = one_for_all
        self.blocks: list[LoraFeedForward] = []
        for layer in base.model.layers:
            layer.mlp = LoraFeedForward(layer.mlp)
            self.blocks.append(layer.mlp)

    def add_task(self, draws: Draws, name: str) -> None:
        config = self.base.config
        owner = "shared" if self.one_for_all else f"tasks.{name}"
        for layer, block in enumerate(self.blocks):
            if not block.experts or not self.one_for_all:
                name = f"{owner}.layers.{layer}"
                block.experts.append(Expert(config.hidden_size, config.intermediate_size, self.shape, draws, name))

    def select(self, task: int, real: Tensor | None = None, adversary: str = "off") -> None:
        """The expert of the task, or the base where the task has none yet. (`real`, `adversary` are MoE-CL's.)"""
        number = 0 if self.one_for_all else task
        for block in self.blocks:
            block.active = number if number < len(block.experts) else None

    def trained(self, task: int, adversary: str = "off") -> dict[str, nn.Parameter]:
        number = 0 if self.one_for_all else task
        result: dict[str, nn.Parameter] = {}
        for i, block in enumerate(self.blocks):
            result |= expert_tensors(i, "lora", block.experts[number])
        return result

    def adversary_terms(self, task: int, adversary: str, weight: float) -> tuple[dict[str, Tensor], Tensor | None]:
        return {}, None
