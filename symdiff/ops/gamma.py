"""The logarithm of the gamma function and its derivatives of all orders."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.errors import ArgumentError
from symdiff.op import REQUIRED, Expression, to_real_floating
from symdiff.ops.family import elementwise, uniform


def lgamma_at_minimum(x: Any) -> Any:
    """log(gamma(x)) from 1.35 to 1.6: its Taylor series (of 50 digits) at 1.4616..., where it is least.

    A constant and a little, it is rounded once, where the other forms cancel.
    """
    z = np.clip(x, 1.35, 1.6) - 1.4616321449683622
    series = [5.9934733439794323e-05, -9.276098655471758e-05, 0.00014407039542093313, -0.00022465344369595542,
              0.000351912956837847, -0.0005541949527966826, 0.000878232634717682, -0.0014022514459044518,
              0.002259764823221812, -0.0036845696083163755, 0.006100536020517891, -0.010314223036636393,
              0.017970675115210402, -0.03278854108848132, 0.06462494023891277, -0.14758772299453074,
              0.4838361227238106, -9.241265521729427e-17, 3.3649914684731424e-18]  # fmt: skip
    return -0.12148629053584961 + np.polyval(series, z)


def lgamma_positive(x: Any) -> Any:
    """log(gamma(x)) for x >= 0.

    Up to 4 the rational functions of Cody & Hillstrom, Math. Comp. 21 (1967); up to 12 by recurrence from there;
    above that Stirling's series (Abramowitz & Stegun 6.1.41).
    """
    y, factors = np.where(x > 4, np.minimum(x, 12.0), 4.0), np.ones_like(x)
    for _ in range(8):
        factors = np.where(y > 4, factors * (y - 1), factors)
        y = np.where(y > 4, y - 1, y)
    y = np.where(x > 4, y, x)
    top = [4.945235359296727046734888, 201.8112620856775083915565, 2290.838373831346393026739,
           11319.67205903380828685045, 28557.24635671635335736389, 38484.96228443793359990269,
           26377.48787624195437963534, 7225.813979700288197698961]  # fmt: skip
    bottom = [1.0, 67.48212550303777196073036, 1113.332393857199323513008, 7738.757056935398733233834,
              27639.87074403340708898585, 54993.10206226157329794414, 61611.22180066002127833352,
              36351.27591501940507276287, 8785.536302431013170870835]  # fmt: skip
    from_1 = np.where(x < 0.8, np.minimum(x, 1.0), np.minimum(x, 1.5) - 1)
    near_1 = from_1 * (-0.5772156649015328605 + from_1 * (np.polyval(top, from_1) / np.polyval(bottom, from_1)))
    top = [4.974607845568932035012064, 542.4138599891070494101986, 15506.93864978364947665077,
           184793.2904445632425417223, 1088204.769468828767498470, 3338152.967987029735917223,
           5106661.678927352456275255, 3074109.054850539556250927]  # fmt: skip
    bottom = [1.0, 183.0328399370592604055942, 7765.049321445005871323047, 133190.3827966074194402448,
              1136705.821321969608938755, 5267964.117437946917577538, 13467014.54311101692290052,
              17827365.30353274213975932, 9533095.591844353613395747]  # fmt: skip
    from_2 = np.where(x < 0.8, np.clip(x, 0.5, 0.8) - 1, np.clip(y, 1.5, 4.0) - 2)
    near_2 = from_2 * (0.4227843350984671394 + from_2 * (np.polyval(top, from_2) / np.polyval(bottom, from_2)))
    far = np.maximum(x, 12.0)
    rest = np.polyval([0.0064102564102564, -0.0019175269175269175, 8.417508417508417e-4, -5.952380952380953e-4,
                       7.936507936507937e-4, -0.002777777777777778, 0.08333333333333333], (1 / far) ** 2)  # fmt: skip
    large = (far - 0.5) * (np.log(far) - 1) + (0.4189385332046727418 + rest / far)
    small = np.where((x > 0.5) & (x < 0.8) | (x > 1.5), near_2, near_1)
    small = np.where((x > 1.35) & (x < 1.6), lgamma_at_minimum(x), small)
    small = np.where(x < 0.8, small - np.log(np.minimum(x, 1.0)), small)
    return np.where(x <= 12, small + np.log(factors), np.where(np.isnan(x), x, large))


def lgamma_negative(x: Any) -> Any:
    """log(|gamma(x)|) for x in (-30, 0), by |gamma(x + n)| / |x (x + 1) ... (x + n - 1)|, x + n in [0.5, 1.5).

    The product is carried in two numbers (Dekker, Numer. Math. 18 (1971)): where it is near 1 its logarithm is
    small, and only the digits that one number can't hold tell what it is.
    """
    high, low, last = np.ones_like(x), np.zeros_like(x), x
    for _ in range(int(max(0.0, np.max(np.ceil(0.5 - x), initial=0.0)))):
        factor = np.where(last < 0.5, last, 1.0)
        product = high * factor
        split, other = high * 134217729.0, factor * 134217729.0
        h, f = split - (split - high), other - (other - factor)
        error = ((h * f - product) + h * (factor - f) + (high - h) * f) + (high - h) * (factor - f)
        high, low = product, low * factor + error
        last = np.where(last < 0.5, last + 1, last)
    size, rest = np.abs(high), low * np.sign(high)
    from_1 = (size - 1) + rest
    log = np.where(np.abs(size - 1) < 0.3, np.log1p(from_1), np.log(size) + rest / size)
    return lgamma_positive(last) - log


def lgamma_kernel(x: Any) -> Any:
    """log(|gamma(x)|), infinite at 0, -1, -2, ... and at both infinities."""
    wide = np.asarray(x, np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        result = lgamma_positive(np.abs(wide))
        sine = np.sin(np.pi * np.abs(wide - np.round(wide)))
        below = np.log(np.pi / (np.abs(wide) * sine)) - result  # Euler's reflection
        result = np.where(wide < 0, below, result)
        near = (wide < 0) & (wide > -30)
        result = np.where(near, lgamma_negative(np.where(near, wide, -0.75)), result)
        result = np.where((wide <= 0) & (wide == np.floor(wide)), np.inf, result)
    return result.astype(np.asarray(x).dtype)


def cotangent(x: Any) -> Any:
    """cot(pi x), from the exact distance to the nearest integer or half."""
    turn = np.where(np.abs(x) < 0.5, x, x - np.round(x))  # -0 stays -0
    by_half = np.copysign(np.tan(np.pi * (0.5 - np.abs(turn))), turn)
    return np.where(np.abs(turn) > 0.25, by_half, 1 / np.tan(np.pi * turn))


def digamma_kernel(x: Any) -> Any:
    """gamma'(x) / gamma(x).

    On [1, 2] (x - x0) times a Chebyshev series (of psi(x) / (x - x0), from values of 50 digits), x0 the zero;
    up to 10 by recurrence; above by the asymptotic series (Abramowitz & Stegun 6.3.18); below 0 by reflection.
    """
    series = [0.983570260441567, -0.2270640863346444, 0.03336889902393011, -0.005320077271596548, 8.788656937820505e-4,
              -1.4773492650606044e-4, 2.5060543468359146e-05, -4.2721034029993324e-06, 7.302769272465923e-07,
              -1.2502886813559594e-07, 2.1425009322359472e-08, -3.673295918565179e-09, 6.299717236108931e-10,
              -1.080593028883266e-10, 1.853735192053638e-11, -3.18023536582553e-12, 5.456147570322795e-13,
              -9.360993131036438e-14, 1.606064636295075e-14, -2.7555431377438815e-15, 4.727736178601912e-16,
              -8.11148420346509e-17, 1.391707769474154e-17]  # fmt: skip
    wide = np.asarray(x, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        positive = np.where(wide > 0, wide, 1 - wide)
        first = np.where(positive < 1, 1 / positive, 0.0)
        y, steps = np.where(positive < 1, positive + 1, np.minimum(positive, 10.0)), np.zeros_like(wide)
        for _ in range(8):
            steps = np.where(y > 2, steps + 1 / (y - 1), steps)
            y = np.where(y > 2, y - 1, y)
        centre = (y - 1.4616321449683622) - 9.549995429965697e-17
        near = centre * np.polynomial.chebyshev.chebval(2 * y - 3, series) + (steps - first)
        z = 1 / np.maximum(positive, 10.0)
        rest = np.polyval([0.08333333333333333, -0.021092796092796094, 0.007575757575757576, -0.004166666666666667,
                           0.003968253968253968, -0.008333333333333333, 0.08333333333333333], z * z)  # fmt: skip
        above = np.log(np.maximum(positive, 10.0)) - (0.5 * z + z * z * rest)
        result = np.where(positive > 10, above, near)
        result = np.where(wide <= 0, result - np.pi * cotangent(wide), result)
        result = np.where((wide < 0) & (wide == np.floor(wide)), np.nan, result)
    return result.astype(np.asarray(x).dtype)


def polygamma_positive(x: Any, order: int) -> Any:
    """The size of the derivative of digamma of an order, for x > 0: Abramowitz & Stegun 6.4.11 after 6.4.6."""
    start = 12 + order
    y = np.where(x < start, x + start, x)
    factorial = 1.0
    for i in range(2, order):
        factorial = factorial * i
    term, series = np.ones_like(y), 0.0
    ratios = [0.08333333333333333, -0.001388888888888889, 3.306878306878307e-05, -8.267195767195768e-07,
              2.08767569878681e-08, -5.284190138687493e-10, 1.3382536530684679e-11, -3.3896802963225827e-13,
              8.586062056277845e-15, -2.174868698558062e-16]  # B_2k / (2k)!  # fmt: skip
    for k, ratio in enumerate(ratios):
        term = term * (order + 2 * k) / y * (order + 2 * k + 1) / y
        series = series + ratio * term
    total = factorial * y ** (-1.0 * order) * (series + 0.5 * order / y + 1)
    for k in range(start - 1, -1, -1):
        total = np.where(x < start, total + factorial * order / (x + k) ** (order + 1), total)
    return total


def polygamma_kernel(x: Any, *, order: int) -> Any:
    """The derivative of digamma of an order of at least 1.

    Below 0 by reflection: psi_n(x) = (-1)^n psi_n(1 - x) - pi^(n + 1) P_n(c), where c = cot(pi x), P_0 = c and
    P_(n+1) = -(1 + c^2) P_n'(c).
    """
    wide = np.asarray(x, np.float64)
    sign = -1.0 if order % 2 == 0 else 1.0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        size = polygamma_positive(np.where(wide > 0, wide, 1 - wide), order)
        polynomial = np.array([1.0, 0.0])
        for _ in range(order):
            polynomial = np.polymul([-1.0, 0.0, -1.0], np.polyder(polynomial))
        slopes = np.polyval(polynomial, np.clip(cotangent(wide), -1e300, 1e300))  # Horner's 0 inf would be NaN
        # (-1)^n psi_n(1 - x) is minus the size, whatever n is: psi_n has the sign of (-1)^(n + 1) above 0
        mirrored = -size - np.pi ** (order + 1) * slopes
        result = np.where(wide > 0, sign * size, mirrored)
        result = np.where((wide <= 0) & np.isfinite(wide) & (wide == np.floor(wide)), sign * np.inf, result)
    return result.astype(np.asarray(x).dtype)


def _next_order(y: Expression, x: Expression) -> Expression:
    return x.graph.apply(polygamma_op, (x,), {"order": y.attrs[0] + 1})


lgamma = elementwise(
    "lgamma", lgamma_kernel, promote=to_real_floating, flops=120, source="lgamma({0})",
    helpers=(lgamma_at_minimum, lgamma_positive, lgamma_negative, lgamma_kernel),
    partials=[lambda y, x: x.graph.ops.digamma(x)],
    samples=[uniform(0.2, 4, (3,)), uniform(5, 20, (3,)), uniform(-2.9, -2.1, (3,))],
    law="d lgamma(x) = digamma(x) dx", doc="log(|gamma(x)|), elementwise; infinite at 0, -1, -2, ...",
)  # fmt: skip

digamma = elementwise(
    "digamma", digamma_kernel, promote=to_real_floating, flops=120,
    source="digamma({0})", helpers=(cotangent, digamma_kernel),
    partials=[lambda y, x: x.graph.apply(polygamma_op, (x,), {"order": 1})],
    samples=[uniform(0.5, 4, (3,)), uniform(5, 20, (3,)), uniform(-2.8, -2.2, (3,))],
    law="d digamma(x) = trigamma(x) dx", doc="gamma'(x) / gamma(x), elementwise; NaN at -1, -2, ...",
)  # fmt: skip

polygamma_op = elementwise(
    "polygamma", polygamma_kernel, promote=to_real_floating, flops=200,
    attributes=MappingProxyType({"order": REQUIRED}),
    source="polygamma({0}, order={order})", helpers=(cotangent, polygamma_positive, polygamma_kernel),
    partials=[_next_order],
    samples=[
        uniform(0.6, 4, (3,), attributes={"order": 1}), uniform(15, 20, (3,), attributes={"order": 2}),
        uniform(-2.7, -2.3, (3,), attributes={"order": 1}),
    ],
    law="d polygamma(n, x) = polygamma(n + 1, x) dx", doc="The derivative of digamma of an order from 1 on.",
)  # fmt: skip

GAMMA: Final = (lgamma, digamma, polygamma_op)


def polygamma(n: int, x: Any, /) -> Any:
    """The n-th derivative of digamma at x; n is an integer from 0 on, and 0 is digamma itself.

    Any shape; real dtypes. Abramowitz & Stegun 6.4. Raises `ArgumentError` for another n.

    >>> from symdiff.ops.gamma import polygamma
    >>> print(f"{polygamma(1, 1.0):.15f}")
    1.644934066848226
    """
    if not isinstance(n, int) or isinstance(n, bool) or n < 0:
        raise ArgumentError(f"{n!r} is no order of a derivative", advice="polygamma(n, x) takes an integer n >= 0")
    return polygamma_op(x, order=n) if n else digamma(x)


def trigamma(x: Any, /) -> Any:
    """The derivative of digamma, the second of lgamma; infinite at 0, -1, -2, ..."""
    return polygamma_op(x, order=1)
