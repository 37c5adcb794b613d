"""The test program, called suite by suite."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

ISSUE = re.compile(r"Test (?:case passing .* to )?[\"']?(.+?)[\"']? recorded an issue")


@dataclass
class Suite:
    name: str
    seconds: float = 0.0
    passes: bool = True
    reached: list[int] = field(default_factory=list)


@dataclass
class Result:
    """`code`: the exit status, negative for a signal; None: it ran too long."""

    code: int | None
    seconds: float
    output: str

    @property
    def reason(self) -> str:
        """What noticed the mutant."""
        if self.code is not None and self.code < 0:
            return f"ended by signal {-self.code}"
        issue = ISSUE.search(re.sub(r"\x1b\[[0-9;]*m", "", self.output))
        return issue.group(1) if issue else f"exit {self.code}"


class TestProgram:
    """One executable with all test targets."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self.root = root

    def suites(self, wanted: list[str]) -> list[Suite]:
        """Those of some targets, or whose names begin with one of `wanted`."""
        result = self.call(["--list-tests"], 120)
        names = {line.rsplit("/", 1)[0] for line in result.output.splitlines() if "/" in line}
        return [Suite(name) for name in sorted(names) if name.startswith(tuple(wanted))]

    def run(self, suite: Suite, limit: float, mutant: int = 0, trace: Path | None = None) -> Result:
        # The suite's own tests, not those of suites whose names go on.
        pattern = "^" + re.escape(suite.name) + r"/[^/]*\("
        return self.call(["--filter", pattern], limit, mutant, trace)

    def call(self, arguments: list[str], limit: float, mutant: int = 0, trace: Path | None = None) -> Result:
        environment = dict(os.environ, ACCRETE_MUTANT=str(mutant))
        if trace is not None:
            environment["ACCRETE_MUTANT_TRACE"] = str(trace)
        start = time.monotonic()
        process = subprocess.Popen(
            [str(self.path), "--testing-library", "swift-testing", *arguments], cwd=self.root, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            start_new_session=True)
        try:
            output, _ = process.communicate(timeout=limit)
            return Result(process.returncode, time.monotonic() - start, output)
        except subprocess.TimeoutExpired:
            return Result(None, time.monotonic() - start, "")
        finally:
            # What a test has started ends with it.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def measure(self, suite: Suite, limit: float, trace: Path) -> None:
        """Runs a suite without a mutant: does it pass, how long does it take, which mutants does it reach?"""
        trace.unlink(missing_ok=True)
        result = self.run(suite, limit, trace=trace)
        suite.passes = result.code == 0
        suite.seconds = round(result.seconds, 2)
        suite.reached = sorted(map(int, trace.read_text().split())) if trace.exists() else []
