#!/usr/bin/env python3
"""Byte-level BPE tokenizers as Python's `tokenizers` trains them: the goldens of TrainingGoldenTests.

    python Scripts/goldens/tokenizer_training_goldens.py --out Tests/TokenizationTests/Resources/training_goldens.json

Each case is a list of texts (by name), options, and what Python made of them: tokens in the order of their ids, merges, and the
SHA-256 of the whole tokenizer.json. Of one tokenizer, the FNV-1a sums of the ids of generated lines too
(Scripts/reference/tokenizer_forms.py), as `Tokenizer.from_file` and as `AutoTokenizer.from_pretrained` give them for a folder with
the files that Accrete writes. Python's trainer goes through hash tables in another order in each process: every case is trained in three, and
one that does not come out the same is an error.
"""

import argparse
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Scripts/reference"))
import tokenizer_forms as forms  # noqa: E402
import tokenizer_goldens as lines  # noqa: E402

CHAT = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"]
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LINES = 3000


def words(seed: int, count: int) -> list[str]:
    """Lines of invented words, some of them frequent."""
    draw = random.Random(seed)
    parts = ["an", "tor", "el", "li", "ka", "men", "st", "ou", "re", "un", "ing", "ed", "qu", "y"]
    known = ["".join(draw.choice(parts) for _ in range(draw.randint(1, 4))) for _ in range(300)]
    return [" ".join(known[int(300 * draw.random() ** 3)] for _ in range(draw.randint(1, 14))) + "." for _ in range(count)]


def texts() -> dict[str, list[str]]:
    mixed = lines.ENGLISH + lines.LANGUAGES + lines.CODE + lines.EMOJI + lines.ACCENTS + lines.NUMBERS + lines.SPACES
    return {
        "words": words(1, 600),
        "mixed": mixed + lines.CONTROLS + lines.SPECIAL + lines.UNICODE_EDGES + lines.LONG,
        # Every pair once or twice.
        "ties": ["zy yx xw wv", "ab ba ab ba", "cd dc", "q", "", "", "abcdefghij jihgfedcba", "\u00e9\u00e8 \u00e8\u00e9"],
        # Runs, in which a pair overlaps with the next one.
        "overlaps": ["aaaa aaa aa a aaaaaaa aaaaa", "abab ababab bababa abaab", "abcabc bcabca abcbc cabab aabbaabb abba", "aabaab aab ab"] * 3,
        "line ends": ["a\r\nb\r\n", "\r\n\r\n\r\n", "a\n\n\nb\n", "x \r\n \r\n y", "\n", "", "  \n\t\n", "1\r\n22\r\n333\r\n"] * 2,
        "long words": ["abcdefgh" * 2000, "ab" * 5000, "a" * 4097, "漢字かな" * 700, "😀" * 900, "".join(words(2, 60)).replace(" ", "").replace(".", "")],
        "one letter": ["a"],
        "accents": ["e\u0301 \u00e9 \u212b \u00c5 A\u030a", "e\u0301\u00e9e\u0301 \u212b\u00c5"] * 3,
    }


def cases() -> list[dict]:
    def case(text: str, size: int, **options) -> dict:
        return {
            "texts": text, "size": size, "special": CHAT, "minimum": 0, "longest": None, "pattern": forms.QWEN2, **options
        }

    return [
        case("words", 700, minimum=2),
        case("words", 1500, minimum=2),
        case("words", 600, longest=5),
        case("mixed", 1200),
        case("mixed", 900, minimum=2),
        case("mixed", 900, pattern=forms.LLAMA3, special=[]),
        case("mixed", 800, pattern=GPT2, special=["<s>"]),
        case("mixed", 800, pattern=forms.O200K, special=[]),
        case("mixed", 600, longest=2),
        case("mixed", 600, longest=3),
        case("ties", 290),
        case("ties", 1000),
        case("ties", 300, minimum=2),
        case("overlaps", 275),
        case("overlaps", 300),
        case("overlaps", 300, longest=4),
        case("line ends", 280),
        case("long words", 500),
        case("long words", 500, longest=16),
        case("one letter", 300),
        case("accents", 290, special=["e\u0301", "\u00e9", "\u212b"]),
        # Special tokens that are bytes, or what merging makes; and characters that JSON escapes.
        case("words", 400, special=["a", "Ġ", "an", "\"\\\n\t\x01\x7f\u2028", "Ġan", "ing"]),
        case("words", 260),
    ]


def train(case: dict, corpus: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(case["pattern"]), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=case["size"], special_tokens=case["special"], min_frequency=case["minimum"],
        max_token_length=case["longest"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return tokenizer


def results() -> list[str]:
    """The tokenizer.json of every case."""
    known = texts()
    return [train(case, known[case["texts"]]).to_str(pretty=True) for case in cases()]


def line_digests(file: str) -> list[int]:
    """Of the ids of each line; both readers in Python have to give them."""
    from transformers import AutoTokenizer

    pieces = forms.fragments()
    all_lines = [forms.line(number, pieces) for number in range(LINES)]
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "tokenizer.json").write_text(file, encoding="utf-8")
        (place / "tokenizer_config.json").write_text(json.dumps({
            "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": CHAT[0], "pad_token": CHAT[3],
            "clean_up_tokenization_spaces": False}))
        plain, auto = Tokenizer.from_file(str(place / "tokenizer.json")), AutoTokenizer.from_pretrained(folder)
    found = []
    for text in all_lines:
        ids = plain.encode(text).ids
        if auto(text)["input_ids"] != ids or plain.decode(ids, skip_special_tokens=False) != text:
            raise SystemExit(f"the two readers in Python differ: {text!r}")
        found.append(forms.digest(b"".join(value.to_bytes(4, "little") for value in ids)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", help="the JSON file to write")
    parser.add_argument("--results", action="store_true", help="print what one process makes of all cases, and end")
    arguments = parser.parse_args()
    if arguments.results:
        print(json.dumps(results()))
        return
    if not arguments.out:
        parser.error("--out: which file to write")
    files = results()
    for _ in range(2):
        again = json.loads(subprocess.run(
            [sys.executable, __file__, "--results"], check=True, capture_output=True, text=True).stdout)
        for case, one, other in zip(cases(), files, again, strict=True):
            if one != other:
                raise SystemExit(f"Python makes one thing in one process and another in the next: {case}")
    output = {"tokenizers": tokenizers.__version__, "texts": texts(), "cases": []}
    for case, file in zip(cases(), files, strict=True):
        model = json.loads(file)["model"]
        output["cases"].append({
            **case,
            "tokens": [token for token, _ in sorted(model["vocab"].items(), key=lambda entry: entry[1])][256:],
            "merges": len(model["merges"]),
            "sha256": hashlib.sha256(file.encode()).hexdigest(),
        })
    output["lines"] = {"case": 0, "digests": line_digests(files[0])}
    with open(arguments.out, "w", encoding="utf-8") as file:
        # ASCII, so that no editor or checkout normalizes the texts or their line ends.
        json.dump(output, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")
    for case in output["cases"]:
        print(case["texts"], case["size"], "->", len(case["tokens"]) + 256, "tokens,", case["merges"], "merges")


if __name__ == "__main__":
    main()
