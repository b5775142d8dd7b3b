"""Products of vectors and matrices under the names of the standard and NumPy, written in other ops."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import index
from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.op import graph_of
from symdiff.ops.contractions import einsum, tensordot
from symdiff.ops.linalg import matmul
from symdiff.ops.shape import stack
from symdiff.ops.solving import inv
from symdiff.ops.triangles import square
from symdiff.types import normalise_axis, shape_text


def _lifted(*values: Any) -> list[Any]:
    """The operands as expressions of one graph."""
    graph = graph_of(values)
    return [graph.lift(each) for each in values]


def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The inner product of vectors along `axis`: sum conj(x1_i) x2_i; other axes broadcast.

    >>> import symdiff as sd
    >>> from symdiff.ops.products import vecdot
    >>> g = sd.Graph()
    >>> vecdot(g.input("a", ("batch", 3)), g.input("b", (3,))).shape
    (batch,)
    """
    if graph_of([x1, x2]) is None:
        concrete: Any = np.vecdot
        return concrete(x1, x2, axis=axis)
    a, b = _lifted(x1, x2)
    for each in (a, b):
        normalise_axis(axis, each.ndim)
    if a.shape[axis] != b.shape[axis]:
        raise ShapeError(
            f"vectors of {a.shape[axis]} and {b.shape[axis]} elements have no inner product",
            advice=f"axis {axis} has one size in both operands",
        )
    ops = a.graph.ops
    a, b = (each if axis in (-1, each.ndim - 1) else ops.moveaxis(each, axis, -1) for each in (a, b))
    return einsum("...i,...i->...", ops.conj(a) if a.dtype.kind == "c" else a, b)


def dot(a: Any, b: Any) -> Any:
    """NumPy's dot: of vectors the inner product, of matrices the matrix product, with a scalar the multiple.

    With more axes it sums over the last of `a` and the last but one of `b`, and doesn't broadcast.
    """
    if graph_of([a, b]) is None:
        return np.dot(a, b)
    a, b = _lifted(a, b)
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    if a.ndim <= 2 and b.ndim <= 2:
        return matmul(a, b)
    return tensordot(a, b, axes=([-1], [-min(b.ndim, 2)]))


def inner(a: Any, b: Any, /) -> Any:
    """The sum of products over the last axis of both; with a scalar the multiple."""
    if graph_of([a, b]) is None:
        return np.inner(a, b)
    a, b = _lifted(a, b)
    return a * b if a.ndim == 0 or b.ndim == 0 else tensordot(a, b, axes=([-1], [-1]))


def outer(x1: Any, x2: Any, /) -> Any:
    """All products x1_i x2_j of the elements of two vectors: (m,) and (n,) give (m, n); others are laid out flat.

    >>> import symdiff as sd
    >>> from symdiff.ops.products import outer
    >>> outer(sd.Graph().input("x", ("m",)), [1.0, 2.0]).shape
    (m, 2)
    """
    if graph_of([x1, x2]) is None:
        return np.outer(x1, x2)
    a, b = (each if each.ndim == 1 else each.reshape(-1) for each in _lifted(x1, x2))
    return a.graph.ops.expand_dims(a, 1) * b


def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: blocks a_ij b, over any number of axes; (m, n) and (p, q) give (m p, n q)."""
    if graph_of([a, b]) is None:
        return np.kron(a, b)
    a, b = _lifted(a, b)
    ndim = max(a.ndim, b.ndim)
    if ndim == 0:
        return a * b
    a, b = (each.reshape((1,) * (ndim - each.ndim) + each.shape) for each in (a, b))
    ops = a.graph.ops
    blocks = ops.expand_dims(a, tuple(range(1, 2 * ndim, 2))) * ops.expand_dims(b, tuple(range(0, 2 * ndim, 2)))
    return blocks.reshape(tuple(m * n for m, n in zip(a.shape, b.shape, strict=True)))


def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The cross product of vectors of three elements along `axis`; other axes broadcast.

    >>> import symdiff as sd
    >>> from symdiff.ops.products import cross
    >>> x = sd.Graph().input("x", (3,))
    >>> cross(x, [0.0, 0.0, 1.0]).eval({x: [1.0, 0.0, 0.0]})
    array([ 0., -1.,  0.])
    """
    if graph_of([x1, x2]) is None:
        return np.linalg.cross(x1, x2, axis=axis)
    a, b = _lifted(x1, x2)
    for each in (a, b):
        if each.shape[normalise_axis(axis, each.ndim)] != 3:
            raise ShapeError(
                f"a cross product is of vectors of 3 elements, and axis {axis} of {shape_text(each.shape)} isn't",
                advice="say which axis holds the vectors: axis=...",
            )
    (a0, a1, a2), (b0, b1, b2) = ([_entry(each, axis, i) for i in range(3)] for each in (a, b))
    parts = [a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0]
    return stack(parts, axis=axis if axis < 0 else normalise_axis(axis, parts[0].ndim + 1))


