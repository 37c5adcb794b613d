"""Tests/Goldens/pretraining: what pretraining computes on small models, and which window comes when.

    python Scripts/reference/pretraining/goldens.py --out Tests/Goldens/pretraining
    python Scripts/reference/pretraining/goldens.py --logits Sources/accrete/Resources/base/sapling --out Tests/Goldens

One thread, CPU, float32; bit for bit the same every time on one machine. Runs `checks` first. With `--float64` nothing is
written: it prints by how much a computation in float64 differs. The files are described in Tests/Goldens/pretraining/README.md.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

import order_goldens
from cases import CASES, RATES, SEED, Case, batches
from checks import check_all
from model import Decoder, Shape
from routing import NOBODY, Decision
from train import step

MARGIN = 2e-4  # ranks of experts must be further apart than rounding


def written(decision: Decision) -> dict:
    return {"choices": decision.choices.tolist(), "assigned": decision.assigned.tolist(), "weights": decision.weights.tolist(),
            "balance": decision.balance.item(), "z": decision.z.item()}


def run(name: str, case: Case, kind: str, dtype: torch.dtype = torch.float32) -> dict:
    """Ten steps: model before, gradients of step 0, model after, terms, decisions of step 0, the smallest margin."""
    model = case.model().to(dtype)
    before = state(model)
    optimizer, router = case.optimizer(model, kind), case.router()
    gradients: dict[str, Tensor] = {}
    # Clipping writes into the gradients: they are taken when the first step's norm is asked for.
    original = optimizer.step

    def recording(rate: float) -> float:
        if not gradients:
            gradients.update({n: p.grad.clone() for n, p in model.named_parameters()})
        return original(rate)

    optimizer.step = recording  # type: ignore[method-assign]
    log, decisions = [], []
    for number, micro_batches in enumerate(batches(name)):
        terms, decided = step(model, optimizer, micro_batches, router, case.balance, case.z, number, RATES[number])
        log.append(terms)
        decisions.append(decided)
    margin = min((d.margin for at in decisions for micro in at for d in micro), default=1.0)
    return {"before": before, "gradients": gradients, "after": state(model), "terms": log, "decisions": decisions, "margin": margin}


def state(model: Decoder) -> dict[str, Tensor]:
    return {name: tensor.detach().clone().contiguous() for name, tensor in model.named_parameters()}


def moved(decisions: list[list[Decision]]) -> tuple[int, int]:
    """Slots that are not where they chose to be, and slots that visit nobody."""
    pairs = [d for micro in decisions for d in micro]
    return (sum(int((d.assigned != d.choices).sum()) for d in pairs), sum(int((d.assigned == NOBODY).sum()) for d in pairs))


def require(condition: bool, what: str) -> None:
    if not condition:
        raise AssertionError(what)


def model_golden(name: str, case: Case, out: Path) -> None:
    runs = {kind: run(name, case, kind) for kind in case.optimizers}
    first = runs["adamw"]
    for kind, result in runs.items():
        require(result["margin"] > MARGIN, f"{name}, {kind}: ranks of experts are {result['margin']} apart")
    changed, lost = moved(first["decisions"][0])
    for micro in first["decisions"][0] if case.factor is not None else []:
        for layer, decision in enumerate(micro):
            require(bool((decision.assigned != decision.choices).any()), f"{name}: nothing overflows in layer {layer}")
    if case.factor is not None:
        require((lost > 0) == (not case.recycles) or case.shape.active > 1, f"{name}: {lost} slots visit nobody")
    unreached = [n for n, g in first["gradients"].items() if not g.any()]
    require(bool(unreached) == (name == "mixture-free"), f"{name}: without a gradient: {unreached}")
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(case.config, indent=1) + "\n")
    save_file(first["before"], folder / "model.safetensors", metadata={"format": "pt"})
    tensors = {f"gradient.{n}": g for n, g in first["gradients"].items()}
    for kind, result in runs.items():
        tensors |= {f"{kind}.{n}": t for n, t in result["after"].items()}
    save_file(tensors, folder / "golden.safetensors")
    capacity = {"factor": case.factor, "minimum": case.minimum, "overflow": "recycle" if case.recycles else "drop"}
    golden = {
        "seed": SEED, "capacity": capacity if case.factor is not None else None, "balance": case.balance, "z": case.z,
        "expert_factor": case.expert_factor, "weight_decay": 0.1, "clip": 1.0, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8,
        "momentum": 0.95, "rates": RATES, "batches": [[batch.tolist() for batch in at] for at in batches(name)],
        "decisions": [[written(d) for d in micro] for micro in first["decisions"][0]] if case.shape.experts else [],
        "steps": {kind: result["terms"] for kind, result in runs.items()}}
    (folder / "golden.json").write_text(json.dumps(golden) + "\n")
    losses = ", ".join(f"{kind} {r['terms'][0]['task']:.4f} → {r['terms'][-1]['task']:.4f}" for kind, r in runs.items())
    print(f"{name}: {changed} slots of step 0 moved, {lost} of them to nobody; margin {min(r['margin'] for r in runs.values()):.1e}; "
          f"{len(unreached)} tensors without a gradient; task loss {losses}", flush=True)


def compare_float64(name: str, case: Case) -> None:
    for kind in case.optimizers:
        single, double = run(name, case, kind), run(name, case, kind, torch.float64)
        for a, b in zip(single["decisions"], double["decisions"]):
            for x, y in zip((d for m in a for d in m), (d for m in b for d in m)):
                require(torch.equal(x.assigned, y.assigned), f"{name}: float64 decides otherwise")

        def distance(key: str) -> tuple[float, str]:
            return max(((single[key][n].double() - double[key][n]).abs().max().item(), n) for n in single[key])

        terms = max(abs(x[k] - y[k]) for x, y in zip(single["terms"], double["terms"]) for k in x)
        print(f"{name}, {kind}: gradients {distance('gradients')}, after ten steps {distance('after')}, terms {terms:.1e}; "
              f"largest gradient {max(g.abs().max().item() for g in single['gradients'].values()):.2g}")


def base_logits(base: Path, out: Path) -> None:
    """Logits of an embedded base that transformers has no class for, at the last two of the places of logits.json's longest sequence."""
    model = Decoder(Shape.read(base / "config.json"))
    model.load_state_dict({name: tensor.float() for name, tensor in load_file(base / "model.safetensors").items()})
    ids = json.loads((out / "logits.json").read_text())["sequences"][-1]["ids"]
    with torch.no_grad():
        logits, _ = model(torch.tensor([ids]))
    save_file({"logits": logits[0, -2:].contiguous()}, out / f"{base.name}-logits.safetensors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--logits", type=Path, help="folder of a base: its logits alone")
    parser.add_argument("--float64", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.float64:
        for name, case in CASES.items():
            compare_float64(name, case)
        return
    if arguments.out is None:
        parser.error("--out is missing")
    if arguments.logits is not None:
        base_logits(arguments.logits, arguments.out)
        return
    check_all()
    for name, case in CASES.items():
        model_golden(name, case, arguments.out)
    order_goldens.write(arguments.out)


if __name__ == "__main__":
    main()
