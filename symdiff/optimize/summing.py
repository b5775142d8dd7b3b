"""Sums of products of matrices as products of sums: a matrix that is only summed isn't made."""

from __future__ import annotations

from typing import Any, Final

from symdiff.ops.linalg import matmul
from symdiff.ops.reduction import sum_op
from symdiff.ops.shape import expand_dims, matrix_transpose, reshape, squeeze
from symdiff.optimize.forms import is_inner
from symdiff.optimize.reducing import axes_of
from symdiff.rewriting.rule import Rule, View, rule


@rule(
    sum_op,
    "domain",
    lambda x, y: (
        sum_op(x @ matrix_transpose(y), axis=(1,)),
        squeeze(x @ expand_dims(sum_op(matrix_transpose(y), axis=(1,)), (1,)), (1,)),
    ),
    over=matmul,
)
def sum_of_product(view: View) -> Any:
    "sum_k (A B)_ik = A sum_k B_.k, sum_i (A B)_ik = (sum_i A_i.) B"
    product = view.operand(0, matmul)
    if product is None or not is_inner(view.graph, product.node) or min(x.ndim for x in product.inputs) < 2:
        return None
    axes, keepdims = axes_of(view)
    (a, b), last = product.inputs, product.expr.ndim - 1
    both = tuple(axis for axis in (last - 1, last) if axis in axes)
    if not both or len(both) < len(axes):
        return None
    if last - 1 in both:
        a = expand_dims(sum_op(a, axis=-2), (a.ndim - 2,))
    if last in both:
        b = expand_dims(sum_op(b, axis=-1), (b.ndim - 1,))
    return a @ b if keepdims else squeeze(a @ b, both)


@rule(
    sum_op,
    "domain",
    lambda x, y: (
        sum_op(matrix_transpose(expand_dims(x, (0,))) @ expand_dims(y, (0,)), axis=(0,)),
        matrix_transpose(reshape(expand_dims(x, (0,)), (-1, x.shape[1])))
        @ reshape(expand_dims(y, (0,)), (-1, y.shape[1])),
    ),
    over=matmul,
)
def sum_over_batches(view: View) -> Any:
    "sum_b A_b^T B_b = A^T B, with the rows of all A_b and all B_b below each other"
    product = view.operand(0, matmul)
    turned = product and product.operand(0, matrix_transpose)
    if product is None or turned is None or not is_inner(view.graph, product.node) or view.expr.ndim != 2:
        return None
    a, b = turned.input(0), product.input(1)
    axes, _ = axes_of(view)
    if a.ndim < 3 or axes != tuple(range(a.ndim - 2)) or a.shape[:-1] != b.shape[:-1]:
        return None
    return matrix_transpose(reshape(a, (-1, a.shape[-1]))) @ reshape(b, (-1, b.shape[-1]))


def _square(x: Any, y: Any) -> Any:
    """A square matrix, for an example."""
    return expand_dims(x[0], (1,)) * y[0]


@rule(
    matmul,
    "domain",
    lambda x, y: ((x[0] @ _square(x, y)) @ y[1], x[0] @ (_square(x, y) @ y[1])),
    over=matmul,
)
def column_first(view: View) -> Any:
    "(u A) v = u (A v), of a square matrix: what its rows give needs no other rows"
    product, v = view.operand(0, matmul), view.input(1)
    if product is None or not is_inner(view.graph, product.node):
        return None
    u, matrix = product.inputs
    if (u.ndim, matrix.ndim, v.ndim) != (1, 2, 1) or matrix.shape[0] != matrix.shape[1]:
        return None
    return u @ (matrix @ v)


SUMMING: Final[tuple[Rule, ...]] = (sum_of_product, sum_over_batches, column_first)
