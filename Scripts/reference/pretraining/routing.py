"""The mixture in training (docs/pretraining.md, "MoE blocks in training"): choices, capacity, drop, recycle, weights, losses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from data import RandomStream

NOBODY = -1


@dataclass
class Decision:
    """What one layer did with the tokens of one micro-batch."""

    choices: Tensor  # [tokens, k], most probable first
    assigned: Tensor  # [tokens, k], who is visited in the end; -1: nobody
    weights: Tensor  # [tokens, k], 0 where nobody is visited
    balance: Tensor
    z: Tensor
    margin: float  # how near the closest ranks of any token's choices were, as probability


def capacity(tokens: int, experts: int, active: int, factor: float, minimum: int) -> int:
    return max(math.ceil(active * tokens / experts * factor), minimum)


def losses(z: Tensor, p: Tensor, choices: Tensor) -> tuple[Tensor, Tensor]:
    """l = E Σ f_e P_e, and mean (ln Σ exp z)²; z, p: [tokens, experts]."""
    tokens, experts = p.shape
    shares = torch.bincount(choices.flatten(), minlength=experts).to(p.dtype) / tokens
    return experts * (shares * p.mean(0)).sum(), z.logsumexp(-1).square().mean()


def ranks(p: Tensor, active: int) -> tuple[Tensor, float]:
    """The most probable experts, the smaller number first of equal ones; and the smallest gap that decided something."""
    values, order = p.sort(dim=-1, descending=True, stable=True)
    gaps = (values[:, :-1] - values[:, 1:])[:, :active]
    return order[:, :active], gaps.min().item() if gaps.numel() else math.inf


def weights(p: Tensor, assigned: Tensor, renormalizes: bool) -> Tensor:
    w = p.gather(-1, assigned.clamp(min=0)) * (assigned >= 0)
    return w / w.sum(-1, keepdim=True).clamp(min=1e-9) if renormalizes else w


def assign(choices: list[list[int]], experts: int, limit: int, stream: RandomStream | None) -> list[list[int]]:
    """Steps 3 and 4. `choices`: k experts for each token. Without a stream, what overflows is dropped."""
    active = len(choices[0])
    assigned = [[NOBODY] * active for _ in choices]
    taken = [0] * experts
    overflow = []
    for choice in range(active):
        for token, row in enumerate(choices):
            expert = row[choice]
            if taken[expert] < limit:
                taken[expert] += 1
                assigned[token][choice] = expert
            else:
                overflow.append((token, choice))
    if stream is None:
        return assigned
    free = [limit - count for count in taken]
    places = [e for e in sorted(range(experts), key=lambda e: (-free[e], e)) for _ in range(free[e])]
    stream.shuffle(places)
    for j, (token, choice) in enumerate(overflow):
        # A place is used up by its slot even where nobody can be visited.
        for later in range(j, len(places)):
            if places[later] not in assigned[token]:
                places[j], places[later] = places[later], places[j]
                assigned[token][choice] = places[j]
                break
    return assigned


@dataclass
class Router:
    """Who visits whom. As it is: no capacity, everybody visits the most probable experts."""

    seed: int = 0
    factor: float | None = None  # of capacity; None: no capacity
    minimum: int = 8
    recycles: bool = True
    step: int = 0
    micro_batch: int = 0

    def choose(self, p: Tensor, active: int) -> tuple[Tensor, float]:
        return ranks(p, active)

    def place(self, choices: Tensor, experts: int, limit: int, layer: int) -> Tensor:
        stream = RandomStream(self.seed, "recycle", self.step, self.micro_batch, layer) if self.recycles else None
        return torch.tensor(assign(choices.tolist(), experts, limit, stream))

    def decide(self, z: Tensor, active: int, renormalizes: bool, layer: int) -> Decision:
        """z: [tokens, experts]."""
        tokens, experts = z.shape
        p = z.softmax(-1)
        with torch.no_grad():
            choices, margin = self.choose(p, active)
            assigned = choices
            if self.factor is not None:
                limit = capacity(tokens, experts, active, self.factor, self.minimum)
                assigned = self.place(choices, experts, limit, layer)
        return Decision(choices, assigned, weights(p, assigned, renormalizes), *losses(z, p, choices), margin)


class FastRouter(Router):
    """The same without a loop over tokens; recycling draws from PyTorch's generator, and a slot whose place is of an expert that its
    token visits already visits nobody."""

    def choose(self, p: Tensor, active: int) -> tuple[Tensor, float]:
        return p.topk(active).indices, math.nan

    def place(self, choices: Tensor, experts: int, limit: int, layer: int) -> Tensor:
        slots = choices.T.flatten()  # [k · tokens], choice by choice
        order = slots.argsort(stable=True)
        counts = torch.bincount(slots, minlength=experts)
        ranks = torch.empty_like(slots)  # the slot's number among those of its expert
        ranks[order] = torch.arange(len(slots)) - (counts.cumsum(0) - counts)[slots[order]]
        overflows = ranks >= limit
        assigned = slots.masked_fill(overflows, NOBODY)
        if self.recycles:
            free = limit - counts.clamp(max=limit)
            places = torch.repeat_interleave(torch.arange(experts), free)
            places = places[torch.randperm(len(places))]
            lost = overflows.nonzero().flatten()[:len(places)]
            assigned[lost] = places[:len(lost)]
        assigned = assigned.view(choices.shape[1], -1)  # [k, tokens]
        for later in range(1, len(assigned)):  # over choices
            for earlier in range(later):
                doubled = (assigned[later] == assigned[earlier]) & (assigned[later] >= 0)
                # Only recycled slots can double another; the one that chose the expert itself stays.
                recycled = overflows.view_as(assigned)[later]
                assigned[later].masked_fill_(doubled & recycled, NOBODY)
                assigned[earlier].masked_fill_(doubled & ~recycled, NOBODY)
        return assigned.T.contiguous()
