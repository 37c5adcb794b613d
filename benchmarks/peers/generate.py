"""Greedy generation by transformers' `generate` with PEFT's LoRA attached: a fixed number of new tokens."""

from __future__ import annotations

import json
from pathlib import Path

import torch
import transformers

from rounds import arguments, peak_rss_bytes, requests, say, seconds, versions

from lora_model import DTYPE, computing, load_base, with_expert


def main() -> None:
    options = arguments(__doc__, ("--base", {"type": Path}), ("--material", {"type": Path}), ("--expert", {"type": Path, "required": False}),
                        ("--new-tokens", {"type": int, "default": 64}), DTYPE)
    torch.set_num_threads(options.threads)
    transformers.utils.logging.disable_progress_bar()
    prompts = torch.tensor(json.loads(options.material.read_text())["prompts"])
    base = load_base(options.base, options.dtype)
    model = with_expert(base, options.expert) if options.expert else base.eval()
    # No end token, so that the work is fixed; everything else as `generate` has it.
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = model.config.pad_token_id or 0

    def generate(rows: int) -> torch.Tensor:
        ids = prompts[:rows]
        with computing(options.dtype):
            result = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=options.new_tokens,
                                    do_sample=False)
        return result[:, ids.shape[1]:]

    generated = generate(len(prompts))
    assert generated.shape[1] == options.new_tokens, generated.shape
    say({"versions": versions(), "threads": torch.get_num_threads(), "generated": generated.tolist(),
         "settings": {"setting": options.dtype}})
    for rows in requests():
        taken = seconds(lambda: generate(rows))
        say({"rows": rows, "tokens": rows * options.new_tokens, "seconds": taken, "peak_rss_bytes": peak_rss_bytes()})


if __name__ == "__main__":
    main()
