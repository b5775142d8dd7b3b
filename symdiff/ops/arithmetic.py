"""Arithmetic and powers."""

from __future__ import annotations

import operator
from typing import Any, Final

import numpy as np

from symdiff.op import Expression, Sample, to_common
from symdiff.ops.family import elementwise, operands, uniform

PAIR: Final = [uniform(-2, 2, (3,), (3,)), uniform(-2, 2, (2, 3), (3,)), uniform(-2, 2, (3, 1), (1, 2))]


def _away_from_zero(low: float, high: float) -> list[Any]:
    return [operands(Sample(-2, 2, (3,)), Sample(low, high, shape)) for shape in ((3,), (2, 1), ())]


def _pow_base(y: Expression, a: Expression, b: Expression) -> Any:
    """b a^(b-1), and 0 where b is 0: a^0 is 1 whatever a is.

    Its relative error is |log a| eps / 2 where b - 1 is rounded; b y / a has none of that, but is NaN at a = 0.
    """
    exponent = b.literal
    if exponent == 2:
        return 2 * a
    if exponent is not None and exponent != 0:
        return exponent * a ** (exponent - 1)
    return b.graph.ops.where(b == 0, 0, b * a ** (b - 1))


def _pow_exponent(y: Expression, a: Expression, b: Expression) -> Any:
    """a^b log a, and 0 where log a is infinite and a^b isn't: its limit where a^b is 0, its value by decree at a^0."""
    ops = y.graph.ops
    log = ops.log(a)
    return ops.where(ops.isinf(log) & ops.isfinite(y), 0, y * log)


add = elementwise(
    "add", operator.add, source="{0} + {1}", promote=to_common, commutative=True,
    partials=[lambda y, a, b: 1, lambda y, a, b: 1],
    samples=PAIR, law="d(a + b) = da + db", doc="a + b, elementwise.",
)  # fmt: skip

subtract = elementwise(
    "subtract", operator.sub, source="{0} - {1}", promote=to_common,
    partials=[lambda y, a, b: 1, lambda y, a, b: -1],
    samples=PAIR, law="d(a - b) = da - db", doc="a - b, elementwise.",
)  # fmt: skip

multiply = elementwise(
    "multiply", operator.mul, source="{0} * {1}", promote=to_common, commutative=True,
    partials=[lambda y, a, b: b, lambda y, a, b: a],
    samples=PAIR, law="d(a b) = b da + a db", doc="a b, elementwise.",
)  # fmt: skip

divide = elementwise(
    "divide", operator.truediv, source="{0} / {1}",
    partials=[lambda y, a, b: 1 / b, lambda y, a, b: -y / b],
    samples=[*_away_from_zero(0.5, 2), *_away_from_zero(-2, -0.5)],
    law="d(a / b) = da / b - (a / b) db / b", doc="a / b, elementwise; integers divide to float64.",
)  # fmt: skip

floor_divide = elementwise(
    "floor_divide", operator.floordiv, source="{0} // {1}", promote=to_common,
    partials=[None, None],
    samples=_away_from_zero(0.5, 2), law="d floor(a / b) = 0", doc="The largest integer not above a / b, elementwise.",
)  # fmt: skip

remainder = elementwise(
    "remainder", operator.mod, source="{0} % {1}", promote=to_common,
    partials=[lambda y, a, b: 1, lambda y, a, b: -(a // b)],
    samples=[operands(Sample(0.1, 0.9, (3,)), Sample(1, 2, (3,)))],
    law="d(a mod b) = da - floor(a / b) db", doc="a - b floor(a / b), elementwise, with the sign of b.",
)  # fmt: skip

negative = elementwise(
    "negative", operator.neg, source="-{0}", promote=to_common,
    partials=[lambda y, x: -1],
    samples=[uniform(-2, 2, (3,))], law="d(-x) = -dx", doc="-x, elementwise.",
)  # fmt: skip

positive = elementwise(
    "positive", operator.pos, source="+{0}", promote=to_common,
    partials=[lambda y, x: 1],
    samples=[uniform(-2, 2, (3,))], law="d(+x) = dx", doc="x itself.",
)  # fmt: skip

pow = elementwise(
    "pow", np.pow, promote=to_common, flops=20, nodes_per_edge=12,
    partials=[_pow_base, _pow_exponent],
    samples=[operands(Sample(0.5, 2, (3,)), Sample(-2, 3, (3,))), operands(Sample(0.5, 2, (2, 3)), Sample(2, 3))],
    law="d a^b = b a^(b-1) da + a^b log(a) db; both are 0 at (0, 0)", doc="a to the power b, elementwise.",
)  # fmt: skip

square = elementwise(
    "square", np.square, promote=to_common, scalar="{0} * {0}",
    partials=[lambda y, x: 2 * x],
    samples=[uniform(-2, 2, (3,))], law="d x^2 = 2 x dx", doc="x squared, elementwise.",
)  # fmt: skip

sqrt = elementwise(
    "sqrt", np.sqrt, flops=4,
    partials=[lambda y, x: 0.5 / y],
    samples=[uniform(0.5, 2, (3,))], law="d sqrt(x) = dx / (2 sqrt(x))", doc="The square root, elementwise.",
)  # fmt: skip

reciprocal = elementwise(
    "reciprocal", np.reciprocal, scalar="1.0 / {0}",
    partials=[lambda y, x: -y * y],
    samples=[uniform(0.5, 2, (3,)), uniform(-2, -0.5, (3,))], law="d(1 / x) = -dx / x^2", doc="1 / x, elementwise.",
)  # fmt: skip

hypot = elementwise(
    "hypot", np.hypot, commutative=True, flops=8, nodes_per_edge=12,
    partials=[lambda y, a, b: _direction(a, y), lambda y, a, b: _direction(b, y)],
    samples=[uniform(0.5, 2, (3,), (3,)), uniform(-2, -0.5, (2, 3), (3,))],
    law="d hypot(a, b) = (a da + b db) / hypot(a, b), 0 at (0, 0); by infinite operands 1 or -1",
    convention="hypot'(0, 0) = 0",
    doc="sqrt(a^2 + b^2), elementwise, without overflow.",
)  # fmt: skip


def _direction(x: Expression, norm: Expression) -> Expression:
    """x / norm; 0 where both are 0, 1 or -1 where both are infinite."""
    ops = x.graph.ops
    return ops.where((norm == 0) | ops.isinf(x), ops.sign(x), x / norm)


ARITHMETIC = (
    add, subtract, multiply, divide, floor_divide, remainder, negative, positive, pow, square, sqrt, reciprocal, hypot,
)  # fmt: skip
