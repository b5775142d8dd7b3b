"""Namespace-neutral exports: the same file gives what the interpreter gives, on every library that is installed."""

from __future__ import annotations

import ast
import importlib.util
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.backends import namespaces
from symdiff.backends.standard import is_spelled
from symdiff.op import Case, Op
from symdiff.ops import OPS
from tests.backends.models import MODELS
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
UNSUPPORTED = {
    "dask": {"sort", "argsort", "searchsorted", "cholesky", "det", "inv", "solve", "solve_triangular", "round"},
}
"""What a library lacks of the standard, which is no fault of the exported file."""


def arrays_of(library: str) -> tuple[Any, Any]:
    """How arrays of a library are made, and made NumPy's again; skips where it isn't installed."""
    module, get = LIBRARIES[library]
    pytest.importorskip(module, reason=f"{module} isn't installed, so nothing ran on it")
    return get()


def exported(folder: Path, function: sd.Function) -> Callable[..., Any]:
    """The function, from a file that takes its namespace from its arguments."""
    path = folder / "neutral.py"
    sd.export(path, {"neutral": function}, namespace="array_api")
    spec = importlib.util.spec_from_file_location("neutral", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.neutral


def agree(library: str, folder: Path, function: sd.Function, values: list[Any], wanted: list[Any]) -> None:
    """The exported function gives what is wanted, in its dtypes and shapes, and arrays of the library."""
    make, back = arrays_of(library)
    run = exported(folder, function)
    if library == "jax.jit":
        run = sys.modules["jax"].jit(run)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given = [make(value) for value in values]
        found = run(*given)
    found = found if isinstance(found, tuple) else (found,)
    for i, (one, other) in enumerate(zip(found, wanted, strict=True)):
        assert type(one) is type(given[0]) or library in ("numpy", "dask"), f"output {i} is a {type(one).__name__}"
        other = np.asarray(other)
        assert (back(one).dtype, back(one).shape) == (other.dtype, other.shape)
        size = float(np.max(np.abs(other), initial=0.0, where=np.isfinite(other))) if other.dtype.kind in "fc" else 0.0
        rtol = 2e-5 if other.dtype in (np.float32, np.complex64) else 1e-11
        assert_close(back(one), other, f"{library}, output {i}", rtol=rtol, atol=rtol * size)


SPELLED = [op for op in OPS if is_spelled(op)]
CASES = [pytest.param(op, case, id=f"{op.name}{i}") for op in SPELLED for i, case in enumerate(op.samples)]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("op", "case"), CASES)
def test_every_op_of_the_standard_is_what_the_interpreter_says(
    op: Op, case: Case, library: str, tmp_path: Path
) -> None:
    if op.name in UNSUPPORTED.get(library, ()):
        pytest.skip(f"{library} has no {op.name}")
    values = draw(case.operands) or [np.float64(0.0)]
    g = sd.Graph()
    inputs = [g.input(f"x{i}", value.shape, value.dtype) for i, value in enumerate(values)]
    y = g.apply(op, tuple(inputs) if case.operands else (), dict(case.attributes))
    plain = sd.compile(inputs, [y], optimize="none", backend="interpreter", name="neutral")
    agree(library, tmp_path, plain, values, plain(*values))


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_models_run_on_every_library(model: Callable[[], sd.Function], library: str, tmp_path: Path) -> None:
    function = model()
    if model.__name__ in REFUSED:
        with pytest.raises(NotImplementedError, match=r"models\.py:\d+"):
            exported(tmp_path, function)
        return
    if library == "dask" and model.__name__ in NOT_ON_DASK:
        pytest.skip("Dask has no scatter, or no linear algebra, of its own")
    make_inputs = exported_inputs(tmp_path, function)
    wanted = function(*make_inputs)
    wanted = list(wanted.values()) if isinstance(wanted, dict) else wanted if isinstance(wanted, list) else [wanted]
    agree(library, tmp_path, function, make_inputs, wanted)
