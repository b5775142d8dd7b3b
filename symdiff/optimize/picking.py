"""PICKING: one element of each line, by labels: it is taken, however it was asked for, and never by a product.

What is taken along an axis has a derivative that is put there, and both are computed in slices; an index of all axes
and an array of ones and zeros aren't.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symdiff.core import CONSTANT
from symdiff.op import ARRAY
from symdiff.ops.arithmetic import multiply, subtract
from symdiff.ops.gathering import gather
from symdiff.ops.lines import take_along
from symdiff.ops.logic import equal, where
from symdiff.ops.normalising import log_softmax, logsumexp
from symdiff.ops.ranges import arange_op
from symdiff.ops.reduction import argmax, sum_op
from symdiff.ops.shape import astype, expand_dims, reshape, size, squeeze
from symdiff.optimize.reducing import axes_of
from symdiff.rewriting.rule import Rule, View, rule
from symdiff.sizes import Dim


def _counts(expr: Any, axis: int, shape: tuple[Dim, ...]) -> bool:
    """Whether an expression is 0, 1, ... along an axis of this shape, and the same along all others."""
    before, count = len(shape) - expr.ndim, shape[axis]
    if axis < before or any(dim != (count if before + i == axis else 1) for i, dim in enumerate(expr.shape)):
        return False
    nodes = expr.graph.arena.nodes
    op, inputs, attrs, _ = nodes[expr.id]
    while op in (expand_dims, reshape):
        op, inputs, attrs, _ = nodes[inputs[0]]
    if op is not CONSTANT or not isinstance(count, int):
        return op is arange_op
    return np.array_equal(attrs[0].value.ravel(), np.arange(count))


def _rows(x: Any) -> Any:
    return x.graph.apply(arange_op, (), {"stop": x.shape[0]})


def _taken(x: Any, labels: Any, axis: int = 1) -> Any:
    """The element of each line along the axis that a label names; the axis is gone."""
    return squeeze(take_along(x, expand_dims(labels, (axis,)), axis=axis), (axis,))


@rule(gather, "domain", lambda x: (x[_rows(x), argmax(x, axis=1)], _taken(x, argmax(x, axis=1))), (-2.0, 2.0))
def label_of_each_line(view: View) -> Any:
    "x[range, labels] = take_along(x, labels), where the ranges count all lines"
    x, *arrays = view.inputs
    if x.ndim < 2 or view.attrs[0] != (ARRAY,) * x.ndim or view.expr.ndim != x.ndim - 1:
        return None
    for axis in reversed(range(x.ndim)):
        lines = (*x.shape[:axis], *x.shape[axis + 1 :])
        others = (*arrays[:axis], *arrays[axis + 1 :])
        if arrays[axis].shape == lines and all(_counts(each, i, lines) for i, each in enumerate(others)):
            return _taken(x, arrays[axis], axis)
    return None


def _one_hot(x: Any) -> tuple[Any, Any]:
    """Labels, and the truths that are true at them along the second axis."""
    labels = expand_dims(argmax(x, axis=1), (1,))
    return labels, equal(labels, x.graph.apply(arange_op, (), {"stop": x.shape[1]}))


def _picked(x: Any, labels: Any, axis: int) -> Any:
    """The element of each line that a label names, with its axis; 0 where a label is out of range."""
    known = (labels >= 0) & (labels < size(x, axis))
    return where(known, take_along(x, where(known, labels, 0), axis=axis), 0)


def _labels(view: View | None, axes: tuple[int, ...]) -> tuple[Any, int] | None:
    """The labels, and their axis among some, that truths compare with a range; or None."""
    for one, other in ((0, 1), (1, 0)):
        if view is None:
            return None
        labels, positions = view.input(one), view.input(other)
        for axis in axes if labels.ndim == view.expr.ndim and labels.dtype.kind in "iu" else ():
            if labels.shape[axis] == 1 and _counts(positions, axis, view.expr.shape):
                return labels, axis
    return None


def _sum_of_picked(view: View, x: Any, found: tuple[Any, int] | None) -> Any:
    """The sum that a view is, where but one element of each line is left of x."""
    if found is None or x.ndim != view.input(0).ndim or x.shape[found[1]] != view.input(0).shape[found[1]]:
        return None
    labels, axis = found
    axes, keepdims = axes_of(view)
    rest = tuple(each for each in axes if each != axis)
    picked = _picked(x, labels, axis)
    if keepdims:
        return sum_op(picked, axis=rest, keepdims=True) if rest else picked
    part = squeeze(picked, (axis,))
    return sum_op(part, axis=tuple(each - (each > axis) for each in rest)) if rest else part


def _by_product(x: Any) -> tuple[Any, Any]:
    labels, hot = _one_hot(x)
    return sum_op(hot.astype(x.dtype) * x, axis=(1,)), squeeze(_picked(x, labels, 1), (1,))


@rule(sum_op, "domain", _by_product, (-2.0, 2.0), over=multiply)
def sum_of_one_hot_product(view: View) -> Any:
    "sum_k (label = k) x_k = x_label, 0 where no k is the label"
    product, axes = view.operand(0, multiply), axes_of(view)[0]
    for one, other in ((0, 1), (1, 0)):
        hot = product and product.operand(one, astype)
        found = _labels(hot.operand(0, equal), axes) if hot else None
        if product is not None and found is not None:
            return _sum_of_picked(view, product.input(other), found)
    return None


def _by_choice(x: Any) -> tuple[Any, Any]:
    labels, hot = _one_hot(x)
    return sum_op(where(hot, x, 0.0), axis=(1,)), squeeze(_picked(x, labels, 1), (1,))


@rule(sum_op, "domain", _by_choice, (-2.0, 2.0), over=where)
def sum_of_one_hot_choice(view: View) -> Any:
    "sum_k where(label = k, x_k, 0) = x_label, 0 where no k is the label"
    choice = view.operand(0, where)
    if choice is None or choice.input(2).literal != 0:
        return None
    return _sum_of_picked(view, choice.input(1), _labels(choice.operand(0, equal), axes_of(view)[0]))


def _less_part(sign: int) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        labels = argmax(x, axis=1)
        total, right = logsumexp(x, axis=(1,)), _taken(log_softmax(x, axis=1), labels)
        return (total - _taken(x, labels), -right) if sign < 0 else (_taken(x, labels) - total, right)

    @rule(subtract, "domain", example, (-2.0, 2.0), over=logsumexp)
    def part_less_total(view: View) -> Any:
        "x_i - logsumexp(x) = log_softmax(x)_i, logsumexp(x) - x_i = -log_softmax(x)_i: large ones cancel"
        total, part = view.operand(int(sign > 0), logsumexp), view.operand(int(sign < 0))
        if total is None or part is None:
            return None
        axes, keepdims = axes_of(total)
        taken = part if keepdims else part.operand(0, take_along) if part.op is squeeze else None
        if taken is None or taken.op is not take_along or taken.input(0) is not total.input(0):
            return None
        if axes != taken.attrs or (not keepdims and part.attrs[0] != axes):
            return None
        found = take_along(log_softmax(total.input(0), axis=axes[0]), taken.input(1), axis=axes[0])
        found = found if keepdims else squeeze(found, axes)
        return found if sign > 0 else -found

    return part_less_total


PICKING: Final[tuple[Rule, ...]] = (
    label_of_each_line, sum_of_one_hot_product, sum_of_one_hot_choice, _less_part(1), _less_part(-1),
)  # fmt: skip
