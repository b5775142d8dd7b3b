"""Orthogonal bases of a matrix's columns: the QR factorisation.

Its derivative is that of Walter & Lehmann, "On evaluating higher-order derivatives of the QR decomposition" (2012). The
diagonal of R is real, for complex matrices too, so that Q and R are determined, but for signs, and smooth.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.errors import ArgumentError, ShapeError, UnsupportedError
from symdiff.op import Cotangent, Expression, Op, graph_of, to_floating
from symdiff.ops.complexes import adjoint, conj
from symdiff.ops.factorisations import Found
from symdiff.ops.results import parts, unpacked
from symdiff.ops.singular import extent, separate, work
from symdiff.ops.solving import triangular
from symdiff.ops.triangles import fold, mirror
from symdiff.types import ArrayType, Inferred, TupleType, shape_text


def qr_kernel(x: Any, *, mode: Any = "reduced") -> Any:
    """Q with orthonormal columns and upper triangular R, whose diagonal is real."""
    q, r = np.linalg.qr(x, mode)
    return q, r


def _qr_type(x: ArrayType, *, mode: str) -> Inferred:
    if mode not in ("reduced", "complete"):
        raise ArgumentError(f"mode is 'reduced' or 'complete', not {mode!r}", advice="R alone is qr(x).R")
    rows, columns, least = extent(x)
    if columns != least:
        raise ShapeError(f"more columns than rows: {shape_text(x.shape)}", advice="sd.linalg.qr takes such matrices")
    inner = least if mode == "reduced" else rows
    batch = x.shape[:-2]
    shapes = [(*batch, rows, inner), (*batch, inner, columns)]
    return Inferred(TupleType(tuple(ArrayType(x.dtype, shape) for shape in shapes)))


def _tall(y: Expression, x: Expression) -> tuple[Expression, Expression]:
    q, r = parts(y)
    if r.shape[-2] != r.shape[-1]:
        raise UnsupportedError(
            "the columns that mode='complete' adds aren't determined, so they have no derivative",
            advice="use mode='reduced'",
        )
    return q, r


def _qr_vjp(cotangents: Any, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]) -> Found:
    """(dQ + conj(Q) mirror(dR R^T - Q^T dQ)) R^-T."""
    q, r = _tall(y, xs[0])
    of_q, of_r = (each.value for each in cotangents)
    inner = of_q + conj(q) @ mirror(of_r @ r.mT - q.mT @ of_q, upper=True)
    return [Cotangent(triangular(r, inner.mT).mT)]


def _qr_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> list[Expression]:
    """With X = dA R^-1 and D the upper triangle of Q^H X with the lower one folded in: dR = D R, dQ = X - Q D."""
    q, r = _tall(y, xs[0])
    moved = triangular(r.mT, tangents[0].mT, lower=True).mT  # type: ignore[union-attr]
    upper = fold(adjoint(q) @ moved, upper=True)
    return [moved - q @ upper, upper @ r]


qr_op = Op(
    name="qr", kernel=qr_kernel, infer=_qr_type, arity=1, attributes=MappingProxyType({"mode": "reduced"}),
    promote=to_floating, flops=work, vjp=_qr_vjp, jvp=_qr_jvp, nodes_per_edge=15,
    samples=[separate(3, 3), separate(4, 2), separate(2, 3, 2), separate(3, 3, mode="complete")],
    law="dR = D R, dQ = dA R^-1 - Q D, D = fold(Q^H dA R^-1)",
    doc="Q with orthonormal columns and upper triangular R with Q R = A.",
)  # fmt: skip

ORTHOGONAL: Final = (qr_op,)


class QRResult(NamedTuple):
    """Orthonormal columns, and an upper triangular matrix."""

    Q: Any
    R: Any


def qr(x: Any, /, *, mode: str = "reduced") -> QRResult:
    """Q (..., m, k) with orthonormal columns and upper triangular R (..., k, n) with Q R = x; k = min(m, n).

    With mode "complete" k = m, and the derivative exists for m <= n only. The first k columns of x must be
    independent for a derivative: R^-1 is in it (Walter & Lehmann 2012). The diagonal of R is real, and may be negative.

    >>> import symdiff as sd
    >>> from symdiff.ops.orthogonal import qr
    >>> q, r = qr(sd.Graph().input("x", ("batch", 3, 2)))
    >>> q.shape, r.shape
    ((batch, 3, 2), (batch, 2, 2))
    """
    if graph_of([x]) is None:
        return QRResult(*qr_kernel(x, mode=mode))
    if x.ndim > 1 and mode in ("reduced", "complete"):
        rows, columns, least = extent(x.type)
        if columns != least:
            q, r = parts(qr_op(x[..., :, :rows]))
            return QRResult(q, x.graph.ops.concat([r, adjoint(q) @ x[..., :, rows:]], axis=-1))
    return unpacked(QRResult, qr_op, x, mode=mode)
