"""A base in transformers with PEFT's LoRA on it, as its users make it."""

from __future__ import annotations

from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, LlamaForCausalLM

FEED_FORWARD = ["gate_proj", "up_proj", "down_proj"]
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", *FEED_FORWARD]


def load_base(folder: Path) -> LlamaForCausalLM:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


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
