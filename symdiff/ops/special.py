"""The error function, the cube root and the cardinal sine: NumPy has no kernel that is accurate, so these have one."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.op import Expression, Sample, to_real_floating
from symdiff.ops.family import elementwise, operands, uniform

SLOPE_AT_0: Final = 2 / math.sqrt(math.pi)


def erf_near_0(x: Any) -> Any:
    """erf(x) for |x| up to 0.46875: x times a polynomial in x^2, of values of 50 digits at Chebyshev's points."""
    square = np.minimum(x * x, 0.22)
    series = [1.4925266991242433e-06, -1.4863417516659393e-05, 0.00012053962042656004, -0.0008548309359989852,
              0.005223977491522824, -0.026866170639422052, 0.11283791670942926, -0.37612638903183654,
              1.1283791670955126]  # fmt: skip
    result = square * series[0]
    for number in series[1:-1]:
        result += number
        result *= square
    return x * (result + series[-1])


def erfc_scaled(x: Any, single: bool = False) -> Any:
    """e^(x^2) erfc(x) for x >= 0, in double precision or in single: a polynomial in (x - 4) / (x + 4), over 1 + 9/8 x.

    The form is that of Shepherd and Laframboise, Math. Comp. 36 (1981); the coefficients are of values of 50
    digits at Chebyshev's points. With 9/8, near 2 / sqrt(pi), the polynomial is flat at 0, where roundings count.
    """
    t = -8 / (x + 4)
    t += 1
    series = [4.560211009724175e-10, 9.378368961354208e-10, -6.0852469899069495e-09, -1.0095300994271793e-08,
              5.3134742727050104e-08, 5.089279159123308e-08, -4.19847119727173e-07, 4.355031750813424e-08,
              3.031245180058977e-06, -5.026002948610258e-06, -1.4556455108017011e-05, 7.485727312322477e-05,
              -7.752697732881734e-05, -0.0004357684749890285, 0.0024808651764381185, -0.007334860027179297,
              0.015287501095689942, -0.023617493547191924, 0.02511505034455569, -0.009163084533143174,
              -0.03355820178681977, 0.10434091383445908, -0.1918791495553914, 0.7534970169378377]  # fmt: skip
    if single:
        series = [5.807482998e-05, -0.00010870898006, -0.00041315290962, 0.0025138295336, -0.007350107078,
                  0.015269408028, -0.023612195294, 0.025120045645, -0.0091639631877, -0.033558803464,
                  0.10434096855, -0.19187912863, 0.75349701638]  # fmt: skip
    result = t * series[0]
    for number in series[1:-1]:
        result += number
        result *= t
    result += series[-1]
    scale = 1.125 * x
    scale += 1
    result /= scale
    return result


def exp_square(x: Any, factor: float, times: Any = 1.0, single: bool = False) -> Any:
    """e^(factor x^2 / 2) times something moderate.

    In double precision x^2 is split into the square of x rounded to single, which is exact, and a small rest, whose
    exponential is 1 and three terms. A very large or small one is multiplied in two halves, so that only the last
    product can be subnormal or overflow.
    """
    z = np.clip(x, -60.0, 60.0)
    if single:
        return np.exp(factor / 2 * (z * z)) * times
    coarse = z.astype(np.float32).astype(np.float64)
    power = factor / 2 * (coarse * coarse)
    rest = (z - coarse) * (z + coarse)
    rest *= factor / 2
    rest += rest * rest * (rest / 6 + 0.5)
    steep = np.abs(power) > 650
    if not np.any(steep):
        result = np.exp(power) * times
        return result + result * rest
    large = np.exp(np.where(steep, 0.5, 1.0) * power)
    result = large * times
    return (result + result * rest) * np.where(steep, large, 1.0)


def by_pieces(function: Any, x: Any) -> Any:
    """function(piece as float64, whether x has less precision) of all pieces; temporaries so short stay in cache."""
    x = np.asarray(x)
    result = np.empty(x.shape, x.dtype)
    flat, into = x.reshape(-1), result.reshape(-1)
    for i in range(0, x.size, 4096):
        into[i : i + 4096] = function(np.asarray(flat[i : i + 4096], np.float64), x.itemsize < 8)
    return result if result.ndim else result[()]


def erf_piece(x: Any, single: bool) -> Any:
    """The error function of float64."""
    size = np.abs(x)
    result = np.copysign(1 - exp_square(size, -2.0, erfc_scaled(size, single), single), x)
    np.copyto(result, erf_near_0(x), where=size <= 0.46875)
    return result


def erf_kernel(x: Any) -> Any:
    """The error function."""
    return by_pieces(erf_piece, x)


def erfc_piece(x: Any, single: bool) -> Any:
    """The complementary error function of float64: a tail, or 2 less a tail."""
    size = np.abs(x)
    tail = exp_square(size, -2.0, erfc_scaled(size, single), single)
    return (1 - np.copysign(1.0, x)) + np.copysign(tail, x)


def erfc_kernel(x: Any) -> Any:
    """The complementary error function, 1 - erf(x) without cancellation."""
    return by_pieces(erfc_piece, x)


