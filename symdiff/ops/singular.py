"""Factorisations of matrices of any shape: QR, singular values, the pseudo-inverse, the rank.

Reverse mode after Walter & Lehmann, "On evaluating higher-order derivatives of the QR decomposition" (2012), Townsend,
"Differentiating the singular value decomposition" (2016), and Golub & Pereyra, "The differentiation of pseudo-inverses"
(1973). What is said of equal eigenvalues in `factorisations` holds for equal singular values; 1 / 0 counts as 0 where
the vectors of a singular value 0 would have no derivative.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.errors import ArgumentError, ShapeError, UnsupportedError
from symdiff.op import Case, Cotangent, Expression, Op, Sample, graph_of, to_floating
from symdiff.ops.factorisations import Found, apart, gaps
from symdiff.ops.family import NO_ATTRIBUTES, per_operand
from symdiff.ops.results import absent, parts, unpacked
from symdiff.ops.solving import triangular
from symdiff.ops.triangles import fold, mirror
from symdiff.sizes import Dim, is_nonnegative, product
from symdiff.types import INT, ArrayType, Inferred, TupleType, broadcast, shape_text


def _matrix(x: ArrayType) -> tuple[Dim, Dim, Dim]:
    """Rows, columns, and the smaller of the two."""
    if len(x.shape) < 2:
        raise ShapeError(
            f"a matrix has two axes, {shape_text(x.shape)} hasn't", advice="reshape it, or add an axis with expand_dims"
        )
    rows, columns = x.shape[-2:]
    if is_nonnegative(rows - columns):
        return rows, columns, columns
    if is_nonnegative(columns - rows):
        return rows, columns, rows
    raise ShapeError(
        f"which of the sizes {rows} and {columns} is smaller isn't known before a call",
        advice="give both axes integer sizes, or one name; a stack's leading axes may be named",
    )


def _real_matrix(x: Expression, what: str) -> None:
    if x.dtype.kind == "c":
        raise UnsupportedError(
            f"{what} of {x.dtype} has values here, but no derivative", advice="factorise real matrices"
        )


def _work(y: Any, x: ArrayType, *others: ArrayType) -> Any:
    return product(x.shape) * x.shape[-1] * 8


def _row(x: Expression) -> Expression:
    return x.graph.ops.expand_dims(x, -2)


def _column(x: Expression) -> Expression:
    return x.graph.ops.expand_dims(x, -1)


def qr_kernel(x: Any, *, mode: Any = "reduced") -> Any:
    """Q with orthonormal columns and upper triangular R."""
    q, r = np.linalg.qr(x, mode)
    return q, r


def _qr_type(x: ArrayType, *, mode: str) -> Inferred:
    if mode not in ("reduced", "complete"):
        raise ArgumentError(f"mode is 'reduced' or 'complete', not {mode!r}", advice="R alone is qr(x).R")
    rows, columns, least = _matrix(x)
    if columns != least:
        raise ShapeError(f"more columns than rows: {shape_text(x.shape)}", advice="sd.linalg.qr takes such matrices")
    inner = least if mode == "reduced" else rows
    batch = x.shape[:-2]
    shapes = [(*batch, rows, inner), (*batch, inner, columns)]
    return Inferred(TupleType(tuple(ArrayType(x.dtype, shape) for shape in shapes)))


def _tall(y: Expression, x: Expression) -> tuple[Expression, Expression]:
    _real_matrix(x, "qr")
    q, r = parts(y)
    if r.shape[-2] != r.shape[-1]:
        raise UnsupportedError(
            "the columns that mode='complete' adds aren't determined, so they have no derivative",
            advice="use mode='reduced'",
        )
    return q, r


def _qr_vjp(cotangents: Any, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]) -> Found:
    """(dQ + Q mirror(R dR^T - dQ^T Q)) R^-T."""
    q, r = _tall(y, xs[0])
    of_q, of_r = (each.value for each in cotangents)
    inner = of_q + q @ mirror(r @ of_r.mT - of_q.mT @ q)
    return [Cotangent(triangular(r, inner.mT).mT)]


def _qr_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> list[Expression]:
    """With X = dA R^-1 and D the upper triangle of Q^T X with the lower one folded in: dR = D R, dQ = X - Q D."""
    q, r = _tall(y, xs[0])
    moved = triangular(r.mT, tangents[0].mT, lower=True).mT  # type: ignore[union-attr]
    upper = fold(q.mT @ moved, upper=True)
    return [moved - q @ upper, upper @ r]


def svd_kernel(x: Any, *, full_matrices: bool = True) -> Any:
    """Left singular vectors, singular values in descending order, right singular vectors in rows."""
    u, s, vh = np.linalg.svd(x, full_matrices)
    return u, s, vh


def _svd_type(x: ArrayType, *, full_matrices: bool) -> Inferred:
    rows, columns, least = _matrix(x)
    left, right = (rows, columns) if full_matrices else (least, least)
    batch = x.shape[:-2]
    real = np.dtype(f"f{x.dtype.itemsize // 2}") if x.dtype.kind == "c" else x.dtype
    types = (
        ArrayType(x.dtype, (*batch, rows, left)),
        ArrayType(real, (*batch, least)),
        ArrayType(x.dtype, (*batch, right, columns)),
    )
    return Inferred(TupleType(types), (bool(full_matrices),))


def _thin(y: Expression, x: Expression) -> list[Expression]:
    _real_matrix(x, "svd")
    found = parts(y)
    if y.attrs[0] and x.shape[-2] != x.shape[-1]:
        raise UnsupportedError(
            "the vectors that full_matrices=True adds aren't determined, so they have no derivative",
            advice="use full_matrices=False",
        )
    return found


def _inverse(s: Expression) -> Expression:
    """1 / s, and 0 where s is 0."""
    return s.graph.ops.where(s == 0, 0, 1 / s)


def _svd_vjp(cotangents: Any, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]) -> Found:
    """Townsend (2016), with the three terms in U (...) V^T collected."""
    u, s, vh = _thin(y, xs[0])
    of_u, of_s, of_vh = (each.value for each in cotangents)
    if absent(of_u) and absent(of_vh):
        return [Cotangent((u * _row(of_s)) @ vh)]
    left, right = u.mT @ of_u, vh @ of_vh.mT
    inner = gaps(s * s) * ((left - left.mT) * _row(s) + (right - right.mT) * _column(s))
    core = u @ inner + u * _row(of_s)
    rows, columns = xs[0].shape[-2:]
    if rows != s.shape[-1]:
        core = core + (of_u - u @ left) * _row(_inverse(s))
    if columns != s.shape[-1]:
        return [Cotangent(core @ vh + u @ ((of_vh - right.mT @ vh) * _column(_inverse(s))))]
    return [Cotangent(core @ vh)]


def _svd_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> list[Expression]:
    u, s, vh = _thin(y, xs[0])
    change: Any = tangents[0]
    moved, back = change @ vh.mT, change.mT @ u
    inner = u.mT @ moved
    factors, across, down = gaps(s * s), _row(s), _column(s)
    du = u @ (factors * (inner * across + down * inner.mT))
    dv = vh.mT @ (factors * (down * inner + inner.mT * across))
    rows, columns = xs[0].shape[-2:]
    if rows != s.shape[-1]:
        du = du + (moved - u @ inner) * _row(_inverse(s))
    if columns != s.shape[-1]:
        dv = dv + (back - vh.mT @ inner.mT) * _row(_inverse(s))
    return [du, (u * moved).sum(axis=-2), dv.mT]


def svdvals_kernel(x: Any) -> Any:
    """The singular values in descending order."""
    return np.linalg.svd(x, compute_uv=False)


def _svdvals_type(x: ArrayType) -> Inferred:
    values = _svd_type(x, full_matrices=False).type
    return Inferred(values.elements[1])  # type: ignore[union-attr]


def _vectors(x: Expression) -> list[Expression]:
    return _thin(svd_op(x, full_matrices=False), x)


def _svdvals_vjp(g: Expression, y: Expression, x: Expression) -> Expression:
    """U diag(g) V^T; a value of 0 is the kink of an even function, where the derivative is 0."""
    u, _, vh = _vectors(x)
    return (u * _row(g.graph.ops.where(y == 0, 0, g))) @ vh


def _svdvals_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    u, _, vh = _vectors(xs[0])
    change: Any = tangents[0]
    return y.graph.ops.where(y == 0, 0, (u * (change @ vh.mT)).sum(axis=-2))


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
    """With H = G^T, W = Y H Y: (H Y - A W) Y^T - W^T + Y^T (Y H - W A), for a rank that doesn't change."""
    _real_matrix(a, "pinv")
    h = g.mT
    left = h @ y
    both = y @ left
    return (left - a @ both) @ y.mT - both.mT + y.mT @ (y @ h - both @ a)


