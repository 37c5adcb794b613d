"""Writes Llama checkpoints with random weights: what training rates are measured on where no real checkpoint can be fetched.

    python checkpoints.py --shape 8b --out FOLDER [--seconds 40]

One file for each layer, and one for embedding, head and last norm. Numbers are taken from one block of normal draws, at another place for
each tensor: 16 GB of draws would take a minute, and only their spread matters for speed. Where the disk is so slow that the layers would
take longer than `--seconds`, eight are written, and config.json says so. `FOLDER-8` then has the first eight layers, by links.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import math
import os
import random
import struct
import time
from pathlib import Path

try:
    import torch
except ImportError:  # Tiny models are written without it, as the dry run of `make test` has none.
    torch = None

SHAPES = {
    "1b": dict(hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, num_attention_heads=32, num_key_value_heads=8,
               head_dim=64, vocab_size=128256, tie_word_embeddings=True),
    "8b": dict(hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, num_attention_heads=32, num_key_value_heads=8,
               head_dim=128, vocab_size=128256, tie_word_embeddings=False),
    # For the dry run on a CPU: the same stages in seconds. "1b" and "8b" of it differ in layers and ties as the real ones do.
    "tiny-1b": dict(hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                    head_dim=16, vocab_size=512, tie_word_embeddings=True),
    "tiny-8b": dict(hidden_size=64, intermediate_size=128, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
                    head_dim=16, vocab_size=512, tie_word_embeddings=False),
}
FEW_LAYERS = 8
BLOCK = 1 << 26


# Shape of a tensor, and its bytes in pieces.
Tensor = tuple[tuple[int, ...], list[memoryview]]


class Draws:
    """Tensors of normal numbers with a deviation of 0.02 in bfloat16, from one block."""

    def __init__(self, size: int) -> None:
        if torch is not None:
            drawn = torch.empty(size).normal_(0, 0.02, generator=torch.Generator().manual_seed(0)).bfloat16()
            block = ctypes.string_at(drawn.data_ptr(), 2 * size)
        else:
            draw = random.Random(0)
            # The upper half of a float32 is a bfloat16.
            block = b"".join(struct.pack("<f", draw.gauss(0, 0.02))[2:] for _ in range(size))
        self.block, self.size, self.place = memoryview(block), size, 0

    def take(self, *shape: int) -> Tensor:
        left, pieces = math.prod(shape), []
        while left:
            part = min(left, self.size - self.place)
            pieces.append(self.block[2 * self.place:2 * (self.place + part)])
            left -= part
            self.place = (self.place + part) % self.size
        # Another place for the next one, by a number that shares no factor with the block's.
        self.place = (self.place + 7919) % self.size
        return shape, pieces


def ones(count: int) -> Tensor:
    return (count,), [memoryview(b"\x80\x3f" * count)]


def save(path: Path, tensors: dict[str, Tensor]) -> None:
    """A file of safetensors: the length of the header, the header, the bytes."""
    header: dict[str, dict] = {"__metadata__": {"format": "pt"}}
    place = 0
    for name, (shape, _) in tensors.items():
        size = 2 * math.prod(shape)
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb", buffering=0) as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, pieces in tensors.values():
            for piece in pieces:
                # An unbuffered file may take less than it is given.
                while piece:
                    piece = piece[file.write(piece):]


def layer(draws: Draws, shape: dict, number: int) -> dict[str, Tensor]:
    hidden, inner, head = shape["hidden_size"], shape["intermediate_size"], shape["head_dim"]
    queries, keys = head * shape["num_attention_heads"], head * shape["num_key_value_heads"]
    parts = {"self_attn.q_proj": (queries, hidden), "self_attn.k_proj": (keys, hidden), "self_attn.v_proj": (keys, hidden),
             "self_attn.o_proj": (hidden, queries), "mlp.gate_proj": (inner, hidden), "mlp.up_proj": (inner, hidden),
             "mlp.down_proj": (hidden, inner)}
    prefix = f"model.layers.{number}."
    tensors = {f"{prefix}{name}.weight": draws.take(*size) for name, size in parts.items()}
    for name in ("input_layernorm", "post_attention_layernorm"):
        tensors[f"{prefix}{name}.weight"] = ones(hidden)
    return tensors


def ends(draws: Draws, shape: dict) -> dict[str, Tensor]:
    table = (shape["vocab_size"], shape["hidden_size"])
    tensors = {"model.embed_tokens.weight": draws.take(*table), "model.norm.weight": ones(shape["hidden_size"])}
    if not shape["tie_word_embeddings"]:
        tensors["lm_head.weight"] = draws.take(*table)
    return tensors


def describe(folder: Path, shape: dict, layers: int, files: dict[str, list[str]]) -> None:
    """Configuration and index of the first `layers` layers; last of all, so that a folder with an index is whole."""
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", **shape, "num_hidden_layers": layers,
              "max_position_embeddings": 32768, "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "hidden_act": "silu",
              "attention_bias": False, "mlp_bias": False, "bos_token_id": 0, "eos_token_id": 1, "torch_dtype": "bfloat16"}
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    names = {name: file for file, inside in files.items() for name in inside}
    size = sum((folder / file).stat().st_size for file in files)
    index = folder / "model.safetensors.index.json"
    index.with_suffix(".part").write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": names}))
    index.with_suffix(".part").replace(index)


def write(name: str, folder: Path, seconds: float) -> int:
    """Returns how many layers there are."""
    shape = SHAPES[name]
    folder.mkdir(parents=True, exist_ok=True)
    draws = Draws(min(BLOCK, shape["vocab_size"] * shape["hidden_size"]))
    wanted = shape["num_hidden_layers"]
    files: dict[str, list[str]] = {}

    def keep(file: str, tensors: dict[str, Tensor]) -> None:
        save(folder / file, tensors)
        files[file] = list(tensors)

    keep("ends.safetensors", ends(draws, shape))
    start = time.monotonic()
    for number in range(wanted):
        keep(f"layer-{number:02}.safetensors", layer(draws, shape, number))
        spent = time.monotonic() - start
        if number + 1 == FEW_LAYERS < wanted and spent / FEW_LAYERS * wanted > seconds:
            wanted = FEW_LAYERS
            break
    few = min(FEW_LAYERS, wanted)
    short = folder.with_name(folder.name + "-8")
    short.mkdir(exist_ok=True)
    some = {file: names for file, names in files.items() if file == "ends.safetensors" or int(file[6:8]) < few}
    for file in some:
        if not (short / file).exists():
            os.link(folder / file, short / file)
    describe(short, shape, few, some)
    describe(folder, shape, wanted, files)
    return wanted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=list(SHAPES), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=40)
    options = parser.parse_args()
    start = time.monotonic()
    layers = write(options.shape, options.out, options.seconds)
    print(json.dumps({"layers": layers, "seconds": round(time.monotonic() - start, 1)}), flush=True)


if __name__ == "__main__":
    main()
