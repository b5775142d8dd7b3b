"""Layers: what maps a batch to the next one, with the shapes of its parameters checked."""

from __future__ import annotations

from typing import Any

from symdiff.errors import ShapeError
from symdiff.library.operands import complaint
from symdiff.ops.linalg import matmul
from symdiff.ops.shape import asarray
from symdiff.types import shape_text


def linear(x: Any, W: Any, b: Any = None) -> Any:
    """The affine map x W + b of every row of x, or x W where there is no b.

    x: (..., n), W: (n, m), b: (m,); the result: (..., m). With a vector W: (n,) and a scalar b: () the result
    is (...,). The dtype is the operands' common one. Raises `ShapeError` where the inner sizes differ, or b
    doesn't have the shape of W's columns (it would broadcast to something else without a word).

    >>> import symdiff as sd
    >>> from symdiff.library.layers import linear
    >>> g = sd.Graph()
    >>> linear(g.input("x", ("batch", 4)), g.input("W", (4, 3)), g.input("b", (3,))).shape
    (batch, 3)
    """
    if b is None:
        return matmul(x, W)
    matrix, bias = asarray(W), asarray(b)
    columns = matrix.shape[1:]
    if bias.shape != columns:
        problem = f"linear: b has the shape {shape_text(bias.shape)}, where {shape_text(columns)} is wanted"
        raise complaint(ShapeError, problem, "b holds one number for each column of W; reshape it", W=matrix, b=bias)
    return matmul(x, matrix) + bias
