"""What an expression is, however it is written: a square, a number times something, one number everywhere."""

from __future__ import annotations

import math
from typing import Any, Final

from symdiff.core import CONSTANT
from symdiff.ops.arithmetic import divide, multiply, pow, square
from symdiff.ops.shape import broadcast_to, expand_dims, matrix_transpose, permute_dims, reshape, size_op, squeeze
from symdiff.rewriting.rule import View

LARGE: Final = 1e30
"""Numbers from 1 / LARGE to LARGE may be multiplied in another order: what overflows by that is beyond use anyway."""

VIEWS: Final = (expand_dims, matrix_transpose, permute_dims, reshape, squeeze)
"""What shows the elements of an array otherwise, and mostly costs nothing."""

_STRETCHING: Final = (broadcast_to, expand_dims, reshape, squeeze)


def is_real(expr: Any) -> bool:
    """Whether an expression is of real floating-point numbers."""
    return expr.dtype.kind == "f"


def squared(view: View | None) -> Any:
    """What `view` is the square of, however it is written; None otherwise, also for complex numbers."""
    if view is None or view.expr.dtype.kind == "c":
        return None
    if view.op is square or (view.op is pow and view.input(1).literal == 2):
        return view.input(0)
    return view.input(0) if view.op is multiply and view.input(0) is view.input(1) else None


def is_moderate(number: Any) -> bool:
    """Whether a number may be multiplied and divided in another order."""
    return number is not None and not isinstance(number, bool) and 1 / LARGE < abs(number) < LARGE


def moderate_literal(graph: Any, node: int) -> Any:
    """The real number that a node is and that may be multiplied in another order; None where it isn't."""
    op, _, attrs, type_ = graph.arena.nodes[node]
    if op is not CONSTANT or type_.shape:
        return None
    number = attrs[0].value.item()
    return number if isinstance(number, (int, float)) and is_moderate(number) else None


def is_inner(graph: Any, node: int) -> bool:
    """Whether nothing needs a node but what is being regrouped, as far as that is known."""
    return graph.inner is None or node in graph.inner


def is_factor(expr: Any, depth: int = 3) -> bool:
    """Whether an expression is a scalar made of moderate numbers and sizes by products and quotients."""
    if expr.shape:
        return False
    op, inputs, _, _ = expr.graph.arena.nodes[expr.id]
    if op in (multiply, divide):
        return depth > 0 and all(is_factor(expr.graph.expr(each), depth - 1) for each in inputs)
    return op is size_op or is_moderate(expr.literal)


def everywhere(view: View, position: int) -> Any:
    """The number that every element of an operand is; None where that isn't known."""
    found = view.operand(position)
    while found is not None and found.op in _STRETCHING:
        found = found.operand(0)
    return None if found is None else found.expr.literal


def filled(like: Any, value: Any) -> Any:
    """One number or truth in every element of an array of `like`'s shape and dtype."""
    constant = like.graph.constant(value, like.dtype)
    return broadcast_to(constant, like.shape) if like.shape else constant


def exact_sum(a: Any, b: Any, dtype: Any) -> Any:
    """a + b, if numbers of this dtype add up to it without rounding; else None."""
    total = a + b
    if dtype.kind != "f":
        return total
    if not math.isfinite(total) or float(dtype.type(total)) != total:
        return None
    return total if math.fsum((a, b, -total)) == 0 else None


def scaled(number: Any, x: Any) -> Any:
    """A number times an expression, in one operation at most."""
    if isinstance(number, (int, float)) and abs(number) == 1:
        return x if number == 1 else -x
    if x.operation.op is divide and x.graph.inputs(x)[0].literal == 1:
        return number / x.graph.inputs(x)[1]
    return x * number
