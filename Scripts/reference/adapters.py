#!/usr/bin/env python3
"""Writes adapters as PEFT saves them, and the logits that PEFT computes with them, for the tests of the import.

    python adapters.py [--out ../../Tests/Goldens]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from torch import Tensor

from output_head import make_batch
from tiny import load, random_rows

CASES: dict[str, dict[str, object]] = {
    # √6 is irrational: the strength is not a round number.
    "rslora": {"r": 6, "lora_alpha": 5, "use_rslora": True, "target_modules": ["gate_proj", "up_proj", "down_proj"]},
    "all-projections": {"r": 3, "lora_alpha": 4, "lora_dropout": 0.1, "target_modules": "all-linear"},
    "half": {"r": 2, "lora_alpha": 3, "target_modules": [
        "q_proj", "self_attn.v_proj", "model.layers.0.mlp.down_proj", "model.layers.1.mlp.down_proj"]},
}

# Where they plug in is said by a pattern, by layers, by what is left out.
SELECTIONS: dict[str, dict[str, object]] = {
    "pattern": {"r": 2, "lora_alpha": 3, "target_modules": r".*\.layers\.\d+\.(?:mlp\.(?:gate|up)|self_attn\.[qv])_proj$"},
    "layers": {"r": 2, "lora_alpha": 3, "target_modules": ["up_proj", "q_proj"], "layers_to_transform": [1, 0], "layers_pattern": "layers"},
    "excluded": {"r": 2, "lora_alpha": 3, "target_modules": ["up_proj", "mlp.down_proj"], "exclude_modules": ["lm_head", "q_proj"]},
    "pattern-excluded": {"r": 2, "lora_alpha": 3, "target_modules": ["q_proj", "k_proj", "v_proj"], "exclude_modules": r".*\bk_proj"},
}

# One expert of each rank that a batch of inference mixes.
RANKS: dict[str, dict[str, object]] = {
    f"rank-{rank}": {"r": rank, "lora_alpha": 2 * rank, "target_modules": "all-linear"} for rank in [1, 4, 8, 16, 64]
}
IN_BFLOAT16 = {"half", *RANKS}


def write_case(name: str, out: Path, ids: Tensor) -> Tensor:
    """Saves one adapter and returns its logits; those of IN_BFLOAT16 are stored, and computed, from bfloat16 values."""
    torch.manual_seed(0)
    model = get_peft_model(load(out / "tiny"), LoraConfig(task_type="CAUSAL_LM", **(CASES | SELECTIONS | RANKS)[name])).eval()
    generator = torch.Generator().manual_seed(5)
    rank = model.peft_config["default"].r
    with torch.no_grad():
        for key, tensor in sorted(model.named_parameters()):
            if "lora_" in key:
                # The terms of all ranks are of one size.
                spread = 1 / tensor.shape[1] ** 0.5 if "lora_A" in key else 0.3 * ((3 / rank) ** 0.5 if name in RANKS else 1)
                value = spread * torch.randn(tensor.shape, generator=generator)
                tensor.copy_(value.bfloat16().float() if name in IN_BFLOAT16 else value)
        logits = model(ids).logits
        with model.disable_adapter():
            if (logits - model(ids).logits).abs().max() < 0.1:
                raise AssertionError(f"{name}: the adapter has no effect, so that a comparison would say nothing")
    folder = out / "peft" / name
    model.peft_config["default"].base_model_name_or_path = "tiny"
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    config = json.loads((folder / "adapter_config.json").read_text())
    for key in ["target_modules", "exclude_modules"]:
        if isinstance(config[key], list):
            config[key].sort()  # PEFT writes a set, in any order
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    tensors = folder / "adapter_model.safetensors"
    if name in IN_BFLOAT16:
        save_file({key: t.bfloat16() for key, t in load_file(tensors).items()}, tensors, metadata={"format": "pt"})
    tensors.chmod(0o644)
    return logits.contiguous()


def write(out: Path) -> None:
    ids = make_batch(random_rows("batch", 4)).ids
    save_file({name: write_case(name, out, ids) for name in CASES}, out / "peft-logits.safetensors")
    (out / "peft-logits.safetensors").chmod(0o644)
    save_file({name: write_case(name, out, ids) for name in SELECTIONS}, out / "peft-selections.safetensors")
    (out / "peft-selections.safetensors").chmod(0o644)
    save_file({name: write_case(name, out, ids) for name in RANKS}, out / "peft-ranks.safetensors")
    (out / "peft-ranks.safetensors").chmod(0o644)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "Tests" / "Goldens")
    torch.set_num_threads(1)
    write(parser.parse_args().out)
