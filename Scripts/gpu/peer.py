"""LoRA by transformers + PEFT in its best settings, on the rows that ours reads: one JSON line for each setting.

    python peer.py --device cuda --model FOLDER --material ROWS.json [--checkpointed ROWS.json] --rank 16 --steps 8

What is tried: bfloat16 weights, attention by FlashAttention where flash_attn is installed, else SDPA (rows of one length go as a batch
without a mask, which SDPA computes by FlashAttention, too; rows of several lengths are packed by `position_ids`), fused AdamW, factors in
float32 under autocast or in bfloat16, Liger's kernels if they are installed, and `torch.compile` layer by layer, of the faster of the two,
with an end after `--compile-seconds`. No checkpointing, and with it for `--checkpointed`. The loss is on the same tokens, from logits in bfloat16.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import resource
import signal
import statistics
import sys
import time
from pathlib import Path
from typing import Iterator

import peft
import torch
import torch.nn.functional as F
import transformers
from torch import Tensor

MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
UNMEASURED = 2


class Batch:
    """Ids and positions in the peer's best form, and the places of what is predicted among all tokens."""

    def __init__(self, rows: list[dict], device: torch.device) -> None:
        texts = [row["prompt"] + row["answer"] for row in rows]
        self.tokens = sum(map(len, texts))
        places, answers, start = [], [], 0
        for row, text in zip(rows, texts):
            first = start + len(row["prompt"])
            places += range(first - 1, start + len(text) - 1)
            answers += row["answer"]
            start += len(text)
        equal = len(set(map(len, texts))) == 1
        shape = (len(texts), -1) if equal else (1, -1)
        self.ids = torch.tensor(sum(texts, []), device=device).view(shape)
        positions = torch.tensor([place for text in texts for place in range(len(text))], device=device)
        # Positions that start again tell transformers where a packed row begins.
        self.positions = None if equal else positions.view(shape)
        self.places = torch.tensor(places, device=device)
        self.answers = torch.tensor(answers, device=device)


