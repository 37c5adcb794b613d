#!/usr/bin/env python3
"""Installs libtorch into .torch/ of this package, from the PyPI wheel of torch. Nothing outside .torch/ is touched.

    python3 Scripts/install_libtorch.py [--version 2.13.0] [--directory .torch] [--accept-sha256 HEX]

Writes .torch/lib, .torch/include and .torch/pkgconfig/accrete-libtorch.pc, and is quick when they are there already.
pip's own settings (index, find-links, proxy) apply. A CPU wheel is about 190 MB; where the index offers only the CUDA
wheel, that one is used, with the two small CUDA libraries that it needs to load on a machine without a GPU.

What these files are is checked: Scripts/libtorch_wheels.sha256 lists the SHA-256 of every file of the versions that it knows, and a
file of such a version that it does not list is refused, unless --accept-sha256 names its SHA-256. Of another version any file is
taken, and its SHA-256 is said.
"""

import argparse
import hashlib
import mmap
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile

# Libraries of the wheel that only Python or libtorch's own tests need.
UNUSED = re.compile(r"libtorch_python|libjitbackend_test|libtorchbind_test|libbackend_with_compiler|libaoti_custom_ops|_windows")
# What a CUDA build of libtorch_cpu.so links against even when no GPU is used: library and PyPI package.
CUDA_COMPANIONS = {"libcudart": "nvidia-cuda-runtime", "libcupti": "nvidia-cuda-cupti"}
# Which of them are listed in KNOWN, by the toolkit's version.
KNOWN_COMPANIONS = {"13.0": {"nvidia-cuda-runtime": "13.0.96", "nvidia-cuda-cupti": "13.0.85"}}
# What an installation consists of.
INSTALLED = {"lib", "include", "pkgconfig", "installed"}
KNOWN = pathlib.Path(__file__).resolve().parent / "libtorch_wheels.sha256"


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


def download(requirement: str, folder: pathlib.Path) -> pathlib.Path:
    before = set(folder.glob("*.whl"))
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--no-deps",
               "--only-binary=:all:", "--dest", str(folder), requirement]
    if subprocess.run(command).returncode != 0:
        sys.exit(f"setup: pip could not get {requirement}. Check `python3 -m pip --version` and the network, then run it again.")
    new = set(folder.glob("*.whl")) - before
    if not new:
        sys.exit(f"setup: pip reported success but left no wheel of {requirement} in {folder}")
    return new.pop()


