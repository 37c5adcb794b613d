"""Tokenizing by Python's `tokenizers`: `encode_batch` (default) or `encode_batch_fast`, which keeps no offsets (best).

The library reads its number of threads once, from RAYON_NUM_THREADS; so does this process.
"""

from __future__ import annotations

import json
from pathlib import Path

import tokenizers

from rounds import arguments, peak_rss_bytes, requests, say, seconds


def main() -> None:
    options = arguments(__doc__, ("--base", {"type": Path}), ("--material", {"type": Path}))
    texts = json.loads(options.material.read_text())["texts"]
    tokenizer = tokenizers.Tokenizer.from_file(str(options.base / "tokenizer.json"))
    encode = tokenizer.encode_batch_fast if options.peer == "best" else tokenizer.encode_batch
    ids = [encoding.ids for encoding in encode(texts, add_special_tokens=False)]

    def check(row: list[int]) -> int:
        total = 0
        for place, token in enumerate(row):
            total = (total + (place + 1) * token) % 1_000_003
        return total

    tokens = sum(map(len, ids))
    say({"versions": {"tokenizers": tokenizers.__version__}, "tokens": tokens, "checks": [check(row) for row in ids]})
    size = sum(len(text.encode()) for text in texts)
    for _ in requests():
        taken = seconds(lambda: encode(texts, add_special_tokens=False))
        say({"bytes": size, "tokens": tokens, "seconds": taken, "peak_rss_bytes": peak_rss_bytes()})


if __name__ == "__main__":
    main()
