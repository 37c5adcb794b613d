#!/usr/bin/env python3
"""Writes what `scorers.py` makes of many texts to Tests/Goldens/scorers (see the README of Tests/Goldens).

    python Scripts/reference/scorer_goldens.py [--out DIRECTORY]

Only the standard library is needed. The same texts come out every time: all draws are seeded.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random
from typing import Callable

import scorers

CASES = 1400
# White space of all kinds, also such that languages disagree about.
SPACES = [" "] * 12 + ["  ", "\n", "\t", "\r\n", "\u00a0", "\u2003", "\u3000", "\x1c", "\x85"]
WORDS = ("the a council bill passed amended Council resolution 201 9-1 approved. motion carries. Mr. O'Neil said: yes, no; "
         "(approved) [sic] 3.14 1,000 2,5 $10 50% U.S. e.g. ... . é e\u0301 naïve ﬁn Ärzte STRASSE ẞ ὈΔΥΣΣΕΎΣ ΑΣ Σ. İstanbul "
         "会议 通过 了。 决议 支持，反对 日本語 텍스트 👍🏽 🏳️‍🌈 &amp; &quot;ok&quot; &lt;b&gt; <skipped> - -- word-\nbreak "
         "Häuser, Häuser und Menschen. Der Bundesrat entschied am Mittwoch: 1'000 Franken, 2.5 Prozent!").split(" ")
LITERALS = ["<STR_LIT>", "<NUM_LIT>", "<CHAR_LIT>", "<NUM_LIT:0>", "<NUM_LIT:200>", "<STR_LIT:utf-8>", "<STR_LIT:a b>",
            "<CHAR_LIT:,>", "<STR_LIT:\n>", "<STR_LIT:>", "<BOOL_LIT:1>", "<STR_LIT:x", "<STR_LIT:<NUM_LIT:3>>",
            "<<STR_LIT:STR_LIT:x>>", "<STR_LIT:x>"]
CODE = ("def return self . ( ) , : = [ ] import from class x i name settings getattr '<STR_LIT>' == None True if for in "
        "assertEqual <EOL> _private __init__ ** kwargs 变量 é").split(" ")


def sentence(random: Random, words: list[str], most: int) -> str:
    return "".join(random.choice(words) + random.choice(SPACES) for _ in range(random.randint(0, most)))


def variant(random: Random, text: str) -> str:
    """The text after some edits of words or characters: two texts that were drawn apart have little in common."""
    by_word = random.random() < 0.7
    parts = text.split(" ") if by_word else list(text)
    for _ in range(random.randint(0, 6)):
        place = random.randrange(len(parts) + 1)
        kind = random.randrange(4)
        if kind == 0:
            del parts[place:place + random.randint(1, 3)]
        elif kind == 1:
            parts[place:place] = parts[place:place + random.randint(1, 4)]
        elif kind == 2:
            parts.insert(place, random.choice(["x", "The", ".", "", "通过", "0"]))
        else:
            other = random.randrange(len(parts) + 1)
            parts[place:place + 1], parts[other:other + 1] = parts[other:other + 1], parts[place:place + 1]
    return (" " if by_word else "").join(parts)


def pool(random: Random, edges: list[str], words: list[str], most: int, families: int) -> list[list[str]]:
    """Families of texts that are alike; the first is the edge cases."""
    result = [edges]
    for _ in range(families):
        first = sentence(random, words, most)
        result.append([first] + [variant(random, first) for _ in range(3)])
    return result


def picks(random: Random, families: list[list[str]], parts: int) -> list[list[str]]:
    """Every pair of edge cases, then mostly members of one family."""
    edges = families[0]
    cases = [[a, b] + [random.choice(edges)] * (parts - 2) for a in edges for b in edges]
    while len(cases) < CASES:
        family = random.choice(families)
        others = random.choice(families) if random.random() < 0.15 else family
        cases.append([random.choice(family)] + [random.choice(others) for _ in range(parts - 1)])
    return cases


def write(out: Path, name: str, cases: list[list[str]], score: Callable[..., list[float | None]]) -> None:
    texts: dict[str, int] = {}
    lines = []
    for case in cases:
        numbers = [texts.setdefault(text, len(texts)) for text in case]
        scores = [None if value is None else int(value) if value == int(value) else round(value, 12)
                  for value in score(*case)]
        lines.append(json.dumps(numbers + scores, separators=(",", ":")))
    pool_lines = ",\n".join(json.dumps(text, ensure_ascii=False) for text in texts)
    store(out, name, f'{{"texts":[\n{pool_lines}\n],\n"cases":[\n' + ",\n".join(lines) + "\n]}\n", len(cases))


def store(out: Path, name: str, content: str, count: int) -> None:
    file = out / f"{name}.json"
    file.write_text(content, encoding="utf-8")
    print(f"{name}: {count} cases, {file.stat().st_size} bytes")


def exact(out: Path) -> None:
    random = Random("accuracy")
    edges = ["", " ", "A", "A ", "\nA", "a", "AB", "é", "e\u0301", "支持", "A\x1c", "B", "12", "12.0", "\ufeffA", "A\u200b"]
    families = pool(random, edges, WORDS, 3, 120)
    write(out, "accuracy", picks(random, families, 2),
          lambda p, r: [scorers.accuracy(p, r, "legacy"), scorers.accuracy(p, r, "clean")])

    random = Random("first")
    edges = ["", " ", "A", " A", "A.", "(A)", "(A", "Because", "B", "B\nA letter starts with", "A支持", "A1", "A²", "A)", "((A",
             "\nB", "b", "é", "e\u0301", "ABC", "C:"]
    families = pool(random, edges, list("ABCD") + ["A.", "(B)", "B\nso", "Answer:", "D)"] + WORDS[:20], 3, 120)
    write(out, "first-character", picks(random, families, 2),
          lambda p, r: [scorers.first_character(p, r, "legacy"), scorers.first_character(p, r, "clean")])

    random = Random("numeric")
    edges = ["", "0", "-0", "+0.00", ".", "-", ",", "1,000", "1000", "1000.", "1,00", "01000.0", " 1000\n\nQuestion:", "4.17",
             "4.170", "4.171", ".5", "0.5", "-.5", "Friday", "Friday.", " Friday", "friday", "١٢", "1e3", "12 .", "1.2.3",
             "9" * 40, "9" * 40 + ".0"]
    write(out, "numeric-accuracy", [[p, r] for p, r in number_pairs(random, edges)],
          lambda p, r: [None, scorers.numeric_accuracy(p, r)])


def number_pairs(random: Random, edges: list[str]) -> list[tuple[str, str]]:
    def spelled(value: int, places: int) -> str:
        digits = str(abs(value)).rjust(places + 1, "0")
        whole, fraction = digits[:len(digits) - places], digits[len(digits) - places:]
        if random.random() < 0.4:
            whole = f"{int(whole):,}"
        if random.random() < 0.2:
            whole = "0" + whole
        text = whole + ("." + fraction if places else random.choice(["", "", ".", ".0", ".00"]))
        sign = "-" if value < 0 else random.choice(["", "", "+"])
        return random.choice(["", "", " ", "\n"]) + sign + text + random.choice(["", "", ".", " ", "\r\nSo", " kg"])

    cases = [(a, b) for a in edges for b in edges]
    while len(cases) < CASES + 300:
        value, places = random.randint(-2_000_000, 2_000_000) // random.choice([1, 1000, 100_000]), random.randrange(4)
        other = value if random.random() < 0.7 else value + random.choice([-1, 1, 10])
        cases.append((spelled(other, places), spelled(value, places)))
    return cases


def macro_f1(out: Path) -> None:
    random = Random("macro-f1")
    texts = ["ok", "violation", "合规", "违规", " ok", "", "other", "é", "e\u0301"]
    lines = []
    for case in range(CASES):
        labels = random.sample(range(len(texts)), random.randint(1, 4))
        pool_ = labels + ([] if random.random() < 0.5 else [random.randrange(len(texts))])
        references = [random.choice(pool_) for _ in range(random.randint(1, 14))]
        predictions = [r if random.random() < 0.5 else random.choice(pool_) for r in references]
        if case % 100 == 0:
            predictions = [texts.index("other")] * len(references)
        score = scorers.macro_f1(*([texts[i] for i in part] for part in (labels, predictions, references)))
        lines.append(json.dumps([labels, predictions, references, round(score, 12)], separators=(",", ":")))
    store(out, "macro-f1", json.dumps({"texts": texts}, ensure_ascii=False)[:-1] + ',\n"cases":[\n'
          + ",\n".join(lines) + "\n]}\n", len(lines))


def texts(out: Path) -> None:
    random = Random("rouge-l")
    edges = ["", " ", ".", "...", ". .", "a", "a.", "a. ", "a b", "b a", "a a a", "a. b. c", "c. b. a", "a b. b a", "A", "é",
             "e\u0301", "a\nb", "通过 了。", "通过", "a b c d", "a c b d", "x a y b"]
    families = pool(random, edges, WORDS + ["a", "b", "c", "the."] * 8, 24, 55)
    write(out, "rouge-l", picks(random, families, 2),
          lambda p, r: [scorers.rouge_l(p, r, "legacy"), scorers.rouge_l(p, r, "clean")])

    random = Random("edit")
    edges = LITERALS + ["", " ", "a", "ab", "abc", "abcd", "x = 1", "x = 2 ", "é", "e\u0301"]
    families = pool(random, edges, CODE + LITERALS, 30, 40)
    # From 200 characters on the second text's frequent characters count for less.
    families += pool(random, ["ab" * 100, "ab" * 99 + "a", "a" * 199, "a" * 200], CODE + LITERALS, 90, 8)
    write(out, "edit-similarity", picks(random, families, 2),
          lambda p, r: [scorers.edit_similarity(p, r, "legacy"), scorers.edit_similarity(p, r, "clean")])

    random = Random("sari")
    edges = ["", " ", "a", "A b", "a b c d e", "e d c b a", "a a a b", "...", "1.5,2", "3-4", "a-\nb", "&amp;lt;", "ΑΣ ΑΣΑ Σ",
             "İ", "a.b,c", "x.\n", "(a)[b]{c}"]
    families = pool(random, edges, WORDS, 22, 55)
    write(out, "sari", picks(random, families, 3),
          lambda p, r, s: [scorers.sari(p, r, s, "legacy"), scorers.sari(p, r, s, "clean")])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "Tests" / "Goldens" / "scorers")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    exact(out)
    macro_f1(out)
    texts(out)


if __name__ == "__main__":
    main()
