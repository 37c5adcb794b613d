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
    # A key that may ask twice a minute, and a server that one request fills: where the servers are the script's own.
    rare_key: str | None = None
    tight_url: str | None = None
    admin_url: str | None = None
