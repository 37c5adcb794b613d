"""Independent checks of the reference itself, run before goldens are written.

Each compares with a slower, more literal way: both down projections of MoE-CL, the released code's "flip the
discriminator's gradient", one forward pass per label, and PEFT.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from torch import Tensor

from lora import PROJECTIONS, LoraModel
from moe_cl import MoEFeedForward, MoEModel
from objective import Recipe, step_terms
from output_head import Batch, answer_loss, label_scores
from tiny import SHAPE, TASK, load, lora_model, moe_model


def require_close(name: str, ours: Tensor, theirs: Tensor, tolerance: float) -> float:
    distance = (ours - theirs).abs().max().item()
    if not distance <= tolerance:
        raise AssertionError(f"{name}: differs by {distance}, allowed {tolerance}")
    return distance


def literal_block(block: MoEFeedForward, z: Tensor, task: int) -> tuple[Tensor, Tensor]:
    """The specification's §1.2, word by word: two complete feed-forward outputs, mixed; and the shared output."""
    frozen, s = block.frozen, SHAPE.scale

    def complete(expert) -> Tensor:
        h1 = frozen.gate_proj(z) + s * z @ expert.gate_proj.A.T @ expert.gate_proj.B.T
        h3 = frozen.up_proj(z) + s * z @ expert.up_proj.A.T @ expert.up_proj.B.T
        a = F.silu(h1) * h3
        return frozen.down_proj(a) + s * a @ expert.down_proj.A.T @ expert.down_proj.B.T

    shared, own = complete(block.shared), complete(block.tasks[task])
    mix = torch.softmax(z @ block.gate.T, dim=-1)
    return mix[..., :1] * shared + mix[..., 1:] * own, shared


def literal_paper_gradients(model: MoEModel, batch: Batch, weight: float) -> dict[str, Tensor]:
    """Gradients of sft − w gan by plain autograd through literal blocks, the discriminators' gradients then flipped."""
    features: list[Tensor] = []
    originals = [block.forward for block in model.blocks]
    for block in model.blocks:
        def forward(z: Tensor, block: MoEFeedForward = block) -> Tensor:
            y, shared = literal_block(block, z, TASK)
            features.append(torch.stack([row[real].mean(0) for row, real in zip(shared, batch.real)]))
            return y
        block.forward = forward
    sft = answer_loss(model.base, batch)
    p = torch.cat([torch.softmax(r @ b.discriminator.T, -1) for r, b in zip(features, model.blocks)])
    tensors = model.trained(TASK, "paper")
    (sft - weight * F.cross_entropy(p, torch.full((len(p),), TASK))).backward()
    gradients = {n: -t.grad if n.endswith("discriminator") else t.grad.clone() for n, t in tensors.items()}
    model.zero_grad(set_to_none=True)
    for block, original in zip(model.blocks, originals):
        block.forward = original
    return gradients


def check_moe(folder: Path, batch: Batch) -> float:
    model = moe_model(folder)
    recipe = Recipe("paper", 0.1)
    literal = literal_paper_gradients(model, batch, recipe.weight)
    step_terms(model, batch, TASK, recipe)[1].backward()
    tensors = model.trained(TASK, "paper")
    return max(require_close(name, tensors[name].grad, literal[name], 2e-5) for name in tensors)


def check_isolated_terms(folder: Path, batch: Batch) -> float:
    """The isolated adversary's own gradients, from the captured inputs of the layers taken as constants."""
    model = moe_model(folder)
    inputs: list[Tensor] = []
    hooks = [b.register_forward_pre_hook(lambda _, z: inputs.append(z[0].detach())) for b in model.blocks]
    model.select(TASK)
    with torch.no_grad():
        model.base(batch.ids)
    for hook in hooks:
        hook.remove()
    log_p: list[tuple[Tensor, Tensor]] = []
    for block, z in zip(model.blocks, inputs):
        shared = literal_block(block, z, TASK)[1]
        r = torch.stack([row[real].mean(0) for row, real in zip(shared, batch.real)])
        centred = r - r.mean(-1, keepdim=True)
        f = centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt() / math.sqrt(r.shape[-1])
        d = block.discriminator
        for side in ((f.detach(), d), (f, d.detach())):
            logits = 8 * side[0] @ (side[1] / side[1].norm(dim=-1, keepdim=True)).T
            log_p.append(torch.log_softmax(logits, -1))
    learn = -torch.stack([p[:, TASK] for p in log_p[0::2]]).mean()
    uniform = torch.full_like(log_p[0], 1 / log_p[0].shape[-1])
    confuse = torch.stack([(uniform * (uniform.log() - p)).sum(-1) for p in log_p[1::2]]).mean()
    tensors = {n: t for n, t in model.trained(TASK, "isolated").items() if ".shared." in n or "discrim" in n}
    literal = torch.autograd.grad(0.1 * (learn + confuse), list(tensors.values()))
    model.select(TASK, batch.real, "isolated")
    answer_loss(model.base, batch)
    ours = torch.autograd.grad(model.adversary_terms(TASK, "isolated", 0.1)[1], list(tensors.values()))
    return max(require_close(n, a, b, 1e-6) for n, a, b in zip(tensors, ours, literal))


