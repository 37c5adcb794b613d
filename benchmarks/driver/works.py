"""What is measured: for each work its processes, its rounds, its operations, and whether both sides did the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Sequence

from children import Command
from models import ROOT, Model

Round = dict[str, Any]

# What the peers compute in.
DTYPES = ("float32", "bfloat16", "autocast")


@dataclass
class Case:
    """One line of a work's table."""

    name: str
    request: int
    commands: dict[str, Command]
    # Other settings of the best peer: the fastest of all is the one that is compared.
    rivals: tuple[Command, ...] = ()
    # Model operations of one round, from its place among the rounds of the case; None: not counted.
    operations: Callable[[int], float] | None = None
    # Every round is a process of its own, and its facts are the figures.
    fresh: bool = False
    # A figure that must be the same on all sides in every round.
    equal: str | None = None


@dataclass
class Work:
    name: str
    what: str
    unit: str
    # The figure of a round that is compared; `speed` is larger for the better side, `seconds` smaller.
    figure: Callable[[Round], float]
    cases: list[Case]
    ratio: str = "accrete's figure divided by the peer's, round by round: above 1, accrete is faster"
    formula: str | None = None
    agreement: Callable[[dict[str, Round]], dict[str, Any]] = field(default=lambda facts: {})


class Maker:
    """Makes the works of one model."""

    def __init__(
        self, model: Model, sides: list[str], threads: int, python: str, dtypes: Sequence[str] = DTYPES
    ) -> None:
        self.model, self.sides, self.threads, self.python, self.dtypes = model, sides, threads, python, dtypes

    def command(self, side: str, mode: str, script: str, material: str, *more: str, threads: int | None = None) -> Command:
        common = ("--base", str(self.model.base), "--material", str(self.model.folder / f"{material}.json"),
                  "--threads", str(threads or self.threads), *more)
        if side == "accrete":
            return Command((str(ROOT / ".build/release/accrete-benchmark"), mode, *common))
        environment = (("RAYON_NUM_THREADS", str(threads or self.threads)),)
        return Command((self.python, str(ROOT / "benchmarks/peers" / script), *common, "--peer", side), environment)

    def all(self) -> dict[str, Callable[[], Work]]:
        works: dict[str, Callable[[], Work]] = {
            "lora-ffn": lambda: self.training("lora-ffn", "LoRA training on gate, up and down projections"),
            "lora-all": lambda: self.training("lora-all", "LoRA training on all seven projections"),
            "moe-cl": lambda: self.training("moe-cl", "MoE-CL training of a second task, isolated adversary"),
            "scoring": self.scoring, "generation": self.generation, "start": self.start,
            "growth": self.growth,
            "int8-lora-ffn": lambda: self.int8("lora-ffn"), "int8-moe-cl": lambda: self.int8("moe-cl"),
            "stored-lora-ffn": self.stored,
        }
        # What is asked of a mixture is that it generates fast.
        if self.model.experts > 1:
            works = {"generation": works["generation"]}
        # All models have the embedded base's tokenizer.
        if self.model.name == "seedling":
            works |= {"tokenizing": self.tokenizing, "pretraining": self.pretraining}
        return works

    def training(self, name: str, what: str) -> Work:
        amount = self.model.amount
        batches = self.model.material("train")["batches"]
        tokens = [sum(len(row["prompt"]) + len(row["answer"]) for row in batch) for batch in batches]
        targets = [sum(len(row["answer"]) for row in batch) for batch in batches]

        def operations(number: int) -> float:
            first = amount.warm_up_steps + number * amount.steps
            steps = [step % len(batches) for step in range(first, first + amount.steps)]
            return 4 * sum(self.model.matrices * tokens[s] + self.model.read_out * targets[s] for s in steps)

        more = ("--method", name, "--warm-up", str(amount.warm_up_steps))
        commands = {side: self.command(side, "train", "train.py", "train", *more) for side in self.sides}
        settings = ("compiled",) if name == "moe-cl" else ("compiled", "packed")
        rivals = [self.command("best", "train", "train.py", "train", *more, "--setting", setting, "--dtype", dtype)
                  for dtype in self.dtypes for setting in ("eager", *settings) if (setting, dtype) != ("eager", "float32")]
        return Work(
            name, what + ", rank 8, dropout 0.05", "tokens per second", lambda r: r["tokens"] / r["seconds"],
            [Case("training", amount.steps, commands, tuple(rivals), operations)],
            formula="4 * frozen non-embedding parameters * real tokens + 4 * LM head parameters * target tokens: forward "
                    "and backward through frozen matrices; attention scores and low-rank factors are not counted",
            agreement=first_losses)

    def against_itself(self, name: str, what: str, method: str, ours: tuple[str, ...], other: tuple[str, ...]) -> Work:
        """Training with one option beside training without it; the second stands in the column of the default peer."""
        amount = self.model.amount
        more = ("--method", method, "--warm-up", str(amount.warm_up_steps))
        commands = {"accrete": self.command("accrete", "train", "", "train", *more, *ours),
                    "default": self.command("accrete", "train", "", "train", *more, *other)}
        return Work(
            name, what, "tokens per second", lambda r: r["tokens"] / r["seconds"],
            [Case("training", amount.steps, commands)],
            ratio="the first setting's figure divided by the second's (column of the default peer), round by round")

    def growth(self) -> Work:
        return self.against_itself(
            "growth", "MoE-CL training of task 50 beside that of task 2, both by accrete", "moe-cl", ("--tasks-before", "49"),
            ("--tasks-before", "1"))

    def int8(self, method: str) -> Work:
        return self.against_itself(
            f"int8-{method}", f"{method} training on an int8 base beside one as stored, both by accrete", method,
            ("--weights", "int8"), ())

    def stored(self) -> Work:
        """LoRA training on bfloat16 weights held as stored beside the same held as float32: the same losses, bit by bit."""
        amount = self.model.amount
        cases = []
        for material in ("train-few", "train"):
            batches = self.model.material(material)["batches"]
            tokens = sum(len(row["prompt"]) + len(row["answer"]) for batch in batches for row in batch) / len(batches)
            more = ("--method", "lora-ffn", "--warm-up", str(amount.warm_up_steps))
            commands = {"accrete": self.command("accrete", "train", "", material, *more),
                        "default": self.command("accrete", "train", "", material, *more, "--weights", "float32")}
            cases.append(Case(f"{tokens:.0f} tokens a step", amount.steps, commands, equal="loss"))
        return Work(
            "stored-lora-ffn", "lora-ffn training on a base as stored (bfloat16) beside one in float32, both by accrete",
            "tokens per second", lambda r: r["tokens"] / r["seconds"], cases,
            ratio="the figure as stored divided by that in float32 (column of the default peer), round by round; losses are "
                  "the same in every round")

    def scoring(self) -> Work:
        material = self.model.material("score")
        rows, labels = material["rows"], material["labels"]
        extra = sum(len(label) - 1 for label in labels)
        read = sum(len(row["prompt"]) + extra for row in rows)
        operations = 2 * self.model.matrices * read + 2 * self.model.read_out * len(rows) * (1 + extra)
        expert = ("--expert", str(self.model.folder / "expert.safetensors"))
        commands = {side: self.command(side, "score", "score.py", "score", *expert) for side in self.sides}
        return Work(
            "scoring", f"log-probabilities of {len(labels)} labels for {len(rows)} test rows, one LoRA expert",
            "examples per second", lambda r: r["examples"] / r["seconds"],
            [Case("scoring", 1, commands,
                  tuple(self.command("best", "score", "score.py", "score", *expert, "--dtype", dtype) for dtype in self.dtypes if dtype != "float32"),
                  operations=lambda _: operations)],
            formula="2 * frozen non-embedding parameters * (prompt tokens + label tokens that are read) + 2 * read-out "
                    "parameters * places that predict: each prompt counted once, however often a side computes it",
            agreement=lambda facts: same_items(facts, "predictions"))

    def generation(self) -> Work:
        amount = self.model.amount
        is_mixture = self.model.experts > 1
        # PEFT has no plain LoRA for the shared block alone: a mixture generates without an expert.
        expert = () if is_mixture else ("--expert", str(self.model.folder / "expert.safetensors"))
        more = (*expert, "--new-tokens", str(amount.new_tokens))
        # PEFT's users call `generate`; the best peer is the same in the faster dtype.
        commands = {side: self.command(side, "generate", "generate.py", "generate", *more) for side in self.sides}
        rivals = tuple(self.command("best", "generate", "generate.py", "generate", *more, "--dtype", dtype)
                       for dtype in self.dtypes if dtype != "float32")

        def operations(rows: int) -> Callable[[int], float]:
            read = amount.prompt_tokens + amount.new_tokens - 1
            return lambda _: 2 * rows * (self.model.matrices * read + self.model.read_out * amount.new_tokens)

        return Work(
            "generation", f"greedy, {amount.new_tokens} new tokens after {amount.prompt_tokens} (whose time is included), {'the base alone' if is_mixture else 'one LoRA expert'}",
            "new tokens per second", lambda r: r["tokens"] / r["seconds"],
            [Case(f"batch {rows}", rows, dict(commands), rivals, operations=operations(rows)) for rows in ((1, 16) if is_mixture else (1, 8, 32))],
            formula="2 * frozen non-embedding parameters * tokens read + 2 * LM head parameters * new tokens",
            agreement=lambda facts: same_items(facts, "generated"))

    def start(self) -> Work:
        commands = {side: self.command(side, "train", "train.py", "train", "--method", "lora-ffn", "--warm-up", "1")
                    for side in self.sides if side != "best"}
        return Work(
            "start", "from the start of the process to the end of the first training step (lora-ffn)", "seconds",
            lambda r: r["seconds_to_first_step"], [Case("first step", 0, commands, fresh=True)],
            ratio="accrete's seconds divided by the peer's, round by round: below 1, accrete is faster",
            agreement=first_losses)

    def pretraining(self) -> Work:
        """A mixture of Hunyuan's form from scratch; it has nothing to do with the model, and is listed with the smallest."""
        config = ROOT / "benchmarks/pretraining-mixture.json"

        def command(side: str, optimizer: str, part: int) -> Command:
            common = ("--config", str(config), "--rows", "16", "--micro-batch", str(part), "--length", "256", "--optimizer",
                      optimizer, "--threads", str(self.threads))
            if side == "accrete":
                return Command((str(ROOT / ".build/release/accrete-benchmark"), "pretrain", *common))
            return Command((self.python, str(ROOT / "benchmarks/peers/pretrain.py"), *common))

        cases = [Case(f"{optimizer}, {16 // part} × {part} windows", 2,
                      {side: command(side, optimizer, part) for side in ("accrete", "default")})
                 for optimizer in ("adamw", "muon") for part in (16, 8)]
        return Work(
            "pretraining", "whole steps of a mixture from scratch: 1 shared and 8 routed experts, top-1, cross-layer "
            "attention, capacity 1.25 with recycling, 16 windows of 256 tokens, float32; the peer is eager PyTorch",
            "tokens per second", lambda r: r["tokens"] / r["seconds"], cases, agreement=first_losses)

    def tokenizing(self) -> Work:
        cases = []
        for threads in sorted({1, self.threads}):
            commands = {side: self.command(side, "tokenize", "tokenize_texts.py", "texts", threads=threads)
                        for side in self.sides}
            cases.append(Case(f"{threads} thread{'s' if threads > 1 else ''}", threads, commands))
        return Work(
            "tokenizing", "all training and test texts, ids of every text", "megabytes per second",
            lambda r: r["bytes"] / r["seconds"] / 1e6, cases, agreement=lambda facts: same_items(facts, "checks"))