def _pinv_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression | None:
    """-Y dA Y + Y Y^T dA^T (I - A Y) + (I - Y A) dA^T Y^T Y."""
    _real_matrix(xs[0], "pinv")
    change, a = tangents[0], xs[0]
    if change is None:
        return None
    left, right = y @ y.mT @ change.mT, change.mT @ y.mT @ y
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


def _case(*shape: int, **attributes: Any) -> Case:
    return Case((Sample(-1, 2, shape, prepare=apart),), attributes)


def _tolerances(low: float, high: float) -> list[Case]:
    shapes: list[tuple[int, ...]] = [(3, 3), (4, 2), (2, 2, 3)]
    return [Case((Sample(-1, 2, each, prepare=apart), Sample(low, high)), NO_ATTRIBUTES) for each in shapes]


qr_op = Op(
    name="qr", kernel=qr_kernel, infer=_qr_type, arity=1, attributes=MappingProxyType({"mode": "reduced"}),
    promote=to_floating, flops=_work, vjp=_qr_vjp, jvp=_qr_jvp, nodes_per_edge=15,
    samples=[_case(3, 3), _case(4, 2), _case(2, 3, 2), _case(3, 3, mode="complete")],
    law="dR = D R, dQ = dA R^-1 - Q D, D = fold(Q^T dA R^-1)",
    doc="Q with orthonormal columns and upper triangular R with Q R = A.",
)  # fmt: skip

