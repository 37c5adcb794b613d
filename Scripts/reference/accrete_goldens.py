#!/usr/bin/env python3
"""Writes Tests/Goldens/accrete.json and accrete.safetensors: three tasks learned one after the other on `tiny` (README there).

    python accrete_goldens.py [--out ../../Tests/Goldens]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from accrete import Accrete, Recipe, Rows
from output_head import label_scores
from streams import RandomStream
from task_router import leave_one_out
from tiny import SHAPE, load
from writing import write_json

SEED = 5
NAMES = ["first", "second", "third"]
# The third task has the second one's labels, so that it has something to start from.
ANSWERS = [[[10, 0], [20, 30, 0], [40, 0]], [[11, 0], [21, 31, 0], [41, 0]], [[11, 0], [21, 31, 0], [41, 0]]]
CUES = [4, 14, 14]


def task_rows(task: int, count: int = 12, name: str = "rows") -> tuple[Rows, list[int]]:
    """Prompts of random tokens with one at the end that tells the label."""
    stream = RandomStream("golden", "accrete", name, NAMES[task])
    rows: Rows = []
    for i in range(count):
        prompt = [50 + stream.below(40) for _ in range(1 + stream.below(6))] + [CUES[task] + i % 3]
        rows.append((prompt, ANSWERS[task][i % 3]))
    return rows, [i % 3 for i in range(count)]


def learned(tiny: Path, dtype: torch.dtype) -> tuple[Accrete, list[list], list[dict[str, Tensor]], list]:
    """All three tasks, and what stood after each."""
    model = Accrete(load(tiny).to(dtype), SHAPE, Recipe(), SEED)
    steps, states, losses = [], [], []
    for task, name in enumerate(NAMES):
        steps.append(model.learn(name, task_rows(task)[0]))
        losses.append(getattr(model, "compared", []))
        states.append({f"memory.{u}": rows for u, rows in enumerate(model.memory)} | {
            "scatter": model.router.scatter, "means": model.router.means})
    return model, steps, states, losses


def tensors_of(model: Accrete) -> dict[str, Tensor]:
    result: dict[str, Tensor] = {}
    for name, task in zip(model.names, model.learned):
        for part, atoms in (("shared", task.shared), ("own", task.own)):
            for (layer, projection), pair in atoms.items():
                for side, tensor in zip("AB", pair):
                    result[f"tasks.{name}.{part}.layers.{layer}.{projection}.{side}"] = tensor.bfloat16()
        for (layer, projection), gain in task.gains.items():
            result[f"tasks.{name}.gains.layers.{layer}.{projection}"] = gain
    return result


def probe(model: Accrete, task: int) -> list[float]:
    """What is told from the codes of the shared atoms of the tasks up to `task`, for each layer, on the stored rows."""
    labels = [u for u, rows in enumerate(model.memory) for _ in rows]
    result = []
    for layer in range(len(model.layers)):
        z = torch.cat([rows[:, layer] for rows in model.memory]).double()
        codes = [z @ earlier.shared[layer, projection][0].double().T for projection in ("gate_proj", "up_proj")
                 for earlier in model.learned[:task + 1] if earlier.shared]
        result.append(leave_one_out(torch.cat(codes, 1), labels))
    return result


def write(out: Path) -> None:
    tiny = out / "tiny"
    model, steps, states, compared = learned(tiny, torch.float32)
    exact, exact_steps, exact_states, _ = learned(tiny, torch.float64)
    if model.teachers != exact.teachers:
        raise AssertionError("float64 chooses other tasks to start from: the goldens hang on rounding")

    tensors = tensors_of(model)
    for task, state in enumerate(states):
        for key, tensor in state.items():
            tensors[f"after.{task}.{key}"] = tensor if key.startswith("memory") else tensor.float()
    gradients = 0.0
    for task, own in enumerate(steps):
        for number in (0, len(own) - 1):
            for key, tensor in own[number].gradients.items():
                tensors[f"grad.{task}.{number}.{key}"] = tensor
                other = exact_steps[task][number].gradients[key].float()
                if tensor.norm() > 0:
                    gradients = max(gradients, ((tensor - other).norm() / tensor.norm()).item())
    unknown_requests = [[90 + i % 5] * (2 + i) for i in range(3)]
    document = {
        "seed": SEED, "rank": SHAPE.rank, "alpha": SHAPE.alpha,
        "rate": model.recipe.rate, "weight_decay": model.recipe.weight_decay, "clip": model.recipe.clip,
        "batch_size": model.recipe.batch_size, "epochs": model.recipe.epochs,
        "plans": [model.plan(t) for t in range(8)], "teachers": model.teachers,
        "compared": [[{"loss": loss, "task": u} for loss, u in entries] for entries in compared], "tasks": []}
    scores_differ = 0.0
    for task, name in enumerate(NAMES):
        rows, labels = task_rows(task)
        requests = [prompt for prompt, _ in task_rows(task, 4, "requests")[0]] + unknown_requests
        with torch.no_grad():
            model.serve(task)
            scores = label_scores(model.base, [prompt for prompt, _ in rows], ANSWERS[task])
            exact.serve(task)
            other = label_scores(exact.base, [prompt for prompt, _ in rows], ANSWERS[task])
            scores_differ = max(scores_differ, (scores - other.float()).abs().max().item())
        document["tasks"].append({
            "name": name, "answers": ANSWERS[task], "prompts": [prompt for prompt, _ in rows], "labels": labels,
            "steps": [own.terms | {"gradient_norm": own.norm} for own in steps[task]],
            "scores": scores.tolist(), "shared_share": model.shared_share(task),
            "probe": probe(model, task) if task else None,
            "requests": requests, "decisions": model.router.decisions(model.features(requests))})
    terms = max(abs(a.terms[key] - b.terms[key]) for one, other in zip(steps, exact_steps)
                for a, b in zip(one, other) for key in a.terms)
    factors = 0.0
    for name, tensor in tensors_of(exact).items():
        if ".gains." in name:
            continue  # not rounded
        factors = max(factors, ((tensor.double() != tensors[name].double()).double().mean().item()))
    print(f"accrete in float64: terms differ by {terms:.1e}, gradients by {gradients:.1e} of their norm, scores by "
          f"{scores_differ:.1e}; at most {factors:.1%} of a tensor's numbers are rounded otherwise")
    save_file({name: t.detach().clone().contiguous() for name, t in tensors.items()}, out / "accrete.safetensors")
    (out / "accrete.safetensors").chmod(0o644)
    write_json(out / "accrete.json", document)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "Tests" / "Goldens")
    torch.set_num_threads(1)
    write(parser.parse_args().out)
