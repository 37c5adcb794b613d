"""What all measurements of a server take, and how they begin and end."""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable, NoReturn

from figures import AWAY, USAGE
from served import Away


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number of 1 or more expected, got {text!r}")
    return int(text)


def amount(text: str) -> float:
    """A number above 0, with a part behind the point or without."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"a number above 0 expected, got {text!r}")
    return value


def parser(description: str) -> Parser:
    made = Parser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--bin", type=Path, help="folder with accrete and accrete-server (default: those on the PATH)")
    made.add_argument("--threads", type=positive, default=len(os.sched_getaffinity(0)), help="threads of the server (default: all processors)")
    made.add_argument("--seed", type=int, default=0, help="from which prompts and times follow")
    made.add_argument("--out", type=Path, help="write the result here instead of standard output")
    return made


def run(made: Parser, body: Callable[[argparse.Namespace, Path], int]) -> NoReturn:
    """Runs with a scratch folder of its own, which is gone afterwards."""
    options = made.parse_args()
    if options.out and not options.out.absolute().parent.is_dir():
        made.error(f"--out {options.out}: a file in a folder that exists expected")
    try:
        with tempfile.TemporaryDirectory(prefix="accrete-measure-") as scratch:
            code = body(options, Path(scratch))
    except Away as away:
        print(f"{made.prog}: {away}", file=sys.stderr)
        code = AWAY
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def machine() -> dict[str, Any]:
    """On what it was measured."""
    name = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = line.split(":", 1)[1].strip()
            break
    return {"processor": name, "cores": len(os.sched_getaffinity(0)), "loadAverageBefore": os.getloadavg()[0]}
