"""Writes Tests/Goldens/label_sets.json: reports, calibration, thresholds and fits of several labels (pip install scikit-learn).

Reports are scikit-learn's own functions; where a label occurs in no row, the macro mean is over the others. Thresholds are found by
trying every distinct probability; logistic fits by scikit-learn's solver on shifted weights, so that its prior is around ours.

    python3 Scripts/reference/label_set_goldens.py
"""
import json
from pathlib import Path

import numpy as np
from scipy import optimize
from sklearn import metrics

rng = np.random.default_rng(7)


def report(gold: np.ndarray, predicted: np.ndarray) -> dict[str, object]:
    known = [k for k in range(gold.shape[1]) if gold[:, k].any() or predicted[:, k].any()]
    per = metrics.precision_recall_fscore_support(gold, predicted, average=None, zero_division=0)
    rows = [metrics.f1_score(g, p, zero_division=1) for g, p in zip(gold, predicted)]
    best = max(metrics.f1_score(gold, np.tile(order, (len(gold), 1)), average="micro", zero_division=0) for order in sets(gold.shape[1]))
    return {
        "gold": [np.flatnonzero(row).tolist() for row in gold], "predicted": [np.flatnonzero(row).tolist() for row in predicted],
        "labels": gold.shape[1], "micro_f1": float(metrics.f1_score(gold, predicted, average="micro", zero_division=0)),
        "macro_f1": float(metrics.f1_score(gold, predicted, average="macro", labels=known, zero_division=0)) if known else 0.0,
        "subset_accuracy": float(metrics.accuracy_score(gold, predicted)), "hamming_loss": float(metrics.hamming_loss(gold, predicted)),
        "row_f1": [float(f) for f in rows], "precision": per[0].tolist(), "recall": per[1].tolist(), "f1": per[2].tolist(),
        "constant_micro_f1": float(best),
    }


def sets(labels: int) -> list[list[int]]:
    """Every set of labels, given to all rows."""
    return [[mask >> k & 1 for k in range(labels)] for mask in range(1, 1 << labels)]


def calibration(probabilities: np.ndarray, gold: np.ndarray) -> dict[str, object]:
    brier = [2 * metrics.brier_score_loss(gold[:, k], probabilities[:, k]) for k in range(gold.shape[1])]
    losses = [metrics.log_loss(gold[:, k], probabilities[:, k], labels=[0, 1]) for k in range(gold.shape[1])]
    return {
        "probabilities": probabilities.tolist(), "gold": [np.flatnonzero(row).tolist() for row in gold],
        "brier": float(np.mean(brier)), "log_loss": float(np.mean(losses)),
    }


def threshold(probabilities: np.ndarray, has: np.ndarray) -> dict[str, object]:
    """The highest F1 that any threshold reaches."""
    best = max(metrics.f1_score(has, probabilities >= t, zero_division=0) for t in np.unique(probabilities))
    return {"probabilities": probabilities.tolist(), "has": has.astype(bool).tolist(), "f1": float(best)}


def fit(scores: np.ndarray, targets: np.ndarray, prior: list[float], penalty: float) -> dict[str, object]:
    """The least loss under weights that are 0 or more, by another solver (L-BFGS-B with numeric bounds)."""
    def loss(point: np.ndarray) -> float:
        z = scores.T @ point[:-1] + point[-1]
        return float(np.sum(np.logaddexp(0, z) - targets * z) + penalty / 2 * np.sum((point - np.array(prior + [0])) ** 2))

    bounds = [(0, None)] * len(prior) + [(None, None)]
    found = optimize.minimize(loss, np.array(prior + [0.0]), method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 10_000})
    return {"scores": scores.tolist(), "targets": targets.tolist(), "prior": prior, "penalty": penalty, "point": found.x.tolist()}


gold = (rng.random((40, 5)) < [0.5, 0.3, 0.2, 0.1, 0.0]).astype(int)
noise = (rng.random((40, 5)) < 0.15).astype(int)
small = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0], [1, 1, 0]])
soft = 1 / (1 + np.exp(-(gold * 2 - 1.5 + 1.5 * rng.normal(size=gold.shape))))
odds = rng.normal(size=(2, 60)) * 2
has = (rng.random(60) < 1 / (1 + np.exp(-odds[0]))).astype(float)
coarse = np.round(soft, 1)
document = {
    "reports": [report(gold, gold ^ noise), report(small, np.array([[1, 0, 0], [0, 0, 0], [0, 1, 1], [0, 0, 0]])), report(small, small), report(small, small * 0),
                report(np.pad(small, ((0, 0), (0, 1))), np.array([[1, 0, 0, 0], [0, 0, 0, 0], [0, 1, 1, 0], [1, 1, 0, 0]]))],
    "calibration": [calibration(soft, gold)],
    "thresholds": [threshold(soft[:, k], gold[:, k]) for k in range(3)] + [threshold(coarse[:, k], gold[:, k]) for k in range(3)],
    "fits": [
        fit(odds[:1], has, [1.0], 1.0), fit(odds, has, [0.5, 0.5], 1.0), fit(-odds[:1], has, [1.0], 1.0),
        fit(odds[:1] * 0.01 + 0.5, has, [1.0], 1e-3),
    ],
}
path = Path(__file__).parents[2] / "Tests" / "Goldens" / "label_sets.json"
path.write_text(json.dumps(document) + "\n")
