"""Writes Tests/Goldens/certification.json: p-values, rows needed, agreement, scalings and detectors (pip install numpy scipy statsmodels).

Every number is made another way than in Swift: p-values by scipy's binomial distribution, κ and its variance by statsmodels, temperature and
bias by scipy's general minimizer, detectors and tests by literal products in numpy.

    python3 Scripts/reference/certification_goldens.py
"""
import json
import unicodedata
from pathlib import Path

import numpy as np
from scipy import optimize, special, stats
from statsmodels.stats.inter_rater import cohens_kappa

from assurance_tables import alternatives, rows_for_power, rows_needed


def p_values() -> list[list[float]]:
    cases = [(0, 1), (1, 1), (0, 149), (0, 148), (2, 380), (7, 700), (13, 860), (20, 1449), (500, 10_000), (40, 100), (99, 100), (3, 1_000_000)]
    return [[k, n, share, float(stats.binom.cdf(k, n, share))] for k, n in cases for share in (1e-6, 0.01, 0.02, 0.05, 0.3, 0.999)]


def needed() -> list[dict[str, object]]:
    answers = []
    for limit, delta in ((0.05, 0.05), (0.02, 0.05), (0.01, 0.05), (0.02, 0.05 / 6), (0.2, 0.1), (0.5, 0.01)):
        answers.append({"limit": limit, "delta": delta, "wrong": [0, 1, 2, 3, 5, 10, 20], "rows": [rows_needed(k, limit, delta) for k in (0, 1, 2, 3, 5, 10, 20)]})
    return answers


def power() -> list[list[float]]:
    return [[limit, share, rows_for_power(share * limit, limit)] for limit in (0.05, 0.02, 0.01) for share in (0.25, 0.5, 0.7)]


def agreement() -> list[dict[str, object]]:
    tables = [[[20, 5], [10, 15]], [[45, 15], [25, 15]], [[30, 2, 1], [3, 25, 4], [0, 2, 40]], [[0, 10], [10, 0]], [[997, 1], [1, 1]], [[10, 0, 0], [0, 0, 0], [1, 0, 5]]]
    answers = []
    for table in tables:
        result = cohens_kappa(np.array(table))
        answers.append({"table": table, "kappa": float(result.kappa), "variance": float(result.var_kappa), "interval": [float(result.kappa_low), float(result.kappa_upp)]})
    return answers


def scaling(scores: np.ndarray, gold: np.ndarray) -> dict[str, object]:
    n, labels = scores.shape

    def loss(point: np.ndarray) -> float:
        logs = special.log_softmax(point[0] * scores + point[1:], axis=1)
        return -logs[np.arange(n), gold].mean() + 0.01 / n * ((point[0] - 1) ** 2 + (point[1:] ** 2).sum()) / 2

    def slope(point: np.ndarray) -> np.ndarray:
        rest = special.softmax(point[0] * scores + point[1:], axis=1)
        rest[np.arange(n), gold] -= 1
        return np.concatenate([[(rest * scores).sum() / n + 0.01 / n * (point[0] - 1)], rest.mean(axis=0) + 0.01 / n * point[1:]])

    best = optimize.minimize(loss, np.array([1.0] + [0.0] * labels), jac=slope, method="L-BFGS-B", bounds=[(0.05, 20)] + [(None, None)] * labels,
                             options={"ftol": 1e-16, "gtol": 1e-12, "maxiter": 100_000, "maxfun": 1_000_000})
    return {"scores": scores.tolist(), "gold": gold.tolist(), "temperature": float(1 / best.x[0]), "bias": best.x[1:].tolist(), "loss": float(best.fun)}


def scalings() -> list[dict[str, object]]:
    generator = np.random.default_rng(5)

    def case(n: int, labels: int, sharpness: float, shift: list[float]) -> dict[str, object]:
        scores = np.round(generator.normal(0, 3, (n, labels)) - 8, 2)
        chances = special.softmax(scores * sharpness + np.array(shift), axis=1)
        return scaling(scores, np.array([int(generator.choice(labels, p=row)) for row in chances]))

    separated = np.array([[0.0, -2.0], [0.0, -3.0], [-1.0, 0.0], [-4.0, 0.0]])
    return [
        case(120, 2, 0.4, [0.5, -0.5]), case(150, 3, 2.0, [0.0, 1.0, -1.0]), case(60, 4, 0.0, [0.0] * 4),
        scaling(separated, np.array([0, 0, 1, 1])),  # nothing is wrong: as sharp as allowed
        scaling(separated, np.array([1, 1, 0, 0])),  # everything is wrong: as blunt as allowed
        scaling(np.round(generator.normal(-5, 1, (30, 3)), 2), np.zeros(30, int)),  # one label alone occurs
    ]


def detectors() -> list[dict[str, object]]:
    generator = np.random.default_rng(9)
    answers = []
    for limit, losses in ((0.02, "0" * 50 + "1" * 6 + "0" * 20 + "1"), (0.05, "".join("1" if x < 0.12 else "0" for x in generator.random(120)))):
        p, r, sums = alternatives(limit), np.zeros(4), []
        for loss in losses:
            r = (r + 0.25) * (p / limit if loss == "1" else (1 - p) / (1 - limit))
            sums.append(float(r.sum()))
        answers.append({"limit": limit, "losses": losses, "sums": sums})
    return answers


def tests() -> dict[str, object]:
    generator = np.random.default_rng(13)
    pairs = "".join(generator.choice(list("+-0"), 200, p=[0.06, 0.08, 0.86]))
    harm = [1.0] * 3
    promotion = [1.0] * 4
    m, d = 0.03, 0.12
    bets = [min(x * m / d, 0.9 / (1 - m)) for x in (0.25, 0.5, 1, 2)]
    harms, promotions = [], []
    for pair in pairs:
        # +: the candidate alone is wrong; -: the current release alone is.
        if pair != "0":
            harm = [e * (2 * q if pair == "+" else 2 * (1 - q)) for e, q in zip(harm, (0.6, 0.7, 0.8))]
        promotion = [e * (1 + bet * (m - {"+": 1, "-": -1, "0": 0}[pair])) for e, bet in zip(promotion, bets)]
        harms.append(sum(harm) / 3)
        promotions.append(sum(promotion) / 4)
    return {"pairs": pairs, "margin": m, "discordant": d, "harm": harms, "promotion": promotions}


def texts() -> list[list[str]]:
    samples = ["", " ", "a", "A  b\t\n c ", "e\u0301tude", "\u00e9tude", "\u1100\u1161\u11a8", "\u2126 \u212b", "a\u00a0b\u3000c", "q\u0307\u0323", "\u0958", "x\u200by", "\U0001d15e"]
    return [[sample, " ".join(unicodedata.normalize("NFC", sample).split())] for sample in samples]


document = {
    "p_values": p_values(), "needed": needed(), "power": power(), "agreement": agreement(), "scalings": scalings(), "detectors": detectors(), "tests": tests(),
    "normal_texts": texts(),
}
path = Path(__file__).parents[2] / "Tests" / "Goldens" / "certification.json"
path.write_text(json.dumps(document) + "\n")
