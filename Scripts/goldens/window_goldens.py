#!/usr/bin/env python3
"""What docs/pretraining.md says of text, tokens and windows, written again: the goldens of PretrainingTests' Corpus.

    python Scripts/goldens/window_goldens.py --resources Tests/PretrainingTests/Resources

Only the standard library is used. `windows.json` has permutations, mixtures, plans, hashes of documents and the digests of
shards; it is the same wherever it is made. With `--gzip` it also writes `gzip/*.gz`, packed in every way that zlib has, whose
bytes may differ with the version of zlib; what they hold is `text(COUNT)` of this file.
"""

import argparse
import gzip
import hashlib
import json
import struct
import zlib
from pathlib import Path

MASK = (1 << 64) - 1


class Stream:
    """`RandomStream` of docs/protocol.md."""

    def __init__(self, *key: object) -> None:
        self.state = fnv("/".join(str(part) for part in key).encode())

    def next(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        return mix(self.state)

    def below(self, n: int) -> int:
        return self.next() * n >> 64

    def shuffle(self, items: list) -> None:
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]


def fnv(data: bytes) -> int:
    value = 14695981039346656037
    for byte in data:
        value = (value ^ byte) * 1099511628211 & MASK
    return value


def mix(z: int) -> int:
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def permuted(place: int, n: int, seed: int, source: str, length: int, epoch: int) -> int:
    stream = Stream(seed, "windows", source, length, epoch)
    keys = [stream.next() for _ in range(6)]
    h = 1
    while 1 << 2 * h < n:
        h += 1
    low = (1 << h) - 1
    x = place
    while True:
        left, right = x >> h, x & low
        for key in keys:
            left, right = right, left ^ (mix((right + key) & MASK) & low)
        x = left << h | right
        if x < n:
            return x


def shares(weights: list[float]) -> list[int]:
    total = 0.0
    for weight in weights:  # `sum` rounds otherwise since Python 3.12
        total += weight
    quotas = [weight / total * 1024 for weight in weights]
    result = [int(quota) for quota in quotas]
    for j in sorted(range(len(weights)), key=lambda j: (-(quotas[j] - result[j]), j))[: 1024 - sum(result)]:
        result[j] += 1
    return result


def block(weights: list[float], seed: int, stage: int, number: int) -> list[int]:
    order = [j for j, share in enumerate(shares(weights)) for _ in range(share)]
    Stream(seed, "mixture", stage, number).shuffle(order)
    return order


