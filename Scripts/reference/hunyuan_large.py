"""Hunyuan-Large in plain PyTorch, written from the formulas of arXiv 2411.02265 and the published checkpoint's form.

transformers has no class for it. Slow on purpose: every token goes through every formula in the order of the paper's text, with a
loop over tokens in the mixture, no cache and no folding of gains.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class RMSNorm(nn.Module):
    def __init__(self, width: int, epsilon: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return x / (x.pow(2).mean(-1, keepdim=True) + self.epsilon).sqrt() * self.weight


class SwiGLU(nn.Module):
    def __init__(self, hidden: int, inner: int):
        super().__init__()
        self.gate_proj = nn.Linear(hidden, inner, bias=False)
        self.up_proj = nn.Linear(hidden, inner, bias=False)
        self.down_proj = nn.Linear(inner, hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Gate(nn.Module):
    def __init__(self, hidden: int, experts: int):
        super().__init__()
        self.wg = nn.Linear(hidden, experts, bias=False)


class Mixture(nn.Module):
    """One shared expert for every token, and the specialised expert of the largest probability with that probability as weight."""

    def __init__(self, config: dict):
        super().__init__()
        hidden, inner = config["hidden_size"], config["intermediate_size"]
        self.shared_mlp = SwiGLU(hidden, inner * config["num_shared_expert"])
        self.gate = Gate(hidden, config["num_experts"])
        self.experts = nn.ModuleList(SwiGLU(hidden, inner) for _ in range(config["num_experts"]))
        self.top = config["moe_topk"]

    def forward(self, x: Tensor) -> Tensor:
        rows = []
        for token in x.reshape(-1, x.shape[-1]):
            p = self.gate.wg(token).softmax(-1)
            weights, chosen = p.topk(self.top)
            if self.top > 1:
                weights = weights / weights.sum()
            rows.append(sum(w * self.experts[int(e)](token) for w, e in zip(weights, chosen)))
        return self.shared_mlp(x) + torch.stack(rows).reshape(x.shape)


def rotated(x: Tensor, theta: float) -> Tensor:
    """x: [heads, time, d]; lanes i and i + d/2 are a pair."""
    time, d = x.shape[-2:]
    frequencies = theta ** (-torch.arange(0, d, 2, dtype=torch.float32) / d)
    angles = torch.arange(time, dtype=torch.float32)[:, None] * frequencies
    cos, sin = angles.cos(), angles.sin()
    low, high = x[..., : d // 2], x[..., d // 2 :]
    return torch.cat([low * cos - high * sin, high * cos + low * sin], -1)


class Attention(nn.Module):
    """An odd layer has no keys and values of its own: it takes the layer's before, as projected, and norms them itself."""

    def __init__(self, config: dict, layer: int):
        super().__init__()
        hidden, self.heads, self.kv = config["hidden_size"], config["num_attention_heads"], config["num_key_value_heads"]
        self.d = config.get("head_dim") or hidden // self.heads
        self.q_proj = nn.Linear(hidden, self.heads * self.d, bias=False)
        self.is_source = not config["use_cla"] or layer % config["cla_share_factor"] == 0
        if self.is_source:
            self.k_proj = nn.Linear(hidden, self.kv * self.d, bias=False)
            self.v_proj = nn.Linear(hidden, self.kv * self.d, bias=False)
        self.o_proj = nn.Linear(self.heads * self.d, hidden, bias=False)
        self.query_layernorm = RMSNorm(self.d, config["rms_norm_eps"])
        self.key_layernorm = RMSNorm(self.d, config["rms_norm_eps"])
        alpha = config["rope_scaling"]["alpha"]
        self.theta = config["rope_theta"] * alpha ** (self.d / (self.d - 2))

    def forward(self, x: Tensor, shared: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        time = x.shape[0]

        def split(y: Tensor, heads: int) -> Tensor:
            return y.reshape(time, heads, self.d).transpose(0, 1)  # [heads, time, d]

        if self.is_source:
            shared = (split(self.k_proj(x), self.kv), split(self.v_proj(x), self.kv))
        assert shared is not None
        q = self.query_layernorm(rotated(split(self.q_proj(x), self.heads), self.theta))
        k = self.key_layernorm(rotated(shared[0], self.theta))
        k, v = (y.repeat_interleave(self.heads // self.kv, 0) for y in (k, shared[1]))
        scores = q @ k.transpose(1, 2) / self.d**0.5
        scores = scores.masked_fill(torch.ones(time, time).triu(1).bool(), float("-inf"))
        return self.o_proj((scores.softmax(-1) @ v).transpose(0, 1).reshape(time, -1)), shared


class Layer(nn.Module):
    def __init__(self, config: dict, layer: int):
        super().__init__()
        self.input_layernorm = RMSNorm(config["hidden_size"], config["rms_norm_eps"])
        self.self_attn = Attention(config, layer)
        self.post_attention_layernorm = RMSNorm(config["hidden_size"], config["rms_norm_eps"])
        self.mlp = Mixture(config)


class Body(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = nn.ModuleList(Layer(config, i) for i in range(config["num_hidden_layers"]))
        self.norm = RMSNorm(config["hidden_size"], config["rms_norm_eps"])

    def forward(self, ids: Tensor) -> Tensor:
        """ids: [time] → final-normed hidden states [time, hidden]."""
        x, shared = self.embed_tokens(ids), None
        for layer in self.layers:
            attended, shared = layer.self_attn(layer.input_layernorm(x), shared)
            x = x + attended
            x = x + layer.mlp(layer.post_attention_layernorm(x))
        return self.norm(x)


class HunyuanLarge(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.model = Body(config)

    def hidden(self, ids: list[int]) -> Tensor:
        return self.model(torch.tensor(ids))

    def logits(self, hidden: Tensor) -> Tensor:
        return hidden @ self.model.embed_tokens.weight.T
