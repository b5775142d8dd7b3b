"""Elementwise functions of floating-point numbers as such: their signs, neighbours, and NumPy's further functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.op import Sample, graph_of, to_real_floating
from symdiff.ops.arithmetic import pow, remainder
from symdiff.ops.family import elementwise, operands, uniform
from symdiff.ops.kinks import abs, maximum, minimum
from symdiff.ops.logic import isnan, where
from symdiff.types import FLOAT, floating_dtype

copysign = elementwise(
    "copysign", np.copysign, promote=to_real_floating,
    partials=[lambda y, a, b: a.graph.ops.sign(a) * a.graph.ops.copysign(1, b), None],
    samples=[uniform(0.5, 2, (3,), (3,)), operands(Sample(-2, -0.5, (2, 3)), Sample(-2, -0.5, (3,)))],
    law="d copysign(a, b) = sign(a) sign(b) da, 0 at a = 0",
    doc="a with the sign of b, elementwise; -0 counts as negative.",
)  # fmt: skip

nextafter = elementwise(
    "nextafter", np.nextafter, promote=to_real_floating, flops=4,
    partials=[lambda y, a, b: 1, None],
    samples=[operands(Sample(-1, 1, (3,)), Sample(2, 3, (3,))), operands(Sample(-1, 1, (2, 1)), Sample(-3, -2, (3,)))],
    law="d nextafter(a, b) = da", doc="The neighbour of a in the direction of b, elementwise.",
)  # fmt: skip

signbit = elementwise(
    "signbit", np.signbit, promote=to_real_floating, partials=[None], samples=[uniform(-2, 2, (3,))],
    law="d signbit(x) = 0", doc="Whether the sign is minus, elementwise, also of -0 and NaN.",
)  # fmt: skip

logaddexp2 = elementwise(
    "logaddexp2", np.logaddexp2, promote=to_real_floating, commutative=True, flops=24, nodes_per_edge=12,
    partials=[lambda y, a, b: _share(y, a, b), lambda y, a, b: _share(y, b, a)],
    samples=[uniform(-2, 2, (3,), (3,)), uniform(-2, 2, (2, 3), ())],
    law="d log2(2^a + 2^b) = sigmoid((a - b) log 2) da + sigmoid((b - a) log 2) db, even where they tie",
    doc="log2(2^a + 2^b), elementwise, without overflow.",
)  # fmt: skip

FLOATING = (copysign, nextafter, signbit, logaddexp2)


def _share(y: Any, a: Any, b: Any) -> Any:
    """2^a / (2^a + 2^b): half where they tie, at infinity too.

    A difference that is NaN is that of equal infinities, or of a NaN: 0 log(y) is 0 in the one case, NaN in the other.
    """
    ops, difference = y.graph.ops, a - b
    return ops.sigmoid(ops.where(ops.isnan(difference), ops.xlogy(0, y), difference) * math.log(2))


def deg2rad(x: Any, /) -> Any:
    """Degrees as radians: x pi / 180, elementwise."""
    return _floats(x) * (math.pi / 180)


def rad2deg(x: Any, /) -> Any:
    """Radians as degrees: 180 x / pi, elementwise.

    >>> from symdiff.ops.floating import rad2deg
    >>> float(rad2deg(0.0))
    0.0
    """
    return _floats(x) * (180 / math.pi)


def fabs(x: Any, /) -> Any:
    """The absolute value of real numbers as floating-point numbers, elementwise."""
    return abs(_floats(x))


def float_power(x1: Any, x2: Any, /) -> Any:
    """x1 to the power x2, elementwise, in float64 or complex128 whatever the operands are."""
    wide = "complex128" if "c" in (_kind(x1), _kind(x2)) else FLOAT
    return pow(*(each if isinstance(each, (int, float, complex)) else _cast(each, wide) for each in (x1, x2)))


def fmax(x1: Any, x2: Any, /) -> Any:
    """The larger of two numbers, elementwise; a number where one is NaN. Ties split the derivative evenly.

    >>> import symdiff as sd
    >>> from symdiff.ops.floating import fmax
    >>> x = sd.Graph().input("x", (2,))
    >>> fmax(x, 1.0).eval({x: [float("nan"), 2.0]})
    array([1., 2.])
    """
    return where(isnan(x1), x2, where(isnan(x2), x1, maximum(x1, x2)))


def fmin(x1: Any, x2: Any, /) -> Any:
    """The smaller of two numbers, elementwise; a number where one is NaN. Ties split the derivative evenly."""
    return where(isnan(x1), x2, where(isnan(x2), x1, minimum(x1, x2)))


def mod(x1: Any, x2: Any, /) -> Any:
    """NumPy's name of `remainder`."""
    return remainder(x1, x2)


def _kind(x: Any) -> str:
    return x.dtype.kind if hasattr(x, "dtype") else np.asarray(x).dtype.kind


def _cast(x: Any, dtype: Any) -> Any:
    x = np.asarray(x) if graph_of([x]) is None else x
    return x if x.dtype == dtype else x.astype(dtype)


def _floats(x: Any) -> Any:
    x = np.asarray(x) if graph_of([x]) is None else x
    return _cast(x, floating_dtype(x.dtype))
