#!/usr/bin/env python3
"""Compares two runs row by row: is Accrete as accurate as the reference after the last task?

    python compare.py --reference A/predictions.jsonl --accrete RUN [--json out.json]

Both files have lines {"row", "task", "index", "gold", "predicted"}. Of the last matrix row, each task's paired difference of
correctness (accrete − reference, over the same test rows) is shown with its mean and 95 % interval (normal approximation of
paired differences). `verdict` is `equal` where zero is inside the interval, else `above` or `below`. Ends with 1 if any
task, or all together, is `below`. Files that do not hold the same test rows are an error.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path


def last_row(path: Path) -> dict[str, dict[int, tuple[str, str]]]:
    """(gold, predicted) of every test row by task, of the last matrix row.

    `path` is a file of lines with row and task, or a run folder of Accrete (predictions/row-N/TASK.jsonl).
    """
    files = sorted(path.glob("predictions/row-*/*.jsonl")) if path.is_dir() else [path]
    lines = []
    for name in files:
        place = {"row": int(name.parent.name.removeprefix("row-")), "task": name.stem} if path.is_dir() else {}
        with open(name, encoding="utf-8") as file:
            lines += [place | json.loads(line) for line in file if line.strip()]
    last = max(line["row"] for line in lines)
    result: dict[str, dict[int, tuple[str, str]]] = {}
    for line in lines:
        if line["row"] == last:
            result.setdefault(line["task"], {})[line["index"]] = (line["gold"], line["predicted"])
    return result


def paired(differences: list[int]) -> dict[str, object]:
    count = len(differences)
    mean = sum(differences) / count
    variance = sum((d - mean) ** 2 for d in differences) / max(count - 1, 1)
    half = 1.959964 * math.sqrt(variance / count)
    verdict = "above" if mean - half > 0 else "below" if mean + half < 0 else "equal"
    return {"difference": mean, "low": mean - half, "high": mean + half, "verdict": verdict}


def compare(reference: Path, accrete: Path) -> dict[str, dict[str, object]]:
    theirs, ours = last_row(reference), last_row(accrete)
    if theirs.keys() != ours.keys():
        raise SystemExit(f"the tasks differ: {sorted(theirs)} and {sorted(ours)}")
    result: dict[str, dict[str, object]] = {}
    together: list[tuple[bool, bool, bool]] = []  # reference right, accrete right, same prediction
    for task in theirs:
        a, b = theirs[task], ours[task]
        # One side may write labels and the other their numbers: the same rows must then have the same labels, one to one.
        pairs = {(gold, b[i][0]) for i, (gold, _) in a.items()} if a.keys() == b.keys() else set()
        names = dict(pairs)
        if not pairs or len(names) != len(pairs) or len(set(names.values())) != len(pairs):
            raise SystemExit(f"{task}: the test rows or their gold labels differ")
        a = {i: (names[gold], names.get(predicted, predicted)) for i, (gold, predicted) in a.items()}
        rows = [(a[i][1] == a[i][0], b[i][1] == b[i][0], a[i][1] == b[i][1]) for i in sorted(a)]
        result[task] = cell(rows)
        together += rows
    result["all"] = cell(together)
    return result


def cell(rows: list[tuple[bool, bool, bool]]) -> dict[str, object]:
    count = len(rows)
    return {
        "rows": count,
        "reference": sum(r for r, _, _ in rows) / count,
        "accrete": sum(o for _, o, _ in rows) / count,
        "same_prediction": sum(s for _, _, s in rows) / count,
    } | paired([int(o) - int(r) for r, o, _ in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--accrete", type=Path, required=True)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    result = compare(options.reference, options.accrete)
    print(f"{'task':<12}{'rows':>6}{'reference':>11}{'accrete':>9}{'difference':>12}  {'95 % interval':<19}"
          f"{'same':>7}  verdict")
    for task, c in result.items():
        interval = f"[{c['low']:+.4f}, {c['high']:+.4f}]"
        print(f"{task:<12}{c['rows']:>6}{c['reference']:>11.4f}{c['accrete']:>9.4f}{c['difference']:>+12.4f}  "
              f"{interval:<19}{c['same_prediction']:>7.3f}  {c['verdict']}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")
    sys.exit(1 if any(c["verdict"] == "below" for c in result.values()) else 0)


if __name__ == "__main__":
    main()
