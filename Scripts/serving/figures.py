"""Numbers of a measurement, and what they have to keep."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Sequence

# Exit codes, as `accrete` has them where the meaning is the same.
MET, MISSED, USAGE, AWAY = 0, 1, 64, 69


def quantile(numbers: Sequence[float], part: float) -> float:
    """Between the two sorted numbers next to the place part · (n − 1), in proportion, as `accrete-bench` has it; of none NaN."""
    if not numbers:
        return math.nan
    ordered = sorted(numbers)
    place = part * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(numbers: Sequence[float]) -> float:
    return quantile(numbers, 0.5)


def spread(numbers: Sequence[float]) -> dict[str, float | int]:
    return {"n": len(numbers), "p50": quantile(numbers, 0.5), "p95": quantile(numbers, 0.95), "p99": quantile(numbers, 0.99),
            "greatest": max(numbers, default=math.nan)}


@dataclass(frozen=True)
class Target:
    """A number that a measurement must keep: at most or at least its limit. One that could not be measured (NaN) is missed."""

    name: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def record(self) -> dict[str, Any]:
        return {"name": self.name, "value": self.value, "atLeast" if self.at_least else "atMost": self.limit, "met": self.met}

    def line(self) -> str:
        return f"{'ok    ' if self.met else 'MISSED'} {self.name}: {self.value:.4g} ({'at least' if self.at_least else 'at most'} {self.limit:g})"


def plain(value: Any) -> Any:
    """The same with null for what JSON has no number for."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def report(name: str, targets: list[Target], figures: dict[str, Any], out: Path | None) -> int:
    """Says it: one object of JSON on standard output or in `out`, a line a target on standard error. Gives the exit code."""
    met = bool(targets) and all(target.met for target in targets)
    result = plain({"format": f"accrete-{name}/1", "met": met, "targets": [target.record() for target in targets], **figures})
    text = json.dumps(result, indent=1, allow_nan=False) + "\n"
    if out:
        out.write_text(text)
    else:
        sys.stdout.write(text)
    for target in targets:
        print(target.line(), file=sys.stderr)
    return MET if met else MISSED


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
