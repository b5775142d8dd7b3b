"""Ranges of integers, as many as a size says."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.errors import ArgumentError
from symdiff.op import REQUIRED, Case, Op
from symdiff.ops.shape import size_op
from symdiff.sizes import Dim, Size
from symdiff.types import INT, ArrayType, Inferred, as_dim, check_device


def arange_kernel(*, stop: int) -> Any:
    """0, 1, ..., stop - 1."""
    return np.arange(stop)


arange_op = Op(
    name="arange", kernel=arange_kernel, source="np.arange({stop})", arity=0,
    attributes=MappingProxyType({"stop": REQUIRED}), flops=0,
    infer=lambda *, stop: Inferred(ArrayType(INT, (as_dim(stop),)), (as_dim(stop),)),
    samples=[Case((), {"stop": 4})], law="d arange(n) = 0", doc="0, 1, ..., stop - 1.",
)  # fmt: skip

RANGES: Final = (arange_op,)


def arange(
    start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None, graph: Any = None, device: Any = None
) -> Any:
    """start, start + step, ... below stop; with one argument, 0, 1, ... below it.

    Integers give a NumPy array. Where a bound is a named size, `graph` says whose expression it becomes; without one
    that is an `ArgumentError`.

    >>> import symdiff as sd
    >>> sd.arange("batch", graph=sd.Graph()).shape
    (batch,)
    """
    check_device(device)
    bounds: tuple[Any, Any] = (0, start) if stop is None else (start, stop)
    if graph is None:
        named = next((each for each in bounds if isinstance(each, (Size, str))), None)
        if named is not None:
            advice = f"say whose expression it becomes: sd.arange({named}, graph=x.graph)"
            raise ArgumentError(f"arange: the size {named} is known by name only", advice=advice)
        concrete: Any = np.arange
        return concrete(*bounds, step, dtype)
    first, length = _progression(*bounds, step)
    index = graph.apply(arange_op, (), {"stop": length})
    index = index if step == 1 else index * step
    if isinstance(first, Size) or first != 0:
        index = index + (graph.apply(size_op, (), {"value": first}) if isinstance(first, Size) else first)
    return index if dtype is None else index.astype(dtype)


def _progression(start: Any, stop: Any, step: Any) -> tuple[Any, Dim]:
    """Where a range starts, and how many elements it has."""
    if not any(isinstance(each, (Size, str)) for each in (start, stop)):
        return start, max(0, -int((start - stop) // step))
    first, last, step = as_dim(start), as_dim(stop), int(step)
    return first, last - first if step == 1 else (last - first + step - 1) // step
