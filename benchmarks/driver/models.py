"""The models that are measured: how much work each gets, and what a token costs."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SEEDLING = ROOT / "Sources/accrete/Resources/base/seedling"
DEMO = ROOT / "Sources/accrete/Resources/demo"
FOLDER = ROOT / ".build/bench-models"


@dataclass(frozen=True)
class Amount:
    """How much each round does: less for larger models, so that the whole benchmark takes about an hour."""

    rows_in_batch: int
    warm_up_steps: int
    steps: int
    scored_rows: int
    prompt_tokens: int
    new_tokens: int


AMOUNTS = {
    "seedling": Amount(rows_in_batch=16, warm_up_steps=4, steps=10, scored_rows=100, prompt_tokens=64, new_tokens=64),
    "100m": Amount(rows_in_batch=8, warm_up_steps=3, steps=2, scored_rows=24, prompt_tokens=32, new_tokens=16),
    "500m": Amount(rows_in_batch=4, warm_up_steps=2, steps=1, scored_rows=8, prompt_tokens=32, new_tokens=16),
    "1.1b": Amount(rows_in_batch=6, warm_up_steps=1, steps=1, scored_rows=4, prompt_tokens=32, new_tokens=8),
    "3b": Amount(rows_in_batch=6, warm_up_steps=1, steps=1, scored_rows=2, prompt_tokens=32, new_tokens=4),
    "mixture-tiny": Amount(rows_in_batch=16, warm_up_steps=1, steps=1, scored_rows=8, prompt_tokens=64, new_tokens=64),
    "mixture-100m": Amount(rows_in_batch=8, warm_up_steps=1, steps=1, scored_rows=8, prompt_tokens=32, new_tokens=32),
}


class Model:
    def __init__(self, name: str, amount: Amount, python: str, data: Path) -> None:
        self.name, self.amount = name, amount
        self.folder = FOLDER / name
        self.base = SEEDLING if name == "seedling" else self.folder / "base"
        subprocess.run(
            [python, str(ROOT / "benchmarks/peers/prepare.py"), "--model", name, "--seedling", str(SEEDLING), "--demo",
             str(DEMO), "--data", str(data), "--folder", str(self.folder), "--rows", str(amount.rows_in_batch),
             "--scored", str(amount.scored_rows), "--prompt-tokens", str(amount.prompt_tokens)],
            check=True, stderr=subprocess.DEVNULL)
        self.source: dict[str, Any] = self.material("source")
        config = json.loads((self.base / "config.json").read_text())
        self.shape = {key: config[key] for key in (
            "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
            "vocab_size")}
        hidden, inner = config["hidden_size"], config["intermediate_size"]
        head = config.get("head_dim") or hidden // config["num_attention_heads"]
        queries, keys = head * config["num_attention_heads"], head * config["num_key_value_heads"]
        # Frozen parameters of all matrices but the embedding: what every token meets.
        # Of a mixture, the shared expert and those that a token visits, and the router.
        self.experts: int = config.get("num_experts", 1)
        visited = 1 + config["moe_topk"] if self.experts > 1 else 1
        router = self.experts * hidden if self.experts > 1 else 0
        self.matrices = config["num_hidden_layers"] * (
            2 * hidden * queries + 2 * hidden * keys + 3 * hidden * inner * visited + router)
        self.read_out = hidden * config["vocab_size"]

    def material(self, name: str) -> dict[str, Any]:
        return json.loads((self.folder / f"{name}.json").read_text())

    def description(self) -> dict[str, Any]:
        return {"name": self.name, "shape": self.shape, "frozen_non_embedding_parameters": self.matrices,
                "embedding_parameters": self.read_out, "texts": self.source["texts"], "amount": asdict(self.amount)}
