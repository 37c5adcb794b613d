"""One measured process: started once, kept warm, asked for one round at a time."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Command:
    words: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = field(default=())


class Child:
    """Speaks the rounds of `benchmarks/peers/rounds.py`: facts first, then figures for each number that it is sent."""

    def __init__(self, command: Command, log: Path) -> None:
        self.log = log
        # Nothing may be fetched while it is measured, and no warning may end up among the figures.
        environment = os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"} | dict(command.environment)
        with open(log, "w") as errors:
            self.process = subprocess.Popen([*command.words, "--started", str(time.time())], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        self.command = command
        self.facts = self.read()

    def read(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise SystemExit(f"bench: {' '.join(self.command.words)} ended with status {self.process.returncode}:\n"
                             + "\n".join(self.log.read_text().splitlines()[-15:]))
        return json.loads(line)

    def ask(self, number: int) -> dict[str, Any]:
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        return self.read()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


class Children:
    """The processes of one work, by command: cases that need the same process share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count()
        self.running: dict[Command, Child] = {}

    def of(self, command: Command) -> Child:
        if command not in self.running:
            self.running[command] = Child(command, self.folder / f"errors-{next(self.numbers)}.log")
        return self.running[command]

    def drop(self, command: Command) -> None:
        self.running.pop(command).close()

    def close(self) -> None:
        for child in self.running.values():
            child.close()
        self.running.clear()
