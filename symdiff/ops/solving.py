"""Linear systems, inverses and determinants, with derivatives that hold for singular matrices where there are any.

The formulas are those of Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation" (2008). They are plain transposes without conjugation, so they hold for complex matrices too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.errors import ShapeError
from symdiff.op import Case, Cotangent, Expression, Op, Sample, to_floating
from symdiff.ops.complexes import imag, real, real_part
from symdiff.ops.family import NO_ATTRIBUTES, per_operand, total, unbroadcast, uniform
from symdiff.ops.results import parts, unpacked
from symdiff.ops.triangles import inside, same, square
from symdiff.sizes import product
from symdiff.types import ArrayType, Inferred, TupleType, broadcast, shape_text


def dominant(x: Any) -> Any:
    """A well-conditioned matrix from any square one: its diagonal is made to dominate."""
    size = x.shape[-1]
    return np.broadcast_to(np.eye(size) > 0, x.shape) if x.dtype.kind == "b" else x + 4 * size * np.eye(size)


def _systems(*shapes: tuple[tuple[int, ...], tuple[int, ...]], **attributes: Any) -> list[Case]:
    return [Case((Sample(-4, 4, left, prepare=dominant), Sample(-2, 2, right)), attributes) for left, right in shapes]


def matrices(*shapes: tuple[int, ...], low: float = -4, high: float = 4) -> list[Case]:
    """Samples of well-conditioned square matrices."""
    return [Case((Sample(low, high, shape, prepare=dominant),), NO_ATTRIBUTES) for shape in shapes]


def _solve_type(a: ArrayType, b: ArrayType, **attributes: Any) -> Inferred:
    rows, _ = square(a, "solving takes")
    if not b.shape:
        raise ShapeError("a scalar is no right-hand side", advice="divide by a number with /")
    height = b.shape[-min(len(b.shape), 2)]
    if height != rows:
        raise ShapeError(
            f"the right-hand side {shape_text(b.shape)} has {height} rows, and the matrix has {rows}",
            advice="one axis is a vector, with more the last two are a matrix: expand_dims(b, -1) makes columns",
        )
    if len(b.shape) == 1:
        return Inferred(ArrayType(a.dtype, (*a.shape[:-2], rows)))
    return Inferred(ArrayType(a.dtype, (*broadcast(a.shape[:-2], b.shape[:-2]), rows, b.shape[-1])))


def _summed(value: Expression, like: Expression) -> Expression:
    return unbroadcast(Cotangent(value), like.type).value


def _column(x: Expression, b: Expression) -> Expression:
    return x.graph.ops.expand_dims(x, -1) if b.ndim == 1 else x


def _solver(name: str, kernel: Callable[..., Any], triangular: bool, **facts: Any) -> Op:
    """An op that solves a x = b. With z = a^-T g the cotangents are -z x^T (in the triangle, if any) and z."""

    def transposed(g: Expression, a: Expression, b: Expression, attributes: dict[str, Any]) -> Expression:
        other = {"lower": not attributes["lower"]} if triangular else {}
        return op(a.mT, _column(g, b), **other)

    def left(g: Expression, y: Expression, a: Expression, b: Expression, **attributes: Any) -> Expression:
        z = transposed(g, a, b, attributes)
        whole = -(z @ _column(y, b).mT)
        return _summed(inside(whole, **attributes) if triangular else whole, a)

    def right(g: Expression, y: Expression, a: Expression, b: Expression, **attributes: Any) -> Expression:
        z = transposed(g, a, b, attributes)
        return _summed(z.squeeze(-1) if b.ndim == 1 else z, b)

    def jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
        a, b = xs
        da, db = tangents
        attributes = y.operation.attributes
        terms: list[Expression] = [] if db is None else [_column(db, b)]
        if da is not None:
            terms.append(-((inside(da, **attributes) if triangular else da) @ _column(y, b)))
        found = op(a, total(terms), **attributes)
        return found.squeeze(-1) if b.ndim == 1 else found

    op = Op(
        name=name, kernel=kernel, infer=_solve_type, arity=2, promote=to_floating,
        vjp=per_operand(left, right), jvp=jvp,
        flops=lambda y, a, b: product(a.shape) * a.shape[-1] + 2 * product(y.shape) * a.shape[-1], **facts,
    )  # fmt: skip
    return op


def solve_triangular(a: Any, b: Any, *, lower: bool = False) -> Any:
    """The solution of a x = b from one triangle of a; LU of an upper triangle is back substitution."""
    if not lower:
        return np.linalg.solve(np.triu(a), b)
    flipped = b[::-1] if b.ndim == 1 else b[..., ::-1, :]
    found = np.linalg.solve(np.tril(a)[..., ::-1, ::-1], flipped)
    return np.array(found[..., ::-1] if b.ndim == 1 else found[..., ::-1, :])


def _inverse_change(y: Expression, dx: Expression) -> Expression:
    return -(y @ dx @ y)


def exclusive_products(s: Any) -> Any:
    """For each element of the last axis the product of the others: exact where elements are 0."""
    before, after = np.ones_like(s), np.ones_like(s)
    np.multiply.accumulate(s[..., :-1], axis=-1, out=before[..., 1:])
    np.multiply.accumulate(s[..., :0:-1], axis=-1, out=after[..., -2::-1])
    return before * after


def cofactor(x: Any, *directions: Any) -> Any:
    """The transposed adjugate of x, or its derivative in these directions.

    With x = U S V^H the matrix of cofactors is det(U V^H) conj(U) cof(S) conj(V^H), also where x is singular;
    cof(S) and its first derivative are products of all singular values but one or two. Higher derivatives
    follow from adj(x) x = det(x) I, which takes a regular x. Of a matrix with a NaN or inf all cofactors are NaN.
    """
    if len(directions) > 1:
        *others, last = directions
        lower = np.einsum("...ij,...ij->...", cofactor(x, *others), last)[..., None, None] * np.eye(x.shape[-1])
        for i, each in enumerate(directions):
            rest = directions[:i] + directions[i + 1 :]
            lower = lower - np.swapaxes(cofactor(x, *rest), -1, -2) @ each
        return np.swapaxes(lower @ np.linalg.inv(x), -1, -2).astype(x.dtype)
    finite = np.isfinite(x).all(axis=(-2, -1), keepdims=True)
    u, s, vh = np.linalg.svd(np.where(finite, x, 0))
    sign = np.where(finite, (np.linalg.det(u) * np.linalg.det(vh))[..., None, None], np.nan)
    left, right = np.conj(u), np.conj(vh)
    if not directions:
        return sign * (left * exclusive_products(s)[..., None, :]) @ right
    eye = np.eye(x.shape[-1], dtype=bool)
    pairs = np.where(eye, 0, exclusive_products(np.where(eye, 1, s[..., None, :]))).astype(s.dtype)
    inner = np.swapaxes(left, -1, -2) @ directions[0] @ np.swapaxes(right, -1, -2)
    diagonal = np.einsum("...ij,...jj->...i", pairs, inner)
    changed = np.where(eye, diagonal[..., None], -pairs * np.swapaxes(inner, -1, -2))
    return sign * left @ changed @ right


def _cofactor_type(x: ArrayType, *directions: ArrayType) -> Inferred:
    square(x, "cofactors are of")
    for each in directions:
        if each.shape != x.shape:
            raise ShapeError(f"a direction {shape_text(each.shape)} isn't of the matrix's shape {shape_text(x.shape)}")
    return Inferred(x)


def _cofactor_vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    """<g, D^k cof(x)[e_1, ..., e_k]> is the same in any order of g and the directions: all are derivatives of det."""
    g, x, *directions = cotangent.value, *xs
    others = [directions, *(directions[:i] + directions[i + 1 :] for i in range(len(directions)))]
    return [Cotangent(cofactor_op(x, *each, g)) if w else None for each, w in zip(others, needed, strict=True)]


def _cofactor_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    x, *directions = xs
    terms = [] if tangents[0] is None else [cofactor_op(x, *directions, tangents[0])]
    for i, tangent in enumerate(tangents[1:]):
        if tangent is not None:
            terms.append(cofactor_op(x, *directions[:i], tangent, *directions[i + 1 :]))
    return total(terms)


def _det_type(x: ArrayType) -> Inferred:
    square(x, "determinants are of")
    return Inferred(ArrayType(x.dtype, x.shape[:-2]))


def _as_matrices(g: Expression) -> Expression:
    return g.graph.ops.expand_dims(g, (-2, -1))


def slogdet_kernel(x: Any) -> Any:
    """The sign of the determinant and the logarithm of its size."""
    sign, logabsdet = np.linalg.slogdet(x)
    return sign, logabsdet


def _slogdet_type(x: ArrayType) -> Inferred:
    square(x, "determinants are of")
    sign = ArrayType(x.dtype, x.shape[:-2])
    return Inferred(TupleType((sign, ArrayType(real_part(x.dtype), x.shape[:-2]))))


def _slogdet_vjp(
    cotangents: Any, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    """(g + i Im(h sign)) A^-T for the cotangents h of the sign and g of the logarithm."""
    of_sign, value = (each.value for each in cotangents)
    if xs[0].dtype.kind == "c":
        value = value + imag(of_sign * parts(y)[0]) * 1j
    return [Cotangent(_as_matrices(value) * inv(xs[0]).mT)]


def _slogdet_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> list[Any]:
    change = (inv(xs[0]).mT * tangents[0]).sum(axis=(-2, -1))
    return [parts(y)[0] * (imag(change) * 1j) if change.dtype.kind == "c" else None, real(change)]


def _cubic(y: Any, x: ArrayType, *others: ArrayType) -> Any:
    return product(x.shape) * x.shape[-1] * 2


SQUARE: Final = matrices((3, 3), (2, 2, 2), (1, 1))

solve = _solver(
    "solve", np.linalg.solve, False, nodes_per_edge=9,
    samples=_systems(((3, 3), (3, 2)), ((3, 3), (3,)), ((2, 3, 3), (3,)), ((2, 1, 3, 3), (4, 3, 2))),
    law="dx = A^-1 (db - dA x)", doc="The solution x of A x = b, for stacks of square matrices A.",
)  # fmt: skip

triangular = _solver(
    "solve_triangular", solve_triangular, True, nodes_per_edge=12, attributes=MappingProxyType({"lower": False}),
    samples=[
        *_systems(((3, 3), (3, 2)), ((2, 3, 3), (3,))),
        *_systems(((3, 3), (3, 2)), ((3, 3), (3,)), ((2, 1, 3, 3), (4, 3, 2)), lower=True),
    ],
    law="dx = T^-1 (db - dT x), dT in the triangle",
    doc="The solution x of T x = b, where T is the upper (or the lower) triangle of a matrix.",
)  # fmt: skip

inv = Op(
    name="inv", kernel=np.linalg.inv, infer=same, arity=1, promote=to_floating, flops=_cubic,
    vjp=per_operand(lambda g, y, x: -(y.mT @ g @ y.mT)),
    jvp=lambda tangents, y, xs: _inverse_change(y, tangents[0]),
    samples=SQUARE, law="d A^-1 = -A^-1 dA A^-1", doc="The inverse of a square matrix.",
)  # fmt: skip

det = Op(
    name="det", kernel=np.linalg.det, infer=_det_type, arity=1, promote=to_floating, flops=_cubic,
    vjp=per_operand(lambda g, y, x: _as_matrices(g) * cofactor_op(x)),
    jvp=lambda tangents, y, xs: (cofactor_op(xs[0]) * tangents[0]).sum(axis=(-2, -1)),
    samples=[*SQUARE, uniform(-1, 1, (3, 3))], law="d det(A) = tr(adj(A) dA), for singular A too",
    doc="The determinant of a square matrix.",
)  # fmt: skip

cofactor_op = Op(
    name="cofactor", kernel=cofactor, infer=_cofactor_type, arity=None, promote=to_floating, flops=_cubic,
    vjp=_cofactor_vjp, jvp=_cofactor_jvp, helpers=(cofactor, exclusive_products),
    samples=[
        uniform(-1, 1, (3, 3)), uniform(-1, 1, (3, 3), (3, 3)), uniform(-1, 1, (2, 2, 2), (2, 2, 2)),
        Case((Sample(-4, 4, (4, 4), prepare=dominant), *[Sample(-1, 1, (4, 4))] * 2), NO_ATTRIBUTES),
    ],
    law="d D^k cof(A)[E...] = D^(k+1) cof(A)[E..., dA] + sum D^k cof(A)[..., dE, ...]",
    doc="The matrix of cofactors, or its derivative in the directions that follow it.",
)  # fmt: skip

slogdet_op = Op(
    name="slogdet", kernel=slogdet_kernel, infer=_slogdet_type, arity=1, promote=to_floating, flops=_cubic,
    vjp=_slogdet_vjp, jvp=_slogdet_jvp,
    samples=SQUARE, law="with t = tr(A^-1 dA): d log|det(A)| = Re t, d sign = i sign Im t",
    doc="The sign of the determinant, and the logarithm of its absolute value.",
)  # fmt: skip

SOLVING = (solve, triangular, inv, det, cofactor_op, slogdet_op)


class SlogdetResult(NamedTuple):
    """The sign of a determinant, and the logarithm of its absolute value."""

    sign: Any
    logabsdet: Any


def slogdet(x: Any, /) -> SlogdetResult:
    """The sign of det(x) and log|det(x)|, which neither overflow nor underflow; (..., n, n) gives (...) twice.

    With t = tr(x^-1 dx), d log|det(x)| = Re t (Giles 2008, 2.3.1) and d sign = i sign Im t: of real matrices the
    sign is constant. A singular matrix has the sign 0 and the logarithm -inf, and no derivative: NumPy's
    LinAlgError when it is run.

    >>> import symdiff as sd
    >>> from symdiff.ops.solving import slogdet
    >>> x = sd.Graph().input("x", (2, 2))
    >>> sd.grad(slogdet(x).logabsdet, x).eval({x: [[2.0, 0.0], [0.0, 4.0]]})
    array([[0.5 , 0. ],
           [0.  , 0.25]])
    """
    return unpacked(SlogdetResult, slogdet_op, x)
