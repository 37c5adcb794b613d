"""Releases that move while requests run: what each answer may be."""

from __future__ import annotations

from dataclasses import dataclass

from asking import Answer


@dataclass(frozen=True)
class Move:
    """A command that changed which version a name means."""

    kind: str
    before: str
    after: str
    # When the command began and ended, and when the first answer by the new version and the first list of models with it had come.
    began: float
    ended: float
    answered: float
    listed: float

    @property
    def seconds(self) -> float:
        """From the command's end; one that was served before that took no time."""
        return max(0.0, self.answered - self.ended)

    @property
    def seconds_listed(self) -> float:
        return max(0.0, self.listed - self.ended)


def violations(answers: list[Answer], moves: list[Move]) -> dict[str, int]:
    """How many answers are not what they must be. `failed`: requests that were dropped. `third`: by a version that was not released between
    sending and the last byte. `mixed`: a stream that names two versions. `stale`: by the old version, though sent after the new one had
    answered. `digests`: a version with two digests."""
    found = {"failed": 0, "third": 0, "mixed": 0, "stale": 0, "digests": 0}
    digests: dict[str, str] = {}
    for answer in answers:
        if answer.failed or answer.model is None:
            found["failed"] += 1
            continue
        if answer.named - {answer.model}:
            found["mixed"] += 1
        if answer.digest and digests.setdefault(answer.model, answer.digest) != answer.digest:
            found["digests"] += 1
        # Versions are looked up when a request comes: those that were released at some moment since it was sent.
        past = [move for move in moves if move.answered <= answer.sent]
        during = [move for move in moves if move.answered > answer.sent and move.began <= answer.ended]
        allowed = {move.after for move in during} | ({past[-1].after} if past else {moves[0].before} if moves else set())
        if answer.model not in allowed:
            known = {name for move in moves for name in (move.before, move.after)}
            found["stale" if answer.model in known else "third"] += 1
    return found
