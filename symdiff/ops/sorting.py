"""Order along an axis: sorting, positions, order statistics, and counting."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.errors import ArgumentError, DtypeError, IndexingError
from symdiff.op import REQUIRED, Expression, Op, Sample, keep, to_common
from symdiff.ops.family import operands, per_operand, uniform
from symdiff.ops.gathering import take, take_along_axis
from symdiff.ops.reduction import sum as total
from symdiff.ops.shape import as_arrays, asarray, flip
from symdiff.sizes import Dim
from symdiff.types import INT, ArrayType, Inferred, Requirement, at_least, normalise_axis, shape_text


def argsort_kernel(x: Any, *, axis: int, descending: bool = False) -> Any:
    """The positions that sort x along an axis; equal elements keep their order."""
    if not descending:
        return np.argsort(x, axis=axis, stable=True)
    return x.shape[axis] - 1 - np.flip(np.argsort(np.flip(x, axis), axis=axis, stable=True), axis)


def _along_type(x: ArrayType, *, axis: int, **attributes: Any) -> Inferred:
    return Inferred(x, (normalise_axis(axis, len(x.shape)), *map(bool, attributes.values())))


def _positions_type(x: ArrayType, *, axis: int, **attributes: Any) -> Inferred:
    inferred = _along_type(x, axis=axis, **attributes)
    return inferred._replace(type=ArrayType(INT, x.shape))


def _sort_vjp(g: Expression, y: Expression, x: Expression, *, axis: int) -> Expression:
    """The permutation's transpose is its inverse: the order of the order."""
    places = x.graph.ops.argsort(x.graph.ops.argsort(x, axis=axis), axis=axis)
    return take_along_axis(g, places, axis)


def _sort_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    axis = y.attrs[0]
    return take_along_axis(tangents[0], xs[0].graph.ops.argsort(xs[0], axis=axis), axis)


def searchsorted_kernel(x: Any, values: Any, *, side: Any = "left") -> Any:
    """Where values belong in a sorted vector."""
    return np.asarray(np.searchsorted(x, values, side=side))


def _searchsorted_type(x: ArrayType, values: ArrayType, *, side: str) -> Inferred:
    if len(x.shape) != 1:
        raise IndexingError(f"a sorted vector has one axis, {shape_text(x.shape)} hasn't", advice="ravel it first")
    if side not in ("left", "right"):
        raise ArgumentError(f"side {side!r}", advice='side is "left" or "right"')
    return Inferred(ArrayType(INT, values.shape), (side,))


def argpartition_kernel(x: Any, *, kth: Any, axis: int) -> Any:
    """Positions that put the elements of ranks `kth` where sorting would, smaller ones before, larger ones behind."""
    return np.argpartition(x, kth, axis=axis)


def _argpartition_type(x: ArrayType, *, kth: Any, axis: int) -> Inferred:
    axis = normalise_axis(axis, len(x.shape))
    found = [_rank(each, x.shape[axis]) for each in (kth if isinstance(kth, tuple) else (kth,))]
    ranks = tuple(rank for rank, _ in found)
    requirements = tuple(dict.fromkeys(each for _, more in found for each in more))
    return Inferred(ArrayType(INT, x.shape), (ranks if isinstance(kth, tuple) else ranks[0], axis), requirements)


def _rank(k: Dim, length: Dim) -> tuple[Dim, tuple[Requirement, ...]]:
    """The rank, counted from 0 where that is known, and what it asks of the axis.

    A rank that is computed from the size lies inside an axis that has any elements.
    """
    if isinstance(k, int) and isinstance(length, int):
        if not -length <= k < length:
            raise IndexingError(f"there is no rank {k} among {length} elements", advice="ranks count from 0")
        return k % length, ()
    return k, at_least(length, max(k + 1, -k) if isinstance(k, int) else 1)


def kth_smallest_kernel(x: Any, *, k: int, axis: int) -> Any:
    """The element of rank k along an axis, which stays, of size 1; NaN where there is a NaN."""
    ordered = np.partition(x, (k, -1), axis=axis)
    found, last = np.take(ordered, [k], axis=axis), np.take(ordered, [-1], axis=axis)
    return np.where(np.isnan(last), last, found)


