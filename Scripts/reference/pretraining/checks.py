"""Checks of this folder against slower or other code: transformers' classes, literal formulas, finite differences.

    python Scripts/reference/pretraining/checks.py
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
import transformers
from torch import Tensor

from cases import CASES, SEED, Case, batches
from data import Permutation, RandomStream
from model import Decoder
from optimizers import Muon, newton_schulz, rate
from routing import FastRouter, NOBODY, Router, assign, losses, ranks
from train import backward


def require_close(name: str, ours: Tensor, theirs: Tensor, tolerance: float) -> float:
    distance = (ours - theirs).abs().max().item()
    if not distance <= tolerance:
        raise AssertionError(f"{name}: differs by {distance}, allowed {tolerance}")
    return distance


def noisy(case: Case, dtype: torch.dtype = torch.float32) -> Decoder:
    """Gains and biases that are not 1 and 0, so that each matters."""
    model, generator = case.model(), torch.Generator().manual_seed(3)
    with torch.no_grad():
        for tensor in model.parameters():
            if tensor.dim() == 1:
                tensor.add_(0.3 * torch.randn(tensor.shape, generator=generator))
    return model.to(dtype)


def transformers_logits(case: Case, model: Decoder, ids: Tensor) -> Tensor:
    kind = getattr(transformers, case.config["architectures"][0])
    arguments = {k: v for k, v in case.config.items() if k not in ("architectures", "torch_dtype")}
    if isinstance(arguments.get("moe_topk"), list):
        arguments["moe_topk"] = arguments["moe_topk"][0]
    if case.shape.experts:  # its class has one width for both kinds of experts
        arguments["moe_intermediate_size"] = case.shape.expert_inner
    network = kind(kind.config_class(**arguments, attn_implementation="eager")).eval()
    state = dict(model.state_dict())
    for layer in range(case.shape.layers if case.shape.experts else 0):
        prefix = f"model.layers.{layer}.mlp.experts."
        parts = [[state.pop(f"{prefix}{e}.{p}_proj.weight") for e in range(case.shape.experts)] for p in ("gate", "up", "down")]
        state[prefix + "gate_up_proj"] = torch.stack([torch.cat(pair) for pair in zip(parts[0], parts[1])])
        state[prefix + "down_proj"] = torch.stack(parts[2])
    missing, unexpected = network.load_state_dict(state, strict=False)
    if unexpected or set(missing) - {"lm_head.weight"}:
        raise AssertionError(f"{kind}: missing {missing}, unexpected {unexpected}")
    network.tie_weights()
    return network(ids).logits


def check_transformers() -> None:
    for name in ("mixture-top2", "dense-llama", "dense-qwen3", "dense-qwen2", "untied"):
        case = CASES[name]
        if case.shape.experts:
            # transformers' class gives the routed experts the shared one's width.
            case = Case(case.config | {"moe_intermediate_size": [24, 24]})
        model, ids = noisy(case), batches(name)[0][0]
        with torch.no_grad():
            distance = require_close(name, model(ids)[0], transformers_logits(case, model, ids), 1e-5)
        print(f"{name}: logits are transformers' within {distance:.1e}")


def check_hunyuan_large() -> None:
    """Cross-layer attention and top-1, against the slow model that the families' goldens come from."""
    from hunyuan_large import HunyuanLarge

    case = CASES["mixture"]
    model, slow = noisy(case), HunyuanLarge(case.config)
    slow.load_state_dict(model.state_dict())
    with torch.no_grad():
        for row in batches("mixture")[0][0]:
            theirs = slow.logits(slow.hidden(row.tolist()))
            distance = require_close("mixture", model(row[None])[0][0], theirs, 1e-5)
    print(f"mixture: logits are those of hunyuan_large.py within {distance:.1e}")


def check_balance() -> None:
    generator = torch.Generator().manual_seed(1)
    z = torch.randn(9, 5, dtype=torch.float64, generator=generator, requires_grad=True)
    p = z.softmax(-1)
    choices = ranks(p, 2)[0]
    literal = 5 * sum((choices == e).any(-1).double().mean() * p[:, e].mean() for e in range(5))
    require_close("balance", losses(z, p, choices)[0], literal, 1e-12)
    torch.autograd.gradcheck(lambda z: losses(z, z.softmax(-1), choices), (z,))
    even = torch.full((4, 4), 0.25, dtype=torch.float64)
    balanced = torch.tensor([[0, 1], [1, 2], [2, 3], [3, 0]])
    require_close("balance, even", losses(even.log(), even, balanced)[0], torch.tensor(2.0, dtype=torch.float64), 1e-12)
    print("balance and z losses: literal formula, finite differences, k where balanced")


