"""Exponentials in sums and quotients: sigmoids and hyperbolic functions, which don't overflow, however written."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from typing import Any, Final

from symdiff.ops.arithmetic import add, divide, negative
from symdiff.ops.exponential import exp, expm1, sigmoid
from symdiff.ops.kinks import abs
from symdiff.ops.logic import where
from symdiff.ops.trigonometric import cosh, sinh, tanh
from symdiff.optimize.forms import squared
from symdiff.rewriting.rule import Rule, View, equation, rule


@equation("domain")
def exp_minus_one(x):
    "e^x - 1 = expm1(x)"
    return exp(x) - 1, expm1(x)


@equation("domain")
def minus_one_plus_exp(x):
    "-1 + e^x = expm1(x)"
    return -1 + exp(x), expm1(x)


@equation("domain")
def one_minus_exp(x):
    "1 - e^x = -expm1(x)"
    return 1 - exp(x), -expm1(x)


@equation("domain")
def sigmoid_by_negative_exponential(x):
    "1 / (1 + e^-x) = sigmoid(x)"
    return 1 / (1 + exp(-x)), sigmoid(x)


@equation("domain")
def sigmoid_of_negative(x):
    "1 / (1 + e^x) = sigmoid(-x)"
    return 1 / (1 + exp(x)), sigmoid(-x)


@equation("domain")
def sigmoid_by_quotient(x):
    "e^x / (1 + e^x) = sigmoid(x)"
    return exp(x) / (1 + exp(x)), sigmoid(x)


@equation("domain")
def times_sigmoid(x, y):
    "y / (1 + e^-x) = y sigmoid(x)"
    return y / (1 + exp(-x)), y * sigmoid(x)


@equation("domain")
def times_sigmoid_of_negative(x, y):
    "y / (1 + e^x) = y sigmoid(-x)"
    return y / (1 + exp(x)), y * sigmoid(-x)


@equation("domain")
def one_minus_sigmoid(x):
    "1 - sigmoid(x) = sigmoid(-x)"
    return 1 - sigmoid(x), sigmoid(-x)


@rule(divide, "domain", lambda x: (exp(-x) / (1 + exp(-x)) ** 2, sigmoid(-x) * sigmoid(x)), (-2.0, 2.0), over=exp)
def slope_of_sigmoid(view: View) -> Any:
    "e^x / (1 + e^x)^2 = sigmoid(x) sigmoid(-x)"
    top, bottom = view.operand(0, exp), view.operand(1)
    base = squared(bottom)
    total = None if base is None or bottom is None else bottom.operand(0)
    if top is None or total is None or total.op is not add:
        return None
    for side in (0, 1):
        if total.input(side).literal == 1 and total.input(1 - side) is top.expr:
            x = top.input(0)
            inner = top.operand(0)
            opposite = inner.input(0) if inner and inner.op is negative else -x
            return sigmoid(x) * sigmoid(opposite)
    return None


@rule(divide, "domain", lambda x, y: (y / exp(x), y * exp(-x)), (-2.0, 2.0), (-2.0, 2.0), over=exp)
def over_exp(view: View) -> Any:
    "y / e^x = y e^-x, unless y is an exponential too"
    top, bottom = view.input(0), view.operand(1, exp)
    if bottom is None or view.operand(0, exp) is not None:
        return None
    return exp(-bottom.input(0)) if top.literal == 1 else top * exp(-bottom.input(0))


@equation("domain", (-2.0, 2.0))
def twice_sinh(x):
    "e^x - e^-x = 2 sinh(x)"
    return exp(x) - exp(-x), 2 * sinh(x)


@equation("domain", (-2.0, 2.0))
def minus_twice_sinh(x):
    "e^-x - e^x = -2 sinh(x)"
    return exp(-x) - exp(x), -2 * sinh(x)


@equation("domain", (-2.0, 2.0))
def twice_cosh(x):
    "e^x + e^-x = 2 cosh(x)"
    return exp(x) + exp(-x), 2 * cosh(x)


@equation("domain", (-2.0, 2.0))
def tanh_by_quotient(x):
    "sinh(x) / cosh(x) = tanh(x)"
    return sinh(x) / cosh(x), tanh(x)


@equation("domain", (-2.0, 2.0))
def tanh_by_doubles(x):
    "(2 sinh(x)) / (2 cosh(x)) = tanh(x)"
    return (2 * sinh(x)) / (2 * cosh(x)), tanh(x)


@equation("domain", (-2.0, 2.0))
def tanh_by_expm1(x):
    "(e^x - 1) / (e^x + 1) = tanh(x / 2)"
    return expm1(x) / (exp(x) + 1), tanh(x * 0.5)


@equation("domain", (-2.0, 2.0))
def tanh_by_negative_expm1(x):
    "(1 - e^x) / (1 + e^x) = tanh(-x / 2)"
    return (-expm1(x)) / (1 + exp(x)), tanh(x * -0.5)


@equation("domain", (-2.0, 2.0))
def tanh_by_sigmoid(x):
    "2 sigmoid(x) - 1 = tanh(x / 2)"
    return 2 * sigmoid(x) - 1, tanh(x * 0.5)


@equation("domain", (-2.0, 2.0))
def tanh_by_sigmoid_from_one(x):
    "1 - 2 sigmoid(x) = tanh(-x / 2)"
    return 1 - 2 * sigmoid(x), tanh(x * -0.5)


@equation("domain", (0.5, 2.0))
def exp_over_expm1(x):
    "e^x / (e^x - 1) = -1 / (e^-|x| - 1), or e^x in place of -1 for x < 0"
    return exp(x) / expm1(x), where(x > 0, -1.0, exp(x)) / expm1(-abs(x))


@equation("domain", (-2.0, 2.0))
def cosh_minus_one(x):
    "cosh(x) - 1 = 2 sinh(x / 2)^2"
    return cosh(x) - 1, 2 * (sinh(x * 0.5) * sinh(x * 0.5))


@equation("domain", (-2.0, 2.0))
def twice_cosh_minus_two(x):
    "2 cosh(x) - 2 = 4 sinh(x / 2)^2"
    return 2 * cosh(x) - 2, 4 * (sinh(x * 0.5) * sinh(x * 0.5))


@equation("domain", (-2.0, 2.0))
def exp_minus_two_plus_exp(x):
    "(e^x - 2) + e^-x = 4 sinh(x / 2)^2"
    return (exp(x) - 2) + exp(-x), 4 * (sinh(x * 0.5) * sinh(x * 0.5))


EXPONENTIALS: Final[tuple[Rule, ...]] = (
    exp_minus_one, minus_one_plus_exp, one_minus_exp, sigmoid_by_negative_exponential, sigmoid_of_negative,
    sigmoid_by_quotient, slope_of_sigmoid, times_sigmoid, times_sigmoid_of_negative, one_minus_sigmoid, over_exp,
    twice_sinh, minus_twice_sinh, twice_cosh, tanh_by_quotient, tanh_by_doubles, tanh_by_expm1,
    tanh_by_negative_expm1, tanh_by_sigmoid, tanh_by_sigmoid_from_one, exp_over_expm1, cosh_minus_one,
    twice_cosh_minus_two, exp_minus_two_plus_exp,
)  # fmt: skip
