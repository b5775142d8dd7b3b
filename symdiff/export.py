"""Writing functions to a file that imports NumPy and nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from symdiff._version import __version__
from symdiff.backends.readable import Written, module_text
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
    text = module_text([_renamed(function.written, name) for name, function in functions.items()], __version__)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _renamed(written: Written, name: str) -> Written:
    """A function under another name, and its constants with it, so that two functions' don't get mixed up."""
    definition = written.definition
    constants: dict[str, str] = {}
    for old, text in written.constants.items():
        new = name + old.removeprefix(written.name)
        while new != old and re.search(rf"\b{new}\b", written.definition):
            new += "_"
        definition = re.sub(rf"\b{old}\b", new, definition)
        constants[new] = text
    return written._replace(definition=definition, constants=constants).renamed(name)
