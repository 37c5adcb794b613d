#!/usr/bin/env python3
"""What jinja2 makes of chat templates, as `transformers` sets it up: the goldens of TemplatesTests.

    python Scripts/goldens/template_goldens.py --resources Tests/TemplatesTests/Resources

Reads the templates in `templates/`, and writes `families.json` (each of them with many conversations; `tools`
of a case says how many of the tools it has),
`expressions.json` (small templates, one or more for each construct, from template_expressions.txt) and `random.json`
(templates put together at random, above all of white space and tags). A case has `text`, or `error` with the kind of
Python's error and, for what cannot be parsed, its line. The output is the same for the same versions.
"""

import argparse
import copy
import json
import random
from pathlib import Path

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template, render_jinja_template

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "weather of a CITY, now & <soon>",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Name; 'Zürich', \"Genf\", 北京"},
                "days": {"type": "integer", "minimum": 0, "maximum": 14, "default": 1},
                "units": {"type": "string", "enum": ["C", "F", None, True, 1.5, 1e22]},
            },
            "required": ["city"],
        },
    },
}
CLOCK = {"type": "function", "function": {"name": "clock", "description": "", "parameters": {"type": "object", "properties": {}}}}


def turn(role: str, content: object, **more: object) -> dict:
    return {"role": role, "content": content, **more}


