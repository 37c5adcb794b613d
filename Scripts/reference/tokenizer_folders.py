#!/usr/bin/env python3
"""What `AutoTokenizer` makes of folders whose files beside `tokenizer.json` say more than it does.

    python Scripts/reference/tokenizer_folders.py     # writes Tests/TokenizationTests/Resources/folders.json

Needs `transformers` (requirements.txt). Each folder is the `tokenizer.json` of a form in Tests/TokenizationTests/Resources/forms, with
some of its keys replaced, and a few small files. Written are these, and of some texts the ids and both decoded texts; or that
`AutoTokenizer` makes nothing of the folder.
"""

import json
import logging
import pathlib
import tempfile

import transformers

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FORMS = ROOT / "Tests/TokenizationTests/Resources/forms"

TEXTS = [
    "Hello world", "a <|im_end|> b", "<|tool|> hi<|im_end|>", "x<|tool|>y <|call|>  z", " <tool> a<tool>b", "<é> e\u0301 <e\u0301>", "the  theory of the",
    "<s> hi</s> you", "<pad><img> <|extra_0|> [INST] a [/INST]", "", "   ", "caf\u00e9 cafe\u0301 1234 don't", "a\u2581b <unk> <mask>", "<\u00f6> x<o\u0308>", "<|endoftext|>\n\n<|pad|>",
]


