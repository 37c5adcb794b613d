"""Tiny random checkpoints of every model family, in the form in which they are published, and what they compute.

    python families.py --out ../../Tests/Goldens

For each family: logits of some sequences, 64 greedy tokens, and gradients of low-rank factors at every place that can have them.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Callable

import torch
import transformers
from safetensors.torch import save_file
from torch import Tensor, nn

from hunyuan_large import HunyuanLarge

VOCABULARY = 96
SEQUENCES = [[7], [5, 90, 11, 33, 4, 62, 1], [4 + (17 * i) % 92 for i in range(23)]]
RANK, ALPHA = 2, 4.0
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")

COMMON = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4,
    "num_key_value_heads": 2, "vocab_size": VOCABULARY, "max_position_embeddings": 128, "rms_norm_eps": 1e-5,
    "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "float32",
}
HUNYUAN = COMMON | {
    "attention_bias": False, "rope_theta": 10000.0, "tie_word_embeddings": True, "use_qk_norm": True,
    "rope_scaling": {"alpha": 50.0, "factor": 1.0, "type": "dynamic"},
}
MIXTURE = {
    "num_experts": 8, "moe_topk": [3, 3, 3], "num_shared_expert": [1, 1, 1], "moe_intermediate_size": [48, 48, 48],
    "use_mixed_mlp_moe": True, "norm_topk_prob": True, "moe_layer_num_skipped": 0, "use_cla": False, "cla_share_factor": 2,
}
QWEN3_MOE = {
    "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "rope_theta": 1000000.0, "head_dim": 12,
    "tie_word_embeddings": False, "num_experts": 8, "num_experts_per_tok": 3, "moe_intermediate_size": 20,
    "decoder_sparse_step": 1, "mlp_only_layers": [],
}
GEMMA3 = {k: v for k, v in COMMON.items() if k != "hidden_act"} | {
    "architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text", "hidden_activation": "gelu_pytorch_tanh",
    "head_dim": 16, "attn_logit_softcapping": None, "final_logit_softcapping": None, "tie_word_embeddings": True,
}
FAMILIES: dict[str, dict] = {
    # Llama 2: as many key heads as heads, positions divided by a factor.
    "llama2-linear": COMMON | {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_key_value_heads": 4, "rope_theta": 10000.0,
        "rope_scaling": {"type": "linear", "factor": 4.0}, "tie_word_embeddings": False},
    # Llama 3.2: tied, scaled frequencies.
    "llama3": COMMON | {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "rope_theta": 500000.0, "tie_word_embeddings": True,
        "head_dim": 16, "rope_scaling": {
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64}},
    "llama-bias": COMMON | {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "rope_parameters": {
            "rope_type": "default", "rope_theta": 10000.0}, "attention_bias": True, "tie_word_embeddings": False},
    # Mistral 7B v0.1 with a window, and Nemo's head_dim that does not follow from the width.
    "mistral": COMMON | {
        "architectures": ["MistralForCausalLM"], "model_type": "mistral", "rope_theta": 10000.0, "sliding_window": 5,
        "head_dim": 12, "tie_word_embeddings": False},
    "mistral-full": COMMON | {
        "architectures": ["MistralForCausalLM"], "model_type": "mistral", "rope_theta": 1000000.0, "sliding_window": None,
        "head_dim": None, "tie_word_embeddings": False},
    # Qwen 2.5 with long context by YaRN, and a window in the upper layers.
    "qwen2": COMMON | {
        "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "rope_theta": 1000000.0, "tie_word_embeddings": True,
        "use_sliding_window": True, "sliding_window": 6, "max_window_layers": 1, "rope_scaling": {
            "type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}},
    "qwen3": COMMON | {
        "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "rope_theta": 1000000.0, "tie_word_embeddings": True,
        "head_dim": 12, "attention_bias": False, "use_sliding_window": False, "sliding_window": None,
        "max_window_layers": 3},
    # Routed experts without a shared one; a layer is dense because it is named, or because it is no multiple of the step.
    "qwen3-moe": COMMON | QWEN3_MOE | {"num_hidden_layers": 3, "mlp_only_layers": [1], "norm_topk_prob": True},
    "qwen3-moe-step": COMMON | QWEN3_MOE | {
        "num_hidden_layers": 4, "decoder_sparse_step": 2, "norm_topk_prob": False, "tie_word_embeddings": True,
        "use_sliding_window": True, "sliding_window": 7},
    # As published: θ of both kinds of layers at the top, global positions divided, a window in all layers but every other.
    "gemma3": GEMMA3 | {
        "num_hidden_layers": 4, "query_pre_attn_scalar": 24, "sliding_window": 5, "sliding_window_pattern": 2,
        "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0, "rope_scaling": {"rope_type": "linear", "factor": 8.0}},
    # The newer keys, in bfloat16, whose rounding the scale of the embeddings has.
    "gemma3-bf16": GEMMA3 | {
        "num_key_value_heads": 1, "query_pre_attn_scalar": 16, "sliding_window": 6, "torch_dtype": "bfloat16",
        "layer_types": ["full_attention", "sliding_attention", "sliding_attention"], "rope_parameters": {
            "full_attention": {"rope_type": "default", "rope_theta": 500000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 20000.0}}},
    "hunyuan-dense": HUNYUAN | {
        "architectures": ["HunYuanDenseV1ForCausalLM"], "model_type": "hunyuan_v1_dense", "head_dim": 16},
    "hunyuan-moe": HUNYUAN | MIXTURE | {
        "architectures": ["HunYuanMoEV1ForCausalLM"], "model_type": "hunyuan_v1_moe", "head_dim": 16},
    "hunyuan-large": HUNYUAN | {
        "architectures": ["HunYuanForCausalLM"], "model_type": "hunyuan", "num_hidden_layers": 4, "num_experts": 6,
        "moe_topk": 1, "num_shared_expert": 1, "use_mixed_mlp_moe": True, "use_cla": True, "cla_share_factor": 2,
        "capacity_factor": 1.0, "moe_drop_tokens": False, "moe_random_routing_dropped_token": False},
}


class Reference:
    """A family's model behind two functions."""

    def __init__(self, name: str, config: dict):
        self.config = config
        if name == "hunyuan-large":
            self.network: nn.Module = HunyuanLarge(config)
        else:
            arguments = {k: v for k, v in config.items() if k not in ("architectures", "torch_dtype")}
            if name == "hunyuan-moe":
                # Its class knows one number for all layers.
                arguments |= {"moe_topk": config["moe_topk"][0]}
            kind = getattr(transformers, config["architectures"][0])
            self.network = kind(kind.config_class(**arguments, attn_implementation="eager"))
        self.network.eval()
        self.randomize()
        if config["torch_dtype"] == "bfloat16":
            self.round()

    def randomize(self) -> None:
        """Weights large enough that every part of the network matters, logits of about 1; norms are not ones."""
        generator = torch.Generator().manual_seed(7)
        with torch.no_grad():
            for name, tensor in sorted(self.network.named_parameters()):
                noise = torch.randn(tensor.shape, generator=generator)
                if "norm" in name:
                    # Gemma's gains are 1 + w.
                    tensor.copy_((0 if "Gemma" in type(self.network).__name__ else 1) + 0.3 * noise)
                elif name.endswith("bias"):
                    tensor.copy_(0.5 * noise)
                elif "embed_tokens" in name or "lm_head" in name:
                    tensor.copy_(0.1 * noise)
                else:
                    tensor.copy_(1.5 * noise / tensor.shape[-1] ** 0.5)
                tensor.requires_grad_(False)

    def round(self) -> None:
        """Weights that are bfloat16 numbers, and the embeddings' scale as it is rounded where these are stored in bfloat16; all else in float32."""
        with torch.no_grad():
            for tensor in self.network.parameters():
                tensor.copy_(tensor.bfloat16().float())
            table = self.network.model.embed_tokens
            ids = torch.arange(VOCABULARY)
            as_loaded = type(table)(VOCABULARY, table.embedding_dim, table.padding_idx, table.scalar_embed_scale).bfloat16()
            as_loaded.weight.copy_(table.weight)
            table.embed_scale = table.embed_scale.bfloat16().float()
            # Loaded in bfloat16, the class multiplies by this number, and rounds the product.
            if not torch.equal(table(ids).bfloat16(), as_loaded(ids)):
                raise AssertionError("the class scales embeddings otherwise")

    def hidden(self, ids: list[int]) -> Tensor:
        if isinstance(self.network, HunyuanLarge):
            return self.network.hidden(ids)
        return self.network.model(torch.tensor([ids])).last_hidden_state[0]

    def logits(self, ids: list[int]) -> Tensor:
        if isinstance(self.network, HunyuanLarge):
            return self.network.logits(self.network.hidden(ids))
        return self.network(torch.tensor([ids])).logits[0]

    def greedy(self, prompt: list[int], count: int) -> list[int]:
        """Without a cache: each token from the whole text."""
        ids = list(prompt)
        for _ in range(count):
            ids.append(int(self.logits(ids)[-1].argmax()))
        return ids[len(prompt):]

    def state(self) -> dict[str, Tensor]:
        """Tensors under the names of published checkpoints: one for each expert, no second copy of a tied LM head."""
        result = {}
        for name, tensor in self.network.state_dict().items():
            if name == "lm_head.weight" and self.config["tie_word_embeddings"]:
                continue
            if name.endswith("experts.gate_up_proj"):
                prefix, inner = name.removesuffix("gate_up_proj"), tensor.shape[1] // 2
                for e in range(tensor.shape[0]):
                    result[f"{prefix}{e}.gate_proj.weight"] = tensor[e, :inner].clone()
                    result[f"{prefix}{e}.up_proj.weight"] = tensor[e, inner:].clone()
            elif name.endswith("experts.down_proj"):
                for e in range(tensor.shape[0]):
                    result[f"{name.removesuffix('down_proj')}{e}.down_proj.weight"] = tensor[e].clone()
            else:
                result[name] = tensor.clone()
        return result

    def fused_state(self) -> dict[str, Tensor]:
        """The other published form: all experts of a layer in two tensors."""
        return {n: t.clone() for n, t in self.network.state_dict().items() if n != "lm_head.weight"}


