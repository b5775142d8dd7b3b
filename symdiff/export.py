"""Writing functions to a file that imports NumPy and nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping

from symdiff._version import __version__
from symdiff.backends.readable import module_text
from symdiff.errors import ArgumentError
from symdiff.function import Function
from symdiff.naming import identifier


def export(path: str | os.PathLike[str], functions: Mapping[str, Function]) -> None:
    """Write compiled functions, under the names given, to a Python module at `path`.

    The module imports NumPy only, checks its arguments, and computes bit for bit what the functions'
    readable source does. Its bytes depend on the functions alone.

    Raises `ArgumentError` where a name is no identifier or a value no compiled function.
    """
    if not functions:
        raise ArgumentError("export needs at least one function", advice='pass {"name": sd.compile(...)}')
    for name, function in functions.items():
        if not isinstance(function, Function):
            raise ArgumentError(
                f"export of {name!r}: {function!r} ({type(function).__name__}) is not a compiled function",
                advice="compile it first: sd.compile(inputs, outputs)",
            )
        if identifier(name) != name:
            raise ArgumentError(
                f"export: {name!r} can't be a function's name", advice="use a Python identifier that isn't a keyword"
            )
    text = module_text([function.written.renamed(name) for name, function in functions.items()], __version__)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
