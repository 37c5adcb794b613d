"""The numbers of a model that the throughput model of `accrete-bench fit` needs."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

# Bytes of a number; of keys and values, which are float32 on a CPU.
BYTES = {"float32": 4.0, "bfloat16": 2.0, "int8": 1.0}
# A call's time and how many of them there are only ever occur as a product: any number will do, as long as it is the same one.
CALLS = 12


def shapes(file: Path) -> dict[str, list[int]]:
    """Of every tensor of a safetensors file."""
    with open(file, "rb") as stream:
        header = json.loads(stream.read(struct.unpack("<Q", stream.read(8))[0]))
    return {name: entry["shape"] for name, entry in header.items() if name != "__metadata__"}


def numbers(config: dict[str, Any], tensors: dict[str, list[int]], weights: str, expert_bytes: int) -> dict[str, float]:
    """What docs/serving-benchmark.md calls the model's file, of a decoder as Llama's whose experts read all of it."""
    if any("expert" in name for name in tensors):
        raise ValueError("a base of which each token reads everything expected, got a mixture of experts: write the model's file by hand")
    table = math.prod(tensors["model.embed_tokens.weight"])
    head = math.prod(tensors["lm_head.weight"]) if "lm_head.weight" in tensors else table
    layers = sum(math.prod(shape) for name, shape in tensors.items() if ".layers." in name)
    heads = config.get("num_key_value_heads") or config["num_attention_heads"]
    width = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    # Of the table of tokens a step reads a row a token; as the output head it reads all of it.
    return {"weightBytes": (layers + head) * BYTES[weights], "parameters": layers, "headParameters": head,
            "layers": config["num_hidden_layers"], "callsPerLayer": CALLS,
            "kvBytesPerToken": config["num_hidden_layers"] * heads * width * 4, "expertBytes": expert_bytes}


def of_base(base: Path, weights: str, expert_bytes: int) -> dict[str, float]:
    tensors: dict[str, list[int]] = {}
    for file in sorted(base.glob("*.safetensors")):
        tensors |= shapes(file)
    return numbers(json.loads((base / "config.json").read_text()), tensors, weights, expert_bytes)
