"""Prints the tables of docs/assurance.md about certificates, change detectors and e-tests (pip install numpy scipy).

Rows and power are computed exactly by scipy's binomial distribution; run lengths are simulated by literal numpy, with a generator of its
own for each cell, so that a cell does not depend on the others.

    python3 Scripts/reference/assurance_tables.py [--runs 20000] [--seed 1] [--only rows|certified|detector|harm|promotion]
"""
import argparse
import math

import numpy as np
from scipy import stats

DELTA = 0.05
LIMITS = [0.05, 0.02, 0.01]


def rows_needed(wrong: int, limit: float, delta: float = DELTA) -> int:
    low, high = wrong, wrong + 1
    while stats.binom.cdf(wrong, high, limit) > delta:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if stats.binom.cdf(wrong, middle, limit) <= delta:
            high = middle
        else:
            low = middle
    return high


def rows_for_power(error: float, limit: float, power: float = 0.9) -> int:
    """The least n from which on the power is enough: the power falls until one more wrong row becomes allowed."""
    wrong, candidate, steady = 0, None, 0
    while steady < 32:
        if stats.binom.cdf(wrong, rows_needed(wrong + 1, limit) - 1, error) >= power:
            candidate, steady = candidate or rows_needed(wrong, limit), steady + 1
        else:
            candidate, steady = None, 0
        wrong += 1
    return candidate


def rows() -> None:
    print("| precision | k = 0 | 1 | 2 | 3 | 5 | 10 | 20 | α/4 | α/2 | 0.7 α | k = 0, six sides |")
    for limit in LIMITS:
        exact = [rows_needed(k, limit) for k in (0, 1, 2, 3, 5, 10, 20)]
        power = [rows_for_power(share * limit, limit) for share in (0.25, 0.5, 0.7)]
        print(f"| {1 - limit:.2f} |", " | ".join(f"{n:,}" for n in exact + power + [rows_needed(0, limit, DELTA / 6)]), "|")


def show(steps: np.ndarray) -> str:
    """The median and the 90 % quantile, as the smallest number of steps that so many runs have reached."""
    ordered = np.sort(steps)
    return f"{ordered[math.ceil(len(ordered) / 2) - 1]:,} ({ordered[math.ceil(len(ordered) * 0.9) - 1]:,})"


def alternatives(limit: float) -> np.ndarray:
    return np.array([1.5, 2, 3, 5]) * limit


def detector(generator: np.random.Generator, runs: int, limit: float, error: float, run_length: float) -> np.ndarray:
    """Losses until the alarm of the mixture Shiryaev-Roberts e-detector."""
    p = alternatives(limit)
    on_loss, on_none = p / limit, (1 - p) / (1 - limit)
    r, running, ends = np.zeros((runs, 4)), np.arange(runs), np.zeros(runs, int)
    step = 0
    while len(running):
        step += 1
        loss = generator.random(len(running)) < error
        r = (r + 0.25) * np.where(loss[:, None], on_loss, on_none)
        alarm = r.sum(axis=1) >= run_length
        if alarm.any():
            ends[running[alarm]] = step
            r, running = r[~alarm], running[~alarm]
    return ends


def plain(generator: np.random.Generator, runs: int, limit: float, good: int, before: float) -> np.ndarray:
    """Losses at twice the limit until an e-process, the mean of four products, reaches 1/δ; runs that reach it before the change are left out."""
    p = alternatives(limit)
    on_loss, on_none = np.log(p / limit), np.log((1 - p) / (1 - limit))
    logs, running, ends = np.zeros((runs, 4)), np.arange(runs), np.zeros(runs, int)
    for step in range(1, 30_001):
        loss = generator.random(len(running)) < (before if step <= good else 2 * limit)
        logs = logs + np.where(loss[:, None], on_loss, on_none)
        alarm = np.logaddexp.reduce(logs, axis=1) - math.log(4) >= math.log(1 / DELTA)
        if alarm.any():
            ends[running[alarm]] = step - good
            logs, running = logs[~alarm], running[~alarm]
        if not len(running):
            break
    ends[running] = 30_000
    return ends[ends > 0]


