"""PRODUCTS: rules about products of matrices: fewer of them, of smaller operands, and no matrix that has a formula.

The normal form: a product with a vector takes it as a vector; transposes stand at the operands, where they cost
nothing, if one stands there already; signs stand outside; diagonal matrices scale; of a sum, a common factor is taken
out.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symdiff.core import CONSTANT, PROJECT
from symdiff.op import ARRAY
from symdiff.ops.arithmetic import negative
from symdiff.ops.arranging import diag
from symdiff.ops.gathering import gather
from symdiff.ops.indexing import getitem_op, scatter_add
from symdiff.ops.linalg import matmul
from symdiff.ops.ranges import arange_op
from symdiff.ops.reduction import sum_op
from symdiff.ops.shape import broadcast_to, expand_dims, matrix_transpose, reshape, squeeze
from symdiff.ops.solving import det, inv, slogdet, slogdet_op, solve
from symdiff.ops.trigonometric import tanh
from symdiff.rewriting.rule import Rule, View, rule


@rule(
    squeeze,
    "rounding",
    lambda x, y: (squeeze(x @ expand_dims(y[0], (1,)), (1,)), x @ y[0]),
    over=matmul,
)
def times_column(view: View) -> Any:
    "squeeze(A expand(v)) = A v"
    product = view.operand(0, matmul)
    column = product and product.operand(1, expand_dims)
    if product is None or column is None or product.input(0).ndim < 2 or column.input(0).ndim != 1:
        return None
    last = product.expr.ndim - 1
    return product.input(0) @ column.input(0) if (view.attrs[0], column.attrs[0]) == ((last,), (1,)) else None


@rule(
    squeeze,
    "rounding",
    lambda x, y: (squeeze(expand_dims(y[:, 0], (0,)) @ x, (0,)), y[:, 0] @ x),
    over=matmul,
)
def row_times(view: View) -> Any:
    "squeeze(expand(v) A) = v A"
    product = view.operand(0, matmul)
    row = product and product.operand(0, expand_dims)
    if product is None or row is None or product.input(1).ndim < 2 or row.input(0).ndim != 1:
        return None
    last = product.expr.ndim - 2
    return row.input(0) @ product.input(1) if (view.attrs[0], row.attrs[0]) == ((last,), (0,)) else None


@rule(
    matrix_transpose,
    "rounding",
    lambda x, y: (matrix_transpose(x @ matrix_transpose(y)), y @ matrix_transpose(x)),
    over=matmul,
)
def transposed_product(view: View) -> Any:
    "(A B^T)^T = B A^T, and (A^T B)^T = B^T A"
    product = view.operand(0, matmul)
    if product is None or min(x.ndim for x in product.inputs) < 2 or not any(product.operands(matrix_transpose)):
        return None
    a, b = product.inputs
    return transposed(b) @ transposed(a)


def transposed(x: Any) -> Any:
    """X^T; where X is a transpose, what it is the transpose of."""
    return x.graph.inputs(x)[0] if x.operation.op is matrix_transpose else matrix_transpose(x)


@rule(matmul, "rounding", lambda x, y: (y[0] @ matrix_transpose(x), x @ y[0]), over=matrix_transpose)
def row_times_transpose(view: View) -> Any:
    "v A^T = A v"
    matrix = view.operand(1, matrix_transpose)
    return matrix.input(0) @ view.input(0) if matrix and view.input(0).ndim == 1 else None


@rule(
    matmul,
    "rounding",
    lambda x, y: (expand_dims(x[0], (1,)) @ expand_dims(y[0], (0,)), expand_dims(x[0], (1,)) * expand_dims(y[0], (0,))),
)
def column_times_row(view: View) -> Any:
    "a b^T = (a_i b_j)"
    a, b = view.inputs
    return a * b if min(a.ndim, b.ndim) > 1 and a.shape[-1] == 1 else None


def _signed(position: int) -> Rule:
    def example(x: Any, y: Any) -> tuple[Any, Any]:
        operands = [x, matrix_transpose(y)]
        product = matmul(*operands)
        operands[position] = negative(operands[position])
        return matmul(*operands), negative(product)

    @rule(matmul, "rounding", example, over=negative)
    def product_of_negative(view: View) -> Any:
        "(-A) B = A (-B) = -(A B)"
        inner = view.operand(position, negative)
        operands = view.inputs
        operands[position] = inner and inner.input(0)
        return -matmul(*operands) if inner else None

    return product_of_negative


def _by_diagonal(position: int) -> Rule:
    def example(x: Any, y: Any) -> tuple[Any, Any]:
        if position == 0:
            return diag(x[:, 0]) @ y, expand_dims(x[:, 0], 1) * y
        return y @ diag(x[0]), y * x[0]

    @rule(matmul, "domain", example, over=scatter_add)
    def diagonal_product(view: View) -> Any:
        "diag(d) A = d_i A_ij, A diag(d) = A_ij d_j"
        matrix = view.operand(position, scatter_add)
        other = view.input(1 - position)
        if matrix is None or matrix.attrs[0] != ((ARRAY, ARRAY),) or len(matrix.inputs) != 3:
            return None
        d, rows, columns = matrix.inputs
        if rows is not columns or not matrix.operand(1, arange_op) or matrix.attrs[1] != (*d.shape, *d.shape):
            return None
        if position == 0:
            return (expand_dims(d, (1,)) if other.ndim > 1 else d) * other
        return other * d

    return diagonal_product


def _diagonal_of(product: View) -> Any:
    """The diagonal of a product of two matrices, without the rest of it."""
    a, b = product.inputs
    return sum_op(a * transposed(b), axis=-1) if a.ndim == b.ndim == 2 else None


@rule(
    getitem_op,
    "domain",
    lambda x, y: ((x[:2] @ matrix_transpose(y[:2])).reshape(4)[::3], sum_op(x[:2] * y[:2], axis=1)),
    over=reshape,
)
def diagonal_of_product(view: View) -> Any:
    "diagonal(A B) = sum_j A_ij B_ji, of a matrix of known size"
    flat = view.operand(0, reshape)
    product = flat and flat.operand(0, matmul)
    if flat is None or product is None or product.expr.ndim != 2 or flat.expr.ndim != 1:
        return None
    rows, columns = product.expr.shape
    every = isinstance(rows, int) and rows == columns and view.attrs[0] == ((None, None, rows + 1),)
    return _diagonal_of(product) if every else None


@rule(
    gather,
    "domain",
    lambda x, y: (_diagonal_by_index(x @ matrix_transpose(y)), sum_op(x * y, axis=1)),
    over=matmul,
)
def diagonal_of_named_product(view: View) -> Any:
    "diagonal(A B) = sum_j A_ij B_ji, of a matrix of a size known by name"
    product, along = view.operand(0, matmul), view.operand(1, arange_op) if len(view.inputs) == 3 else None
    if product is None or along is None or view.input(1) is not view.input(2) or view.attrs[0] != (ARRAY, ARRAY):
        return None
    return _diagonal_of(product) if product.expr.shape == along.expr.shape * 2 else None


def _diagonal_by_index(x: Any) -> Any:
    along = x.graph.ops.arange(x.shape[0], graph=x.graph)
    return gather(x, along, along, index=(ARRAY, ARRAY))


def _by_identity(position: int) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        operands = [x, x]
        operands[position] = np.eye(2 if position == 0 else 3)
        return matmul(*operands), x

    @rule(matmul, "domain", example, over=CONSTANT)
    def identity_product(view: View) -> Any:
        "I A = A I = A"
        known = view.operand(position, CONSTANT)
        value: Any = known.attrs[0].value if known else np.zeros(())
        square = value.ndim == 2 and value.shape[0] == value.shape[1]
        return view.input(1 - position) if square and (value == np.eye(len(value))).all() else None

    return identity_product


@rule(
    matmul,
    "domain",
    lambda x, y: (x @ broadcast_to(expand_dims(y[0], 1), (3, 4)),
                  broadcast_to(x @ expand_dims(y[0], 1), (*x.shape[:1], 4))),
    over=broadcast_to,
)  # fmt: skip
def product_with_equal_columns(view: View) -> Any:
    "A stretch(b) = stretch(A b), of a column"
    matrix = view.operand(1, broadcast_to)
    column: Any = matrix and matrix.input(0)
    if matrix is None or column.ndim != 2 or column.shape[1] != 1 or matrix.expr.shape[0] != column.shape[0]:
        return None
    return broadcast_to(view.input(0) @ column, view.expr.shape)


@rule(
    matmul,
    "domain",
    lambda x, y: (broadcast_to(y[:1, :2], (4, 2)) @ x, broadcast_to(y[:1, :2] @ x, (4, *x.shape[1:]))),
    over=broadcast_to,
)
def product_with_equal_rows(view: View) -> Any:
    "stretch(a) B = stretch(a B), of a row"
    matrix = view.operand(0, broadcast_to)
    row: Any = matrix and matrix.input(0)
    if matrix is None or row.ndim != 2 or row.shape[0] != 1 or matrix.expr.shape[1:] != row.shape[1:]:
        return None
    return broadcast_to(row @ view.input(1), view.expr.shape)


def _regular(x: Any) -> Any:
    """A regular matrix for an example."""
    return tanh(x[:2, :2]) + 8 * np.eye(2, dtype=str(x.dtype))


@rule(inv, "domain", lambda x: (inv(inv(_regular(x))), _regular(x)), over=inv)
def inverted_twice(view: View) -> Any:
    "inv(inv(A)) = A"
    inner = view.operand(0, inv)
    return inner and inner.input(0)


@rule(solve, "domain", lambda x, y: (solve(_regular(x), _regular(x) @ y), y), over=matmul)
def solved_product(view: View) -> Any:
    "solve(A, A B) = B"
    product = view.operand(1, matmul)
    return product.input(1) if product and product.input(0) is view.input(0) else None


@rule(matmul, "domain", lambda x, y: (_regular(x) @ solve(_regular(x), y), y), over=solve)
def product_of_solution(view: View) -> Any:
    "A solve(A, B) = B"
    solution = view.operand(1, solve)
    return solution.input(1) if solution and solution.input(0) is view.input(0) else None


@rule(det, "domain", lambda x: (det(matrix_transpose(_regular(x))), det(_regular(x))), over=matrix_transpose)
def determinant_of_transpose(view: View) -> Any:
    "det(A^T) = det(A)"
    inner = view.operand(0, matrix_transpose)
    return inner and det(inner.input(0))


@rule(
    inv,
    "domain",
    lambda x: (inv(matrix_transpose(_regular(x))), matrix_transpose(inv(_regular(x)))),
    over=matrix_transpose,
)
def inverse_of_transpose(view: View) -> Any:
    "inv(A^T) = inv(A)^T"
    inner = view.operand(0, matrix_transpose)
    return inner and matrix_transpose(inv(inner.input(0)))


@rule(
    PROJECT,
    "domain",
    lambda x: (slogdet(matrix_transpose(_regular(x))).logabsdet, slogdet(_regular(x)).logabsdet),
    over=slogdet_op,
)
def log_determinant_of_transpose(view: View) -> Any:
    "slogdet(A^T) = slogdet(A)"
    both = view.operand(0, slogdet_op)
    inner = both and both.operand(0, matrix_transpose)
    return slogdet(inner.input(0))[view.attrs[0]] if inner else None


PRODUCTS: Final[tuple[Rule, ...]] = (
    times_column, row_times, row_times_transpose, transposed_product, column_times_row, _signed(0), _signed(1),
    _by_diagonal(0), _by_diagonal(1), diagonal_of_product, diagonal_of_named_product, _by_identity(0), _by_identity(1),
    product_with_equal_columns, product_with_equal_rows, inverted_twice, solved_product, product_of_solution,
    determinant_of_transpose, inverse_of_transpose, log_determinant_of_transpose,
)  # fmt: skip
