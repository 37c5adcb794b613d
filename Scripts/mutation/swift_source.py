"""Swift text as tokens, and where its functions and constants are: as much of the language as mutating needs."""

from __future__ import annotations

import re
from dataclasses import dataclass

OPERATOR = set("+-*/<>=!&|^%~?")
NUMBER = re.compile(r"0x[0-9A-Fa-f_]+|0b[01_]+|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?")
NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*|`[^`\n]+`|\$[0-9]+|[^\W\d]\w*")
TYPES = {"struct", "class", "enum", "extension", "actor"}
ACCESSORS = {"get", "set", "willSet", "didSet", "_modify", "_read"}
# A body that other modules may copy cannot read what is internal.
INLINED = re.compile(r"@(inlinable|_transparent|_alwaysEmitIntoClient)\b")


@dataclass(frozen=True)
class Token:
    """`kind`: operator, number, name, string or mark (any other character)."""

    kind: str
    text: str
    start: int
    end: int

    def stands_alone(self, source: str) -> bool:
        """White space on both sides: an operator between two operands."""
        return source[self.start - 1].isspace() and source[self.end:self.end + 1].isspace()

    def is_prefix(self, source: str) -> bool:
        return source[self.start - 1] in " \n([,:" and not source[self.end:self.end + 1].isspace()


@dataclass(frozen=True)
class Body:
    """What stands between the braces of a function, an initializer or a computed property."""

    name: str
    start: int
    end: int


def string_end(source: str, start: int) -> int:
    """The place behind the string literal that begins at `start`; interpolated code is a part of it."""
    hashes = 0
    while source[start + hashes] == "#":
        hashes += 1
    at = start + hashes
    quote = '"""' if source.startswith('"""', at) else '"'
    closing = quote + "#" * hashes
    escape = "\\" + "#" * hashes
    at += len(quote)
    while at < len(source):
        if source.startswith(escape + "(", at):
            at = parenthesis_end(source, at + len(escape))
        elif source.startswith(escape, at):
            at += len(escape) + 1
        elif source.startswith(closing, at):
            return at + len(closing)
        else:
            at += 1
    return len(source)


def parenthesis_end(source: str, start: int) -> int:
    """The place behind the parenthesis that closes the one at `start`."""
    depth = 0
    at = start
    while at < len(source):
        if source[at] == '"':
            at = string_end(source, at)
            continue
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        at += 1
        if depth == 0:
            return at
    return at


def comment_end(source: str, start: int) -> int:
    if source.startswith("//", start):
        end = source.find("\n", start)
        return len(source) if end < 0 else end
    depth, at = 0, start
    while at < len(source):
        if source.startswith("/*", at):
            depth, at = depth + 1, at + 2
        elif source.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                return at
        else:
            at += 1
    return at


def tokens(source: str) -> list[Token]:
    result: list[Token] = []
    at = 0
    while at < len(source):
        letter = source[at]
        if letter.isspace():
            at += 1
            continue
        if source.startswith(("//", "/*"), at):
            at = comment_end(source, at)
            continue
        kind, end = "mark", at + 1
        if letter == '"' or (letter == "#" and re.match(r'#+"', source[at:at + 8])):
            kind, end = "string", string_end(source, at)
        elif letter.isdigit():
            kind, end = "number", NUMBER.match(source, at).end()
        elif (name := NAME.match(source, at)):
            kind, end = "name", name.end()
        elif letter in OPERATOR or source.startswith("..", at):
            kind = "operator"
            while end < len(source) and (source[end] in OPERATOR or source[end] == ".") \
                    and not source.startswith(("//", "/*"), end):
                end += 1
        result.append(Token(kind, source[at:end], at, end))
        at = end
    return result


class Outline:
    """The bodies of a file, and the numbers that stand outside of them: values of properties, default arguments."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokens(source)
        self.bodies: list[Body] = []
        self.constants: list[Token] = []
        self._read()

    def _closing(self, opening: int) -> int:
        """The index of the token that closes the brace at index `opening`."""
        depth = 0
        for index in range(opening, len(self.tokens)):
            depth += {"{": 1, "}": -1}.get(self.tokens[index].text, 0)
            if depth == 0:
                return index
        raise ValueError("a brace is not closed")

    def _opening(self, index: int, stops: set[str]) -> int | None:
        """The index of the brace that opens the body of the declaration at `index`."""
        depth = 0
        while index < len(self.tokens):
            text = self.tokens[index].text
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text, 0)
            if depth == 0 and text == "{":
                return index
            if depth < 0 or (depth == 0 and text in stops):
                return None
            index += 1
        return None

    def _read(self) -> None:
        index = 0
        contexts = ["type"]  # a file's top level is like the inside of a type
        declaration = 0  # where the declaration began: attributes stand there
        skipped_line_end = 0
        while index < len(self.tokens):
            token = self.tokens[index]
            text = token.text
            before = self.tokens[index - 1].text if index else ""
            if text == "}":
                contexts.pop()
                declaration = token.end
            elif text == "{":
                contexts.append("other")
            elif text in TYPES and before != "." and not (text == "class" and self.tokens[index + 1].text in ("func", "var")):
                index = self._opening(index, set()) or index
                contexts.append("type")
                declaration = self.tokens[index].end
            elif text == "protocol":
                index = self._closing(self._opening(index, set()))
            elif text == "case" and contexts[-1] == "type":
                skipped_line_end = self.source.find("\n", token.start)
            elif text == "#" and contexts[-1] == "type":
                skipped_line_end = self.source.find("\n", token.start)
            elif contexts[-1] == "type" and (text == "func" or (text == "init" and before != ".")):
                opening = self._opening(index + 1, {"}", "func", "var", "let"})
                if opening is not None:
                    self._constants(index, opening)
                    name = self.tokens[index + 1].text if text == "func" else "init"
                    index = self._body(name, opening, declaration)
                    declaration = self.tokens[index].end
            elif contexts[-1] == "type" and text == "var":
                opening = self._opening(index + 1, {"=", "}", "func", "var", "let", "init", "static", "private"})
                if opening is not None and self.tokens[opening + 1].text not in ACCESSORS:
                    index = self._body(self.tokens[index + 1].text, opening, declaration)
                    declaration = self.tokens[index].end
                elif opening is not None:
                    index = self._closing(opening)
            elif token.kind == "number" and contexts[-1] == "type" and token.start > skipped_line_end and before != ".":
                self.constants.append(token)
            index += 1

    def _constants(self, first: int, last: int) -> None:
        self.constants += [
            token for number, token in enumerate(self.tokens[first:last], first)
            if token.kind == "number" and self.tokens[number - 1].text != "."
        ]

    def _body(self, name: str, opening: int, declaration: int) -> int:
        closing = self._closing(opening)
        start, end = self.tokens[opening].end, self.tokens[closing].start
        if not INLINED.search(self.source, declaration, start) and self.source[start:end].strip():
            self.bodies.append(Body(name, start, end))
        return closing
