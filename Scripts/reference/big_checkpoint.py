"""A random sharded checkpoint of Hunyuan's mixture form, as large as one likes: for trying what large checkpoints take.

    python big_checkpoint.py --tokenizer SEEDLING --out DIR [--layers 16]

bfloat16; 16 layers are 4.2 GB. The tokenizer is the embedded base's.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

HIDDEN, INNER, HEADS, KV, HEAD, EXPERTS = 2048, 1152, 16, 4, 128, 16


def layer(number: int, generator: torch.Generator) -> dict[str, torch.Tensor]:
    prefix = f"model.layers.{number}."

    def draw(*shape: int) -> torch.Tensor:
        return (torch.randn(shape, generator=generator) * 0.02).to(torch.bfloat16)

    shapes = {"self_attn.q_proj": (HEADS * HEAD, HIDDEN), "self_attn.o_proj": (HIDDEN, HEADS * HEAD), "mlp.gate.wg": (EXPERTS, HIDDEN)}
    if number % 2 == 0:  # odd layers share the keys and values of the layer before
        shapes |= {"self_attn.k_proj": (KV * HEAD, HIDDEN), "self_attn.v_proj": (KV * HEAD, HIDDEN)}
    for block in ["mlp.shared_mlp", *(f"mlp.experts.{e}" for e in range(EXPERTS))]:
        shapes |= {f"{block}.gate_proj": (INNER, HIDDEN), f"{block}.up_proj": (INNER, HIDDEN), f"{block}.down_proj": (HIDDEN, INNER)}
    tensors = {f"{prefix}{name}.weight": draw(*shape) for name, shape in shapes.items()}
    for name, width in (("input_layernorm", HIDDEN), ("post_attention_layernorm", HIDDEN),
                        ("self_attn.query_layernorm", HEAD), ("self_attn.key_layernorm", HEAD)):
        tensors[f"{prefix}{name}.weight"] = torch.ones(width, dtype=torch.bfloat16)
    return tensors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=16)
    options = parser.parse_args()
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    vocabulary = json.loads((options.tokenizer / "config.json").read_text())["vocab_size"]
    config = {
        "architectures": ["HunYuanForCausalLM"], "model_type": "hunyuan", "hidden_size": HIDDEN, "intermediate_size": INNER,
        "num_hidden_layers": options.layers, "num_attention_heads": HEADS, "num_key_value_heads": KV,
        "attention_head_dim": HEAD, "vocab_size": vocabulary, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0, "rope_scaling": {"type": "dynamic", "alpha": 1000.0, "factor": 1.0}, "hidden_act": "silu",
        "tie_word_embeddings": True, "use_cla": True, "cla_share_factor": 2, "use_qk_norm": True, "use_mixed_mlp_moe": True,
        "num_experts": EXPERTS, "moe_topk": 1, "num_shared_expert": 1, "attention_bias": False, "torch_dtype": "bfloat16",
        "eos_token_id": 0, "pad_token_id": 3,
    }
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(options.tokenizer / name, out)
    generator = torch.Generator().manual_seed(0)
    weight_map: dict[str, str] = {}
    total = 0
    for start in range(0, options.layers, 4):
        tensors: dict[str, torch.Tensor] = {}
        for number in range(start, min(start + 4, options.layers)):
            tensors |= layer(number, generator)
        if start == 0:
            tensors["model.embed_tokens.weight"] = (torch.randn(vocabulary, HIDDEN, generator=generator) * 0.02).to(torch.bfloat16)
            tensors["model.norm.weight"] = torch.ones(HIDDEN, dtype=torch.bfloat16)
        file = f"model-{start // 4 + 1:05d}-of-{-(-options.layers // 4):05d}.safetensors"
        save_file(tensors, out / file, metadata={"format": "pt"})
        total += sum(t.numel() * t.element_size() for t in tensors.values())
        weight_map |= {name: file for name in tensors}
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (out / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")
    print(f"{total} bytes of tensors in {out}")


if __name__ == "__main__":
    main()
