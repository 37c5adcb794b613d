"""Writes what the benchmark works on: random models, an expert, batches, rows, prompts and texts.

    python prepare.py --model 100m --base SEEDLING --folder .build/bench-models/100m --data MTL5 --rows 8 …

The texts are agnews of mtl5 where its folder is there, else the embedded demo's comments. All models share the tokenizer of
the embedded base, so that the same texts are the same ids everywhere.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import rounds  # noqa: F401  (puts the reference on the path)
import torch
from safetensors.torch import save_file
from transformers import HunYuanMoEV1Config, HunYuanMoEV1ForCausalLM, LlamaConfig, LlamaForCausalLM

from streams import Encoder, Row, Task, epoch_batches, read_task, test_rows, training_rows

SHAPES = {
    "100m": dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, num_key_value_heads=4,
                 intermediate_size=2048, vocab_size=32000),
    "500m": dict(hidden_size=896, num_hidden_layers=24, num_attention_heads=14, num_key_value_heads=2,
                 intermediate_size=4864, vocab_size=152000),
    "1.1b": dict(hidden_size=2048, num_hidden_layers=22, num_attention_heads=32, num_key_value_heads=4,
                 intermediate_size=5632, vocab_size=50304),
    "3b": dict(hidden_size=3072, num_hidden_layers=28, num_attention_heads=24, num_key_value_heads=8,
               intermediate_size=8192, vocab_size=50304),
}
# Hunyuan's mixture: one shared expert and sixteen routed ones of which a token visits one.
MIXTURES = {
    "mixture-tiny": dict(hidden_size=128, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2, head_dim=32,
                         intermediate_size=128, vocab_size=8192),
    "mixture-100m": dict(hidden_size=512, num_hidden_layers=8, num_attention_heads=8, num_key_value_heads=2, head_dim=64,
                         intermediate_size=512, vocab_size=32000),
}
MAX_LENGTH = 256
BATCHES = 24


def write_model(name: str, tokenizer_of: Path, folder: Path) -> None:
    torch.manual_seed(0)
    common = dict(max_position_embeddings=2048, rms_norm_eps=1e-5, tie_word_embeddings=True, bos_token_id=0,
                  eos_token_id=0, pad_token_id=3)
    if name in MIXTURES:
        rope = {"rope_type": "dynamic", "alpha": 1000.0, "factor": 1.0, "rope_theta": 10000.0}
        model = HunYuanMoEV1ForCausalLM(HunYuanMoEV1Config(
            **MIXTURES[name], **common, num_experts=16, moe_topk=1, rope_parameters=rope))
    else:
        model = LlamaForCausalLM(LlamaConfig(**SHAPES[name], **common))
    # In bfloat16, as nearly all published checkpoints are; the peers widen it to float32 when they load it.
    model.to(torch.bfloat16).save_pretrained(folder, max_shard_size="100GB")
    for file in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(tokenizer_of / file, folder)


def write_expert(base: Path, file: Path) -> None:
    """A LoRA of rank 8 whose second factors are not zero, so that a wrong product shows in the answers."""
    config = json.loads((base / "config.json").read_text())
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    draw = torch.Generator().manual_seed(1)
    tensors: dict[str, torch.Tensor] = {}
    for layer in range(config["num_hidden_layers"]):
        for name, inputs, outputs in (("gate_proj", hidden, inner), ("up_proj", hidden, inner), ("down_proj", inner, hidden)):
            tensors[f"layers.{layer}.{name}.A"] = torch.empty(8, inputs).uniform_(-1, 1, generator=draw) / inputs ** 0.5
            tensors[f"layers.{layer}.{name}.B"] = torch.empty(outputs, 8).normal_(0, 0.01, generator=draw)
    save_file(tensors, file)


def demo_task(file: Path) -> Task:
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    labels = sorted({line["label"] for line in lines})

    def rows(split: str) -> list[Row]:
        return [Row(line["text"], labels.index(line["label"])) for line in lines if line["split"] == split]

    return Task("comments", "Is this comment allowed?", "Answer:", labels, rows("train"), rows("test"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=["seedling", *SHAPES, *MIXTURES], required=True)
    parser.add_argument("--seedling", type=Path, required=True)
    parser.add_argument("--demo", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="where everything is written")
    parser.add_argument("--rows", type=int, required=True, help="rows of a training batch")
    parser.add_argument("--scored", type=int, required=True, help="test rows to score")
    parser.add_argument("--prompt-tokens", type=int, required=True, help="length of the prompts to generate after")
    options = parser.parse_args()
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    base: Path = options.seedling
    if options.model != "seedling":
        base = folder / "base"
        if not (base / "tokenizer.json").exists():
            write_model(options.model, options.seedling, base)
    if not (folder / "expert.safetensors").exists():
        write_expert(base, folder / "expert.safetensors")

    has_mtl5 = (options.data / "agnews").exists()
    task = read_task(options.data, "agnews") if has_mtl5 else demo_task(options.demo / "comments.jsonl")
    encoder = Encoder(options.seedling, MAX_LENGTH)
    numbers = training_rows(task, 0, 100)
    examples = encoder.examples(task, task.train, numbers)
    def plan(rows: int) -> list[list[int]]:
        return epoch_batches([example.length for example in examples], 0, task.name, 0, rows)[:BATCHES]

    scored = encoder.examples(task, task.test, test_rows(task, options.scored))
    length = options.prompt_tokens
    running = [token for row in task.test for token in encoder.ids(row.text)]
    running *= -(-32 * length // len(running))  # small sets are read more than once

    def write(name: str, value: dict) -> None:
        (folder / name).write_text(json.dumps(value))

    # One row a step: what is done once for a matrix weighs most.
    for name, rows in ("train", options.rows), ("train-few", 1):
        write(f"{name}.json", {"batches": [[{"prompt": examples[p].prompt, "answer": examples[p].answer} for p in batch]
                                           for batch in plan(rows)]})
    write("score.json", {"rows": [{"prompt": example.prompt, "label": example.label} for example in scored],
                         "labels": encoder.answers(task)})
    write("generate.json", {"prompts": [running[i * length:(i + 1) * length] for i in range(32)]})
    write("texts.json", {"texts": [row.text for row in task.train + task.test]})
    write("source.json", {"texts": "mtl5 agnews" if has_mtl5 else "demo comments", "training_rows_in_batch": options.rows,
                          "base": str(base)})


if __name__ == "__main__":
    main()
