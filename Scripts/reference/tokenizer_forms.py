#!/usr/bin/env python3
"""Small tokenizers in the form of each model family, and what Python makes of thousands of lines with them.

    python Scripts/reference/tokenizer_forms.py            # writes Tests/TokenizationTests/Resources/forms

Needs `tokenizers` and `tiktoken` (requirements.txt). Every form is trained here, on texts of this folder: no file of a
published checkpoint is in it. The lines are made by a generator that exists here and in
Tests/TokenizationTests/Support/GoldenLines.swift; fragments.json is what both choose from.

For each form: `tokenizer.json` (or `hy.tiktoken`), `digests.bin` (two 32-bit FNV-1a sums for each line, little-endian:
of its ids, and of its two decoded texts; then one for each list of random ids), `ids.json` (the ids of some lines).
"""

import argparse
import base64
import collections
import json
import pathlib
import struct
import sys
import unicodedata

import tiktoken
import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Scripts/goldens"))
import tokenizer_goldens as texts  # noqa: E402

LINES = 6000
WRITTEN = 200
RANDOM = 600
MASK = (1 << 64) - 1

SPECIAL = [
    "<|endoftext|>", "<|startoftext|>", "<|bos|>", "<|eos|>", "<|pad|>", "<|extra_0|>", "<|extra_4|>", "<|extra_204|>",
    "<|im_start|>", "<|im_end|>", "<|begin_of_text|>", "<|eot_id|>", "<s>", "</s>", "<unk>", "[INST]", "[/INST]",
    "<｜hy_begin▁of▁sentence｜>", "<｜hy_User｜>", "<｜hy_place▁holder▁no▁2｜>", "<｜hy_▁pad▁｜>",
    "<left>", "<right>", "<both>", "<word>", "<é>", "<e\u0301>", "<|eos|>\u0338", "<0x41>", "<0xE4>", "▁", "▁▁", "\u2581a",
]
MORE = [
    "function", "return", "import numpy as np", "self.", "->", "=>", "!=", "::", "/* */", "//", "///", "\\\\", "/\n/", "http://a.b/c?d=e&f",
    "if (a[0] != b) {", "}", "};", "const", "&mut", "#include <x.h>", "\tint", "    ", "        ", "0x1F", "1e-9",
    "der", "die", "das", "Straße", "Übermut", "größer", "Fußgängerübergänge", "Donaudampfschifffahrt", "daß", "Äpfel",
    "the", "of", "and", "to", "in", "that", "it", "for", "was", "with", "on", "as", "McDonald", "iPhone", "NASA", "USAToday",
    "don't", "I'M", "we'LL", "you'Ve", "'s", "'\u017f", "’s", "É", "ÉCOLE", "École", "ǅungla", "ǅ", "ʰa", "ªº",
    "你好", "世界", "我们", "今天天气很好", "，", "。", "！", "内容合规审核", "腾讯", "中文English混排", "龥", "龦", "〇", "㐀", "𠀀", "ー", "ゟ", "ヿ", "゠",
    "カタカナ", "ひらがな", "ﾊﾝｶｸ", "한국어", "각", "\u1100\u1161\u11a8", "가\u11a8", "ไทย", "नमस्ते", "क्षत्रिय", "עברית", "שָׁלוֹם", "مُحَمَّد", "العربية", "\u202eRTL\u202c",
    "٠١٢٣٤٥٦٧٨٩", "०१२३", "๑๒๓", "１２３", "𝟘𝟙𝟚", "²³", "½", "Ⅷ", "①", "〣", "৪৫", "1", "12", "123", "1234", "12345", "1234567890", "3.14", "1,000",
    "😀", "👩🏽‍💻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "❤️‍🔥", "1️⃣", "\u200d", "\ufe0f", "🫠", "\U000e0067",
    "e\u0301", "\u0301", "a\u0323\u0307", "a\u0307\u0323", "\u0344", "\u212b", "\u2126", "\u1e9b\u0323", "\u0b47\u0b3e", "\U000110a5\U000110ba",
    "a\u0898\u0301", "\u0301\u0898", "x\u0c3c", "\U0001e4ec\u0301", "\u1715\u0334", "\u09fe\u0301",
    "\x00", "\x01", "\x07", "\x1b[0m", "\x7f", "\x80", "\x9f", "\u00ad", "\u200b", "\ufeff", "\ufffd", "\uffff", "\U0010ffff", "\ue000", "\x1c",
    " ", "  ", "   ", "\t", "\t\t", "\n", "\n\n", "\n\n\n", "\r\n", "\r\n\r\n", "\r", " \n ", "\u00a0", "\u2003", "\u3000", "\u2028", "\u2029", "\u0085", "\x0b", "\x0c",
    "!", "!!", "...", "—", "«", "»", "„", "“", "(", ")", "[", "]", "{", "_", "__init__", "+", "=", "$", "€", "^", "`", "´", "~", "©", "°", "<", ">", "<|", "|>",
    "\U00011de0", "\U00016ff4", "\u1c89", "\U0002ebf0",
]


