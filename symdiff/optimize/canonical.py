"""CANONICAL: identities that leave one way to write a thing, and what a derivative leaves behind tidied up."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Final

from symdiff.op import Op
from symdiff.ops.arithmetic import add, divide, multiply, negative, positive, pow, subtract
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


@equation("exact", (-2.0, 2.0))
def times_one(x):
    "x 1 = x"
    return x * 1, x


@equation("exact", (-2.0, 2.0))
def over_one(x):
    "x / 1 = x"
    return x / 1, x


@equation("exact", (-2.0, 2.0))
def minus_zero(x):
    "x - 0 = x"
    return x - 0, x


@equation("rounding", (-2.0, 2.0))
def plus_zero(x):
    "x + 0 = x, but for the sign of -0"
    return x + 0, x


@equation("exact", (-2.0, 2.0))
def plus_sign(x):
    "+x = x"
    return positive(x), x


@equation("exact", (-2.0, 2.0))
def negated_twice(x):
    "-(-x) = x"
    return negative(negative(x)), x


@equation("exact", (-2.0, 2.0), (-2.0, 2.0))
def plus_negated(x, y):
    "x + (-y) = x - y"
    return x + (-y), x - y


@equation("exact", (-2.0, 2.0), (-2.0, 2.0))
def minus_negated(x, y):
    "x - (-y) = x + y"
    return x - (-y), x + y


@equation("exact", (-2.0, 2.0))
def times_minus_one(x):
    "x (-1) = -x"
    return x * -1, -x


@equation("exact")
def power_of_one(x):
    "x^1 = x"
    return pow(x, 1), x


@equation("rounding", (-2.0, 2.0))
def power_of_two(x):
    "x^2 = x x"
    return pow(x, 2), x * x


@equation("domain")
def times_reciprocal(x, y):
    "x (1 / y) = x / y"
    return x * (1 / y), x / y


@equation("exact", (-2.0, 2.0), (-2.0, 2.0))
def minus_through_product(x, y):
    "x (-y) = -(x y)"
    return x * (-y), -(x * y)


@equation("exact", (-2.0, 2.0), (0.5, 2.0))
def minus_through_quotient(x, y):
    "(-x) / y = -(x / y)"
    return (-x) / y, -(x / y)


@equation("exact", (-2.0, 2.0))
def transposed_twice(x):
    "(X^T)^T = X"
    return matrix_transpose(matrix_transpose(x)), x


@rule(multiply, "domain", lambda x: (2 * (x * 3), x * 6), (-2.0, 2.0), over=multiply)
def constants_together(view: View) -> Any:
    "a (b x) = (a b) x, for numbers a and b"
    for outer, inner in ((0, 1), (1, 0)):
        number, product = view.input(outer).literal, view.operand(inner, multiply)
        for position in (0, 1) if number is not None and product is not None else ():
            factor = product.input(position).literal if product else None
            if product and factor is not None and 1e-30 < abs(number * factor) < 1e30:
                return product.input(1 - position) * (number * factor)
    return None


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
        inputs = view.graph.arena.nodes[view.node].inputs
        for i in range(position, len(inputs)):
            inner = view.operand(i, expand_dims)
            if inner is not None and inner.attrs[0] == tuple(range(len(inner.attrs[0]))):
                operands = [view.input(j) for j in range(len(inputs))]
                return op(*operands[:i], inner.input(0), *operands[i + 1 :])
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
        inputs = view.graph.arena.nodes[view.node].inputs
        for i in range(position, len(inputs)):
            inner = view.operand(i, broadcast_to)
            if inner is not None:
                operands = [view.input(j) for j in range(len(inputs))]
                return op(*operands[:i], inner.input(0), *operands[i + 1 :])
        return None

    return stretched_operand


CANONICAL: Final[tuple[Rule, ...]] = (
    times_one, over_one, minus_zero, plus_zero, plus_sign, negated_twice, plus_negated, minus_negated,
    times_minus_one, power_of_one, power_of_two, times_reciprocal, minus_through_product, minus_through_quotient,
    constants_together, transposed_twice, cast_to_itself, reshaped_twice, permuted_twice, squeezed_expansion,
    expanded_squeeze, tiles,
    _unchanged(reshape, lambda x: (reshape(x, x.shape), x)),
    _unchanged(broadcast_to, lambda x: (broadcast_to(x, x.shape), x)),
    *map(_ignoring_stretch, (add, subtract, multiply, divide, where)),
    *map(_broadcasting_expansion, (add, subtract, multiply, divide, where)),
)  # fmt: skip
