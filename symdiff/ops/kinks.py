"""Functions with kinks or steps; what their derivatives are there is decided here, in the laws."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symdiff.op import Expression, Op, graph_of, to_common, to_real
from symdiff.ops.family import elementwise, uniform

PAIR: Final = [uniform(-2, 2, (3,), (3,)), uniform(-2, 2, (2, 3), (3,)), uniform(-2, 2, (3,), ())]


def relu_kernel(x: Any) -> Any:
    """max(x, 0)."""
    return np.maximum(x, 0)


def stop_gradient_kernel(x: Any) -> Any:
    """x itself."""
    return x


def _wins(x: Expression, other: Expression, sign: int) -> Expression:
    """1 where x won, 1/2 where it tied, 0 where it lost; beside 0 that is its sign's, which is one operation."""
    if other.literal == 0:
        return 0.5 * sign * x.graph.ops.sign(x) + 0.5
    better = x > other if sign > 0 else x < other
    return x.graph.ops.where(x == other, 0.5, better.astype(x.dtype))


def _slope(y: Expression, x: Expression) -> Expression:
    """sign(x), or for complex numbers the conjugate of x / |x|: d|x| = Re(conj(x) dx) / |x|."""
    ops = x.graph.ops
    return ops.where(y == 0, 0, ops.conj(x / y)) if x.dtype.kind == "c" else ops.sign(x)


abs = elementwise(
    "abs", np.abs, promote=to_common, scalar="abs({0})",
    partials=[_slope],
    samples=[uniform(0.5, 2, (3,)), uniform(-2, -0.5, (3,))],
    law="d |x| = sign(x) dx, 0 at 0; for complex x, Re(conj(sign(x)) dx)", convention="|x|'(0) = 0",
    doc="The absolute value, elementwise.",
)  # fmt: skip

# Which of 0.0 and -0.0 wins depends on their order, so these two aren't commutative bit for bit.
maximum = elementwise(
    "maximum", np.maximum, promote=to_real, scalar="({0} if {0} >= {1} or {0} != {0} else {1})", nodes_per_edge=10,
    partials=[lambda y, a, b: _wins(a, b, 1), lambda y, a, b: _wins(b, a, 1)],
    samples=PAIR, law="d max(a, b) = the larger one's; ties split evenly",
    convention="ties split evenly",
    doc="The larger of a and b, elementwise.",
)  # fmt: skip

minimum = elementwise(
    "minimum", np.minimum, promote=to_real, scalar="({0} if {0} <= {1} or {0} != {0} else {1})", nodes_per_edge=10,
    partials=[lambda y, a, b: _wins(a, b, -1), lambda y, a, b: _wins(b, a, -1)],
    samples=PAIR, law="d min(a, b) = the smaller one's; ties split evenly",
    convention="ties split evenly",
    doc="The smaller of a and b, elementwise.",
)  # fmt: skip

relu = elementwise(
    "relu", relu_kernel, source="np.maximum({0}, 0)", promote=to_real, expand=lambda x: x.graph.ops.maximum(x, 0),
    partials=[lambda y, x: y > 0],  # as x > 0 is, but x needn't be kept
    samples=[uniform(0.5, 2, (3,)), uniform(-2, -0.5, (3,))],
    law="d relu(x) = dx where x > 0, else 0", convention="relu'(0) = 0",
    doc="max(x, 0), elementwise, with derivative 0 at 0.",
)  # fmt: skip


# Its samples are integers, since no difference quotient gives its derivative.
stop_gradient = elementwise(
    "stop_gradient", stop_gradient_kernel, source="{0}", promote=to_common, is_view=True, flops=0,
    partials=[None],
    samples=[uniform(-2, 2, (3,), dtype="int64")],
    law="d stop_gradient(x) = 0, by decree", doc="x itself, taken for a constant by every derivative.",
)  # fmt: skip


def _step(name: str, meaning: str, scalar: str, promote: Any = to_real) -> Op:
    return elementwise(
        name, getattr(np, name), promote=promote, scalar=scalar, partials=[None], samples=[uniform(-2, 2, (3,))],
        law=f"d {name}(x) = 0", doc=f"{meaning}, elementwise.",
    )  # fmt: skip


# copysign: Python's integers have no -0.
sign_op = _step("sign", "-1, 0 or 1 by the sign of x", "(1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else {0} + 0.0)")
floor = _step("floor", "The largest integer not above x", "copysign(floor({0}), {0})")
ceil = _step("ceil", "The smallest integer not below x", "copysign(ceil({0}), {0})")
trunc = _step("trunc", "x without its fraction", "copysign(trunc({0}), {0})")
round = _step("round", "The nearest integer, to even at a tie", "copysign(round({0}), {0})", to_common)

KINKS = (abs, maximum, minimum, relu, stop_gradient, sign_op, floor, ceil, trunc, round)


def sign(x: Any, /) -> Any:
    """-1, 0 or 1 by the sign of x; for complex numbers x / |x|, and 0 at 0.

    Its derivative is 0 for real numbers; for complex ones it is that of the quotient, and 0 at 0.

    >>> import symdiff as sd
    >>> z = sd.Graph().input("z", (2,), "complex128")
    >>> sd.sign(z).eval({z: [3 + 4j, 0]})
    array([0.6+0.8j, 0. +0.j ])
    """
    graph = graph_of([x])
    x = np.asarray(x) if graph is None else x
    if x.dtype.kind != "c":
        return sign_op(x)
    if graph is None:
        return np.sign(x)
    size = abs(x)
    return graph.ops.where(size == 0, 0, x / size)
