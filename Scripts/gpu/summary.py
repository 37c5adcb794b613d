"""What the stages say together: a table of ours beside the peer's, with targets and whether each is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

GIB = 1 << 30
# (model, layers) of the first target and the goal: LoRA of rank 16 on all seven projections, bfloat16, one H100.
FIRST, GOAL, LAYERS = 12_300, 16_900, 32
# Least of a ratio, or most where it is of memory.
RATE, MEMORY, MIXTURE, EXPERTS, FLOAT8 = 1.2, 0.8, 0.6, 0.7, 1.5
NOT_RUN = "not run"


@dataclass(frozen=True)
class Line:
    what: str
    ours: str
    peer: str
    ratio: str
    target: str
    met: str


def facts(records: list[dict], stage: int) -> dict[str, Any]:
    """Of the last record of a stage: a file may hold several calls."""
    return next((record["facts"] for record in reversed(records) if record["stage"] == stage), {})


def best(lines: list[dict], checkpointing: bool, key: str = "tokens_per_second") -> dict | None:
    """The fastest setting with or without checkpointing."""
    found = [line for line in lines if isinstance(line.get(key), (int, float)) and line.get("checkpointing") == checkpointing]
    return max(found, key=lambda line: line[key], default=None)


def judged(value: float | None, target: float, is_most: bool, is_dry: bool) -> str:
    if value is None:
        return NOT_RUN
    if is_dry:
        return "dry run"
    return "yes" if (value <= target if is_most else value >= target) else "no"


def ratio(a: float | None, b: float | None) -> float | None:
    return a / b if a and b else None


def number(value: float | None, digits: int = 0, unit: str = "") -> str:
    return NOT_RUN if value is None else f"{value:,.{digits}f}{unit}"


def lora(records: list[dict], stage: int, name: str, is_dry: bool) -> list[Line]:
    found = facts(records, stage)
    result = []
    for checkpointing in (False, True):
        own, other = (best(found.get(side, []), checkpointing) for side in ("ours", "peer"))
        rates = [one["tokens_per_second"] if one else None for one in (own, other)]
        peaks = [one["peak_bytes"] if one else None for one in (own, other)]
        how = f"{name}, {'with' if checkpointing else 'no'} checkpointing"
        fast, small = ratio(*rates), ratio(*peaks)
        setting = f" ({other['setting']})" if other and "setting" in other else ""
        result.append(Line(f"{how}, tokens/s", number(rates[0]), number(rates[1]) + setting, number(fast, 2), f"≥ {RATE}",
                           judged(fast, RATE, False, is_dry)))
        result.append(Line(f"{how}, peak memory", number(peaks[0] and peaks[0] / GIB, 2, " GiB"),
                           number(peaks[1] and peaks[1] / GIB, 2, " GiB"), number(small, 2), f"≤ {MEMORY}",
                           judged(small, MEMORY, True, is_dry)))
        if stage == 5 and not checkpointing:
            # The number holds for the whole model only.
            whole = rates[0] if own and (own.get("layers") == LAYERS or is_dry) else None
            for target, title in ((FIRST, "target"), (GOAL, "goal")):
                result.append(Line(f"{how}, {title}", number(whole), "", "", f"≥ {target:,} tokens/s", judged(whole, target, False, is_dry)))
    return result


def single(records: list[dict], stage: int, key: str, field: str = "tokens_per_second") -> float | None:
    lines = [line for line in facts(records, stage).get(key, []) if isinstance(line.get(field), (int, float))]
    return lines[-1][field] if lines else None


def pair(what: str, own: float | None, other: float | None, target: float, is_dry: bool) -> Line:
    value = ratio(own, other)
    return Line(what, number(own, 1), number(other, 1), number(value, 2), f"≥ {target}", judged(value, target, False, is_dry))


def checks(records: list[dict], stage: int, what: str, target: str) -> Line:
    found = [record for record in records if record["stage"] == stage]
    state = found[-1]["state"] if found else NOT_RUN
    met = {"done": "yes", "failed": "no", "cut": "no"}.get(state, NOT_RUN)
    return Line(what, state, "", "", target, met)


def lines(records: list[dict], is_dry: bool) -> list[Line]:
    plain = best(facts(records, 4).get("ours", []), False)
    return [
        checks(records, 2, "operators and kernels", "as the CPU's"),
        checks(records, 3, "learning: same seed, same bytes; losses", "equal; near the CPU's"),
        *lora(records, 5, "LoRA 8B", is_dry), *lora(records, 4, "LoRA 1B", is_dry),
        pair("MoE-CL 1B beside LoRA 1B, tokens/s", single(records, 6, "moe-cl"), plain["tokens_per_second"] if plain else None,
             MIXTURE, is_dry),
        pair("decoding 1B, an expert for each row beside one for all, tokens/s",
             single(records, 7, "batch many, experts many"), single(records, 7, "batch many, experts 1"), EXPERTS, is_dry),
        pair("FP8 beside bfloat16, 8 layers of 8B, tokens/s", single(records, 8, "fp8"), single(records, 8, "bfloat16"),
             FLOAT8, is_dry),
        Line("scoring 14 labels 1B, labels/s", number(single(records, 6, "scoring", "labels_per_second")), "", "", "none", ""),
        Line("decoding 1B, batch 1, tokens/s", number(single(records, 7, "batch 1, experts 1"), 1), "", "", "none", ""),
        Line("int8, 8 layers of 8B, tokens/s", number(single(records, 8, "int8")), "", "", "none", ""),
        Line("nf4, 8 layers of 8B, tokens/s", number(single(records, 8, "nf4")), "", "", "none", ""),
    ]


def table(records: list[dict], is_dry: bool) -> str:
    head = Line("what", "ours", "peer or other", "ratio", "target", "met")
    cells = [[line.what, line.ours, line.peer, line.ratio, line.target, line.met] for line in (head, *lines(records, is_dry))]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    text = "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)
    return text + ("\nA dry run on a CPU: rates say nothing about a GPU." if is_dry else "")
