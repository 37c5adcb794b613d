"""What `accrete predict` computes, by transformers + PEFT: the labels of texts under an adapter that `accrete` has learned.

    python predict.py --base FOLDER --adapter FOLDER --rows FILE --task FILE --peer default|tuned|best --threads N

Loads, then times tokenizing and scoring of all rows, as `score.py` does it (the peers are described there), with the task's
calibration; `tuned` has the adapter merged into the base. Prints one JSON line: seconds, rows and labels.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
import transformers
from peft import PeftModel

from rounds import arguments, peak_rss_bytes, say, seconds, versions

from lora_model import load_base
from score import best_scores, default_scores, tuned_scores
from streams import Encoder, Row, Task

MAX_LENGTH = 256


def main() -> None:
    options = arguments(
        __doc__, ("--base", {"type": Path}), ("--adapter", {"type": Path}), ("--rows", {"type": Path}), ("--task", {"type": Path}))
    torch.set_num_threads(options.threads)
    transformers.utils.logging.disable_progress_bar()
    model = PeftModel.from_pretrained(load_base(options.base), options.adapter).eval()
    if options.peer == "tuned":
        model = model.merge_and_unload()
    form = json.loads(options.task.read_text())
    # As Accrete reads them: without white space at their ends.
    texts = [json.loads(line)["text"].strip() for line in options.rows.read_text(encoding="utf-8").splitlines()]
    encoder = Encoder(options.base, MAX_LENGTH)
    task = Task(form["name"], form["instruction"], form["cue"], form["labels"], [], [Row(text, 0) for text in texts])
    pad = model.config.pad_token_id or 0
    labels: list[str] = []

    @torch.inference_mode()
    def answer() -> None:
        rows = [{"prompt": example.prompt} for example in encoder.examples(task, task.test, range(len(texts)))]
        ids = encoder.answers(task)
        if options.peer == "best":
            table = best_scores(model.get_base_model(), rows, ids, pad)
        elif options.peer == "tuned":
            table = tuned_scores(model, rows, ids, pad)
        else:
            table = default_scores(model, rows, ids, pad)
        scores = torch.tensor(table, dtype=torch.float64).log_softmax(1) * form["weight"] + torch.tensor(form["bias"], dtype=torch.float64)
        labels.extend(form["labels"][i] for i in scores.argmax(1).tolist())

    spent = seconds(answer)
    say({"seconds": spent, "rows": len(texts), "labels": labels, "peak_rss_bytes": peak_rss_bytes(), "versions": versions()})


if __name__ == "__main__":
    main()
