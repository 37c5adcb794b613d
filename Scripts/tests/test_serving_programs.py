"""Do the servers' measurements speak HTTP as they should, and say what is wrong with their options? With a listener that plays the server."""

import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS / "serving"))

import leaving
from asking import ask, completion
from served import Away, copied, ran

PROGRAMS = ["check_served_logits", "measure_disconnects", "measure_experts", "measure_prediction", "measure_rollback", "measure_soak"]
HEAD = b"HTTP/1.1 200 OK\r\nx-accrete-model: a@1\r\nx-accrete-release: 7\r\ncontent-type: text/event-stream\r\n\r\n"
EVENT = b'data: {"model": "a@1", "choices": [{"text": "x"}]}\n\n'


class Listener:
    """Answers one connection after the other with the same bytes, and keeps what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self.got: list[bytes] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

        def work() -> None:
            while True:
                try:
                    connection, _ = self.socket.accept()
                except OSError:
                    return
                with connection:
                    got = b""
                    try:
                        while not whole(got) and (part := connection.recv(65536)):
                            got += part
                        if whole(got):
                            connection.sendall(answer)
                    except OSError:
                        pass
                    self.got.append(got)

        threading.Thread(target=work, daemon=True).start()


def whole(request: bytes) -> bool:
    head, found, body = request.partition(b"\r\n\r\n")
    if not found:
        return False
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return len(body) >= sum(lengths)


class AskTests(unittest.TestCase):
    def ask(self, answer: bytes, stream: bool = True):
        listener = Listener(answer)
        self.addCleanup(listener.socket.close)
        return ask(listener.port, completion("a", "of the", 2, stream)), listener

    def test_a_stream(self) -> None:
        answer, listener = self.ask(HEAD + EVENT + EVENT + b"data: [DONE]\n\n")
        self.assertEqual((answer.error, answer.model, answer.release, len(answer.times)), (None, "a@1", 7, 2))
        body = json.loads(listener.got[0].partition(b"\r\n\r\n")[2])
        self.assertEqual((body["temperature"], body["ignore_eos"], body["stream_options"]), (0, True, {"include_usage": True}))

    def test_what_ends_early_has_failed(self) -> None:
        self.assertIn("[DONE]", self.ask(HEAD + EVENT)[0].error)
        self.assertTrue(self.ask(b"")[0].failed)
        self.assertTrue(self.ask(HEAD + b"data: {\n\n")[0].failed)
        self.assertTrue(self.ask(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", stream=False)[0].failed)

    def test_nobody_there(self) -> None:
        listener = Listener(b"")
        # Nobody accepts any more, and the port is free again.
        listener.socket.shutdown(socket.SHUT_RDWR)
        listener.socket.close()
        self.assertTrue(ask(listener.port, completion("a", "x", 1)).failed)


class LeavingTests(unittest.TestCase):
    REQUEST = completion("a", "of the", 9)

    def test_each_place_sends_as_much_as_it_says(self) -> None:
        all_of_them = [leaving.departure(number, self.REQUEST, 1) for number in range(400)]
        self.assertEqual(all_of_them, [leaving.departure(number, self.REQUEST, 1) for number in range(400)])
        self.assertEqual(set(leaving.counted(all_of_them)), set(leaving.PLACES))
        self.assertEqual({each.resets for each in all_of_them}, {True, False})
        for each in all_of_them:
            head, end, body = each.sent.partition(b"\r\n\r\n")
            if each.place in ("connected", "in the head"):
                self.assertFalse(whole(each.sent))
                self.assertEqual(each.place == "connected", not each.sent)
            elif each.place in ("before the body", "in the body"):
                self.assertTrue(end and not whole(each.sent))
                self.assertEqual(each.place == "before the body", not body)
            else:
                self.assertTrue(whole(each.sent))
                self.assertEqual(json.loads(body)["stream"], each.place == "in the stream")

    def test_leaving(self) -> None:
        listener = Listener(HEAD + 3 * EVENT + b"data: [DONE]\n\n")
        self.addCleanup(listener.socket.close)
        for place, events in [("connected", 0), ("sent", 0), ("at the head of the answer", 0), ("in the stream", 2), ("in the stream", 9)]:
            sent = b"" if place == "connected" else b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n"
            self.assertIsNone(leaving.leave(listener.port, leaving.Departure(place, sent, events, resets=place == "sent")), place)
        refusing = Listener(b"HTTP/1.1 503 Busy\r\n\r\n")
        self.addCleanup(refusing.socket.close)
        departure = leaving.Departure("at the head of the answer", b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n", 0, resets=False)
        self.assertIn("503", leaving.leave(refusing.port, departure))


class ProgramTests(unittest.TestCase):
    def run_program(self, name: str, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, str(SCRIPTS / name), *words], capture_output=True, text=True)

    def test_help_says_what_the_exit_codes_are(self) -> None:
        for name in PROGRAMS:
            shown = self.run_program(name, "--help")
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn("Exit code 0", shown.stdout)

    def test_wrong_options_and_no_server(self) -> None:
        self.assertEqual(self.run_program("measure_soak", "--registry", ".", "--minutes", "0").returncode, 64)
        self.assertEqual(self.run_program("measure_soak").returncode, 64)
        with tempfile.TemporaryDirectory() as folder:
            for name in ["measure_soak", "measure_rollback", "measure_disconnects", "measure_experts"]:
                ended = self.run_program(name, "--registry", folder, "--bin", folder)
                self.assertEqual(ended.returncode, 69, ended.stderr)
                self.assertIn("registry.sqlite expected", ended.stderr)

    def test_logits_without_a_server(self) -> None:
        # Without peft or without the program: either way nothing can be compared.
        with tempfile.TemporaryDirectory() as folder:
            ended = self.run_program("check_served_logits", "--bin", folder)
            self.assertEqual(ended.returncode, 69, ended.stderr)
            self.assertRegex(ended.stderr, "Scripts/reference/requirements.txt|accrete expected in")
        self.assertEqual(self.run_program("check_served_logits", "--limit", "0").returncode, 64)

    def test_a_program_that_is_not_there_or_fails(self) -> None:
        self.assertEqual(ran(sys.executable, "-c", "print(3)"), "3\n")
        with self.assertRaisesRegex(Away, "ended with 3: no"):
            ran(sys.executable, "-c", "import sys; print('no', file=sys.stderr); sys.exit(3)")
        with self.assertRaisesRegex(Away, "a program expected"):
            ran("/nowhere/accrete-bench", "fit")

    def test_the_named_registry_stays_as_it_is(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "r/blobs/sha256").mkdir(parents=True)
            (root / "r/registry.sqlite").write_text("rows")
            (root / "r/blobs/sha256/ab").write_text("blob")
            scratch = root / "scratch"
            scratch.mkdir()
            place = copied(root / "r", scratch)
            (place / "registry.sqlite").write_text("other rows")
            self.assertEqual((root / "r/registry.sqlite").read_text(), "rows")
            self.assertEqual((place / "blobs/sha256/ab").read_text(), "blob")
            with self.assertRaises(Away):
                copied(root, scratch)


if __name__ == "__main__":
    unittest.main()