svd_op = Op(
    name="svd", kernel=svd_kernel, infer=_svd_type, arity=1, attributes=MappingProxyType({"full_matrices": True}),
    promote=to_floating, flops=_work, vjp=_svd_vjp, jvp=_svd_jvp, nodes_per_edge=36,
    samples=[
        _case(3, 3), _case(4, 2, full_matrices=False), _case(2, 4, full_matrices=False),
        _case(2, 3, 2, full_matrices=False),
    ],
    law="ds = diag(U^T dA V), dU and dV by 1 / (s_j^2 - s_i^2)",
    doc="U, the singular values in descending order, and V^H, with U diag(s) V^H = A.",
)  # fmt: skip

svdvals_op = Op(
    name="svdvals", kernel=svdvals_kernel, infer=_svdvals_type, arity=1, promote=to_floating, flops=_work,
    vjp=per_operand(_svdvals_vjp), jvp=_svdvals_jvp, nodes_per_edge=11,
    samples=[_case(3, 3), _case(4, 2), _case(2, 2, 3)],
    law="ds = diag(U^T dA V), 0 where s is 0", doc="The singular values in descending order.",
)  # fmt: skip

pinv_op = Op(
    name="pinv", kernel=pinv_kernel, infer=_pinv_type, arity=2, promote=to_floating, flops=_work,
    vjp=per_operand(_pinv_vjp, None), jvp=_pinv_jvp, nodes_per_edge=14,
    samples=[*_tolerances(-1, -0.5), *_tolerances(0.001, 0.002)],
    law="dY = -Y dA Y + Y Y^T dA^T (1 - A Y) + (1 - Y A) dA^T Y^T Y",
    doc="The pseudo-inverse, with a tolerance relative to the largest singular value; negative: eps max(m, n).",
)  # fmt: skip

