#!/usr/bin/env python3
"""Installs libtorch into .torch/ of this package, from the PyPI wheel of torch. Nothing outside .torch/ is touched.

    python3 Scripts/install_libtorch.py [--version 2.13.0] [--directory .torch]

Writes .torch/lib, .torch/include and .torch/pkgconfig/accrete-libtorch.pc, and is quick when they are there already.
pip's own settings (index, find-links, proxy) apply. A CPU wheel is about 190 MB; where the index offers only the CUDA
wheel, that one is used, with the two small CUDA libraries that it needs to load on a machine without a GPU.
"""

import argparse
import mmap
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

# Libraries of the wheel that only Python or libtorch's own tests need.
UNUSED = re.compile(r"libtorch_python|libjitbackend_test|libtorchbind_test|libbackend_with_compiler|libaoti_custom_ops|_windows")
# What a CUDA build of libtorch_cpu.so links against even when no GPU is used: library and PyPI package.
CUDA_COMPANIONS = {"libcudart": "nvidia-cuda-runtime", "libcupti": "nvidia-cuda-cupti"}


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


def extract(archive: zipfile.ZipFile, member: str, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, open(target, "wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)


def unpack_torch(wheel: pathlib.Path, root: pathlib.Path) -> list[str]:
    """Copies lib/ and include/; returns the wheel's requirements on CUDA companion packages (none for a CPU wheel)."""
    with zipfile.ZipFile(wheel) as archive:
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
                found.append(f"{package}=={version}.*")
    return found


def unpack_libraries(wheel: pathlib.Path, root: pathlib.Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if "/lib/" in name and ".so" in name and not name.endswith("/"):
                extract(archive, name, root / "lib" / pathlib.PurePosixPath(name).name)


def write_pkgconfig(root: pathlib.Path, version: str) -> None:
    folder = root / "pkgconfig"
    folder.mkdir(exist_ok=True)
    (folder / "accrete-libtorch.pc").write_text(
        f"prefix={root}\n\nName: accrete-libtorch\nDescription: libtorch, as installed for Accrete\nVersion: {version}\n"
        "Cflags: -I${prefix}/include -I${prefix}/include/torch/csrc/api/include\nLibs: -L${prefix}/lib\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", default="2.13.0")
    parser.add_argument("--directory", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / ".torch")
    arguments = parser.parse_args()
    root = arguments.directory.resolve()
    stamp = root / "installed"
    if stamp.exists() and stamp.read_text().strip() == arguments.version:
        write_pkgconfig(root, arguments.version)  # the folder may have been moved since
        return
    say(f"libtorch {arguments.version} goes into {root} (once; about 700 MB on disk)")
    if root.exists():
        shutil.rmtree(root)
    root.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=root) as temporary:
        folder = pathlib.Path(temporary)
        say("downloading the wheel of torch")
        wheel = download(f"torch=={arguments.version}", folder)
        say(f"unpacking {wheel.name}")
        companions = unpack_torch(wheel, root)
        for requirement in companions:
            say(f"the wheel is a CUDA build; adding {requirement}")
            unpack_libraries(download(requirement, folder), root)
    write_pkgconfig(root, arguments.version)
    stamp.write_text(arguments.version + "\n")
    say("libtorch is ready")


if __name__ == "__main__":
    main()