class LowRank(nn.Module):
    def __init__(self, inner: nn.Linear, a: Tensor, b: Tensor):
        super().__init__()
        self.inner, self.a, self.b = inner, nn.Parameter(a), nn.Parameter(b)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x) + (ALPHA / RANK) * (x @ self.a.T) @ self.b.T


def attach(reference: Reference) -> dict[str, LowRank]:
    """Low-rank factors at every projection of attention and of the (shared) feed-forward block."""
    generator = torch.Generator().manual_seed(11)
    result = {}
    for number, layer in enumerate(reference.network.model.layers):
        blocks = [layer.self_attn, getattr(layer.mlp, "shared_mlp", layer.mlp)]
        for projection in PROJECTIONS:
            block = blocks[0 if projection[0] in "qkvo" else 1]
            inner = getattr(block, projection, None)
            if inner is None:
                continue
            a = torch.randn(RANK, inner.in_features, generator=generator) / inner.in_features**0.5
            b = 0.3 * torch.randn(inner.out_features, RANK, generator=generator)
            adapter = LowRank(inner, a, b)
            setattr(block, projection, adapter)
            result[f"layers.{number}.{projection}"] = adapter
    return result


def gradients(reference: Reference, name: str, tensors: dict[str, Tensor]) -> None:
    """Of Σ hidden ⊙ c by every factor, c at random: what comes down is c itself."""
    adapters = attach(reference)
    ids = SEQUENCES[2]
    c = torch.randn(len(ids), reference.config["hidden_size"], generator=torch.Generator().manual_seed(13))
    hidden = reference.hidden(ids)
    (hidden * c).sum().backward()
    tensors[f"{name}.c"] = c
    tensors[f"{name}.adapted"] = hidden.detach().clone()
    for place, adapter in adapters.items():
        tensors[f"{name}.{place}.A"], tensors[f"{name}.{place}.B"] = adapter.a.detach(), adapter.b.detach()
        tensors[f"{name}.grad.{place}.A"], tensors[f"{name}.grad.{place}.B"] = adapter.a.grad, adapter.b.grad