def detectors(runs: int, seed: int) -> None:
    lengths = detector(np.random.default_rng([seed, 0]), runs, 0.02, 0.02, 1_000)
    print(f"mean run at error α = 0.02 with A = 1,000: {lengths.mean():,.0f} ± {1.96 * lengths.std() / math.sqrt(runs):.0f}")
    print("| α | 1.5 α | 2 α | 3 α | 5 α | plain, 2 α at once | after 2,000 at α/2 |")
    for limit in LIMITS:
        cells = [show(detector(np.random.default_rng([seed, 1, int(limit * 1000), int(f * 10)]), runs, limit, f * limit, 10_000)) for f in (1.5, 2, 3, 5)]
        for good in (0, 2_000):
            # A tenth of the runs: only the median is shown.
            ends = np.sort(plain(np.random.default_rng([seed, 2, int(limit * 1000), good]), runs // 10, limit, good, limit / 2))
            cells.append(f"{ends[math.ceil(len(ends) / 2) - 1]:,}")
        print(f"| {limit} |", " | ".join(cells), "|", flush=True)


def harm(runs: int, seed: int) -> None:
    shares = np.array([0.6, 0.7, 0.8])
    for wrong in (0.5, 0.6, 0.7, 0.8, 1.0):
        generator = np.random.default_rng([seed, 3, int(wrong * 100)])
        x, running, ends = np.zeros(runs, int), np.arange(runs), np.zeros(runs, int)
        for step in range(1, 5_001):
            x = x + (generator.random(len(running)) < wrong)
            logs = x[:, None] * np.log(2 * shares) + (step - x)[:, None] * np.log(2 * (1 - shares))
            alarm = np.logaddexp.reduce(logs, axis=1) - math.log(3) >= math.log(100)
            ends[running[alarm]] = step
            x, running = x[~alarm], running[~alarm]
            if not len(running):
                break
        print(f"candidate wrong in {wrong:.0%}:", show(ends) if not len(running) else f"stopped {np.mean(ends > 0):.2%} within 5,000 pairs", flush=True)


def promotion(runs: int, seed: int) -> None:
    d, pairs = 0.1, 10_000
    for margin in (0.02, 0.03):
        bets = np.minimum(np.array([0.25, 0.5, 1, 2]) * margin / d, 0.9 / (1 - margin))
        for name, mean in (("equal", 0), ("better by m/2", -margin / 2), ("worse by m", margin)):
            generator = np.random.default_rng([seed, 4, int(margin * 1000), int(mean * 1000) + 1000])
            factors = np.stack([1 + bets * (margin - 1), 1 + bets * margin, 1 + bets * (margin + 1)])
            products, running, ends = np.ones((runs, 4)), np.arange(runs), np.zeros(runs, int)
            for step in range(1, pairs + 1):
                draw = generator.random(len(running))
                products *= factors[1 - (draw < (d + mean) / 2) + (draw >= 1 - (d - mean) / 2)]
                shown = products.sum(axis=1) >= 4 * 20
                if shown.any():
                    ends[running[shown]] = step
                    products, running = products[~shown], running[~shown]
                if not len(running):
                    break
            share = np.mean(ends > 0)
            print(f"m = {margin}, {name}:", f"shown {share:.2%} within {pairs:,} pairs" if mean > 0 else f"{show(np.where(ends > 0, ends, pairs + 1))}; shown {share:.2%}", flush=True)


def certified(runs: int, seed: int) -> None:
    """The share of calibrations whose threshold has a true error above the limit: as proved, and with what the proof forbids.

    Scores are uniform. Where the error falls with the score, a row of score s is wrong with a probability of 4 α (1 − s), so that the true
    error above t is 2 α (1 − t); where it is even, a row is wrong with a probability of 1.001 α, and no threshold is good.
    """
    count = 2_000
    print("| α | δ | error falls with the score | even error | even, each row four times | even, the threshold that looks best |")
    for limit in LIMITS:
        for delta in (0.05, 0.1):
            generator = np.random.default_rng([seed, 5, int(limit * 1000), int(delta * 100)])
            fixed = 1 - np.array([0.25, 0.5, 0.75, 1])
            falling = np.array([0.75, 0.6, 0.499, 0.3])
            many = 1 - np.geomspace(rows_needed(0, limit, delta) / count, 1, 60)
            bad = np.zeros(4)
            for _ in range(runs // 10):
                score = np.sort(generator.random(count))[::-1]
                draw = generator.random(count)

                def passes(wrong: np.ndarray, thresholds: np.ndarray, times: int = 1) -> np.ndarray:
                    n = np.searchsorted(-score, -thresholds, side="right")
                    k = np.concatenate([[0], np.cumsum(wrong)])[n]
                    return stats.binom.cdf(times * k, times * n, limit) <= delta

                def walked(passed: np.ndarray) -> int:
                    return int(np.argmin(np.append(passed, False)))

                even = draw < 1.001 * limit
                steps = walked(passes(draw < 4 * limit * (1 - score), falling))
                bad += [steps > 0 and 2 * (1 - falling[steps - 1]) > 1, walked(passes(even, fixed)) > 0, walked(passes(even, fixed, 4)) > 0,
                        passes(even, many).any()]
            print(f"| {limit} | {delta} |", " | ".join(f"{share:.1%}" for share in bad / (runs // 10)), "|", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["rows", "certified", "detector", "harm", "promotion"])
    given = parser.parse_args()
    parts = {
        "rows": rows,
        "certified": lambda: certified(given.runs, given.seed),
        "detector": lambda: detectors(given.runs, given.seed),
        "harm": lambda: harm(given.runs, given.seed),
        "promotion": lambda: promotion(given.runs, given.seed),
    }
    for name, part in parts.items():
        if given.only in (None, name):
            print(f"\n{name}")
            part()


if __name__ == "__main__":
    main()
