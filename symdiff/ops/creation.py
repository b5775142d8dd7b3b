"""New arrays: zeros, ones, identities, ranges and grids; of numbers NumPy's, of named sizes expressions."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.errors import ShapeError
from symdiff.op import graph_of
from symdiff.ops.exponential import exp2, log2
from symdiff.ops.functions import full_like, moveaxis, zeros_like
from symdiff.ops.joining import concat
from symdiff.ops.ranges import arange
from symdiff.ops.shape import as_arrays, broadcast_to, size_op
from symdiff.sizes import Dim, Size
from symdiff.types import as_dim, as_dtype, as_shape, check_device, floating_dtype


def full(shape: Any, fill_value: Any, *, dtype: Any = None, graph: Any = None, device: Any = None) -> Any:
    """An array of one value: a number, or a scalar expression.

    An expression if the value is one or `graph` is given, which sizes by name need; else a NumPy array.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> full(("batch", 2), 3.0, graph=g).shape, full((1, 2), 3)
    ((batch, 2), array([[3, 3]]))
    """
    check_device(device)
    dims = as_shape(shape)
    graph = graph_of([fill_value]) or graph
    if graph is None:
        return np.full(_integers(dims), fill_value, dtype)
    value = graph.lift(fill_value)
    value = value if dtype is None else value.astype(as_dtype(dtype))
    if value.ndim:
        raise ShapeError(f"a fill value has no axes, {value.type} has", advice="broadcast_to stretches an array")
    return broadcast_to(value, dims) if dims else value


def _integers(dims: tuple[Dim, ...]) -> tuple[int, ...]:
    found = tuple(dim for dim in dims if not isinstance(dim, Size))
    if len(found) < len(dims):
        raise ShapeError(
            f"a NumPy array can't have the sizes {dims}, which are known when a function is called",
            advice="say whose expression it is to be: graph=g",
        )
    return found


def zeros(shape: Any, *, dtype: Any = np.float64, graph: Any = None, device: Any = None) -> Any:
    """Zeros of a shape, float64 by default: a NumPy array, or with `graph` an expression.

    >>> import symdiff as sd
    >>> zeros(2), zeros(("n", 2), graph=sd.Graph()).shape
    (array([0., 0.]), (n, 2))
    """
    check_device(device)
    return full(shape, 0, dtype=dtype or np.float64, graph=graph)


def ones(shape: Any, *, dtype: Any = np.float64, graph: Any = None, device: Any = None) -> Any:
    """Ones of a shape, as for `zeros`."""
    check_device(device)
    return full(shape, 1, dtype=dtype or np.float64, graph=graph)


def empty(shape: Any, *, dtype: Any = np.float64, graph: Any = None, device: Any = None) -> Any:
    """An array whose values don't matter: zeros, so that a program gives the same every time."""
    check_device(device)
    return zeros(shape, dtype=dtype, graph=graph)