def write(folder: Path, config: dict, state: dict[str, Tensor]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file({n: t.contiguous() for n, t in state.items()}, folder / "model.safetensors", metadata={"format": "pt"})


def family_goldens(out: Path, log: Callable[[str], None] = print) -> None:
    tensors: dict[str, Tensor] = {}
    entries = {}
    for name, config in FAMILIES.items():
        reference = Reference(name, config)
        state = reference.state()
        if config["torch_dtype"] == "bfloat16":
            state = {n: t.bfloat16() for n, t in state.items()}
        write(out / "families" / name, config, state)
        if name == "hunyuan-moe":
            write(out / "families" / "hunyuan-moe-fused", config, reference.fused_state())
        with torch.no_grad():
            for i, ids in enumerate(SEQUENCES):
                tensors[f"{name}.logits.{i}"] = reference.logits(ids).contiguous()
            greedy = [reference.greedy(ids, 64) for ids in SEQUENCES[:2]]
        entries[name] = {"greedy": greedy}
        gradients(reference, name, tensors)
        log(f"{name}: done")
    save_file({n: t.contiguous() for n, t in tensors.items()}, out / "families.safetensors")
    (out / "families.json").write_text(json.dumps({"sequences": SEQUENCES, "rank": RANK, "alpha": ALPHA, "families": entries}) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    torch.set_num_threads(1)
    family_goldens(parser.parse_args().out)
