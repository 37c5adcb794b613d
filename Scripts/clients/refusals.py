"""What a client of the OpenAI family raises where a server refuses."""

from __future__ import annotations

from typing import Callable

import openai


def refused(kind: type[openai.APIStatusError], code: str, ask: Callable[[], object]) -> openai.APIStatusError:
    try:
        ask()
    except kind as error:
        assert error.code == code, error
        return error
    raise AssertionError(f"it was answered; expected {kind.__name__} {code}")