def empty_like(x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
    """An array of x's shape and dtype whose values don't matter: zeros."""
    check_device(device)
    return full_like(x, 0, dtype=dtype)


def eye(
    n_rows: Any, n_cols: Any = None, /, *, k: int = 0, dtype: Any = np.float64, graph: Any = None, device: Any = None
) -> Any:
    """Ones on the k-th diagonal, zeros elsewhere; sizes by name need `graph`.

    >>> import symdiff as sd
    >>> eye(2), eye("n", graph=sd.Graph()).shape
    (array([[1., 0.],
           [0., 1.]]), (n, n))
    """
    check_device(device)
    return _compared(n_rows, n_cols, graph, lambda row, column: column == row + k, dtype)


def identity(n: Any, /, dtype: Any = np.float64, *, graph: Any = None) -> Any:
    """The unit matrix: `eye` of one size."""
    return eye(n, dtype=dtype, graph=graph)


def tri(n_rows: Any, n_cols: Any = None, /, k: int = 0, dtype: Any = np.float64, *, graph: Any = None) -> Any:
    """Ones on and below the k-th diagonal, zeros above.

    >>> tri(2, 3)
    array([[1., 0., 0.],
           [1., 1., 0.]])
    """
    return _compared(n_rows, n_cols, graph, lambda row, column: column <= row + k, dtype)


def _compared(rows: Any, columns: Any, graph: Any, rule: Any, dtype: Any) -> Any:
    """Where a rule of row and column holds, as numbers."""
    sizes = as_dim(rows), as_dim(rows if columns is None else columns)
    if graph is None:
        row, column = (np.arange(dim) for dim in _integers(sizes))
    else:
        row, column = (arange(dim, graph=graph) for dim in sizes)
    return rule(row.reshape(-1, 1), column).astype(as_dtype(dtype or np.float64))


def linspace(
    start: Any, stop: Any, /, num: Any = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
    axis: int = 0, *, graph: Any = None, device: Any = None,
) -> Any:  # fmt: skip
    """`num` evenly spaced values from `start` to `stop`, along a new `axis`; without `endpoint`, short of stop.

    x_i = start + i (stop - start) / (num - 1), the last one `stop` itself. Bounds are numbers, arrays or expressions,
    broadcast together; `num` is an integer or a size. `retstep` gives the step too.

    >>> import symdiff as sd
    >>> b = sd.Graph().input("b")
    >>> linspace(0, b, 5).eval({b: 2.0}), linspace(0, 1, 4, endpoint=False)
    (array([0. , 0.5, 1. , 1.5, 2. ]), array([0.  , 0.25, 0.5 , 0.75]))
    """
    check_device(device)
    count = as_dim(num)
    graph = graph_of([start, stop]) or graph
    if graph is None:
        concrete: Any = np.linspace
        return concrete(start, stop, *_integers((count,)), endpoint, retstep, dtype, axis)
    start, stop = (graph.lift(each) for each in (start, stop))
    real = floating_dtype(start.dtype, stop.dtype)
    start, stop = start.astype(real), stop.astype(real)
    parts = count - 1 if endpoint else count
    if isinstance(count, int) and count < 2:
        parts = 1
    span = stop - start
    step = span / (parts if isinstance(parts, int) else graph.apply(size_op, (), {"value": parts, "dtype": real}))
    index = arange(count, graph=graph).astype(real).reshape((-1, *[1] * span.ndim))
    found = start + index * step
    if endpoint and not (isinstance(count, int) and count < 2):
        found = concat(found[:-1], broadcast_to(stop, (1, *span.shape)), axis=0)
    found = graph.ops.moveaxis(found, 0, axis)
    found = found if dtype is None else found.astype(as_dtype(dtype))
    return (found, step) if retstep else found


def logspace(start: Any, stop: Any, /, num: Any = 50, endpoint: bool = True, base: float = 10.0) -> Any:
    """`base` to the powers of a `linspace`."""
    powers = linspace(start, stop, num, endpoint)
    return base**powers


def geomspace(start: Any, stop: Any, /, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """`num` values from `start` to `stop` with even quotients, as `linspace` has even differences; bounds above 0.

    >>> import symdiff as sd
    >>> b = sd.Graph().input("b")
    >>> sd.geomspace(1.0, b, 3).eval({b: 100.0})
    array([  1.,  10., 100.])
    """
    if graph_of([start, stop]) is None:
        return np.geomspace(start, stop, *_integers((as_dim(num),)), endpoint, dtype, axis)  # type: ignore[call-overload]
    start, stop = as_arrays(start, stop)
    quotient, count = stop / start, as_dim(num)
    found = start * exp2(linspace(zeros_like(quotient), log2(quotient), count, endpoint))
    if endpoint and not (isinstance(count, int) and count < 2):
        found = concat(found[:-1], broadcast_to(stop, (1, *quotient.shape)), axis=0)
    found = moveaxis(found, 0, axis)
    return found if dtype is None else found.astype(as_dtype(dtype))