def sinc_near_0(x: Any, order: int) -> Any:
    """The derivative of sin(pi x) / (pi x) of an order, for small x: its Taylor series, term by term."""
    terms = 16 + 2 * order
    result = np.zeros_like(x)
    for k in range(terms, (order + 1) // 2 - 1, -1):
        power = 2 * k - order
        # (2k)! / (2k - order)! / (2k + 1)!, with pi^(2k), from the smallest term to the largest
        factor = (-1.0) ** k
        for i in range(1, 2 * k + 1):
            factor = factor * (np.pi / (i + 1)) * (i if i > power else 1)
        result = result + factor * x**power
    return result


def sinc_kernel(x: Any, *, order: int = 0) -> Any:
    """The derivative of sin(pi x) / (pi x) of an order; order 0 is the function itself.

    From x f = sin(pi x) / pi, differentiated n times: x f_n + n f_(n-1) = pi^(n-1) sin(pi x + n pi / 2).
    """
    wide = np.asarray(x, np.float64)
    inside = np.abs(wide) < (1.0 if order else 0.5)
    with np.errstate(invalid="ignore"):
        far = np.where(inside | np.isinf(wide), 1.0, wide)
        turn = far - 2 * np.round(far / 2)  # exact, in [-1, 1]
        folded = np.where(np.abs(turn) > 0.5, np.copysign(1 - np.abs(turn), turn), turn)
        sine = np.sin(np.pi * folded)
        cosine = np.where(np.abs(turn) > 0.25, np.sin(np.pi * (0.5 - np.abs(turn))), np.cos(np.pi * turn))
    found = sine / (np.pi * far)
    for n in range(1, order + 1):
        wave = (sine, cosine, -sine, -cosine)[n % 4]
        found = (np.pi ** (n - 1) * wave - n * found) / far
    found = np.where(np.isinf(wide), 0.0, found)
    return np.where(inside, sinc_near_0(np.where(inside, wide, 0.0), order), found).astype(np.asarray(x).dtype)


def _next_order(y: Expression, x: Expression) -> Expression:
    return x.graph.apply(sinc_op, (x,), {"order": y.attrs[0] + 1})


erf = elementwise(
    "erf", erf_kernel, promote=to_real_floating, flops=60,
    source="erf({0})", scalar="erf({0})",
    helpers=(erf_near_0, erfc_scaled, exp_square, by_pieces, erf_piece, erf_kernel),
    partials=[lambda y, x: SLOPE_AT_0 * x.graph.ops.exp(-x * x)],
    samples=[uniform(-2, 2, (3,)), uniform(-0.4, 0.4, (3,)), uniform(4.1, 5, (3,))],
    law="d erf(x) = 2 / sqrt(pi) e^(-x^2) dx",
    doc="The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x; SciPy's values, without SciPy.",
)  # fmt: skip

erfc = elementwise(
    "erfc", erfc_kernel, promote=to_real_floating, flops=60,
    source="erfc({0})", scalar="erfc({0})",
    helpers=(erfc_scaled, exp_square, by_pieces, erfc_piece, erfc_kernel),
    partials=[lambda y, x: -SLOPE_AT_0 * x.graph.ops.exp(-x * x)],
    samples=[uniform(-2, 2, (3,)), uniform(-0.4, 0.4, (3,)), uniform(4.1, 5, (3,))],
    law="d erfc(x) = -2 / sqrt(pi) e^(-x^2) dx",
    doc="The complementary error function, 1 - erf(x) without cancellation.",
)  # fmt: skip

cbrt = elementwise(
    "cbrt", np.cbrt, promote=to_real_floating, flops=12,
    partials=[lambda y, x: 1 / (3 * y * y)],
    samples=[uniform(0.5, 2, (3,)), uniform(-2, -0.5, (3,))],
    law="d cbrt(x) = dx / (3 cbrt(x)^2)", doc="The real cube root, elementwise.",
)  # fmt: skip

sinc_op = elementwise(
    "sinc", sinc_kernel, promote=to_real_floating, flops=40, attributes=MappingProxyType({"order": 0}),
    source="sinc({0}, order={order})", helpers=(sinc_near_0, sinc_kernel),
    partials=[_next_order],
    samples=[
        uniform(-2, 2, (3,)), uniform(-0.2, 0.2, (3,)),
        uniform(-3, 3, (3,), attributes={"order": 1}),
        operands(Sample(-0.2, 0.2, (3,)), attributes={"order": 2}),
    ],
    law="d sinc(x) = (cos(pi x) - sinc(x)) / x dx, 0 at 0",
    doc="sin(pi x) / (pi x), 1 at 0; its derivative of an order, where the quotient would cancel.",
)  # fmt: skip

SPECIAL: Final = (erf, erfc, cbrt, sinc_op)


def sinc(x: Any, /) -> Any:
    """The cardinal sine sin(pi x) / (pi x), 1 at 0 and 0 at infinity.

    Its derivatives of every order are finite and accurate, at 0 too. Any shape; real dtypes.

    >>> import symdiff as sd
    >>> from symdiff.ops.special import sinc
    >>> x = sd.Graph().input("x", (3,))
    >>> sd.grad(sd.sum(sinc(x)), x).eval({x: [0.0, 1.0, 2.0]})
    array([ 0. , -1. ,  0.5])
    """
    return sinc_op(x)
