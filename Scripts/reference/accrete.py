"""The method `accrete`, written from docs/methods.md and docs/protocol.md: every formula as it stands there, term by term.

    h = W x + s Σ_{u<t} B_u^s diag(g_t) A_u^s x + s B_t^s A_t^s x + s B_t^d A_t^d x        s = α / r

Nothing is put side by side or computed by hand: each sum is a sum, and autograd finds every gradient.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaMLP

from lora import PROJECTIONS, LoraShape
from moe_cl import real_mean
from output_head import Batch, answer_loss, make_batch
from task_router import DiscriminantRouter
from streams import Draws, RandomStream, epoch_batches

Rows = list[tuple[list[int], list[int]]]
# A place is a layer and a projection; an atom set is (A [atoms, in], B [out, atoms]).
Place = tuple[int, str]
Atoms = dict[Place, tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Recipe:
    """The options of the method at their defaults, and how a task is trained."""

    growth: float = 0.5
    shared_share: float = 0.5
    pool: float = 1.0
    gain_rate: float = 5.0
    warm_start: int = 4
    adversary: float = 0.01
    memory_rows: int = 12
    router_layers: int = 4
    rate: float = 5e-3
    weight_decay: float = 0.01
    clip: float = 1.0
    batch_size: int = 4
    epochs: int = 2


@dataclass
class Learned:
    """What a task added: atoms for all, atoms of its own, and its gains of what was there before, [found] at each place."""

    shared: Atoms
    own: Atoms
    gains: dict[Place, Tensor]


class Layer(nn.Module):
    """A frozen feed-forward block to which a list of (scale, A, B, gain) is added at each projection."""

    def __init__(self, frozen: LlamaMLP) -> None:
        super().__init__()
        self.frozen = frozen
        self.terms: dict[str, list[tuple[Tensor, Tensor, Tensor | None]]] = {}
        self.scale = 1.0
        self.entered: Tensor | None = None

    def through(self, projection: str, x: Tensor) -> Tensor:
        h = getattr(self.frozen, projection)(x)
        for a, b, gain in self.terms.get(projection, []):
            code = F.linear(x, a)
            h = h + self.scale * F.linear(code if gain is None else code * gain, b)
        return h

    def forward(self, z: Tensor) -> Tensor:
        self.entered = z
        return self.through("down_proj", F.silu(self.through("gate_proj", z)) * self.through("up_proj", z))


@dataclass
class Step:
    terms: dict[str, float]
    norm: float
    gradients: dict[str, Tensor] = field(default_factory=dict)


class Accrete:
    def __init__(self, base: LlamaForCausalLM, shape: LoraShape, recipe: Recipe, seed: int) -> None:
        self.base = base.requires_grad_(False)
        self.shape, self.recipe, self.seed = shape, recipe, seed
        self.draws = Draws(seed)
        self.dtype = base.dtype
        self.layers: list[Layer] = []
        for layer in base.model.layers:
            layer.mlp = Layer(layer.mlp)
            layer.mlp.scale = shape.scale
            self.layers.append(layer.mlp)
        self.names: list[str] = []
        self.learned: list[Learned] = []
        self.memory: list[Tensor] = []  # of each task, bfloat16 [rows, layers, hidden]
        self.router = DiscriminantRouter(base.config.hidden_size)
        self.teachers: list[int | None] = []

    # Growth

    def plan(self, t: int) -> tuple[int, int]:
        """Shared and own atoms that task t adds."""
        shared_before = 0
        for u in range(t + 1):
            new = max(1, math.floor(self.shape.rank / (1 + u) ** self.recipe.growth + 0.5))
            room = math.floor(self.recipe.pool * self.shape.rank + 0.5) - shared_before
            shared = max(0, min(math.floor(new * self.recipe.shared_share), new - 1, room))
            shared_before += shared
        return shared, new - shared

    def found(self, t: int) -> int:
        return sum(self.plan(u)[0] for u in range(t))

    # What serves a task

    def places(self) -> list[Place]:
        return [(layer, projection) for layer in range(len(self.layers)) for projection in PROJECTIONS]

    def served(self, b: Tensor, gain: Tensor) -> Tensor:
        """B under gains, as the one LoRA of a learned task keeps it: in bfloat16."""
        return (b * gain).bfloat16().to(self.dtype)

    def install(self, shared: list[Atoms], gains: dict[Place, Tensor], more: list[Atoms], learned: bool = False) -> None:
        """Shared atoms under gains (none: 1 each), then others as they are. learned: what serves a task that is done."""
        for layer, projection in self.places():
            terms: list[tuple[Tensor, Tensor, Tensor | None]] = []
            start = 0
            gain = gains.get((layer, projection))
            for atoms in shared:
                if (layer, projection) not in atoms:
                    continue
                a, b = atoms[layer, projection]
                own = None if gain is None else gain[start:start + len(a)]
                terms.append((a, self.served(b, own), None) if learned and own is not None else (a, b, own))
                start += len(a)
            terms += [(*atoms[layer, projection], None) for atoms in more if (layer, projection) in atoms]
            self.layers[layer].terms[projection] = terms

    def serve(self, t: int | None) -> None:
        """The experts of a learned task; None: what is shared so far."""
        if t is None:
            return self.install([task.shared for task in self.learned], {}, [])
        own = self.learned[t]
        self.install([task.shared for task in self.learned[:t]], own.gains, [own.shared, own.own], learned=True)

    # Learning

    def new_atoms(self, owner: str, count: int) -> Atoms:
        """A uniform in ±1/√in, B zero."""
        result: Atoms = {}
        for layer, projection in self.places():
            weight: Tensor = getattr(self.layers[layer].frozen, projection).weight
            outputs, inputs = weight.shape
            bound = 1 / math.sqrt(inputs)
            generator = self.draws(f"{owner}.layers.{layer}.{projection}.A")
            a = torch.empty(count, inputs, dtype=torch.float32).uniform_(-bound, bound, generator=generator)
            result[layer, projection] = (a.to(self.dtype), torch.zeros(outputs, count, dtype=self.dtype))
        return result

    def sample(self, name: str, rows: Rows, count: int) -> Rows:
        numbers = list(range(len(rows)))
        RandomStream(self.seed, "lesson", name).shuffle(numbers)
        return [rows[i] for i in sorted(numbers[:count])]

    @torch.no_grad()
    def loss(self, rows: Rows) -> float:
        return answer_loss(self.base, make_batch(rows)).item()

    @torch.no_grad()
    def features(self, prompts: list[list[int]]) -> Tensor:
        """The mean over a request's tokens of the base's residual stream after some layers. [rows, hidden]"""
        depth = min(self.recipe.router_layers, len(self.layers))
        self.install([], {}, [])
        result = []
        for prompt in prompts:
            x = self.base.model.embed_tokens(torch.tensor([prompt]))
            positions = torch.arange(len(prompt))[None]
            rotary = self.base.model.rotary_emb(x, positions)
            mask = torch.full((len(prompt), len(prompt)), -math.inf, dtype=x.dtype).triu(1)[None, None]
            for layer in self.base.model.layers[:depth]:
                out = layer(x, attention_mask=mask, position_ids=positions, position_embeddings=rotary)
                x = out[0] if isinstance(out, tuple) else out
            result.append(x[0].mean(0))
        return torch.stack(result)

    @torch.no_grad()
    def pooled(self, rows: Rows) -> Tensor:
        """The mean over each row's tokens of what enters every feed-forward block. [rows, layers, hidden]"""
        batch = make_batch(rows)
        self.base.model(input_ids=batch.ids, use_cache=False)
        return torch.stack([real_mean(layer.entered, batch.real) for layer in self.layers], 1)

    def start(self, t: int, rows: Rows) -> Learned:
        shared, own = self.plan(t)
        name = self.names[t]
        new = Learned(
            self.new_atoms(f"tasks.{name}.shared", shared) if shared else {}, self.new_atoms(f"tasks.{name}.own", own), {})
        if t > 0 and self.found(t) > 0:
            new.gains = {place: torch.ones(self.found(t), dtype=self.dtype) for place in self.places()}
        teacher = self.teacher(t, rows) if t > 0 and self.recipe.warm_start else None
        self.teachers.append(teacher)
        if teacher is None:
            return new
        known = self.learned[teacher]
        for place in self.places():
            a, b = known.own[place]
            # The atoms with the largest |b| |a|.
            order = sorted(range(len(a)), key=lambda i: (-(a[i].norm() * b[:, i].norm()).item(), i))[:own]
            target_a, target_b = new.own[place]
            for i, source in enumerate(order):
                target_a[i], target_b[:, i] = a[source], b[:, source]
            if place in known.gains:
                new.gains[place][:len(known.gains[place])] = known.gains[place]
        return new

    def teacher(self, t: int, rows: Rows) -> int | None:
        """Of the nearest learned tasks the one with the lowest loss, if that is lower than with what is shared alone."""
        seen = self.sample(self.names[t], rows, 32)
        near = self.router.nearest(self.features([prompt for prompt, _ in seen]))[:self.recipe.warm_start]
        self.serve(None)
        losses: list[tuple[float, int | None]] = [(self.loss(seen), None)]
        for u in near:
            self.serve(u)
            losses.append((self.loss(seen), u))
        self.compared = losses
        return min(losses, key=lambda entry: entry[0])[1]

    def adversary_terms(self, t: int, batch: Batch, atoms: Atoms, discriminators: list[Tensor]) -> tuple[Tensor, Tensor]:
        """L_D and L_conf; the layers' inputs are those of the pass that has just been made."""
        told, confused = [], []
        for layer, discriminator in enumerate(discriminators):
            inputs = [rows[:, layer].to(self.dtype) for rows in self.memory]
            inputs.append(real_mean(self.layers[layer].entered, batch.real).detach())
            z = torch.cat(inputs)
            labels = torch.tensor([u for u, rows in enumerate(inputs) for _ in rows])
            codes = torch.cat([z @ atoms[layer, projection][0].T for projection in ("gate_proj", "up_proj")], 1)
            f = (codes - codes.mean(0)) / (codes.var(0, unbiased=False) + 1e-6).sqrt()
            f = f / (1 + f.pow(2).sum(1, keepdim=True)).sqrt()
            d = discriminator / (discriminator.pow(2).sum(1, keepdim=True) + 1e-12).sqrt()
            for_d = F.log_softmax(8 * f.detach() @ d.T, 1)
            for_a = F.log_softmax(8 * f @ d.detach().T, 1)
            # Every task counts the same: a mean over tasks of means over their rows.
            told.append(torch.stack([-for_d[labels == u, u].mean() for u in range(t + 1)]).mean())
            divergence = -math.log(t + 1) - for_a.mean(1)
            confused.append(torch.stack([divergence[labels == u].mean() for u in range(t + 1)]).mean())
        return torch.stack(told).mean(), torch.stack(confused).mean()

    def learn(self, name: str, rows: Rows) -> list[Step]:
        """One task: start, train, freeze."""
        t = len(self.names)
        self.names.append(name)
        recipe = self.recipe
        new = self.start(t, rows)
        trained: dict[str, tuple[nn.Parameter, float]] = {}

        def leaf(key: str, tensor: Tensor, factor: float = 1.0) -> nn.Parameter:
            parameter = nn.Parameter(tensor.clone())
            trained[key] = (parameter, factor)
            return parameter

        def leaves(part: str, atoms: Atoms) -> Atoms:
            return {
                (layer, p): tuple(
                    leaf(f"tasks.{name}.{part}.layers.{layer}.{p}.{side}", x) for side, x in zip("AB", atoms[layer, p]))
                for layer, p in atoms}

        new = Learned(
            leaves("shared", new.shared), leaves("own", new.own),
            {(layer, p): leaf(f"tasks.{name}.gains.layers.{layer}.{p}", gain, recipe.gain_rate)
             for (layer, p), gain in new.gains.items()})
        opposed = t > 0 and bool(new.shared)
        discriminators = []
        if opposed:
            for layer in range(len(self.layers)):
                weights = torch.empty(t + 1, 2 * self.plan(t)[0], dtype=torch.float32)
                weights.normal_(0, 0.02, generator=self.draws(f"tasks.{name}.discriminators.{layer}"))
                discriminators.append(leaf(f"discriminators.{layer}", weights.to(self.dtype)))
        optimizer = torch.optim.AdamW(
            [{"params": [x], "lr": recipe.rate * factor} for x, factor in trained.values()],
            betas=(0.9, 0.999), eps=1e-8, weight_decay=recipe.weight_decay)
        batches = [
            batch for epoch in range(recipe.epochs)
            for batch in epoch_batches([len(p) + len(a) for p, a in rows], self.seed, name, epoch, recipe.batch_size)]
        steps: list[Step] = []
        for number, positions in enumerate(batches):
            self.install([task.shared for task in self.learned], new.gains, [new.shared, new.own])
            batch = make_batch([rows[i] for i in positions])
            task_loss = answer_loss(self.base, batch)
            terms = {"task": task_loss}
            total = task_loss
            if opposed:
                told, confused = self.adversary_terms(t, batch, new.shared, discriminators)
                ramp = 2 / (1 + math.exp(-10 * number / len(batches))) - 1
                total = total + recipe.adversary * told + recipe.adversary * ramp * confused
                terms |= {"adversary.discriminator": told, "adversary.confusion": confused}
            optimizer.zero_grad()
            total.backward()
            norm = nn.utils.clip_grad_norm_([x for x, _ in trained.values()], recipe.clip)
            steps.append(Step(
                {key: value.item() for key, value in (terms | {"total": total}).items()}, norm.item(),
                {key: x.grad.clone() for key, (x, _) in trained.items()}))
            optimizer.step()
        self.freeze(t, name, rows, new)
        return steps

    @torch.no_grad()
    def freeze(self, t: int, name: str, rows: Rows, new: Learned) -> None:
        def rounded(atoms: Atoms) -> Atoms:
            return {place: tuple(x.detach().bfloat16().to(self.dtype) for x in pair) for place, pair in atoms.items()}

        self.learned.append(Learned(
            rounded(new.shared), rounded(new.own), {place: gain.detach().clone() for place, gain in new.gains.items()}))
        self.router.learn(self.features([prompt for prompt, _ in rows]))
        quota = max(self.recipe.memory_rows // (t + 1), 1)
        self.serve(t)
        kept = self.pooled(self.sample(name, rows, quota)).bfloat16()
        self.memory = [stored[:quota] for stored in self.memory] + [kept]

    # Statistics

    @torch.no_grad()
    def shared_share(self, t: int) -> list[float]:
        """‖B_s A_s‖ / (‖B_s A_s‖ + ‖B_d A_d‖) of each layer, from the products themselves."""
        own = self.learned[t]
        result = []
        for layer in range(len(self.layers)):
            squares = [0.0, 0.0]
            for projection in PROJECTIONS:
                place = (layer, projection)
                shared = own.shared[place][1] @ own.shared[place][0] if own.shared else 0.0
                start = 0
                for earlier in self.learned[:t]:
                    if place in earlier.shared:
                        a, b = earlier.shared[place]
                        shared = shared + self.served(b, own.gains[place][start:start + len(a)]) @ a
                        start += len(a)
                squares[0] += float(torch.as_tensor(shared).pow(2).sum())
                squares[1] += float((own.own[place][1] @ own.own[place][0]).pow(2).sum())
            a, b = math.sqrt(squares[0]), math.sqrt(squares[1])
            result.append(a / (a + b))
        return result