def _entry(x: Any, axis: int, at: int) -> Any:
    return x[(*(slice(None),) * normalise_axis(axis, x.ndim), at)]


def matrix_power(x: Any, n: int, /) -> Any:
    """x multiplied by itself n times, for (..., k, k) and any integer n: by squaring; negative ones of the inverse.

    >>> import symdiff as sd
    >>> from symdiff.ops.products import matrix_power
    >>> x = sd.Graph().input("x", (2, 2))
    >>> matrix_power(x, -2).eval({x: [[2.0, 0.0], [0.0, 4.0]]})
    array([[0.25  , 0.    ],
           [0.    , 0.0625]])
    """
    if graph_of([x]) is None:
        return np.linalg.matrix_power(x, n)
    try:
        power = index(n)
    except TypeError:
        raise ArgumentError(f"{n!r} is no integer power", advice="fractional powers: by eigh") from None
    size, _ = square(x.type, "powers are of")
    if power == 0:
        steps = x.graph.ops.arange(size, graph=x.graph)
        eye = (x.graph.ops.expand_dims(steps, 1) == steps).astype(x.dtype)
        return x.graph.ops.broadcast_to(eye, x.shape)
    base = x if power > 0 else inv(x)
    result = base
    for bit in f"{abs(power):b}"[1:]:
        result = matmul(result, result)
        if bit == "1":
            result = matmul(result, base)
    return result


def multi_dot(arrays: Sequence[Any], /) -> Any:
    """The product of two or more matrices, in the order that costs least where all sizes are known.

    The first and the last may be vectors.

    >>> import symdiff as sd
    >>> from symdiff.ops.products import multi_dot
    >>> g = sd.Graph()
    >>> multi_dot([g.input("a", (9, 2)), g.input("b", (2, 9)), g.input("c", (9,))]).shape
    (9,)
    """
    if graph_of(arrays) is None:
        return np.linalg.multi_dot(arrays)
    each = _lifted(*arrays)
    if len(each) < 2:
        raise ArgumentError("a product needs at least two factors", advice="multi_dot([a, b, ...])")
    sizes = [*(x.shape[0] for x in each), each[-1].shape[-1] if each[-1].ndim > 1 else 1]
    if each[0].ndim == 1:
        sizes = [1, *sizes]
    if not all(isinstance(size, int) for size in sizes):
        return reduce(matmul, each)
    return _cheapest(each, sizes)


def _cheapest(factors: Sequence[Any], sizes: Sequence[int]) -> Any:
    """The product in the best order, by the classical recurrence over all runs of factors."""
    best: dict[tuple[int, int], tuple[int, Any]] = {(i, i): (0, None) for i in range(len(factors))}
    for length in range(1, len(factors)):
        for i in range(len(factors) - length):
            k = i + length
            best[i, k] = min(
                (best[i, j][0] + best[j + 1, k][0] + sizes[i] * sizes[j + 1] * sizes[k + 1], j) for j in range(i, k)
            )
    made: dict[tuple[int, int], Any] = {(i, i): each for i, each in enumerate(factors)}
    wanted = [(0, len(factors) - 1)]
    while wanted:
        i, k = wanted[-1]
        j = best[i, k][1]
        missing = [run for run in ((i, j), (j + 1, k)) if run not in made]
        if missing:
            wanted += missing
            continue
        made[i, k] = matmul(made[i, j], made[j + 1, k])
        wanted.pop()
    return made[0, len(factors) - 1]
