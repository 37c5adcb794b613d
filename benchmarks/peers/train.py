"""Training steps of PyTorch + transformers + PEFT, or of the reference's MoE-CL module, on given batches.

A step is forward, backward, clipping to norm 1 and AdamW; only real tokens are counted.

`--peer default`: padded rows with an attention mask, the loss of `model(labels=…)` (logits of all positions), eager, AdamW.
`--peer best`: no mask (the padding is on the right, which causal attention never sees), logits of target positions only,
fused AdamW; and one of three settings: `eager`, `compiled` (torch.compile, layer by layer), `packed` (all rows of a batch in one, without
padding), each in float32, in bfloat16 and under autocast (lora_model.py), of which the driver takes the fastest.

MoE-CL (its second task, so that its adversary works) is the straightforward module of Scripts/reference, which always reads
out target positions only; its best has fused AdamW, and is compiled where that is faster. Its dropout masks are PyTorch's
own draws.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import torch
import torch.nn.functional as F
import transformers
from torch import Tensor

from rounds import arguments, peak_rss_bytes, requests, say, versions

from lora import LoraShape
from lora_model import ALL, DTYPE, FEED_FORWARD, computing, load_base, with_lora
from moe_cl import MoEModel
from objective import Recipe, step_terms
from output_head import Batch, make_batch
from streams import Draws

# What `backward` is called on, and the task's own loss, which both sides report.
Loss = Callable[["Work"], tuple[Tensor, Tensor]]


@dataclass
class Work:
    """One batch in both layouts: padded rows, and all rows behind each other."""

    batch: Batch
    tokens: int
    packed_ids: Tensor  # [1, tokens]
    packed_positions: Tensor  # [1, tokens]
    packed_targets: Tensor  # [targets]: places of the answer tokens

    @staticmethod
    def of(rows: list[dict[str, list[int]]], pad: int) -> "Work":
        batch = make_batch([(row["prompt"], row["answer"]) for row in rows], pad)
        real = batch.real
        places = torch.arange(real.shape[1]).expand(real.shape)
        return Work(batch, int(real.sum()), batch.ids[real][None], places[real][None],
                    batch.answer[real].nonzero().flatten())


def default_lora(model: torch.nn.Module) -> Loss:
    def loss(work: Work) -> tuple[Tensor, Tensor]:
        targets = work.batch.ids.masked_fill(~work.batch.answer, -100)
        value = model(input_ids=work.batch.ids, attention_mask=work.batch.real.long(), labels=targets).loss
        return value, value

    return loss


def best_lora(base: transformers.LlamaForCausalLM, is_packed: bool) -> Loss:
    def padded(work: Work) -> tuple[Tensor, Tensor]:
        hidden = base.model(input_ids=work.batch.ids, use_cache=False).last_hidden_state
        wanted = work.batch.answer[:, 1:]
        value = F.cross_entropy(base.lm_head(hidden[:, :-1][wanted]), work.batch.ids[:, 1:][wanted])
        return value, value

    def packed(work: Work) -> tuple[Tensor, Tensor]:
        # Positions that start again tell transformers where the next row begins: it masks the rows from each other.
        hidden = base.model(input_ids=work.packed_ids, position_ids=work.packed_positions,
                            use_cache=False).last_hidden_state
        value = F.cross_entropy(base.lm_head(hidden[0, work.packed_targets - 1]),
                                work.packed_ids[0, work.packed_targets])
        return value, value

    return packed if is_packed else padded


def moe_cl(model: MoEModel) -> Loss:
    def loss(work: Work) -> tuple[Tensor, Tensor]:
        terms, objective = step_terms(model, work.batch, 1, Recipe("isolated"))
        return objective, terms["sft"]

    return loss


def build(options, base) -> tuple[Loss, list[torch.nn.Parameter]]:
    if options.method == "moe-cl":
        model = MoEModel(base, LoraShape(), Draws(0))
        model.add_task(Draws(0), "first")
        model.add_task(Draws(0), "second")
        model.train()
        return moe_cl(model), list(model.trained(1, "isolated").values())
    model = with_lora(base, ALL if options.method == "lora-all" else FEED_FORWARD).train()
    trained = [p for p in model.parameters() if p.requires_grad]
    return (default_lora(model) if options.peer == "default" else best_lora(base, options.setting == "packed")), trained


def main() -> None:
    options = arguments(
        __doc__, ("--base", {"type": Path}), ("--material", {"type": Path}), ("--method", {"default": "lora-ffn"}),
        ("--warm-up", {"type": int, "default": 3}),
        DTYPE, ("--setting", {"choices": ["eager", "compiled", "packed"], "default": "eager"}))
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    transformers.utils.logging.disable_progress_bar()
    base = load_base(options.base, options.dtype)
    pad = base.config.pad_token_id or 0
    works = [Work.of(rows, pad) for rows in json.loads(options.material.read_text())["batches"]]
    best = options.peer == "best"
    # PEFT converts what enters its float32 factors; the reference's do not: over a bfloat16 base autocast converts for them.
    context = "autocast" if options.method == "moe-cl" and options.dtype == "bfloat16" else options.dtype
    loss_of, trained = build(options, base)
    optimizer = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.01, fused=best)
    done = 0

    def step() -> float:
        nonlocal done
        with computing(context):
            objective, loss = loss_of(works[done % len(works)])
        objective.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        done += 1
        return loss.item()

    settings = {"setting": f"{options.setting if best else 'default'}, {options.dtype}", "fused_optimizer": best, "compile_refused": None}
    if best and options.setting == "compiled":
        # Layer by layer: one graph serves all layers, and one (dynamic) graph all widths of batches.
        # PyTorch's own draws are faster here than compiled ones where each mask is used once, as in PEFT's dropout.
        torch._inductor.config.fallback_random = options.method != "moe-cl"
        for layer in base.model.layers:
            layer.compile(dynamic=True)
    try:
        first = step()
    except Exception as error:
        if options.setting != "compiled":
            raise
        # No compiler on this machine, or a graph that it cannot make: worth saying, not worth stopping.
        settings["compile_refused"] = f"{type(error).__name__}: {error}"[:300]
        for layer in base.model.layers:
            layer._compiled_call_impl = None
        optimizer.zero_grad(set_to_none=True)
        first = step()
    to_first_step = time.time() - options.started
    for _ in range(1, options.warm_up):
        step()
    # Accrete runs the longest batch first, as a dry run: its memory is compared with that of a peer that has seen it, too.
    with computing(context):
        loss_of(max(works, key=lambda work: work.batch.ids.numel()))[0].backward()
    optimizer.zero_grad(set_to_none=True)
    say({"versions": versions(), "threads": torch.get_num_threads(), "first_loss": first,
         "seconds_to_first_step": to_first_step, "trained_parameters": sum(p.numel() for p in trained),
         "settings": settings})
    for steps in requests():
        tokens, loss, start = 0, 0.0, time.perf_counter()
        for _ in range(steps):
            tokens += works[done % len(works)].tokens
            loss = step()
        say({"steps": steps, "tokens": tokens, "seconds": time.perf_counter() - start, "loss": loss,
             "peak_rss_bytes": peak_rss_bytes()})


if __name__ == "__main__":
    main()
