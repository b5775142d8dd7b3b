"""The gamma and beta functions themselves, and the logarithm of the latter without the cancellation of lgamma's sum."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from symdiff.errors import ArgumentError
from symdiff.op import Expression, Sample, to_real_floating
from symdiff.ops.exponential import exp
from symdiff.ops.family import elementwise, operands, uniform
from symdiff.ops.gamma import lgamma, lgamma_at_minimum, lgamma_positive
from symdiff.ops.logic import where
from symdiff.ops.shape import as_arrays


def stirling_rest(x: Any) -> Any:
    """lgamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2) for x from 10 on (Abramowitz & Stegun 6.1.41)."""
    far = np.maximum(x, 10.0)
    terms = [-0.029550653594771242, 0.00641025641025641, -0.0019175269175269176, 8.417508417508417e-4,
             -5.952380952380953e-4, 7.936507936507937e-4, -0.002777777777777778, 0.08333333333333333]  # fmt: skip
    return np.polyval(terms, (1 / far) ** 2) / far


def gamma_to_12(x: Any) -> Any:
    """gamma(x) for x from 1 to 12: a Chebyshev series (of 50 digits) on [1, 2] times (x - 1) (x - 2) ...

    The product is carried in two numbers (Dekker, Numer. Math. 18 (1971)), so that it adds no error.
    """
    y = np.clip(x, 1.0, 12.0)
    high, low = np.ones_like(y), np.zeros_like(y)
    for _ in range(11):
        factor = np.where(y > 2, y - 1, 1.0)
        product = high * factor
        split, other = high * 134217729.0, factor * 134217729.0
        h, f = split - (split - high), other - (other - factor)
        error = ((h * f - product) + h * (factor - f) + (high - h) * f) + (high - h) * (factor - f)
        high, low = product, low * factor + error
        y = np.where(y > 2, y - 1, y)
    series = [0.9417855977954946, 0.004415381324841007, 0.05685043681599363, -0.00421983539641856,
              0.0013268081812124603, -0.00018930245297988805, 3.606925327441245e-05, -6.056761904460864e-06,
              1.0558295463022833e-06, -1.811967365542384e-07, 3.117724964715322e-08, -5.354219639019687e-09,
              9.193275519859589e-10, -1.5779412802883398e-10, 2.7079806229349544e-11, -4.64681865382573e-12,
              7.97335019200742e-13, -1.368078209830916e-13, 2.3473194865638007e-14, -4.027432614949067e-15,
              6.910051747372101e-16, -1.185584500221993e-16, 2.034148542496374e-17, -3.490054341717406e-18]  # fmt: skip
    value = np.polynomial.chebyshev.chebval(2 * y - 3, series)
    return high * value + low * value


def gamma_from_1(x: Any) -> Any:
    """gamma(x) for x from 1 on, above 12 by Stirling's formula; above 140 the power is taken in two halves."""
    far = np.clip(x, 12.0, 200.0)
    steep = far > 140
    power = far ** np.where(steep, 0.5 * far - 0.25, far - 0.5)
    large = 2.5066282746310002 * np.exp(stirling_rest(far)) * (power * np.exp(-far)) * np.where(steep, power, 1.0)
    return np.where(x > 12, large, gamma_to_12(x))


