"""Namespace-neutral exports: the same file gives what the interpreter gives, on every library that is installed."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.backends import namespaces
from symdiff.backends.standalone import PROGRAM, draw_inputs
from symdiff.backends.standard import is_spelled
from symdiff.errors import UnsupportedError
from symdiff.op import Op
from symdiff.ops import OPS
from tests.backends.models import MODELS
from tests.ops.laws import all_variants
from tests.values import assert_close, draw

pytest.importorskip("array_api_compat", reason="array-api-compat isn't installed: see the extra 'test'")


def _strict() -> tuple[Any, Any]:
    import array_api_strict

    return array_api_strict.asarray, lambda x: np.asarray(x._array)


def _jax() -> tuple[Any, Any]:
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax.numpy.asarray, np.asarray


def _torch() -> tuple[Any, Any]:
    import torch

    return torch.asarray, lambda x: x.numpy()


def _dask() -> tuple[Any, Any]:
    import dask.array

    return dask.array.asarray, lambda x: np.asarray(x.compute())


def _cupy() -> tuple[Any, Any]:
    import cupy

    return cupy.asarray, cupy.asnumpy


LIBRARIES: dict[str, tuple[str, Callable[[], tuple[Any, Any]]]] = {
    "numpy": ("numpy", lambda: (np.asarray, np.asarray)),
    "array_api_strict": ("array_api_strict", _strict),
    "jax": ("jax", _jax),
    "jax.jit": ("jax", _jax),
    "torch": ("torch", _torch),
    "dask": ("dask.array", _dask),
    "cupy": ("cupy", _cupy),
}
LACKING = {
    "dask": {"sort", "argsort", "searchsorted", "cholesky", "det", "inv", "solve", "solve_triangular", "round"},
}
"""What a library lacks of the standard, which is no fault of the exported file."""


def arrays_of(library: str) -> tuple[Any, Any]:
    """How arrays of a library are made, and made NumPy's again; skips where it isn't installed."""
    module, get = LIBRARIES[library]
    pytest.importorskip(module, reason=f"{module} isn't installed, so nothing ran on it")
    return get()


def exported(folder: Path, function: sd.Function) -> Any:
    """The module of a function that takes its namespace from its arguments."""
    path = folder / "neutral.py"
    sd.export(path, {"neutral": function}, namespace="array_api")
    spec = importlib.util.spec_from_file_location("neutral", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def agree(library: str, run: Callable[..., Any], values: list[Any], wanted: list[Any]) -> None:
    """The exported function gives what is wanted, in its dtypes and shapes, and arrays of the library."""
    make, back = arrays_of(library)
    if library == "jax.jit":
        run = sys.modules["jax"].jit(run)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given = [make(value) for value in values]
        found = run(*given)
    found = found if isinstance(found, tuple) else (found,)
    for i, (one, other) in enumerate(zip(found, wanted, strict=True)):
        assert type(one) is type(given[0]) or library == "numpy", f"output {i} is a {type(one).__name__}"
        other = np.asarray(other)
        assert (back(one).dtype, back(one).shape) == (other.dtype, other.shape)
        size = float(np.max(np.abs(other), initial=0.0)) if other.dtype.kind in "fc" else 0.0
        rtol = 2e-5 if other.dtype in (np.float32, np.complex64) else 1e-11
        assert_close(back(one), other, f"{library}, output {i}", rtol=rtol, atol=rtol * size)


@pytest.mark.parametrize("library", [each for each in LIBRARIES if each != "jax.jit"])
@pytest.mark.parametrize("op", [op for op in OPS if is_spelled(op)], ids=lambda op: op.name)
def test_every_op_of_the_standard_is_what_the_interpreter_says(op: Op, library: str, tmp_path: Path) -> None:
    if op.name in LACKING.get(library, ()):
        pytest.skip(f"{library} has no {op.name}, or not the standard's")
    for case in op.samples:
        values = [*draw(case.operands), np.float64(0.0)]
        g = sd.Graph()
        inputs = [g.input(f"x{i}", value.shape, value.dtype) for i, value in enumerate(values)]
        y = g.apply(op, tuple(inputs[:-1]), dict(case.attributes))
        plain = sd.compile(inputs, [y], optimize="none", backend="interpreter", name="neutral")
        agree(library, exported(tmp_path, plain).neutral, values, plain(*values))


@pytest.mark.parametrize("library", ["numpy", "array_api_strict"])
@pytest.mark.parametrize("op", [op for op in OPS if is_spelled(op)], ids=lambda op: op.name)
def test_other_dtypes_and_empty_arrays_are_exported_or_refused(op: Op, library: str, tmp_path: Path) -> None:
    """The standard has no arithmetic of booleans, and no order of complex numbers: NumPy's is refused."""
    for case in (each for sample in op.samples for each in all_variants(op, sample)):
        values = [*draw(case.operands), np.float64(0.0)]
        g = sd.Graph()
        inputs = [g.input(f"x{i}", value.shape, value.dtype) for i, value in enumerate(values)]
        y = g.apply(op, tuple(inputs[:-1]), dict(case.attributes))
        plain = sd.compile(inputs, [y], optimize="none", backend="interpreter", name="neutral")
        try:
            module = exported(tmp_path, plain)
        except UnsupportedError as error:
            assert re.match(f"{op.name} of (booleans|complex numbers) has no counterpart", str(error))  # noqa: PT017
            continue
        with np.errstate(all="ignore"):
            agree(library, module.neutral, values, plain(*values))


