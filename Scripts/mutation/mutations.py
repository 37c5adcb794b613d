"""What can be changed in a source file: constants, comparisons, signs, arithmetic, conditions; one change is one mutant."""

from __future__ import annotations

import difflib
import random
from dataclasses import dataclass
from pathlib import Path

from swift_source import Body, Outline, Token

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*="}
CONDITIONS = {"&&": "||", "||": "&&"}
RANGES = {"..<": "...", "...": "..<"}
WORDS = {"true": "false", "false": "true", "min": "max", "max": "min"}


@dataclass
class Mutant:
    """One change. `body` is the function that it is in; None for the value of a property or a default argument."""

    number: int
    file: str
    line: int
    kind: str
    before: str
    after: str
    start: int
    body: Body | None

    def __str__(self) -> str:
        where = self.body.name if self.body else "a constant"
        return f"{self.number:4}  {self.file}:{self.line}  {self.kind}: {self.before} → {self.after or 'nothing'}  in {where}"

    def applied(self, source: str) -> str:
        return source[:self.start] + self.after + source[self.start + len(self.before):]

    def diff(self, source: str) -> str:
        lines = difflib.unified_diff(
            source.splitlines(), self.applied(source).splitlines(), self.file, self.file, lineterm="", n=2)
        return "\n".join(lines)


def changed_number(text: str, chance: random.Random) -> str | None:
    digits = text.replace("_", "")
    if digits.startswith(("0x", "0b")):
        return f"{text} + 1" if len(digits) < 10 else None
    if any(mark in digits for mark in ".eE"):
        value = float(digits)
        return "1.0" if value == 0 else "0.1" if abs(value) < 1e-3 else repr(value * chance.choice((0.5, 2.0)))
    value = int(digits)
    return str(value + 1) if value == 0 else str(value + chance.choice((-1, 1)))


def change_of(outline: Outline, index: int, chance: random.Random) -> tuple[str, str] | None:
    """The kind of change that a token allows, and what takes its place."""
    token = outline.tokens[index]
    source = outline.source
    before = outline.tokens[index - 1] if index else None
    behind = outline.tokens[index + 1] if index + 1 < len(outline.tokens) else None
    if token.kind == "number":
        if before is not None and before.text == ".":
            return None  # a part of a tuple
        after = changed_number(token.text, chance)
        return ("constant", after) if after else None
    if token.kind == "name" and token.text in WORDS:
        if token.text in ("min", "max") and (before.text == "." or behind is None or behind.text != "("):
            return None
        return "word", WORDS[token.text]
    if token.kind != "operator":
        return None
    if token.text in RANGES and before.kind in ("number", "name") or token.text == "..<" and before.text in ")]":
        return ("range", RANGES[token.text]) if behind.text not in ")]" else None
    if token.is_prefix(source) and token.text == "-" and before.kind not in ("number", "name"):
        return "sign", ""
    if token.is_prefix(source) and token.text == "!":
        return "condition", ""
    if not token.stands_alone(source) or before.text == "func":
        return None
    if token.text == "+" and ("string" in (before.kind, behind.kind) or before.text == "]" or behind.text == "["):
        return None  # texts and lists
    for kind, table in (("comparison", COMPARISONS), ("arithmetic", ARITHMETIC), ("condition", CONDITIONS)):
        if token.text in table:
            return kind, table[token.text]
    return None


def mutants_of(file: str, source: str, chance: random.Random) -> list[Mutant]:
    """All of one file, in order; their numbers are given later."""
    outline = Outline(source)
    constants = {token.start for token in outline.constants}
    found: list[Mutant] = []
    for index, token in enumerate(outline.tokens):
        body = next((body for body in outline.bodies if body.start <= token.start < body.end), None)
        if body is None and token.start not in constants:
            continue
        change = change_of(outline, index, chance)
        if change is None:
            continue
        line = source.count("\n", 0, token.start) + 1
        found.append(Mutant(0, file, line, change[0], token.text, change[1], token.start, body))
    return found


def sample(root: Path, files: list[str], seed: int, count: int) -> list[Mutant]:
    """`count` of all mutants, as many of each module as there can be; always the same ones of the same files."""
    chance = random.Random(seed)
    modules: dict[str, list[Mutant]] = {}
    for file in sorted(files):
        module = file.split("/")[1]
        modules.setdefault(module, []).extend(mutants_of(file, (root / file).read_text(encoding="utf-8"), chance))
    chosen: list[Mutant] = []
    left = count
    for number, module in enumerate(sorted(modules)):
        share = min(left // (len(modules) - number), len(modules[module]))
        chosen += chance.sample(modules[module], share)
        left -= share
    chosen.sort(key=lambda mutant: (mutant.file, mutant.start))
    for number, mutant in enumerate(chosen, 1):
        mutant.number = number
    return chosen
