"""Writes Tests/Goldens/statistics.json: points of Student's t and intervals of means, by scipy (pip install scipy).

    python3 Scripts/reference/statistics_goldens.py
"""
import json
from pathlib import Path

from scipy import stats

DEGREES = [*range(1, 41), 50, 99, 100, 365, 999, 10_000, 1_000_000]
SAMPLES = [[1.0, 2.0], [0.0673, 0.0512, 0.0835], [-3.0, 0.0, 4.5, 1.25, 7.0], [5.0, 5.0, 5.0]]


def interval(values: list[float]) -> dict[str, object]:
    mean, error = sum(values) / len(values), stats.sem(values)
    half = stats.t.ppf(0.975, len(values) - 1) * error
    return {"values": values, "mean": mean, "standard_error": float(error), "lower": float(mean - half), "upper": float(mean + half)}


document = {
    "upper_points": [[degrees, float(stats.t.ppf(0.975, degrees))] for degrees in DEGREES],
    "intervals": [interval(values) for values in SAMPLES],
}
path = Path(__file__).parents[2] / "Tests" / "Goldens" / "statistics.json"
path.write_text(json.dumps(document) + "\n")