def fragments() -> list[str]:
    """What lines are made of: the words of the texts, pieces with a meaning for some tokenizer, special tokens."""
    words: list[str] = []
    for text in texts.ENGLISH + texts.LANGUAGES + texts.CODE + texts.EMOJI + texts.ACCENTS + texts.NUMBERS:
        words += text.split(" ")
    return list(dict.fromkeys(word for word in words + MORE + MORE + texts.FRAGMENTS + SPECIAL if word))


class Random:
    """splitmix64."""

    def __init__(self, seed: int):
        self.state = seed

    def below(self, bound: int) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        value = self.state
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
        return (value ^ (value >> 31)) % bound


def line(number: int, pieces: list[str]) -> str:
    random = Random(number)
    kind = random.below(8)
    between = [" ", " ", " ", "", "\n", "\t", "  ", ""][kind]
    parts = []
    for _ in range(1 + random.below(20)):
        choice = random.below(100)
        if choice < 4:
            value = random.below(0x110000)
            parts.append("x" if 0xD800 <= value < 0xE000 else chr(value))
        elif choice < 7:
            parts.append(pieces[random.below(len(pieces))] * (1 + random.below(12)))
        elif choice < 8 and kind == 3:
            parts.append(pieces[random.below(len(pieces))] * (1 + random.below(120)))
        else:
            parts.append(pieces[random.below(len(pieces))])
    return between.join(parts)


def random_ids(number: int, size: int) -> list[int]:
    random = Random(1_000_000 + number)
    bound = [size, min(300, size), min(520, size)][random.below(3)]
    return [random.below(bound) for _ in range(1 + random.below(16))]


def digest(data: bytes) -> int:
    """FNV-1a of 32 bits."""
    value = 0x811C9DC5
    for byte in data:
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


# The forms.

FOLDED = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = FOLDED + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + REST
QWEN2 = FOLDED + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + REST
TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
).replace(r"\"", '"')
CHINESE = "[一-龥\u3040-ゟ゠-ヿ]+"


