"""The stages of gpu_check: what is run, with which sizes. docs/gpu.md has the table."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rows
from place import EMULATED, ROOT, Place
from runner import OutOfTime, Stage, Work, run

FOLDER = Path(__file__).resolve().parent
RESOURCES = ROOT / "Sources/accrete/Resources"
# Without these the path of a GPU is not there; the others have something that stands in for them.
NEEDED = ("aten::_flash_attention_forward", "aten::_flash_attention_backward", "aten::_efficient_attention_forward",
          "aten::_efficient_attention_backward", "aten::_fused_adamw_", "aten::mm.dtype")
# How far the last losses of a small task may be from those of the CPU.
NEAR = {"float32": 0.02, "bfloat16": 0.05}


@dataclass(frozen=True)
class Sizes:
    small: str
    large: str
    vocabulary: int
    tokens: int
    row: int
    steps: int
    learned_rows: int
    scored: int
    prompt: int
    decode_batch: int
    new_tokens: int
    compile_seconds: int
    threads: int | None


GPU = Sizes("1b", "8b", 128256, 8192, 2048, 8, 160, 256, 512, 64, 16, 60, None)
DRY = Sizes("tiny-1b", "tiny-8b", 512, 128, 32, 3, 16, 8, 24, 4, 4, 0, 2)


class Check:
    """The stages share the place of the program, the models and the rows."""

    def __init__(self, place: Place, folder: Path, goldens: dict[str, Any], with_peer: bool = True) -> None:
        self.place, self.folder, self.goldens = place, folder, goldens
        self.with_peer = with_peer
        # The peer's faster factors, once they are known.
        self.factors = "both"
        self.sizes = GPU if place.is_gpu else DRY
        self.writers: dict[str, subprocess.Popen[str]] = {}

    # What the stages share.

    def ours(self, work: Work, key: str, mode: str, *words: Any, device: str | None = None, **more: Any) -> list[dict]:
        threads = ["--threads", self.sizes.threads] if self.sizes.threads else []
        return work.lines(key, self.place.command(mode, *words, *threads, device=device), self.place.environment(device), **more)

    def peer(self, work: Work, key: str, *words: Any, **more: Any) -> list[dict]:
        if not self.with_peer:
            work.facts[key] = []
            return []
        threads = ["--threads", self.sizes.threads] if self.sizes.threads else []
        device = "cuda" if self.place.is_gpu else "cpu"
        command = [sys.executable, FOLDER / "peer.py", "--device", device, *words, *threads]
        return work.lines(key, list(map(str, command)), **more)

    def begin(self) -> None:
        """Writes the models while the first stages run, which need no disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for shape in (self.sizes.small, self.sizes.large):
            self.writer(shape)

    def writer(self, shape: str) -> subprocess.Popen[str]:
        if shape not in self.writers:
            command = [sys.executable, str(FOLDER / "checkpoints.py"), "--shape", shape, "--out", str(self.folder / shape)]
            self.writers[shape] = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return self.writers[shape]

    def end(self) -> None:
        for process in self.writers.values():
            if process.poll() is None:
                process.kill()
            process.communicate()

    def model(self, work: Work, shape: str) -> Path:
        process = self.writer(shape)
        while process.poll() is None:
            if work.left <= 0:
                raise OutOfTime(f"the model {shape} was not written in time")
            time.sleep(0.1)
        if process.returncode != 0:
            raise RuntimeError(f"the model {shape} was not written: {process.stdout.read()[-400:] if process.stdout else ''}")
        return self.folder / shape

    def material(self, tokens: int) -> Path:
        path = self.folder / f"rows-{tokens}.json"
        if not path.exists():
            rows.training(path, tokens, self.sizes.row, self.sizes.vocabulary)
        return path

    # The stages.

    def versions(self, work: Work) -> None:
        facts = work.facts
        facts["python"] = sys.version.split()[0]
        query = "name,driver_version,memory.total,memory.free,clocks.sm,clocks.max.sm,power.limit,compute_cap"
        code, said, _ = run(["nvidia-smi", f"--query-gpu={query}", "--format=csv"], None, min(work.left, 10))
        facts["nvidia_smi"] = said.strip().splitlines() if code == 0 else None
        if self.place.is_gpu and code != 0:
            work.problems.append("nvidia-smi finds no GPU")
        disk = shutil.disk_usage(self.folder)
        facts["disk_free_bytes"] = disk.free
        facts["libraries"] = self.place.libraries.split(":")
        installed = "import importlib.metadata as m, json; print(json.dumps({n: m.version(n) for d in m.distributions()" \
                    " if (n := d.metadata['Name']) and n.lower() in ('torch', 'transformers', 'peft', 'flash-attn', 'liger-kernel'," \
                    " 'nvidia-nccl-cu13', 'nvidia-cuda-nvrtc', 'accelerate', 'safetensors', 'triton')}))"
        work.lines("packages", [sys.executable, "-c", installed], at_most=15, needed=False)

    def plan(self, work: Work) -> None:
        if not self.place.is_gpu:
            # Without it the dry run leaves out our kernels, and passes all the same.
            work.facts["kernels"] = "emulated" if self.place.emulated else "single operations stand in for them"
            if not self.place.emulated:
                work.problems.append(f"our kernels are not rehearsed: there is no {EMULATED} beside {self.place.program};"
                                     " swift build --configuration release --product accrete-cuda-emulated makes it")
        for line in self.ours(work, "plan", "plan"):
            missing = [name for name in line.get("missing", []) if name in NEEDED]
            if missing:
                work.problems.append(f"no kernels in this libtorch for {', '.join(missing)}")

    def operators(self, work: Work) -> None:
        for line in self.ours(work, "operators", "operators"):
            for one in line.get("results", []):
                if not one.get("is_within"):
                    why = one.get("problem") or f"differs by {one.get('error')}, allowed {one.get('allowed')}"
                    work.problems.append(f"{one.get('name')}, {one.get('type')}: {why}")
            wanted = self.goldens.get("mask_digest")
            if wanted and line.get("mask_digest") != wanted:
                work.problems.append("dropout masks are not those of the machine where the bundle was made")

    def learning(self, work: Work) -> None:
        words = ("--base", RESOURCES / "base/seedling", "--rows", RESOURCES / "demo/messages.jsonl", "--count", self.sizes.learned_rows,
                 "--epochs", 2 if self.place.is_gpu else 1)
        found: dict[str, list[dict]] = {}
        for key, device, compute in (("cpu float32", "cpu", "float32"), ("float32", None, "float32"), ("bfloat16", None, "bfloat16"),
                                     ("float32 again", None, "float32"), ("bfloat16 again", None, "bfloat16")):
            found[key] = self.ours(work, key, "learn", "--compute", compute, *words, device=device)
        for compute, near in NEAR.items():
            first, again = ((found[key] or [{}])[-1] for key in (compute, f"{compute} again"))
            if first.get("digest") != again.get("digest"):
                work.problems.append(f"{compute}: the same seed gave another expert")
            exact = (found["cpu float32"] or [{}])[-1].get("final_loss")
            own = first.get("final_loss")
            if isinstance(exact, float) and isinstance(own, float) and not abs(own - exact) <= near * abs(exact):
                work.problems.append(f"{compute}: final loss {own:.4f}, on the CPU {exact:.4f}")

    def rates(self, work: Work, shape: str, steps: int, cap: float) -> None:
        model = self.model(work, shape)
        words = ("--model", model, "--material", self.material(self.sizes.tokens), "--checkpointed", self.material(2 * self.sizes.tokens),
                 "--rank", 16, "--steps", steps)
        self.ours(work, "ours", "train", *words, at_most=cap)
        said = self.peer(work, "peer", *words, "--factors", self.factors, "--compile-seconds", self.sizes.compile_seconds)
        eager = [line for line in said if line.get("setting", "").startswith("eager") and line.get("tokens_per_second")
                 and not line["checkpointing"]]
        if len(eager) > 1 and self.factors == "both":
            self.factors = max(eager, key=lambda line: line["tokens_per_second"])["setting"].split()[-1]

    def small(self, work: Work) -> None:
        self.rates(work, self.sizes.small, self.sizes.steps, cap=40)

    def large(self, work: Work) -> None:
        # Which factors are the peer's faster ones is known from the small model: trying both would take the time of compiling.
        self.rates(work, self.sizes.large, max(self.sizes.steps - 2, 3), cap=70)

    def mixture(self, work: Work) -> None:
        model = self.model(work, self.sizes.small)
        self.ours(work, "moe-cl", "train", "--model", model, "--material", self.material(self.sizes.tokens), "--rank", 16,
                  "--steps", self.sizes.steps, "--method", "moe-cl", at_most=25)
        scored = self.folder / "scored.json"
        rows.scoring(scored, self.sizes.scored, self.sizes.prompt, self.sizes.vocabulary)
        self.ours(work, "scoring", "score", "--model", model, "--material", scored)

    def decoding(self, work: Work) -> None:
        model = self.model(work, self.sizes.small)
        batch = self.sizes.decode_batch
        for rows_, experts in ((1, 1), (batch, 1), (batch, batch)):
            self.ours(work, f"batch {'1' if rows_ == 1 else 'many'}, experts {'1' if experts == 1 else 'many'}", "decode", "--model", model,
                      "--batch", rows_, "--experts", experts, "--prompt-tokens", self.sizes.prompt // 4, "--new-tokens",
                      self.sizes.new_tokens, at_most=max(20.0, work.left / 2))

    def bases(self, work: Work) -> None:
        self.model(work, self.sizes.large)
        model = self.folder / f"{self.sizes.large}-8"
        for weights in ("bfloat16", "int8", "fp8", "nf4"):
            # Not every version has these forms: that one is refused is an answer.
            self.ours(work, weights, "train", "--model", model, "--material", self.material(self.sizes.tokens), "--rank", 16,
                      "--steps", self.sizes.steps, "--weights", weights, needed=weights == "bfloat16")

    def kernels(self, work: Work) -> None:
        model = self.model(work, self.sizes.small)
        self.peer(work, "peer's kernels", "--model", model, "--material", self.material(self.sizes.tokens), "--profile", needed=False)
        checker = shutil.which("compute-sanitizer")
        if checker and self.place.is_gpu and work.left > 20:
            work.lines("compute-sanitizer", [checker, "--error-exitcode", "9", *self.place.command("operators")],
                       self.place.environment(), needed=False)

    @property
    def stages(self) -> list[Stage]:
        return [
            Stage(0, "versions", 8, self.versions), Stage(1, "plan", 25, self.plan), Stage(2, "operators", 50, self.operators),
            Stage(3, "learning", 60, self.learning), Stage(4, "LoRA 1B", 70, self.small), Stage(5, "LoRA 8B", 125, self.large),
            Stage(6, "MoE-CL and scoring 1B", 40, self.mixture), Stage(7, "decoding 1B", 40, self.decoding),
            Stage(8, "smaller bases", 40, self.bases), Stage(9, "kernels", 22, self.kernels),
        ]


def read_goldens(folder: Path | None) -> dict[str, Any]:
    path = folder / "goldens.json" if folder else None
    return json.loads(path.read_text()) if path and path.is_file() else {}
