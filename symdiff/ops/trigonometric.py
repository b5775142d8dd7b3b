"""Trigonometric and hyperbolic functions and their inverses; angles are in radians."""

from __future__ import annotations

import numpy as np

from symdiff.op import Expression
from symdiff.ops.family import elementwise, uniform


def _cosine_of_asin(x: Expression) -> Expression:
    """sqrt(1 - x^2), written so that nothing cancels near 1."""
    return x.graph.ops.sqrt((1 - x) * (1 + x))


def _hypotenuse(x: Expression) -> Expression:
    """sqrt(1 + x^2), for real x without overflow."""
    ops = x.graph.ops
    return ops.sqrt(1 + x * x) if x.dtype.kind == "c" else ops.hypot(x, 1)


def _over_square(x: Expression, a: Expression, b: Expression) -> Expression:
    """x / (a^2 + b^2) without the squares, which overflow from 1e154 on and vanish from 1e-162 on."""
    radius = x.graph.ops.hypot(a, b)
    return x / radius / radius


sin = elementwise(
    "sin", np.sin, flops=10,
    partials=[lambda y, x: x.graph.ops.cos(x)],
    samples=[uniform(-3, 3, (3,))], law="d sin(x) = cos(x) dx", doc="The sine, elementwise.",
)  # fmt: skip

cos = elementwise(
    "cos", np.cos, flops=10,
    partials=[lambda y, x: -x.graph.ops.sin(x)],
    samples=[uniform(-3, 3, (3,))], law="d cos(x) = -sin(x) dx", doc="The cosine, elementwise.",
)  # fmt: skip

tan = elementwise(
    "tan", np.tan, flops=14,
    partials=[lambda y, x: 1 + y * y],
    samples=[uniform(-1, 1, (3,))], law="d tan(x) = (1 + tan(x)^2) dx", doc="The tangent, elementwise.",
)  # fmt: skip

asin = elementwise(
    "asin", np.asin, flops=10, nodes_per_edge=10,
    partials=[lambda y, x: 1 / _cosine_of_asin(x)],
    samples=[uniform(-0.9, 0.9, (3,))], law="d asin(x) = dx / sqrt(1 - x^2)", doc="The inverse sine, elementwise.",
)  # fmt: skip

acos = elementwise(
    "acos", np.acos, flops=10, nodes_per_edge=10,
    partials=[lambda y, x: -1 / _cosine_of_asin(x)],
    samples=[uniform(-0.9, 0.9, (3,))], law="d acos(x) = -dx / sqrt(1 - x^2)", doc="The inverse cosine, elementwise.",
)  # fmt: skip

atan = elementwise(
    "atan", np.atan, flops=10,
    partials=[lambda y, x: 1 / (1 + x * x)],
    samples=[uniform(-3, 3, (3,))], law="d atan(x) = dx / (1 + x^2)", doc="The inverse tangent, elementwise.",
)  # fmt: skip

atan2 = elementwise(
    "atan2", np.atan2, flops=20, nodes_per_edge=10,
    partials=[lambda y, a, b: _over_square(b, a, b), lambda y, a, b: -_over_square(a, a, b)],
    samples=[uniform(0.5, 2, (3,), (3,)), uniform(-2, -0.5, (2, 3), (3,))],
    law="d atan2(a, b) = (b da - a db) / (a^2 + b^2)", doc="The angle of the point (b, a), elementwise.",
)  # fmt: skip

sinh = elementwise(
    "sinh", np.sinh, flops=12,
    partials=[lambda y, x: x.graph.ops.cosh(x)],
    samples=[uniform(-2, 2, (3,))], law="d sinh(x) = cosh(x) dx", doc="The hyperbolic sine, elementwise.",
)  # fmt: skip

cosh = elementwise(
    "cosh", np.cosh, flops=12,
    partials=[lambda y, x: x.graph.ops.sinh(x)],
    samples=[uniform(-2, 2, (3,))], law="d cosh(x) = sinh(x) dx", doc="The hyperbolic cosine, elementwise.",
)  # fmt: skip

# Far out 1 - y^2 is only right against 1, since y has lost the digits; 1 / cosh^2 would cost another 12 flops.
tanh = elementwise(
    "tanh", np.tanh, flops=12,
    partials=[lambda y, x: 1 - y * y],
    samples=[uniform(-2, 2, (3,))], law="d tanh(x) = (1 - tanh(x)^2) dx", doc="The hyperbolic tangent, elementwise.",
)  # fmt: skip

asinh = elementwise(
    "asinh", np.asinh, flops=12,
    partials=[lambda y, x: 1 / _hypotenuse(x)],
    samples=[uniform(-2, 2, (3,))], law="d asinh(x) = dx / sqrt(x^2 + 1)",
    doc="The inverse hyperbolic sine, elementwise.",
)  # fmt: skip

acosh = elementwise(
    "acosh", np.acosh, flops=12, nodes_per_edge=10,
    partials=[lambda y, x: 1 / (x.graph.ops.sqrt(x - 1) * x.graph.ops.sqrt(x + 1))],
    samples=[uniform(1.5, 3, (3,))], law="d acosh(x) = dx / sqrt(x^2 - 1)",
    doc="The inverse hyperbolic cosine, elementwise.",
)  # fmt: skip

atanh = elementwise(
    "atanh", np.atanh, flops=12,
    partials=[lambda y, x: 1 / ((1 - x) * (1 + x))],
    samples=[uniform(-0.9, 0.9, (3,))], law="d atanh(x) = dx / (1 - x^2)",
    doc="The inverse hyperbolic tangent, elementwise.",
)  # fmt: skip

TRIGONOMETRIC = (sin, cos, tan, asin, acos, atan, atan2, sinh, cosh, tanh, asinh, acosh, atanh)
