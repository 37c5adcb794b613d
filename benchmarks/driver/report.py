"""From rounds to results: medians of ratios with their spread, the JSON file, the printed table."""

from __future__ import annotations

import json
import os
import platform
import statistics
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from models import Model
from works import Case, Work


def spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}


def machine(threads: int) -> dict[str, Any]:
    name = platform.processor()
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        lines = [line.split(":", 1)[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")]
        name = lines[0] if lines else name
    return {"processor": name, "processors": os.cpu_count(), "system": platform.platform(), "threads": threads,
            "load_average_before": list(os.getloadavg())}


def summary(work: Work, case: Case, pairs: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of one case. `pairs` holds for every round the figures of each side and the measured peak."""
    result: dict[str, Any] = {"ratio_to": {}}
    ours = [work.figure(pair["accrete"]) for pair in pairs]
    for side in case.commands:
        figures = [work.figure(pair[side]) for pair in pairs]
        part: dict[str, Any] = {work.unit: spread(figures)}
        if case.operations:
            rates = [case.operations(number) / pair[side]["seconds"] for number, pair in enumerate(pairs)]
            part["model_flops_per_second"] = spread(rates)
            part["share_of_matmul_peak"] = spread(
                [rate / pair["matmul_peak_flops_per_second"] for rate, pair in zip(rates, pairs)])
        peaks = [pair[side]["peak_rss_bytes"] for pair in pairs if "peak_rss_bytes" in pair[side]]
        if peaks:
            part["peak_rss_bytes"] = max(peaks)
        result[side] = part
        if side != "accrete":
            ratio = {"figure": spread([a / b for a, b in zip(ours, figures)])}
            if all("cpu_seconds" in pair[name] for pair in pairs for name in ("accrete", side)):
                # Of the other side's processor time, so that above 1 means less of it, as for figures.
                ratio["cpu_seconds"] = spread([pair[side]["cpu_seconds"] / pair["accrete"]["cpu_seconds"] for pair in pairs])
            if peaks:
                ratio["peak_rss_bytes"] = result["accrete"]["peak_rss_bytes"] / part["peak_rss_bytes"]
            result["ratio_to"][side] = ratio
    return result


def document(work: Work, model: Model, threads: int, facts: dict[str, dict[str, Any]],
             cases: list[dict[str, Any]], before: dict[str, Any]) -> dict[str, Any]:
    # Long lists were there to be compared.
    short = {side: {key: value for key, value in fact.items() if not isinstance(value, list)}
             for side, fact in facts.items()}
    return {"work": work.name, "what": work.what, "unit": work.unit, "ratio": work.ratio,
            "model_operations": work.formula, "matmul_peak": "fastest of 5 float32 products of 2048 x 2048 by PyTorch, "
            "measured after every round", "measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "machine": before, "model": model.description(), "sides": short, "agreement": work.agreement(facts),
            "cases": cases}


def line(work: Work, model: Model, case: dict[str, Any]) -> str:
    found = case["summary"]

    def ratios(side: str) -> str:
        ratio = found["ratio_to"].get(side)
        if ratio is None:
            return "–"
        figure = ratio["figure"]
        memory = f", memory {ratio['peak_rss_bytes']:.2f}" if "peak_rss_bytes" in ratio else ""
        return f"{figure['median']:.2f} ({figure['lowest']:.2f} to {figure['highest']:.2f}){memory}"

    ours = found["accrete"]
    share = f"{100 * ours['share_of_matmul_peak']['median']:.0f} %" if "share_of_matmul_peak" in ours else "–"
    return (f"| {work.name} | {model.name} | {case['case']} | {ours[work.unit]['median']:,.4g} {work.unit} "
            f"| {share} | {ratios('default')} | {ratios('best')} |")


HEAD = ("| work | model | case | accrete | of matmul peak | ratio to default peer | ratio to best peer |\n"
        "|---|---|---|---|---|---|---|")


def write(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")
