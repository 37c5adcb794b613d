"""Writes Tests/Goldens/assurance.json: distributions, intervals and reports (pip install mpmath scipy statsmodels).

The incomplete beta function is summed with mpmath's 40 digits: scipy's differs from it by up to 3e-12. Normal and t points are scipy's.
Tango's interval has no counterpart there: the likeliest share under a difference is found by maximizing the likelihood itself, not
by the quadratic equation that the Swift code solves. Reports are computed row by row in plain Python.

    python3 Scripts/reference/assurance_goldens.py
"""
import json
import math
from pathlib import Path

import mpmath
import numpy as np
from scipy import optimize, special, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

LEVELS = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999]
PROPORTIONS = [(0, 1), (1, 1), (0, 10), (10, 10), (1, 10), (3, 10), (7, 40), (81, 263), (499, 500), (0, 3000), (1234, 100_000), (2, 10_000_000)]
# Both, only new, only old, neither. Published: Fagerland, Lydersen and Laake (2014), 1 1 7 12; Newcombe (1998), 36 12 2 0.
TABLES = [(1, 1, 7, 12), (36, 12, 2, 0), (43, 0, 1, 0), (0, 0, 0, 20), (20, 0, 0, 0), (0, 15, 0, 0), (0, 0, 15, 0), (0, 7, 5, 0), (80, 40, 20, 20),
          (700, 150, 86, 664), (4900, 12, 9, 79), (90_000, 1100, 900, 8000), (1, 0, 3, 0), (5, 5, 5, 5)]


def incomplete_beta(a: float, b: float, x: float) -> list[float]:
    """I_x(a, b) and its complement, by the series x^a y^b / (a B(a, b)) Σ (a + b)_k / (a + 1)_k x^k, whose terms are all positive."""
    with mpmath.workdps(40):
        a, b, x = mpmath.mpf(a), mpmath.mpf(b), mpmath.mpf(x)
        swapped = x > 0.5
        if swapped:
            a, b, x = b, a, 1 - x
        term = mpmath.exp(a * mpmath.log(x) + b * mpmath.log(1 - x) - mpmath.log(a) - mpmath.loggamma(a) - mpmath.loggamma(b) + mpmath.loggamma(a + b))
        total, k = mpmath.mpf(0), 0
        while term > total * mpmath.mpf(10) ** -30:
            total += term
            term *= (a + b + k) / (a + 1 + k) * x
            k += 1
        tails = [float(total), float(1 - total)]
    return tails[::-1] if swapped else tails


def tails() -> dict[str, object]:
    points = [0.4, 0.1, 0.05, 0.025, 0.005, 1e-6, 1e-12, 1e-100, 0.5, 0.9]
    shapes = [(0.5, 0.5), (1, 1), (2, 5), (30, 0.5), (7.5, 80), (500, 500), (12, 100_000), (40_000.5, 60_000), (0.5, 1e6), (1e6, 1e6)]
    beta = []
    for a, b in shapes:
        mean = a / (a + b)
        for x in (mean, mean * 0.9, min(mean * 1.1, 0.999), mean * 0.5, 1 - (1 - mean) * 0.98):
            beta.append([a, b, x, *incomplete_beta(a, b, x)])
    degrees = [1, 2, 3, 5, 10, 29, 100, 4999, 1_000_000]
    return {
        "normal": [[tail, float(stats.norm.isf(tail))] for tail in points],
        "student": [[tail, degree, float(stats.t.isf(tail, degree))] for degree in degrees for tail in (0.25, 0.05, 0.025, 0.0005, 1e-9)],
        "beta": beta,
    }


def proportion(successes: int, n: int, level: float) -> dict[str, object]:
    alpha = 1 - level
    low = 0.0 if successes == 0 else float(special.betaincinv(successes, n - successes + 1, alpha))
    high = 1.0 if successes == n else float(special.betainccinv(successes + 1, n - successes, alpha))
    return {
        "successes": successes, "n": n, "level": level,
        "wilson": [float(x) for x in proportion_confint(successes, n, alpha, "wilson")],
        "clopper_pearson": [float(x) for x in proportion_confint(successes, n, alpha, "beta")],
        "lower_bound": low, "upper_bound": high,
    }


def tango(b: int, c: int, n: int, level: float) -> list[float]:
    z = stats.norm.isf((1 - level) / 2)
    rest = n - b - c

    def share(delta: float) -> float:
        """The share of kind c with the largest b ln(q + delta) + c ln q + rest ln(1 - 2 q - delta)."""
        low, high = max(0.0, -delta), (1 - delta) / 2

        def slope(q: float) -> float:
            def part(count: int, value: float, factor: float) -> float:
                return 0.0 if count == 0 else factor * (math.inf if value <= 0 else count / value)
            return part(b, q + delta, 1) + part(c, q, 1) + part(rest, 1 - 2 * q - delta, -2)

        margin = (high - low) * 1e-15
        if slope(low + margin) <= 0:
            return low
        if slope(high - margin) >= 0:
            return high
        return optimize.brentq(slope, low + margin, high - margin, xtol=1e-300, rtol=8.9e-16, maxiter=1000)

    def score(delta: float) -> float:
        distance = b - c - n * delta
        variance = n * (2 * share(delta) + delta * (1 - delta))
        return math.copysign(math.inf, distance) if variance <= 0 else distance / math.sqrt(variance)

    estimate, eps = (b - c) / n, 1e-13
    low = -1.0 if c == n else optimize.brentq(lambda d: score(d) - z, -1 + eps, estimate - eps, xtol=1e-15, rtol=8.9e-16)
    high = 1.0 if b == n else optimize.brentq(lambda d: score(d) + z, estimate + eps, 1 - eps, xtol=1e-15, rtol=8.9e-16)
    return [float(low), float(high)]


