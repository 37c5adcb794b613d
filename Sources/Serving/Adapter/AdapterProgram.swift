/// `predict.py` beside an exported adapter: the same answers without this program.
///
/// It follows `TaskModelRunner`, `PromptEncoder` and `LabelCombination`; Scripts/check_adapter compares both.
enum AdapterProgram {
  static let file = "predict.py"
  static let text = [beginning, rows, task].joined(separator: "\n\n")

  private static let beginning = #"""
    """Answers texts as `accrete predict` does, with PyTorch, transformers and peft alone.

        python predict.py texts.jsonl        rows {"text": …} (or {"prompt": …}, a conversation) in, a line with the answer out
        python predict.py texts.csv --columns text=body,id=number

    A file is JSONL, a JSON array, CSV or TSV, each also gzipped; - is standard input. A row's own answer is not asked. A row that cannot be
    read has {"line": …, "error": …} in place of its answer, and the program ends with 65.

    What a text is surrounded by, its labels and how the parts are weighed stands in accrete.json beside this file.
    """

    import argparse
    import csv
    import datetime
    import gzip
    import io
    import itertools
    import json
    import pathlib
    import re
    import sys

    if __name__ == "__main__":
        # Before the imports, which take their time.
        parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("file", help="the rows; - is standard input")
        parser.add_argument("--columns", default="", metavar="OWN=THEIRS,…", help="which columns of the file are meant")
        options = parser.parse_args()
        try:
            named = options.columns.startswith("{") and list(json.loads(options.columns).items())
        except ValueError:
            named = [[]]
        pairs = named or [[side.strip() for side in pair.split("=", 1)] for pair in options.columns.split(",") if options.columns]
        columns = dict(pair for pair in pairs if len(pair) == 2 and all(isinstance(side, str) and side for side in pair))
        if len(columns) < len(pairs) or len(set(columns.values())) < len(columns):
            parser.error(f"--columns: expected pairs OWN=THEIRS separated by commas, each name once, got {options.columns}")
        if options.file != "-" and not pathlib.Path(options.file).is_file():
            sys.exit(
                f"{options.file}: there is no such file. This takes a file of rows; for a text by itself: "
                "echo '{\"text\": \"…\"}' | python predict.py -"
            )

    import torch
    from jinja2 import TemplateError
    from peft import AutoPeftModelForCausalLM
    from safetensors.torch import load_file
    from transformers import AutoTokenizer
    """# + "\n"

  private static let task = #"""
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
                self.specials = [token.content for token in self.tokenizer.added_tokens_decoder.values() if token.special]
            space = self.chat["answerStart"] if self.chat else " "
            self.answers = [self.ids(space + label) + [self.end] for label in self.form["labels"]]
            whole, plain = self.tokenizer("a").input_ids, self.ids("a")
            beginning = whole[: next(i for i in range(len(whole) + 1) if whole[i : i + len(plain)] == plain)]
            instruction, cue = self.form["instruction"], self.form["cue"]
            # Parts are tokenized apart, so that a text can be shortened without touching the others.
            self.before = beginning + (self.ids(instruction + "\n") if instruction else [])
            self.after = self.ids("\n" + cue) if cue else []
            # Rows of texts with labels are learned without white space at their ends.
            self.strips = bool(not self.chat and self.form["labels"] and (instruction or cue))

        def ids(self, text):
            return self.tokenizer(text, add_special_tokens=False).input_ids

        def prompt(self, text, tools=None):
            """The prompt's tokens, and those of the text among them: a long text loses its beginning."""
            length = min(self.form["maxLength"], self.model.config.max_position_embeddings)
            longest = max(map(len, self.answers)) if self.answers else self.form["answerTokens"]
            if self.chat:
                turns = text if isinstance(text, list) else [{"role": "user", "content": text}]
                for special in self.specials:
                    if special in json.dumps([turns, tools], ensure_ascii=False):
                        raise ValueError(f"a turn that spells the special token {special}")
                ids = self.fitted(turns, length - longest, tools)
                return ids, ids
            text = text.strip() if self.strips else text
            room = max(0, length - len(self.before) - len(self.after) - longest)
            ids = self.ids(text)
            ids = ids[max(0, len(ids) - room) :]
            return self.before + ids + self.after, ids

        def written(self, turns, tools):
            # A template that writes the date gets the one that the task was learned with.
            text = self.tokenizer.apply_chat_template(
                turns, tools=tools, tokenize=False, add_generation_prompt=True,
                strftime_now=lambda form: datetime.datetime(2024, 7, 26).strftime(form))
            return self.ids(text + self.chat["promptEnd"])

        def fitted(self, turns, room, tools):
            """A conversation's tokens: of a long one the oldest turns are left out, then the beginning of what was said last."""
            ids = self.written(turns, tools)
            if len(ids) <= room:
                return ids
            system = list(itertools.takewhile(lambda turn: turn["role"] in ("system", "developer"), turns))
            rest = turns[len(system) :]
            starts = [position for position, turn in enumerate(rest) if position and turn["role"] == "user"]
            for start in starts:
                ids = self.written(system + rest[start:], tools)
                if len(ids) <= room:
                    return ids
            kept = system + rest[starts[-1] if starts else 0 :]
            said, low, high = kept[-1]["content"], 0, len(kept[-1]["content"])

            def cut(start):
                return self.written(kept[:-1] + [kept[-1] | {"content": said[start:]}], tools)

            while low < high:
                middle = (low + high) // 2
                low, high = (low, middle) if len(cut(middle)) <= room else (middle + 1, high)
            if low == len(said) or len(cut(low)) > room:
                raise ValueError("more than there is room for")
            return cut(low)

        @torch.no_grad()
        def predict(self, text, tools=None):
            """The answer to a text, or to a list of messages where the task learned from conversations; the last turn is not the answer."""
            prompt, own = self.prompt(text, tools)
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


    def read(line, row, is_chat):
        """What a row asks, or what is wrong with it."""
        try:
            return row if isinstance(row, Problem) else asked(row, is_chat)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            return Problem(line, f"expected a row with a text, a prompt or a conversation, got {error}")


    def main():
        name, task, problems = options.file, Task(pathlib.Path(__file__).parent), []
        try:
            data = sys.stdin.buffer.read() if name == "-" else pathlib.Path(name).read_bytes()
            rows = [(line, row, read(line, row, bool(task.chat))) for line, row in ((line, under(columns, row, line)) for line, row in rows_of(data))]
            if all(isinstance(asks, Problem) for _, _, asks in rows):
                raise rows[0][2] if rows else Problem(None, "expected at least one row, got none")
        except (OSError, Problem) as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 65
        for line, row, asks in rows:
            answer = named(row)
            try:
                if isinstance(asks, Problem):
                    raise asks
                answer |= {"line": line} | task.predict(*asks)
            # What the base's template does not write, and what there is no room for.
            except (Problem, TemplateError, TypeError, ValueError, RecursionError) as error:
                text = str(error) if isinstance(error, Problem) else f"line {line}: {error}"
                problems.append(text)
                answer |= {"line": line, "error": text}
            print(json.dumps(answer, ensure_ascii=False), flush=True)
        if problems:
            print(f"{name}: {len(problems)} of {len(rows)} rows could not be read, the first: {problems[0]}", file=sys.stderr)
        return 65 if problems else 0


    if __name__ == "__main__":
        try:
            sys.exit(main())
        except BrokenPipeError:
            # Nobody reads any more. What Python would flush at its end goes nowhere.
            sys.stdout = None
            sys.exit(141)
    """# + "\n"
}
