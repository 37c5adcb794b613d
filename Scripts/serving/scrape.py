"""Prometheus' text format, as far as `/metrics` uses it."""

from __future__ import annotations

import re
from typing import Iterator

LINE = re.compile(r"^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"')


def samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for line in text.splitlines():
        if line and not line.startswith("#") and (match := LINE.match(line)):
            yield match[1], dict(LABEL.findall(match[2] or "")), float(match[3])


class Metrics:
    """What one scrape said."""

    def __init__(self, text: str) -> None:
        self.samples = list(samples(text))

    def total(self, name: str, **labels: str) -> float:
        """The sum of a name's series, of those with these labels; a name that is not there is a mistake, and no 0."""
        full = name if name.startswith("process_") else f"accrete_{name}"
        found = [(theirs, value) for each, theirs, value in self.samples if each == full]
        if not found:
            raise KeyError(f"/metrics: {full} expected, and is not there. Is this server of another version?")
        return sum(value for theirs, value in found if labels.items() <= theirs.items())


def mean_between(before: Metrics, after: Metrics, histogram: str) -> float:
    """The mean of what a histogram took in between two scrapes; of nothing NaN."""
    count = after.total(f"{histogram}_count") - before.total(f"{histogram}_count")
    return (after.total(f"{histogram}_sum") - before.total(f"{histogram}_sum")) / count if count else float("nan")
