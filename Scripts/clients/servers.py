"""Servers of their own for the clients: one that asks for keys, and one that takes hardly any request."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

# Little memory and one thread: what is tried is the interface.
OPTIONS = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--threads", "1", "--kv-memory", "64MiB", "--drain-delay", "0", "--json"]
# Of a server that one stream fills.
TIGHT = ["--max-sequences", "1", "--max-waiting", "1"]


@dataclass(frozen=True)
class Servers:
    """What was started, as the clients need it."""

    url: str
    admin: str
    key: str
    # A key that may ask twice a minute.
    rare_key: str
    tight_url: str
    # The address without a key, for what the page shows to whoever has none.
    open_url: str
    registry: Path


def start(program: Path, registry: Path, log: Path, *options: str) -> tuple[subprocess.Popen, dict]:
    with open(log, "w") as errors:
        process = subprocess.Popen(
            [program, "--registry", registry, *OPTIONS, *options], stdout=subprocess.PIPE, stderr=errors, text=True)
    line = process.stdout.readline()
    if not line:
        process.wait()
        raise SystemExit(f"check_clients: {program} did not start: {log.read_text().strip()[-600:]}")
    return process, json.loads(line)


def address(ready: dict, name: str = "listen") -> str:
    """Where it listens, as an address for clients."""
    return f"http://{ready[name].removeprefix('http://')}"


@contextmanager
def running(program: Path, registry: Path) -> Iterator[Servers]:
    """Starts servers over a copy of a registry, so that keys and what is counted leave it as it is."""
    accrete = program.with_name("accrete")
    with tempfile.TemporaryDirectory(prefix="accrete-clients-") as folder:
        home = Path(folder)
        copy = home / "registry"
        shutil.copytree(registry, copy)

        def key(name: str, *more: str) -> str:
            made = subprocess.run(
                [accrete, "keys", "create", name, "--registry", copy, *more], check=True, capture_output=True, text=True)
            return made.stdout.strip().splitlines()[-1].strip()

        own, rare = key("clients"), key("clients-rare", "--rpm", "2")
        started: list[subprocess.Popen] = []
        try:
            answers = []
            for name, options in [("keys", ["--keys"]), ("tight", TIGHT), ("open", [])]:
                process, ready = start(program, copy, home / f"{name}.log", *options)
                started.append(process)
                answers.append(ready)
            yield Servers(
                address(answers[0]), address(answers[0], "admin_listen"), own, rare, address(answers[1]), address(answers[2]), copy)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                try:
                    process.wait(timeout=90)
                except subprocess.TimeoutExpired:
                    process.kill()
