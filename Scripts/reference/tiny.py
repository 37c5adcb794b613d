"""The tiny random Llama of the goldens, in three forms on disk, and fixed values for its experts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

from lora import LoraModel, LoraShape
from moe_cl import MoEModel
from output_head import Batch, make_batch
from streams import Draws, RandomStream

SHAPE = LoraShape(rank=4, alpha=8.0, dropout=0.0)
TASKS = 3  # K
TASK = 1  # the task being learned
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "vocab_size": 96,
    "max_position_embeddings": 64,
    "rms_norm_eps": 1e-05,
    "rope_theta": 10000.0,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
    "attention_bias": False,
    "mlp_bias": False,
    "bos_token_id": 0,
    "eos_token_id": 0,
    "pad_token_id": 3,
}


def random_state() -> dict[str, Tensor]:
    """Weights large enough that every part of the network matters; norms are not ones."""
    generator = torch.Generator().manual_seed(1)
    with torch.device("meta"):
        shapes = {name: t.shape for name, t in LlamaForCausalLM(LlamaConfig(**CONFIG)).state_dict().items()}
    state: dict[str, Tensor] = {}
    for name, shape in shapes.items():
        noise = torch.randn(shape, generator=generator)
        if "norm" in name:
            state[name] = 1 + 0.2 * noise
        elif "embed_tokens" in name:
            state[name] = 0.5 * noise
        else:
            state[name] = 1.5 * noise / shape[1] ** 0.5
    return state


def write_checkpoints(goldens: Path) -> None:
    """`tiny` (one fp32 file), `tiny-bf16` (one bf16 file) and `tiny-sharded` (two fp32 files as transformers writes them)."""
    state = random_state()
    for name, dtype in (("tiny", torch.float32), ("tiny-bf16", torch.bfloat16)):
        folder = goldens / name
        folder.mkdir(parents=True, exist_ok=True)
        config = CONFIG | {"torch_dtype": str(dtype).removeprefix("torch.")}
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        tensors = {key: value.to(dtype) for key, value in state.items()}
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    sharded = goldens / "tiny-sharded"
    shutil.rmtree(sharded, ignore_errors=True)
    load(goldens / "tiny").save_pretrained(sharded, max_shard_size="60KB")
    (sharded / "generation_config.json").unlink(missing_ok=True)
    if len(list(sharded.glob("model-*-of-00002.safetensors"))) != 2:
        raise RuntimeError("tiny-sharded does not have two shards")


def load(folder: Path) -> LlamaForCausalLM:
    return LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa").eval()


def randomize(tensors: dict[str, torch.nn.Parameter], seed: int) -> None:
    """Fixed values: A as at the start, but B, gate and discriminator large enough to matter."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name in sorted(tensors):
            tensor = tensors[name]
            spread = 1 / tensor.shape[1] ** 0.5 if name.endswith(".A") else 0.3
            tensor.copy_(spread * torch.randn(tensor.shape, generator=generator))


def moe_model(folder: Path) -> MoEModel:
    model = MoEModel(load(folder), SHAPE, Draws(0))
    for task in range(TASKS):
        model.add_task(Draws(0), str(task))
    randomize(model.all_tensors(), 2)
    return model.eval()


def lora_model(folder: Path) -> LoraModel:
    model = LoraModel(load(folder), SHAPE, one_for_all=True)
    model.add_task(Draws(0), "lora")
    randomize(model.trained(0), 3)
    return model.eval()


def random_rows(name: str, count: int) -> list[tuple[list[int], list[int]]]:
    """(prompt, answer) rows of ids 4…95, prompts of 2…10 tokens, answers of 1…3 tokens and the end token 0."""
    stream = RandomStream("golden", name)

    def ids(least: int, most: int) -> list[int]:
        return [4 + stream.below(92) for _ in range(least + stream.below(most - least + 1))]

    return [(ids(2, 10), ids(1, 3) + [0]) for _ in range(count)]


def step_batches() -> list[Batch]:
    return [make_batch(random_rows(f"step{i}", 4)) for i in range(10)]


def batch_json(batch: Batch) -> dict[str, object]:
    return {
        "ids": batch.ids.tolist(),
        "lengths": batch.real.sum(1).tolist(),
        "prompt_lengths": batch.prompt_lengths.tolist(),
        "answer_mask": batch.answer.int().tolist(),
    }
