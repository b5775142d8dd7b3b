"""Running sums and products, and the recurrence behind their derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symdiff.errors import ShapeError
from symdiff.op import REQUIRED, Expression, Op
from symdiff.ops.family import linear, per_operand, uniform
from symdiff.ops.joining import concat
from symdiff.ops.reduction import _to_wide
from symdiff.ops.shape import as_arrays, asarray, broadcast_to
from symdiff.types import ArrayType, Inferred, as_dtype, normalise_axis


def _along_type(x: ArrayType, *others: ArrayType, axis: int, reverse: bool = False) -> Inferred:
    if any(each.shape != x.shape for each in others):
        raise ShapeError("coefficients and terms of a recurrence have one shape", advice="broadcast_to stretches one")
    return Inferred(x, (normalise_axis(axis, len(x.shape)), bool(reverse)))


def _product_type(x: ArrayType, *, axis: int) -> Inferred:
    return Inferred(x, (normalise_axis(axis, len(x.shape)),))


def cumulative_sum_kernel(x: Any, *, axis: int, reverse: bool = False) -> Any:
    """The sum of each element and all before it, or behind it, along an axis."""
    return np.flip(np.cumsum(np.flip(x, axis), axis), axis).copy() if reverse else np.cumsum(x, axis)


def recurrence_by_rows(a: Any, y: Any) -> Any:
    """y_i + a_i y_(i-1) in the place of each row y_i but the first, one after another."""
    for i in range(1, len(y)):
        y[i] += a[i] * y[i - 1]
    return y


def recurrence_by_blocks(a: Any, b: Any) -> Any:
    """The same for 32 rows at a time, all blocks side by side; then each block's last row goes into the next block.

    What it is multiplied by there is a product of factors. Where such a product leaves the range of normal numbers and
    no factor is 0 (or a result isn't finite), rows one after another may do better: then they are what is returned.
    """
    count, width, rest = len(b), 32, b.shape[1:]
    shape = (-(-count // width), width, *rest)
    factors, terms = (np.zeros((shape[0] * width, *rest), b.dtype) for _ in range(2))
    factors[1:count], terms[:count] = a[1:], b
    factors, terms = (np.ascontiguousarray(each.reshape(shape).swapaxes(0, 1)) for each in (factors, terms))
    vanishes = np.logical_or.accumulate(factors == 0, axis=0)
    with np.errstate(all="ignore"):
        for i in range(1, width):
            terms[i] += factors[i] * terms[i - 1]
            factors[i] *= factors[i - 1]
        ends = recurrence_by_rows(factors[-1], terms[-1].copy())
        terms[:, 1:] += factors[:, 1:] * ends[:-1]
        lost = (np.abs(factors) < np.finfo(b.dtype).tiny) & ~vanishes
    if np.any(lost) or not np.all(np.isfinite(terms)):
        return recurrence_by_rows(a, np.array(b))
    return terms.swapaxes(0, 1).reshape(-1, *rest)[:count]


def linear_recurrence_kernel(a: Any, b: Any, *, axis: int, reverse: bool = False) -> Any:
    """y_i = a_i y_(i-1) + b_i along an axis, from the first y = b on, or from the last backwards."""
    found, step = np.array(b), -1 if reverse else 1
    a, y = np.moveaxis(a, axis, 0)[::step], np.moveaxis(found, axis, 0)[::step]
    if len(y) > 256 and y[:1].size < 256 and y.dtype.kind in "fc":
        y[:] = recurrence_by_blocks(a, y)
    else:
        recurrence_by_rows(a, y)
    return found


def _recurrence_source(a: str, b: str, *, axis: str, reverse: str) -> str:
    return f"linear_recurrence({a}, {b}, axis={axis}{', reverse=True' if reverse == 'True' else ''})"


def _part(x: Expression, axis: int, start: int | None, stop: int | None) -> Expression:
    return x[(*[slice(None)] * axis, slice(start, stop))]


def _before(y: Expression, axis: int, reverse: bool, first: int) -> Expression:
    """For each element the one that a recurrence has before it; `first` for its first one. y may be empty."""
    edge = broadcast_to(y.graph.constant(first, y.dtype), (*y.shape[:axis], 1, *y.shape[axis + 1 :]))
    if reverse:
        return _part(concat(y, edge, axis=axis), axis, 1, None)
    return _part(concat(edge, y, axis=axis), axis, None, -1)


def _adjoint(g: Expression, a: Expression, axis: int, reverse: bool) -> Expression:
    """s_i = g_i + a_(i+1) s_(i+1): what a recurrence's terms get; what stands for the first a is never read."""
    return g.graph.ops.linear_recurrence(_before(a, axis, not reverse, 0), g, axis=axis, reverse=not reverse)


def _recurrence_by_a(
    g: Expression, y: Expression, a: Expression, b: Expression, *, axis: int, reverse: bool
) -> Expression:
    return _adjoint(g, a, axis, reverse) * _before(y, axis, reverse, 0)


def _recurrence_by_b(
    g: Expression, y: Expression, a: Expression, b: Expression, *, axis: int, reverse: bool
) -> Expression:
    return _adjoint(g, a, axis, reverse)


def _recurrence_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    axis, reverse = y.attrs
    da, db = tangents
    terms = [] if da is None else [da * _before(y, axis, reverse, 0)]
    terms += [] if db is None else [db]
    driving = terms[0] if len(terms) == 1 else terms[0] + terms[1]
    return y.operation(xs[0], driving)


def _product_vjp(g: Expression, y: Expression, x: Expression, *, axis: int) -> Expression:
    """dx_j = (x_1 ... x_(j-1)) s_j with s_j = g_j + x_(j+1) s_(j+1): nothing is divided, so zeros do no harm."""
    return _before(y, axis, False, 1) * _adjoint(g, x, axis, False)


def _product_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    axis = y.attrs[0]
    return y.graph.ops.linear_recurrence(xs[0], tangents[0] * _before(y, axis, False, 1), axis=axis)


def _sum_source(x: str, *, axis: str, reverse: str) -> str:
    return (
        f"np.flip(np.cumsum(np.flip({x}, {axis}), {axis}), {axis}).copy()"
        if reverse == "True"
        else f"np.cumsum({x}, {axis})"
    )


ROWS = [
    uniform(-2, 2, (4,), attributes={"axis": 0}),
    uniform(-2, 2, (2, 3), attributes={"axis": 1}),
    uniform(-2, 2, (3, 1, 2), attributes={"axis": 0}),
]

cumulative_sum_op = linear(
    "cumulative_sum", cumulative_sum_kernel, attributes={"axis": REQUIRED, "reverse": False}, source=_sum_source,
    infer=_along_type, promote=_to_wide, carries_mask=True,
    transpose=[
        lambda g, y, x, *, axis, reverse: g.graph.apply(cumulative_sum_op, (g,), {"axis": axis, "reverse": not reverse})
    ],
    samples=[*ROWS, uniform(-2, 2, (2, 3), attributes={"axis": 0, "reverse": True})],
    law="d cumsum(x) = cumsum(dx)", doc="The sum of each element and all before it along an axis.",
)  # fmt: skip

cumulative_prod_op = Op(
    name="cumulative_prod", kernel=np.cumprod, arity=1, attributes=MappingProxyType({"axis": REQUIRED}),
    infer=_product_type, promote=_to_wide, nodes_per_edge=12,
    vjp=per_operand(_product_vjp), jvp=_product_jvp, samples=ROWS,
    law="d y_i = x_i d y_(i-1) + y_(i-1) dx_i, y = cumprod(x)", doc="The product of each element and all before it.",
)  # fmt: skip

linear_recurrence = Op(
    name="linear_recurrence", kernel=linear_recurrence_kernel, arity=2, infer=_along_type, flops=2, nodes_per_edge=12,
    attributes=MappingProxyType({"axis": REQUIRED, "reverse": False}),
    source=_recurrence_source, helpers=(recurrence_by_rows, recurrence_by_blocks, linear_recurrence_kernel),
    vjp=per_operand(_recurrence_by_a, _recurrence_by_b), jvp=_recurrence_jvp,
    samples=[
        uniform(-2, 2, (4,), (4,), attributes={"axis": 0}),
        uniform(-2, 2, (2, 3), (2, 3), attributes={"axis": 1, "reverse": True}),
    ],
    law="d y_i = a_i d y_(i-1) + y_(i-1) da_i + db_i", doc="y_i = a_i y_(i-1) + b_i along an axis, y = b at its start.",
)  # fmt: skip

CUMULATIVE = (cumulative_sum_op, cumulative_prod_op, linear_recurrence)


def _running(op: Op, first: Any, x: Any, axis: int | None, dtype: Any, include_initial: bool) -> Any:
    x = asarray(x)
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = normalise_axis(axis, x.ndim)
    found = op(x if dtype is None else x.astype(as_dtype(dtype)), axis=axis)
    found = found if dtype is None or found.dtype == as_dtype(dtype) else found.astype(as_dtype(dtype))
    if not include_initial:
        return found
    zero, found = as_arrays(np.asarray(first, found.dtype), found)
    return concat(broadcast_to(zero, (*found.shape[:axis], 1, *found.shape[axis + 1 :])), found, axis=axis)


def cumulative_sum(x: Any, /, axis: int | None = None, *, dtype: Any = None, include_initial: bool = False) -> Any:
    """y_i = x_1 + ... + x_i along `axis`; with `include_initial`, after a 0. Without an axis, of x laid out flat.

    Integers and booleans are summed in 64 bits unless `dtype` says otherwise.

    >>> cumulative_sum([1, 2, 3], include_initial=True)
    array([0, 1, 3, 6])
    """
    return _running(cumulative_sum_op, 0, x, axis, dtype, include_initial)


def cumulative_prod(x: Any, /, axis: int | None = None, *, dtype: Any = None, include_initial: bool = False) -> Any:
    """y_i = x_1 ... x_i along `axis`; with `include_initial`, after a 1. Dtypes as for `cumulative_sum`.

    Its derivatives of every order are exact where elements are 0.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (3,))
    >>> sd.grad(sd.sum(cumulative_prod(x)), x).eval({x: [2.0, 0.0, 5.0]})
    array([ 1., 12.,  0.])
    """
    return _running(cumulative_prod_op, 1, x, axis, dtype, include_initial)


def cumsum(x: Any, /, axis: int | None = None, dtype: Any = None) -> Any:
    """`cumulative_sum`, by NumPy's older name."""
    return cumulative_sum(x, axis, dtype=dtype)


def cumprod(x: Any, /, axis: int | None = None, dtype: Any = None) -> Any:
    """`cumulative_prod`, by NumPy's older name."""
    return cumulative_prod(x, axis, dtype=dtype)
