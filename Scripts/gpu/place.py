"""Where the program is, and what it needs to run: an unpacked bundle, the libraries of PyTorch's wheel, the environment."""

from __future__ import annotations

import lzma
import os
import shutil
import stat
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = "accrete-device-check"
EMULATED = "libaccrete-cuda-emulated.so"


def unpacked(bundle: Path, folder: Path) -> Path:
    """The bundle's files in `folder`, those with .xz unpacked. Returns the program."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(bundle.iterdir()):
        target = folder / source.name.removesuffix(".xz")
        if source.suffix == ".xz":
            with lzma.open(source) as packed, target.open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)
        else:
            shutil.copyfile(source, target)
    program = folder / PROGRAM
    if not program.is_file():
        raise FileNotFoundError(f"{bundle} has no {PROGRAM}.xz: make gpu-bundle makes it, where Swift is")
    program.chmod(program.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return program


def wheel_libraries() -> list[Path]:
    """`torch/lib` of this Python's PyTorch, and the `lib` folders of NVIDIA's packages, which it needs."""
    found = []
    for name in ("purelib", "platlib"):
        packages = Path(sysconfig.get_paths()[name])
        found += [packages / "torch/lib", *sorted((packages / "nvidia").glob("*/lib"))]
    # A PyTorch that is not in this Python's own folder, such as one on PYTHONPATH.
    for entry in map(Path, sys.path):
        found.append(entry / "torch/lib")
    return list(dict.fromkeys(path for path in found if path.is_dir()))


class Place:
    def __init__(self, program: Path, device: str) -> None:
        self.program, self.device = program, device
        libraries = [program.parent, *wheel_libraries()]
        before = os.environ.get("LD_LIBRARY_PATH", "")
        self.libraries = ":".join([*map(str, libraries), *([before] if before else [])])

    @property
    def is_gpu(self) -> bool:
        return self.device != "cpu"

    @property
    def emulated(self) -> Path | None:
        """What stands in for the driver and for the compiler of kernels in a dry run; `None`: it is not built."""
        library = self.program.parent / EMULATED
        return library if library.is_file() else None

    def environment(self, device: str | None = None) -> dict[str, str]:
        """`device`: `cpu` for the CPU's own kernels; otherwise the one that is checked, which on a CPU is a rehearsal of a GPU."""
        result = {"LD_LIBRARY_PATH": self.libraries}
        if device != "cpu" and not self.is_gpu:
            result["ACCRETE_PLAN"] = "gpu"
            if self.emulated:
                result["ACCRETE_CUDA_EMULATION"] = str(self.emulated)
        return result

    def command(self, mode: str, *words: str | Path, device: str | None = None) -> list[str]:
        return [str(self.program), mode, "--device", device or self.device, *map(str, words)]
