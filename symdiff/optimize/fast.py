"""FAST: what only the level `fast` does, since it costs digits or hides a NaN."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from typing import Any, Final

from symdiff.ops.arithmetic import multiply
from symdiff.ops.exponential import exp
from symdiff.rewriting.rule import Rule, View, equation, rule


@rule(multiply, "domain", lambda x: (x * 0, x.graph.zeros(x.type)), (-2.0, 2.0))
def times_zero(view: View) -> Any:
    "x 0 = 0, also for infinite x"
    found = any(each.literal == 0 for each in view.inputs)
    return view.graph.zeros(view.expr.type) if found else None


@equation("domain", (-2.0, 2.0), (-2.0, 2.0))
def product_of_exponentials(x, y):
    "e^x e^y = e^(x + y), which loses as many bits as x + y has before the point"
    return exp(x) * exp(y), exp(x + y)


@equation("domain", (-2.0, 2.0), (-2.0, 2.0))
def quotient_of_exponentials(x, y):
    "e^x / e^y = e^(x - y), which loses as many bits as x - y has before the point"
    return exp(x) / exp(y), exp(x - y)


@rule(multiply, "domain", lambda x, y: (x * y[0, 0] * y[1, 1], x * (y[0, 0] * y[1, 1])), over=multiply)
def any_scalars_first(view: View) -> Any:
    "(x a) b = x (a b), for an array x and any scalars a and b"
    for one, other in ((0, 1), (1, 0)):
        outer, product = view.input(one), view.operand(other, multiply)
        for position in (1, 0) if product is not None and product.expr.shape and not outer.shape else ():
            if product and not product.input(position).shape:
                return product.input(1 - position) * (product.input(position) * outer)
    return None


FAST: Final[tuple[Rule, ...]] = (times_zero, product_of_exponentials, quotient_of_exponentials, any_scalars_first)
