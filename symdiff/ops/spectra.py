"""Functions of general square matrices: eigenvalues, and the exponential."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.errors import UnsupportedError
from symdiff.op import Case, Expression, Op, Sample, to_floating
from symdiff.ops.family import NO_ATTRIBUTES, per_operand, uniform
from symdiff.ops.results import parts, unpacked
from symdiff.ops.triangles import same, square
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


def _refused(*_: Any) -> Any:
    raise UnsupportedError(
        "eigenvectors of general matrices have values here, but no derivative",
        advice="symmetric matrices: sd.linalg.eigh; the eigenvalues alone, to first order: eigvals",
    )


def _eigvals_vjp(g: Expression, y: Expression, x: Expression) -> Expression:
    """V^-T diag(g) V^T, for simple eigenvalues; of a real matrix the real part."""
    ops = x.graph.ops
    v = parts(eig_op(x))[1]
    found = (ops.inv(v).mT * ops.expand_dims(g, -2)) @ v.mT
    return found if x.dtype.kind == "c" else ops.real(found)


def _eigvals_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    """diag(V^-1 dA V)."""
    v = parts(eig_op(xs[0]))[1]
    return (v.graph.ops.inv(v).mT * (tangents[0] @ v)).sum(axis=-2)


def expm(x: Any) -> Any:
    """The exponential of square matrices, by scaling, the Pade approximant of degree 13, and squaring."""
    size = np.abs(x).sum(axis=-2).max(axis=-1, initial=0)[..., None, None]
    steps = np.ceil(np.log2(np.maximum(np.where(np.isfinite(size), size, 1) / 4.25, 1)))
    x = x / (2**steps).astype(size.dtype)
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    b = [64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
         670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1]  # fmt: skip
    b = [each / b[0] for each in b]
    x2 = x @ x
    x4 = x2 @ x2
    x6 = x4 @ x2
    odd = x @ (x6 @ (b[13] * x6 + b[11] * x4 + b[9] * x2) + b[7] * x6 + b[5] * x4 + b[3] * x2 + b[1] * eye)
    even = x6 @ (b[12] * x6 + b[10] * x4 + b[8] * x2) + b[6] * x6 + b[4] * x4 + b[2] * x2 + b[0] * eye
    found = np.linalg.solve(even - odd, even + odd)
    for step in range(int(steps.max(initial=0))):
        found = np.where(steps > step, found @ found, found)
    return found


def _change(x: Expression, direction: Expression) -> Expression:
    """The derivative of expm at x: the upper right block of expm([[x, e], [0, x]])."""
    ops, size = x.graph.ops, x.shape[-1]
    above = ops.concat([x, direction], axis=-1)
    below = ops.concat([x.graph.zeros(x.type), x], axis=-1)
    return expm_op(ops.concat([above, below], axis=-2))[..., :size, size:]


eig_op = Op(
    name="eig", kernel=eig_kernel, infer=_eig_type, arity=1, promote=to_floating, vjp=_refused, jvp=_refused,
    flops=lambda y, x: product(x.shape) * x.shape[-1] * 20, samples=[uniform(-2, 2, (3, 3)), uniform(-2, 2, (2, 2, 2))],
    law="no derivative is given", doc="The complex eigenvalues and eigenvectors of a square matrix.",
)  # fmt: skip

eigvals_op = Op(
    name="eigvals", kernel=eigvals_kernel, infer=_eigvals_type, arity=1, promote=to_floating, nodes_per_edge=10,
    vjp=per_operand(_eigvals_vjp), jvp=_eigvals_jvp, flops=lambda y, x: product(x.shape) * x.shape[-1] * 10,
    samples=[uniform(-2, 2, (3, 3)), uniform(-2, 2, (2, 2, 2))],
    law="dw = diag(V^-1 dA V), for simple eigenvalues", doc="The complex eigenvalues of a square matrix.",
)  # fmt: skip

expm_op = Op(
    name="expm", kernel=expm, infer=same, arity=1, promote=to_floating, nodes_per_edge=10,
    vjp=per_operand(lambda g, y, x: _change(x.mT, g)),
    jvp=lambda tangents, y, xs: _change(xs[0], tangents[0]),
    flops=lambda y, x: product(x.shape) * x.shape[-1] * 20,
    samples=[uniform(-2, 2, (3, 3)), uniform(-9, 9, (2, 2, 2)), Case((Sample(-1, 1, (1, 1)),), NO_ATTRIBUTES)],
    law="d exp(A) = the upper right block of exp([[A, dA], [0, A]])",
    doc="The exponential of a square matrix: the sum of A^k / k!.",
)  # fmt: skip

SPECTRA: Final = (eig_op, eigvals_op, expm_op)


class EigResult(NamedTuple):
    """Eigenvalues in no order, and eigenvectors in columns."""

    eigenvalues: Any
    eigenvectors: Any


def eig(x: Any, /) -> EigResult:
    """The complex eigenvalues (..., n) and eigenvectors (..., n, n) of general square matrices; no derivative.

    Those of the eigenvalues alone, to first order, are `eigvals`'s.

    They are complex whatever the values, since a graph's dtypes don't depend on data.

    >>> import symdiff as sd
    >>> from symdiff.ops.spectra import eig
    >>> eig(sd.Graph().input("x", (2, 2))).eigenvalues.dtype
    dtype('complex128')
    """
    return unpacked(EigResult, eig_op, x)
