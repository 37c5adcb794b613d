"""All mutants in one program: a function that has some holds a changed copy of its body for each, and an environment variable says
which copy runs. One build serves them all, and what is switched off costs a comparison.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from mutations import Mutant

SWITCH = "MutationSwitch"
# `isOn` also notes which mutants a test has reached at all: that tells which suites to run.
SWITCH_SOURCE = '''import Foundation

/// Which mutant is at work; written and removed by Scripts/mutate.
@usableFromInline enum MutationSwitch {
  private static let active = Int(ProcessInfo.processInfo.environment["ACCRETE_MUTANT"] ?? "") ?? 0
  private static let trace = ProcessInfo.processInfo.environment["ACCRETE_MUTANT_TRACE"]
  private static let lock = NSLock()
  nonisolated(unsafe) private static var reached: Set<Int> = []

  @usableFromInline static func isOn(_ number: Int) -> Bool {
    if let trace { note(number, in: trace) }
    return number == active
  }

  private static func note(_ number: Int, in path: String) {
    lock.lock()
    defer { lock.unlock() }
    guard reached.insert(number).inserted, let file = fopen(path, "a") else { return }
    fputs("\\(number)\\n", file)
    fclose(file)
  }
}
'''
ERROR = re.compile(r"^(/[^\n:]+\.swift):(\d+):\d+: error: (.*)$", re.MULTILINE)


class Tree:
    """The sources, which are changed for a build and put back after it, however that ends."""

    def __init__(self, root: Path, store: Path) -> None:
        self.root = root
        self.store = store
        self.record = store / "changed.json"

    def restore(self) -> int:
        """Puts back what an earlier call changed, even one that was killed; says how many files."""
        if not self.record.exists():
            return 0
        changed = json.loads(self.record.read_text())
        for file in changed["files"]:
            # A new time, so that the next build compiles the file again.
            shutil.copyfile(self.store / "originals" / file, self.root / file)
        for file in changed["added"]:
            (self.root / file).unlink(missing_ok=True)
        self.record.unlink()
        shutil.rmtree(self.store / "originals", ignore_errors=True)
        return len(changed["files"])

    def change(self, mutants: list[Mutant]) -> dict[str, list[tuple[int, int, list[int]]]]:
        """Writes all mutants into the sources.

        Returns for each file which of its lines belong to which mutants: (first, last, numbers).
        """
        files = sorted({mutant.file for mutant in mutants})
        modules = sorted({file.split("/")[1] for file in files})
        added = [f"Sources/{module}/{SWITCH}.swift" for module in modules]
        for file in files:
            copy = self.store / "originals" / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.root / file, copy)
        self.record.write_text(json.dumps({"files": files, "added": added}))
        for file in added:
            (self.root / file).write_text(SWITCH_SOURCE, encoding="utf-8")
        lines: dict[str, list[tuple[int, int, list[int]]]] = {}
        for file in files:
            own = [mutant for mutant in mutants if mutant.file == file]
            source = (self.store / "originals" / file).read_text(encoding="utf-8")
            text, lines[file] = instrumented(source, own)
            (self.root / file).write_text(text, encoding="utf-8")
        return lines


def instrumented(source: str, mutants: list[Mutant]) -> tuple[str, list[tuple[int, int, list[int]]]]:
    pieces: list[tuple[str, list[int]]] = []
    at = 0
    bodies = {mutant.body.start: mutant.body for mutant in mutants if mutant.body}
    places = [(body.start, body) for body in bodies.values()]
    places += [(mutant.start, mutant) for mutant in mutants if not mutant.body]
    for start, place in sorted(places, key=lambda entry: entry[0]):
        pieces.append((source[at:start], []))
        if isinstance(place, Mutant):
            pieces.append((f"({SWITCH}.isOn({place.number}) ? {place.after} : {place.before})", [place.number]))
            at = start + len(place.before)
            continue
        own = [mutant for mutant in mutants if mutant.body == place]
        for mutant in own:
            copy = mutant.applied(source)[place.start:place.end + len(mutant.after) - len(mutant.before)]
            pieces.append((f"\nif {SWITCH}.isOn({mutant.number}) {{", []))
            pieces.append((copy.rstrip() + "\n", [mutant.number]))
            pieces.append(("} else ", []))
        # What is wrong here is wrong because of the copies.
        pieces.append(("{" + source[place.start:place.end].rstrip() + "\n}\n", [mutant.number for mutant in own]))
        at = place.end
    pieces.append((source[at:], []))
    text, line = "", 1
    lines: list[tuple[int, int, list[int]]] = []
    for piece, numbers in pieces:
        last = line + piece.count("\n")
        if numbers:
            lines.append((line, last, numbers))
        text, line = text + piece, last
    return text, lines


def blamed(output: str, root: Path, lines: dict[str, list[tuple[int, int, list[int]]]]) -> dict[int, str]:
    """The mutants that the compiler refuses, with what it says."""
    result: dict[int, str] = {}
    for path, line, message in ERROR.findall(output):
        file = path.removeprefix(f"{root}/")
        # The innermost range: the one that begins last.
        ranges = [entry for entry in lines.get(file, []) if entry[0] <= int(line) <= entry[1]]
        for number in max(ranges, key=lambda entry: entry[0])[2] if ranges else []:
            result.setdefault(number, message)
    return result
