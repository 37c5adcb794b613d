"""Do the pure parts of the servers' measurements count and judge rightly? Without a server."""

import argparse
import contextlib
import io
import json
import math
import pathlib
import random
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS / "serving"))

import figures
import load
import moves
import neighbours
import prefixes
import scrape
import served
import soaking
import throughput
import usage
from asking import Answer, settle, take
from figures import Target
from mixture import Mixture


class FigureTests(unittest.TestCase):
    def test_quantiles(self) -> None:
        # Of 1, 2, 3, 4: place 0.95 · 3 = 2.85.
        self.assertAlmostEqual(figures.quantile([4, 1, 3, 2], 0.95), 3.85)
        self.assertEqual(figures.median([3, 1, 2]), 2)
        self.assertEqual(figures.quantile([7], 0.99), 7)
        self.assertTrue(math.isnan(figures.quantile([], 0.5)))

    def test_a_target_that_was_not_measured_is_missed(self) -> None:
        self.assertTrue(Target("", 1, 1).met and Target("", 1, 1, at_least=True).met)
        self.assertFalse(Target("", 1.01, 1).met or Target("", 0.99, 1, at_least=True).met)
        self.assertFalse(Target("", math.nan, 1).met or Target("", math.nan, 1, at_least=True).met)

    def test_exit_codes_and_json(self) -> None:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
            out = pathlib.Path(folder) / "out.json"
            self.assertEqual(figures.report("x", [Target("a", 0, 0)], {"more": (1, math.nan)}, out), 0)
            self.assertEqual(json.loads(out.read_text()), {"format": "accrete-x/1", "met": True, "more": [1, None],
                                                          "targets": [{"name": "a", "value": 0, "atMost": 0, "met": True}]})
            self.assertEqual(figures.report("x", [Target("a", 0, 0), Target("b", 0, 1, at_least=True)], {}, out), 1)
            # Nothing that was looked at is no success.
            self.assertEqual(figures.report("x", [], {}, out), 1)

    def test_numbers_of_options(self) -> None:
        self.assertEqual((usage.positive("3"), usage.amount("0.5")), (3, 0.5))
        for wrong in ["0", "-1", "1.5", "x", ""]:
            with self.assertRaises(argparse.ArgumentTypeError):
                usage.positive(wrong)
        for wrong in ["0", "-1", "nan", "inf", "x"]:
            with self.assertRaises(argparse.ArgumentTypeError):
                usage.amount(wrong)


class ScrapeTests(unittest.TestCase):
    TEXT = ('# HELP accrete_a Of something.\n# TYPE accrete_a counter\naccrete_a{task="x,\\"y\\" {z}",kind="k"} 2\naccrete_a{task="",kind="l"} 3.5\n'
            'accrete_h_sum 4\naccrete_h_count 8\nprocess_cpu_seconds_total 1e-2\n')

    def test_totals(self) -> None:
        metrics = scrape.Metrics(self.TEXT)
        self.assertEqual(metrics.total("a"), 5.5)
        self.assertEqual(metrics.total("a", kind="l"), 3.5)
        self.assertEqual(metrics.total("process_cpu_seconds_total"), 0.01)
        self.assertEqual(metrics.samples[0][1], {"task": 'x,\\"y\\" {z}', "kind": "k"})
        with self.assertRaises(KeyError):
            metrics.total("b")

    def test_means(self) -> None:
        before, after = scrape.Metrics(self.TEXT), scrape.Metrics("accrete_h_sum 10\naccrete_h_count 10\n")
        self.assertEqual(scrape.mean_between(before, after, "h"), 3)
        self.assertTrue(math.isnan(scrape.mean_between(before, before, "h")))

    def test_memory_of_a_process(self) -> None:
        self.assertEqual(served.status_bytes("Name:\tx\nVmHWM:\t  9 kB\nVmRSS:\t  12 kB\n", "VmRSS"), 12288)
        with self.assertRaises(KeyError):
            served.status_bytes("Name:\tx\n", "VmRSS")


class AnswerTests(unittest.TestCase):
    def test_events(self) -> None:
        answer = Answer(10)
        take(answer, b'{"model": "a@1", "choices": [{"text": ""}]}', 11)
        take(answer, b'{"model": "a@1", "choices": [{"text": "x"}]}', 12)
        take(answer, b'{"model": "a@1", "choices": [{"delta": {"content": "y"}}]}', 14)
        take(answer, b'{"model": "a@1", "choices": [], "usage": {"completion_tokens": 2}}', 15)
        answer.status, answer.ended = 200, 15
        self.assertEqual((answer.ttft, answer.gaps, answer.e2el, answer.tokens, answer.named, answer.failed), (2, [2], 5, 2, {"a@1"}, False))
        take(answer, b'{"error": {"message": "gone"}}', 16)
        self.assertTrue(answer.failed)

    def test_an_error_is_an_error(self) -> None:
        answer = Answer(0, status=503)
        settle(answer, b'{"error": {"code": "queue_full", "message": "later"}}')
        self.assertEqual(answer.error, "503 queue_full: later")

    def test_the_same_request_whoever_sends_it(self) -> None:
        def make(seed: int) -> Mixture:
            return Mixture("b", ["l"], ["w"], seed, (4, 8), (2, 3))

        first = [make(1)(number) for number in range(60)]
        self.assertEqual(first, [make(1)(number) for number in range(60)])
        self.assertNotEqual(first, [make(2)(number) for number in range(60)])
        self.assertEqual({body["model"] for _, body in first}, {"b", "l", "w"})
        # A task of labels writes nothing, and is asked by chat.
        self.assertTrue(all((path == "/v1/chat/completions") == (body["model"] == "l") for path, body in first))

    def test_arrivals(self) -> None:
        times = list(load.arrivals(50, 40, random.Random(0)))
        self.assertTrue(times == sorted(times) and times[-1] < 40)
        # 2,000 are expected; five standard deviations are 224.
        self.assertLess(abs(len(times) - 2000), 224)


