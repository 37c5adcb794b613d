#!/usr/bin/env python3
"""The parameters of a client's requests, from the client's own types.

    Scripts/clients/parameters.py [--node-client DIR]

writes them to Tests/HTTPServerTests/Resources/clients/parameters.json, by which the tests see that the server knows each of them.
"""

from __future__ import annotations

import argparse
import json
import re
import typing
from pathlib import Path

from target import Target

LIST = Path(__file__).resolve().parent.parent.parent / "Tests/HTTPServerTests/Resources/clients/parameters.json"
PATHS = {"chat": "/v1/chat/completions", "completions": "/v1/completions"}


def of_python() -> tuple[str, dict[str, list[str]]]:
    """Of the openai-python that is installed."""
    import openai
    from openai.types import completion_create_params as completions
    from openai.types.chat import completion_create_params as chat

    names = {
        kind: sorted(set(typing.get_type_hints(module.CompletionCreateParamsStreaming)))
        for kind, module in {"chat": chat, "completions": completions}.items()}
    return f"openai-python {openai.__version__}", names


def of_node(client: Path) -> tuple[str, dict[str, list[str]]]:
    """Of the source of openai-node."""
    resources = client / "src/resources"
    files = {
        "chat": (resources / "chat/completions/completions.ts", "ChatCompletionCreateParamsBase"),
        "completions": (resources / "completions.ts", "CompletionCreateParamsBase")}
    names = {}
    for kind, (file, name) in files.items():
        text = re.search(rf"(?ms)^export interface {name} \{{\n(.*?)^\}}$", file.read_text())
        if text is None:
            raise SystemExit(f"parameters: {file} has no interface {name}: expected the repository of openai-node")
        # Members of the interface itself stand two spaces in.
        names[kind] = sorted(set(re.findall(r"(?m)^  (\w+)\??:", text[1])))
    version = re.search(r"VERSION = '([^']+)'", (client / "src/version.ts").read_text())
    return f"openai-node {version[1]}", names


def every_parameter_is_known(target: Target) -> None:
    """The installed client has no parameter that the list has not, and the server knows each of the list."""
    import httpx

    listed = json.loads(LIST.read_text())
    installed, own = of_python()
    document = httpx.get(f"{target.url}/openapi.json").json()
    for kind, path in PATHS.items():
        known = {name for names in listed.values() for name in names[kind]}
        new = set(own[kind]) - known
        assert not new, f"{installed} has {sorted(new)}, which {LIST.name} has not: run Scripts/clients/parameters.py, then `make test`"
        schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        refused = set(schema["description"].removeprefix("Refused by name: ").removesuffix(".").split(", "))
        missing = known - set(schema["properties"]) - refused
        assert not missing, f"{path}: {sorted(missing)} are neither taken nor refused by name"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--node-client", type=Path, metavar="DIR", help="the repository of openai-node")
    options = parser.parse_args()
    found = [of_python()] + ([of_node(options.node_client)] if options.node_client else [])
    listed = json.loads(LIST.read_text()) if LIST.exists() else {}
    # Of each client the newest list: an older one's parameters are still sent, and stay in the table of fields.
    kept = {name: each for name, each in listed.items() if name.split()[0] not in {name.split()[0] for name, _ in found}}
    LIST.parent.mkdir(parents=True, exist_ok=True)
    LIST.write_text(json.dumps(dict(sorted({**kept, **dict(found)}.items())), indent=1) + "\n")


if __name__ == "__main__":
    main()
