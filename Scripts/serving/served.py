"""A server of its own for a measurement: started on free ports with a copy of a registry, and ended with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from scrape import Metrics


class Away(Exception):
    """No server answers, or none could be started."""


def program(folder: Path | None, name: str) -> Path:
    """A program of an installation: in the folder that was named, else on the PATH."""
    found = shutil.which(name, path=str(folder) if folder else None)
    if not found:
        place = f"in {folder}" if folder else "on the PATH"
        raise Away(f"{name} expected {place}, and is not there. Install it (make install) and name its folder: --bin PREFIX/bin")
    # It looks for its libraries beside itself, and may be started from anywhere.
    return Path(found).absolute()


def ran(*words: str | Path) -> str:
    """What a program wrote on standard output; one that fails or is not there is why nothing can be measured."""
    shown = " ".join(map(str, words))
    try:
        run = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    except OSError as error:
        raise Away(f"{words[0]}: a program expected, got {error}") from error
    if run.returncode:
        raise Away(f"{shown} ended with {run.returncode}: {run.stderr.strip()[-500:]}")
    return run.stdout


def status_bytes(text: str, key: str) -> int:
    """A figure of /proc/PID/status, in bytes."""
    for line in text.splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(f"/proc/PID/status: {key} expected, and is not there")


class Served:
    """Use it in `with`. What it writes of the server's log stands in `log`."""

    def __init__(self, bin: Path | None, registry: Path, options: list[str], scratch: Path) -> None:
        self.words = [str(program(bin, "accrete-server")), "--registry", str(registry), "--listen", "127.0.0.1:0", "--admin-listen",
                      "127.0.0.1:0", "--drain-delay", "0", "--drain-timeout", "1", "--json", *options]
        descriptor, name = tempfile.mkstemp(prefix="server-", suffix=".log", dir=scratch)
        os.close(descriptor)
        self.log = Path(name)

    def __enter__(self) -> Served:
        with open(self.log, "w") as errors:
            self.process = subprocess.Popen(self.words, stdout=subprocess.PIPE, stderr=errors, text=True)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            tail = "\n".join(self.log.read_text().splitlines()[-8:])
            raise Away(f"{' '.join(self.words)} ended with {self.process.returncode} before it was ready:\n{tail}")
        self.ready: dict[str, Any] = json.loads(line)
        self.port = int(self.ready["listen"].rsplit(":", 1)[1])
        self.admin = int(self.ready["admin_listen"].rsplit(":", 1)[1])
        self.pid: int = self.process.pid
        return self

    def __exit__(self, *rest: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def get(self, path: str, admin: bool = False, method: str = "GET") -> bytes:
        connection = HTTPConnection("127.0.0.1", self.admin if admin else self.port, timeout=60)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            body = response.read()
        except (OSError, HTTPException) as error:
            raise Away(f"{method} {path}: an answer expected, got {error}. The server's log: {self.log}") from error
        finally:
            connection.close()
        if response.status >= 300:
            raise Away(f"{method} {path}: 200 expected, got {response.status}: {body[:300].decode(errors='replace')}")
        return body

    def metrics(self) -> Metrics:
        return Metrics(self.get("/metrics", admin=True).decode())

    def models(self, everything: bool = False) -> list[dict[str, Any]]:
        return json.loads(self.get("/v1/models?all=1" if everything else "/v1/models"))["data"]

    def resident(self) -> int:
        """Bytes of the process that are in memory now (VmRSS), files that it maps included."""
        return status_bytes(Path(f"/proc/{self.pid}/status").read_text(), "VmRSS")


def copied(registry: Path, scratch: Path) -> Path:
    """A copy that may be written; the registry that was named stays as it is. Blobs never change, so links will do where they can."""
    if not (registry / "registry.sqlite").exists():
        raise Away(f"--registry {registry}: a folder with registry.sqlite expected. `accrete init` and `accrete learn` make one.")
    place = scratch / "registry"

    def link_or_copy(source: str, target: str) -> None:
        if "/blobs/sha256/" in source:
            try:
                return os.link(source, target)
            except OSError:
                pass
        shutil.copy2(source, target)

    shutil.copytree(registry, place, copy_function=link_or_copy)
    return place
