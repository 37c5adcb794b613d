"""Tests/Goldens/pretraining/document-mask.json: losses and gradients where a token sees only its own document of a window.

    python Scripts/reference/pretraining/document_mask.py --goldens Tests/Goldens/pretraining

transformers' classes with a 4-dimensional mask and position ids, float32, one thread: docs/pretraining.md, "Documents in a window".
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers

END = 17  # stands inside of windows, at their beginning and twice in a row


def documents(window: list[int]) -> tuple[list[int], list[int]]:
    """For each token the number of its document, and its place in it: a document goes to its end token."""
    numbers, places = [], []
    number = place = 0
    for token in window:
        numbers.append(number)
        places.append(place)
        place += 1
        if token == END:
            number, place = number + 1, 0
    return numbers, places


def measured(folder: Path, windows: list[list[int]]) -> dict:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    total, sums = torch.zeros(()), []
    for window in windows:
        inputs, targets = window[:-1], torch.tensor(window[1:])
        numbers, places = documents(inputs)
        number = torch.tensor(numbers)
        visible = (number[:, None] == number[None, :]) & torch.ones(len(inputs), len(inputs), dtype=torch.bool).tril()
        mask = torch.zeros(1, 1, *visible.shape).masked_fill(~visible, torch.finfo(torch.float32).min)
        logits = model(torch.tensor([inputs]), attention_mask=mask, position_ids=torch.tensor([places])).logits[0]
        loss = F.cross_entropy(logits, targets, reduction="sum")
        sums.append(loss.item())
        total = total + loss
    count = sum(len(window) - 1 for window in windows)
    (total / count).backward()
    gradients = {name: parameter.grad.norm().item() for name, parameter in model.named_parameters()}
    return {"sums": sums, "gradientNorms": gradients}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goldens", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(3)
    windows = [torch.randint(0, 64, (25,), generator=generator).tolist() for _ in range(4)]
    for window, ends in zip(windows, ([5, 12], [0, 1, 20], [], [23])):
        for place in ends:
            window[place] = END
    cases = {name: measured(options.goldens / name, windows) for name in ("dense-llama", "dense-qwen3")}
    place = options.goldens / "document-mask.json"
    place.write_text(json.dumps({"end": END, "windows": windows, "cases": cases}) + "\n")
    print(place)


if __name__ == "__main__":
    main()
