"""The normal distribution: its integral, the logarithm of it, the inverse; and those of the error function."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from symdiff.op import Expression, to_real_floating
from symdiff.ops.family import elementwise, uniform
from symdiff.ops.shape import asarray
from symdiff.ops.special import SLOPE_AT_0, by_pieces, erfc_scaled, exp_square

ROOT_HALF: Final = math.sqrt(0.5)


def erfcx_piece(x: Any, single: bool) -> Any:
    """e^(x^2) erfc(x) of float64: the scaled function, or 2 e^(x^2) less it."""
    tail = erfc_scaled(np.abs(x), single)
    with np.errstate(over="ignore"):
        return np.where(x < 0, exp_square(np.minimum(x, 0.0), 2.0, 2.0) - tail, tail)


def erfcx_kernel(x: Any) -> Any:
    """e^(x^2) erfc(x)."""
    return by_pieces(erfcx_piece, x)


def ndtr_piece(x: Any, single: bool) -> Any:
    """(1 + erf(x / sqrt(2))) / 2 of float64: a tail, or 1 less a tail."""
    size = np.abs(x)
    size *= 0.7071067811865476
    with np.errstate(under="ignore"):
        tail = exp_square(x, -1.0, 0.5 * erfc_scaled(size, single), single)
    return (0.5 + np.copysign(0.5, x)) - np.copysign(tail, x)


def normal_integral(x: Any) -> Any:
    """(1 + erf(x / sqrt(2))) / 2, accurate relatively where it is small too."""
    return by_pieces(ndtr_piece, x)


def log_ndtr_kernel(x: Any) -> Any:
    """log(ndtr(x)): far below 0 it is -x^2 / 2 and a logarithm, above 0 log1p of the other tail."""
    wide = np.asarray(x, np.float64)
    below = np.minimum(wide, -1.0)
    with np.errstate(over="ignore", divide="ignore"):
        low = -0.5 * below * below + np.log(0.5 * erfc_scaled(-0.7071067811865476 * below))
    middle = np.log(normal_integral(np.clip(wide, -1.0, 0.0)))
    high = np.log1p(-normal_integral(-np.maximum(wide, 0.0)))
    return np.where(wide < -1, low, np.where(wide < 0, middle, high)).astype(np.asarray(x).dtype)


def inverse_near(y: Any) -> Any:
    """The z at which erf(z) = y for |y| up to 0.5: y times a Chebyshev series in y^2, of values of 50 digits."""
    z = np.where(np.abs(y) <= 0.5, y, 0.5)
    series = [0.9187256117350144, 0.03375857560006542, 0.0013206742781165998, 6.404076996787596e-05,
              3.441212150449627e-06, 1.9639319431763806e-07, 1.1660992270753084e-08, 7.120387036722737e-10,
              4.4393783156625655e-11, 2.8127938621948305e-12, 1.8051946908097276e-13, 1.1707093852711806e-14,
              7.658493022440133e-16, 5.046812059932414e-17, 3.3466401083134628e-18]  # fmt: skip
    return z * np.polynomial.chebyshev.chebval(8 * z * z - 1, series)


def inverse_far(t: Any) -> Any:
    """The z at which erfc(z) = t for t up to 0.5, by Newton's iteration on log erfc(z) = log(t).

    It starts from Winitzki's formula (2008), which is right to 2e-3.
    """
    tail = np.clip(t, 5e-324, 0.5)
    log_tail = np.log(tail)
    first = log_tail + np.log(2 - tail)
    half = 4.330746750799873 + first / 2
    z = np.sqrt(np.sqrt(half * half - first / 0.147) - half)
    for _ in range(4):
        scaled = erfc_scaled(z)
        z = z + (np.log(scaled) - z * z - log_tail) * (0.886226925452758 * scaled)
    return np.where(t > 0, z, np.where(t == 0, np.inf, np.nan))


def erfinv_kernel(x: Any) -> Any:
    """The inverse of the error function."""
    wide = np.asarray(x, np.float64)
    size = np.abs(wide)
    far = np.copysign(inverse_far(1 - size), wide)
    return np.where(size < 0.5, inverse_near(wide), far).astype(np.asarray(x).dtype)


def erfcinv_kernel(x: Any) -> Any:
    """The inverse of the complementary error function."""
    wide = np.asarray(x, np.float64)
    far = np.where(wide < 1, inverse_far(wide), -inverse_far(2 - wide))
    return np.where(np.abs(1 - wide) < 0.5, inverse_near(1 - wide), far).astype(np.asarray(x).dtype)


def _density(y: Expression, x: Expression) -> Expression:
    return x.graph.ops.exp(-0.5 * (x * x)) * (1 / math.sqrt(2 * math.pi))


def _hazard(y: Expression, x: Expression) -> Expression:
    """density / ndtr, through the scaled function, in which nothing cancels or vanishes."""
    return math.sqrt(2 / math.pi) / x.graph.ops.erfcx(x * -ROOT_HALF)


def _inverse_slope(y: Expression, x: Expression) -> Expression:
    """-sqrt(pi) / 2 e^(y^2), through the scaled function and the smaller tail, which are both accurate."""
    ops = x.graph.ops
    return -1 / SLOPE_AT_0 * ops.erfcx(abs(y)) / ops.minimum(x, 2 - x)


TAILS: Final = (erfc_scaled, exp_square, by_pieces)
erfcx = elementwise(
    "erfcx", erfcx_kernel, promote=to_real_floating, flops=80, nodes_per_edge=12,
    source="erfcx({0})", helpers=(*TAILS, erfcx_piece, erfcx_kernel),
    partials=[lambda y, x: 2 * x * y - SLOPE_AT_0],
    samples=[uniform(-2, 2, (3,)), uniform(-0.4, 0.4, (3,)), uniform(3, 30, (3,))],
    law="d erfcx(x) = (2 x erfcx(x) - 2 / sqrt(pi)) dx",
    doc="e^(x^2) erfc(x), the complementary error function scaled so that it doesn't vanish.",
)  # fmt: skip

ndtr = elementwise(
    "ndtr", normal_integral, promote=to_real_floating, flops=80, nodes_per_edge=12,
    source="normal_integral({0})", helpers=(*TAILS, ndtr_piece, normal_integral),
    partials=[_density], samples=[uniform(-3, 3, (3,)), uniform(-0.5, 0.5, (3,)), uniform(-9, -4, (3,))],
    law="d ndtr(x) = e^(-x^2 / 2) / sqrt(2 pi) dx",
    doc="The integral of the standard normal density from -inf to x, accurate in both tails.",
)  # fmt: skip

log_ndtr = elementwise(
    "log_ndtr", log_ndtr_kernel, promote=to_real_floating, flops=120, nodes_per_edge=12,
    source="log_ndtr({0})", helpers=(*TAILS, ndtr_piece, normal_integral, log_ndtr_kernel),
    partials=[_hazard], samples=[uniform(-3, 3, (3,)), uniform(-20, -4, (3,))],
    law="d log(ndtr(x)) = e^(-x^2 / 2) / (sqrt(2 pi) ndtr(x)) dx",
    doc="The logarithm of ndtr, finite and accurate where that vanishes.",
)  # fmt: skip

erfinv = elementwise(
    "erfinv", erfinv_kernel, promote=to_real_floating, flops=300, nodes_per_edge=12,
    source="erfinv({0})", helpers=(erfc_scaled, inverse_near, inverse_far, erfinv_kernel),
    partials=[lambda y, x: (1 / SLOPE_AT_0) * x.graph.ops.erfcx(abs(y)) / (1 - abs(x))],
    samples=[uniform(-0.9, 0.9, (3,)), uniform(-0.4, 0.4, (3,)), uniform(0.9, 0.99, (3,))],
    law="d erfinv(x) = sqrt(pi) / 2 e^(y^2) dx, y = erfinv(x)", doc="The inverse of the error function on [-1, 1].",
)  # fmt: skip

erfcinv = elementwise(
    "erfcinv", erfcinv_kernel, promote=to_real_floating, flops=300, nodes_per_edge=12,
    source="erfcinv({0})", helpers=(erfc_scaled, inverse_near, inverse_far, erfcinv_kernel),
    partials=[_inverse_slope], samples=[uniform(0.1, 0.9, (3,)), uniform(1.1, 1.9, (3,))],
    law="d erfcinv(x) = -sqrt(pi) / 2 e^(y^2) dx, y = erfcinv(x)",
    doc="The inverse of the complementary error function on [0, 2], accurate in both tails.",
)  # fmt: skip

GAUSSIAN: Final = (erfcx, ndtr, log_ndtr, erfinv, erfcinv)


def ndtri(x: Any, /) -> Any:
    """The inverse of ndtr on [0, 1], the quantiles of the standard normal distribution: -sqrt(2) erfcinv(2 x).

    >>> from symdiff.ops.gaussian import ndtri
    >>> print(f"{ndtri(0.975):.12f}")
    1.959963984540
    """
    return -math.sqrt(2) * erfcinv(2 * asarray(x))
