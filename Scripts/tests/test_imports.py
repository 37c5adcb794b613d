"""Does every Python program of this tree import only what is there? Most of them run on request alone, and a rename breaks them unseen."""

import ast
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# What Scripts/reference/requirements.txt installs, and what goldens name at their top.
INSTALLED = {"jinja2", "matplotlib", "mpmath", "numpy", "peft", "safetensors", "scipy", "sklearn", "statsmodels", "tensorboard", "tiktoken",
             "tokenizers", "torch", "transformers"}
# What Scripts/check_clients asks for.
CLIENTS = {"httpx", "langchain_core", "langchain_openai", "llama_index", "openai"}


def is_python(path: pathlib.Path) -> bool:
    if path.suffix == ".py":
        return True
    return not path.suffix and path.is_file() and path.read_bytes()[:64].startswith(b"#!/usr/bin/env python3")


def programs() -> list[pathlib.Path]:
    names = subprocess.run(["git", "ls-files", "-z", "Scripts", "benchmarks"], cwd=ROOT, check=True, capture_output=True)
    return [path for name in names.stdout.decode().split("\0") if name and is_python(path := ROOT / name)]


def defined(tree: ast.Module) -> set[str]:
    """Names that a module has at its top level, also under `if` and `try`."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    return names


class ImportTests(unittest.TestCase):
    def test_what_is_imported_is_there(self) -> None:
        files = programs()
        self.assertGreater(len(files), 40)
        trees = {path: ast.parse(path.read_bytes(), str(path)) for path in files}
        modules: dict[str, list[pathlib.Path]] = {}
        for path in files:
            modules.setdefault(path.stem, []).append(path)
        for path, tree in trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    wanted = [(alias.name.split(".")[0], []) for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    wanted = [(node.module.split(".")[0], [alias.name for alias in node.names])]
                else:
                    continue
                for module, names in wanted:
                    if module in sys.stdlib_module_names or module in INSTALLED | CLIENTS:
                        continue
                    # A package's folder is a name, too.
                    homes = modules.get(module, [])
                    is_folder = any(part.name == module for file in files for part in file.parents)
                    self.assertTrue(homes or is_folder, f"{path.relative_to(ROOT)}:{node.lineno}: no module {module}")
                    for name in names if homes else []:
                        self.assertTrue(any(name in defined(trees[home]) for home in homes),
                                        f"{path.relative_to(ROOT)}:{node.lineno}: {module} has no {name}")


if __name__ == "__main__":
    unittest.main()
