"""Is what `make install` writes whole, movable and replaced as a whole?"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent

# Stands for the program: prints what is asked of it, and its own place.
PROGRAM = """#!/bin/sh
case $1 in
  --generate-completion-script) echo "completion for $2" ;;
  --experimental-dump-help) cat "$(dirname "$(readlink -f "$0")")/help.resources/help.json" ;;
  *) echo "version 1 in $(dirname "$(readlink -f "$0")")" ;;
esac
"""

HELP = {
    "command": {
        "commandName": "accrete", "abstract": "Teach.", "discussion": "First.\naccrete learn FILE\n.hidden", "arguments": [],
        "subcommands": [
            {
                "commandName": "learn", "abstract": "Learn - a task.", "arguments": [
                    {"kind": "positional", "valueName": "file", "abstract": "The rows.", "names": []},
                    {"kind": "option", "valueName": "rank", "abstract": "The rank.", "names": [{"kind": "long", "name": "rank"}]},
                    {"kind": "flag", "abstract": "Hidden.", "shouldDisplay": False, "names": [{"kind": "long", "name": "secret"}]},
                ],
            },
        ],
    },
}


class InstallTests(unittest.TestCase):
    def test_whole_movable_replaced(self):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            built, torch = place / "built", place / "torch"
            (built / "help.resources").mkdir(parents=True)
            torch.mkdir()
            (built / "accrete").write_text(PROGRAM)
            os.chmod(built / "accrete", 0o755)
            (built / "libaccrete-torch.so").write_text("bridge")
            (torch / "libtorch.so").write_text("torch")
            (built / "help.resources/help.json").write_text(json.dumps(HELP))
            prefix = place / "pre fix"

            def install():
                return subprocess.run(
                    [SCRIPTS / "install", "--from", built, "--torch", torch, "--prefix", prefix], check=True, stdout=subprocess.PIPE, text=True
                ).stdout

            self.assertIn("export PATH=", install())
            (prefix / "lib/accrete/left").write_text("of an earlier one")
            install()
            self.assertFalse((prefix / "lib/accrete/left").exists())
            self.assertEqual(sorted(path.name for path in (prefix / "lib").iterdir()), ["accrete"])
            moved = place / "moved"
            prefix.rename(moved)
            out = subprocess.run([moved / "bin/accrete", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
            self.assertEqual(out.strip(), f"version 1 in {(moved / 'lib/accrete').resolve()}")
            self.assertEqual((moved / "share/zsh/site-functions/_accrete").read_text(), "completion for zsh\n")
            manual = (moved / "share/man/man1/accrete.1").read_text()
            for part in (".SS accrete learn", ".B <file>", ".B \\-\\-rank <rank>", ".br\naccrete learn FILE\n.br", "\\&.hidden"):
                self.assertIn(part, manual)
            self.assertNotIn("secret", manual)


if __name__ == "__main__":
    unittest.main()
