"""Tokenizing by Python's `tokenizers`: `encode_batch` (default) or `encode_batch_fast`, which keeps no offsets (best).

A folder with a `hy.tiktoken` and no `tokenizer.json` is tokenized by `tiktoken`, text by text or by `encode_batch` (best).

The library reads its number of threads once, from RAYON_NUM_THREADS; so does this process.
"""

from __future__ import annotations

import base64
import json
import unicodedata
from pathlib import Path
from typing import Callable

import tokenizers

from rounds import arguments, peak_rss_bytes, requests, say, seconds


def by_tokenizers(folder: Path, peer: str) -> Callable[[list[str]], list[list[int]]]:
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    encode = tokenizer.encode_batch_fast if peer == "best" else tokenizer.encode_batch
    return lambda texts: [encoding.ids for encoding in encode(texts, add_special_tokens=False)]


def by_tiktoken(folder: Path, peer: str, threads: int) -> Callable[[list[str]], list[list[int]]]:
    import tiktoken

    import tokenizer_forms as forms

    lines = (folder / "hy.tiktoken").read_bytes().splitlines()
    ranks = {base64.b64decode(line.split()[0]): rank for rank, line in enumerate(lines)}
    special = {token: len(ranks) + place for place, token in enumerate(forms.hunyuan_special(205))}
    encoding = tiktoken.Encoding("hy", pat_str=forms.QWEN2, mergeable_ranks=ranks, special_tokens=special)

    def normal(text: str) -> str:
        return unicodedata.normalize("NFC", text)

    if peer == "best":
        return lambda texts: encoding.encode_batch(list(map(normal, texts)), num_threads=threads, allowed_special="all")
    return lambda texts: [encoding.encode(normal(text), allowed_special="all") for text in texts]


def main() -> None:
    options = arguments(__doc__, ("--base", {"type": Path}), ("--material", {"type": Path}))
    texts = json.loads(options.material.read_text())["texts"]
    if (options.base / "tokenizer.json").exists():
        encode = by_tokenizers(options.base, options.peer)
    else:
        encode = by_tiktoken(options.base, options.peer, options.threads)
    ids = encode(texts)

    def check(row: list[int]) -> int:
        total = 0
        for place, token in enumerate(row):
            total = (total + (place + 1) * token) % 1_000_003
        return total

    tokens = sum(map(len, ids))
    say({"versions": {"tokenizers": tokenizers.__version__}, "tokens": tokens, "checks": [check(row) for row in ids]})
    size = sum(len(text.encode()) for text in texts)
    for _ in requests():
        taken = seconds(lambda: encode(texts))
        say({"bytes": size, "tokens": tokens, "seconds": taken, "peak_rss_bytes": peak_rss_bytes()})


if __name__ == "__main__":
    main()
