"""Label scoring by transformers + PEFT: the total log-probability of every label after every prompt.

`--peer default`: one row for each pair of prompt and label, in the order of the file, padded batches, logits of all
positions. `--peer tuned`: the same rows, sorted by length, in batches of bounded size, logits only where a label's token is
predicted. `--peer best`: prompts sorted by length in batches of bounded size; each prompt computed once, all labels behind
it in the same row (mask and positions keep them apart), logits only where a label's token is predicted.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
import transformers

from rounds import arguments, peak_rss_bytes, requests, say, seconds, versions

from lora_model import DTYPE, computing, load_base, with_expert
from output_head import label_scores, make_batch

PAIRS_IN_BATCH = 16
TOKENS_IN_BATCH = 6144


def default_scores(model, rows: list[dict], labels: list[list[int]], pad: int) -> list[list[float]]:
    pairs = [(row["prompt"], label) for row in rows for label in labels]
    scores: list[float] = []
    for start in range(0, len(pairs), PAIRS_IN_BATCH):
        batch = make_batch(pairs[start:start + PAIRS_IN_BATCH], pad)
        logits = model(input_ids=batch.ids, attention_mask=batch.real.long()).logits
        chosen = logits[:, :-1].log_softmax(-1).gather(2, batch.ids[:, 1:, None])[..., 0]
        scores += (chosen * batch.answer[:, 1:]).sum(1).tolist()
    return [scores[i:i + len(labels)] for i in range(0, len(scores), len(labels))]


def tuned_scores(model, rows: list[dict], labels: list[list[int]], pad: int) -> list[list[float]]:
    """`model`: a causal LM of transformers whose adapter is merged."""
    pairs = [(row["prompt"], label) for row in rows for label in labels]
    scores = [0.0] * len(pairs)
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0]) + len(pairs[i][1]))
    while order:
        count = 1
        while count < len(order) and (count + 1) * sum(map(len, pairs[order[count]])) <= TOKENS_IN_BATCH:
            count += 1
        chosen, order = order[:count], order[count:]
        batch = make_batch([pairs[i] for i in chosen], pad)
        states = model.model(input_ids=batch.ids, attention_mask=batch.real.long()).last_hidden_state[:, :-1]
        row, place = batch.answer[:, 1:].bool().nonzero(as_tuple=True)
        logits = model.lm_head(states[row, place])
        values = logits.log_softmax(-1).gather(1, batch.ids[row, place + 1][:, None])[:, 0]
        sums = torch.zeros(len(chosen), dtype=values.dtype).index_add_(0, row, values).tolist()
        for i, value in zip(chosen, sums):
            scores[i] = value
    return [scores[i:i + len(labels)] for i in range(0, len(scores), len(labels))]


def best_scores(base, rows: list[dict], labels: list[list[int]], pad: int) -> list[list[float]]:
    extra = sum(len(label) - 1 for label in labels)
    result: list[list[float]] = [[]] * len(rows)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["prompt"]))
    while order:
        count = 1
        while count < len(order) and (count + 1) * (len(rows[order[count]]["prompt"]) + extra) <= TOKENS_IN_BATCH:
            count += 1
        chosen, order = order[:count], order[count:]
        table = label_scores(base, [rows[i]["prompt"] for i in chosen], labels, pad).tolist()
        for i, row in zip(chosen, table):
            result[i] = row
    return result


def main() -> None:
    options = arguments(__doc__, ("--base", {"type": Path}), ("--material", {"type": Path}), ("--expert", {"type": Path}), DTYPE)
    torch.set_num_threads(options.threads)
    transformers.utils.logging.disable_progress_bar()
    material = json.loads(options.material.read_text())
    model = with_expert(load_base(options.base, options.dtype), options.expert)
    pad = model.config.pad_token_id or 0

    @torch.inference_mode()
    def predictions() -> list[int]:
        scored = best_scores if options.peer == "best" else default_scores
        with computing(options.dtype):
            table = scored(model.get_base_model() if options.peer == "best" else model, material["rows"],
                           material["labels"], pad)
        return [row.index(max(row)) for row in table]

    say({"versions": versions(), "threads": torch.get_num_threads(), "predictions": predictions(),
         "settings": {"setting": options.dtype}})
    for _ in requests():
        say({"seconds": seconds(predictions), "examples": len(material["rows"]), "peak_rss_bytes": peak_rss_bytes()})


if __name__ == "__main__":
    main()
