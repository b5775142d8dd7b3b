"""Identities of + - * /, and one way to write each thing.

The normal forms: signs outside of products and quotients and inside of sums, where they vanish; a sum of two equal
terms doubled; what two terms have in common taken out of their sum.
"""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from typing import Any, Final

from symdiff.core import CONSTANT
from symdiff.op import Op
from symdiff.ops.arithmetic import add, divide, multiply, negative, positive, reciprocal, square, subtract
from symdiff.optimize.forms import filled, is_real
from symdiff.rewriting.rule import Rule, View, equation, rule


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


@equation("rounding", (-2.0, 2.0))
def zero_minus(x):
    "0 - x = -x, but for the sign of 0"
    return 0 - x, -x


@equation("exact", (-2.0, 2.0))
def plus_sign(x):
    "+x = x"
    return positive(x), x


@equation("exact", (-2.0, 2.0))
def square_as_product(x):
    "square(x) = x x"
    return square(x), x * x


@equation("rounding")
def reciprocal_as_quotient(x):
    "reciprocal(x) = 1 / x"
    return reciprocal(x), 1 / x


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


@equation("rounding", (-2.0, 2.0), (-2.0, 2.0))
def negated_minus(x, y):
    "(-x) - y = -(x + y), but for the sign of 0"
    return (-x) - y, -(x + y)


@equation("rounding", (-2.0, 2.0), (-2.0, 2.0))
def negated_difference(x, y):
    "-(x - y) = y - x, but for the sign of 0"
    return negative(x - y), y - x


@equation("exact", (-2.0, 2.0))
def times_minus_one(x):
    "x (-1) = -x"
    return x * -1, -x


@equation("exact", (-2.0, 2.0))
def over_minus_one(x):
    "x / (-1) = -x"
    return x / -1, -x


@rule(multiply, "exact", lambda x, y: (x * (-y), -(x * y)), (-2.0, 2.0), (-2.0, 2.0), over=negative)
def minus_through_product(view: View) -> Any:
    "x (-y) = -(x y), unless y is a scalar and x isn't"
    for one, other in ((0, 1), (1, 0)):
        inner, factor = view.operand(one, negative), view.input(other)
        if inner is not None and (inner.expr.shape or not view.expr.shape):
            return -(factor * inner.input(0)) if one else -(inner.input(0) * factor)
    return None


@equation("exact", (-2.0, 2.0), (0.5, 2.0))
def minus_through_quotient(x, y):
    "(-x) / y = -(x / y)"
    return (-x) / y, -(x / y)


@equation("exact", (-2.0, 2.0), (0.5, 2.0))
def minus_from_denominator(x, y):
    "x / (-y) = -(x / y)"
    return x / (-y), -(x / y)


@rule(multiply, "domain", lambda x, y: (x * (1 / y), x / y), over=divide)
def times_reciprocal(view: View) -> Any:
    "x (1 / y) = x / y, where y has the shape of the result: one division is enough then; not the square of 1 / y"
    for one, other in ((0, 1), (1, 0)) if view.input(0) is not view.input(1) else ():
        inner = view.operand(one, divide)
        if inner is not None and inner.input(0).literal == 1 and inner.expr.shape == view.expr.shape:
            return view.input(other) / inner.input(1)
    return None


@equation("domain", (0.5, 2.0), (0.5, 2.0))
def over_reciprocal(x, y):
    "x / (1 / y) = x y"
    return x / (1 / y), x * y


@equation("domain", (0.5, 2.0), (0.5, 2.0), (0.5, 2.0))
def quotient_of_quotients(x, y, a):
    "(x / a) / (y / a) = x / y"
    return (x / a) / (y / a), x / y


@equation("domain", (0.5, 2.0), (0.5, 2.0), (0.5, 2.0))
def over_quotient_and_divisor(x, y, a):
    "(x / (y / a)) / a = x / y"
    return (x / (y / a)) / a, x / y


@rule(subtract, "domain", lambda x: (x - x, filled(x, 0)), (-2.0, 2.0), same=True)
def minus_itself(view: View) -> Any:
    "x - x = 0"
    return filled(view.expr, 0) if view.input(0) is view.input(1) else None


@rule(divide, "domain", lambda x: (x / x, filled(x, 1)), same=True)
def over_itself(view: View) -> Any:
    "x / x = 1"
    return filled(view.expr, 1) if view.input(0) is view.input(1) else None


@equation("exact", (-2.0, 2.0))
def doubled(x):
    "x + x = 2 x"
    return x + x, x * 2


@equation("domain", (-2.0, 2.0), (-2.0, 2.0))
def sum_without_term(x, y):
    "(x + y) - y = x"
    return (x + y) - y, x


@equation("domain", (-2.0, 2.0), (-2.0, 2.0))
def term_back(x, y):
    "(x - y) + y = x"
    return (x - y) + y, x


@equation("domain", (-2.0, 2.0), (-2.0, 2.0))
def subtracted_twice(x, y):
    "x - (x - y) = y"
    return x - (x - y), y


@equation("domain", (0.5, 2.0), (0.5, 2.0))
def factor_cancelled(x, y):
    "x y / y = x"
    return (x * y) / y, x


@equation("domain", (0.5, 2.0), (0.5, 2.0))
def divisor_cancelled(x, y):
    "(x / y) y = x"
    return (x / y) * y, x


@equation("domain", (-2.0, 2.0), (-2.0, 2.0), (-2.0, 2.0))
def common_factor(a, x, y):
    "a x + a y = a (x + y)"
    return a * x + a * y, a * (x + y)


@equation("domain", (-2.0, 2.0), (-2.0, 2.0), (-2.0, 2.0))
def common_factor_of_difference(a, x, y):
    "a x - a y = a (x - y)"
    return a * x - a * y, a * (x - y)


@equation("domain", (0.5, 2.0), (-2.0, 2.0), (-2.0, 2.0))
def common_divisor(a, x, y):
    "x / a + y / a = (x + y) / a"
    return x / a + y / a, (x + y) / a


@equation("domain", (0.5, 2.0), (-2.0, 2.0), (-2.0, 2.0))
def common_divisor_of_difference(a, x, y):
    "x / a - y / a = (x - y) / a"
    return x / a - y / a, (x - y) / a


def _with_number(op: Op, opposite: Op) -> Rule:
    @rule(op, "exact", lambda x: (op(x, -3.0), opposite(x, 3.0)), (-2.0, 2.0), over=CONSTANT)
    def negative_number(view: View) -> Any:
        "x + (-c) = x - c and x - (-c) = x + c, for numbers c > 0"
        for position in (1, 0) if op is add else (1,):
            number = view.input(position).literal
            if number is not None and is_real(view.expr) and number < 0:
                return opposite(view.input(1 - position), -number)
        return None

    return negative_number


ALGEBRA: Final[tuple[Rule, ...]] = (
    times_one, over_one, minus_zero, plus_zero, zero_minus, plus_sign, square_as_product, reciprocal_as_quotient,
    negated_twice, plus_negated, minus_negated, negated_minus, negated_difference, times_minus_one, over_minus_one,
    minus_through_product, minus_through_quotient, minus_from_denominator, over_reciprocal, times_reciprocal,
    quotient_of_quotients, over_quotient_and_divisor, minus_itself, over_itself, doubled, sum_without_term, term_back,
    subtracted_twice,
    factor_cancelled, divisor_cancelled, common_factor, common_factor_of_difference, common_divisor,
    common_divisor_of_difference, _with_number(add, subtract), _with_number(subtract, add),
)  # fmt: skip
