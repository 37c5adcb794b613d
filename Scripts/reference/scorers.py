"""The scorers of section "Scores" of docs/protocol.md in plain Python, by their formulas and with slow, literal code.

`legacy` has the quirks of TRACE's published numbers, `clean` has not. Only the standard library is used; `difflib` and
`re` are the very modules that the published code runs on.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from fractions import Fraction
from typing import Sequence

Words = list[str]


# Exact answers

def accuracy(prediction: str, reference: str, column: str) -> float:
    if column == "clean":
        prediction, reference = prediction.strip(), reference.strip()
    return float(prediction != "" and reference != "" and prediction == reference)


NUMBER = re.compile(r"[+-]?(?:[0-9]*|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?")


def number(text: str) -> Fraction | None:
    if not NUMBER.fullmatch(text) or not any(c in "0123456789" for c in text):
        return None
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.lstrip("+-").replace(",", "").partition(".")
    return sign * (int(whole or "0") + Fraction(int(fraction or "0"), 10 ** len(fraction)))


def numeric_accuracy(prediction: str, reference: str) -> float:
    def without_stop(text: str) -> str:
        return text[:-1] if text.endswith(".") else text

    answer = without_stop(re.split("[\n\r]", prediction.strip())[0].strip())
    right = reference.strip()
    if not answer or not right:
        return 0.0
    value = number(right)
    if value is not None:
        return float(number(answer) == value)
    return float(answer == without_stop(right))


def first_character(prediction: str, reference: str, column: str) -> float:
    def letter(text: str) -> str:
        if column == "legacy":
            return text[:1]
        text = text.strip().removeprefix("(")
        return "" if text[1:2].isalnum() else text[:1]

    return float(letter(prediction) != "" and letter(prediction) == letter(reference))


def macro_f1(labels: Sequence[str], predictions: Sequence[str], references: Sequence[str]) -> float:
    pairs = [(p.strip(), r.strip()) for p, r in zip(predictions, references)]
    scores = []
    for label in dict.fromkeys(label.strip() for label in labels):
        hits = sum(p == label and r == label for p, r in pairs)
        answered = sum(p == label for p, _ in pairs)
        right = sum(r == label for _, r in pairs)
        if answered + right:
            # The harmonic mean of hits / answered and hits / right.
            scores.append(2 * hits / (answered + right))
    return sum(scores) / len(scores) if scores else 0.0


# ROUGE-L

def table_of_lengths(rows: Words, columns: Words) -> list[list[int]]:
    table = [[0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            table[i + 1][j + 1] = table[i][j] + 1 if row == column else max(table[i][j + 1], table[i + 1][j])
    return table


def common_words(rows: Words, columns: Words) -> set[str]:
    """The words of the longest common subsequence that is found in the backward pass from the last cell."""
    table = table_of_lengths(rows, columns)
    i, j = len(rows), len(columns)
    found: set[str] = set()
    while i and j:
        if rows[i - 1] == columns[j - 1]:
            found.add(rows[i - 1])
            i, j = i - 1, j - 1
        elif table[i - 1][j] > table[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return found


def rouge_l(prediction: str, reference: str, column: str) -> float:
    if column == "clean":
        one, other = prediction.split(), reference.split()
        if not one or not other:
            return 0.0
        return 2 * table_of_lengths(one, other)[-1][-1] / (len(one) + len(other))

    def sentences(text: str) -> list[Words]:
        # A sentence of white space alone has one word, the empty one.
        return [" ".join(part.split()).split(" ") for part in text.split(".") if part]

    ours, theirs = sentences(prediction), sentences(reference)
    if not ours or not theirs:
        return 0.0
    union: set[str] = set()
    for rows in ours:
        for columns in theirs:
            union |= common_words(rows, columns)
    p = len(union) / len({word for sentence in ours for word in sentence})
    r = len(union) / len({word for sentence in theirs for word in sentence})
    return 2 * ((p * r) / (p + r + 1e-8))


# Edit similarity of code

def restored_in_turn(code: str) -> str:
    for name, value in (("<NUM_LIT>", "0"), ("<STR_LIT>", ""), ("<CHAR_LIT>", "")):
        code = code.replace(name, value)
    for kind, value in re.findall(r"<(STR|NUM|CHAR)_LIT:(.*?)>", code, re.DOTALL):
        code = code.replace(f"<{kind}_LIT:{value}>", value)
    return code


def restored_once(code: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match.group(2) is not None:
            return match.group(2)
        return "0" if match.group(1) == "NUM" else ""

    return re.sub(r"<(STR|NUM|CHAR)_LIT(?::(.*?))?>", value, code, flags=re.DOTALL)


def edit_similarity(prediction: str, reference: str, column: str) -> float:
    if column == "legacy":
        one, other = restored_in_turn(prediction), restored_in_turn(reference)
        if not one or not other:
            return 0.0
        if one == other:
            return 100.0
        return float(round(100 * difflib.SequenceMatcher(None, one, other).ratio()))
    one, other = restored_once(prediction).strip(), restored_once(reference).strip()
    if not one and not other:
        return 100.0
    return 100 * 2 * table_of_lengths(list(one), list(other))[-1][-1] / (len(one) + len(other))


# SARI

def western_tokens(text: str) -> Words:
    line = text.lower().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for name, character in (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        line = line.replace(name, character)
    line = f" {line} "
    line = re.sub(r"([ -&(-+/:-@\[-`{-~])", r" \1 ", line)
    line = re.sub(r"([^0-9])([.,])", r"\1 \2 ", line)
    line = re.sub(r"([.,])([^0-9])", r" \1 \2", line)
    line = re.sub(r"([0-9])(-)", r"\1 \2 ", line)
    return line.split() or [""]


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


def sari(prediction: str, reference: str, source: str, column: str) -> float:
    if column == "clean" and not prediction.strip():
        return 0.0
    tokens = [western_tokens(text) for text in (source, prediction, reference)]
    total = 0.0
    for n in range(1, 5):
        s, c, r = (Counter(tuple(t[i:i + n]) for i in range(len(t) - n + 1)) for t in tokens)
        kept, right, wanted = s & c, s & c & r, s & r
        keep = harmonic(ratio(sum(right[g] / kept[g] for g in right), len(kept)),
                        ratio(sum(right.values()), sum(wanted.values())))
        deleted = s - c
        well_deleted = deleted - r
        delete = ratio(sum(well_deleted[g] / deleted[g] for g in well_deleted), len(deleted))
        added, addable = set(c) - set(s), set(r) - set(s)
        add = harmonic(ratio(len(added & addable), len(added)), ratio(len(added & addable), len(addable)))
        total += (keep + delete + add) / 3
    return 100 * total / 4
