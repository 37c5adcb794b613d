"""The machine's fp32 matrix-product peak: the fastest of a few products of two square matrices, by PyTorch."""

from __future__ import annotations

import torch

from rounds import arguments, requests, say, seconds

SIZE = 2048
REPEATS = 5


def main() -> None:
    options = arguments(__doc__)
    torch.set_num_threads(options.threads)
    a, b = torch.randn(SIZE, SIZE), torch.randn(SIZE, SIZE)
    result = torch.empty(SIZE, SIZE)
    torch.mm(a, b, out=result)
    say({"size": SIZE, "repeats": REPEATS, "threads": options.threads})
    for _ in requests():
        best = min(seconds(lambda: torch.mm(a, b, out=result)) for _ in range(REPEATS))
        say({"flops_per_second": 2 * SIZE ** 3 / best})


if __name__ == "__main__":
    main()
