"""A decoder in plain PyTorch, for training from nothing: Llama, Qwen 2, Qwen 3, Hunyuan dense, Hunyuan-A13B, Hunyuan-Large.

Autograd does the backward pass. Parameters have the names of published checkpoints. Formulas: docs/models.md, docs/pretraining.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from routing import Decision, Router

ARCHITECTURES = ("LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM", "HunYuanDenseV1ForCausalLM",
                 "HunYuanMoEV1ForCausalLM", "HunYuanForCausalLM")


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    hidden: int
    inner: int  # width inside the dense block or the shared expert; 0: no shared expert
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    epsilon: float
    theta: float  # after scaling by alpha
    tied: bool
    input_bias: bool  # of queries, keys, values
    output_bias: bool
    head_norm: str | None  # "before" or "after" rotation
    share: int  # layers that share one layer's keys and values
    experts: int  # routed; 0: dense
    active: int
    expert_inner: int
    renormalizes: bool
    initializer_range: float

    def source(self, layer: int) -> int:
        return layer - layer % self.share

    @staticmethod
    def read(path: Path) -> "Shape":
        return Shape.of(json.loads(path.read_text()))

    @staticmethod
    def of(config: dict) -> "Shape":
        architecture = config["architectures"][0]
        if architecture not in ARCHITECTURES:
            raise ValueError(f"{architecture}: not one of {', '.join(ARCHITECTURES)}")
        if config.get("use_sliding_window") or config.get("mlp_bias"):
            raise ValueError("sliding windows and mlp_bias are not supported here")
        heads = config["num_attention_heads"]
        head_dim = config.get("head_dim") or config.get("attention_head_dim") or config["hidden_size"] // heads
        rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
        theta = config.get("rope_theta") or rope.get("rope_theta") or 10000.0
        if rope.get("alpha"):
            theta *= rope["alpha"] ** (head_dim / (head_dim - 2))
        elif rope.get("rope_type", rope.get("type", "default")) != "default":
            raise ValueError(f"rope: {rope} is not supported here, only default and alpha")

        def one(key: str, default: int) -> int:
            value = config.get(key, default)
            if isinstance(value, list):
                if len(set(value)) != 1:
                    raise ValueError(f"{key}: {value}, not the same for all layers")
                value = value[0]
            return value

        large, mixture = architecture == "HunYuanForCausalLM", architecture == "HunYuanMoEV1ForCausalLM"
        experts = one("num_experts", 1) if large or mixture else 1
        inner = config["intermediate_size"]
        active = one("moe_topk", 1)
        shared = one("num_shared_expert", 1) if config.get("use_mixed_mlp_moe", mixture) else 0
        bias = bool(config.get("attention_bias"))
        norms = "before" if architecture == "Qwen3ForCausalLM" else "after" if "HunYuan" in architecture else None
        return Shape(
            vocabulary=config["vocab_size"], hidden=config["hidden_size"], inner=inner * shared if experts > 1 else inner,
            layers=config["num_hidden_layers"], heads=heads, kv_heads=config.get("num_key_value_heads", heads),
            head_dim=head_dim, epsilon=config.get("rms_norm_eps", 1e-5 if "HunYuan" in architecture else 1e-6), theta=theta,
            tied=bool(config.get("tie_word_embeddings", False)), input_bias=bias or architecture == "Qwen2ForCausalLM",
            output_bias=bias and architecture != "Qwen2ForCausalLM",
            head_norm=None if large and not config.get("use_qk_norm") else norms,
            share=config["cla_share_factor"] if (large or mixture) and config.get("use_cla") else 1,
            experts=experts if experts > 1 else 0, active=active, expert_inner=one("moe_intermediate_size", inner),
            renormalizes=active > 1 or mixture, initializer_range=config.get("initializer_range", 0.02))


class RMSNorm(nn.Module):
    def __init__(self, width: int, epsilon: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.weight.shape, self.weight, self.epsilon)


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
    """y = Shared(x) + Σ w_e FFN_e(x); who visits whom is the router's business."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.gate = Gate(shape.hidden, shape.experts)
        if shape.inner > 0:
            self.shared_mlp = SwiGLU(shape.hidden, shape.inner)
        self.experts = nn.ModuleList(SwiGLU(shape.hidden, shape.expert_inner) for _ in range(shape.experts))

    def forward(self, x: Tensor, router: Router, layer: int) -> tuple[Tensor, Decision]:
        tokens = x.reshape(-1, x.shape[-1])  # [tokens, hidden]
        decision = router.decide(self.gate.wg(tokens), self.shape.active, self.shape.renormalizes, layer)
        # Slots in order of their experts: nobody's first, then expert 0's, …
        experts = decision.assigned.flatten()  # [tokens · k]
        order = experts.argsort(stable=True)
        counts = torch.bincount(experts + 1, minlength=self.shape.experts + 1).tolist()
        slots = order[counts[0]:]
        rows = slots // self.shape.active
        # An expert that nobody visits runs on no rows, so that its gradient is zero, not missing.
        parts = [expert(part) for expert, part in zip(self.experts, tokens[rows].split(counts[1:]))]
        routed = torch.cat(parts) * decision.weights.flatten()[slots, None]
        y = self.shared_mlp(tokens) if self.shape.inner > 0 else torch.zeros_like(tokens)
        return y.index_add(0, rows, routed).view_as(x), decision


def rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """x: [rows, heads, time, d]; lanes i and i + d/2 are a pair."""
    low, high = x.chunk(2, -1)
    return x * cos + torch.cat([-high, low], -1) * sin


class Attention(nn.Module):
    """A layer without keys of its own takes its source's, as projected, rotates them and norms them with its own gain."""

    def __init__(self, shape: Shape, layer: int):
        super().__init__()
        self.shape = shape
        d = shape.head_dim
        self.q_proj = nn.Linear(shape.hidden, shape.heads * d, bias=shape.input_bias)
        self.is_source = shape.source(layer) == layer
        if self.is_source:
            self.k_proj = nn.Linear(shape.hidden, shape.kv_heads * d, bias=shape.input_bias)
            self.v_proj = nn.Linear(shape.hidden, shape.kv_heads * d, bias=shape.input_bias)
        self.o_proj = nn.Linear(shape.heads * d, shape.hidden, bias=shape.output_bias)
        if shape.head_norm:
            names = ("q_norm", "k_norm") if shape.head_norm == "before" else ("query_layernorm", "key_layernorm")
            self.norms = [RMSNorm(d, shape.epsilon), RMSNorm(d, shape.epsilon)]
            for name, norm in zip(names, self.norms):
                self.add_module(name, norm)

    def placed(self, x: Tensor, which: int, rope: tuple[Tensor, Tensor]) -> Tensor:
        """Heads of queries (0) or keys (1), rotated and, where the family does, normed."""
        if self.shape.head_norm == "before":
            return rotated(self.norms[which](x), *rope)
        if self.shape.head_norm == "after":
            return self.norms[which](rotated(x, *rope))
        return rotated(x, *rope)

    def forward(self, x: Tensor, shared: tuple[Tensor, Tensor] | None, rope: tuple[Tensor, Tensor]):
        def split(y: Tensor) -> Tensor:
            return y.unflatten(-1, (-1, self.shape.head_dim)).transpose(1, 2)  # [rows, heads, time, d]

        if self.is_source:
            shared = (split(self.k_proj(x)), split(self.v_proj(x)))
        assert shared is not None
        q, k, v = self.placed(split(self.q_proj(x)), 0, rope), self.placed(shared[0], 1, rope), shared[1]
        groups = self.shape.heads // self.shape.kv_heads
        if groups > 1:
            k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(y.transpose(1, 2).flatten(2)), shared


class Layer(nn.Module):
    def __init__(self, shape: Shape, layer: int):
        super().__init__()
        self.input_layernorm = RMSNorm(shape.hidden, shape.epsilon)
        self.self_attn = Attention(shape, layer)
        self.post_attention_layernorm = RMSNorm(shape.hidden, shape.epsilon)
        self.mlp = Mixture(shape) if shape.experts else SwiGLU(shape.hidden, shape.inner)


class Body(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape, layer) for layer in range(shape.layers))
        self.norm = RMSNorm(shape.hidden, shape.epsilon)


class Decoder(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.model = Body(shape)
        if not shape.tied:
            self.lm_head = nn.Linear(shape.hidden, shape.vocabulary, bias=False)

    def rope(self, length: int) -> tuple[Tensor, Tensor]:
        d, weight = self.shape.head_dim, self.model.embed_tokens.weight
        frequencies = 1.0 / self.shape.theta ** (torch.arange(0, d, 2, dtype=torch.float32) / d)
        angles = torch.outer(torch.arange(length, dtype=torch.float32), frequencies).repeat(1, 2)  # [time, d]
        return angles.cos().to(weight.dtype), angles.sin().to(weight.dtype)

    def forward(self, ids: Tensor, router: Router | None = None) -> tuple[Tensor, list[Decision]]:
        """ids: [rows, time] → logits [rows, time, vocabulary], and the decisions of every layer with a mixture."""
        x, shared, decisions = self.model.embed_tokens(ids), None, []
        rope, router = self.rope(ids.shape[1]), router or Router()
        for number, layer in enumerate(self.model.layers):
            attended, shared = layer.self_attn(layer.input_layernorm(x), shared, rope)
            x = x + attended
            z = layer.post_attention_layernorm(x)
            if self.shape.experts:
                z, decision = layer.mlp(z, router, number)
                decisions.append(decision)
            else:
                z = layer.mlp(z)
            x = x + z
        head = self.model.embed_tokens.weight if self.shape.tied else self.lm_head.weight
        return F.linear(self.model.norm(x), head), decisions
