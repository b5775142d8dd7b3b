"""Linear systems beyond `solve`: triangular ones, with a Cholesky factor, least squares, of tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from symdiff.errors import ArgumentError, ShapeError
from symdiff.op import graph_of
from symdiff.ops.complexes import adjoint, conj, real
from symdiff.ops.creation import eye, zeros
from symdiff.ops.logic import where
from symdiff.ops.orthogonal import qr
from symdiff.ops.pseudoinverse import matrix_rank
from symdiff.ops.reduction import sum as total
from symdiff.ops.shape import as_arrays, asarray, expand_dims
from symdiff.ops.singular import extent, svdvals_op
from symdiff.ops.solving import inv, solve, triangular
from symdiff.ops.triangles import square
from symdiff.sizes import Dim, product
from symdiff.types import ArrayType, normalise_axis, shape_text

TRANSPOSED = {0: 0, 1: 1, 2: 2, "N": 0, "T": 1, "C": 2}


def _type(x: Any) -> ArrayType:
    return ArrayType(x.dtype, x.shape)


def _as_columns(b: Any) -> Any:
    return expand_dims(b, -1) if b.ndim == 1 else b


def solve_triangular(
    a: Any, b: Any, /, *, trans: int | str = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    """The solution x of t x = b, where t is the upper (or the lower) triangle of a (..., n, n).

    With `trans` 1 or "T" that of t^T x = b, with 2 or "C" of t^H x = b. `unit_diagonal` takes the diagonal for
    ones. b is (n,) or (..., n, k), as for `solve`. The derivative by a lives in the triangle.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> a = sd.Graph().input("a", (2, 2))
    >>> linalg.solve_triangular(a, [1.0, 1.0], lower=True, trans="T").eval({a: [[2.0, 9.9], [1.0, 1.0]]})
    array([0., 1.])
    """
    if trans not in TRANSPOSED:
        raise ArgumentError(f"there is no trans={trans!r}", advice='it is 0 or "N", 1 or "T", 2 or "C"')
    a, b = as_arrays(a, b)
    size, _ = square(_type(a), "triangular systems have")
    if unit_diagonal:
        a = where(eye(size, dtype=bool, graph=graph_of([a])), 1, a)
    if way := TRANSPOSED[trans]:
        a, lower = adjoint(a) if way == 2 else a.mT, not lower
    return triangular(a, b, lower=lower)


def cholesky_solve(factor: Any, b: Any, /, *, upper: bool = False) -> Any:
    """The solution x of l l^H x = b for the factor l = cholesky(a): (..., n, n), and b (n,) or (..., n, k).

    With `upper` the factor is u = cholesky(a, upper=True), and u^H u x = b.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> a = sd.Graph().input("a", (2, 2))
    >>> linalg.cholesky_solve(linalg.cholesky(a), [8.0, 9.0]).eval({a: [[4.0, 2.0], [2.0, 5.0]]})
    array([1.375, 1.25 ])
    """
    factor, b = as_arrays(factor, b)
    first, last = (2, 0) if upper else (0, 2)
    between = solve_triangular(factor, _as_columns(b), trans=first, lower=not upper)
    x = solve_triangular(factor, between, trans=last, lower=not upper)
    return x[..., 0] if b.ndim == 1 else x


class LstsqResult(NamedTuple):
    """A solution of least squares, its sums of squared residuals, the rank, and the singular values."""

    x: Any
    residuals: Any
    rank: Any
    s: Any


def lstsq(a: Any, b: Any, /, rcond: Any = None) -> LstsqResult:
    """The x (..., n, k) for which |a x - b|^2 is least, for a (..., m, n) of full rank and b (m,) or (..., m, k).

    With a = Q R it is R^-1 Q^H b; of wide matrices, where a x = b has many solutions, it is the shortest,
    Q R^-H b with a^H = Q R (Golub & Van Loan, "Matrix Computations", 5.3 and 5.6). The derivative is that of these
    formulas. `residuals` is |a x - b|^2 for each column of b, and empty where m <= n. `rcond` bears on the rank only:
    of a matrix without full rank NumPy's LinAlgError tells when it is run, or x is huge; there, use `pinv(a) @ b`.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> b = sd.Graph().input("b", (3,))
    >>> found = linalg.lstsq([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], b)
    >>> found.x.eval({b: [1.0, 3.0, 5.0]}).round(12)
    array([1., 2.])
    """
    a, b = as_arrays(a, b)
    rows, columns, least = extent(_type(a))
    if b.ndim == 0 or b.shape[-min(b.ndim, 2)] != rows:
        raise ShapeError(
            f"the right-hand side {shape_text(b.shape)} hasn't the {rows} rows of the matrix",
            advice="one axis is a vector, with more the last two are a matrix: expand_dims(b, -1) makes columns",
        )
    given = _as_columns(b)
    if columns == least:
        q, r = qr(a)
        x = triangular(r, adjoint(q) @ given)
    else:
        q, r = qr(adjoint(a))
        x = q @ triangular(adjoint(r), given, lower=True)
    rank, values = matrix_rank(a, rtol=rcond), svdvals_op(a)
    return LstsqResult(x[..., 0] if b.ndim == 1 else x, _residuals(a, x, given, least), rank, values)


def _residuals(a: Any, x: Any, b: Any, least: Dim) -> Any:
    if a.shape[-2] == least:
        return zeros((*x.shape[:-2], 0), dtype=real(x).dtype, graph=graph_of([a]))
    left = a @ x - b
    return total(real(left * conj(left)), axis=-2)


def tensorinv(a: Any, /, ind: int = 2) -> Any:
    """The inverse of the tensor product `tensordot(a, x, axes)` over the axes of a from `ind` on.

    The sizes before `ind` and those from it on have the same product; the result has the latter first.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> linalg.tensorinv(sd.Graph().input("a", (4, 6, 8, 3)), ind=2).shape
    (8, 3, 4, 6)
    """
    a = asarray(a)
    if not 0 < ind < a.ndim:
        raise ArgumentError(f"ind={ind} leaves no axes on one side", advice=f"from 1 to {a.ndim - 1}")
    rows, columns = a.shape[:ind], a.shape[ind:]
    return inv(_as_matrix(a, rows, columns)).reshape((*columns, *rows))


def tensorsolve(a: Any, b: Any, /, axes: Sequence[int] | None = None) -> Any:
    """The x for which `tensordot(a, x, x.ndim)` is b; a's `axes` are moved to its end first.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> g = sd.Graph()
    >>> linalg.tensorsolve(g.input("a", (2, 3, 6)), g.input("b", (2, 3))).shape
    (6,)
    """
    a, b = as_arrays(a, b)
    last = [normalise_axis(each, a.ndim) for each in axes or ()]
    order = (*(i for i in range(a.ndim) if i not in last), *last)
    a = a if order == tuple(range(a.ndim)) else a.transpose(order)
    rows, columns = a.shape[: b.ndim], a.shape[b.ndim :]
    if rows != b.shape:
        raise ShapeError(
            f"the tensor's first sizes {shape_text(rows)} aren't those of b, {shape_text(b.shape)}",
            advice="axes=... says which of the tensor's axes belong to the solution",
        )
    return solve(_as_matrix(a, rows, columns), b.reshape(-1)).reshape(columns)


def _as_matrix(a: Any, rows: Sequence[Dim], columns: Sequence[Dim]) -> Any:
    if product(rows) != product(columns):
        raise ShapeError(
            f"sizes {shape_text(tuple(rows))} and {shape_text(tuple(columns))} make no square matrix",
            advice="both sides need as many elements",
        )
    return a.reshape((product(rows), product(columns)))
