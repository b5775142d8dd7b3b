"""Singular values and vectors.

Reverse mode after Townsend, "Differentiating the singular value decomposition" (2016), and for complex matrices Wan &
Zhang, "Automatic differentiation for complex valued SVD" (2019). What is said of equal eigenvalues and of phases in
`factorisations` holds for singular values too; 1 / 0 counts as 0 where the vectors of a singular value 0 would have no
derivative.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.errors import ShapeError, UnsupportedError
from symdiff.op import Case, Cotangent, Expression, Op, Sample, to_floating
from symdiff.ops.complexes import adjoint, conj, imag, real, real_part
from symdiff.ops.factorisations import Found, apart, gaps
from symdiff.ops.family import per_operand
from symdiff.ops.results import absent, parts, unpacked
from symdiff.sizes import Dim, is_nonnegative, product
from symdiff.types import ArrayType, Inferred, TupleType, shape_text


def extent(x: ArrayType) -> tuple[Dim, Dim, Dim]:
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


def work(y: Any, x: ArrayType, *others: ArrayType) -> Any:
    """The cost of a factorisation of x."""
    return product(x.shape) * x.shape[-1] * 8


def _row(x: Expression) -> Expression:
    return x.graph.ops.expand_dims(x, -2)


def _column(x: Expression) -> Expression:
    return x.graph.ops.expand_dims(x, -1)


def _diagonal(x: Expression) -> Expression:
    return x.graph.ops.diagonal(x, 0, -2, -1)


def svd_kernel(x: Any, *, full_matrices: bool = True) -> Any:
    """Left singular vectors, singular values in descending order, right singular vectors in rows."""
    u, s, vh = np.linalg.svd(x, full_matrices)
    return u, s, vh


def _svd_type(x: ArrayType, *, full_matrices: bool) -> Inferred:
    rows, columns, least = extent(x)
    left, right = (rows, columns) if full_matrices else (least, least)
    batch = x.shape[:-2]
    types = (
        ArrayType(x.dtype, (*batch, rows, left)),
        ArrayType(real_part(x.dtype), (*batch, least)),
        ArrayType(x.dtype, (*batch, right, columns)),
    )
    return Inferred(TupleType(types), (bool(full_matrices),))


def _thin(y: Expression, x: Expression) -> list[Expression]:
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
    """Townsend (2016), with the terms in conj(U) (...) conj(V)^T collected; all of a phase's change is U's."""
    u, s, vh = _thin(y, xs[0])
    of_u, of_s, of_vh = (each.value for each in cotangents)
    uc, vc = conj(u), conj(vh)
    if absent(of_u) and absent(of_vh):
        return [Cotangent((uc * _row(of_s)) @ vc)]
    left, right = u.mT @ of_u, vc @ adjoint(of_vh)
    turned = left - adjoint(left)
    inner = gaps(s * s) * (turned * _row(s) + (right - adjoint(right)) * _column(s))
    values = _row(of_s)
    if u.dtype.kind == "c":
        values = values + _row(_diagonal(turned) * (_inverse(s) / 2))
    core = uc @ inner + uc * values
    rows, columns = xs[0].shape[-2:]
    if rows != s.shape[-1]:
        core = core + (of_u - uc @ left) * _row(_inverse(s))
    if columns != s.shape[-1]:
        return [Cotangent(core @ vc + uc @ ((of_vh - adjoint(right) @ vc) * _column(_inverse(s))))]
    return [Cotangent(core @ vc)]


def _svd_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> list[Expression]:
    u, s, vh = _thin(y, xs[0])
    change: Any = tangents[0]
    moved, back = change @ adjoint(vh), adjoint(change) @ u
    inner = adjoint(u) @ moved
    factors, across, down = gaps(s * s), _row(s), _column(s)
    du = u @ (factors * (inner * across + down * adjoint(inner)))
    dv = adjoint(vh) @ (factors * (down * inner + adjoint(inner) * across))
    if u.dtype.kind == "c":
        du = du + u * (_row(imag(_diagonal(inner)) * _inverse(s)) * 1j)
    rows, columns = xs[0].shape[-2:]
    if rows != s.shape[-1]:
        du = du + (moved - u @ inner) * _row(_inverse(s))
    if columns != s.shape[-1]:
        dv = dv + (back - adjoint(vh) @ adjoint(inner)) * _row(_inverse(s))
    return [du, real(conj(u) * moved).sum(axis=-2), adjoint(dv)]


def svdvals_kernel(x: Any) -> Any:
    """The singular values in descending order."""
    return np.linalg.svd(x, compute_uv=False)


def _svdvals_type(x: ArrayType) -> Inferred:
    values = _svd_type(x, full_matrices=False).type
    return Inferred(values.elements[1])  # type: ignore[union-attr]


def _vectors(x: Expression) -> list[Expression]:
    return _thin(svd_op(x, full_matrices=False), x)


def _svdvals_vjp(g: Expression, y: Expression, x: Expression) -> Expression:
    """conj(U) diag(g) conj(V)^T; a value of 0 is the kink of an even function, where the derivative is 0."""
    u, _, vh = _vectors(x)
    return (conj(u) * _row(g.graph.ops.where(y == 0, 0, g))) @ conj(vh)


def _svdvals_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    u, _, vh = _vectors(xs[0])
    moved = tangents[0] @ adjoint(vh)  # type: ignore[operator]
    return y.graph.ops.where(y == 0, 0, real(conj(u) * moved).sum(axis=-2))


def separate(*shape: int, **attributes: Any) -> Case:
    """A sample whose singular values lie apart."""
    return Case((Sample(-1, 2, shape, prepare=apart),), attributes)


svd_op = Op(
    name="svd", kernel=svd_kernel, infer=_svd_type, arity=1, attributes=MappingProxyType({"full_matrices": True}),
    promote=to_floating, flops=work, vjp=_svd_vjp, jvp=_svd_jvp, nodes_per_edge=36,
    samples=[
        separate(3, 3), separate(4, 2, full_matrices=False), separate(2, 4, full_matrices=False),
        separate(2, 3, 2, full_matrices=False),
    ],
    law="ds = Re diag(U^H dA V), dU and dV by 1 / (s_j^2 - s_i^2)",
    doc="U, the singular values in descending order, and V^H, with U diag(s) V^H = A.",
)  # fmt: skip

svdvals_op = Op(
    name="svdvals", kernel=svdvals_kernel, infer=_svdvals_type, arity=1, promote=to_floating, flops=work,
    vjp=per_operand(_svdvals_vjp), jvp=_svdvals_jvp, nodes_per_edge=11,
    samples=[separate(3, 3), separate(4, 2), separate(2, 2, 3)],
    law="ds = Re diag(U^H dA V), 0 where s is 0", doc="The singular values in descending order.",
)  # fmt: skip

SINGULAR: Final = (svd_op, svdvals_op)


class SVDResult(NamedTuple):
    """Left singular vectors in columns, singular values, right singular vectors in rows."""

    U: Any
    S: Any
    Vh: Any


def svd(x: Any, /, *, full_matrices: bool = True) -> SVDResult:
    """U, the singular values in descending order, and V^H, with U diag(S) V^H = x.

    The derivative is of distinct singular values. Complex vectors are determined in pairs up to a factor of size 1;
    theirs is right for all that doesn't depend on it. `full_matrices` fills U and V up to square matrices; what it
    adds has no derivative, so for matrices that aren't square say False to differentiate (Townsend 2016).

    >>> import symdiff as sd
    >>> from symdiff.ops.singular import svd
    >>> x = sd.Graph().input("x", (2, 2))
    >>> svd(x).S.eval({x: [[0.0, 3.0], [4.0, 0.0]]})
    array([4., 3.])
    """
    return unpacked(SVDResult, svd_op, x, full_matrices=full_matrices)