def gamma_anywhere(x: Any) -> Any:
    """The gamma function; from 1 down to -1 by recurrence, below by gamma(x) = -pi / (x sin(pi x) gamma(-x))."""
    wide = np.asarray(x, np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        from_1 = gamma_from_1(np.where(wide < -1, -wide, wide + np.where(wide < 0, 2, np.where(wide < 1, 1, 0))))
        turn = wide - np.round(wide)
        sine = np.sin(np.pi * turn) * np.where(np.round(wide) % 2 == 0, 1.0, -1.0)
        below = np.where(wide < -1, -np.pi / sine / from_1 / wide, from_1 / (wide + 1) / wide)
        result = np.where(wide < 0, below, np.where(wide < 1, from_1 / wide, from_1))
    whole = (wide < 0) & (wide == np.floor(wide)) | (wide == -np.inf)
    return np.where(whole, np.nan, result).astype(np.asarray(x).dtype)


def betaln_kernel(x: Any, y: Any) -> Any:
    """log(|gamma(x) gamma(y) / gamma(x + y)|); of arguments above 10 Stirling's formulas are subtracted as such.

    What is lost in x + y is put back: gamma grows by digamma there, about log(s) - 1 / 2 s - 1 / 12 s^2. Negative
    arguments may be as large as gamma of them fits in a float.
    """
    wide, other = np.asarray(x, np.float64), np.asarray(y, np.float64)
    a, b = np.maximum(wide, other), np.minimum(wide, other)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        s, low = a + b, lgamma_positive(np.maximum(b, 0.0))
        lost = (b - (s - a)) + (a - (s - (s - a)))
        again = np.where(s > 1, lost * (np.log(s) - 0.5 / s - 1 / (12 * s * s)), 0.0)
        quotient = np.log(np.abs(gamma_anywhere(a) / gamma_anywhere(s) * gamma_anywhere(b))) - again
        ratio, rest = np.log1p(b / a), stirling_rest(a) - stirling_rest(s)
        small = low + (rest + b - (a - 0.5) * ratio - b * np.log(s))
        both = (stirling_rest(b) + rest) + 0.9189385332046727 - 0.5 * np.log(b) - (a - 0.5) * ratio
        both = both - b * np.log1p(a / b)
    found = np.where((a > 10) & (b > 10), both, np.where((a > 10) & (b > 0), small, quotient))
    return np.where(np.isinf(a) & (b > 0), -np.inf, found).astype(np.result_type(x, y))


def _slope(y: Expression, a: Expression, b: Expression) -> Expression:
    return a.graph.ops.digamma(a) - a.graph.ops.digamma(a + b)


WHOLE: Final = (stirling_rest, gamma_to_12, gamma_from_1)
gamma = elementwise(
    "gamma", gamma_anywhere, promote=to_real_floating, flops=150,
    source="gamma_anywhere({0})", helpers=(*WHOLE, gamma_anywhere),
    partials=[lambda y, x: y * x.graph.ops.digamma(x)],
    samples=[uniform(0.5, 4, (3,)), uniform(13, 20, (3,)), uniform(-2.8, -2.2, (3,))],
    law="d gamma(x) = gamma(x) digamma(x) dx", doc="The gamma function, elementwise; NaN at -1, -2, ...",
)  # fmt: skip

betaln = elementwise(
    "betaln", betaln_kernel, promote=to_real_floating, commutative=True, flops=400, nodes_per_edge=12,
    source="betaln({0}, {1})",
    helpers=(lgamma_at_minimum, lgamma_positive, *WHOLE, gamma_anywhere, betaln_kernel),
    partials=[_slope, lambda y, a, b: _slope(y, b, a)],
    samples=[uniform(0.5, 4, (3,), (3,)), operands(Sample(12, 20, (2, 3)), Sample(0.5, 30, (3,)))],
    law="d betaln(a, b) = (digamma(a) - digamma(a + b)) da + (digamma(b) - digamma(a + b)) db",
    doc="log(|B(a, b)|), elementwise, B the beta function.",
)  # fmt: skip

BETA: Final = (gamma, betaln)


def beta(a: Any, b: Any, /) -> Any:
    """The beta function gamma(a) gamma(b) / gamma(a + b) of positive a and b, NaN of others: e^betaln(a, b).

    Its relative error is about |betaln(a, b)| eps.

    >>> from symdiff.ops.beta import beta
    >>> print(f"{beta(2.0, 3.0):.12f}")
    0.083333333333
    """
    a, b = as_arrays(a, b)
    return where((a > 0) & (b > 0), exp(betaln(a, b)), np.nan)


def multigammaln(a: Any, d: int, /) -> Any:
    """The logarithm of the multivariate gamma function of dimension d, for a > (d - 1) / 2.

    d (d - 1) / 4 log(pi) + sum_(j < d) lgamma(a - j / 2).
    """
    if not isinstance(d, (int, np.integer)) or d < 1:
        raise ArgumentError(f"{d!r} is no dimension", advice="d is an integer from 1 on")
    found = lgamma(a)
    for j in range(1, int(d)):
        found = found + lgamma(a - j / 2)
    return found + d * (d - 1) / 4 * math.log(math.pi)
