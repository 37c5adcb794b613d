"""Does the server around transformers and PEFT batch, cut and answer rightly? Without them."""

import json
import pathlib
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "benchmarks/peers"))

import openai_form
from batching import Batches, Waiting, cut
from openai_form import Refused

MODELS = {"base": None, "t0": "t0", "a.b": "a_b"}


def asked(**more) -> bytes:
    return json.dumps({"model": "t0", "prompt": "x", "max_tokens": 4, **more}).encode()


class BatchTests(unittest.TestCase):
    def test_cutting(self) -> None:
        self.assertEqual(cut([5, 6, 0, 7, 8], {0}, 4, False), ([5, 6, 0], "stop"))
        self.assertEqual(cut([5, 6, 0, 7, 8], {0}, 4, True), ([5, 6, 0, 7], "length"))
        # An end token behind the row's own limit is another's.
        self.assertEqual(cut([5, 6, 0], {0}, 2, False), ([5, 6], "length"))

    def test_whoever_waits_is_answered_together_up_to_the_limit(self) -> None:
        seen = []

        def answer(batch: list[Waiting]) -> None:
            seen.append([each.prompt for each in batch])
            for each in batch:
                each.tokens = each.prompt

        batches = Batches(answer, 3, 0.01)
        requests = [Waiting([number], None, 1, True) for number in range(4)]
        for request in requests:
            batches.waiting.put(request)
        batches.answer_next()
        self.assertEqual([each.done.is_set() for each in requests], [True, True, True, False])
        batches.answer_next()
        self.assertEqual(seen, [[[0], [1], [2]], [[3]]])
        self.assertEqual(batches.counts, [3, 1])

    def test_a_batch_that_fails_is_heard_of(self) -> None:
        def fail(batch: list[Waiting]) -> None:
            raise RuntimeError("no memory")

        batches = Batches(fail, 2, 0.01)
        request = Waiting([1], None, 1, True)
        waiting = threading.Thread(target=batches.submit, args=(request,))
        waiting.start()
        batches.answer_next()
        waiting.join()
        self.assertEqual(request.error, "RuntimeError: no memory")


class FormTests(unittest.TestCase):
    def test_reading(self) -> None:
        found = openai_form.read(asked(model="a.b", ignore_eos=True, stream=True), MODELS)
        self.assertEqual((found["adapter"], found["max_tokens"], found["ignores_end"], found["streams"]), ("a_b", 4, True, True))
        self.assertIsNone(openai_form.read(asked(model="base"), MODELS)["adapter"])

    def test_refusing(self) -> None:
        for body, status, code in [(b"{", 400, "invalid_json"), (b"[]", 400, "invalid_value"), (asked(prompt=[1]), 400, "invalid_value"),
                                   (asked(model="t1"), 404, "model_not_found"), (asked(temperature=1), 400, "unsupported_parameter"),
                                   (asked(max_tokens=0), 400, "invalid_value"), (asked(max_tokens=True), 400, "invalid_value")]:
            with self.assertRaises(Refused) as refused:
                openai_form.read(body, MODELS)
            self.assertEqual((refused.exception.status, refused.exception.code), (status, code))
            self.assertEqual(json.loads(refused.exception.body())["error"]["code"], code)

    def test_answers(self) -> None:
        kind, body = openai_form.answer(1, "t0", "hey", "length", 3, 2, False)
        self.assertEqual((kind, json.loads(body)["usage"]["total_tokens"], json.loads(body)["choices"][0]["text"]), ("application/json", 5, "hey"))
        kind, body = openai_form.answer(1, "t0", "hey", "length", 3, 2, True)
        events = [line[6:] for line in body.decode().split("\n\n") if line]
        self.assertTrue(kind.startswith("text/event-stream"))
        self.assertEqual([json.loads(event)["choices"][:1] for event in events[:2]],
                         [[{"index": 0, "text": "hey", "logprobs": None, "finish_reason": "length"}], []])
        self.assertEqual((json.loads(events[1])["usage"]["completion_tokens"], events[2]), (2, "[DONE]"))
        self.assertEqual([model["id"] for model in json.loads(openai_form.model_list(MODELS))["data"]], ["base", "t0", "a.b"])


if __name__ == "__main__":
    unittest.main()
