"""FAST: what only the level `fast` does, since it costs digits, regroups sums, or hides a NaN."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from typing import Any, Final

from symdiff.core import CONSTANT
from symdiff.ops.arithmetic import add, divide, multiply, subtract
from symdiff.ops.exponential import exp
from symdiff.ops.functions import full_like
from symdiff.rewriting.rule import Rule, View, equation, rule


@rule(multiply, "fast", lambda x: (x * 0, full_like(x, 0)), (-2.0, 2.0), over=CONSTANT)
def times_zero(view: View) -> Any:
    "x 0 = 0, also where x is infinite"
    return full_like(view.expr, 0) if any(each.literal == 0 for each in view.inputs) else None


@rule(divide, "fast", lambda x: (0 / x, full_like(x, 0)), over=CONSTANT)
def zero_over(view: View) -> Any:
    "0 / x = 0, also where x is 0"
    return full_like(view.expr, 0) if view.input(0).literal == 0 else None


@rule(divide, "fast", lambda x: (x / 3, x * (1 / 3)), (-2.0, 2.0), over=CONSTANT)
def over_number(view: View) -> Any:
    "x / a = x (1 / a), for a number a"
    number = view.input(1).literal
    return view.input(0) * (1 / number) if number is not None and 1e-30 < abs(number) < 1e30 else None


@equation("fast", (-2.0, 2.0), (-2.0, 2.0))
def product_of_exponentials(x, y):
    "e^x e^y = e^(x + y), which loses as many bits as x + y has before the point"
    return exp(x) * exp(y), exp(x + y)


@equation("fast", (-2.0, 2.0), (-2.0, 2.0))
def quotient_of_exponentials(x, y):
    "e^x / e^y = e^(x - y), which loses as many bits as x - y has before the point"
    return exp(x) / exp(y), exp(x - y)


@rule(multiply, "fast", lambda x, y: (x * y[0, 0] * y[1, 1], x * (y[0, 0] * y[1, 1])), over=multiply, scalar=True)
def any_scalars_first(view: View) -> Any:
    "(x a) b = x (a b), for an array x and any scalars a and b"
    for one, other in ((0, 1), (1, 0)):
        outer, product = view.input(one), view.operand(other, multiply)
        for position in (1, 0) if product is not None and product.expr.shape and not outer.shape else ():
            if product and not product.input(position).shape:
                return product.input(1 - position) * (product.input(position) * outer)
    return None


def _regrouping(outer: Any, inner: Any) -> Rule:
    def signed(op: Any, number: Any) -> Any:
        return number if op is add else -number

    @rule(
        outer,
        "fast",
        lambda x: (outer(inner(x, 3), 5), x + (signed(inner, 3) + signed(outer, 5))),
        (-2.0, 2.0),
        over=inner,
        number=True,
    )
    def numbers_added(view: View) -> Any:
        "(x + a) + b = x + (a + b), for any numbers a and b, added or taken away"
        total, last = view.operand(0, inner), view.input(1).literal
        first = total and total.input(1).literal
        if total is None or first is None or last is None:
            return None
        return total.input(0) + (signed(inner, first) + signed(outer, last))

    return numbers_added


FAST: Final[tuple[Rule, ...]] = (
    times_zero, zero_over, over_number, product_of_exponentials, quotient_of_exponentials, any_scalars_first,
    *(_regrouping(outer, inner) for outer in (add, subtract) for inner in (add, subtract)),
)  # fmt: skip
