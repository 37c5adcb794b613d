"""The protocol's dropout masks: a hash of key, packed token and column (docs/protocol.md, "Dropout")."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from streams import RandomStream


class MaskDraws:
    """Masks in the order of use; `begin` tells which tokens of the next batch are real."""

    def __init__(self, stream: RandomStream, probability: float) -> None:
        self.stream = stream
        self.threshold = np.uint32(int(probability * 2**32))
        self.scale = 1 / (1 - probability)

    def begin(self, real: Tensor) -> None:
        # Tokens are numbered without padding; what padding gets does not matter.
        numbers = (real.flatten().long().cumsum(0) - 1).clamp(min=0).reshape(real.shape)
        self.rows = numbers.numpy().astype(np.uint32)[..., None] * np.uint32(0x9E3779B1)

    def __call__(self, width: int) -> Tensor:
        """[rows, tokens, width]: 0 or 1 / (1 − p)."""
        key = self.stream.next()
        x = self.rows + (np.arange(width, dtype=np.uint32) + np.uint32(key & 0xFFFFFFFF))
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x7FEB352D)
        x ^= x >> np.uint32(15)
        x ^= np.uint32(key >> 32)
        x *= np.uint32(0x846CA68B)
        x ^= x >> np.uint32(16)
        return torch.from_numpy((x >= self.threshold).astype(np.float32)).mul_(self.scale)
