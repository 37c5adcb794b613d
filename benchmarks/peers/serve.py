"""transformers with PEFT's adapters as a server that `accrete-bench` can load: static batches of up to 32 padded prompts, each row with
an adapter of its own (`adapter_names`), written greedily.

    .venv/bin/python benchmarks/peers/serve.py --base DIR --adapters DIR/t0 DIR/t1 … --listen 127.0.0.1:8090 --threads 2

An adapter's model is the name of its folder; `base` is none. A batch goes on until every row has its tokens, and all rows are answered
then: the time to the first token is that to the last, and `/version` says so in every record. One line of JSON on standard output when it
is ready.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import torch
import transformers
from peft import PeftModel

import openai_form
from batching import Batches, Waiting, cut
from lora_model import DTYPE, computing, load_base
from openai_form import Refused
from rounds import arguments, say, versions

# PEFT's word for a row without an adapter.
NO_ADAPTER = "__base__"


class RowsDone(transformers.StoppingCriteria):
    """A row is done at its own limit or end token; `generate` ends with the last. Without it a batch would always go to its longest limit,
    which is more work than a careful user of PEFT would do."""

    def __init__(self, batch: list[Waiting], width: int, end: set[int]) -> None:
        self.width = width
        self.limits = torch.tensor([each.max_tokens for each in batch])
        self.heeds = torch.tensor([not each.ignores_end for each in batch])
        self.end = torch.tensor(sorted(end), dtype=torch.long)
        self.ended = torch.zeros(len(batch), dtype=torch.bool)

    def __call__(self, input_ids: torch.Tensor, scores: object, **rest: object) -> torch.Tensor:
        self.ended |= self.heeds & torch.isin(input_ids[:, -1], self.end)
        return self.ended | (input_ids.shape[1] - self.width >= self.limits)


class Model:
    def __init__(self, base: Path, adapters: list[Path], dtype: str, device: str) -> None:
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(base)
        self.dtype, self.device = dtype, device
        plain = load_base(base, dtype).eval()
        self.context = plain.config.max_position_embeddings
        end = plain.generation_config.eos_token_id
        self.end = set(end if isinstance(end, list) else [] if end is None else [end])
        # Ends are RowsDone's work, which knows who ignores them. The padding is masked, so any token does.
        plain.generation_config.eos_token_id = None
        self.padding = plain.config.pad_token_id or 0
        self.models: dict[str, str | None] = {"base": None}
        model = plain
        for folder in adapters:
            name = folder.name
            if name in self.models:
                raise SystemExit(f"serve.py: --adapters: folders with names of their own expected, got two called {name!r}. Rename one.")
            # PEFT keeps adapters as modules, whose names have no dot.
            inner = name.replace(".", "_")
            if model is plain:
                model = PeftModel.from_pretrained(plain, folder, adapter_name=inner)
            else:
                model.load_adapter(folder, adapter_name=inner)
            self.models[name] = inner
        self.model = model.eval().to(device)

    def answer(self, batch: list[Waiting]) -> None:
        width = max(len(each.prompt) for each in batch)
        # Padded on the left: what is written stands behind each prompt.
        ids = torch.full((len(batch), width), self.padding)
        mask = torch.zeros_like(ids)
        for row, each in enumerate(batch):
            ids[row, width - len(each.prompt):] = torch.tensor(each.prompt)
            mask[row, width - len(each.prompt):] = 1
        names = {"adapter_names": [each.adapter or NO_ADAPTER for each in batch]} if len(self.models) > 1 else {}
        criteria = transformers.StoppingCriteriaList([RowsDone(batch, width, self.end)])
        with torch.inference_mode(), computing(self.dtype):
            written = self.model.generate(
                input_ids=ids.to(self.device), attention_mask=mask.to(self.device), do_sample=False, pad_token_id=self.padding,
                max_new_tokens=max(each.max_tokens for each in batch), stopping_criteria=criteria, **names)
        for each, row in zip(batch, written[:, width:].tolist()):
            each.tokens, each.finish = cut(row, self.end, each.max_tokens, each.ignores_end)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Set before the server starts.
    model: Model
    batches: Batches
    about: bytes
    numbers = itertools.count()

    def log_message(self, *parts: object) -> None:
        pass

    def send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        bodies = {"/v1/models": openai_form.model_list(self.model.models), "/version": self.about, "/health": b"{}"}
        if self.path in bodies:
            return self.send(200, bodies[self.path])
        missing = Refused(404, "route_not_found", f"one of {', '.join(bodies)} expected, got {self.path}")
        self.send(missing.status, missing.body())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            if self.path != "/v1/completions":
                raise Refused(404, "route_not_found", f"/v1/completions expected, got {self.path}")
            kind, text = self.complete(body)
        except Refused as refused:
            return self.send(refused.status, refused.body())
        self.send(200, text, kind)

    def complete(self, body: bytes) -> tuple[str, bytes]:
        asked = openai_form.read(body, self.model.models)
        prompt = self.model.tokenizer(asked["prompt"])["input_ids"]
        if not prompt or len(prompt) + asked["max_tokens"] > self.model.context:
            raise Refused(400, "context_length_exceeded", f"a prompt of 1 token or more that leaves room for max_tokens expected, got "
                          f"{len(prompt)} + {asked['max_tokens']} tokens of {self.model.context}")
        request = Waiting(prompt, asked["adapter"], asked["max_tokens"], asked["ignores_end"])
        self.batches.submit(request)
        if request.error:
            raise Refused(500, "internal", request.error)
        text = self.model.tokenizer.decode(request.tokens, skip_special_tokens=True)
        return openai_form.answer(next(self.numbers), asked["model"], text, request.finish, len(prompt), len(request.tokens),
                                  asked["streams"])


class Listener(ThreadingHTTPServer):
    # A whole batch connects at once; http.server lets five wait.
    request_queue_size = 256
    daemon_threads = True


def main() -> None:
    options = arguments(
        __doc__, ("--base", {"type": Path, "required": True}), ("--adapters", {"type": Path, "nargs": "*", "default": []}),
        ("--listen", {"default": "127.0.0.1:8090"}), ("--batch", {"type": int, "default": 32, "help": "rows of a batch at most"}),
        ("--patience", {"type": float, "default": 0.05, "help": "seconds that a batch which is not full waits for more"}),
        ("--device", {"default": "cpu"}), DTYPE)
    torch.set_num_threads(options.threads)
    transformers.utils.logging.disable_progress_bar()
    model = Model(options.base, options.adapters, options.dtype, options.device)
    batches = Batches(model.answer, options.batch, options.patience)
    facts = {"server": "transformers + PEFT", "versions": versions(), "threads": torch.get_num_threads(), "dtype": options.dtype,
             "batch": f"static, {options.batch} rows at most, padded on the left, greedy",
             "streams": "all tokens at the end of a batch: ttft is the time to the last token, tpot and itl say nothing"}
    Handler.model, Handler.batches, Handler.about = model, batches, json.dumps(facts).encode()
    host, port = options.listen.rsplit(":", 1)
    server = Listener((host, int(port)), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say({**facts, "listen": f"{host}:{server.server_address[1]}", "pid": os.getpid(), "models": list(model.models)})
    # The model works on the main thread, whose number of threads was set.
    batches.run()


if __name__ == "__main__":
    main()
