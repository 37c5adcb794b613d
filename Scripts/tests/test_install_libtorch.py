"""Does setup take only the files that it knows, and does none of them write outside of its folder?"""

import contextlib
import hashlib
import importlib.util
import io
import pathlib
import re
import sys
import tempfile
import unittest
import zipfile

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent
spec = importlib.util.spec_from_file_location("install_libtorch", SCRIPTS / "install_libtorch.py")
setup = importlib.util.module_from_spec(spec)
spec.loader.exec_module(setup)

NAME = "torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl"


class InstallTests(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def wheel(self, name=NAME, more=()):
        """A wheel of torch with three small files, and `more` entries."""
        path = self.folder / "index" / name
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w") as archive:
            for entry in ("torch/lib/libtorch_cpu.so", "torch/include/a/b.h", "torch-2.dist-info/METADATA"):
                archive.writestr(entry, f"content of {entry}")
            for entry in more:
                archive.writestr(entry, "out")
        return path

    def install(self, wheel, *arguments, known=None, directory="new/torch"):
        """Runs setup with an index that has one wheel; what it says."""
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        listed = self.folder / "libtorch_wheels.sha256"
        listed.write_text(f"# listed\n{known or digest}  {NAME}\n")
        said = io.StringIO()
        version = setup.release(wheel.name)[1]
        before = setup.KNOWN, setup.download, sys.argv
        try:
            setup.KNOWN, setup.download = listed, lambda requirement, folder: wheel
            sys.argv = ["install", "--version", version, "--directory", str(self.folder / directory), *arguments]
            with contextlib.redirect_stdout(said):
                setup.main()
        finally:
            setup.KNOWN, setup.download, sys.argv = before
        return said.getvalue()

    def refused(self, *arguments, **options):
        with self.assertRaises(SystemExit) as caught:
            self.install(*arguments, **options)
        return str(caught.exception)

    def files(self, folder):
        return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())

    def test_the_known_file_is_taken_and_named(self):
        wheel = self.wheel()
        said = self.install(wheel)
        self.assertIn(f"took {NAME}, sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}", said)
        self.assertIn("libtorch_wheels.sha256 lists", said)
        root = self.folder / "new/torch"
        self.assertEqual(
            self.files(root), ["include/a/b.h", "installed", "lib/libtorch_cpu.so", "pkgconfig/accrete-libtorch.pc"])
        self.assertEqual(self.files(root.parent), ["torch/" + name for name in self.files(root)])
        # The second time it has nothing to do.
        self.assertEqual(self.install(wheel), "")

    def test_another_file_of_a_known_version_is_refused(self):
        good = self.folder / "new/torch"
        self.install(self.wheel())
        (good / "installed").write_text("2.12.0\n")
        before = self.files(good)
        other = self.wheel(more=["torch/include/more.h"])
        digest = hashlib.sha256(other.read_bytes()).hexdigest()
        message = self.refused(other, known="0" * 64)
        self.assertTrue(all(word in message for word in (NAME, digest, "0" * 64, f"--accept-sha256 {digest}")), message)
        # What was installed is still there.
        self.assertEqual(self.files(good), before)
        # A file of another name, or of another build of the version.
        for name in (NAME.replace("cp311", "cp399"), NAME.replace("2.13.0", "2.13.0+rocm")):
            self.assertIn("no file of that name", self.refused(self.wheel(name)))
        self.assertIn("is what --accept-sha256 says", self.install(other, "--accept-sha256", digest.upper(), known="0" * 64))

    def test_of_an_unknown_version_the_file_is_said(self):
        wheel = self.wheel(NAME.replace("2.13.0", "2.99.0"))
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        self.assertIn("nothing is known about this version", self.install(wheel, directory="one"))
        self.assertIn("is refused", self.refused(wheel, "--accept-sha256", "1" * 64, directory="two"))
        self.assertIn("--accept-sha256 says", self.install(wheel, "--accept-sha256", digest, directory="three"))

    def test_names_that_leave_the_folder_are_refused(self):
        names = ["torch/include/../../../out.h", "/torch/include/out.h", "torch/include//tmp/out.h", "../out", "torch/lib/..",
                 "torch\\lib\\out.so", "C:/out.so", "torch/include/./out.h"]
        for number, name in enumerate(names):
            with self.subTest(name):
                message = self.refused(self.wheel(more=[name]), directory=f"place-{number}/torch")
                self.assertIn("leads out of the folder", message)
                place = self.folder / f"place-{number}"
                self.assertEqual(self.files(place), ["torch/installed"])
        self.assertEqual([p.name for p in self.folder.rglob("out*")], [])

    def test_links_are_refused(self):
        wheel = self.wheel()
        link = zipfile.ZipInfo("torch/include/link.h")
        link.external_attr = 0o120777 << 16
        with zipfile.ZipFile(wheel, "a") as archive:
            archive.writestr(link, "/etc/passwd")
        self.assertIn("leads out of the folder", self.refused(wheel))

    def test_a_folder_of_somebody_else_stays(self):
        mine = self.folder / "home"
        mine.mkdir()
        (mine / "letter.txt").write_text("mine")
        self.assertIn("letter.txt", self.refused(self.wheel(), directory="home"))
        self.assertEqual(self.files(mine), ["letter.txt"])

    def test_every_wheel_of_the_known_versions_is_listed(self):
        known = setup.read_known(setup.KNOWN.read_text())
        self.assertTrue(all(re.fullmatch("[0-9a-f]{64}", digest) for digest in known.values()))
        self.assertEqual(len(set(known.values())), len(known))
        for version in ("2.13.0", "2.11.0"):
            for python in ("cp310", "cp311", "cp312", "cp313", "cp314"):
                for machine in ("x86_64", "aarch64"):
                    self.assertIn(f"torch-{version}-{python}-{python}-manylinux_2_28_{machine}.whl", known)
        for versions in setup.KNOWN_COMPANIONS.values():
            for package, version in versions.items():
                self.assertEqual(sum(setup.release(name) == (package.replace("-", "_"), version) for name in known), 2)


if __name__ == "__main__":
    unittest.main()
