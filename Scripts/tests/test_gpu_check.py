"""Does gpu_check keep its deadlines, go on after a failure, and say what was reached? Without a GPU, torch or the program."""

import argparse
import importlib.machinery
import importlib.util
import json
import lzma
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SCRIPTS / "gpu"))

import checkpoints
import place
import rows
import runner
import summary
from runner import Runner, Stage


def program(name):
    loader = importlib.machinery.SourceFileLoader(name, str(SCRIPTS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


class Scratch(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.out = self.folder / "deeper/result.jsonl"

    def runner(self, seconds=60):
        return Runner(self.out, seconds, say=lambda text: None)

    def python(self, text):
        return [sys.executable, "-c", text]

    def written(self):
        return [json.loads(line) for line in self.out.read_text().splitlines()]


class RunnerTests(Scratch):
    def test_a_stage_writes_its_line_at_once(self):
        work = self.runner()
        work.stage(Stage(0, "one", 20, lambda stage: stage.lines("said", self.python("print('{\"a\": 1}')"))))
        self.assertEqual(self.written()[0]["facts"]["said"], [{"a": 1}])
        work.stage(Stage(1, "two", 20, lambda stage: None))
        self.assertEqual([line["state"] for line in self.written()], ["done", "done"])

    def test_a_failing_stage_says_why_and_the_next_one_runs(self):
        work = self.runner()

        def broken(stage):
            stage.facts["before"] = 1
            raise ValueError("no such thing")

        def refused(stage):
            stage.lines("said", self.python("print('{\"error\": \"too old\"}'); raise SystemExit(3)"))
            stage.lines("silent", self.python("import sys; sys.exit('only on standard error')"))
            stage.lines("absent", ["/nowhere/program"])
            stage.lines("may fail", self.python("raise SystemExit(1)"), needed=False)

        for number, body in enumerate((broken, refused, lambda stage: None)):
            work.stage(Stage(number, "stage", 20, body))
        first, second, third = self.written()
        self.assertEqual((first["state"], first["problems"], first["facts"]), ("failed", ["ValueError: no such thing"], {"before": 1}))
        self.assertEqual(second["state"], "failed")
        self.assertEqual(len(second["problems"]), 3)
        self.assertIn("exit code 3: too old", second["problems"][0])
        self.assertIn("only on standard error", second["problems"][1])
        self.assertIn("may fail", second["facts"]["refused"])
        self.assertEqual(third["state"], "done")

    def test_a_deadline_ends_a_program_with_all_that_it_started_and_keeps_what_it_said(self):
        work = self.runner()
        mark = self.folder / "alive"
        text = ("import subprocess, sys, time; print('{\"step\": 1}', flush=True);"
                "later = 'import sys, time; time.sleep(6); open(sys.argv[1], chr(119))';"
                f"subprocess.Popen([sys.executable, '-c', later, {str(mark)!r}]); time.sleep(60)")

        def body(stage):
            stage.lines("slow", self.python(text))
            stage.lines("never", self.python("pass"))

        start = time.monotonic()
        record = work.stage(Stage(0, "slow", 3, body))
        self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(record["state"], "cut")
        self.assertEqual(record["facts"]["slow"], [{"step": 1}])
        self.assertNotIn("never", record["facts"])
        time.sleep(max(0, 7 - (time.monotonic() - start)))
        self.assertFalse(mark.exists())

    def test_a_program_may_have_less_than_its_stage(self):
        record = self.runner().stage(Stage(0, "capped", 30, lambda stage: (
            stage.lines("slow", self.python("import time; time.sleep(60)"), at_most=1, needed=False),
            stage.lines("next", self.python("print('{}')")))))
        self.assertEqual(record["state"], "done")
        self.assertEqual(record["facts"]["next"], [{}])

    def test_time_that_is_left_goes_on_and_the_end_holds(self):
        work = self.runner(seconds=60)
        work.stage(Stage(0, "quick", 10, lambda stage: None))
        second = work.stage(Stage(1, "more", 5, lambda stage: None))
        self.assertGreater(second["allowed_seconds"], 14)
        work.end = time.monotonic() + runner.MARGIN
        third = work.stage(Stage(2, "late", 50, lambda stage: self.fail("ran")))
        self.assertEqual(third["state"], "not run")


def record(stage, state="done", **facts):
    return {"stage": stage, "name": "", "state": state, "seconds": 1, "problems": [], "facts": facts}


def rate(value, peak, checkpointing=False, **more):
    return {"tokens_per_second": value, "peak_bytes": peak, "checkpointing": checkpointing, **more}


class SummaryTests(unittest.TestCase):
    def lines(self, records, is_dry=False):
        return {line.what: line for line in summary.lines(records, is_dry)}

    def test_nothing_ran(self):
        self.assertEqual({line.met for line in self.lines([]).values()}, {"not run", ""})
        self.assertIn("not run", summary.table([], False))

    def test_targets(self):
        gib = summary.GIB
        lines = self.lines([
            record(2, "failed"), record(3),
            record(5, ours=[rate(13_000.0, 30 * gib, layers=32), rate(9_000.0, 20 * gib, True, layers=32)],
                   peer=[{"versions": {}}, rate(8_000.0, 40 * gib, setting="eager"), rate(10_000.0, 35 * gib, setting="compiled"),
                         {"setting": "broken", "checkpointing": False, "error": "no"}, rate(8_500.0, 21 * gib, True, setting="eager")]),
            record(4, ours=[rate(60_000.0, gib)], peer=[{"error": "no"}]),
            record(6, **{"moe-cl": [rate(30_000.0, gib)]}),
            record(7, **{"batch many, experts many": [rate(70.0, 1)], "batch many, experts 1": [rate(100.0, 1)]}),
        ])
        met = {what: line.met for what, line in lines.items()}
        self.assertEqual(met["operators and kernels"], "no")
        self.assertEqual(met["learning: same seed, same bytes; losses"], "yes")
        self.assertEqual(met["LoRA 8B, no checkpointing, tokens/s"], "yes")
        self.assertEqual(lines["LoRA 8B, no checkpointing, tokens/s"].ratio, "1.30")
        self.assertIn("compiled", lines["LoRA 8B, no checkpointing, tokens/s"].peer)
        self.assertEqual(met["LoRA 8B, no checkpointing, peak memory"], "no")
        self.assertEqual(met["LoRA 8B, no checkpointing, target"], "yes")
        self.assertEqual(met["LoRA 8B, no checkpointing, goal"], "no")
        self.assertEqual(met["LoRA 8B, with checkpointing, tokens/s"], "no")
        self.assertEqual(met["LoRA 1B, no checkpointing, tokens/s"], "not run")
        self.assertEqual(met["MoE-CL 1B beside LoRA 1B, tokens/s"], "no")
        self.assertEqual(met["decoding 1B, an expert for each row beside one for all, tokens/s"], "yes")
        self.assertEqual(met["FP8 beside bfloat16, 8 layers of 8B, tokens/s"], "not run")

    def test_fewer_layers_are_no_8b(self):
        lines = self.lines([record(5, ours=[rate(50_000.0, 1, layers=8)], peer=[rate(10_000.0, 2, setting="eager")])])
        self.assertEqual(lines["LoRA 8B, no checkpointing, target"].met, "not run")
        self.assertEqual(lines["LoRA 8B, no checkpointing, tokens/s"].met, "yes")

    def test_a_dry_run_meets_nothing(self):
        lines = self.lines([record(5, ours=[rate(50_000.0, 1)], peer=[rate(10_000.0, 2, setting="eager")])], is_dry=True)
        self.assertEqual(lines["LoRA 8B, no checkpointing, tokens/s"].met, "dry run")

    def test_the_last_call_counts(self):
        records = [record(7, **{"batch 1, experts 1": [rate(1.0, 1)]}), record(7, **{"batch 1, experts 1": [rate(2.0, 1)]})]
        self.assertEqual(self.lines(records)["decoding 1B, batch 1, tokens/s"].ours, "2.0")


class MaterialTests(Scratch):
    def test_a_checkpoint_has_what_its_index_says(self):
        layers = checkpoints.write("tiny-8b", self.folder / "model", seconds=60)
        self.assertEqual(layers, 3)
        for folder in (self.folder / "model", self.folder / "model-8"):
            names = json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"]
            self.assertEqual(len(names), 3 * 9 + 3)
            for file in set(names.values()):
                data = (folder / file).read_bytes()
                length = struct.unpack("<Q", data[:8])[0]
                header = json.loads(data[8:8 + length])
                own = {name for name in header if name != "__metadata__"}
                self.assertEqual(own, {name for name, home in names.items() if home == file})
                self.assertEqual(max(header[name]["data_offsets"][1] for name in own), len(data) - 8 - length)

    def test_a_slow_disk_gets_eight_layers(self):
        before = dict(checkpoints.SHAPES["tiny-1b"])
        self.addCleanup(checkpoints.SHAPES.__setitem__, "tiny-1b", before)
        checkpoints.SHAPES["tiny-1b"] = {**before, "num_hidden_layers": 12}
        self.assertEqual(checkpoints.write("tiny-1b", self.folder / "model", seconds=0), checkpoints.FEW_LAYERS)
        config = json.loads((self.folder / "model/config.json").read_text())
        self.assertEqual(config["num_hidden_layers"], checkpoints.FEW_LAYERS)

    def test_rows_come_from_their_seed(self):
        texts = []
        for name in ("a.json", "b.json"):
            rows.training(self.folder / name, 64, 16, 100)
            texts.append((self.folder / name).read_text())
        self.assertEqual(*texts)
        batches = json.loads(texts[0])["batches"]
        self.assertEqual({sum(len(row["prompt"] + row["answer"]) for row in batch) for batch in batches}, {64})
        rows.scoring(self.folder / "s.json", 5, 20, 100)
        scored = json.loads((self.folder / "s.json").read_text())
        self.assertEqual((len(scored["rows"]), len(scored["labels"])), (5, 14))

    def test_a_bundle_is_unpacked_and_may_be_run(self):
        bundle = self.folder / "bundle"
        bundle.mkdir()
        (bundle / f"{place.PROGRAM}.xz").write_bytes(lzma.compress(b"#!/bin/sh\necho '{\"plan\": 1}'\n"))
        (bundle / "goldens.json").write_text("{}")
        found = place.unpacked(bundle, self.folder / "unpacked")
        self.assertEqual(runner.run([str(found)], None, 10)[:2], (0, '{"plan": 1}\n'))
        (bundle / f"{place.PROGRAM}.xz").unlink()
        with self.assertRaisesRegex(FileNotFoundError, "make gpu-bundle"):
            place.unpacked(bundle, self.folder / "again")


class ProgramTests(Scratch):
    def test_stages(self):
        check = program("gpu_check")
        self.assertEqual(check.numbers("0-3"), {0, 1, 2, 3})
        self.assertEqual(check.numbers("0,2,5-6"), {0, 2, 5, 6})
        for wrong, why in (("two", "0-3 or 0,2,5"), ("", "0-3 or 0,2,5"), ("3-", "0-3 or 0,2,5"), ("5-3", "smaller number stands first"),
                           ("12", "stages 0 to 9"), ("0,8-10", "stages 0 to 9")):
            with self.assertRaisesRegex(argparse.ArgumentTypeError, why):
                check.numbers(wrong)

    def run_script(self, name, *words):
        return subprocess.run([sys.executable, str(SCRIPTS / name), *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=60)

    def test_stages_that_are_not_there_are_refused(self):
        for stages in ("5-3", "12"):
            done = self.run_script("gpu_check", "--device", "cpu", "--stages", stages, "--out", self.out)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(f"argument --stages: {stages}: ", done.stdout)
            self.assertNotIn("Traceback", done.stdout)
        self.assertFalse(self.out.exists())

    def test_the_working_folder_is_made(self):
        work = self.folder / "new/work"
        done = self.run_script("gpu_check", "--device", "cpu", "--stages", "0", "--program", "/nowhere/program", "--out", self.out,
                               "--work", work)
        self.assertEqual([line["state"] for line in self.written()], ["done"], done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertTrue(work.is_dir())

    def test_times_fit(self):
        measures = program("gpu_check").measures
        stages = measures.Check(place.Place(self.folder / "program", "cuda:0"), self.folder, {}).stages
        self.assertEqual([stage.number for stage in stages], list(program("gpu_check").STAGES))
        self.assertLessEqual(sum(stage.seconds for stage in stages), 480)
        self.assertLessEqual(sum(stage.seconds for stage in stages[:4]), 175)

    def test_a_bundle_that_is_too_large_is_refused(self):
        bundle = program("gpu_bundle")
        (self.folder / "a").write_bytes(b"12345")
        bundle.print = lambda *words: None
        self.assertIsNone(bundle.state(self.folder, 10))
        self.assertIn("checkout and bundle", bundle.state(self.folder, bundle.CARRIED))
        bundle.LIMIT = 4
        self.assertIn("the bundle has", bundle.state(self.folder, 10))

    def test_a_folder_of_something_else_is_not_replaced(self):
        bundle = program("gpu_bundle")
        self.assertIsNone(bundle.in_the_way(self.folder / "new"))
        self.assertIsNone(bundle.in_the_way(self.folder))
        for name in (f"{bundle.PROGRAM}.xz", "goldens.json", "libaccrete-torch-2.11.so"):
            (self.folder / name).write_text("")
        self.assertIsNone(bundle.in_the_way(self.folder))
        (self.folder / "notes.txt").write_text("mine")
        (self.folder / "goldens").mkdir()
        self.assertIn("holds goldens and 1 more", bundle.in_the_way(self.folder))
        self.assertIn("got a file", bundle.in_the_way(self.folder / "notes.txt"))
        (self.folder / "link").symlink_to(self.folder / "goldens")
        self.assertIn("got a link", bundle.in_the_way(self.folder / "link"))
        # Nothing is built before it is refused: this program is not there.
        done = self.run_script("gpu_bundle", "--program", "/nowhere/program", "--torch", "/nowhere", "--out", self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"gpu_bundle: --out {self.folder}: ", done.stdout)
        self.assertEqual((self.folder / "notes.txt").read_text(), "mine")


class EmulationTests(Scratch):
    """A dry run without our kernels is no dry run of them."""

    def problems(self):
        measures = program("gpu_check").measures
        check = measures.Check(place.Place(self.folder / "program", "cpu"), self.folder, {})
        check.ours = lambda *words, **more: []
        work = runner.Work(deadline=time.monotonic() + 10)
        check.plan(work)
        return work.problems, work.facts["kernels"], check.place.environment().get("ACCRETE_CUDA_EMULATION")

    def test_a_dry_run_without_kernels_says_so(self):
        problems, fact, variable = self.problems()
        self.assertEqual(len(problems), 1)
        self.assertIn("--product accrete-cuda-emulated", problems[0])
        self.assertEqual((fact, variable), ("single operations stand in for them", None))

    def test_a_dry_run_with_kernels(self):
        library = self.folder / place.EMULATED
        library.write_text("")
        self.assertEqual(self.problems(), ([], "emulated", str(library)))


if __name__ == "__main__":
    unittest.main()
