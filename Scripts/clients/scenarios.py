"""Scenarios of one client: functions that are given a server, and fail by an assertion."""

from __future__ import annotations

from typing import Callable

from target import Target

Scenario = Callable[[Target], None]


def registering(prefix: str = "") -> tuple[list[Scenario], Callable[[Scenario], Scenario]]:
    """A list, and the decorator that puts a function on it; its name begins with the client's, where several clients try the same."""
    registered: list[Scenario] = []

    def scenario(function: Scenario) -> Scenario:
        function.__name__ = prefix + function.__name__
        registered.append(function)
        return function

    return registered, scenario
