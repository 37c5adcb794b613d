"""What a long measurement says: parts of its time, memory and latency in each."""

from __future__ import annotations

from figures import Target, median, quantile

# All of these are for 30 minutes, and shrink with a shorter measurement.
WHOLE = 30.0


def within(samples: list[tuple[float, float]], start: float, end: float) -> list[float]:
    """Values between two times in seconds, the first included."""
    return [value for at, value in samples if start <= at < end]


def verdict(memory: list[tuple[float, float]], latency: list[tuple[float, float]], errors: int, minutes: float) -> list[Target]:
    """Memory is the median of each minute: in no minute behind the fifth may it be more than 2 % beside the fifth's. Latency: p99 of the
    requests that were due in the last five minutes beside that of minutes 5 to 10."""
    minute = 60 * minutes / WHOLE
    fifth = median(within(memory, 4 * minute, 5 * minute))
    later = [median(each) for number in range(5, int(WHOLE))
             if (each := within(memory, number * minute, (number + 1) * minute))]
    drift = max((abs(each / fifth - 1) for each in later), default=float("nan"))
    early = quantile(within(latency, 5 * minute, 10 * minute), 0.99)
    late = quantile(within(latency, 25 * minute, 30 * minute), 0.99)
    return [
        Target("errors", errors, 0),
        Target("greatest drift of memory from minute 5", drift, 0.02),
        Target("p99 of the last five minutes beside minutes 5 to 10", late / early if early else float("nan"), 1.2),
    ]