def plan(seed: int, sources: list[tuple[str, int]], stages: list[dict]) -> list[list[int]]:
    """[source, window, sequence length, epoch, stage] of every place, walked from the first to the last."""
    taken: dict[tuple[int, int], int] = {}
    result = []
    for number, stage in enumerate(stages):
        weights = [stage["weights"].get(name, 0) for name, _ in sources]
        length = stage["sequenceLength"]
        for offset in range(stage["count"]):
            source = block_cached(tuple(weights), seed, number, offset // 1024)[offset % 1024]
            name, tokens = sources[source]
            n = (tokens - 1) // length
            k = taken.get((source, length), 0)
            taken[source, length] = k + 1
            result.append([source, permuted(k % n, n, seed, name, length, k // n), length, k // n, number])
    return result


CACHE: dict[tuple, list[int]] = {}


def block_cached(*key) -> list[int]:
    if key not in CACHE:
        CACHE[key] = block(list(key[0]), *key[1:])
    return CACHE[key]


def documents() -> list[str]:
    stream = Stream("documents")
    words = ["one", "two", "größer", "Ж", "😀", "a\nb", "\u2028", "", "x" * 40]
    return [" ".join(words[stream.below(len(words))] for _ in range(stream.below(12))) for _ in range(400)]


def shards(texts: list[str], held_out: float, size: int, bytes_per_token: int) -> dict:
    """Shards of a tokenizer that has every UTF-8 byte as a token, and 256 as the end token."""
    streams: dict[str, list[list[int]]] = {"train": [], "held-out": []}
    empty = 0
    for text in texts:
        data = text.encode()
        if not data:
            empty += 1
            continue
        streams["held-out" if fnv(data) % 10_000 < held_out * 10_000 else "train"].append([*data, 256])
    result = {"emptyDocuments": empty, "textBytes": sum(len(text.encode()) for text in texts)}
    for side, lists in streams.items():
        flat = [token for tokens in lists for token in tokens]
        pieces = [flat[i:i + size] for i in range(0, len(flat), size)]
        packed = [struct.pack(f"<{len(piece)}{'H' if bytes_per_token == 2 else 'I'}", *piece) for piece in pieces]
        result[side] = [
            {"tokens": len(piece), "documents": piece.count(256), "digest": "sha256:" + hashlib.sha256(data).hexdigest()}
            for piece, data in zip(pieces, packed)]
    return result


def text(count: int) -> bytes:
    """Bytes with long and short repetitions and some that are like nothing before."""
    stream = Stream("gzip")
    data = bytearray()
    while len(data) < count:
        kind = stream.below(8)
        if kind < 3 and data:
            start, size = stream.below(len(data)), 3 + stream.below(300)
            for i in range(size):
                data.append(data[start + i])
        elif kind == 3:
            data += bytes([97 + stream.below(26)]) * (1 + stream.below(600))
        else:
            data += bytes(32 + stream.below(90) for _ in range(1 + stream.below(30)))
    return bytes(data[:count])


def pack(data: bytes, level: int = 6, strategy: int = zlib.Z_DEFAULT_STRATEGY, memory: int = 8) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, 31, memory, strategy)
    return packer.compress(data) + packer.flush()


def header(data: bytes) -> bytes:
    """A member with every field that a header may have."""
    head = b"\x1f\x8b\x08" + bytes([1 | 2 | 4 | 8 | 16]) + b"\x01\x02\x03\x04\x00\x03" + struct.pack("<H", 5) + b"extra"
    head += b"name.txt\0" + b"a comment\0"
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = raw.compress(data) + raw.flush()
    return head + struct.pack("<H", zlib.crc32(head) & 0xFFFF) + body + struct.pack("<II", zlib.crc32(data), len(data))


def write_gzip(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    data = text(150_000)
    files = {
        "default-150000": pack(data), "best-150000": pack(data, 9), "fast-150000": pack(data, 1),
        "huffman-40000": pack(data[:40_000], 9, zlib.Z_HUFFMAN_ONLY), "fixed-20000": pack(data[:20_000], 9, zlib.Z_FIXED),
        "runs-20000": pack(data[:20_000], 9, zlib.Z_RLE), "small-blocks-150000": pack(data, 9, memory=1),
        "stored-5000": pack(data[:5_000], 0), "empty-0": pack(b""), "one-1": pack(data[:1]),
        "members-9000": pack(data[:1_000]) + pack(b"") + pack(data[1_000:1_001], 0) + header(data[1_001:9_000]),
        "header-9000": header(data[:9_000]), "padded-3000": pack(data[:3_000]) + bytes(512),
    }
    for name, packed in files.items():
        size = int(name.rsplit("-", 1)[1])
        assert gzip.decompress(packed) == data[:size], name
        (folder / f"{name}.gz").write_bytes(packed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=Path, required=True)
    parser.add_argument("--gzip", action="store_true")
    arguments = parser.parse_args()

    permutations = []
    for n, seed, source, length, epoch in [
        (1, 0, "web", 4, 0), (2, 0, "web", 4, 0), (3, 1, "web", 8, 0), (4, 1, "web", 8, 1), (5, 2, "books", 8, 0),
        (16, 3, "books", 16, 2), (17, 3, "books", 16, 2), (64, 4, "a-b.c", 512, 0), (1000, 18446744073709551615, "x", 2048, 7),
        (65_536, 5, "web", 1024, 0), (65_537, 5, "web", 1024, 0), (2_147_483_655, 6, "web", 4096, 1), (1 << 52, 7, "web", 1, 0),
    ]:
        places = list(range(min(n, 40))) + [n - 1]
        permutations.append({
            "count": n, "seed": str(seed), "source": source, "sequenceLength": length, "epoch": epoch, "places": places,
            "windows": [permuted(place, n, seed, source, length, epoch) for place in places]})

    mixtures = []
    for weights, seed, stage, number in [
        ([1.0], 0, 0, 0), ([1.0, 1.0, 1.0], 1, 0, 3), ([0.7, 0.2, 0.1], 2, 1, 0), ([3.0, 0.0, 5.0], 3, 2, 12345678),
        ([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 4, 0, 1), ([1e-3, 2e300, 1e300], 5, 0, 0), ([1, 1023], 6, 0, 0),
    ]:
        mixtures.append({"weights": weights, "seed": seed, "stage": stage, "block": number, "shares": shares(weights),
                         "sources": "".join(str(j) for j in block(weights, seed, stage, number))})

    sources = [("web", 40_000), ("books", 3_001), ("code", 777)]
    stages = [
        {"firstWindow": 0, "count": 2500, "weights": {"web": 0.75, "books": 0.25}, "sequenceLength": 16},
        {"firstWindow": 2500, "count": 1024, "weights": {"web": 1, "books": 1, "code": 1}, "sequenceLength": 64},
        {"firstWindow": 3524, "count": 1, "weights": {"code": 1}, "sequenceLength": 16},
        {"firstWindow": 3525, "count": 1475, "weights": {"web": 5, "code": 3}, "sequenceLength": 16},
    ]
    walk = plan(9, sources, stages)
    text_digest = hashlib.sha256("\n".join(" ".join(map(str, window)) for window in walk).encode()).hexdigest()
    chosen = sorted({*range(0, 12), *range(1018, 1030), *range(2494, 2506), *range(3518, 3532), 4999, *range(0, 5000, 97)})

    texts = documents()
    result = {
        "permutations": permutations,
        "mixtures": mixtures,
        "plan": {"seed": 9, "sources": [{"name": name, "tokens": tokens} for name, tokens in sources], "stages": stages,
                 "digest": f"sha256:{text_digest}", "places": [[place, *walk[place]] for place in chosen]},
        "hashes": [{"text": t, "hash": str(fnv(t.encode()))} for t in ["", "a", "foobar", "größer Ж 😀\n"]],
        "shards": [{"heldOut": share, "size": size, "bytesPerToken": width} | shards(texts, share, size, width)
                   for share, size, width in [(0.002, 1000, 2), (0.25, 1000, 2), (0.25, 333, 4), (0.0, 1 << 24, 4)]],
        "documents": texts,
        "gzipText": "sha256:" + hashlib.sha256(text(150_000)).hexdigest(),
    }
    arguments.resources.mkdir(parents=True, exist_ok=True)
    (arguments.resources / "windows.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    if arguments.gzip:
        write_gzip(arguments.resources / "gzip")


if __name__ == "__main__":
    main()