def first_losses(facts: dict[str, Round]) -> dict[str, Any]:
    """New experts change nothing, so that the first loss is the base's on both sides, whatever they drew."""
    losses = {side: fact["first_loss"] for side, fact in facts.items()}
    # Of bfloat16 the last bits differ.
    allowed = 2e-2 if any("bfloat16" in str(fact) or "autocast" in str(fact) for fact in facts.values()) else 1e-3
    ours = losses["accrete"]
    for side, loss in losses.items():
        if abs(loss - ours) > allowed * abs(ours):
            raise SystemExit(f"bench: the first loss is {ours} for accrete and {loss} for {side}: not the same work")
    return {"first_loss": losses}


def same_items(facts: dict[str, Round], key: str) -> dict[str, Any]:
    """How many items of a list are the same on both sides; single ones may differ where two scores nearly tie."""
    ours = facts["accrete"][key]
    result: dict[str, Any] = {}
    for side, fact in facts.items():
        if side == "accrete":
            continue
        theirs = fact[key]
        if len(theirs) != len(ours):
            raise SystemExit(f"bench: {len(ours)} {key} for accrete and {len(theirs)} for {side}: not the same work")
        result[side] = {f"same_{key}": sum(a == b for a, b in zip(ours, theirs)), "of": len(ours)}
    return result
