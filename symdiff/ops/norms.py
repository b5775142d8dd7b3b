"""Norms of vectors and matrices of every order, written in other ops; an even norm has derivative 0 at 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.op import graph_of
from symdiff.ops.linalg import as_real, norm_op, vector_norm
from symdiff.ops.shape import asarray
from symdiff.ops.singular import svdvals_op
from symdiff.ops.solving import inv
from symdiff.types import normalise_axis

INF = float("inf")


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: int | float | str | None = "fro") -> Any:
    """The norm of the matrices (..., m, n) in the last two axes: (...).

    "fro": the root of the sum of squares; "nuc": the sum of the singular values; 2 and -2: the largest and the
    smallest of them; 1 and -1: the largest and smallest sum of a column; inf and -inf: of a row. What ties
    shares the derivative evenly; a singular value of 0 has none.

    >>> import symdiff as sd
    >>> from symdiff.ops.norms import matrix_norm
    >>> x = sd.Graph().input("x", (2, 2))
    >>> float(matrix_norm(x, ord=1).eval({x: [[1.0, -2.0], [3.0, 4.0]]}))
    6.0
    """
    if graph_of([x]) is None:
        return np.linalg.matrix_norm(x, keepdims=keepdims, ord="fro" if ord is None else ord)  # type: ignore[arg-type]
    if x.ndim < 2:
        raise ShapeError("a matrix norm takes at least two axes", advice="vector_norm takes vectors")
    if ord in ("fro", None):
        return norm_op(as_real(x), axis=(-2, -1), keepdims=keepdims)
    if ord in ("nuc", 2, -2):
        values = svdvals_op(x)
        found = values.sum(axis=-1) if ord == "nuc" else values.max(axis=-1) if ord == 2 else values.min(axis=-1)
    elif ord in (1, -1, INF, -INF):
        sums = abs(as_real(x)).sum(axis=-2 if abs(float(ord)) == 1 else -1)
        found = sums.max(axis=-1) if float(ord) > 0 else sums.min(axis=-1)
    else:
        raise ArgumentError(
            f"there is no matrix norm of order {ord!r}", advice="orders are 'fro', 'nuc', 1, -1, 2, -2, inf, -inf"
        )
    return found.graph.ops.expand_dims(found, (-2, -1)) if keepdims else found


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """NumPy's norm: of vectors along one axis, or of the matrices in two.

    Without `ord` the root of the sum of squares over `axis`, or over all of x; without `axis` x has one or two
    axes. Orders are those of `vector_norm` and `matrix_norm`.

    >>> import symdiff as sd
    >>> from symdiff.ops.norms import norm
    >>> x = sd.Graph().input("x", (2, 3))
    >>> norm(x).shape, norm(x, axis=0).shape, norm(x, "nuc").shape
    ((), (3,), ())
    """
    if graph_of([x]) is None:
        return np.linalg.norm(x, ord, axis, keepdims)
    x = asarray(x)
    if axis is None and ord is None:
        return vector_norm(x, keepdims=keepdims)
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if len(axes) == 1:
        return vector_norm(x, axis=axes[0], keepdims=keepdims, ord=2 if ord is None else ord)
    if len(axes) != 2:
        raise ShapeError(f"a norm is over one axis or two, not {len(axes)}", advice="name them: axis=0, or axis=(0, 1)")
    rows, columns = (normalise_axis(each, x.ndim) for each in axes)
    rest = [i for i in range(x.ndim) if i not in (rows, columns)]
    found = matrix_norm(x.graph.ops.permute_dims(x, (*rest, rows, columns)), ord=ord)
    return found.graph.ops.expand_dims(found, (rows, columns)) if keepdims else found


def cond(x: Any, /, p: Any = None) -> Any:
    """The condition number of matrices (..., n, n) in a norm: |x| |x^-1|; None is 2, where x may have any shape.

    In the norms 2 and -2 the quotient of the largest and the smallest singular value, and its inverse. Of a singular
    matrix it is infinite in the norm 2; in the others, which take the inverse, NumPy's LinAlgError tells.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> x = sd.Graph().input("x", (2, 2))
    >>> float(linalg.cond(x).eval({x: [[0.0, 4.0], [-2.0, 0.0]]}))
    2.0
    """
    x = asarray(x)
    if p not in (None, 2, -2):
        return matrix_norm(x, ord=p) * matrix_norm(inv(x), ord=p)
    values = svdvals_op(x)
    largest, smallest = values[..., 0], values[..., -1]
    return smallest / largest if p == -2 else largest / smallest