def check_isolation(folder: Path, batch: Batch) -> None:
    """With the isolated adversary, gates and task experts get the plain fine-tuning gradient, and only these layers' parts move."""
    gradients: dict[str, dict[str, Tensor]] = {}
    for adversary in ("off", "isolated"):
        model = moe_model(folder)
        step_terms(model, batch, TASK, Recipe(adversary, 0.1))[1].backward()
        gradients[adversary] = {n: t.grad for n, t in model.trained(TASK, adversary).items()}
    for name, plain in gradients["off"].items():
        if ".shared." in name:
            if torch.equal(plain, gradients["isolated"][name]):
                raise AssertionError(f"{name}: the confusion loss does not reach it")
        else:
            require_close(name, gradients["isolated"][name], plain, 1e-7)


def check_fresh_is_base(folder: Path, batch: Batch) -> float:
    """With B = 0 MoE-CL is the base."""
    model, base = moe_model(folder), load(folder)
    with torch.no_grad():
        for name, tensor in model.all_tensors().items():
            if name.endswith(".B"):
                tensor.zero_()
        model.select(TASK)
        return require_close("fresh", model.base(batch.ids).logits, base(batch.ids).logits, 1e-5)


def check_label_scores(model: LoraModel | MoEModel, prompts: list[list[int]], answers: list[list[int]]) -> float:
    """One pass with a block mask against one pass for each prompt and label."""
    with torch.no_grad():
        together = label_scores(model.base, prompts, answers)
        alone = torch.zeros_like(together)
        for i, prompt in enumerate(prompts):
            for j, answer in enumerate(answers):
                logits = F.log_softmax(model.base(torch.tensor([prompt + answer])).logits[0], -1)
                alone[i, j] = sum(logits[len(prompt) - 1 + k, token] for k, token in enumerate(answer))
    return require_close("label scores", together, alone, 1e-4)


def check_peft(folder: Path, batch: Batch, save_to: Path) -> float:
    """Plain LoRA with copied weights equals PEFT's; PEFT's adapter is saved as a golden."""
    ours = lora_model(folder)
    ours.select(0)
    config = LoraConfig(r=SHAPE.rank, lora_alpha=SHAPE.alpha, lora_dropout=0.0, target_modules=list(PROJECTIONS),
                        bias="none", task_type="CAUSAL_LM")
    theirs = get_peft_model(load(folder), config).eval()
    with torch.no_grad():
        for i, (block, layer) in enumerate(zip(ours.blocks, theirs.base_model.model.model.layers)):
            for projection in PROJECTIONS:
                pair, target = getattr(block.experts[0], projection), getattr(layer.mlp, projection)
                target.lora_A["default"].weight.copy_(pair.A)
                target.lora_B["default"].weight.copy_(pair.B)
        a = F.log_softmax(ours.base(batch.ids).logits, -1)
        b = F.log_softmax(theirs(batch.ids).logits, -1)
        with theirs.disable_adapter():
            bare = F.log_softmax(theirs(batch.ids).logits, -1)
    if (b - bare).abs().max() < 0.1:
        raise AssertionError("peft: the adapter has no effect, so that the comparison says nothing")
    theirs.peft_config["default"].base_model_name_or_path = "tiny"
    theirs.save_pretrained(save_to)
    (save_to / "README.md").unlink(missing_ok=True)
    written = json.loads((save_to / "adapter_config.json").read_text())
    written["target_modules"].sort()  # PEFT writes a set, in any order
    (save_to / "adapter_config.json").write_text(json.dumps(written, indent=2) + "\n")
    scale = b.abs().max().item()
    return require_close("peft", a / scale, b / scale, 1e-6)
