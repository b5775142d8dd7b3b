"""Writing functions to a file that imports NumPy and nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping

from symdiff._version import __version__
from symdiff.backends.module import module_text
from symdiff.errors import ArgumentError
from symdiff.function import Function
from symdiff.naming import identifier


def export(path: str | os.PathLike[str], functions: Mapping[str, Function], *, checks: bool = True) -> None:
    text = module_text([f.written.renamed(name) for name, f in functions.items()], __version__, checks)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
