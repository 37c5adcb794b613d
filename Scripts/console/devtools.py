"""A headless Chromium, driven over its DevTools protocol, with nothing but Python's own library."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path


class Socket:
    """The part of RFC 6455 that a client of DevTools needs: whole text messages, both ways."""

    def __init__(self, url: str):
        host, _, path = url.removeprefix("ws://").partition("/")
        name, _, port = host.partition(":")
        self.socket = socket.create_connection((name, int(port)), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self._receive()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(f"expected an upgrade from {url}, got {head[:80]!r}")

    def _receive(self) -> bytes:
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise ConnectionError("the browser has closed the connection")
        return piece

    def _take(self, count: int) -> bytes:
        while len(self.rest) < count:
            self.rest += self._receive()
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def send(self, text: str) -> None:
        body, mask = text.encode(), os.urandom(4)
        size = len(body)
        length = (
            bytes([0x80 | size])
            if size < 126
            else b"\xfe" + struct.pack(">H", size) if size < 1 << 16 else b"\xff" + struct.pack(">Q", size)
        )
        repeated = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(body, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")
        self.socket.sendall(b"\x81" + length + mask + masked)

    def message(self, timeout: float) -> str:
        self.socket.settimeout(timeout)
        whole = b""
        while True:
            first, second = self._take(2)
            size = second & 127
            if size == 126:
                size = struct.unpack(">H", self._take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self._take(8))[0]
            body = self._take(size)
            if first & 15 in (8,):
                raise ConnectionError("the browser has ended the conversation")
            if first & 15 in (9, 10):
                continue
            whole += body
            if first & 128:
                return whole.decode()

    def close(self) -> None:
        self.socket.close()


class Page:
    """A window of the browser, with everything that it has asked for and complained of."""

    def __init__(self, url: str):
        self.socket = Socket(url)
        self.number = 0
        self.events: list[dict] = []
        for domain in ("Page", "Runtime", "Network", "Log", "Accessibility"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **parameters):
        """Sends a command, and returns its answer."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self.socket.message(60))
            if told.get("id") == self.number:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']}")
                return told.get("result", {})
            if "method" in told:
                self.events.append(told)

    def listen(self, seconds: float) -> None:
        """Takes what is told within some time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                told = json.loads(self.socket.message(left))
            except TimeoutError:
                return
            if "method" in told:
                self.events.append(told)

    def open(self, url: str, wait: float = 20) -> None:
        """Opens an address, and waits until all of it is there."""
        start = len(self.events)
        self.do("Page.navigate", url=url)
        end = time.monotonic() + wait
        while not any(event["method"] == "Page.loadEventFired" for event in self.events[start:]):
            if time.monotonic() > end:
                raise TimeoutError(f"{url} was not loaded within {wait} s")
            self.listen(0.05)

    def value(self, expression: str):
        """What an expression of JavaScript gives, as JSON has it."""
        told = self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise RuntimeError(f"{expression[:80]}: {told['exceptionDetails'].get('exception', told)}")
        return told["result"].get("value")

    def until(self, expression: str, seconds: float = 60):
        """Waits until an expression is true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.value(expression):
                return found
            self.listen(0.02)
        raise TimeoutError(f"not so within {seconds} s: {expression}")

    def press(self, key: str) -> None:
        """Presses a key and lets it go."""
        codes = {"Backspace": ("Backspace", 8, None), " ": ("Space", 32, " "), "Enter": ("Enter", 13, "\r"),
                 "Escape": ("Escape", 27, None), "Tab": ("Tab", 9, None)}
        code, number, text = codes[key] if key in codes else (f"Key{key.upper()}", ord(key.upper()), key)
        about = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        down = {"type": "keyDown" if text else "rawKeyDown"} | ({"text": text} if text else {})
        self.do("Input.dispatchKeyEvent", **about, **down)
        self.do("Input.dispatchKeyEvent", **about, type="keyUp")

    def shape(self, width: int, height: int, dark: bool = False, scripts: bool = True) -> None:
        """Makes the window so large, in one of both themes."""
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        theme = "dark" if dark else "light"
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        self.do("Emulation.setScriptExecutionDisabled", value=not scripts)

    def picture(self, file: Path, whole: bool = True) -> None:
        """Writes what is shown into a PNG file."""
        told = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(told["data"]))

    def complaints(self) -> list[str]:
        """Errors of the console and of scripts, violations of the page's policy among them."""
        found = []
        for event in self.events:
            told = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(str(told["exceptionDetails"].get("exception", {}).get("description", told)))
            if event["method"] == "Log.entryAdded" and told["entry"]["level"] == "error":
                found.append(told["entry"]["text"] + " " + told["entry"].get("url", ""))
            if event["method"] == "Runtime.consoleAPICalled" and told["type"] in ("error", "assert"):
                found.append(str(told["args"]))
        return found

    def asked(self) -> list[str]:
        """Every address that was asked for."""
        return [e["params"]["request"]["url"] for e in self.events if e["method"] == "Network.requestWillBeSent"]


class Browser:
    """Chromium without a window, in a folder of its own that goes with it."""

    NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

    def __init__(self):
        program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, self.NAMES)), None)
        if not program:
            raise FileNotFoundError(f"expected one of {', '.join(self.NAMES)}, got none. Install one, or set CHROMIUM.")
        self.folder = tempfile.mkdtemp(prefix="accrete-chromium-")
        self.process = subprocess.Popen(
            [program, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "--no-sandbox",
             "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-extensions",
             "--disable-component-update", "--disable-dev-shm-usage", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = Path(self.folder) / "DevToolsActivePort"
        end = time.monotonic() + 60
        while not port.exists() or not port.read_text().strip():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{program} did not start")
            time.sleep(0.05)
        self.port = int(port.read_text().splitlines()[0])

    def page(self) -> Page:
        """A new window."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Page(json.load(answer)["webSocketDebuggerUrl"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
