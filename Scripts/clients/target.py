"""The server that clients are tried on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    url: str
    key: str
    needs_key: bool
    # The base's served name, and a task with labels.
    base: str
    task: str
    labels: tuple[str, ...]