def token(content: str, **flags) -> dict:
    base = {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return base | flags


def size(form: str) -> int:
    file = json.loads((FORMS / form / "tokenizer.json").read_text())
    return len(set(file["model"]["vocab"]) | {entry["content"] for entry in file["added_tokens"]})


def id_of(form: str, content: str) -> int:
    file = json.loads((FORMS / form / "tokenizer.json").read_text())
    for entry in file["added_tokens"]:
        if entry["content"] == content:
            return entry["id"]
    return file["model"]["vocab"][content]


def table() -> list[dict]:
    cases: list[dict] = []

    def case(name: str, form: str, model: str | None = "llama", edits: dict | None = None, **files):
        """Files by their names without ending; written as texts, since the order of keys decides ids."""
        written = {key + ".json": json.dumps(value) for key, value in files.items()}
        if model:
            written["config.json"] = json.dumps({"model_type": model})
        cases.append({"name": name, "form": form, "edits": edits or {}, "files": written})

    fast = {"tokenizer_class": "PreTrainedTokenizerFast"}
    for form in ["gpt2", "llama3", "hunyuan-dense", "llama2", "metaspace"]:
        case(f"{form} as it is", form, tokenizer_config=fast)
        case(f"{form} without a configuration", form)
        end = size(form)
        new = {str(end): token("<|tool|>"), str(end + 1): token("<|call|>", special=False, normalized=True)}
        case(f"{form} with new tokens", form, tokenizer_config=fast | {"added_tokens_decoder": new})
    form = "gpt2"
    end = size(form)
    known = id_of(form, "<|endoftext|>")
    case("a new token that strips", form, tokenizer_config=fast | {
        "added_tokens_decoder": {str(end): token("<|tool|>", lstrip=True, rstrip=True)}})
    case("flags of a known token", form, tokenizer_config=fast | {
        "added_tokens_decoder": {str(known): token("<|endoftext|>", lstrip=True, rstrip=True)}})
    case("a special token declared plain", form, tokenizer_config=fast | {
        "added_tokens_decoder": {str(known): token("<|endoftext|>", special=False)}})
    case("a word declared special", form, tokenizer_config=fast | {
        "added_tokens_decoder": {str(id_of(form, "the")): token("the")}})
    case("a word declared a single word", form, tokenizer_config=fast | {
        "added_tokens_decoder": {str(id_of(form, "the")): token("the", single_word=True, special=False)}})
    case("flags left out", form, tokenizer_config=fast | {
        "added_tokens_decoder": {str(end): {"content": "<|tool|>"}, str(end + 1): {"content": "<|call|>", "special": True}}})
    case("ids as text out of order", form, tokenizer_config=fast | {
        "added_tokens_decoder": {str(end + 1): token("<|call|>"), str(end): token("<|tool|>")}})
    case("an empty added_tokens_decoder", form, tokenizer_config=fast | {"added_tokens_decoder": {}},
         added_tokens={"<|tool|>": end})
    case("two spellings", form, tokenizer_config=fast | {
        "added_tokens_decoder": {str(end): token("<\u00f6>", special=False), str(end + 1): token("<o\u0308>", special=False)}})
    case("added_tokens", form, tokenizer_config=fast, added_tokens={"<|tool|>": end, "<|call|>": end + 1})
    case("added_tokens without a configuration", form, added_tokens={"<|tool|>": end})
    case("added_tokens beside added_tokens_decoder", form, tokenizer_config=fast | {
        "added_tokens_decoder": {str(end): token("<|call|>")}}, added_tokens={"<|tool|>": end + 1})
    case("added_tokens made special", form, tokenizer_config=fast | {"pad_token": "<|tool|>"},
         added_tokens={"<|tool|>": end, "<|call|>": end + 1}, special_tokens_map={"additional_special_tokens": ["<|call|>"]})
    case("added_tokens with a known token", form, tokenizer_config=fast, added_tokens={"<|endoftext|>": known, "<|tool|>": end})
    case("special_tokens_map", form, tokenizer_config=fast, special_tokens_map={
        "eos_token": token("<|endoftext|>", lstrip=True), "pad_token": "<pad>"})
    case("special_tokens_map with special", form, tokenizer_config=fast, special_tokens_map={
        "pad_token": {"content": "<pad>", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False}})
    case("special_tokens_map beside added_tokens_decoder", form, tokenizer_config=fast | {
        "added_tokens_decoder": {str(known): token("<|endoftext|>")}}, special_tokens_map={"pad_token": "<pad>"})
    case("special_tokens_map against the configuration", form, tokenizer_config=fast | {"pad_token": "<img>"},
         special_tokens_map={"pad_token": "<pad>"})
    case("additional tokens", form, tokenizer_config=fast | {"additional_special_tokens": ["<|tool|>", "<|call|>", "<|im_end|>"]})
    case("additional tokens as objects", form, tokenizer_config=fast | {
        "additional_special_tokens": [token("<|tool|>", rstrip=True) | {"__type": "AddedToken"}]})
    case("additional tokens as plain objects", form, tokenizer_config=fast | {"additional_special_tokens": [token("<|tool|>")]})
    case("additional tokens of the map", form, tokenizer_config=fast, special_tokens_map={"additional_special_tokens": ["<|tool|>"]})
    case("additional tokens of the map as objects", form, tokenizer_config=fast, special_tokens_map={
        "additional_special_tokens": [token("<|tool|>", lstrip=True)]})
    case("extra tokens of the map as objects", form, tokenizer_config=fast, special_tokens_map={
        "extra_special_tokens": [{"content": "<|tool|>", "lstrip": True, "normalized": False}]})
    case("extra tokens", form, tokenizer_config=fast | {"extra_special_tokens": ["<|tool|>", "the"]})
    case("extra and additional tokens", form, tokenizer_config=fast | {
        "extra_special_tokens": ["<|tool|>"], "additional_special_tokens": ["<|call|>"]})
    case("no extra and additional tokens", form, tokenizer_config=fast | {
        "extra_special_tokens": [], "additional_special_tokens": ["<|call|>"]})
    case("extra tokens by name", form, tokenizer_config=fast | {"extra_special_tokens": {"image_token": "<img>", "x": "<|tool|>"}})
    case("a token of a kind of its own", form, tokenizer_config=fast | {"image_token": "<img>", "add_bos_token": True, "note_token": None})
    case("a new padding token", form, tokenizer_config=fast | {"pad_token": "<pad>", "mask_token": "<mask>"})
    case("named and declared", form, tokenizer_config=fast | {
        "pad_token": "<pad>", "added_tokens_decoder": {str(end): token("<pad>", lstrip=True)}})
    case("named and declared plain", form, tokenizer_config=fast | {
        "pad_token": "<pad>", "added_tokens_decoder": {str(end): token("<pad>", special=False)}})
    case("a named word", form, tokenizer_config=fast | {"pad_token": "the"})
    case("text is split", form, tokenizer_config=fast | {"split_special_tokens": True})
    case("an added beginning", form, tokenizer_config=fast | {"add_bos_token": True, "bos_token": "<|endoftext|>"})
    case("a rule of truncation", form, tokenizer_config=fast, edits={
        "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}})
    case("a rule of padding", form, tokenizer_config=fast, edits={
        "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": known,
                    "pad_type_id": 0, "pad_token": "<|endoftext|>"}})
    form = "qwen2"
    end = len(json.loads((FORMS / form / "tokenizer.json").read_text())["model"]["vocab"])
    case("qwen2 normalized", form, model="qwen2", tokenizer_config={"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": {
        str(end): token("<o\u0308>", special=False, normalized=True)}})
    for klass in ["Qwen2Tokenizer", "Qwen2TokenizerFast", "PreTrainedTokenizerFast", "GPT2Tokenizer", "LlamaTokenizerFast", None]:
        for form, model in [("qwen2", "qwen2"), ("gpt2", "qwen2"), ("gpt2", "qwen3"), ("llama3", "llama"), ("gpt2", "llama"),
                            ("gpt2", None), ("gpt2", "mistral"), ("gpt2", "hunyuan_v1_dense")]:
            configuration = {"tokenizer_class": klass} if klass else {}
            case(f"{form} as {klass} of {model}", form, model=model, tokenizer_config=configuration)
    declared = {str(known): token("<|endoftext|>", lstrip=True)}
    for klass in ["Qwen2Tokenizer", "GPT2Tokenizer"]:
        case(f"{klass} with flags", "gpt2", model=None, tokenizer_config={"tokenizer_class": klass, "added_tokens_decoder": declared,
             "eos_token": "<|endoftext|>"})
        case(f"{klass} with a space before", "gpt2", model=None, tokenizer_config={"tokenizer_class": klass, "add_prefix_space": True})
        case(f"{klass} without declared tokens", "gpt2", model=None, tokenizer_config={
            "tokenizer_class": klass, "added_tokens_decoder": {}})
    for form in ["llama2", "mistral", "metaspace"]:
        for more in [{}, {"legacy": True}, {"legacy": False}, {"add_prefix_space": False}, {"add_prefix_space": True}]:
            for model in ["llama", "mistral"]:
                case(f"{form} as LlamaTokenizer of {model} with {more}", form, model=model,
                     tokenizer_config={"tokenizer_class": "LlamaTokenizer"} | more)
        case(f"{form} of llama", form, tokenizer_config={})
    unk, start, stop = (id_of("llama2", name) for name in ["<unk>", "<s>", "</s>"])
    declared = {str(unk): token("<unk>", normalized=True), str(start): token("<s>", normalized=True), str(stop): token("</s>", normalized=True)}
    case("Llama 2's declared tokens", "llama2", tokenizer_config={
        "tokenizer_class": "LlamaTokenizer", "added_tokens_decoder": declared, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"})
    case("Llama 2 without declared tokens", "llama2", tokenizer_config={"tokenizer_class": "LlamaTokenizer", "added_tokens_decoder": {}})
    case("a class that nobody knows", "gpt2", tokenizer_config={"tokenizer_class": "HYTokenizer"})
    case("ids that are not the next", "gpt2", tokenizer_config=fast | {"added_tokens_decoder": {"99999": token("<|tool|>")}})
    case("added_tokens that are not the next", "gpt2", tokenizer_config=fast, added_tokens={"<|tool|>": 99999})
    case("an id of another token", "gpt2", tokenizer_config=fast | {"added_tokens_decoder": {"5": token("<|tool|>")}})
    return cases


def result(case: dict, folder: pathlib.Path) -> dict:
    file = json.loads((FORMS / case["form"] / "tokenizer.json").read_text()) | case["edits"]
    (folder / "tokenizer.json").write_text(json.dumps(file))
    for name, text in case["files"].items():
        (folder / name).write_text(text)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        rows = []
        for text in TEXTS:
            ids = tokenizer(text).input_ids
            rows.append({
                "ids": ids, "text": tokenizer.decode(ids, clean_up_tokenization_spaces=False),
                "plain": tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)})
        return {"size": len(tokenizer), "class": type(tokenizer).__name__, "rows": rows}
    except Exception as error:  # whatever it is, it makes nothing of the folder
        return {"error": type(error).__name__ + ": " + str(error)[:200]}


def main() -> None:
    logging.disable(logging.WARNING)
    transformers.utils.logging.set_verbosity_error()
    cases = []
    for case in table():
        with tempfile.TemporaryDirectory() as folder:
            cases.append(case | result(case, pathlib.Path(folder)))
    by = f"transformers {transformers.__version__}"
    # A case in a line, so that a change shows.
    lines = ",\n".join(json.dumps(case, ensure_ascii=True, separators=(",", ":")) for case in cases)
    path = ROOT / "Tests/TokenizationTests/Resources/folders.json"
    path.write_text(f'{{"by":{json.dumps(by)},"texts":{json.dumps(TEXTS)},"cases":[\n{lines}\n]}}\n')
    print(path, len(cases), "folders")


if __name__ == "__main__":
    main()
