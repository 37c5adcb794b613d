/// `predict.py` beside an exported adapter: the same answers without this program.
///
/// It follows `TaskModelRunner`, `PromptEncoder` and `LabelCombination`; Scripts/check_adapter compares both.
enum AdapterProgram {
  static let file = "predict.py"
  static let text = #"""
    """Answers texts as `accrete predict` does, with PyTorch, transformers and peft alone.

        python predict.py texts.jsonl        lines {"text": …} (or {"prompt": …}, {"messages": […]}) in, a line with the answer out

    What a text is surrounded by, its labels and how the parts are weighed stands in accrete.json beside this file.
    """

    import csv
    import datetime
    import itertools
    import json
    import pathlib
    import sys

    import torch
    from peft import AutoPeftModelForCausalLM
    from safetensors.torch import load_file
    from transformers import AutoTokenizer


    class Task:
        def __init__(self, folder):
            folder = pathlib.Path(folder)
            self.about = json.loads((folder / "accrete.json").read_text())["model"]
            self.form = self.about["form"]
            # Weights are computed in float32, whatever they are stored in.
            self.model = AutoPeftModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
            adapter = self.model.peft_config["default"]
            self.tokenizer = AutoTokenizer.from_pretrained(adapter.base_model_name_or_path, revision=adapter.revision)
            end = self.model.generation_config.eos_token_id
            self.end = end[0] if isinstance(end, list) else end
            head = folder / "head.safetensors"
            self.head = {name: tensor.float() for name, tensor in load_file(head).items()} if head.exists() else {}
            # Conversations are written by the base's chat template; plain texts are not.
            self.chat = self.form.get("template")
            if self.chat:
                self.end = self.chat["end"]
            space = self.chat["answerStart"] if self.chat else " "
            self.answers = [self.ids(space + label) + [self.end] for label in self.form["labels"]]
            whole, plain = self.tokenizer("a").input_ids, self.ids("a")
            beginning = whole[: next(i for i in range(len(whole) + 1) if whole[i : i + len(plain)] == plain)]
            instruction, cue = self.form["instruction"], self.form["cue"]
            # Parts are tokenized apart, so that a text can be shortened without touching the others.
            self.before = beginning + (self.ids(instruction + "\n") if instruction else [])
            self.after = self.ids("\n" + cue) if cue else []

        def ids(self, text):
            return self.tokenizer(text, add_special_tokens=False).input_ids

        def prompt(self, text):
            """The prompt's tokens, and those of the text among them: a long text loses its beginning."""
            length = min(self.form["maxLength"], self.model.config.max_position_embeddings)
            longest = max(map(len, self.answers)) if self.answers else self.form["answerTokens"]
            if self.chat:
                ids = self.fitted(text if isinstance(text, list) else [{"role": "user", "content": text}], length - longest)
                return ids, ids
            room = max(0, length - len(self.before) - len(self.after) - longest)
            ids = self.ids(text)
            ids = ids[max(0, len(ids) - room) :]
            return self.before + ids + self.after, ids

        def written(self, turns):
            # A template that writes the date gets the one that the task was learned with.
            text = self.tokenizer.apply_chat_template(
                turns, tokenize=False, add_generation_prompt=True,
                strftime_now=lambda form: datetime.datetime(2024, 7, 26).strftime(form))
            return self.ids(text + self.chat["promptEnd"])

        def fitted(self, turns, room):
            """A conversation's tokens: of a long one the oldest turns are left out, then the beginning of what was said last."""
            ids = self.written(turns)
            if len(ids) <= room:
                return ids
            system = list(itertools.takewhile(lambda turn: turn["role"] in ("system", "developer"), turns))
            rest = turns[len(system) :]
            starts = [place for place, turn in enumerate(rest) if place and turn["role"] == "user"]
            for start in starts:
                ids = self.written(system + rest[start:])
                if len(ids) <= room:
                    return ids
            kept = system + rest[starts[-1] if starts else 0 :]
            said, low, high = kept[-1]["content"], 0, len(kept[-1]["content"])

            def cut(start):
                return self.written(kept[:-1] + [kept[-1] | {"content": said[start:]}])

            while low < high:
                middle = (low + high) // 2
                low, high = (low, middle) if len(cut(middle)) <= room else (middle + 1, high)
            return cut(low)

        @torch.no_grad()
        def predict(self, text):
            """The answer to a text, or to a list of messages where the task learned from conversations."""
            prompt, own = self.prompt(text)
            if not self.form["labels"]:
                out = self.model.generate(
                    input_ids=torch.tensor([prompt]), do_sample=False, max_new_tokens=self.form["answerTokens"],
                    eos_token_id=self.end, pad_token_id=self.end)[0, len(prompt) :]
                # The space that every answer begins with belongs to the prompt's form.
                return {"text": self.tokenizer.decode(out, skip_special_tokens=True).removeprefix(" ")}
            weights = self.about["combination"]
            scores = torch.tensor(weights["bias"], dtype=torch.float64)
            if weights["expert"] > 0:
                scores += weights["expert"] * self.expert(prompt).double().log_softmax(0)
            if weights["ridge"] > 0:
                embeddings = self.model.get_input_embeddings().weight[own].float()
                mean = embeddings.mean(0) if own else torch.zeros(embeddings.shape[1])
                logits = self.head["ridge.weights"] @ mean + self.head["ridge.bias"]
                scores += weights["ridge"] * (self.about["sharpness"] * logits.double()).log_softmax(0)
            p = scores.softmax(0).tolist()
            order = sorted(range(len(p)), key=lambda i: (-p[i], i))
            return {
                "label": self.form["labels"][order[0]], "confidence": p[order[0]],
                "probabilities": [{"label": self.form["labels"][i], "p": p[i]} for i in order],
            }

        def expert(self, prompt):
            """log p of each label's tokens behind the prompt; with a trained head, its logits."""
            if self.about.get("head") == "trained":
                state = self.model.base_model.model.model(torch.tensor([prompt])).last_hidden_state[0, -1]
                return self.head["trained.weights"] @ state
            sums = []
            for answer in self.answers:
                logits = self.model(torch.tensor([prompt + answer])).logits[0, len(prompt) - 1 : -1]
                sums.append(logits.log_softmax(-1).gather(1, torch.tensor(answer)[:, None]).sum())
            return torch.stack(sums)


    if __name__ == "__main__":
        if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
            sys.exit(f"usage: python {sys.argv[0]} FILE   (lines of JSON with text, prompt or messages; or NAME.csv; - is standard input)")
        lines = sys.stdin if sys.argv[1] == "-" else open(sys.argv[1], encoding="utf-8-sig", newline="")
        is_table = sys.argv[1].lower().endswith(".csv")
        task = Task(pathlib.Path(__file__).parent)
        for row in csv.DictReader(lines) if is_table else (json.loads(line) for line in lines if line.strip()):
            text = row["text"].strip() if "text" in row else row.get("prompt", row.get("messages"))
            if text is None:
                sys.exit(f"{sys.argv[1]}: a row has text, prompt or messages; this one has {list(row)}")
            print(json.dumps(task.predict(text), ensure_ascii=False))
    """# + "\n"
}
