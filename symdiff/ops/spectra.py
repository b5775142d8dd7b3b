"""Eigenvalues and eigenvectors of general square matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.op import Cotangent, Expression, Op, to_floating
from symdiff.ops.complexes import conj
from symdiff.ops.factorisations import gaps
from symdiff.ops.family import fit, per_operand, uniform
from symdiff.ops.results import absent, parts, unpacked
from symdiff.ops.triangles import square
from symdiff.sizes import product
from symdiff.types import ArrayType, DType, Inferred, TupleType


def _complex(dtype: DType) -> DType:
    return np.result_type(dtype, np.complex64)


def eig_kernel(x: Any) -> Any:
    """The eigenvalues, complex, and the eigenvectors in columns."""
    values, vectors = np.linalg.eig(x)
    dtype = np.result_type(x, np.complex64)
    return values.astype(dtype), vectors.astype(dtype)


def eigvals_kernel(x: Any) -> Any:
    """The eigenvalues, complex."""
    return np.linalg.eigvals(x).astype(np.result_type(x, np.complex64))


def _eig_type(x: ArrayType) -> Inferred:
    square(x, "eigenvalues are of")
    dtype = _complex(x.dtype)
    return Inferred(TupleType((ArrayType(dtype, x.shape[:-1]), ArrayType(dtype, x.shape))))


def _eigvals_type(x: ArrayType) -> Inferred:
    square(x, "eigenvalues are of")
    return Inferred(ArrayType(_complex(x.dtype), x.shape[:-1]))


def _diagonal(x: Expression) -> Expression:
    return x.graph.ops.diagonal(x, 0, -2, -1)


def _pulled(v: Expression, of_values: Expression, inner: Expression | None, x: Expression) -> Expression:
    """V^-T (diag(g) + inner) V^T; of a real matrix the real part."""
    ops = x.graph.ops
    scaled = ops.expand_dims(of_values, -1) * v.mT
    return fit(ops.solve(v.mT, scaled if inner is None else scaled + inner @ v.mT), x.dtype)


def _eig_vjp(
    cotangents: Any, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    """V^-T (diag(dw) + V^T D / (w_j - w_i)) V^T, with D what of dV isn't along the conjugate of each vector."""
    w, v = parts(y)
    of_values, of_vectors = (each.value for each in cotangents)
    if absent(of_vectors):
        return [Cotangent(_pulled(v, of_values, None, xs[0]))]
    across = of_vectors - conj(v) * (v * of_vectors).sum(axis=-2, keepdims=True)
    return [Cotangent(_pulled(v, of_values, gaps(w) * (v.mT @ across), xs[0]))]


def _eig_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> list[Expression]:
    """With S = V^-1 dA V: dw = diag(S), and dV = V (S / (w_j - w_i)) less its part along each vector."""
    w, v = parts(y)
    ops = y.graph.ops
    inner = ops.solve(v, tangents[0] @ v)  # type: ignore[operator]
    moved = v @ (gaps(w) * inner)
    return [_diagonal(inner), moved - v * (conj(v) * moved).sum(axis=-2, keepdims=True)]


def _eigvals_vjp(g: Expression, y: Expression, x: Expression) -> Expression:
    """V^-T diag(g) V^T, for simple eigenvalues; of a real matrix the real part."""
    return _pulled(parts(eig_op(x))[1], g, None, x)


def _eigvals_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    """diag(V^-1 dA V)."""
    v = parts(eig_op(xs[0]))[1]
    return _diagonal(v.graph.ops.solve(v, tangents[0] @ v))  # type: ignore[operator]


eig_op = Op(
    name="eig", kernel=eig_kernel, infer=_eig_type, arity=1, promote=to_floating, nodes_per_edge=18,
    vjp=_eig_vjp, jvp=_eig_jvp, flops=lambda y, x: product(x.shape) * x.shape[-1] * 20,
    samples=[uniform(-2, 2, (3, 3)), uniform(-2, 2, (2, 2, 2))],
    law="S = V^-1 dA V, dw = diag(S), dV = V (S / (w_j - w_i)) less its part along each vector",
    doc="The complex eigenvalues and eigenvectors of a square matrix.",
)  # fmt: skip

eigvals_op = Op(
    name="eigvals", kernel=eigvals_kernel, infer=_eigvals_type, arity=1, promote=to_floating, nodes_per_edge=10,
    vjp=per_operand(_eigvals_vjp), jvp=_eigvals_jvp, flops=lambda y, x: product(x.shape) * x.shape[-1] * 10,
    samples=[uniform(-2, 2, (3, 3)), uniform(-2, 2, (2, 2, 2))],
    law="dw = diag(V^-1 dA V), for simple eigenvalues", doc="The complex eigenvalues of a square matrix.",
)  # fmt: skip

SPECTRA: Final = (eig_op, eigvals_op)


class EigResult(NamedTuple):
    """Eigenvalues in no order, and eigenvectors in columns."""

    eigenvalues: Any
    eigenvectors: Any


def eig(x: Any, /) -> EigResult:
    """The complex eigenvalues (..., n) and eigenvectors (..., n, n), of length 1, of general square matrices.

    They are complex whatever the values, since a graph's dtypes don't depend on data. The derivative is of distinct
    eigenvalues; a vector is determined up to a factor of size 1, and its derivative is the one with v^H dv = 0,
    right for all that doesn't depend on the factor (Boeddeker et al., "On the computation of complex-valued
    gradients with application to statistically optimum beamforming", 2017).

    >>> import symdiff as sd
    >>> from symdiff.ops.spectra import eig
    >>> eig(sd.Graph().input("x", (2, 2))).eigenvalues.dtype
    dtype('complex128')
    """
    return unpacked(EigResult, eig_op, x)