class SoakTests(unittest.TestCase):
    def verdict(self, memory=lambda minute: 100.0, latency=lambda minute: 1.0, errors=0, minutes=30.0):
        at = [second * minutes / 30 for second in range(0, 1800, 5)]
        targets = soaking.verdict([(each, memory(each * 30 / minutes / 60)) for each in at],
                                  [(each, latency(each * 30 / minutes / 60)) for each in at], errors, minutes)
        return [target.met for target in targets]

    def test_a_steady_server_passes_however_long(self) -> None:
        self.assertEqual(self.verdict(), [True] * 3)
        self.assertEqual(self.verdict(minutes=3), [True] * 3)
        # What happens before minute 4 is warming up.
        self.assertEqual(self.verdict(memory=lambda minute: 50 if minute < 4 else 100), [True] * 3)

    def test_each_target_can_be_missed(self) -> None:
        self.assertEqual(self.verdict(errors=1), [False, True, True])
        self.assertEqual(self.verdict(memory=lambda minute: 103 if 20 <= minute < 21 else 100), [True, False, True])
        self.assertEqual(self.verdict(memory=lambda minute: 97 if minute > 29 else 100), [True, False, True])
        self.assertEqual(self.verdict(latency=lambda minute: 1.3 if minute >= 25 else 1), [True, True, False])
        self.assertEqual(soaking.verdict([], [], 0, 30)[1].met, False)


def answer(model: str, sent: float, ended: float, **more) -> Answer:
    return Answer(sent, ended, 200, model=model, named={model}, **more)


class MoveTests(unittest.TestCase):
    # Released by a command from 10 to 12, first answered at 11, and back from 20 to 22, first answered at 23.
    MOVES = [moves.Move("promote", "a@1", "a@2", 10, 12, 11, 13), moves.Move("rollback", "a@2", "a@1", 20, 22, 23, 22.5)]

    def found(self, *answers: Answer) -> dict[str, int]:
        return {name: count for name, count in moves.violations(list(answers), self.MOVES).items() if count}

    def test_seconds(self) -> None:
        self.assertEqual([(each.seconds, each.seconds_listed) for each in self.MOVES], [(0, 1), (1, 0.5)])

    def test_what_is_allowed(self) -> None:
        self.assertEqual(self.found(answer("a@1", 1, 30), answer("a@1", 10.5, 15), answer("a@2", 10.5, 15), answer("a@2", 11, 19),
                                    answer("a@2", 22, 30), answer("a@1", 22, 30), answer("a@1", 23, 24)), {})

    def test_what_is_not(self) -> None:
        self.assertEqual(self.found(answer("a@1", 12, 13)), {"stale": 1})
        self.assertEqual(self.found(answer("a@2", 5, 9)), {"stale": 1})
        self.assertEqual(self.found(answer("a@3", 10.5, 13)), {"third": 1})
        self.assertEqual(self.found(Answer(1, 2, 503, "queue_full"), Answer(1, 2, 0, "reset")), {"failed": 2})
        mixed = answer("a@1", 1, 2)
        mixed.named.add("a@2")
        self.assertEqual(self.found(mixed), {"mixed": 1})
        self.assertEqual(self.found(answer("a@1", 1, 2, digest="x"), answer("a@1", 1, 2, digest="y")), {"digests": 1})


class OtherTests(unittest.TestCase):
    def test_gaps_belong_to_the_window_in_which_they_end(self) -> None:
        one = Answer(0, times=[1, 2, 4.5, 5])
        self.assertEqual(neighbours.gaps_by_window([one], [("quiet", 0, 3), ("loading", 3, 5), ("quiet", 5, 6)]),
                         {"quiet": [1, 0.5], "loading": [2.5]})

    def test_prompts_that_begin_alike(self) -> None:
        texts = [text.split() for text in prefixes.prompts(3, 5, 100, 0.9)]
        self.assertEqual({len(text) for text in texts}, {100})
        self.assertEqual(len({tuple(text[:90]) for text in texts}), 1)
        self.assertEqual(len({tuple(text[90:]) for text in texts}), 5)

    def test_numbers_of_a_model(self) -> None:
        tensors = {"model.embed_tokens.weight": [100, 8], "model.layers.0.q.weight": [8, 8], "model.layers.1.q.weight": [8, 8],
                   "model.norm.weight": [8]}
        config = {"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 8}
        found = throughput.numbers(config, tensors, "bfloat16", 77)
        self.assertEqual((found["weightBytes"], found["parameters"], found["headParameters"]), (2 * (128 + 800), 128, 800))
        # Two layers, two heads of two numbers of four bytes.
        self.assertEqual((found["kvBytesPerToken"], found["expertBytes"], found["layers"]), (32, 77, 2))
        untied = throughput.numbers(config, tensors | {"lm_head.weight": [50, 8]}, "float32", 1)
        self.assertEqual((untied["headParameters"], untied["weightBytes"]), (400, 4 * 528))
        with self.assertRaises(ValueError):
            throughput.numbers(config, tensors | {"model.layers.0.experts.0": [1]}, "float32", 1)


if __name__ == "__main__":
    unittest.main()
