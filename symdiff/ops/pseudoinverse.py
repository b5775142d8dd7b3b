"""The pseudo-inverse and the rank, of matrices of any shape.

The derivative is that of Golub & Pereyra, "The differentiation of pseudo-inverses" (1973), where the rank stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from symdiff.errors import ShapeError
from symdiff.op import Case, Expression, Op, Sample, to_floating
from symdiff.ops.complexes import adjoint, conj
from symdiff.ops.factorisations import apart
from symdiff.ops.family import NO_ATTRIBUTES, per_operand
from symdiff.ops.singular import work
from symdiff.types import INT, ArrayType, Inferred, broadcast, shape_text


def pinv_kernel(x: Any, rtol: Any) -> Any:
    """The pseudo-inverse; singular values up to rtol times the largest are taken for 0."""
    default = max(x.shape[-2:]) * np.finfo(x.dtype).eps
    return np.linalg.pinv(x, rtol=np.where(np.real(rtol) < 0, default, np.real(rtol)))


def _pinv_type(x: ArrayType, rtol: ArrayType) -> Inferred:
    _matrix_batch(x, rtol)
    return Inferred(ArrayType(x.dtype, (*x.shape[:-2], x.shape[-1], x.shape[-2])))


def _matrix_batch(x: ArrayType, rtol: ArrayType) -> None:
    if len(x.shape) < 2 or broadcast(x.shape[:-2], rtol.shape) != x.shape[:-2]:
        raise ShapeError(
            f"a tolerance {shape_text(rtol.shape)} for matrices {shape_text(x.shape)}",
            advice="x has at least two axes; rtol is a number, or has one for each matrix of the stack",
        )


def _pinv_vjp(g: Expression, y: Expression, a: Expression, rtol: Expression) -> Expression:
    """With H = G^T, W = Y H Y: conj((H Y - A W) Y^H + Y^H (Y H - W A)) - W^T, for a rank that doesn't change."""
    h, back = g.mT, adjoint(y)
    left = h @ y
    both = y @ left
    return conj((left - a @ both) @ back + back @ (y @ h - both @ a)) - both.mT


def _pinv_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression | None:
    """-Y dA Y + Y Y^H dA^H (I - A Y) + (I - Y A) dA^H Y^H Y."""
    change, a = tangents[0], xs[0]
    if change is None:
        return None
    left, right = y @ adjoint(y) @ adjoint(change), adjoint(change) @ adjoint(y) @ y
    return left - left @ a @ y + right - y @ (a @ right) - y @ change @ y


def matrix_rank_kernel(x: Any, rtol: Any) -> Any:
    """How many singular values are above rtol times the largest."""
    default = max(x.shape[-2:]) * np.finfo(x.dtype).eps
    s = np.linalg.svd(x, compute_uv=False)
    bound = np.where(np.real(rtol) < 0, default, np.real(rtol)) * s.max(axis=-1, initial=0)
    return np.count_nonzero(s > bound[..., None], axis=-1)


def _rank_type(x: ArrayType, rtol: ArrayType) -> Inferred:
    _matrix_batch(x, rtol)
    return Inferred(ArrayType(INT, x.shape[:-2]))


def _tolerances(low: float, high: float) -> list[Case]:
    shapes: list[tuple[int, ...]] = [(3, 3), (4, 2), (2, 2, 3)]
    return [Case((Sample(-1, 2, each, prepare=apart), Sample(low, high)), NO_ATTRIBUTES) for each in shapes]


pinv_op = Op(
    name="pinv", kernel=pinv_kernel, infer=_pinv_type, arity=2, promote=to_floating, flops=work,
    vjp=per_operand(_pinv_vjp, None), jvp=_pinv_jvp, nodes_per_edge=14,
    samples=[*_tolerances(-1, -0.5), *_tolerances(0.001, 0.002)],
    law="dY = -Y dA Y + Y Y^H dA^H (1 - A Y) + (1 - Y A) dA^H Y^H Y",
    doc="The pseudo-inverse, with a tolerance relative to the largest singular value; negative: eps max(m, n).",
)  # fmt: skip

rank_op = Op(
    name="matrix_rank", kernel=matrix_rank_kernel, infer=_rank_type, arity=2, promote=to_floating, flops=work,
    samples=_tolerances(-1, -0.5), law="d rank(A) = 0",
    doc="How many singular values are above a tolerance relative to the largest; negative: eps max(m, n).",
)  # fmt: skip

PSEUDOINVERSE: Final = (pinv_op, rank_op)


def pinv(x: Any, /, *, rtol: Any = None) -> Any:
    """The pseudo-inverse (..., n, m) of (..., m, n); singular values up to rtol times the largest are taken for 0.

    `rtol` is a number, or one for each matrix; None stands for max(m, n) eps. The derivative is that of
    matrices of the same rank (Golub & Pereyra 1973); by `rtol` it is 0.

    >>> import symdiff as sd
    >>> from symdiff.ops.pseudoinverse import pinv
    >>> x = sd.Graph().input("x", (2, 1))
    >>> pinv(x).eval({x: [[3.0], [4.0]]})
    array([[0.12, 0.16]])
    """
    return pinv_op(x, -1.0 if rtol is None else rtol)


def matrix_rank(x: Any, /, *, rtol: Any = None) -> Any:
    """How many singular values of (..., m, n) are above rtol times the largest: int64 (...); None is max(m, n) eps."""
    return rank_op(x, -1.0 if rtol is None else rtol)
