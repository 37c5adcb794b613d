"""Tests/Goldens/pretraining/exported: bases that `accrete pretrain` writes, and the logits that transformers computes of them.

    python Scripts/reference/pretraining/exported.py --program .build/debug/accrete --out Tests/Goldens/pretraining/exported

For each family a run of a few steps in a temporary folder; its config.json and model.safetensors are kept with the YAML file that made them
(`run.yaml`) and the logits of one sequence by `AutoModelForCausalLM` in float32 (`logits.json`). Every tensor of the file must be one of the
class's, and every one of the class must be in the file. Prints the largest difference between transformers' logits and `accrete logits`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

import torch
import transformers

COMMON = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 264,
          "max_position_embeddings": 16}
# What a person would write: what is left out has to be filled in as the run had it.
FAMILIES = {
    "llama": {"architectures": ["LlamaForCausalLM"], "num_key_value_heads": 1, "rope_theta": 500000.0, "tie_word_embeddings": True},
    "llama-alpha": {"architectures": ["LlamaForCausalLM"], "attention_bias": True},
    "mistral": {"architectures": ["MistralForCausalLM"], "head_dim": 12, "num_key_value_heads": 1},
    "qwen2": {"architectures": ["Qwen2ForCausalLM"], "num_key_value_heads": 2, "tie_word_embeddings": True, "rms_norm_eps": 1e-5},
    "qwen3": {"architectures": ["Qwen3ForCausalLM"], "head_dim": 12, "num_key_value_heads": 1},
    "qwen3-moe": {"architectures": ["Qwen3MoeForCausalLM"], "head_dim": 12, "num_key_value_heads": 1, "num_experts": 4,
                  "num_experts_per_tok": 2, "moe_intermediate_size": 12, "norm_topk_prob": True, "mlp_only_layers": [0]},
    "hunyuan-dense": {"architectures": ["HunYuanDenseV1ForCausalLM"], "num_key_value_heads": 1, "tie_word_embeddings": True},
    "hunyuan-moe": {"architectures": ["HunYuanMoEV1ForCausalLM"], "num_experts": 4, "moe_topk": [2, 2], "num_shared_expert": [1, 1],
                    "tie_word_embeddings": True},
}
LONG = {"llama-alpha": 4, "hunyuan-dense": 4, "hunyuan-moe": 4}
IDS = [7, 100, 3, 260, 41, 41, 9, 0, 17, 200, 33, 5]


def settings(name: str) -> str:
    lines = ["model:"] + [f"  {key}: {json.dumps(value)}" for key, value in (COMMON | FAMILIES[name]).items()]
    lines += ["sources: {words: text.jsonl}", "vocabulary: 264", "held-out: 0.1", "held-out-tokens: 64", "sequence-length: 8", "batch: 4",
              "micro-batch: 4", "tokens: 640", "rate: 0.02", "initializer-range: 0.3", "threads: 1"]
    if name in LONG:
        lines += ["long-tokens: 64", "long-sequence-length: 16", f"long-alpha: {LONG[name]}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    program = options.program.resolve()
    words, chance = ["river", "stone", "light", "under", "the", "a", "of", "walks", "sleeps", "green"], random.Random(1)
    text = "".join(json.dumps({"text": " ".join(chance.choices(words, k=20)) + f" {row}."}) + "\n" for row in range(200))
    for name in FAMILIES:
        with tempfile.TemporaryDirectory() as scratch:
            place = Path(scratch)
            (place / "text.jsonl").write_text(text)
            (place / "run.yaml").write_text(settings(name))
            subprocess.run([program, "pretrain", "--config", "run.yaml", "--out", "run"], cwd=place, check=True, capture_output=True)
            folder = place / "run/model"
            model, report = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager",
                                                                              output_loading_info=True)
            assert not any(report[key] for key in report), f"{name}: {report}"
            with torch.no_grad():
                logits = model.eval()(torch.tensor([IDS])).logits[0]
            ours = subprocess.run([program, "logits", "--base", folder, "--weights", "float32", "--threads", "1", "--ids", ",".join(map(str, IDS))],
                                  cwd=place, check=True, capture_output=True, text=True).stdout
            rows = torch.tensor(json.loads(ours)["logits"]).view(logits.shape)
            distance = (logits - rows).abs().max().item()
            print(f"{name}: {type(model).__name__}, logits up to {logits.abs().max().item():.2f}, largest difference {distance:.2e}")
            kept = options.out / name
            kept.mkdir(parents=True, exist_ok=True)
            for file in ("config.json", "model.safetensors"):
                shutil.copy(folder / file, kept / file)
            shutil.copy(place / "run.yaml", kept / "run.yaml")
            (kept / "logits.json").write_text(json.dumps({"ids": IDS, "logits": logits.tolist()}) + "\n")


if __name__ == "__main__":
    main()
