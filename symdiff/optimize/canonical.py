"""CANONICAL: identities that leave one way to write a thing, and what a derivative leaves behind tidied up."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from typing import Any, Final

from symdiff.ops.arithmetic import multiply, negative, positive, pow
from symdiff.optimize.moving import MOVING
from symdiff.optimize.products import PRODUCTS
from symdiff.optimize.reducing import REDUCING
from symdiff.optimize.selecting import SELECTING
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


CANONICAL: Final[tuple[Rule, ...]] = (
    times_one, over_one, minus_zero, plus_zero, plus_sign, negated_twice, plus_negated, minus_negated,
    times_minus_one, power_of_one, power_of_two, times_reciprocal, minus_through_product, minus_through_quotient,
    constants_together, *MOVING, *REDUCING, *PRODUCTS, *SELECTING,
)  # fmt: skip
