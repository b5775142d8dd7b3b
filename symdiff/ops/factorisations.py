"""Factorisations of symmetric and Hermitian matrices: Cholesky, eigenvalues and eigenvectors.

Reverse mode after Giles (2008) and Seeger et al., "Auto-differentiating linear algebra" (2017).

Eigenvectors are determined up to a factor of size 1, and those of equal eigenvalues up to a rotation. The derivative is
that of the vectors with v^H dv = 0, which is right for all that doesn't depend on the factor; for real vectors the
factor is a sign, and all is right. For equal eigenvalues 1 / (w_j - w_i) counts as 0: then what depends on the values
alone, evenly, is right. What takes the vectors of equal values isn't: a rule that is told the slopes by w and V can't
know how f would split two values of V diag(f(w)) V^H. `expm`, `sqrtm` and `logm` are such functions that are right
everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.op import Case, Cotangent, Expression, Op, Sample, graph_of, to_floating
from symdiff.ops.complexes import adjoint, conj, real, real_part
from symdiff.ops.family import NO_ATTRIBUTES, per_operand, uniform
from symdiff.ops.results import absent, parts, unpacked
from symdiff.ops.solving import triangular
from symdiff.ops.triangles import fold, halve, mirror, same, square
from symdiff.sizes import product
from symdiff.types import ArrayType, Inferred, TupleType

Found = list[Cotangent | None]


def definite(x: Any) -> Any:
    """A positive definite matrix from any square one."""
    if x.dtype.kind == "b":
        return np.broadcast_to(np.eye(x.shape[-1]) > 0, x.shape)
    whole = np.asarray(x, np.complex128 if x.dtype.kind == "c" else np.float64)
    return whole @ np.conj(np.swapaxes(whole, -1, -2)) + 2 * np.eye(x.shape[-1])


def apart(x: Any) -> Any:
    """A matrix whose singular values, or eigenvalues, lie apart: its diagonal grows."""
    rows, columns = x.shape[-2:]
    return x + np.eye(rows, columns) * 4 * np.arange(1, columns + 1)


def _prepared(prepare: Any, *shapes: tuple[int, ...], **attributes: Any) -> list[Case]:
    return [Case((Sample(-1, 2, shape, prepare=prepare),), attributes) for shape in shapes]


def _cube(y: Any, x: ArrayType, *others: ArrayType) -> Any:
    return product(x.shape) * x.shape[-1] * 4


def _row(x: Expression) -> Expression:
    """Values as a row, which scales the columns of a matrix."""
    return x.graph.ops.expand_dims(x, -2)


def _cholesky_vjp(g: Expression, y: Expression, x: Expression) -> Expression:
    """L^-T halve(L^T G) conj(L)^-1, folded into the lower triangle, which is all that is read."""
    left = triangular(y.mT, halve(y.mT @ g))
    return fold(triangular(y.mT, adjoint(left)))


def _cholesky_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    """L halve(L^-1 dA L^-H)."""
    left = triangular(y, mirror(tangents[0]), lower=True)
    return y @ halve(triangular(y, adjoint(left), lower=True))


def _eigh_type(x: ArrayType, *, UPLO: str) -> Inferred:  # noqa: N803
    square(x, "eigenvalues are of")
    return Inferred(TupleType((ArrayType(real_part(x.dtype), x.shape[:-1]), x)), (_uplo(UPLO),))


def _eigvalsh_type(x: ArrayType, *, UPLO: str) -> Inferred:  # noqa: N803
    square(x, "eigenvalues are of")
    return Inferred(ArrayType(real_part(x.dtype), x.shape[:-1]), (_uplo(UPLO),))


def _uplo(given: Any) -> str:
    if given not in ("L", "U", "l", "u"):
        raise ArgumentError(f"UPLO is 'L' or 'U', not {given!r}", advice="it says which triangle of the matrix is read")
    return given.upper()


def eigh_kernel(x: Any, *, UPLO: Any = "L") -> Any:  # noqa: N803
    """The eigenvalues, ascending, and the eigenvectors in columns."""
    values, vectors = np.linalg.eigh(x, UPLO)
    return values, vectors


def inverse_gaps(w: Any) -> Any:
    """1 / (w_j - w_i), and 0 where the two are equal."""
    gaps = w[..., None, :] - w[..., :, None]
    return np.where(gaps == 0, 0, 1 / np.where(gaps == 0, 1, gaps)).astype(w.dtype)


def _gaps_type(w: ArrayType) -> Inferred:
    if not w.shape:
        raise ShapeError("a scalar has no gaps", advice="give the values along an axis")
    return Inferred(ArrayType(w.dtype, (*w.shape, w.shape[-1])))


def _gaps_vjp(g: Expression, y: Expression, w: Expression) -> Expression:
    change = g * y * y
    return change.sum(axis=-1) - change.sum(axis=-2)


def _gaps_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    t, ops = tangents[0], y.graph.ops
    return y * y * (ops.expand_dims(t, -1) - _row(t))


def _eigh_vjp(cotangents: Any, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]) -> Found:
    """conj(V) (diag(dw) + V^T dV / (w_j - w_i)) V^T, folded into the triangle that is read."""
    w, v = parts(y)
    of_values, of_vectors = (each.value for each in cotangents)
    inner = conj(v) * _row(of_values)
    if not absent(of_vectors):
        inner = conj(v) @ (gaps(w) * (v.mT @ of_vectors)) + inner
    return [Cotangent(_triangle(inner @ v.mT, y))]


def _triangle(s: Expression, y: Expression) -> Expression:
    """The cotangent of the one triangle that is read, from that of the symmetric matrix."""
    return fold(s, upper=y.attrs[0] == "U")


def _moved(v: Expression, tangent: Any, y: Expression) -> tuple[Expression, Expression]:
    """dA V, with dA from the triangle that is read, and dw = Re diag(V^H dA V)."""
    moved = mirror(tangent, upper=y.attrs[0] == "U") @ v
    return moved, real(conj(v) * moved).sum(axis=-2)


def _eigh_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> list[Expression]:
    """dw = Re diag(V^H dA V), dV = V (V^H dA V / (w_j - w_i))."""
    w, v = parts(y)
    moved, change = _moved(v, tangents[0], y)
    return [change, v @ (gaps(w) * (adjoint(v) @ moved))]


def _eigvalsh_vjp(
    g: Expression, y: Expression, x: Expression, *, UPLO: str  # noqa: N803
) -> Expression:  # fmt: skip
    v = parts(eigh_op(x, UPLO=UPLO))[1]
    return _triangle((conj(v) * _row(g)) @ v.mT, y)


def _eigvalsh_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    v = parts(eigh_op(xs[0], UPLO=y.attrs[0]))[1]
    return _moved(v, tangents[0], y)[1]


SYMMETRIC: Final = [
    *_prepared(apart, (3, 3), (2, 2, 2), (1, 1)),
    *_prepared(apart, (3, 3), UPLO="U"),
]

cholesky_op = Op(
    name="cholesky", kernel=np.linalg.cholesky, infer=same, arity=1, promote=to_floating, flops=_cube,
    vjp=per_operand(_cholesky_vjp), jvp=_cholesky_jvp,
    samples=_prepared(definite, (3, 3), (2, 2, 2), (1, 1)),
    law="dL = L halve(L^-1 dA L^-H), dA from the lower triangle",
    doc="The lower triangular L with L L^H = A, for positive definite A, of which the lower triangle is read.",
)  # fmt: skip

eigh_op = Op(
    name="eigh", kernel=eigh_kernel, infer=_eigh_type, arity=1, attributes=MappingProxyType({"UPLO": "L"}),
    promote=to_floating, flops=_cube, vjp=_eigh_vjp, nodes_per_edge=12, jvp=_eigh_jvp, samples=SYMMETRIC,
    law="dw = Re diag(V^H dA V), dV = V (V^H dA V / (w_j - w_i))",
    doc="The eigenvalues, ascending, and the eigenvectors of a symmetric matrix, of which one triangle is read.",
)  # fmt: skip

eigvalsh_op = Op(
    name="eigvalsh", kernel=np.linalg.eigvalsh, infer=_eigvalsh_type, arity=1,
    attributes=MappingProxyType({"UPLO": "L"}), promote=to_floating, flops=_cube,
    vjp=per_operand(_eigvalsh_vjp), jvp=_eigvalsh_jvp, samples=SYMMETRIC,
    law="dw = Re diag(V^H dA V)",
    doc="The eigenvalues, ascending, of a symmetric matrix, of which one triangle is read.",
)  # fmt: skip

gaps = Op(
    name="inverse_gaps", kernel=inverse_gaps, arity=1, promote=to_floating, flops=2,
    infer=_gaps_type,
    vjp=per_operand(_gaps_vjp), jvp=_gaps_jvp,
    samples=[Case((Sample(-1, 1, (3,)),), NO_ATTRIBUTES), uniform(-1, 1, (2, 2))],
    law="d 1/(w_j - w_i) = (dw_i - dw_j) / (w_j - w_i)^2, 0 for equal ones",
    doc="1 / (w_j - w_i) for all pairs, and 0 for equal ones.",
)  # fmt: skip

SYMMETRIC_FACTORISATIONS = (cholesky_op, eigh_op, eigvalsh_op, gaps)


class EighResult(NamedTuple):
    """Eigenvalues in ascending order, and eigenvectors in columns."""

    eigenvalues: Any
    eigenvectors: Any


def cholesky(x: Any, /, *, upper: bool = False) -> Any:
    """The lower triangular L with L L^H = x (or the upper U with U^H U = x), for (..., n, n) positive definite.

    As in NumPy one triangle of x is read, the lower (or the upper) one; the cotangent lives in it. Its formula is
    S = L^-T halve(L^T G) conj(L)^-1 (Giles 2008; Murray, "Differentiation of the Cholesky decomposition", 2016).

    >>> import symdiff as sd
    >>> from symdiff.ops.factorisations import cholesky
    >>> x = sd.Graph().input("x", (2, 2))
    >>> cholesky(x).eval({x: [[4.0, 9.9], [2.0, 5.0]]})
    array([[2., 0.],
           [1., 2.]])
    """
    if not upper:
        return cholesky_op(x)
    if graph_of([x]) is None:
        return np.linalg.cholesky(x, upper=True)
    return cholesky_op(x.mT).mT


def eigh(x: Any, /, UPLO: str = "L") -> EighResult:  # noqa: N803
    """Eigenvalues (..., n), ascending, and eigenvectors (..., n, n), in columns, of symmetric or Hermitian matrices.

    As in NumPy the triangle that `UPLO` says is read, and the cotangent lives in it. Eigenvalues are real. The
    derivative of the vectors is the one with v^H dv = 0, right for all that doesn't depend on a vector's factor of
    size 1; with equal eigenvalues it isn't defined, and that part is taken as 0 (see the module's head).

    >>> import symdiff as sd
    >>> from symdiff.ops.factorisations import eigh
    >>> x = sd.Graph().input("x", (2, 2))
    >>> w, v = eigh(x)
    >>> sd.grad(w.sum(), x).eval({x: [[1.0, 0.0], [0.0, 1.0]]})
    array([[1., 0.],
           [0., 1.]])
    """
    return unpacked(EighResult, eigh_op, x, UPLO=UPLO)


def eigvalsh(x: Any, /, UPLO: str = "L") -> Any:  # noqa: N803
    """The eigenvalues (..., n), ascending, of symmetric or Hermitian matrices, of which the triangle `UPLO` is read.

    >>> import symdiff as sd
    >>> from symdiff.ops.factorisations import eigvalsh
    >>> x = sd.Graph().input("x", (2, 2))
    >>> eigvalsh(x).eval({x: [[0.0, 9.9], [3.0, 0.0]]})
    array([-3.,  3.])
    """
    return eigvalsh_op(x, UPLO=UPLO)
