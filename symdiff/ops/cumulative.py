"""Running sums and products, the recurrence behind their derivatives, and differences of neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from symdiff.errors import ArgumentError, ShapeError, UnsupportedError
from symdiff.op import REQUIRED, Expression, Op
from symdiff.ops.family import linear, per_operand, uniform
from symdiff.ops.joining import concat
from symdiff.ops.reduction import _to_wide
from symdiff.ops.shape import as_arrays, asarray, broadcast_to
from symdiff.sizes import Size
from symdiff.types import ArrayType, Inferred, as_dtype, normalise_axes, normalise_axis


def _along_type(x: ArrayType, *others: ArrayType, axis: int, reverse: bool = False) -> Inferred:
    if any(each.shape != x.shape for each in others):
        raise ShapeError("coefficients and terms of a recurrence have one shape", advice="broadcast_to stretches one")
    return Inferred(x, (normalise_axis(axis, len(x.shape)), bool(reverse)))


def _product_type(x: ArrayType, *, axis: int) -> Inferred:
    return Inferred(x, (normalise_axis(axis, len(x.shape)),))


def cumulative_sum_kernel(x: Any, *, axis: int, reverse: bool = False) -> Any:
    """The sum of each element and all before it, or behind it, along an axis."""
    return np.flip(np.cumsum(np.flip(x, axis), axis), axis).copy() if reverse else np.cumsum(x, axis)


def linear_recurrence_kernel(a: Any, b: Any, *, axis: int, reverse: bool = False) -> Any:
    """y_i = a_i y_(i-1) + b_i along an axis, from the first y = b on, or from the last backwards."""
    order = range(b.shape[axis])
    found = np.array(b)
    a, y = np.moveaxis(a, axis, 0), np.moveaxis(found, axis, 0)
    before = None
    for i in reversed(order) if reverse else order:
        if before is not None:
            y[i] += a[i] * y[before]
        before = i
    return found


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


def diff(x: Any, /, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """The n-th difference x_(i+1) - x_i along `axis`, of x with `prepend` and `append` (arrays, scalars) at its ends.

    Booleans are compared instead: where neighbours differ.

    >>> diff([1, 4, 9]), diff([1, 4, 9], n=2), diff([1, 4, 9], prepend=0)
    (array([3, 5]), array([2]), array([1, 3, 5]))
    """
    x = asarray(x)
    axis = normalise_axis(axis, x.ndim)
    if n < 0:
        raise ArgumentError(f"a difference of order {n}", advice="n is 0 or more")
    if n == 0:
        return x
    ends = [None if each is None else _end(x, each, axis) for each in (prepend, append)]
    parts = [each for each in (ends[0], x, ends[1]) if each is not None]
    x = concat(*parts, axis=axis) if len(parts) > 1 else x
    for _ in range(n):
        later, earlier = _part(x, axis, 1, None), _part(x, axis, None, -1)
        x = later != earlier if x.dtype.kind == "b" else later - earlier
    return x


def _end(x: Any, value: Any, axis: int) -> Any:
    x, value = as_arrays(x, value)
    return value if value.ndim else broadcast_to(value, (*x.shape[:axis], 1, *x.shape[axis + 1 :]))


def gradient(f: Any, /, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The slopes of sampled values by central differences, one-sided at the ends: `np.gradient`, even spacing.

    (f_(i+1) - f_(i-1)) / 2h inside; at the ends (f_1 - f_0) / h, or with edge_order 2
    (-3 f_0 + 4 f_1 - f_2) / 2h. `spacing` is one h or one for each axis, numbers or scalar expressions. One axis gives
    an array, several a tuple.

    >>> gradient([1.0, 4.0, 9.0, 16.0])
    array([3., 4., 6., 7.])
    """
    f = asarray(f)
    f = f if f.dtype.kind in "fc" else f.astype(np.float64)
    axes = normalise_axes(tuple(axis) if isinstance(axis, list) else axis, f.ndim)
    steps = spacing or (1.0,)
    steps = steps * len(axes) if len(steps) == 1 else steps
    if len(steps) != len(axes):
        raise ArgumentError(f"{len(steps)} spacings for {len(axes)} axes", advice="give one, or one for each axis")
    if any(asarray(step).ndim for step in steps):
        raise UnsupportedError("samples at uneven places", advice="give the spacing, one number for each axis")
    found = tuple(_slopes(f, step, i, edge_order) for step, i in zip(steps, axes, strict=True))
    return found[0] if len(found) == 1 else found


def _slopes(f: Any, step: Any, axis: int, edge_order: int) -> Any:
    length = f.shape[axis]
    if edge_order not in (1, 2):
        raise ArgumentError(f"edge_order {edge_order}", advice="it is 1 or 2")
    if not isinstance(length, Size) and length < edge_order + 1:
        raise ShapeError(f"{length} samples have no slope", advice=f"give {edge_order + 1} or more along axis {axis}")

    def at(start: int | None, stop: int | None) -> Any:
        return _part(f, axis, start, stop)

    inside = (at(2, None) - at(None, -2)) / (2 * step)
    if edge_order == 1:
        ends = [(at(1, 2) - at(0, 1)) / step, (at(-1, None) - at(-2, -1)) / step]
    else:
        ends = [
            (4 * at(1, 2) - 3 * at(0, 1) - at(2, 3)) / (2 * step),
            (3 * at(-1, None) - 4 * at(-2, -1) + at(-3, -2)) / (2 * step),
        ]
    return concat(ends[0], inside, ends[1], axis=axis)
