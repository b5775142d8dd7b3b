"""REDUCING: rules about sums, extremes and quantifiers over axes: less is reduced, once, and moves come afterwards.

The normal form: a reduction of a reduction is one; what is moved, stretched or has axes of size 1 is reduced as it
was before; a sign stands outside a sum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from symdiff.op import ARRAY, Op
from symdiff.ops.arithmetic import negative
from symdiff.ops.indexing import scatter_add
from symdiff.ops.lines import put_along
from symdiff.ops.logic import bitwise_invert
from symdiff.ops.ranges import arange_op
from symdiff.ops.reduction import all_op, any_op, max_op, min_op, sum_op
from symdiff.ops.shape import (
    broadcast_to,
    expand_dims,
    flip,
    matrix_transpose,
    permute_dims,
    reshape,
    size_op,
    squeeze,
)
from symdiff.optimize.views import last_exchanged, without
from symdiff.rewriting.rule import Kind, Rule, View, rule
from symdiff.sizes import product

QUANTIFIERS: Final = (any_op, all_op)
REDUCTIONS: Final = (sum_op, max_op, min_op, *QUANTIFIERS)


def axes_of(view: View) -> tuple[tuple[int, ...], bool]:
    """Which axes a reduction reduces, and whether they stay with size 1."""
    axis, keepdims = view.attrs
    return tuple(range(view.input(0).ndim)) if axis is None else axis, keepdims


def _kind(op: Op) -> Kind:
    return "rounding" if op is sum_op else "exact"


def _reordered(op: Op) -> Kind:
    """The class of a rule that reduces in another order: of 0 and -0 the first is the largest, sums may cancel."""
    return "domain" if op is sum_op else "exact" if op in QUANTIFIERS else "rounding"


def _sample(op: Op, x: Any) -> Any:
    return x > 1 if op in QUANTIFIERS else x


def _over_one(op: Op) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        column = expand_dims(_sample(op, x), (1,))
        return op(column, axis=(1,)), squeeze(column, (1,))

    @rule(op, _kind(op), example, (-2.0, 2.0))
    def over_one_element(view: View) -> Any:
        "sum(x) = squeeze(x) over axes of size 1, and of the other reductions"
        x, (axes, keepdims) = view.input(0), axes_of(view)
        if any(x.shape[axis] != 1 for axis in axes):
            return None
        return x if keepdims or not axes else squeeze(x, axes)

    return over_one_element


def _of_moved(op: Op, move: Op) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        x = _sample(op, x)
        moved = matrix_transpose(x) if move is matrix_transpose else permute_dims(x, (1, 0))
        return op(moved, axis=0), op(x, axis=1)

    @rule(op, _kind(op), example, (-2.0, 2.0), over=move)
    def reduced_before_moving(view: View) -> Any:
        "sum(permute(x)) = permute(sum(x)), and of the other reductions and transposes"
        inner = view.operand(0, move)
        if inner is None:
            return None
        axes, keepdims = axes_of(view)
        order = last_exchanged(inner.expr.ndim) if move is matrix_transpose else inner.attrs[0]
        reduced = op(inner.input(0), axis=tuple(sorted(order[axis] for axis in axes)), keepdims=keepdims)
        kept = [axis for i, axis in enumerate(order) if keepdims or i not in axes]
        rank = {axis: i for i, axis in enumerate(sorted(kept))}
        places = tuple(rank[axis] for axis in kept)
        return reduced if places == tuple(range(len(places))) else permute_dims(reduced, places)

    return reduced_before_moving


def _of_all(op: Op, move: Op, moved: Callable[[Any], Any]) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        return op(moved(_sample(op, x))), op(_sample(op, x))

    @rule(op, _reordered(op), example, (0.5, 2.0), over=move)
    def reduced_in_any_order(view: View) -> Any:
        "sum(reshape(x)) = sum(x) over all axes, sum(flip(x)) = sum(x), and of the other reductions"
        inner = view.operand(0, move)
        return op(inner.input(0)) if inner and view.attrs == (None, False) else None

    return reduced_in_any_order


def _of_expanded(op: Op) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        x = _sample(op, x)
        return op(expand_dims(x, (0, 2)), axis=1), expand_dims(op(x, axis=0), (0, 1))

    @rule(op, _kind(op), example, (-2.0, 2.0), over=expand_dims)
    def reduced_before_expanding(view: View) -> Any:
        "sum(expand(x)) = expand(sum(x)), over axes that x has, and of the other reductions"
        inner = view.operand(0, expand_dims)
        axes, keepdims = axes_of(view)
        if inner is None or any(axis in axes for axis in inner.attrs[0]):
            return None
        kept = without(inner.attrs[0], inner.expr.ndim)
        reduced = op(inner.input(0), axis=tuple(kept.index(axis) for axis in axes), keepdims=keepdims)
        left = list(range(inner.expr.ndim)) if keepdims else without(axes, inner.expr.ndim)
        return expand_dims(reduced, tuple(left.index(axis) for axis in inner.attrs[0]))

    return reduced_before_expanding


def _twice(op: Op) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        x = _sample(op, x)
        return op(op(x, axis=1), axis=0), op(x, axis=(0, 1))

    @rule(op, _reordered(op), example, (0.5, 2.0), over=op)
    def reduced_twice(view: View) -> Any:
        "sum(sum(x)) = sum(x), over the axes of both, and of the other reductions"
        inner = view.operand(0, op)
        if inner is None:
            return None
        (first, kept), (second, keepdims) = axes_of(inner), axes_of(view)
        if not kept:
            left = without(first, inner.input(0).ndim)
            second = tuple(left[axis] for axis in second)
        both = tuple(sorted({*first, *second}))
        if keepdims if not kept else not keepdims and set(first) - set(second):
            return None
        return op(inner.input(0), axis=both, keepdims=keepdims)

    return reduced_twice


def _of_stretched(op: Op) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        x = _sample(op, x)
        reduced = op(broadcast_to(x, (4, *x.shape)), axis=(0, 2))
        small = op(x, axis=1)
        return reduced, small * 4 if op is sum_op else small

    @rule(op, _kind(op), example, (-2.0, 2.0), over=broadcast_to)
    def reduced_before_stretching(view: View) -> Any:
        "sum(stretch(x)) = n stretch(sum(x)), max(stretch(x)) = stretch(max(x)), and so any, all and min"
        inner = view.operand(0, broadcast_to)
        if inner is None:
            return None
        x, shape = inner.input(0), inner.expr.shape
        axes, keepdims = axes_of(view)
        before = len(shape) - x.ndim
        stretched = [axis for axis in axes if axis < before or x.shape[axis - before] != shape[axis]]
        if op in QUANTIFIERS and any(not isinstance(shape[axis], int) or shape[axis] == 0 for axis in stretched):
            return None
        left = tuple(axis - before for axis in axes if axis >= before)
        small = op(x, axis=left, keepdims=keepdims) if left else x
        if op is sum_op and stretched:
            count = product(shape[axis] for axis in stretched)
            small = small * (
                count
                if isinstance(count, int)
                else view.graph.apply(size_op, (), {"value": count, "dtype": small.dtype})
            )
        return small if small.shape == view.expr.shape else broadcast_to(small, view.expr.shape)

    return reduced_before_stretching


@rule(sum_op, "rounding", lambda x: (sum_op(negative(x), axis=(0,)), negative(sum_op(x, axis=(0,)))), over=negative)
def sum_of_negative(view: View) -> Any:
    "sum(-x) = -sum(x)"
    inner = view.operand(0, negative)
    return inner and -sum_op(inner.input(0), axis=view.attrs[0], keepdims=view.attrs[1])


def _mirrored(op: Op, other: Op, mirror: Op) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        x = _sample(op, x)
        return op(mirror(x), axis=(1,)), mirror(other(x, axis=(1,)))

    @rule(op, "exact", example, (-2.0, 2.0), over=mirror)
    def mirrored_reduction(view: View) -> Any:
        "max(-x) = -min(x), any(~x) = ~all(x), and the other way round"
        inner = view.operand(0, mirror)
        return inner and mirror(other(inner.input(0), axis=view.attrs[0], keepdims=view.attrs[1]))

    return mirrored_reduction


@rule(
    squeeze,
    "exact",
    lambda x: (squeeze(sum_op(x, axis=(1,), keepdims=True), (1,)), sum_op(x, axis=(1,))),
    (-2.0, 2.0),
    over=sum_op,
)
def kept_and_squeezed(view: View) -> Any:
    "squeeze(sum(x, keepdims)) = sum(x), at the same axes"
    inner = view.operand(0, sum_op)
    if inner is None:
        return None
    axes, keepdims = axes_of(inner)
    return sum_op(inner.input(0), axis=axes) if keepdims and axes == view.attrs[0] else None


def _one_a_row(x: Any) -> tuple[Any, Any]:
    rows = expand_dims(x.graph.apply(arange_op, (), {"stop": x.shape[0]}), (1,))
    part = x[:, :1]
    before = scatter_add(part, rows, rows * 0, indices=((ARRAY, ARRAY),), shape=x.shape)
    return sum_op(before, axis=1, keepdims=True), sum_op(part, axis=1, keepdims=True)


@rule(sum_op, "rounding", _one_a_row, over=scatter_add)
def sum_of_scattered_rows(view: View) -> Any:
    "sum_j scatter(x at [i, labels])_ij = sum_j x_ij, where each row's elements stay in the row"
    inner = view.operand(0, scatter_add)
    if inner is None or axes_of(view)[0] != (1,) or inner.attrs[0] != ((ARRAY, ARRAY),) or inner.expr.ndim != 2:
        return None
    part, rows = inner.input(0), inner.operand(1, expand_dims)
    along = rows.operand(0, arange_op) if rows and rows.attrs[0] == (1,) else None
    inside = along is not None and along.expr.shape == part.shape[:1] == inner.expr.shape[:1]
    return sum_op(part, axis=(1,), keepdims=view.attrs[1]) if inside else None


def _of_put(op: Op) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        part = _sample(op, x)[:, :2]
        rows = x.graph.apply(arange_op, (), {"stop": 2})
        places = broadcast_to(expand_dims(rows, (0,)), part.shape)
        put = put_along(part, places, axis=1, size=3)
        return op(put, axis=1), op(part, axis=1)

    @rule(op, _reordered(op), example, (0.5, 2.0), over=put_along)
    def reduced_before_putting(view: View) -> Any:
        "sum(put(x)) = sum(x) along the axis where elements are put, any(put(x)) = any(x)"
        inner = view.operand(0, put_along)
        (axes, keepdims) = axes_of(view)
        if inner is None or axes != inner.attrs[:1]:
            return None
        part, places = inner.inputs
        alike = all(part.shape[i] == dim for i, dim in enumerate(inner.expr.shape) if i not in axes)
        if not alike or part.shape[axes[0]] != places.shape[axes[0]]:
            return None
        return op(part, axis=axes, keepdims=keepdims)

    return reduced_before_putting


REDUCING: Final[tuple[Rule, ...]] = (
    *map(_over_one, REDUCTIONS), *map(_twice, REDUCTIONS),
    *map(_of_stretched, REDUCTIONS), *map(_of_expanded, REDUCTIONS),
    *(_of_moved(op, move) for op in REDUCTIONS for move in (permute_dims, matrix_transpose)),
    *(_of_all(op, reshape, lambda x: reshape(x, (-1,))) for op in REDUCTIONS),
    *(_of_all(op, flip, flip) for op in REDUCTIONS),
    sum_of_negative, _mirrored(max_op, min_op, negative), _mirrored(min_op, max_op, negative),
    _mirrored(any_op, all_op, bitwise_invert), _mirrored(all_op, any_op, bitwise_invert), kept_and_squeezed,
    sum_of_scattered_rows, _of_put(sum_op), _of_put(any_op),
)  # fmt: skip
