#!/usr/bin/env python3
"""A base as a checkpoint of GPTQ or AWQ with 4 bits, to measure what reading one costs in accuracy.

    python pack_base.py --base ../../Sources/accrete/Resources/base/seedling --form awq --group 64 --out packed

Codes are rounded to the nearest, group by group, asymmetric: without the calibration that GPTQ and AWQ do, so that the cost is at least
theirs. The embedding, norms and LM head stay as they are.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from small_bases import AWQ_ORDER, is_projection, quantized, words


def packed(weight: Tensor, form: str, size: int) -> dict[str, Tensor]:
    codes, zeros, scales = quantized(weight, torch.arange(weight.shape[1]) // size, symmetric=False)
    if form == "awq":
        return {"qweight": words(codes.T.contiguous(), AWQ_ORDER), "qzeros": words(zeros, AWQ_ORDER), "scales": scales}
    plain = list(range(8))
    return {"qweight": words(codes, plain).T.contiguous(), "qzeros": words(zeros, plain), "scales": scales}


def write(base: Path, form: str, size: int, out: Path) -> None:
    tensors: dict[str, Tensor] = {}
    for file in sorted(base.glob("*.safetensors")):
        for name, weight in load_file(file).items():
            if is_projection(name):
                parts = packed(weight.float(), form, size)
                tensors |= {f"{name.removesuffix('.weight')}.{part}": value for part, value in parts.items()}
            else:
                tensors[name] = weight
    out.mkdir(parents=True)
    for file in base.iterdir():
        if file.suffix == ".json" and not file.name.endswith(".index.json"):
            shutil.copyfile(file, out / file.name)
    own = {"awq": {"zero_point": True, "version": "gemm"}, "gptq": {"sym": False, "desc_act": False, "checkpoint_format": "gptq_v2"}}
    config = json.loads((base / "config.json").read_text())
    config["quantization_config"] = {"quant_method": form, "bits": 4, "group_size": size} | own[form]
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--form", choices=["gptq", "awq"], required=True)
    parser.add_argument("--group", type=int, default=128)
    parser.add_argument("--out", type=Path, required=True, help="a folder that is not there yet")
    options = parser.parse_args()
    write(options.base, options.form, options.group, options.out)