def table(both: int, new: int, old: int, neither: int) -> dict[str, object]:
    n = both + new + old + neither
    return {
        "counts": [both, new, old, neither],
        "difference": (new - old) / n,
        "mcnemar": float(mcnemar([[both, old], [new, neither]], exact=True).pvalue),
        "tango": [[level, *tango(new, old, n, level)] for level in (0.8, 0.9, 0.95, 0.99)],
    }


class SplitMix:
    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, n: int) -> int:
        mask = 2**64 - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & mask
        return ((z ^ z >> 31) * n) >> 64


def macro_f1(gold: list[int], predicted: list[int]) -> float:
    scores = []
    for label in sorted({*gold, *predicted}):
        true = sum(g == p == label for g, p in zip(gold, predicted))
        scores.append(2 * true / (gold.count(label) + predicted.count(label)))
    return sum(scores) / len(scores)


def classes(gold: list[int], predicted: list[int], number: int, seed: int, draws: int) -> dict[str, object]:
    # Rows in the order of the confusion table's cells, as the bootstrap numbers them.
    rows, source, scores = sorted(zip(gold, predicted)), SplitMix(seed), []
    for _ in range(draws):
        drawn = [rows[source.below(len(rows))] for _ in rows]
        scores.append(macro_f1([g for g, _ in drawn], [p for _, p in drawn]))
    return {
        "gold": gold, "predicted": predicted, "classes": number, "macro_f1": macro_f1(gold, predicted), "seed": seed, "draws": draws,
        "interval": [float(np.quantile(scores, q)) for q in ((1 - 0.95) / 2, 1 - (1 - 0.95) / 2)],
    }


def calibration(probabilities: list[list[float]], gold: list[int], bins: int) -> dict[str, object]:
    p, y = np.array(probabilities), np.array(gold)
    confidence, right = p.max(axis=1), (p.argmax(axis=1) == y).astype(float)
    n = len(y)
    place = np.clip(np.ceil(confidence * bins) - 1, 0, bins - 1)
    ece = sum(abs(right[place == b].sum() - confidence[place == b].sum()) for b in range(bins)) / n
    # Equal counts: an end at rank b n / bins moves on to where the confidence changes.
    order = np.argsort(confidence, kind="stable")
    c, r = confidence[order], right[order]
    ends = set()
    for b in range(1, bins + 1):
        end = math.ceil(b * n / bins)
        while end < n and c[end] == c[end - 1]:
            end += 1
        ends.add(end)
    adaptive, start = 0.0, 0
    for end in sorted(ends):
        adaptive += abs(r[start:end].sum() - c[start:end].sum()) / n
        start = end
    squares = ((p - np.eye(p.shape[1])[y]) ** 2).sum(axis=1)
    half = float(stats.t.ppf(0.975, n - 1) * stats.sem(squares)) if n > 1 else math.inf
    return {
        "probabilities": probabilities, "gold": gold, "bins": bins, "ece": float(ece), "adaptive_ece": float(adaptive),
        "brier": float(squares.mean()), "brier_interval": [max(0.0, float(squares.mean()) - half), min(2.0, float(squares.mean()) + half)],
        "log_loss": float(-np.log(np.maximum(p[np.arange(n), y], 2.0**-52)).mean()),
        "counts": [int((place == b).sum()) for b in range(bins)],
    }


def reports() -> dict[str, object]:
    generator = np.random.default_rng(7)
    gold = [int(x) for x in generator.integers(0, 4, 60)]
    predicted = [g if generator.random() < 0.7 else int(generator.integers(0, 4)) for g in gold]
    logits = np.round(generator.normal(0, 2, (80, 3)), 1)
    soft = special.softmax(logits, axis=1)
    labels = [int(x) for x in generator.integers(0, 3, 80)]
    coarse = np.round(soft[:, 0], 1)
    pairs = [[float(x), float(1 - x)] for x in coarse]
    return {
        "classes": [classes(gold, predicted, 5, 11, 500), classes([0, 0, 1, 2], [0, 1, 1, 1], 3, 2**64 - 1, 200)],
        "calibration": [
            calibration(soft.tolist(), labels, 15), calibration(soft.tolist(), labels, 4), calibration(pairs, [min(g, 1) for g in labels], 15),
            calibration(soft[:5].tolist(), labels[:5], 15), calibration([[0.0, 1.0], [1.0, 0.0]], [0, 0], 10),
        ],
    }


def needed(d: float, m: float, level: float, power: float) -> list[float]:
    return [d, m, level, power, math.ceil((stats.norm.isf(1 - level) + stats.norm.isf(1 - power)) ** 2 * d / m**2)]


def mean(values: list[float], level: float) -> dict[str, object]:
    low, high = stats.t.interval(level, len(values) - 1, np.mean(values), stats.sem(values))
    return {"values": values, "level": level, "mean": float(np.mean(values)), "deviation": float(np.std(values, ddof=1)), "interval": [float(low), float(high)]}


document = {
    **tails(),
    "proportions": [proportion(successes, n, level) for successes, n in PROPORTIONS for level in LEVELS],
    "tables": [table(*counts) for counts in TABLES],
    "rows_needed": [needed(0.1, 0.02, 0.95, 0.8), needed(0.05, 0.01, 0.95, 0.9), needed(0.3, 0.05, 0.99, 0.8)],
    "means": [mean(values, level) for values in ([1.0, 2.0], [0.0673, 0.0512, 0.0835], [-3.0, 0.0, 4.5, 1.25, 7.0]) for level in (0.8, 0.95, 0.999)],
    **reports(),
}
path = Path(__file__).parents[2] / "Tests" / "Goldens" / "assurance.json"
path.write_text(json.dumps(document) + "\n")