def flat(results: Any) -> list[Any]:
    """A model's results in a list, whatever container they come in."""
    return list(results.values()) if isinstance(results, dict) else results if isinstance(results, list) else [results]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_models_run_on_every_library(model: Callable[[], sd.Function], library: str, tmp_path: Path) -> None:
    function = model()
    missing = [node.op for node in function.graph.arena.nodes if node.inputs and not is_spelled(node.op)]
    if missing:
        with pytest.raises(NotImplementedError, match=rf"{missing[0].name} has no counterpart[^\0]*models\.py:\d+"):
            exported(tmp_path, function)
        return
    module = exported(tmp_path, function)
    drawn = next(draw_inputs(module.FUNCTIONS["neutral"][1], {}, small=True))
    agree(library, module.neutral, list(drawn.values()), flat(function(*drawn.values())))


def test_a_file_calls_nothing_beyond_the_standard_and_its_helpers(tmp_path: Path) -> None:
    g = sd.Graph()
    x, i = g.input("x", ("n", 3)), g.input("i", ("k",), "int64")
    y = sd.softmax(x, axis=1)[::-1, 0] + sd.sum(sd.take(x, i, axis=0)) + sd.logsumexp(x)
    module = exported(tmp_path, sd.compile([x, i], [y, sd.grad(sd.sum(y), x)]))
    tree = ast.parse((tmp_path / "neutral.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name not in {each.__name__ for each in PROGRAM}:
            for name in ast.walk(node):
                assert not (isinstance(name, ast.Name) and name.id == "np"), ast.unparse(node)
                assert not (isinstance(name, ast.AugAssign) and isinstance(name.target, ast.Subscript))
    assert {"softmax", "below", "scatter_add", "places", "add_at"} <= vars(module).keys()


class Updated:
    """A vector of ones as JAX has them: `x.at[i].add(v)` is a new one."""

    def __init__(self, at: Any = None) -> None:
        self.indexed = at

    @property
    def at(self) -> Updated:
        return self

    def __getitem__(self, index: Any) -> Updated:
        return Updated(index)

    def add(self, values: Any) -> Any:
        return np.ones(4) + np.bincount(self.indexed, values, 4)


@pytest.mark.parametrize("way", ["index_add", "at", "add.at", "none"])
def test_each_way_to_add_at_repeated_positions_gives_the_same(way: str) -> None:
    at, values = np.array([1, 1, 3]), np.array([1.0, 2.0, 4.0])
    whole: Any = np.ones(4)
    xp: Any = np
    if way == "index_add":
        whole = SimpleNamespace(index_add=lambda axis, at, values: np.ones(4) + np.bincount(at, values, 4))
    elif way == "at":
        whole = Updated()
    elif way == "none":
        names = ("arange", "expand_dims", "sum", "where", "zeros_like")
        xp = SimpleNamespace(**{name: getattr(np, name) for name in names})
    np.testing.assert_array_equal(namespaces.add_at(xp, whole, at, values), [1.0, 4.0, 1.0, 5.0])


def test_arguments_are_checked(tmp_path: Path) -> None:
    g = sd.Graph()
    x, y = g.input("x", ("n", 3)), g.input("y", dtype="float32")
    f = exported(tmp_path, sd.compile([x, y], x[2:] * 2)).neutral
    np.testing.assert_array_equal(f(np.ones((3, 3), "float32"), 1.0), 2 * np.ones((1, 3)))
    for wrong, error, text in (
        ((np.ones((3, 3)), np.ones(())), TypeError, "'y'.*float64.*float32"),
        ((np.ones((3, 2)), 1.0), ValueError, "'x'"),
        ((np.ones((1, 3)), 1.0), ValueError, "n >= 2"),
    ):
        with pytest.raises(error, match=text):
            f(*wrong)


@pytest.mark.parametrize("checks", [True, False])
@pytest.mark.parametrize("constant", [True, False])
def test_a_file_imports_what_it_uses(checks: bool, constant: bool, tmp_path: Path) -> None:
    """NumPy is for constants, and for the program that checks; the functions know their arguments' namespace."""
    x = sd.Graph().input("x", (3,))
    f = sd.compile([x], x * ([1.0, 2.0, 3.0] if constant else 2.0))
    sd.export(tmp_path / "f.py", {"f": f}, namespace="array_api", checks=checks)
    text = (tmp_path / "f.py").read_text(encoding="utf-8")
    assert ("import numpy as np" in text) == (checks or constant)
    assert "from array_api_compat import array_namespace" in text


def test_what_the_standard_lacks_is_refused_with_the_users_line(tmp_path: Path) -> None:
    x = sd.Graph().input("x")
    scaled = sd.erf(x)
    with pytest.raises(NotImplementedError, match=r"erf has no counterpart[^\0]*scaled = sd.erf"):
        sd.export(tmp_path / "f.py", {"f": sd.compile([x], scaled)}, namespace="array_api")
    assert not (tmp_path / "f.py").exists()
    with pytest.raises(TypeError, match="namespace"):
        sd.export(tmp_path / "f.py", {"f": sd.compile([x], x)}, namespace="torch")  # type: ignore[arg-type]
