"""Output heads: the loss over answer tokens, the scores of all labels in one pass, and the linear head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import LlamaForCausalLM

from streams import PAD, Example


@dataclass(frozen=True)
class Batch:
    """Rows padded on the right. `answer` marks the answer tokens, the end token included."""

    ids: Tensor  # [rows, tokens]
    real: Tensor  # [rows, tokens] bool
    answer: Tensor  # [rows, tokens] bool

    @property
    def prompt_lengths(self) -> Tensor:
        return self.real.sum(1) - self.answer.sum(1)


def make_batch(rows: Sequence[tuple[list[int], list[int]]], pad: int = PAD) -> Batch:
    """A batch of (prompt, answer) rows."""
    width = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids = torch.full((len(rows), width), pad)
    real = torch.zeros(len(rows), width, dtype=torch.bool)
    answers = torch.zeros(len(rows), width, dtype=torch.bool)
    for i, (prompt, answer) in enumerate(rows):
        end = len(prompt) + len(answer)
        ids[i, :end] = torch.tensor(prompt + answer)
        real[i, :end] = True
        answers[i, len(prompt):end] = True
    return Batch(ids, real, answers)


def hidden_states(base: LlamaForCausalLM, ids: Tensor, mask: Tensor | None = None,
                  positions: Tensor | None = None) -> Tensor:
    """Final-normed hidden states. Without a mask attention is causal, which keeps right padding away from real tokens."""
    return base.model(input_ids=ids, attention_mask=mask, position_ids=positions, use_cache=False).last_hidden_state


def answer_loss(base: LlamaForCausalLM, batch: Batch) -> Tensor:
    """Cross-entropy of the answer tokens, mean over all answer tokens of the batch."""
    hidden = hidden_states(base, batch.ids)[:, :-1]
    wanted = batch.answer[:, 1:]
    return F.cross_entropy(base.lm_head(hidden[wanted]), batch.ids[:, 1:][wanted])


def head_logits(base: LlamaForCausalLM, head: Tensor, batch: Batch) -> Tensor:
    """The linear head on the final-normed hidden state of each row's last prompt token."""
    hidden = hidden_states(base, batch.ids)
    last = hidden[torch.arange(len(hidden)), batch.prompt_lengths - 1]
    return F.linear(last, head)


def label_scores(base: LlamaForCausalLM, prompts: Sequence[list[int]], answers: Sequence[list[int]],
                 pad: int = PAD) -> Tensor:
    """Total log-probability of every answer after every prompt, [rows, answers], in one pass.

    A row is [prompt | padding | answer 1 | answer 2 | …], each answer without its last token, whose output nobody needs.
    An answer's tokens see the row's prompt and themselves; their positions continue the prompt's.
    """
    bodies = [answer[:-1] for answer in answers]
    prompt_width, tail = max(map(len, prompts)), sum(map(len, bodies))
    width = prompt_width + tail
    lengths = torch.tensor([len(p) for p in prompts])
    ids = torch.full((len(prompts), width), pad)
    for i, prompt in enumerate(prompts):
        ids[i, :len(prompt)] = torch.tensor(prompt)
    ids[:, prompt_width:] = torch.tensor([token for body in bodies for token in body])

    positions = torch.arange(width).repeat(len(prompts), 1)
    mask = torch.zeros(len(prompts), width, width, dtype=torch.bool)
    mask[:, :prompt_width, :prompt_width] = torch.ones(prompt_width, prompt_width, dtype=torch.bool).tril()
    mask[:, prompt_width:, :prompt_width] = (torch.arange(prompt_width) < lengths[:, None])[:, None]
    start = prompt_width
    for body in bodies:
        end = start + len(body)
        mask[:, start:end, start:end] = torch.ones(len(body), len(body), dtype=torch.bool).tril()
        positions[:, start:end] = lengths[:, None] + torch.arange(len(body))
        start = end

    hidden = hidden_states(base, ids, mask[:, None], positions)
    last = hidden[torch.arange(len(prompts)), lengths - 1]
    first = F.log_softmax(base.lm_head(last), dim=-1)  # [rows, vocabulary]
    later = F.log_softmax(base.lm_head(hidden[:, prompt_width:]), dim=-1)  # [rows, tail, vocabulary]
    scores: list[Tensor] = []
    start = 0
    for answer in answers:
        score = first[:, answer[0]]
        for offset, token in enumerate(answer[1:]):
            score = score + later[:, start + offset, token]
        scores.append(score)
        start += len(answer) - 1
    return torch.stack(scores, dim=1)


@torch.no_grad()
def predict(base: LlamaForCausalLM, examples: Sequence[Example], answers: Sequence[list[int]],
            batch_size: int = 32) -> list[int]:
    """The best label of every example; the first one wins a tie. Rows of like length share a batch."""
    result = [0] * len(examples)
    by_length = sorted(range(len(examples)), key=lambda i: len(examples[i].prompt))
    for start in range(0, len(by_length), batch_size):
        chosen = by_length[start:start + batch_size]
        scores = label_scores(base, [examples[i].prompt for i in chosen], answers)
        for i, row in zip(chosen, scores.tolist()):
            result[i] = row.index(max(row))
    return result
