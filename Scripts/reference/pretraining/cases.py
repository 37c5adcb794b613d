"""The small models of the goldens: configurations as published checkpoints have them, settings, tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from data import RandomStream
from model import Decoder, Shape
from optimizers import Optimizer, expert_factor, initialize
from routing import Router

SEED, STEPS, MICRO_BATCHES, ROWS, LENGTH, VOCABULARY = 7, 10, 2, 2, 12, 64
RATES = [0.005, 0.01, 0.01, 0.0095, 0.0085, 0.007, 0.0055, 0.004, 0.0025, 0.001]

# A wide initial range: with 0.02 attention would be even and its gradients would vanish in rounding.
COMMON = {
    "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "head_dim": 8, "vocab_size": VOCABULARY, "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "hidden_act": "silu",
    "bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "float32", "initializer_range": 0.2, "attention_bias": False,
    "rope_theta": 10000.0, "tie_word_embeddings": True,
}
HUNYUAN = COMMON | {"use_qk_norm": True, "rope_scaling": {"alpha": 50.0, "factor": 1.0, "type": "dynamic"}}
LARGE = HUNYUAN | {
    "architectures": ["HunYuanForCausalLM"], "model_type": "hunyuan", "num_hidden_layers": 4, "num_experts": 4, "moe_topk": 1,
    "num_shared_expert": 1, "use_mixed_mlp_moe": True, "use_cla": True, "cla_share_factor": 2}
A13B = HUNYUAN | {
    "architectures": ["HunYuanMoEV1ForCausalLM"], "model_type": "hunyuan_v1_moe", "num_experts": 6, "moe_topk": [2, 2],
    "num_shared_expert": [1, 1], "moe_intermediate_size": [20, 20], "use_mixed_mlp_moe": True, "norm_topk_prob": True,
    "moe_layer_num_skipped": 0, "use_cla": False, "cla_share_factor": 2}
LLAMA = COMMON | {"architectures": ["LlamaForCausalLM"], "model_type": "llama"}
QWEN = {"use_sliding_window": False, "sliding_window": None, "max_window_layers": 2}


@dataclass(frozen=True)
class Case:
    config: dict
    factor: float | None = None  # of capacity
    minimum: int = 1
    recycles: bool = True
    balance: float = 0.0
    z: float = 0.0
    optimizers: tuple[str, ...] = ("adamw",)
    draw: int = 0  # of tokens: chosen so that no expert is chosen by a hair
    shape: Shape = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", Shape.of(self.config))

    @property
    def expert_factor(self) -> float:
        return expert_factor(self.shape.experts, self.shape.active) if self.shape.experts else 1.0

    def model(self) -> Decoder:
        result = Decoder(self.shape)
        initialize(result, SEED)
        return result

    def router(self) -> Router:
        return Router(SEED, self.factor, self.minimum, self.recycles)

    def optimizer(self, model: Decoder, kind: str) -> Optimizer:
        return Optimizer(model, kind, factor=self.expert_factor)


LOSSES = {"balance": 0.01, "z": 0.001}
CASES: dict[str, Case] = {
    "mixture": Case(LARGE, factor=1.0, optimizers=("adamw", "muon"), draw=8, **LOSSES),
    "mixture-top2": Case(A13B, factor=1.0, draw=41, **LOSSES),
    "mixture-drop": Case(LARGE, factor=1.0, recycles=False, draw=25, **LOSSES),
    "mixture-free": Case(LARGE | {"num_experts": 8, "num_hidden_layers": 2}, draw=8, **LOSSES),
    "dense-llama": Case(LLAMA),
    "dense-qwen3": Case(COMMON | QWEN | {"rope_theta": 1000000.0, "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}),
    # Slow lanes would turn so little in 12 tokens that a bias of keys would have no gradient but rounding.
    "dense-qwen2": Case(COMMON | QWEN | {"rope_theta": 100.0, "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2"}),
    "untied": Case(LLAMA | {"tie_word_embeddings": False}),
}


def batches(name: str) -> list[list[Tensor]]:
    """[steps][micro-batches] of [rows, T + 1]. A quarter of the vocabulary; the next token is one of two that the last leaves open."""
    stream = RandomStream(SEED, "tokens", name, CASES[name].draw)

    def row() -> list[int]:
        states = [stream.below(16)]
        while len(states) <= LENGTH:
            states.append((states[-1] * 5 + 3 + 6 * stream.below(2)) % 16)
        return [4 * s + 1 for s in states]

    return [[torch.tensor([row() for _ in range(ROWS)]) for _ in range(MICRO_BATCHES)] for _ in range(STEPS)]
