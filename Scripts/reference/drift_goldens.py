"""Writes Tests/Goldens/drift.json: two-sample statistics, distances to neighbours, clusters and shares of labels (pip install numpy scipy).

Rows come from a formula, so that the Swift tests make the same ones. Distances, linkage and equations are scipy's and numpy's; the logistic
direction is the minimum of the penalized loss that scipy finds.

    python3 Scripts/reference/drift_goldens.py
"""
import json
from pathlib import Path

import numpy as np
from scipy import optimize, stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import cdist, pdist

WIDTH = 11


def rows(count: int, phase: float) -> np.ndarray:
    """sin(0.7 i (j + 1) + phase) + phase j / 20, in float32."""
    i, j = np.arange(count)[:, None], np.arange(WIDTH)[None, :]
    return (np.sin(0.7 * i * (j + 1) + phase) + phase * j / 20).astype(np.float32).astype(np.float64)


def discrepancy(a: np.ndarray, b: np.ndarray) -> float:
    """The biased MMD² with a Gaussian kernel; m² is the upper median of the squared distances."""
    both = np.vstack([a, b])
    squares = np.sort(pdist(both, "sqeuclidean"))
    kernel = np.exp(-cdist(both, both, "sqeuclidean") / (2 * squares[len(squares) // 2]))
    signs = np.r_[np.ones(len(a)), -np.ones(len(b))]
    return float(signs @ kernel @ signs / len(a) ** 2)


def direction(a: np.ndarray, b: np.ndarray) -> list[float]:
    both = np.vstack([a, b])
    z = (both - both.mean(0)) / both.std(0)
    y = np.r_[-np.ones(len(a)), np.ones(len(b))]

    def loss(w):
        return np.logaddexp(0, -y * (z @ w)).mean() + 0.005 * w @ w

    return optimize.minimize(loss, np.zeros(WIDTH), method="BFGS", options={"gtol": 1e-10}).x.tolist()


def neighbours(known: list[np.ndarray], new: np.ndarray) -> list[float]:
    def unit(x):
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    return np.min([np.sort(cdist(unit(new), unit(k)), axis=1)[:, min(10, len(k)) - 1] for k in known], axis=0).tolist()


def main() -> None:
    a, b = rows(40, 0.0), rows(40, 0.9)
    clusters = fcluster(linkage(rows(60, 0.3), "single", metric="cosine"), 0.2, "distance")
    sizes = sorted((int(n) for n in np.bincount(clusters)[1:] if n > 1), reverse=True)
    confusion = np.array([[50, 6, 4], [3, 30, 7], [1, 2, 17]], float)
    predicted = np.array([300, 260, 240], float)
    shares = np.linalg.solve((confusion / confusion.sum(1, keepdims=True)).T, predicted / predicted.sum())
    accuracy = [(100, 118), (2000, 2000), (2000, 2110), (500, 620)]
    golden = {
        "discrepancy": discrepancy(a, b),
        "direction": direction(a, b),
        "neighbours": neighbours([rows(30, 0.2), rows(7, 2.0)], rows(9, 1.1)),
        "clusterSizes": sizes,
        "confusion": confusion.astype(int).tolist(),
        "predicted": predicted.astype(int).tolist(),
        "shares": shares.tolist(),
        "tails": [[n, k, float(stats.norm.sf((k - 0.5 - n) / np.sqrt(n / 2)))] for n, k in accuracy],
    }
    path = Path(__file__).parents[2] / "Tests/Goldens/drift.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