def conversations() -> list[tuple[str, list[dict]]]:
    calls = [{"id": "abcdefghi", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Zürich", "days": 2}}}]
    two = calls + [{"id": "123456789", "type": "function", "function": {"name": "clock", "arguments": {}}}]
    thought = "<think>\nHm. 1 < 2 & so.\n</think>\n\nParis."
    return [
        ("one turn", [turn("user", "Hi")]),
        ("a system turn", [turn("system", "Be brief."), turn("user", "Hi")]),
        ("an empty system turn", [turn("system", ""), turn("user", "Hi")]),
        ("an answer", [turn("user", "Hi"), turn("assistant", "Hello!")]),
        ("a system turn and an answer", [turn("system", "Be brief."), turn("user", "U1"), turn("assistant", "A1")]),
        ("three turns", [turn("user", "U1"), turn("assistant", "A1"), turn("user", "U2")]),
        ("five turns", [turn("system", "SYS"), turn("user", "U1"), turn("assistant", "A1"), turn("user", "U2"),
                        turn("assistant", "A2")]),
        ("white space", [turn("system", "  S\n"), turn("user", "\n U1 \t\n"), turn("assistant", " A1\u3000\n"), turn("user", "U2 ")]),
        ("Unicode", [turn("system", "你是助手。"), turn("user", "e\u0301 é 😀 \u200b\u00a0x"), turn("assistant", "👩‍👩‍👧 ﷽ İß")]),
        ("an empty user turn", [turn("user", "")]),
        ("tags in a turn", [turn("user", "{{ 1 }} {% raw %} <|im_end|> </think>"), turn("assistant", "{# no #}")]),
        ("thoughts", [turn("user", "U1"), turn("assistant", thought), turn("user", "U2"), turn("assistant", thought)]),
        ("thoughts apart", [turn("user", "U1"), turn("assistant", "A1", reasoning_content="\nBecause\n"), turn("user", "U2"),
                            turn("assistant", "A2", reasoning="Since")]),
        ("an answer in tags", [turn("user", "U1"), turn("assistant", "<think>\nT\n</think>\n<answer>\nA1\n</answer>"), turn("user", "U2")]),
        ("a call", [turn("user", "Weather?"), turn("assistant", "", tool_calls=calls), turn("tool", "3 °C", tool_call_id="abcdefghi"),
                    turn("assistant", "Cold.")]),
        ("two calls", [turn("system", "S"), turn("user", "Weather?"), turn("assistant", "I look.", tool_calls=two),
                       turn("tool", "3", tool_call_id="abcdefghi", name="get_weather"),
                       turn("tool", "12:00", tool_call_id="123456789"), turn("user", "Thanks")]),
        ("a result as an object", [turn("user", "W"), turn("assistant", None, tool_calls=calls),
                                   turn("tool", {"degrees": 3.0, "sky": ["grey", None]}, tool_call_id="abcdefghi")]),
        ("blocks", [turn("user", [{"type": "text", "text": "What is this?"}, {"type": "image", "url": "x"}]),
                    turn("assistant", [{"type": "text", "text": "A "}, {"type": "text", "text": "cat."}])]),
        ("two assistant turns", [turn("user", "U"), turn("assistant", "A"), turn("assistant", "B")]),
        ("system in the middle", [turn("user", "U1"), turn("system", "S2"), turn("user", "U2")]),
        ("no turns", []),
    ]


TOKENS = {
    "llama-2": ("<s>", "</s>"), "llama-3": ("<|begin_of_text|>", "<|eot_id|>"), "llama-3.1": ("<|begin_of_text|>", "<|eot_id|>"),
    "mistral-v1": ("<s>", "</s>"), "mistral-v3": ("<s>", "</s>"), "mistral-tekken": ("<s>", "</s>"), "mistral-v7": ("<s>", "</s>"),
    "hunyuan-large": ("<|bos|>", "<|eos|>"), "hunyuan-a13b": ("<|bos|>", "<|eos|>"), "hunyuan-7b": ("<|startoftext|>", "<|eos|>"),
}


def outcome(render) -> dict:
    try:
        return {"text": render()}
    except jinja2.TemplateSyntaxError as error:
        return {"error": type(error).__name__, "line": error.lineno}
    except jinja2.TemplateError as error:
        # What a template raises itself has exactly this type.
        return {"error": type(error).__name__} | ({"message": str(error)} if type(error) is jinja2.TemplateError else {})
    except Exception as error:  # noqa: BLE001: whatever Python says, it is an error
        return {"error": type(error).__name__}


def families(folder: Path) -> list[dict]:
    result = []
    for file in sorted((folder / "templates").glob("*.jinja")):
        source, name = file.read_text(encoding="utf-8"), file.stem
        bos, eos = TOKENS.get(name, (None, "<|im_end|>"))
        tokens = {k: v for k, v in {"bos_token": bos, "eos_token": eos}.items() if v is not None}
        cases = []
        for title, messages in conversations():
            variants = [(False, None, {}), (True, None, {})]
            if "tools" in source:
                variants += [(True, [WEATHER, CLOCK], {})]
            if "enable_thinking" in source:
                variants += [(True, None, {"enable_thinking": False}), (True, None, {"enable_thinking": True})]
            if "date_string" in source:
                variants += [(True, [WEATHER], {"date_string": "1 Jan 2025", "tools_in_user_message": False}),
                             (True, None, {"builtin_tools": ["code_interpreter", "get_weather", "clock"]})]
            for prompt, tools, more in variants:
                def render() -> str:
                    rendered, _ = render_jinja_template(
                        [copy.deepcopy(messages)], tools=tools, chat_template=source, add_generation_prompt=prompt, **tokens, **more)
                    return rendered[0]
                cases.append({"title": title, "add_generation_prompt": prompt, "tools": len(tools or []), "variables": more}
                             | outcome(render))
        result.append({"template": name, "tokens": tokens, "cases": cases})
    return result


VARIABLES = {
    "name": "World", "text": "  Ein Satz, ÄÖ ß.\n", "lines": "a\nb\n\n  c\n", "empty": "", "zero": 0, "one": 1, "big": 123456789012,
    "half": 0.5, "third": 1 / 3, "yes": True, "no": False, "nothing": None, "words": ["pear", "Apple", "fig", "apple"],
    "numbers": [3, 1, 2, 10, -4], "mixed": [1, "a", None, True, 2.0, [1], {"k": "v"}], "nested": {"a": {"b": [{"c": 42}, {"c": "x"}]}},
    "people": [{"name": "Ann", "age": 30, "tags": ["x"]}, {"name": "bob", "age": 25}, {"name": "Cid", "age": 30, "tags": []}],
    "d": {"b": 2, "a": 1, "items": "shadowed", "C d": [1, 2]}, "quotes": "it's \"q\" \\ \t\u0001\u00e9\u200b\U0001f600",
    "emoji": "👩‍👩‍👧e\u0301", "none_list": [], "greek": "ΑΣ ΣΑΣ ὈΔΥΣΣΕΎΣ", "html": "<a href='x'>&</a>",
}


def expressions(file: Path) -> list[dict]:
    """Small templates, one on each line; those of several lines stand between lines of `---`."""
    sources, block = [], None
    for line in file.read_text(encoding="utf-8").split("\n"):
        if line == "---":
            if block is None:
                block = []
            else:
                sources.append("\n".join(block))
                block = None
        elif block is not None:
            block.append(line)
        elif line and not line.startswith("##"):
            sources.append(line)
    result = []
    for source in dict.fromkeys(sources):
        result.append({"source": source} | outcome(lambda: _compile_jinja_template(source).render(**copy.deepcopy(VARIABLES))))
    return result


SPACES = ["", " ", "  ", "\n", "\n\n", " \n", "\n ", "\t", "\n\t ", "\r\n", "x", " y ", "z\n", "\n w", "\u00a0", "a\n  b"]
OPEN = ["", "-", "+"]
CLOSE = ["", "-", "+"]
EXPRESSIONS = [
    "name", "one + 2", "words[1]", "words|join(',')", "d.b", "nothing", "missing", "half", "'a' ~ one ~ none", "numbers[-2:]", "numbers[::-1]",
    "'x' if yes else 'y'", "'x' if no", "[1, 'b', (2,)]", "{'k': words[0]}", "name|upper", "text|trim", "one in numbers", "not yes and no or one",
    "numbers|sort|first", "one < 2 < 3", "'%s-%d' % (name, 3)", "name[1:3]", "words|length", "yes is true", "nested.a.b[0].c", "-one|abs",
    "2 ** 3 // 3", "7 % -3", "people|map(attribute='name')|list", "d|tojson", "loop is defined", "ns.count", "emoji|length", "name.lower().startswith('w')",
]


class Maker:
    """Templates put together at random; a seed each."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, options: list):
        return self.random.choice(options)

    def tag(self, body: str) -> str:
        close = self.pick(CLOSE)
        return "{%" + self.pick(OPEN) + self.pick(["", " "]) + body + " " + close + "%}"

    def output(self) -> str:
        close = self.pick(["", "-"])
        expression = self.pick(EXPRESSIONS)
        while self.random.random() < 0.2:
            expression += self.pick([" ~ ", " ~ ", " == ", " or ", " and ", " if one else ", " if zero else ", " + ", " in "]) + self.pick(EXPRESSIONS)
        return "{{" + self.pick(OPEN) + " " + expression + " " + close + "}}"

    def body(self, depth: int) -> str:
        return "".join(self.pick(SPACES) + self.part(depth) for _ in range(self.random.randint(1, 2))) + self.pick(SPACES)

    def part(self, depth: int) -> str:
        kind = self.random.randrange(14 if depth > 0 else 4)
        if kind < 2:
            return self.output()
        if kind == 2:
            return "{#" + self.pick(OPEN) + self.pick(SPACES) + "c" + self.pick(CLOSE) + "#}"
        if kind == 3:
            return self.pick([self.tag("set v = " + self.pick(EXPRESSIONS)) + "{{ v }}", self.tag("set ns.count = ns.count + 1"),
                              self.tag("raw") + self.pick(SPACES) + "{{ no }}" + self.pick(SPACES) + self.tag("endraw")])
        if kind < 7:
            middle = self.pick(["", self.tag("else") + self.body(depth - 1),
                                self.tag("elif " + self.pick(EXPRESSIONS)) + self.body(depth - 1) + self.tag("else") + self.body(depth - 1)])
            return self.tag("if " + self.pick(EXPRESSIONS)) + self.body(depth - 1) + middle + self.tag("endif")
        if kind < 11:
            head = self.pick(["x in numbers", "x in words", "k, v in d.items()", "x in numbers if x > 1", "x in none_list", "c in name", "x in people|map(attribute='age')"])
            inside = self.pick(["{{ loop.index }}", "{{ x }}{{ loop.last }}", "{{ k }}", "", self.tag("if loop.first") + self.tag("continue") + self.tag("endif"),
                                self.tag("if loop.index0 == 2") + self.tag("break") + self.tag("endif"), "{{ loop.previtem }}|{{ loop.nextitem }}"])
            middle = self.pick(["", "", self.tag("else") + self.body(depth - 1)])
            return self.tag("for " + head) + inside + self.body(depth - 1) + middle + self.tag("endfor")
        if kind == 11:
            return self.tag("set v") + self.body(depth - 1) + self.tag("endset") + self.pick(SPACES) + "{{ v|length }}{{ v }}"
        if kind == 12:
            return self.tag("generation") + self.body(depth - 1) + self.tag("endgeneration")
        return (self.tag("macro m(a, b=2)") + "{{ a }}{{ b }}" + self.body(depth - 1) + self.tag("endmacro")
                + self.pick(["{{ m(1) }}", "{{ m('q', b=one) }}", "{{ m() }}", "{{ m(a=1) }}"]))

    def template(self) -> str:
        source = self.pick(["{% set ns = namespace(count=0) %}", "{% set ns = namespace(count=0) -%}\n"]) + self.body(2)
        if self.random.random() < 0.06:
            place = self.random.randrange(len(source) + 1)
            source = source[:place] + source[place + self.random.randint(1, 4):]
        return source


def randoms(count: int) -> list[dict]:
    result = []
    for seed in range(count):
        source = Maker(seed).template()
        result.append({"source": source} | outcome(lambda: _compile_jinja_template(source).render(**copy.deepcopy(VARIABLES))))
    return result


def write(path: Path, value: object) -> None:
    # ASCII, so that no editor or checkout normalizes the texts or their line ends.
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--resources", type=Path, required=True, help="the folder with `templates/` and template_expressions.txt")
    folder: Path = parser.parse_args().resources
    versions = {"jinja2": jinja2.__version__, "transformers": transformers.__version__}
    found = families(folder)
    small = expressions(folder / "template_expressions.txt")
    drawn = randoms(1300)
    write(folder / "families.json", versions | {"tools": [WEATHER, CLOCK], "conversations": dict(conversations()), "families": found})
    write(folder / "expressions.json", versions | {"variables": VARIABLES, "cases": small})
    write(folder / "random.json", versions | {"cases": drawn})
    for name, cases in (("families", [c for f in found for c in f["cases"]]), ("expressions", small), ("random", drawn)):
        print(f"{name}: {len(cases)} cases, {sum('error' in c for c in cases)} of them errors")


if __name__ == "__main__":
    main()
