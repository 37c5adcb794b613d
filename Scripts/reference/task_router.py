"""Linear discriminant analysis on features of the frozen base (docs/methods.md, accrete; `accrete methods` names the formulas)."""

from __future__ import annotations

import torch
from torch import Tensor


class DiscriminantRouter:
    """Keeps every row: what the program adds up task by task is computed at once here."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.rows: list[Tensor] = []  # of each task, float64 [rows, width]

    def learn(self, features: Tensor) -> None:
        self.rows.append(features.double())

    @property
    def means(self) -> Tensor:
        return torch.stack([rows.mean(0) for rows in self.rows])

    @property
    def scatter(self) -> Tensor:
        """Σ over tasks and rows of (x − μ_t)(x − μ_t)ᵀ. [width, width]"""
        centred = torch.cat([rows - rows.mean(0) for rows in self.rows])
        return centred.T @ centred

    def nearest(self, features: Tensor) -> list[int]:
        distances = (self.means - features.double().mean(0)).norm(dim=1)
        return torch.argsort(distances, stable=True).tolist()

    def decisions(self, features: Tensor, unknown: float = 2.5) -> list[dict[str, float | int | None]]:
        """Oracle approximating shrinkage (Chen, Wiesel, Eldar, Hero, eq. 23), then the nearest mean."""
        d = self.width
        n = sum(len(rows) for rows in self.rows)
        c = self.scatter / n
        trace, square = c.trace().item(), (c @ c).trace().item()
        gamma = min(1.0, ((1 - 2 / d) * square + trace**2) / ((n + 1 - 2 / d) * (square - trace**2 / d)))
        shrunk = (1 - gamma) * c + gamma * trace / d * torch.eye(d, dtype=torch.float64)
        inverse = torch.linalg.inv(shrunk)
        u = (inverse @ c).trace().item()
        of_task = n / len(self.rows)
        f = of_task / (of_task - 1)
        usual = f**2 * u / (1 - (1 - gamma) * f * u / n)
        result: list[dict[str, float | int | None]] = []
        for x in features.double():
            squared = torch.stack([(x - mean) @ inverse @ (x - mean) for mean in self.means])
            best = int(squared.argmin())
            distance = squared[best].item() / usual
            result.append({
                "arrival": None if distance > unknown else best, "distance": distance,
                "confidence": torch.softmax(-squared / 2, 0)[best].item()})
        return result


def leave_one_out(codes: Tensor, labels: list[int]) -> float:
    """The share of rows that a ridge classifier fitted to all other rows tells right: one fit for each row."""
    x = codes.double()
    x = (x - x.mean(0)) / (x.var(0, unbiased=False) + 1e-12).sqrt()
    x = torch.cat([x, torch.ones(len(x), 1, dtype=torch.float64)], 1)
    classes = sorted(set(labels))
    y = torch.tensor([[1.0 if label == c else -1.0 for c in classes] for label in labels], dtype=torch.float64)
    right = 0
    for i in range(len(x)):
        others = [j for j in range(len(x)) if j != i]
        a, b = x[others], y[others]
        beta = torch.linalg.solve(a.T @ a + torch.eye(x.shape[1], dtype=torch.float64), a.T @ b)
        right += classes[int((x[i] @ beta).argmax())] == labels[i]
    return right / len(x)
