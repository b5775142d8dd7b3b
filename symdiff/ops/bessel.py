"""Modified Bessel functions of the first kind, of integer order, as such and scaled by e^-|x|."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.errors import ArgumentError
from symdiff.op import REQUIRED, Expression, Op, to_real_floating
from symdiff.ops.family import elementwise, uniform


def bessel_border(order: int) -> float:
    """Up to where the series is used: 8, and further where the recurrence would lose digits."""
    return 8.0 + 4.0 * max(order - 2, 0)


def bessel_series(x: Any, order: int) -> Any:
    """I_n(x) = (x / 2)^n sum_k (x^2 / 4)^k / (k! (k + n)!) up to the border (Abramowitz & Stegun 9.6.10).

    All terms are positive, so nothing cancels.
    """
    z = np.minimum(x, bessel_border(order))
    square, terms = z * z / 4, 30 + 6 * order
    result = np.ones_like(square)
    for k in range(terms, 0, -1):
        result = 1 + result * square / (k * (k + order))
    for k in range(1, order + 1):
        result = result * (z / 2) / k
    return result


def bessel_far(x: Any, order: int) -> Any:
    """e^-x I_n(x) from the border on: I_0 and I_1 by Chebyshev series in 16/x - 1, of values of 50 digits.

    Higher orders by I_(n+1) = I_(n-1) - 2 n / x I_n, which is stable there.
    """
    z = np.maximum(x, 8.0)
    zeroth = [0.4022452055070544, 0.0033691164782556943, 6.889758346916825e-05, 2.8913705208347567e-06,
               2.0489185894690638e-07, 2.266668990498178e-08, 3.3962320257083865e-09, 4.94060238822497e-10,
               1.1889147107846439e-11, -3.1499165279632416e-11, -1.3215811840447713e-11, -1.7941785315068062e-12,
               7.180124451383666e-13, 3.8527783827421426e-13, 1.54008621752141e-14, -4.150569347287222e-14,
               -9.554846698828307e-15, 3.8116806693526224e-15, 1.7725601330565263e-15, -3.425485619677219e-16,
               -2.8276239805165836e-16, 3.461222867697461e-17, 4.46562142029676e-17, -4.830504485944182e-18,
               -7.233180487874754e-18, 9.92147541217369e-19, 1.1936508908459817e-18]  # fmt: skip
    first = [0.38928811750914005, -0.009761097491361469, -0.00011058893876262371, -3.882564808877691e-06,
              -2.512236237870209e-07, -2.6314688468895196e-08, -3.835380385964237e-09, -5.589743462196584e-10,
              -1.8974958123505413e-11, 3.2526035830154884e-11, 1.4125807436613782e-11, 2.0356285441470896e-12,
              -7.198551776245908e-13, -4.0835511110921974e-13, -2.1015418427726643e-14, 4.272440016711951e-14,
              1.0420276984128802e-14, -3.8144030724370075e-15, -1.8803547755107825e-15, 3.3082023109209285e-16,
              2.96262899764595e-16, -3.209525921993424e-17, -4.650305368489358e-17, 4.414348323071708e-18,
              7.517296310842104e-18, -9.314178867326875e-19, -1.2421932751948906e-18]  # fmt: skip
    below, here = (np.polynomial.chebyshev.chebval(16 / z - 1, series) / np.sqrt(z) for series in (zeroth, first))
    if order == 0:
        return below
    for n in range(1, order):
        below, here = here, below - (2 * n / z) * here
    return here


def iv_kernel(x: Any, *, order: int) -> Any:
    """I_n(x); e^x is multiplied in two halves, so that it overflows no earlier than the result."""
    wide = np.asarray(x, np.float64)
    size = np.abs(wide)
    with np.errstate(over="ignore", invalid="ignore"):
        half = np.exp(np.minimum(size, 1500.0) / 2)
        result = np.where(
            size < bessel_border(order), bessel_series(size, order), (bessel_far(size, order) * half) * half
        )
    result = np.where(np.isinf(size), np.inf, result)
    return (np.copysign(result, wide) if order % 2 else result).astype(np.asarray(x).dtype)


def ive_kernel(x: Any, *, order: int) -> Any:
    """e^-|x| I_n(x)."""
    wide = np.asarray(x, np.float64)
    size = np.abs(wide)
    near = np.exp(-np.minimum(size, 700.0)) * bessel_series(size, order)
    result = np.where(size < bessel_border(order), near, bessel_far(size, order))
    return (np.copysign(result, wide) if order % 2 else result).astype(np.asarray(x).dtype)


def _neighbours(y: Expression, x: Expression) -> Expression:
    """(I_(n-1) + I_(n+1)) / 2, scaled as y is; I_(-1) is I_1."""
    op, order = y.operation.op, y.attrs[0]
    above = x.graph.apply(op, (x,), {"order": order + 1})
    return above if order == 0 else (x.graph.apply(op, (x,), {"order": order - 1}) + above) * 0.5


def _bessel(name: str, kernel: Callable[..., Any], partial: Any, law: str, doc: str) -> Op:
    return elementwise(
        name, kernel, promote=to_real_floating, flops=120, nodes_per_edge=12,
        attributes=MappingProxyType({"order": REQUIRED}),
        source=name + "({0}, order={order})", partials=[partial],
        helpers=(bessel_border, bessel_series, bessel_far, kernel),
        samples=[
            uniform(-4, 4, (3,), attributes={"order": 0}), uniform(9, 20, (3,), attributes={"order": 1}),
            uniform(-30, 30, (2, 3), attributes={"order": 2}),
        ],
        law=law, doc=doc,
    )  # fmt: skip


iv_op = _bessel(
    "iv", iv_kernel, _neighbours, "d I_n(x) = (I_(n-1)(x) + I_(n+1)(x)) / 2 dx",
    "The modified Bessel function of the first kind, of an integer order.",
)  # fmt: skip
ive_op = _bessel(
    "ive", ive_kernel, lambda y, x: _neighbours(y, x) - x.graph.ops.sign(x) * y,
    "d (e^-|x| I_n(x)) = e^-|x| ((I_(n-1)(x) + I_(n+1)(x)) / 2 - sign(x) I_n(x)) dx",
    "The modified Bessel function of the first kind, of an integer order, times e^-|x|.",
)  # fmt: skip
BESSEL: Final = (iv_op, ive_op)


def _order(n: Any) -> int:
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n < 0:
        raise ArgumentError(f"{n!r} is no order of a Bessel function", advice="orders are integers from 0 on")
    return int(n)


def iv(n: int, x: Any, /) -> Any:
    """I_n(x), the modified Bessel function of the first kind; n is an integer from 0 on.

    >>> print(f"{iv(2, 1.0):.12f}")
    0.135747669767
    """
    return iv_op(x, order=_order(n))


def ive(n: int, x: Any, /) -> Any:
    """e^-|x| I_n(x), which doesn't overflow."""
    return ive_op(x, order=_order(n))


def i0(x: Any, /) -> Any:
    """I_0(x), the modified Bessel function of order 0.

    >>> print(f"{i0(1.0):.12f}")
    1.266065877752
    """
    return iv_op(x, order=0)


def i1(x: Any, /) -> Any:
    """I_1(x), the modified Bessel function of order 1."""
    return iv_op(x, order=1)


def i0e(x: Any, /) -> Any:
    """e^-|x| I_0(x), which doesn't overflow."""
    return ive_op(x, order=0)


def i1e(x: Any, /) -> Any:
    """e^-|x| I_1(x), which doesn't overflow."""
    return ive_op(x, order=1)
