"""Exponentials, logarithms, and the functions that keep them finite and accurate."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.op import Expression, Sample, to_real_floating
from symdiff.ops.family import elementwise, operands, uniform


def sigmoid_kernel(x: Any) -> Any:
    """The logistic function, without overflow on either side: a truth is 1 or less than any decay."""
    decay = np.exp(-np.abs(x))
    return np.maximum(x >= 0, decay) / (1 + decay)


def logaddexp_kernel(a: Any, b: Any) -> Any:
    """log(e^a + e^b) as the larger one and what the other adds; e^-750 is 0, and equal infinities have no distance."""
    distance = np.fmin(np.abs(a - b), 750)
    return np.maximum(a, b) + np.log1p(np.exp(-distance))


def log_sigmoid_kernel(x: Any) -> Any:
    """log(sigmoid(x)), linear where the sigmoid underflows."""
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def xlogy_kernel(x: Any, y: Any) -> Any:
    """x log(y), and 0 where x is 0 and y is a number."""
    idle, one = (x == 0) & ~np.isnan(y), np.result_type(x, y).type(1)
    return np.where(idle, 0, x * np.log(np.where(idle, one, y)))


def _decay(x: Expression) -> Expression:
    """e^-|x|, which a sigmoid, its logarithm, and those of -x have in common."""
    return x.graph.ops.exp(-abs(_unsigned(x)))


def _unsigned(x: Expression) -> Expression:
    """What x is the negative of, if it is written so; else x."""
    return x.graph.inputs(x)[0] if x.operation.op is x.graph.ops.negative else x


def _sigmoid_expanded(x: Expression) -> Expression:
    decay, unsigned = _decay(x), _unsigned(x)
    is_positive = x >= 0 if unsigned is x else unsigned <= 0
    return x.graph.ops.maximum(is_positive.astype(x.dtype), decay) / (1 + decay)


def _logaddexp_expanded(a: Expression, b: Expression) -> Expression:
    ops = a.graph.ops
    if b.literal == 0:  # softplus, whose derivative has the same decay
        return ops.maximum(a, b) + ops.log1p(_decay(a))
    return ops.maximum(a, b) + ops.log1p(ops.exp(-ops.fmin(abs(a - b), 750)))


def _share(a: Expression, b: Expression) -> Expression:
    """e^a / (e^a + e^b): half where they tie, at infinity too. A finite tie has further derivatives as any point."""
    ops = a.graph.ops
    if any(each.literal is not None and math.isfinite(each.literal) for each in (a, b)):
        return ops.sigmoid(a - b)
    return ops.sigmoid(ops.where((a == b) & ops.isinf(a), 0, a - b))


exp = elementwise(
    "exp", np.exp, flops=8,
    partials=[lambda y, x: y],
    samples=[uniform(-2, 2, (3,))], law="d e^x = e^x dx", doc="e to the power x, elementwise.",
)  # fmt: skip

exp2 = elementwise(
    "exp2", np.exp2, flops=8,
    partials=[lambda y, x: y * math.log(2)],
    samples=[uniform(-2, 2, (3,))], law="d 2^x = 2^x log(2) dx", doc="2 to the power x, elementwise.",
)  # fmt: skip

expm1 = elementwise(
    "expm1", np.expm1, flops=10,
    partials=[lambda y, x: x.graph.ops.exp(x)],  # not y + 1, which rounds to 0 at -40
    samples=[uniform(-2, 2, (3,))], law="d(e^x - 1) = e^x dx", doc="e^x - 1, accurate near 0.",
)  # fmt: skip

log = elementwise(
    "log", np.log, flops=8,
    partials=[lambda y, x: 1 / x],
    samples=[uniform(0.5, 3, (3,))], law="d log(x) = dx / x", doc="The natural logarithm, elementwise.",
)  # fmt: skip

log2 = elementwise(
    "log2", np.log2, flops=8,
    partials=[lambda y, x: (1 / math.log(2)) / x],
    samples=[uniform(0.5, 3, (3,))], law="d log2(x) = dx / (x log 2)", doc="The logarithm to base 2, elementwise.",
)  # fmt: skip

log10 = elementwise(
    "log10", np.log10, flops=8,
    partials=[lambda y, x: (1 / math.log(10)) / x],
    samples=[uniform(0.5, 3, (3,))], law="d log10(x) = dx / (x log 10)", doc="The logarithm to base 10, elementwise.",
)  # fmt: skip

log1p = elementwise(
    "log1p", np.log1p, flops=10,
    partials=[lambda y, x: 1 / (1 + x)],
    samples=[uniform(-0.5, 2, (3,))], law="d log(1 + x) = dx / (1 + x)", doc="log(1 + x), accurate near 0.",
)  # fmt: skip

logaddexp = elementwise(
    "logaddexp", logaddexp_kernel, promote=to_real_floating, commutative=True, flops=24, nodes_per_edge=12,
    expand=_logaddexp_expanded,
    partials=[lambda y, a, b: _share(a, b), lambda y, a, b: _share(b, a)],
    samples=[uniform(-2, 2, (3,), (3,)), uniform(-2, 2, (2, 3), ())],
    law="d log(e^a + e^b) = sigmoid(a - b) da + sigmoid(b - a) db, even where they tie",
    doc="log(e^a + e^b), elementwise, without overflow.",
)  # fmt: skip

# Above 36 1 - y is only right against 1, since y has lost the digits; sigmoid(-x) would cost another 12 flops.
sigmoid = elementwise(
    "sigmoid", sigmoid_kernel, promote=to_real_floating, flops=12, expand=_sigmoid_expanded,
    partials=[lambda y, x: y * (1 - y)],
    samples=[uniform(-3, 3, (3,))], law="d sigmoid(x) = sigmoid(x) (1 - sigmoid(x)) dx",
    doc="1 / (1 + e^-x), elementwise, without overflow.",
)  # fmt: skip

log_sigmoid = elementwise(
    "log_sigmoid", log_sigmoid_kernel, promote=to_real_floating, flops=24,
    expand=lambda x: x.graph.ops.minimum(x, 0) - x.graph.ops.log1p(_decay(x)),
    partials=[lambda y, x: x.graph.ops.sigmoid(-x)],
    samples=[uniform(-3, 3, (3,))], law="d log(sigmoid(x)) = sigmoid(-x) dx",
    doc="log(1 / (1 + e^-x)), elementwise, without overflow.",
)  # fmt: skip

xlogy = elementwise(
    "xlogy", xlogy_kernel, flops=12,
    partials=[
        lambda y, a, b: b.graph.ops.log(b),
        lambda y, a, b: b.graph.ops.where(a == 0, 0, a / b),
    ],
    samples=[operands(Sample(-2, 2, (3,)), Sample(0.5, 3, (3,)))],
    law="d(a log b) = log(b) da + (a / b) db, the last 0 at a = 0",
    doc="a log(b), elementwise, and 0 where a is 0.",
)  # fmt: skip

EXPONENTIAL = (
    exp, exp2, expm1, log, log2, log10, log1p, logaddexp, sigmoid, log_sigmoid, xlogy,
)  # fmt: skip
