"""Rules about moving elements: moves that cancel, stretching that broadcasting does by itself, parts that tile."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Final

from symdiff.op import Op
from symdiff.ops.arithmetic import add, divide, multiply, negative, subtract
from symdiff.ops.indexing import FULL, scatter_add
from symdiff.ops.logic import where
from symdiff.ops.shape import (
    astype,
    broadcast_to,
    concat,
    expand_dims,
    matrix_transpose,
    permute_dims,
    reshape,
    squeeze,
    stack_op,
)
from symdiff.rewriting.rule import Rule, View, equation, rule
from symdiff.sizes import Size
from symdiff.types import broadcast


@equation("exact", (-2.0, 2.0))
def transposed_twice(x):
    "(X^T)^T = X"
    return matrix_transpose(matrix_transpose(x)), x


@rule(astype, "exact", lambda x: (astype(x, "float64"), x))
def cast_to_itself(view: View) -> Any:
    "cast(x) = x, to the dtype that x has"
    x = view.input(0)
    return x if x.dtype == view.attrs[0] else None


@rule(reshape, "exact", lambda x: (reshape(reshape(x, (-1,)), (3, 2)), reshape(x, (3, 2))))
def reshaped_twice(view: View) -> Any:
    "reshape(reshape(x)) = reshape(x)"
    inner = view.operand(0, reshape)
    return inner and reshape(inner.input(0), view.attrs[0])


@rule(permute_dims, "exact", lambda x: (permute_dims(permute_dims(x, (1, 0)), (1, 0)), permute_dims(x, (0, 1))))
def permuted_twice(view: View) -> Any:
    "permute(permute(x, p), q) = permute(x, p[q])"
    inner = view.operand(0, permute_dims)
    return inner and permute_dims(inner.input(0), tuple(inner.attrs[0][axis] for axis in view.attrs[0]))


@rule(squeeze, "exact", lambda x: (squeeze(expand_dims(x, (1,)), (1,)), x))
def squeezed_expansion(view: View) -> Any:
    "squeeze(expand(x)) = x, at the same axes"
    inner = view.operand(0, expand_dims)
    return inner.input(0) if inner and inner.attrs == view.attrs else None


@rule(expand_dims, "exact", lambda x: (expand_dims(squeeze(x[:1], (0,)), (0,)), x[:1]))
def expanded_squeeze(view: View) -> Any:
    "expand(squeeze(x)) = x, at the same axes"
    inner = view.operand(0, squeeze)
    return inner.input(0) if inner and inner.attrs == view.attrs else None


def _broadcasting_expansion(op: Op) -> Rule:
    position = 1 if op is where else 0

    def example(x: Any, y: Any) -> tuple[Any, Any]:
        row = y[0]
        if op is where:
            return where(x > 1, expand_dims(row, (0,)), x), where(x > 1, row, x)
        return op(expand_dims(row, (0,)), x), op(row, x)

    @rule(op, "exact", example, over=expand_dims)
    def leading_axes(view: View) -> Any:
        "f(expand(x), y) = f(x, y), where the new axes lead and y has the whole shape"
        operands = view.inputs
        for i in range(position, len(operands)):
            inner = view.operand(i, expand_dims)
            if inner is not None and inner.attrs[0] == tuple(range(len(inner.attrs[0]))):
                small = [*operands[:i], inner.input(0), *operands[i + 1 :]]
                if broadcast(*(each.shape for each in small)) == view.expr.shape:
                    return op(*small)
        return None

    return leading_axes


@rule(
    scatter_add,
    "rounding",
    lambda x: (
        scatter_add(x[:, 1:], x[:, 0], indices=((FULL, (1, None, None)), (FULL, 0)), shape=(2, 3)),
        concat(expand_dims(x[:, 0], (1,)), x[:, 1:], axis=1),
    ),
    (-2.0, 2.0),
)
def tiles(view: View) -> Any:
    "scatter(x, y) = concat(x, y), where the parts tile the whole; of one position each, stack(x, y)"
    indices, shape = view.attrs
    axis = max(len(indices[0]) - 1, 0)
    length = shape[axis] if axis < len(shape) else None
    if not isinstance(length, int) or any(_other_axes(index, axis) for index in indices):
        return None
    spans = [_span(index[axis], length) for index in indices]
    order = sorted(range(len(spans)), key=lambda i: spans[i] or (0, 0))
    edges = [(0, 0), *(spans[i] or (-1, -1) for i in order)]
    if any(after[0] != before[1] for before, after in itertools.pairwise(edges)) or edges[-1][1] != length:
        return None
    parts = [view.input(i) for i in order]
    single = [isinstance(indices[i][axis], int) for i in order]
    if all(single):
        return stack_op(*parts, axis=axis)
    return concat(*(expand_dims(p, (axis,)) if one else p for p, one in zip(parts, single, strict=True)), axis=axis)


def _other_axes(index: Any, axis: int) -> bool:
    """Whether an index does more than take a part along one axis."""
    return len(index) != axis + 1 or index[-1] is None or any(entry != FULL for entry in index[:-1])


def _span(entry: Any, length: int) -> tuple[int, int] | None:
    """Where a position, or a slice of step 1, starts and stops; None for other slices, and for named bounds."""
    if isinstance(entry, int):
        return entry, entry + 1
    if not isinstance(entry, tuple) or any(isinstance(bound, Size) for bound in entry):
        return None
    start, stop, step = entry
    return (start or 0, length if stop is None else stop) if step is None else None


def _unchanged(op: Op, example: Callable[[Any], tuple[Any, Any]]) -> Rule:
    @rule(op, "exact", example)
    def moved_nowhere(view: View) -> Any:
        "moving elements to where they are = x"
        return view.input(0) if view.input(0).type == view.expr.type else None

    return moved_nowhere


def _ignoring_stretch(op: Op) -> Rule:
    position = 1 if op is where else 0

    def example(x: Any, y: Any) -> tuple[Any, Any]:
        small = y[:1]
        if op is where:
            return where(x > 1, broadcast_to(small, x.shape), x), where(x > 1, small, x)
        return op(broadcast_to(small, x.shape), x), op(small, x)

    @rule(op, "exact", example, over=broadcast_to)
    def stretched_operand(view: View) -> Any:
        "f(stretch(x), y) = f(x, y), where y has the whole shape"
        operands = view.inputs
        for i in range(position, len(operands)):
            inner = view.operand(i, broadcast_to)
            if inner is not None:
                small = [*operands[:i], inner.input(0), *operands[i + 1 :]]
                if broadcast(*(each.shape for each in small)) == view.expr.shape:
                    return op(*small)
        return None

    return stretched_operand


def _stretching_last(op: Op) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        stretched = broadcast_to(x[:1], x.shape)
        operands = (stretched, 3.0)[: op.arity]
        return op(*operands), broadcast_to(op(x[:1], *operands[1:]), x.shape)

    @rule(op, "rounding", example, over=broadcast_to)
    def stretched_result(view: View) -> Any:
        "f(stretch(x), s) = stretch(f(x, s)), where s is a scalar or stretched too"
        small = [inner.input(0) if inner else None for inner in view.operands(broadcast_to)]
        scalars = [x if each is None and not x.shape else each for each, x in zip(small, view.inputs, strict=True)]
        if any(each is None for each in scalars):
            return None
        return broadcast_to(op(*scalars), view.expr.shape)

    return stretched_result


MOVING: Final[tuple[Rule, ...]] = (
    transposed_twice, cast_to_itself, reshaped_twice, permuted_twice, squeezed_expansion, expanded_squeeze, tiles,
    _unchanged(reshape, lambda x: (reshape(x, x.shape), x)),
    _unchanged(broadcast_to, lambda x: (broadcast_to(x, x.shape), x)),
    *map(_ignoring_stretch, (add, subtract, multiply, divide, where)),
    *map(_stretching_last, (add, subtract, multiply, divide, negative)),
    *map(_broadcasting_expansion, (add, subtract, multiply, divide, where)),
)  # fmt: skip
