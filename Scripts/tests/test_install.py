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




def make_stub(built):
    """A folder as a build leaves it."""
    (built / "help.resources").mkdir(parents=True)
    for name in ("accrete", "accrete-server"):
        (built / name).write_text(PROGRAM)
        os.chmod(built / name, 0o755)
    (built / "libaccrete-torch.so").write_text("bridge")
    (built / "help.resources/help.json").write_text(json.dumps(HELP))


# The program itself, where it is built.
BUILT = SCRIPTS.parent / ".build/release"


def tree(folder):
    """All that is below a folder, with what writing would change."""
    return {str(path): (path.lstat().st_mode, path.lstat().st_size, path.lstat().st_mtime_ns) for path in [folder, *folder.rglob("*")]}


def set_modes(folder, change):
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(change(path.stat().st_mode))


class ReadOnlyTests(unittest.TestCase):
    """Does what an administrator installed run for a user who can write neither there nor at home?"""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name)
        # The other user has to get there.
        self.place.chmod(0o755)

    def installed(self, built):
        torch, prefix = self.place / "torch", self.place / "prefix"
        torch.mkdir()
        (torch / "libtorch.so").write_text("torch")
        subprocess.run([SCRIPTS / "install", "--from", built, "--torch", torch, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
        set_modes(prefix, lambda mode: mode & ~0o222)
        self.addCleanup(set_modes, prefix, lambda mode: mode | 0o200)
        return prefix

    def run_as_another(self, prefix, *words):
        """Runs the program where nothing can be written, and checks that nothing was."""
        folder = self.place / "here"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o555)
        before = tree(self.place)
        # Root may write everywhere: nobody may not.
        user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([prefix / "bin/accrete", *words], cwd=folder, env={"HOME": "/nonexistent", "PATH": os.environ["PATH"]},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, **user)
        self.assertEqual(tree(self.place), before)
        self.assertFalse(pathlib.Path("/nonexistent").exists())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_stub(self):
        built = self.place / "built"
        make_stub(built)
        prefix = self.installed(built)
        self.assertEqual(self.run_as_another(prefix, "--version").strip(), f"version 1 in {(prefix / 'lib/accrete').resolve()}")
        self.assertEqual(self.run_as_another(prefix, "--generate-completion-script", "zsh"), "completion for zsh\n")

    @unittest.skipUnless(all((BUILT / name).is_file() for name in ("accrete", "accrete-server", "libaccrete-torch.so")), f"{BUILT} is not built: make build")
    def test_the_program_itself(self):
        prefix = self.installed(BUILT)
        self.assertRegex(self.run_as_another(prefix, "--version"), r"[0-9]+\.[0-9]+\.[0-9]+")
        self.assertIn("accrete", self.run_as_another(prefix, "methods"))


class InstallTests(unittest.TestCase):
    def test_whole_movable_replaced(self):
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            built, torch = place / "built", place / "torch"
            make_stub(built)
            torch.mkdir()
            (torch / "libtorch.so").write_text("torch")
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
            server = subprocess.run([moved / "bin/accrete-server", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
            self.assertEqual(server, out)
            self.assertEqual((moved / "share/zsh/site-functions/_accrete-server").read_text(), "completion for zsh\n")
            self.assertTrue((moved / "share/man/man1/accrete-server.1").is_file())
            manual = (moved / "share/man/man1/accrete.1").read_text()
            for part in (".SS accrete learn", ".B <file>", ".B \\-\\-rank <rank>", ".br\naccrete learn FILE\n.br", "\\&.hidden"):
                self.assertIn(part, manual)
            self.assertNotIn("secret", manual)


if __name__ == "__main__":
    unittest.main()