class Peer:
    def __init__(self, options: argparse.Namespace) -> None:
        self.device = torch.device(options.device)
        self.attention = "flash_attention_2" if self.is_gpu and importlib.util.find_spec("flash_attn") else "sdpa"
        self.liger = bool(self.is_gpu and importlib.util.find_spec("liger_kernel"))
        if self.liger:
            # Its fused loss wants the loss inside of the model; the rest of its kernels does not.
            liger = importlib.import_module("liger_kernel.transformers")
            liger.apply_liger_kernel_to_llama(fused_linear_cross_entropy=False)
        self.base = transformers.AutoModelForCausalLM.from_pretrained(
            options.model, dtype=torch.bfloat16, attn_implementation=self.attention).to(self.device)
        shape = peft.LoraConfig(r=options.rank, lora_alpha=2 * options.rank, lora_dropout=0.05, target_modules=MODULES,
                                task_type="CAUSAL_LM")
        self.model = peft.get_peft_model(self.base, shape).train()
        self.trained = [p for p in self.model.parameters() if p.requires_grad]

    @property
    def is_gpu(self) -> bool:
        return self.device.type == "cuda"

    @property
    def layers(self) -> list[torch.nn.Module]:
        return list(self.base.model.layers)

    def loss(self, batch: Batch) -> Tensor:
        hidden = self.base.model(input_ids=batch.ids, position_ids=batch.positions, use_cache=False).last_hidden_state
        logits = self.base.lm_head(hidden.reshape(-1, hidden.shape[-1])[batch.places])
        return F.cross_entropy(logits, batch.answers)

    def factors(self, dtype: torch.dtype) -> None:
        for parameter in self.trained:
            parameter.data = parameter.data.to(dtype)
            parameter.grad = None

    def precision(self, factors: str) -> contextlib.AbstractContextManager:
        return torch.autocast(self.device.type, torch.bfloat16) if factors == "float32" else contextlib.nullcontext()

    def reset_peak(self) -> None:
        if self.is_gpu:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()

    def peak(self) -> int:
        return torch.cuda.max_memory_allocated() if self.is_gpu else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

    def synchronize(self) -> None:
        if self.is_gpu:
            torch.cuda.synchronize()

    def measure(self, batches: list[Batch], factors: str, steps: int) -> dict:
        self.reset_peak()
        self.factors(torch.float32 if factors == "float32" else torch.bfloat16)
        optimizer = torch.optim.AdamW(self.trained, lr=5e-4, weight_decay=0.01, fused=True)
        seconds, losses, rates = [], [], []
        for number in range(max(steps, UNMEASURED + 1)):
            batch = batches[number % len(batches)]
            self.synchronize()
            start = time.perf_counter()
            with self.precision(factors):
                loss = self.loss(batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(loss.item())
            seconds.append(time.perf_counter() - start)
            rates.append(batch.tokens / seconds[-1])
        return {"tokens_per_second": statistics.median(rates[UNMEASURED:]), "step_seconds": seconds, "losses": losses,
                "tokens_per_step": batches[0].tokens, "peak_bytes": self.peak()}

    def profile(self, batch: Batch, factors: str) -> list[dict]:
        """The kernels of one step that take the most time."""
        from torch.profiler import ProfilerActivity, profile

        activities = [ProfilerActivity.CUDA, ProfilerActivity.CPU] if self.is_gpu else [ProfilerActivity.CPU]
        with profile(activities=activities) as recorded, self.precision(factors):
            self.loss(batch).backward()
            self.synchronize()
        events = [(event.key, event.count, (event.self_device_time_total if self.is_gpu else event.self_cpu_time_total) / 1e6)
                  for event in recorded.key_averages()]
        events.sort(key=lambda event: -event[2])
        return [{"kernel": key[:120], "count": count, "seconds": seconds} for key, count, seconds in events[:25]]


def say(value: dict) -> None:
    print(json.dumps(value), flush=True)


@contextlib.contextmanager
def at_most(seconds: int) -> Iterator[None]:
    def end(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def tried(facts: dict, body: object) -> float:
    """Says what came of one setting; its rate, 0 where it failed."""
    try:
        facts |= body()  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001  (a setting that fails is an answer)
        facts["error"] = f"{type(error).__name__}: {error}"[:500]
    say(facts)
    return facts.get("tokens_per_second", 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--material", type=Path, required=True)
    parser.add_argument("--checkpointed", type=Path, help="rows that are learned with checkpointing")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--factors", choices=["both", "bfloat16", "float32"], default="both")
    parser.add_argument("--compile-seconds", type=int, default=60, help="0: no compiling")
    parser.add_argument("--profile", action="store_true", help="only the kernels of one step")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    transformers.utils.logging.disable_progress_bar()
    start = time.monotonic()
    peer = Peer(options)

    def batches(file: Path) -> list[Batch]:
        return [Batch(rows, peer.device) for rows in json.loads(file.read_text())["batches"]]

    plain = batches(options.material)
    if options.profile:
        peer.measure(plain, "bfloat16", 3)
        say({"kernels": peer.profile(plain[0], "bfloat16")})
        return
    say({"versions": {"python": sys.version.split()[0], "torch": torch.__version__, "transformers": transformers.__version__,
                      "peft": peft.__version__}, "attention": peer.attention, "liger": peer.liger,
         "packing": "batch of equal rows" if plain[0].positions is None else "position_ids",
         "layers": len(peer.layers), "trained_parameters": sum(p.numel() for p in peer.trained),
         "seconds_to_load": time.monotonic() - start})
    rates = {}
    for factors in ("bfloat16", "float32") if options.factors == "both" else (options.factors,):
        facts = {"setting": f"eager, factors in {factors}", "checkpointing": False}
        rates[factors] = tried(facts, lambda: peer.measure(plain, factors, options.steps))
    best = max(rates, key=lambda name: rates[name])
    if options.checkpointed:
        long = batches(options.checkpointed)
        peer.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        facts = {"setting": f"eager, factors in {best}", "checkpointing": True}
        tried(facts, lambda: peer.measure(long, best, options.steps))
        peer.model.gradient_checkpointing_disable()
    if options.compile_seconds:
        facts = {"setting": f"compiled, factors in {best}", "checkpointing": False}

        def compiled() -> dict:
            with at_most(options.compile_seconds):
                for layer in peer.layers:
                    layer.compile()
                peer.measure(plain, best, UNMEASURED + 1)
            return peer.measure(plain, best, options.steps)

        tried(facts, compiled)
        if options.checkpointed and "error" not in facts:
            peer.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
            facts = {"setting": f"compiled, factors in {best}", "checkpointing": True}
            tried(facts, lambda: peer.measure(long, best, options.steps))


if __name__ == "__main__":
    main()