rank_op = Op(
    name="matrix_rank", kernel=matrix_rank_kernel, infer=_rank_type, arity=2, promote=to_floating, flops=_work,
    samples=_tolerances(-1, -0.5), law="d rank(A) = 0",
    doc="How many singular values are above a tolerance relative to the largest; negative: eps max(m, n).",
)  # fmt: skip

SINGULAR: Final = (qr_op, svd_op, svdvals_op, pinv_op, rank_op)


class QRResult(NamedTuple):
    """Orthonormal columns, and an upper triangular matrix."""

    Q: Any
    R: Any


class SVDResult(NamedTuple):
    """Left singular vectors in columns, singular values, right singular vectors in rows."""

    U: Any
    S: Any
    Vh: Any


def qr(x: Any, /, *, mode: str = "reduced") -> QRResult:
    """Q (..., m, k) with orthonormal columns and upper triangular R (..., k, n) with Q R = x; k = min(m, n).

    With mode "complete" k = m, and the derivative exists for m <= n only. The first k columns of x must be
    independent for a derivative: R^-1 is in it (Walter & Lehmann 2012).

    >>> import symdiff as sd
    >>> from symdiff.ops.singular import qr
    >>> q, r = qr(sd.Graph().input("x", ("batch", 3, 2)))
    >>> q.shape, r.shape
    ((batch, 3, 2), (batch, 2, 2))
    """
    if graph_of([x]) is None:
        return QRResult(*qr_kernel(x, mode=mode))
    if x.ndim > 1 and mode in ("reduced", "complete"):
        rows, columns, least = _matrix(x.type)
        if columns != least:
            q, r = parts(qr_op(x[..., :, :rows]))
            return QRResult(q, x.graph.ops.concat([r, q.mT @ x[..., :, rows:]], axis=-1))
    return unpacked(QRResult, qr_op, x, mode=mode)


def svd(x: Any, /, *, full_matrices: bool = True) -> SVDResult:
    """U, the singular values in descending order, and V^H, with U diag(S) V^H = x.

    `full_matrices` fills U and V up to square matrices; what it adds has no derivative, so for matrices that
    aren't square say False to differentiate (Townsend 2016).

    >>> import symdiff as sd
    >>> from symdiff.ops.singular import svd
    >>> x = sd.Graph().input("x", (2, 2))
    >>> svd(x).S.eval({x: [[0.0, 3.0], [4.0, 0.0]]})
    array([4., 3.])
    """
    return unpacked(SVDResult, svd_op, x, full_matrices=full_matrices)


def pinv(x: Any, /, *, rtol: Any = None) -> Any:
    """The pseudo-inverse (..., n, m) of (..., m, n); singular values up to rtol times the largest are taken for 0.

    `rtol` is a number, or one for each matrix; None stands for max(m, n) eps. The derivative is that of
    matrices of the same rank (Golub & Pereyra 1973); by `rtol` it is 0.

    >>> import symdiff as sd
    >>> from symdiff.ops.singular import pinv
    >>> x = sd.Graph().input("x", (2, 1))
    >>> pinv(x).eval({x: [[3.0], [4.0]]})
    array([[0.12, 0.16]])
    """
    return pinv_op(x, -1.0 if rtol is None else rtol)


def matrix_rank(x: Any, /, *, rtol: Any = None) -> Any:
    """How many singular values of (..., m, n) are above rtol times the largest: int64 (...); None is max(m, n) eps."""
    return rank_op(x, -1.0 if rtol is None else rtol)
