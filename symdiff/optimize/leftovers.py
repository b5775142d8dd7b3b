"""What derivatives leave behind that nobody writes by hand."""

# pyright: reportMissingParameterType=false, reportUnknownParameterType=false
# The parameters of an equation are pattern variables, which have no type.
from __future__ import annotations

from typing import Any, Final

from symdiff.op import Op
from symdiff.ops.arithmetic import add, multiply, subtract
from symdiff.ops.exponential import sigmoid
from symdiff.ops.trigonometric import cos, cosh, sin, sinh, tan
from symdiff.optimize.forms import filled, squared
from symdiff.rewriting.rule import Rule, View, equation, rule


@equation("domain", (-2.0, 2.0), (0.0, 1.0))
def residual_of_sigmoid(x, t):
    "sigmoid(x) (1 - t) - sigmoid(-x) t = sigmoid(x) - t"
    return sigmoid(x) * (1 - t) - sigmoid(-x) * t, sigmoid(x) - t


@equation("domain", (-2.0, 2.0), (0.0, 1.0))
def residual_of_sigmoid_turned(x, t):
    "sigmoid(-x) t - sigmoid(x) (1 - t) = t - sigmoid(x)"
    return sigmoid(-x) * t - sigmoid(x) * (1 - t), t - sigmoid(x)


def _ones(op: Op, first: Op, second: Op) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        return op(first(x) * first(x), second(x) * second(x)), filled(x, 1)

    @rule(op, "domain", example, (-1.0, 1.0), over=multiply)
    def unit_squares(view: View) -> Any:
        "sin(x)^2 + cos(x)^2 = 1, cosh(x)^2 - sinh(x)^2 = 1"
        nodes = view.graph.arena.nodes
        if any(nodes[each].inputs[:1] != nodes[each].inputs[-1:] for each in nodes[view.node].inputs):
            return None  # the most sums, at little cost
        for one, other in ((0, 1), (1, 0)) if op is add else ((0, 1),):
            bases = [squared(view.operand(side)) for side in (one, other)]
            if any(base is None for base in bases):
                return None
            left, right = (view.operand(side) for side in (one, other))
            inner = (left.operand(0, first) if left else None, right.operand(0, second) if right else None)
            if inner[0] and inner[1] and inner[0].input(0) is inner[1].input(0):
                return filled(view.expr, 1)
        return None

    return unit_squares


@equation("domain", (-1.0, 1.0))
def tangent_by_quotient(x):
    "sin(x) / cos(x) = tan(x)"
    return sin(x) / cos(x), tan(x)


LEFTOVERS: Final[tuple[Rule, ...]] = (
    residual_of_sigmoid, residual_of_sigmoid_turned, tangent_by_quotient,
    _ones(add, sin, cos), _ones(subtract, cosh, sinh),
)  # fmt: skip
