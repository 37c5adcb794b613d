#!/usr/bin/env python3
"""Which θ and which scaling transformers takes from a `config.json`, for every family that it has a class for.

    python Scripts/reference/rope.py       # writes Tests/Goldens/rope.json

Of each configuration: the frequencies and the factor of cos and sin that the model's rotary embedding has, or that there is none; of those
marked `logits`, the last row of logits of Tests/Goldens/tiny with this configuration, in float32.
"""

import json
import logging
import pathlib
import shutil
import tempfile

import torch
import transformers

GOLDENS = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/Goldens"
IDS = [1, 5, 9, 33, 2, 7, 7, 60] * 8
FAMILIES = {
    "LlamaForCausalLM": "llama", "MistralForCausalLM": "mistral", "Qwen2ForCausalLM": "qwen2", "Qwen3ForCausalLM": "qwen3",
    "HunYuanDenseV1ForCausalLM": "hunyuan_v1_dense", "HunYuanMoEV1ForCausalLM": "hunyuan_v1_moe",
    "Qwen3MoeForCausalLM": "qwen3_moe",
}
LLAMA3 = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}


def variations() -> dict[str, dict]:
    """What is said of RoPE, old keys and new ones, once and twice."""
    top = {"rope_theta": 10000.0}
    table = {
        "nothing": {},
        "old theta": {"rope_theta": 500000.0},
        "new theta": {"rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}},
        "new theta beside the old": top | {"rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}},
        "new parameters with the old theta": top | {"rope_theta": 7e4, "rope_parameters": {"rope_type": "default"}},
        "theta within rope_scaling": top | {"rope_scaling": {"rope_type": "default", "rope_theta": 500000.0}},
        "both, theta in the newer": {"rope_scaling": {"rope_type": "default"}, "rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}},
        "both, theta in each": top | {"rope_scaling": {"type": "linear", "factor": 4.0, "rope_theta": 3e4}, "rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}},
        "both, the older empty": top | {"rope_scaling": {}, "rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500000.0}},
        "both, the older null": top | {"rope_scaling": None, "rope_parameters": {"rope_type": "linear", "factor": 2.0}},
        "both, two scalings": top | {"rope_scaling": {"rope_type": "yarn", "factor": 4.0}, "rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500000.0}},
        "an empty rope_parameters": {"rope_theta": 500000.0, "rope_parameters": {}},
        "type beside rope_type": top | {"rope_scaling": {"type": "linear", "rope_type": "default"}},
    }
    for key in ["rope_scaling", "rope_parameters"]:
        for kind in ["type", "rope_type"]:
            def rope(name: str, **more):
                return top | {key: {kind: name} | more}
            label = f"{key}.{kind}"
            table |= {
                f"{label} linear": rope("linear", factor=4.0),
                f"{label} dynamic": rope("dynamic", factor=4.0),
                f"{label} dynamic with alpha": rope("dynamic", factor=1.0, alpha=50.0),
                f"{label} llama3": rope("llama3", **LLAMA3, original_max_position_embeddings=16),
                f"{label} llama3 without the original length": rope("llama3", **LLAMA3),
                f"{label} llama3 with the original length at the top": rope("llama3", **LLAMA3) | {"original_max_position_embeddings": 16},
                f"{label} llama3 with two original lengths": rope("llama3", **LLAMA3, original_max_position_embeddings=8) | {"original_max_position_embeddings": 32},
                f"{label} yarn": rope("yarn", factor=4.0, original_max_position_embeddings=16),
                f"{label} yarn without the original length": rope("yarn", factor=4.0),
                f"{label} yarn with the original length at the top": rope("yarn", factor=4.0) | {"original_max_position_embeddings": 16},
                f"{label} yarn with two original lengths": rope("yarn", factor=4.0, original_max_position_embeddings=64) | {"original_max_position_embeddings": 16},
                f"{label} yarn with factors": rope("yarn", factor=4.0, mscale=0.7, mscale_all_dim=0.4, beta_fast=16.0, beta_slow=2.0, truncate=False),
                f"{label} yarn with its own theta": rope("yarn", factor=4.0, rope_theta=1e6, attention_factor=1.25, original_max_position_embeddings=16),
            }
    return table


# What the tiny Llama computes with it shows that nothing else is done with these keys.
LOGITS = [
    "nothing", "new theta beside the old", "both, theta in each", "both, two scalings", "rope_scaling.type dynamic",
    "rope_scaling.rope_type yarn with the original length at the top", "rope_scaling.rope_type yarn with two original lengths",
    "rope_parameters.rope_type llama3 with two original lengths",
]


def frequencies(architecture: str, said: dict) -> dict:
    config = {
        "architectures": [architecture], "model_type": FAMILIES[architecture], "hidden_size": 32, "intermediate_size": 48,
        "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 96,
        "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "eos_token_id": 0, "bos_token_id": 0, "pad_token_id": 0, "num_experts": 1,
        "num_experts_per_tok": 1,
    } | said
    try:
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "config.json").write_text(json.dumps(config))
            read = transformers.AutoConfig.from_pretrained(folder)
        rope = transformers.AutoModelForCausalLM.from_config(read).model.rotary_emb
        return {"frequencies": [float(f"{value:.9g}") for value in rope.inv_freq], "factor": float(rope.attention_scaling)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:120]}


def logits(said: dict) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(GOLDENS / "tiny", folder, dirs_exist_ok=True)
        path = pathlib.Path(folder) / "config.json"
        config = json.loads(path.read_text())
        del config["rope_theta"]
        path.write_text(json.dumps(config | said))
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            last = model(torch.tensor([IDS])).logits[0, -1]
        return {"said": said, "last": [round(float(value), 6) for value in last]}


def main() -> None:
    logging.disable(logging.WARNING)
    transformers.utils.logging.set_verbosity_error()
    table = variations()
    cases = [
        {"family": architecture, "name": name, "said": said} | frequencies(architecture, said)
        for architecture in FAMILIES for name, said in table.items()
    ]
    computed = [{"name": name} | logits(table[name]) for name in LOGITS]
    by = f"transformers {transformers.__version__}, float32, eager"
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in computed)
    (GOLDENS / "rope.json").write_text(f'{{"by":{json.dumps(by)},"ids":{json.dumps(IDS)},"cases":[\n{lines}\n],"logits":[\n{rows}\n]}}\n')
    print(len(cases), "configurations,", sum("error" in case for case in cases), "refused;", len(computed), "with logits")


if __name__ == "__main__":
    main()
