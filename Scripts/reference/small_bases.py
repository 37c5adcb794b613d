#!/usr/bin/env python3
"""Bases in 4 and 8 bits, from the published formulas alone: tiny checkpoints in the forms of GPTQ and AWQ, NF4 and FP8 of matrices,
and the logits that PyTorch computes in float32 with what the codes stand for.

    python small_bases.py --out ../../Tests/Goldens
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Callable

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

from tiny import CONFIG, random_state

# arXiv 2305.14314, appendix E.
NF4 = torch.tensor([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0
])
AWQ_ORDER = [0, 2, 4, 6, 1, 3, 5, 7]
SEQUENCES = [[7], [5, 90, 11, 33, 4, 62, 0], [4 + (17 * i) % 92 for i in range(40)]]
GROUP = 16


def nf4(weight: Tensor) -> Tensor:
    """What NF4 makes of a matrix: the nearest level times the largest absolute value of 64 numbers of a row."""
    outputs, inputs = weight.shape
    blocks = torch.nn.functional.pad(weight, (0, -inputs % 64)).view(outputs, -1, 64)
    scale = blocks.abs().amax(-1, keepdim=True)
    value = blocks / torch.where(scale > 0, scale, torch.ones(()))
    code = (value.unsqueeze(-1) - NF4).abs().argmin(-1)
    return (NF4[code] * scale).view(outputs, -1)[:, :inputs].contiguous()


def fp8(weight: Tensor) -> Tensor:
    """The same of e4m3fn with a scale for each row."""
    scale = weight.abs().amax(1, keepdim=True) / 448
    value = weight / torch.where(scale > 0, scale, torch.ones(()))
    return value.clamp(-448, 448).to(torch.float8_e4m3fn).float() * scale


def quantized(weight: Tensor, group: Tensor, symmetric: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Codes [out, in], zeros [groups, out] and scales (float16) [groups, out] of a matrix, rounded to the nearest."""
    count = int(group.max()) + 1
    codes = torch.zeros(weight.shape, dtype=torch.int64)
    zeros, scales = [], []
    for number in range(count):
        part = weight[:, group == number]
        low, high = part.amin(1).clamp(max=0), part.amax(1).clamp(min=0)
        if symmetric:
            high = torch.maximum(high, -low)
            low = -high
        scale = ((high - low) / 15).half()
        zero = torch.full_like(low, 8) if symmetric else (-low / scale.float()).round().clamp(0, 15)
        codes[:, group == number] = ((part / scale.float()[:, None]).round() + zero[:, None]).clamp(0, 15).long()
        zeros.append(zero.long())
        scales.append(scale)
    return codes, torch.stack(zeros), torch.stack(scales)


def words(numbers: Tensor, order: list[int]) -> Tensor:
    """Eight neighbours of the last axis in an int32; `order`: which of them stands at each place, the lowest bits first."""
    eights = numbers.view(*numbers.shape[:-1], -1, 8)
    word = torch.zeros(eights.shape[:-1], dtype=torch.int64)
    for place, which in enumerate(order):
        word |= eights[..., which] << 4 * place
    return torch.where(word >= 1 << 31, word - (1 << 32), word).to(torch.int32)


def dequantized(codes: Tensor, zeros: Tensor, scales: Tensor, group: Tensor) -> Tensor:
    return (codes - zeros[group].T).float() * scales[group].T.float()


def gptq(weight: Tensor, generator: torch.Generator, first: bool) -> tuple[dict[str, Tensor], Tensor]:
    """`first`: the first format, asymmetric, inputs in an order of their own; otherwise the second, one group, symmetric."""
    inputs = weight.shape[1]
    group = torch.zeros(inputs, dtype=torch.int64)
    if first:
        group[torch.randperm(inputs, generator=generator)] = torch.arange(inputs) // GROUP
    codes, zeros, scales = quantized(weight, group, symmetric=not first)
    plain = list(range(8))
    parts = {
        "qweight": words(codes, plain).T.contiguous(),  # [in / 8, out]
        "qzeros": words((zeros - 1) & 15 if first else zeros, plain),
        "scales": scales,
    }
    if first:
        parts |= {"g_idx": group.to(torch.int32), "bias": torch.zeros(weight.shape[0], dtype=torch.float16)}
    return parts, dequantized(codes, zeros, scales, group)


def awq(weight: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    group = torch.arange(weight.shape[1]) // GROUP
    codes, zeros, scales = quantized(weight, group, symmetric=False)
    parts = {"qweight": words(codes.T.contiguous(), AWQ_ORDER), "qzeros": words(zeros, AWQ_ORDER), "scales": scales}
    return parts, dequantized(codes, zeros, scales, group)


def is_projection(name: str) -> bool:
    return name.endswith("_proj.weight")


def logits(state: dict[str, Tensor]) -> list[Tensor]:
    model = LlamaForCausalLM(LlamaConfig(**CONFIG)).eval()
    model.load_state_dict(state)
    with torch.no_grad():
        return [model(torch.tensor([ids])).logits[0].contiguous() for ids in SEQUENCES]


def checkpoint(folder: Path, quantization: dict[str, object],
               pack: Callable[[Tensor], tuple[dict[str, Tensor], Tensor]]) -> dict[str, Tensor]:
    """Writes a checkpoint; what it stands for."""
    tensors: dict[str, Tensor] = {}
    state: dict[str, Tensor] = {}
    for name, weight in random_state().items():
        if is_projection(name):
            parts, state[name] = pack(weight)
            tensors |= {f"{name.removesuffix('.weight')}.{part}": value for part, value in parts.items()}
        else:
            tensors[name] = weight.half()
            state[name] = tensors[name].float()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config = CONFIG | {"torch_dtype": "float16", "quantization_config": quantization}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return state


def write(out: Path) -> None:
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(11)
    forms = {
        "gptq": ({"quant_method": "gptq", "bits": 4, "group_size": GROUP, "desc_act": True, "sym": False,
                  "checkpoint_format": "gptq"}, lambda w: gptq(w, generator, True)),
        "gptq-v2": ({"quant_method": "gptq", "bits": 4, "group_size": -1, "desc_act": False, "sym": True,
                     "checkpoint_format": "gptq_v2"}, lambda w: gptq(w, generator, False)),
        "awq": ({"quant_method": "awq", "bits": 4, "group_size": GROUP, "zero_point": True, "version": "gemm",
                 "modules_to_not_convert": None}, awq),
    }
    tensors: dict[str, Tensor] = {}
    for name, (quantization, pack) in forms.items():
        state = checkpoint(out / "packed" / name, quantization, pack)
        for i, value in enumerate(logits(state)):
            tensors[f"{name}.logits.{i}"] = value
        tensors[f"{name}.down"] = state["model.layers.1.mlp.down_proj.weight"]
    # Rows of very different size, one of zeros, one over six powers of ten, and a block that is not whole.
    weight = torch.randn((6, 150), generator=generator) * torch.randn((6, 1), generator=generator).exp()
    weight[1] = 0
    weight[2] *= torch.logspace(-6, 0, 150)
    tensors["weight"] = weight
    for name, hold in {"nf4": nf4, "fp8": fp8}.items():
        tensors[f"{name}.weight"] = hold(weight)
        state = {key: hold(value) if is_projection(key) else value for key, value in random_state().items()}
        for i, value in enumerate(logits(state)):
            tensors[f"{name}.logits.{i}"] = value
    save_file(tensors, out / "packed.safetensors")
    for file in [out / "packed.safetensors", *(out / "packed").rglob("*.safetensors")]:
        file.chmod(0o644)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[2] / "Tests/Goldens")
    write(parser.parse_args().out)
