"""A base in transformers with PEFT's LoRA on it, as its users make it.

`dtype`: float32; bfloat16 (the base is loaded so, PEFT keeps its factors in float32); autocast (a float32 base whose products autocast
makes in bfloat16).
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, LlamaForCausalLM

FEED_FORWARD = ["gate_proj", "up_proj", "down_proj"]
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", *FEED_FORWARD]


DTYPE = ("--dtype", {"choices": ["float32", "bfloat16", "autocast"], "default": "float32"})


def load_base(folder: Path, dtype: str = "float32") -> LlamaForCausalLM:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16 if dtype == "bfloat16" else torch.float32)


def computing(dtype: str) -> contextlib.AbstractContextManager:
    """What a forward pass is computed under. PEFT's float32 factors beside a bfloat16 base need nothing: it converts their inputs."""
    return torch.autocast("cpu", torch.bfloat16) if dtype == "autocast" else contextlib.nullcontext()


def with_lora(base: LlamaForCausalLM, projections: list[str]) -> PeftModel:
    config = LoraConfig(r=8, lora_alpha=16, lora_dropout=0.05, target_modules=projections, task_type="CAUSAL_LM")
    return get_peft_model(base, config)


def with_expert(base: LlamaForCausalLM, file: Path) -> PeftModel:
    """The expert that the other side uses too; its tensors are named `layers.0.gate_proj.A`."""
    model = with_lora(base, FEED_FORWARD).eval()
    stored = load_file(file)
    with torch.no_grad():
        for number, layer in enumerate(model.get_base_model().model.layers):
            for name in FEED_FORWARD:
                module = getattr(layer.mlp, name)
                module.lora_A["default"].weight.copy_(stored.pop(f"layers.{number}.{name}.A"))
                module.lora_B["default"].weight.copy_(stored.pop(f"layers.{number}.{name}.B"))
    assert not stored, f"{file}: tensors that the model has no place for: {sorted(stored)}"
    return model
