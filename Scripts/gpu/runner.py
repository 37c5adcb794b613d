"""Stages with deadlines: each appends one line of JSON to a file at once, and none stops the next."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

# What a stage is charged for ending its processes and writing its line.
MARGIN = 1.0


class OutOfTime(Exception):
    """The stage's time is over: what it has found so far is kept."""


@dataclass
class Stage:
    number: int
    name: str
    seconds: float
    body: Callable[["Work"], None]


@dataclass
class Work:
    """What a stage has while it runs: its facts, which are written whatever becomes of it, and the time until its deadline."""

    deadline: float
    facts: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()

    def lines(self, key: str, command: list[str], environment: dict[str, str] | None = None, at_most: float | None = None,
              needed: bool = True) -> list[dict]:
        """The JSON lines that a program writes to standard output, also those from before it failed or was ended; facts[key].

        `needed`: whether its failure is one of the stage.
        """
        if self.left <= 0:
            raise OutOfTime(f"no time was left for {key}")
        limit = min(self.left, at_most) if at_most else self.left
        start = time.monotonic()
        code, output, errors = run(command, environment, limit)
        found = [value for line in output.splitlines() if isinstance(value := parsed(line), dict)]
        self.facts[key] = found
        self.facts.setdefault("seconds_of", {})[key] = round(time.monotonic() - start, 1)
        if code == 0:
            return found
        why = f"ended after {limit:.0f} s" if code is None else f"exit code {code}"
        said = next((line["error"] for line in reversed(found) if "error" in line), None) or errors.strip()[-600:]
        if needed:
            self.problems.append(f"{key}: {why}: {said}")
        else:
            self.facts.setdefault("refused", {})[key] = f"{why}: {said}"
        if code is None and self.left <= MARGIN:
            raise OutOfTime(f"{key} was ended at the stage's deadline")
        return found


def parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def run(command: list[str], environment: dict[str, str] | None, seconds: float) -> tuple[int | None, str, str]:
    """Exit code (`None`: it was ended), standard output and error of a program and all that it starts."""
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                                   env={**os.environ, **(environment or {})}, start_new_session=True)
    except OSError as error:
        return 127, "", str(error)
    try:
        output, errors = process.communicate(timeout=max(seconds, 0.1))
        return process.returncode, output, errors
    except subprocess.TimeoutExpired:
        # The whole group: compilers that a peer has started would go on.
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        return None, output, errors


class Runner:
    """Runs stages one after the other within a time for all. Time that a stage leaves goes to those after it."""

    def __init__(self, out: Path, seconds: float, say: Callable[[str], None] = print) -> None:
        self.out, self.say = out, say
        self.start = time.monotonic()
        self.end = self.start + seconds
        self.saved = 0.0
        self.records: list[dict] = []

    def stage(self, stage: Stage) -> dict:
        begin = time.monotonic()
        allowed = min(stage.seconds + self.saved, self.end - begin)
        work = Work(deadline=begin + allowed - MARGIN)
        state = "done"
        if allowed <= 2 * MARGIN:
            state = "not run"
            work.problems.append("no time was left")
        else:
            try:
                stage.body(work)
            except OutOfTime as error:
                state = "cut"
                work.problems.append(str(error))
            except Exception as error:  # noqa: BLE001  (whatever a stage meets, the next one runs)
                work.problems.append(f"{type(error).__name__}: {error}")
        if state == "done" and work.problems:
            state = "failed"
        spent = time.monotonic() - begin
        self.saved = max(0.0, self.saved + stage.seconds - spent)
        record = {"stage": stage.number, "name": stage.name, "state": state, "seconds": round(spent, 1),
                  "allowed_seconds": round(allowed, 1), "problems": work.problems, "facts": work.facts}
        self.append(record)
        self.say(f"stage {stage.number} {stage.name}: {state}, {spent:.1f} s" + "".join(f"\n  {text[:400]}" for text in work.problems))
        return record

    def append(self, record: dict) -> None:
        self.records.append(record)
        self.out.parent.mkdir(parents=True, exist_ok=True)
        with self.out.open("a") as file:
            file.write(json.dumps(record) + "\n")
            file.flush()
            # The machine may be taken away at any time.
            os.fsync(file.fileno())
