"""Writing functions to a file that imports NumPy and nothing else, and loading such a file again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final, Literal

from symdiff._version import __version__
from symdiff.backends.carried import Fired, restored
from symdiff.backends.carrier import Carrier, attached, detached
from symdiff.backends.dialect import NUMPY_DIALECT
from symdiff.backends.module import NUMPY, Written, module_text
from symdiff.backends.readable import digest, write_function
from symdiff.backends.standard import STANDARD_DIALECT, STYLE
from symdiff.compiling import of_graph
from symdiff.errors import ArgumentError, FileError, UnsupportedError
from symdiff.function import Function
from symdiff.naming import identifier
from symdiff.transplant import rebuilt


def export(
    path: str | os.PathLike[str],
    functions: Mapping[str, Function],
    *,
    namespace: Literal["numpy", "array_api"] = "numpy",
    checks: bool = True,
    graphs: bool = True,
) -> None:
    """Write compiled functions, under the names given, to a Python module at `path`.

    The module imports NumPy only, checks its arguments, and computes bit for bit what the functions' readable
    source does. Its bytes depend on the functions alone. With `checks` it is a program, too: `python file.py
    --check` compares the derivatives in it with finite differences, `--bench` times it. With `graphs` it carries
    the functions' graphs in comments, which `load_source` reads.

    With `namespace="array_api"` the functions take their namespace from their arguments, by array-api-compat: the
    same file runs on NumPy, PyTorch, JAX (also in its `jit`), CuPy and Dask, and calls only what the Python Array
    API standard (2024.12) has. `UnsupportedError` names an op that it hasn't, and the line that asked for it.

    Raises `ArgumentError` where a name is no identifier, or one that the file uses itself, or a value no
    compiled function; `FileError` (an `OSError`) where the file can't be written.
    """
    for name in _checked(functions):
        if identifier(name) != name:
            raise ArgumentError(
                f"export: {name!r} can't be a function's name", advice="use a Python identifier that isn't a keyword"
            )
    if namespace not in _STYLES:
        raise ArgumentError(
            f"export knows no namespace={namespace!r}", advice=f"it is one of {', '.join(map(repr, _STYLES))}"
        )
    written = [_written(function, namespace).renamed(name) for name, function in functions.items()]
    if checks:
        written = [
            _with_targets(each, function, namespace) for each, function in zip(written, functions.values(), strict=True)
        ]
    text = module_text(written, __version__, checks, _STYLES[namespace])
    _write(path, attached(text, written, __version__) if graphs else text)


_STYLES: Final = {"numpy": NUMPY, "array_api": STYLE}
_DIALECTS: Final = {"numpy": NUMPY_DIALECT, "array_api": STANDARD_DIALECT}


def _written(function: Function, namespace: str) -> Written:
    if namespace == "numpy":
        return function.written
    rules = [Fired(*each) for each in function.written.graph["rules"]]
    return write_function(function.name, function.graph, rules, _DIALECTS[namespace])


def _with_targets(written: Written, function: Function, namespace: str) -> Written:
    """The same, with what its outputs are derivatives of, where it doesn't return that itself, and that can be written.

    A derivative may be, where its function isn't: that of erf has no erf.
    """
    beside = function.beside()
    if beside is None:
        return written
    alone = rebuilt(beside, outputs=beside.outputs[len(function.graph.outputs) :])
    dialect = _DIALECTS[namespace]
    try:
        whole = write_function("whole", beside, dialect=dialect)
        targets = write_function(f"{written.name}_targets", alone, dialect=dialect)
    except UnsupportedError:
        return written
    return written._replace(
        inputs=whole.inputs, derivatives=whole.derivatives, targets=targets._replace(graph=whole.graph)
    )


def _checked(functions: Mapping[str, Any]) -> Mapping[str, Function]:
    if not functions:
        raise ArgumentError("export needs at least one function", advice='pass {"name": sd.compile(...)}')
    for name, function in functions.items():
        if not isinstance(function, Function):
            raise ArgumentError(
                f"export of {name!r}: {function!r} ({type(function).__name__}) is not a compiled function",
                advice="compile it first: sd.compile(inputs, outputs)",
            )
    return functions


def _write(path: str | os.PathLike[str], text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise FileError(
            f"{os.fspath(path)!r} can't be written: {error.strerror}", advice="give a file in a folder you may write to"
        ) from None


def load_source(path: str | os.PathLike[str], *, edited: bool = False, language: Any = None) -> dict[str, Function]:
    """The functions of an exported file, by name, with their graphs: to read, differentiate, or export again.

    The graphs are read from the file's comments as data; its code is never run. They are equal to those that
    were exported. `language` is that of the graphs, where it has ops of one's own.

    >>> import os, tempfile, symdiff as sd
    >>> x = sd.Graph().input("x")
    >>> path = os.path.join(tempfile.mkdtemp(), "f.py")
    >>> sd.export(path, {"f": sd.compile([x], [sd.sin(x), sd.grad(sd.sin(x), x)])})
    >>> sd.load_source(path)["f"](0.0)
    [np.float64(0.0), np.float64(1.0)]

    Raises `FileError` where there is no such file; `GraphError` where the file carries no graphs, or damaged ones, or
    such as a newer symdiff has written, and where its code was changed since: the first line that differs is named.
    `edited` loads the graphs nevertheless, which are then not what the code computes.
    """
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(
            f"{os.fspath(path)!r} can't be read: {error}", advice="give a file that export has written"
        ) from None
    carrier = detached(text, os.path.basename(path), edited)
    return {name: _loaded(name, carrier, language) for name in carrier.functions}


def _loaded(name: str, carrier: Carrier, language: Any) -> Function:
    graph, rules = restored(carrier.functions[name], language)
    carrier.compare(name, digest(graph))
    beside = restored(carrier.beside[name], language)[0] if name in carrier.beside else None
    return of_graph(name, graph, write_function(name, graph, rules), beside)