def check_gradients() -> None:
    """The whole of L by finite differences, along a random direction of each tensor; decisions must not flip within the step."""
    for name in ("mixture", "mixture-top2", "mixture-drop", "dense-qwen2"):
        case, micro_batches = CASES[name], batches(name)[0]
        model = noisy(case, torch.float64)
        terms = lambda: backward(model, micro_batches, case.router(), case.balance, case.z)[0]["total"]  # noqa: E731
        terms()
        gradients = {n: p.grad.clone() for n, p in model.named_parameters()}
        generator, worst = torch.Generator().manual_seed(5), 0.0
        for n, parameter in model.named_parameters():
            direction = torch.randn(parameter.shape, dtype=torch.float64, generator=generator)
            values = []
            for sign in (1, -2, 1):
                parameter.data.add_(direction, alpha=sign * 1e-7)
                values.append(terms())
            numeric, exact = (values[0] - values[1]) / 2e-7, (gradients[n] * direction).sum().item()
            worst = max(worst, abs(numeric - exact) / (1e-3 + abs(exact)))
        if worst > 1e-4:
            raise AssertionError(f"{name}: gradients differ from finite differences by {worst}")
        print(f"{name}: gradients are finite differences within {worst:.1e} of their size")


def check_routing() -> None:
    case, ids = CASES["mixture-top2"], batches("mixture-top2")[0][0][:, :-1]
    model = noisy(case)
    free, wide = model(ids)[0], model(ids, Router(SEED, factor=100.0))[0]
    require_close("wide capacity", free, wide, 0)
    for layer in model.model.layers:  # literal top-k
        x = torch.randn(7, case.shape.hidden, generator=torch.Generator().manual_seed(2))
        p = layer.mlp.gate.wg(x).softmax(-1)
        values, chosen = p.topk(2)
        literal = torch.stack([layer.mlp.shared_mlp(t) + sum(w / v.sum() * layer.mlp.experts[int(e)](t) for w, e in zip(v, c))
                               for t, v, c in zip(x, values, chosen)])
        require_close("top-k", layer.mlp(x[None], Router(), 0)[0][0], literal, 1e-6)
    print("no capacity: plain top-k")
    for number in range(200):
        stream = RandomStream(number, "check")
        tokens, experts = 1 + stream.below(40), 2 + stream.below(7)
        active = 1 + stream.below(min(3, experts))
        choices = torch.stack([torch.tensor(stream.shuffle(list(range(experts)))[:active]) for _ in range(tokens)])
        limit = 1 + stream.below(tokens * active)
        dropped = torch.tensor(assign(choices.tolist(), experts, limit, None))
        if not torch.equal(dropped, FastRouter(recycles=False).place(choices, experts, limit, 0)):
            raise AssertionError(f"fast drop differs in {number}")
        fast = FastRouter().place(choices, experts, limit, 0)
        exact = torch.tensor(assign(choices.tolist(), experts, limit, RandomStream(number)))
        for recycled in (fast, exact):
            kept = dropped != NOBODY
            assert torch.equal(recycled[kept], dropped[kept]), f"a kept slot moved in {number}"
            assert torch.bincount(recycled.flatten() + 1, minlength=experts + 1)[1:].max() <= limit, f"over capacity in {number}"
            assert all(len(set(row) - {-1}) == sum(e >= 0 for e in row) for row in recycled.tolist()), f"twice in {number}"
            if active == 1 and experts * limit >= tokens:
                assert (recycled >= 0).all(), f"a token without expert in {number}"
    print("routing: 200 seeded cases, exact and fast")


def check_optimizers() -> None:
    generator = torch.Generator().manual_seed(4)
    for shape in ((6, 9), (9, 6)):
        # Five steps leave singular values of about 1, 0.68 to 1.13 (Jordan et al.).
        values = torch.linalg.svdvals(newton_schulz(torch.randn(shape, generator=generator)))
        assert 0.6 < values.min() and values.max() < 1.25, values
        # PyTorch's own works in bfloat16.
        ours, theirs = (torch.nn.Parameter(torch.ones(shape)) for _ in range(2))
        own = Muon([{"params": [ours], "lr": 0.01}], 0.95, 0.1)
        other = torch.optim.Muon([theirs], lr=0.01, weight_decay=0.1, momentum=0.95, adjust_lr_fn="match_rms_adamw")
        for _ in range(4):
            ours.grad = torch.randn(shape, generator=generator)
            theirs.grad = ours.grad.clone()
            own.step()
            other.step()
        require_close("muon", ours.data, theirs.data, 3e-4)
    for decay in ("cosine", "constant"):
        rates = [rate(s, 100, 10, 1.0, decay) for s in range(100)]
        assert math.isclose(rates[0], 0.1) and rates[9] == 1.0 and math.isclose(rates[-1], 0.1) and min(rates) > 0.0999
    print("muon: as torch.optim.Muon within the rounding of its bfloat16")


def check_order() -> None:
    for count in (1, 2, 4, 5, 16, 17, 1025):
        permutation = Permutation(count, 3, "x", 8, 1)
        assert sorted(permutation[k] for k in range(count)) == list(range(count))


def check_all() -> None:
    for check in (check_order, check_balance, check_routing, check_transformers, check_hunyuan_large, check_gradients, check_optimizers):
        check()


if __name__ == "__main__":
    torch.set_num_threads(1)
    check_all()