def _kth_type(x: ArrayType, *, k: Any, axis: int) -> Inferred:
    if x.dtype.kind in "cb":
        raise DtypeError(f"{x.dtype} has no order", advice="compare real numbers")
    axis = normalise_axis(axis, len(x.shape))
    rank, requirements = _rank(k, x.shape[axis])
    return Inferred(ArrayType(x.dtype, (*x.shape[:axis], 1, *x.shape[axis + 1 :])), (rank, axis), requirements)


def _equals(y: Expression, x: Expression, axis: int) -> tuple[Expression, Expression]:
    """Which elements are the one that is looked for, and how many are, as numbers."""
    equal = (x == y).astype(x.dtype)
    return equal, equal.sum(axis=axis, keepdims=True)


def _kth_vjp(g: Expression, y: Expression, x: Expression, *, k: int, axis: int) -> Expression:
    equal, count = _equals(y, x, axis)
    return equal * (g / count)


def _kth_jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    axis = y.attrs[1]
    equal, count = _equals(y, xs[0], axis)
    return (equal * tangents[0]).sum(axis=axis, keepdims=True) / count


ROWS: Final = [
    uniform(-2, 2, (5,), attributes={"axis": 0}),
    uniform(-2, 2, (4, 3), attributes={"axis": 0}),
    uniform(-2, 2, (2, 3, 2), attributes={"axis": 1}),
]

argsort_op = Op(
    name="argsort", kernel=argsort_kernel, arity=1, promote=keep, infer=_positions_type, flops=8,
    attributes=MappingProxyType({"axis": REQUIRED, "descending": False}),
    samples=[*ROWS, uniform(-2, 2, (4, 3), attributes={"axis": 0, "descending": True})],
    law="d argsort(x) = 0", doc="The positions that sort an array along an axis; equal elements keep their order.",
)  # fmt: skip

sort_op = Op(
    name="sort", kernel=np.sort, arity=1, promote=keep, infer=_along_type, flops=8,
    attributes=MappingProxyType({"axis": REQUIRED}), vjp=per_operand(_sort_vjp), jvp=_sort_jvp, nodes_per_edge=12,
    samples=ROWS,
    law="d sort(x) = dx in the same order", doc="The elements along an axis, the smallest first.",
)  # fmt: skip

searchsorted_op = Op(
    name="searchsorted", kernel=searchsorted_kernel, arity=2, promote=to_common, infer=_searchsorted_type, flops=8,
    attributes=MappingProxyType({"side": "left"}),
    samples=[
        operands(Sample(-2, 2, (5,)), Sample(-2, 2, (2, 3))),
        operands(Sample(-2, 2, (5,)), Sample(-2, 2, ()), attributes={"side": "right"}),
    ],
    law="d searchsorted(a, v) = 0", doc="Where values belong in a sorted vector.",
)  # fmt: skip

argpartition_op = Op(
    name="argpartition", kernel=argpartition_kernel, arity=1, promote=keep, infer=_argpartition_type, flops=4,
    attributes=MappingProxyType({"kth": REQUIRED, "axis": REQUIRED}),
    samples=[
        uniform(-2, 2, (5,), attributes={"kth": 2, "axis": 0}),
        uniform(-2, 2, (2, 4), attributes={"kth": (1, 2), "axis": 1}),
    ],
    law="d argpartition(x) = 0", doc="Positions that put elements of some ranks where sorting would.",
)  # fmt: skip

kth_smallest = Op(
    name="kth_smallest", kernel=kth_smallest_kernel, arity=1, promote=keep, infer=_kth_type, flops=4,
    attributes=MappingProxyType({"k": REQUIRED, "axis": REQUIRED}), vjp=per_operand(_kth_vjp), jvp=_kth_jvp,
    samples=[
        uniform(-2, 2, (5,), attributes={"k": 2, "axis": 0}),
        uniform(-2, 2, (2, 4), attributes={"k": 1, "axis": 1}),
    ],
    law="d kth(x) = mean of dx over the elements equal to it", doc="The element of rank k along an axis, which stays.",
)  # fmt: skip

