"""What all peers share: the conversation with the driver, peak memory, and the folder of the reference.

A peer loads, warms up and prints one JSON line of facts; then every line on standard input starts one round, which ends
with one JSON line of figures. `accrete-benchmark` speaks the same way, so that both stay warm and can take turns.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any, Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Scripts/reference"))


def arguments(description: str, *more: tuple[str, dict[str, Any]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peer", choices=["default", "tuned", "best"], default="default")
    parser.add_argument("--started", type=float, default=time.time(), help="seconds since 1970 at this process's start")
    for name, form in more:
        parser.add_argument(name, **form)
    return parser.parse_args()


def say(value: dict[str, Any]) -> None:
    print(json.dumps(value), flush=True)


def requests() -> Iterator[int]:
    """The numbers on standard input, one for each round."""
    for line in sys.stdin:
        yield int(line)


def peak_rss_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def seconds(body: Callable[[], Any]) -> float:
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def versions() -> dict[str, str]:
    import peft
    import torch
    import transformers

    return {"python": sys.version.split()[0], "torch": torch.__version__, "transformers": transformers.__version__,
            "peft": peft.__version__}
