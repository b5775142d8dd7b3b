"""How tests draw values, run expressions and compare results: the same values every time, and to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import symdiff as sd
from symdiff.function import load
from symdiff.op import Case, Sample

EDGES = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e300, -1e300, 1e-300, 800.0, -800.0])
"""Values at which formulas overflow, cancel or divide by 0."""


def draw(samples: Sequence[Sample], seed: int = 0) -> list[Any]:
    """An array for each sample; integers and booleans where the dtype is such."""
    rng = np.random.default_rng(seed)
    return [_draw(each, rng) for each in samples]


def _draw(sample: Sample, rng: np.random.Generator) -> Any:
    low, high, shape, dtype, prepare = sample
    if np.dtype(dtype).kind == "c":
        drawn = np.asarray(rng.uniform(low, high, shape) + 1j * rng.uniform(low, high, shape)).astype(dtype)
    elif np.dtype(dtype).kind == "f":
        drawn = np.asarray(rng.uniform(low, high, shape)).astype(dtype)
    else:
        drawn = np.asarray(rng.integers(int(low), int(high), shape)).astype(dtype)
    return drawn if prepare is None else np.asarray(prepare(drawn)).astype(dtype)


def narrowed(case: Case) -> Case:
    """The same case in float32."""
    samples = (each._replace(dtype="float32" if each.dtype == "float64" else each.dtype) for each in case.operands)
    return case._replace(operands=tuple(samples))


def retyped(case: Case, dtype: str) -> Case:
    """The same case with another dtype in place of float64, and values from 1 to 3 or of both truths."""
    low, high = (0, 2) if dtype == "bool" else (1, 4)
    samples = (each._replace(low=low, high=high, dtype=dtype) for each in case.operands if each.dtype == "float64")
    return case._replace(operands=tuple(each if each.dtype != "float64" else next(samples) for each in case.operands))


def run(
    inputs: Sequence[Any], outputs: Any, values: Sequence[Any], level: str = "none", backend: str = "interpreter"
) -> Any:
    """What a compiled function of these inputs gives for these values; `readable` is its source, executed."""
    way = "python" if backend == "readable" else backend
    function = sd.compile(list(inputs), outputs, name="program", optimize=level, backend=way)  # type: ignore[arg-type]
    if backend != "readable":
        return function(*values)
    found = load(function.source, "program")(*values)
    return list(found) if isinstance(outputs, list) and isinstance(found, tuple) else found


def bits(value: Any) -> tuple[str, tuple[int, ...], bytes]:
    """What two results have in common if they agree bit for bit: dtype, shape and bytes; all NaN are one."""
    array = np.asarray(value)
    if array.dtype.kind in "fc":
        array = np.where(np.isnan(array), array.dtype.type(np.nan), array)
    return str(array.dtype), array.shape, array.tobytes()


def assert_same(left: Any, right: Any, what: str = "") -> None:
    """Complain where two results differ in a bit, and say how."""
    assert bits(left) == bits(right), f"{what}: {left!r} is not {right!r}"


def assert_close(left: Any, right: Any, what: str = "", rtol: float = 1e-6, atol: float = 1e-8) -> None:
    """Complain where two results differ by more than rounding and finite differences explain."""
    np.testing.assert_allclose(left, right, rtol=rtol, atol=atol, err_msg=what)
