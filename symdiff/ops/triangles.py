"""Triangles of square matrices, as the derivatives of factorisations need them.

A Hermitian matrix is the mirror of one triangle, whose diagonal counts by its real part; to fold is the transpose of
to mirror in the sense of dL = Re(g dz): the opposite triangle is conjugated.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symdiff.errors import ShapeError
from symdiff.op import Expression, to_floating
from symdiff.ops.family import linear, uniform
from symdiff.sizes import Dim
from symdiff.types import ArrayType, Inferred, Requirement, shape_text


def square(x: ArrayType, needed: str = "this needs") -> tuple[Dim, tuple[Requirement, ...]]:
    """The size of a stack of square matrices, and what makes it so where sizes are named."""
    if len(x.shape) < 2:
        raise ShapeError(
            f"a matrix has two axes, {shape_text(x.shape)} hasn't", advice="reshape it, or add an axis with expand_dims"
        )
    rows, columns = x.shape[-2:]
    if rows != columns:
        raise ShapeError(
            f"{needed} square matrices, and the last two sizes {rows} and {columns} differ",
            advice="give both axes one size; for other matrices there are pinv, svd and qr",
        )
    return rows, ()


def same(x: ArrayType, **attributes: Any) -> Inferred:
    """The type rule of an op that takes square matrices to matrices of the same size."""
    square(x)
    return Inferred(x)


def mirror_kernel(x: Any, *, upper: bool = False) -> Any:
    """The symmetric, or Hermitian, matrix that has this triangle."""
    half = np.triu(x, 1) if upper else np.tril(x, -1)
    return np.where(np.eye(x.shape[-1]) > 0, np.real(x), half + np.conj(np.swapaxes(half, -1, -2)))


def fold_kernel(x: Any, *, upper: bool = False) -> Any:
    """The triangle into which the opposite one's conjugate is added, with a real diagonal."""
    half, other = (np.triu(x, 1), np.tril(x, -1)) if upper else (np.tril(x, -1), np.triu(x, 1))
    return np.where(np.eye(x.shape[-1]) > 0, np.real(x), half + np.conj(np.swapaxes(other, -1, -2)))


def halve_kernel(x: Any, *, upper: bool = False) -> Any:
    """The triangle with its diagonal halved."""
    strict, whole = (np.triu(x, 1), np.triu(x)) if upper else (np.tril(x, -1), np.tril(x))
    return (strict + whole) / 2


def inside(x: Expression, lower: bool) -> Expression:
    """The triangle of a square matrix, with 0 elsewhere."""
    ops = x.graph.ops
    return ops.tril(x) if lower else ops.triu(x)


SQUARES: Final = [uniform(-2, 2, (3, 3)), uniform(-2, 2, (2, 3, 3), attributes={"upper": True})]

mirror = linear(
    "mirror", mirror_kernel, attributes={"upper": False}, infer=same, promote=to_floating,
    transpose=[lambda g, y, x, *, upper: fold(g, upper=upper)], flops=1,
    samples=SQUARES, law="d mirror(X) = mirror(dX)",
    doc="The symmetric, or Hermitian, matrix of which this is one triangle.",
)  # fmt: skip

fold = linear(
    "fold", fold_kernel, attributes={"upper": False}, infer=same, promote=to_floating,
    transpose=[lambda g, y, x, *, upper: mirror(g, upper=upper)], flops=1,
    samples=SQUARES, law="d fold(X) = fold(dX)",
    doc="One triangle of a square matrix, with the conjugate of the opposite one added into it.",
)  # fmt: skip

halve = linear(
    "halve_diagonal", halve_kernel, attributes={"upper": False}, infer=same, promote=to_floating,
    transpose=[lambda g, y, x, *, upper: halve(g, upper=upper)], flops=1,
    samples=SQUARES, law="d halve(X) = halve(dX)",
    doc="One triangle of a square matrix, with the diagonal halved.",
)  # fmt: skip

TRIANGLES = (mirror, fold, halve)
