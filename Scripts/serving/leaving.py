"""Clients that leave: at a random place of their request or of its answer."""

from __future__ import annotations

import json
import random
import socket
import struct
from collections import Counter
from dataclasses import dataclass
from typing import Any

# Where a client leaves.
PLACES = ("connected", "in the head", "before the body", "in the body", "sent", "at the head of the answer", "in the stream")


@dataclass(frozen=True)
class Departure:
    place: str
    # What is sent before.
    sent: bytes
    # Events of the stream that are read before.
    events: int
    # Reset (RST) instead of closed (FIN).
    resets: bool


def departure(number: int, request: tuple[str, dict[str, Any]], seed: int) -> Departure:
    chance = random.Random(f"{seed}/{number}")
    path, body = request
    place = chance.choice(PLACES)
    # Who leaves in a stream needs one.
    data = json.dumps(body | {"stream": True} if place == "in the stream" else body).encode()
    head = (f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"content-length: {len(data)}\r\n\r\n").encode()
    sent = {
        "connected": b"", "in the head": head[: chance.randrange(1, len(head))], "before the body": head,
        "in the body": head + data[: chance.randrange(1, len(data))],
    }.get(place, head + data)
    return Departure(place, sent, chance.randint(1, 20) if place == "in the stream" else 0, chance.random() < 0.5)


def leave(port: int, departure: Departure, timeout: float = 60) -> str | None:
    """Goes through with it. Gives what went wrong before the client left, if something did."""
    reads = departure.place in ("at the head of the answer", "in the stream")
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as client:
        if departure.resets:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(departure.sent)
        if not reads:
            return None
        got = b""
        # A short answer may be over before the client leaves.
        while b"\r\n\r\n" not in got or (got.count(b"data: ") < departure.events and b"[DONE]" not in got):
            try:
                part = client.recv(4096)
            except OSError as error:
                return f"an answer expected, got {error} behind {got[:80]!r}"
            if not part:
                break
            got += part
        return None if b" 200 " in got[:16] else f"200 expected, got {got[:80]!r}"


def counted(departures: list[Departure]) -> dict[str, int]:
    return dict(Counter(each.place for each in departures))
