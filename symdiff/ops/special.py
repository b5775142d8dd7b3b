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
    """erf(x) for |x| up to 0.46875: x R(x^2), the first interval of Cody, Math. Comp. 23 (1969)."""
    square = np.minimum(x * x, 0.22)
    top = [0.185777706184603153, 3.16112374387056560, 113.864154151050156, 377.485237685302021, 3209.37758913846947]
    bottom = [1.0, 23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062]
    return x * (np.polyval(top, square) / np.polyval(bottom, square))


def erfc_scaled(x: Any) -> Any:
    """e^(x^2) erfc(x) for x from 0.46875 to 30.

    Up to 1 and from 4 on by the rational functions of Cody, Math. Comp. 23 (1969). Between them their many
    terms round too often, so there it is x / (sqrt(pi) (x^2 + 1/2)), the start of the continued fraction, times
    1 and a small Chebyshev series in 1 / (1 + x) (of values of 50 digits), whose rounding hardly counts.
    """
    low = np.minimum(x, 1.0)
    top = [2.15311535474403846e-8, 0.564188496988670089, 8.88314979438837594, 66.1191906371416295, 298.635138197400131,
           881.952221241769090, 1712.04761263407058, 2051.07837782607147, 1230.33935479799725]  # fmt: skip
    bottom = [1.0, 15.7449261107098347, 117.693950891312499, 537.181101862009858, 1621.38957456669019,
              3290.79923573345963, 4362.61909014324716, 3439.36767414372164, 1230.33935480374942]  # fmt: skip
    near = np.polyval(top, low) / np.polyval(bottom, low)
    middle = np.clip(x, 1.0, 4.0)
    series = [0.04574395922719421, 0.06275451646886379, 0.022881016445264996, 0.004764810752206257,
              5.992251084524332e-4, 5.6863494478261005e-05, 6.827767416422142e-06, 9.067413853828409e-07,
              9.560584147350561e-08, 1.1000180588295946e-08, 1.4276984836108624e-09, 1.5257488210587804e-10,
              1.785675207952056e-11, 2.2817756581005647e-12, 2.3906204308123474e-13, 2.9327817712239e-14,
              3.633788543602628e-15, 3.7099308662575144e-16, 4.9208653633295774e-17]  # fmt: skip
    rest = np.polynomial.chebyshev.chebval((2 / (1 + middle) - 0.7) / 0.3, series)
    start = 0.5641895835477563 / (middle + 0.5 / middle)
    far = np.maximum(x, 4.0)
    z = 1 / (far * far)
    top = [0.0163153871373020978, 0.305326634961232344, 0.360344899949804439, 0.125781726111229246,
           0.0160837851487422766, 6.58749161529837803e-4]  # fmt: skip
    bottom = [1.0, 2.56852019228982242, 1.87295284992346725, 0.527905102951428412, 0.0605183413124413191,
              0.00233520497626869185]  # fmt: skip
    tail = (0.5641895835477563 - z * (np.polyval(top, z) / np.polyval(bottom, z))) / far
    return np.where(x < 1, near, np.where(x < 4, start + start * rest, tail))


def erfc_far(size: Any) -> Any:
    """erfc(size) for size >= 0.46875: e^(-x^2) times the scaled function.

    From 1 on x^2 is split into the square of a multiple of 1/128, which is exact, and a small rest, nearly as Cody
    does; far out the large factor is multiplied in two halves, so that only the last product can be subnormal.
    """
    x = np.clip(size, 0.46875, 30.0)
    coarse = np.where(x < 1, 0.0, np.trunc(x * 128) / 128)
    large = np.exp(np.where(x > 26, -0.5, -1.0) * (coarse * coarse))
    small = np.exp((coarse - x) * (coarse + x)) * erfc_scaled(x)
    return large * small * np.where(x > 26, large, 1.0)


def erf_kernel(x: Any) -> Any:
    """The error function."""
    wide = np.asarray(x, np.float64)
    far = np.copysign(1 - erfc_far(np.abs(wide)), wide)
    return np.where(np.abs(wide) <= 0.46875, erf_near_0(wide), far).astype(np.asarray(x).dtype)


def erfc_kernel(x: Any) -> Any:
    """The complementary error function, 1 - erf(x) without cancellation."""
    wide = np.asarray(x, np.float64)
    tail = erfc_far(np.abs(wide))
    far = np.where(wide < 0, 2 - tail, tail)
    return np.where(np.abs(wide) <= 0.46875, 1 - erf_near_0(wide), far).astype(np.asarray(x).dtype)


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
    source="erf({0})", scalar="erf({0})", helpers=(erf_near_0, erfc_scaled, erfc_far, erf_kernel),
    partials=[lambda y, x: SLOPE_AT_0 * x.graph.ops.exp(-x * x)],
    samples=[uniform(-2, 2, (3,)), uniform(-0.4, 0.4, (3,)), uniform(4.1, 5, (3,))],
    law="d erf(x) = 2 / sqrt(pi) e^(-x^2) dx",
    doc="The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x; SciPy's values, without SciPy.",
)  # fmt: skip

erfc = elementwise(
    "erfc", erfc_kernel, promote=to_real_floating, flops=60,
    source="erfc({0})", scalar="erfc({0})", helpers=(erf_near_0, erfc_scaled, erfc_far, erfc_kernel),
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
