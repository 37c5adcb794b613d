#!/usr/bin/env python3
"""The manual page of a program, from what it prints with `--experimental-dump-help`: standard input to standard output."""

import json
import sys


def roff(text, commands=False):
    lines = []
    for line in (text or "").replace("\\", "\\e").replace("-", "\\-").split("\n"):
        line = "\\&" + line if line[:1] in (".", "'") else line
        # A command stands on a line of its own.
        lines.append(f".br\n{line}\n.br" if commands and line.startswith("accrete ") else line)
    return "\n".join(lines)


def arguments(command):
    out = []
    for argument in command.get("arguments", []):
        if not argument.get("shouldDisplay", True):
            continue
        names = [("--" if name["kind"] == "long" else "-") + name["name"] for name in argument.get("names", [])]
        value = argument.get("valueName", "")
        if argument["kind"] == "positional":
            title = f"<{value}>"
        else:
            title = ", ".join(names) + (f" <{value}>" if argument["kind"] == "option" else "")
        out.append(f".TP\n.B {roff(title)}\n{roff(argument.get('abstract'))}")
    return out


def sections(command, path):
    name = " ".join([*path, command["commandName"]])
    out = [f".SS {roff(name)}" if path else "", roff(command.get("abstract")), ".PP", roff(command.get("discussion"), commands=True), *arguments(command)]
    for inner in command.get("subcommands", []):
        if inner["commandName"] != "help":
            out += sections(inner, [*path, command["commandName"]])
    return [part for part in out if part]


def main():
    command = json.load(sys.stdin)["command"]
    name = command["commandName"]
    has_commands = any(inner["commandName"] != "help" for inner in command.get("subcommands", []))
    print(f".TH {roff(name.upper())} 1\n.SH NAME")
    print(f"{roff(name)} \\- {roff(command.get('abstract'))}")
    print(f".SH SYNOPSIS\n.B {roff(name)}" + ("\n.I command" if has_commands else "") + "\n[options]\n.SH " + ("COMMANDS" if has_commands else "OPTIONS"))
    print("\n".join(sections(command, [])))


if __name__ == "__main__":
    main()
