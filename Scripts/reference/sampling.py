"""What transformers' logits processors leave of a distribution, for some settings.

    python sampling.py --out ../../Tests/Goldens
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from transformers.generation.logits_process import (RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper,
                                                    TopKLogitsWarper, TopPLogitsWarper)

SETTINGS = [
    {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "repetition_penalty": 1.0},
    {"temperature": 0.7, "top_k": 5, "top_p": 1.0, "repetition_penalty": 1.0},
    {"temperature": 1.3, "top_k": 0, "top_p": 0.6, "repetition_penalty": 1.0},
    {"temperature": 0.7, "top_k": 20, "top_p": 0.6, "repetition_penalty": 1.05},
    {"temperature": 2.0, "top_k": 9, "top_p": 0.95, "repetition_penalty": 1.8},
    {"temperature": 1.0, "top_k": 1, "top_p": 0.1, "repetition_penalty": 0.5},
    {"temperature": 0.3, "top_k": 400, "top_p": 0.999, "repetition_penalty": 1.2},
]


def sampling_goldens(out: Path) -> None:
    generator = torch.Generator().manual_seed(5)
    cases = []
    for settings in SETTINGS:
        logits = 3 * torch.randn(1, 40, generator=generator)
        seen = torch.randint(0, 40, (1, 12), generator=generator)
        scores = RepetitionPenaltyLogitsProcessor(settings["repetition_penalty"])(seen, logits.clone())
        scores = TemperatureLogitsWarper(settings["temperature"])(seen, scores)
        if settings["top_k"]:
            scores = TopKLogitsWarper(settings["top_k"])(seen, scores)
        if settings["top_p"] < 1:
            scores = TopPLogitsWarper(settings["top_p"])(seen, scores)
        cases.append(settings | {"logits": logits[0].tolist(), "seen": seen[0].tolist(),
                                 "probabilities": scores.softmax(-1)[0].tolist()})
    (out / "sampling.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    sampling_goldens(parser.parse_args().out)
