"""Does gpu_check run from end to end on a CPU? Needs the program that `make test` builds; the peer runs where torch and peft are."""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("ACCRETE_DEVICE_CHECK", ROOT / ".build/debug/accrete-device-check"))
HAS_PEER = all(importlib.util.find_spec(name) for name in ("torch", "transformers", "peft"))
# What a GPU's machine must give, and so the rehearsal of it.
KEYS = {
    "plan": {"libtorch", "bridge", "device", "kernels", "plan", "operators", "missing", "memory"},
    "operators": {"results", "failed", "mask_digest"},
    "float32": {"losses", "final_loss", "digest"},
    "ours": {"tokens_per_second", "peak_bytes", "step_seconds", "losses", "checkpointing", "layers"},
    "moe-cl": {"tokens_per_second", "peak_bytes"},
    "scoring": {"labels_per_second", "predictions"},
    "batch many, experts many": {"tokens_per_second", "peak_bytes"},
    "bfloat16": {"losses"},
}


@unittest.skipUnless(PROGRAM.is_file(), f"{PROGRAM} is not built")
class DryRunTests(unittest.TestCase):
    def test_all_stages(self):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "result.jsonl"
            words = [] if HAS_PEER else ["--no-peer"]
            done = subprocess.run(
                [sys.executable, str(ROOT / "Scripts/gpu_check"), "--device", "cpu", "--program", str(PROGRAM), "--out", str(out), *words],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240)
            records = [json.loads(line) for line in out.read_text().splitlines()]
        self.assertEqual([record["stage"] for record in records], list(range(10)))
        self.assertEqual({record["state"] for record in records}, {"done"}, done.stdout)
        self.assertEqual(done.returncode, 0)
        found = {}
        for record in records:
            for key, lines in record["facts"].items():
                if isinstance(lines, list) and lines and isinstance(lines[-1], dict):
                    found.setdefault(key, lines)
        for key, wanted in KEYS.items():
            self.assertLessEqual(wanted, set(found[key][-1]), key)
        # Without checkpointing, then with it.
        self.assertEqual([line["checkpointing"] for line in found["ours"]], [False, True])
        if HAS_PEER:
            self.assertTrue(any("tokens_per_second" in line for line in found["peer"]))
        self.assertIn("dry run", done.stdout)


if __name__ == "__main__":
    unittest.main()
