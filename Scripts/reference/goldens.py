#!/usr/bin/env python3
"""Writes the goldens that Swift tests read to Tests/Goldens (see the README there).

    python goldens.py --seedling BASE --out ../../Tests/Goldens
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import save_file
from torch import Tensor

import accrete_goldens
import adapters
import checks
import families
import released
import small_bases
from objective import Recipe, new_optimizer, step_terms, train_step
from output_head import Batch, head_logits, label_scores, make_batch
from streams import Encoder, RandomStream, epoch_batches
from tiny import (SHAPE, TASK, TASKS, batch_json, load, lora_model, moe_model, random_rows, step_batches,
                  write_checkpoints)
from writing import write_json

TEXT = ("The river rises in the northern hills and flows south for two hundred miles. In 1867 a bridge of stone was "
        "built across it, and the town of Harrow grew on both banks.")
WEIGHT = 0.1
ADVERSARIES = ("paper", "isolated", "off")
HEAD_LABELS = [2, 0, 4, 1]


def numbers(terms: dict[str, Tensor]) -> dict[str, float]:
    return {name: value.item() for name, value in terms.items()}


def seedling_logits(base: Path, out: Path) -> None:
    """Logits of three sequences; of a long one only the last eight positions."""
    model = load(base)
    ids = Encoder(base, 256).ids(TEXT)[:40]
    sequences = [ids[:1], ids[:7], ids]
    tensors: dict[str, Tensor] = {}
    entries = []
    for i, sequence in enumerate(sequences):
        with torch.no_grad():
            logits = model(torch.tensor([sequence])).logits[0]
        first = max(0, len(sequence) - 8)
        tensors[f"logits.{i}"] = logits[first:].contiguous()
        entries.append({"name": f"logits.{i}", "ids": sequence, "first_position": first})
    save_file(tensors, out / "logits.safetensors")
    write_json(out / "logits.json", {"base": "seedling", "sequences": entries})


def tiny_logits(out: Path) -> None:
    """Logits of the tiny checkpoint in its three forms, all computed in float32."""
    sequences = [[7], [5, 90, 11, 33, 4, 62, 0], [4 + (17 * i) % 92 for i in range(40)]]
    tensors: dict[str, Tensor] = {}
    for name in ("tiny", "tiny-bf16", "tiny-sharded"):
        model = load(out / name)
        for i, sequence in enumerate(sequences):
            with torch.no_grad():
                tensors[f"{name}.{i}"] = model(torch.tensor([sequence])).logits[0].contiguous()
    save_file(tensors, out / "tiny-logits.safetensors")
    write_json(out / "tiny-logits.json", {"ids": sequences})


def stream_goldens(out: Path) -> None:
    """Random streams, a shuffle and batches. 64-bit numbers are decimal strings."""
    keys: list[list[object]] = [[0, "order", "agnews", 2], ["test", "yahoo"], [17, "rows", "dbpedia"]]
    entries = []
    for key in keys:
        draws = RandomStream(*key)
        items = list(range(20))
        RandomStream(*key).shuffle(items)
        below = RandomStream(*key)
        entries.append({
            "key": RandomStream(*key).key,
            "next": [str(draws.next()) for _ in range(5)],
            "below_1000": [below.below(1000) for _ in range(10)],
            "shuffle_20": items,
        })
    lengths = [5 + RandomStream("golden", "lengths", i).below(30) for i in range(75)]
    batches = {str(e): epoch_batches(lengths, 3, "agnews", e, 4) for e in (0, 1)}
    write_json(out / "streams.json", {
        "streams": entries,
        "batches": {"seed": 3, "task": "agnews", "batch_size": 4, "lengths": lengths, "epochs": batches},
    })


def gradient_goldens(tiny: Path, batch: Batch, tensors: dict[str, Tensor]) -> dict[str, dict[str, float]]:
    """Loss terms and gradients of one step for each adversary and for plain LoRA."""
    losses: dict[str, dict[str, float]] = {}
    for case in (*ADVERSARIES, "lora"):
        model, task = (lora_model(tiny), 0) if case == "lora" else (moe_model(tiny), TASK)
        adversary = "off" if case == "lora" else case
        terms, objective = step_terms(model, batch, task, Recipe(adversary, WEIGHT))
        objective.backward()
        losses[case] = numbers(terms)
        for name, tensor in model.trained(task, adversary).items():
            tensors[f"grad.{case}.{name}"] = tensor.grad
    return losses


def head_goldens(tiny: Path, batch: Batch, tensors: dict[str, Tensor]) -> dict[str, object]:
    """The output head `trained` with MoE-CL, adversary off."""
    model = moe_model(tiny)
    model.select(TASK)
    head = torch.nn.Parameter(0.3 * torch.randn(5, 32, generator=torch.Generator().manual_seed(4)))
    logits = head_logits(model.base, head, batch)
    loss = F.cross_entropy(logits, torch.tensor(HEAD_LABELS))
    loss.backward()
    tensors["value.head"] = head.detach()
    tensors["head.logits"] = logits.detach()
    tensors["grad.head.head"] = head.grad
    for name, tensor in model.trained(TASK, "off").items():
        tensors[f"grad.head.{name}"] = tensor.grad
    return {"labels": HEAD_LABELS, "loss": loss.item()}


def step_goldens(tiny: Path, tensors: dict[str, Tensor]) -> dict[str, object]:
    """Ten AdamW steps: terms and gradient norm of each, and the trained tensors afterwards."""
    batches = step_batches()
    result: dict[str, object] = {"rate": 1e-3, "weight_decay": 0.01, "clip": 1.0,
                                 "batches": [batch_json(b) for b in batches]}
    for case in ("paper", "isolated", "lora"):
        model, task = (lora_model(tiny), 0) if case == "lora" else (moe_model(tiny), TASK)
        adversary = "off" if case == "lora" else case
        trained = model.trained(task, adversary)
        optimizer = new_optimizer(trained, 1e-3)
        steps = []
        for batch in batches:
            terms, norm = train_step(model, batch, task, Recipe(adversary, WEIGHT), optimizer, trained)
            steps.append(numbers(terms) | {"gradient_norm": norm.item()})
        result[case] = steps
        for name, tensor in trained.items():
            tensors[f"trained.{case}.{name}"] = tensor.detach()
    return result


def score_goldens(tiny: Path, tensors: dict[str, Tensor]) -> dict[str, object]:
    """Scores of four labels of different token counts after three prompts."""
    prompts = [prompt for prompt, _ in random_rows("prompts", 3)]
    answers = [[9, 0], [9, 40, 0], [21, 5, 77, 0], [60, 61, 62, 63, 64, 0]]
    moe, lora = moe_model(tiny), lora_model(tiny)
    cases = {"base": (lora, 1), "lora": (lora, 0), "moe_cl": (moe, TASK), "unlearned": (moe, TASKS)}
    lora.one_for_all = False  # so that task 1 has no expert and is scored with the base
    for name, (model, task) in cases.items():
        model.select(task)
        difference = checks.check_label_scores(model, prompts, answers)
        print(f"label scores of {name}: one pass and one by one differ by {difference:.1e}")
        with torch.no_grad():
            tensors[f"scores.{name}"] = label_scores(model.base, prompts, answers)
    return {"prompts": prompts, "answers": answers}


def learning_goldens(out: Path) -> None:
    tiny = out / "tiny"
    batch = make_batch(random_rows("batch", 4))
    print(f"MoE-CL paper gradients, ours and literal, differ by {checks.check_moe(tiny, batch):.1e}")
    print(f"MoE-CL isolated terms' gradients, ours and literal, differ by {checks.check_isolated_terms(tiny, batch):.1e}")
    print(f"MoE-CL with B = 0 and the base differ by {checks.check_fresh_is_base(tiny, batch):.1e}")
    print(f"plain LoRA and PEFT differ by {checks.check_peft(tiny, batch, out / 'tiny-peft'):.1e} (relative)")
    checks.check_isolation(tiny, batch)

    tensors: dict[str, Tensor] = {}
    moe, lora = moe_model(tiny), lora_model(tiny)
    for name, tensor in (moe.all_tensors() | lora.trained(0)).items():
        tensors[f"value.{name}"] = tensor.detach()
    with torch.no_grad():
        for name, model, task in (("moe_cl", moe, TASK), ("unlearned", moe, TASKS), ("lora", lora, 0)):
            model.select(task)
            tensors[f"logits.{name}"] = model.base(batch.ids).logits
    document = {
        "rank": SHAPE.rank, "alpha": SHAPE.alpha, "dropout": SHAPE.dropout,
        "known_tasks": TASKS, "task": TASK, "weight": WEIGHT, "layer_norm_eps": 1e-5,
        "batch": batch_json(batch),
        "losses": gradient_goldens(tiny, batch, tensors),
        "head": head_goldens(tiny, batch, tensors),
        "scores": score_goldens(tiny, tensors),
        "steps": step_goldens(tiny, tensors),
    }
    save_file({name: t.detach().clone().contiguous() for name, t in tensors.items()}, out / "learning.safetensors")
    write_json(out / "learning.json", document)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seedling", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "Tests" / "Goldens")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    os.environ["HF_HUB_OFFLINE"] = "1"
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    write_checkpoints(out)
    seedling_logits(arguments.seedling, out)
    tiny_logits(out)
    stream_goldens(out)
    learning_goldens(out)
    accrete_goldens.write(out)
    released.write(out)
    adapters.write(out)
    families.family_goldens(out)
    small_bases.write(out)
    for file in out.rglob("*.safetensors"):
        file.chmod(0o644)
    print(f"{sum(f.stat().st_size for f in out.rglob('*') if f.is_file())} bytes in {out}")


if __name__ == "__main__":
    main()
