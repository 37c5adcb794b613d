"""Is the text of the device kernels in the program that of their headers, and does it keep their lines?"""

import importlib.machinery
import importlib.util
import pathlib
import subprocess
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
loader = importlib.machinery.SourceFileLoader("device_kernels", str(SCRIPTS / "device_kernels"))
kernels = importlib.util.module_from_spec(importlib.util.spec_from_loader("device_kernels", loader))
loader.exec_module(kernels)


class DeviceKernelTests(unittest.TestCase):
    def test_text_is_up_to_date(self):
        subprocess.run([str(SCRIPTS / "device_kernels"), "--check"], check=True)

    def test_every_header_is_in_it(self):
        headers = {path.name for path in kernels.KERNELS.glob("*.h")} - {"All.h", "List.h"}
        self.assertEqual(set(kernels.order()), headers)
        self.assertGreater(len(headers), 10)

    def test_lines_keep_their_numbers_and_what_is_for_a_cpu_is_left_out(self):
        for name in kernels.order():
            bare = kernels.bare_lines(name)
            own = (kernels.KERNELS / name).read_text().splitlines()
            self.assertEqual(len(bare), len(own))
            for kept, line in zip(bare, own):
                self.assertIn(kept, " ".join(line.split()))
        text = kernels.text_of_kernels()
        self.assertIn("__syncthreads", text)
        for word in ("emulated", "#include", "#if", "#e", "//"):
            self.assertNotIn(word, text)

    def test_literals_are_the_text(self):
        text = 'a "quoted" \\ word\n' + "x" * 300 + "\n\nend\n"
        pieces = [eval(line.rstrip(",")) for line in kernels.literals(text).splitlines()]
        self.assertEqual("".join(pieces), text)
        self.assertGreater(len(pieces), 1)


if __name__ == "__main__":
    unittest.main()
