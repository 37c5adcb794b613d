"""Initial values, schedule, AdamW and Muon (docs/pretraining.md, "Initial values" and "Steps")."""

from __future__ import annotations

import math
import re

import torch
from torch import Tensor, nn

from data import RandomStream
from model import Decoder


def initialize(model: Decoder, seed: int) -> None:
    sigma = model.shape.initializer_range
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if name.endswith(".bias"):
                tensor.zero_()
            elif tensor.dim() == 1:
                tensor.fill_(1)
            else:
                is_output = name.endswith(("o_proj.weight", "down_proj.weight"))
                generator = torch.Generator().manual_seed(RandomStream(seed, "init", name).next())
                tensor.normal_(0, sigma / math.sqrt(2 * model.shape.layers) if is_output else sigma, generator=generator)


def is_routed(name: str) -> bool:
    return ".mlp.experts." in name


def is_muon(name: str, tensor: Tensor) -> bool:
    """Matrices inside of layers but the router."""
    return tensor.dim() == 2 and re.match(r"model\.layers\.\d+\.", name) is not None and ".gate.wg." not in name


def expert_factor(experts: int, active: int, x: float = 0.26) -> float:
    """ρ(n, x) = √n (1 + x) / (n + x), n = E / k."""
    n = experts / active
    return math.sqrt(n) * (1 + x) / (n + x)


def rate(step: int, steps: int, warmup: int, peak: float, decay: str = "cosine", anneal: float = 0.05) -> float:
    """Linear from peak / warmup to the peak; cosine to a tenth of it over all the rest, or constant; in the last twentieth a line
    from where that has come to a tenth of the peak, which the last step has."""
    if step < warmup:
        return peak * (step + 1) / warmup

    def long(at: int) -> float:
        if decay == "constant":
            return peak
        progress = (at - warmup) / max(steps - warmup, 1)
        return peak * (0.1 + 0.45 * (1 + math.cos(math.pi * progress)))

    first = max(steps - math.ceil(steps * anneal), warmup)
    if step < first:
        return long(step)
    start = long(first)
    return start + (0.1 * peak - start) * (step + 1 - first) / (steps - first)


class Muon(torch.optim.Optimizer):
    """Jordan et al. 2024, scaled as in Liu et al., arXiv 2502.16982."""

    def __init__(self, groups: list[dict], momentum: float, weight_decay: float):
        super().__init__(groups, {"lr": 0.0, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            rate, momentum, decay = group["lr"], group["momentum"], group["weight_decay"]
            for w in group["params"]:
                m = self.state[w].setdefault("momentum", torch.zeros_like(w))
                m.mul_(momentum).add_(w.grad)
                o = newton_schulz(w.grad + momentum * m)
                w.mul_(1 - rate * decay).add_(o, alpha=-rate * 0.2 * math.sqrt(max(w.shape)))


def newton_schulz(u: Tensor) -> Tensor:
    x = u / (u.norm() + 1e-7)
    tall = u.shape[0] > u.shape[1]
    if tall:
        x = x.T
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if tall else x


class Optimizer:
    """AdamW for all tensors, or Muon for those that it suits and AdamW for the others; routed experts at `factor` times the rate."""

    def __init__(self, model: nn.Module, kind: str = "adamw", weight_decay: float = 0.1, factor: float = 1.0, clip: float = 1.0,
                 betas: tuple[float, float] = (0.9, 0.95), epsilon: float = 1e-8, momentum: float = 0.95, fused: bool = False):
        self.clip, self.parameters = clip, list(model.parameters())
        groups: dict[tuple[bool, bool, float], list[Tensor]] = {}
        for name, tensor in model.named_parameters():
            key = (kind == "muon" and is_muon(name, tensor), tensor.dim() == 2, factor if is_routed(name) else 1.0)
            groups.setdefault(key, []).append(tensor)
        adamw = [{"params": p, "weight_decay": weight_decay if decays else 0.0, "factor": f}
                 for (muon, decays, f), p in groups.items() if not muon]
        matrices = [{"params": p, "factor": f} for (muon, _, f), p in groups.items() if muon]
        self.optimizers: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(adamw, lr=0.0, betas=betas, eps=epsilon, fused=fused)]
        if matrices:
            self.optimizers.append(Muon(matrices, momentum, weight_decay))

    def zero_grad(self) -> None:
        """Every tensor has a gradient in every step: one that nothing reached is moved by decay and momentum all the same."""
        for tensor in self.parameters:
            if tensor.grad is None:
                tensor.grad = torch.zeros_like(tensor)
            else:
                tensor.grad.zero_()

    def step(self, rate: float) -> float:
        """One step at this rate; the norm of all gradients before clipping."""
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, self.clip)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * group["factor"]
            optimizer.step()
        return norm.item()
