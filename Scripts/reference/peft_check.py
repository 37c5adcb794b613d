#!/usr/bin/env python3
"""Do PEFT and Accrete compute the same with one adapter? Compares logits of the same ids, whoever wrote the adapter.

    python peft_check.py --accrete ../../.build/release/accrete --base BASE --adapter DIR [--run RUN --task NAME]

With --run and --task Accrete serves the task from the run, otherwise it opens the adapter itself. A static merge is no run:
compare it as an adapter. Ends with 1 where a logit differs by more than 1e-4.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import LlamaForCausalLM

from streams import RandomStream


def sequences(vocabulary: int) -> list[list[int]]:
    draws = RandomStream("peft", "check")
    return [[draws.below(vocabulary) for _ in range(length)] for length in (1, 7, 33, 80)]


def ours(options: argparse.Namespace, ids: list[int]) -> torch.Tensor:
    source = (["--run", options.run, "--task", options.task] if options.run else ["--expert", str(options.adapter)])
    command = [str(options.accrete), "logits", "--base", str(options.base), "--threads", "1",
               "--ids", ",".join(map(str, ids)), *source]
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return torch.tensor(answer["logits"]).reshape(answer["shape"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accrete", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--run")
    parser.add_argument("--task")
    options = parser.parse_args()
    torch.set_num_threads(1)
    base = LlamaForCausalLM.from_pretrained(options.base, dtype=torch.float32, attn_implementation="sdpa").eval()
    rows = sequences(base.config.vocab_size)
    with torch.no_grad():
        bare = [base(torch.tensor([ids])).logits[0] for ids in rows]
        model = PeftModel.from_pretrained(base, str(options.adapter)).eval()
        theirs = [model(torch.tensor([ids])).logits[0] for ids in rows]
    distance = max((ours(options, ids) - t).abs().max().item() for ids, t in zip(rows, theirs))
    effect = max((t - b).abs().max().item() for t, b in zip(theirs, bare))
    print(f"{options.adapter}: {sum(t.numel() for t in theirs)} logits, max |difference| {distance:.2e};"
          f" the adapter moves them by up to {effect:.2e}")
    if not distance <= 1e-4:
        sys.exit("they differ by more than 1e-4")


if __name__ == "__main__":
    main()