SORTING = (argsort_op, sort_op, searchsorted_op, argpartition_op, kth_smallest)


def _one_axis(x: Any, axis: int | None) -> tuple[Any, int]:
    """The array and an axis of it; without one, laid out flat."""
    x = asarray(x)
    return (x.reshape(-1), 0) if axis is None else (x, normalise_axis(axis, x.ndim))


def sort(
    x: Any, /, axis: int | None = -1, *, descending: bool = False, stable: bool = True, kind: str | None = None
) -> Any:
    """The elements along `axis` in order, the smallest first, or the largest if `descending`.

    Without an axis, of x laid out flat; NaN count as largest. The derivative moves along: that of equal elements
    as a stable sort would. `stable` and NumPy's `kind` don't matter for the values.

    >>> sort([3, 1, 2]), sort([3, 1, 2], descending=True)
    (array([1, 2, 3]), array([3, 2, 1]))
    """
    x, axis = _one_axis(x, axis)
    found = sort_op(x, axis=axis)
    return flip(found, axis=axis) if descending else found


def argsort(
    x: Any, /, axis: int | None = -1, *, descending: bool = False, stable: bool = True, kind: str | None = None
) -> Any:
    """The positions that sort x along `axis`. It is stable always, so equal elements keep their order.

    >>> argsort([3, 1, 3]), argsort([3, 1, 3], descending=True)
    (array([1, 0, 2]), array([0, 2, 1]))
    """
    x, axis = _one_axis(x, axis)
    return argsort_op(x, axis=axis, descending=descending)


def lexsort(keys: Any, /, axis: int = -1) -> Any:
    """The positions that sort by the last of several keys, where that ties by the one before it, and so on.

    >>> lexsort([[1, 0, 0], [5, 7, 5]])
    array([2, 0, 1])
    """
    first, *others = as_arrays(*keys) if isinstance(keys, (list, tuple)) else list(keys)
    order = argsort(first, axis)
    for each in others:
        order = take_along_axis(order, argsort(take_along_axis(each, order, axis), axis), axis)
    return order


def searchsorted(x1: Any, x2: Any, /, side: str = "left", sorter: Any = None) -> Any:
    """Where each element of x2 belongs in the sorted vector x1: before equal ones, or behind if `side` is "right".

    `sorter` holds positions that sort x1, if it isn't sorted. Its derivative is 0.

    >>> searchsorted([1, 2, 2, 3], [2, 5]), searchsorted([1, 2, 2, 3], [2, 5], side="right")
    (array([1, 4]), array([3, 4]))
    """
    x1, x2 = as_arrays(x1, x2)
    return searchsorted_op(x1 if sorter is None else take(x1, sorter, axis=0), x2, side=side)


def argpartition(x: Any, kth: Any, /, axis: int | None = -1, *, kind: str | None = None) -> Any:
    """Positions that put the element of rank `kth` (or of several ranks) where sorting would put it.

    Elements that stand before it are no larger, those behind no smaller, each in no particular order.
    """
    x, axis = _one_axis(x, axis)
    return argpartition_op(x, kth=kth, axis=axis)


def partition(x: Any, kth: Any, /, axis: int | None = -1, *, kind: str | None = None) -> Any:
    """x with the element of rank `kth` where sorting would put it; see `argpartition`.

    >>> partition([4, 1, 3, 2], 1)[1]
    np.int64(2)
    """
    x, axis = _one_axis(x, axis)
    return take_along_axis(x, argpartition_op(x, kth=kth, axis=axis), axis)


def count_nonzero(x: Any, /, axis: Any = None, *, keepdims: bool = False) -> Any:
    """How many elements over `axis` aren't 0.

    >>> count_nonzero([[1, 0], [2, 3]], axis=1)
    array([1, 2])
    """
    return total(asarray(x) != 0, axis=axis, keepdims=keepdims)