def split(pattern: str):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def bytes_after(*steps):
    return pre_tokenizers.Sequence([*steps, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def train(pre_tokenizer, corpus, size, normalizer=None, special=(), **options) -> dict:
    """A model trained on the corpus, as the object of its tokenizer.json."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(special), show_progress=False, min_frequency=2,
        max_token_length=128, **options)
    tokenizer.train_from_iterator(corpus, trainer)
    return json.loads(tokenizer.to_str())


def add(file: dict, *tokens: str, **options) -> None:
    """Adds tokens behind those that are there; an option like `single_word="<word>"` is true for the named one."""
    known = dict(file["model"]["vocab"]) | {token["content"]: token["id"] for token in file["added_tokens"]}
    for content in tokens:
        entry = {"id": known.get(content, len(known)), "content": content}
        known.setdefault(content, entry["id"])
        for option in ("single_word", "lstrip", "rstrip", "normalized", "special"):
            entry[option] = content in options.get(option, ())
        file["added_tokens"].append(entry)
    file["added_tokens"].sort(key=lambda token: token["id"])


def byte_level(pre_tokenizer, corpus, special, normalizer=None, template=None, size=1500, **model) -> dict:
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    file = train(pre_tokenizer, corpus, size, normalizer, initial_alphabet=sorted(alphabet))
    file["added_tokens"] = []
    file["decoder"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    file["post_processor"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
    file["model"].update(model)
    add(file, *special, special=special)
    if template:
        around(file, template)
    return file


def around(file: dict, token: str) -> None:
    """The template that puts a token before every text."""
    number = next(entry["id"] for entry in file["added_tokens"] if entry["content"] == token)
    template = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": token, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {token: {"id": token, "ids": [number], "tokens": [token]}},
    }
    before = file["post_processor"]
    file["post_processor"] = {"type": "Sequence", "processors": [before, template]} if before else template


def sentence_piece(corpus, normalized: bool, fallback=True, size=1500) -> dict:
    """A vocabulary as SentencePiece makes it, spelled with ▁; the steps around it are the caller's."""
    special = ["<unk>", "<s>", "</s>"] + ([f"<0x{byte:02X}>" for byte in range(256)] if fallback else [])
    # The most frequent characters, of equals the lower: the trainer would choose among equals by chance.
    counts = collections.Counter("".join(corpus).replace(" ", "▁"))
    alphabet = sorted(counts, key=lambda scalar: (-counts[scalar], scalar))[:450]
    file = train(
        pre_tokenizers.Metaspace(), corpus, size, special=special, limit_alphabet=450, initial_alphabet=sorted(alphabet))
    file["added_tokens"] = []
    add(file, "<unk>", "<s>", "</s>", special=["<unk>", "<s>", "</s>"],
        normalized=["<unk>", "<s>", "</s>"] if normalized else [])
    file["model"].update({"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": fallback})
    file["decoder"] = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    file["post_processor"] = None
    around(file, "<s>")
    return file


def metaspace(scheme: str, cuts: bool) -> dict:
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cuts}


def odd_tokens(file: dict, tokens: int | None, normalized=("<é>",)) -> None:
    """Tokens with every option, for the tests only: those that take white space along take Python quadratic time."""
    if tokens:
        return
    add(file, "<left>", "<right>", "<both>", "<word>", *normalized, "\n\n\n", lstrip=["<left>", "<both>"],
        rstrip=["<right>", "<both>"], single_word=["<word>"], normalized=normalized)


def ranks_of(file: dict) -> dict[bytes, int]:
    """The tokens of a byte-level vocabulary by rank: single bytes, then as merged."""
    scalars = {}
    moved = 0
    for byte in range(256):
        if 0x21 <= byte <= 0x7E or 0xA1 <= byte <= 0xAC or byte >= 0xAE:
            scalars[chr(byte)] = byte
        else:
            scalars[chr(256 + moved)] = byte
            moved += 1
    tokens = [bytes([byte]) for byte in range(256)]
    for left, right in file["model"]["merges"]:
        tokens.append(bytes(scalars[scalar] for scalar in left + right))
    return {token: rank for rank, token in enumerate(dict.fromkeys(tokens))}


def converted(ranks: dict[bytes, int], special: list[str]) -> dict:
    """A tiktoken file as a tokenizer.json: every pair of tokens that is a token merges, at that token's rank."""
    spelled = {}
    moved = 0
    for byte in range(256):
        if 0x21 <= byte <= 0x7E or 0xA1 <= byte <= 0xAC or byte >= 0xAE:
            spelled[byte] = chr(byte)
        else:
            spelled[byte] = chr(256 + moved)
            moved += 1

    def spell(token: bytes) -> str:
        return "".join(spelled[byte] for byte in token)

    merges = []
    for token in sorted(ranks, key=ranks.get):
        pairs = [(token[:cut], token[cut:]) for cut in range(1, len(token)) if token[:cut] in ranks and token[cut:] in ranks]
        merges += [[spell(left), spell(right)] for left, right in sorted(pairs, key=lambda p: (ranks[p[0]], ranks[p[1]]))]
    empty = Tokenizer(models.BPE())
    empty.normalizer = normalizers.NFC()
    empty.pre_tokenizer = bytes_after(split(QWEN2))
    empty.decoder = decoders.ByteLevel()
    file = json.loads(empty.to_str())
    file["model"].update({"vocab": {spell(token): rank for token, rank in ranks.items()}, "merges": merges})
    add(file, *special, special=special)
    return file


def hunyuan_special(extras: int) -> list[str]:
    return ["<|endoftext|>", "<|startoftext|>", "<|bos|>", "<|eos|>", "<|pad|>"] + [f"<|extra_{i}|>" for i in range(extras)]


def forms(corpus: list[str], tokens: int | None = None) -> dict[str, dict]:
    """All forms that are a tokenizer.json; `tokens` gives them a size other than that of the tests."""
    found = {}
    size = tokens or 1500
    found["gpt2"] = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), corpus, ["<|endoftext|>"], size=size)
    found["gpt2"]["post_processor"] = None
    odd_tokens(found["gpt2"], tokens)
    found["llama3"] = byte_level(
        bytes_after(split(LLAMA3)), corpus, ["<|begin_of_text|>", "<|endoftext|>", "<|eot_id|>"],
        template="<|begin_of_text|>", ignore_merges=True, size=size)
    found["qwen2"] = byte_level(
        bytes_after(split(QWEN2)), corpus, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], normalizers.NFC(), size=size)
    odd_tokens(found["qwen2"], tokens, ("<e\u0301>",))
    found["hunyuan-dense"] = byte_level(
        bytes_after(split(r"\p{N}{1,3}"), split(CHINESE), split(DEEPSEEK)), corpus,
        ["<｜hy_begin▁of▁sentence｜>", "<｜hy_User｜>", "<｜hy_place▁holder▁no▁2｜>", "<｜hy_▁pad▁｜>"],
        template="<｜hy_begin▁of▁sentence｜>", size=tokens or 2500)
    found["tekken"] = byte_level(
        bytes_after(split(TEKKEN)), corpus, ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"], template="<s>", ignore_merges=True, size=size)
    found["o200k"] = byte_level(bytes_after(split(O200K)), corpus, ["<|endoftext|>"], size=size)
    found["digits"] = byte_level(
        pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=True)]), corpus,
        ["<|endoftext|>"], size=size)
    found["llama2"] = sentence_piece(corpus, normalized=True, size=size)
    found["llama2"]["normalizer"] = {"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
    found["llama2"]["pre_tokenizer"] = None
    odd_tokens(found["llama2"], tokens)
    found["mistral"] = sentence_piece(corpus, normalized=False, size=size)
    found["mistral"]["pre_tokenizer"] = metaspace("first", False)
    add(found["mistral"], "[INST]", "[/INST]", special=["[INST]", "[/INST]"])
    odd_tokens(found["mistral"], tokens)
    found["metaspace"] = sentence_piece(corpus, normalized=False, fallback=False, size=size)
    found["metaspace"]["pre_tokenizer"] = metaspace("always", True)
    found["metaspace"]["decoder"] = metaspace("always", True)
    found["metaspace"]["model"]["fuse_unk"] = False
    return found


def hunyuan_ranks(corpus: list[str], tokens: int = 1800) -> dict[bytes, int]:
    return ranks_of(byte_level(bytes_after(split(QWEN2)), corpus, [], normalizers.NFC(), size=tokens))


def write_tiktoken(out: pathlib.Path, ranks: dict[bytes, int], special: list[str]) -> pathlib.Path:
    """A checkpoint folder with a `hy.tiktoken`, as far as a tokenizer needs it."""
    folder = out / "hunyuan-tiktoken"
    folder.mkdir(exist_ok=True)
    lines = [base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks.items()]
    (folder / "hy.tiktoken").write_bytes(b"".join(lines))
    (folder / "config.json").write_text(json.dumps({"vocab_size": len(ranks) + len(special)}) + "\n")
    return folder


class Side:
    """A form's tokenizer in Python."""

    def __init__(self, encode, decode, size):
        self.encode, self.decode, self.size = encode, decode, size


def by_tokenizers(file: dict) -> Side:
    tokenizer = Tokenizer.from_str(json.dumps(file))
    return Side(
        lambda text: tokenizer.encode(text, add_special_tokens=True).ids,
        lambda ids, skip: tokenizer.decode(ids, skip_special_tokens=skip), tokenizer.get_vocab_size())


def by_tiktoken(ranks: dict[bytes, int], special: list[str]) -> Side:
    """As the tokenizer beside Hunyuan's `hy.tiktoken` is: NFC, special tokens read in text, no template."""
    numbers = {token: len(ranks) + place for place, token in enumerate(special)}
    encoding = tiktoken.Encoding("hy", pat_str=QWEN2, mergeable_ranks=ranks, special_tokens=numbers)
    all_bytes = {rank: token for token, rank in ranks.items()} | {n: token.encode() for token, n in numbers.items()}
    return Side(
        lambda text: encoding.encode(unicodedata.normalize("NFC", text), allowed_special="all", disallowed_special=()),
        lambda ids, skip: b"".join(all_bytes[i] for i in ids if not (skip and i >= len(ranks))).decode("utf-8", "replace"),
        len(all_bytes))


def write(folder: pathlib.Path, side: Side, pieces: list[str]) -> None:
    sums, written = bytearray(), []
    for number in range(LINES):
        text = line(number, pieces)
        ids = side.encode(text)
        both = side.decode(ids, False).encode() + b"\0" + side.decode(ids, True).encode()
        sums += struct.pack("<II", digest(struct.pack(f"<{len(ids)}I", *ids)), digest(both))
        if number < WRITTEN:
            written.append(ids)
    for number in range(RANDOM):
        ids = random_ids(number, side.size)
        both = side.decode(ids, False).encode() + b"\0" + side.decode(ids, True).encode()
        sums += struct.pack("<I", digest(both))
    (folder / "digests.bin").write_bytes(bytes(sums))
    (folder / "ids.json").write_text(json.dumps(written, separators=(",", ":")) + "\n")


# What the tables of Unicode say, of which Swift has others than Python.

CLASSES = {
    "upper": r"[\p{Lu}\p{Lt}]", "lower": r"\p{Ll}", "uncased": r"[\p{Lm}\p{Lo}]", "mark": r"\p{M}", "number": r"\p{N}",
    "whitespace": r"\s", "punctuation": r"\p{P}", "symbol": r"\p{S}",
}


def scalars(end: int):
    return (chr(value) for value in range(end) if not 0xD800 <= value < 0xE000)


def members(pattern: str) -> list[int]:
    """The scalars that a pattern of the library matches."""
    kept = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    found = set()
    # Cut by U+0001, which none of them matches.
    for word, _ in kept.pre_tokenize_str("\x01".join(scalars(0x110000))):
        found.update(map(ord, word))
    return sorted(found)


def unicode_digests() -> dict:
    def of(numbers: list[int]) -> int:
        return digest(struct.pack(f"<{len(numbers)}I", *numbers))

    def digits() -> list[int]:
        return [ord(s) for s in scalars(0x110000) if len(pre_tokenizers.Digits(True).pre_tokenize_str(f"a{s}a")) == 3]

    def composed(normal) -> int:
        # Each alone, between a letter and a mark below it, and before a mark above it.
        return digest("".join(normal(f"{s} e{s}\u0323 {s}\u0301\u0334 ") for s in scalars(0x30000)).encode())

    return {
        "classes": {name: of(members(pattern)) for name, pattern in CLASSES.items()} | {"digits": of(digits())},
        "composedByTokenizers": composed(normalizers.NFC().normalize_str),
        "composedByPython": composed(lambda text: unicodedata.normalize("NFC", text)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "Tests/TokenizationTests/Resources/forms")
    options = parser.parse_args()
    pieces = fragments()
    corpus = [line(10_000 + number, pieces) for number in range(6000)]
    corpus += (ROOT / "docs/protocol.md").read_text().splitlines(True) * 2
    options.out.mkdir(parents=True, exist_ok=True)
    # ASCII, so that no editor or checkout normalizes the pieces or their line ends.
    (options.out / "fragments.json").write_text(json.dumps(pieces, separators=(",", ":")) + "\n")
    (options.out / "unicode.json").write_text(json.dumps(unicode_digests(), indent=1) + "\n")
    for name, file in forms(corpus).items():
        folder = options.out / name
        folder.mkdir(exist_ok=True)
        (folder / "tokenizer.json").write_text(json.dumps(file, separators=(",", ":")) + "\n")
        write(folder, by_tokenizers(file), pieces)
        print(name, len(file["model"]["vocab"]), len(file["added_tokens"]))
    ranks = hunyuan_ranks(corpus)
    special = hunyuan_special(205)
    write(write_tiktoken(options.out, ranks, special), by_tiktoken(ranks, special), pieces)
    file = converted(ranks, special)
    folder = options.out / "hunyuan-converted"
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(file, separators=(",", ":")) + "\n")
    write(folder, by_tokenizers(file), pieces)
    print("hunyuan", len(ranks))
    print("tokenizers", tokenizers.__version__, "tiktoken", tiktoken.__version__, "unicodedata", unicodedata.unidata_version)


if __name__ == "__main__":
    main()
