"""Norms: roots of sums of squares, which overflow, and the moments whose squares cancel."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from symdiff.op import Op
from symdiff.ops.arithmetic import add, divide, hypot, multiply, pow, sqrt, square, subtract
from symdiff.ops.kinks import abs
from symdiff.ops.linalg import norm_op
from symdiff.ops.reduction import mean, sum_op
from symdiff.optimize.forms import is_real, squared
from symdiff.rewriting.rule import Rule, View, equation, rule


@equation("domain")
def square_root_as_power(x):
    "x^0.5 = sqrt(x)"
    return x**0.5, sqrt(x)


@rule(sqrt, "domain", lambda x: (sqrt(x * x), abs(x)), (-2.0, 2.0))
def root_of_square(view: View) -> Any:
    "sqrt(x^2) = |x|, with derivative 0 at 0"
    inner = view.operand(0)
    base = inner and squared(inner)
    return None if base is None else abs(base)


@rule(sqrt, "domain", lambda x, y: (sqrt(x * x + y**2), hypot(x, y)), (-2.0, 2.0), (-2.0, 2.0))
def root_of_two_squares(view: View) -> Any:
    "sqrt(x^2 + y^2) = hypot(x, y), with derivative 0 at (0, 0)"
    total = view.operand(0, add)
    sides = total and [total.operand(0), total.operand(1)]
    bases = [side and squared(side) for side in sides or ()]
    if not bases or any(base is None for base in bases):
        return None
    return hypot(*bases)


@rule(sqrt, "domain", lambda x: (sqrt(sum_op(x * x, axis=(1,))), norm_op(x, axis=(1,))), (-2.0, 2.0))
def root_of_summed_squares(view: View) -> Any:
    "sqrt(sum(x^2)) = vector_norm(x), with derivative 0 at 0"
    total = view.operand(0, sum_op)
    inner = total and total.operand(0)
    base = inner and squared(inner)
    if total is None or base is None:
        return None
    axis, keepdims = total.attrs
    return norm_op(base, axis=axis, keepdims=keepdims)


def _squared_norm(op: Op, square_of: Callable[[Any], Any]) -> Rule:
    @rule(
        op, "domain", lambda x: (square_of(norm_op(x, axis=(1,))), sum_op(x * x, axis=(1,))), (-2.0, 2.0), over=norm_op
    )
    def square_of_norm(view: View) -> Any:
        "vector_norm(x)^2 = sum(x^2), for real x, where the norm isn't needed for anything else"
        inner = view.operand(0, norm_op)
        if inner is None or squared(view) is None or not is_real(inner.input(0)):
            return None
        if {*view.graph.arena.consumers(inner.node)} != {view.node}:
            return None
        axis, keepdims = inner.attrs
        return sum_op(inner.input(0) * inner.input(0), axis=axis, keepdims=keepdims)

    return square_of_norm


@rule(
    subtract,
    "domain",
    lambda x: (mean(x**2, 0) - mean(x, 0) ** 2, sum_op((x - mean(x, 0, keepdims=True)) ** 2, axis=(0,)) / 2.0),
    (-2.0, 2.0),
    over=divide,
)
def variance_by_squares(view: View) -> Any:
    "mean(x^2) - mean(x)^2 = mean((x - mean(x))^2)"
    of_squares, of_mean = view.operand(0, divide), view.operand(1)
    average = squared(of_mean)
    first = of_squares and of_squares.operand(0, sum_op)
    base = squared(first and first.operand(0))
    if of_squares is None or first is None or base is None or average is None or of_mean is None:
        return None
    quotient = of_mean.operand(0, divide)
    second = quotient and quotient.operand(0, sum_op)
    if quotient is None or second is None or second.input(0) is not base or second.attrs != first.attrs:
        return None
    count, (axis, keepdims) = of_squares.input(1), first.attrs
    if quotient.input(1) is not count or not _counts(count, base, axis):
        return None
    deviations = base - mean(base, axis, keepdims=True)
    return sum_op(deviations**2, axis=axis, keepdims=keepdims) / count


def _counts(count: Any, x: Any, axis: Any) -> bool:
    """Whether an expression is the number of elements that a sum over these axes adds up."""
    return count is x.graph.lift(x.graph.ops.size(x, axis, dtype=count.dtype))


NORMS: Final[tuple[Rule, ...]] = (
    square_root_as_power, root_of_square, root_of_two_squares, root_of_summed_squares, variance_by_squares,
    _squared_norm(multiply, lambda x: x * x), _squared_norm(pow, lambda x: pow(x, 2)), _squared_norm(square, square),
)  # fmt: skip