def read_known(text: str) -> dict[str, str]:
    """File name to SHA-256, of lines as sha256sum writes them."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def release(wheel_name: str) -> tuple[str, str]:
    """Package and version of a wheel; a local version such as +cpu is another build of the same."""
    package, version = wheel_name.split("-")[:2]
    return package, version.split("+")[0]


def sha256(path: pathlib.Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def check_file(wheel: pathlib.Path, known: dict[str, str], accepted: list[str]) -> None:
    """Says which file was taken; ends where it is not the one that is known."""
    digest = sha256(wheel)
    say(f"took {wheel.name}, sha256:{digest}")
    if digest in accepted:
        say("which is what --accept-sha256 says")
    elif known.get(wheel.name) == digest:
        say(f"which is what {KNOWN.name} lists")
    elif release(wheel.name) in {release(name) for name in known}:
        expected = known.get(wheel.name)
        sys.exit(f"setup: {wheel.name} is refused: its SHA-256 is {digest}, and {KNOWN.name} lists "
                 + (f"{expected}. " if expected else "no file of that name for this version. ")
                 + "Look at `pip config list` for where pip takes it from. If you know that the file is right, run the command "
                 f"again with --accept-sha256 {digest}.")
    elif accepted:
        sys.exit(f"setup: {wheel.name} is refused: its SHA-256 is {digest}, which is none of --accept-sha256")
    else:
        say(f"nothing is known about this version, so that it is taken as the index gave it; --accept-sha256 {digest} takes no other")


def check_names(archive: zipfile.ZipFile) -> None:
    """Ends where a name would lead out of the folder that the archive is unpacked into."""
    for info in archive.infolist():
        # As it stands in the archive: zipfile cuts names at a zero byte.
        name = info.orig_filename
        parts = name.removesuffix("/").split("/")
        is_plain = not any(part in ("", ".", "..") for part in parts) and not any(c in name for c in "\\:\0")
        if not is_plain or stat.S_ISLNK(info.external_attr >> 16):
            sys.exit(f"setup: {pathlib.Path(archive.filename or '').name} is refused: its entry {name!r} leads out of the folder")


def extract(archive: zipfile.ZipFile, member: str, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, open(target, "wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)


def unpack_torch(wheel: pathlib.Path, root: pathlib.Path) -> list[str]:
    """Copies lib/ and include/; returns the wheel's requirements on CUDA companion packages (none for a CPU wheel)."""
    with zipfile.ZipFile(wheel) as archive:
        check_names(archive)
        names = archive.namelist()
        for name in names:
            if name.endswith("/"):  # some wheels list their folders
                continue
            if name.startswith("torch/lib/") and ".so" in name and not UNUSED.search(name):
                extract(archive, name, root / "lib" / pathlib.PurePosixPath(name).name)
            elif name.startswith("torch/include/"):
                extract(archive, name, root / "include" / name[len("torch/include/"):])
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        text = archive.read(metadata).decode()
    # The toolkit's exact version where the wheel names it; otherwise any of the major version that it links against.
    toolkit = re.search(r"^Requires-Dist: cuda-toolkit.*==(\d+\.\d+)", text, re.M)
    found = []
    with open(root / "lib/libtorch_cpu.so", "rb") as library, mmap.mmap(library.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for name, package in CUDA_COMPANIONS.items():
            needed = re.search(name.encode() + rb"\.so\.(\d+)\0", data)
            if needed:
                major = int(needed.group(1))
                package += f"-cu{major}" if major < 13 else ""
                version = toolkit.group(1) if toolkit else str(major)
                found.append(f"{package}=={KNOWN_COMPANIONS.get(version, {}).get(package, version + '.*')}")
    return found


def unpack_libraries(wheel: pathlib.Path, root: pathlib.Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        check_names(archive)
        for name in archive.namelist():
            if "/lib/" in name and ".so" in name and not name.endswith("/"):
                extract(archive, name, root / "lib" / pathlib.PurePosixPath(name).name)


def write_pkgconfig(root: pathlib.Path, version: str) -> None:
    folder = root / "pkgconfig"
    folder.mkdir(exist_ok=True)
    (folder / "accrete-libtorch.pc").write_text(
        f"prefix={root}\n\nName: accrete-libtorch\nDescription: libtorch, as installed for Accrete\nVersion: {version}\n"
        "Cflags: -I${prefix}/include -I${prefix}/include/torch/csrc/api/include\nLibs: -L${prefix}/lib\n")


def refuse_others(root: pathlib.Path) -> None:
    """Ends where the folder, whose contents are going to be replaced, holds anything that is not of an installation."""
    others = sorted({entry.name for entry in root.iterdir()} - INSTALLED) if root.is_dir() else []
    if others:
        sys.exit(f"setup: {root} holds {others[0]}, which is not of a libtorch: give --directory a new or empty folder")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", default="2.13.0")
    parser.add_argument("--directory", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / ".torch")
    parser.add_argument("--accept-sha256", action="append", default=[], metavar="HEX", type=str.lower,
                        help="take a file with this SHA-256, also where another one is known; may be repeated")
    arguments = parser.parse_args()
    root = arguments.directory.resolve()
    stamp = root / "installed"
    if stamp.exists() and stamp.read_text().strip() == arguments.version:
        write_pkgconfig(root, arguments.version)  # the folder may have been moved since
        return
    refuse_others(root)
    say(f"libtorch {arguments.version} goes into {root} (once; about 700 MB on disk)")
    root.parent.mkdir(parents=True, exist_ok=True)
    known = read_known(KNOWN.read_text())
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=".libtorch-") as temporary:
        folder = pathlib.Path(temporary)

        def get(requirement: str) -> pathlib.Path:
            wheel = download(requirement, folder)
            check_file(wheel, known, arguments.accept_sha256)
            return wheel

        say("downloading the wheel of torch")
        wheel = get(f"torch=={arguments.version}")
        # What was there stays until there is something to put in its place.
        if root.exists():
            shutil.rmtree(root)
        root.mkdir()
        stamp.touch()
        say("unpacking it")
        for requirement in unpack_torch(wheel, root):
            say(f"the wheel is a CUDA build; adding {requirement}")
            unpack_libraries(get(requirement), root)
    write_pkgconfig(root, arguments.version)
    stamp.write_text(arguments.version + "\n")
    say("libtorch is ready")


if __name__ == "__main__":
    main()
